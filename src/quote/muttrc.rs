//! mutt's and neomutt's configuration language.
//!
//! Within `"..."` a backslash takes `"`, `\`, `$` and the backtick for themselves; `$NAME` and backticks are otherwise
//! expanded. The first line of what a backtick command prints is taken literally there, while outside quotes it is read
//! again as configuration: so a command never stands outside of them (mutt's `init.c`, `mutt_extract_token`).

use super::{Unquotable, shell};

const FORMAT: &str = "mutt's configuration";

/// A value in double quotes.
///
/// # Errors
/// When it holds a line break or NUL: a command ends with its line.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(Unquotable { format: FORMAT, reason: "a command ends with its line".to_owned() });
    }
    let mut out = String::with_capacity(value.len() + 8);
    out.push('"');
    escape(value, b"\"\\$`", &mut out);
    out.push('"');
    Ok(out)
}

/// A backslash before each of some ASCII characters.
fn escape(value: &str, special: &[u8], out: &mut String) {
    let mut from = 0;
    for (at, byte) in value.bytes().enumerate() {
        if special.contains(&byte) {
            out.push_str(&value[from..at]);
            out.push('\\');
            from = at;
        }
    }
    out.push_str(&value[from..]);
}

/// The argument of `my_hdr`, which is the rest of the command: quotes stand for themselves there, while a backslash, `$`,
/// the backtick, `#` and `;` mean what they mean everywhere (`parse_my_hdr`: `MUTT_TOKEN_SPACE | MUTT_TOKEN_QUOTE`).
///
/// # Errors
/// When it holds a line break or NUL.
pub fn header(value: &str) -> Result<String, Unquotable> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(Unquotable { format: FORMAT, reason: "a command ends with its line".to_owned() });
    }
    let mut out = String::with_capacity(value.len() + 8);
    escape(value, b"\\$`#;", &mut out);
    Ok(out)
}

/// What the two programs do with a command between backticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// mutt hands everything before the closing backtick to `sh` as it is; a backslash only keeps it from seeing the
    /// character behind.
    Mutt,
    /// NeoMutt expands backslashes and `$NAME` in it first (`TOKEN_BACKTICK_VARS`, since 2018).
    NeoMutt,
}

