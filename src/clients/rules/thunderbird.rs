//! Thunderbird, the desktop program.

super::rules! {
    Some(Client::Thunderbird),
    Source { origin: "comm-central", file: "mail/components/accountcreation/modules/readFromXML.sys.mjs", date: "2026-08-22" };

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
    /// One `domain`.
    DOMAIN = "domain", Skips, "emailProvider/domain",
        "skips the domain `{}`: it is no host name",
        fix "write it as A-labels: letters, digits, hyphens and dots";
    /// `displayName`.
    NAME = "display-name", Misreads, "emailProvider/displayName",
        "calls the submission server `{}`",
        fix "write `<displayName>`, without attributes", Source { origin: "comm-central", file: "mailnews/base/src/JXON.sys.mjs", date: "2026-08-22" };
    /// A second `emailProvider`.
    SECOND_PROVIDER = "second-provider", Skips, "clientConfig/emailProvider",
        "reads only the first `emailProvider`",
        fix "write one document a provider";
    /// No incoming server is left.
    NO_INCOMING = "no-incoming", Rejects, "incomingServer",
        "rejects the whole document: it has no incoming server that can be used",
        fix "write an `<incomingServer type=\"imap\">` with hostname, port, socketType, authentication and username";
    /// No outgoing server is left.
    NO_OUTGOING = "no-outgoing", Rejects, "outgoingServer",
        "rejects the whole document: it has no outgoing server that can be used",
        fix "write an `<outgoingServer type=\"smtp\">` with hostname, port, socketType, authentication and username";
    /// `type` that is nobody's.
    TYPE = "server-type", Skips, "incomingServer/@type, outgoingServer/@type",
        "skips the server: `{}` is no type",
        fix "write `imap`, `pop3` or `smtp`, in lower case";
    /// `type` that others know.
    OTHER_TYPE = "other-type", Notes, "incomingServer/@type, outgoingServer/@type",
        "does not know servers of the type `{}` and goes without",
        fix "nothing, as long as there is an `imap` or `pop3` server";
    /// `hostname`.
    HOST = "hostname", Skips, "hostname",
        "skips the server: its host `{}` is no host name",
        fix "write letters, digits, hyphens and dots; a name in another script as A-labels", Source { origin: "comm-central", file: "mail/components/accountcreation/modules/InputSanitizer.sys.mjs, hostnameUtils.sys.mjs", date: "2026-08-22" };
    /// `port`.
    PORT = "port", Skips, "port",
        "skips the server: its port `{}` is none from 1 to 65535",
        fix "write the number alone";
    /// `port` of an incoming server.
    NO_PORT = "port-missing", Misreads, "port",
        "takes the server without a port, which is not enough to set it up; releases up to 147 skip it",
        fix "write `<port>`", Source { origin: "comm-central", file: "mail/components/accountcreation/modules/AccountConfig.sys.mjs, isComplete", date: "2026-08-22" };
    /// `socketType`.
    SOCKET = "socket-type", Skips, "socketType",
        "skips the server: `{}` is no socketType",
        fix "write `SSL` or `STARTTLS`, without blanks around it";
    /// `authentication`.
    AUTH = "authentication", Skips, "authentication",
        "skips the server: it can log in by none of what is offered ({})",
        fix "add `<authentication>password-cleartext</authentication>`, which means a password inside TLS";
    /// OAuth2 and nothing else, at a host that it has no registration for.
    OAUTH2 = "oauth2-host", Skips, "authentication",
        "skips the server: it takes only OAuth2, and Thunderbird has no OAuth2 for {}",
        fix "add a way to log in with a password, or give your users an add-on with `oauth_provider` that knows the host", Source { origin: "comm-central", file: "mailnews/base/src/OAuth2Providers.sys.mjs", date: "2026-08-22" };
    /// OAuth2 first, at such a host.
    OAUTH2_PASSED = "oauth2-passed-over", Notes, "authentication",
        "has no OAuth2 for {} and takes the next way to log in",
        fix "nothing, if passwords work", Source { origin: "comm-central", file: "mailnews/base/src/OAuth2Providers.sys.mjs", date: "2026-08-22" };
    /// No `username`.
    NO_USER = "username-missing", Misreads, "username",
        "logs in as `{}`: the server has no username",
        fix "write `<username>%EMAILADDRESS%</username>`";
    /// `username` that becomes something else.
    USER = "username-coerced", Misreads, "username",
        "logs in as `{}`: it takes what looks like a number or a boolean for one",
        fix "publish a login that is no number, or tell these users", Source { origin: "comm-central", file: "mailnews/base/src/JXON.sys.mjs, parseText", date: "2026-08-22" };
    /// Blanks around `username`.
    USER_PADDED = "username-padded", Misreads, "username",
        "logs in with the blanks around `{}`",
        fix "write the placeholder without blanks or line breaks around it";
    /// A further server of a type.
    FURTHER = "further-server", Notes, "incomingServer, outgoingServer",
        "offers the first {} server; this one is there only should that be skipped",
        fix "nothing; put the preferred one first", Source { origin: "comm-central", file: "mail/components/accountcreation/content/widgets/email-config-found.mjs", date: "2026-08-22" };
    /// `useGlobalPreferredServer`.
    GLOBAL = "global-server", Misreads, "useGlobalPreferredServer",
        "sends by the user's other submission server instead of this document's",
        fix "remove `useGlobalPreferredServer`", Source { origin: "mail-in-a-box/mailinabox", file: "issue 1736; comm-central AccountConfig.sys.mjs", date: "2026-08-22" };
    /// Autodiscover's port rule.
    AUTODISCOVER_PORT = "autodiscover-port", Misreads, "Autodiscover: Port, Encryption",
        "takes implicit TLS for {} when it is set up by Autodiscover, where it tells STARTTLS by the port alone; by autoconfig it is right",
        fix "use the usual port, or make sure that autoconfig is found", Source { origin: "comm-central", file: "mail/components/accountcreation/modules/ExchangeAutoDiscover.sys.mjs", date: "2026-08-22" };
    /// Not XML by `Content-Type`.
    CONTENT_TYPE = "content-type", Rejects, "Content-Type",
        "rejects the answer: `{}` is no XML to it",
        fix "send `Content-Type: text/xml`", Source { origin: "comm-central", file: "mail/components/accountcreation/modules/FetchHTTP.sys.mjs", date: "2026-08-22" };
    /// A web page with 200.
    MASKS = "masks-others", Rejects, "status, Content-Type",
        "takes the web page for an answer, and looks neither below .well-known nor by http any more",
        fix "answer 404 where there is no document", Source { origin: "comm-central", file: "mail/components/accountcreation/modules/FindConfig.sys.mjs", date: "2026-08-22" };
}
