//! From text to tree. The only module that names the YAML crate (beside `build.rs`).
//!
//! It enforces the budgets of [`Limits`], keeps duplicate keys for [`super::check`] to refuse with a place, resolves
//! aliases and merge keys, and refuses what an account file has no use for: several documents, keys that are no
//! text, own tags. It decides nothing about what a key means.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use serde_yaml::granit_parser::{self as yaml, Event, Parser, ScalarStyle};

use super::{Entry, Node, Scalar, Value};
use crate::problem::{Place, Problem, Problems, Sources};

/// What a file may cost. Far above every real file (10,000 full accounts are about 6 MB), far below harm.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a file. Default: 64 MiB.
    pub bytes: u64,
    /// Lists and maps in each other. Default: 40.
    pub depth: usize,
    /// Values that aliases may add. Default: 1,000,000.
    pub alias_nodes: usize,
    /// Values of a file. Default: 4,000,000.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 64 << 20, depth: 40, alias_nodes: 1_000_000, nodes: 4_000_000 }
    }
}

/// The files that a name on the command line stands for: a folder for every `*.yaml` and `*.yml` right in it, hidden ones
/// apart, in the order of their names; anything else for itself.
///
/// # Errors
/// The one problem that keeps a folder from being used: it cannot be read, or nothing is in it.
pub fn files(name: &str) -> Result<Vec<String>, Box<Problem>> {
    let folder = Path::new(name);
    if name == "-" || !folder.is_dir() {
        return Ok(vec![name.to_owned()]);
    }
    let unreadable = |e: std::io::Error| {
        let problem = Problem::error("unreadable-file", None, format!("the folder {name} cannot be read: {e}"));
        Box::new(problem.fix("check the folder's owner and mode"))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let named = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        let hidden = path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"."));
        if !named || hidden || path.is_dir() {
            continue;
        }
        match path.to_str() {
            Some(path) => files.push(path.to_owned()),
            None => {
                let problem = Problem::error("not-utf8", None, format!("the name of {} is not UTF-8", path.display()));
                return Err(Box::new(problem.fix("rename the file")));
            }
        }
    }
    if files.is_empty() {
        let problem = Problem::error("empty-folder", None, format!("there is no account file in the folder {name}"))
            .because("files whose names end in .yaml or .yml are looked for, not in folders below")
            .fix("check the path, or name the files themselves");
        return Err(Box::new(problem));
    }
    files.sort();
    Ok(files)
}

/// Reads a file (`-` is standard input, whose text may be known already) and adds it to the sources.
///
/// # Errors
/// The one problem that keeps it from being read: missing, not a file, too large, not UTF-8.
pub fn file(name: &str, said: Option<&str>, sources: &mut Sources, limits: Limits) -> Result<u16, Box<Problem>> {
    let refuse = |code, message: String, fix: &str| Err(Box::new(Problem::error(code, None, message).fix(fix)));
    if sources.is_full() {
        return refuse(
            "too-many-files",
            format!("{name} and what follows are one file too many"),
            "put several domains or accounts into one file: 65,535 files can be read at a time",
        );
    }
    let mut bytes = Vec::new();
    let read = if name == "-" {
        match said {
            Some(said) => said.as_bytes().take(limits.bytes + 1).read_to_end(&mut bytes),
            None => std::io::stdin().lock().take(limits.bytes + 1).read_to_end(&mut bytes),
        }
    } else {
        let path = Path::new(name);
        if path.is_dir() {
            return refuse("not-a-file", format!("{name} is a directory"), "name the account file in it");
        }
        std::fs::File::open(path).and_then(|f| f.take(limits.bytes + 1).read_to_end(&mut bytes))
    };
    if let Err(e) = read {
        return match e.kind() {
            std::io::ErrorKind::NotFound => refuse(
                "no-such-file",
                format!("there is no file {name}"),
                "check the path; `mailwright init you@example.org > accounts.yaml` writes a first account file",
            ),
            std::io::ErrorKind::PermissionDenied => {
                refuse("unreadable-file", format!("{name} may not be read"), "check the file's owner and mode")
            }
            _ => refuse("unreadable-file", format!("{name} cannot be read: {e}"), "check the file"),
        };
    }
    if bytes.len() as u64 > limits.bytes {
        return refuse(
            "file-too-large",
            format!("{name} is larger than {} MiB", limits.bytes >> 20),
            "split it into several files, which may be given together",
        );
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return refuse("not-utf8", format!("{name} is UTF-16, not UTF-8"), "save the file as UTF-8");
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(sources.add(name, text))
        }
        Err(e) => {
            let good = e.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&e.as_bytes()[..good]).into_owned();
            let file = sources.add(name, text);
            let at = u32::try_from(good).unwrap_or(u32::MAX);
            Err(Box::new(
                Problem::error("not-utf8", Place { file, start: at, end: at }, format!("{name} is not UTF-8"))
                    .because("the first byte that is no UTF-8 stands here")
                    .fix("save the file as UTF-8"),
            ))
        }
    }
}

