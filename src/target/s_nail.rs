//! S-nail: mail(1) with IMAP, POP3 and submission, which Debian calls `s-nail` and other systems `mailx`.
//!
//! Format: s-nail(1) of 14.9. An account is a block of commands that `account NAME` runs, and leaving it takes all of it
//! back (`localopts`); the default one is entered at the end. A password command runs when its account is entered:
//! `vput ! i COMMAND` puts what it prints into a variable. A further address is an account of its own.

use std::collections::HashSet;

use super::mutt::msmtp_name;
use super::{
    About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Supply, Target, access, local,
    may_hold_secret,
};
use crate::account::{Account, Identity, Mechanism, Protocol, Said, Server, Signature, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, mailbox, shell, url};

/// S-nail.
pub struct SNail;

const RENAMED: NoteKind = NoteKind {
    code: "name-null",
    about: "`null` has a meaning of its own as a name: the account is called by its address",
};
const SIGNATURE: NoteKind = NoteKind {
    code: "signature",
    about: "a signature in which `\\n` or `\\t` stands would be changed: it is left out",
};
const NO_PGP: NoteKind = NoteKind { code: "no-pgp", about: "there is no OpenPGP: left out" };
const SMIME: NoteKind =
    NoteKind { code: "smime", about: "S/MIME needs a file with certificate and key: anything else is left out" };
const IPV6: NoteKind =
    NoteKind { code: "ipv6", about: "a server that is given by its IPv6 address: the account is left out" };
const DRAFTS: NoteKind = NoteKind { code: "drafts", about: "drafts are kept on this machine only" };

pub(super) const ABOUT: About = About {
    id: "s-nail",
    title: "S-nail",
    family: Family::Reader,
    homepage: "https://www.sdaoden.eu/code-nail.html",
    files: &[".mailrc"],
    lives: Lives::Home,
    templates: &["s-nail.mailrc"],
    oracle: "s-nail itself: it shows the settings of every golden's accounts, and logs in; reads and sends in the box",
    versions: "14.9 and later; tested with 14.9.24",
    options: &Table {
        what: "the options of S-nail",
        keys: &[
            OS,
            key(
                "mail",
                Shape::Word(&["server", "maildir"]),
                "Read from the `server` (default), or from the account's `maildir`.",
            ),
            key("send", Shape::Word(&["server", "msmtp"]), "Send by the `server` (default), or by `msmtp`."),
            key("ca_file", Shape::Text, "A file of certificate authorities. Default: the system's."),
            key("extra", Shape::Lines, "Lines for this account that S-nail reads as they are."),
        ],
    },
    notes: &[
        RENAMED,
        SIGNATURE,
        NO_PGP,
        SMIME,
        DRAFTS,
        IPV6,
        access::NO_TOKEN,
        access::TOKEN_MECHANISM,
        access::WITHHELD,
        access::MECHANISM,
        access::NO_LOGIN,
    ],
};

const IMAP: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    // What it calls `oauthbearer` is XOAUTH2 (seen in 14.9.24).
    tokens: &[Mechanism::XOAuth2],
    own_oauth2: false,
    mechanisms: &[Mechanism::Login, Mechanism::CramMd5, Mechanism::External, Mechanism::Gssapi],
};
const POP3: Program = Program { mechanisms: &[Mechanism::Plain, Mechanism::External, Mechanism::Gssapi], ..IMAP };
const SMTP: Program = Program {
    mechanisms: &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5, Mechanism::External, Mechanism::Gssapi],
    ..IMAP
};

#[derive(askama::Template)]
#[template(path = "s-nail.mailrc")]
struct Config {
    mark: &'static str,
    accounts: Vec<Entry>,
    default: String,
}

/// An `account` block.
struct Entry {
    name: String,
    lines: Vec<Line>,
    extra: Option<String>,
    secret: bool,
    /// What the variable `i` holds now.
    held: Option<String>,
}

