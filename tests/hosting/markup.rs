//! A page, read strictly: well-formed, as quick-xml wants it, and nothing in it that a set-up page must not have.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element's name and attributes.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
}

impl Element {
    /// An attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// A page.
#[derive(Debug, Default)]
pub struct Page {
    /// Its elements in their order.
    pub elements: Vec<Element>,
    /// Its text.
    pub text: String,
}

impl Page {
    /// Elements of a name.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p Element> {
        self.elements.iter().filter(move |e| e.name == name)
    }

    /// Where its links lead.
    pub fn links(&self) -> BTreeSet<&str> {
        self.all("a").filter_map(|a| a.get("href")).collect()
    }
}

const ELEMENTS: &[&str] = &[
    "html",
    "head",
    "meta",
    "title",
    "link",
    "body",
    "a",
    "header",
    "p",
    "svg",
    "rect",
    "path",
    "circle",
    "span",
    "nav",
    "ul",
    "li",
    "main",
    "section",
    "h1",
    "h2",
    "h3",
    "h4",
    "form",
    "input",
    "label",
    "button",
    "div",
    "table",
    "caption",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "wbr",
    "b",
    "ol",
    "details",
    "summary",
    "figure",
    "figcaption",
    "footer",
];

/// Reads a page; what is wrong with it is the error.
pub fn read(html: &str) -> Result<Page, String> {
    let mut page = Page::default();
    let mut reader = Reader::from_str(html);
    let mut open: Vec<String> = Vec::new();
    loop {
        match reader.read_event().map_err(|e| format!("{e} at {}", reader.buffer_position()))? {
            Event::Start(e) => {
                open.push(e.name().as_ref().to_owned());
                page.elements.push(element(&e)?);
            }
            Event::Empty(e) => {
                let element = element(&e)?;
                // In HTML these alone may be empty; `<b/>` would open an element.
                let empty = ["meta", "link", "input", "wbr", "rect", "path", "circle"];
                if !empty.contains(&element.name.as_str()) {
                    return Err(format!("<{}/>", element.name));
                }
                page.elements.push(element);
            }
            Event::End(_) => {
                // Cells stand apart, whatever the source looks like.
                if matches!(open.pop().as_deref(), Some("th" | "td" | "h3")) {
                    page.text.push(' ');
                }
            }
            Event::Text(t) => page.text.push_str(&t),
            Event::GeneralRef(r) => {
                page.text.push(match &*r {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    other => return Err(format!("&{other};")),
                });
            }
            Event::DocType(t) if &*t == "html" => {}
            Event::Eof => break,
            other => return Err(format!("{other:?}")),
        }
    }
    if !open.is_empty() {
        return Err(format!("not closed: {open:?}"));
    }
    check(&page)?;
    Ok(page)
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Result<Element, String> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| format!("<{name}>: {e}"))?;
        let key = attribute.key.as_ref().to_owned();
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|e| format!("<{name} {key}>: {e}"))?;
        attributes.insert(key, value.into_owned());
    }
    Ok(Element { name, attributes })
}

fn check(page: &Page) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for element in &page.elements {
        let Element { name, attributes } = element;
        if !ELEMENTS.contains(&name.as_str()) {
            return Err(format!("<{name}> has no place here"));
        }
        if let Some(bad) = attributes.keys().find(|k| k.starts_with("on") || *k == "style") {
            return Err(format!("<{name} {bad}> is forbidden by the policy"));
        }
        if let Some(id) = element.get("id")
            && !ids.insert(id)
        {
            return Err(format!("the id {id} twice"));
        }
    }
    let refers = ["for", "aria-labelledby", "aria-describedby"];
    for element in &page.elements {
        for id in refers.iter().filter_map(|key| element.get(key)).flat_map(|v| v.split(' ')) {
            if !ids.contains(id) {
                return Err(format!("<{}> refers to {id}, which is not there", element.name));
            }
        }
        if let Some(id) = element.get("href").and_then(|h| h.strip_prefix('#'))
            && !ids.contains(id)
        {
            return Err(format!("#{id} leads nowhere"));
        }
    }
    let labelled: BTreeSet<_> = page.all("label").filter_map(|l| l.get("for")).collect();
    for input in page.all("input").filter(|i| i.get("type") != Some("hidden")) {
        if !input.get("id").is_some_and(|id| labelled.contains(id)) {
            return Err("a field without a label".into());
        }
    }
    for (name, count) in [("h1", 1), ("main", 1), ("title", 1), ("html", 1)] {
        if page.all(name).count() != count {
            return Err(format!("not {count} <{name}>"));
        }
    }
    if page.all("th").any(|th| th.get("scope") != Some("row")) {
        return Err("a header of a table without its scope".into());
    }
    let levels: Vec<_> = page.elements.iter().filter_map(|e| e.name.strip_prefix('h')?.parse::<u8>().ok()).collect();
    if levels.first() != Some(&1) || levels.windows(2).any(|w| w[1] > w[0] + 1) {
        return Err(format!("headings out of order: {levels:?}"));
    }
    Ok(())
}
