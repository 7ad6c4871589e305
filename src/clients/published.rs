//! What programs make of what we publish for an account file: its documents, byte for byte as a server would send them,
//! and the facts that its Autodiscover answers are made from.

use std::collections::HashMap;

use super::document::Document;
use super::rules::{Rule, deltachat, every, evolution, outlook, thunderbird};
use super::simulate::findings as simulated;
use super::{Client, Finding, lints, sort};
use crate::account::{Account, Credential, LoginForm, Mail, Mechanism, Protocol, Server, Tls, Way};
use crate::problem::{Problem, Sources};
use crate::site::{Asked, Found, Question, Site};

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

/// Reads everything that is published for the files' domains and users. The documents are added to `sources`, so that
/// findings can be shown in them.
///
/// # Errors
/// When nothing can be published.
pub fn of(mail: &Mail, clients: &[Client], sources: &mut Sources) -> Result<Looked, Vec<Problem>> {
    let site = Site::build(mail, None)?;
    let mut looked = Looked::default();
    // The same fault in all domains of a service is said once.
    let mut seen: HashMap<_, usize> = HashMap::new();
    for found in site.domains() {
        let mut findings = Vec::new();
        let name = found.name.clone().into_owned();
        let address = asked_at(&name);
        match document(&site, &address, "") {
            Some(text) => findings.extend(look(
                &format!("https://{address}/mail/config-v1.1.xml"),
                text,
                clients,
                sources,
                &mut looked,
            )),
            None => {
                looked.without += 1;
                findings.push(every::NO_DOCUMENT.finding(None, None, &name));
            }
        }
        let mut people: Vec<_> = found.service.people.keys().filter(|a| a.domain() == name).collect();
        people.sort_by_key(|a| a.to_string());
        for person in people {
            let query = format!(
                "emailaddress={}",
                percent_encoding::utf8_percent_encode(person.as_str(), percent_encoding::NON_ALPHANUMERIC)
            );
            if let Some(text) = document(&site, &address, &query) {
                // No name of a person in what is shown: the account file has it.
                findings.extend(look(
                    &format!("https://{address}/mail/config-v1.1.xml?..."),
                    text,
                    clients,
                    sources,
                    &mut looked,
                ));
            }
        }
        findings.extend(beside(&found, clients));
        for finding in findings {
            let line = finding.place.map(|p| sources.line_column(p).0);
            let key = (finding.client, finding.rule.code, finding.message.clone(), finding.server.clone(), line);
            match seen.get(&key) {
                Some(first) => {
                    if let Some(first) = looked.findings.get_mut(*first) {
                        first.also += 1;
                    }
                }
                None => {
                    seen.insert(key, looked.findings.len());
                    looked.findings.push(finding);
                }
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

fn look(name: &str, text: String, clients: &[Client], sources: &mut Sources, looked: &mut Looked) -> Vec<Finding> {
    looked.documents += 1;
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
fn beside(found: &Found<'_>, clients: &[Client]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let account = &found.service.account;
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
        if takes_only_oauth2(account, server) {
            hit(&outlook::OAUTH2, Some(server), &endpoint);
        }
        let plain = |m: Mechanism| matches!(m, Mechanism::Plain | Mechanism::Login | Mechanism::None | Mechanism::Ntlm);
        if server
            .auth
            .as_ref()
            .is_some_and(|m| !plain(m.value) && !matches!(m.value, Mechanism::XOAuth2 | Mechanism::OAuthBearer))
        {
            hit(&outlook::MECHANISM, Some(server), &endpoint);
        }
    }
    let has = |protocols: &[Protocol]| account.servers().any(|s| protocols.contains(&s.protocol));
    if !has(&[Protocol::Imap, Protocol::Pop3]) {
        hit(&outlook::ONE_WAY, None, "IMAP or POP3");
    }
    if !has(&[Protocol::Smtp]) {
        hit(&outlook::ONE_WAY, None, "SMTP");
    }
    if !found.service.people.is_empty() || found.service.composed {
        hit(&evolution::STAND_IN, None, "each domain");
    }
    findings
}

fn takes_only_oauth2(account: &Account, server: &Server) -> bool {
    let ways = &account.service.ways;
    match &server.credential.value {
        Credential::OAuth2(_) => !ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword)),
        _ => !ways.is_empty() && ways.iter().all(|w| *w == Way::OAuth2),
    }
}
