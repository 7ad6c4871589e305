//! What is the user's, another tool's or a program's own: kept, or refused, and said.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::{Home, MSMTP, MUTTRC, accounts};

#[test]
fn what_the_user_wrote_stays_and_a_second_run_changes_nothing() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    let before = b"# \xe4 in Latin-1\r\nset editor=vim\r\nno line feed";
    let path = home.write(MUTTRC, before);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).expect("mode");
    home.apply(&[]);
    let bytes = fs::read(&path).expect("there");
    assert!(bytes.starts_with(before));
    assert_eq!(home.mode(MUTTRC), 0o664, "the mode is the user's");
    fs::write(&path, [&bytes[..], b"set sort=threads\n"].concat()).expect("write");
    let again = home.apply(&[]);
    assert!(again.contains("unchanged  ~/.config/mutt/muttrc"), "{again}");
    assert!(home.run(&["diff", "mail.yaml"]).status.success());
    home.write("mail.yaml", accounts(&["eve"]));
    home.apply(&[]);
    let bytes = fs::read(&path).expect("there");
    assert!(bytes.starts_with(before) && bytes.ends_with(b"set sort=threads\n"));
    assert!(bytes.windows(3).any(|w| w == b"eve") && !bytes.windows(3).any(|w| w == b"ada"));
    // What is no longer written goes, what the user wrote stays.
    home.write("mail.yaml", accounts(&["eve"]).replace(", mutt", ""));
    home.apply(&["--prune"]);
    assert_eq!(fs::read(&path).expect("there"), [&before[..], b"\nset sort=threads\n"].concat());
}

#[test]
fn what_another_tool_keeps_is_refused() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    let real = home.write("stow/msmtp/config", "host mine\n");
    fs::create_dir_all(home.path(".config/msmtp")).expect("folder");
    symlink(&real, home.path(MSMTP)).expect("link");
    assert_eq!(home.refused(&[]), "kept-by-another");
    home.apply(&["--force"]);
    assert_eq!(home.read("stow/msmtp/config"), "host mine\n", "what lies behind the link is not ours");
    assert!(!home.path(MSMTP).is_symlink());

    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    home.write(".local/share/chezmoi/dot_config/private_msmtp/private_config.tmpl", "host {{ .host }}\n");
    assert_eq!(home.refused(&[]), "kept-by-another");
    home.apply(&["--force"]);
    assert!(home.path(MSMTP).is_file());
}

#[test]
fn a_file_that_is_not_ours_is_refused_or_kept() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada", "eve"]));
    let account = ".config/mutt/account-ada.muttrc";
    home.write(account, "set from=mine\n");
    assert_eq!(home.refused(&[]), "not-ours");
    assert_eq!(home.read(account), "set from=mine\n");
    assert!(!home.path(MSMTP).exists());
    home.apply(&["--force"]);
    let kept: Vec<_> = home.everything(".config/mutt").into_iter().filter(|(n, _)| n.contains(".bak-")).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].1, b"set from=mine\n");
    // Ours, but edited since: kept, too, without force.
    home.write(account, format!("{}set sort=date\n", home.read(account)));
    home.apply(&[]);
    let kept = home.everything(".config/mutt").into_iter().filter(|(n, _)| n.contains(".bak-")).count();
    assert_eq!(kept, 2);
    // And a third one within the same second has a name of its own.
    home.write(account, format!("{}set sort=size\n", home.read(account)));
    home.apply(&[]);
    let kept = home.everything(".config/mutt").into_iter().filter(|(n, _)| n.contains(".bak-")).count();
    assert_eq!(kept, 3);
}

#[test]
fn an_old_whole_file_of_ours_becomes_a_block() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    assert!(home.run(&["generate", "mail.yaml", "--layout", "home", "-o", "."]).status.success());
    // With a line of the user's in it, nobody can tell what is whose.
    let whole = home.read(MSMTP);
    home.write(MSMTP, format!("{whole}logfile ~/.msmtp.log\n"));
    assert_eq!(home.refused(&[]), "ours-and-more");
    home.write(MSMTP, whole);
    home.apply(&[]);
    assert!(home.read(MSMTP).starts_with("# >>> mailwright: msmtp >>>\n"));
    assert_eq!(home.read(MSMTP).matches("Written by Mailwright").count(), 1);
    assert!(!home.everything(".config").iter().any(|(n, _)| n.contains(".bak-")));
}

