//! Delta Chat.

super::rules! {
    Some(Client::DeltaChat),
    Source { origin: "chatmail/core", file: "src/configure/auto_mozilla.rs", date: "2026-08-21" };

    /// Host, port or username is missing.
    SECTION = "incomplete-server", Skips, "hostname, port, username",
        "skips the server: it has no {}",
        fix "write hostname, port and username, even where nobody logs in";
    /// No server of a protocol.
    GUESSES = "no-server", Skips, "incomingServer, outgoingServer",
        "finds no {} server in the document, and guesses one",
        fix "offer IMAP and SMTP, each with hostname, port and username";
    /// `port`.
    PORT = "port", Misreads, "port",
        "does not understand the port `{}` and tries the usual ones",
        fix "write the number alone";
    /// `socketType`.
    SOCKET = "socket-type", Misreads, "socketType",
        "does not know the socketType `{}` and tries TLS, then STARTTLS",
        fix "write `SSL`, `STARTTLS` or `plain`";
    /// A reference or CDATA inside a value.
    REFERENCE = "reference", Misreads, "hostname, port, socketType, username",
        "loses a part of `{}`: it reads neither `&...;` nor CDATA inside a value",
        fix "avoid `&`, `<` and CDATA in values";
    /// A value twice.
    REPEATED = "repeated", Misreads, "hostname, port, socketType, username",
        "takes the last `{}` of the server",
        fix "write it once";
    /// OAuth2 and nothing else.
    OAUTH2 = "oauth2-only", Misreads, "authentication",
        "does not read `authentication`: it logs in with a password, which {} does not take",
        fix "add a way to log in with a password";
    /// `type` that others know.
    OTHER_TYPE = "other-type", Notes, "incomingServer/@type, outgoingServer/@type",
        "uses no server of the type `{}` and goes without",
        fix "nothing, as long as there is an `imap` server";
    /// Autodiscover's login.
    AUTODISCOVER_LOGIN = "autodiscover-login", Notes, "Autodiscover: LoginName",
        "logs in with the address at {} when it is set up by Autodiscover, where it does not read `LoginName`; by autoconfig it is right",
        fix "make sure that autoconfig is found: it is asked first", Source { origin: "chatmail/core", file: "src/configure/auto_outlook.rs", date: "2026-08-21" };
    /// Whose login it cannot be told.
    ASKS = "asks-without-address", Misreads, "URL",
        "asks `/.well-known/autoconfig` without an address: at {}, people with a login of their own get what any user gets",
        fix "make sure that `autoconfig.` and the domain answers by https: it is asked first, with the address", Source { origin: "chatmail/core", file: "src/configure.rs; pull request 8374", date: "2026-08-21" };
    /// Asked by plain HTTP.
    HTTP = "never-by-http", Skips, "URL",
        "never asks by http: it does not find {}",
        fix "answer by https", Source { origin: "chatmail/core", file: "src/configure.rs", date: "2026-08-21" };
    /// Another encoding with the letters of ASCII.
    ENCODING = "encoding", Misreads, "document",
        "takes every document for UTF-8 and loses the characters of {} that ASCII has not",
        fix "save it as UTF-8", Source { origin: "chatmail/core", file: "src/net/http.rs", date: "2026-08-21" };
    /// Another encoding altogether.
    WIDE = "encoding-unread", Rejects, "document",
        "takes every document for UTF-8 and finds nothing in {}",
        fix "save it as UTF-8", Source { origin: "chatmail/core", file: "src/net/http.rs", date: "2026-08-21" };
}
