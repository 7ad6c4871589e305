//! mu and mu4e: an index of all Maildirs, and a mail program in Emacs on top of it.
//!
//! mu has no configuration file: `mu init` is told where mail lies and whose it is, which is a step. mu4e is configured in
//! Lisp; a context for every address switches what depends on it (mu4e's manual, "Contexts"; 1.8). How a message is sent
//! is Emacs' business ([`super::emacs`]).

use super::emacs::people::{self, People, Written};
use super::emacs::{SAME_ADDRESS, SIGNED_TWICE, loading, options, rule};
use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Target, access, indexed,
    may_hold_secret, mutt,
};
use crate::account::{Account, Identity, Mechanism, Protocol, Said, Text};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, shell};

/// mu and mu4e.
pub struct Mu;

const NO_ARCHIVE: NoteKind =
    NoteKind { code: "no-archive", about: "an account without an archive folder: refiling its mail is an error" };

pub(super) const ABOUT: About = About {
    id: "mu",
    title: "mu4e",
    family: Family::Reader,
    homepage: "https://www.djcbsoftware.nl/code/mu/",
    files: &[".config/mailwright/mu4e.el"],
    lives: Lives::Home,
    templates: &["mu4e.el", "emacs-mail.el"],
    oracle: "mu itself: `mu init` by the step, `mu info`; mu4e in Emacs: every context's variables on every golden",
    versions: "mu 1.8 and later, Emacs 27 and later; tested with 1.8.14 and 28.2",
    options: &Table {
        what: "the options of mu and mu4e",
        keys: &[
            OS,
            key(
                "path",
                Shape::Text,
                "The directory with all mail, at the default account. Default: what the accounts' Maildirs have in common.",
            ),
            key("fetch", Shape::Text, "The command that fetches mail, at the default account. Default: `mbsync -a`."),
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
        indexed::NO_MAIL,
        indexed::ELSEWHERE,
        NO_ARCHIVE,
        SIGNED_TWICE,
        mutt::KEY_UNKNOWN,
        SAME_ADDRESS,
    ],
};

const SMTP: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::XOAuth2],
    own_oauth2: false,
    mechanisms: people::SMTP_MECHANISMS,
};

#[derive(askama::Template)]
#[template(path = "mu4e.el")]
struct Config {
    mark: &'static str,
    logins: Vec<people::Login>,
    people: Vec<people::Person>,
    verified: Vec<Said<String>>,
    ca_file: Option<Said<String>>,
    fetch: Said<String>,
    contexts: Vec<Context>,
    extra: Option<String>,
}

/// A context of mu4e.
struct Context {
    name: Said<String>,
    /// Where its mail lies, below mu's directory.
    folder: Said<String>,
    /// The further address that it is for.
    to: Option<Said<String>>,
    /// The further addresses, which have contexts of their own.
    others: Vec<Said<String>>,
    address: Said<String>,
    full_name: Option<Said<String>>,
    sent: Said<String>,
    drafts: Said<String>,
    trash: Said<String>,
    archive: Option<Said<String>>,
    save_sent: bool,
    signature: Option<Written>,
}

