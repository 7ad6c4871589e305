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

/// Only whole folders of a path were compared: `/~ada/cal/`, `?user=ada` and `ada.dav.own.example` stood on everybody's
/// page, in everybody's profile and in the DNS.
#[test]
fn a_collection_with_its_users_name_in_it_is_told_to_nobody_else() {
    let of = |login: &str, url: &str| {
        format!(
            "serve: {{ pacc: draft-03 }}\naccounts:\n  Ada.Byron@own.example: {{ {login} imap: imap.own.example, \
             smtp: smtp.own.example, caldav: '{url}', carddav: 'https://dav.own.example/all/' }}\n"
        )
    };
    let told = |text: &str| {
        let site = site(text);
        let found = site.domains().next().expect("a domain");
        let records = records(&site, &found).expect("records");
        let mut told = records.all().map(zone::line).collect::<Vec<_>>().join("\n");
        for (host, path, query) in [
            ("autoconfig.own.example", "/setup", "address=bob@own.example"),
            ("autoconfig.own.example", "/", ""),
            ("autoconfig.own.example", AUTOCONFIG, "emailaddress=bob@own.example"),
            ("autoconfig.own.example", "/apple/bob@own.example.mobileconfig", ""),
            ("own.example", route::PACC, ""),
        ] {
            let answer = get(&site, host, path, query);
            assert!(matches!(answer.status, 200 | 404), "{path}");
            told.push_str(&text_of(&answer));
        }
        (told.to_lowercase(), site.advice().iter().map(|p| p.code).collect::<Vec<_>>())
    };
    for (login, url, name) in [
        ("", "https://dav.own.example/~ada.byron/cal/", "/~ada"),
        ("", "https://dav.own.example/Ada.Byron/", "ada.byron"),
        ("", "https://dav.own.example/cal/ada%2Ebyron.ics", "byron"),
        ("", "https://dav.own.example/cal/%2561da.byron/", "byron"),
        ("", "https://ada.byron.dav.own.example/cal/", "byron"),
        ("", "https://dav.own.example/cal/?user=ada.byron", "?user"),
        ("", "https://dav.own.example/cal/?user=ada.byron%40own.example&x=y", "?user"),
        ("login: ab1815,", "https://dav.own.example/users/_AB1815_/", "1815"),
        ("login: ab1815,", "https://dav.own.example/cal/#ab1815", "1815"),
    ] {
        let (told, advice) = told(&of(login, url));
        assert!(!told.contains(name), "{url}: {told}");
        assert!(told.contains("dav.own.example/all/") && told.contains("path=/all/"), "{url}: {told}");
        assert!(advice.contains(&"own-collections"), "{url}: {advice:?}");
    }
    // A longer word is another one, and the domain is nobody's.
    for (account, url) in [
        (of("", "https://dav.own.example/ada.byrons/"), "dav.own.example/ada.byrons/"),
        (of("", "https://own.example/cal/").replace("Ada.Byron@", "own@"), "own.example/cal/"),
        (of("", "https://dav.own.example/~{local}/cal/"), "dav.own.example/~bob/cal/"),
    ] {
        let (told, advice) = told(&account);
        assert!(told.contains(url) && !advice.contains(&"own-collections"), "{url}: {advice:?} {told}");
    }
    // At a provider it is for everybody, whatever it looks like.
    let (told, advice) = told(
        "providers: { p: { domains: [own.example], imap: imap.own.example, smtp: smtp.own.example, \
         caldav: 'https://dav.own.example/ada.byron/' } }\naccounts: { ada.byron@own.example: {} }",
    );
    assert!(told.contains("/ada.byron/") && !advice.contains(&"own-collections"), "{advice:?} {told}");
}

fn text_of(answer: &mailwright::site::Answer) -> String {
    String::from_utf8_lossy(&answer.body).replace("<wbr />", "").replace("<wbr>", "")
}
