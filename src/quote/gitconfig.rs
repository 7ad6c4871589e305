//! git's configuration: `name = value`, with one kind of quotes.
//!
//! Outside of quotes `#` and `;` begin a comment and blanks at the edges are lost; inside, `\"`, `\\`, `\n`, `\t` and `\b`
//! are the only escapes, and any other one makes git refuse the whole file (git-config(1), "Syntax"; `config.c`).

use super::Unquotable;

/// A value.
///
/// # Errors
/// When NUL or a carriage return stands in it: git drops the latter before a line feed.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\0', '\r']) {
        return Err(Unquotable {
            format: "git's configuration",
            reason: "a NUL or a carriage return stands in it".to_owned(),
        });
    }
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@/:+-".contains(&b)) {
        return Ok(value.to_owned());
    }
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What git reads after the equals sign of a line, as its manual says; `None` where it refuses the file.
    fn read(rest: &str) -> Option<String> {
        let mut out = String::new();
        let mut kept = 0;
        let mut quoted = false;
        let mut chars = rest.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => quoted = !quoted,
                '\\' => out.push(match chars.next()? {
                    'n' => '\n',
                    't' => '\t',
                    'b' => '\u{8}',
                    c @ ('"' | '\\') => c,
                    _ => return None,
                }),
                '\n' => return None,
                '#' | ';' if !quoted => break,
                c if c.is_ascii_whitespace() && !quoted => {
                    if !out.is_empty() {
                        out.push(c);
                    }
                    continue;
                }
                c => out.push(c),
            }
            kept = out.len();
        }
        out.truncate(kept);
        (!quoted).then_some(out)
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
                Err(why) => prop_assert!(value.contains(['\0', '\r']), "{}", why),
            }
        }
    }
}
