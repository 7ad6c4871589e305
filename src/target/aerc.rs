//! aerc: reads IMAP or a Maildir, sends by SMTP or by msmtp.
//!
//! Format: aerc-accounts(5), aerc-imap(5), aerc-smtp(5), aerc-maildir(5) of 0.14, and `config/accounts.go` of 0.21. The
//! file is the user's, too: `:new-account` adds to it, and keeps comments where they are. aerc does not start when
//! others may read it.

use std::collections::HashSet;

use super::mutt::msmtp_name;
use super::{
    About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Target, access, clash, local,
    may_hold_secret,
};
use crate::account::{Account, Mechanism, Protocol, Said, Server, Signature, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, mailbox, shell, url};

/// aerc.
pub struct Aerc;

const SENDS_ONLY: NoteKind = NoteKind { code: "sends-only", about: "an account that only sends is left out" };
const NO_POP3: NoteKind =
    NoteKind { code: "no-pop3", about: "a POP3 account is left out, unless its mail is read from a Maildir" };
const RENAMED: NoteKind = NoteKind {
    code: "name-section",
    about: "a name that would make the account part of another one is written with hyphens",
};
const IDENTITY_SERVER: NoteKind = NoteKind {
    code: "identity-server",
    about: "an identity with a submission server of its own is left out, unless msmtp sends",
};
const IDENTITY: NoteKind = NoteKind {
    code: "identity",
    about: "an identity's own signature, answer address and key are left out: an account has one of each",
};
const NO_SMIME: NoteKind = NoteKind { code: "no-smime", about: "there is no S/MIME" };

pub(super) const ABOUT: About = About {
    id: "aerc",
    title: "aerc",
    family: Family::Reader,
    homepage: "https://aerc-mail.org/",
    files: &[".config/aerc/accounts.conf"],
    lives: Lives::Home,
    templates: &["aerc.goini"],
    oracle: "aerc itself: it opens every golden's accounts in a terminal and looks for their servers; reads and sends by the Gmail goldens",
    versions: "0.14 and later; tested with 0.14.0",
    options: &Table {
        what: "the options of aerc",
        keys: &[
            OS,
            key(
                "mail",
                Shape::Word(&["server", "maildir"]),
                "Read from the `server` (default), or from the account's `maildir`.",
            ),
            key("send", Shape::Word(&["server", "msmtp"]), "Send by the `server` (default), or by `msmtp`."),
            key(
                "version",
                Shape::Word(&["0.14", "0.15"]),
                "Write for `0.14` alone, or for `0.15` and later. Default: for both, where a submission server without TLS is for 0.15 and later, which warn about a key that 0.14 needs for STARTTLS.",
            ),
            key("extra", Shape::Lines, "Lines for this account that aerc reads as they are."),
        ],
    },
    notes: &[
        SENDS_ONLY,
        NO_POP3,
        RENAMED,
        IDENTITY_SERVER,
        IDENTITY,
        NO_SMIME,
        access::NO_PROMPT,
        access::NO_TOKEN,
        access::MECHANISM,
    ],
};

const IMAP: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::OAuthBearer, Mechanism::XOAuth2],
    own_oauth2: false,
    mechanisms: &[],
};
const SMTP: Program = Program { mechanisms: &[Mechanism::Plain, Mechanism::Login], ..IMAP };

#[derive(askama::Template)]
#[template(path = "aerc.goini")]
struct Config {
    mark: &'static str,
    accounts: Vec<Section>,
}

/// A section.
struct Section {
    name: String,
    keys: Vec<(&'static str, Said<String>)>,
    extra: Option<String>,
    secret: bool,
}

impl Section {
    fn set(&mut self, key: &'static str, value: Said<String>) {
        self.keys.push((key, value));
    }

