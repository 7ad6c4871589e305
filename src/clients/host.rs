//! What programs take for a host name.

use std::net::Ipv6Addr;

/// Thunderbird's `isLegalHostNameOrIP` (comm-central `hostnameUtils.sys.mjs`), of which thunderbird-android has a copy:
/// letters, digits and hyphens, at most 255 characters, one final dot; or an address. No underscore and no Unicode.
pub(super) fn is_legal(name: &str) -> bool {
    is_ldh(name) || is_ipv6(name)
}

fn is_ldh(name: &str) -> bool {
    let labels = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 255
        && labels.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn is_ipv6(name: &str) -> bool {
    name.to_lowercase().parse::<Ipv6Addr>().is_ok_and(|ip| !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in
            ["a", "imap.example.org", "imap.example.org.", "192.0.2.1", "2001:db8::1", "xn--bcher-kva.example", "1"]
        {
            assert!(is_legal(good), "{good}");
        }
        for bad in
            ["", ".", "a..b", "-a.b", "a-.b", "mail_1.example.org", "b\u{fc}cher.example", "a b", "::", "[::1]", "a/b"]
        {
            assert!(!is_legal(bad), "{bad}");
        }
    }
}
