//! Files that Python's `RawConfigParser` reads: a key, an equals sign and the rest of the line as it is.
//!
//! Nothing is escaped and quotes are characters like others. Blanks at the edges are dropped, in any script's sense
//! (Python's `str.strip`); a line that is indented goes on with the value before it, one that begins with `#` or `;` is
//! a comment (the module's documentation, "Supported INI File Structure").

use super::Unquotable;

const FORMAT: &str = "a file for Python's configparser";

/// A value as the rest of a line.
///
/// # Errors
/// When it is empty, holds a line break, or begins or ends with a blank.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: FORMAT, reason: reason.to_owned() });
    if value.is_empty() {
        return refuse("an empty value reads as none at all");
    }
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value ends with its line");
    }
    if trims(value) {
        return refuse("blanks at the beginning and at the end of a value are dropped");
    }
    Ok(value.to_owned())
}

/// Whether Python drops something at the edges of a value.
pub fn trims(value: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    value.starts_with(blank) || value.ends_with(blank)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The value of the only key of a section, written from the documentation; `None` when there is another line.
    pub fn read(file: &str) -> Option<String> {
        let mut lines = file.split(['\n', '\r']);
        let (key, value) = lines.next()?.split_once('=')?;
        let rest = lines.all(|l| l.trim().is_empty());
        (key.trim() == "key" && rest).then(|| value.trim().to_owned())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(rest) => prop_assert_eq!(read(&format!("key = {rest}\n")), Some(value)),
                Err(why) => prop_assert!(value.trim() != value || value.is_empty() || value.contains(char::is_control), "{}", why),
            }
        }
    }
}
