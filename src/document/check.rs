//! The tree against the key table: all problems of shape in one pass, each with place and way out.
//!
//! It knows no mail: whether a port fits its TLS mode or an address is one is [`crate::account`]'s business.

use std::collections::HashMap;

use super::keys::{self, Shape, Table, Vocabulary};
use super::{Entry, Node, Value};
use crate::problem::{Problem, Problems, Severity, Sources, did_you_mean};

/// Reports every key and value that the table does not allow.
pub fn shape(file: &Node, vocabulary: Vocabulary, sources: &Sources, problems: &mut Problems) {
    let mut check = Check { vocabulary, sources, problems, path: Vec::new() };
    match &file.value {
        Value::Map(entries) => {
            let entries: Vec<&Entry> = entries.iter().filter(|e| !e.key.starts_with("x-")).collect();
            check.duplicates(file);
            check.table(&entries, &keys::FILE);
        }
        Value::Null => {}
        _ => check.problems.push(
            Problem::error("wrong-type", file.place, format!("an account file is a map, this is {}", file.kind()))
                .fix("begin with `accounts:` and, indented below it, `you@example.org: {}`"),
        ),
    }
}

struct Check<'a> {
    vocabulary: Vocabulary,
    sources: &'a Sources,
    problems: &'a mut Problems,
    path: Vec<String>,
}

