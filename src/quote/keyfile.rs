//! Key files of GLib: groups in brackets, `key=value` to the end of the line.
//!
//! A backslash begins `\s`, `\n`, `\t`, `\r` and `\\`; blanks before a value are dropped; quotes, `#` and `;` stand for
//! themselves, but for `;` in a list, which separates (GLib's `g_key_file_parse_value_as_string`; seen in notmuch 0.37).

use super::Unquotable;

/// A value that is one string.
///
/// # Errors
/// When it holds a line break or NUL: a value ends with its line, and nothing that people write into these files has two.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(Unquotable { format: "a key file", reason: "a value ends with its line".to_owned() });
    }
    let inside = value.trim_start_matches(' ').trim_end_matches(' ');
    let before = value.len() - value.trim_start_matches(' ').len();
    let after = value.len() - before - inside.len();
    let inside = inside.replace('\\', "\\\\").replace('\t', "\\t");
    Ok(format!("{}{inside}{}", "\\s".repeat(before), "\\s".repeat(after)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A string as GLib reads it from the rest of a line; `None` for an escape that it does not know.
    fn read(rest: &str) -> Option<String> {
        let mut out = String::new();
        let mut chars = rest.trim_start_matches([' ', '\t', '\u{b}', '\u{c}']).chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => out.push(match chars.next()? {
                    's' => ' ',
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '\\' => '\\',
                    _ => return None,
                }),
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
                Ok(line) => {
                    prop_assert!(!line.contains(['\n', '\r']));
                    // GLib drops the other ASCII blanks before a value, too; no text of ours holds them.
                    if !value.trim_start_matches(' ').starts_with(['\u{b}', '\u{c}']) {
                        prop_assert_eq!(read(&line), Some(value));
                    }
                }
                Err(why) => prop_assert!(value.contains(['\n', '\r', '\0']), "{}", why),
            }
        }
    }
}
