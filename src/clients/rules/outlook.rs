//! Outlook, which reads Autodiscover.

super::rules! {
    Some(Client::Outlook),
    Source { origin: "Microsoft", file: "MS-OXDSCLI 2.2.4.1.1.2.6; POX Autodiscover reference for Exchange", date: "2026-11-23" };

    /// A document that it does not read.
    NOT_READ = "not-read", Notes, "document",
        "does not read this format: it asks for Autodiscover",
        fix "`mailwright check FILE --client outlook` looks at an account file";
    /// OAuth2 and nothing else.
    OAUTH2 = "oauth2-only", Misreads, "Autodiscover: Protocol",
        "asks for a password that {} does not take: Autodiscover has no word for OAuth2 at IMAP, POP3 and SMTP",
        fix "offer passwords for programs, or let these users set Outlook up by hand";
    /// A mechanism without a word.
    MECHANISM = "mechanism", Misreads, "Autodiscover: SPA",
        "logs in by PLAIN or LOGIN, which {} may not take: Autodiscover names no other way but Windows' own",
        fix "offer PLAIN inside TLS as well";
    /// No TLS.
    PLAIN = "no-tls", Misreads, "Autodiscover: SSL, Encryption",
        "sends the password to {} in the clear",
        fix "offer the server with TLS";
    /// One way only.
    ONE_WAY = "one-way", Skips, "Autodiscover: Protocol",
        "finds no {} server to set up",
        fix "offer IMAP or POP3, and SMTP";
    /// What is known of the new Outlook.
    NEW = "new-outlook", Notes, "Autodiscover",
        "reads Autodiscover in its old wizard: the simplified one and the new Outlook ask Microsoft's cloud, and may never ask you",
        fix "the set-up page has the steps by hand", Source { origin: "Mailu/Mailu", file: "issue 3961; Monogramm/autodiscover-email-settings issue 18", date: "2026-03-01" };
}
