//! What Thunderbird's JXON makes of an element: JavaScript values, with texts that look like numbers or booleans turned
//! into such (comm-central `mailnews/base/src/JXON.sys.mjs`, verbosity 1).
//!
//! Only what its reader of autoconfig does with such a value is here.

use crate::clients::document::Element;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// There is no such element.
    Undefined,
    /// An empty element is `true`, and so is the word.
    Bool(bool),
    /// A text that JavaScript's `Number` takes; `NaN` for blanks.
    Number(f64),
    /// Any other text.
    Text(String),
    /// An element with attributes, elements or a comment alone.
    Object,
}

impl Value {
    /// Of an element.
    pub fn of(element: Option<&Element>) -> Value {
        let Some(element) = element else { return Value::Undefined };
        let text = element.text();
        let parts = !element.attributes.is_empty() || element.children().next().is_some();
        match (parts, element.content.is_empty()) {
            (false, true) => Value::Bool(true),
            (true, _) => Value::Object,
            (false, false) if text.is_empty() => Value::Object,
            (false, false) => Value::of_text(&text),
        }
    }

    /// Of an attribute or a text.
    pub fn of_text(text: &str) -> Value {
        match text {
            t if t.eq_ignore_ascii_case("true") => Value::Bool(true),
            t if t.eq_ignore_ascii_case("false") => Value::Bool(false),
            t => number(t).map_or_else(|| Value::Text(t.to_owned()), Value::Number),
        }
    }

    /// `String(value)`.
    pub fn string(&self) -> String {
        match self {
            Value::Undefined => "undefined".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => shown(*value),
            Value::Text(text) => text.clone(),
            Value::Object => "[object Object]".to_owned(),
        }
    }

    /// Whether `!value` is true.
    pub fn is_falsy(&self) -> bool {
        match self {
            Value::Undefined | Value::Bool(false) => true,
            Value::Number(value) => *value == 0.0 || value.is_nan(),
            Value::Text(text) => text.is_empty(),
            Value::Bool(true) | Value::Object => false,
        }
    }

    /// Whether it equals a word: no number and no boolean does.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Value::Text(text) if text == word)
    }

    /// `InputSanitizer.integer`.
    pub fn integer(&self) -> Option<f64> {
        match self {
            Value::Number(value) if !value.is_nan() => Some(value.trunc()),
            Value::Text(text) => parse_int(text),
            _ => None,
        }
    }
}

/// What JavaScript takes for white space at the ends of a number or in `trim`.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() && c != '\u{85}' || c == '\u{feff}')
}

/// `isFinite(text) ? parseFloat(text) : text`.
fn number(text: &str) -> Option<f64> {
    let trimmed = trimmed(text);
    if trimmed.is_empty() {
        // Number("") is 0, parseFloat("") is not.
        return Some(f64::NAN);
    }
    let lower = trimmed.to_ascii_lowercase();
    let digits_of = |prefix: &str, radix: u32| {
        lower.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    if digits_of("0x", 16) || digits_of("0o", 8) || digits_of("0b", 2) {
        // Number() reads these, parseFloat() stops at the letter.
        return Some(0.0);
    }
    let decimal = lower.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && lower.bytes().all(|b| b.is_ascii_digit() || b"+-.e".contains(&b));
    lower.parse::<f64>().ok().filter(|value| decimal && value.is_finite())
}

/// `parseInt(text)`: the digits at its beginning.
fn parse_int(text: &str) -> Option<f64> {
    let text = trimmed(text);
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"));
    let (radix, digits) = hex.map_or((10, rest), |hex| (16, hex));
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let value =
        digits[..end].chars().filter_map(|c| c.to_digit(radix)).fold(0.0, |n, d| n * f64::from(radix) + f64::from(d));
    (end > 0).then_some(sign * value)
}

/// `String(number)`.
fn shown(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_numbers_and_booleans() {
        for (text, becomes) in [
            ("00123", "123"),
            ("1e3", "1000"),
            ("0x1F", "0"),
            ("+49123", "49123"),
            ("12345678901234567890", "12345678901234567000"),
            ("TRUE", "true"),
            ("False", "false"),
            (" 12 ", "12"),
            ("   ", "NaN"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e21", "1e+21"),
            ("1e-7", "1e-7"),
            ("-0", "0"),
            ("%EMAILADDRESS%", "%EMAILADDRESS%"),
            ("inf", "inf"),
            ("nan", "nan"),
            ("Infinity", "Infinity"),
            ("1_000", "1_000"),
            ("12a", "12a"),
            ("1e999", "1e999"),
            ("-0x1", "-0x1"),
        ] {
            assert_eq!(Value::of_text(text).string(), becomes, "{text}");
        }
    }

    #[test]
    fn ports() {
        for (text, becomes) in [
            ("993", Some(993.0)),
            ("993abc", Some(993.0)),
            (" 993 ", Some(993.0)),
            ("993.7", Some(993.0)),
            ("abc", None),
            ("", None),
            ("-1x", Some(-1.0)),
        ] {
            assert_eq!(Value::of_text(text).integer(), becomes, "{text}");
        }
        assert_eq!(Value::Bool(true).integer(), None);
    }
}