/// Parses one file of `sources`: the tree, and the places of what is not in it (merged keys that an own key hides, keys
/// that are no texts), which may hold secrets nevertheless. `None` when it cannot be parsed; then `problems` says why.
pub fn tree(file: u16, sources: &Sources, limits: Limits, problems: &mut Problems) -> Option<(Node, Vec<Place>)> {
    let text = sources.text(file);
    let options = yaml::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
        // A long key is an unknown key, which says more than a syntax error.
        simple_key_max_lookahead: 4096,
    };
    let mut reader = Reader {
        file,
        limits,
        parser: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        alias_nodes: 0,
        nodes: 0,
        dropped: Vec::new(),
        problems,
    };
    let result = reader.document();
    match result {
        Ok(node) => Some((node, reader.dropped)),
        Err(problem) => {
            reader.problems.push(*problem);
            None
        }
    }
}

type Step<T> = Result<T, Box<Problem>>;

struct Reader<'a, 'p> {
    file: u16,
    limits: Limits,
    parser: Parser<'a, yaml::StrInput<'a>>,
    /// Value and number of nodes in it, by anchor.
    anchors: HashMap<usize, (Node, usize)>,
    alias_nodes: usize,
    nodes: usize,
    dropped: Vec<Place>,
    problems: &'p mut Problems,
}

