//! Python string literals, between double quotes (Python's reference, section 2.4.1, string and bytes literals).

use super::Unquotable;
use super::escape::double_quoted;

/// A text as a literal.
///
/// # Errors
/// None: a literal can hold everything.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    Ok(double_quoted(text, "\"\\", |n| match n {
        0..=0xff => format!("\\x{n:02x}"),
        0x100..=0xffff => format!("\\u{n:04x}"),
        _ => format!("\\U{n:08x}"),
    }))
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
    fn what_is_written_is_read() {
        crate::quote::escape::what_is_written_is_read(super::quote, "\"\\", false);
    }
}
