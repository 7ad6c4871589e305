//! The catalogue lint: what public catalogues got wrong must not be in ours.
//!
//! The known mistakes are those found in ISPDB, nodemailer and others: 465 with STARTTLS, `%EMAILADDRESS` without its
//! closing percent, POP3 on 993, implicit TLS on 587, hosts that do not exist, advice that no longer works. The lint is
//! proven on those mistakes first, then run over the catalogue.

use std::collections::HashMap;
use std::path::Path;

use mailwright::account::address::domain_name;
use mailwright::account::template::Template;
use mailwright::account::{Host, Mechanism, Tls, Way};
use mailwright::provider::{self, Facts, PROVIDERS, ServerFacts};

const USUAL: &[(&str, u16, &str)] = &[
    ("imap", 993, "implicit"),
    ("imap", 143, "starttls"),
    ("pop3", 995, "implicit"),
    ("pop3", 110, "starttls"),
    ("smtp", 465, "implicit"),
    ("smtp", 587, "starttls"),
    ("smtp", 25, "starttls"),
];

/// What is wrong with a server of a protocol.
fn lint_server(protocol: &str, s: &ServerFacts) -> Vec<String> {
    let mut found = Vec::new();
    let mut wrong = |what: String| found.push(format!("{protocol} {}:{}: {what}", s.host, s.port));
    if Host::parse(&s.host.replace("{region}", "eu-west-1")).is_err() || s.host.contains('%') {
        wrong("no host".into());
    }
    let tls = Tls::parse(s.tls);
    match tls {
        None => wrong(format!("tls {} is none of ours", s.tls)),
        Some(Tls::None) if !Host::parse(s.host).is_ok_and(|h| h.is_loopback()) => {
            wrong("without TLS off this machine".into());
        }
        Some(tls) => {
            if let Some(of_port) = Tls::of_port(s.port)
                && of_port != tls
                && s.reason.is_none()
            {
                wrong(format!("port means {}, tls says {}", of_port.word(), s.tls));
            }
            if s.reason.is_some() && Tls::of_port(s.port) == Some(tls) {
                wrong("gives a reason for an exception that is none".into());
            }
        }
    }
    if let Some((other, ..)) = USUAL.iter().find(|(p, port, _)| *port == s.port && *p != protocol) {
        wrong(format!("is {other}'s port"));
    }
    if let Some(login) = s.login {
        found.extend(lint_login(login));
    }
    if s.auth.is_some_and(|a| Mechanism::parse(a).is_none()) {
        found.push(format!("{protocol} {}: unknown mechanism", s.host));
    }
    if s.recent && protocol != "pop3" {
        found.push(format!("{protocol} {}: `recent` is for POP3", s.host));
    }
    found
}

fn lint_login(login: &str) -> Option<String> {
    if login.contains('%') {
        return Some(format!("the login {login} has a placeholder of another format"));
    }
    Template::parse(login).err().map(|inside| format!("the login {login} has an unknown placeholder {inside}"))
}

/// Words that must not be in any text: they advise what no longer exists.
fn lint_text(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    ["less secure", "lesssecure", "turn off two-factor", "disable 2-step", "port 25 or"]
        .iter()
        .find(|bad| lower.contains(**bad))
        .map(|bad| format!("says \"{bad}\""))
}

