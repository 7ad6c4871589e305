//! Targets: what a mail program reads, one file a program.
//!
//! A [`Target`] says what it is ([`About`]) and renders accounts to a [`Bundle`]: files and notes, purely: no clock, no
//! randomness, no I/O, so that goldens, the command line, HTTP and the library share one path. Where files go is a
//! sink's business. What a program cannot express is a [`Note`]; what its grammar cannot hold is a problem.
//!
//! A new target is one file here, one template (or a library for its format), one golden folder and one line in
//! [`TARGETS`]; `tests/registry.rs` names what is missing.

mod autoconfig;
mod mobileconfig;
mod msmtp;
mod mutt;
mod neomutt;

use crate::account::{Account, Mail, Said, Text, resolve};
use crate::document::Node;
use crate::document::keys::{Table, Vocabulary};
use crate::problem::{Place, Problem};

/// All targets, in the order of `list`.
pub static TARGETS: &[&dyn Target] =
    &[&autoconfig::Autoconfig, &mobileconfig::Mobileconfig, &msmtp::Msmtp, &mutt::Mutt, &neomutt::Neomutt];

/// What `generate` writes when neither the file nor the command line names a target.
pub const DEFAULT: &[&str] = &["autoconfig", "mobileconfig", "msmtp", "mutt"];

/// The targets' names and options, for the shape check and the schema.
pub const VOCABULARY: Vocabulary = Vocabulary {
    targets: &[
        (autoconfig::ABOUT.id, autoconfig::ABOUT.options),
        (mobileconfig::ABOUT.id, mobileconfig::ABOUT.options),
        (msmtp::ABOUT.id, msmtp::ABOUT.options),
        (mutt::ABOUT.id, mutt::ABOUT.options),
        (neomutt::ABOUT.id, neomutt::ABOUT.options),
    ],
};

/// The target of an id.
pub fn find(id: &str) -> Option<&'static dyn Target> {
    TARGETS.iter().copied().find(|t| t.about().id == id)
}

/// A mail program (or a format that several read) whose configuration we write.
pub trait Target: Sync {
    /// What it is.
    fn about(&self) -> &'static About;
    /// Writes the accounts the way the program wants them.
    ///
    /// # Errors
    /// Every value that its grammar cannot hold, and every option that cannot be.
    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>>;
}

/// What a rendering sees.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The accounts.
    pub mail: &'a Mail,
    /// Secrets that stand in the account file may be written into outputs.
    pub cleartext: bool,
}

/// The facts of a target, shown by `list`, the README's table and the manual.
#[derive(Debug)]
pub struct About {
    /// The name to type.
    pub id: &'static str,
    /// The name that people know.
    pub title: &'static str,
    /// `client`, `sender` or `format`.
    pub family: &'static str,
    /// Its home page.
    pub homepage: &'static str,
    /// What is written, with `<...>` for what varies.
    pub files: &'static [&'static str],
    /// The templates it uses, below `templates/`.
    pub templates: &'static [&'static str],
    /// The real program that judges its goldens, and how; or why there is none.
    pub oracle: &'static str,
    /// The versions it was tested with.
    pub versions: &'static str,
    /// Its options under `targets:`.
    pub options: &'static Table,
    /// All that it cannot express.
    pub notes: &'static [NoteKind],
}

/// A kind of note.
#[derive(Debug, PartialEq, Eq)]
pub struct NoteKind {
    /// Stable name.
    pub code: &'static str,
    /// What it is about, in one line, for the manual.
    pub about: &'static str,
}

/// What a program cannot express, for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// One of the target's [`NoteKind`]s.
    pub code: &'static str,
    /// The account's short name.
    pub account: String,
    /// The sentence that is shown.
    pub text: String,
}

/// What one target renders.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// The files.
    pub files: Vec<File>,
    /// What could not be expressed.
    pub notes: Vec<Note>,
}

impl Bundle {
    /// Adds a note; the same of both servers of an account is kept once.
    pub fn note(&mut self, kind: &NoteKind, account: &Account, text: impl Into<String>) {
        let note = Note { code: kind.code, account: account.name.clone(), text: text.into() };
        let said = self.notes.iter().rev().take_while(|n| n.account == note.account).any(|n| *n == note);
        if !said {
            self.notes.push(note);
        }
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Path below the target's folder: what lives in the home directory by its path from there.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// It holds a secret: mode 0600 from the first byte on.
    pub secret: bool,
    /// What a file of ours has in it: our header, or, where a format has no comments, our identifier.
    pub mark: &'static str,
}

/// The header of every file whose format has comments.
pub const MARK: &str = "Written by Mailwright";

/// The options of a target, for one account: the account's own over the defaults'.
pub struct Options<'a> {
    layers: Vec<&'a Node>,
    /// What is wrong in them.
    pub problems: Vec<Problem>,
}

impl<'a> Options<'a> {
    /// Those of an account.
    pub fn of(account: &'a Account, target: &'a str) -> Options<'a> {
        Options { layers: resolve::options(account, target).collect(), problems: Vec::new() }
    }

    fn get(&self, key: &str) -> Option<&'a Node> {
        self.layers.iter().find_map(|l| l.get(key))
    }

    /// A switch; off when unsaid.
    pub fn on(&self, key: &str) -> bool {
        self.get(key).and_then(Node::boolean).unwrap_or(false)
    }

    /// Whether a word is said.
    pub fn is(&self, key: &str, word: &str) -> bool {
        self.get(key).and_then(Node::text) == Some(word)
    }

    /// The place of an option.
    pub fn place(&self, key: &str) -> Option<Place> {
        self.get(key).map(|n| n.place)
    }

    /// One line of text.
    pub fn text(&mut self, key: &str) -> Option<Said<Text>> {
        let node = self.get(key)?;
        match Text::new(node.text()?) {
            Ok(text) if !text.as_str().is_empty() => Some(Said::new(text, node.place)),
            _ => {
                self.problems.push(
                    Problem::error(
                        "control-character",
                        node.place,
                        format!("`{key}` is empty or holds a control character"),
                    )
                    .fix("write one line of text"),
                );
                None
            }
        }
    }

    /// Lines that are copied into the file as they are: the user's own configuration. [`may_hold_secret`] tells whether
    /// the file must be private for them.
    pub fn verbatim(&mut self, key: &str) -> Option<String> {
        let node = self.get(key)?;
        let text = node.text()?;
        match crate::account::Lines::new(text) {
            Ok(lines) => Some(lines.as_str().trim_end_matches('\n').to_owned()),
            Err(_) => {
                self.problems.push(
                    Problem::error("control-character", node.place, format!("a control character stands in `{key}`"))
                        .fix("remove it"),
                );
                None
            }
        }
    }
}

/// Whether a password may stand in lines that are not ours. Generous: a file is private once too often at worst.
pub fn may_hold_secret(lines: &str) -> bool {
    let lines = lines.to_lowercase();
    ["pass", "secret", "token", "pw"].iter().any(|word| lines.contains(word))
        || lines.split("://").skip(1).any(|rest| {
            let end = rest.find(['/', '"', '\'', ' ']).unwrap_or(rest.len());
            rest[..end].rfind('@').is_some_and(|at| rest[..at].contains(':'))
        })
}
