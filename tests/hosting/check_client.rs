//! `check --client`: every rule with a document that breaks it and one that does not ([`documents`]), answers of web servers
//! ([`answers`]), documents that are not in UTF-8 ([`encodings`]), what is published for account files ([`published`]). Whether Thunderbird's rules are true, Thunderbird
//! itself is asked in `tests/clients/`.

mod answers;
mod documents;
mod encodings;
mod published;

use std::collections::BTreeSet;

use mailwright::clients::document::Document;
use mailwright::clients::rules::{self, Rule};
use mailwright::clients::{Client, examine};

/// A document that every program reads as it is published.
const GOOD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.org">
    <domain>example.org</domain>
    <displayName>Example</displayName>
    <incomingServer type="imap">
      <hostname>imap.example.org</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.org</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
  </emailProvider>
</clientConfig>
"#;

fn found(text: &str) -> BTreeSet<(Option<Client>, &'static str)> {
    let document = Document::read(0, text);
    examine(&document, Client::ALL).iter().map(|f| (f.client, f.rule.code)).collect()
}

fn name(rule: &Rule) -> (Option<Client>, &'static str) {
    (rule.client, rule.code)
}

/// Rules about answers and about Autodiscover have tests of their own; no rule has none.
#[test]
fn no_rule_is_without_a_test() {
    let mut tested: BTreeSet<_> = documents::CASES.iter().map(|(client, code, ..)| (*client, *code)).collect();
    tested.extend(answers::ANSWERS.iter().flat_map(|(.., rules)| rules.iter().copied()));
    tested.extend(published::ACCOUNTS.iter().flat_map(|(_, rules)| rules.iter().copied()));
    tested.extend(encodings::DOCUMENTS.iter().flat_map(|(.., rules)| rules.iter().copied()));
    let all: BTreeSet<_> = rules::all().map(name).collect();
    assert_eq!(tested.iter().filter(|t| !all.contains(t)).collect::<Vec<_>>(), Vec::<&(Option<Client>, &str)>::new());
    assert_eq!(all.iter().filter(|r| !tested.contains(r)).collect::<Vec<_>>(), Vec::<&(Option<Client>, &str)>::new());
    assert_eq!(all.len(), rules::all().count(), "a program has a code twice");
}

/// A rule is only as good as its source.
#[test]
fn every_rule_says_where_it_was_read() {
    for rule in rules::all() {
        let source = rule.source;
        assert!(!source.origin.is_empty() && !source.file.is_empty(), "{}", rule.code);
        let parts: Vec<&str> = source.date.split('-').collect();
        assert!(
            matches!(parts.as_slice(), [y, m, d] if y.len() == 4 && m.len() == 2 && d.len() == 2),
            "{}: {}",
            rule.code,
            source.date
        );
        assert!(!rule.fix.is_empty() && !rule.at.is_empty() && rule.says.matches("{}").count() <= 1, "{}", rule.code);
    }
}
