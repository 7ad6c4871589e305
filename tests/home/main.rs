//! The home directory: nothing of the user's or of another tool's is lost, nothing outside our markers is touched, and a
//! run that is killed leaves every file whole.
#![cfg(unix)]

mod interrupted;
mod others;
mod places;
mod pruning;
mod state;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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
