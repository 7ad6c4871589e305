//! Alpine's configuration: `name=value` to the end of the line (the comments at the head of a fresh `.pinerc`, and
//! Alpine 2.26).
//!
//! `$NAME` and `${NAME}` are replaced by what stands in the environment, wherever they stand, and `$$` is a dollar sign.
//! The elements of a list stand between commas, and between quotes where they hold one; in quotes a backslash takes the
//! meaning from the next character.

use super::Unquotable;

/// The longest login that a mailbox may have (`NETMAXUSER` of c-client).
pub const LONGEST_USER: usize = 64;

fn refuse(reason: &str) -> Unquotable {
    Unquotable { format: "Alpine's configuration", reason: reason.to_owned() }
}

/// A value that is no list.
///
/// # Errors
/// When it holds a line break, or begins or ends with a blank or a quote, which Alpine takes off.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(refuse("a value ends with its line"));
    }
    if value.is_empty() {
        return Ok("\"\"".into());
    }
    if value.trim() != value || value.starts_with('"') {
        return Err(refuse("blanks and quotes at its edges are taken off"));
    }
    Ok(value.replace('$', "$$"))
}

/// A text between quotes: an element of a list, or a login within a mailbox.
///
/// # Errors
/// When it holds a line break.
pub fn quoted(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(refuse("a value ends with its line"));
    }
    Ok(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A login, as it stands in a mailbox's name: `/user="..."`.
///
/// # Errors
/// When it is too long, or holds a brace, which ends the server's part of the name.
pub fn user(login: &str) -> Result<String, Unquotable> {
    if login.len() > LONGEST_USER {
        return Err(refuse("a login may have 64 bytes"));
    }
    if login.contains('}') {
        return Err(refuse("a `}` in a login would end the server's name"));
    }
    quoted(login)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BRACE: char = '}';

    /// A value as Alpine has it in the end; `None` when something of the environment would stand in it.
    fn read(value: &str) -> Option<String> {
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        let mut out = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            if c == '$' && chars.next() != Some('$') {
                return None;
            }
            out.push(c);
        }
        Some(out)
    }

    fn read_quoted(text: &str) -> Option<String> {
        let mut out = String::new();
        let mut chars = text.strip_prefix('"')?.chars();
        loop {
            match chars.next()? {
                '"' => return chars.next().is_none().then_some(out),
                '\\' => out.push(chars.next()?),
                c => out.push(c),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            let broken = value.contains(['\n', '\r', '\0']);
            match quote(&value) {
                Ok(line) => prop_assert_eq!(read(&line), Some(value.clone())),
                Err(_) => prop_assert!(broken || value.trim() != value || value.starts_with('"')),
            }
            match quoted(&value) {
                Ok(text) => prop_assert_eq!(read_quoted(&text), Some(value.clone())),
                Err(_) => prop_assert!(broken),
            }
            match user(&value) {
                Ok(text) => {
                    prop_assert_eq!(text.find(BRACE), None);
                    prop_assert_eq!(read_quoted(&text), Some(value));
                }
                Err(_) => prop_assert!(broken || value.contains(BRACE) || value.len() > LONGEST_USER),
            }
        }
    }
}
