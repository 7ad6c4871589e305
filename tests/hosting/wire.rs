//! Every endpoint over the wire: what the real server sends is what the site answers, headers and all. And what only the
//! server knows: who may see its counters, which names may have certificates, when files are read again.

use std::fs;
use std::process::Command;
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

/// Nor does one end the process while files are read: here a pipe, which says nothing before the signal was sent.
#[test]
fn a_hangup_while_files_are_read_ends_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipe = folder.path().join("hosting.yaml");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|s| s.success()), "mkfifo");
    let server = Running::start_in(
        folder,
        |_| {},
        |process| {
            // SIGHUP is the first bit of the signals that are caught.
            let is_caught = || {
                let status = fs::read_to_string(format!("/proc/{process}/status")).expect("status");
                let line = status.lines().find_map(|l| l.strip_prefix("SigCgt:")).expect("SigCgt");
                u64::from_str_radix(line.trim(), 16).expect("a mask") & 1 == 1
            };
            let end = Instant::now() + PATIENCE;
            while !is_caught() {
                assert!(Instant::now() < end, "files are read before the signal is caught");
                thread::sleep(Duration::from_millis(1));
            }
            crate::running::signal(process, "HUP");
            fs::write(&pipe, HOSTS).expect("write");
        },
    );
    assert_eq!(server.ask(b"GET /health HTTP/1.0\r\n\r\n").status, 200);
}

/// Read again, standard input was empty, and its domains were gone.
#[test]
fn what_came_by_standard_input_is_served_on_when_files_have_changed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("hosting.yaml"), HOSTS).expect("write");
    let piped = folder.path().join("piped");
    fs::write(&piped, "providers: { p: { domains: [piped.example], imap: i.example, smtp: s.example } }\n")
        .expect("write");
    let piped = fs::File::open(piped).expect("a file");
    let with_input = |command: &mut Command| {
        command.args(["-", "-"]).stdin(piped);
    };
    let server = Running::start_in(folder, with_input, |_| {});
    let status = |host: &str| {
        let request = format!("GET /mail/config-v1.1.xml HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        server.ask(request.as_bytes()).status
    };
    assert_eq!((status("piped.example"), status("engines.example"), status("other.example")), (200, 200, 404));
    for _ in 0..2 {
        server.replace(&HOSTS.replace("domains: [engines.example]", "domains: [other.example]"));
        server.reload();
        assert_eq!((status("piped.example"), status("engines.example"), status("other.example")), (200, 404, 200));
    }
}

/// Nothing in a file tells that a database is back: files that changed meanwhile were never served.
#[test]
fn a_directory_that_comes_back_lets_the_new_files_be_served() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (here, away) = (folder.path().join("mail.db"), folder.path().join("away.db"));
    let database = rusqlite::Connection::open(&here).expect("a database");
    database.execute_batch("CREATE TABLE users (address TEXT, login TEXT);").expect("SQL");
    drop(database);
    let query = "SELECT login FROM users WHERE address = ?1";
    let yaml =
        HOSTS.replace("serve: {", &format!("serve: {{ users: {{ sqlite: {{ file: mail.db, query: '{query}' }} }},"));
    fs::write(folder.path().join("hosting.yaml"), &yaml).expect("write");
    let server = Running::start_in(folder, |_| {}, |_| {});
    fs::rename(&here, &away).expect("rename");
    server.replace(&yaml.replace("engines.example]", "engines.example, third.example]"));
    let end = Instant::now() + PATIENCE;
    while server.metric("mailwright_reloads_total{result=\"failed\"}") < 2 {
        assert!(Instant::now() < end, "it is not tried again: {}", server.log());
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.log().matches("cannot be opened: still serving the old").count(), 1, "{}", server.log());
    assert_eq!(server.log().matches("no-directory").count(), 1, "{}", server.log());
    fs::rename(&away, &here).expect("rename");
    server.wait_for("read again: serving 3 domains");
}

/// An expired certificate was served without a word.
#[test]
fn a_certificate_that_has_expired_is_warned_of_and_counted() {
    let certificates = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosting/tls");
    let tls = format!("serve: {{ tls: {{ certificate: {certificates}/expired.pem, key: {certificates}/server.key }},");
    let server = Running::start(&HOSTS.replace("serve: {", &tls));
    assert!(server.log().contains("warning[certificate-expired]"), "{}", server.log());
    assert_eq!(server.metric("mailwright_tls_certificate_ends_timestamp_seconds"), 1_580_515_200);
    let server = Running::start(&HOSTS.replace("serve: {", &tls.replace("expired.pem", "server.pem")));
    assert!(!server.log().contains("warning"), "{}", server.log());
    assert!(server.metric("mailwright_tls_certificate_ends_timestamp_seconds") > 1_580_515_200);
}

/// nginx passes no name on unless it is told to: who else is hosted was open to the world behind it.
#[test]
fn counters_are_not_for_a_proxy_that_passes_no_name_on() {
    let server = Running::start(HOSTS);
    let as_nginx = |path: &str| {
        let request = format!("GET {path} HTTP/1.0\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
        server.ask(request.as_bytes()).status
    };
    assert_eq!(as_nginx("/metrics"), 404);
    assert_eq!(as_nginx("/mail/config-v1.1.xml?emailaddress=ada@engines.example"), 200);
}

/// With an address of their own, counters are there alone, whatever a proxy does.
#[test]
fn counters_with_an_address_of_their_own_are_nowhere_else() {
    let server = Running::start(&HOSTS.replace("serve: {", "serve: { metrics: '127.0.0.1:0',"));
    let ask = |address: std::net::SocketAddr| {
        let mut stream = crate::running::connect(address).expect("the server");
        let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        std::io::Write::write_all(&mut stream, request).expect("asked");
        crate::running::answer(&mut stream).expect("an answer").status
    };
    server.wait_for("metrics on ");
    let log = server.log();
    let apart = log.lines().find_map(|l| l.split_once("metrics on ")?.1.parse().ok()).expect("an address");
    assert_eq!((ask(server.address), ask(apart)), (404, 200));
}

/// What was missing when files were read is looked for from then on.
#[test]
fn a_file_that_was_missing_is_noticed_when_it_comes() {
    let server = Running::start(HOSTS);
    let users = server.file().with_file_name("users.csv");
    server.replace(&HOSTS.replace("serve: {", "serve: { users: { csv: users.csv },"));
    server.wait_for("still serving the old");
    fs::write(&users, "address,login\nada@engines.example,u42\n").expect("write");
    server.wait_for("read again: serving 2 domains");
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
