//! Nothing that was typed comes back, nothing comes back unescaped, and nobody is told who exists.

use std::fs;
use std::path::Path;

use mailwright::site::Site;
use mailwright::site::page::language::LANGUAGES;
use mailwright::site::question::Question;

use super::{HOST, engines, html, page, post};
use crate::asking::site;
use crate::markup;

#[test]
fn nothing_that_was_typed_is_shown_again() {
    let site = engines("serve: { organization: Engines }\n");
    let nasty = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let bodies = [
        format!("address={nasty}&lang={nasty}"),
        format!("address=a%40{nasty}.example"),
        "address=x%40alert.example".to_owned(),
    ];
    for body in &bodies {
        let answer = site.ask(&post(body, nasty));
        assert!(matches!(answer.status, 400 | 404));
        page(&answer);
        assert!(!html(&answer).contains("alert"), "{body}");
        let answer = site.ask(&Question { languages: nasty, ..Question::get(nasty, "/setup", body) });
        assert!(matches!(answer.status, 400 | 404) && !html(&answer).contains("alert"), "{body}");
        let answer = site.ask(&Question::get(nasty, "/", body));
        assert!(!html(&answer).contains("alert"), "{body}");
    }
}

/// An address may hold nearly every character that means something in HTML, a path or a query.
#[test]
fn what_belongs_to_a_page_is_escaped() {
    let site = engines(
        "    login: \"{local}<i>'&\\\"\"\nserve:\n  organization: \"<b>A & B</b> 'x' \\\"y\\\"\"\n  contact: \"https://help.example/?a=1&b=%22%3E<i>\"\n",
    );
    let address = "o'neil&co/a?b#c%d`{e}|<~".replace('<', "");
    let encoded: String = address.bytes().map(|b| format!("%{b:02x}")).collect();
    for languages in LANGUAGES.iter().map(|l| l.tag) {
        let body = format!("address={encoded}%40analytical.example");
        let answer = site.ask(&post(&body, languages));
        assert_eq!(answer.status, 200);
        let page = page(&answer);
        assert!(page.text.contains(&format!("{address}@analytical.example")));
        assert!(page.text.contains(&format!("{address}<i>'&\"")), "the login");
        assert!(page.text.contains("<b>A & B</b> 'x' \"y\""), "the organisation");
        // In the path of the profile nothing is left that a path would read.
        let profile = page.links().into_iter().find(|l| l.starts_with("/apple/")).expect("a profile").to_owned();
        let name = profile.strip_prefix("/apple/").and_then(|p| p.strip_suffix(".mobileconfig")).expect("its path");
        assert!(!name.contains(['/', '?', '#', '+', '&', '\'']), "{name}");
        assert_eq!(
            percent_encoding::percent_decode_str(name).decode_utf8().expect("UTF-8"),
            format!("{address}@analytical.example")
        );
    }
}

/// Whom to ask is shown as people write it, and never as what no page can hold.
#[test]
fn the_contact_is_a_link() {
    for (contact, shown) in [
        ("mailto:help%2Bmail@analytical.example?subject=Set-up", "help+mail@analytical.example"),
        ("tel:+44-20-7946-0000", "+44-20-7946-0000"),
        ("https://help.analytical.example/", "help.analytical.example"),
        ("mailto:a%00b%0a@analytical.example", "a%00b%0a@analytical.example"),
    ] {
        let page = page(&engines(&format!("serve: {{ contact: '{contact}' }}\n")).ask(&Question::get(HOST, "/", "")));
        assert!(page.links().contains(contact) && page.text.contains(shown), "{contact}: {}", page.text);
    }
    assert!(engines("").ask(&Question::get(HOST, "/", "")).body.windows(7).all(|w| w != b"<footer"));
}

/// Who exists and who does not: nobody is told.
#[test]
fn every_address_of_a_domain_has_the_same_page() {
    let site =
        site("accounts:\n  qqada@analytical.example: { imap: imap.analytical.example, smtp: smtp.analytical.example }");
    let of = |address: &str| {
        let query = format!("address={address}@analytical.example");
        let answer = site.ask(&Question::get(HOST, "/setup", &query));
        assert_eq!(answer.status, 200);
        // The code of the profile is made from the address.
        html(&answer)
            .lines()
            .filter(|l| !l.contains(" d=\"M4 4h7"))
            .collect::<Vec<_>>()
            .join("\n")
            .replace(address, "X")
    };
    assert_eq!(of("qqada"), of("qqeve"));
}

/// Every example that has domains, in every language: strict markup, and links to nowhere else.
#[test]
fn every_examples_pages() {
    let mut pages = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).expect("examples").flatten() {
        let file = entry.path().to_string_lossy().into_owned();
        let reading = mailwright::read(std::slice::from_ref(&file));
        let Ok(site) = Site::build(&reading.mail, None) else { continue };
        let contact = site.hosting.contact.as_ref().map(|c| c.to_string());
        for domain in site.domains() {
            let name = domain.name.replace("*.", "any.");
            let facts = domain.service.account().service.facts;
            for languages in LANGUAGES.iter().map(|l| l.tag) {
                let query = format!("address=ada@{name}");
                for (path, query) in [("/", ""), ("/setup", &*query), ("/setup", "")] {
                    let host = format!("autoconfig.{name}");
                    let answer = site.ask(&Question { languages, ..Question::get(&host, path, query) });
                    let page =
                        markup::read(html(&answer)).unwrap_or_else(|why| panic!("{file} {path} {languages}: {why}"));
                    for link in page.links() {
                        let own = link.starts_with('#') || link.starts_with("/?lang=") || link.starts_with("/apple/");
                        let told =
                            facts.and_then(|f| f.help.app_password) == Some(link) || contact.as_deref() == Some(link);
                        assert!(own || told, "{file}: {link}");
                    }
                    assert!(!page.text.contains("any-user-of-this-domain"), "{file} {path}");
                    assert!(
                        !page.text.contains(['{', '}']) && !page.text.contains("**"),
                        "{file} {path}: not filled in"
                    );
                    pages += 1;
                }
            }
        }
    }
    assert!(pages >= 50, "{pages} pages");
}

/// `ada@` with a bidirectional control in it turned round what stood beside it on the page and in the profile.
#[test]
fn an_address_with_what_nobody_sees_is_none() {
    let site = engines("");
    for hidden in ['\u{202e}', '\u{200f}', '\u{2066}', '\u{200b}', '\u{200d}', '\u{ad}', '\u{feff}', '\u{fe0f}'] {
        let address = format!("ad{hidden}a@analytical.example");
        let form = format!("address={address}");
        let answer = site.ask(&post(&form, ""));
        assert_eq!(answer.status, 400, "{hidden:?}");
        assert!(!html(&answer).contains(hidden), "{hidden:?}");
        let profile = site.ask(&Question::get("", &format!("/apple/{address}.mobileconfig"), ""));
        assert_eq!(profile.status, 404, "{hidden:?}");
        let text = format!("accounts: {{ ada: {{ address: '{address}', imap: i.example, smtp: s.example }} }}");
        let codes: Vec<_> = mailwright::read_text("a.yaml", &text).problems.iter().map(|p| p.code).collect();
        assert_eq!(codes, ["no-address"], "{hidden:?}");
    }
}
