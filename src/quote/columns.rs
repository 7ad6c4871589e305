//! Files of two columns that are not quoted at all: a key, a blank, and the rest of the line, as Postfix' and
//! OpenSMTPD's tables and dma's files have them.
//!
//! Nothing is escaped, and blanks at the edges are lost (postmap(1), table(5), dma(8)).

use super::Unquotable;

/// A value as the rest of a line.
///
/// # Errors
/// When it is empty, has blanks at an edge, or holds a line break.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: "a file of columns", reason: reason.to_owned() });
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value ends with its line");
    }
    if value.is_empty() || value.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}') != value {
        return refuse("it is empty or has blanks at an edge, which are lost");
    }
    Ok(value.to_owned())
}

/// A word without blanks, and without the character that ends it.
///
/// # Errors
/// Also when it begins a comment.
pub fn word(value: &str, end: char) -> Result<String, Unquotable> {
    let quoted = quote(value)?;
    if quoted.contains(|c: char| c == end || c.is_ascii_whitespace()) || quoted.starts_with(['#', '"']) {
        return Err(Unquotable {
            format: "a file of columns",
            reason: format!("a blank or `{end}` would end it, and a `#` or `\"` at its beginning means something else"),
        });
    }
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Key and value of a line, as all of these programs take it apart; `None` for a comment.
    fn read(line: &str) -> Option<(String, String)> {
        let line = line.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
        if line.starts_with('#') {
            return None;
        }
        let (key, value) = line.split_once(|c: char| c.is_ascii_whitespace())?;
        Some((key.to_owned(), value.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}').to_owned()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(key in crate::quote::nasty(), value in crate::quote::nasty()) {
            if let (Ok(key), Ok(value)) = (word(&key, ':'), quote(&value)) {
                prop_assert!(!key.contains(':'));
                prop_assert_eq!(read(&format!("{key} {value}")), Some((key, value)));
            }
            let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric());
            prop_assert!(!plain(&value) || quote(&value).is_ok() && word(&value, ':').is_ok());
        }
    }
}
