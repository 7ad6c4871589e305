//! Thunderbird's own search (`FindConfig`), all cases in one start: each path alone finds the account, what is found logs
//! in, sends and fetches; a 404 of ours hides no other source.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use base64::Engine;
use serde_json::{Value, json};

use super::PASSWORD;
use super::paths::{AUTOCONFIG, AUTODISCOVER, Case, ELSEWHERE, NOWHERE, OTHER, Tls, hosting, people};
use super::server::{Server, count};
use crate::lab::{self, Home, run, script};
use crate::mailbox::header;
use crate::report::Findings;
use crate::sending::{only, sent_by};

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
    let (log, metrics) = (servers.map(Server::said_of_requests).concat(), servers.map(Server::metrics).concat());
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
    // A file that was written the moment before is read once more, which is said, too.
    let logs = servers.map(Server::log).concat();
    let starts = logs.lines().filter(|line| line.contains("serving") && !line.contains("read again")).count();
    // Each listens at two places.
    findings.same("starts in the logs", starts, 2 * servers.len());
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