    fn on(&mut self, key: &'static str) {
        self.set(key, Said::rule("true".into(), "a switch"));
    }
}

impl Target for Aerc {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// aerc makes one account of two sections of a name.
    fn clash(&self, ours: &str, theirs: &str) -> Option<String> {
        clash::twice(ours, theirs, clash::section).map(|name| format!("both have `{name}`, and aerc would mix them"))
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts: Vec<Section> = Vec::new();
        // The first account is the one that aerc shows.
        let default = run.mail.default_account().map(|a| a.name.as_str());
        let (first, rest): (Vec<_>, Vec<_>) = run.mail.accounts.iter().partition(|a| Some(a.name.as_str()) == default);
        let names: HashSet<&str> = run.mail.accounts.iter().map(|a| a.name.as_str()).collect();
        for account in first.into_iter().chain(rest) {
            let name = section_name(account, &names, &mut bundle);
            accounts.extend(section(account, name, run, &mut bundle, &mut problems));
        }
        if accounts.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        let secret = accounts.iter().any(|a| a.secret);
        match Refusals::render(&Config { mark: MARK, accounts }, None) {
            Ok(text) if problems.is_empty() => {
                bundle.files.push(File::new(ABOUT.files[0], text, secret).private().block("#"));
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

/// A section `a.b` has the keys of a section `a` that it lacks, and `DEFAULT` gives its keys to all.
fn section_name(account: &Account, names: &HashSet<&str>, bundle: &mut Bundle) -> String {
    let name = &account.name;
    let child = name.match_indices('.').any(|(dot, _)| names.contains(&name[..dot]));
    if !child && name != "DEFAULT" {
        return name.clone();
    }
    let mut other = if child { name.replace('.', "-") } else { "default-account".to_owned() };
    while names.contains(other.as_str()) {
        other.push('-');
    }
    bundle.note(&RENAMED, account, format!("aerc would mix the account up with another one: it is called {other}"));
    other
}

fn section(
    account: &Account,
    name: String,
    run: &Run<'_>,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) -> Option<Section> {
    let mut options = Options::of(account, ABOUT.id);
    let (maildir, msmtp) = (options.is("mail", "maildir"), options.is("send", "msmtp"));
    let (old, new) = (options.is("version", "0.14"), options.is("version", "0.15"));
    let extra = options.verbatim("extra");
    problems.append(&mut options.problems);
    let Some(server) = account.incoming() else {
        bundle.note(&SENDS_ONLY, account, "aerc needs a place to read mail from: left out");
        return None;
    };
    let pop3 = server.protocol == Protocol::Pop3;
    if pop3 && !maildir {
        bundle.note(
            &NO_POP3,
            account,
            "aerc has no POP3: left out; `targets: { aerc: { mail: maildir } }` reads what another program fetches",
        );
        return None;
    }
    let secret = extra.as_deref().is_some_and(may_hold_secret);
    let mut section = Section { name, keys: Vec::new(), extra, secret };
    if maildir {
        let root = local::root(account);
        let path = match root.value.strip_prefix("~/") {
            Some(below) => format!("~/{}", url::path(below)),
            None if root.value == "~" || root.value.starts_with('/') => url::path(&root.value),
            None => format!("~/{}", url::path(&root.value)),
        };
        // With POP3 the Maildir is the inbox itself; Maildir++ keeps the other folders inside of it.
        section.set("source", root.with(format!("maildir{}://{path}", if pop3 { "pp" } else { "" })));
    } else {
        let access = IMAP.access_unasked(server, account, run, bundle)?;
        let scheme = match server.tls.value {
            Tls::Implicit => "imaps",
            Tls::StartTls => "imap",
            Tls::None => "imap+insecure",
        };
        section.server("source", "source-cred-cmd", scheme.to_owned(), server, &access);
    }
    if msmtp {
        // The recipients are arguments; by the sender's address msmtp finds the identity.
        let by = match account.identities.is_empty() {
            true => format!("-a {}", msmtp_name(account)),
            false => "--read-envelope-from".to_owned(),
        };
        section.set("outgoing", Said::rule(format!("msmtp {by}"), "`send: msmtp`"));
    } else if let Some(smtp) = &account.smtp {
        section.smtp(smtp, account, run, bundle, (old, new));
    }
    section.addresses(account, msmtp, bundle);
    section.folders(account, maildir && pop3, maildir, bundle);
    section.writing(account, bundle);
    Some(section)
}

impl Section {
    /// A server's URL, and the command that prints the password.
    fn server(
        &mut self,
        key: &'static str,
        command: &'static str,
        mut scheme: String,
        server: &Server,
        access: &access::Access,
    ) {
        if let Some(mechanism) = &access.mechanism {
            scheme.push('+');
            scheme.push_str(mechanism.word());
        }
        let who = match (&access.login, access.literal()) {
            (None, _) => String::new(),
            (Some(login), None) => format!("{}@", url::part(login)),
            (Some(login), Some(password)) => {
                self.secret = true;
                format!("{}:{}@", url::part(login), url::part(password))
            }
        };
        let origin = access.login.clone().unwrap_or_else(|| server.host.with(String::new()));
        self.set(key, origin.with(format!("{scheme}://{who}{}", server.endpoint())));
        // aerc takes all that the command prints.
        if let Some(line) = access.first_line() {
            self.set(command, line);
        }
    }

    fn smtp(&mut self, smtp: &Server, account: &Account, run: &Run<'_>, bundle: &mut Bundle, (old, new): (bool, bool)) {
        let Some(access) = SMTP.access_unasked(smtp, account, run, bundle) else { return };
        let mut scheme = match smtp.tls.value {
            Tls::Implicit => "smtps",
            Tls::None if !old => "smtp+insecure",
            _ => "smtp",
        }
        .to_owned();
        if access.login.is_none() {
            scheme.push_str("+none");
        }
        self.server("outgoing", "outgoing-cred-cmd", scheme, smtp, &access);
        if access.token {
            // A token that is an hour old is none.
            self.set("outgoing-cred-cmd-cache", Said::rule("false".into(), "a token ends"));
        }
        if smtp.tls.value == Tls::StartTls && !new {
            // 0.14 sends in the clear without it, when the server offers no STARTTLS. It knows `yes` only.
            self.set("smtp-starttls", smtp.tls.with("yes".into()));
        }
    }

    fn addresses(&mut self, account: &Account, msmtp: bool, bundle: &mut Bundle) {
        let full_name = account.full_name.as_ref().map(|n| n.as_str());
        let from = mailbox::quote(full_name, account.address.as_str());
        self.set("from", account.full_name.as_ref().map_or(account.address.with(from.clone()), |n| n.with(from)));
        let mut aliases = Vec::new();
        for identity in &account.identities {
            let address = &identity.address.value;
            if identity.smtp.is_some() && !msmtp {
                bundle.note(
                    &IDENTITY_SERVER,
                    account,
                    format!("aerc sends all addresses of an account by one server: {address} is left out"),
                );
                continue;
            }
            if identity.signature.is_some() || identity.reply_to.is_some() || identity.pgp.is_some() {
                bundle.note(
                    &IDENTITY,
                    account,
                    format!("aerc has one signature and one key for an account, and no answer address: those of {address} are left out"),
                );
            }
            let name = identity.name.as_ref().map(|n| n.as_str()).or(full_name);
            aliases.push(mailbox::quote(name, address.as_str()));
        }
        if let (false, Some(first)) = (aliases.is_empty(), account.identities.first()) {
            self.set("aliases", first.address.with(aliases.join(", ")));
        }
    }

    fn folders(&mut self, account: &Account, pop3: bool, maildir: bool, bundle: &mut Bundle) {
        let folders = &account.folders;
        let text = |said: &Said<crate::account::Text>| said.with(said.value.to_string());
        if pop3 {
            let root = local::root(account).value;
            let mut beside = |key, name: &str| {
                let path = format!("{root}/.{name}");
                if let Ok(maildir) = crate::account::Text::new(&path) {
                    bundle.step(format!("Create the Maildir {path}"), super::Do::Maildir(maildir));
                }
                self.set(key, Said::rule(name.to_owned(), "with POP3 it is on this machine"));
            };
            beside("postpone", "Drafts");
            if account.save_sent.value {
                beside("copy-to", "Sent");
            }
            return;
        }
        if let Some(sent) = folders.sent.as_ref().filter(|_| account.save_sent.value) {
            self.set("copy-to", text(sent));
        }
        if let Some(drafts) = &folders.drafts {
            self.set("postpone", text(drafts));
        }
        // All mail is not on this machine.
        if let Some(archive) = folders.archive.as_ref().or(folders.all.as_ref().filter(|_| !maildir)) {
            self.set("archive", text(archive));
        }
    }

    fn writing(&mut self, account: &Account, bundle: &mut Bundle) {
        if let Some(signature) = &account.signature {
            let (key, value) = match &signature.value {
                Signature::Text(lines) => ("signature-cmd", shell::print(lines.as_str())),
                Signature::File(path) => ("signature-file", path.to_string()),
                Signature::Command(command) => ("signature-cmd", command.shell_line()),
            };
            self.set(key, signature.with(value));
        }
        if let Some(pgp) = &account.pgp {
            if let Some(key) = &pgp.key {
                self.set("pgp-key-id", pgp.with(key.to_string()));
            }
            if pgp.sign {
                self.on("pgp-auto-sign");
            }
            if pgp.encrypt {
                self.on("pgp-opportunistic-encrypt");
            }
        }
        if account.smime.is_some() {
            bundle.note(&NO_SMIME, account, "aerc has no S/MIME: left out");
        }
    }
}
