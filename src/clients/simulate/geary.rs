//! Geary: `accounts-autoconfig.vala`. The first incoming and the first outgoing server, host, port and TLS of these, and
//! nothing else; names without their namespace's prefix.

use super::{Hits, has_placeholder, is_padded};
use crate::clients::document::{Document, Element};
use crate::clients::rules::geary as rule;

fn local(element: &Element) -> &str {
    element.name.rsplit(':').next().unwrap_or(&element.name)
}

fn all<'e>(parent: &'e Element, name: &'e str) -> impl Iterator<Item = &'e Element> {
    parent.children().filter(move |e| local(e) == name)
}

/// Reads a document.
pub fn read(document: &Document, hits: &mut Hits<'_>) {
    let Some(provider) = document.root.as_ref().and_then(|root| all(root, "emailProvider").next()) else {
        return hits.push(&rule::FIRST, None, None, "it has no `emailProvider`");
    };
    for (name, wanted) in [("incomingServer", "imap"), ("outgoingServer", "smtp")] {
        let mut servers = all(provider, name);
        let Some(first) = servers.next() else {
            hits.push(&rule::FIRST, Some(provider), None, &format!("it has no `{name}`"));
            continue;
        };
        let kind = first.attribute("type").unwrap_or_default();
        if kind != wanted {
            hits.push(&rule::FIRST, None, Some(first), &format!("its first `{name}` is `{kind}`, not `{wanted}`"));
            continue;
        }
        for server in servers {
            hits.push(&rule::FURTHER, None, Some(server), server.attribute("type").unwrap_or_default());
        }
        self::server(first, hits);
    }
}

fn server(server: &Element, hits: &mut Hits<'_>) {
    let socket = all(server, "socketType").next();
    let text = socket.map(Element::whole_text).unwrap_or_default();
    // No TLS is what `plain` means.
    if !matches!(text.as_str(), "SSL" | "STARTTLS" | "plain") {
        hits.push(&rule::SOCKET, socket, Some(server), &text);
    }
    for name in ["hostname", "port"] {
        let element = all(server, name).next();
        let text = element.map(Element::whole_text).unwrap_or_default();
        if text.trim().is_empty() {
            hits.push(&rule::EMPTY, element, Some(server), name);
        } else if is_padded(&text) {
            hits.push(&rule::PADDED, element, Some(server), text.trim());
        }
        if name == "hostname" && has_placeholder(&text) {
            hits.push(&rule::HOST, element, Some(server), text.trim());
        }
    }
    if let Some(user) = all(server, "username").next()
        && user.whole_text().trim() != "%EMAILADDRESS%"
    {
        hits.push(&rule::USER, Some(user), Some(server), user.whole_text().trim());
    }
}
