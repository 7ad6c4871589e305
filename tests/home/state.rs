//! The state of earlier runs: lost, or of somebody else's making.

use std::fs;
use std::os::unix::fs::symlink;

use crate::{Home, MSMTP, MUTTRC, accounts};

#[test]
fn a_lost_state_loses_nothing() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada", "eve"]));
    home.apply(&[]);
    let before = home.everything(".config");
    fs::remove_dir_all(home.path(".local")).expect("removed");
    assert!(home.run(&["diff", "mail.yaml"]).status.success());
    home.apply(&[]);
    assert_eq!(home.everything(".config"), before);
    home.write(".local/state/mailwright/state.json", "{ \"version\": 7 }");
    let output = home.run(&["apply", "mail.yaml"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad-state"));
}

/// Found in a review: without the state an edited block was replaced, and with it what the user had written.
#[test]
fn edits_are_kept_when_the_state_is_lost() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada", "eve"]));
    home.apply(&[]);
    let account = ".config/mutt/account-ada.muttrc";
    home.write(account, home.read(account) + "set sort=date\n");
    home.write(MUTTRC, home.read(MUTTRC).replace("# <<<", "set sort=size\n# <<<"));
    fs::remove_dir_all(home.path(".local")).expect("removed");
    let said = home.apply(&[]);
    assert_eq!(said.matches("(old one: ").count(), 2, "{said}");
    let kept: Vec<String> = home
        .everything(".config")
        .into_iter()
        .filter(|(n, _)| n.contains(".bak-"))
        .map(|(_, bytes)| String::from_utf8(bytes).expect("UTF-8"))
        .collect();
    assert!(kept.iter().any(|t| t.contains("sort=date")) && kept.iter().any(|t| t.contains("sort=size")));
    // What the user put between lines that look like ours was never ours.
    home.write(MSMTP, "   # >>> mailwright: msmtp >>>\nhost mine\n\t# <<< mailwright: msmtp <<<\n");
    fs::remove_dir_all(home.path(".local")).expect("removed");
    assert!(home.apply(&[]).contains("(old one: ~/.config/msmtp/config.bak-"));
}

/// Found in a review: a hostile or broken state reached outside the home directory.
#[test]
fn a_state_from_elsewhere_reaches_nothing() {
    let home = Home::new();
    let outside = tempfile::tempdir().expect("a folder");
    fs::create_dir(outside.path().join("empty")).expect("folder");
    fs::write(outside.path().join("notes"), "mine").expect("write");
    home.write("mail.yaml", accounts(&["ada"]));
    home.write("notes.txt", "mine");
    home.apply(&[]);
    let state = ".local/state/mailwright/state.json";
    let mut json: serde_json::Value = serde_json::from_str(&home.read(state)).expect("JSON");
    let mut entry = json["files"][0].clone();
    entry["target"] = "mutt".into();
    entry["kept"] = "whole".into();
    for path in [outside.path().join("notes"), home.path(MSMTP)] {
        entry["path"] = path.display().to_string().into();
        json["files"].as_array_mut().expect("a list").push(entry.clone());
    }
    json["folders"].as_array_mut().expect("a list").push(outside.path().join("empty").display().to_string().into());
    home.write(state, json.to_string());
    home.apply(&["--prune"]);
    assert!(outside.path().join("notes").is_file() && outside.path().join("empty").is_dir());
    assert!(home.read(MSMTP).contains("account ada"));
    for path in ["notes.txt", "/a/../b"] {
        entry["path"] = path.into();
        home.write(state, serde_json::json!({ "version": 1, "folders": [], "files": [entry] }).to_string());
        assert_eq!(home.run(&["apply", "mail.yaml", "--prune"]).status.code(), Some(3), "{path}");
        assert_eq!(home.read("notes.txt"), "mine");
    }
    // A lock that is a link is not followed.
    fs::remove_dir_all(home.path(".local")).expect("removed");
    fs::create_dir_all(home.path(".local/state/mailwright")).expect("folder");
    symlink(home.path("notes.txt"), home.path(".local/state/mailwright/lock")).expect("link");
    assert_eq!(home.run(&["apply", "mail.yaml"]).status.code(), Some(3));
    assert_eq!(home.read("notes.txt"), "mine");
}
