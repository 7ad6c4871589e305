//! Strings of Emacs Lisp.
//!
//! Within `"..."` a backslash takes a backslash and a `"` for themselves; line breaks and control characters may stand there
//! as escapes, everything else stands for itself (Emacs Lisp manual, "Syntax for Strings"). The file says in its first line
//! that it is UTF-8.

use super::Unquotable;

/// A string.
///
/// # Errors
/// When it holds NUL.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains('\0') {
        return Err(Unquotable { format: "Emacs Lisp", reason: "NUL cannot be part of a text here".to_owned() });
    }
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // Four digits: what follows is not taken for a fifth.
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A string and what stands behind it, as Emacs reads it (`read_string_literal` in its `lread.c`).
    fn read(text: &str) -> Option<(String, String)> {
        let mut chars = text.strip_prefix('"')?.chars();
        let mut out = String::new();
        loop {
            match chars.next()? {
                '"' => return Some((out, chars.collect())),
                '\\' => match chars.next()? {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).collect();
                        out.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                    }
                    c @ ('"' | '\\') => out.push(c),
                    _ => return None,
                },
                c => out.push(c),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(line) => {
                    prop_assert!(!line.contains(['\n', '\r']));
                    prop_assert_eq!(read(&format!("{line} rest")), Some((value, " rest".to_owned())));
                }
                Err(why) => prop_assert!(value.contains('\0'), "{}", why),
            }
        }
    }
}
