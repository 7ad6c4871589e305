//! Thunderbird's own search (`FindConfig`), all cases in one start: each path alone finds the account, what is found logs
//! in, sends and fetches; a 404 of ours hides no other source.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use base64::Engine;
use serde_json::{Value, json};

use super::server::{Server, certificate, count};
use super::{PASSWORD, PLAIN, WEB};
use crate::lab::{self, Home, run, script};
use crate::mailbox::header;
use crate::report::Findings;
use crate::sending::{only, sent_by};

/// One user a case; Anna's login is another than her address.
pub const USERS: &str = "\
anna@https-name.test\tcorréct-horse battery\tplain
anna@https-wellknown.test\tcorréct-horse battery\tplain
anna@http-name.test\tcorréct-horse battery\tplain
anna@http-wellknown.test\tcorréct-horse battery\tplain
anna@mx.test\tcorréct-horse battery\tplain
anna@mx-deep.test\tcorréct-horse battery\tplain
anna@pox-domain.test\tcorréct-horse battery\tplain
anna@pox-name.test\tcorréct-horse battery\tplain
anna@pox-plain.test\tcorréct-horse battery\tplain
anna@pox-srv.test\tcorréct-horse battery\tplain
anna@pox-hoster.test\tcorréct-horse battery\tplain
anna-4711\tcorréct-horse battery\tplain\tanna@people.test
anna-0815\tcorréct-horse battery\tplain\tanna@people-pox.test
otto@people.test\tcorréct-horse battery\tplain
";

/// Only what a case needs. 127.0.0.2 is [`WEB`] and the mail servers, 127.0.0.3 is [`PLAIN`].
pub const ZONE: &str = "\
imap.hoster.test A 127.0.0.2
pop.hoster.test A 127.0.0.2
smtp.hoster.test A 127.0.0.2
autoconfig.https-name.test A 127.0.0.2
https-wellknown.test A 127.0.0.2
autoconfig.http-name.test A 127.0.0.3
http-wellknown.test A 127.0.0.3
mx.test MX 10 mx.hoster.test
autoconfig.hoster.test A 127.0.0.2
mx-deep.test MX 10 mx1.in.depth.test
autoconfig.in.depth.test A 127.0.0.2
pox-domain.test A 127.0.0.2
autodiscover.pox-name.test A 127.0.0.2
autodiscover.pox-plain.test A 127.0.0.3
_autodiscover._tcp.pox-srv.test SRV 0 1 443 setup.pox-srv.test
setup.pox-srv.test A 127.0.0.2
_autodiscover._tcp.pox-hoster.test SRV 0 1 443 setup.hoster.test
setup.hoster.test A 127.0.0.2
autoconfig.people.test A 127.0.0.5
autodiscover.people-pox.test A 127.0.0.5
autoconfig.elsewhere.test A 127.0.0.2
elsewhere.test A 127.0.0.4
autoconfig.nowhere.test A 127.0.0.2
nowhere.test A 127.0.0.2
autodiscover.nowhere.test A 127.0.0.2
nowhere.test MX 10 mx.hoster.test
";

/// The server of the people with logins of their own.
const PEOPLE: &str = "127.0.0.5";
/// Another host's server, for a domain that ours does not have.
const OTHER: &str = "127.0.0.4:80";

/// The mail host's file: customers with implicit TLS, customers with STARTTLS.
fn hosting() -> String {
    let (certificate, key) = certificate();
    format!(
        "providers:
  implicit:
    name: Hoster
    domains:
      - hoster.test
      - https-name.test
      - http-name.test
      - mx.test
      - pox-domain.test
      - pox-plain.test
      - pox-hoster.test
    imap: imap.hoster.test
    pop3: pop.hoster.test
    smtp: smtp.hoster.test
  upgraded:
    name: Hoster
    domains:
      - https-wellknown.test
      - http-wellknown.test
      - mx-deep.test
      - pox-name.test
      - pox-srv.test
    imap: {{ host: imap.hoster.test, port: 143, tls: starttls }}
    smtp: {{ host: smtp.hoster.test, port: 587, tls: starttls }}
serve:
  listen: ['{WEB}:443', '{PLAIN}:80']
  tls: {{ certificate: {}, key: {} }}
",
        certificate.display(),
        key.display()
    )
}