/// Found in a review: msmtp takes a name once only, and stopped at the whole file.
#[test]
fn a_name_that_the_user_has_defined_is_refused() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    for theirs in ["account default : mine\n", "account ada\nhost h.example\n"] {
        home.write(MSMTP, theirs);
        assert_eq!(home.refused(&[]), "clash");
        assert_eq!(home.read(MSMTP), theirs);
    }
}

/// Found in a review: a file under two names lost one of them.
#[test]
fn a_file_with_a_second_name_is_refused() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    let real = home.write("dotfiles/muttrc", "set editor=vim\n");
    fs::create_dir_all(home.path(".config/mutt")).expect("folder");
    fs::hard_link(&real, home.path(MUTTRC)).expect("link");
    assert_eq!(home.refused(&[]), "kept-by-another");
}

/// Found in a review: what programs rewrite was left alone without a word, in halves, and by `--force`, too.
#[test]
fn what_a_program_keeps_is_said() {
    let claws = |smtp: &str| {
        format!(
            "generate: [claws-mail]\naccounts: {{ ada: {{ address: a@x.example, imap: i.example, smtp: {smtp} }} }}\n"
        )
    };
    let (rc, list) = (".claws-mail/accountrc", ".claws-mail/folderlist.xml");
    // The user's own: nothing at all, and no steps that speak of it.
    let home = Home::new();
    home.write("mail.yaml", claws("s.example"));
    home.write(rc, "[Account: 1]\naccount_name=mine\n");
    let said = home.apply(&[]);
    assert!(said.contains("note: claws-mail: ~/.claws-mail/accountrc is yours and stays as it is"), "{said}");
    assert!(!home.path(list).exists() && !said.contains("Left to do"), "{said}");
    assert!(home.apply(&["--force"]).contains("(old one: ~/.claws-mail/accountrc.bak-"));
    assert!(home.read(rc).contains("s.example") && home.path(list).is_file());
    // Put there once; what changes later is not in it.
    let home = Home::new();
    home.write("mail.yaml", claws("s.example"));
    home.apply(&[]);
    assert!(!home.apply(&[]).contains("note:"));
    home.write(rc, home.read(rc) + "config_version=4\n");
    home.write("mail.yaml", claws("other.example"));
    let output = home.run(&["diff", "mail.yaml"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("is Claws Mail's own since it was put there"), "{said}");
    home.write("mail.yaml", claws("other.example").replace("claws-mail", "msmtp"));
    let said = home.apply(&["--prune"]);
    assert!(said.contains("left alone ~/.claws-mail/accountrc"), "{said}");
    assert!(home.path(rc).is_file());
}

/// Found in a review: what the user's own settings say for all accounts counted for ours, passwords among it.
#[test]
fn the_users_defaults_do_not_count_for_our_accounts() {
    let home = Home::new();
    let file = |target: &str| {
        format!(
            "generate: [{target}]\naccounts: {{ ada: {{ address: a@x.example, imap: i.example, smtp: s.example }} }}\n"
        )
    };
    for (target, path, theirs) in [
        ("fetchmail", ".fetchmailrc", "defaults\n  user me password secret flush\n"),
        ("git-send-email", ".gitconfig", "[user]\n\tname = x\n[sendemail]\n\tsmtpPass = secret\n"),
        ("git-send-email", ".config/git/config", "[sendemail] sendmailCmd = mine\n"),
    ] {
        home.write("mail.yaml", file(target));
        let path = home.write(path, theirs);
        assert_eq!(home.refused(&[]), "clash", "{target}");
        fs::remove_file(path).expect("removed");
        home.apply(&[]);
    }
    home.write("mail.yaml", file("msmtp"));
    home.write(MSMTP, "defaults\ntls_certcheck off\npassword secret\n");
    home.apply(&[]);
    let text = home.read(MSMTP);
    let (ours, defaults) = (text.find("account ada").expect("ours"), text.rfind("\ndefaults\n").expect("empty"));
    assert!(defaults < ours, "{text}");
    // A file that would no longer be read.
    home.write("mail.yaml", file("notmuch"));
    home.write(".notmuch-config", "[database]\npath=/home/me/mail\n");
    assert_eq!(home.refused(&[]), "displaces");
    assert!(home.apply(&["--force"]).contains("created"));
}
