//! What programs make of what we publish for an account file: its documents, byte for byte as a server would send them,
//! and the facts that its Autodiscover answers are made from. What programs do is [`crate::clients`]' knowledge.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::autodiscover::protocol;
use super::{Asked, Found, Question, Service, Site};
use crate::account::{Account, Credential, LoginForm, Mail, Protocol, Server, Tls, Way};
use crate::clients::document::Document;
use crate::clients::rules::{Rule, deltachat, every, evolution, geary, k9, kmail, outlook, thunderbird};
use crate::clients::simulate::findings as simulated;
use crate::clients::simulate::thunderbird::has_oauth2;
use crate::clients::{Client, Finding, lints, sort};
use crate::problem::{Problem, Sources};

/// What was looked at, and what was found.
#[derive(Debug, Default)]
pub struct Looked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// How many documents were read.
    pub documents: usize,
    /// How many domains have no document, and say so elsewhere.
    pub without: usize,
}

/// What makes two findings one: all but the document.
type Same = (Option<Client>, &'static str, String, Option<String>, Option<usize>);

impl Looked {
    /// Adds a finding, or counts it where it has been found in another document; its number.
    fn add(&mut self, finding: Finding, sources: &Sources, same: &mut HashMap<Same, usize>) -> usize {
        let line = finding.place.map(|p| sources.line_column(p).0);
        let key = (finding.client, finding.rule.code, finding.message.clone(), finding.server.clone(), line);
        if let Some(first) = same.get(&key) {
            self.findings[*first].also += 1;
            return *first;
        }
        self.findings.push(finding);
        same.insert(key, self.findings.len() - 1);
        self.findings.len() - 1
    }
}

/// Reads everything that is published for the files' domains and users. The documents are added to `sources`, so that
/// findings can be shown in them.
///
/// # Errors
/// When nothing can be published.
pub fn of(mail: &Mail, clients: &[Client], sources: &mut Sources) -> Result<Looked, Vec<Problem>> {
    let site = Site::build(mail, None)?;
    let mut looked = Looked::default();
    // The same fault in all domains of a service is said once: documents that differ in the domain's name alone are one.
    let mut known: HashMap<String, Vec<usize>> = HashMap::new();
    let mut same = HashMap::new();
    let mut services: Vec<*const Service> = Vec::new();
    for found in site.domains() {
        let name = found.name.clone().into_owned();
        let address = asked_at(&name);
        let mut queries = vec![String::new()];
        let mut people: Vec<_> = found.service.people.keys().filter(|a| a.domain() == name).collect();
        people.sort_by_key(|a| a.to_string());
        queries.extend(people.into_iter().map(|person| {
            let person = utf8_percent_encode(person.as_str(), NON_ALPHANUMERIC);
            format!("emailaddress={person}")
        }));
        for query in queries {
            let Some(text) = document(&site, &address, &query) else {
                looked.without += 1;
                looked.add(unpublished(&found.service.account(), &name), sources, &mut same);
                continue;
            };
            looked.documents += 1;
            let kind = text.replace(&name, "*");
            if let Some(findings) = known.get(&kind) {
                for finding in findings {
                    looked.findings[*finding].also += 1;
                }
                continue;
            }
            // No name of a person in what is shown: the account file has it.
            let shown = if query.is_empty() { "" } else { "?..." };
            let shown = format!("https://{address}/mail/config-v1.1.xml{shown}");
            let findings = look(&shown, text, clients, sources);
            let indices = findings.into_iter().map(|f| looked.add(f, sources, &mut same)).collect();
            known.insert(kind, indices);
        }
        let service: *const Service = found.service;
        if !services.contains(&service) {
            services.push(service);
            for finding in beside(&site, &found, clients) {
                looked.add(finding, sources, &mut same);
            }
        }
    }
    if clients.contains(&Client::Outlook) {
        looked.findings.push(outlook::NEW.finding(None, None, ""));
    }
    sort(&mut looked.findings);
    Ok(looked)
}

/// The host at which programs ask for a domain; below a wildcard any name will do.
fn asked_at(domain: &str) -> String {
    format!("autoconfig.{}", domain.replacen("*.", "any.", 1))
}

/// The document as a server would send it.
fn document(site: &Site, host: &str, query: &str) -> Option<String> {
    let question = Question::get(host, "/mail/config-v1.1.xml", query);
    let asked: Asked<'_> = site.read(&question);
    let answer = site.answer(asked, None);
    (answer.status == 200).then(|| String::from_utf8(answer.body.to_vec()).ok())?
}

fn look(name: &str, text: String, clients: &[Client], sources: &mut Sources) -> Vec<Finding> {
    let file = sources.add(name, text);
    // Nothing secret is ever published.
    sources.set_secrets(file, Vec::new());
    let document = Document::read(file, sources.text(file));
    let mut findings = lints::of(&document);
    // Outlook reads the other answer: `beside` is about that.
    for client in clients.iter().filter(|c| **c != Client::Outlook) {
        findings.extend(simulated(*client, &document));
    }
    findings
}

/// What is not in the document: Autodiscover, and how programs ask.
fn beside(site: &Site, found: &Found<'_>, clients: &[Client]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let account = &found.service.account();
    let mut hit = |rule: &'static Rule, server: Option<&Server>, value: &str| {
        if rule.client.is_some_and(|c| clients.contains(&c)) {
            let server = server.map(|s| format!("{} {}", s.protocol.key(), s.endpoint()));
            findings.push(rule.finding(None, server, value));
        }
    };
    for server in account.servers() {
        let endpoint = server.endpoint();
        if server.tls.value == Tls::StartTls && !matches!(server.port.value, 143 | 110 | 25 | 587) {
            hit(&thunderbird::AUTODISCOVER_PORT, Some(server), &endpoint);
        }
        if server.login.form != LoginForm::Address {
            hit(&deltachat::AUTODISCOVER_LOGIN, Some(server), &endpoint);
        }
        if server.tls.value == Tls::None {
            hit(&outlook::PLAIN, Some(server), &endpoint);
        }
        if !protocol::can_be_said(server, account) {
            let rule = if takes_only_oauth2(account, server) { &outlook::OAUTH2 } else { &outlook::MECHANISM };
            hit(rule, Some(server), &endpoint);
        }
    }
    let has = |protocols: &[Protocol]| account.servers().any(|s| protocols.contains(&s.protocol));
    if !has(&[Protocol::Imap, Protocol::Pop3]) {
        hit(&outlook::ONE_WAY, None, "IMAP or POP3");
    }
    if !has(&[Protocol::Smtp]) {
        hit(&outlook::ONE_WAY, None, "SMTP");
    }
    let whole = has(&[Protocol::Imap, Protocol::Pop3]) && has(&[Protocol::Smtp]);
    if whole && protocol::blocks(account, true).is_empty() {
        hit(&outlook::NO_SETTINGS, None, &found.name);
    }
    // An answer without an address has the domain's form of a login, whoever asks.
    let own = !found.service.people.is_empty() || site.hosting.users.is_some();
    if own || found.service.composed {
        hit(&evolution::STAND_IN, None, "each domain");
    }
    if own {
        for rule in [&k9::ASKS, &deltachat::ASKS, &kmail::ASKS, &geary::ASKS] {
            hit(rule, None, "each domain");
        }
    }
    findings
}

/// Why there is no document for a domain.
fn unpublished(account: &Account, domain: &str) -> Finding {
    let has = |smtp: bool| account.servers().any(|s| (s.protocol == Protocol::Smtp) == smtp);
    if !has(true) || !has(false) {
        return every::NO_DOCUMENT.finding(None, None, domain);
    }
    let label = |s: &Server| format!("{} {}", s.protocol.key(), s.endpoint());
    let unknown = |s: &&Server| takes_only_oauth2(account, s) && !has_oauth2(s.host.as_str(), s.protocol.key());
    every::NO_WAY.finding(None, account.servers().find(unknown).map(label), domain)
}

fn takes_only_oauth2(account: &Account, server: &Server) -> bool {
    let ways = &account.service.ways;
    match &server.credential.value {
        Credential::OAuth2(_) => !ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword)),
        _ => !ways.is_empty() && ways.iter().all(|w| *w == Way::OAuth2),
    }
}
