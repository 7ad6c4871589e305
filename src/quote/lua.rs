//! String literals of Lua 5.1 and later: between double quotes, with a backslash before what would end them and three
//! decimal digits for control characters (the reference manual, section 3.1).

/// A text as a literal. Lua's strings hold any octet, so this never fails.
#[allow(clippy::unnecessary_wraps)] // The filters take a grammar that may refuse.
pub fn quote(value: &str) -> Result<String, super::Unquotable> {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if (c as u32) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\{:03}", c as u32)),
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

    /// A literal as the manual says it is read; an escape that is none of ours is a fault.
    fn read(literal: &str) -> Option<String> {
        let mut out = String::new();
        let mut chars = literal.strip_prefix('"')?.strip_suffix('"')?.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' | '\n' | '\r' => return None,
                '\\' => match chars.next()? {
                    c @ ('"' | '\\') => out.push(c),
                    first if first.is_ascii_digit() => {
                        let digits: String = std::iter::once(first).chain(chars.by_ref().take(2)).collect();
                        out.push(char::from(digits.parse::<u8>().ok()?));
                    }
                    _ => return None,
                },
                c => out.push(c),
            }
        }
        Some(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            prop_assert_eq!(quote(&value).ok().and_then(|l| read(&l)), Some(value));
        }
    }
}
