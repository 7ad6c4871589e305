//! Thunderbird: `readFromXML.sys.mjs` with the sanitizers that it calls (comm-central 2026-08-22, the same in ESR 153).
//!
//! What is understood comes out, too ([`Reading`]): `tests/clients` holds it against the real program.

use super::jxon::{Value, trimmed};
use super::{Hits, is_known_type, is_padded, offered};
use crate::clients::document::{Document, Element};
use crate::clients::host;
use crate::clients::rules::thunderbird as rule;

/// What Thunderbird understands of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The domains that it takes.
    pub domains: Vec<String>,
    /// The name that it shows.
    pub name: String,
    /// In the order of the document.
    pub incoming: Vec<Taken>,
    /// In the order of the document.
    pub outgoing: Vec<Taken>,
}

/// A server that Thunderbird takes. Placeholders are not filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// `imap`, `pop3`, `smtp`, `ews`, ...
    pub kind: String,
    /// The host.
    pub host: String,
    /// The port, if one is there.
    pub port: Option<u16>,
    /// `SSL`, `STARTTLS` or `plain`.
    pub socket: &'static str,
    /// The way to log in.
    pub auth: &'static str,
    /// Who logs in; `None` when nobody has to.
    pub username: Option<String>,
}

impl Taken {
    /// A text with its placeholders filled in, as Thunderbird does for all but further outgoing servers.
    pub fn filled(text: &str, address: &str, name: &str) -> String {
        let (local, domain) = address.split_once('@').unwrap_or((address, ""));
        text.replace("%EMAILADDRESS%", address)
            .replace("%EMAILLOCALPART%", local)
            .replace("%EMAILDOMAIN%", domain)
            .replace("%REALNAME%", name)
    }
}

/// Hosts for which Thunderbird has OAuth2 built in: these and all below them, and the types of servers
/// (`OAuth2Providers.sys.mjs`).
const OAUTH2: &[(&str, &[&str])] = &[
    ("googlemail.com", MAIL),
    ("gmail.com", MAIL),
    ("imap.mail.ru", ANY),
    ("smtp.mail.ru", ANY),
    ("imap.yandex.com", ANY),
    ("smtp.yandex.com", ANY),
    ("yahoo.com", ANY),
    ("att.net", ANY),
    ("aol.com", ANY),
    ("office365.com", MICROSOFT),
    ("outlook.com", MICROSOFT),
    ("hotmail.com", MICROSOFT),
    ("imap.fastmail.com", MAIL),
    ("pop.fastmail.com", MAIL),
    ("smtp.fastmail.com", MAIL),
    ("imap.comcast.net", ANY),
    ("pop.comcast.net", ANY),
    ("smtp.comcast.net", ANY),
    ("thundermail.com", ANY),
    ("stage-thundermail.com", ANY),
];
const MAIL: &[&str] = &["imap", "pop3", "smtp"];
const MICROSOFT: &[&str] = &["imap", "pop3", "smtp", "ews", "exchange"];
/// All but `exchange`.
const ANY: &[&str] = &["imap", "pop3", "smtp", "nntp", "ews", "owa"];

/// Whether Thunderbird gets tokens for a server by itself.
pub fn has_oauth2(host: &str, kind: &str) -> bool {
    OAUTH2.iter().any(|(known, types)| {
        host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) && types.contains(&kind)
    })
}

/// The types of incoming servers; `graph` waits for a preference (`mail.graph.enabled`).
const INCOMING: &[&str] = &["pop3", "imap", "nntp", "exchange", "ews", "owa"];
const SOCKETS: &[&str] = &["plain", "SSL", "STARTTLS"];
/// What a document says and what it means; the first four for both directions.
const AUTH: &[(&str, &str)] = &[
    ("password-cleartext", "password-cleartext"),
    ("plain", "password-cleartext"),
    ("password-encrypted", "password-encrypted"),
    ("secure", "password-encrypted"),
    ("GSSAPI", "GSSAPI"),
    ("NTLM", "NTLM"),
    ("OAuth2", "OAuth2"),
];
const AUTH_OUTGOING: &[(&str, &str)] = &[("none", "none"), ("client-IP-address", "none"), ("smtp-after-pop", "none")];

