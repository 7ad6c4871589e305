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
    #[test]
    fn special_characters() {
        assert_eq!(super::escape("a+b@c.org"), r"a\+b@c\.org");
    }
}
