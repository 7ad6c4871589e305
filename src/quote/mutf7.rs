//! Modified UTF-7: how names of folders are written in IMAP before UTF8=ACCEPT (RFC 3501 section 5.1.3).

/// Whether a name differs on the wire.
pub fn differs(name: &str) -> bool {
    name.chars().any(|c| c == '&' || !(' '..='~').contains(&c))
}

/// A folder's name.
pub fn encode(name: &str) -> String {
    let mut out = String::new();
    let mut shifted: Vec<u16> = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            unshift(&mut shifted, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            shifted.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    unshift(&mut shifted, &mut out);
    out
}

/// What was collected, in base 64 between `&` and `-`.
fn unshift(shifted: &mut Vec<u16>, out: &mut String) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    if shifted.is_empty() {
        return;
    }
    out.push('&');
    let bytes: Vec<u8> = shifted.drain(..).flat_map(u16::to_be_bytes).collect();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for n in 0..=three.len() {
            let letter = bits >> (18 - 6 * n) & 63;
            out.extend(LETTERS.get(letter as usize).map(|b| char::from(*b)));
        }
    }
    out.push('-');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bit by bit.
    fn read(text: &str) -> Option<String> {
        const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            if c != '&' {
                out.push(c);
                continue;
            }
            let (inside, after) = rest.split_once('-')?;
            rest = after;
            if inside.is_empty() {
                out.push('&');
                continue;
            }
            let mut bits = Vec::new();
            for c in inside.chars() {
                let value = LETTERS.find(c)?;
                bits.extend((0..6).rev().map(|n| (value >> n & 1) as u16));
            }
            let units: Vec<u16> = bits.chunks_exact(16).map(|b| b.iter().fold(0, |n, b| n << 1 | b)).collect();
            out.push_str(&String::from_utf16(&units).ok()?);
        }
        Some(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read(name in crate::quote::nasty()) {
            let encoded = encode(&name);
            prop_assert!(encoded.bytes().all(|b| (b' '..=b'~').contains(&b)));
            prop_assert_eq!(read(&encoded), Some(name));
        }
    }

    #[test]
    fn the_rfcs_examples() {
        assert_eq!(encode("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(encode("Entwürfe & mehr"), "Entw&APw-rfe &- mehr");
    }
}
