//! mutt: reads IMAP or POP3 and sends by SMTP on its own, or reads a Maildir and sends by msmtp when asked.
//!
//! Format: muttrc(5) of 2.2; NeoMutt shares it ([`super::neomutt`]). One account is one file. With several, each has a
//! file beside the main one, which a folder hook sources when its mailbox is opened; each sets everything that another
//! may have set, so nothing is left over from the account before. Passwords of incoming servers stand in account hooks,
//! which mutt runs before it connects, whichever account is open.

mod hooks;
pub(super) mod keys;
mod login;
mod mailboxes;
mod sasl;
mod url;

use hooks::{Hooks, signature};
use keys::Keys;
use login::{LogIn, Login};
use url::url;

use super::{About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Run, Target, may_hold_secret};
use crate::account::{Account, Origin, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::muttrc::{self, Dialect};
use crate::quote::{Refusals, filters, regex};

/// mutt.
pub struct Mutt;

pub(super) const NO_TOKEN: NoteKind =
    NoteKind { code: "no-token", about: "OAuth2 without a token command: the account is left out" };
pub(super) const WITHHELD: NoteKind = NoteKind {
    code: "password-withheld",
    about: "a password that stands in the account file is not written; mutt asks for it",
};
pub(super) const MIXED_TLS: NoteKind = NoteKind {
    code: "mixed-tls",
    about: "one server with STARTTLS and one without TLS: mutt has one switch for both, the account is left out",
};
pub(super) const MECHANISM: NoteKind =
    NoteKind { code: "mechanism", about: "a SASL mechanism that the program does not know is not insisted on" };
pub(super) const IDENTITY_SERVER: NoteKind =
    NoteKind { code: "identity-server", about: "an identity's own submission server is not used when msmtp sends" };
pub(super) const POP3_SENT: NoteKind = NoteKind {
    code: "pop3-folders",
    about: "with POP3 there are no folders on the server: drafts and sent mail stay on this machine",
};

pub(super) const KEY_UNKNOWN: NoteKind = NoteKind {
    code: "smime-key",
    about: "an S/MIME key of mutt's program smime_keys: GnuPG does not know it, the key is left out",
};
pub(super) const SIGNED_TWICE: NoteKind =
    NoteKind { code: "two-signatures", about: "keys of OpenPGP and of S/MIME: a message is signed by OpenPGP" };

/// NeoMutt only.
pub(super) const TOKEN_MECHANISM: NoteKind = NoteKind {
    code: "token-mechanism",
    about: "the server takes a token by a mechanism that the program does not have for this protocol: the account is left out",
};

pub(super) const ABOUT: About = About {
    id: "mutt",
    title: "Mutt",
    family: Family::Reader,
    homepage: "http://www.mutt.org/",
    files: &[".config/mutt/muttrc", ".config/mutt/account-<name>.muttrc"],
    lives: Lives::Home,
    templates: &["mutt.muttrc", "mutt-account.muttrc"],
    oracle: "mutt itself: -D on every golden; sends and fetches by the Gmail goldens; GnuPG verifies what it signs",
    versions: "1.11 and later; tested with 2.2.12",
    options: &Table {
        what: "the options of mutt",
        keys: &[
            OS,
            key(
                "mail",
                Shape::Word(&["server", "maildir"]),
                "Read from the `server` (default), or from the account's `maildir`.",
            ),
            key("send", Shape::Word(&["server", "msmtp"]), "Send by the `server` (default), or by `msmtp`."),
            key(
                "crypto",
                Shape::Word(&["gpgme", "commands"]),
                "OpenPGP and S/MIME by `gpgme` (default), or by the `commands` that the system or `extra` sets (`pgp_sign_command` and the like).",
            ),
            key("ca_file", Shape::Text, "A file of certificate authorities. Default: the system's."),
            key("extra", Shape::Lines, "Lines for this account that mutt reads as they are."),
        ],
    },
    notes: &[NO_TOKEN, WITHHELD, MIXED_TLS, MECHANISM, IDENTITY_SERVER, POP3_SENT, KEY_UNKNOWN, SIGNED_TWICE],
};

impl Target for Mutt {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Source: mutt(1), `-F`.
    fn instead(&self) -> &'static [&'static str] {
        &[".muttrc", ".mutt/muttrc"]
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        render(run, &Program { about: &ABOUT, folder: ".config/mutt", main: "muttrc", dialect: Dialect::Mutt })
    }
}

/// mutt or neomutt.
pub(super) struct Program {
    pub about: &'static About,
    /// Folder below the home directory.
    pub folder: &'static str,
    /// Name of the main file in it.
    pub main: &'static str,
    /// How it reads commands.
    pub dialect: Dialect,
}

/// The main file of several accounts.
#[derive(askama::Template)]
#[template(path = "mutt.muttrc")]
struct Main {
    mark: &'static str,
    program: &'static str,
    account_hooks: Vec<Hook>,
    folder_hooks: Vec<Hook>,
    send_hooks: Vec<Hook>,
    send2_hooks: Vec<Hook>,
    mailboxes: Vec<Said<String>>,
    default: Said<String>,
}

