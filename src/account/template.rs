//! Placeholders: `{address} {local} {domain} {account}` in logins, mail directories and secret commands.
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

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    /// What stands in braces and is no placeholder, with the byte range of it.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            plain.push_str(&rest[..open]);
            rest = &rest[open + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                plain.push('{');
                rest = after;
                continue;
            }
            let Some(close) = rest.find('}') else {
                return Err(rest.to_owned());
            };
            let slot = match &rest[..close] {
                "address" => Slot::Address,
                "local" => Slot::Local,
                "domain" => Slot::Domain,
                "account" => Slot::Account,
                other => return Err(other.to_owned()),
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Slot(slot));
            rest = &rest[close + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() || parts.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Template { parts })
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
