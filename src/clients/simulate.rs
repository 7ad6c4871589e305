//! Little interpreters: each walks a document as one program's source does, and names the rules that bite on the way.
//!
//! Only Thunderbird's says also what was understood ([`thunderbird::Reading`]), since the real program can be asked
//! whether that is so. What programs have in common is here; no interpreter knows another.

use super::document::{Document, Element};
use super::rules::Rule;
use super::{Client, Finding};

pub mod deltachat;
pub mod evolution;
pub mod fairemail;
pub mod geary;
pub mod jxon;
pub mod k9;
pub mod kmail;
pub mod thunderbird;

/// What a program makes of a document that is XML.
pub fn findings(client: Client, document: &Document) -> Vec<Finding> {
    let mut hits = Hits::new(document);
    match client {
        Client::Thunderbird => {
            thunderbird::read(document, &mut hits);
        }
        Client::K9 => k9::read(document, &mut hits),
        Client::FairEmail => fairemail::read(document, &mut hits),
        Client::DeltaChat => deltachat::read(document, &mut hits),
        Client::KMail => kmail::read(document, &mut hits),
        Client::Geary => geary::read(document, &mut hits),
        Client::Evolution => evolution::read(document, &mut hits),
        Client::Outlook => hits.push(&super::rules::outlook::NOT_READ, None, None, ""),
    }
    hits.findings
}

/// The rules that have bitten.
#[derive(Debug)]
pub struct Hits<'d> {
    document: &'d Document,
    /// In the order of the walk.
    pub findings: Vec<Finding>,
}

impl<'d> Hits<'d> {
    /// None yet.
    pub fn new(document: &'d Document) -> Hits<'d> {
        Hits { document, findings: Vec::new() }
    }

    /// One more. `at` is shown, `server` is the server's element; `value` is what the sentence names.
    pub fn push(&mut self, rule: &'static Rule, at: Option<&Element>, server: Option<&Element>, value: &str) {
        let at = at.or(server).or(self.document.root.as_ref());
        // A whole server is shown by its start tag.
        let place = at.map(|e| self.document.place(if e.children().next().is_some() { &e.tag } else { &e.whole }));
        let finding = rule.finding(place, server.map(label), value);
        let same = |f: &Finding| f.rule.code == rule.code && f.place == finding.place && f.message == finding.message;
        if !self.findings.iter().any(same) {
            self.findings.push(finding);
        }
    }
}

/// A server in a few words: `imap imap.example.org:993`.
pub(super) fn label(server: &Element) -> String {
    let value = |name: &str| server.first(name).map(|e| e.text().trim().to_owned()).unwrap_or_default();
    let kind = server.attribute("type").unwrap_or("server");
    match (value("hostname"), value("port")) {
        (host, _) if host.is_empty() => kind.to_owned(),
        (host, port) if port.is_empty() => format!("{kind} {host}"),
        (host, port) => format!("{kind} {host}:{port}"),
    }
}

/// The two kinds of servers.
pub(super) const SERVERS: [&str; 2] = ["incomingServer", "outgoingServer"];

/// Types of the format's old and new vocabularies: one of these is no slip of the pen.
const TYPES: &[&str] =
    &["imap", "pop3", "smtp", "nntp", "exchange", "ews", "owa", "graph", "jmap", "activeSync", "activesync"];

/// Whether another program knows this type of server.
pub(super) fn is_known_type(kind: &str) -> bool {
    TYPES.contains(&kind)
}

/// What a server offers for logging in, as written and trimmed.
pub(super) fn ways(server: &Element) -> Vec<String> {
    server.all("authentication").map(|e| e.text().trim().to_owned()).collect()
}

/// Whether a server takes OAuth2 and nothing else.
pub(super) fn takes_only_oauth2(server: &Element) -> bool {
    let ways = ways(server);
    !ways.is_empty() && ways.iter().all(|w| w == "OAuth2")
}

/// The ways of a server for a sentence.
pub(super) fn offered(server: &Element) -> String {
    let ways = ways(server);
    if ways.is_empty() { "there is no `authentication`".to_owned() } else { ways.join(", ") }
}

/// Whether blanks stand around a text.
pub(super) fn is_padded(text: &str) -> bool {
    text.trim() != text
}

/// Whether a placeholder, or what wants to be one, is in a text.
pub(super) fn has_placeholder(text: &str) -> bool {
    text.contains('%')
}

/// The text with the three placeholders of the format filled in for somebody.
pub(super) fn filled(text: &str) -> String {
    text.replace("%EMAILADDRESS%", "user@example.org")
        .replace("%EMAILLOCALPART%", "user")
        .replace("%EMAILDOMAIN%", "example.org")
}