impl Target for Mu {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(default) = run.mail.default_account() else { return Ok(bundle) };
        let mut problems = Vec::new();
        let (ca_file, extra) = options(run, default, ABOUT.id, &mut problems);
        let mut own = Options::of(default, ABOUT.id);
        let said = own.text("path").map(|p| p.with(p.value.to_string()));
        let fetch = own.text("fetch").map(|p| p.with(p.value.to_string()));
        problems.append(&mut own.problems);
        let root = indexed::root(run, default, said, &mut bundle);
        let shared = People::of(run, &SMTP, &mut bundle);
        let mut contexts = Vec::new();
        let first = std::iter::once(default);
        for account in first.chain(run.mail.accounts.iter().filter(|a| a.name != default.name)) {
            if let Some(folder) = indexed::below(&root.value, account).filter(|_| account.retrieve.is_some()) {
                account_contexts(account, folder, &mut contexts, &mut bundle);
            }
        }
        let secret = shared.secret || extra.as_deref().is_some_and(may_hold_secret);
        let config = Config {
            mark: MARK,
            logins: shared.logins,
            people: shared.people,
            verified: shared.verified.into_iter().map(rule).collect(),
            ca_file,
            fetch: fetch.unwrap_or_else(|| rule("mbsync -a".to_owned())),
            contexts,
            extra,
        };
        match Refusals::render(&config, Some(default.place)) {
            Ok(text) => bundle.files.push(File::new(ABOUT.files[0], text, secret)),
            Err(refused) => problems.extend(refused),
        }
        steps(run, &root.value, &mut bundle);
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

fn steps(run: &Run<'_>, root: &str, bundle: &mut Bundle) {
    let text = |t: &str| Text::new(t).ok();
    let words = |words: &[&str]| words.iter().map(|w| text(w)).collect::<Option<Vec<Text>>>();
    // `mu init` expands the path as a shell would (seen in 1.8.14): commands in it would run.
    let path = shell::expanded(root);
    if let (Some(folder), Some(mut argv), done) =
        (text(root), path.and_then(|p| words(&["mu", "init", "-m", &p])), text("~/.cache/mu/xapian"))
    {
        bundle.step(format!("Create the directory {root}, which has all mail"), Do::Folder(folder));
        argv.extend(indexed::addresses(run).filter_map(|a| text(&format!("--my-address={}", a.value))));
        bundle.step(
            "Tell mu where mail lies and whose it is; again when an address comes: mu init",
            Do::Run { argv, done },
        );
    }
    if let Some(argv) = words(&["mu", "index"]) {
        bundle.step("Index the mail; again whenever mail was fetched: mu index", Do::Run { argv, done: None });
    }
    bundle.step(loading(run, ABOUT.files[0]), Do::Tell);
}

fn account_contexts(account: &Account, folder: String, contexts: &mut Vec<Context>, bundle: &mut Bundle) {
    let pop3 = account.retrieve.as_ref().is_some_and(|r| r.value == Protocol::Pop3);
    let at = |said: &Option<Said<Text>>, usual: &str| match said {
        Some(name) if !pop3 => name.with(format!("{folder}/{}", name.as_str())),
        _ => rule(format!("{folder}/{usual}")),
    };
    let archive = account.folders.archive.as_ref().filter(|_| !pop3);
    if archive.is_none() {
        bundle.note(&NO_ARCHIVE, account, "the account has no archive folder: mu4e refuses to refile its mail");
    }
    let mut add = |identity: Option<&Identity>| {
        let address = identity.map_or(&account.address, |i| &i.address);
        let full_name = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref());
        let signature = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref());
        let text = |a: &Said<crate::account::Address>| a.with(a.to_string());
        let name = if identity.is_some() { address.to_string() } else { account.name.clone() };
        contexts.push(Context {
            name: rule(unique(name, contexts)),
            folder: rule(folder.clone()),
            to: identity.map(|_| text(address)),
            others: match identity {
                Some(_) => Vec::new(),
                None => account.identities.iter().map(|i| text(&i.address)).collect(),
            },
            address: text(address),
            full_name: full_name.map(|n| n.with(n.value.to_string())),
            sent: at(&account.folders.sent, "Sent"),
            drafts: at(&account.folders.drafts, "Drafts"),
            trash: at(&account.folders.trash, "Trash"),
            archive: archive.map(|a| a.with(format!("{folder}/{}", a.as_str()))),
            save_sent: account.save_sent.value,
            signature: signature.map(Written::of),
        });
    };
    add(None);
    for identity in &account.identities {
        add(Some(identity));
    }
}

/// A context is chosen by the first character of its name: a number before it where another one has the same.
fn unique(name: String, contexts: &[Context]) -> String {
    let taken = |c: char| contexts.iter().any(|other| other.name.value.starts_with(c));
    match name.chars().next() {
        Some(first) if taken(first) => {
            let free = ('1'..='9').chain('A'..='Z').find(|c| !taken(*c));
            free.map_or(name.clone(), |c| format!("{c} {name}"))
        }
        _ => name,
    }
}
