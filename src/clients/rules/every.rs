//! Mistakes that hurt in every program, whatever it reads.

super::rules! {
    None,
    Source { origin: "draft-ietf-mailmaint-autoconfig-06", file: "the grammar of clientConfig", date: "2026-06-28" };

    /// No XML.
    MALFORMED = "malformed", Rejects, "document",
        "reject the whole document: it is no XML from here on: {}",
        fix "mend the XML; `xmllint --noout FILE` checks it as well", Source { origin: "W3C", file: "Extensible Markup Language 1.0, section 2.1", date: "2008-11-26" };
    /// Octets that are no characters.
    NOT_UTF8 = "not-utf8", Rejects, "document",
        "that read XML as its standard says reject the document: octets stand here that are no {}; the others lose characters",
        fix "save it as UTF-8", Source { origin: "W3C", file: "Extensible Markup Language 1.0, section 4.3.3", date: "2008-11-26" };
    /// Another encoding.
    ENCODING = "encoding", Notes, "document",
        "get a document in {}, which not all of them read",
        fix "save it as UTF-8", Source { origin: "W3C", file: "Extensible Markup Language 1.0, section 4.3.3", date: "2008-11-26" };
    /// A byte order mark.
    BOM = "byte-order-mark", Notes, "document",
        "get a byte order mark before the document, which readers of characters may take for text",
        fix "save the file as UTF-8 without it", Source { origin: "thunderbird/autoconfig", file: ".github/workflows/validate-config.yml", date: "2026-03-12" };
    /// A DOCTYPE.
    DOCTYPE = "doctype", Notes, "document",
        "get a DOCTYPE, which hardened readers refuse because of XML bombs",
        fix "remove it: the format has none";
    /// A placeholder without its end.
    PLACEHOLDER_OPEN = "placeholder-open", Misreads, "hostname, username",
        "take `{}` as it stands: a placeholder ends with another `%`",
        fix "write `%EMAILADDRESS%`, `%EMAILLOCALPART%` or `%EMAILDOMAIN%`";
    /// A placeholder that is none.
    PLACEHOLDER = "placeholder-unknown", Misreads, "hostname, username",
        "take `{}` as it stands, or fill in something of their own",
        fix "write `%EMAILADDRESS%`, `%EMAILLOCALPART%` or `%EMAILDOMAIN%`";
    /// Port against TLS.
    PORT_SOCKET = "port-against-socket", Misreads, "port, socketType",
        "most probably cannot connect: {}",
        fix "993, 995 and 465 are for `SSL`; 143, 110 and 587 for `STARTTLS`", Source { origin: "RFC 8314", file: "section 3.3; RFC 6409 section 3.1", date: "2018-01-01" };
    /// Port against protocol.
    PORT_PROTOCOL = "port-against-protocol", Misreads, "port, @type",
        "most probably cannot connect: {}",
        fix "IMAP has 993 and 143, POP3 995 and 110, submission 465 and 587", Source { origin: "RFC 8314", file: "section 3.3; IANA service names and port numbers", date: "2018-01-01" };
    /// A port beside a usual one.
    PORT_NEAR = "port-slip", Misreads, "port",
        "most probably cannot connect: {}",
        fix "IMAP has 993 and 143, POP3 995 and 110, submission 465 and 587", Source { origin: "thunderbird/autoconfig", file: "ispdb/rediffmail.com.xml", date: "2026-03-12" };
    /// No TLS.
    PLAIN = "no-tls", Exposes, "socketType",
        "speak to {} in the clear, and say the password so, if they connect at all",
        fix "offer the server with TLS: `SSL` or `STARTTLS`", Source { origin: "RFC 8314", file: "section 4.1", date: "2018-01-01" };
    /// A password.
    PASSWORD = "password-published", Exposes, "password",
        "and everybody else can read the password that stands here",
        fix "remove `<password>`, and change it";
    /// Deprecated names.
    ALIAS = "authentication-alias", Notes, "authentication",
        "get `{}`, an old name that some have forgotten",
        fix "write `password-cleartext` for `plain` and `password-encrypted` for `secure`";
    /// Nothing is published.
    NO_DOCUMENT = "no-document", Skips, "document",
        "find no document for {}: none is published for an account that only sends or only receives",
        fix "add the other server", Source { origin: "comm-central", file: "mail/components/accountcreation/modules/readFromXML.sys.mjs", date: "2026-08-22" };
    /// Nothing can be published.
    NO_WAY = "no-way-to-log-in", Skips, "document",
        "find no document for {}: none is published where a program that reads it could not log in",
        fix "offer passwords for programs beside OAuth2, and PLAIN inside TLS beside other mechanisms", Source { origin: "comm-central", file: "mailnews/base/src/OAuth2Providers.sys.mjs; mail/components/accountcreation/modules/readFromXML.sys.mjs", date: "2026-08-22" };
    /// Something else.
    NO_AUTOCONFIG = "no-autoconfig", Rejects, "document",
        "find no settings: this is {}, no autoconfig document",
        fix "check the path or the address; the document begins with `<clientConfig version=\"1.1\">`";
    /// A refusal.
    STATUS = "status", Rejects, "status",
        "get no document: the server answers {}",
        fix "answer 200 with the document, to everybody and without an address, too", Source { origin: "draft-ietf-mailmaint-autoconfig-06", file: "configuration retrieval by mail clients", date: "2026-06-28" };
    /// A password is wanted.
    UNAUTHORISED = "unauthorised", Rejects, "status",
        "get no document: the server wants a login ({}); the document is public",
        fix "answer without authentication", Source { origin: "draft-ietf-mailmaint-autoconfig-06", file: "configuration retrieval by mail clients", date: "2026-06-28" };
    /// To another domain.
    REDIRECT = "redirect", Notes, "Location",
        "are sent to another domain: {}",
        fix "nothing, if that is your mail host; users may be asked whether they trust it", Source { origin: "draft-ietf-mailmaint-autoconfig-06", file: "security considerations", date: "2026-06-28" };
}
