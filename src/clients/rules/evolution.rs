//! Evolution: a strict reader of XML, then one flat pass in which the last server of a type wins.

super::rules! {
    Some(Client::Evolution),
    Source { origin: "GNOME/evolution", file: "src/mail/e-mail-autoconfig.c", date: "2026-08-20" };

    /// Attributes of a server.
    ATTRIBUTES = "server-attributes", Rejects, "incomingServer, outgoingServer",
        "rejects the whole document: a server has {}, where it wants `type` and nothing else",
        fix "write `<incomingServer type=\"imap\">`";
    /// Several of a type.
    LAST = "last-server", Misreads, "incomingServer, outgoingServer",
        "sets up this {} server: the last one of its type, not the first",
        fix "publish one server of each type";
    /// `socketType`.
    SOCKET = "socket-type", Exposes, "socketType",
        "speaks without TLS: `{}` is no socketType to it",
        fix "write `SSL` or `STARTTLS`, without blanks around it";
    /// `port`.
    PORT = "port", Misreads, "port",
        "takes no port for the server (`{}`)",
        fix "write the number alone";
    /// No host.
    NO_HOST = "hostname-missing", Misreads, "hostname",
        "takes the {} server without a host",
        fix "write `<hostname>`";
    /// Blanks around `hostname` or `username`.
    PADDED = "padded", Misreads, "hostname, username",
        "keeps the blanks around `{}`",
        fix "write it without blanks or line breaks around it";
    /// CDATA.
    CDATA = "cdata", Misreads, "hostname, port, socketType, authentication, username",
        "does not read CDATA: it goes without the `{}` of the server",
        fix "write plain text";
    /// `authentication`.
    AUTH = "authentication", Misreads, "authentication",
        "sets no way to log in: it knows `password-cleartext` and `password-encrypted`, not {}",
        fix "add `<authentication>password-cleartext</authentication>`, if passwords work";
    /// No server.
    NO_SERVER = "no-server", Skips, "incomingServer, outgoingServer",
        "finds no {} server to set up",
        fix "offer IMAP or POP3, and SMTP";
    /// `type` that others know.
    OTHER_TYPE = "other-type", Notes, "incomingServer/@type, outgoingServer/@type",
        "does not know servers of the type `{}` and goes without",
        fix "nothing, as long as there is an `imap` or `pop3` server";
    /// The stand-in that it asks with.
    STAND_IN = "stand-in-user", Misreads, "username",
        "asks as the user EVOLUTIONUSER of {}: people with a login of their own get what any user gets",
        fix "tell these people their login, or let them log in with their address as well", Source { origin: "thunderbird-android", file: "issue 4721", date: "2026-08-20" };
    /// Another encoding.
    ENCODING = "encoding-unread", Rejects, "document",
        "reads UTF-8 alone, and stops in {}",
        fix "save it as UTF-8";
}