/// The first line that a shell line prints, as a value.
///
/// For mutt a line with a backtick, or whose last character is a backslash, is handed over in octal.
///
/// # Errors
/// When it holds a line break or NUL.
pub fn output_of(line: &str, dialect: Dialect) -> Result<String, Unquotable> {
    if line.contains(['\n', '\r', '\0']) {
        return Err(Unquotable { format: FORMAT, reason: "a command ends with its line".to_owned() });
    }
    match dialect {
        Dialect::NeoMutt => {
            let mut out = String::with_capacity(line.len() + 8);
            out.push_str("\"`");
            escape(line, b"\\$`", &mut out);
            out.push_str("`\"");
            Ok(out)
        }
        Dialect::Mutt if line.contains('`') || line.ends_with('\\') => {
            Ok(format!("\"`eval \"$({})\"`\"", shell::print(line)))
        }
        Dialect::Mutt => Ok(format!("\"`{line}`\"")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// mutt's tokeniser, written from `mutt_extract_token`: the token, and what it hands to `sh`.
    pub fn read(text: &str) -> Option<(String, Vec<String>, String)> {
        token(text, false)
    }

    /// `rest`: blanks and quotes stand for themselves, as in the argument of `my_hdr`.
    fn token(text: &str, rest: bool) -> Option<(String, Vec<String>, String)> {
        let chars: Vec<char> = text.chars().collect();
        let (mut out, mut commands, mut quote, mut i) = (String::new(), Vec::new(), None, 0);
        while i < chars.len() {
            let c = chars[i];
            if quote.is_none() && ((c.is_whitespace() && !rest) || c == '#' || c == ';') {
                break;
            }
            i += 1;
            if Some(c) == quote {
                quote = None;
            } else if quote.is_none() && !rest && (c == '\'' || c == '"') {
                quote = Some(c);
            } else if c == '\\' && quote != Some('\'') {
                let next = *chars.get(i)?;
                i += 1;
                match next {
                    't' => out.push('\t'),
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    'f' => out.push('\u{c}'),
                    'e' => out.push('\u{1b}'),
                    'c' | 'C' | '0'..='7' => return None,
                    other => out.push(other),
                }
            } else if c == '`' && quote != Some('\'') {
                let mut command = String::new();
                loop {
                    match chars.get(i)? {
                        '\\' => {
                            command.push('\\');
                            command.extend(chars.get(i + 1));
                            i += 2;
                        }
                        '`' => break,
                        other => {
                            command.push(*other);
                            i += 1;
                        }
                    }
                }
                i += 1;
                commands.push(command);
                quote?;
            } else if c == '$'
                && quote != Some('\'')
                && chars.get(i).is_some_and(|n| n.is_alphanumeric() || "{_".contains(*n))
            {
                return None;
            } else {
                out.push(c);
            }
        }
        if quote.is_some() {
            return None;
        }
        Some((out, commands, chars[i..].iter().collect()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            match quote(&value) {
                Ok(line) => {
                    prop_assert!(!line.contains(['\n', '\r']));
                    prop_assert_eq!(read(&format!("{line} rest")), Some((value, vec![], " rest".to_owned())));
                }
                Err(why) => prop_assert!(value.contains(['\n', '\r', '\0']), "{}", why),
            }
        }

        #[test]
        fn a_header_is_the_rest_of_its_command(value in crate::quote::nasty()) {
            match header(&value) {
                Ok(line) => prop_assert_eq!(token(&format!("{line};next"), true), Some((value, vec![], ";next".to_owned()))),
                Err(why) => prop_assert!(value.contains(['\n', '\r', '\0']), "{}", why),
            }
        }

        #[test]
        fn quoting_nests(value in crate::quote::nasty()) {
            if let Ok(inner) = quote(&value) {
                let statement = format!("set x={inner}");
                let hook = quote(&statement).expect("one line stays one line");
                let (read_statement, commands, _) = read(&hook).expect("a token");
                prop_assert!(commands.is_empty());
                prop_assert_eq!(&read_statement, &statement);
                prop_assert_eq!(read(&read_statement["set x=".len()..]).map(|r| r.0), Some(value));
            }
        }

        /// NeoMutt reads what stands between the backticks as a token of its own, in which quotes stand for themselves.
        #[test]
        fn a_command_reaches_the_shell_whole_in_neomutt(line in crate::quote::nasty()) {
            if let Ok(written) = output_of(&line, Dialect::NeoMutt) {
                let (text, commands, rest) = read(&written).expect("a token");
                prop_assert!(text.is_empty() && rest.is_empty() && commands.len() == 1);
                let mut command = String::new();
                let mut chars = commands[0].chars();
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => {
                            let next = chars.next().expect("a character behind a backslash");
                            prop_assert!(!"tnrfecC01234567".contains(next));
                            command.push(next);
                        }
                        '$' | '`' => prop_assert!(false, "{}", commands[0]),
                        c => command.push(c),
                    }
                }
                prop_assert_eq!(command, line);
            }
        }

        #[test]
        fn a_command_reaches_the_shell_whole(line in crate::quote::nasty()) {
            if let Ok(written) = output_of(&line, Dialect::Mutt) {
                let (text, commands, rest) = read(&written).expect("a token");
                prop_assert!(text.is_empty() && rest.is_empty());
                prop_assert_eq!(commands.len(), 1);
                let eval = commands[0].strip_prefix("eval \"$(printf '").and_then(|c| c.strip_suffix("')\""));
                match eval {
                    Some(format) if line.contains('`') || line.ends_with('\\') => {
                        prop_assert_eq!(crate::quote::printf(format), line);
                    }
                    _ => prop_assert_eq!(&commands[0], &line),
                }
            }
        }
    }
}
