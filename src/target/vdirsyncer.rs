//! vdirsyncer: contacts and calendars as files, both ways, for khard, khal and the like.
//!
//! Format: its documentation ("Config manual") and `cli/config.py` of 0.19: a file of Python's `RawConfigParser` whose
//! values are JSON. It tidies every word of a command like a path (`fetchparams.py`): what that would change is wrapped.

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Supply, Target, access,
    may_hold_secret,
};
use crate::account::{Account, Mechanism, Said, Text};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, shell};

/// vdirsyncer.
pub struct Vdirsyncer;

const NO_DAV: NoteKind = NoteKind { code: "no-dav", about: "no account has contacts or calendars: nothing is written" };

pub(super) const ABOUT: About = About {
    id: "vdirsyncer",
    title: "vdirsyncer",
    family: Family::Fetcher,
    homepage: "https://vdirsyncer.pimutils.org/",
    files: &[".config/vdirsyncer/config"],
    lives: Lives::Home,
    templates: &["vdirsyncer.rawjson"],
    oracle: "vdirsyncer's own code reads every golden and runs its password commands; discovers and logs in over HTTPS",
    versions: "0.19 and later; tested with 0.19.0",
    options: &Table {
        what: "the options of vdirsyncer",
        keys: &[
            OS,
            key("contacts", Shape::Text, "The folder of this account's contacts. Default: `~/.contacts/<name>/`."),
            key("calendars", Shape::Text, "The folder of this account's calendars. Default: `~/.calendars/<name>/`."),
            key("ca_file", Shape::Text, "A file of certificate authorities. Default: the system's."),
            key("extra", Shape::Lines, "Lines for this account's pairs, such as `conflict_resolution = \"b wins\"`."),
        ],
    },
    notes: &[NO_DAV, access::NO_OAUTH2, access::WITHHELD],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[],
    own_oauth2: false,
    // Those of mail servers mean nothing here.
    mechanisms: Mechanism::ALL,
};

#[derive(askama::Template)]
#[template(path = "vdirsyncer.rawjson")]
struct Config {
    mark: &'static str,
    pairs: Vec<Pair>,
}

/// A folder here and an address there.
struct Pair {
    name: String,
    calendars: bool,
    kind: &'static str,
    ending: &'static str,
    path: Said<String>,
    url: Said<String>,
    user: Option<Said<String>>,
    fetch: Option<Vec<Said<String>>>,
    password: Option<Said<String>>,
    ca_file: Option<Said<String>>,
    extra: Option<String>,
}

impl Target for Vdirsyncer {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut all = Vec::new();
        for account in run.mail.accounts.iter().filter(|a| a.carddav.is_some() || a.caldav.is_some()) {
            let mut options = Options::of(account, ABOUT.id);
            pairs(account, run, &mut options, &mut bundle, &mut all);
            problems.append(&mut options.problems);
        }
        if all.is_empty() {
            if let Some(account) = run.mail.default_account().filter(|_| bundle.notes.is_empty()) {
                bundle.note(&NO_DAV, account, "no account has `carddav` or `caldav`: there is nothing for vdirsyncer");
            }
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        let secret = all.iter().any(|p| p.password.is_some() || p.extra.as_deref().is_some_and(may_hold_secret));
        bundle.step("Run `vdirsyncer discover`, which asks what to create, and then `vdirsyncer sync`", Do::Tell);
        match Refusals::render(&Config { mark: MARK, pairs: all }, None) {
            Ok(text) if problems.is_empty() => {
                bundle.files.push(File::new(ABOUT.files[0], text, secret));
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

/// The pairs of an account.
fn pairs(account: &Account, run: &Run<'_>, options: &mut Options<'_>, bundle: &mut Bundle, all: &mut Vec<Pair>) {
    // Who the account is on the web is who fetches its mail.
    let Some(server) = account.incoming().or(account.smtp.as_ref()) else { return };
    let Some(access) = PROGRAM.access(server, account, run, bundle) else { return };
    let fetch = match &access.supply {
        Supply::Command(command) => Some(words(&command.value.first_line()).map(|w| command.with(w)).to_vec()),
        Supply::Ask => {
            let ask = format!("Password of {}", server.login.text);
            Some(["prompt".to_owned(), ask].map(|w| server.login.with(w)).to_vec())
        }
        Supply::Nothing | Supply::Literal(_) => None,
    };
    let extra = options.verbatim("extra");
    let ca_file = options.text("ca_file").map(|file| file.with(file.value.to_string()));
    let kinds = [("contacts", "carddav", ".vcf", &account.carddav), ("calendars", "caldav", ".ics", &account.caldav)];
    for (what, kind, ending, url) in kinds {
        let Some(url) = url else { continue };
        let path = options.text(what).map_or_else(
            || Said::rule(format!("~/.{what}/{}/", account.name), "a folder an account"),
            |path| path.with(path.value.to_string()),
        );
        if let Ok(folder) = Text::new(path.value.trim_end_matches('/')) {
            bundle.step(format!("Create the folder {folder}"), Do::Folder(folder));
        }
        all.push(Pair {
            name: free(&format!("{what}_{}", account.name), all),
            calendars: kind == "caldav",
            kind,
            ending,
            path,
            url: url.with(url.value.to_string()),
            user: access.login.as_ref().map(|_| server.login.with(server.login.text.to_string())),
            fetch: fetch.clone(),
            password: access.literal().cloned(),
            ca_file: ca_file.clone(),
            extra: extra.clone(),
        });
    }
}

/// A name in letters, digits and underscores that no other pair has.
fn free(wanted: &str, others: &[Pair]) -> String {
    let mut name: String = wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    while others.iter().any(|o| o.name == name) {
        name.push('_');
    }
    name
}

/// A shell line as words that stay as they are when each is tidied like a path.
fn words(line: &str) -> [String; 4] {
    let mut parts = line.split('/');
    let first = parts.next().unwrap_or_default();
    let odd = |part: &str| ["", ".", ".."].contains(&part);
    // A slash at the beginning stays.
    let tidied = first.starts_with('~') || [".", ".."].contains(&first) || parts.any(odd);
    let line = if tidied { format!("eval \"$({})\"", shell::print(line)) } else { line.to_owned() };
    ["command".to_owned(), "sh".to_owned(), "-c".to_owned(), line]
}
