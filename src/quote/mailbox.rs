//! A mailbox as it stands in a header: `Ada Lovelace <ada@example.org>` (RFC 5322 section 3.4, with the letters of
//! RFC 6532 where there are others than ASCII's).

/// A name and an address.
pub fn quote(name: Option<&str>, address: &str) -> String {
    match name.filter(|n| !n.trim().is_empty()) {
        Some(name) => format!("{} <{address}>", phrase(name)),
        None => address.to_owned(),
    }
}

/// A name as one or more words, or as a quoted string.
pub fn phrase(name: &str) -> String {
    let words = !name.is_empty()
        && name.split(' ').all(|w| !w.is_empty() && w.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '\''));
    if words { name.to_owned() } else { format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The name and the address, read as the RFC says; `None` for anything else.
    fn read(text: &str) -> Option<(String, String)> {
        let (name, rest) = match text.strip_prefix('"') {
            Some(inside) => {
                let mut name = String::new();
                let mut chars = inside.chars();
                loop {
                    match chars.next()? {
                        '\\' => name.push(chars.next()?),
                        '"' => break,
                        c => name.push(c),
                    }
                }
                (name, chars.as_str().to_owned())
            }
            None => {
                let (name, _) = text.split_once(" <")?;
                // Blanks between words are one blank, and specials end a word.
                if name.contains(|c| "()<>[]:;@\\,.\"".contains(c)) {
                    return None;
                }
                (name.split_whitespace().collect::<Vec<_>>().join(" "), text[name.len()..].to_owned())
            }
        };
        let address = rest.strip_prefix(" <")?.strip_suffix('>')?;
        Some((name, address.to_owned()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(name in crate::quote::nasty()) {
            let line = quote(Some(&name), "a@example.org");
            if name.trim().is_empty() {
                prop_assert_eq!(line, "a@example.org");
            } else {
                prop_assert_eq!(read(&line), Some((name, "a@example.org".to_owned())));
            }
        }
    }
}
