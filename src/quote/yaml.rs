//! YAML scalars: a JSON string is a double-quoted scalar of YAML 1.2 (its specification, chapter 1.3), and JSON's own
//! serializer writes it.

use super::Unquotable;

/// A text as a double-quoted scalar.
///
/// # Errors
/// When the text holds a character that YAML does not let stand and JSON does not escape.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    if value.chars().any(|c| c == '\u{7f}' || ('\u{80}'..='\u{9f}').contains(&c) || "\u{fffe}\u{ffff}".contains(c)) {
        return Err(Unquotable { format: "YAML", reason: "a control character stands in it".to_owned() });
    }
    Ok(serde_json::Value::from(value).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            if let Ok(text) = quote(&value) {
                prop_assert!(!text.contains('\n'));
                let read: std::collections::BTreeMap<String, String> =
                    serde_yaml::from_str(&format!("key: {text}\n")).map_err(|e| TestCaseError::fail(e.to_string()))?;
                prop_assert_eq!(read.get("key"), Some(&value));
            } else {
                let need = value.chars().any(|c| c.is_control() || "\u{fffe}\u{ffff}".contains(c));
                prop_assert!(need, "{value:?}");
            }
        }
    }
}
