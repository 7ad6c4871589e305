//! nullmailer's `remotes`: words of a line, quoted as in a shell.
//!
//! Only single quotes are written, within which nothing is special, and `\'` between them for their own sign
//! (nullmailer-send(8); `lib/argparse.cc`).

use super::Unquotable;

/// A word.
///
/// # Errors
/// When a line break stands in it.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(Unquotable { format: "nullmailer's remotes", reason: "a value ends with its line".to_owned() });
    }
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@/:+-".contains(&b)) {
        return Ok(value.to_owned());
    }
    Ok(format!("'{}'", value.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The words of a line.
    fn read(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match c {
                '\'' => word.get_or_insert_default().extend(chars.by_ref().take_while(|c| *c != '\'')),
                '\\' => word.get_or_insert_default().extend(chars.next()),
                c if c.is_ascii_whitespace() => words.extend(word.take()),
                c => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        words
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(word) => {
                    prop_assert!(!word.contains(['\n', '\r']));
                    prop_assert_eq!(read(&format!("host smtp pass={word} tls")), vec!["host".into(), "smtp".into(), format!("pass={value}"), "tls".into()]);
                }
                Err(why) => prop_assert!(value.contains(['\n', '\r', '\0']), "{}", why),
            }
        }
    }
}
