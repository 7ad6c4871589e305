//! fetchmail's run control file: words and strings between double quotes, wherever lines end.
//!
//! In a string a backslash begins an escape: `\\` is a backslash, `\0` and two octal digits are any octet. There is no
//! `\"`: a quote inside is `\042` (fetchmail(1), "Run Control Syntax", and what 6.4.37 does).

use super::Unquotable;

const FORMAT: &str = "fetchmail's configuration";

/// A value as a string.
///
/// # Errors
/// When it is empty or holds a control character.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: FORMAT, reason: reason.to_owned() });
    if value.is_empty() {
        return refuse("an empty value reads as none at all");
    }
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a line break would end a command to the server");
    }
    Ok(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\042")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A string as fetchmail reads it, written from its manual; `None` when it is not one string.
    fn read(text: &str) -> Option<String> {
        let inside = text.strip_prefix('"')?.strip_suffix('"')?;
        let mut out = String::new();
        let mut chars = inside.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => return None,
                '\\' if chars.peek() == Some(&'0') => {
                    let digits: String = chars.by_ref().take(3).collect();
                    out.push(char::from(u8::from_str_radix(&digits, 8).ok()?));
                }
                '\\' => out.push(chars.next().filter(|c| *c == '\\')?),
                c => out.push(c),
            }
        }
        Some(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(text) => prop_assert_eq!(read(&text), Some(value)),
                Err(why) => prop_assert!(value.is_empty() || value.contains(['\n', '\r', '\0']), "{}", why),
            }
        }
    }
}
