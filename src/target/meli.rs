//! meli: reads IMAP, sends by SMTP or by msmtp.
//!
//! Format: meli.conf(5) of 0.9 and what melib 0.9 takes. The file is the user's, too. meli asks for no password and takes
//! all that a command prints. Between 0.8 and 0.9 the key of a password command was renamed; neither knows the other's.

use super::mutt::msmtp_name;
use super::{
    About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Target, access, clash,
    may_hold_secret,
};
use crate::account::{Account, Credential, Mechanism, Protocol, Said, Server, Signature, Text, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, mailbox, shell};

/// meli.
pub struct Meli;

const SENDS_ONLY: NoteKind = NoteKind { code: "sends-only", about: "an account that only sends is left out" };
const NO_POP3: NoteKind = NoteKind { code: "no-pop3", about: "a POP3 account is left out" };
const IDENTITY_SERVER: NoteKind = NoteKind {
    code: "identity-server",
    about: "an identity with a submission server of its own is left out, unless msmtp sends",
};
const IDENTITY: NoteKind =
    NoteKind { code: "identity", about: "an identity's own signature, answer address and key are left out" };
const SIGNATURE: NoteKind = NoteKind { code: "signature", about: "for 0.8 a signature that is no file is left out" };
const NO_SMIME: NoteKind = NoteKind { code: "no-smime", about: "there is no S/MIME" };

pub(super) const ABOUT: About = About {
    id: "meli",
    title: "meli",
    family: Family::Reader,
    homepage: "https://meli-email.org/",
    files: &[".config/meli/config.toml"],
    lives: Lives::Home,
    templates: &["meli.toml"],
    oracle: "meli itself (`tests/run --full`): test-config on every golden; its values, read by the toml crate",
    versions: "0.8.3 and later; tested with 0.9.0",
    options: &Table {
        what: "the options of meli",
        keys: &[
            OS,
            key("version", Shape::Word(&["0.8", "0.9"]), "Write for `0.8`, or for `0.9` and later (default)."),
            key("send", Shape::Word(&["server", "msmtp"]), "Send by the `server` (default), or by `msmtp`."),
            key("extra", Shape::Lines, "Lines for this account that meli reads as they are."),
        ],
    },
    notes: &[
        SENDS_ONLY,
        NO_POP3,
        IDENTITY_SERVER,
        IDENTITY,
        SIGNATURE,
        NO_SMIME,
        access::NO_PROMPT,
        access::TOKEN_MECHANISM,
        access::NO_TOKEN,
        access::MECHANISM,
    ],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::XOAuth2, Mechanism::OAuthBearer],
    own_oauth2: false,
    mechanisms: &[],
};
/// It sends a token by XOAUTH2 only: for the other one the host would have to be part of what the command prints.
const SMTP: Program = Program { tokens: &[Mechanism::XOAuth2], ..PROGRAM };

#[derive(askama::Template)]
#[template(path = "meli.toml")]
struct Config {
    mark: &'static str,
    accounts: Vec<Entry>,
}

