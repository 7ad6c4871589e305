//! alot's configuration: what Python's ConfigObj reads (configobj 5), and what alot makes of it (`settings/manager.py`
//! of 0.10).
//!
//! A value stands between quotes of one kind, or between three of them when it holds both kinds; nothing is escaped.
//! `%(name)s` is replaced by another value. Then alot replaces `$NAME` and `${NAME}` by what stands in the environment,
//! and a `~` at the beginning by the home directory; neither can be escaped.

use super::Unquotable;

fn refuse(reason: &str) -> Unquotable {
    Unquotable { format: "alot's configuration", reason: reason.to_owned() }
}

/// A value.
///
/// # Errors
/// When it holds a line break, what would be replaced, or quotes of both kinds in the wrong places.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(refuse("a value ends with its line"));
    }
    if replaced(value) {
        return Err(refuse("alot would replace `$NAME`, `%(name)s` or a `~` at the beginning"));
    }
    for kind in ["\"", "'"] {
        if !value.contains(kind) {
            return Ok(format!("{kind}{value}{kind}"));
        }
    }
    for kind in ["\"\"\"", "'''"] {
        if !value.contains(kind) && !value.ends_with(&kind[..1]) {
            return Ok(format!("{kind}{value}{kind}"));
        }
    }
    Err(refuse("it holds both kinds of quotes, and ends with one"))
}

/// A path, whose `~/` at the beginning is meant.
///
/// # Errors
/// As [`quote`].
pub fn path(path: &str) -> Result<String, Unquotable> {
    match path.strip_prefix("~/") {
        Some(rest) => quote(&format!("/{rest}")).map(|q| q.replacen('/', "~/", 1)),
        None => quote(path),
    }
}

/// Whether something in it would be replaced.
pub fn replaced(value: &str) -> bool {
    let variable = value.split('$').skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') || rest.starts_with('{') && rest.contains('}')
    });
    let named = value.split("%(").skip(1).any(|rest| rest.contains(")s"));
    variable || named || value.starts_with('~')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A value as ConfigObj reads it; `None` when it is not one value.
    fn read(text: &str) -> Option<String> {
        for kind in ["\"\"\"", "'''", "\"", "'"] {
            let Some(inside) = text.strip_prefix(kind) else { continue };
            let end = inside.find(kind)?;
            if end + kind.len() == inside.len() {
                return Some(inside[..end].to_owned());
            }
            return None;
        }
        None
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(text) if value.is_empty() => prop_assert_eq!(text, "\"\""),
                Ok(text) => prop_assert_eq!(read(&text), Some(value)),
                Err(_) => prop_assert!(
                    value.contains(['\n', '\r', '\0', '$', '~']) || value.contains("%(")
                        || value.contains('"') && value.contains('\'')
                ),
            }
        }
    }

    #[test]
    fn paths() {
        assert_eq!(path("~/Mail/it's").as_deref(), Ok("\"~/Mail/it's\""));
        assert!(path("~/Mail/$HOME").is_err());
        assert!(quote("~").is_err());
    }
}
