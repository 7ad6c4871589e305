//! Outlook, which reads Autodiscover.

super::rules! {
    Some(Client::Outlook),
    Source { origin: "Microsoft", file: "MS-OXDSCLI 2.2.4.1.1.2.6; POX Autodiscover reference for Exchange", date: "2026-11-23" };

    /// A document that it does not read.
    NOT_READ = "not-read", Notes, "document",
        "does not read this format: it asks for Autodiscover",
        fix "`mailwright check FILE --client outlook` looks at an account file";
    /// OAuth2 and nothing else.
    OAUTH2 = "oauth2-only", Skips, "Autodiscover: Protocol",
        "is not told of {}, which takes only OAuth2: Autodiscover has no word for it at IMAP, POP3 and SMTP",
        fix "offer passwords for programs, or let these users set Outlook up by hand";
    /// A mechanism without a word.
    MECHANISM = "mechanism", Skips, "Autodiscover: SPA",
        "is not told of {}: Autodiscover has no word for its way to log in, only for passwords and Windows' own",
        fix "offer PLAIN inside TLS as well";
    /// No TLS.
    PLAIN = "no-tls", Exposes, "Autodiscover: SSL, Encryption",
        "sends the password to {} in the clear",
        fix "offer the server with TLS";
    /// One way only.
    ONE_WAY = "one-way", Skips, "Autodiscover: Protocol",
        "finds no {} server to set up",
        fix "offer IMAP or POP3, and SMTP";
    /// Nothing is left of a provider that receives and sends.
    NO_SETTINGS = "no-settings", Rejects, "Autodiscover: ErrorCode",
        "sets up nothing at {}: Autodiscover answers with the error 501 where nothing is left to receive or to send by",
        fix "offer a server for receiving and one for sending that take a password inside TLS";
    /// What is known of the new Outlook.
    NEW = "new-outlook", Notes, "Autodiscover",
        "reads Autodiscover in its old wizard: the simplified one and the new Outlook ask Microsoft's cloud, and may never ask you",
        fix "the set-up page has the steps by hand", Source { origin: "Mailu/Mailu", file: "issue 3961; Monogramm/autodiscover-email-settings issue 18", date: "2026-03-01" };
}
