//! In which encoding a document is written, and its text.
//!
//! The order is that of RFC 7303 section 3: a byte order mark, then what the web server says, then what the document says
//! itself, then UTF-8. Which program reads what is [`super::rules`]' business; a document in another encoding than UTF-8 is
//! read here so that everything else in it can be looked at.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How a document was written. By default, in UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The encoding's name, when it is another one than UTF-8.
    pub encoding: Option<&'static str>,
    /// Whether ASCII characters are other octets in it, as in UTF-16: who takes it for UTF-8 finds not even a tag.
    pub wide: bool,
    /// Where in the text the first octets stood that are no character of the encoding.
    pub wrong: Option<usize>,
}

/// The text of a document, and how it was written. What is no character becomes U+FFFD; the byte order mark of UTF-8 stays.
///
/// `kind` is the web server's `Content-Type`.
pub fn decode(bytes: Vec<u8>, kind: Option<&str>) -> (String, Written) {
    let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let said = marked.or_else(|| kind.and_then(charset)).or_else(|| declared(&bytes)).unwrap_or(UTF_8);
    // A declaration of UTF-16 that can be read as ASCII is none.
    let wide = said == UTF_16LE || said == UTF_16BE;
    let bytes = match String::from_utf8(bytes) {
        // Whatever it is called, its characters are the same.
        Ok(text) if !wide || !text.contains('\0') => return (text, Written::default()),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    if said == UTF_8 {
        let wrong = std::str::from_utf8(&bytes).err().map(|e| e.valid_up_to());
        return (String::from_utf8_lossy(&bytes).into_owned(), Written { wrong, ..Written::default() });
    }
    let (text, broken) = said.decode_with_bom_removal(&bytes);
    let wrong = broken.then(|| text.find('\u{fffd}').unwrap_or(0));
    (text.into_owned(), Written { encoding: Some(name(said)), wide, wrong })
}

/// The name that people know: what is called ISO-8859-1 is read as its superset everywhere.
fn name(encoding: &'static Encoding) -> &'static str {
    if encoding == WINDOWS_1252 { "ISO-8859-1 or windows-1252" } else { encoding.name() }
}

/// The encoding that a web server says.
fn charset(kind: &str) -> Option<&'static Encoding> {
    let parameters = kind.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    named.find_map(|(_, value)| Encoding::for_label(value.trim().trim_matches('"').as_bytes()))
}

/// The encoding that a document says of itself, or shows by how its first character is written.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    /// More than any XML declaration has.
    const MOST: usize = 256;
    match bytes {
        [b'<', 0, ..] => return Some(UTF_16LE),
        [0, b'<', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST)]);
    let (declaration, _) = start.strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}
