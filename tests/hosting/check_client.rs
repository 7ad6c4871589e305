//! `check --client`: every rule with a document that breaks it and one that does not; answers of web servers; what is
//! published for account files. Whether Thunderbird's rules are true, Thunderbird itself is asked in `tests/clients/`.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use mailwright::clients::document::{Document, looks_like_xml};
use mailwright::clients::fetch::{Fetched, fetch, is_url, shown};
use mailwright::clients::rules::{self, Rule};
use mailwright::clients::{Client, Effect, are_bad, examine, published, transport};
use mailwright::site::{Question, Site};
use url::Url;

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

const SECOND_IMAP: &str = "</incomingServer>\n<incomingServer type=\"imap\"><hostname>imap2.example.org</hostname><port>993</port><socketType>SSL</socketType><authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></incomingServer>";
const POP3: &str = "<incomingServer type=\"pop3\"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType><authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></incomingServer>\n<incomingServer type=\"imap\">";

/// A rule, what is replaced in [`GOOD`] by what to break it, and by what to come near without breaking it.
type Case = (Option<Client>, &'static str, &'static str, &'static str, &'static str);

/// The rules about documents.
const CASES: &[Case] = {
    const ALL: Option<Client> = None;
    const TB: Option<Client> = Some(Client::Thunderbird);
    const K9: Option<Client> = Some(Client::K9);
    const FE: Option<Client> = Some(Client::FairEmail);
    const DC: Option<Client> = Some(Client::DeltaChat);
    const KM: Option<Client> = Some(Client::KMail);
    const GE: Option<Client> = Some(Client::Geary);
    const EV: Option<Client> = Some(Client::Evolution);
    const OL: Option<Client> = Some(Client::Outlook);
    const HOST: &str = "<hostname>imap.example.org</hostname>";
    const SMTP_HOST: &str = "<hostname>smtp.example.org</hostname>";
    const PORT: &str = "<port>993</port>";
    const SMTP_PORT: &str = "<port>587</port>";
    const SOCKET: &str = "<socketType>SSL</socketType>";
    const AUTH: &str = "<authentication>password-cleartext</authentication>";
    const USER: &str = "<username>%EMAILADDRESS%</username>";
    const IMAP: &str = "<incomingServer type=\"imap\">";
    const SMTP: &str = "<outgoingServer type=\"smtp\">";
    const DOMAIN: &str = "<domain>example.org</domain>";
    const ID: &str = "id=\"example.org\"";
    const OAUTH2: &str = "<authentication>OAuth2</authentication>";
    const OAUTH2_TOO: &str =
        "<authentication>OAuth2</authentication><authentication>password-cleartext</authentication>";
    const PADDED_USER: &str = "<username> %EMAILADDRESS% </username>";
    const PADDED_HOST: &str = "<hostname> imap.example.org\n</hostname>";
    const PADDED_SOCKET: &str = "<socketType> SSL </socketType>";
    const REFERENCE: &str = "<username>a&amp;b</username>";
    const JMAP: &str = "<incomingServer type=\"jmap\"><url>https://jmap.example.org/</url></incomingServer><incomingServer type=\"imap\">";
    const UPPER: &str = "<incomingServer type=\"IMAP\">";
    const NEW_NAME: &str = "<incomingServer type=\"imap\"><!-- -->";
    &[
        (ALL, "malformed", "</emailProvider>", "", "<!-- -->\n  </emailProvider>"),
        (ALL, "malformed", "<domain>", "<domain>&nbsp;", "<domain>&#65;"),
        (ALL, "byte-order-mark", "<?xml", "\u{feff}<?xml", "<?xml"),
        (
            ALL,
            "doctype",
            "<clientConfig version",
            "<!DOCTYPE clientConfig><clientConfig version",
            "<!-- DOCTYPE --><clientConfig version",
        ),
        (ALL, "placeholder-open", USER, "<username>%EMAILADDRESS</username>", "<username>100%</username>"),
        (
            ALL,
            "placeholder-unknown",
            USER,
            "<username>%EMAIL%</username>",
            "<username>%EMAILLOCALPART%.%EMAILDOMAIN%</username>",
        ),
        (
            ALL,
            "placeholder-unknown",
            HOST,
            "<hostname>%HOST%.example.org</hostname>",
            "<hostname>imap.%EMAILDOMAIN%</hostname>",
        ),
        (ALL, "port-against-socket", SMTP_PORT, "<port>465</port>", "<port>2587</port>"),
        (ALL, "port-against-socket", PORT, "<port>143</port>", "<port>1993</port>"),
        (ALL, "port-against-protocol", PORT, "<port>587</port>", "<port>5870</port>"),
        (ALL, "port-against-protocol", PORT, "<port>995</port>", "<port>993</port>"),
        (ALL, "port-slip", SMTP_PORT, "<port>586</port>", "<port>588888</port>"),
        (ALL, "no-tls", SOCKET, "<socketType>plain</socketType>", SOCKET),
        (
            ALL,
            "password-published",
            HOST,
            "<hostname>imap.example.org</hostname><password>x</password>",
            "<hostname>imap.example.org</hostname><password/>",
        ),
        (
            ALL,
            "authentication-alias",
            AUTH,
            "<authentication>plain</authentication>",
            "<authentication>password-encrypted</authentication>",
        ),
        (ALL, "no-autoconfig", "<clientConfig version=\"1.1\">", "<html>", "<clientConfig version=\"1.2\">"),
        (TB, "no-provider", "clientConfig", "c:clientConfig", "clientConfig"),
        (TB, "no-provider", "emailProvider", "EmailProvider", "emailProvider"),
        (TB, "provider-id", ID, "id=\"example_org\"", "id=\" Example.ORG \""),
        (TB, "no-domain", DOMAIN, "", "<domain>xn--bcher-kva.example</domain>"),
        (
            TB,
            "domain",
            DOMAIN,
            "<domain>example.org</domain><domain>a_b</domain>",
            "<domain>example.org</domain><domain>b.example</domain>",
        ),
        (
            TB,
            "display-name",
            "<displayName>Example</displayName>",
            "<displayName lang=\"en\">Example</displayName>",
            "<displayName>Example &amp; Co</displayName>",
        ),
        (
            TB,
            "second-provider",
            "</emailProvider>",
            "</emailProvider><emailProvider id=\"b.example\"/>",
            "</emailProvider><webMail/>",
        ),
        (
            TB,
            "no-incoming",
            SOCKET,
            "<socketType>TLS</socketType>",
            "<socketType>TLS</socketType><socketType>SSL</socketType>",
        ),
        (TB, "no-outgoing", SMTP, "<outgoingServer type=\"SMTP\">", SMTP),
        (TB, "server-type", IMAP, UPPER, NEW_NAME),
        (TB, "other-type", IMAP, JMAP, POP3),
        (TB, "hostname", HOST, "<hostname>mail_1.example.org</hostname>", PADDED_HOST),
        (TB, "port", PORT, "<port>99999</port>", "<port> 993 </port>"),
        (TB, "port-missing", PORT, "", PORT),
        (TB, "socket-type", SOCKET, PADDED_SOCKET, "<socketType>plain</socketType>"),
        (
            TB,
            "authentication",
            AUTH,
            "<authentication>SCRAM-SHA-256</authentication>",
            "<authentication>secure</authentication>",
        ),
        (TB, "oauth2-host", AUTH, OAUTH2, OAUTH2_TOO),
        (TB, "oauth2-passed-over", AUTH, OAUTH2_TOO, AUTH),
        (TB, "username-missing", USER, "", USER),
        (TB, "username-coerced", USER, "<username>00123</username>", "<username>a00123</username>"),
        (TB, "username-coerced", USER, "<username/>", "<username>TRUEE</username>"),
        (TB, "username-padded", USER, PADDED_USER, "<username>a b</username>"),
        (TB, "further-server", "</incomingServer>", SECOND_IMAP, "</incomingServer><incomingServer type=\"jmap\"/>"),
        (
            TB,
            "global-server",
            HOST,
            "<hostname>imap.example.org</hostname><useGlobalPreferredServer>true</useGlobalPreferredServer>",
            "<hostname>imap.example.org</hostname><useGlobalPreferredServer>false</useGlobalPreferredServer>",
        ),
        (K9, "no-provider", "clientConfig", "c:clientConfig", "clientConfig"),
        (K9, "provider-id", ID, "", "id=\"192.0.2.1\""),
        (K9, "no-domain", DOMAIN, "<domain>a_b</domain>", "<domain>a_b</domain><domain>b.example</domain>"),
        (K9, "element-in-text", PORT, "<port>993<b/></port>", "<port><!-- -->993</port>"),
        (K9, "hostname", HOST, PADDED_HOST, "<hostname>imap.%EMAILDOMAIN%</hostname>"),
        (K9, "hostname", HOST, "", HOST),
        (K9, "port", PORT, "<port> 993</port>", "<port>1993</port>"),
        (K9, "username-missing", USER, "", "<username>me</username>"),
        (K9, "socket-type", SOCKET, "<socketType>plain</socketType>", "<socketType>STARTTLS</socketType>"),
        (
            K9,
            "authentication",
            AUTH,
            "<authentication>plain</authentication>",
            "<authentication>NTLM</authentication><authentication>password-encrypted</authentication>",
        ),
        (K9, "no-incoming", IMAP, "<incomingServer type=\"pop3\">", POP3),
        (K9, "no-outgoing", SMTP, "<outgoingServer type=\"ews\">", SMTP),
        (K9, "server-type", IMAP, "<incomingServer type=\"pop\"/><incomingServer type=\"imap\">", POP3),
        (K9, "other-type", IMAP, POP3, NEW_NAME),
        (K9, "oauth2-host", AUTH, OAUTH2, OAUTH2_TOO),
        (K9, "username-padded", USER, PADDED_USER, "<username>a b</username>"),
        (K9, "further-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (FE, "incomplete", SMTP_HOST, "", SMTP_HOST),
        (FE, "incomplete", IMAP, "<incomingServer type=\"pop3\">", POP3),
        (FE, "port", PORT, "<port> 993 </port>", "<port>1993</port>"),
        (FE, "last-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (
            FE,
            "order",
            "<port>993</port>\n      <socketType>SSL</socketType>",
            "<socketType>STARTTLS</socketType><port>1143</port>",
            "<socketType>SSL</socketType><port>993</port>",
        ),
        (FE, "socket-type", SOCKET, "<socketType>plain</socketType>", "<socketType>STARTTLS</socketType>"),
        (FE, "hostname-padded", HOST, PADDED_HOST, HOST),
        (FE, "hostname-placeholder", HOST, "<hostname>imap.%EMAILDOMAIN%</hostname>", HOST),
        (FE, "username-literal", "%EMAILADDRESS%", "%EMAILLOCALPART%@%EMAILDOMAIN%", "%EMAILLOCALPART%"),
        (FE, "username-differs", USER, "<username>%EMAILLOCALPART%</username>", USER),
        (
            FE,
            "username-differs",
            "</clientConfig>",
            "<webMail><loginPageInfo><username>%EMAILLOCALPART%</username></loginPageInfo></webMail></clientConfig>",
            "<webMail><loginPageInfo><username>%EMAILADDRESS%</username></loginPageInfo></webMail></clientConfig>",
        ),
        (FE, "oauth2-only", AUTH, OAUTH2, OAUTH2_TOO),
        (FE, "other-type", IMAP, POP3, NEW_NAME),
        (DC, "incomplete-server", USER, "", "<USERNAME>me</USERNAME>"),
        (DC, "no-server", SMTP_PORT, "", SMTP_PORT),
        (DC, "port", PORT, "<port>imaps</port>", "<port> 993 </port>"),
        (DC, "socket-type", SOCKET, "<socketType>TLS</socketType>", "<socketType> ssl </socketType>"),
        (DC, "reference", USER, REFERENCE, "<username>ab</username>"),
        (DC, "reference", USER, "<username><![CDATA[ab]]></username>", "<username>ab</username>"),
        (DC, "repeated", PORT, "<port>993</port><port>143</port>", "<port>993</port><port>993</port>"),
        (DC, "oauth2-only", AUTH, OAUTH2, OAUTH2_TOO),
        (DC, "other-type", IMAP, POP3, NEW_NAME),
        (KM, "no-provider", "emailProvider", "EmailProvider", "emailProvider"),
        (KM, "no-server", SMTP_PORT, "", SMTP_PORT),
        (KM, "port-missing", PORT, "", PORT),
        (KM, "port", PORT, "<port>imaps</port>", "<port> 993 </port>"),
        (KM, "server-type", IMAP, UPPER, NEW_NAME),
        (KM, "other-type", IMAP, JMAP, POP3),
        (KM, "socket-type", SOCKET, PADDED_SOCKET, "<socketType>plain</socketType>"),
        (
            KM,
            "authentication",
            AUTH,
            "<authentication>TLS-client-cert</authentication>",
            "<authentication>client-ip-based</authentication>",
        ),
        (KM, "oauth2-smtp", AUTH, OAUTH2_TOO, AUTH),
        (KM, "padded", HOST, PADDED_HOST, HOST),
        (KM, "repeated", PORT, "<port>143</port><port>993</port>", PORT),
        (GE, "first-server", IMAP, POP3, NEW_NAME),
        (GE, "socket-type", SOCKET, "<socketType>ssl</socketType>", "<socketType>STARTTLS</socketType>"),
        (GE, "incomplete-server", HOST, "", HOST),
        (GE, "padded", HOST, PADDED_HOST, HOST),
        (GE, "hostname-placeholder", HOST, "<hostname>imap.%EMAILDOMAIN%</hostname>", HOST),
        (GE, "username-ignored", USER, "<username>%EMAILLOCALPART%</username>", PADDED_USER),
        (GE, "further-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (EV, "server-attributes", IMAP, "<incomingServer type=\"imap\" lang=\"en\">", NEW_NAME),
        (EV, "server-attributes", IMAP, "<incomingServer>", NEW_NAME),
        (EV, "last-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (EV, "socket-type", SOCKET, PADDED_SOCKET, "<socketType>plain</socketType>"),
        (EV, "port", PORT, "<port>imaps</port>", "<port> 993 or so</port>"),
        (EV, "hostname-missing", HOST, "", HOST),
        (EV, "padded", HOST, PADDED_HOST, HOST),
        (EV, "cdata", USER, "<username><![CDATA[me]]></username>", REFERENCE),
        (EV, "authentication", AUTH, OAUTH2, OAUTH2_TOO),
        (EV, "no-server", SMTP, "<outgoingServer type=\"ews\">", SMTP),
        (EV, "other-type", IMAP, JMAP, POP3),
        (OL, "not-read", "Example", "Sample", ""),
    ]
};

fn found(text: &str) -> BTreeSet<(Option<Client>, &'static str)> {
    let document = Document::read(0, text);
    examine(&document, Client::ALL).iter().map(|f| (f.client, f.rule.code)).collect()
}

fn name(rule: &Rule) -> (Option<Client>, &'static str) {
    (rule.client, rule.code)
}

#[test]
fn a_good_document_is_read_by_all_as_published() {
    assert_eq!(found(GOOD), BTreeSet::from([(Some(Client::Outlook), "not-read")]));
}

#[test]
fn every_rule_bites_where_it_should_and_not_beside() {
    let mut wrong = Vec::new();
    for (client, code, what, bad, near) in CASES {
        assert!(GOOD.contains(what), "{what}");
        // In a name every occurrence, else the first.
        let times = if what.starts_with('<') { 1 } else { usize::MAX };
        let replaced = |by: &str| {
            if times == 1 && *code != "oauth2-smtp" { GOOD.replacen(what, by, 1) } else { GOOD.replace(what, by) }
        };
        if !found(&replaced(bad)).contains(&(*client, *code)) {
            wrong.push(format!("{client:?} {code}: `{bad}` is not found: {:?}", found(&replaced(bad))));
        }
        if near != &"" && found(&replaced(near)).contains(&(*client, *code)) {
            wrong.push(format!("{client:?} {code}: `{near}` is found"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules about answers and about Autodiscover have tests of their own below; no rule has none.
#[test]
fn no_rule_is_without_a_test() {
    let mut tested: BTreeSet<_> = CASES.iter().map(|(client, code, ..)| (*client, *code)).collect();
    tested.extend(ANSWERS.iter().flat_map(|(.., rules)| rules.iter().copied()));
    tested.extend(ACCOUNTS.iter().flat_map(|(_, rules)| rules.iter().copied()));
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

/// Status, type and addresses of an answer, and what is found.
type Answer = (&'static [&'static str], u16, &'static str, &'static str, &'static [(Option<Client>, &'static str)]);

const URL: &str = "https://autoconfig.example.org/mail/config-v1.1.xml";
const PAGE: &str = "<!DOCTYPE html><html></html>";
const ANSWERS: &[Answer] = {
    const TB: Option<Client> = Some(Client::Thunderbird);
    &[
        (&[URL], 200, "text/xml", "", &[]),
        (&[URL], 200, "application/xml; charset=utf-8", "", &[]),
        (&[URL], 200, "text/plain", "", &[(TB, "content-type")]),
        (&[URL], 200, "", "", &[(TB, "content-type")]),
        (&[URL], 200, "TEXT/XML", "", &[(TB, "content-type")]),
        (&[URL], 200, "text/html", PAGE, &[(TB, "content-type"), (TB, "masks-others")]),
        (&[URL], 200, "text/xml", PAGE, &[(TB, "masks-others")]),
        (&[URL], 404, "text/html", PAGE, &[(None, "status")]),
        (&[URL], 204, "text/xml", "", &[]),
        (&[URL], 401, "text/html", "", &[(None, "unauthorised")]),
        (&[URL], 500, "text/xml", "", &[(None, "status")]),
        (&[URL, "https://mail.example.org/x"], 200, "text/xml", "", &[]),
        (&[URL, "https://mail.example.net/x"], 200, "text/xml", "", &[(None, "redirect")]),
        (
            &["http://autoconfig.example.org/x", URL],
            200,
            "text/xml",
            "",
            &[
                (Some(Client::DeltaChat), "never-by-http"),
                (Some(Client::FairEmail), "never-by-http"),
                (Some(Client::Geary), "never-by-http"),
                (Some(Client::K9), "insecure"),
            ],
        ),
        (&[URL, "http://autoconfig.example.org/x"], 200, "text/xml", "", &[(Some(Client::K9), "insecure")]),
    ]
};

#[test]
fn answers_of_web_servers() {
    for (hops, status, kind, body, rules) in ANSWERS {
        let fetched = Fetched {
            hops: hops.iter().map(|u| Url::parse(u).expect("URL")).collect(),
            status: *status,
            kind: (!kind.is_empty()).then(|| (*kind).to_owned()),
            body: (*body).to_owned(),
        };
        let found: BTreeSet<_> = transport::of(&fetched, Client::ALL).iter().map(|f| (f.client, f.rule.code)).collect();
        assert_eq!(found, rules.iter().copied().collect(), "{hops:?} {status} {kind}");
    }
}

/// Account files, and what is found beside their documents.
type Accounts = (&'static str, &'static [(Option<Client>, &'static str)]);

const ACCOUNTS: &[Accounts] = {
    const TB: Option<Client> = Some(Client::Thunderbird);
    const OL: Option<Client> = Some(Client::Outlook);
    const NEW: (Option<Client>, &str) = (OL, "new-outlook");
    &[
        ("providers: { a: { domains: [a.example], imap: imap.a.example, smtp: smtp.a.example } }", &[NEW]),
        (
            "providers: { a: { domains: [a.example], imap: { host: imap.a.example, port: 1143, tls: starttls }, smtp: smtp.a.example } }",
            &[NEW, (TB, "autodiscover-port")],
        ),
        (
            "providers: { a: { domains: [a.example], login: \"{local}\", imap: imap.a.example, smtp: smtp.a.example } }",
            &[NEW, (Some(Client::DeltaChat), "autodiscover-login"), (Some(Client::Geary), "username-ignored")],
        ),
        (
            "providers: { a: { domains: [a.example], imap: { host: imap.a.example, auth: cram-md5 }, smtp: smtp.a.example } }",
            &[NEW, (OL, "mechanism"), (OL, "no-settings")],
        ),
        (
            "accounts: { a@a.example: { login: u1, imap: imap.a.example, smtp: smtp.a.example } }",
            &[
                NEW,
                (Some(Client::Evolution), "stand-in-user"),
                (Some(Client::Geary), "username-ignored"),
                (Some(Client::K9), "asks-without-address"),
                (Some(Client::DeltaChat), "asks-without-address"),
                (Some(Client::KMail), "asks-without-address"),
                (Some(Client::Geary), "asks-without-address"),
            ],
        ),
        (
            // A login that is told only to who sends an address.
            "serve: { users: { csv: users.csv, unknown: \"u{digits:6}\", secret: { file: /s } } }\nproviders: { a: { domains: [a.example], imap: imap.a.example, smtp: smtp.a.example } }",
            &[
                NEW,
                (Some(Client::Evolution), "stand-in-user"),
                (Some(Client::K9), "asks-without-address"),
                (Some(Client::DeltaChat), "asks-without-address"),
                (Some(Client::KMail), "asks-without-address"),
                (Some(Client::Geary), "asks-without-address"),
            ],
        ),
        (
            "providers: { a: { domains: [a.example], auth: [oauth2], imap: imap.a.example, smtp: smtp.a.example } }",
            &[NEW, (OL, "oauth2-only"), (OL, "no-settings"), (None, "no-way-to-log-in")],
        ),
        ("accounts: { a@a.example: { imap: imap.a.example } }", &[NEW, (OL, "one-way"), (None, "no-document")]),
        (
            "accounts: { a@outlook.com: {} }",
            &[
                NEW,
                (OL, "oauth2-only"),
                (OL, "no-settings"),
                (Some(Client::FairEmail), "oauth2-only"),
                (Some(Client::DeltaChat), "oauth2-only"),
                (Some(Client::KMail), "oauth2-smtp"),
                (Some(Client::Evolution), "authentication"),
            ],
        ),
        (
            "accounts: { a@a.example: { imap: { host: localhost, port: 1143, tls: none }, smtp: { host: localhost, port: 1025, tls: none } } }",
            &[
                NEW,
                (OL, "no-tls"),
                (None, "no-tls"),
                (Some(Client::K9), "socket-type"),
                (Some(Client::FairEmail), "socket-type"),
            ],
        ),
        (
            // A login that looks like a number: Thunderbird's document for this user.
            "accounts: { a@a.example: { login: \"00123\", imap: imap.a.example, smtp: smtp.a.example } }",
            &[
                NEW,
                (TB, "username-coerced"),
                (Some(Client::Evolution), "stand-in-user"),
                (Some(Client::K9), "asks-without-address"),
                (Some(Client::DeltaChat), "asks-without-address"),
                (Some(Client::KMail), "asks-without-address"),
                (Some(Client::Geary), "asks-without-address"),
                (Some(Client::Geary), "username-ignored"),
            ],
        ),
    ]
};

#[test]
fn what_is_published_for_account_files() {
    for (yaml, rules) in ACCOUNTS {
        let reading = mailwright::read_text("a.yaml", yaml);
        assert!(!reading.failed(), "{yaml}: {:?}", reading.problems);
        let mut sources = reading.sources;
        let looked = published::of(&reading.mail, Client::ALL, &mut sources).expect("a site");
        // Harmless things of the document itself have been tested above.
        let harmless = ["other-type", "further-server", "oauth2-passed-over"];
        let found: BTreeSet<_> = looked
            .findings
            .iter()
            .filter(|f| !harmless.contains(&f.rule.code))
            .map(|f| (f.client, f.rule.code))
            .collect();
        assert_eq!(found, rules.iter().copied().collect(), "{yaml}");
    }
}

#[test]
fn a_fault_of_all_domains_of_a_service_is_said_once() {
    let yaml = "providers: { a: { domains: [a.example, b.example, c.example], login: \"{local}\", imap: imap.a.example, smtp: smtp.a.example } }";
    let reading = mailwright::read_text("a.yaml", yaml);
    let mut sources = reading.sources;
    let looked = published::of(&reading.mail, &[Client::Geary], &mut sources).expect("a site");
    assert_eq!(looked.documents, 3);
    let said: Vec<_> = looked.findings.iter().map(|f| (f.rule.code, f.also)).collect();
    assert_eq!(said, [("username-ignored", 2), ("username-ignored", 2)]);
}

/// The document of a domain, as `serve` would send it.
fn served(yaml: &str, domain: &str) -> String {
    let reading = mailwright::read_text("a.yaml", yaml);
    assert!(!reading.failed(), "{:?}", reading.problems);
    let site = Site::build(&reading.mail, None).expect("a site");
    let host = format!("autoconfig.{domain}");
    let answer = site.ask(&Question::get(&host, "/mail/config-v1.1.xml", ""));
    String::from_utf8(answer.body.to_vec()).expect("UTF-8")
}

#[test]
fn the_full_profile_is_published_only_when_it_is_asked_for() {
    let host = |profile: &str| {
        format!(
            "defaults: {{ targets: {{ autoconfig: {{ profile: {profile} }} }} }}\nproviders: {{ a: {{ domains: [a.example], \
             imap: imap.a.example, smtp: [smtp.a.example, \"smtp.a.example:587\"], caldav: https://dav.a.example/ }} }}"
        )
    };
    let plain = served(&host("plain"), "a.example");
    assert!(plain.contains("version=\"1.1\"") && !plain.contains("587") && !plain.contains("calendar"), "{plain}");
    let full = served(&host("full"), "a.example");
    assert!(full.contains("version=\"1.2\"") && full.contains("<port>587</port>"), "{full}");
    assert!(
        full.contains("<calendar type=\"caldav\">") && full.contains("<url>https://dav.a.example/</url>"),
        "{full}"
    );
    // What costs something is told: FairEmail takes the last server.
    assert!(found(&full).contains(&(Some(Client::FairEmail), "last-server")));
    assert!(!found(&plain).contains(&(Some(Client::FairEmail), "last-server")));
}

#[test]
fn nobodys_own_calendar_is_published_for_everybody() {
    let yaml = "accounts: { ada@a.example: { imap: i.a.example, smtp: s.a.example, caldav: 'https://dav.a.example/calendars/ada/', \
                targets: { autoconfig: { profile: full } } } }";
    let full = served(yaml, "a.example");
    assert!(full.contains("version=\"1.2\"") && !full.contains("dav.a.example"), "{full}");
}

/// A server that an account names or changes itself has no others beside it.
#[test]
fn further_servers_are_those_of_the_list_that_was_picked_from() {
    let further = |account: &str| -> Vec<String> {
        let yaml = format!(
            "providers: {{ a: {{ domains: [a.example], imap: i.a.example, smtp: [s.a.example, \"s.a.example:587\", \"t.a.example:587\"] }} }}\n\
             accounts: {{ me@a.example: {account} }}"
        );
        let reading = mailwright::read_text("a.yaml", &yaml);
        assert!(!reading.failed(), "{:?}", reading.problems);
        reading.mail.accounts[0].further.iter().map(|s| s.endpoint()).collect()
    };
    assert_eq!(further("{}"), ["s.a.example:587", "t.a.example:587"]);
    assert_eq!(further("{ smtp: { port: 587 } }"), ["s.a.example:465", "t.a.example:587"]);
    assert_eq!(further("{ smtp: { port: 2587, tls: starttls } }"), Vec::<String>::new());
    assert_eq!(further("{ smtp: own.example }"), Vec::<String>::new());
}

#[test]
fn rejections_and_skips_are_bad_misreadings_and_notes_are_not() {
    let bad = |text: &str| are_bad(&examine(&Document::read(0, text), Client::ALL));
    assert!(!bad(GOOD));
    assert!(bad(&GOOD.replace("SSL", "plain")));
    assert!(!bad(&GOOD.replace("%EMAILADDRESS%", "%EMAILLOCALPART%")));
    assert!(bad("<html>"));
}

/// A web page in the document's stead is one finding, well-formed or not.
#[test]
fn what_is_no_autoconfig_document_is_said_once() {
    let pages = [
        "<!DOCTYPE html><html><head><meta charset=utf-8></head><body>Not found<br></body></html>",
        "<html><head/><body>Hello</body></html>",
        "\u{feff} <!doctype HTML><p>x",
        "<Autodiscover><Response/></Autodiscover>",
        "<feed/>",
    ];
    for text in pages {
        assert_eq!(found(text), BTreeSet::from([(None, "no-autoconfig")]), "{text}");
    }
    // What wants to be one is told what is wrong in it.
    for text in [GOOD.replace("clientConfig", "c:clientConfig"), GOOD.replace("clientConfig", "html")] {
        assert!(!found(&text).contains(&(None, "no-autoconfig")) || text.contains("<html"), "{text}");
    }
}

/// The worst comes first, and each finding points at its line.
#[test]
fn findings_have_places() {
    let text = GOOD.replace("<socketType>SSL", "<socketType>plain");
    let document = Document::read(0, &text);
    let findings = examine(&document, &[Client::K9]);
    let k9: Vec<_> = findings.iter().filter(|f| f.client == Some(Client::K9)).collect();
    assert_eq!(k9[0].effect(), Effect::Rejects);
    assert_eq!(k9[0].server.as_deref(), Some("imap imap.example.org:993"));
    let place = k9[0].place.expect("a place");
    assert_eq!(&text[place.start as usize..place.end as usize], "<socketType>plain</socketType>");
}

/// Nothing that a stranger writes makes the reader fall.
#[test]
fn hostile_documents() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><clientConfig>&b;</clientConfig>";
    for text in [
        deep.as_str(),
        bomb,
        "",
        "<",
        "<a",
        "<a b",
        "<a b=",
        "</a>",
        "<a/><b/>",
        "\u{feff}",
        "&#0;",
        "<a>&#xFFFFFFFF;</a>",
        "<a>\u{0}</a>",
        "<clientConfig><emailProvider><incomingServer/></emailProvider></clientConfig>",
        "<?xml?>",
        "<![CDATA[",
        "<!--",
        "<a><!-- -- --></a>",
    ] {
        let document = Document::read(0, text);
        examine(&document, Client::ALL);
    }
    assert!(Document::read(0, &deep).broken.is_some());
    // Cut anywhere, and anything put anywhere.
    for end in GOOD.char_indices().map(|(i, _)| i) {
        let document = Document::read(0, &GOOD[..end]);
        assert!(document.broken.is_some() || end + 2 > GOOD.len(), "{end}");
        examine(&document, Client::ALL);
        for by in ["<", "&", "\"", "]]>", "\u{fffe}", "<x>", "-->"] {
            examine(&Document::read(0, &format!("{}{by}{}", &GOOD[..end], &GOOD[end..])), Client::ALL);
        }
    }
}

#[test]
fn what_is_a_document_and_what_an_address() {
    assert!(looks_like_xml("a.XML", "") && looks_like_xml("-", "\u{feff}\n <clientConfig/>"));
    assert!(!looks_like_xml("a.yaml", "accounts: {}") && !looks_like_xml("-", ""));
    assert!(is_url("https://a.example/") && is_url("HTTP://a.example") && !is_url("httpsfile") && !is_url("\u{e4}"));
    let url = Url::parse("https://me:secret@a.example/x?emailaddress=me@a.example#f").expect("URL");
    assert_eq!(shown(&url), "https://a.example/x?...");
}

/// A web server for some questions, one after the other, on a port of its own.
fn serving(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/mail/config-v1.1.xml", listener.local_addr().expect("its address"));
    let own = address.clone();
    thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.windows(4).any(|w| w == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(n) if n > 0 => request.extend_from_slice(&buffer[..n]),
                    _ => break,
                }
            }
            let request = String::from_utf8_lossy(&request).to_lowercase();
            assert!(!request.contains("cookie") && !request.contains("authorization"), "{request}");
            let _ = stream.write_all(answer.replace("SELF", &own).as_bytes());
        }
    });
    address
}

fn answer(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_document_is_fetched_and_redirections_are_remembered() {
    let moved = || answer("302 Found\r\nLocation: SELF?b\r\nSet-Cookie: a=b", "");
    let good = answer("200 OK\r\nContent-Type: text/xml", GOOD);
    let fetched = fetch(&serving(vec![moved(), moved(), good])).expect("a document");
    assert_eq!((fetched.status, fetched.hops.len(), fetched.body.as_str()), (200, 3, GOOD));
    assert_eq!(fetched.kind.as_deref(), Some("text/xml"));
    let refused = fetch(&serving(vec![answer("404 Not Found\r\nContent-Type: text/html", PAGE)])).expect("an answer");
    assert!(refused.status == 404 && !transport::is_ok(&refused));
    let refused = fetch(&serving(vec![answer("401 Unauthorized\r\nWWW-Authenticate: Basic", "")])).expect("an answer");
    assert_eq!(refused.status, 401);
}

#[test]
fn what_cannot_be_fetched_says_why_and_names_nobody() {
    let why = |address: &str| fetch(address).map(|f| f.status).expect_err("no answer").reason;
    let moved = || answer("302 Found\r\nLocation: SELF", "");
    assert!(why(&serving((0..9).map(|_| moved()).collect())).contains("5 redirections"));
    assert!(why(&serving(vec![answer("302 Found\r\nLocation: file:///etc/passwd", "")])).contains("http"));
    assert!(why(&serving(vec![answer("200 OK", &"a".repeat(1024 * 1024 + 1))])).contains("MiB"));
    // A port that nobody listens on any more.
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let problem =
        fetch(&format!("http://{gone}/?emailaddress=me@a.example")).map(|f| f.status).expect_err("nobody there");
    assert!(!problem.message.contains("me@") && !problem.reason.contains("me@"), "{problem:?}");
    assert!(fetch("https://").is_err());
}
