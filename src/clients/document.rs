//! An autoconfig document as it stands there: every element, attribute and text with its place, nothing interpreted.
//!
//! Read by quick-xml, which expands no entity and opens no file. The model keeps what programs differ in: padding,
//! repeated elements, order, CDATA, comments, entities. It refuses only what is no XML, and says where.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::encoding::Written;
use crate::problem::Place;

/// How deep elements may lie in each other: real documents have five levels.
const DEEPEST: usize = 64;

/// A document.
#[derive(Debug)]
pub struct Document {
    /// Its file, for places.
    pub file: u16,
    /// Its root element; `None` when there is none.
    pub root: Option<Element>,
    /// Where it stops being XML, and why.
    pub broken: Option<(Place, String)>,
    /// Where `<!DOCTYPE` stands.
    pub doctype: Option<Place>,
    /// Whether a byte order mark stands before it.
    pub bom: bool,
    /// Whether it begins as a web page does, which need be no XML.
    pub html: bool,
    /// How it was written before it became a text: in UTF-8, unless [`Document::written`] says otherwise.
    pub written: Written,
}

/// An element.
#[derive(Clone, Debug, Default)]
pub struct Element {
    /// As written, a namespace's prefix included.
    pub name: String,
    /// Its start tag.
    pub tag: Range<usize>,
    /// All of it.
    pub whole: Range<usize>,
    /// In the order written; of a repeated one the first.
    pub attributes: Vec<Attribute>,
    /// What is in it.
    pub content: Vec<Content>,
}

/// An attribute.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Attribute {
    pub name: String,
    pub value: String,
}

/// What stands between two tags.
#[derive(Clone, Debug)]
pub enum Content {
    /// An element.
    Element(Element),
    /// Characters, references to them resolved.
    Text(String),
    /// A reference: `&amp;`, `&#38;`. What it stands for; some readers see it as an event of its own.
    Reference(String),
    /// `<![CDATA[...]]>`.
    CData(String),
    /// A comment or a processing instruction: it parts texts for some readers.
    Comment,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.name == name).map(|a| a.value.as_str())
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = &Element> {
        self.content.iter().filter_map(|c| match c {
            Content::Element(element) => Some(element),
            _ => None,
        })
    }

    /// Those of a name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children().filter(move |e| e.name == name)
    }

    /// The first of a name.
    pub fn first(&self, name: &str) -> Option<&Element> {
        self.children().find(|e| e.name == name)
    }

    /// It and all elements in it, in the order of the document.
    pub fn every(&self) -> Vec<&Element> {
        let mut found = vec![self];
        for child in self.children() {
            found.extend(child.every());
        }
        found
    }

    /// Its own text, untrimmed, CDATA included, that of its children not.
    pub fn text(&self) -> String {
        let parts = self.content.iter().map(|c| match c {
            Content::Text(t) | Content::Reference(t) | Content::CData(t) => t.as_str(),
            Content::Element(_) | Content::Comment => "",
        });
        parts.collect()
    }

    /// The text of it and of everything in it.
    pub fn whole_text(&self) -> String {
        let parts = self.content.iter().map(|c| match c {
            Content::Text(t) | Content::Reference(t) | Content::CData(t) => t.clone(),
            Content::Element(e) => e.whole_text(),
            Content::Comment => String::new(),
        });
        parts.collect()
    }

    /// Whether anything but elements and blanks is in it.
    pub fn has_text(&self) -> bool {
        !self.text().trim().is_empty()
    }

    /// Whether its text is written with a reference such as `&amp;`.
    pub fn has_reference(&self) -> bool {
        self.content.iter().any(|c| matches!(c, Content::Reference(_)))
    }

    /// Whether its text is written as CDATA.
    pub fn has_cdata(&self) -> bool {
        self.content.iter().any(|c| matches!(c, Content::CData(_)))
    }
}

impl Document {
    /// Reads a document. A byte order mark is kept in mind and left out.
    pub fn read(file: u16, text: &str) -> Document {
        let bom = text.starts_with('\u{feff}');
        let head = text.trim_start_matches('\u{feff}').trim_start();
        // XHTML has an XML declaration.
        let head = head.strip_prefix("<?xml").and_then(|h| h.split_once("?>")).map_or(head, |(_, rest)| rest);
        let head = head.trim_start().chars().take(16).collect::<String>().to_ascii_lowercase();
        let html = head.starts_with("<!doctype html") || head.starts_with("<html");
        let mut document =
            Document { file, root: None, broken: None, doctype: None, bom, html, written: Written::default() };
        if let Err((at, why)) = document.fill(text) {
            let end = text.len();
            let at = at.start.min(end)..at.end.min(end).max(at.start.min(end));
            document.broken = Some((document.place(&at), why));
        }
        document
    }

    /// The same, of a text that was written in some encoding.
    pub fn written(file: u16, text: &str, written: Written) -> Document {
        Document { written, ..Document::read(file, text) }
    }

    /// A stretch of it as a place.
    pub fn place(&self, at: &Range<usize>) -> Place {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place { file: self.file, start: number(at.start), end: number(at.end) }
    }