/// A table `[accounts.x]`.
struct Entry {
    name: Said<String>,
    keys: Vec<(&'static str, Value)>,
    identities: Vec<Said<String>>,
    mailboxes: Vec<(Said<String>, &'static str)>,
    extra: Option<String>,
    secret: bool,
    /// For 0.8.
    old: bool,
}

enum Value {
    Text(Said<String>),
    Bare(String),
    Command(Said<String>),
}

impl Entry {
    fn text(&mut self, key: &'static str, value: Said<String>) {
        self.keys.push((key, Value::Text(value)));
    }

    fn word(&mut self, key: &'static str, word: &str) {
        self.text(key, Said::rule(word.to_owned(), "a word of the format"));
    }

    fn bare(&mut self, key: &'static str, value: impl ToString) {
        self.keys.push((key, Value::Bare(value.to_string())));
    }
}

impl Target for Meli {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// In TOML a table may stand once only.
    fn clash(&self, ours: &str, theirs: &str) -> Option<String> {
        clash::twice(ours, theirs, clash::section)
            .map(|name| format!("both have `{name}`, and in TOML a table may stand once only"))
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts: Vec<Entry> = Vec::new();
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            let extra = options.verbatim("extra");
            let (old, msmtp) = (options.is("version", "0.8"), options.is("send", "msmtp"));
            problems.append(&mut options.problems);
            let entry = Entry {
                name: account.address.with(account.name.clone()),
                keys: Vec::new(),
                identities: Vec::new(),
                mailboxes: Vec::new(),
                secret: extra.as_deref().is_some_and(may_hold_secret),
                extra,
                old,
            };
            accounts.extend(fill(entry, account, msmtp, run, &mut bundle));
        }
        if accounts.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        let secret = accounts.iter().any(|a| a.secret);
        match Refusals::render(&Config { mark: MARK, accounts }, None) {
            Ok(text) if problems.is_empty() => {
                bundle.files.push(File::new(ABOUT.files[0], text, secret).block("#"));
                Ok(bundle)
            }
            Ok(_) => Err(problems),
            Err(refused) => {
                problems.extend(refused);
                Err(problems)
            }
        }
    }
}

fn fill(mut entry: Entry, account: &Account, msmtp: bool, run: &Run<'_>, bundle: &mut Bundle) -> Option<Entry> {
    let Some(server) = account.incoming() else {
        bundle.note(&SENDS_ONLY, account, "meli needs a place to read mail from: left out");
        return None;
    };
    if server.protocol == Protocol::Pop3 {
        bundle.note(&NO_POP3, account, "meli has no POP3: left out");
        return None;
    }
    let access = PROGRAM.access_unasked(server, account, run, bundle)?;
    entry.word("format", "imap");
    entry.word("root_mailbox", "INBOX");
    entry.text("server_hostname", server.host.with(server.host.to_string()));
    entry.bare("server_port", server.port.value);
    // STARTTLS or nothing: it does not go on without.
    entry.bare("use_tls", server.tls.value != Tls::None);
    entry.bare("use_starttls", server.tls.value == Tls::StartTls);
    entry.text("server_username", access.login.clone().unwrap_or_else(|| server.host.with(String::new())));
    if access.token {
        entry.bare("use_oauth2", true);
    }
    let old = entry.old;
    if let Some(line) = access.first_line() {
        if old {
            // It wants what is sent for a token, and not the token.
            let line = if access.token { xoauth2(access.login.as_ref(), &line) } else { line };
            entry.text("server_password_command", line);
        } else {
            entry.keys.push(("server_password", Value::Command(line)));
        }
    } else {
        entry.secret |= access.literal().is_some();
        entry.text("server_password", access.literal().cloned().unwrap_or_else(|| server.host.with(String::new())));
    }
    entry.text("identity", account.address.with(account.address.to_string()));
    if let Some(full_name) = &account.full_name {
        entry.text("display_name", full_name.with(full_name.to_string()));
    }
    match &account.smtp {
        _ if msmtp => {
            let by = match account.identities.is_empty() {
                true => format!("-a {}", msmtp_name(account)),
                false => "--read-envelope-from".into(),
            };
            entry.word("send_mail", &format!("msmtp --read-recipients {by}"));
        }
        Some(smtp) => entry.smtp(smtp, account, run, bundle),
        // There is no other way to say that it cannot send.
        None => entry.word("send_mail", "false"),
    }
    entry.bare("composing.store_sent_mail", account.save_sent.value);
    entry.writing(account, bundle);
    entry.identities(account, msmtp, bundle);
    let folders = &account.folders;
    for (folder, usage) in [
        (&folders.sent, "Sent"),
        (&folders.drafts, "Drafts"),
        (&folders.trash, "Trash"),
        (&folders.junk, "Junk"),
        (&folders.archive, "Archive"),
    ] {
        entry.mailboxes.extend(folder.as_ref().map(|f: &Said<Text>| (f.with(f.to_string()), usage)));
    }
    Some(entry)
}

/// A line that prints what XOAUTH2 sends for a token, in base 64.
fn xoauth2(login: Option<&Said<String>>, token: &Said<String>) -> Said<String> {
    let login = login.map(|l| shell::quote(l)).unwrap_or_default();
    token.with(format!(
        "printf 'user=%s\\001auth=Bearer %s\\001\\001' {login} \"$({})\" | base64 | tr -d '\\n'",
        token.value
    ))
}

impl Entry {
    fn smtp(&mut self, smtp: &Server, account: &Account, run: &Run<'_>, bundle: &mut Bundle) {
        let Some(access) = SMTP.access_unasked(smtp, account, run, bundle) else {
            self.word("send_mail", "false");
            return;
        };
        self.text("send_mail.hostname", smtp.host.with(smtp.host.to_string()));
        self.bare("send_mail.port", smtp.port.value);
        self.word(
            "send_mail.security.type",
            match smtp.tls.value {
                Tls::Implicit => "tls",
                Tls::StartTls => "starttls",
                Tls::None => "none",
            },
        );
        if matches!(smtp.credential.value, Credential::None) {
            self.word("send_mail.auth.type", "none");
            return;
        }
        let line = access.first_line();
        if access.token {
            self.word("send_mail.auth.type", "xoauth2");
            self.secret(
                ("send_mail.auth.token", "send_mail.auth.token_command"),
                line.map(|l| xoauth2(access.login.as_ref(), &l)),
                None,
            );
            return;
        }
        self.word("send_mail.auth.type", "auto");
        if let Some(login) = access.login.clone() {
            self.text("send_mail.auth.username", login);
        }
        if self.old {
            // The way that both know, and 0.9 warns about.
            if let Some(line) = line {
                self.word("send_mail.auth.password.type", "command_eval");
                self.text("send_mail.auth.password.value", line);
            } else if let Some(password) = access.literal() {
                self.secret = true;
                self.word("send_mail.auth.password.type", "raw");
                self.text("send_mail.auth.password.value", password.clone());
            }
        } else {
            self.secret(("send_mail.auth.password", ""), line, access.literal());
        }
    }

