//! Python string literals, between double quotes (Python's reference, section 2.4.1, string and bytes literals).

use super::Unquotable;
use super::escape::double_quoted;

/// A text as a literal: it can hold everything.
pub fn literal(text: &str) -> String {
    double_quoted(text, "\"\\", |n| match n {
        0..=0xff => format!("\\x{n:02x}"),
        0x100..=0xffff => format!("\\u{n:04x}"),
        _ => format!("\\U{n:08x}"),
    })
}

/// The same for templates.
///
/// # Errors
/// None.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    Ok(literal(text))
}

/// A list of texts.
pub fn list<S: AsRef<str>>(texts: &[S]) -> String {
    format!("[{}]", texts.iter().map(|t| literal(t.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A tuple of texts; one of a single text has a comma, too.
pub fn tuple<S: AsRef<str>>(texts: &[S]) -> String {
    let comma = if texts.len() == 1 { "," } else { "" };
    format!("({}{comma})", texts.iter().map(|t| literal(t.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A login: Python's `smtplib` sends no others than ASCII ones.
///
/// # Errors
/// When it is not ASCII.
pub fn smtplib(text: &str) -> Result<String, Unquotable> {
    if text.is_ascii() {
        return quote(text);
    }
    Err(Unquotable { format: "Python's smtplib", reason: "it fails on a login that is not ASCII".to_owned() })
}

#[cfg(test)]
mod tests {
    #[test]
    fn logins() {
        assert!(super::smtplib("jörg").is_err());
        assert_eq!(super::smtplib("a\"b"), super::quote("a\"b"));
    }

    #[test]
    fn several() {
        assert_eq!(super::list(&["a", "b'"]), "[\"a\", \"b'\"]");
        assert_eq!(super::tuple(&["a"]), "(\"a\",)");
    }

    #[test]
    fn what_is_written_is_read() {
        crate::quote::escape::what_is_written_is_read(super::quote, "\"\\", false);
    }
}
