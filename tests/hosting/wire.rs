//! Every endpoint over the wire: what the real server sends is what the site answers, headers and all. And what only the
//! server knows: who may see its counters, which names may have certificates, when files are read again.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use mailwright::site::{Caching, Method, Question, Site};

use crate::asking;
use crate::running::{PATIENCE, Running};

const HOSTS: &str = "serve: { pacc: draft-03, url: 'https://mail.host.example' }
providers:
  engines: { name: Engines, domains: [engines.example], imap: imap.engines.example, smtp: smtp.engines.example }
  wild: { domains: ['*.wild.example'], imap: imap.wild.example, smtp: smtp.wild.example }
";

/// A method, a target, a body.
const ASKED: &[(&str, &str, &str)] = &[
    ("GET", "/", ""),
    ("GET", "/?lang=de", ""),
    ("GET", "/setup?address=ada%40engines.example", ""),
    ("POST", "/setup", "address=ada%40engines.example"),
    ("GET", "/setup?address=nobody%40nowhere.example", ""),
    ("GET", "/setup/style.css", ""),
    ("GET", "/setup/icon.svg", ""),
    ("GET", "/robots.txt", ""),
    ("GET", "/mail/config-v1.1.xml", ""),
    ("HEAD", "/mail/config-v1.1.xml", ""),
    ("OPTIONS", "/mail/config-v1.1.xml", ""),
    ("DELETE", "/mail/config-v1.1.xml", ""),
    ("GET", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ada%40engines.example", ""),
    ("GET", "/v1.1/engines.example", ""),
    ("GET", "/Autodiscover/Autodiscover.xml", ""),
    ("POST", "/autodiscover/autodiscover.xml", "<no/>"),
    ("GET", "/autodiscover/autodiscover.json?Email=ada%40engines.example&Protocol=AutodiscoverV1", ""),
    ("GET", "/autodiscover/autodiscover.json?Email=ada%40engines.example&Protocol=EWS", ""),
    ("GET", "/apple/ada@engines.example.mobileconfig", ""),
    ("GET", "/apple/mail.mobileconfig", ""),
    ("GET", "/.well-known/user-agent-configuration.json", ""),
    ("GET", "/caddy/ask?domain=engines.example", ""),
    ("GET", "/nothing", ""),
];

fn expected(site: &Site, method: &str, target: &str, body: &str) -> mailwright::site::Answer {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "OPTIONS" => Method::Options,
        _ => Method::Other,
    };
    let host = "autoconfig.engines.example";
    site.ask(&Question { method, host, path, query, languages: "", body: body.as_bytes() })
}

/// Pages and profiles were answered by a panic once: their headers were never sent by a test.
#[test]
fn every_endpoint_is_sent_as_it_is_answered() {
    let server = Running::start(HOSTS);
    let site = asking::site(HOSTS);
    for (method, target, body) in ASKED {
        let length = if *method == "POST" { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: autoconfig.engines.example\r\n{length}Connection: close\r\n\r\n{body}"
        );
        let mut stream = server.connect();
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("asked");
        let sent = crate::running::answer_of(&mut stream, *method == "HEAD").expect("an answer");
        let answer = expected(&site, method, target, body);
        let named = format!("{method} {target}: {}", sent.head);
        assert_eq!(sent.status, answer.status, "{named}");
        assert_ne!(sent.status, 500, "{named}");
        if *method != "HEAD" && answer.status != 204 {
            assert_eq!(sent.body, answer.body, "{named}");
        }
        assert_eq!(sent.header("content-type"), Some(answer.kind), "{named}");
        assert_eq!(sent.header("x-content-type-options"), Some("nosniff"), "{named}");
        let caching = if answer.caching == Caching::No { "no-store" } else { "public, max-age=3600" };
        assert_eq!(sent.header("cache-control"), Some(caching), "{named}");
        for (name, value) in &answer.headers {
            let line = format!("{}: {value}", name.to_lowercase());
            assert!(sent.head.lines().any(|l| l == line), "{named} lacks {line}");
        }
        // A shared cache must not hand one domain's answer to another.
        let varies = sent.head.lines().any(|l| l == "vary: host");
        assert_eq!(varies, answer.caching == Caching::Public, "{named}");
    }
    assert!(!server.log().contains("mistake"), "{}", server.log());
}

