//! TOML 1.0 (toml.io): basic strings and keys.
//!
//! A basic string holds every text: what is special in it or cannot be seen is escaped.

use super::Unquotable;

/// A value as a basic string.
///
/// # Errors
/// Never; the type is every grammar's.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Control characters may not stand there; the others could not be seen.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

/// A part of a key: bare where it can be.
///
/// # Errors
/// Never.
pub fn key(name: &str) -> Result<String, Unquotable> {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if bare { Ok(name.to_owned()) } else { quote(name) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        /// Read by the crate of Rust's own tools, which has no part in the writing.
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            let text = format!(
                "[accounts.{}]\na.b = {} # end\n",
                key(&value).map_err(|e| TestCaseError::fail(e.to_string()))?,
                quote(&value).map_err(|e| TestCaseError::fail(e.to_string()))?,
            );
            prop_assert_eq!(text.lines().count(), 2);
            let read: toml::Table = text.parse().map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
            prop_assert_eq!(read["accounts"][&value]["a"]["b"].as_str(), Some(value.as_str()));
        }
    }
}
