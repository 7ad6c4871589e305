//! The login that is told of an address which the directory of users does not have: `u{digits:6}`.
//!
//! Its grammar only. What stands for `{digits:N}` is made by [`crate::users::unknown`], from the address and a secret.

use super::template::{SLOTS, apart};

/// The pattern of a login that nobody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoy {
    parts: Vec<Part>,
}

/// A part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Part {
    Text(String),
    Address,
    Local,
    Domain,
    /// So many characters of this kind, which follow from the address for whoever has the secret.
    Made(Kind, usize),
}

/// What made-up characters look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `0` to `9`.
    Digits,
    /// `a` to `z`.
    Letters,
    /// `0` to `9` and `a` to `f`.
    Hex,
}

impl Kind {
    /// The characters.
    pub fn alphabet(self) -> &'static [u8] {
        match self {
            Kind::Digits => b"0123456789",
            Kind::Letters => b"abcdefghijklmnopqrstuvwxyz",
            Kind::Hex => b"0123456789abcdef",
        }
    }
}

/// The most characters of one made-up part: no login is longer than a local part (RFC 5321 section 4.5.3.1.1).
const MOST: usize = 64;

impl Decoy {
    /// Parses a pattern; `{{` is a brace.
    ///
    /// # Errors
    /// What stands in braces and cannot.
    pub fn parse(text: &str) -> Result<Decoy, String> {
        apart(text, Part::Text, part).map(|parts| Decoy { parts })
    }

    /// Its parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether a secret is needed to fill it in.
    pub fn is_made_up(&self) -> bool {
        self.parts.iter().any(|p| matches!(p, Part::Made(..)))
    }

    /// Whether every address gets another login; one login for all of them would be known after the second question.
    pub fn is_personal(&self) -> bool {
        self.parts.iter().any(|p| matches!(p, Part::Made(..) | Part::Address | Part::Local))
    }

    /// What may stand in braces, for a message.
    pub fn words() -> impl Iterator<Item = &'static str> {
        SLOTS.iter().copied().filter(|s| *s != "account").chain(["digits:6", "letters:6", "hex:6"])
    }
}

fn part(inside: &str) -> Option<Part> {
    let (word, number) = match inside.split_once(':') {
        Some((word, number)) => (word, Some(number)),
        None => (inside, None),
    };
    let kind = match (word, number) {
        ("address", None) => return Some(Part::Address),
        ("local", None) => return Some(Part::Local),
        ("domain", None) => return Some(Part::Domain),
        ("digits", Some(_)) => Kind::Digits,
        ("letters", Some(_)) => Kind::Letters,
        ("hex", Some(_)) => Kind::Hex,
        _ => return None,
    };
    let count = number.filter(|n| n.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    (1..=MOST).contains(&count).then_some(Part::Made(kind, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let parts = |text: &str| Decoy::parse(text).map(|d| d.parts);
        assert_eq!(parts("u{digits:6}"), Ok(vec![Part::Text("u".into()), Part::Made(Kind::Digits, 6)]));
        assert_eq!(parts("{local}"), Ok(vec![Part::Local]));
        assert_eq!(parts("{{x"), Ok(vec![Part::Text("{x".into())]));
        for bad in ["{digits}", "{digits:0}", "{digits:65}", "{digits:+1}", "{digits:x}", "{account}", "{local:2}", "{"]
        {
            assert!(parts(bad).is_err(), "{bad}");
        }
        assert!(Decoy::parse("{hex:1}").is_ok_and(|d| d.is_made_up() && d.is_personal()));
        assert!(Decoy::parse("x-{domain}").is_ok_and(|d| !d.is_made_up() && !d.is_personal()));
    }
}
