//! Mozilla's preference files (`user.js`): a string between double quotes.
//!
//! Source: `modules/libpref/parser/src/lib.rs` of Gecko: `\"`, `\'`, `\\`, `\n`, `\r`, `\xHH` and `\uHHHH` are escapes, any
//! other backslash is an error that drops the line; NUL cannot be held; a file is UTF-8. Not JSON: that has `\t` and `\b`.

use super::Unquotable;

const FORMAT: &str = "a preference file";

/// The longest value: Gecko warns above 4 kB and refuses above 1 MB.
pub const LONGEST: usize = 4096;

/// A value as a string with its quotes.
///
/// # Errors
/// When it is too long or holds a NUL.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: FORMAT, reason: reason.to_owned() });
    if value.contains('\0') {
        return refuse("a NUL ends the string");
    }
    if value.len() > LONGEST {
        return refuse("a preference has 4096 bytes at the most");
    }
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() && (c as u32) < 0x80 => quoted.push_str(&format!("\\x{:02x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Gecko makes of a string, written from its parser and not from `quote`.
    fn read(text: &str) -> Option<String> {
        let mut chars = text.strip_prefix('"')?.chars();
        let mut value = String::new();
        loop {
            match chars.next()? {
                '"' => return chars.next().is_none().then_some(value),
                '\\' => match chars.next()? {
                    c @ ('"' | '\'' | '\\') => value.push(c),
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    'x' => {
                        let hex: String = chars.by_ref().take(2).collect();
                        value.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                    }
                    _ => return None,
                },
                c => value.push(c),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(text) => {
                    prop_assert!(!text.contains(['\n', '\r']));
                    prop_assert_eq!(read(&text), Some(value));
                }
                Err(why) => prop_assert!(value.contains('\0') || value.len() > LONGEST, "{}", why),
            }
        }
    }
}