/// A file with people whose logins follow from nothing. What is published of it is the domains of its accounts.
fn people() -> String {
    let (certificate, key) = certificate();
    format!(
        "providers:
  implicit:
    name: Hoster
    domains: [people.test]
    imap: imap.hoster.test
    pop3: pop.hoster.test
    smtp: smtp.hoster.test
  upgraded:
    name: Hoster
    domains: [people-pox.test]
    imap: {{ host: imap.hoster.test, port: 143, tls: starttls }}
    smtp: {{ host: smtp.hoster.test, port: 587, tls: starttls }}
accounts:
  anna@people.test: {{ login: anna-4711 }}
  anna@people-pox.test: {{ login: anna-0815 }}
serve:
  listen: ['{PEOPLE}:443', '{PEOPLE}:8080']
  tls: {{ certificate: {}, key: {} }}
",
        certificate.display(),
        key.display()
    )
}

/// One search and what has to come out of it.
struct Case {
    email: &'static str,
    /// Where Thunderbird says it has it from.
    source: &'static str,
    /// The only URL that may have answered with 200, without its query.
    url: &'static str,
    /// Whose login is found.
    login: &'static str,
    tls: Tls,
    /// Whether autoconfig is switched off, where the same host would answer that, too.
    only_autodiscover: bool,
    /// Whom the user was asked about.
    redirect: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Tls {
    Implicit,
    StartTls,
}

const fn case(email: &'static str, source: &'static str, url: &'static str, tls: Tls) -> Case {
    Case { email, source, url, login: email, tls, only_autodiscover: false, redirect: None }
}

const AUTOCONFIG: &[Case] = &[
    case(
        "anna@https-name.test",
        "xml-from-isp-https",
        "https://autoconfig.https-name.test/mail/config-v1.1.xml",
        Tls::Implicit,
    ),
    case(
        "anna@https-wellknown.test",
        "xml-from-isp-https",
        "https://https-wellknown.test/.well-known/autoconfig/mail/config-v1.1.xml",
        Tls::StartTls,
    ),
    case(
        "anna@http-name.test",
        "xml-from-isp-http",
        "http://autoconfig.http-name.test/mail/config-v1.1.xml",
        Tls::Implicit,
    ),
    case(
        "anna@http-wellknown.test",
        "xml-from-isp-http",
        "http://http-wellknown.test/.well-known/autoconfig/mail/config-v1.1.xml",
        Tls::StartTls,
    ),
    // The mail host's name answers for a customer's domain, which has nothing but an MX record.
    case("anna@mx.test", "xml-from-isp-https", "https://autoconfig.hoster.test/mail/config-v1.1.xml", Tls::Implicit),
    case(
        "anna@mx-deep.test",
        "xml-from-isp-https",
        "https://autoconfig.in.depth.test/mail/config-v1.1.xml",
        Tls::StartTls,
    ),
    Case {
        login: "anna-4711",
        ..case(
            "anna@people.test",
            "xml-from-isp-https",
            "https://autoconfig.people.test/mail/config-v1.1.xml",
            Tls::Implicit,
        )
    },
    case(
        "otto@people.test",
        "xml-from-isp-https",
        "https://autoconfig.people.test/mail/config-v1.1.xml",
        Tls::Implicit,
    ),
];

const AUTODISCOVER: &[Case] = &[
    Case {
        only_autodiscover: true,
        ..case(
            "anna@pox-domain.test",
            "exchange-from-url2",
            "https://pox-domain.test/autodiscover/autodiscover.xml",
            Tls::Implicit,
        )
    },
    case(
        "anna@pox-name.test",
        "exchange-from-url1",
        "https://autodiscover.pox-name.test/autodiscover/autodiscover.xml",
        Tls::StartTls,
    ),
    case(
        "anna@pox-plain.test",
        "exchange-from-url3",
        "http://autodiscover.pox-plain.test/autodiscover/autodiscover.xml",
        Tls::Implicit,
    ),
    case(
        "anna@pox-srv.test",
        "exchange-from-srv",
        "https://setup.pox-srv.test/autodiscover/autodiscover.xml",
        Tls::StartTls,
    ),
    // Another domain's host: the user is asked first.
    Case {
        redirect: Some("hoster.test"),
        ..case(
            "anna@pox-hoster.test",
            "exchange-from-srv",
            "https://setup.hoster.test/autodiscover/autodiscover.xml",
            Tls::Implicit,
        )
    },
    Case {
        login: "anna-0815",
        ..case(
            "anna@people-pox.test",
            "exchange-from-url1",
            "https://autodiscover.people-pox.test/autodiscover/autodiscover.xml",
            Tls::StartTls,
        )
    },
];

/// Found at another host's server, although ours is asked first and says 404.
const ELSEWHERE: Case = case(
    "anna@elsewhere.test",
    "xml-from-isp-http",
    "http://elsewhere.test/.well-known/autoconfig/mail/config-v1.1.xml",
    Tls::Implicit,
);
/// Found by nobody.
const NOWHERE: &str = "anna@nowhere.test";

pub fn finds(findings: &mut Findings) {
    let server = Server::start(&hosting(), "127.0.0.3:80");
    let people = Server::start(&people(), "127.0.0.5:8080");
    let other = Server::start(
        "providers: { other: { domains: [elsewhere.test], imap: imap.hoster.test, smtp: smtp.hoster.test } }\n\
         serve: { listen: '127.0.0.4:80' }\n",
        OTHER,
    );
    let cases = || AUTOCONFIG.iter().chain(AUTODISCOVER).chain([&ELSEWHERE]);
    let items = cases().map(|case| {
        let mut item = json!({ "email": case.email, "login": case.email != ELSEWHERE.email, "subject": subject(case) });
        if case.only_autodiscover {
            item["prefs"] = json!({ "mailnews.auto_config.fetchFromISP.enabled": false });
        }
        item
    });
    let items: Vec<Value> = items.chain([json!({ "email": NOWHERE })]).collect();
    let home = Home::empty();
    let (list, password) = (home.path().join("list.json"), home.path().join("password"));
    fs::write(&list, Value::from(items).to_string()).expect("write");
    lab::write_private(&password, format!("{PASSWORD}\n").as_bytes());
    let said = run(Command::new("timeout")
        .args(["120", "bash"])
        .arg(script("check-thunderbird.sh"))
        .args(["find", "--list"])
        .arg(&list)
        .arg("--password-file")
        .arg(&password)
        .stdin(Stdio::null()));
    let answer: Value = serde_json::from_str(&said.out).unwrap_or_default();
    let results = answer["results"].as_array().cloned().unwrap_or_default();
    findings.check(!results.is_empty(), || format!("Thunderbird: {}{}", said.out, said.err));
    let Some((asked, results)) = results.split_last() else { return };
    let requests: Vec<Request> = asked["asked"].as_array().into_iter().flatten().map(Request::of).collect();
    for (case, result) in cases().zip(results) {
        found(findings, case, result, &requests);
    }
    let nothing = results.last().unwrap_or(&Value::Null);
    findings.same("a domain that nobody has", &nothing["error"], "nothing found");
    refusals(findings, &requests);
    told_nobody(findings, [&server, &people], &requests);
    drop(other);
}

/// What Thunderbird asked of a web server.
struct Request {
    method: String,
    url: String,
    status: u64,
    authorization: String,
}

impl Request {
    fn of(value: &Value) -> Request {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let url = text("url").split('?').next().unwrap_or_default().to_owned();
        // Credentials are a part of the URL, for the time being.
        let url = match (url.split_once("://"), url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
            _ => url,
        };
        let status = value["status"].as_u64().unwrap_or(0);
        Request { method: text("method"), url, status, authorization: text("authorization") }
    }
}

fn subject(case: &Case) -> String {
    format!("found for {}", case.email)
}

fn found(findings: &mut Findings, case: &Case, result: &Value, requests: &[Request]) {
    let what = case.email;
    findings.check(result["ok"] == true, || format!("{what}: {} {}", result["error"], result["stack"]));
    let config = &result["config"];
    findings.same(&format!("{what}: source"), &config["subSource"], case.source);
    findings.same(&format!("{what}: asked the user about"), result["redirect"].as_str(), case.redirect);
    let answered = requests.iter().any(|r| r.url == case.url && r.status == 200);
    findings.check(answered, || format!("{what}: {} did not answer", case.url));
    // None of the domain's other names did.
    let domain = case.email.split('@').nth(1).expect("a domain");
    let others: BTreeSet<&str> = requests
        .iter()
        .filter(|r| r.status == 200 && r.url != case.url && host(&r.url).ends_with(domain) && !case.only_autodiscover)
        .filter(|r| !r.url.ends_with("/autodiscover/autodiscover.xml") || AUTODISCOVER.iter().any(|c| c.email == what))
        .map(|r| r.url.as_str())
        .collect();
    findings.same(&format!("{what}: other answers"), others, BTreeSet::new());

    let (imap, smtp, socket) = match case.tls {
        Tls::Implicit => (993, 465, "SSL"),
        Tls::StartTls => (143, 587, "STARTTLS"),
    };
    for (kind, server, name, port) in [
        ("imap", &config["incoming"], "imap.hoster.test", imap),
        ("smtp", &config["outgoing"], "smtp.hoster.test", smtp),
    ] {
        let what = format!("{what}: {kind}");
        findings.same(&format!("{what}: type"), &server["type"], kind);
        findings.same(&format!("{what}: host"), &server["hostname"], name);
        findings.same(&format!("{what}: port"), &server["port"], port);
        findings.same(&format!("{what}: TLS"), &server["socketTypeName"], socket);
        findings.same(&format!("{what}: auth"), &server["authName"], "password-cleartext");
        findings.same(&format!("{what}: login"), &server["username"], case.login);
    }
    let alternatives = config["incomingAlternatives"].as_array().cloned().unwrap_or_default();
    let alternatives: Vec<_> = alternatives.iter().map(|s| (s["type"].as_str(), s["port"].as_u64())).collect();
    let pop3 = if case.tls == Tls::Implicit && case.email != ELSEWHERE.email {
        vec![(Some("pop3"), Some(995))]
    } else {
        vec![]
    };
    findings.same(&format!("{what}: alternatives"), alternatives, pop3);
    if case.email == ELSEWHERE.email {
        return;
    }
    findings.same(
        &format!("{what}: logged in"),
        &result["loggedIn"],
        format!("imap://{}@imap.hoster.test:{imap}", case.login).as_str(),
    );
    findings.same(&format!("{what}: sent and fetched"), &result["sentAndFetched"], subject(case).as_str());
    let mail = only(findings, case.login, "", &subject(case));
    sent_by(findings, &mail, case.login);
    findings.same(&format!("{what}: envelope"), header(&mail, "return-path"), format!("<{}>", case.email));
}

fn host(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}

/// A domain that is not ours gets 404 from autoconfig by every name, and never a page or a question for a password.
fn refusals(findings: &mut Findings, requests: &[Request]) {
    for (domain, asked) in [("nowhere.test", 2), ("autoconfig.elsewhere.test", 1)] {
        let statuses: Vec<u64> = requests
            .iter()
            .filter(|r| host(&r.url).ends_with(domain) && r.url.ends_with("/mail/config-v1.1.xml"))
            .map(|r| r.status)
            .collect();
        findings.check(statuses.len() >= asked && statuses.iter().all(|s| *s == 404), || {
            format!("{domain}: {statuses:?} instead of 404")
        });
    }
    let wrong: Vec<_> =
        requests.iter().filter(|r| ![200, 404].contains(&r.status)).map(|r| (&r.url, r.status)).collect();
    findings.check(wrong.is_empty(), || format!("other statuses: {wrong:?}"));
}

/// Thunderbird sends the password with Autodiscover. Neither it nor an address is in the log or the metrics.
fn told_nobody(findings: &mut Findings, servers: [&Server; 2], requests: &[Request]) {
    let with_password = requests.iter().filter(|r| r.method == "POST" && r.authorization == "Basic").count();
    findings.check(with_password >= AUTODISCOVER.len() - 1, || format!("only {with_password} requests had a password"));
    let (log, metrics) = (servers.map(Server::log).concat(), servers.map(Server::metrics).concat());
    let mut secrets = vec!["anna".to_owned(), "otto".to_owned(), PASSWORD.to_owned(), "Basic".to_owned()];
    secrets.extend(["corr", "authorization", "emailaddress", "@"].map(str::to_owned));
    for case in AUTODISCOVER {
        secrets.push(base64::engine::general_purpose::STANDARD.encode(format!("{}:{PASSWORD}", case.email)));
    }
    for (place, text) in [("log", &log), ("metrics", &metrics)] {
        let text = text.to_lowercase();
        let told: Vec<_> = secrets.iter().filter(|s| text.contains(&s.to_lowercase())).collect();
        findings.check(told.is_empty(), || format!("the {place} tells {told:?}:\n{text}"));
    }
    findings.same("lines of the logs", log.matches("serving").count(), 4);
    // The same requests, as the server counted them.
    for case in AUTOCONFIG.iter().chain(AUTODISCOVER) {
        let domain = case.email.split('@').nth(1).expect("a domain");
        let answers = count(&metrics, &format!("mailwright_domain_requests_total{{domain=\"{domain}\"}}"));
        findings.check(answers >= 1, || format!("{domain}: no answer was counted"));
    }
    findings.check(count(&metrics, "mailwright_client_requests_total{client=\"thunderbird\"}") >= 10, || {
        "Thunderbird was not counted".into()
    });
    findings.same("families of clients", metrics.matches("mailwright_client_requests_total{").count(), 2);
}
