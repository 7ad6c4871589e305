//! Folder names as they go over the wire: IMAP's modified UTF-7 (RFC 3501, section 5.1.3).
//!
//! Printable ASCII stands for itself, `&` is `&-`, all else is base64 of UTF-16 between `&` and `-`, with `,` for `/`.
//! Total: there is no name that it cannot hold.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A name, encoded.
pub fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut wide: Vec<u8> = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut wide, &mut encoded);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            let mut units = [0; 2];
            wide.extend(c.encode_utf16(&mut units).iter().flat_map(|u| u.to_be_bytes()));
        }
    }
    flush(&mut wide, &mut encoded);
    encoded
}

fn flush(wide: &mut Vec<u8>, encoded: &mut String) {
    if wide.is_empty() {
        return;
    }
    encoded.push('&');
    for three in wide.chunks(3) {
        let bits = three.iter().chain(&[0, 0]).take(3).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for digit in 0..=three.len() {
            let six = bits >> (18 - 6 * digit) & 63;
            encoded.extend(DIGITS.get(six as usize).map(|d| char::from(*d)));
        }
    }
    encoded.push('-');
    wide.clear();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The way back.
    fn decode(encoded: &str) -> String {
        let mut name = String::new();
        let mut rest = encoded;
        while let Some((plain, more)) = rest.split_once('&') {
            name.push_str(plain);
            let (wide, more) = more.split_once('-').expect("an end");
            rest = more;
            if wide.is_empty() {
                name.push('&');
                continue;
            }
            let bits: Vec<bool> = wide
                .bytes()
                .map(|b| DIGITS.iter().position(|d| *d == b).expect("a digit"))
                .flat_map(|six| (0..6).rev().map(move |n| six >> n & 1 == 1))
                .collect();
            let units: Vec<u16> = bits
                .chunks_exact(16)
                .map(|unit| unit.iter().fold(0, |value, bit| value << 1 | u16::from(*bit)))
                .collect();
            name.push_str(&String::from_utf16(&units).expect("UTF-16"));
        }
        name + rest
    }

    /// Those of RFC 3501, and what Dovecot and Thunderbird call a German folder.
    #[test]
    fn examples() {
        assert_eq!(encode("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(encode("Entwürfe"), "Entw&APw-rfe");
        assert_eq!(encode("R&D"), "R&-D");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_encoded_is_decoded(name in crate::quote::nasty()) {
            let encoded = encode(&name);
            prop_assert!(encoded.bytes().all(|b| (0x20..0x7f).contains(&b)));
            prop_assert_eq!(decode(&encoded), name);
        }
    }
}
