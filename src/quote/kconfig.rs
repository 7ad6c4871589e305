//! KDE's settings files: `key=value`, the value being the rest of the line.
//!
//! Source: `kconfigini.cpp` of KConfig (`stringToPrintable`, `printableToString`): `\s`, `\t`, `\n`, `\r`, `\\` and `\xHH` are
//! escapes; blanks around a value are dropped. `$` is expanded only where the key says so (`[$e]`), which ours never do.

use super::Unquotable;

const FORMAT: &str = "KDE's settings";

/// A value as the rest of a line.
///
/// # Errors
/// When it holds a NUL, or begins with a byte order mark.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.starts_with('\u{feff}') {
        // Seen in kreadconfig5: Qt takes it off.
        return Err(Unquotable { format: FORMAT, reason: "a byte order mark at the beginning is dropped".to_owned() });
    }
    if value.contains('\0') {
        return Err(Unquotable { format: FORMAT, reason: "a NUL ends the text".to_owned() });
    }
    let last = value.chars().count().saturating_sub(1);
    let mut quoted = String::with_capacity(value.len());
    for (number, c) in value.chars().enumerate() {
        match c {
            ' ' if number == 0 || number == last => quoted.push_str("\\s"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if (c as u32) < 0x20 => quoted.push_str(&format!("\\x{:02x}", c as u32)),
            c => quoted.push(c),
        }
    }
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What KConfig reads, written from its behaviour and not from `quote`.
    fn read(line: &str) -> Option<String> {
        let white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}');
        let mut value = String::new();
        let mut chars = line.trim_matches(white).chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                value.push(c);
                continue;
            }
            value.push(match chars.next()? {
                's' => ' ',
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '\\' => '\\',
                'x' => {
                    let hex: String = chars.by_ref().take(2).collect();
                    char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?
                }
                _ => return None,
            });
        }
        Some(value)
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
                Err(why) => prop_assert!(value.contains('\0') || value.starts_with('\u{feff}'), "{}", why),
            }
        }
    }
}
