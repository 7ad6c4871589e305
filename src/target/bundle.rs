//! What a target renders: files, how each is kept, notes, and steps that no file can do.
//!
//! Data only. Where a file goes is a sink's business, what is done about a step is `apply`'s.

use crate::account::{Account, Text};

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
    /// What is left to do once the files are there.
    pub steps: Vec<Step>,
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

    /// Adds a step, once.
    pub fn step(&mut self, what: impl Into<String>, how: Do) {
        let step = Step { what: what.into(), how };
        if !self.steps.contains(&step) {
            self.steps.push(step);
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
    /// It holds no secret, but its program refuses it when others may read it: mode 0600, too.
    pub private: bool,
    /// What a file of ours has in it: our header, or, where a format has no comments, our identifier.
    pub mark: &'static str,
    /// Whose the file is, once it is in the home directory.
    pub keeping: Keeping,
}

impl File {
    /// A text with our header, kept whole.
    pub fn new(path: impl Into<String>, text: String, secret: bool) -> File {
        File {
            path: path.into(),
            bytes: text.into_bytes(),
            secret,
            private: false,
            mark: MARK,
            keeping: Keeping::Whole,
        }
    }

    /// Kept between two comment lines in a file that is the user's, too; `comment` begins a comment.
    pub fn block(self, comment: &'static str) -> File {
        File { keeping: Keeping::Block { comment }, ..self }
    }

    /// Put there once; the program writes it anew while it runs.
    pub fn seed(self) -> File {
        File { keeping: Keeping::Seed, ..self }
    }

    /// For its owner's eyes only, because the program insists on it.
    pub fn private(self) -> File {
        File { private: true, ..self }
    }

    /// In a format without comments: what a file of ours has in it instead of our header.
    pub fn marked(self, mark: &'static str) -> File {
        File { mark, ..self }
    }
}

/// Whose a file in the home directory is. Only `diff` and `apply` care; `generate` writes whole files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Ours, whole.
    Whole,
    /// The user's own settings stand in it, too: ours are kept between two comment lines, and nothing outside of them is
    /// touched.
    Block {
        /// What begins a comment line, such as `#`.
        comment: &'static str,
    },
    /// The program writes it anew while it runs: ours is put there when there is none, and never again.
    Seed,
}

/// Something to do that no file can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do and why, as a sentence: `Create the Maildir ~/Mail/work`.
    pub what: String,
    /// How it is done.
    pub how: Do,
}

/// How a step is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    /// A Maildir is created: the folder with `cur`, `new` and `tmp`. Done when they are there. `~/` is the home directory.
    Maildir(Text),
    /// A folder is created, mode 0700. Done when it is there.
    Folder(Text),
    /// A command is run in the home directory; words that begin with `~/` are paths in it.
    Run {
        /// The program and its arguments.
        argv: Vec<Text>,
        /// A path that is there once it was done; `None` for what may be done again.
        done: Option<Text>,
    },
    /// Only the user can do it.
    Tell,
}

/// The header of every file whose format has comments.
pub const MARK: &str = "Written by Mailwright";
