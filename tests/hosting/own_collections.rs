//! Calendars and contacts of which every user has an own address: filled in where the user is known, the client's own
//! placeholder or a stand-in where not, and in nothing that is the same for all.

use mailwright::dns::records::records;
use mailwright::dns::zone;
use mailwright::site::{Question, Site, route};

use crate::asking::{get, provider, serving, site, text};

const DAV: &str = "imap: imap.a.example, smtp: smtp.a.example, caldav: 'https://dav.a.example/cal/{address}/', \
                   carddav: 'https://{domain}.dav.example/book?of={local}'";

fn full(providers: &str) -> Site {
    site(&format!("defaults: {{ targets: {{ autoconfig: {{ profile: full }} }} }}\n{providers}"))
}

fn own() -> Site {
    full(&format!("providers: {{ own: {{ domains: [a.example, b.example], {DAV} }} }}"))
}

fn page(site: &Site, query: &str) -> String {
    let path = if query.is_empty() { "/" } else { "/setup" };
    text(&get(site, "autoconfig.a.example", path, query)).replace("<wbr />", "").replace("<wbr>", "")
}

const AUTOCONFIG: &str = route::MOZILLA[0];

#[test]
fn a_user_who_is_known_gets_the_own_addresses() {
    let site = own();
    let shown = page(&site, "address=ada@a.example");
    for wanted in ["https://dav.a.example/cal/ada@a.example/", "https://a.example.dav.example/book?of=ada"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
        let document = get(&site, "autoconfig.a.example", AUTOCONFIG, "emailaddress=ada%40a.example");
        assert!(text(&document).contains(&format!("<url>{wanted}</url>")), "{}", text(&document));
        // No cache may give one user's to the next one.
        assert_eq!(document.caching, mailwright::site::Caching::No);
        let profile = get(&site, "autoconfig.a.example", "/apple/ada@a.example.mobileconfig", "");
        let path = wanted.strip_prefix("https://").and_then(|w| w.split_once('/')).expect("a path").0;
        assert!(text(&profile).contains(path) && !text(&profile).contains(['{', '}']), "{}", text(&profile));
    }
    let other = get(&site, "autoconfig.b.example", AUTOCONFIG, "emailaddress=c%40b.example");
    assert!(text(&other).contains("<url>https://b.example.dav.example/book?of=c</url>"), "{}", text(&other));
}

/// The draft's section "Placeholders": clients may fill them in here as well.
#[test]
fn autoconfig_for_everybody_has_the_clients_own_placeholders() {
    let document = get(&own(), "autoconfig.a.example", AUTOCONFIG, "");
    let document = text(&document);
    assert!(document.contains("<url>https://dav.a.example/cal/%EMAILADDRESS%/</url>"), "{document}");
    assert!(document.contains("<url>https://a.example.dav.example/book?of=%EMAILLOCALPART%</url>"), "{document}");
    assert!(!document.contains("any-user") && !document.contains('{'), "{document}");
}

#[test]
fn the_page_for_everybody_shows_a_stand_in() {
    let shown = page(&own(), "");
    assert!(shown.contains("<code>https://dav.a.example/cal/name@a.example/</code>"), "{shown}");
    assert!(shown.contains("<code>https://a.example.dav.example/book?of=name</code>"), "{shown}");
    assert!(!shown.contains("any-user") && !shown.contains("%7B"), "{shown}");
}

/// PACC's document and the DNS are the same for all, and know no placeholders.
#[test]
fn what_is_the_same_for_all_leaves_them_out() {
    let site = serving("pacc: draft-03", &format!("domains: [a.example], {DAV}"));
    let pacc = site.ask(&Question::get("a.example", route::PACC, ""));
    assert_eq!(pacc.status, 200);
    assert!(!text(&pacc).contains("caldav") && !text(&pacc).contains("carddav"), "{}", text(&pacc));
    let found = site.domains().next().expect("a domain");
    let records = records(&site, &found).expect("records");
    let lines: Vec<String> = records.all().map(zone::line).filter(|l| l.contains("dav")).collect();
    assert_eq!(
        lines,
        [
            "_caldavs._tcp.a.example. IN SRV 0 1 443 dav.a.example.",
            "_carddavs._tcp.a.example. IN SRV 0 1 443 a.example.dav.example."
        ]
    );
    assert!(records.notes.iter().any(|n| n.contains("/.well-known/caldav")), "{:?}", records.notes);
}

/// `{domain}` alone is the same for all users of a domain.
#[test]
fn the_domain_alone_is_nobodys_own() {
    let service = "domains: [a.example, b.example], imap: imap.a.example, smtp: smtp.a.example, \
                   caldav: 'https://dav.{domain}/cal/{domain}/'";
    let site = serving("pacc: draft-03", service);
    for domain in ["a.example", "b.example"] {
        let wanted = format!("https://dav.{domain}/cal/{domain}/");
        let pacc = site.ask(&Question::get(domain, route::PACC, ""));
        assert!(text(&pacc).contains(&wanted), "{}", text(&pacc));
        let shown = text(&get(&site, domain, "/", "")).replace("<wbr />", "");
        assert!(shown.contains(&format!("<code>{wanted}</code>")), "{shown}");
    }
}

/// No address can add a path, a query or markup.
#[test]
fn what_is_filled_in_is_encoded() {
    let site =
        provider("imap: i.example.org, smtp: s.example.org, caldav: 'https://dav.example.org/{local}/x?of={local}'");
    let shown = text(&get(&site, "autoconfig.example.org", "/setup", "address=a%2Fb%3Fc%26d%3D%25e%2B@example.org"))
        .replace("<wbr />", "");
    assert!(shown.contains("https://dav.example.org/a%2Fb%3Fc%26d%3D%25e%2B/x?of=a%2Fb%3Fc%26d%3D%25e%2B"), "{shown}");
    let shown =
        text(&get(&site, "autoconfig.example.org", "/setup", "address=j%C3%B6rg@example.org")).replace("<wbr />", "");
    assert!(shown.contains("https://dav.example.org/j%C3%B6rg/x?of=j%C3%B6rg"), "{shown}");
}

/// In a file with accounts, the first account of a domain says what all its users have.
#[test]
fn a_pattern_of_an_account_holds_for_the_others_of_its_domain() {
    let account = "imap: imap.a.example, smtp: smtp.a.example";
    let site = full(&format!(
        "accounts: {{ ada@a.example: {{ {account}, caldav: 'https://dav.a.example/{{local}}/', \
         carddav: 'https://dav.a.example/book/ada/' }} }}"
    ));
    let shown = page(&site, "address=charles@a.example");
    assert!(shown.contains("https://dav.a.example/charles/"), "{shown}");
    assert!(!shown.contains("/ada") && !page(&site, "").contains("/ada"), "{shown}");
}
