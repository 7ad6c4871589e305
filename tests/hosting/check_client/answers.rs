//! Answers of web servers: which rules they break, and how they are fetched.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use mailwright::clients::document::looks_like_xml;
use mailwright::clients::fetch::{Fetched, fetch, is_url, shown};
use mailwright::clients::{Client, transport};
use url::Url;

use super::GOOD;

/// Status, type and addresses of an answer, and what is found.
pub type Answer = (&'static [&'static str], u16, &'static str, &'static str, &'static [(Option<Client>, &'static str)]);

const URL: &str = "https://autoconfig.example.org/mail/config-v1.1.xml";
const PAGE: &str = "<!DOCTYPE html><html></html>";
pub const ANSWERS: &[Answer] = {
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
            written: Default::default(),
        };
        let found: BTreeSet<_> = transport::of(&fetched, Client::ALL).iter().map(|f| (f.client, f.rule.code)).collect();
        assert_eq!(found, rules.iter().copied().collect(), "{hops:?} {status} {kind}");
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
