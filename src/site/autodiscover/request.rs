//! What a client posts to Autodiscover with XML: an address, and the schema that it can read.
//!
//! Written by anybody, so: no DOCTYPE, no entity but those of XML itself, a bounded length and depth, one address. Clients
//! are not held to the letter otherwise. Namespaces are looked at for one thing only, `mobilesync`: Microsoft's own pages
//! show them with `http` and `https`, and some clients send prefixes or none. A byte order mark, UTF-16 and blanks around
//! document and address come from Windows programs.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::account::Address;
use crate::site::question::{self, BODY};

/// How deep elements may be nested; requests have three levels.
const DEPTH: usize = 8;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whose settings are asked for.
    pub who: Who,
    /// What is to be answered.
    pub wants: Wants,
}

/// Whose settings are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An address's.
    Address(Address),
    /// Somebody's in Exchange's directory (`LegacyDN`), whom no mail host of ours knows.
    LegacyDn,
}

/// What is to be answered, by `AcceptableResponseSchema`, else by the request's own namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// IMAP, POP3 and SMTP: `outlook/responseschema/2006a`.
    Mail,
    /// ActiveSync: `mobilesync/responseschema/2006`; phones ask so, and the new Outlook (Mailu/Mailu#3961).
    MobileSync,
    /// Anything else.
    Other,
}

/// No request: not well-formed, too long or too deep, with a DOCTYPE, without an address or with two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads the body of a request.
///
/// # Errors
/// When it is none.
pub fn read(body: &[u8]) -> Result<Request, Malformed> {
    if body.len() > BODY {
        return Err(Malformed);
    }
    let text = decode(body)?;
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    let mut reader = Reader::from_str(text);
    // Thunderbird puts the address in as it is. A `;` cannot stand in an address, so that `a&b@...` is never mistaken for
    // an entity, nor the other way round.
    reader.config_mut().allow_dangling_amp = true;
    let mut document = Document::default();
    loop {
        match reader.read_event().map_err(|_| Malformed)? {
            Event::Start(tag) => document.open(&tag)?,
            Event::Empty(tag) => {
                document.open(&tag)?;
                document.close();
            }
            Event::End(_) => document.close(),
            Event::Text(text) => document.text(&text.xml10_content())?,
            Event::CData(text) => document.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let c = match reference.resolve_char_ref().map_err(|_| Malformed)? {
                    Some(c) => c,
                    None => entity(&reference.xml10_content()).ok_or(Malformed)?,
                };
                document.text(c.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(Malformed),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    document.finish()
}

/// The entities that XML itself has.
fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// UTF-8, or UTF-16 by its mark or its first `<`. What the declaration says is not looked at: Windows programs write
/// `utf-16` there and send UTF-8.
fn decode(body: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    type Unit = fn([u8; 2]) -> u16;
    let (unit, rest): (Unit, &[u8]) = match body {
        [0xff, 0xfe, rest @ ..] => (u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => (u16::from_be_bytes, rest),
        [b'<', 0, ..] => (u16::from_le_bytes, body),
        [0, b'<', ..] => (u16::from_be_bytes, body),
        _ => return std::str::from_utf8(body).map(Cow::Borrowed).map_err(|_| Malformed),
    };
    if rest.len() % 2 != 0 {
        return Err(Malformed);
    }
    let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().map(Cow::Owned).map_err(|_| Malformed)
}

/// Where in a request a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Autodiscover,
    Request,
    Address,
    LegacyDn,
    Schema,
    Other,
}

#[derive(Default)]
struct Document {
    open: Vec<Element>,
    /// Whether the root has been seen.
    rooted: bool,
    /// Whether the namespace is ActiveSync's.
    mobile: bool,
    address: Option<String>,
    legacy: bool,
    schema: Option<String>,
}

impl Document {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Malformed> {
        if self.open.len() >= DEPTH {
            return Err(Malformed);
        }
        let local = tag.local_name();
        let is = |name: &str| local.as_ref().eq_ignore_ascii_case(name);
        let element = match self.open.as_slice() {
            [] if self.rooted || !is("Autodiscover") => return Err(Malformed),
            [] => Element::Autodiscover,
            [Element::Autodiscover] if is("Request") => Element::Request,
            [Element::Autodiscover, Element::Request] if is("EMailAddress") => Element::Address,
            [Element::Autodiscover, Element::Request] if is("LegacyDN") => Element::LegacyDn,
            [Element::Autodiscover, Element::Request] if is("AcceptableResponseSchema") => Element::Schema,
            // What stands in an address is its text.
            [.., Element::Address] => return Err(Malformed),
            _ => Element::Other,
        };
        match element {
            Element::Autodiscover => {
                self.rooted = true;
                self.mobile = namespace_is_mobile(tag);
            }
            Element::Address if self.address.replace(String::new()).is_some() => return Err(Malformed),
            Element::LegacyDn => self.legacy = true,
            Element::Schema if self.schema.replace(String::new()).is_some() => return Err(Malformed),
            _ => {}
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
    }

    fn text(&mut self, text: &str) -> Result<(), Malformed> {
        match self.open.last() {
            Some(Element::Address) => self.address.get_or_insert_default().push_str(text),
            Some(Element::Schema) => self.schema.get_or_insert_default().push_str(text),
            None if !text.trim().is_empty() => return Err(Malformed),
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Request, Malformed> {
        if !self.rooted || !self.open.is_empty() {
            return Err(Malformed);
        }
        let wants = match self.schema.as_deref().map(str::trim) {
            None | Some("") if self.mobile => Wants::MobileSync,
            None | Some("") => Wants::Mail,
            Some(schema) if contains(schema, "/autodiscover/outlook/responseschema/") => Wants::Mail,
            Some(schema) if contains(schema, "/autodiscover/mobilesync/") => Wants::MobileSync,
            Some(_) => Wants::Other,
        };
        let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
        let who = match self.address.as_deref().map(|a| a.trim_matches(blank)) {
            None | Some("") if self.legacy => Who::LegacyDn,
            None => return Err(Malformed),
            Some(text) => Who::Address(question::address(text).ok_or(Malformed)?),
        };
        Ok(Request { who, wants })
    }
}

/// Whether a namespace that the root names is ActiveSync's.
fn namespace_is_mobile(root: &BytesStart<'_>) -> bool {
    root.attributes()
        .map_while(Result::ok)
        .filter(|a| a.key.as_namespace_binding().is_some())
        .any(|a| contains(&a.value, "/autodiscover/mobilesync/requestschema/"))
}

fn contains(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(part)
}
