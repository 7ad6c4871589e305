//! The directory: nobody's file is lost, secrets are private from the first byte, and an interrupted run leaves every
//! file whole.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("mailwright-sink-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("folder");
        Folder(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(&path, text).expect("write");
        path
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.0.join(name)).expect("there").permissions().mode() & 0o777
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mailwright")).args(args).current_dir(&self.0).output().expect("runs")
    }

    fn everything(&self, below: &str) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).expect("folder") {
                let path = entry.expect("entry").path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(&self.0.join(below), &mut found);
        found.sort();
        found
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const CONFIG: &str = "out/msmtp/.config/msmtp/config";
const GENERATE: &[&str] = &["generate", "a.yaml", "-t", "msmtp", "-o", "out"];

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_second_run_touches_nothing() {
    let f = Folder::new("twice");
    f.write("a.yaml", "accounts: { ada@gmail.com: {} }");
    assert_eq!(f.run(GENERATE).status.code(), Some(0));
    let inode = fs::metadata(f.0.join(CONFIG)).expect("there").ino();
    let again = f.run(GENERATE);
    assert!(text(&again).contains("unchanged"), "{}", text(&again));
    assert_eq!(fs::metadata(f.0.join(CONFIG)).expect("there").ino(), inode);
    f.write("a.yaml", "accounts: { ada@gmail.com: { name: Ada, smtp: { port: 587 } } }");
    assert!(text(&f.run(GENERATE)).contains("replaced"));
    assert!(f.read(CONFIG).contains("port 587"));
}

#[test]
fn a_foreign_file_is_refused_and_with_force_kept() {
    let f = Folder::new("foreign");
    f.write("a.yaml", "accounts: { ada@gmail.com: {} }");
    f.write(CONFIG, "# mine\naccount x\n");
    let refused = f.run(&["generate", "a.yaml", "-t", "msmtp,mutt", "-o", "out"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused).contains("error[not-ours]"), "{}", text(&refused));
    assert_eq!(f.everything("out").len(), 1, "nothing else was written either");
    assert_eq!(f.read(CONFIG), "# mine\naccount x\n");
    for _ in 0..2 {
        // Twice within a second: two backups.
        f.write(CONFIG, "# mine\naccount x\n");
        let forced = f.run(&[GENERATE, &["--force"]].concat());
        assert_eq!(forced.status.code(), Some(0), "{}", text(&forced));
    }
    let backups: Vec<_> = f.everything("out").into_iter().filter(|p| p.to_string_lossy().contains(".bak-")).collect();
    assert_eq!(backups.len(), 2, "{backups:?}");
    for backup in backups {
        assert_eq!(fs::read_to_string(backup).expect("backup"), "# mine\naccount x\n");
    }
    assert!(f.read(CONFIG).contains("smtp.gmail.com"));
}

#[test]
fn symbolic_links_are_not_followed() {
    let f = Folder::new("links");
    f.write("a.yaml", "accounts: { ada@gmail.com: {} }");
    let precious = f.write("precious", "precious");
    fs::create_dir_all(f.0.join("out/msmtp/.config/msmtp")).expect("folder");
    symlink(&precious, f.0.join(CONFIG)).expect("link");
    let output = f.run(&[GENERATE, &["--force"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("error[symbolic-link]"));
    fs::remove_file(f.0.join(CONFIG)).expect("remove");
    fs::remove_dir(f.0.join("out/msmtp/.config/msmtp")).expect("remove");
    fs::create_dir(f.0.join("elsewhere")).expect("folder");
    symlink(f.0.join("elsewhere"), f.0.join("out/msmtp/.config/msmtp")).expect("link");
    assert_eq!(f.run(&[GENERATE, &["--force"]].concat()).status.code(), Some(2));
    assert!(f.everything("elsewhere").is_empty());
    assert_eq!(f.read("precious"), "precious");
}

#[test]
fn modes() {
    let f = Folder::new("modes");
    f.write("a.yaml", "accounts: { ada@gmail.com: { password: hunter2 } }");
    assert_eq!(f.run(GENERATE).status.code(), Some(0));
    assert!(!f.read(CONFIG).contains("hunter2"));
    assert_eq!(f.mode(CONFIG), 0o644);
    let cleartext = [GENERATE, &["--i-accept-cleartext-passwords"]].concat();
    assert_eq!(f.run(&cleartext).status.code(), Some(0));
    assert!(f.read(CONFIG).contains("password hunter2"));
    assert_eq!(f.mode(CONFIG), 0o600);
    // The same bytes, made readable by somebody: private again.
    fs::set_permissions(f.0.join(CONFIG), fs::Permissions::from_mode(0o644)).expect("mode");
    assert_eq!(f.run(&cleartext).status.code(), Some(0));
    assert_eq!(f.mode(CONFIG), 0o600);
    // What its owner has made private stays so.
    assert_eq!(f.run(GENERATE).status.code(), Some(0));
    assert_eq!(f.mode(CONFIG), 0o600);
}

/// Found while reading the code again: an identity's own password made no file private.
#[test]
fn an_identitys_password_makes_its_files_private() {
    let f = Folder::new("identity");
    let account = "{ address: ADDRESS, password: prompt, identities: [{ address: club@x.example, smtp: { host: s.x.example, password: hunter2 } }] }";
    let one = account.replace("ADDRESS", "ada@gmail.com");
    f.write("a.yaml", &format!("accounts: {{ a: {one} }}"));
    f.write("b.yaml", &format!("accounts: {{ a: {one}, b: {{ address: b@gmail.com }} }}"));
    for file in ["a.yaml", "b.yaml"] {
        let out = format!("out-{file}");
        let args = ["generate", file, "-t", "all", "-o", &out, "--i-accept-cleartext-passwords"];
        assert_eq!(f.run(&args).status.code(), Some(0));
        let mut holding = 0;
        for path in f.everything(&out) {
            if fs::read_to_string(&path).expect("text").contains("hunter2") {
                holding += 1;
                assert_eq!(
                    fs::metadata(&path).expect("there").permissions().mode() & 0o777,
                    0o600,
                    "{}",
                    path.display()
                );
            }
        }
        assert!(holding >= 3, "msmtp, mutt and neomutt");
    }
}

#[test]
fn a_difference_that_holds_a_secret_is_not_shown() {
    let f = Folder::new("compare");
    f.write("a.yaml", "accounts: { ada@gmail.com: { password: hunter2 } }");
    assert_eq!(f.run(&[GENERATE, &["--i-accept-cleartext-passwords"]].concat()).status.code(), Some(0));
    let check = f.run(&[GENERATE, &["--check"]].concat());
    assert_eq!(check.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&check.stdout);
    assert!(!shown.contains("hunter2") && shown.contains("differs"), "{shown}");
}

/// aerc does not start when others may read its file, whatever stands in it: private, and yet no difference is hidden.
#[test]
fn a_file_that_its_program_wants_private_is() {
    const ACCOUNTS: &str = "out/aerc/.config/aerc/accounts.conf";
    let generate = ["generate", "a.yaml", "-t", "aerc", "-o", "out"];
    let f = Folder::new("private");
    f.write("a.yaml", "accounts: { ada@gmail.com: { password: { command: pass } } }");
    assert_eq!(f.run(&generate).status.code(), Some(0));
    assert_eq!(f.mode(ACCOUNTS), 0o600);
    fs::set_permissions(f.0.join(ACCOUNTS), fs::Permissions::from_mode(0o644)).expect("mode");
    let check = f.run(&[&generate[..], &["--check"]].concat());
    assert_eq!(check.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&check.stdout).contains("may be read by others"));
    assert_eq!(f.run(&generate).status.code(), Some(0));
    assert_eq!(f.mode(ACCOUNTS), 0o600);
    f.write("a.yaml", "accounts: { ada@gmail.com: { name: Ada, password: { command: pass } } }");
    let check = f.run(&[&generate[..], &["--check"]].concat());
    assert!(String::from_utf8_lossy(&check.stdout).contains("+from = Ada <ada@gmail.com>"));
}

/// Found by a review: `--check` waited for a pipe for ever, and took a widened mode for no difference.
#[test]
fn checking_looks_before_it_reads() {
    let f = Folder::new("checking");
    f.write("a.yaml", "accounts: { ada@gmail.com: { password: hunter2 } }");
    let cleartext = [GENERATE, &["--i-accept-cleartext-passwords"]].concat();
    let check = [cleartext.as_slice(), &["--check"]].concat();
    assert_eq!(f.run(&cleartext).status.code(), Some(0));
    assert_eq!(f.run(&check).status.code(), Some(0));
    fs::set_permissions(f.0.join(CONFIG), fs::Permissions::from_mode(0o644)).expect("mode");
    let said = f.run(&check);
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&said.stdout).contains("others may read it"));
    // The password of a file that was widened does not come back by a difference, either.
    let plain = f.run(&[GENERATE, &["--check"]].concat());
    assert!(!String::from_utf8_lossy(&plain.stdout).contains("hunter2"));
    fs::remove_file(f.0.join(CONFIG)).expect("remove");
    assert!(Command::new("mkfifo").arg(f.0.join(CONFIG)).status().expect("mkfifo").success());
    let pipe = f.run(&check);
    assert_eq!(pipe.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&pipe.stdout).contains("is not a file"));
}