/// A hook: both halves are quoted once more where they stand.
struct Hook {
    pattern: Said<String>,
    command: Said<String>,
}

/// One account's file, or the whole configuration when there is but one.
#[derive(askama::Template)]
#[template(path = "mutt-account.muttrc")]
struct AccountFile {
    mark: &'static str,
    program: &'static str,
    dialect: Dialect,
    /// Several accounts: set also what is the default, since another account may have changed it.
    several: bool,
    realname: Option<Said<String>>,
    from: Said<String>,
    identities: Vec<Said<String>>,
    force_tls: bool,
    starttls: bool,
    ca_file: Option<Said<String>>,
    folder: Option<Said<String>>,
    spoolfile: Option<Said<String>>,
    pop_host: Option<Said<String>>,
    /// What new mailboxes are.
    mbox_type: Option<&'static str>,
    incoming: Option<Login>,
    record: Option<Said<String>>,
    save_sent: bool,
    postponed: Option<Said<String>>,
    trash: Option<Said<String>>,
    smtp: Option<Said<String>>,
    outgoing: Login,
    sendmail: Option<Said<String>>,
    signature: Option<Said<String>>,
    keys: Option<Keys>,
    send_hooks: Vec<Hook>,
    send2_hooks: Vec<Hook>,
    extra: Option<String>,
}

/// What one account contributes.
struct Part<'a> {
    account: &'a Account,
    file: AccountFile,
    /// The pattern of its mailboxes and what an account hook must set.
    hook: Option<(String, Vec<String>)>,
    inbox: Option<Said<String>>,
    secret: bool,
}

pub(super) fn render(run: &Run<'_>, program: &Program) -> Result<Bundle, Vec<Problem>> {
    let mut bundle = Bundle::default();
    let mut problems = Vec::new();
    let several = run.mail.accounts.len() > 1;
    let mut parts: Vec<Part<'_>> = Vec::new();
    for account in &run.mail.accounts {
        if let Some(part) = part(account, run, program, &mut bundle, &mut problems) {
            parts.push(part);
        }
    }
    if parts.iter().any(|p| p.file.mbox_type.is_some()) {
        parts.iter_mut().for_each(|p| p.file.mbox_type = p.file.mbox_type.or(Some("mbox")));
    }
    let main_path = format!("{}/{}", program.folder, program.main);
    if !several {
        for part in &parts {
            write(&part.file, part.account, part.secret, (main_path.clone(), true), &mut bundle, &mut problems);
        }
    } else if !parts.is_empty() {
        main(run, &mut parts, program, main_path, &mut bundle, &mut problems);
    }
    if problems.is_empty() { Ok(bundle) } else { Err(problems) }
}

fn write(
    file: &impl askama::Template,
    account: &Account,
    secret: bool,
    (path, main): (String, bool),
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) {
    match Refusals::render(file, Some(account.place)) {
        Ok(text) => {
            let file = File::new(path, text, secret);
            // The main file is the user's, too.
            bundle.files.push(if main { file.block("#") } else { file });
        }
        Err(refused) => problems.extend(refused),
    }
}

