//! KMail: `serverconfiguration.cpp` and `ispdbservice.cpp` of the account wizard. Text as it stands, the last of a
//! repeated value, the first way to log in that it knows.

use super::{Hits, SERVERS, is_known_type, is_padded, offered};
use crate::clients::document::{Document, Element};
use crate::clients::rules::kmail as rule;

const AUTH: &[&str] = &[
    "password-cleartext",
    "plain",
    "password-encrypted",
    "secure",
    "NTLM",
    "GSSAPI",
    "client-ip-based",
    "none",
    "OAuth2",
];

/// Reads a document.
pub fn read(document: &Document, hits: &mut Hits<'_>) {
    let every = document.root.as_ref().map(Element::every).unwrap_or_default();
    // The root itself is not looked for.
    let Some(provider) = every.iter().skip(1).find(|e| e.name == "emailProvider") else {
        return hits.push(&rule::PROVIDER, None, None, "");
    };
    let (mut incoming, mut outgoing) = (false, false);
    for element in provider.children().filter(|e| SERVERS.contains(&e.name.as_str())) {
        let kind = element.attribute("type").unwrap_or_default();
        let receives = element.name == "incomingServer";
        if !(receives && matches!(kind, "imap" | "pop3") || !receives && kind == "smtp") {
            let other = is_known_type(kind) && kind != "smtp";
            hits.push(if other { &rule::OTHER_TYPE } else { &rule::TYPE }, None, Some(element), kind);
            continue;
        }
        if element.first("port").is_none() {
            hits.push(&rule::NO_PORT, None, Some(element), "");
            continue;
        }
        *(if receives { &mut incoming } else { &mut outgoing }) = true;
        server(element, kind, hits);
    }
    for (found, what) in [(incoming, "IMAP or POP3"), (outgoing, "SMTP")] {
        if !found {
            hits.push(&rule::NO_SERVER, Some(provider), None, what);
        }
    }
}

fn server(server: &Element, kind: &str, hits: &mut Hits<'_>) {
    let last = |name: &'static str| server.children().filter(move |e| e.name == name).last();
    for name in ["hostname", "port", "socketType", "username"] {
        if let (Some(first), Some(last)) = (server.first(name), last(name))
            && first.whole_text() != last.whole_text()
        {
            hits.push(&rule::REPEATED, Some(last), Some(server), name);
        }
    }
    if let Some(port) = last("port")
        // Qt's toInt() takes blanks around it.
        && !port.whole_text().trim().parse::<i32>().is_ok_and(|p| p > 0)
    {
        hits.push(&rule::PORT, Some(port), Some(server), port.whole_text().trim());
    }
    let socket = last("socketType");
    let text = socket.map(Element::whole_text).unwrap_or_default();
    if !matches!(text.as_str(), "plain" | "SSL" | "STARTTLS") {
        hits.push(&rule::SOCKET, socket, Some(server), &text);
    }
    for element in ["hostname", "username"].into_iter().filter_map(last) {
        let text = element.whole_text();
        if is_padded(&text) {
            hits.push(&rule::PADDED, Some(element), Some(server), text.trim());
        }
    }
    match server.all("authentication").find(|e| AUTH.contains(&e.whole_text().as_str())) {
        None => hits.push(&rule::AUTH, server.first("authentication"), Some(server), &offered(server)),
        Some(first) if kind == "smtp" && first.whole_text() == "OAuth2" => {
            let host = last("hostname").map(Element::whole_text).unwrap_or_default();
            hits.push(&rule::OAUTH2, Some(first), Some(server), &host);
        }
        Some(_) => {}
    }
}
