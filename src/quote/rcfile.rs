//! Claws Mail's and Sylpheed's settings (`accountrc`): `key=value`, the value being the rest of the line as it is.
//!
//! Nothing is escaped, nothing is trimmed (seen in Claws Mail 4.1.1 and Sylpheed 3.8, which write back what they read;
//! `prefs.c` of both). A value of nothing but blanks is read as it stands; a line has 8 kB at the most there, and a
//! settings file is UTF-8.

use super::Unquotable;

const FORMAT: &str = "an accountrc";

/// The longest value: with its key the line stays well below `PREFSBUFSIZE`.
pub const LONGEST: usize = 1000;

/// A value as the rest of a line.
///
/// # Errors
/// When it is too long or holds a line break.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: FORMAT, reason: reason.to_owned() });
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value ends with its line");
    }
    if value.len() > LONGEST {
        return refuse("Claws Mail and Sylpheed read lines of 1024 bytes at the most");
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the programs make of a line, written from their behaviour and not from `quote`.
    fn read(line: &str) -> Option<&str> {
        let value = line.strip_prefix("name=")?.strip_suffix('\n')?;
        (!value.contains(['\n', '\r'])).then_some(value)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(text) => {
                    let line = format!("name={text}\n");
                    prop_assert_eq!(read(&line), Some(value.as_str()));
                }
                Err(why) => prop_assert!(value.contains(['\n', '\r', '\0']) || value.len() > LONGEST, "{}", why),
            }
        }
    }
}
