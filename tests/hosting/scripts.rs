//! Web mail in a browser: which answers scripts of other sites may read (CORS, <https://fetch.spec.whatwg.org/>).

use mailwright::site::{Answer, Method, Question};

use crate::asking::{get, serving};

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut values = answer.headers.iter().filter(|(n, _)| *n == name).map(|(_, value)| &**value);
    let value = values.next();
    assert_eq!(values.next(), None, "browsers take {name} once only");
    value
}

const ORIGIN: &str = "Access-Control-Allow-Origin";

/// A browser that may not read the answer to its first question never asks the second.
#[test]
fn a_browser_may_ask_for_autoconfig_and_pacc_from_any_site() {
    let site = serving("pacc: draft-03", "domains: [example.org], imap: i.example, smtp: s.example");
    for path in [
        "/mail/config-v1.1.xml",
        "/.well-known/autoconfig/mail/config-v1.1.xml",
        "/v1.1/example.org",
        "/.well-known/user-agent-configuration.json",
    ] {
        let asked = site.ask(&Question { method: Method::Options, ..Question::get("example.org", path, "") });
        assert_eq!((asked.status, asked.body.len()), (204, 0), "{path}");
        assert_eq!(header(&asked, ORIGIN), Some("*"), "{path}");
        assert_eq!(header(&asked, "Access-Control-Allow-Methods"), Some("GET, HEAD"), "{path}");
        assert_eq!(header(&asked, "Access-Control-Allow-Headers"), Some("*"), "{path}");
        let answer = get(&site, "example.org", path, "");
        assert_eq!((answer.status, header(&answer, ORIGIN)), (200, Some("*")), "{path}");
        // With this a browser would send cookies and passwords.
        assert_eq!(header(&answer, "Access-Control-Allow-Credentials"), None, "{path}");
    }
    // A refusal is one that a script can tell from a network that is down.
    let nobodys = get(&site, "", "/mail/config-v1.1.xml", "emailaddress=a@nobodys.example");
    assert_eq!((nobodys.status, header(&nobodys, ORIGIN)), (404, Some("*")));
}

#[test]
fn nothing_else_is_for_scripts_of_other_sites() {
    let site = serving("pacc: draft-03", "domains: [example.org], imap: i.example, smtp: s.example");
    for path in [
        "/",
        "/setup",
        "/setup/style.css",
        "/apple/ada@example.org.mobileconfig",
        "/autodiscover/autodiscover.xml",
        "/autodiscover/autodiscover.json",
        "/caddy/ask",
        "/nothing",
    ] {
        for method in [Method::Get, Method::Options, Method::Post] {
            let answer = site.ask(&Question { method, ..Question::get("example.org", path, "email=ada@example.org") });
            assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("Access-Control")), "{method:?} {path}");
        }
    }
}
