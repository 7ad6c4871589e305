//! Documents that are not in UTF-8: who reads them, and that they keep nothing else from being checked.

use std::collections::BTreeSet;
use std::process::Command;

use mailwright::clients::document::Document;
use mailwright::clients::encoding::{Written, decode};
use mailwright::clients::{Client, examine};

use super::GOOD;

type Rules = &'static [(Option<Client>, &'static str)];

const LOSING: Rules = &[
    (None, "encoding"),
    (Some(Client::K9), "encoding"),
    (Some(Client::FairEmail), "encoding"),
    (Some(Client::DeltaChat), "encoding"),
    (Some(Client::Evolution), "encoding-unread"),
];
const WIDE: Rules = &[
    (None, "encoding"),
    (Some(Client::K9), "encoding-unread"),
    (Some(Client::FairEmail), "encoding-unread"),
    (Some(Client::DeltaChat), "encoding-unread"),
    (Some(Client::Geary), "encoding-unread"),
    (Some(Client::Evolution), "encoding-unread"),
];

/// What the document says of itself, how it is written, what the web server says, and the rules that it breaks.
pub const DOCUMENTS: &[(&str, How, Option<&str>, Rules)] = &[
    ("UTF-8", How::Utf8, None, &[]),
    ("ISO-8859-1", How::Latin, None, LOSING),
    ("windows-1252", How::Latin, Some("text/xml"), LOSING),
    ("UTF-8", How::Latin, Some("text/xml; charset=\"ISO-8859-1\""), LOSING),
    ("UTF-16", How::Little, None, WIDE),
    ("UTF-16", How::Big, None, WIDE),
    ("UTF-16", How::LittleWithoutMark, Some("application/xml"), WIDE),
    // Nothing says so, or what says so is wrong: a parser of XML has to stop.
    ("UTF-8", How::Latin, None, &[(None, "not-utf8")]),
    ("ISO-8859-1", How::Latin, Some("text/xml; charset=utf-8"), &[(None, "not-utf8")]),
    // What is called otherwise and is ASCII all the same, nobody misreads.
    ("ISO-8859-1", How::Ascii, None, &[]),
    ("UTF-16", How::Ascii, None, &[]),
];

/// How a document is written.
#[derive(Clone, Copy, Debug)]
pub enum How {
    Ascii,
    Utf8,
    Latin,
    Little,
    LittleWithoutMark,
    Big,
}

fn bytes(said: &str, how: How) -> Vec<u8> {
    let text = GOOD.replace("\"UTF-8\"", &format!("\"{said}\""));
    let text = if matches!(how, How::Ascii) { text } else { text.replace("Example<", "B\u{fc}ro<") };
    let wide =
        |mark: &str, octets: fn(u16) -> [u8; 2]| format!("{mark}{text}").encode_utf16().flat_map(octets).collect();
    match how {
        How::Ascii | How::Utf8 => text.into_bytes(),
        How::Latin => text.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect(),
        How::Little => wide("\u{feff}", u16::to_le_bytes),
        How::LittleWithoutMark => wide("", u16::to_le_bytes),
        How::Big => wide("\u{feff}", u16::to_be_bytes),
    }
}

#[test]
fn who_reads_a_document_that_is_not_in_utf_8() {
    for (said, how, kind, rules) in DOCUMENTS {
        let (text, written) = decode(bytes(said, *how), *kind);
        let document = Document::written(0, &text, written);
        let mut found: BTreeSet<_> = examine(&document, Client::ALL).iter().map(|f| (f.client, f.rule.code)).collect();
        // Whatever the encoding, Outlook reads none of them.
        found.remove(&(Some(Client::Outlook), "not-read"));
        assert_eq!(found, rules.iter().copied().collect(), "{said} {how:?} {kind:?}");
        if written.wrong.is_none() && !matches!(how, How::Ascii) {
            assert!(text.contains("<displayName>B\u{fc}ro<"), "{said} {how:?}: {text}");
        }
    }
    assert_eq!(
        decode(b"\xef\xbb\xbf<a/>".to_vec(), Some("text/xml; charset=latin1")),
        ("\u{feff}<a/>".into(), Written::default())
    );
}

/// One document in Latin-1 ended the whole run with \"cannot be read\".
#[test]
fn one_document_in_another_encoding_keeps_no_other_from_being_checked() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("latin.xml"), bytes("ISO-8859-1", How::Latin)).expect("write");
    std::fs::write(folder.path().join("broken.xml"), bytes("UTF-8", How::Latin)).expect("write");
    std::fs::write(folder.path().join("port.xml"), GOOD.replace("993", "25")).expect("write");
    let output = Command::new(env!("CARGO_BIN_EXE_mailwright"))
        .current_dir(folder.path())
        .args(["check", "--client", "all", "latin.xml", "broken.xml", "port.xml"])
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for expected in ["ISO-8859-1", "broken.xml:5:19", "port.xml:8", "3 documents"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}
