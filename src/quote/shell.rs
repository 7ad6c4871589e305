//! Shell words (POSIX sh). The quoting itself is the shlex crate's.

/// A word, quoted where it must be.
pub fn quote(word: &str) -> String {
    // NUL cannot reach here: it is refused when the account is resolved.
    shlex::try_quote(word).map_or_else(|_| "''".to_owned(), |q| q.into_owned())
}

/// A path: `~/` at the beginning stays outside the quotes, so that the shell expands it.
pub fn path(path: &str) -> String {
    match path.strip_prefix("~/") {
        Some("") => "~/".to_owned(),
        Some(rest) => format!("~/{}", quote(rest)),
        None => quote(path),
    }
}

/// A path for a program that puts it through `wordexp` (POSIX: what the shell expands, commands too), without quotes: they
/// would hide a `~` that is replaced later. A backslash takes the meaning from the next character; a line break it would
/// take away, and `wordexp` knows none.
pub fn expanded(path: &str) -> Option<String> {
    if path.contains(['\n', '\0']) {
        return None;
    }
    let mut out = String::new();
    for (at, c) in path.char_indices() {
        let home = at == 0 && c == '~' && (path == "~" || path.starts_with("~/"));
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !"/._-+,@%:=".contains(c) && !home {
            out.push('\\');
        }
        out.push(c);
    }
    Some(out)
}

/// A command that prints a text exactly, on one line and in printable ASCII but for what is not: octal escapes of
/// `printf` hold everything else.
pub fn print(text: &str) -> String {
    format!("printf '{}'", printf_format(text))
}

/// A text as the format of `printf` within single quotes.
pub fn printf_format(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '%' => out.push_str("%%"),
            '\\' => out.push_str("\\134"),
            '\'' => out.push_str("\\047"),
            '`' => out.push_str("\\140"),
            // mutt takes a command in `signature` for a path and makes one slash of two.
            '/' => out.push_str("\\057"),
            // A format that begins with a hyphen is taken for an option.
            '-' if out.is_empty() => out.push_str("\\055"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\{:03o}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One word as POSIX sh reads it (XCU 2.2), written apart from the crate that quotes; `None` when it is not one word
    /// or would expand anything.
    fn read(text: &str) -> Option<String> {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\'' => loop {
                    match chars.next()? {
                        '\'' => break,
                        c => out.push(c),
                    }
                },
                '"' => loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            c @ ('$' | '`' | '"' | '\\') => out.push(c),
                            '\n' => {}
                            c => out.extend(['\\', c]),
                        },
                        '$' | '`' => return None,
                        c => out.push(c),
                    }
                },
                '\\' => out.push(chars.next()?),
                c if c.is_whitespace() && c.is_ascii() || "|&;<>()$`*?[#~{!".contains(c) => return None,
                c => out.push(c),
            }
        }
        Some(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_word_is_read_as_it_was(value in crate::quote::nasty()) {
            if !value.contains('\0') {
                prop_assert_eq!(read(&quote(&value)), Some(value));
            }
        }

        #[test]
        fn an_expanded_path_is_read_as_it_was(value in crate::quote::nasty()) {
            let path = format!("/{value}");
            match expanded(&path) {
                Some(escaped) => prop_assert_eq!(read(&escaped), Some(path)),
                None => prop_assert!(value.contains(['\n', '\0'])),
            }
        }

        #[test]
        fn a_text_is_printed_as_it_was(value in crate::quote::nasty()) {
            if !value.contains('\0') {
                let line = print(&value);
                prop_assert!(!line.contains(['\n', '\r', '`']));
                let format = line.strip_prefix("printf '").and_then(|l| l.strip_suffix('\''));
                prop_assert!(format.is_some_and(|f| !f.contains('\'') && !f.starts_with('-')));
                prop_assert_eq!(format.map(crate::quote::printf), Some(value));
            }
        }
    }

    #[test]
    fn words_and_paths() {
        assert_eq!(quote("mail/gmail"), "mail/gmail");
        assert_eq!(quote("it's"), "\"it's\"");
        assert_eq!(path("~/a b"), "~/'a b'");
        assert_eq!(path("/etc/x"), "/etc/x");
        assert_eq!(expanded("~/a b$(c)~").as_deref(), Some("~/a\\ b\\$\\(c\\)\\~"));
        assert_eq!(expanded("~a").as_deref(), Some("\\~a"));
        assert_eq!(print("a\nb%'\\`"), "printf 'a\\012b%%\\047\\134\\140'");
    }
}
