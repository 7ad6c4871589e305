//! Placeholders: `{address} {local} {domain} {account}` in logins, mail directories and secret commands, all but the last
//! in addresses of web services ([`super::web`]).
//!
//! `{{` is a brace. Anything else in braces is a problem, never passed on in silence.

use super::address::Address;

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Slot(Slot),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Address,
    Local,
    Domain,
    Account,
}

/// What may stand in braces.
pub const SLOTS: &[&str] = &["address", "local", "domain", "account"];

/// Takes a text apart: what stands in braces is made a part by `slot`, `{{` is a brace, and the rest is `plain`.
///
/// # Errors
/// What stands in braces and is no slot; all that follows a brace that is never closed.
pub(super) fn apart<P>(
    text: &str,
    plain: impl Fn(String) -> P,
    slot: impl Fn(&str) -> Option<P>,
) -> Result<Vec<P>, String> {
    let mut parts = Vec::new();
    let mut before = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        before.push_str(&rest[..open]);
        rest = &rest[open + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            before.push('{');
            rest = after;
            continue;
        }
        let (inside, after) = rest.split_once('}').ok_or(rest)?;
        let part = slot(inside).ok_or(inside)?;
        if !before.is_empty() {
            parts.push(plain(std::mem::take(&mut before)));
        }
        parts.push(part);
        rest = after;
    }
    before.push_str(rest);
    if !before.is_empty() {
        parts.push(plain(before));
    }
    Ok(parts)
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    /// What stands in braces and is no placeholder.
    pub fn parse(text: &str) -> Result<Template, String> {
        let slot = |inside: &str| match inside {
            "address" => Some(Part::Slot(Slot::Address)),
            "local" => Some(Part::Slot(Slot::Local)),
            "domain" => Some(Part::Slot(Slot::Domain)),
            "account" => Some(Part::Slot(Slot::Account)),
            _ => None,
        };
        let parts = apart(text, Part::Text, slot)?;
        Ok(if parts.is_empty() { Template::literal("") } else { Template { parts } })
    }

    /// The template, when it has no other placeholders than these.
    ///
    /// # Errors
    /// The first other one.
    pub fn only(self, slots: &[&str]) -> Result<Template, String> {
        let mut names = self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Slot(Slot::Address) => Some("address"),
            Part::Slot(Slot::Local) => Some("local"),
            Part::Slot(Slot::Domain) => Some("domain"),
            Part::Slot(Slot::Account) => Some("account"),
        });
        let other = names.find(|name| !slots.contains(name)).map(str::to_owned);
        match other {
            Some(other) => Err(other),
            None => Ok(self),
        }
    }

    /// `{address}`.
    pub fn address() -> Template {
        Template { parts: vec![Part::Slot(Slot::Address)] }
    }

    /// Whether it is different for every user: the local part, or all of the address, stands in it.
    pub fn is_personal(&self) -> bool {
        self.parts.iter().any(|p| matches!(p, Part::Slot(Slot::Address | Slot::Local)))
    }

    /// A text without placeholders.
    pub fn literal(text: &str) -> Template {
        Template { parts: vec![Part::Text(text.to_owned())] }
    }

    /// Fills the placeholders in; each value passes through `quote`.
    pub fn fill(&self, address: &Address, account: &str, quote: impl Fn(&str) -> String) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Slot(Slot::Address) => quote(address.as_str()),
                Part::Slot(Slot::Local) => quote(address.local()),
                Part::Slot(Slot::Domain) => quote(address.domain()),
                Part::Slot(Slot::Account) => quote(account),
            })
            .collect()
    }

    /// The text with other placeholders instead; an account's short name has none.
    pub fn with(&self, address: &str, local: &str, domain: &str) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Slot(Slot::Address) => address.to_owned(),
            Part::Slot(Slot::Local) => local.to_owned(),
            Part::Slot(Slot::Domain) => domain.to_owned(),
            Part::Slot(Slot::Account) => address.to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// For [`super::compact`]: what stands between the placeholders.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            Part::Slot(_) => None,
        })
    }

    /// The text as written, when it has no placeholder.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filling() {
        let ada = Address::parse("ada@analytical.example").expect("address");
        let fill = |text: &str| Template::parse(text).map(|t| t.fill(&ada, "work", str::to_owned));
        assert_eq!(fill("~/Mail/{account}"), Ok("~/Mail/work".into()));
        assert_eq!(fill("{local}%{domain}"), Ok("ada%analytical.example".into()));
        assert_eq!(fill("awk '{{print $1}'"), Ok("awk '{print $1}'".into()));
        assert_eq!(fill("${HOME}/x"), Err("HOME".into()));
        assert_eq!(fill("{local"), Err("local".into()));
    }
}
