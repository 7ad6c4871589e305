//! The parts of URLs that mail programs log in by (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but letters, digits and `-._~`: `@` and what is not ASCII, too.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A user name, a password, or a part of a path.
pub fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// A path: its slashes stay.
pub fn path(text: &str) -> String {
    const PATH: &AsciiSet = &PART.remove(b'/');
    utf8_percent_encode(text, PATH).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        /// Read by the crate of the URL standard, which encodes by itself what this left alone.
        #[test]
        fn what_is_written_is_read(user in crate::quote::nasty(), password in crate::quote::nasty(), way in crate::quote::nasty()) {
            let text = format!("imaps://{}:{}@h.example:993/{}", part(&user), part(&password), path(&way));
            let read = url::Url::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
            let decoded = |s: &str| percent_encoding::percent_decode_str(s).decode_utf8_lossy().into_owned();
            prop_assert_eq!(read.host_str(), Some("h.example"));
            prop_assert_eq!(read.port(), Some(993));
            prop_assert_eq!(decoded(read.username()), user);
            prop_assert_eq!(decoded(read.password().unwrap_or_default()), password);
            // `.` and `..` are steps in any path.
            if !way.split('/').any(|s| s == "." || s == "..") {
                prop_assert_eq!(decoded(read.path()), format!("/{way}"));
            }
        }
    }
}
