//! Names of IMAP folders as they go over the wire: modified UTF-7 (RFC 3501, section 5.1.3), for programs whose files
//! hold what the server sends.

use std::fmt::Write;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// Whether a name differs on the wire.
pub fn differs(name: &str) -> bool {
    name.chars().any(|c| c == '&' || !(' '..='~').contains(&c))
}

/// A name on the wire.
pub fn quote(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut odd = String::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut odd, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            odd.push(c);
        }
    }
    flush(&mut odd, &mut out);
    out
}

/// The characters that are collected, as UTF-16 in base64 between `&` and `-`.
fn flush(odd: &mut String, out: &mut String) {
    if odd.is_empty() {
        return;
    }
    let octets: Vec<u8> = odd.encode_utf16().flat_map(u16::to_be_bytes).collect();
    out.push('&');
    for three in octets.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, o| bits << 8 | u32::from(*o)) << (8 * (3 - three.len()));
        for n in 0..=three.len() {
            let digit = bits >> (18 - 6 * n) & 63;
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", char::from(DIGITS.get(digit as usize).copied().unwrap_or(b'A')));
        }
    }
    out.push('-');
    odd.clear();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Back again, bit by bit.
    fn read(name: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = name;
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(before);
            let (inside, behind) = after.split_once('-')?;
            rest = behind;
            if inside.is_empty() {
                out.push('&');
                continue;
            }
            let (mut units, mut bits, mut count) = (Vec::new(), 0u64, 0);
            for digit in inside.bytes() {
                bits = bits << 6 | DIGITS.iter().position(|d| *d == digit)? as u64;
                count += 6;
                if count >= 16 {
                    count -= 16;
                    units.push((bits >> count) as u16);
                    bits &= (1 << count) - 1;
                }
            }
            if bits != 0 || count >= 6 {
                return None;
            }
            out.push_str(&String::from_utf16(&units).ok()?);
        }
        out.push_str(rest);
        Some(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(name in crate::quote::nasty()) {
            let wire = quote(&name);
            prop_assert!(wire.bytes().all(|b| (0x20..0x7f).contains(&b)), "{wire}");
            prop_assert_eq!(wire != name, differs(&name));
            prop_assert_eq!(read(&wire), Some(name));
        }
    }

    /// The RFC's own example, and Gmail's.
    #[test]
    fn known_names() {
        assert_eq!(quote("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(quote("[Google Mail]/Entwürfe"), "[Google Mail]/Entw&APw-rfe");
        assert_eq!(quote("A & B"), "A &- B");
    }
}
