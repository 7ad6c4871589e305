//! What is tried with hostile input: each function takes any bytes and panics when an answer is not as it must be.
//!
//! `requests.rs` calls them on stable with a corpus and with proptest; the fuzz targets of `fuzz/`, whose library this file is in,
//! with what libFuzzer makes up.

use std::sync::LazyLock;

use mailwright::site::answer::{JSON, XML};
use mailwright::site::question::BODY;
use mailwright::site::{Answer, Caching, Method, Question, Site};
use quick_xml::events::Event;

/// Two services: logins that are addresses, below a wildcard, too, and logins that are local parts.
pub const FILE: &str = r#"
serve: { url: "https://setup.example.org" }
providers:
  whole:
    name: Whole & <Co>
    domains: [example.org, "*.wild.example"]
    login: "{address}"
    imap: imap.example.org
    pop3: { host: pop.example.org, port: 110 }
    smtp: "smtp.example.org:587"
  local:
    name: Local
    domains: [local.example]
    login: "{local}%x"
    imap: imap.local.example
    smtp: smtp.local.example
"#;

/// The site of [`FILE`].
pub static SITE: LazyLock<Site> = LazyLock::new(|| {
    let reading = mailwright::read_text("site.yaml", FILE);
    assert!(!reading.failed(), "{:?}", reading.problems);
    Site::build(&reading.mail, None).expect("domains")
});

/// Longer than any answer to a question of bounded length.
const ANSWER: usize = 64 * 1024;

/// The bodies of POSTs to Autodiscover.
pub fn pox(data: &[u8]) {
    for host in ["autodiscover.example.org", "", "evil\"><x>.example"] {
        let question =
            Question { method: Method::Post, body: data, ..Question::get(host, "/Autodiscover/Autodiscover.xml", "") };
        let answer = SITE.ask(&question);
        assert_eq!((answer.status, answer.kind), (200, XML));
        judge(&answer);
    }
    if data.len() > BODY {
        let read = mailwright::site::autodiscover::request::read(data);
        assert!(read.is_err(), "a body of {} octets was read", data.len());
    }
}

/// Whole requests: a path, a query and a `Host`, one a line, and the rest as the body.
pub fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(4, '\n');
    let (path, query, host) =
        (lines.next().unwrap_or_default(), lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let body = lines.next().unwrap_or_default();
    for method in [Method::Get, Method::Head, Method::Post, Method::Options, Method::Other] {
        let question = Question { method, languages: query, body: body.as_bytes(), ..Question::get(host, path, query) };
        judge(&SITE.ask(&question));
    }
    // The same parts behind every path that is there.
    for path in [
        "/mail/config-v1.1.xml",
        "/.well-known/autoconfig/mail/config-v1.1.xml",
        "/autodiscover/autodiscover.xml",
        "/autodiscover/autodiscover.json",
        "/.well-known/user-agent-configuration.json",
        "/",
    ] {
        judge(&SITE.ask(&Question { languages: query, ..Question::get(host, path, query) }));
    }
    for prefix in ["/v1.1/", "/autodiscover/autodiscover.json/v1.0/", "/apple/"] {
        judge(&SITE.ask(&Question::get(host, &format!("{prefix}{path}"), query)));
    }
}

/// Account files.
pub fn document(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let reading = mailwright::read_text("site.yaml", text);
    if reading.failed() {
        assert!(!reading.problems.is_empty());
        return;
    }
    let Ok(site) = Site::build(&reading.mail, None) else { return };
    for found in site.domains() {
        for path in ["/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml"] {
            well_formed(&site.ask(&Question::get(&found.name, path, "")));
        }
        let query = format!("emailaddress=a.b@{}", found.name);
        for path in ["/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml"] {
            well_formed(&site.ask(&Question::get("", path, &query)));
        }
    }
}