impl Check<'_> {
    fn duplicates(&mut self, map: &Node) {
        let entries = map.entries();
        if entries.len() < 16 {
            for (i, entry) in entries.iter().enumerate() {
                if entries[..i].iter().any(|e| e.key == entry.key) {
                    self.duplicate(entry);
                }
            }
        } else {
            let mut seen = HashMap::new();
            for entry in entries {
                if seen.insert(entry.key.as_str(), ()).is_some() {
                    self.duplicate(entry);
                }
            }
        }
    }

    fn duplicate(&mut self, entry: &Entry) {
        self.problems.push(
            Problem::error(
                "duplicate-key",
                entry.place,
                format!("`{}` stands here for the second time", self.sources.quote(&entry.key, entry.place)),
            )
            .because("a key may stand once in a map")
            .fix("keep one of the two"),
        );
    }

    fn table(&mut self, entries: &[&Entry], table: &Table) {
        for entry in entries {
            match table.keys.iter().find(|k| k.name == entry.key) {
                Some(key) => {
                    self.path.push(entry.key.clone());
                    self.value(&entry.value, key.shape, entry);
                    self.path.pop();
                }
                None => self.unknown(entry, table),
            }
        }
    }

    fn unknown(&mut self, entry: &Entry, table: &Table) {
        let (sources, top) = (self.sources, self.path.is_empty());
        self.problems.push_with(Severity::Error, || unknown_key(entry, table, top, sources));
    }

    fn value(&mut self, node: &Node, shape: Shape, entry: &Entry) {
        match shape {
            Shape::Either(shapes) => match shapes.iter().find(|s| fits(**s, node)) {
                Some(shape) => self.value(node, *shape, entry),
                None => self.wrong(node, shape, entry),
            },
            Shape::List(item) => {
                if let Value::List(items) = &node.value {
                    for item_node in items {
                        self.value(item_node, *item, entry);
                    }
                } else if fits(*item, node) {
                    self.value(node, *item, entry);
                } else {
                    self.wrong(node, shape, entry);
                }
            }
            Shape::Map(table) => match &node.value {
                Value::Map(entries) => {
                    self.duplicates(node);
                    self.table(&entries.iter().collect::<Vec<_>>(), table);
                }
                Value::Null if self.path.len() <= 2 => {}
                _ => self.wrong(node, shape, entry),
            },
            Shape::Names(inner) => match &node.value {
                Value::Map(entries) => {
                    self.duplicates(node);
                    for named in entries {
                        self.path.push(named.key.clone());
                        self.value(&named.value, *inner, named);
                        self.path.pop();
                    }
                }
                Value::Null => {}
                _ => self.wrong(node, shape, entry),
            },
            Shape::TargetNames => {
                for item in node.items() {
                    match item.text() {
                        Some("all") => {}
                        Some(id) if self.vocabulary.options(id).is_some() => {}
                        Some(id) => self.unknown_target(id, item.place),
                        None => self.wrong(item, Shape::TargetNames, entry),
                    }
                }
                if matches!(node.value, Value::Null) {
                    self.wrong(node, shape, entry);
                }
            }
            Shape::TargetOptions => match &node.value {
                Value::Map(entries) => {
                    self.duplicates(node);
                    for named in entries {
                        match self.vocabulary.options(&named.key) {
                            Some(table) => self.value_of_target(named, table),
                            None => self.unknown_target(&named.key, named.place),
                        }
                    }
                }
                Value::Null => {}
                _ => self.wrong(node, shape, entry),
            },
            Shape::Word(words) => match node.text() {
                Some(word) if words.contains(&word) => {}
                Some(word) => {
                    // Of equally near ones the last: versions end with the newest.
                    let fix = match did_you_mean(word, words.iter().rev().copied()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => {
                            tls_hint(&entry.key, word).unwrap_or_else(|| format!("write one of: {}", words.join(", ")))
                        }
                    };
                    self.problems.push(
                        Problem::error(
                            "unknown-word",
                            node.place,
                            format!("`{}` cannot be `{}`", entry.key, self.sources.quote(word, node.place)),
                        )
                        .because(format!("one of: {}", words.join(", ")))
                        .fix(fix),
                    );
                }
                None => self.wrong(node, shape, entry),
            },
            Shape::Port => match node.text() {
                Some(text) => {
                    let number: Option<u64> = text.parse().ok();
                    if !text.bytes().all(|b| b.is_ascii_digit()) || !number.is_some_and(|n| (1..=65535).contains(&n)) {
                        self.problems.push(
                            Problem::error(
                                "impossible-port",
                                node.place,
                                format!("`{}` is no port", self.sources.quote(text, node.place)),
                            )
                            .because("a port is a number from 1 to 65535")
                            .fix("for submission 465 or 587, for IMAP 993, for POP3 995"),
                        );
                    }
                }
                None => self.wrong(node, shape, entry),
            },
            Shape::Number => match node.text() {
                Some(text) if text.parse::<u64>().is_ok() => {}
                _ => self.wrong(node, shape, entry),
            },
            Shape::Bool => {
                if node.boolean().is_none() {
                    self.wrong(node, shape, entry);
                }
            }
            Shape::Text | Shape::Lines => {
                if node.text().is_none() {
                    self.wrong(node, shape, entry);
                }
            }
        }
    }

    fn value_of_target(&mut self, named: &Entry, table: &'static Table) {
        self.path.push(named.key.clone());
        if table.keys.is_empty() && !named.value.entries().is_empty() {
            self.problems.push(
                Problem::error("unknown-key", named.place, format!("the target {} has no options", named.key))
                    .fix("remove them"),
            );
        } else {
            self.value(&named.value, Shape::Map(table), named);
        }
        self.path.pop();
    }

    fn unknown_target(&mut self, id: &str, place: crate::problem::Place) {
        let fix = match did_you_mean(id, self.vocabulary.ids()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`mailwright list targets` shows them all".to_owned(),
        };
        self.problems.push(
            Problem::error("unknown-target", place, format!("there is no target `{}`", self.sources.quote(id, place)))
                .because("unknown target")
                .fix(fix),
        );
    }

    fn wrong(&mut self, node: &Node, shape: Shape, entry: &Entry) {
        // A null has no place of its own worth showing.
        let (place, code) = match node.value {
            Value::Null => (entry.place, "no-value"),
            _ => (node.place, "wrong-type"),
        };
        let secret = keys::is_secret(&entry.key);
        let message = match node.value {
            Value::Null => format!("`{}` has no value", self.sources.quote(&entry.key, entry.place)),
            _ => format!(
                "`{}` must be {}, this is {}",
                self.sources.quote(&entry.key, entry.place),
                describe(shape),
                node.kind()
            ),
        };
        let fix = match (shape, &node.value) {
            (_, Value::Null) => format!("write {} after the colon, or remove the key", describe(shape)),
            (Shape::Bool, Value::Scalar(_)) => "write `true` or `false`, without quotes".to_owned(),
            (_, Value::Map(_)) if !secret && takes_text(shape) => {
                "a value that begins with { or holds `: ` needs quotes".to_owned()
            }
            (_, Value::List(_)) if !secret && takes_text(shape) => "a value that begins with [ needs quotes".to_owned(),
            _ => format!("write {}", describe(shape)),
        };
        self.problems
            .push(Problem::error(code, place, message).because(format!("{} expected", describe(shape))).fix(fix));
    }
}

