//! The ini dialect of Go's `gopkg.in/ini.v1` (`parser.go`, `key.go`), which Grafana and Gitea read.
//!
//! Unquoted, `#` and `;` begin a comment anywhere, a backslash at the end joins lines and a pair of quotes is taken off;
//! between backticks, or three double quotes, everything is itself. But `%(key)s` is filled in wherever it stands, and
//! there is no escape for it.

use super::Unquotable;

const FORMAT: &str = "the ini format";

/// A value.
///
/// # Errors
/// What cannot be kept from being filled in, and what would end the quotes.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: FORMAT, reason: reason.to_owned() });
    if text.contains(|c: char| c.is_control()) {
        return refuse("it has no escape for line breaks and controls");
    }
    if text.contains("%(") {
        return refuse("`%(...)s` is filled in, and there is no escape for it");
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@/:+-".contains(&b)) {
        return Ok(text.to_owned());
    }
    if !text.contains('`') {
        return Ok(format!("`{text}`"));
    }
    if !text.contains("\"\"\"") {
        return Ok(format!("\"\"\"{text}\"\"\""));
    }
    refuse("a backtick and three double quotes stand in it")
}

/// A value of Grafana, which also fills in `${NAME}` and `$__env{NAME}` (its documentation, "Variable expansion").
///
/// # Errors
/// As [`quote`], and for these.
pub fn grafana(text: &str) -> Result<String, Unquotable> {
    let expands = text.split('$').skip(1).any(|rest| {
        let word =
            rest.strip_prefix("__").map_or(rest, |r| r.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
        word.starts_with('{')
    });
    if expands {
        let reason = "Grafana fills in `${...}`, and there is no escape for it".to_owned();
        return Err(Unquotable { format: FORMAT, reason });
    }
    quote(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `readValue` of ini.v1 for one line; `None` where it would read on or fill in.
    fn read(line: &str) -> Option<String> {
        if line.contains("%(") {
            return None;
        }
        for q in ["\"\"\"", "`"] {
            if let Some(rest) = line.strip_prefix(q) {
                return rest.rfind(q).map(|end| rest[..end].to_owned());
            }
        }
        let end = line.find(['#', ';']).unwrap_or(line.len());
        let text = line[..end].trim();
        (!text.ends_with('\\') && !text.starts_with(['"', '\''])).then(|| text.to_owned())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(line) => {
                    prop_assert!(!line.contains(['\n', '\r']));
                    prop_assert_eq!(read(&line), Some(value));
                }
                Err(_) => {
                    let ends = value.contains('`') && value.contains("\"\"\"");
                    prop_assert!(value.contains(|c: char| c.is_control()) || value.contains("%(") || ends);
                }
            }
        }
    }

    #[test]
    fn grafana_fills_nothing_in() {
        for bad in ["${HOME}", "$__env{HOME}", "a$__file{/etc/passwd}b", "$$__x{y}"] {
            assert!(grafana(bad).is_err(), "{bad}");
        }
        for good in ["$HOME", "$ {x}", "a$", "$_env{x}", "{x}"] {
            assert_eq!(grafana(good), quote(good), "{good}");
        }
    }
}
