//! KMail's account wizard.

super::rules! {
    Some(Client::KMail),
    Source { origin: "KDE/kmail-account-wizard", file: "src/accountwizard/ispdb/serverconfiguration.cpp", date: "2026-08-20" };

    /// Nothing to read.
    PROVIDER = "no-provider", Rejects, "emailProvider",
        "rejects the whole document: it has no `emailProvider`",
        fix "write `<emailProvider id=\"DOMAIN\">` inside of `<clientConfig>`, without a namespace's prefix", Source { origin: "KDE/kmail-account-wizard", file: "src/accountwizard/ispdbservice.cpp", date: "2026-08-20" };
    /// No server.
    NO_SERVER = "no-server", Skips, "incomingServer, outgoingServer",
        "finds no {} server to set up",
        fix "offer IMAP or POP3, and SMTP, each with a port", Source { origin: "KDE/kmail-account-wizard", file: "src/accountwizard/ispdbservice.cpp", date: "2026-08-20" };
    /// No `port`.
    NO_PORT = "port-missing", Skips, "port",
        "skips the server: it has no port",
        fix "write `<port>`";
    /// `port`.
    PORT = "port", Misreads, "port",
        "takes port 0 for `{}`",
        fix "write the number alone";
    /// `type` that is nobody's.
    TYPE = "server-type", Skips, "incomingServer/@type, outgoingServer/@type",
        "skips the server: `{}` is no type",
        fix "write `imap`, `pop3` or `smtp`, in lower case", Source { origin: "KDE/kmail-account-wizard", file: "src/accountwizard/ispdbservice.cpp", date: "2026-08-20" };
    /// `type` that others know.
    OTHER_TYPE = "other-type", Notes, "incomingServer/@type, outgoingServer/@type",
        "does not know servers of the type `{}` and goes without",
        fix "nothing, as long as there is an `imap` or `pop3` server", Source { origin: "KDE/kmail-account-wizard", file: "src/accountwizard/ispdbservice.cpp", date: "2026-08-20" };
    /// `socketType`.
    SOCKET = "socket-type", Misreads, "socketType",
        "does not know the socketType `{}` and keeps its own default",
        fix "write `SSL` or `STARTTLS`, without blanks around it";
    /// `authentication`.
    AUTH = "authentication", Misreads, "authentication",
        "knows none of the ways to log in ({}) and keeps its own default",
        fix "add `<authentication>password-cleartext</authentication>`";
    /// OAuth2 for sending.
    OAUTH2 = "oauth2-smtp", Misreads, "authentication",
        "takes OAuth2 for sending by {}, which its wizard sets up for IMAP alone",
        fix "put a way with a password first, if there is one";
    /// Blanks around `hostname` or `username`.
    PADDED = "padded", Misreads, "hostname, username",
        "keeps the blanks around `{}`",
        fix "write it without blanks or line breaks around it";
    /// Whose login it cannot be told.
    ASKS = "asks-without-address", Misreads, "URL",
        "asks without an address: at {}, people with a login of their own get what any user gets",
        fix "tell these people their login, or let them log in with their address as well", Source { origin: "KDE/kmail-account-wizard", file: "src/accountwizard/ispdbservice.cpp", date: "2026-08-20" };
    /// A value twice.
    REPEATED = "repeated", Misreads, "hostname, port, socketType, username",
        "takes the last `{}` of the server",
        fix "write it once";
}
