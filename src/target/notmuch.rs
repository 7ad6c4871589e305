//! notmuch: indexes the Maildirs of all accounts, searches and tags.
//!
//! Format: notmuch-config(1), a key file of GLib. One database has all mail, so the accounts' Maildirs lie below one
//! directory. `notmuch config set` keeps comments and what it does not know (seen in 0.37), so the file is ours, whole.
//! A path that is not absolute is below the home directory; `~` is not expanded.

use super::{About, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Run, Target, local, may_hold_secret};
use crate::account::{Account, Said, Text};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// notmuch.
pub struct Notmuch;

const NO_MAIL: NoteKind =
    NoteKind { code: "sends-only", about: "an account that fetches no mail: only its address is known" };
const ELSEWHERE: NoteKind = NoteKind {
    code: "elsewhere",
    about: "a Maildir outside of the directory that has the others: its mail is left out",
};

pub(super) const ABOUT: About = About {
    id: "notmuch",
    title: "notmuch",
    family: Family::Reader,
    homepage: "https://notmuchmail.org/",
    files: &[".config/notmuch/default/config"],
    lives: Lives::Home,
    templates: &["notmuch.keyfile"],
    oracle: "notmuch itself: `config get` on every golden; indexes a mail in each Maildir and finds it",
    versions: "0.32 and later; tested with 0.37",
    options: &Table {
        what: "the options of notmuch",
        keys: &[
            key(
                "path",
                Shape::Text,
                "The directory with all mail, at the default account. Default: what the accounts' Maildirs have in common.",
            ),
            key("extra", Shape::Lines, "Lines that notmuch reads as they are, with a `[group]` of their own."),
        ],
    },
    notes: &[NO_MAIL, ELSEWHERE],
};

#[derive(askama::Template)]
#[template(path = "notmuch.keyfile")]
struct Config {
    mark: &'static str,
    path: Said<String>,
    name: Option<Said<String>>,
    primary: Said<String>,
    others: Vec<Said<String>>,
    ignored: &'static [&'static str],
    extra: Option<String>,
}

/// Files beside mail that are none: of mbsync and of mpop and getmail.
const IGNORED: &[&str] = &[
    ".mbsyncstate",
    ".mbsyncstate.journal",
    ".mbsyncstate.lock",
    ".mbsyncstate.new",
    ".uidvalidity",
    ".isyncuidmap.db",
];

impl Target for Notmuch {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(default) = run.mail.default_account() else { return Ok(bundle) };
        let mut problems = Vec::new();
        let mut said = None;
        let mut extra: Option<String> = None;
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            if let Some(path) = options.text("path").filter(|_| account.name == default.name) {
                said = Some(path.with(path.value.to_string()));
            }
            // What stands in `defaults` comes once.
            if let Some(lines) = options.verbatim("extra") {
                match &mut extra {
                    None => extra = Some(lines),
                    Some(all) if !all.contains(&lines) => all.push_str(&format!("\n{lines}")),
                    Some(_) => {}
                }
            }
            problems.append(&mut options.problems);
        }
        let path = root(run, default, said, &mut bundle);
        let others = addresses(run).filter(|a| a.value != default.address.as_str()).collect();
        let config = Config {
            mark: MARK,
            path: path.with(below_home(&path.value).to_owned()),
            name: default.full_name.as_ref().map(|n| n.with(n.value.to_string())),
            primary: default.address.with(default.address.to_string()),
            others,
            ignored: IGNORED,
            extra,
        };
        match Refusals::render(&config, Some(default.place)) {
            Ok(text) => {
                let secret = config.extra.as_deref().is_some_and(may_hold_secret);
                bundle.files.push(File::new(ABOUT.files[0], text, secret));
            }
            Err(refused) => problems.extend(refused),
        }
        steps(&path.value, &mut bundle);
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

fn steps(path: &str, bundle: &mut Bundle) {
    let texts = (Text::new(path), Text::new(&format!("{path}/.notmuch")), Text::new("notmuch"), Text::new("new"));
    if let (Ok(folder), Ok(done), Ok(notmuch), Ok(new)) = texts {
        bundle.step(format!("Create the directory {path}, which has all mail"), Do::Folder(folder));
        bundle.step(
            "Index the mail; again whenever mail was fetched: notmuch new",
            Do::Run { argv: vec![notmuch, new], done: Some(done) },
        );
    }
}

/// Every address that a person writes from, each once, in the order of the file.
pub(super) fn addresses<'a>(run: &Run<'a>) -> impl Iterator<Item = Said<String>> + use<'a> {
    let mut seen = std::collections::HashSet::new();
    let all = run
        .mail
        .accounts
        .iter()
        .flat_map(|account| std::iter::once(&account.address).chain(account.identities.iter().map(|i| &i.address)));
    all.map(|a| a.with(a.to_string())).filter(move |a| seen.insert(a.value.clone()))
}

/// The directory with all mail: what was said, what the accounts' Maildirs have in common, or the default account's. The
/// home directory and `/` hold too much else. A note for every account with mail outside of it.
pub(super) fn root(run: &Run<'_>, default: &Account, said: Option<Said<String>>, bundle: &mut Bundle) -> Said<String> {
    let path = said.unwrap_or_else(|| {
        let mut fetching = run.mail.accounts.iter().filter(|a| a.retrieve.is_some()).map(|a| local::root(a).value);
        let first = if default.retrieve.is_some() { Some(local::root(default).value) } else { fetching.next() };
        let wider = |path: String, other: String| match common(&path, &other) {
            all if ["", "~"].contains(&all.as_str()) => path,
            all => all,
        };
        let path = first.map_or_else(|| local::root(default).value, |first| fetching.fold(first, wider));
        Said::rule(path, "what the accounts' Maildirs have in common")
    });
    let path = path.with(match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        short => short.to_owned(),
    });
    for account in &run.mail.accounts {
        let own = local::root(account).value;
        if account.retrieve.is_none() {
            bundle.note(&NO_MAIL, account, "the account fetches no mail: there is nothing of it to index");
        } else if own != path.value && !own.starts_with(&format!("{}/", path.value.trim_end_matches('/'))) {
            bundle.note(
                &ELSEWHERE,
                account,
                format!("the Maildir {own} lies outside of {}, the directory that is indexed: left out", path.value),
            );
        }
    }
    path
}

/// The directory above both.
fn common(a: &str, b: &str) -> String {
    let parts = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).map(|(a, _)| a);
    parts.collect::<Vec<_>>().join("/")
}

fn below_home(path: &str) -> &str {
    path.strip_prefix("~/").unwrap_or(path)
}
