//! Evolution: `e-mail-autoconfig.c` on GLib's GMarkup. One flat pass; of each type the last server wins, value by value.

use super::{Hits, SERVERS, is_known_type, is_padded, offered};
use crate::clients::document::{Document, Element};
use crate::clients::rules::evolution as rule;

/// Reads a document.
pub fn read(document: &Document, hits: &mut Hits<'_>) {
    let Some(root) = &document.root else { return };
    let mut last: Vec<(&str, &Element, usize)> = Vec::new();
    for server in root.every().into_iter().filter(|e| SERVERS.contains(&e.name.as_str())) {
        let strange: Vec<&str> = server.attributes.iter().map(|a| a.name.as_str()).filter(|n| *n != "type").collect();
        if server.attribute("type").is_none() {
            hits.push(&rule::ATTRIBUTES, None, Some(server), "no `type`");
        } else if !strange.is_empty() {
            hits.push(&rule::ATTRIBUTES, None, Some(server), &format!("`{}`", strange.join("`, `")));
        }
        let kind = server.attribute("type").unwrap_or_default();
        if !matches!(kind, "imap" | "pop3" | "smtp") {
            if is_known_type(kind) {
                hits.push(&rule::OTHER_TYPE, None, Some(server), kind);
            }
            continue;
        }
        match last.iter_mut().find(|(k, ..)| *k == kind) {
            Some((_, element, seen)) => (*element, *seen) = (server, *seen + 1),
            None => last.push((kind, server, 1)),
        }
    }
    for (kind, server, seen) in &last {
        if *seen > 1 {
            hits.push(&rule::LAST, None, Some(server), kind);
        }
        self::server(server, hits);
    }
    let found = |kinds: &[&str]| last.iter().any(|(k, ..)| kinds.contains(k));
    for (found, what) in [(found(&["imap", "pop3"]), "IMAP or POP3"), (found(&["smtp"]), "SMTP")] {
        if !found {
            hits.push(&rule::NO_SERVER, document.provider(), None, what);
        }
    }
}

fn server(server: &Element, hits: &mut Hits<'_>) {
    for name in ["hostname", "port", "socketType", "authentication", "username"] {
        for element in server.all(name).filter(|e| e.has_cdata()) {
            hits.push(&rule::CDATA, Some(element), Some(server), name);
        }
    }
    let values = |name: &'static str| server.children().filter(move |e| e.name == name);
    let sockets = ["SSL", "STARTTLS", "plain"];
    if !values("socketType").any(|e| sockets.contains(&e.text().as_str())) {
        let socket = values("socketType").last();
        hits.push(&rule::SOCKET, socket, Some(server), &socket.map(Element::text).unwrap_or_default());
    }
    // strtol() takes blanks before a number and anything behind it.
    let port = |e: &Element| {
        let text = e.text();
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse::<u16>().is_ok_and(|p| p > 0)
    };
    if !values("port").any(port) {
        let element = values("port").last();
        hits.push(&rule::PORT, element, Some(server), &element.map(Element::text).unwrap_or_default());
    }
    if values("hostname").all(|e| !e.has_text()) {
        hits.push(&rule::NO_HOST, None, Some(server), server.attribute("type").unwrap_or_default());
    }
    for element in ["hostname", "username"].into_iter().filter_map(|name| values(name).last()) {
        let text = element.text();
        if is_padded(&text) {
            hits.push(&rule::PADDED, Some(element), Some(server), text.trim());
        }
    }
    let known = ["password-cleartext", "plain", "password-encrypted"];
    // Who needs no login needs no way to do it.
    let free = ["none", "client-IP-address", "smtp-after-pop"];
    let mut ways = values("authentication").map(|e| e.text()).peekable();
    if ways.peek().is_none() || !ways.any(|w| known.contains(&w.as_str()) || free.contains(&w.as_str())) {
        hits.push(&rule::AUTH, server.first("authentication"), Some(server), &offered(server));
    }
}
