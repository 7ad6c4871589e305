//! What is told of an address that the directory does not have: a login that looks like one.
//!
//! Made-up parts are HMAC-SHA256 (RFC 2104) of the address in lower case under a secret, so that the same question gets
//! the same answer from every replica and after every restart, and nobody without the secret can tell it from a real one.
//! The secret is one of its own on purpose: a key made of the directory's content would change with it, and show by what
//! changes which logins are none; one made of the directory's password could be tried out against the public answers.

use ring::hmac;

use crate::account::decoy::{Decoy, Kind, Part};
use crate::account::{Address, Text};

/// The maker of logins that nobody has. By default there are none.
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    decoy: Option<Decoy>,
    key: Option<hmac::Key>,
}

impl Unknown {
    /// By a pattern, and a secret for its made-up parts.
    pub fn new(decoy: Decoy, secret: Option<&str>) -> Unknown {
        let key = secret.map(|s| hmac::Key::new(hmac::HMAC_SHA256, s.as_bytes()));
        Unknown { decoy: Some(decoy), key }
    }

    /// The login told of an address in lower case.
    pub fn login(&self, address: &Address) -> Option<Text> {
        let mut stream = Stream { key: self.key.as_ref(), address, block: 0, bytes: Vec::new() };
        let login: String = self
            .decoy
            .as_ref()?
            .parts()
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Address => address.as_str().to_owned(),
                Part::Local => address.local().to_owned(),
                Part::Domain => address.domain().to_owned(),
                Part::Made(kind, count) => stream.take(*kind, *count),
            })
            .collect();
        Text::new(&login).ok()
    }
}

/// Pseudo-random bytes of an address: HMAC of a counter and the address, one block after the other.
struct Stream<'a> {
    key: Option<&'a hmac::Key>,
    address: &'a Address,
    block: u8,
    bytes: Vec<u8>,
}

impl Stream<'_> {
    fn take(&mut self, kind: Kind, count: usize) -> String {
        let Some(key) = self.key else { return String::new() };
        let alphabet = kind.alphabet();
        // Bytes from the last, incomplete round of the alphabet would make its first letters more frequent.
        let fair = 256 - 256 % alphabet.len();
        let mut text = String::with_capacity(count);
        while text.len() < count {
            let Some(byte) = self.bytes.pop() else {
                let mut context = hmac::Context::with_key(key);
                context.update(&[self.block]);
                context.update(self.address.as_str().as_bytes());
                self.block = self.block.wrapping_add(1);
                self.bytes = context.sign().as_ref().to_vec();
                continue;
            };
            if usize::from(byte) < fair {
                text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pattern: &str, secret: &str, address: &str) -> String {
        let unknown = Unknown::new(Decoy::parse(pattern).expect("pattern"), Some(secret));
        unknown.login(&Address::parse(address).expect("address")).expect("login").to_string()
    }

    #[test]
    fn made_up_logins_follow_from_secret_and_address() {
        let one = told("u{digits:6}-{letters:40}-{hex:64}", "0123456789abcdef", "ada@example.org");
        assert_eq!(one, told("u{digits:6}-{letters:40}-{hex:64}", "0123456789abcdef", "ada@example.org"));
        assert_ne!(one, told("u{digits:6}-{letters:40}-{hex:64}", "0123456789abcdeg", "ada@example.org"));
        assert_ne!(one, told("u{digits:6}-{letters:40}-{hex:64}", "0123456789abcdef", "bob@example.org"));
        let parts: Vec<&str> = one.split('-').collect();
        assert!(parts[0].len() == 7 && parts[0][1..].bytes().all(|b| b.is_ascii_digit()), "{one}");
        assert!(parts[1].len() == 40 && parts[1].bytes().all(|b| b.is_ascii_lowercase()), "{one}");
        assert!(parts[2].len() == 64 && parts[2].bytes().all(|b| b.is_ascii_hexdigit()), "{one}");
    }

    /// Python: hmac.new(b"0123456789abcdef", b"\0ada@example.org", "sha256").digest()[::-1], as digits without 250 to 255.
    #[test]
    fn every_replica_and_every_version_makes_the_same() {
        assert_eq!(told("{digits:10}", "0123456789abcdef", "ada@example.org"), REFERENCE);
    }
    const REFERENCE: &str = "6813232925";

    #[test]
    fn every_character_is_as_frequent_as_any_other() {
        let mut counts = [0_usize; 26];
        for n in 0..1_000 {
            for byte in told("{letters:52}", "0123456789abcdef", &format!("user{n}@example.org")).bytes() {
                counts[usize::from(byte - b'a')] += 1;
            }
        }
        // 2,000 each; five times the standard deviation of 44.
        assert!(counts.iter().all(|c| c.abs_diff(2_000) < 220), "{counts:?}");
    }
}