/// An unknown key and what was probably meant.
fn unknown_key(entry: &Entry, table: &Table, top: bool, sources: &Sources) -> Problem {
    let known = || table.keys.iter().map(|k| k.name);
    let mut problem = Problem::error(
        "unknown-key",
        entry.place,
        format!("there is no key `{}` in {}", sources.quote(&entry.key, entry.place), table.what),
    );
    let options = top && entry.key == "targets";
    problem = if let Some(meant) = did_you_mean(&entry.key, known()).filter(|_| !options) {
        problem.because("unknown key").fix(format!("did you mean `{meant}`?"))
    } else if options {
        problem.because("an account's key at the top").fix("for all accounts write it as `defaults: { targets: ... }`")
    } else if top && entry.key.contains('@') {
        problem.because("an address at the top").fix("accounts stand, indented, under `accounts:`")
    } else if top && entry.key.starts_with('.') {
        problem.because("unknown key").fix("a key for anchors must begin with `x-`")
    } else {
        let list: Vec<_> = known().collect();
        problem.because("unknown key").fix(format!("known keys: {}", list.join(", ")))
    };
    problem
}

fn takes_text(shape: Shape) -> bool {
    match shape {
        Shape::Text | Shape::Lines => true,
        Shape::Either(shapes) => shapes.iter().any(|s| takes_text(*s)),
        _ => false,
    }
}

fn fits(shape: Shape, node: &Node) -> bool {
    match shape {
        Shape::List(_) => matches!(node.value, Value::List(_)),
        Shape::Map(_) | Shape::Names(_) | Shape::TargetOptions => {
            matches!(node.value, Value::Map(_))
        }
        Shape::Either(shapes) => shapes.iter().any(|s| fits(*s, node)),
        _ => matches!(node.value, Value::Scalar(_)),
    }
}

fn describe(shape: Shape) -> String {
    match shape {
        Shape::Text | Shape::Lines => "a text".into(),
        Shape::Bool => "true or false".into(),
        Shape::Port => "a port number".into(),
        Shape::Number => "a whole number".into(),
        Shape::Word(words) => format!("one of {}", words.join(", ")),
        Shape::List(inner) => format!("a list (each item {})", describe(*inner)),
        Shape::Map(_) | Shape::Names(_) | Shape::TargetOptions => "a map".into(),
        Shape::TargetNames => "a list of targets".into(),
        Shape::Either(shapes) => {
            let mut words: Vec<String> = Vec::new();
            for shape in shapes {
                let word = match shape {
                    Shape::List(_) => "a list".to_owned(),
                    other => describe(*other),
                };
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            match words.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => words.join(""),
            }
        }
    }
}

/// `ssl` and its kind are what other programs say.
fn tls_hint(key: &str, word: &str) -> Option<String> {
    if key != "tls" {
        return None;
    }
    let meant = match word.to_lowercase().as_str() {
        "ssl" | "tls" | "ssl/tls" | "imaps" | "smtps" | "pops" | "true" | "on" | "yes" => "implicit",
        "start_tls" | "start-tls" => "starttls",
        "false" | "off" | "no" | "plain" => "none",
        _ => return None,
    };
    Some(format!("write `{meant}`"))
}
