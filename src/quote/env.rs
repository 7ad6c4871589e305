//! `.env` files. There is no standard: every reader has its own rules, so [`quote`] writes only what all of these read
//! alike: `sh` (`. ./.env`), Node.js (`--env-file`), python-dotenv, Ruby's dotenv, PHP's phpdotenv and Rust's dotenvy.
//! (`docker run --env-file` knows no quotes at all: it reads only what needs none.) [`laravel`] is for phpdotenv and what
//! Laravel makes of its values.
//!
//! Where they differ: within single quotes python-dotenv takes a backslash for an escape and fills in `${NAME}`; within
//! double quotes nearly everybody has other escapes, and most fill in `$NAME`; an apostrophe within single quotes is the
//! end for some and not for others.

use super::Unquotable;
use super::escape::hidden;

const FORMAT: &str = "a .env file";

fn inert(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@/:+%-".contains(&b))
}

fn refuse(format: &'static str, reason: &str) -> Unquotable {
    Unquotable { format, reason: reason.to_owned() }
}

/// A value that all readers read alike.
///
/// # Errors
/// What they do not agree about.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    if inert(text) {
        return Ok(text.to_owned());
    }
    if text.is_empty() {
        return Err(refuse(FORMAT, "an empty value is none at all for some of its readers"));
    }
    if text.contains(hidden) {
        return Err(refuse(FORMAT, "its readers do not agree about line breaks, controls and invisible characters"));
    }
    if text.contains('\'') {
        if text.contains(['"', '\\', '$', '`']) {
            let reason = "an apostrophe wants double quotes, in which its readers do not agree about `\"`, `\\`, `$` and backticks";
            return Err(refuse(FORMAT, reason));
        }
        return Ok(format!("\"{text}\""));
    }
    if text.contains("${") {
        return Err(refuse(FORMAT, "python-dotenv fills in `${...}` even within single quotes"));
    }
    if text.contains("\\\\") || text.ends_with('\\') {
        return Err(refuse(
            FORMAT,
            "python-dotenv takes a backslash before another one, or before the quote, for an escape",
        ));
    }
    Ok(format!("'{text}'"))
}

/// A value as Laravel reads it: phpdotenv's double quotes, and an inner pair where Laravel would take the value for `null`,
/// for `true`, or for one in quotes.
///
/// # Errors
/// When a control character stands in it.
pub fn laravel(text: &str) -> Result<String, Unquotable> {
    if text.contains(|c: char| c.is_control()) {
        return Err(refuse("Laravel's .env", "phpdotenv has no escape for control characters"));
    }
    let word = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text).to_lowercase();
    let read_as_another = ["true", "false", "empty", "null"].contains(&word.as_str());
    let in_quotes = text.len() > 1 && ["\"", "'"].iter().any(|q| text.starts_with(q) && text.ends_with(q));
    if inert(text) && !read_as_another {
        return Ok(text.to_owned());
    }
    let inner = if read_as_another || in_quotes { format!("\"{text}\"") } else { text.to_owned() };
    let mut out = String::from("\"");
    for c in inner.chars() {
        if "\"\\$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// POSIX sh, for one word that expands nothing.
    fn sh(value: &str) -> Option<String> {
        let quoted = |q: char| value.strip_prefix(q).and_then(|v| v.strip_suffix(q));
        if let Some(inside) = quoted('\'') {
            return (!inside.contains('\'')).then(|| inside.to_owned());
        }
        if let Some(inside) = quoted('"') {
            return (!inside.contains(['"', '\\', '$', '`'])).then(|| inside.to_owned());
        }
        let special = |c: char| c.is_whitespace() || "|&;<>()$`\\\"'*?[#~=!{}".contains(c);
        (!value.contains(special)).then(|| value.to_owned())
    }

    /// python-dotenv 1.2: `parser.py` and `variables.py`.
    fn python(value: &str) -> Option<String> {
        let Some(q) = value.chars().next().filter(|c| "'\"".contains(*c)) else {
            return (!value.contains(" #") && !value.contains("${")).then(|| value.trim_end().to_owned());
        };
        let mut out = String::new();
        let mut chars = value.chars().skip(1);
        loop {
            match chars.next()? {
                c if c == q => break,
                '\\' => match chars.next()? {
                    c @ ('\\' | '\'') => out.push(c),
                    c if q == '\'' => out.extend(['\\', c]),
                    _ => return None,
                },
                c => out.push(c),
            }
        }
        (chars.next().is_none() && !out.contains("${")).then_some(out)
    }

    /// phpdotenv's `EntryParser`, then Laravel's `Env::get`; `None` for what is no text.
    fn php(value: &str) -> Option<String> {
        let text = match value.strip_prefix('"') {
            None => {
                if value.contains(['#', '$', '\'', '"']) || value.contains(char::is_whitespace) {
                    return None;
                }
                value.to_owned()
            }
            Some(rest) => {
                let mut out = String::new();
                let mut chars = rest.chars();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            c @ ('"' | '\\' | '$') => out.push(c),
                            _ => return None,
                        },
                        '$' => return None,
                        c => out.push(c),
                    }
                }
                if chars.next().is_some() {
                    return None;
                }
                out
            }
        };
        match text.to_lowercase().as_str() {
            "true" | "(true)" | "false" | "(false)" | "empty" | "(empty)" | "null" | "(null)" => return None,
            _ => {}
        }
        for q in ['"', '\''] {
            if text.len() > 1 && text.starts_with(q) && text.ends_with(q) {
                return Some(text[1..text.len() - 1].to_owned());
            }
        }
        Some(text)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            if let Ok(written) = quote(&value) {
                prop_assert!(!written.contains(|c: char| c.is_control()));
                prop_assert_eq!(sh(&written), Some(value.clone()));
                prop_assert_eq!(python(&written), Some(value));
            } else {
                let both = value.contains('\'') && value.contains(['"', '\\', '$', '`']);
                let need = value.is_empty() || value.contains(hidden) || both || value.contains("${")
                    || value.contains("\\\\") || value.ends_with('\\');
                prop_assert!(need, "{:?}", value);
            }
        }

        #[test]
        fn laravel_reads_what_is_written(value in prop_oneof![
            4 => crate::quote::nasty(),
            1 => prop::sample::select(vec!["null", "(TRUE)", "empty", "\"x\"", "''", "\"", "'x\""]).prop_map(str::to_owned),
        ]) {
            match laravel(&value) {
                Ok(written) => {
                    prop_assert!(!written.contains(|c: char| c.is_control()));
                    prop_assert_eq!(php(&written), Some(value));
                }
                Err(_) => prop_assert!(value.contains(|c: char| c.is_control())),
            }
        }
    }
}
