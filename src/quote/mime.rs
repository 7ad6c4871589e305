//! Names in mail headers: encoded words of RFC 2047, for programs that would take a special character for syntax.

/// A name as encoded words, each at most 75 characters long and none with half a character in it.
pub fn encoded(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        let mut buffer = [0; 4];
        let piece = if c.is_ascii_alphanumeric() {
            c.to_string()
        } else {
            c.encode_utf8(&mut buffer).bytes().map(|b| format!("={b:02X}")).collect()
        };
        match words.last_mut() {
            Some(word) if word.len() + piece.len() <= 63 => word.push_str(&piece),
            _ => words.push(piece),
        }
    }
    words.iter().map(|w| format!("=?UTF-8?q?{w}?=")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The reader of RFC 2047, sections 4.2 and 6.2.
    fn decoded(text: &str) -> Option<String> {
        let mut bytes = Vec::new();
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            let inside = word.strip_prefix("=?UTF-8?q?")?.strip_suffix("?=")?;
            let mut octets = inside.bytes();
            let mut own = Vec::new();
            while let Some(b) = octets.next() {
                own.push(match b {
                    b'=' => {
                        u8::from_str_radix(&String::from_utf8(vec![octets.next()?, octets.next()?]).ok()?, 16).ok()?
                    }
                    b'_' => b' ',
                    b => b,
                });
            }
            bytes.extend(String::from_utf8(own).ok()?.into_bytes());
        }
        String::from_utf8(bytes).ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_name_is_read_as_it_was(name in crate::quote::nasty()) {
            let words = encoded(&name);
            prop_assert!(words.split(' ').all(|w| w.len() <= 75));
            prop_assert!(words.bytes().all(|b| b.is_ascii_alphanumeric() || b"=?- ".contains(&b)));
            prop_assert_eq!(decoded(&words), Some(name));
        }
    }
}
