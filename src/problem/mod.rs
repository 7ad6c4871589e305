//! What a user can fix: a [`Problem`] has a code, a place in the user's file, a reason and a way out.
//!
//! [`Sources`] draws them and writes them as JSON. Nothing here knows what may be wrong.

use std::collections::HashSet;

mod sources;

pub use sources::{Source, Sources};

/// A stretch of bytes in one of the files of a run. Cheap to copy: every value keeps one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Index into [`Sources`].
    pub file: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is written; exit code 2.
    Error,
    /// Something is probably not meant so; a finding of `check`.
    Warning,
    /// Good to know; never changes an exit code.
    Note,
}

impl Severity {
    /// The word that is printed.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One thing that a user can fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Stable, lower-case, hyphenated: `unknown-key`. Programs may rely on it.
    pub code: &'static str,
    /// Where, unless it is about a whole file that cannot be read or about the command line.
    pub place: Option<Place>,
    /// What is wrong, in one line. Never holds a secret.
    pub message: String,
    /// Why, in a few words; stands at the caret.
    pub reason: String,
    /// The way out.
    pub help: String,
}

impl Problem {
    /// An error.
    pub fn error(code: &'static str, place: impl Into<Option<Place>>, message: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Error,
            code,
            place: place.into(),
            message: message.into(),
            reason: String::new(),
            help: String::new(),
        }
    }

    /// A warning.
    pub fn warning(code: &'static str, place: impl Into<Option<Place>>, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(code, place, message) }
    }

    /// A note.
    pub fn note(code: &'static str, place: impl Into<Option<Place>>, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Note, ..Problem::error(code, place, message) }
    }

    /// Adds why.
    pub fn because(mut self, reason: impl Into<String>) -> Problem {
        self.reason = reason.into();
        self
    }

    /// Adds the way out.
    pub fn fix(mut self, help: impl Into<String>) -> Problem {
        self.help = help.into();
        self
    }
}

/// The word of `known` that `word` was probably meant to be.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&word, &k.to_lowercase()), strsim::jaro_winkler(&word, k), k))
        .filter(|(edits, alike, k)| *edits <= 1 + k.chars().count() / 4 || (*alike > 0.88 && *edits <= 4))
        .min_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)))
        .map(|(_, _, k)| k)
}

/// Problems collected over a run.
#[derive(Debug)]
pub struct Problems {
    list: Vec<Problem>,
    seen: HashSet<(&'static str, Option<Place>, String)>,
    /// Those that are not kept, and the worst of them.
    more: usize,
    worst: Severity,
}

impl Default for Problems {
    fn default() -> Problems {
        Problems { list: Vec::new(), seen: HashSet::new(), more: 0, worst: Severity::Note }
    }
}

/// Problems that are kept of one run. Who made more made one mistake many times.
const MOST: usize = 1_000;

impl Problems {
    /// None yet.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Adds one that is dear to make: not made when it would not be kept anyway.
    pub fn push_with(&mut self, severity: Severity, problem: impl FnOnce() -> Problem) {
        if self.list.len() >= MOST {
            self.more += 1;
            self.worst = self.worst.min(severity);
        } else {
            self.push(problem());
        }
    }

    /// Adds one; the same said twice (a shared layer seen through two accounts) is kept once.
    pub fn push(&mut self, problem: Problem) {
        if self.list.len() >= MOST {
            self.more += 1;
            self.worst = self.worst.min(problem.severity);
        } else if self.seen.insert((problem.code, problem.place, problem.message.clone())) {
            self.list.push(problem);
        }
    }

    /// Adds many.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for p in problems {
            self.push(p);
        }
    }

    /// Adds all of another list.
    pub fn append(&mut self, other: Problems) {
        self.extend(other.list);
        self.more += other.more;
        self.worst = self.worst.min(other.worst);
    }

    /// Whether nothing may be written.
    pub fn any_error(&self) -> bool {
        (self.more > 0 && self.worst == Severity::Error) || self.list.iter().any(|p| p.severity == Severity::Error)
    }

    /// In the order of the files.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|p| p.place.map(|p| (p.file, p.start)));
        if self.more > 0 {
            let more = Problem::error("more-problems", None, format!("{} more problems are not shown", self.more));
            self.list.push(Problem { severity: self.worst, ..more.fix("mend those above first") });
        }
        self.list
    }

    /// As found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions() {
        let keys = ["address", "name", "default", "login", "provider", "password"];
        assert_eq!(did_you_mean("adress", keys), Some("address"));
        assert_eq!(did_you_mean("passwrod", keys), Some("password"));
        assert_eq!(did_you_mean("zzz", keys), None);
    }
}
