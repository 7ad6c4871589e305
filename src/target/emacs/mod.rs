//! Emacs: sends by smtpmail, reads IMAP in Gnus, and gets passwords from commands.
//!
//! A file of ours that the user's init file loads. Formats: the Emacs manual's chapter on sending mail, smtpmail's, Gnus'
//! and auth-source's own manuals, and their sources (28.2). It lies beside Emacs' directories, since an empty
//! `~/.config/emacs` would change which of them Emacs uses.

pub(super) mod people;

use people::{People, Written, stream};

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Target, access, may_hold_secret,
    mutt,
};
use crate::account::{Account, Mechanism, Protocol, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// Emacs.
pub struct Emacs;

const POP3: NoteKind = NoteKind {
    code: "pop3",
    about: "mail that is fetched by POP3: Gnus would keep it in a store of its own, it is left out",
};
pub(super) const SIGNED_TWICE: NoteKind =
    NoteKind { code: "two-signatures", about: "keys of OpenPGP and of S/MIME: a message is signed by OpenPGP" };

pub(super) const SAME_ADDRESS: NoteKind =
    NoteKind { code: "same-address", about: "two accounts with one address: mail from it is sent by the first" };

pub(super) const ABOUT: About = About {
    id: "emacs",
    title: "Emacs",
    family: Family::Reader,
    homepage: "https://www.gnu.org/software/emacs/",
    files: &[".config/mailwright/emacs.el"],
    lives: Lives::Home,
    templates: &["emacs.el", "emacs-mail.el"],
    oracle: "Emacs itself, in batch mode: settings and auth-source on every golden; smtpmail sends, nnimap fetches, and GnuPG verifies what is signed",
    versions: "27 and later; tested with 28.2",
    options: &Table {
        what: "the options of Emacs",
        keys: &[
            OS,
            key(
                "ca_file",
                Shape::Text,
                "A file of certificate authorities, at the default account. Default: the system's.",
            ),
            key("extra", Shape::Lines, "Lisp that Emacs reads as it is."),
        ],
    },
    notes: &[
        access::NO_TOKEN,
        access::TOKEN_MECHANISM,
        access::WITHHELD,
        access::MECHANISM,
        POP3,
        SIGNED_TWICE,
        mutt::KEY_UNKNOWN,
        SAME_ADDRESS,
    ],
};

/// Sending.
const SMTP: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::XOAuth2],
    own_oauth2: false,
    mechanisms: people::SMTP_MECHANISMS,
};

/// Fetching. By PLAIN nnimap would send a backslash before quotes in the password.
const IMAP: Program = Program { mechanisms: &[Mechanism::Login, Mechanism::CramMd5], ..SMTP };

#[derive(askama::Template)]
#[template(path = "emacs.el")]
struct Config {
    mark: &'static str,
    logins: Vec<people::Login>,
    people: Vec<people::Person>,
    verified: Vec<Said<String>>,
    ca_file: Option<Said<String>>,
    boxes: Vec<Mailbox>,
    styles: Vec<Style>,
    oauth2: bool,
    extra: Option<String>,
}

/// An account in Gnus.
struct Mailbox {
    name: Said<String>,
    host: Said<String>,
    port: u16,
    stream: &'static str,
    user: Option<Said<String>>,
    authenticator: Option<&'static str>,
}

/// Who writes.
struct Style {
    header: bool,
    pattern: Said<String>,
    address: Said<String>,
    name: Option<Said<String>>,
    gcc: Option<Said<String>>,
    signature: Option<Written>,
}

