//! Files that Python's `ConfigParser` reads, which puts other values in for `%(name)s`: [`super::rawparser`] with every
//! `%` doubled (the module's documentation, "Interpolation of values").

use super::Unquotable;

/// A value as the rest of a line.
///
/// # Errors
/// As [`super::rawparser::quote`].
pub fn quote(value: &str) -> Result<String, Unquotable> {
    super::rawparser::quote(value).map(|v| v.replace('%', "%%"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A percent sign is doubled, or begins a reference: that is a fault here.
    fn interpolated(value: &str) -> Option<String> {
        let mut out = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            if c == '%' && chars.next() != Some('%') {
                return None;
            }
            out.push(c);
        }
        Some(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            if let Ok(rest) = quote(&value) {
                let read = crate::quote::rawparser::tests::read(&format!("key = {rest}\n"));
                prop_assert_eq!(read.and_then(|v| interpolated(&v)), Some(value));
            }
        }
    }
}
