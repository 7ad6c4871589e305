//! One index of all mail on this machine, as notmuch and mu have it: where it lies and whose mail it is.

use std::collections::HashSet;

use super::{Bundle, NoteKind, Run, local};
use crate::account::{Account, Said};

/// An account without mail.
pub const NO_MAIL: NoteKind =
    NoteKind { code: "sends-only", about: "an account that fetches no mail: only its addresses are known" };
/// A Maildir outside of the directory.
pub const ELSEWHERE: NoteKind = NoteKind {
    code: "elsewhere",
    about: "a Maildir outside of the directory that has the others: its mail is left out",
};

/// Every address that a person writes from, each once, in the order of the file.
pub fn addresses<'a>(run: &Run<'a>) -> impl Iterator<Item = Said<String>> + use<'a> {
    let mut seen = HashSet::new();
    let all = run
        .mail
        .accounts
        .iter()
        .flat_map(|account| std::iter::once(&account.address).chain(account.identities.iter().map(|i| &i.address)));
    all.map(|a| a.with(a.to_string())).filter(move |a| seen.insert(a.value.clone()))
}

/// The directory with all mail: what was said, or what the accounts' Maildirs have in common, beginning with the default
/// account's. It is neither the home directory nor `/`: those hold too much else. A note for every account whose mail is
/// outside of it.
pub fn root(run: &Run<'_>, default: &Account, said: Option<Said<String>>, bundle: &mut Bundle) -> Said<String> {
    let path = said.unwrap_or_else(|| {
        let mut fetching = run.mail.accounts.iter().filter(|a| a.retrieve.is_some());
        let first = if default.retrieve.is_some() { Some(default) } else { fetching.next() };
        let path = fetching.map(place).fold(place(first.unwrap_or(default)), |path, other| {
            let parts = path.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).map(|(a, _)| a);
            let both = parts.collect::<Vec<_>>().join("/");
            if too_wide(&both) { path } else { both }
        });
        Said::rule(path, "what the accounts' Maildirs have in common")
    });
    let path = path.with(path.trim_end_matches('/').to_owned());
    for account in &run.mail.accounts {
        if account.retrieve.is_none() {
            bundle.note(&NO_MAIL, account, "the account fetches no mail: there is nothing of it to index");
        } else if below(&path.value, account).is_none() {
            let own = local::root(account).value;
            bundle.note(
                &ELSEWHERE,
                account,
                format!("the Maildir {own} lies outside of {}, the directory that is indexed: left out", path.value),
            );
        }
    }
    path
}

/// An account's mail, or the directory above it where the Maildir has the account's name: others may come to lie there.
fn place(account: &Account) -> String {
    let own = local::root(account).value;
    match own.rsplit_once('/') {
        Some((above, name)) if name == account.name && !too_wide(above) => above.to_owned(),
        _ => own,
    }
}

fn too_wide(path: &str) -> bool {
    ["", "~"].contains(&path)
}

/// Where an account's mail lies below the directory: empty, or a path that begins with `/`.
pub fn below(root: &str, account: &Account) -> Option<String> {
    let own = local::root(account).value;
    own.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/')).map(str::to_owned)
}
