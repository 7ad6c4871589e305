//! What the string literals of several languages have in common: which characters are better written by their number.

/// Controls, and characters that are invisible or turn the direction of what is read: nobody sees them in a file.
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text between double quotes: these characters behind a backslash, hidden ones by their number.
pub fn double_quoted(text: &str, special: &str, number: impl Fn(u32) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if hidden(c) {
            out.push_str(&number(c as u32));
        } else {
            if special.contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out.push('"');
    out
}

/// The reader of such a literal, for the grammars' tests: the text and what follows it.
#[cfg(test)]
pub(crate) fn read(literal: &str, special: &str, braces: bool) -> Option<(String, String)> {
    let mut chars = literal.strip_prefix('"')?.chars();
    let mut out = String::new();
    loop {
        match chars.next()? {
            '"' => return Some((out, chars.collect())),
            '\\' => match chars.next()? {
                'u' if braces => {
                    let number: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    out.push(char::from_u32(u32::from_str_radix(&number, 16).ok()?)?);
                }
                length @ ('x' | 'u' | 'U') => {
                    let digits = match length {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let number: String = chars.by_ref().take(digits).collect();
                    out.push(char::from_u32(u32::from_str_radix(&number, 16).ok()?)?);
                }
                c if special.contains(c) => out.push(c),
                _ => return None,
            },
            '\n' | '\r' => return None,
            c => out.push(c),
        }
    }
}

/// The property of every such grammar.
#[cfg(test)]
pub(crate) fn what_is_written_is_read(
    quote: fn(&str) -> Result<String, super::Unquotable>,
    special: &str,
    braces: bool,
) {
    use proptest::prelude::*;
    let config =
        ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(value in crate::quote::nasty())| {
        let literal = quote(&value).expect("it can hold everything");
        let breaks = |c: char| c.is_control() || "\u{2028}\u{2029}".contains(c);
        prop_assert!(!literal.contains(breaks), "{}", literal);
        prop_assert_eq!(read(&literal, special, braces), Some((value, String::new())));
    });
}
