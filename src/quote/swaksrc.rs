//! swaks' configuration: an option, a blank, and the rest of the line as it is.
//!
//! Nothing is escaped. A value that begins with a hyphen is taken for an option, an empty one makes swaks ask, and `<>`
//! means an empty one (`load_args` and `fetch_args` of swaks 20201014).

use super::Unquotable;

/// A value as the rest of a line.
///
/// # Errors
/// When it is empty, `<>`, begins with a hyphen, or holds a line break.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: "swaks' configuration", reason: reason.to_owned() });
    if value.is_empty() || value == "<>" {
        return refuse("it would read as an empty value");
    }
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value ends with its line");
    }
    if value.starts_with('-') {
        return refuse("swaks takes a value that begins with a hyphen for an option");
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What swaks makes of a line of an option and its value: `None` where it asks, or sees two options.
    fn read(line: &str) -> Option<String> {
        let (_, rest) = line.split_once(|c: char| c.is_ascii_whitespace())?;
        let option = rest.starts_with('-') || rest.is_empty() || rest == "<>";
        (!option).then(|| rest.to_owned())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(quoted) => {
                    prop_assert!(!quoted.contains(['\n', '\r']));
                    prop_assert_eq!(read(&format!("--auth-user {quoted}")), Some(value));
                }
                Err(why) => prop_assert!(
                    value.is_empty() || value == "<>" || value.starts_with('-') || value.contains(['\n', '\r', '\0']),
                    "{}", why
                ),
            }
        }
    }
}