/// What holds for every answer of [`SITE`].
pub fn judge(answer: &Answer) {
    assert!(
        matches!(answer.status, 200 | 204 | 301 | 302 | 303 | 307 | 308 | 400 | 404 | 405 | 413 | 414 | 422),
        "{answer:?}"
    );
    for (name, value) in &answer.headers {
        assert!(!name.is_empty() && !value.contains(['\r', '\n', '\0']), "{answer:?}");
    }
    let text = well_formed(answer);
    match answer.kind {
        XML => {
            let names = elements(text);
            let unknown = names.iter().find(|(name, _)| !ELEMENTS.contains(&name.as_str()));
            assert!(unknown.is_none(), "{unknown:?} in {text}");
            for (name, value) in &names {
                if matches!(name.as_str(), "Server" | "hostname") {
                    let host = value.as_str();
                    assert!(host.ends_with(".example.org") || host.ends_with(".local.example"), "{host}: {text}");
                }
            }
            assert!(names.iter().filter(|(name, _)| name == "Protocol").count() <= 3, "{text}");
        }
        JSON => {
            let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
            if let Some(url) = value.get("Url") {
                assert_eq!(url, "https://setup.example.org/autodiscover/autodiscover.xml");
                assert_eq!(answer.caching, Caching::No);
            }
        }
        _ => {}
    }
}

/// The text of an answer that is short and, when it is XML, well-formed.
pub fn well_formed(answer: &Answer) -> &str {
    assert!(answer.body.len() <= ANSWER, "an answer of {} octets", answer.body.len());
    // Pictures and profiles have judges of their own.
    let Ok(text) = std::str::from_utf8(&answer.body) else {
        assert_ne!(answer.kind, XML);
        return "";
    };
    if answer.kind == XML {
        elements(text);
    }
    text
}

/// Every element that is written: of Autodiscover, of autoconfig.
const ELEMENTS: &[&str] = &[
    "Autodiscover",
    "Response",
    "Account",
    "AccountType",
    "Action",
    "Protocol",
    "Type",
    "Server",
    "Port",
    "DomainRequired",
    "LoginName",
    "SPA",
    "SSL",
    "Encryption",
    "AuthRequired",
    "UsePOPAuth",
    "SMTPLast",
    "Error",
    "ErrorCode",
    "Message",
    "DebugData",
    "clientConfig",
    "emailProvider",
    "domain",
    "displayName",
    "displayShortName",
    "incomingServer",
    "outgoingServer",
    "hostname",
    "port",
    "socketType",
    "authentication",
    "username",
];

/// The elements of a document with their own text, in the order in which they end; panics when it is not well-formed.
pub fn elements(text: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut ended, mut open) = (Vec::new(), Vec::<(String, String)>::new());
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e}: {text}")) {
            Event::Start(tag) => {
                tag.attributes().for_each(|a| drop(a.unwrap_or_else(|e| panic!("{e}: {text}"))));
                open.push((tag.name().as_ref().to_owned(), String::new()));
            }
            Event::Empty(tag) => ended.push((tag.name().as_ref().to_owned(), String::new())),
            Event::End(_) => ended.extend(open.pop()),
            Event::Text(part) => {
                let part = part.xml10_content();
                assert!(!part.contains(['<', '&', '\0']), "{text}");
                match open.last_mut() {
                    Some((_, own)) => own.push_str(&part),
                    None => assert!(part.trim().is_empty(), "text outside of the root: {text}"),
                }
            }
            Event::GeneralRef(reference) => {
                let c = match reference.resolve_char_ref().unwrap_or_else(|e| panic!("{e}: {text}")) {
                    Some(c) => c,
                    None => match reference.xml10_content().as_ref() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        other => panic!("the entity {other}: {text}"),
                    },
                };
                open.last_mut().expect("inside").1.push(c);
            }
            Event::Decl(_) | Event::Comment(_) => {}
            Event::Eof => break,
            other => panic!("{other:?}: {text}"),
        }
    }
    assert!(open.is_empty() && !ended.is_empty(), "{text}");
    ended
}
