//! Mail on this machine: where an account's Maildirs lie, so that what one program fetches another one finds.
//!
//! An IMAP mirror has a Maildir for every folder, below the account's `maildir`, under the server's names (`INBOX` among
//! them); with POP3 the `maildir` is the inbox itself, with what is sent and drafted below it. Nothing here creates them.

use super::{Bundle, NoteKind};
use crate::account::{Account, Protocol, Said, Text};

/// A path that some programs would change.
pub const VARIABLE: NoteKind = NoteKind {
    code: "variable-in-path",
    about: "a path with a dollar sign, which the program replaces by a variable: the account is left out",
};

/// Whether a program that puts variables into paths would change this account's mail directory; then with a note.
pub fn variable(account: &Account, title: &str, bundle: &mut Bundle) -> bool {
    let there = root(account).value.contains('$');
    if there {
        bundle.note(&VARIABLE, account, format!("{title} replaces `$NAME` in `maildir` by a variable: left out"));
    }
    there
}

/// The account's mail directory: its `maildir`, or `~/Mail/<short name>`. Without a slash at the end.
pub fn root(account: &Account) -> Said<String> {
    match &account.maildir {
        Some(path) => path.with(trimmed(path.as_str()).to_owned()),
        None => Said::rule(format!("~/Mail/{}", account.name), "the usual place; set `maildir` for another"),
    }
}

fn trimmed(path: &str) -> &str {
    let short = path.trim_end_matches('/');
    if short.is_empty() { path } else { short }
}

/// The Maildir of new mail.
pub fn inbox(account: &Account) -> Said<String> {
    if account.retrieve.as_ref().is_some_and(|r| r.value == Protocol::Pop3) {
        root(account)
    } else {
        folder(account, "INBOX")
    }
}

/// The Maildir of a folder, by the server's name.
pub fn folder(account: &Account, name: &str) -> Said<String> {
    let root = root(account);
    let path = format!("{}/{name}", trimmed(&root.value));
    Said { value: path, origin: root.origin }
}

/// Which of an account's folders are mirrored: every one but those that only show what lies in another folder, too.
///
/// Where a server has a folder of all mail, the provider keeps its views beside it: at Gmail `[Gmail]/All Mail`,
/// `Important`, `Starred`, in the account's language. Nobody knows the names of all of them, so everything below that
/// parent is left out but the folders that have a role (<https://support.google.com/mail/answer/78755>).
pub struct Mirror<'a> {
    /// The folder that is left out, with everything below it.
    pub without: Option<Said<&'a str>>,
    /// What is mirrored all the same, by its whole name.
    pub but: Vec<&'a Said<Text>>,
}

/// The mirror of an account.
pub fn mirror(account: &Account) -> Mirror<'_> {
    let folders = &account.folders;
    let Some(all) = &folders.all else {
        return Mirror { without: None, but: Vec::new() };
    };
    let Some((parent, _)) = all.as_str().rsplit_once('/') else {
        return Mirror { without: Some(all.with(all.as_str())), but: Vec::new() };
    };
    let mut but: Vec<&Said<Text>> = Vec::new();
    for name in [&folders.sent, &folders.drafts, &folders.trash, &folders.junk, &folders.archive].into_iter().flatten()
    {
        let below = name.as_str().strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'));
        if below && name.value != all.value && !but.iter().any(|b| b.value == name.value) {
            but.push(name);
        }
    }
    Mirror { without: Some(all.with(parent)), but }
}

/// Whether the server puts its folders below the inbox and a dot between their names (`INBOX.Sent`); a Maildir of such a
/// name is one folder, not two.
pub fn dotted(account: &Account) -> bool {
    let f = &account.folders;
    [&f.sent, &f.drafts, &f.trash, &f.junk, &f.archive].into_iter().flatten().any(|n| n.as_str().starts_with("INBOX."))
}

/// A folder's way from the root of the server, for programs that write `/` between its parts whatever the server has.
/// What begins with `INBOX.` is on a server that divides by dots.
pub fn parts(folder: &str) -> Vec<&str> {
    if folder.starts_with("INBOX.") { folder.split('.').collect() } else { folder.split('/').collect() }
}
