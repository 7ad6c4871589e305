//! The goldens, with the accounts that they were made from.

use std::fs;
use std::path::{Path, PathBuf};

use mailwright::Reading;
use mailwright::account::{Account, Credential, Os};

/// One golden.
pub struct Case {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What its account file means.
    pub reading: Reading,
    /// What its targets could not express: a line a note, the target's id first.
    pub notes: Vec<String>,
}

impl Case {
    /// A golden by its name.
    pub fn named(name: &str) -> Case {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        let text = fs::read_to_string(folder.join("account.yaml")).expect("account.yaml");
        let reading = mailwright::read_text("account.yaml", &text);
        assert!(!reading.failed(), "{name}: {:?}", reading.problems);
        let mut notes = Vec::new();
        for entry in fs::read_dir(folder.join("notes")).into_iter().flatten() {
            let path = entry.expect("entry").path();
            let target = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("notes");
            notes.extend(text.lines().map(|line| format!("{target}, {line}")));
        }
        Case { name: name.to_owned(), folder, reading, notes }
    }

    /// All of them.
    pub fn all() -> Vec<Case> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut names: Vec<_> = fs::read_dir(root)
            .expect("tests/golden")
            .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names.iter().map(|n| Case::named(n)).collect()
    }

    /// Its accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.reading.mail.accounts
    }

    /// Whether a note of a target is about an account.
    pub fn has_note(&self, target: &str, account: &Account, code: &str) -> bool {
        let start = format!("{target}, {} [{code}]: ", account.name);
        self.notes.iter().any(|l| l.starts_with(&start))
    }

    /// Whether a note with these words (a host's name, say) says that something of an account is left out.
    pub fn leaves_out(&self, target: &str, account: &Account, words: &str) -> bool {
        let start = format!("{target}, {} [", account.name);
        self.notes.iter().any(|l| l.starts_with(&start) && l.contains(words) && l.contains("left out"))
    }

    /// Whether a target refuses to write anything for it, and says why.
    pub fn refused(&self, target: &str) -> bool {
        let start = format!("{target}, refused: ");
        self.files(target, "").is_empty() && self.notes.iter().any(|l| l.starts_with(&start))
    }

    /// The account by its short name.
    pub fn account(&self, name: &str) -> &Account {
        self.accounts().iter().find(|a| a.name == name).unwrap_or_else(|| panic!("{name} is in {}", self.name))
    }

    /// Every file of a target with this ending.
    pub fn files(&self, target: &str, ending: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.join(target)];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for entry in entries {
                let path = entry.expect("entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().ends_with(ending) {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

/// Whether programs that read a token from a command can log in with this: not without that command.
pub fn usable(credential: &Credential) -> bool {
    match credential {
        Credential::OAuth2(oauth2) => oauth2.token.as_ref().is_some_and(|t| t.shell_line(Os::Linux).is_some()),
        _ => true,
    }
}
