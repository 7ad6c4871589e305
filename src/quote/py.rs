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

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_written_is_read() {
        crate::quote::escape::what_is_written_is_read(super::quote, "\"\\", false);
    }
}
