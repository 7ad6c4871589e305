//! Where the secrets of a file are, so that no line is ever drawn and no value ever quoted with one in it.
//!
//! Generous on purpose: what stands under a secret key or a key that nobody knows, with the comment on its line, and
//! every text with a login in it. It shows nothing and reports nothing.

use std::collections::HashSet;
use std::ops::Range;

use super::keys::{self, Shape, Table, Vocabulary};
use super::secret_keys;
use super::{Entry, Node, Value};
use crate::problem::Place;

/// The names that account files may use. Dear to collect, and the same for thousands of files.
pub struct Words {
    known: HashSet<&'static str>,
    /// The known names that are no secret's.
    harmless: HashSet<&'static str>,
}

impl Words {
    /// Of the key table and of all targets.
    pub fn of(vocabulary: Vocabulary) -> Words {
        let mut known = HashSet::new();
        names(&keys::FILE, &mut known);
        for (_, options) in vocabulary.targets {
            names(options, &mut known);
        }
        known.extend(vocabulary.ids());
        let harmless = known.iter().copied().filter(|k| !keys::is_secret(k)).collect();
        Words { known, harmless }
    }

    fn is_secret(&self, key: &str) -> bool {
        !self.harmless.contains(key) && keys::is_secret(key)
    }
}

/// The stretches of a file's text that are never shown.
/// `dropped` are places that the tree does not hold.
pub fn secrets(file: &Node, dropped: &[Place], text: &str, words: &Words) -> Vec<Range<usize>> {
    let mut finder = Finder { text, words, found: Vec::new(), line: 0..0, last_comment: None };
    for place in dropped {
        finder.hide_place(*place);
    }
    match &file.value {
        Value::Map(entries) => finder.top(entries),
        // No account file at all: whatever it is, it is not shown.
        _ => finder.hide_place(file.place),
    }
    finder.found
}

fn names(table: &'static Table, known: &mut HashSet<&'static str>) {
    fn inside(shape: Shape, known: &mut HashSet<&'static str>) {
        match shape {
            Shape::Map(table) => names(table, known),
            Shape::List(inner) | Shape::Names(inner) => inside(*inner, known),
            Shape::Either(shapes) => shapes.iter().for_each(|s| inside(*s, known)),
            _ => {}
        }
    }
    // What stands within a secret is under a secret key anyway; elsewhere such a word is a mistake, and may stand before
    // a secret.
    if secret_keys::is_of_a_secret(table) {
        return;
    }
    for key in table.keys {
        known.insert(key.name);
        inside(key.shape, known);
    }
}

struct Finder<'a> {
    text: &'a str,
    words: &'a Words,
    found: Vec<Range<usize>>,
    /// The line looked at last, and where its last comment begins: generated YAML has all on one line.
    line: Range<usize>,
    last_comment: Option<usize>,
}

impl Finder<'_> {
    fn top(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.key(entry);
            match (entry.key.as_str(), &entry.value.value) {
                ("accounts" | "providers", Value::Map(named)) => {
                    for entry in named {
                        self.key(entry);
                        self.named(entry);
                    }
                }
                ("accounts" | "providers", Value::Scalar(_) | Value::List(_)) => self.hide(entry),
                _ if entry.key.starts_with("x-") => self.named(entry),
                _ => self.entry(entry),
            }
        }
    }

    /// A value under a name that the user has chosen: an account, a provider, a place for anchors.
    fn named(&mut self, entry: &Entry) {
        match &entry.value.value {
            Value::Map(entries) => entries.iter().for_each(|e| self.entry(e)),
            Value::Null => {}
            _ => self.hide(entry),
        }
    }

    fn entry(&mut self, entry: &Entry) {
        self.key(entry);
        // A key that nobody knows may be a misspelt secret in any language, unless it is plainly something else. And the
        // user's own lines for a program may hold anything.
        let unknown = !self.words.known.contains(entry.key.as_str()) && !self.is_slip(&entry.key);
        // Where a map must stand, a word may be what the user took for the place of a password.
        let no_map = entry.key == "proxy" && !matches!(entry.value.value, Value::Map(_));
        if self.words.is_secret(&entry.key) || entry.key == "extra" || unknown || no_map {
            self.hide(entry);
            return;
        }
        match &entry.value.value {
            Value::Map(entries) => entries.iter().for_each(|e| self.entry(e)),
            Value::Null => {}
            _ => self.value(&entry.value),
        }
    }

    /// One slip of the finger away from a harmless key.
    fn is_slip(&self, key: &str) -> bool {
        let near = |k: &&&str| k.len().abs_diff(key.len()) <= 1;
        key.len() >= 4 && self.words.harmless.iter().filter(near).any(|k| strsim::damerau_levenshtein(k, key) == 1)
    }

    fn key(&mut self, entry: &Entry) {
        if has_login(&entry.key) {
            self.hide_place(entry.place);
        }
    }

    fn value(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) if has_login(&scalar.text) => self.hide_place(node.place),
            Value::List(items) => {
                for item in items {
                    match &item.value {
                        Value::Map(entries) => entries.iter().for_each(|e| self.entry(e)),
                        _ => self.value(item),
                    }
                }
            }
            _ => {}
        }
    }

    fn hide_place(&mut self, place: Place) {
        let range = place.start as usize..self.with_comment(place.end as usize);
        if !range.is_empty() {
            self.found.push(range);
        }
    }

    /// A value from behind its colon on, and the comments on its lines.
    fn hide(&mut self, entry: &Entry) {
        let bytes = self.text.as_bytes();
        let value = entry.value.place.start as usize..entry.value.place.end as usize;
        // The value of an alias stands elsewhere; here are only the alias and perhaps a comment.
        let own = value.start >= entry.place.end as usize;
        let mut start = entry.place.end as usize;
        while bytes.get(start).is_some_and(|b| matches!(b, b' ' | b'\t' | b':' | b'"' | b'\''))
            && (!own || start < value.start)
        {
            start += 1;
        }
        let end = if own { value.end } else { start };
        let end = self.with_comment(end);
        if start < end {
            self.found.push(start..end);
        }
        if !own && !value.is_empty() {
            let end = self.with_comment(value.end);
            self.found.push(value.start..end);
        }
    }

    /// The end of the line when a comment stands on the rest of it.
    fn with_comment(&mut self, end: usize) -> usize {
        if !self.line.contains(&end) {
            let start = self.text.get(..end).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
            let stop = self.text.get(end..).and_then(|t| t.find('\n')).map_or(self.text.len(), |i| end + i);
            let bytes = self.text.as_bytes();
            let comment =
                (start..stop).rev().find(|i| bytes[*i] == b'#' && (*i == 0 || bytes[*i - 1].is_ascii_whitespace()));
            self.line = start..stop + 1;
            self.last_comment = comment;
        }
        if self.last_comment.is_some_and(|at| at >= end) { self.line.end - 1 } else { end }
    }
}

/// `scheme://user:password@host` and its relatives: a colon before an @; or a URL with a query.
pub(crate) fn has_login(text: &str) -> bool {
    let at = text.rfind('@').or_else(|| text.rfind("%40"));
    at.is_some_and(|at| text[..at].contains(':')) || (text.contains("://") && text.contains('?'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_in_texts() {
        for text in ["imaps://ada:pw@h", "ada:pw%40x", "https:ada:pw@h", "ada:pw@h", "http://h/?token=pw"] {
            assert!(has_login(text), "{text}");
        }
        for text in ["ada@h", "imap.h:993", "https://h/path"] {
            assert!(!has_login(text), "{text}");
        }
    }
}
