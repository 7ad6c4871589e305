//! msmtp's and mpop's configuration: a keyword, a blank, and the rest of the line as it is.
//!
//! Nothing is escaped. One pair of quotes around the whole value is taken off, blanks at the edges are dropped, and a
//! line may have 500 characters (seen in msmtp 1.8.23; `conf.c`).

use super::Unquotable;

const FORMAT: &str = "msmtp's configuration";

/// The longest value: with the longest keyword the line stays below msmtp's limit.
pub const LONGEST: usize = 480;

/// A value as the rest of a line.
///
/// # Errors
/// When it is empty, too long, or holds a line break.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: FORMAT, reason: reason.to_owned() });
    if value.is_empty() {
        return refuse("an empty value reads as none at all");
    }
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value ends with its line");
    }
    if value.len() > LONGEST {
        return refuse("msmtp reads lines of 500 characters at the most");
    }
    let edge = value.starts_with([' ', '\t']) || value.ends_with([' ', '\t']);
    let wrapped = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    Ok(if edge || wrapped || value == "\"" { format!("\"{value}\"") } else { value.to_owned() })
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What msmtp makes of the rest of a line, written from its behaviour and not from `quote`.
    pub fn read(rest: &str) -> String {
        let trimmed = rest.trim_matches([' ', '\t']);
        match trimmed.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            Some(inside) => inside.to_owned(),
            None => trimmed.to_owned(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(line) => {
                    prop_assert!(!line.contains(['\n', '\r']));
                    prop_assert_eq!(read(&line), value);
                }
                Err(why) => prop_assert!(value.is_empty() || value.len() > LONGEST || value.contains(['\n', '\r', '\0']), "{}", why),
            }
        }
    }
}
