//! Applications that send: what they all have to decide, decided once.
//!
//! An application has one submission server. It is the default account's, or that of the first account that it can send
//! by. No secret is ever written: an application reads its password from a variable of its environment (or from a file),
//! and what is written is the reference. [`App::sender`] says by whom is sent, with a note for everything else.

use super::{About, Bundle, Do, File, NoteKind, Options, Run, access};
use crate::account::{Account, Credential, Mechanism, OAuth2, Said, Secret, Server, Tls};
use crate::problem::Problem;
use crate::quote::{Refusals, Unquotable};

/// Another account.
pub const ONE_ACCOUNT: NoteKind = NoteKind {
    code: "one-account",
    about: "the application sends by one account, not always the default: the others are left out",
};
/// An account that only receives.
pub const RECEIVES_ONLY: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };
/// A password from elsewhere.
pub const VARIABLE: NoteKind = NoteKind {
    code: "password-variable",
    about: "the password is read from a variable of the environment, not from where the account file says",
};
/// Further addresses.
pub const IDENTITIES: NoteKind =
    NoteKind { code: "identities", about: "further addresses are left out: the application writes from one" };
/// TLS that cannot be insisted on.
pub const OPTIONAL_STARTTLS: NoteKind = NoteKind {
    code: "optional-starttls",
    about: "the application goes on without TLS where a server does not offer STARTTLS: the account is left out, unless the option allows it",
};
/// TLS where none was asked for.
pub const OFFERED_STARTTLS: NoteKind = NoteKind {
    code: "offered-starttls",
    about: "told to go without TLS, the application takes STARTTLS all the same where a server offers it",
};
/// TLS by the port.
pub const TLS_BY_PORT: NoteKind = NoteKind {
    code: "tls-by-port",
    about: "the application takes port 465 for implicit TLS and every other for STARTTLS: the account is left out",
};
/// The name beside the address.
pub const NAME: NoteKind = NoteKind { code: "name", about: "the name beside the address cannot be written" };

/// What an application can do.
#[derive(Clone, Copy, Debug)]
pub struct App {
    /// Its target.
    pub about: &'static About,
    /// What it is called in a sentence.
    pub called: &'static str,
    /// The variable that it reads the password from; empty where the target itself says where.
    pub variable: &'static str,
    /// Whether the variable may have another name.
    pub any_variable: bool,
    /// Where the variable has to be set.
    pub place: &'static str,
    /// How the file gets into what is there already, as a step; empty where it stands for itself.
    pub merge: &'static str,
    /// SASL mechanisms that it can be told to insist on.
    pub mechanisms: &'static [Mechanism],
    /// What it does when it cannot be told.
    pub otherwise: &'static str,
    /// It gets OAuth2 tokens by itself, with a registration and a refresh token, and sends them by XOAUTH2.
    pub refreshes: bool,
}

/// By whom an application sends.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// The account.
    pub account: &'a Account,
    /// Its submission server.
    pub server: &'a Server,
    /// The address to write from.
    pub from: Said<String>,
    /// The name beside it.
    pub name: Option<Said<String>>,
    /// The login; `None` where nobody logs in.
    pub login: Option<Said<String>>,
    /// The variable that holds the password.
    pub variable: String,
    /// The mechanism to insist on.
    pub mechanism: Option<Mechanism>,
    /// OAuth2 instead of a password: the variable holds a refresh token.
    pub oauth2: Option<Refresh>,
}

/// How an application gets tokens by itself.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The registration.
    pub client_id: Said<String>,
    /// The variable that holds its secret, if it has one.
    pub client_secret: Option<String>,
    /// Where tokens come from.
    pub token_url: Said<String>,
}

