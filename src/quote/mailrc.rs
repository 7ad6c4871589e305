//! S-nail's `.mailrc`: arguments of commands with the modifier `wysh`, and lines for the shell (s-nail(1), "Shell-style
//! argument quoting").
//!
//! Between `$'` and `'` a backslash begins an escape and nothing else is special. What follows `!` is given to the
//! shell as it is; only a backslash at its very end would join the next line.

use super::Unquotable;

const FORMAT: &str = "S-nail's .mailrc";

/// An argument of a `wysh` command.
///
/// # Errors
/// When it holds a NUL.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains('\0') {
        return Err(Unquotable { format: FORMAT, reason: "a NUL ends a value".into() });
    }
    let bare = !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@/:+=%,-".contains(&b));
    if bare {
        return Ok(value.to_owned());
    }
    let mut out = String::from("$'");
    for c in value.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\{:03o}", u32::from(c))),
            // A dollar sign begins an expansion after a backslash only; seen as its number it begins nothing.
            c => out.push(c),
        }
    }
    out.push('\'');
    Ok(out)
}

/// A line for the shell that prints what a command's output is, without the line feed at its end: `printf %s "$(...)"`.
///
/// # Errors
/// When it holds a line break.
pub fn output_of(line: &str) -> Result<String, Unquotable> {
    if line.contains(['\n', '\r', '\0']) {
        return Err(Unquotable { format: FORMAT, reason: "a command ends with its line".into() });
    }
    Ok(format!("printf %s \"$({line})\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One argument as the manual page says that it is read; `None` when it is not one or expands anything.
    fn read(text: &str) -> Option<String> {
        let Some(inside) = text.strip_prefix("$'") else {
            return (!text.contains(|c: char| c.is_whitespace() || "'\"\\$`;&|#".contains(c)) && !text.is_empty())
                .then(|| text.to_owned());
        };
        let mut out = String::new();
        let mut chars = inside.chars();
        loop {
            match chars.next()? {
                '\'' => return chars.next().is_none().then_some(out),
                '\n' => return None,
                '\\' => match chars.next()? {
                    c @ ('\\' | '\'') => out.push(c),
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    c @ '0'..='7' => {
                        let octal: String = std::iter::once(c).chain(chars.by_ref().take(2)).collect();
                        out.push(u32::from_str_radix(&octal, 8).ok().and_then(char::from_u32)?);
                    }
                    _ => return None,
                },
                c => out.push(c),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(argument) => prop_assert_eq!(read(&argument), Some(value)),
                Err(_) => prop_assert!(value.contains('\0')),
            }
        }

        #[test]
        fn a_line_stays_one(value in crate::quote::nasty()) {
            match output_of(&value) {
                Ok(line) => prop_assert!(!line.contains('\n') && line.ends_with('"')),
                Err(_) => prop_assert!(value.contains(['\n', '\r', '\0'])),
            }
        }
    }
}