impl Target for Emacs {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(default) = run.mail.default_account() else { return Ok(bundle) };
        let mut problems = Vec::new();
        let (ca_file, extra) = options(run, default, ABOUT.id, &mut problems);
        let mut shared = People::of(run, &SMTP, &mut bundle);
        let mut boxes = Vec::new();
        let mut styles = Vec::new();
        for account in &run.mail.accounts {
            if let Some(mailbox) = mailbox(account, run, &mut shared, &mut bundle) {
                boxes.push(mailbox);
            }
            written(account, &mut styles);
            if let Some(sent) = account.folders.sent.as_ref().filter(|s| s.as_str().contains('"')) {
                problems.push(
                    Problem::error(
                        "cannot-be-written",
                        sent.origin.place().or(Some(account.place)),
                        "Gnus cannot hold this folder's name",
                    )
                    .because("it takes every quote off the name of a folder for copies")
                    .fix("use another folder, or leave this target out"),
                );
            }
        }
        let secret = shared.secret || extra.as_deref().is_some_and(may_hold_secret);
        let config = Config {
            mark: MARK,
            logins: shared.logins,
            people: shared.people,
            verified: shared.verified.into_iter().map(rule).collect(),
            ca_file,
            oauth2: boxes.iter().any(|b| b.authenticator == Some("xoauth2")),
            boxes,
            styles,
            extra,
        };
        match Refusals::render(&config, Some(default.place)) {
            Ok(text) => bundle.files.push(File::new(ABOUT.files[0], text, secret)),
            Err(refused) => problems.extend(refused),
        }
        bundle.step(loading(run, ABOUT.files[0]), Do::Tell);
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

/// The options that the file has once: the default account's `ca_file` and everybody's `extra`.
pub(super) fn options(
    run: &Run<'_>,
    default: &Account,
    id: &str,
    problems: &mut Vec<Problem>,
) -> (Option<Said<String>>, Option<String>) {
    let (mut ca_file, mut extra) = (None, Vec::new());
    for account in &run.mail.accounts {
        let mut options = Options::of(account, id);
        if let Some(file) = options.text("ca_file").filter(|_| account.name == default.name) {
            ca_file = Some(file.with(file.value.to_string()));
        }
        // What stands in `defaults` comes once.
        extra.extend(options.verbatim("extra").filter(|lines| !extra.contains(lines)));
        problems.append(&mut options.problems);
    }
    (ca_file, (!extra.is_empty()).then(|| extra.join("\n")))
}

/// What the user has to do with a file of ours.
pub(super) fn loading(run: &Run<'_>, path: &str) -> String {
    format!("Put (load \"{}/{}\") into Emacs' init file", run.config, path.trim_start_matches(".config/"))
}

pub(super) fn rule(value: String) -> Said<String> {
    Said::rule(value, "")
}

fn mailbox(account: &Account, run: &Run<'_>, shared: &mut People, bundle: &mut Bundle) -> Option<Mailbox> {
    let server = account.incoming()?;
    if server.protocol == Protocol::Pop3 {
        bundle.note(
            &POP3,
            account,
            "Gnus would move mail that it fetches by POP3 into a store of its own: what is fetched is left out",
        );
        return None;
    }
    let access = IMAP.access(server, account, run, bundle)?;
    shared.login(server, &access);
    Some(Mailbox {
        name: rule(account.name.clone()),
        host: server.host.with(server.host.to_string()),
        port: server.port.value,
        // `plain` makes nnimap ask for no capabilities, and then it stumbles over having none (28.2).
        stream: if server.tls.value == Tls::None { "network" } else { stream(server.tls.value) },
        user: access.login,
        authenticator: access.mechanism.map(|m| m.value.word()),
    })
}

/// The styles of an account: for its groups, and for mail to addresses without one.
fn written(account: &Account, styles: &mut Vec<Style>) {
    let group = |folder: &str| format!("nnimap+{}:{folder}", account.name);
    let imap = account.incoming().is_some_and(|s| s.protocol == Protocol::Imap);
    let sent = account.folders.sent.as_ref().filter(|_| account.save_sent.value && imap);
    styles.push(Style {
        header: !imap,
        pattern: rule(if imap { format!("\\`{}", regex(&group(""))) } else { regex(account.address.as_str()) }),
        address: account.address.with(account.address.to_string()),
        name: account.full_name.as_ref().map(|n| n.with(n.value.to_string())),
        // A blank or a comma would end a name without quotes.
        gcc: sent.map(|s| s.with(format!("\"{}\"", group(s.as_str())))),
        signature: account.signature.as_ref().map(Written::of),
    });
    for identity in &account.identities {
        let name = identity.name.as_ref().or(account.full_name.as_ref());
        let signature = identity.signature.as_ref().or(account.signature.as_ref());
        styles.push(Style {
            header: true,
            pattern: rule(regex(identity.address.as_str())),
            address: identity.address.with(identity.address.to_string()),
            name: name.map(|n| n.with(n.value.to_string())),
            gcc: None,
            signature: signature.map(Written::of),
        });
    }
}

/// A text that a regular expression of Emacs finds as it is.
fn regex(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if ".*+?^$[\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
