//! isync's configuration: a keyword and words, each bare or between double quotes.
//!
//! A backslash takes the next character as it is; a line has 1023 octets with its end (`config.c`, seen in 1.4.4: a
//! longer one is cut and read as two).

use super::Unquotable;

const FORMAT: &str = "isync's configuration";

/// The longest word as it is written: with the longest keyword the line stays below isync's limit.
pub const LONGEST: usize = 980;

/// A value as a word between quotes.
///
/// # Errors
/// When it is empty, too long, or holds a line break.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason: &str| Err(Unquotable { format: FORMAT, reason: reason.to_owned() });
    if value.is_empty() {
        return refuse("an empty value reads as none at all");
    }
    if value.contains(['\n', '\r', '\0']) {
        return refuse("a value ends with its line");
    }
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    if out.len() > LONGEST {
        return refuse("isync reads lines of 1,022 octets at the most");
    }
    Ok(out)
}

/// A folder's name as a pattern that fits only itself, between signs of the pattern's own.
///
/// # Errors
/// As [`quote`], and when the name holds what patterns take for their own and cannot be told not to.
pub fn pattern(before: &str, value: &str, after: &str) -> Result<String, Unquotable> {
    if value.contains(['*', '%']) || value.starts_with('!') {
        return Err(Unquotable {
            format: FORMAT,
            reason: "in a pattern `*` and `%` stand for other characters, and `!` in front for the contrary".to_owned(),
        });
    }
    quote(&format!("{before}{value}{after}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The words of a line, written from `get_arg` of isync's `config.c`: blanks separate, quotes toggle, a backslash
    /// takes the next octet, `#` at the start of a word ends the line.
    fn words(line: &str) -> Option<Vec<String>> {
        let mut out = Vec::new();
        let mut chars = line.chars().peekable();
        loop {
            while chars.peek().is_some_and(|c| c.is_ascii_whitespace()) {
                chars.next();
            }
            match chars.peek() {
                None | Some('#') => return Some(out),
                Some(_) => {}
            }
            let (mut word, mut quoted) = (String::new(), false);
            while let Some(&c) = chars.peek() {
                if !quoted && c.is_ascii_whitespace() {
                    break;
                }
                chars.next();
                match c {
                    '\\' => word.push(chars.next()?),
                    '"' => quoted = !quoted,
                    c => word.push(c),
                }
            }
            if quoted {
                return None;
            }
            out.push(word);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(word) => {
                    prop_assert!(!word.contains(['\n', '\r']) && word.len() <= LONGEST);
                    prop_assert_eq!(words(&format!("User {word}")), Some(vec!["User".to_owned(), value]));
                }
                Err(why) => {
                    let need = value.is_empty() || value.len() > LONGEST / 2 || value.contains(['\n', '\r', '\0']);
                    prop_assert!(need, "{}", why);
                }
            }
        }

        #[test]
        fn a_pattern_stands_for_itself(value in crate::quote::nasty()) {
            if let Ok(word) = pattern("", &value, "") {
                prop_assert_eq!(Ok(word), quote(&value));
                prop_assert!(!value.contains(['*', '%']) && !value.starts_with('!'));
            }
        }
    }
}
