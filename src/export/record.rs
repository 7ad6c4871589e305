//! `SHA256SUMS`, in the form that `sha256sum -c` reads: what an export wrote, so that the next one knows files without a
//! mark of ours again, and names those that are no longer written.
//!
//! Users' profiles are not in it: they have a mark, and a list of addresses has no business in a public tree.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::target::{File, MARK};

/// Its name, at the root of the tree.
pub const NAME: &str = "SHA256SUMS";

/// Paths and digests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record(BTreeMap<String, String>);

impl Record {
    /// Reads one. Lines that are none are passed over: then a file is simply not known.
    pub fn parse(text: &str) -> Record {
        let lines = text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once("  "));
        Record(lines.map(|(sum, path)| (path.to_owned(), sum.to_owned())).collect())
    }

    /// Adds a file.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.0.insert(path.to_owned(), digest(bytes));
    }

    /// Takes over what an earlier record says of these files.
    pub fn keep(&mut self, earlier: &Record, paths: &[String]) {
        self.0.extend(paths.iter().filter_map(|p| Some((p.clone(), earlier.0.get(p)?.clone()))));
    }

    /// Whether a file is here with this content.
    pub fn has(&self, path: &str, bytes: &[u8]) -> bool {
        self.0.get(path).is_some_and(|sum| *sum == digest(bytes))
    }

    /// Whether a file is here at all.
    pub fn knows(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// As a file of the tree.
    pub fn file(&self) -> File {
        let mut text = format!("# {MARK} (export). Users' profiles are not listed.\n");
        for (path, sum) in &self.0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{sum}  {path}");
        }
        File::new(NAME, text, false)
    }
}

fn digest(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let mut text = String::with_capacity(64);
    for byte in digest.as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_what_it_wrote() {
        let mut record = Record::default();
        record.add("a.example/index.html", b"");
        record.add("b.example/mail/config-v1.1.xml", b"x");
        let text = String::from_utf8(record.file().bytes).expect("UTF-8");
        assert!(
            text.contains("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.example/index.html\n")
        );
        let read = Record::parse(&text);
        assert_eq!(read, record);
        assert!(read.has("b.example/mail/config-v1.1.xml", b"x") && !read.has("b.example/mail/config-v1.1.xml", b"y"));
        assert_eq!(Record::parse("rubbish\n\0"), Record::default());
    }
}
