//! Delta Chat: `auto_mozilla.rs` of chatmail/core. Tags in any case, texts trimmed, all servers of a protocol tried in
//! their order.

use super::{Hits, is_known_type, takes_only_oauth2};
use crate::clients::document::{Document, Element};
use crate::clients::rules::deltachat as rule;

const TEXTS: &[&str] = &["hostname", "port", "sockettype", "username"];

/// Reads a document.
pub fn read(document: &Document, hits: &mut Hits<'_>) {
    let Some(root) = &document.root else { return };
    let (mut imap, mut smtp) = (false, false);
    for server in root.every() {
        if !matches!(server.name.to_lowercase().as_str(), "incomingserver" | "outgoingserver") {
            continue;
        }
        let kind = server.attributes.iter().find(|a| a.name.eq_ignore_ascii_case("type"));
        let kind = kind.map(|a| a.value.to_lowercase()).unwrap_or_default();
        if !matches!(kind.as_str(), "imap" | "smtp") {
            if is_known_type(&kind) {
                hits.push(&rule::OTHER_TYPE, None, Some(server), &kind);
            }
            continue;
        }
        let complete = self::server(server, hits);
        imap |= complete && kind == "imap";
        smtp |= complete && kind == "smtp";
    }
    for (found, title) in [(imap, "IMAP"), (smtp, "SMTP")] {
        if !found {
            hits.push(&rule::GUESSES, document.provider(), None, title);
        }
    }
}

/// Whether the server is taken.
fn server(server: &Element, hits: &mut Hits<'_>) -> bool {
    let of = |name: &str| -> Vec<&Element> {
        server.children().filter(|e| e.name.eq_ignore_ascii_case(name) && e.has_text()).collect()
    };
    for name in ["hostname", "port", "username"] {
        if of(name).is_empty() {
            hits.push(&rule::SECTION, None, Some(server), name);
            return false;
        }
    }
    for name in TEXTS {
        let all = of(name);
        if let [first, .., last] = all.as_slice()
            && first.text().trim() != last.text().trim()
        {
            hits.push(&rule::REPEATED, Some(last), Some(server), &last.name);
        }
        let Some(last) = all.last() else { continue };
        if last.has_reference() || last.has_cdata() {
            hits.push(&rule::REFERENCE, Some(last), Some(server), last.text().trim());
        }
        let text = last.text().trim().to_lowercase();
        match *name {
            "port" if text.parse::<u16>().is_err() => hits.push(&rule::PORT, Some(last), Some(server), &text),
            "sockettype" if !matches!(text.as_str(), "ssl" | "starttls" | "plain") => {
                hits.push(&rule::SOCKET, Some(last), Some(server), last.text().trim());
            }
            _ => {}
        }
    }
    if takes_only_oauth2(server)
        && let Some(host) = of("hostname").last()
    {
        hits.push(&rule::OAUTH2, server.first("authentication"), Some(server), host.text().trim());
    }
    true
}
