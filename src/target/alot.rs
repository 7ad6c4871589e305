//! alot: reads what notmuch has indexed, and sends by msmtp.
//!
//! Format: `alot/defaults/alot.rc.spec` and `settings/manager.py` of 0.10. The mail is in Maildirs that another program
//! fills; whatever stands in the file besides the accounts is the user's. A configuration may have only one `[accounts]`.

use super::clash;
use super::mutt::msmtp_name;
use super::{About, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Run, Target, local, may_hold_secret};
use crate::account::{Account, Protocol, Said, Signature, Text};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, configobj, filters};

/// alot.
pub struct Alot;

const EXPANDS: NoteKind = NoteKind {
    code: "expanded",
    about: "an account in whose name or address alot would replace something is left out",
};
const RECEIVES_ONLY: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };
const SIGNATURE: NoteKind = NoteKind { code: "signature", about: "a signature that is no file is left out" };
const IDENTITY: NoteKind =
    NoteKind { code: "identity", about: "an identity's own name, signature, answer address and key are left out" };
const BOX: NoteKind =
    NoteKind { code: "box", about: "a folder in whose name `#`, `?` or what alot would replace stands is left out" };
const KEY: NoteKind = NoteKind {
    code: "key",
    about: "a key is written on demand only: alot does not start when it is not in the keyring",
};
const NO_SMIME: NoteKind = NoteKind { code: "no-smime", about: "there is no S/MIME" };

pub(super) const ABOUT: About = About {
    id: "alot",
    title: "alot",
    family: Family::Reader,
    homepage: "https://github.com/pazz/alot",
    files: &[".config/alot/config"],
    lives: Lives::Home,
    templates: &["alot.configobj"],
    oracle: "alot's own code: it reads every golden, and a thousand nasty names",
    versions: "0.9 and later; tested with 0.10",
    options: &Table {
        what: "the options of alot",
        keys: &[
            key("keys", Shape::Bool, "Write the keys of OpenPGP: they are in this machine's keyring."),
            key("extra", Shape::Lines, "Lines for this account that alot reads as they are."),
        ],
    },
    notes: &[EXPANDS, RECEIVES_ONLY, SIGNATURE, IDENTITY, BOX, KEY, NO_SMIME],
};

#[derive(askama::Template)]
#[template(path = "alot.configobj")]
struct Config {
    mark: &'static str,
    accounts: Vec<Section>,
}

/// A section `[[x]]`.
struct Section {
    name: String,
    keys: Vec<(&'static str, Said<String>)>,
    paths: Vec<(&'static str, Said<String>)>,
    aliases: Vec<Said<String>>,
    extra: Option<String>,
}

impl Target for Alot {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// alot stops at a section that stands there twice.
    fn clash(&self, ours: &str, theirs: &str) -> Option<String> {
        clash::twice(ours, theirs, clash::section).map(|name| format!("both have `{name}`, and alot stops at that"))
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts = Vec::new();
        let mut secret = false;
        // The first account is the one to write from.
        let default = run.mail.default_account().map(|a| a.name.as_str());
        let (first, rest): (Vec<_>, Vec<_>) = run.mail.accounts.iter().partition(|a| Some(a.name.as_str()) == default);
        for account in first.into_iter().chain(rest) {
            let mut options = Options::of(account, ABOUT.id);
            let extra = options.verbatim("extra");
            let keys = options.on("keys");
            problems.append(&mut options.problems);
            secret |= extra.as_deref().is_some_and(may_hold_secret);
            accounts.extend(section(account, keys, extra, &mut bundle));
        }
        if accounts.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
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

fn section(account: &Account, keys: bool, extra: Option<String>, bundle: &mut Bundle) -> Option<Section> {
    if account.smtp.is_none() {
        bundle.note(&RECEIVES_ONLY, account, "alot needs no account to read, and this one cannot send: left out");
        return None;
    }
    let mut section =
        Section { name: account.name.clone(), keys: Vec::new(), paths: Vec::new(), aliases: Vec::new(), extra };
    let realname = match &account.full_name {
        Some(full_name) => full_name.with(full_name.to_string()),
        // It cannot do without.
        None => account.address.with(account.address.to_string()),
    };
    let address = account.address.with(account.address.to_string());
    let others = account.identities.iter().map(|i| i.address.with(i.address.to_string()));
    section.aliases = others.collect();
    if [&realname, &address].into_iter().chain(&section.aliases).any(|v| configobj::quote(v).is_err()) {
        bundle.note(&EXPANDS, account, "alot would replace `$NAME` or the like in the name or the address: left out");
        return None;
    }
    section.keys.push(("realname", realname));
    section.keys.push(("address", address));
    let by = if account.identities.is_empty() {
        format!("-a {}", msmtp_name(account))
    } else {
        "--read-envelope-from".into()
    };
    section.keys.push(("sendmail_command", Said::rule(format!("msmtp {by} -t"), "msmtp sends")));
    let folder = |name: &str| match account.retrieve.as_ref().map(|r| r.value) {
        Some(Protocol::Pop3) | None => Said::rule(format!("{}/{name}", local::root(account).value), "the usual place"),
        _ => local::folder(account, name),
    };
    let mut container = |key, name: Option<&str>| {
        let Some(path) = name.map(folder) else { return };
        let url = path.with(format!("maildir://{}", path.value));
        if path.contains(['#', '?']) || configobj::quote(&url).is_err() {
            bundle.note(&BOX, account, format!("alot cannot name the folder {}: left out", path.value));
            return;
        }
        section.keys.push((key, url));
        if let Ok(maildir) = Text::new(&path) {
            bundle.step(format!("Create the Maildir {}", path.value), Do::Maildir(maildir));
        }
    };
    let sent = account.folders.sent.as_ref().map_or("Sent", |f| f.as_str());
    container("sent_box", account.save_sent.value.then_some(sent));
    container("draft_box", Some(account.folders.drafts.as_ref().map_or("Drafts", |f| f.as_str())));
    match account.signature.as_ref().map(|s| (s, &s.value)) {
        Some((said, Signature::File(path))) => section.paths.push(("signature", said.with(path.to_string()))),
        Some(_) => bundle.note(&SIGNATURE, account, "alot has a signature in a file only: left out"),
        None => {}
    }
    if account
        .identities
        .iter()
        .any(|i| i.name.is_some() || i.signature.is_some() || i.reply_to.is_some() || i.pgp.is_some())
    {
        bundle.note(
            &IDENTITY,
            account,
            "alot has one name, signature and key for all addresses of an account: the others are left out",
        );
    }
    if let Some(pgp) = &account.pgp {
        let word = |on: bool, yes: &str| {
            Said::rule(yes.to_owned(), "a word of the format").with(if on { yes.to_owned() } else { "none".into() })
        };
        match pgp.key.as_ref().filter(|_| keys) {
            Some(key) => {
                section.keys.push(("gpg_key", pgp.with(key.to_string())));
                if pgp.sign {
                    section.keys.push(("sign_by_default", word(true, "True")));
                }
                section.keys.push(("encrypt_by_default", word(pgp.encrypt, "all")));
            }
            None => bundle.note(
                &KEY,
                account,
                "alot does not start when a key is not in the keyring: left out; `targets: { alot: { keys: true } }` writes it",
            ),
        }
    }
    if account.smime.is_some() {
        bundle.note(&NO_SMIME, account, "alot has no S/MIME: left out");
    }
    Some(section)
}