    /// A command, under its old name where there is one, or the secret itself.
    fn secret(
        &mut self,
        (key, old): (&'static str, &'static str),
        line: Option<Said<String>>,
        literal: Option<&Said<String>>,
    ) {
        if let Some(line) = line {
            match self.old {
                true if !old.is_empty() => self.text(old, line),
                _ => self.keys.push((key, Value::Command(line))),
            }
        } else if let Some(literal) = literal {
            self.secret = true;
            self.text(key, literal.clone());
        }
    }

    fn writing(&mut self, account: &Account, bundle: &mut Bundle) {
        if let Some(signature) = &account.signature {
            let command = match &signature.value {
                Signature::File(path) => {
                    self.text("composing.signature_file", signature.with(path.to_string()));
                    None
                }
                Signature::Text(lines) => {
                    let text = lines.as_str().strip_prefix("-- \n").unwrap_or(lines.as_str());
                    Some(shell::print(text))
                }
                Signature::Command(command) => Some(command.shell_line()),
            };
            match command {
                Some(_) if self.old => {
                    bundle.note(&SIGNATURE, account, "meli 0.8 has a signature in a file only: left out");
                    return;
                }
                Some(line) => self.keys.push(("composing.signature_file", Value::Command(signature.with(line)))),
                None => {}
            }
            self.bare("composing.use_signature", true);
        }
        if let Some(pgp) = &account.pgp {
            self.bare("pgp.auto_sign", pgp.sign);
            self.bare("pgp.auto_encrypt", pgp.encrypt);
            if let Some(key) = &pgp.key {
                self.text("pgp.sign_key", pgp.with(key.to_string()));
            }
        }
        if account.smime.is_some() {
            bundle.note(&NO_SMIME, account, "meli has no S/MIME: left out");
        }
    }

    fn identities(&mut self, account: &Account, msmtp: bool, bundle: &mut Bundle) {
        for identity in &account.identities {
            let address = &identity.address;
            if identity.smtp.is_some() && !msmtp {
                bundle.note(
                    &IDENTITY_SERVER,
                    account,
                    format!("meli sends all addresses of an account by one server: {} is left out", address.value),
                );
                continue;
            }
            if identity.signature.is_some() || identity.reply_to.is_some() || identity.pgp.is_some() {
                bundle.note(
                    &IDENTITY,
                    account,
                    format!("meli has one signature and one key for an account, and no answer address: those of {} are left out", address.value),
                );
            }
            let name = identity.name.as_ref().or(account.full_name.as_ref());
            self.identities.push(address.with(mailbox::quote(name.map(|n| n.as_str()), address.as_str())));
        }
    }
}