/// Reads a document. `None` when it is rejected.
pub fn read(document: &Document, hits: &mut Hits<'_>) -> Option<Reading> {
    let Some(root) = document.root.as_ref().filter(|r| r.name == "clientConfig") else {
        hits.push(&rule::PROVIDER, None, None, "its root is no `clientConfig`");
        return None;
    };
    let Some(provider) = root.first("emailProvider") else {
        hits.push(&rule::PROVIDER, None, None, "it has no `emailProvider`");
        return None;
    };
    let id = provider.attribute("id");
    if hostname(&id.map_or(Value::Undefined, Value::of_text)).is_none() {
        hits.push(&rule::ID, Some(provider), None, id.unwrap_or_default());
        return None;
    }
    if let Some(second) = root.all("emailProvider").nth(1) {
        hits.push(&rule::SECOND_PROVIDER, Some(second), None, "");
    }

    let name = Value::of(provider.first("displayName"));
    if matches!(name, Value::Undefined | Value::Object | Value::Bool(_)) {
        hits.push(&rule::NAME, provider.first("displayName").or(Some(provider)), None, &name.string());
    }
    let mut reading = Reading { name: name.string(), ..Reading::default() };
    for domain in provider.all("domain") {
        match hostname(&Value::of(Some(domain))) {
            Some(name) => reading.domains.push(name),
            None => hits.push(&rule::DOMAIN, Some(domain), None, domain.text().trim()),
        }
    }
    if reading.domains.is_empty() {
        hits.push(&rule::DOMAINS, Some(provider), None, "");
        return None;
    }

    for server in provider.all("incomingServer") {
        reading.incoming.extend(incoming(server, hits));
    }
    for server in provider.all("outgoingServer") {
        reading.outgoing.extend(outgoing(server, hits));
    }
    further(provider, hits);
    if reading.incoming.is_empty() {
        hits.push(&rule::NO_INCOMING, Some(provider), None, "");
    }
    if reading.outgoing.is_empty() {
        hits.push(&rule::NO_OUTGOING, Some(provider), None, "");
    }
    (!reading.incoming.is_empty() && !reading.outgoing.is_empty()).then_some(reading)
}

/// `InputSanitizer.hostname`.
fn hostname(value: &Value) -> Option<String> {
    if value.is_falsy() {
        return None;
    }
    let text = value.string();
    let text = trimmed(&text);
    if has_placeholders_alone(text) {
        return Some(text.to_owned());
    }
    host::is_legal(text).then(|| text.to_lowercase())
}

/// Letters, digits, hyphens and dots with placeholders between them, in any order.
fn has_placeholders_alone(text: &str) -> bool {
    let parts: Vec<&str> = text.split('%').collect();
    // An even number of percent signs makes pairs; what is inside a pair is a name.
    parts.len() >= 3
        && parts.len() % 2 == 1
        && parts.iter().enumerate().all(|(n, part)| match n % 2 {
            0 => part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)),
            _ => !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
        })
}

fn port(server: &Element) -> Result<Option<u16>, String> {
    let Some(element) = server.first("port") else { return Ok(None) };
    match Value::of(Some(element)).integer() {
        // In range, so that nothing is cut.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(port) if (1.0..=65535.0).contains(&port) => Ok(Some(port as u16)),
        _ => Err(element.text().trim().to_owned()),
    }
}

/// The first socket type that is known.
fn socket(server: &Element) -> Option<&'static str> {
    server.all("socketType").find_map(|e| SOCKETS.iter().find(|s| Value::of(Some(e)).is(s)).copied())
}

fn incoming(server: &Element, hits: &mut Hits<'_>) -> Option<Taken> {
    let kind = server.attribute("type").unwrap_or_default();
    if !INCOMING.contains(&kind) {
        let rule = if is_known_type(kind) && kind != "smtp" { &rule::OTHER_TYPE } else { &rule::TYPE };
        hits.push(rule, None, Some(server), kind);
        return None;
    }
    let mut host = None;
    if let Some(element) = server.first("hostname") {
        host = hostname(&Value::of(Some(element)));
        if host.is_none() {
            hits.push(&rule::HOST, Some(element), Some(server), element.text().trim());
            return None;
        }
    }
    let port = match port(server) {
        Ok(port) => port,
        Err(text) => {
            hits.push(&rule::PORT, server.first("port"), Some(server), &text);
            return None;
        }
    };
    let mut implied = None;
    if let Some(element) = server.first("url") {
        let url = url::Url::parse(trimmed(&Value::of(Some(element)).string()));
        if let Some(url) = url.ok().filter(|u| matches!(u.scheme(), "http" | "https")) {
            // `URL.host` has the port in it, and is no host name then.
            let named = url.port().is_none().then(|| url.host_str()).flatten();
            if let Some(named) = named.and_then(|n| hostname(&Value::Text(n.to_owned()))) {
                host = Some(named);
                implied = Some(if url.scheme() == "https" { "SSL" } else { "plain" });
            }
        }
    }
    let username = Value::of(server.first("username")).string();
    let Some(socket) = socket(server).or(implied) else {
        socket_hit(server, hits);
        return None;
    };
    let Some(host) = host else {
        hits.push(&rule::HOST, None, Some(server), "");
        return None;
    };
    let auth = auth(server, &host, kind, AUTH, hits)?;
    let by_url = implied.is_some();
    if port.is_none() && !by_url {
        hits.push(&rule::NO_PORT, None, Some(server), "");
    }
    user(server, &username, hits);
    global(server, hits);
    Some(Taken { kind: kind.to_owned(), host, port, socket, auth, username: Some(username) })
}