/// Who else is hosted is nobody's business: a proxy passes the asked name on, whatever else it says.
#[test]
fn counters_are_for_who_asks_this_machine_for_this_machine() {
    let server = Running::start(HOSTS);
    let ask = |host: &str, more: &str| {
        server
            .ask(format!("GET /metrics HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n").as_bytes())
            .status
    };
    for host in ["127.0.0.1:8080", "localhost", "localhost:9", "[::1]:8080"] {
        assert_eq!(ask(host, ""), 200, "{host}");
    }
    for host in ["autoconfig.engines.example", "mail.host.example:443", "10.0.0.1", "localhost.evil.example"] {
        assert_eq!(ask(host, ""), 404, "{host}");
    }
    assert_eq!(ask("127.0.0.1", "X-Forwarded-For: 192.0.2.1\r\n"), 404);
    assert_eq!(ask("127.0.0.1", "Via: 1.1 proxy\r\n"), 404);
}

/// Strangers must not use up an authority's patience with names that they made up.
#[test]
fn certificates_are_for_names_of_ours() {
    let site = asking::site(HOSTS);
    for name in ["engines.example", "autoconfig.engines.example", "AutoDiscover.engines.example", "mail.host.example"] {
        assert!(site.may_have_certificate(name), "{name}");
    }
    for name in
        ["evil.example", "x.wild.example", "autoconfig.x.wild.example", "autoconfig.wild.example", "", "..", "*"]
    {
        assert!(!site.may_have_certificate(name), "{name}");
    }
}

/// A name that programs make up is no mail domain, also below a wildcard.
#[test]
fn what_stands_before_a_domain_is_no_domain_below_a_wildcard() {
    let site = asking::site(HOSTS);
    let status = |host| site.ask(&Question::get(host, "/mail/config-v1.1.xml", "")).status;
    assert_eq!(status("autoconfig.wild.example"), 404);
    assert_eq!(status("autodiscover.wild.example"), 404);
    assert_eq!(status("autoconfig.a.wild.example"), 200);
}

/// Under systemd a reload may come right after the start.
#[test]
fn a_hangup_right_after_the_start_is_a_reload() {
    for _ in 0..5 {
        let server = Running::start(HOSTS);
        server.reload();
        assert_eq!(server.ask(b"GET /health HTTP/1.0\r\n\r\n").status, 200);
    }
}

/// Nor does one end the process while many files are read.
#[test]
fn a_hangup_while_files_are_read_ends_nothing() {
    let domains: String = (0..1_000)
        .map(|n| format!("  p{n}: {{ domains: [d{n}.example], imap: i.example, smtp: s.example }}\n"))
        .collect();
    let server = Running::start_with(&format!("providers:\n{domains}"), |process| {
        thread::sleep(Duration::from_millis(60));
        crate::running::signal(process, "HUP");
    });
    assert_eq!(server.ask(b"GET /health HTTP/1.0\r\n\r\n").status, 200);
}

