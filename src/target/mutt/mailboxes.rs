//! Where mutt finds an account's mailboxes: on the server, or in its Maildirs on this machine.

use super::url::{mailbox_pattern, url};
use super::{POP3_SENT, rule};
use crate::account::{Account, Protocol, Said, Server, Text};
use crate::quote::regex;
use crate::target::{Bundle, Do, local};

/// The settings that name mailboxes.
#[derive(Default)]
pub(super) struct Mailboxes {
    pub folder: Option<Said<String>>,
    pub spoolfile: Option<Said<String>>,
    pub pop_host: Option<Said<String>>,
    pub record: Option<Said<String>>,
    pub postponed: Option<Said<String>>,
    pub trash: Option<Said<String>>,
    /// New mailboxes are Maildirs.
    pub maildirs: bool,
    /// The whole name of the inbox, for `mailboxes`.
    pub inbox: Option<Said<String>>,
    /// A regular expression for all of the account's mailboxes.
    pub pattern: Option<String>,
}

/// The mailboxes of an account; `server` is where it is read from, `None` for its Maildirs.
pub(super) fn of(account: &Account, server: Option<&Server>, maildir: bool, bundle: &mut Bundle) -> Mailboxes {
    match server {
        _ if maildir => on_disk(account, bundle),
        Some(server) if server.protocol == Protocol::Imap => {
            let url = server.login.with(url(server, "imap"));
            Mailboxes {
                inbox: Some(url.with(format!("{}INBOX", url.value))),
                pattern: Some(mailbox_pattern(server, "imap")),
                ..below(account, url)
            }
        }
        Some(server) => {
            let url = server.login.with(url(server, "pop"));
            if account.save_sent.value {
                bundle.note(&POP3_SENT, account, "with POP3 drafts and sent mail are kept on this machine only");
            }
            Mailboxes {
                spoolfile: Some(url.clone()),
                inbox: Some(url.clone()),
                pop_host: Some(url),
                pattern: Some(mailbox_pattern(server, "pop")),
                ..kept(account, bundle)
            }
        }
        None => Mailboxes { folder: None, ..kept(account, bundle) },
    }
}

/// What is sent and drafted where the server has no folders.
fn kept(account: &Account, bundle: &mut Bundle) -> Mailboxes {
    match &account.maildir {
        Some(_) => beside(account, bundle),
        None => Mailboxes {
            record: Some(rule("~/sent".into())),
            postponed: Some(rule("~/postponed".into())),
            ..Mailboxes::default()
        },
    }
}

/// The server's folders below `folder`, by their names.
fn below(account: &Account, folder: Said<String>) -> Mailboxes {
    let named = |name: &Option<Said<Text>>| name.as_ref().map(|n| n.with(format!("+{}", n.value)));
    Mailboxes {
        folder: Some(folder),
        spoolfile: Some(rule("+INBOX".into())),
        record: named(&account.folders.sent),
        postponed: named(&account.folders.drafts),
        trash: named(&account.folders.trash),
        ..Mailboxes::default()
    }
}

fn on_disk(account: &Account, bundle: &mut Bundle) -> Mailboxes {
    let (root, inbox) = (local::root(account), local::inbox(account));
    create(&inbox.value, bundle);
    let pattern = Some(format!("{}(/|$)", regex::escape(&root.value)));
    if inbox.value == root.value {
        Mailboxes { spoolfile: Some(inbox.clone()), inbox: Some(inbox), pattern, ..beside(account, bundle) }
    } else {
        Mailboxes { maildirs: true, inbox: Some(inbox), pattern, ..below(account, root) }
    }
}

/// With POP3: what is sent and drafted, below the Maildir that is the inbox.
fn beside(account: &Account, bundle: &mut Bundle) -> Mailboxes {
    let at = |name: &str| Some(local::folder(account, name));
    let boxes = Mailboxes {
        folder: Some(local::root(account)),
        record: at("Sent"),
        postponed: at("Drafts"),
        trash: at("Trash"),
        maildirs: true,
        ..Mailboxes::default()
    };
    for path in boxes.record.iter().filter(|_| account.save_sent.value).chain(&boxes.postponed) {
        create(&path.value, bundle);
    }
    boxes
}

/// mutt makes a mailbox that is not there only after a question, and no folder above it.
fn create(path: &str, bundle: &mut Bundle) {
    if let Ok(text) = Text::new(path) {
        bundle.step(format!("Create the Maildir {path}"), Do::Maildir(text));
    }
}
