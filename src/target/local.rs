//! Mail on this machine: where an account's Maildirs lie, so that what one program fetches another one finds.
//!
//! An IMAP mirror has a Maildir for every folder, below the account's `maildir`, under the server's names (`INBOX` among
//! them); with POP3 the `maildir` is the inbox itself, with what is sent and drafted below it. Nothing here creates them.

use crate::account::{Account, Protocol, Said};

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

/// A folder's way from the root of the server, for programs that write `/` between its parts whatever the server has.
/// What begins with `INBOX.` is on a server that divides by dots.
pub fn parts(folder: &str) -> Vec<&str> {
    if folder.starts_with("INBOX.") { folder.split('.').collect() } else { folder.split('/').collect() }
}
