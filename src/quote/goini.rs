//! aerc's accounts.conf: an INI file as the Go package `ini` reads it (github.com/go-ini/ini 1.67, `parser.go` and
//! `key.go`; seen in aerc 0.14).
//!
//! In a bare value `#` and `;` begin a comment wherever they stand, a backslash at the end joins the next line, and one
//! pair of quotes is taken off. Between backticks everything is literal up to the last backtick of the line. In both,
//! `%(key)s` is replaced by another key's value.

use super::Unquotable;

/// A value.
///
/// # Errors
/// When it holds a line break or what would be replaced.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: "aerc's accounts.conf", reason: reason.to_owned() });
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value ends with its line");
    }
    if value.split("%(").skip(1).any(|rest| rest.find(")s").is_some_and(|end| end > 0)) {
        return refuse("`%(...)s` would be replaced by another key's value");
    }
    let bare = !value.is_empty()
        && value.trim() == value
        && !value.contains(['#', ';', '`', '"', '\'', '\\'])
        && !value.contains(char::is_control);
    Ok(if bare { value.to_owned() } else { format!("`{value}`") })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line's value as go-ini reads it with its usual options, written from `readValue`; `None` when the value goes on
    /// in the next line or would have something replaced.
    fn read(rest: &str) -> Option<String> {
        let line = rest.trim_start();
        let replaced = |text: &str| {
            text.match_indices("%(").any(|(at, _)| {
                text[at + 2..].find(')').is_some_and(|end| end > 0 && text[at + 2 + end..].starts_with(")s"))
            })
        };
        if replaced(line) {
            return None;
        }
        for quote in ["\"\"\"", "`"] {
            if line.starts_with(quote) && (quote == "`" || line.len() > 3) {
                let inside = &line[quote.len()..];
                return inside.rfind(quote).map(|end| inside[..end].to_owned());
            }
        }
        let mut line = line.trim();
        if line.ends_with('\\') {
            return None;
        }
        if let Some(comment) = line.find(['#', ';']) {
            line = line[..comment].trim();
        }
        for quote in ['\'', '"'] {
            let inside = line.strip_prefix(quote).and_then(|l| l.strip_suffix(quote));
            if let Some(inside) = inside.filter(|i| !i.contains(quote)) {
                return Some(inside.to_owned());
            }
        }
        Some(line.to_owned())
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
                Err(why) => prop_assert!(value.contains(['\n', '\r', '\0']) || value.contains("%("), "{}", why),
            }
        }
    }

    #[test]
    fn bare_and_quoted() {
        for (value, line) in [
            ("imaps://a%40b@c:993", "imaps://a%40b@c:993"),
            ("Ada Lovelace <a@b>", "Ada Lovelace <a@b>"),
            ("cat x | head -n 1 # y", "`cat x | head -n 1 # y`"),
            ("a`b`", "`a`b``"),
            ("", "``"),
        ] {
            assert_eq!(quote(value).as_deref(), Ok(line));
        }
        assert!(quote("%(from)s").is_err());
    }
}