/// A command.
enum Line {
    On(&'static str),
    Off(&'static str),
    Set(String, Said<String>),
    /// What a line for the shell prints goes into a variable ...
    Output(Said<String>),
    /// ... and from there to a server's password, or to the signature.
    Password(String),
    Signature,
    Forget,
}

impl Entry {
    fn set(&mut self, name: impl Into<String>, value: Said<String>) {
        self.lines.push(Line::Set(name.into(), value));
    }

    fn word(&mut self, name: impl Into<String>, word: &str) {
        self.set(name, Said::rule(word.to_owned(), "a word of the format"));
    }

    fn output(&mut self, line: Said<String>) {
        if self.held.as_ref() != Some(&line.value) {
            self.held = Some(line.value.clone());
            self.lines.push(Line::Output(line));
        }
    }
}

impl Target for SNail {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts: Vec<Entry> = Vec::new();
        let mut names: HashSet<String> = run.mail.accounts.iter().map(|a| a.name.clone()).collect();
        let mut default = None;
        for account in &run.mail.accounts {
            let mut name = account.name.clone();
            if name == "null" {
                name = account.address.to_string();
                bundle.note(
                    &RENAMED,
                    account,
                    format!("S-nail gives the name `null` a meaning of its own: use `s-nail -A {name}`"),
                );
            }
            for (number, identity) in std::iter::once(None).chain(account.identities.iter().map(Some)).enumerate() {
                let mut own = if number == 0 { name.clone() } else { format!("{name}-{}", number + 1) };
                while number > 0 && !names.insert(own.clone()) {
                    own.push('i');
                }
                let Some(entry) = entry(account, identity, own, run, &mut bundle, &mut problems) else { continue };
                if number == 0 && account.default || default.is_none() {
                    default = Some(entry.name.clone());
                }
                accounts.push(entry);
            }
        }
        let Some(default) = default else {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        };
        let secret = accounts.iter().any(|a| a.secret);
        match Refusals::render(&Config { mark: MARK, accounts, default }, None) {
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

fn entry(
    account: &Account,
    identity: Option<&Identity>,
    name: String,
    run: &Run<'_>,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) -> Option<Entry> {
    let mut options = Options::of(account, ABOUT.id);
    let (maildir, msmtp) = (options.is("mail", "maildir"), options.is("send", "msmtp"));
    let ca_file = options.text("ca_file").map(|t| t.with(t.value.to_string()));
    let extra = options.verbatim("extra");
    problems.append(&mut options.problems);
    let secret = extra.as_deref().is_some_and(may_hold_secret);
    let mut entry = Entry { name, lines: Vec::new(), extra, secret, held: None };
    // Those of the user's other accounts, which would be sent to our servers.
    entry.lines.extend([Line::Off("user"), Line::Off("password")]);

    let address = identity.map_or(&account.address, |i| &i.address);
    let full_name = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref());
    let from = mailbox::quote(full_name.map(|n| n.as_str()), address.as_str());
    entry.set("from", full_name.map_or(address.with(from.clone()), |n| n.with(from)));
    if let Some(reply_to) = identity.and_then(|i| i.reply_to.as_ref()) {
        entry.set("reply-to", reply_to.with(reply_to.to_string()));
    }
    entry.word("tls-verify", "strict");
    if let Some(file) = ca_file {
        entry.set("tls-ca-file", file);
    }

    let server = account.incoming();
    let pop3 = server.is_some_and(|s| s.protocol == Protocol::Pop3);
    let mut folders = false;
    if let Some(server) = server.filter(|_| !maildir) {
        let url = entry.server(server, account, run, bundle)?;
        if pop3 {
            entry.set("inbox", url);
        } else {
            entry.set("folder", url);
            entry.word("inbox", "+INBOX");
            folders = true;
        }
    } else if server.is_some() {
        let root = local::root(account);
        if pop3 {
            entry.set("inbox", root.with(format!("maildir://{}", root.value)));
        } else {
            entry.set("folder", root.with(format!("maildir://{}", root.value)));
            entry.word("inbox", "+INBOX");
            folders = true;
        }
    }
    let smtp = identity.and_then(|i| i.smtp.as_ref()).or(account.smtp.as_ref());
    if msmtp {
        let by =
            if identity.is_some() { "--read-envelope-from".to_owned() } else { format!("-a {}", msmtp_name(account)) };
        entry.word("mta", "msmtp");
        entry.word("mta-arguments", &by);
    } else if let Some(smtp) = smtp {
        let url = entry.server(smtp, account, run, bundle)?;
        entry.set("mta", url);
    }
    if server.is_none() && smtp.is_none() {
        return None;
    }
    match &account.folders.sent {
        Some(sent) if account.save_sent.value && folders => entry.set("record", sent.with(format!("+{}", sent.value))),
        _ => entry.lines.push(Line::Off("record")),
    }
    if account.folders.drafts.is_some() && folders {
        bundle.note(&DRAFTS, account, "S-nail keeps drafts on this machine only: their folder is left out");
    }
    if let Some(signature) = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()) {
        entry.sign(signature, account, bundle);
    }
    if entry.held.is_some() {
        entry.lines.push(Line::Forget);
    }
    if account.pgp.is_some() || identity.is_some_and(|i| i.pgp.is_some()) {
        bundle.note(&NO_PGP, account, "S-nail has no OpenPGP: left out");
    }
    if let Some(smime) = account.smime.as_ref().filter(|_| identity.is_none()) {
        match smime.key.as_ref().filter(|k| k.as_str().starts_with(['/', '~'])) {
            Some(key) => {
                entry.set("smime-sign-cert", smime.with(key.to_string()));
                if smime.sign {
                    entry.lines.push(Line::On("smime-sign"));
                }
            }
            None => bundle.note(&SMIME, account, "S-nail wants a file with certificate and key for S/MIME: left out"),
        }
    }
    Some(entry)
}

impl Entry {
    /// The URL of a server; how to log in there is written.
    fn server(
        &mut self,
        server: &Server,
        account: &Account,
        run: &Run<'_>,
        bundle: &mut Bundle,
    ) -> Option<Said<String>> {
        let (program, kind, scheme) = match server.protocol {
            Protocol::Imap => (IMAP, "imap", "imap"),
            Protocol::Pop3 => (POP3, "pop3", "pop3"),
            Protocol::Smtp => (SMTP, "smtp", "smtp"),
        };
        // "URL with invalid port number", says 14.9.24.
        if server.host.in_url().starts_with('[') {
            bundle.note(
                &IPV6,
                account,
                format!("S-nail's URLs hold no IPv6 address such as {}: left out", server.host.value),
            );
            return None;
        }
        let access = program.access(server, account, run, bundle)?;
        // "Unsupported imap authentication method: none".
        if server.protocol != Protocol::Smtp {
            program.login(&access, account, bundle)?;
        }
        let endpoint = server.endpoint();
        if server.tls.value == Tls::StartTls {
            self.lines.push(Line::On(match server.protocol {
                Protocol::Imap => "imap-use-starttls",
                Protocol::Pop3 => "pop3-use-starttls",
                Protocol::Smtp => "smtp-use-starttls",
            }));
        }
        match (&access.mechanism, &access.login) {
            (Some(_), _) if access.token => self.word(format!("{kind}-auth"), "oauthbearer"),
            (Some(mechanism), _) => self.word(format!("{kind}-auth"), mechanism.word()),
            (None, None) => self.word(format!("{kind}-auth"), "none"),
            _ => {}
        }
        if let Supply::Command(_) = access.supply {
            // Chosen by host and port: the account's servers may have a password each.
            if let Some(line) = access.first_line() {
                self.output(line);
                self.lines.push(Line::Password(endpoint.clone()));
            }
        }
        if let Some(password) = access.literal() {
            self.secret = true;
            self.set(format!("password-{endpoint}"), password.clone());
        }
        let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
        let login = access.login.unwrap_or_else(|| server.host.with(String::new()));
        let user = if login.is_empty() { String::new() } else { format!("{}@", url::part(&login)) };
        Some(login.with(format!("{scheme}{s}://{user}{endpoint}")))
    }

    fn sign(&mut self, signature: &Said<Signature>, account: &Account, bundle: &mut Bundle) {
        match &signature.value {
            Signature::Text(lines) => {
                let text = lines.as_str().strip_prefix("-- \n").unwrap_or(lines.as_str()).trim_end_matches('\n');
                // S-nail expands these once more when it writes a mail.
                if text.contains("\\n") || text.contains("\\t") {
                    bundle.note(&SIGNATURE, account, "S-nail would change `\\n` and `\\t` in the signature: left out");
                    return;
                }
                self.set("message-inject-tail", signature.with(format!("\n-- \n{text}")));
            }
            Signature::File(path) => {
                self.output(signature.with(format!("cat {}", shell::path(path.as_str()))));
                self.lines.push(Line::Signature);
            }
            Signature::Command(command) => {
                let line = command.shell_line();
                // A comment would take the end of what is put around it.
                let plain = !line.contains(['#', '(', ')']);
                self.output(signature.with(if plain { line } else { format!("eval {}", shell::quote(&line)) }));
                self.lines.push(Line::Signature);
            }
        }
    }
}
