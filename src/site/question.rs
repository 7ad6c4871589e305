//! A question: what an HTTP request says, as far as answers depend on it.
//!
//! Everything here comes from anybody and is believed to be hostile.

use std::borrow::Cow;

use crate::account::Address;

/// What is done with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Head,
    Post,
    Options,
    Other,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The method.
    pub method: Method,
    /// The `Host` header, with a port perhaps; empty when there is none.
    pub host: &'a str,
    /// The path as it was sent.
    pub path: &'a str,
    /// What stands behind `?`.
    pub query: &'a str,
    /// The `Accept-Language` header.
    pub languages: &'a str,
    /// The body, of at most [`BODY`] octets.
    pub body: &'a [u8],
}

/// How long a body may be: an Autodiscover request has some 400 octets.
pub const BODY: usize = 8 * 1024;

impl<'a> Question<'a> {
    /// A GET without further ado.
    pub fn get(host: &'a str, path: &'a str, query: &'a str) -> Question<'a> {
        Question { method: Method::Get, host, path, query, languages: "", body: b"" }
    }

    /// The value of a key of the query, whatever its case.
    ///
    /// A `+` stays a `+`: mail programs that forget to encode it mean the address `a+b@...`, none writes a blank.
    pub fn value(&self, key: &str) -> Option<Cow<'a, str>> {
        value(self.query, key)
    }

    /// The address of a query. What is none is as if nothing had been said: a client that sends `%EMAILADDRESS%` is
    /// told what all users of the asked domain are told.
    pub fn address(&self) -> Option<Address> {
        ["emailaddress", "email", "address"].iter().find_map(|key| self.value(key)).and_then(|text| address(&text))
    }
}

/// The value of a key in `a=b&c=d`.
pub fn value<'a>(query: &'a str, key: &str) -> Option<Cow<'a, str>> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case(key).then(|| decoded(value))?
    })
}

/// Percent-encoding undone. `None` for what is no UTF-8.
pub fn decoded(text: &str) -> Option<Cow<'_, str>> {
    percent_encoding::percent_decode_str(text).decode_utf8().ok()
}

/// An address as clients write it: blanks around it, the domain in any case.
pub fn address(text: &str) -> Option<Address> {
    let text = text.trim();
    // Longer ones are refused by RFC 5321 anyway, and parsing must stay cheap.
    if text.len() > 320 {
        return None;
    }
    Address::parse(text).ok()
}

/// The name in a `Host` header, in lower case and without port and final dot.
pub fn host_name(host: &str) -> Option<Cow<'_, str>> {
    if host.len() > 260 || host.starts_with('[') {
        return None;
    }
    let name = host.split(':').next()?;
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-') {
        return None;
    }
    Some(if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!(host_name("AutoConfig.Example.ORG:8080").as_deref(), Some("autoconfig.example.org"));
        assert_eq!(host_name("example.org.").as_deref(), Some("example.org"));
        for bad in ["", ":80", "[::1]:80", "a b", "a/b", "ex\u{e4}mple.org"] {
            assert_eq!(host_name(bad), None, "{bad}");
        }
    }

    /// mustang-im/mustang#474: a raw `+`; murena.io: `%2E` left encoded.
    #[test]
    fn addresses_of_queries() {
        let of = |query| Question::get("h", "/", query).address().map(|a| a.to_string());
        for query in [
            "emailaddress=a+b@example.org",
            "EmailAddress=a%2Bb%40EXAMPLE.org",
            "x=1&emailaddress=a%2Bb%40example%2Eorg",
        ] {
            assert_eq!(of(query).as_deref(), Some("a+b@example.org"), "{query}");
        }
        for query in
            ["", "emailaddress", "emailaddress=", "emailaddress=%EMAILADDRESS%", "emailaddress=%ff@example.org"]
        {
            assert_eq!(of(query), None, "{query}");
        }
    }
}
