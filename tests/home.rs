//! The home directory: nothing of the user's or of another tool's is lost, nothing outside our markers is touched, and a
//! run that is killed leaves every file whole.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A home directory.
struct Home(TempDir);

const MUTTRC: &str = ".config/mutt/muttrc";
const MSMTP: &str = ".config/msmtp/config";

impl Home {
    fn new() -> Home {
        Home(tempfile::Builder::new().prefix("mailwright-apply-").tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(&path, text).expect("write");
        path
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).expect("there").permissions().mode() & 0o777
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
        command.args(args).current_dir(self.0.path()).env("HOME", self.0.path()).stdin(Stdio::null());
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("runs")
    }

    fn apply(&self, args: &[&str]) -> String {
        let output = self.run(&[&["apply", "mail.yaml"], args].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        said
    }

    /// The code of the first problem of a run that has to be refused.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(&[&["apply", "mail.yaml"], args, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        json["problems"][0]["code"].as_str().expect("a code").to_owned()
    }

    /// Everything below a folder, with its content.
    fn everything(&self, below: &str) -> Vec<(String, Vec<u8>)> {
        fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("entry").path();
                if path.is_dir() && !path.is_symlink() {
                    walk(root, &path, found);
                } else {
                    let name = path.strip_prefix(root).expect("below").display().to_string();
                    found.push((name, fs::read(&path).unwrap_or_default()));
                }
            }
        }
        let mut found = Vec::new();
        walk(self.0.path(), &self.path(below), &mut found);
        found.sort();
        found
    }
}

fn accounts(names: &[&str]) -> String {
    let lines: Vec<String> =
        names.iter().map(|n| format!("  {n}: {{ address: {n}@gmail.com, password: {{ pass: mail/{n} }} }}")).collect();
    format!("generate: [msmtp, mutt]\naccounts:\n{}\n", lines.join("\n"))
}

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
fn modes_and_folders() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]).replace("{ pass: mail/ada }", "hunter2"));
    home.apply(&[]);
    assert_eq!(home.mode(".config/msmtp"), 0o700);
    assert_eq!(home.mode(".local/state/mailwright"), 0o700);
    assert_eq!(home.mode(".local/state/mailwright/state.json"), 0o600);
    assert!(!home.read(MSMTP).contains("hunter2"));
    home.apply(&["--i-accept-cleartext-passwords"]);
    assert!(home.read(MSMTP).contains("hunter2"));
    assert_eq!(home.mode(MSMTP), 0o600);
    // A secret is not shown, neither the old one nor a new one; and it is kept private.
    home.write("mail.yaml", accounts(&["ada"]).replace("{ pass: mail/ada }", "hunter3"));
    let output = home.run(&["diff", "mail.yaml", "--i-accept-cleartext-passwords"]);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("hunter") && said.contains("not shown"), "{said}");
    fs::set_permissions(home.path(MSMTP), fs::Permissions::from_mode(0o644)).expect("mode");
    home.write("mail.yaml", accounts(&["ada"]).replace("{ pass: mail/ada }", "hunter2"));
    assert_eq!(home.run(&["diff", "mail.yaml", "--i-accept-cleartext-passwords"]).status.code(), Some(1));
    home.apply(&["--i-accept-cleartext-passwords"]);
    assert_eq!(home.mode(MSMTP), 0o600);
    // The state knows no secret.
    assert!(!home.read(".local/state/mailwright/state.json").contains("hunter"));
}

#[test]
fn the_xdg_variables_count() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    let output = home
        .command(&["apply", "mail.yaml"])
        .env("XDG_CONFIG_HOME", home.path("settings"))
        .env("XDG_STATE_HOME", home.path("state"))
        .output()
        .expect("runs");
    assert!(output.status.success());
    assert!(home.path("settings/msmtp/config").is_file() && home.path("state/mailwright/state.json").is_file());
    assert!(!home.path(".config").exists() && !home.path(".local").exists());
    // Files that name others name them where they are.
    home.write("mail.yaml", accounts(&["ada", "eve"]));
    let output = home.command(&["apply", "mail.yaml"]).env("XDG_CONFIG_HOME", home.path("my settings")).output();
    assert!(output.expect("runs").status.success());
    assert!(home.read("my settings/mutt/muttrc").contains("source \"~/my settings/mutt/account-ada.muttrc\""));
}

#[test]
fn links_out_of_the_home_directory_are_refused() {
    let home = Home::new();
    let outside = tempfile::tempdir().expect("a folder");
    home.write("mail.yaml", accounts(&["ada"]));
    fs::create_dir_all(home.path(".config")).expect("folder");
    symlink(outside.path(), home.path(".config/msmtp")).expect("link");
    assert_eq!(home.refused(&[]), "symbolic-link");
    assert!(!home.path(MUTTRC).exists(), "nothing at all is written");
    assert!(outside.path().read_dir().expect("folder").next().is_none());
    home.apply(&["--force"]);
    assert!(outside.path().join("config").is_file());
}

#[test]
fn links_within_the_home_directory_are_followed() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    fs::create_dir_all(home.path("dotfiles/config")).expect("folder");
    symlink("dotfiles/config", home.path(".config")).expect("link");
    home.apply(&[]);
    assert!(home.path("dotfiles/config/msmtp/config").is_file());
    assert!(home.path(".config").is_symlink());
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