fn lint(facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    for (protocol, servers) in [("imap", facts.imap), ("pop3", facts.pop3), ("smtp", facts.smtp)] {
        for server in servers {
            found.extend(lint_server(protocol, server));
        }
        // A user's `port` or `tls` picks one: two of the same would hide the second.
        for (i, a) in servers.iter().enumerate() {
            if servers[..i].iter().any(|b| a.host == b.host && a.port == b.port) {
                found.push(format!("{protocol} {}:{} is there twice", a.host, a.port));
            }
        }
    }
    found.extend(facts.login.and_then(lint_login));
    let servers = !(facts.imap.is_empty() && facts.pop3.is_empty() && facts.smtp.is_empty());
    if !["mailbox", "hosting", "relay", "bridge", "none"].contains(&facts.kind) {
        found.push(format!("unknown kind {}", facts.kind));
    }
    if servers == (facts.kind == "none") {
        found.push("a service without servers is of the kind `none`, and only that".into());
    }
    if !servers && facts.help.note.is_none() {
        found.push("has no server and does not say why".into());
    }
    for domain in facts.domains.iter().chain(facts.mx) {
        let bare = domain.strip_prefix("*.").unwrap_or(domain);
        if domain_name(bare).as_deref() != Ok(bare) {
            found.push(format!("{domain} is no domain in lower-case A-labels"));
        }
    }
    if facts.auth.is_empty() || facts.auth.iter().any(|a| Way::parse(a).is_none()) {
        found.push("no way to log in, or an unknown one".into());
    }
    if facts.auth.contains(&"oauth2") {
        match &facts.oauth2 {
            None => found.push("offers OAuth2 without endpoints".into()),
            Some(o) => {
                for url in [o.auth_url, o.token_url] {
                    if !url.starts_with("https://") {
                        found.push(format!("{url} is not https"));
                    }
                }
                if o.mechanism.is_some_and(|m| !["xoauth2", "oauthbearer"].contains(&m)) {
                    found.push("OAuth2 with a mechanism that is none of its own".into());
                }
            }
        }
    }
    let h = &facts.help;
    for text in [h.app_password, h.password, h.enable, h.login, h.note, Some(facts.source)].into_iter().flatten() {
        found.extend(lint_text(text));
    }
    if h.app_password.is_some_and(|p| !p.starts_with("https://")) {
        found.push("the page for app passwords is no page".into());
    }
    let digits = facts.date.split('-').map(str::len).collect::<Vec<_>>();
    if digits != [4, 2, 2] || facts.date < "2026-01-01" {
        found.push(format!("date {}", facts.date));
    }
    if facts.source.trim().is_empty() {
        found.push("no source".into());
    }
    for (_, names) in facts.languages {
        if names.sent.is_none() && names.trash.is_none() {
            found.push("a language without names".into());
        }
    }
    found.iter().map(|f| format!("{}: {f}", facts.id)).collect()
}

fn server(host: &'static str, port: u16, tls: &'static str) -> ServerFacts {
    ServerFacts { host, port, tls, login: None, auth: None, reason: None, recent: false }
}

/// The mistakes of public catalogues, one by one: the lint must find each.
#[test]
fn the_lint_finds_the_known_mistakes() {
    let bad = [
        ("smtp", server("smtp.example.org", 465, "starttls")),
        ("smtp", server("mobile.charter.net", 587, "implicit")),
        ("pop3", server("pop3s.pec.aruba.it", 993, "implicit")),
        ("imap", server("imap.pdx.edu", 587, "starttls")),
        ("imap", server("imap.%EMAILDOMAIN%", 993, "implicit")),
        ("smtp", server("smtp.example.org", 25, "none")),
        ("imap", server("imap.example.org", 993, "ssl")),
        ("smtp", ServerFacts { login: Some("%EMAILADDRESS"), ..server("smtp.example.org", 465, "implicit") }),
        ("smtp", ServerFacts { login: Some("{email}"), ..server("smtp.example.org", 465, "implicit") }),
        ("smtp", ServerFacts { reason: Some("why not"), ..server("smtp.example.org", 465, "implicit") }),
        ("smtp", ServerFacts { recent: true, ..server("smtp.example.org", 465, "implicit") }),
    ];
    for (protocol, server) in &bad {
        assert!(!lint_server(protocol, server).is_empty(), "not found: {protocol} {server:?}");
    }
    assert!(lint_server("smtp", &server("smtp.gmail.com", 465, "implicit")).is_empty());
    assert!(lint_text("Turn on Less Secure Apps").is_some());
}

