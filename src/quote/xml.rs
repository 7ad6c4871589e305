//! XML 1.0 text and attribute values.
//!
//! Characters that XML cannot hold at all are refused when the account is resolved ([`crate::account::Text`]); the
//! escaper fails on them nevertheless.

use std::fmt;

/// The escaper of `.xml` templates.
#[derive(Clone, Copy, Debug, Default)]
pub struct Xml;

impl askama::filters::Escaper for Xml {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => dest.write_str("&amp;")?,
                '<' => dest.write_str("&lt;")?,
                '>' => dest.write_str("&gt;")?,
                '"' => dest.write_str("&quot;")?,
                '\'' => dest.write_str("&apos;")?,
                '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                    return Err(fmt::Error);
                }
                c => dest.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(value in crate::quote::nasty()) {
            let mut xml = String::from("<a b=\"");
            let ok = super::Xml.write_escaped_str(&mut xml, &value).is_ok();
            xml.push_str("\"/>");
            if ok && !value.contains(['\t', '\n', '\r']) {
                let mut reader = quick_xml::Reader::from_str(&xml);
                match reader.read_event().expect("well-formed") {
                    quick_xml::events::Event::Empty(e) => {
                        let attributes: Vec<_> = e.attributes().collect();
                        prop_assert_eq!(attributes.len(), 1);
                        let raw = attributes[0].as_ref().expect("attribute");
                        let text = raw.normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("value");
                        prop_assert_eq!(text.as_ref(), value.as_str());
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
                prop_assert!(matches!(reader.read_event(), Ok(quick_xml::events::Event::Eof)));
            } else {
                prop_assert!(ok || value.chars().any(|c| (c as u32) < 0x20 || c as u32 >= 0xfffe));
            }
        }
    }
}
