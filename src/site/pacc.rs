//! PACC: `/.well-known/user-agent-configuration.json` (draft-ietf-mailmaint-pacc).
//!
//! Clients believe the document only when the digest of its bytes stands in the DNS: the same input gives the same bytes,
//! and nothing of one user is in it. It knows no ports and no logins: TLS from the first byte at the usual ports, and the
//! address is the login. Where that does not hold there is no document, and [`obstacle`] says why. Written in the words
//! of draft -02 or -03, which differ in what submission is called; the document's schema of -04 is not known here.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::answer::JSON;
use super::{Answer, Found};
use crate::account::hosting::Pacc;
use crate::account::{Account, Hosting, LoginForm, Offer, Protocol, Tls, Way};

pub(super) fn answer(found: Option<Found<'_>>) -> Answer {
    match found.and_then(|found| found.domain.pacc.clone()) {
        Some(document) => Answer::ok(JSON, document),
        None => Answer::not_found(),
    }
}

/// The document of a domain, the same bytes every time; `None` when none is wanted or it could not tell the truth.
pub fn document(hosting: &Hosting, found: &Found<'_>) -> Option<Bytes> {
    let draft = hosting.pacc.as_ref()?.value;
    let account = anyone(found)?;
    if refusal(hosting, found, &account).is_some() {
        return None;
    }
    let mut protocols = Map::new();
    for protocol in PROTOCOLS {
        let key = match (protocol, draft) {
            (Protocol::Smtp, Pacc::Draft03) => "submit",
            _ => protocol.key(),
        };
        if let Some(offer) = usual(&account, *protocol) {
            protocols.insert(key.to_owned(), json!({ "host": offer.host.as_str() }));
        }
    }
    for (key, url) in [("caldav", &account.caldav), ("carddav", &account.carddav)] {
        // https, a path and no port, says the draft.
        let fit = url.as_ref().filter(|u| u.scheme() == "https" && u.port().is_none() && u.path() != "/");
        // The document is the same for all users, and has no placeholders.
        let fit = fit.filter(|u| !u.is_personal());
        if let Some(url) = fit.filter(|u| u.query().is_none() && u.fragment().is_none()) {
            protocols.insert(key.to_owned(), json!({ "url": url.as_str() }));
        }
    }
    let mut info = Map::new();
    info.insert("provider".to_owned(), provider(hosting, found, &account));
    if let Some(contact) = &hosting.contact {
        let help = match contact.scheme() {
            "https" => json!({ "documentation": contact.as_str() }),
            _ => json!({ "contact": [contact.as_str()] }),
        };
        info.insert("help".to_owned(), help);
    }
    // An issuer of OAuth2 is no URL that an account file names; without one nothing can be said of it.
    let document = json!({ "protocols": protocols, "authentication": { "password": true }, "info": info });
    let mut bytes = serde_json::to_vec_pretty(&document).ok()?;
    bytes.push(b'\n');
    Some(bytes.into())
}

/// Why a domain has no document although one is wanted.
pub fn obstacle(hosting: &Hosting, found: &Found<'_>) -> Option<String> {
    hosting.pacc.as_ref()?;
    match anyone(found) {
        Some(account) => refusal(hosting, found, &account),
        None => Some("no user of the domain can be thought of".to_owned()),
    }
}

const PROTOCOLS: &[Protocol] = &[Protocol::Imap, Protocol::Pop3, Protocol::Smtp];

/// Any user; below a wildcard, of the name above.
pub(super) fn anyone(found: &Found<'_>) -> Option<Account> {
    match found.name.strip_prefix("*.") {
        Some(parent) => Found { name: parent.into(), ..found.clone() }.anyone(),
        None => found.anyone(),
    }
}

/// The first way in which a protocol is offered that PACC can name.
fn usual(account: &Account, protocol: Protocol) -> Option<Offer> {
    account.offers(protocol).find(|o| {
        let secure = o.tls == Tls::Implicit && o.port == protocol.port(Tls::Implicit);
        secure && o.host.ip().is_none() && !o.host.is_loopback()
    })
}

fn refusal(hosting: &Hosting, found: &Found<'_>, account: &Account) -> Option<String> {
    if !account.service.ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword)) {
        return Some("it can only say that a password is taken, and here none is".to_owned());
    }
    if let Some(server) = account.servers().find(|s| s.login.form != LoginForm::Address) {
        return Some(format!("{} wants another login than the address, and PACC knows none", server.protocol.title()));
    }
    if !found.service.people.is_empty() || found.looks_up(hosting) {
        return Some("some users log in with another name than their address, and PACC knows none".to_owned());
    }
    let unnamed = account.servers().find(|s| usual(account, s.protocol).is_none());
    unnamed.map(|s| {
        let (what, port) = (s.protocol.title(), s.protocol.port(Tls::Implicit));
        let (host, is, tls) = (&s.host.value, s.port.value, s.tls.word());
        format!(
            "{what} is {host}:{is} with `tls: {tls}`, and PACC knows only implicit TLS at port {port} of a named host"
        )
    })
}

/// Name (at most 60 characters) and short name (at most 20).
fn provider(hosting: &Hosting, found: &Found<'_>, account: &Account) -> Value {
    let service = account.service.name.as_ref().map(|n| n.as_str());
    let domain = found.name.strip_prefix("*.").unwrap_or(&found.name);
    let name = hosting.organization.as_ref().map(|n| n.as_str()).or(service).unwrap_or(domain);
    let name = shortened(name, 60);
    let short = service.filter(|s| *s != name && s.chars().count() <= 20);
    match short {
        Some(short) => json!({ "name": name, "shortName": short }),
        None => json!({ "name": name }),
    }
}

fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().count() <= most {
        return text.into();
    }
    let head: String = text.chars().take(most - 1).collect();
    Cow::Owned(format!("{}\u{2026}", head.trim_end()))
}