impl App {
    /// Who sends: the default account, else the first that the application can send by. `fits` refuses a server, with a
    /// note of its own.
    pub fn sender<'a>(
        &self,
        run: &Run<'a>,
        bundle: &mut Bundle,
        fits: impl Fn(&Account, &Server, &mut Bundle) -> bool,
    ) -> Option<Sender<'a>> {
        let title = self.called;
        let mail = run.mail;
        let first = mail.default_account();
        let others = mail.accounts.iter().filter(|a| first.is_none_or(|f| !std::ptr::eq(*a, f)));
        let mut sender: Option<Sender<'a>> = None;
        let mut beside = Vec::new();
        for account in first.into_iter().chain(others) {
            let Some(server) = &account.smtp else {
                let text = format!("{title} only sends, and this account has no submission server: left out");
                bundle.note(&RECEIVES_ONLY, account, text);
                continue;
            };
            if sender.is_some() {
                beside.push(account.name.as_str());
            } else if fits(account, server, bundle) {
                sender = self.login(account, server, bundle);
            }
        }
        if let (Some(chosen), Some(default)) = (&sender, first) {
            if !std::ptr::eq(chosen.account, default) {
                let text =
                    format!("{title} sends by {} instead of the default account {}", chosen.account.name, default.name);
                bundle.note(&ONE_ACCOUNT, default, text);
            }
            // One note, not one an account: a file may have dozens.
            if !beside.is_empty() {
                let text = format!(
                    "{title} sends by one account, which is this, the others are left out: {}",
                    beside.join(", ")
                );
                bundle.note(&ONE_ACCOUNT, chosen.account, text);
            }
        }
        sender
    }

    fn login<'a>(&self, account: &'a Account, server: &'a Server, bundle: &mut Bundle) -> Option<Sender<'a>> {
        let title = self.called;
        let mut variable = self.variable.to_owned();
        let mut oauth2 = None;
        let mut login = Some(server.login.with(server.login.for_program(server.protocol)));
        let mut elsewhere = |what: &str| {
            if !self.variable.is_empty() {
                let text = format!("{what}: {title} reads it from the variable {}", self.variable);
                bundle.note(&VARIABLE, account, text);
            }
        };
        match &server.credential.value {
            Credential::None => login = None,
            Credential::OAuth2(by) if self.refreshes => {
                oauth2 = self.refresh(by, account, bundle);
                oauth2.as_ref()?;
                variable = "SMTP_REFRESH_TOKEN".to_owned();
            }
            Credential::OAuth2(_) => {
                let text = format!("{title} logs in with a password, not with an OAuth2 token: left out");
                bundle.note(&access::NO_OAUTH2, account, text);
                return None;
            }
            Credential::Password(secret) => match secret {
                Secret::Prompt => {}
                Secret::Env(name) if self.any_variable => variable = name.to_string(),
                Secret::Env(name) if name.as_str() == self.variable => {}
                Secret::Env(name) => elsewhere(&format!("the password is not read from {name}")),
                Secret::Literal(_) => elsewhere("the password stands in the account file and is not copied"),
                Secret::Command(_) | Secret::Keyring { .. } => elsewhere("no command is run for the password"),
                Secret::File(_) => elsewhere("the password's file is not read"),
            },
        }
        let mechanism = server.auth.as_ref().filter(|_| login.is_some());
        let known = mechanism.map(|m| m.value).filter(|m| self.mechanisms.contains(m));
        if let (Some(asked), None) = (mechanism, known) {
            let text = format!("{title} cannot insist on {}: {}", asked.word(), self.otherwise);
            bundle.note(&access::MECHANISM, account, text);
        }
        if !account.identities.is_empty() {
            let text =
                format!("{title} writes from {} only: the further addresses are left out", account.address.value);
            bundle.note(&IDENTITIES, account, text);
        }
        if !self.merge.is_empty() {
            bundle.step(self.merge, Do::Tell);
        }
        if let Some(login) = login.as_ref().filter(|_| !variable.is_empty()) {
            let what = format!(
                "Set {variable} to the {} of {} at {} {}",
                if oauth2.is_some() { "OAuth2 refresh token" } else { "password" },
                login.value,
                server.host.value,
                self.place
            );
            bundle.step(what, Do::Tell);
        }
        Some(Sender {
            account,
            server,
            from: account.address.with(account.address.to_string()),
            name: account.full_name.as_ref().map(|n| n.with(n.to_string())),
            login,
            variable,
            mechanism: known,
            oauth2,
        })
    }

    fn refresh(&self, by: &OAuth2, account: &Account, bundle: &mut Bundle) -> Option<Refresh> {
        let title = self.called;
        let mut left_out = |why: &str| {
            let text = format!("{title} {why}: left out");
            bundle.note(&access::NO_OAUTH2, account, text);
            None
        };
        if by.mechanism.as_ref().is_some_and(|m| m.value != Mechanism::XOAuth2) {
            return left_out("sends an OAuth2 token by XOAUTH2 only");
        }
        let (Some(client_id), Some(token_url)) = (&by.client_id, &by.token_url) else {
            return left_out(
                "gets OAuth2 tokens by itself, for which it needs `oauth2: { client_id: ... }` of your own",
            );
        };
        let client_secret = by.client_secret.as_ref().map(|secret| match &secret.value {
            Secret::Env(name) => name.to_string(),
            _ => "SMTP_CLIENT_SECRET".to_owned(),
        });
        if let Some(name) = &client_secret {
            bundle.step(format!("Set {name} to the secret of the OAuth2 client {}", self.place), Do::Tell);
        }
        Some(Refresh {
            client_id: client_id.with(client_id.to_string()),
            client_secret,
            token_url: token_url.with(token_url.to_string()),
        })
    }

    /// For an application that takes STARTTLS only where it is offered: whether the server may be used all the same.
    pub fn starttls(&self, allowed: bool, account: &Account, server: &Server, bundle: &mut Bundle) -> bool {
        let title = self.called;
        match server.tls.value {
            Tls::Implicit => return true,
            Tls::None => {
                let text = format!("{title} takes STARTTLS all the same where {} offers it", server.host.value);
                bundle.note(&OFFERED_STARTTLS, account, text);
                return true;
            }
            Tls::StartTls => {}
        }
        let end = if allowed { "written all the same, by the option `optional_starttls`" } else { "left out" };
        let text = format!(
            "{title} goes on without TLS, password and all, where {} does not offer STARTTLS (use implicit TLS, port 465): {end}",
            server.host.value
        );
        bundle.note(&OPTIONAL_STARTTLS, account, text);
        allowed
    }

    /// For an application that takes port 465 for implicit TLS and no other.
    pub fn tls_by_port(&self, account: &Account, server: &Server, bundle: &mut Bundle) -> bool {
        let implicit = server.port.value == 465;
        let fits = implicit == (server.tls.value == Tls::Implicit);
        if !fits {
            let text = format!(
                "{} takes port 465 for implicit TLS and no other: port {} with {} is left out",
                self.called,
                server.port.value,
                match server.tls.value {
                    Tls::Implicit => "implicit TLS",
                    Tls::StartTls => "STARTTLS",
                    Tls::None => "no TLS",
                }
            );
            bundle.note(&TLS_BY_PORT, account, text);
        }
        fits
    }
}

