//! String literals of Python, for settings that a program evaluates.
//!
//! Between single quotes; what is not printable is escaped, so a literal is one line and nothing trims or expands it
//! (Python's language reference, "String and Bytes literals").

/// A text as a literal.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() || c.is_whitespace() && c != ' ' || "\u{feff}\u{fffe}\u{ffff}".contains(c) => {
                out.push_str(&format!("\\U{:08x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A list of texts.
pub fn list<S: AsRef<str>>(texts: &[S]) -> String {
    format!("[{}]", texts.iter().map(|t| quote(t.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A tuple of texts; one of a single text has a comma, too.
pub fn tuple<S: AsRef<str>>(texts: &[S]) -> String {
    let comma = if texts.len() == 1 { "," } else { "" };
    format!("({}{comma})", texts.iter().map(|t| quote(t.as_ref())).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Python makes of a literal: the escapes of the language reference, of which any other than ours is a fault.
    fn read(literal: &str) -> Option<String> {
        let mut out = String::new();
        let mut chars = literal.strip_prefix('\'')?.strip_suffix('\'')?.chars();
        while let Some(c) = chars.next() {
            match c {
                '\'' => return None,
                '\\' => match chars.next()? {
                    c @ ('\\' | '\'') => out.push(c),
                    'n' => out.push('\n'),
                    'U' => {
                        let digits: String = chars.by_ref().take(8).collect();
                        out.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                    }
                    _ => return None,
                },
                c => out.push(c),
            }
        }
        Some(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            let literal = quote(&value);
            prop_assert!(!literal.contains(|c: char| c.is_control() || c.is_whitespace() && c != ' '));
            prop_assert_eq!(read(&literal), Some(value));
        }
    }

    #[test]
    fn lists_and_tuples() {
        assert_eq!(list(&["a", "b'c"]), "['a', 'b\\'c']");
        assert_eq!(tuple(&["a"]), "('a',)");
        assert_eq!(tuple(&["a", "b"]), "('a', 'b')");
    }
}