fn main(
    run: &Run<'_>,
    parts: &mut [Part<'_>],
    program: &Program,
    path: String,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) {
    let mut file = Main {
        mark: MARK,
        program: program.about.id,
        account_hooks: Vec::new(),
        folder_hooks: Vec::new(),
        send_hooks: Vec::new(),
        send2_hooks: Vec::new(),
        mailboxes: Vec::new(),
        default: rule(String::new()),
    };
    let mut main_secret = false;
    let default = parts.iter().position(|p| p.account.default).unwrap_or(0);
    let mut account_files = Vec::new();
    for (number, part) in parts.iter_mut().enumerate() {
        let name = format!("account-{}.muttrc", part.account.name);
        let below = program.folder.trim_start_matches(".config/");
        let own = format!("{}/{below}/{name}", run.config);
        if let Some((pattern, settings)) = &part.hook {
            if !settings.is_empty() {
                file.account_hooks.push(Hook { pattern: rule(pattern.clone()), command: rule(settings.join("; ")) });
            }
            let source = muttrc::quote(&own).map(|quoted| format!("source {quoted}"));
            match source {
                Ok(command) => file.folder_hooks.push(Hook { pattern: rule(pattern.clone()), command: rule(command) }),
                Err(why) => problems.push(
                    Problem::error("cannot-be-written", part.account.place, why.to_string())
                        .fix("use another short name"),
                ),
            }
        }
        main_secret |= part.secret;
        file.mailboxes.extend(part.inbox.clone());
        file.send_hooks.append(&mut part.file.send_hooks);
        file.send2_hooks.append(&mut part.file.send2_hooks);
        if number == default {
            file.default = rule(own.clone());
        }
        account_files.push(format!("{}/{name}", program.folder));
    }
    let account = parts[default].account;
    write(&file, account, main_secret, (path, true), bundle, problems);
    for (part, path) in parts.iter().zip(account_files) {
        write(&part.file, part.account, part.secret, (path, false), bundle, problems);
    }
}

fn rule(value: String) -> Said<String> {
    Said { value, origin: Origin::Rule("") }
}

fn part<'a>(
    account: &'a Account,
    run: &Run<'_>,
    program: &Program,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) -> Option<Part<'a>> {
    let name = program.about.title;
    let several = run.mail.accounts.len() > 1;
    let mut options = Options::of(account, program.about.id);
    let maildir = options.is("mail", "maildir");
    let msmtp = options.is("send", "msmtp");
    let ca_file = options.text("ca_file").map(|t| t.with(t.value.to_string()));
    if let Some(file) = ca_file.as_ref().filter(|f| !f.starts_with(['/', '~'])) {
        // A leading + or = would mean the mail folder, and any other path the folder that mutt was started in.
        options.problems.push(
            Problem::error("relative-path", file.origin.place(), "`ca_file` is a relative path")
                .because(format!("{name} would look for it where it was started"))
                .fix("begin it with / or ~/"),
        );
    }
    let extra = options.verbatim("extra");
    problems.append(&mut options.problems);

    let server = if maildir { None } else { account.incoming() };
    let smtp = if msmtp { None } else { account.smtp.as_ref() };
    // One switch makes STARTTLS compulsory for both directions: without it the one that wants it could be stripped.
    let mode = |tls: Tls| [server, smtp].into_iter().flatten().any(|s| s.tls.value == tls);
    if mode(Tls::None) && mode(Tls::StartTls) {
        bundle.note(
            &MIXED_TLS,
            account,
            format!("{name} cannot insist on STARTTLS for one server and do without TLS at the other: left out"),
        );
        return None;
    }

    let others = || run.mail.accounts.iter().filter(|a| a.name != account.name).flat_map(|a| &a.identities);
    let resets = (others().any(|i| !hooks::plain(i)), others().any(|i| i.smtp.is_some()));
    let log_in = LogIn { account, program, cleartext: run.cleartext, resets, os: options.os() };
    problems.extend([server, smtp].into_iter().flatten().find_map(|s| log_in.refusal(s)));
    let incoming = match server {
        Some(server) => Some(log_in.at(server, bundle)?),
        None => None,
    };
    let outgoing = match smtp {
        Some(smtp) => log_in.at(smtp, bundle)?,
        None => Login::nowhere(),
    };

    let boxes = mailboxes::of(account, server, maildir, bundle);
    let settings = incoming.as_ref().map(|l| l.statements(program.dialect)).unwrap_or_default();
    let hook = boxes.pattern.map(|pattern| (pattern, settings));

    let mut hooks = Hooks::default();
    hooks.of(&log_in, smtp, msmtp, &outgoing, &options, bundle);
    // Another account's keys may be in use when this one is opened.
    let signs = run.mail.accounts.iter().any(keys::said);
    Keys::notes(account, name, &options, bundle);
    let secret = hooks.secret
        || extra.as_deref().is_some_and(may_hold_secret)
        || [incoming.as_ref(), Some(&outgoing)].into_iter().flatten().any(Login::is_secret);

    let file = AccountFile {
        mark: MARK,
        program: program.about.id,
        dialect: program.dialect,
        several,
        realname: account.full_name.as_ref().map(|n| n.with(n.value.to_string())),
        from: account.address.with(account.address.to_string()),
        identities: std::iter::once(&account.address)
            .chain(account.identities.iter().map(|i| &i.address))
            .map(|a| a.with(format!("^{}$", regex::escape(a.as_str()))))
            .collect(),
        force_tls: !mode(Tls::None),
        starttls: !mode(Tls::None),
        ca_file,
        folder: boxes.folder,
        spoolfile: boxes.spoolfile,
        pop_host: boxes.pop_host,
        mbox_type: boxes.maildirs.then_some("Maildir"),
        // With several accounts the account hook logs in; here it would be another account's when the box is polled.
        incoming: incoming.filter(|_| !several),
        record: boxes.record,
        save_sent: account.save_sent.value,
        postponed: boxes.postponed,
        trash: boxes.trash,
        smtp: smtp.map(|s| s.login.with(url(s, "smtp"))),
        outgoing,
        // mutt splits this at blanks and takes no quotes off; a short name has neither.
        sendmail: msmtp.then(|| rule(format!("msmtp -a {}", msmtp_name(account)))),
        signature: account.signature.as_ref().map(|s| s.with(signature(&s.value))),
        keys: signs.then(|| Keys::of(account, several, program.dialect, &options)),
        send_hooks: hooks.send,
        send2_hooks: hooks.send2,
        extra,
    };
    Some(Part { account, file, hook, inbox: boxes.inbox, secret })
}

/// The name that the msmtp target gives the account.
pub(super) fn msmtp_name(account: &Account) -> String {
    if account.name == "default" { account.address.to_string() } else { account.name.clone() }
}