#[test]
fn two_runs_at_a_time_do_not_mix() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada", "eve"]));
    let runs: Vec<_> = (0..8)
        .map(|_| {
            let mut command = home.command(&["apply", "mail.yaml"]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("runs")
        })
        .collect();
    let codes: Vec<_> = runs.into_iter().map(|mut r| r.wait().expect("ends").code()).collect();
    assert!(codes.iter().all(|c| matches!(c, Some(0 | 3))) && codes.contains(&Some(0)), "{codes:?}");
    assert!(home.run(&["diff", "mail.yaml"]).status.success());
}

/// Killed hundreds of times, at every stage: each file is the old one or the new one, whole; nothing of the user's is
/// lost; and the next run finds its way.
#[test]
fn a_killed_run_leaves_every_file_whole() {
    let home = Home::new();
    let users = "set editor=vim\n";
    home.write(MUTTRC, users);
    let versions: [(&str, String); 2] =
        ["0", "1"].map(|v| (v, accounts(&["ada", "eve", "joe", "sam"]).replace("mail/", &format!("mail{v}/"))));
    // What each version writes, and how long it takes.
    let mut expected: Vec<Vec<(String, Vec<u8>)>> = Vec::new();
    let mut slowest = Duration::ZERO;
    for (_, text) in &versions {
        home.write("mail.yaml", text);
        let begin = Instant::now();
        home.apply(&[]);
        slowest = slowest.max(begin.elapsed());
        expected.push(home.everything(".config"));
    }
    assert_ne!(expected[0], expected[1]);
    let rounds = 400;
    let (mut killed, mut between) = (0, 0);
    for round in 0..rounds {
        home.write("mail.yaml", &versions[round % 2].1);
        let mut child =
            home.command(&["apply", "mail.yaml"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("runs");
        std::thread::sleep(slowest.mul_f64((round / 2) as f64 / (rounds / 2) as f64));
        let _ = child.kill();
        killed += usize::from(child.wait().expect("ends").code().is_none());
        let there = home.everything(".config");
        let names = |list: &[(String, Vec<u8>)]| list.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
        assert_eq!(names(&there), names(&expected[0]), "round {round}");
        let mut seen = [false; 2];
        for (n, (name, bytes)) in there.iter().enumerate() {
            let which = [0, 1].map(|v| expected[v][n].1 == *bytes);
            assert!(which[0] || which[1], "round {round}: {name} is neither the old one nor the new one");
            if which[0] != which[1] {
                seen[usize::from(which[1])] = true;
            }
        }
        between += usize::from(seen[0] && seen[1]);
        assert!(home.read(MUTTRC).starts_with(users), "round {round}");
    }
    assert!(killed > rounds / 10, "only {killed} runs were killed");
    assert!(between > 0, "no run was killed between two files");
    home.write("mail.yaml", &versions[0].1);
    home.apply(&["--prune"]);
    assert_eq!(home.everything(".config"), expected[0]);
    // What a killed run has left behind is swept away once it is old.
    let own = home.path(".local/state/mailwright");
    for entry in fs::read_dir(&own).expect("folder") {
        let path = entry.expect("entry").path();
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(".mailwright-tmp-")) {
            let old = std::time::SystemTime::now() - Duration::from_secs(7200);
            fs::File::options().write(true).open(&path).and_then(|f| f.set_modified(old)).expect("time");
        }
    }
    home.apply(&[]);
    let left: Vec<_> = home.everything(".local/state/mailwright").into_iter().map(|(n, _)| n).collect();
    assert_eq!(left.len(), 2, "{left:?}");
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

/// Found in a review: the usual places were trusted even where they are links.
#[test]
fn a_link_in_place_of_the_configuration_folder_leads_nowhere() {
    for name in [".config", ".local"] {
        let home = Home::new();
        let outside = tempfile::tempdir().expect("a folder");
        home.write("mail.yaml", accounts(&["ada"]));
        symlink(outside.path(), home.path(name)).expect("link");
        let output = home.run(&["apply", "mail.yaml"]);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{name}");
        assert!(outside.path().read_dir().expect("folder").next().is_none(), "{name}");
    }
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

/// Found in a review: the same file by another path was taken for another one, and so was a further layer.
#[test]
fn account_files_are_known_by_any_path() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    home.write("more.yaml", "defaults: { name: Ada }\n");
    home.apply(&[]);
    fs::create_dir(home.path("below")).expect("folder");
    symlink(home.path("mail.yaml"), home.path("linked.yaml")).expect("link");
    for files in [&["below/../mail.yaml"][..], &["linked.yaml"], &["mail.yaml", "more.yaml"]] {
        let output = home.run(&[&["apply"], files].concat());
        assert!(output.status.success(), "{files:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Found in a review: a mode of 0644 was not kept where new files are private.
#[test]
fn the_umask_is_for_new_files() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    let muttrc = home.write(MUTTRC, "set editor=vim\n");
    fs::set_permissions(&muttrc, fs::Permissions::from_mode(0o644)).expect("mode");
    let program = env!("CARGO_BIN_EXE_mailwright");
    let status = Command::new("sh")
        .args(["-c", &format!("umask 077; exec '{program}' apply mail.yaml")])
        .current_dir(home.0.path())
        .env("HOME", home.0.path())
        .stderr(Stdio::null())
        .status();
    assert!(status.expect("runs").success());
    assert_eq!((home.mode(MUTTRC), home.mode(MSMTP)), (0o644, 0o600));
}

/// Found in a review: nothing said that msmtp and mutt read the older places first.
#[test]
fn files_that_are_read_instead_are_named() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada"]));
    home.write(".msmtprc", "");
    let said = home.apply(&[]);
    assert!(said.contains("note: msmtp: msmtp reads ~/.msmtprc instead, as long as it is there"), "{said}");
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
