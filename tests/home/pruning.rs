//! What is no longer written goes, and nothing else.

use std::os::unix::fs::symlink;

use crate::{Home, MSMTP, MUTTRC, accounts};

#[test]
fn pruning_takes_only_what_came_from_the_same_files() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada", "eve"]));
    home.apply(&[]);
    home.write("other.yaml", "generate: [neomutt]\naccounts: { joe@gmail.com: {} }\n");
    assert!(home.run(&["apply", "other.yaml"]).status.success());
    home.write("mail.yaml", accounts(&["ada"]));
    let said = home.apply(&[]);
    assert!(said.contains("2 files are no longer written; `--prune` removes them"), "{said}");
    home.write(".config/mutt/account-eve.muttrc", "edited\n");
    // Whoever names targets speaks of them only.
    assert!(!home.apply(&["-t", "msmtp", "--prune"]).contains("removed"));
    let said = home.apply(&["--prune"]);
    assert!(said.contains("removed    ~/.config/mutt/account-ada.muttrc\n"), "{said}");
    assert!(said.contains("removed    ~/.config/mutt/account-eve.muttrc (old one: "), "{said}");
    let left: Vec<_> = home.everything(".config").into_iter().map(|(n, _)| n).collect();
    assert_eq!(left.len(), 4, "{left:?}");
    assert!(home.path(".config/neomutt/neomuttrc").is_file());
    // All of it, with the folders that were made for it.
    home.write("other.yaml", "generate: [msmtp]\naccounts: { joe@gmail.com: {} }\n");
    assert_eq!(home.run(&["apply", "other.yaml", "--prune"]).status.code(), Some(2), "msmtp's file is the other one's");
    home.write("other.yaml", "generate: [mobileconfig]\naccounts: { joe@gmail.com: {} }\n");
    assert!(home.run(&["apply", "other.yaml", "--prune"]).status.success());
    assert!(!home.path(".config/neomutt").exists() && home.path(MSMTP).is_file());
}

/// Found in a review: `--prune` took the files that the same run had just written, by another spelling of their path.
#[test]
fn pruning_knows_a_file_by_any_spelling_of_its_path() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    home.apply(&[]);
    let link = tempfile::tempdir().expect("a folder");
    symlink(home.0.path(), link.path().join("me")).expect("link");
    for (name, value) in [("HOME", link.path().join("me")), ("XDG_CONFIG_HOME", home.path(".local/../.config"))] {
        let output = home.command(&["apply", "mail.yaml", "--prune"]).env(name, value).output().expect("runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("removed"), "{said}");
        assert!(home.path(MSMTP).is_file() && home.path(MUTTRC).is_file());
    }
}

/// Found in a review: what had once been written could not be removed when nothing was left to write.
#[test]
fn the_last_file_can_be_pruned() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    home.apply(&[]);
    home.write("mail.yaml", accounts(&["ada"]).replace("[msmtp, mutt]", "[autoconfig]"));
    home.apply(&["--prune"]);
    assert!(!home.path(".config").exists(), "{:?}", home.everything(".config"));
    assert_eq!(home.run(&["apply", "-", "--prune"]).status.code(), Some(2), "standard input has no name");
}