    /// The first `emailProvider`.
    pub fn provider(&self) -> Option<&Element> {
        self.root.as_ref().filter(|r| r.name == "clientConfig")?.first("emailProvider")
    }

    fn fill(&mut self, text: &str) -> Result<(), (Range<usize>, String)> {
        let skipped = if self.bom { '\u{feff}'.len_utf8() } else { 0 };
        let mut reader = Reader::from_str(&text[skipped..]);
        let config = reader.config_mut();
        config.check_comments = true;
        config.expand_empty_elements = false;
        let mut open: Vec<Element> = Vec::new();
        loop {
            let start = skipped + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let event = reader.read_event().map_err(|e| {
                let at = skipped + usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                (at..at + 1, plain(&e.to_string()))
            })?;
            let end = skipped + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let bad = |why: &str| Err((start..end, why.to_owned()));
            match event {
                Event::Start(tag) => {
                    if open.len() >= DEEPEST {
                        return bad("elements lie too deep in each other");
                    }
                    if open.is_empty() && self.root.is_some() {
                        return bad("a second root element");
                    }
                    open.push(element(&tag, start..end)?);
                }
                Event::Empty(tag) => {
                    if open.is_empty() && self.root.is_some() {
                        return bad("a second root element");
                    }
                    let element = element(&tag, start..end)?;
                    self.close(element, &mut open);
                }
                Event::End(_) => {
                    if let Some(mut element) = open.pop() {
                        element.whole.end = end;
                        self.close(element, &mut open);
                    }
                }
                Event::Text(text) => {
                    let text = text.xml10_content().into_owned();
                    match open.last_mut() {
                        Some(element) => element.content.push(Content::Text(text)),
                        None if text.trim().is_empty() => {}
                        None => return bad("text outside of the root element"),
                    }
                }
                Event::CData(text) => {
                    let text = text.xml10_content().into_owned();
                    match open.last_mut() {
                        Some(element) => element.content.push(Content::CData(text)),
                        None => return bad("text outside of the root element"),
                    }
                }
                Event::GeneralRef(reference) => {
                    let name = (*reference).to_owned();
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(c)) => Some(c.to_string()),
                        Ok(None) => quick_xml::escape::resolve_xml_entity(&name).map(str::to_owned),
                        Err(_) => None,
                    };
                    match (resolved, open.last_mut()) {
                        (Some(text), Some(element)) => element.content.push(Content::Reference(text)),
                        // Declared in a DOCTYPE perhaps: what it stands for is not looked up.
                        (None, Some(element)) if self.doctype.is_some() => {
                            element.content.push(Content::Reference(String::new()));
                        }
                        _ => return bad("an entity that nothing declares"),
                    }
                }
                Event::Comment(_) | Event::PI(_) => {
                    if let Some(element) = open.last_mut() {
                        element.content.push(Content::Comment);
                    }
                }
                Event::DocType(_) => self.doctype = Some(self.place(&(start..end))),
                Event::Decl(_) => {
                    if start != skipped {
                        return bad("the XML declaration does not stand at the very beginning");
                    }
                }
                Event::Eof => break,
            }
        }
        if let Some(element) = open.last() {
            return Err((element.tag.clone(), format!("`{}` is never closed", element.name)));
        }
        if self.root.is_none() {
            return Err((0..text.len().min(1), "there is no element".to_owned()));
        }
        Ok(())
    }

    fn close(&mut self, element: Element, open: &mut [Element]) {
        match open.last_mut() {
            Some(parent) => parent.content.push(Content::Element(element)),
            None => self.root = Some(element),
        }
    }
}

fn element(tag: &BytesStart<'_>, at: Range<usize>) -> Result<Element, (Range<usize>, String)> {
    let bad = |why: String| (at.clone(), why);
    let name = tag.name().as_ref().to_owned();
    let first = name.chars().next().unwrap_or(' ');
    if !(first.is_alphabetic() || first == '_' || first == ':') {
        return Err(bad(format!("`{name}` is no name of an element")));
    }
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| bad(plain(&e.to_string())))?;
        let name = attribute.key.as_ref().to_owned();
        let raw = attribute.value;
        if raw.contains('<') {
            return Err(bad(format!("`<` stands in the attribute `{name}`")));
        }
        let value = quick_xml::escape::unescape(&raw).map_err(|e| bad(plain(&e.to_string())))?.into_owned();
        attributes.push(Attribute { name, value });
    }
    Ok(Element { name, tag: at.clone(), whole: at, attributes, content: Vec::new() })
}

/// A reader's complaint without its own preface.
fn plain(why: &str) -> String {
    why.split_once(": ")
        .filter(|(start, _)| start.ends_with("error") || start.ends_with("ill-formed document"))
        .map_or(why, |(_, rest)| rest)
        .to_owned()
}

/// Whether a text is an XML document and no account file: a YAML document never begins with `<`.
pub fn looks_like_xml(name: &str, text: &str) -> bool {
    name.to_lowercase().ends_with(".xml") || text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}