impl<'a> Reader<'a, '_> {
    fn place(&self, span: yaml::Span) -> Place {
        let at = |m: yaml::Marker| u32::try_from(m.byte_offset().unwrap_or(0)).unwrap_or(u32::MAX);
        Place { file: self.file, start: at(span.start), end: at(span.end).max(at(span.start)) }
    }

    fn next(&mut self) -> Step<(Event<'a>, Place)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let place = self.place(span);
                Ok((event, place))
            }
            Some(Err(e)) => {
                let at = u32::try_from(e.marker().byte_offset().unwrap_or(0)).unwrap_or(u32::MAX);
                let place = Place { file: self.file, start: at, end: at + 1 };
                let said = e.info();
                let problem = if said.contains("recursion") || said.contains("nesting") || said.contains("depth") {
                    Problem::error("too-deep", place, "lists and maps are nested too deeply")
                        .because(format!("more than {} levels", self.limits.depth))
                        .fix("an account file needs six levels at the most")
                } else {
                    Problem::error("yaml-syntax", place, format!("this is not YAML: {}", without_source(&said)))
                        .fix("check indentation (spaces, no tabs), colons and closing quotes just before this place")
                };
                Err(Box::new(problem))
            }
            None => Ok((Event::StreamEnd, Place { file: self.file, start: 0, end: 0 })),
        }
    }

    fn document(&mut self) -> Step<Node> {
        let mut root = None;
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => {
                    if root.is_some() {
                        return Err(Box::new(
                            Problem::error("several-documents", place, "a second YAML document begins here")
                                .because("an account file is one document")
                                .fix("remove the line `---`, or give the second document as a file of its own"),
                        ));
                    }
                    root = Some(self.node(event, place)?);
                }
            }
        }
        Ok(root.unwrap_or(Node { place: Place { file: self.file, start: 0, end: 0 }, value: Value::Null }))
    }

    fn node(&mut self, event: Event<'a>, place: Place) -> Step<Node> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(Box::new(
                Problem::error("too-many-values", place, "this file is too large")
                    .because(format!("it holds more than {} values", self.limits.nodes))
                    .fix("split it into several files, which may be given together"),
            ));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let string_tag = self.tag(tag.as_deref(), place);
                let plain = style == ScalarStyle::Plain && !string_tag;
                let null = plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if null { Value::Null } else { Value::Scalar(Scalar { text: text.into_owned(), plain }) };
                Ok(self.anchored(anchor, Node { place, value }))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), place);
                let mut items = Vec::new();
                let mut end = place;
                loop {
                    let (event, at) = self.next()?;
                    if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                        end.end = end.end.max(at.end);
                        break;
                    }
                    let item = self.node(event, at)?;
                    end.end = end.end.max(item.place.end);
                    items.push(item);
                }
                items.shrink_to_fit();
                Ok(self.anchored(anchor, Node { place: end, value: Value::List(items) }))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), place);
                self.mapping(anchor, place)
            }
            Event::Alias(anchor) => {
                let Some((node, nodes)) = self.anchors.get(&anchor) else {
                    return Err(Box::new(
                        Problem::error("alias-of-itself", place, "this alias stands inside its own anchor")
                            .fix("write the value out"),
                    ));
                };
                self.alias_nodes += nodes;
                if self.alias_nodes > self.limits.alias_nodes {
                    return Err(Box::new(
                        Problem::error("too-many-aliases", place, "aliases make this file too large")
                            .because(format!("they stand for more than {} values", self.limits.alias_nodes))
                            .fix("use `defaults:` for what accounts share"),
                    ));
                }
                Ok(node.clone())
            }
            Event::UnresolvedAlias(_) => {
                self.problems.push(
                    Problem::error("unknown-anchor", place, "there is no anchor for this alias")
                        .because("an alias repeats what an anchor has named")
                        .fix("a value that begins with * needs quotes; else define the anchor above, under an `x-...:` key"),
                );
                Ok(Node { place, value: Value::Null })
            }
            _ => Ok(Node { place, value: Value::Null }),
        }
    }

    fn mapping(&mut self, anchor: usize, place: Place) -> Step<Node> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merges = Vec::new();
        let mut whole = place;
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                break;
            }
            let merge = matches!(&event, Event::Scalar(t, ScalarStyle::Plain, _, None) if t == "<<");
            let key = self.node(event, at)?;
            let key_text = match &key.value {
                Value::Scalar(s) => Some(s.text.clone()),
                Value::Null => Some(String::new()),
                _ => None,
            };
            let (event, at) = self.next()?;
            let value = self.node(event, at)?;
            if key.place.file == whole.file {
                whole.end = whole.end.max(key.place.end);
            }
            if value.place.start >= whole.start {
                whole.end = whole.end.max(value.place.end);
            }
            match key_text {
                Some(_) if merge => merges.push((key.place, value)),
                Some(text) => entries.push(Entry { key: text, place: key.place, value }),
                None => {
                    self.dropped.extend([key.place, value.place]);
                    self.problems.push(
                        Problem::error(
                            "key-is-no-text",
                            key.place,
                            format!("a key must be a text, this is {}", key.kind()),
                        )
                        .fix("write the key as a single word"),
                    );
                }
            }
        }
        for (key, _) in merges.iter().skip(1) {
            self.problems.push(
                Problem::error("duplicate-key", *key, "`<<` stands here for the second time")
                    .because("a key may stand once in a map")
                    .fix("merge several maps by a list: `<<: [*one, *two]`"),
            );
        }
        for (key, value) in merges {
            self.merge(&mut entries, key, value);
        }
        // Most maps are small, and a list that grows has room for four at the least.
        entries.shrink_to_fit();
        Ok(self.anchored(anchor, Node { place: whole, value: Value::Map(entries) }))
    }

    /// `<<`: the keys of another map, where this one does not have them; of several maps the first wins.
    fn merge(&mut self, entries: &mut Vec<Entry>, key: Place, value: Node) {
        let maps = match value.value {
            Value::Map(_) => vec![value],
            Value::List(items) if items.iter().all(|i| matches!(i.value, Value::Map(_))) => items,
            _ => {
                self.problems.push(
                    Problem::error("merge-of-no-map", key, format!("`<<` merges maps, this is {}", value.kind()))
                        .fix("let the alias stand for a map"),
                );
                self.dropped.push(value.place);
                return;
            }
        };
        let mut own: HashSet<String> = entries.iter().map(|e| e.key.clone()).collect();
        for map in maps {
            let Value::Map(theirs) = map.value else { continue };
            for entry in theirs {
                if own.insert(entry.key.clone()) {
                    entries.push(entry);
                } else {
                    self.dropped.push(entry.value.place);
                }
            }
        }
    }

    /// Refuses own tags; true for `!!str`.
    fn tag(&mut self, tag: Option<&yaml::Tag>, place: Place) -> bool {
        let Some(tag) = tag else { return false };
        let full = format!("{}{}", tag.handle(), tag.suffix());
        let core = ["str", "map", "seq", "int", "bool", "null", "float"];
        let name = full.strip_prefix("tag:yaml.org,2002:").or_else(|| full.strip_prefix("!!"));
        match name {
            Some(name) if core.contains(&name) => name == "str",
            _ => {
                self.problems.push(
                    Problem::error("unknown-tag", place, "tags have no meaning in an account file")
                        .fix("remove the tag; quote a value that begins with !"),
                );
                false
            }
        }
    }

    fn anchored(&mut self, anchor: usize, node: Node) -> Node {
        if anchor != 0 {
            let nodes = count(&node);
            self.anchors.insert(anchor, (node.clone(), nodes));
        }
        node
    }
}

/// A parser's message with what it quotes from the file taken out: it may be a secret, since nothing is parsed yet.
fn without_source(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(open) = rest.find(['`', '"', '\'']) {
        let close = rest[open + 1..].find(['`', '"', '\'']).map(|i| open + 1 + i);
        let Some(close) = close else { break };
        let quoted = &rest[open + 1..close];
        out.push_str(&rest[..=open]);
        // `:` and `]` are what is missing; a word is the user's.
        out.push_str(if quoted.chars().count() <= 2 && !quoted.chars().any(char::is_alphanumeric) {
            quoted
        } else {
            "..."
        });
        out.push_str(&rest[close..=close]);
        rest = &rest[close + 1..];
    }
    let end = rest.find(['`', '"', '\'']).unwrap_or(rest.len());
    out.push_str(&rest[..end]);
    out
}

fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::Null | Value::Scalar(_) => 0,
        Value::List(items) => items.iter().map(count).sum(),
        Value::Map(entries) => entries.iter().map(|e| 1 + count(&e.value)).sum(),
    }
}