/// A killed run's temporary files are swept by a later one, when they are surely nobody's.
#[test]
fn old_temporary_files_are_swept() {
    let f = Folder::new("sweep");
    f.write("a.yaml", "accounts: { ada@gmail.com: {} }");
    let old = f.write("out/.mailwright-tmp-0aZ9bY8c", "x");
    let young = f.write("out/.mailwright-tmp-1aZ9bY8c", "x");
    let own = f.write("out/.mailwright-accounts.yaml", "x");
    let folder = f.0.join("out/.mailwright-tmp-2aZ9bY8c");
    fs::create_dir(&folder).expect("folder");
    let two_hours = std::time::SystemTime::now() - Duration::from_secs(7200);
    fs::File::options().write(true).open(&old).expect("open").set_modified(two_hours).expect("time");
    fs::File::options().write(true).open(&own).expect("open").set_modified(two_hours).expect("time");
    assert_eq!(f.run(GENERATE).status.code(), Some(0));
    assert!(!old.exists() && young.exists());
    // Found by a review: the account file itself went, when its name began the same way.
    assert!(own.exists() && folder.exists());
}

#[test]
fn what_cannot_be_written_is_said() {
    let f = Folder::new("cannot");
    f.write("a.yaml", "accounts: { ada@gmail.com: {} }");
    f.write("out/msmtp", "a file where a folder must be");
    let output = f.run(GENERATE);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("error[no-folder]"), "{}", text(&output));
    let output = f.run(&["generate", "a.yaml", "-t", "msmtp", "-o", "/proc/nothing"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
}

/// Killed at any instant, every file is the old one or the new one, whole; and the next run mends what is left.
#[test]
fn killed_at_any_instant_every_file_is_whole() {
    let f = Folder::new("killed");
    let accounts = |name: &str| {
        let list: String = (0..40)
            .map(|n| {
                format!(
                    "  u{n}: {{ address: u{n}@d{n}.example, name: {name}, imap: i{n}.example, smtp: s{n}.example }}\n"
                )
            })
            .collect();
        format!("accounts:\n{list}")
    };
    let contents = |name: &str| {
        f.write("a.yaml", &accounts(name));
        let fresh = format!("fresh-{name}");
        assert_eq!(f.run(&["generate", "a.yaml", "-t", "all", "-o", &fresh]).status.code(), Some(0));
        let files = f.everything(&fresh);
        let root = f.0.join(&fresh);
        files
            .iter()
            .map(|p| (p.strip_prefix(&root).expect("below").to_owned(), fs::read(p).expect("file")))
            .collect::<Vec<_>>()
    };
    let old = contents("Old");
    let new = contents("New");
    let folder = f.0.join("out");
    f.write("old.yaml", &accounts("Old"));
    f.write("new.yaml", &accounts("New"));
    assert_eq!(f.run(&["generate", "old.yaml", "-t", "all", "-o", "out"]).status.code(), Some(0));
    // The whole length of a run is hit, whatever this machine's speed.
    let begin = Instant::now();
    assert_eq!(f.run(&["generate", "new.yaml", "-t", "all", "-o", "out"]).status.code(), Some(0));
    let length = begin.elapsed().as_micros() as u64 + 1;
    assert_eq!(f.run(&["generate", "old.yaml", "-t", "all", "-o", "out"]).status.code(), Some(0));
    let mut torn = 0;
    for round in 0..150u64 {
        let file = if round % 2 == 0 { "new.yaml" } else { "old.yaml" };
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailwright"))
            .args(["generate", file, "-t", "all", "-o", "out"])
            .current_dir(&f.0)
            .stderr(Stdio::null())
            .spawn()
            .expect("runs");
        std::thread::sleep(Duration::from_micros(round * 7919 % length));
        let _ = child.kill();
        let finished = child.wait().expect("waited").success();
        let mut mixed = (0, 0);
        for ((path, before), (_, after)) in old.iter().zip(&new) {
            let there = fs::read(folder.join(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert!(there == *before || there == *after, "{} is torn in round {round}", path.display());
            if there == *before { mixed.0 += 1 } else { mixed.1 += 1 }
        }
        torn += usize::from(!finished && mixed.0 > 0 && mixed.1 > 0);
    }
    assert!(torn > 0, "no round was interrupted while it wrote: the test proves nothing");
    // The next whole run leaves what it should; temporary files of killed runs hold no secret and are few.
    assert_eq!(f.run(&["generate", "new.yaml", "-t", "all", "-o", "out"]).status.code(), Some(0));
    for (path, bytes) in &new {
        assert_eq!(fs::read(folder.join(path)).expect("file"), *bytes);
    }
}
