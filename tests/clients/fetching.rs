//! What the tests of programs that fetch have in common: a home with a golden's files and steps done, mail that a user
//! of the lab has in each folder, and what arrived.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mailwright::account::{Account, Credential, Os, Server};
use mailwright::target::{Do, Run, find};

use crate::cases::Case;
use crate::lab::{self, Home, run, script};

/// A home with the files of a golden of these targets, and their steps done as `apply` would.
pub fn home_with(case: &Case, targets: &[&str]) -> Home {
    let home = Home::of(case.accounts());
    for target in targets {
        let folder = case.folder.join(target);
        assert!(folder.is_dir(), "{} has a golden of {target}", case.name);
        lab::copy_tree(&folder, home.path());
        let bundle = find(target).expect("a target").render(&Run::of(&case.reading.mail)).expect("a golden");
        for step in bundle.steps {
            match step.how {
                Do::Folder(path) => fs::create_dir_all(inside(&home, path.as_str())).expect("folder"),
                Do::Maildir(path) => maildir(&inside(&home, path.as_str())),
                Do::Run { .. } | Do::Tell => {}
            }
        }
    }
    home
}

/// A path that may begin with `~/`.
pub fn below(home: &Home, path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => home.path().join(rest),
        None => PathBuf::from(path),
    }
}

/// Where a step's folder is made: nothing is made outside of the home directory, and `/srv/mail` is `srv/mail` in it.
pub fn inside(home: &Home, path: &str) -> PathBuf {
    home.path().join(path.trim_start_matches("~/").trim_start_matches('/'))
}

/// Makes an empty Maildir.
pub fn maildir(path: &Path) {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(path.join(part)).expect("folder");
    }
}

/// A program in a network of its own, in which every server of these accounts is `127.0.0.9` and nobody listens: it comes
/// as far as to say where it connects to.
pub fn nowhere(home: &Home, case: &Case, program: &str) -> Command {
    let hosts: Vec<&str> = case.accounts().iter().flat_map(|a| a.servers()).map(|s| s.host.as_str()).collect();
    let names: Vec<&str> = hosts.into_iter().filter(|h| h.parse::<std::net::IpAddr>().is_err()).collect();
    lab::write_private(&home.path().join("hosts"), format!("127.0.0.9 {}\n", names.join(" ")).as_bytes());
    let mut command = home.command("unshare");
    let inside = "mount --bind hosts /etc/hosts; exec \"$@\"";
    command.args(["--net", "--mount", "sh", "-c", inside, "sh", "timeout", "60", program]);
    command
}

/// The lab's user at Gmail.
pub const GMAIL: &str = "me@gmail.com";

/// Mail in Gmail's folders: a label, and its views of what lies elsewhere.
pub const IN_GMAIL: [(&str, &str); 7] = [
    ("INBOX", "new"),
    ("Label/Sub label", "labelled"),
    ("[Gmail]/Sent Mail", "sent"),
    ("[Gmail]/All Mail", "all"),
    ("[Gmail]/Starred", "starred"),
    ("[Gmail]/Important", "important"),
    ("[Gmail]/Spam", "spam"),
];

/// What of [`IN_GMAIL`] arrives: all but the views.
pub const FROM_GMAIL: [(&str, &str); 4] =
    [("INBOX", "new"), ("Label/Sub label", "labelled"), ("[Gmail]/Sent Mail", "sent"), ("[Gmail]/Spam", "spam")];

/// Puts mail into folders of a user of the lab, by the server: pairs of a folder and a subject.
pub fn put(user: &str, mail: &[(&str, &str)]) {
    let mut command = Command::new(lab::python());
    command.arg(script("put-mail.py")).args([user, lab::password(user)]);
    let said = run(command.args(mail.iter().flat_map(|(folder, subject)| [*folder, *subject])));
    assert!(said.ok, "{}{}", said.out, said.err);
}

/// The subjects of all mail in the Maildirs below a folder, each behind the Maildir's path from there.
pub fn arrived(root: &Path) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("entry").path();
            if !path.is_dir() {
                continue;
            }
            let part = path.file_name().is_some_and(|n| n == "new" || n == "cur");
            if !part {
                folders.push(path);
                continue;
            }
            let name = folder.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            for mail in fs::read_dir(path).expect("folder") {
                let text = fs::read(mail.expect("entry").path()).expect("mail");
                let text = String::from_utf8_lossy(&text).into_owned();
                let subject = text.lines().find_map(|l| l.strip_prefix("Subject: ")).unwrap_or_default();
                found.insert((name.clone(), subject.trim_end().to_owned()));
            }
        }
    }
    found
}

/// Those as a test writes them.
pub fn pairs(wanted: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    wanted.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

/// The first line that the command of a server's password or token prints in a home; the command is the account's, not
/// what a target made of it.
pub fn first_line(home: &Home, server: &Server) -> Option<String> {
    let secret = match &server.credential.value {
        Credential::Password(secret) => secret,
        Credential::OAuth2(oauth2) => &oauth2.token.as_ref()?.value,
        Credential::None => return None,
    };
    let said = run(home.command("sh").args(["-c", &secret.shell_line(Os::Linux)?]));
    said.out.lines().next().map(str::to_owned)
}

/// Folder names as programs are asked about them, and those of them that an account's mirror has.
pub fn mirrored(account: &Account, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let folders = &account.folders;
    let roles = [&folders.sent, &folders.drafts, &folders.trash, &folders.junk];
    let parent =
        folders.all.as_ref().and_then(|all| all.as_str().rsplit_once('/')).map(|(parent, _)| parent.to_owned());
    names
        .into_iter()
        .filter(|name| match &parent {
            Some(parent) => {
                let inside = name == parent || name.starts_with(&format!("{parent}/"));
                !inside || roles.iter().any(|r| r.as_ref().is_some_and(|r| r.as_str() == name))
            }
            None => true,
        })
        .collect()
}
