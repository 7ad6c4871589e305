//! YAML, double-quoted scalars (YAML 1.1 and 1.2, section 5.7, escaped characters), and what programs read in them:
//! Spring's placeholders and Alertmanager's templates.

use super::Unquotable;
use super::escape::double_quoted;

/// A text as a double-quoted scalar.
///
/// # Errors
/// None: such a scalar can hold everything.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    Ok(double_quoted(text, "\"\\", |n| match n {
        0..=0xff => format!("\\x{n:02x}"),
        0x100..=0xffff => format!("\\u{n:04x}"),
        _ => format!("\\U{n:08x}"),
    }))
}

/// A value of Spring: in it `${...}` is a placeholder, which no version before 6.2 can be kept from filling in.
///
/// # Errors
/// When `${` stands in it.
pub fn spring(text: &str) -> Result<String, Unquotable> {
    if text.contains("${") {
        let reason = "`${` begins a placeholder, and only Spring 6.2 and later can write one that is none".to_owned();
        return Err(Unquotable { format: "Spring's configuration", reason });
    }
    quote(text)
}

/// A text in which Alertmanager runs no template (Go's text/template): `{{` prints itself.
///
/// # Errors
/// None.
pub fn alertmanager(text: &str) -> Result<String, Unquotable> {
    quote(&text.replace("{{", "{{\"{{\"}}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        crate::quote::escape::what_is_written_is_read(quote, "\"\\", false);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn spring_fills_nothing_in(value in crate::quote::nasty()) {
            match spring(&value) {
                Ok(literal) => prop_assert_eq!(Ok(literal), quote(&value)),
                Err(_) => prop_assert!(value.contains("${"), "{}", value),
            }
        }

        /// Go's template, as far as ours go: an action that prints a string.
        #[test]
        fn alertmanager_runs_nothing(value in prop_oneof![crate::quote::nasty(), "[{}\"a ]{0,12}"]) {
            let literal = alertmanager(&value).expect("everything");
            let (text, _) = crate::quote::escape::read(&literal, "\"\\", false).expect("a scalar");
            let mut printed = String::new();
            let mut rest = text.as_str();
            while let Some((before, action)) = rest.split_once("{{") {
                printed.push_str(before);
                let after = action.strip_prefix("\"{{\"}}");
                prop_assert!(after.is_some(), "{}", text);
                printed.push_str("{{");
                rest = after.unwrap_or_default();
            }
            printed.push_str(rest);
            prop_assert_eq!(printed, value);
        }
    }
}
