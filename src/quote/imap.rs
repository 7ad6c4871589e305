//! Strings of IMAP commands (RFC 3501, section 9: `astring`), for programs that send a setting without quoting it.

/// Whether a text stands for itself in a command.
pub fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !"(){%*\"\\]".contains(c))
}

/// A text as it has to stand in a command: bare or between quotes. Both hold ASCII only.
pub fn quote(text: &str) -> String {
    if is_atom(text) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first string of what is left of a command, and what follows it.
    fn read(command: &str) -> Option<(String, &str)> {
        let Some(rest) = command.strip_prefix('"') else {
            let end = command.find(' ')?;
            return Some((command[..end].to_owned(), &command[end..]));
        };
        let mut out = String::new();
        let mut chars = rest.char_indices();
        loop {
            match chars.next()? {
                (at, '"') => return Some((out, &rest[at + 1..])),
                (_, '\\') => out.push(chars.next().map(|(_, c)| c).filter(|c| "\\\"".contains(*c))?),
                (_, c) => out.push(c),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            let command = format!("{} \"next\"", quote(&value));
            prop_assert_eq!(read(&command), Some((value, " \"next\"")));
        }
    }
}
