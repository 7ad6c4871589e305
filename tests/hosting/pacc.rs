//! PACC's document: what it says, byte for byte, and when there is none.

use mailwright::site::{Question, Site, pacc, route};

use crate::asking::{serving, site};

const GOOD: &str = "domains: [a.example, b.example], imap: imap.a.example, smtp: smtp.a.example";

fn document(site: &Site, host: &str) -> Option<String> {
    let answer = site.ask(&Question::get(host, route::PACC, ""));
    (answer.status == 200).then(|| {
        assert_eq!(answer.kind, "application/json");
        assert!(answer.headers.iter().any(|(name, value)| *name == "Access-Control-Allow-Origin" && value == "*"));
        String::from_utf8(answer.body.to_vec()).expect("UTF-8")
    })
}

fn obstacle(site: &Site) -> Option<String> {
    let found = site.domains().next().expect("a domain");
    pacc::obstacle(&site.hosting, &found)
}

#[test]
fn the_bytes_of_both_drafts() {
    let more =
        "name: Own, pop3: pop.a.example, caldav: 'https://dav.a.example/cal/', carddav: 'https://dav.a.example/card/'";
    let serve = "organization: Analytical Engines Ltd, contact: 'mailto:help@a.example'";
    for (draft, submission) in [("draft-02", "smtp"), ("draft-03", "submit")] {
        let site = serving(&format!("pacc: {draft}, {serve}"), &format!("{GOOD}, {more}"));
        let expected = format!(
            r#"{{
  "protocols": {{
    "imap": {{
      "host": "imap.a.example"
    }},
    "pop3": {{
      "host": "pop.a.example"
    }},
    "{submission}": {{
      "host": "smtp.a.example"
    }},
    "caldav": {{
      "url": "https://dav.a.example/cal/"
    }},
    "carddav": {{
      "url": "https://dav.a.example/card/"
    }}
  }},
  "authentication": {{
    "password": true
  }},
  "info": {{
    "provider": {{
      "name": "Analytical Engines Ltd",
      "shortName": "Own"
    }},
    "help": {{
      "contact": [
        "mailto:help@a.example"
      ]
    }}
  }}
}}
"#
        );
        for host in ["ua-auto-config.a.example", "UA-Auto-Config.B.example:443", "a.example"] {
            assert_eq!(document(&site, host).as_deref(), Some(expected.as_str()), "{draft} {host}");
        }
        assert_eq!(obstacle(&site), None);
        assert_eq!(document(&site, "ua-auto-config.c.example"), None);
    }
}

#[test]
fn nothing_unless_it_is_wanted() {
    let site = serving("organization: X", GOOD);
    assert_eq!(document(&site, "ua-auto-config.a.example"), None);
    assert_eq!(obstacle(&site), None);
}

#[test]
fn what_it_cannot_say_is_not_said_by_halves() {
    for (providers, why) in [
        (
            "domains: [a.example], imap: imap.a.example, smtp: 'smtp.a.example:587'",
            "submission is smtp.a.example:587 with `tls: starttls`",
        ),
        (
            "domains: [a.example], imap: { host: imap.a.example, port: 1993, tls: implicit }, smtp: smtp.a.example",
            "IMAP is imap.a.example:1993",
        ),
        ("domains: [a.example], imap: 192.0.2.1, smtp: smtp.a.example", "IMAP is 192.0.2.1:993"),
        (
            "domains: [a.example], login: '{local}', imap: imap.a.example, smtp: smtp.a.example",
            "IMAP wants another login than the address",
        ),
        (
            "domains: [a.example], auth: [oauth2], imap: imap.a.example, smtp: smtp.a.example",
            "it can only say that a password is taken",
        ),
    ] {
        let site = serving("pacc: draft-03", providers);
        assert_eq!(document(&site, "a.example"), None, "{providers}");
        let said = obstacle(&site).unwrap_or_else(|| panic!("no obstacle: {providers}"));
        assert!(said.starts_with(why), "{said}");
    }
}

/// The usual port need not be the first one that is listed.
#[test]
fn the_listed_server_that_it_can_name_is_taken() {
    let site = serving(
        "pacc: draft-03",
        "domains: [a.example], imap: imap.a.example, smtp: ['old.a.example:587', 'smtp.a.example:465']",
    );
    let said = document(&site, "a.example").expect("a document");
    assert!(said.contains(r#""host": "smtp.a.example""#), "{said}");
}

#[test]
fn collections_with_a_port_or_without_a_path_are_left_out() {
    let more = "caldav: 'https://dav.a.example:8443/cal/', carddav: 'https://dav.a.example/'";
    let site = serving("pacc: draft-03", &format!("{GOOD}, {more}"));
    let said = document(&site, "a.example").expect("a document");
    assert!(!said.contains("dav"), "{said}");
}

#[test]
fn names_are_cut_to_what_the_draft_allows() {
    let long = "\u{416}".repeat(80);
    let site = serving(&format!("pacc: draft-03, organization: {long}"), GOOD);
    let said: serde_json::Value =
        serde_json::from_str(&document(&site, "a.example").expect("a document")).expect("JSON");
    let name = said["info"]["provider"]["name"].as_str().expect("a name");
    assert_eq!(name.chars().count(), 60);
    assert!(said["info"]["provider"].get("shortName").is_none());
}

#[test]
fn a_wildcard_answers_for_each_name_below_it_and_names_none() {
    let site = serving("pacc: draft-03", "domains: ['*.a.example'], imap: imap.a.example, smtp: smtp.a.example");
    let one = document(&site, "one.a.example").expect("a document");
    assert_eq!(Some(&one), document(&site, "ua-auto-config.two.a.example").as_ref());
    assert!(one.contains(r#""name": "a.example""#), "{one}");
}

/// A person's file: what is theirs alone is in no answer for everybody.
#[test]
fn nothing_of_a_person_is_in_it() {
    let text = "serve: { pacc: draft-03 }\naccounts:\n  ada@a.example:\n    name: Ada Lovelace\n    imap: imap.a.example\n    \
                smtp: smtp.a.example\n    caldav: https://dav.a.example/ada/cal/\n    carddav: https://dav.a.example/all/\n    \
                password: sesame123456\n";
    let site = site(text);
    let said = document(&site, "a.example").expect("a document");
    for own in ["ada", "Ada", "sesame", "any-user", "@"] {
        assert!(!said.contains(own), "{own}: {said}");
    }
    assert!(said.contains("https://dav.a.example/all/"), "{said}");
}