/// What was missing when files were read is looked for from then on.
#[test]
fn a_file_that_was_missing_is_noticed_when_it_comes() {
    let server = Running::start(HOSTS);
    let users = server.file().with_file_name("users.csv");
    server.replace(&HOSTS.replace("serve: {", "serve: { users: { csv: users.csv },"));
    let said = |words: &str| {
        let end = Instant::now() + PATIENCE;
        while !server.log().contains(words) {
            assert!(Instant::now() < end, "{words} is not in {}", server.log());
            thread::sleep(Duration::from_millis(20));
        }
    };
    said("still serving the old");
    fs::write(&users, "address,login\nada@engines.example,u42\n").expect("write");
    said("read again: serving 2 domains");
    let asked =
        "GET /mail/config-v1.1.xml?emailaddress=ada@engines.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = server.ask(asked.as_bytes());
    assert!(answer.text().contains("<username>u42</username>"), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    // Whoever is not in it is told what all are told, with the same headers.
    let other = server.ask(asked.replace("ada@", "eve@").as_bytes());
    assert!(other.text().contains("%EMAILADDRESS%"));
    assert_eq!(other.header("cache-control"), Some("no-store"));
}

/// A directory of users is for those whose logins it knows: the others' logins are as their provider says.
#[test]
fn a_directory_of_some_providers_is_not_asked_about_the_others() {
    let yaml = HOSTS.replace("serve: {", "serve: { users: { csv: users.csv, providers: [engines] },");
    let site = asking::site(&yaml);
    let user = |address: &str| {
        let query = format!("emailaddress={address}");
        let asked = site.read(&Question::get("", "/mail/config-v1.1.xml", &query));
        site.user(&asked).is_some()
    };
    assert!(user("ada@engines.example"));
    assert!(!user("ada@x.wild.example"));
    assert!(!user("ada@nowhere.example"));
    let wrong = mailwright::read_text("hosts.yaml", &yaml.replace("[engines]", "[engine]"));
    assert!(wrong.problems.iter().any(|p| p.code == "unknown-provider" && p.help.contains("`engines`")));
}

/// Everything but profiles is served on when no profile can be signed.
#[test]
fn a_bad_signing_certificate_costs_the_profiles_only() {
    let certificates = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosting/tls");
    let server = Running::start(&HOSTS.replace(
        "serve: {",
        &format!("serve: {{ sign: {{ certificate: {certificates}/server.pem, key: {certificates}/server.key }},"),
    ));
    let status = |target: &str| {
        let request = format!("GET {target} HTTP/1.1\r\nHost: engines.example\r\nConnection: close\r\n\r\n");
        server.ask(request.as_bytes()).status
    };
    assert_eq!(status("/apple/ada@engines.example.mobileconfig"), 503);
    assert_eq!(status("/mail/config-v1.1.xml"), 200);
    assert!(server.log().contains("no profile is handed out"), "{}", server.log());
}

/// Changed and changed back, a place was told of twice; and once more with every reading of a changed file.
#[test]
fn a_place_to_listen_at_that_counts_after_a_restart_is_told_once_a_change() {
    let at = |more: &str| HOSTS.replacen("serve: { ", &format!("serve: {{ listen: '127.0.0.1:0', {more}"), 1);
    let server = Running::start_where_it_says(&at(""));
    let told = |yaml: &str| {
        let before = server.log().len();
        server.replace(yaml);
        server.reload();
        // The change of the file is seen by itself, too.
        server.reload();
        let log = server.log();
        log[before..].matches("that counts after a restart").count()
    };
    let other = HOSTS.replacen("serve: { ", "serve: { listen: '127.0.0.1:9', ", 1);
    let third = at("metrics: '127.0.0.1:9', ");
    assert_eq!(told(&other), 1, "{}", server.log());
    assert_eq!(told(&at("")), 0, "{}", server.log());
    assert_eq!(told(&other), 1, "{}", server.log());
    assert_eq!(told(&third), 1, "{}", server.log());
    assert_eq!(told(&at("organization: Other, ")), 0, "{}", server.log());
}

/// A dump that has failed is a broken file like any other.
#[test]
fn a_list_that_has_lost_all_its_users_leaves_the_old_one_serving() {
    let server = Running::start(HOSTS);
    let users = server.file().with_file_name("users.csv");
    let list = |text: &str| fs::write(&users, text).expect("write");
    list("address,login\nada@engines.example,u42\n");
    server.replace(&HOSTS.replace("serve: {", "serve: { users: { csv: users.csv },"));
    server.reload();
    let login = || {
        let asked = "GET /mail/config-v1.1.xml?emailaddress=ada@engines.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let answer = server.ask(asked.as_bytes());
        answer.text().lines().find_map(|l| Some(l.trim().strip_prefix("<username>")?.split('<').next()?.to_owned()))
    };
    assert_eq!(login().as_deref(), Some("u42"), "{}", server.log());
    list("address,login\n");
    server.reload();
    assert_eq!(login().as_deref(), Some("u42"), "{}", server.log());
    let log = server.log();
    assert!(log.contains("no-users") && log.contains("no user any more: still serving the old"), "{log}");
    list("address,login\nada@engines.example,u43\n");
    server.reload();
    assert_eq!(login().as_deref(), Some("u43"), "{}", server.log());
}
