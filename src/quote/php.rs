//! PHP string literals, between single quotes (PHP's manual, "Strings"): a backslash only stands before a quote or
//! another backslash, everything else is itself, and nothing is filled in.

use super::Unquotable;

/// A text as a literal.
///
/// # Errors
/// When a control character stands in it, which would be there unseen.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    if text.contains(|c: char| c.is_control()) {
        return Err(Unquotable { format: "PHP", reason: "a control character would stand in it unseen".to_owned() });
    }
    Ok(format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// PHP's scanner for single quotes; `None` when something follows.
    fn read(literal: &str) -> Option<String> {
        let mut chars = literal.strip_prefix('\'')?.chars().peekable();
        let mut out = String::new();
        loop {
            match chars.next()? {
                '\'' => return chars.next().is_none().then_some(out),
                '\\' if matches!(chars.peek(), Some('\'' | '\\')) => out.extend(chars.next()),
                c => out.push(c),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(literal) => prop_assert_eq!(read(&literal), Some(value)),
                Err(_) => prop_assert!(value.contains(|c: char| c.is_control())),
            }
        }
    }
}
