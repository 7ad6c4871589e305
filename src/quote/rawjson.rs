//! Files of Python's `RawConfigParser` whose values are JSON, written by JSON's own serializer: one line each, which nothing trims.

/// A text as a JSON string, on one line.
#[allow(clippy::unnecessary_wraps)] // The filters take a grammar that may refuse.
pub fn quote(value: &str) -> Result<String, super::Unquotable> {
    Ok(serde_json::Value::from(value).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Python's `RawConfigParser` sees one line without blanks at its ends, and `json.loads` the text.
    fn read(line: &str) -> Option<String> {
        let value = crate::quote::rawparser::tests::read(&format!("key = {line}\n"))?;
        serde_json::from_str(&value).ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            prop_assert_eq!(quote(&value).ok().and_then(|l| read(&l)), Some(value));
        }
    }
}
