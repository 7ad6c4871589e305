//! Who writes mail in Emacs: addresses with their servers, keys and passwords. Gnus and mu4e share it.
//!
//! smtpmail has one server, so a function of ours chooses by the address in From, whichever program wrote the message.
//! Passwords come from a source of `auth-source` that runs the account's command when it is asked, so none stands in a
//! file. STARTTLS by `starttls` ends the connection when the server has none (`network-stream.el`).

use super::{SAME_ADDRESS, SIGNED_TWICE};
use crate::account::{Account, Identity, Mechanism, Protocol, Said, Server, Signature, Signing, Tls};
use crate::target::mutt::{KEY_UNKNOWN, keys as mutt_keys};
use crate::target::{Access, Bundle, Program, Run, Supply};

/// A row of `mailwright-logins`.
pub struct Login {
    pub host: Said<String>,
    pub ports: Vec<Said<String>>,
    pub user: Said<String>,
    pub command: Option<Said<String>>,
    pub literal: Option<Said<String>>,
    /// For smtpmail, which can put nothing but bytes into base64.
    pub bytes: bool,
}

/// A submission server.
#[derive(Clone)]
pub struct Smtp {
    pub host: Said<String>,
    pub port: u16,
    pub stream: &'static str,
    pub user: Option<Said<String>>,
    pub auth: &'static str,
}

/// What a message is signed with.
pub struct Keys {
    pub how: &'static str,
    pub by: Said<String>,
    pub key: Option<Said<String>>,
}

/// A row of `mailwright-people`.
pub struct Person {
    pub address: Said<String>,
    pub name: Option<Said<String>>,
    pub smtp: Option<Smtp>,
    pub reply_to: Option<Said<String>>,
    pub keys: Option<Keys>,
}

/// A signature, in one of three forms.
pub struct Written {
    pub text: Option<Said<String>>,
    pub file: Option<Said<String>>,
    pub command: Option<Said<String>>,
}

impl Written {
    /// Of an account or an identity.
    pub fn of(signature: &Said<Signature>) -> Written {
        let mut written = Written { text: None, file: None, command: None };
        match &signature.value {
            Signature::Text(text) => written.text = Some(signature.with(text.as_str().to_owned())),
            Signature::File(path) => written.file = Some(signature.with(path.to_string())),
            Signature::Command(command) => written.command = Some(signature.with(command.shell_line())),
        }
        written
    }
}

/// All that the shared part of the files says.
pub struct People {
    pub logins: Vec<Login>,
    pub people: Vec<Person>,
    /// Regular expressions for the hosts whose certificates are checked.
    pub verified: Vec<String>,
    /// A password stands in it.
    pub secret: bool,
}

impl People {
    /// Of all accounts, the default one first.
    pub fn of(run: &Run<'_>, smtp: &Program, bundle: &mut Bundle) -> People {
        let mut all = People { logins: Vec::new(), people: Vec::new(), verified: Vec::new(), secret: false };
        let default = run.mail.default_account();
        let first = default.into_iter();
        let rest = run.mail.accounts.iter().filter(|a| default.is_none_or(|d| d.name != a.name));
        for account in first.chain(rest) {
            all.add(account, run, smtp, bundle);
        }
        all
    }

    fn add(&mut self, account: &Account, run: &Run<'_>, program: &Program, bundle: &mut Bundle) {
        if self.people.iter().any(|p| p.address.value == account.address.as_str()) {
            bundle.note(
                &SAME_ADDRESS,
                account,
                "the address in From decides how a message is sent, and another account has this one: mail by this account is left out",
            );
            return;
        }
        let on = |s: &Option<Said<Signing>>| s.as_ref().is_some_and(|s| s.sign || s.encrypt);
        let smime_key = account.smime.as_ref().and_then(|s| s.key.as_ref());
        if let Some(key) = smime_key.filter(|k| mutt_keys::of_smime_keys(k)) {
            let text = format!("{} (name the certificate): left out", mutt_keys::unknown(key));
            bundle.note(&KEY_UNKNOWN, account, text);
        } else if on(&account.pgp) && on(&account.smime) {
            bundle.note(
                &SIGNED_TWICE,
                account,
                format!(
                    "{} signs and encrypts a message by OpenPGP or by S/MIME: it does so by OpenPGP",
                    program.about.title
                ),
            );
        }
        let server = account.smtp.as_ref().and_then(|s| self.smtp(s, account, run, program, bundle));
        self.people.push(Person {
            address: account.address.with(account.address.to_string()),
            name: account.full_name.as_ref().map(|n| n.with(n.value.to_string())),
            smtp: server.clone(),
            reply_to: None,
            keys: keys(account, None),
        });
        for identity in
            account.identities.iter().filter(|i| !run.mail.accounts.iter().any(|a| a.address.value == i.address.value))
        {
            let name = identity.name.as_ref().or(account.full_name.as_ref());
            let smtp = match &identity.smtp {
                Some(own) => self.smtp(own, account, run, program, bundle),
                None => server.clone(),
            };
            self.people.push(Person {
                address: identity.address.with(identity.address.to_string()),
                name: name.map(|n| n.with(n.value.to_string())),
                smtp,
                reply_to: identity.reply_to.as_ref().map(|a| a.with(a.to_string())),
                keys: keys(account, Some(identity)),
            });
        }
    }

