//! K-9 Mail and Thunderbird for Android: `RealAutoconfigParser.kt`. Errors cost the whole document, even in a server that
//! would not have been used. Text is taken as it stands, blanks included.

use super::{Hits, SERVERS, filled, is_known_type, is_padded, offered, takes_only_oauth2};
use crate::clients::document::{Document, Element};
use crate::clients::host;
use crate::clients::rules::k9 as rule;

/// Hosts that the release build has OAuth2 for, exactly (`TbOAuthConfigurationFactory.kt`).
const OAUTH2: &[&str] = &[
    "imap.gmail.com",
    "imap.googlemail.com",
    "smtp.gmail.com",
    "smtp.googlemail.com",
    "outlook.office365.com",
    "smtp.office365.com",
    "smtp-mail.outlook.com",
    "imap.mail.yahoo.com",
    "smtp.mail.yahoo.com",
    "imap.aol.com",
    "smtp.aol.com",
    "imap.fastmail.com",
    "smtp.fastmail.com",
    "mail.tb.pro",
    "mail.thundermail.com",
];

const AUTH: &[&str] = &["OAuth2", "password-cleartext", "password-encrypted"];
const TEXTS: &[&str] = &["hostname", "port", "socketType", "authentication", "username"];

/// Reads a document.
pub fn read(document: &Document, hits: &mut Hits<'_>) {
    let Some(root) = document.root.as_ref().filter(|r| r.name == "clientConfig") else {
        return hits.push(&rule::PROVIDER, None, None, "its root is no `clientConfig`");
    };
    if root.first("emailProvider").is_none() {
        return hits.push(&rule::PROVIDER, None, None, "it has no `emailProvider`");
    }
    for provider in root.all("emailProvider") {
        self::provider(provider, hits);
    }
}

fn provider(provider: &Element, hits: &mut Hits<'_>) {
    let id = provider.attribute("id").unwrap_or_default();
    if !host::is_legal(id.trim()) {
        hits.push(&rule::ID, Some(provider), None, id);
    }
    let mut domain = false;
    for element in provider.all("domain") {
        nested(element, None, hits);
        domain |= host::is_legal(filled(&element.text()).trim());
    }
    if !domain {
        hits.push(&rule::DOMAINS, Some(provider), None, "");
    }
    let mut found = [0, 0];
    for element in provider.children() {
        let Some(direction) = SERVERS.iter().position(|s| *s == element.name) else { continue };
        let wanted = ["imap", "smtp"][direction];
        let kind = element.attribute("type").unwrap_or_default();
        if kind != wanted {
            let strange = !is_known_type(kind) || (kind == "smtp") != (direction == 1);
            hits.push(if strange { &rule::TYPE } else { &rule::OTHER_TYPE }, None, Some(element), kind);
            continue;
        }
        found[direction] += 1;
        if found[direction] > 1 {
            hits.push(&rule::FURTHER, None, Some(element), kind);
        }
        server(element, hits);
    }
    if found[0] == 0 {
        hits.push(&rule::NO_INCOMING, Some(provider), None, "");
    }
    if found[1] == 0 {
        hits.push(&rule::NO_OUTGOING, Some(provider), None, "");
    }
}

fn nested(element: &Element, server: Option<&Element>, hits: &mut Hits<'_>) {
    if element.children().next().is_some() {
        hits.push(&rule::NESTED, Some(element), server, &element.name);
    }
}

fn server(server: &Element, hits: &mut Hits<'_>) {
    for element in server.children().filter(|e| TEXTS.contains(&e.name.as_str())) {
        nested(element, Some(server), hits);
    }
    // The name is checked without its blanks and taken with them, which is refused a step later.
    for element in server.all("hostname").filter(|e| !host::is_legal(&filled(&e.text()))) {
        hits.push(&rule::HOST, Some(element), Some(server), &element.text());
    }
    if server.first("hostname").is_none() {
        hits.push(&rule::HOST, None, Some(server), "");
    }
    for element in server.all("port").filter(|e| !e.text().parse::<u16>().is_ok_and(|port| port > 0)) {
        hits.push(&rule::PORT, Some(element), Some(server), &element.text());
    }
    if server.first("port").is_none() {
        hits.push(&rule::PORT, None, Some(server), "");
    }
    for element in server.all("socketType").filter(|e| !matches!(e.text().as_str(), "SSL" | "STARTTLS")) {
        hits.push(&rule::SOCKET, Some(element), Some(server), &element.text());
    }
    if server.first("socketType").is_none() {
        hits.push(&rule::SOCKET, None, Some(server), "");
    }
    let known = |e: &Element| AUTH.contains(&e.text().as_str());
    if !server.all("authentication").any(known) {
        hits.push(&rule::AUTH, server.first("authentication"), Some(server), &offered(server));
    } else if takes_only_oauth2(server)
        && let Some(host) = server.first("hostname").map(Element::text)
        && !OAUTH2.contains(&host.as_str())
    {
        hits.push(&rule::OAUTH2, server.first("authentication"), Some(server), &host);
    }
    match server.all("username").last() {
        None => hits.push(&rule::NO_USER, None, Some(server), ""),
        Some(element) if is_padded(&element.text()) => {
            hits.push(&rule::USER_PADDED, Some(element), Some(server), element.text().trim());
        }
        Some(_) => {}
    }
}
