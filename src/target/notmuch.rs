//! notmuch: indexes the Maildirs of all accounts, searches and tags.
//!
//! Format: notmuch-config(1), a key file of GLib. One database has all mail, so the accounts' Maildirs lie below one
//! directory. `notmuch config set` keeps comments and what it does not know (seen in 0.37), so the file is ours, whole.
//! A path that is not absolute is below the home directory; `~` is not expanded.

use super::{About, Bundle, Do, Family, File, Lives, MARK, Options, Run, Target, indexed, may_hold_secret};
use crate::account::{Said, Text};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// notmuch.
pub struct Notmuch;

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
    notes: &[indexed::NO_MAIL, indexed::ELSEWHERE],
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

/// Files beside mail that are none: mbsync's.
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

    /// Source: notmuch-config(1): the XDG file comes first.
    fn displaces(&self) -> &'static [&'static str] {
        &[".notmuch-config"]
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
        let path = indexed::root(run, default, said, &mut bundle);
        let others = indexed::addresses(run).filter(|a| a.value != default.address.as_str()).collect();
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

fn below_home(path: &str) -> &str {
    path.strip_prefix("~/").unwrap_or(path)
}
