//! Ruby string literals, between double quotes (Ruby's `doc/syntax/literals.rdoc`): `#` is quoted, too, since `#{`, `#$`
//! and `#@` begin an interpolation.

use super::Unquotable;
use super::escape::double_quoted;

/// A text as a literal.
///
/// # Errors
/// None: a literal can hold everything.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    Ok(double_quoted(text, "\"\\#", |n| format!("\\u{{{n:x}}}")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_written_is_read() {
        crate::quote::escape::what_is_written_is_read(super::quote, "\"\\#", true);
        for end in ["#{id}", "#$x", "#@x"] {
            assert!(!super::quote(end).expect("quoted").contains("\"#"));
        }
    }
}
