//! FairEmail, which reads the document in one flat pass: the last one wins.

super::rules! {
    Some(Client::FairEmail),
    Source { origin: "M66B/FairEmail", file: "app/src/main/java/eu/faircode/email/EmailProvider.java, getISPDB", date: "2026-08-20" };

    /// Host or port of IMAP or SMTP is missing.
    INCOMPLETE = "incomplete", Rejects, "incomingServer, outgoingServer",
        "rejects the whole document: it finds no {} server with host and port",
        fix "offer IMAP and SMTP, each with hostname and port";
    /// `port`.
    PORT = "port", Rejects, "port",
        "rejects the whole document: the port `{}` is no number",
        fix "write the number alone, without blanks";
    /// Several of a type.
    LAST = "last-server", Misreads, "incomingServer, outgoingServer",
        "sets up this {} server: the last one of the document, not the first",
        fix "publish one IMAP and one SMTP server";
    /// `socketType` before `port`.
    ORDER = "order", Misreads, "socketType, port",
        "takes {} for the server: `port` stands after `socketType` and overrides it",
        fix "write `<port>` before `<socketType>`";
    /// `socketType`.
    SOCKET = "socket-type", Misreads, "socketType",
        "does not know the socketType `{}` and goes by the port: STARTTLS for 143 and 587, else TLS",
        fix "write `SSL` or `STARTTLS`, without blanks around it";
    /// Blanks around `hostname`.
    HOST_PADDED = "hostname-padded", Misreads, "hostname",
        "looks the host `{}` up with the blanks around it",
        fix "write the name without blanks or line breaks around it";
    /// `hostname` with a placeholder.
    HOST_PLACEHOLDER = "hostname-placeholder", Misreads, "hostname",
        "takes the host `{}` as it stands: it fills in no placeholder there",
        fix "write the host's name";
    /// `username` that is composed.
    USER = "username-literal", Misreads, "username",
        "logs in as `{}`, as it stands: it fills in `%EMAILADDRESS%` and `%EMAILLOCALPART%` alone, each whole",
        fix "make the login the address or its local part";
    /// Usernames differ.
    USER_LAST = "username-differs", Misreads, "username",
        "logs in everywhere as `{}`: the last username of the document counts for all servers",
        fix "use the same login everywhere, and no `webMail` with a username of its own";
    /// OAuth2 and nothing else.
    OAUTH2 = "oauth2-only", Misreads, "authentication",
        "does not read `authentication`: it asks for a password that {} does not take",
        fix "add a way to log in with a password";
    /// `type` that others know.
    OTHER_TYPE = "other-type", Notes, "incomingServer/@type, outgoingServer/@type",
        "reads no server of the type `{}` and goes without",
        fix "nothing, as long as there is an `imap` server";
    /// Asked by plain HTTP.
    HTTP = "never-by-http", Skips, "URL",
        "never asks by http: it does not find {}",
        fix "answer by https", Source { origin: "M66B/FairEmail", file: "app/src/main/java/eu/faircode/email/EmailProvider.java, fromISPDB", date: "2026-08-20" };
    /// Another encoding with the letters of ASCII.
    ENCODING = "encoding", Misreads, "document",
        "takes every document for UTF-8 and loses the characters of {} that ASCII has not",
        fix "save it as UTF-8";
    /// Another encoding altogether.
    WIDE = "encoding-unread", Rejects, "document",
        "takes every document for UTF-8 and finds nothing in {}",
        fix "save it as UTF-8";
}
