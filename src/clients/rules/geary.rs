//! Geary: it looks at the first incoming and the first outgoing server alone.

super::rules! {
    Some(Client::Geary),
    Source { origin: "GNOME/geary", file: "src/client/accounts/accounts-autoconfig.vala", date: "2026-08-20" };

    /// The first ones are not IMAP and SMTP.
    FIRST = "first-server", Rejects, "incomingServer, outgoingServer",
        "rejects the whole document: {}",
        fix "put the IMAP server before all other incoming ones, and the SMTP server before all other outgoing ones";
    /// `socketType`.
    SOCKET = "socket-type", Exposes, "socketType",
        "speaks without TLS: it knows `SSL` and `STARTTLS`, and takes `{}` for none",
        fix "write `SSL` or `STARTTLS`, without blanks around it";
    /// `hostname` or `port` is missing.
    EMPTY = "incomplete-server", Misreads, "hostname, port",
        "leaves the {} empty: the server has none",
        fix "write hostname and port";
    /// Blanks.
    PADDED = "padded", Misreads, "hostname, port",
        "keeps the blanks around `{}`",
        fix "write it without blanks or line breaks around it";
    /// `hostname` with a placeholder.
    HOST = "hostname-placeholder", Misreads, "hostname",
        "takes the host `{}` as it stands: it fills in no placeholder",
        fix "write the host's name";
    /// `username`.
    USER = "username-ignored", Misreads, "username",
        "does not read `username`: the user has to type another login than the address ({})",
        fix "let people log in with their address as well";
    /// Whose login it cannot be told.
    ASKS = "asks-without-address", Misreads, "URL",
        "asks without an address and reads no `username`: at {}, people with a login of their own have to type it",
        fix "tell these people their login, or let them log in with their address as well";
    /// Not looked at.
    FURTHER = "further-server", Notes, "incomingServer, outgoingServer",
        "looks at the first server alone; this {} server is a further one",
        fix "nothing; put the preferred one first";
    /// Asked by plain HTTP.
    HTTP = "never-by-http", Skips, "URL",
        "never asks by http: it does not find {}",
        fix "answer by https";
    /// Another encoding.
    WIDE = "encoding-unread", Rejects, "document",
        "reads a document up to the first zero octet, and finds nothing in {}",
        fix "save it as UTF-8";
}
