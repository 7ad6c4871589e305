//! nullmailer's `remotes`: words of a line, quoted nearly as in a shell.
//!
//! Within `'...'` nothing is special, and within `"..."` no apostrophe is: so words are written without a backslash. What
//! a backslash escapes, 2.2 reads twice when a quote follows: the shell's `'it'\''s'` has two apostrophes there.

use super::Unquotable;

/// A word.
///
/// # Errors
/// When a line break stands in it.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(Unquotable { format: "nullmailer's remotes", reason: "a value ends with its line".to_owned() });
    }
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@/:+-".contains(&b)) {
        return Ok(value.to_owned());
    }
    let mut out = String::new();
    for (n, part) in value.split('\'').enumerate() {
        if n > 0 {
            out.push_str("\"'\"");
        }
        if !part.is_empty() {
            out.push_str(&format!("'{part}'"));
        }
    }
    Ok(if out.is_empty() { "''".to_owned() } else { out })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The words of a line.
    fn read(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' | '\'' => word.get_or_insert_default().extend(chars.by_ref().take_while(|end| *end != c)),
                c if c.is_ascii_whitespace() => words.extend(word.take()),
                c => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        words
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(word) => {
                    prop_assert!(!word.contains(['\n', '\r']));
                    prop_assert_eq!(read(&format!("host smtp pass={word} tls")), vec!["host".into(), "smtp".into(), format!("pass={value}"), "tls".into()]);
                }
                Err(why) => prop_assert!(value.contains(['\n', '\r', '\0']), "{}", why),
            }
        }
    }
}