#[test]
fn the_catalogue_is_clean() {
    let found: Vec<String> = PROVIDERS.iter().flat_map(lint).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn one_exception_and_it_says_why() {
    let reasons: Vec<_> = PROVIDERS.iter().flat_map(|p| [p.imap, p.pop3, p.smtp].concat_ids(p.id)).collect();
    assert_eq!(reasons, ["spectrum"]);
}

trait ConcatIds {
    fn concat_ids(self, id: &'static str) -> Vec<&'static str>;
}

impl ConcatIds for [&'static [ServerFacts]; 3] {
    fn concat_ids(self, id: &'static str) -> Vec<&'static str> {
        self.iter().flat_map(|list| list.iter()).filter(|s| s.reason.is_some()).map(|_| id).collect()
    }
}

#[test]
fn every_file_is_in_the_table_and_found_by_id_and_domain() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provider/catalogue");
    let files = std::fs::read_dir(folder).expect("catalogue").count();
    assert_eq!(files, PROVIDERS.len());
    assert!(PROVIDERS.len() >= 125);
    let mut domains: HashMap<&str, &str> = HashMap::new();
    for facts in PROVIDERS {
        assert_eq!(provider::by_id(facts.id).map(|f| f.id), Some(facts.id));
        for domain in facts.domains {
            assert_eq!(domains.insert(domain, facts.id), None, "{domain} belongs to two");
            let asked = domain.replace("*.", "tenant.");
            assert_eq!(provider::by_domain(&asked).map(|f| f.id), Some(facts.id), "{domain}");
        }
    }
    assert!(provider::by_domain("example.org").is_none());
    assert!(provider::by_id("no-such").is_none());
}

/// Each provider can be used by an account of two lines (three where it asks for more), or says why not.
#[test]
fn every_provider_resolves() {
    for facts in PROVIDERS {
        let domain = facts.domains.first().map_or("own.example".to_owned(), |d| d.replace("*.", "tenant."));
        let region = facts.smtp.iter().any(|s| s.host.contains("{region}"));
        let provider = if region { format!("{{ id: {}, region: eu-west-1 }}", facts.id) } else { facts.id.to_owned() };
        let login = if facts.help.login.is_some() { "login: somebody" } else { "x: y" };
        let text =
            format!("x-unused: 1\naccounts:\n  a:\n    address: ada@{domain}\n    provider: {provider}\n    {login}\n")
                .replace("    x: y\n", "");
        let reading = mailwright::read_text("a.yaml", &text);
        if facts.kind == "none" {
            assert!(
                reading.problems.iter().any(|p| p.code == "provider-without-servers" && !p.reason.is_empty()),
                "{}",
                facts.id
            );
            continue;
        }
        assert!(!reading.failed(), "{}: {:?}", facts.id, reading.problems);
        let account = &reading.mail.accounts[0];
        for (servers, resolved) in
            [(facts.imap, &account.imap), (facts.pop3, &account.pop3), (facts.smtp, &account.smtp)]
        {
            assert_eq!(servers.is_empty(), resolved.is_none(), "{}", facts.id);
            if let (Some(first), Some(resolved)) = (servers.first(), resolved) {
                assert_eq!(resolved.host.as_str(), first.host.replace("{region}", "eu-west-1"));
                assert_eq!((resolved.port.value, resolved.tls.word()), (first.port, first.tls), "{}", facts.id);
            }
        }
        if !facts.domains.is_empty() {
            let short = format!("accounts:\n  ada@{domain}: {{}}\n");
            let recognised = mailwright::read_text("a.yaml", &short);
            let known = recognised.mail.accounts.first().and_then(|a| a.service.id.clone());
            assert!(
                known.as_deref() == Some(facts.id) || facts.help.login.is_some(),
                "{} by {domain}: {known:?}",
                facts.id
            );
        }
    }
}

/// What the first issue names of Gmail, key by key.
#[test]
fn gmail_is_complete() {
    for id in ["gmail", "google-workspace"] {
        let g = provider::by_id(id).expect("there");
        let list = |s: &[ServerFacts]| s.iter().map(|s| format!("{}:{}:{}", s.host, s.port, s.tls)).collect::<Vec<_>>();
        assert_eq!(list(g.imap), ["imap.gmail.com:993:implicit"]);
        assert_eq!(list(g.pop3), ["pop.gmail.com:995:implicit"]);
        assert_eq!(list(g.smtp), ["smtp.gmail.com:465:implicit", "smtp.gmail.com:587:starttls"]);
        assert_eq!(g.auth, ["oauth2", "app-password"]);
        let oauth2 = g.oauth2.as_ref().expect("OAuth2");
        assert_eq!(oauth2.scopes, ["https://mail.google.com/"]);
        assert_eq!(oauth2.auth_url, "https://accounts.google.com/o/oauth2/v2/auth");
        assert_eq!(oauth2.token_url, "https://oauth2.googleapis.com/token");
        assert_eq!(g.save_sent, Some(false));
        assert!(g.pop3[0].recent);
        for (tag, sent, trash) in [
            ("en", "Sent Mail", "Trash"),
            ("en-GB", "Sent Mail", "Bin"),
            ("de", "Gesendet", "Papierkorb"),
            ("fr", "Messages envoyés", "Corbeille"),
            ("es", "Enviados", "Papelera"),
            ("ru", "Отправленные", "Корзина"),
        ] {
            let names = provider::folder_names(g, tag).expect(tag);
            assert_eq!((names.sent, names.trash), (Some(sent), Some(trash)), "{tag}");
            assert!(names.drafts.is_some() && names.junk.is_some() && names.all.is_some(), "{tag}");
        }
        assert!(g.help.app_password.is_some() && g.help.enable.is_some());
        assert!(g.limits.iter().any(|(k, v)| *k == "message_bytes" && *v == 35_882_577));
    }
}
