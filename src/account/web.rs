//! Addresses of web services (calendars, contacts): one for everybody, or each user's own, with `{address}`, `{local}` and
//! `{domain}` in it.
//!
//! What is filled in is percent-encoded, so that no address can add a path, a query or another host. `{address}` and
//! `{local}` stand behind the host only: a server's name is the same for all users of a domain. An account's short name
//! is none of a server's business: there is no `{account}` here.

use std::fmt;
use std::ops::Deref;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{Address, Template};

/// The placeholders of such an address.
pub const SLOTS: &[&str] = &["address", "local", "domain"];

/// All but what RFC 3986 section 2.3 calls unreserved, and the @, which may stand in a path and in a query.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// What is filled in where another program's placeholders shall stand: good in a host's name, a path and a query.
const MARKS: [&str; 3] = ["slot-of-mailwright-address", "slot-of-mailwright-local", "slot-of-mailwright-domain"];

/// The address of a web service as one user has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    pattern: Template,
    url: Url,
}

impl WebAddress {
    /// The address that a user has; `None` when it is no URL with that user's values.
    pub fn of(pattern: Template, address: &Address) -> Option<WebAddress> {
        let url = Url::parse(&pattern.fill(address, "", encoded)).ok()?;
        Some(WebAddress { pattern, url })
    }

    /// What it is kept as, and what it is for one user: for who takes accounts apart.
    pub(super) fn parts(&mut self) -> (&mut Template, &mut Url) {
        (&mut self.pattern, &mut self.url)
    }

    /// The same service's address for another user.
    pub fn of_user(&self, address: &Address) -> Option<WebAddress> {
        if self.pattern.as_literal().is_some() {
            return Some(self.clone());
        }
        WebAddress::of(self.pattern.clone(), address)
    }

    /// Whether it is different for every user of a domain.
    pub fn is_personal(&self) -> bool {
        self.pattern.is_personal()
    }

    /// The URL with another program's placeholders for the address, what stands before its @, and the domain.
    pub fn with(&self, address: &str, local: &str, domain: &str) -> String {
        let text = self.pattern.with(MARKS[0], MARKS[1], MARKS[2]);
        // Parsed as a URL, so that all around the placeholders is written as ever.
        let Ok(url) = Url::parse(&text) else { return self.url.to_string() };
        String::from(url).replace(MARKS[0], address).replace(MARKS[1], local).replace(MARKS[2], domain)
    }
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, VALUE).to_string()
}

impl Deref for WebAddress {
    type Target = Url;
    fn deref(&self) -> &Url {
        &self.url
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}
