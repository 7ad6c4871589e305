//! Mistakes that hurt in every program: no XML, ports that contradict what they are for, placeholders that are none.

use super::document::{Document, Element};
use super::rules::{deltachat, every as rule, evolution, fairemail, geary, k9};
use super::simulate::{Hits, SERVERS};
use super::{Client, Finding};
use crate::account::{Protocol, Tls};

/// The mistakes of a document.
pub fn of(document: &Document) -> Vec<Finding> {
    if let Some(what) = stranger(document) {
        let root = document.root.as_ref().map(|root| document.place(&root.tag));
        // Of a page that is no XML there is no root.
        let place = document.doctype.or(root).unwrap_or_else(|| document.place(&(0..1)));
        return vec![rule::NO_AUTOCONFIG.finding(Some(place), None, &what)];
    }
    if let Some(at) = document.written.wrong {
        let encoding = document.written.encoding.unwrap_or("UTF-8");
        return vec![rule::NOT_UTF8.finding(Some(document.place(&(at..at + '\u{fffd}'.len_utf8()))), None, encoding)];
    }
    if let Some((place, why)) = &document.broken {
        return vec![rule::MALFORMED.finding(Some(*place), None, why)];
    }
    let mut hits = Hits::new(document);
    if let Some(encoding) = document.written.encoding {
        hits.push(&rule::ENCODING, None, None, encoding);
    }
    if document.bom {
        hits.push(&rule::BOM, None, None, "");
    }
    if let Some(place) = document.doctype {
        hits.findings.push(rule::DOCTYPE.finding(Some(place), None, ""));
    }
    let every = document.root.as_ref().map(Element::every).unwrap_or_default();
    for server in every.into_iter().filter(|e| SERVERS.contains(&e.name.as_str())) {
        self::server(server, &mut hits);
    }
    hits.findings
}

/// What a program makes of a document that is not in UTF-8.
pub(super) fn encoding(document: &Document, client: Client) -> Option<Finding> {
    let encoding = document.written.encoding?;
    let rule = match (client, document.written.wide) {
        (Client::K9, false) => &k9::ENCODING,
        (Client::K9, true) => &k9::WIDE,
        (Client::FairEmail, false) => &fairemail::ENCODING,
        (Client::FairEmail, true) => &fairemail::WIDE,
        (Client::DeltaChat, false) => &deltachat::ENCODING,
        (Client::DeltaChat, true) => &deltachat::WIDE,
        (Client::Evolution, _) => &evolution::ENCODING,
        (Client::Geary, true) => &geary::WIDE,
        // Their readers of XML look at the mark, at `Content-Type` or at the declaration. Outlook reads another document.
        (Client::Geary, false) | (Client::Thunderbird | Client::KMail | Client::Outlook, _) => return None,
    };
    Some(rule.finding(None, None, encoding))
}

/// What it is, when nothing in it is meant for a mail program.
pub(super) fn stranger(document: &Document) -> Option<String> {
    const OURS: &[&str] = &["clientconfig", "emailprovider", "incomingserver", "outgoingserver"];
    if document.html {
        return Some("a web page".to_owned());
    }
    let root = document.root.as_ref()?;
    let is_ours = |e: &Element| {
        let name = e.name.rsplit(':').next().unwrap_or(&e.name);
        OURS.iter().any(|o| name.eq_ignore_ascii_case(o))
    };
    // What is cut off has been read to some place only.
    let whole = document.broken.is_none();
    (whole && !root.every().into_iter().any(is_ours)).then(|| format!("`<{}>`", root.name))
}

fn server(server: &Element, hits: &mut Hits<'_>) {
    for element in server.children() {
        let text = element.text();
        match element.name.as_str() {
            "hostname" | "username" => placeholders(element, server, hits),
            "password" if !text.trim().is_empty() => hits.push(&rule::PASSWORD, Some(element), Some(server), ""),
            "authentication" if matches!(text.trim(), "plain" | "secure") => {
                hits.push(&rule::ALIAS, Some(element), Some(server), text.trim());
            }
            "socketType" if text.trim() == "plain" => {
                let host = server.first("hostname").map(Element::text).unwrap_or_default();
                hits.push(&rule::PLAIN, Some(element), Some(server), host.trim());
            }
            _ => {}
        }
    }
    ports(server, hits);
}

/// Placeholders of the format; `%REALNAME%` was one until 2024 and is filled in by Thunderbird still.
const PLACEHOLDERS: &[&str] = &["EMAILADDRESS", "EMAILLOCALPART", "EMAILDOMAIN"];

fn placeholders(element: &Element, server: &Element, hits: &mut Hits<'_>) {
    let text = element.text();
    let mut rest = text.trim();
    while let Some((_, after)) = rest.split_once('%') {
        match after.split_once('%') {
            Some((name, behind)) if PLACEHOLDERS.contains(&name) => rest = behind,
            Some((name, behind)) if is_name(name) => {
                hits.push(&rule::PLACEHOLDER, Some(element), Some(server), &format!("%{name}%"));
                rest = behind;
            }
            _ => {
                // A lone percent sign in a login is nobody's slip, one before a placeholder's name is.
                if PLACEHOLDERS.iter().any(|p| after.starts_with(p)) {
                    hits.push(&rule::PLACEHOLDER_OPEN, Some(element), Some(server), text.trim());
                }
                return;
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// The ports of mail, their protocol and how TLS begins there.
const PORTS: &[(u16, Protocol)] = &[
    (993, Protocol::Imap),
    (143, Protocol::Imap),
    (995, Protocol::Pop3),
    (110, Protocol::Pop3),
    (465, Protocol::Smtp),
    (587, Protocol::Smtp),
    (25, Protocol::Smtp),
];

fn ports(server: &Element, hits: &mut Hits<'_>) {
    let protocol = match server.attribute("type") {
        Some("imap") => Protocol::Imap,
        Some("pop3") => Protocol::Pop3,
        Some("smtp") => Protocol::Smtp,
        _ => return,
    };
    let Some(element) = server.first("port") else { return };
    let Ok(port) = element.text().trim().parse::<u16>() else { return };
    let socket = server.first("socketType").map(|e| e.text().trim().to_owned()).unwrap_or_default();
    let known = PORTS.iter().find(|(p, _)| *p == port).map(|(_, of)| *of);
    match known {
        Some(of) if of != protocol => {
            let says = format!("port {port} is for {}, and the server is for {}", of.title(), protocol.title());
            hits.push(&rule::PORT_PROTOCOL, Some(element), Some(server), &says);
        }
        Some(_) => {
            let usual = Tls::of_port(port);
            let contradicts = match socket.as_str() {
                "SSL" => usual == Some(Tls::StartTls),
                "STARTTLS" | "plain" => usual == Some(Tls::Implicit),
                _ => false,
            };
            if contradicts {
                let says = match usual {
                    Some(Tls::Implicit) => format!("port {port} begins with TLS, and `{socket}` does not"),
                    _ => format!("port {port} begins without TLS, and `{socket}` with it"),
                };
                hits.push(&rule::PORT_SOCKET, Some(element), Some(server), &says);
            }
        }
        None => {
            let near = PORTS.iter().find(|(p, of)| *of == protocol && port.abs_diff(*p) == 1);
            if let Some((usual, _)) = near.filter(|(usual, _)| *usual != 25) {
                let says = format!("port {port} is beside {usual}, where servers for {} are", protocol.title());
                hits.push(&rule::PORT_NEAR, Some(element), Some(server), &says);
            }
        }
    }
}
