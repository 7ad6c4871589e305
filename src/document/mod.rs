//! What was said: the account file as a tree in which every key and value knows its place.
//!
//! [`read`] makes the tree (the only module that names the YAML crate), [`check`] holds it against the key table
//! of [`keys`], from which [`schema`] makes the JSON Schema for editors. Nothing here knows what an account means,
//! fills in a default or knows a mail program.

pub mod check;
mod hosting_keys;
pub mod keys;
pub mod read;
pub mod schema;
pub mod secret_keys;
pub mod secrets;

use std::collections::{HashMap, HashSet};

use crate::problem::{Place, Problems, Sources};

/// A value of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands. For what an alias stands for: where the anchor's value stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// The four kinds of value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing, `~` or `null`, unquoted.
    Null,
    /// A scalar, by its written text: `1.40` stays `1.40`.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A map, in file order, duplicates kept.
    Map(Vec<Entry>),
}

/// A scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text after YAML's own unescaping; never trimmed.
    pub text: String,
    /// Written without quotes, so that `true` is a boolean and `#` would have ended it.
    pub plain: bool,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The entries of a map, else none.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key. The first counts where a key is there twice, which [`check`] has refused.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key == key)
    }

    /// A scalar's text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(s) => Some(&s.text),
            _ => None,
        }
    }

    /// The items of a list; anything else that is something is a list of one.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// A boolean: `true` or `false`, unquoted. `yes`, `no`, `on` and `off` are words, as YAML 1.2 has it.
    pub fn boolean(&self) -> Option<bool> {
        match &self.value {
            Value::Scalar(Scalar { text, plain: true }) => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// What it is, for a message; never the value itself.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar(Scalar { plain: true, .. }) if self.boolean().is_some() => "a boolean",
            Value::Scalar(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// The files of a run, read: one document in layers, the first file farthest.
#[derive(Debug, Default)]
pub struct Document {
    /// One tree a file, in the order given.
    pub files: Vec<Node>,
    /// Which of the folders given each file is from, by its number; those named themselves are from none.
    pub folders: HashMap<u16, usize>,
    /// The files whose tree lacks what they say of their provider.
    cut: HashSet<u16>,
}

/// Octets of a file that is soon parsed once more.
const SMALL: usize = 16 * 1024;

impl Document {
    /// Whether two places are in two files of one folder. Files that are named one by one are layered over each other; in a
    /// folder, files stand beside each other.
    pub fn are_side_by_side(&self, one: Place, other: Place) -> bool {
        let folder = |place: Place| self.folders.get(&place.file);
        one.file != other.file && folder(one).is_some() && folder(one) == folder(other)
    }

    /// Adds a file with a text of so many octets. A mail host has thousands with one provider each, and their trees are ten
    /// times the texts: of a small one, what it says of its provider is parsed again when it is needed ([`Document::whole`]).
    pub fn push(&mut self, mut tree: Node, octets: usize) {
        if octets <= SMALL
            && let Value::Map(keys) = &mut tree.value
            && let Some(Value::Map(named)) = keys.iter_mut().find(|e| e.key == "providers").map(|e| &mut e.value.value)
            && let [only] = named.as_mut_slice()
        {
            only.value.value = Value::Null;
            self.cut.insert(only.place.file);
        }
        self.files.push(tree);
    }

    /// What a file says of one of its providers.
    pub fn whole(&self, entry: Entry, sources: &Sources) -> Node {
        let file = entry.place.file;
        if !self.cut.contains(&file) {
            return entry.value;
        }
        // What is wrong in it has been told.
        let tree = read::tree(file, sources, read::Limits::default(), &mut Problems::new());
        let found = tree.and_then(|(tree, _)| tree.get("providers")?.get(&entry.key).cloned());
        found.unwrap_or(entry.value)
    }

    /// The trees, nearest (last given) first.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.files.iter().rev()
    }

    /// The values of a top-level key, nearest first.
    pub fn top<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Node> {
        self.layers().filter_map(move |file| file.get(key))
    }
}
