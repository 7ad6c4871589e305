//! FairEmail: `EmailProvider.getISPDB`, one flat pass over all start tags. The last imap and the last smtp win, and the
//! last username of all.

use super::{Hits, has_placeholder, is_known_type, is_padded, takes_only_oauth2};
use crate::clients::document::{Document, Element};
use crate::clients::rules::fairemail as rule;

/// What the pass remembers of one protocol.
#[derive(Default)]
struct Server<'d> {
    element: Option<&'d Element>,
    host: Option<&'d Element>,
    port: Option<i32>,
    starttls: bool,
    socket: Option<&'d Element>,
    overridden: bool,
    seen: usize,
}

/// Reads a document.
pub fn read(document: &Document, hits: &mut Hits<'_>) {
    let Some(root) = &document.root else { return };
    let (mut imap, mut smtp) = (Server::default(), Server::default());
    let mut usernames: Vec<(&Element, Option<&Element>)> = Vec::new();
    walk(root, None, &mut imap, &mut smtp, &mut usernames, hits);

    for (server, kind) in [(&imap, "imap"), (&smtp, "smtp")] {
        let title = if kind == "imap" { "IMAP" } else { "SMTP" };
        if server.host.is_none_or(|h| h.text().is_empty()) || server.port.is_none_or(|p| p <= 0) {
            hits.push(&rule::INCOMPLETE, server.element, None, title);
            continue;
        }
        if server.seen > 1 {
            hits.push(&rule::LAST, None, server.element, title);
        }
        judge(server, hits);
    }
    user(&usernames, hits);
}

fn walk<'d>(
    element: &'d Element,
    inside: Option<&'d Element>,
    imap: &mut Server<'d>,
    smtp: &mut Server<'d>,
    usernames: &mut Vec<(&'d Element, Option<&'d Element>)>,
    hits: &mut Hits<'_>,
) {
    let mut inside = inside;
    let kind = element.attribute("type").unwrap_or_default();
    match element.name.as_str() {
        "incomingServer" | "outgoingServer" => {
            inside = Some(element);
            let known = match (element.name.as_str(), kind) {
                ("incomingServer", "imap") => Some(&mut *imap),
                ("outgoingServer", "smtp") => Some(&mut *smtp),
                _ => None,
            };
            match known {
                Some(server) => {
                    server.seen += 1;
                    server.element = Some(element);
                    (server.socket, server.overridden) = (None, false);
                }
                None if is_known_type(kind) => hits.push(&rule::OTHER_TYPE, None, Some(element), kind),
                None => {}
            }
        }
        "username" if !element.text().is_empty() => usernames.push((element, inside)),
        name @ ("hostname" | "port" | "socketType") => {
            let server = match inside.map(|s| (s.name.as_str(), s.attribute("type"))) {
                Some(("incomingServer", Some("imap"))) => &mut *imap,
                Some(("outgoingServer", Some("smtp"))) => &mut *smtp,
                _ => return,
            };
            let text = element.text();
            match name {
                "hostname" => server.host = Some(element),
                "port" if text.is_empty() => {}
                "port" => match text.parse::<i32>() {
                    Ok(port) => {
                        server.port = Some(port);
                        let before = server.starttls;
                        server.starttls = port == if kind_of(inside) == "imap" { 143 } else { 587 };
                        server.overridden = server.socket.is_some() && before != server.starttls;
                    }
                    Err(_) => hits.push(&rule::PORT, Some(element), inside, &text),
                },
                _ => {
                    server.socket = Some(element);
                    match text.as_str() {
                        "SSL" => server.starttls = false,
                        "STARTTLS" => server.starttls = true,
                        _ => {}
                    }
                }
            }
        }
        _ => {}
    }
    for child in element.children() {
        walk(child, inside, imap, smtp, usernames, hits);
    }
}

fn kind_of(server: Option<&Element>) -> &str {
    server.and_then(|s| s.attribute("type")).unwrap_or_default()
}

fn judge(server: &Server<'_>, hits: &mut Hits<'_>) {
    let Some(element) = server.element else { return };
    if let Some(socket) = server.socket {
        let text = socket.text();
        if !matches!(text.as_str(), "SSL" | "STARTTLS") {
            hits.push(&rule::SOCKET, Some(socket), Some(element), &text);
        } else if server.overridden {
            hits.push(&rule::ORDER, Some(socket), Some(element), if server.starttls { "STARTTLS" } else { "TLS" });
        }
    }
    if let Some(host) = server.host {
        let text = host.text();
        if is_padded(&text) {
            hits.push(&rule::HOST_PADDED, Some(host), Some(element), text.trim());
        }
        if has_placeholder(&text) {
            hits.push(&rule::HOST_PLACEHOLDER, Some(host), Some(element), text.trim());
        }
        if takes_only_oauth2(element) {
            hits.push(&rule::OAUTH2, element.first("authentication"), Some(element), text.trim());
        }
    }
}

fn user(usernames: &[(&Element, Option<&Element>)], hits: &mut Hits<'_>) {
    let Some((last, server)) = usernames.last() else { return };
    let text = last.text();
    // Only what it takes part in: servers that it reads.
    let read = |s: &Option<&Element>| {
        s.is_some_and(|s| {
            matches!((s.name.as_str(), kind_of(Some(s))), ("incomingServer", "imap") | ("outgoingServer", "smtp"))
        })
    };
    if usernames.iter().any(|(other, s)| read(s) && other.text() != text) {
        hits.push(&rule::USER_LAST, Some(last), *server, &text);
    }
    if has_placeholder(&text) && !matches!(text.as_str(), "%EMAILADDRESS%" | "%EMAILLOCALPART%") {
        hits.push(&rule::USER, Some(last), *server, &text);
    }
}