    fn smtp(
        &mut self,
        server: &Server,
        account: &Account,
        run: &Run<'_>,
        program: &Program,
        bundle: &mut Bundle,
    ) -> Option<Smtp> {
        let access = program.access(server, account, run, bundle)?;
        self.login(server, &access);
        Some(Smtp {
            host: server.host.with(server.host.to_string()),
            port: server.port.value,
            stream: stream(server.tls.value),
            auth: match (&access.supply, &access.mechanism) {
                (Supply::Nothing, _) => "",
                (_, Some(mechanism)) => mechanism.word(),
                // Not CRAM-MD5, of which a server needs the password itself.
                (_, None) => "plain login",
            },
            user: access.login,
        })
    }

    /// Where the password of a login at a server comes from; nothing for one that Emacs asks for.
    pub fn login(&mut self, server: &Server, access: &Access) {
        let host = server.host.with(server.host.to_string());
        if server.tls.value != Tls::None {
            let pattern = format!("\\`{}\\'", host.value.replace('.', "\\."));
            if !self.verified.contains(&pattern) {
                self.verified.push(pattern);
            }
        }
        let Some(user) = access.login.clone() else { return };
        let command = match &access.supply {
            Supply::Command(command) => Some(command.with(command.value.shell_line())),
            _ => None,
        };
        let literal = access.literal().cloned();
        if command.is_none() && literal.is_none() {
            return;
        }
        self.secret |= literal.is_some();
        let port = |text: String| server.port.with(text);
        let mut ports = vec![port(server.port.to_string())];
        if server.port.value == server.protocol.port(server.tls.value) {
            ports.push(port(service(server).to_owned()));
        }
        let same =
            |l: &Login| l.host.value == host.value && l.ports[0].value == ports[0].value && l.user.value == user.value;
        if !self.logins.iter().any(same) {
            self.logins.push(Login { host, ports, user, command, literal, bytes: server.protocol == Protocol::Smtp });
        }
    }
}

/// Emacs' name of a TLS mode.
pub fn stream(tls: Tls) -> &'static str {
    match tls {
        Tls::Implicit => "ssl",
        Tls::StartTls => "starttls",
        Tls::None => "plain",
    }
}

/// The name of the usual port.
fn service(server: &Server) -> &'static str {
    match (server.protocol, server.tls.value) {
        (Protocol::Imap, Tls::Implicit) => "imaps",
        (Protocol::Imap, _) => "imap",
        (Protocol::Pop3, Tls::Implicit) => "pop3s",
        (Protocol::Pop3, _) => "pop3",
        (Protocol::Smtp, Tls::Implicit) => "smtps",
        (Protocol::Smtp, _) => "submission",
    }
}

fn keys(account: &Account, identity: Option<&Identity>) -> Option<Keys> {
    let on = |s: &&Said<Signing>| s.sign || s.encrypt;
    let pgp = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref()).filter(on);
    let known = |s: &&Said<Signing>| !s.key.as_ref().is_some_and(mutt_keys::of_smime_keys);
    let (signing, by) = match (pgp, account.smime.as_ref().filter(on).filter(known)) {
        (Some(pgp), _) => (pgp, "pgpmime"),
        (None, smime) => (smime?, "smime"),
    };
    Some(Keys {
        how: match (signing.sign, signing.encrypt) {
            (true, true) => "signencrypt",
            (false, _) => "encrypt",
            (true, false) => "sign",
        },
        by: signing.with(by.to_owned()),
        key: signing.key.as_ref().map(|k| signing.with(k.to_string())),
    })
}

/// What smtpmail can be told to use.
pub const SMTP_MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5];