impl Sender<'_> {
    /// Host, as it stands alone.
    pub fn host(&self) -> Said<String> {
        self.server.host.with(self.server.host.to_string())
    }

    /// Host, an IPv6 address in brackets.
    pub fn host_in_url(&self) -> Said<String> {
        self.server.host.with(self.server.host.in_url())
    }

    /// The TLS mode.
    pub fn tls(&self) -> Tls {
        self.server.tls.value
    }

    /// The `From` of RFC 5322: `"Name" <address>`, the name in quotes whatever it is.
    pub fn mailbox(&self) -> Said<String> {
        match &self.name {
            Some(name) => name.with(self.named(name)),
            None => self.from.clone(),
        }
    }

    fn named(&self, name: &str) -> String {
        format!("{} <{}>", phrase(name), self.from.value)
    }

    /// The mailbox in ASCII: a name that is not is an encoded word (RFC 2047).
    pub fn ascii_mailbox(&self) -> Said<String> {
        match self.name.as_ref().filter(|n| !n.is_ascii()) {
            Some(name) => name.with(format!("{} <{}>", encoded(name), self.from.value)),
            None => self.mailbox(),
        }
    }
}

/// The name beside the address, if the file can hold it: `quote` is given what will stand there.
pub fn held_name(
    app: &App,
    sender: &Sender<'_>,
    bundle: &mut Bundle,
    quote: impl Fn(&str) -> Result<String, Unquotable>,
) -> Option<Said<String>> {
    let name = sender.name.clone()?;
    match quote(&name) {
        Ok(_) => Some(name),
        Err(why) => {
            let text = format!("{}: the name beside {} is left out ({})", app.called, sender.from.value, why.reason);
            bundle.note(&NAME, sender.account, text);
            None
        }
    }
}

/// The same for a file in which name and address are one value.
pub fn held_mailbox(
    app: &App,
    sender: &mut Sender<'_>,
    bundle: &mut Bundle,
    quote: impl Fn(&str) -> Result<String, Unquotable>,
) {
    sender.name = held_name(app, sender, bundle, |name| quote(&sender.named(name)));
}

/// Renders the one file of an application and finishes its bundle.
///
/// # Errors
/// What is wrong in the options, and every value that the grammar cannot hold.
pub fn finish(
    mut bundle: Bundle,
    options: Options<'_>,
    config: &impl askama::Template,
    file: impl FnOnce(String) -> File,
) -> Result<Bundle, Vec<Problem>> {
    let mut problems = options.problems;
    match Refusals::render(config, None) {
        Ok(text) if problems.is_empty() => {
            bundle.files.push(file(text));
            Ok(bundle)
        }
        Ok(_) => Err(problems),
        Err(refused) => {
            problems.extend(refused);
            Err(problems)
        }
    }
}

/// A name as a quoted string (RFC 5322 section 3.2.4).
fn phrase(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A name as encoded words of at most 75 characters, never within a character.
fn encoded(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in name.chars() {
        let mut bytes = [0; 4];
        let piece: String = match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => c.to_string(),
            c => c.encode_utf8(&mut bytes).bytes().map(|b| format!("={b:02X}")).collect(),
        };
        if word.len() + piece.len() > 60 {
            words.push(std::mem::take(&mut word));
        }
        word.push_str(&piece);
    }
    words.push(word);
    words.iter().map(|w| format!("=?utf-8?q?{w}?=")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(phrase("Müller, \"J\\"), "\"Müller, \\\"J\\\\\"");
        assert_eq!(encoded("Jörg M"), "=?utf-8?q?J=C3=B6rg=20M?=");
        let long = encoded(&"日本".repeat(20));
        assert!(long.split(' ').all(|w| w.len() <= 75 && w.starts_with("=?utf-8?q?=")), "{long}");
    }
}
