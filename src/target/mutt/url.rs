//! Mailbox and submission URLs, and the patterns by which hooks know a mailbox again.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::account::{Credential, Server, Tls};
use crate::quote::regex;

/// Everything but letters, digits and `-._~`: `@` and what is not ASCII, too.
const USER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `imaps://user@host:port/`; the scheme says implicit TLS by its `s`.
pub(super) fn url(server: &Server, scheme: &str) -> String {
    let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
    let user = match server.credential.value {
        Credential::None => String::new(),
        _ => format!("{}@", utf8_percent_encode(&server.login.for_program(server.protocol), USER)),
    };
    format!("{scheme}{s}://{user}{}/", server.endpoint())
}

/// A regular expression for the mailboxes of a server. mutt shows them with the user name decoded but for `/:&%=`, with
/// or without the usual port; and a pattern that is a URL itself would be rewritten, hence the parentheses.
pub(super) fn mailbox_pattern(server: &Server, scheme: &str) -> String {
    let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
    let mut user = String::new();
    let mut plain = [0; 4];
    for c in server.login.for_program(server.protocol).chars() {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            user.push(c);
            continue;
        }
        let text = &*c.encode_utf8(&mut plain);
        let literal = regex::escape(text);
        if c == '.' {
            user.push_str(&literal);
        } else {
            user.push_str(&format!("({literal}|{})", utf8_percent_encode(text, USER)));
        }
    }
    let host = regex::escape(&server.host.in_url());
    let port = server.port.value;
    let usual = server.protocol.port(server.tls.value) == port;
    let port = if usual { format!("(:{port})?") } else { format!(":{port}") };
    format!("({scheme}{s}://{user}@{host}{port}(/|$))")
}
