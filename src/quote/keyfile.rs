//! GLib's key files: Evolution's sources, Geary's accounts.
//!
//! Source: the Desktop Entry Specification, section "Possible value types", and GLib's `gkeyfile.c`: `\s`, `\n`, `\t`, `\r`
//! and `\\` are escapes; blanks around a value are dropped. In a list `;` ends an item and `\;` is one.

use super::Unquotable;

const FORMAT: &str = "a key file";

/// A value as the rest of a line.
///
/// # Errors
/// When it holds a NUL.
pub fn quote(value: &str) -> Result<String, Unquotable> {
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
            c => quoted.push(c),
        }
    }
    // GLib takes other white space at the edges for blanks, too.
    if value.trim_matches(|c: char| c.is_ascii_whitespace()).trim_matches(['\u{b}', '\u{c}'])
        != value.trim_matches([' ', '\n', '\r', '\t'])
    {
        return Err(Unquotable {
            format: FORMAT,
            reason: "a form feed or a vertical tab at its edge is dropped".to_owned(),
        });
    }
    Ok(quoted)
}

/// An item of a list, with what ends it.
///
/// # Errors
/// As [`quote`].
pub fn item(value: &str) -> Result<String, Unquotable> {
    Ok(format!("{};", quote(value)?.replace(';', "\\;")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What GLib reads, written from its behaviour and not from `quote`: the items of a line.
    fn read(line: &str, list: bool) -> Option<Vec<String>> {
        let white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}');
        let mut items = Vec::new();
        let mut item = String::new();
        let mut chars = line.trim_matches(white).chars();
        while let Some(c) = chars.next() {
            match c {
                ';' if list => items.push(std::mem::take(&mut item)),
                '\\' => item.push(match chars.next()? {
                    's' => ' ',
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '\\' => '\\',
                    ';' if list => ';',
                    _ => return None,
                }),
                c => item.push(c),
            }
        }
        if !list || !item.is_empty() {
            items.push(item);
        }
        Some(items)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty(), next in crate::quote::nasty()) {
            match quote(&value) {
                Ok(text) => {
                    prop_assert!(!text.contains(['\n', '\r']));
                    prop_assert_eq!(read(&text, false), Some(vec![value.clone()]));
                }
                Err(why) => prop_assert!(value.contains(['\0', '\u{b}', '\u{c}']), "{}", why),
            }
            if let (Ok(one), Ok(two)) = (item(&value), item(&next)) {
                prop_assert_eq!(read(&format!("{one}{two}"), true), Some(vec![value, next]));
            }
        }
    }
}
