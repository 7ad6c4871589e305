//! K-9 Mail and Thunderbird for Android, which are one program: almost every fault costs the whole document.

super::rules! {
    Some(Client::K9),
    Source { origin: "thunderbird-android", file: "feature/autodiscovery/autoconfig/src/main/kotlin/app/k9mail/autodiscovery/autoconfig/RealAutoconfigParser.kt", date: "2026-08-20" };

    /// Nothing to read.
    PROVIDER = "no-provider", Rejects, "clientConfig/emailProvider",
        "rejects the whole document: {}",
        fix "the root is `<clientConfig version=\"1.1\">` with one `<emailProvider id=\"DOMAIN\">` in it, without a namespace's prefix";
    /// `id`.
    ID = "provider-id", Rejects, "emailProvider/@id",
        "rejects the whole document: the provider's id `{}` is no host name",
        fix "write the main domain, as A-labels: `<emailProvider id=\"example.org\">`";
    /// No `domain`.
    DOMAINS = "no-domain", Rejects, "emailProvider/domain",
        "rejects the whole document: it names no domain that can be one",
        fix "write `<domain>example.org</domain>`";
    /// An element inside a text.
    NESTED = "element-in-text", Rejects, "domain, hostname, port, socketType, authentication, username",
        "rejects the whole document: an element stands inside `{}`",
        fix "write text alone there";
    /// `hostname`.
    HOST = "hostname", Rejects, "hostname",
        "rejects the whole document: the host `{}` is no host name; blanks around it count",
        fix "write letters, digits, hyphens and dots, and nothing around them";
    /// `port`.
    PORT = "port", Rejects, "port",
        "rejects the whole document: the port `{}` is none from 1 to 65535",
        fix "write the number alone";
    /// `username`.
    NO_USER = "username-missing", Rejects, "username",
        "rejects the whole document: the server has no username",
        fix "write `<username>%EMAILADDRESS%</username>`, even where nobody logs in";
    /// `socketType`.
    SOCKET = "socket-type", Rejects, "socketType",
        "rejects the whole document: it knows the socketTypes `SSL` and `STARTTLS`, not `{}`",
        fix "offer the server with TLS, or leave it out";
    /// `authentication`.
    AUTH = "authentication", Rejects, "authentication",
        "rejects the whole document: it can log in by none of what a server offers ({})",
        fix "add `<authentication>password-cleartext</authentication>`, which means a password inside TLS";
    /// No IMAP.
    NO_INCOMING = "no-incoming", Rejects, "incomingServer",
        "rejects the whole document: it has no IMAP server",
        fix "offer IMAP; this program reads no POP3 server from a document";
    /// No SMTP.
    NO_OUTGOING = "no-outgoing", Rejects, "outgoingServer",
        "rejects the whole document: it has no SMTP server",
        fix "write an `<outgoingServer type=\"smtp\">`";
    /// `type` that is nobody's.
    TYPE = "server-type", Skips, "incomingServer/@type, outgoingServer/@type",
        "skips the server: `{}` is no type",
        fix "write `imap`, `pop3` or `smtp`, in lower case";
    /// `type` that others know.
    OTHER_TYPE = "other-type", Notes, "incomingServer/@type, outgoingServer/@type",
        "reads no server of the type `{}` from a document and goes without",
        fix "nothing, as long as there is an `imap` server";
    /// OAuth2 and nothing else.
    OAUTH2 = "oauth2-host", Skips, "authentication",
        "cannot log in: the server takes only OAuth2, and the program has no OAuth2 for {}",
        fix "add a way to log in with a password", Source { origin: "thunderbird-android", file: "app-thunderbird/src/release/kotlin/net/thunderbird/android/auth/TbOAuthConfigurationFactory.kt", date: "2026-08-20" };
    /// Blanks around `username`.
    USER_PADDED = "username-padded", Misreads, "username",
        "logs in with the blanks around `{}`",
        fix "write the placeholder without blanks or line breaks around it";
    /// A further server.
    FURTHER = "further-server", Notes, "incomingServer, outgoingServer",
        "sets up one {} server; this is a further one",
        fix "nothing; put the preferred one first";
    /// Whose login it cannot be told.
    ASKS = "asks-without-address", Misreads, "URL",
        "asks without an address: at {}, people with a login of their own get what any user gets",
        fix "tell these people their login, or let them log in with their address as well", Source { origin: "thunderbird-android", file: "feature/autodiscovery/service/src/main/kotlin/app/k9mail/autodiscovery/service/RealAutoDiscoveryRegistry.kt, includeEmailAddress = false", date: "2026-08-20" };
    /// Asked by plain HTTP.
    INSECURE = "insecure", Misreads, "URL",
        "does not trust settings that came by http ({}), and makes the user confirm them",
        fix "answer by https, without a step by http", Source { origin: "thunderbird-android", file: "feature/autodiscovery/autoconfig/src/main/kotlin/app/k9mail/autodiscovery/autoconfig/RealAutoconfigFetcher.kt", date: "2026-08-20" };
    /// Another encoding with the letters of ASCII.
    ENCODING = "encoding", Misreads, "document",
        "takes every document for UTF-8 and loses the characters of {} that ASCII has not",
        fix "save it as UTF-8";
    /// Another encoding altogether.
    WIDE = "encoding-unread", Rejects, "document",
        "takes every document for UTF-8 and finds nothing in {}",
        fix "save it as UTF-8";
}
