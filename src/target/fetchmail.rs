//! fetchmail: fetches new mail of an inbox and hands it on, here to a Maildir.
//!
//! Format: fetchmail(1) of 6.4. It runs no command for a password and has no OAuth2: it asks, or looks into `~/.netrc`.
//! A mail is delivered by a shell line that writes it to the Maildir's `tmp` and moves it to `new`; when that fails,
//! fetchmail leaves the mail on the server.

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Supply, Target, access, local,
    may_hold_secret,
};
use crate::account::{Account, Credential, Mechanism, Protocol, Said, Secret, Text, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, shell};

/// fetchmail.
pub struct Fetchmail;

const SENDS_ONLY: NoteKind = NoteKind { code: "sends-only", about: "an account that fetches no mail is left out" };

pub(super) const ABOUT: About = About {
    id: "fetchmail",
    title: "fetchmail",
    family: Family::Fetcher,
    homepage: "https://www.fetchmail.info/",
    files: &[".fetchmailrc"],
    lives: Lives::Home,
    templates: &["fetchmail.fetchmailrc"],
    oracle: "fetchmail itself: --configdump and -V on every golden; fetches with its passwords, IMAP and POP3",
    versions: "6.4; tested with 6.4.37",
    options: &Table {
        what: "the options of fetchmail",
        keys: &[
            key(
                "deliver",
                Shape::Word(&["maildir", "smtp"]),
                "To the account's Maildir (default), or to the mail server of this machine.",
            ),
            key("mda", Shape::Text, "A command that takes each mail instead, such as `/usr/bin/maildrop`."),
            key("delete", Shape::Bool, "Mail is removed from the server once it is here. Default: false."),
            key("ca_file", Shape::Text, "A file of certificate authorities. Default: the system's."),
            key(
                "extra",
                Shape::Lines,
                "User options for this account, such as `fetchall`; after them, entries of your own.",
            ),
        ],
    },
    notes: &[SENDS_ONLY, access::NO_LOGIN, access::NO_OAUTH2, access::NO_COMMAND, access::WITHHELD, access::MECHANISM],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: false,
    literals: true,
    tokens: &[],
    own_oauth2: false,
    mechanisms: &[Mechanism::CramMd5, Mechanism::Ntlm, Mechanism::Gssapi, Mechanism::External],
};

#[derive(askama::Template)]
#[template(path = "fetchmail.fetchmailrc")]
struct Config {
    mark: &'static str,
    polls: Vec<Poll>,
}

/// The entry of an account.
struct Poll {
    name: Said<String>,
    host: Said<String>,
    imap: bool,
    protocol: &'static str,
    port: u16,
    auth: &'static str,
    user: Said<String>,
    password: Option<Said<String>>,
    implicit: bool,
    tls: bool,
    ca_file: Option<Said<String>>,
    mda: Option<Said<String>>,
    keep: &'static str,
    extra: Option<String>,
}

impl Target for Fetchmail {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// What `defaults` says counts for every entry below it: its password, too, would be sent to our servers.
    fn clash(&self, _: &str, theirs: &str) -> Option<String> {
        let defaults = theirs.lines().any(|l| l.split_whitespace().next() == Some("defaults"));
        defaults.then(|| {
            "`defaults` would count for our entries, too, its password and what it deletes among them".to_owned()
        })
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut polls = Vec::new();
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            polls.extend(poll(account, run, &mut options, &mut bundle));
            problems.append(&mut options.problems);
        }
        if polls.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        let secret = polls.iter().any(|p| p.password.is_some() || p.extra.as_deref().is_some_and(may_hold_secret));
        match Refusals::render(&Config { mark: MARK, polls }, None) {
            Ok(text) if problems.is_empty() => {
                // It does not start when others may read the file.
                bundle.files.push(File::new(ABOUT.files[0], text, secret).block("#").private());
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

fn poll(account: &Account, run: &Run<'_>, options: &mut Options<'_>, bundle: &mut Bundle) -> Option<Poll> {
    let Some(server) = account.incoming() else {
        bundle.note(&SENDS_ONLY, account, "fetchmail only fetches, and this account has no server for that: left out");
        return None;
    };
    let access = PROGRAM.access(server, account, run, bundle)?;
    let user = PROGRAM.login(&access, account, bundle)?;
    let unattended = matches!(access.supply, Supply::Ask)
        && !matches!(&server.credential.value, Credential::Password(Secret::Prompt));
    if unattended {
        bundle.step(
            format!(
                "Put the password of {} into ~/.netrc, which only you may read (`machine {} login {} password ...`), or type it each time",
                account.name, account.name, user.value
            ),
            Do::Tell,
        );
    }
    let imap = server.protocol == Protocol::Imap;
    Some(Poll {
        name: account.address.with(account.name.clone()),
        host: server.host.with(server.host.to_string()),
        imap,
        protocol: if imap { "IMAP" } else { "POP3" },
        port: server.port.value,
        auth: match access.mechanism.as_ref().map(|m| m.value) {
            Some(Mechanism::CramMd5) => "cram-md5",
            Some(Mechanism::Ntlm) => "ntlm",
            Some(Mechanism::Gssapi) => "gssapi",
            Some(Mechanism::External) => "external",
            _ => "password",
        },
        user,
        password: access.literal().cloned(),
        implicit: server.tls.value == Tls::Implicit,
        tls: server.tls.value != Tls::None,
        // A path that does not begin with a slash is below the home directory.
        ca_file: options.text("ca_file").map(|file| {
            let path = file.as_str();
            file.with(path.strip_prefix("~/").unwrap_or(path).to_owned())
        }),
        mda: mda(account, options, bundle),
        keep: if options.on("delete") { "no keep" } else { "keep" },
        extra: options.verbatim("extra"),
    })
}

/// What takes each mail; `None` for the mail server of this machine.
fn mda(account: &Account, options: &mut Options<'_>, bundle: &mut Bundle) -> Option<Said<String>> {
    if let Some(command) = options.text("mda") {
        return Some(command.with(command.value.to_string()));
    }
    if options.is("deliver", "smtp") {
        return None;
    }
    let path = local::inbox(account);
    if let Ok(folder) = Text::new(&path.value) {
        bundle.step(format!("Create the Maildir {folder}: fetchmail does not make it"), Do::Maildir(folder));
    }
    let folder = if path.value.contains('%') { parted(&path.value) } else { shell::path(&path.value) };
    Some(path.with(format!("cd {folder} && m=$(mktemp tmp/fetchmail.XXXXXXXXXXXX) && cat > $m && mv $m new/")))
}

/// A path for `sh` in which a percent sign is parted from what follows: fetchmail puts addresses in for `%T` and `%F`.
fn parted(path: &str) -> String {
    let (home, rest) = path.strip_prefix("~/").map_or(("", path), |rest| ("~/", rest));
    format!("{home}'{}'", rest.replace('\'', "'\\''").replace('%', "%''"))
}
