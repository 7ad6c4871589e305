//! POSIX extended regular expressions, as mutt's hooks and `alternates` read them.

/// A text that matches only itself.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.[]{}()*+?^$|".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        /// Every character of an expression stands for itself: a special one only behind a backslash.
        #[test]
        fn only_itself_matches(value in crate::quote::nasty()) {
            let mut read = String::new();
            let escaped = super::escape(&value);
            let mut chars = escaped.chars();
            while let Some(c) = chars.next() {
                if c == '\\' {
                    read.extend(chars.next());
                } else {
                    prop_assert!(!".[]{}()*+?^$|".contains(c), "{}", c);
                    read.push(c);
                }
            }
            prop_assert_eq!(read, value);
        }
    }

    #[test]
    fn special_characters() {
        assert_eq!(super::escape("a+b@c.org"), r"a\+b@c\.org");
    }
}