fn outgoing(server: &Element, hits: &mut Hits<'_>) -> Option<Taken> {
    let kind = server.attribute("type").unwrap_or_default();
    if kind != "smtp" {
        let rule = if is_known_type(kind) { &rule::OTHER_TYPE } else { &rule::TYPE };
        hits.push(rule, None, Some(server), kind);
        return None;
    }
    let Some(host) = hostname(&Value::of(server.first("hostname"))) else {
        let text = server.first("hostname").map(Element::text).unwrap_or_default();
        hits.push(&rule::HOST, server.first("hostname"), Some(server), text.trim());
        return None;
    };
    let Ok(Some(port)) = port(server) else {
        let text = server.first("port").map(Element::text).unwrap_or_default();
        hits.push(&rule::PORT, server.first("port"), Some(server), text.trim());
        return None;
    };
    let Some(socket) = socket(server) else {
        socket_hit(server, hits);
        return None;
    };
    let all: Vec<(&str, &str)> = AUTH_OUTGOING.iter().chain(AUTH).copied().collect();
    let auth = auth(server, &host, kind, &all, hits)?;
    let wanted = server.first("username").is_some() || auth.starts_with("password");
    let username = wanted.then(|| Value::of(server.first("username")).string());
    if let Some(username) = &username {
        user(server, username, hits);
    }
    global(server, hits);
    Some(Taken { kind: kind.to_owned(), host, port: Some(port), socket, auth, username })
}

fn socket_hit(server: &Element, hits: &mut Hits<'_>) {
    let last = server.all("socketType").last();
    hits.push(&rule::SOCKET, last, Some(server), last.map(Element::text).unwrap_or_default().as_str());
}

/// The first way to log in that Thunderbird has.
fn auth(
    server: &Element,
    host: &str,
    kind: &str,
    known: &[(&str, &'static str)],
    hits: &mut Hits<'_>,
) -> Option<&'static str> {
    let mut passed = None;
    for element in server.all("authentication") {
        let value = Value::of(Some(element));
        let Some((_, name)) = known.iter().find(|(word, _)| value.is(word)) else { continue };
        if *name == "OAuth2" && !has_oauth2(host, kind) {
            passed = Some(element);
            continue;
        }
        if let Some(element) = passed {
            hits.push(&rule::OAUTH2_PASSED, Some(element), Some(server), host);
        }
        return Some(name);
    }
    match passed {
        Some(element) => hits.push(&rule::OAUTH2, Some(element), Some(server), &format!("{kind} at {host}")),
        None => hits.push(&rule::AUTH, server.first("authentication"), Some(server), &offered(server)),
    }
    None
}

fn user(server: &Element, username: &str, hits: &mut Hits<'_>) {
    let Some(element) = server.first("username") else {
        hits.push(&rule::NO_USER, None, Some(server), username);
        return;
    };
    let text = element.text();
    if username != text {
        hits.push(&rule::USER, Some(element), Some(server), username);
    } else if is_padded(&text) {
        hits.push(&rule::USER_PADDED, Some(element), Some(server), text.trim());
    }
}

fn global(server: &Element, hits: &mut Hits<'_>) {
    let element = server.first("useGlobalPreferredServer");
    if element.is_some() && Value::of(element) == Value::Bool(true) {
        hits.push(&rule::GLOBAL, element, Some(server), "");
    }
}

/// Of each type the first is offered.
fn further(provider: &Element, hits: &mut Hits<'_>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for server in provider.children().filter(|e| super::SERVERS.contains(&e.name.as_str())) {
        let kind = server.attribute("type").unwrap_or_default();
        if !matches!(kind, "imap" | "pop3" | "smtp") {
            continue;
        }
        if seen.contains(&(server.name.as_str(), kind)) {
            hits.push(&rule::FURTHER, None, Some(server), kind);
        } else {
            seen.push((server.name.as_str(), kind));
        }
    }
}
