//! What is offered follows from the account.

use std::fs;
use std::path::Path;

use mailwright::site::Caching;
use mailwright::site::Site;
use mailwright::site::page::language::LANGUAGES;
use mailwright::site::page::of_anybody;
use mailwright::site::question::Question;

use super::{HOST, clients, engines, html, page, post, settings};
use crate::asking::site;
use crate::pictures;

#[test]
fn settings_in_the_words_of_mail_programs() {
    let site = engines(
        "    pop3: { host: pop.analytical.example, port: 110, tls: starttls }\n    login: \"{local}\"\n    \
         caldav: https://dav.analytical.example/cal\n",
    );
    let page = settings(&site, "ada@analytical.example");
    let text = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "Incoming mail (IMAP) Server imap.analytical.example Port 993 Encryption SSL/TLS Authentication Normal password User name ada Password",
        "Incoming mail (POP3) Server pop.analytical.example Port 110 Encryption STARTTLS",
        "Outgoing mail (SMTP) Server smtp.analytical.example Port 465 Encryption SSL/TLS",
        "Calendars (CalDAV) https://dav.analytical.example/cal",
        "Take IMAP unless",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    assert!(!text.contains("CardDAV"));
    // On the form nobody's login stands, but what it is.
    let home = self::page(&site.ask(&Question::get(HOST, "/", ""))).text;
    assert!(home.contains("the part of your address before the @") && !home.contains("POP3 only"), "{home}");
    let directory = engines("serve: { users: { csv: users.csv } }\n");
    let home = self::page(&directory.ask(&Question::get(HOST, "/", ""))).text;
    assert!(home.contains("the user name that you were given"));
}

#[test]
fn only_ways_that_the_servers_allow() {
    let plain = settings(&engines(""), "ada@analytical.example");
    assert_eq!(clients(&plain), ["iphone", "mac", "android", "outlook", "thunderbird", "other"]);
    assert!(plain.links().contains("/apple/ada@analytical.example.mobileconfig"));
    assert!(!plain.text.contains("POP3") && !plain.text.contains("CalDAV"));
    // Sending alone: no mail program takes that.
    let relay = site("providers:\n  r: { domains: [r.example], smtp: smtp.r.example }");
    let relay = settings(&relay, "ada@r.example");
    assert_eq!(clients(&relay), ["other"]);
    assert!(!relay.text.contains("find the settings by themselves:"));
    // A mechanism that Apple's profiles have no word for.
    let scram = site(
        "providers:\n  s:\n    domains: [s.example]\n    imap: { host: imap.s.example, auth: scram-sha-256 }\n    smtp: smtp.s.example",
    );
    let scram = settings(&scram, "ada@s.example");
    assert!(!scram.links().iter().any(|l| l.starts_with("/apple/")));
    assert!(scram.text.contains("Encrypted password") && scram.text.contains("Add Mail Account"));
    // POP3 alone is what the steps name.
    let pop = site("providers:\n  p: { domains: [p.example], pop3: pop.p.example, smtp: smtp.p.example }");
    let pop = settings(&pop, "ada@p.example");
    assert!(pop.text.contains("Personal (POP3)") && !pop.text.contains("(IMAP)"));
}

#[test]
fn known_providers_have_their_own_ways() {
    let site = site("accounts: { ada@gmail.com: {}, charles@icloud.com: {}, mary@outlook.com: {} }");
    let gmail = settings(&site, "ada@gmail.com");
    assert!(gmail.links().contains("https://myaccount.google.com/apppasswords"));
    assert!(gmail.text.contains("2-Step Verification") && gmail.text.contains("Sign in to Gmail"));
    assert!(gmail.links().iter().any(|l| l.starts_with("/apple/")));
    // The app password is the only password: no profile asks for another.
    let icloud = settings(&site, "charles@icloud.com");
    assert!(icloud.text.contains("First make an app password") && !icloud.text.contains("Sign in to"));
    // No password at all: no profile, no app password, nothing to be typed.
    let outlook = settings(&site, "mary@outlook.com");
    assert!(!outlook.links().iter().any(|l| l.starts_with("/apple/")));
    assert!(!outlook.elements.iter().any(|e| e.get("id") == Some("app-title")));
    assert!(!outlook.text.contains("Type the password") && !outlook.text.contains("and the password of"));
    assert!(outlook.text.contains("You sign in with your browser.") && outlook.text.contains("Sign in to Outlook"));
    assert!(!outlook.text.contains("Cannot be used"));
}

/// "The password of your mailbox" was asked for on iPhone, Mac and in Outlook, where there is none to be typed.
#[test]
fn a_host_with_oauth2_alone_is_asked_for_no_password() {
    let site = site(
        "providers:\n  o:\n    name: Tokens Ltd\n    domains: [o.example]\n    imap: imap.o.example\n    smtp: smtp.o.example\n    auth: [oauth2]\n    \
         oauth2: { auth_url: 'https://login.o.example/a', token_url: 'https://login.o.example/t', scopes: [mail] }",
    );
    for language in LANGUAGES {
        let (t, query) = (&language.texts, "address=ada@o.example");
        let page = page(&site.ask(&Question { languages: language.tag, ..Question::get(HOST, "/setup", query) }));
        assert_eq!(clients(&page), ["iphone", "mac", "android", "outlook", "thunderbird", "other"]);
        for phrase in [t.phrase_own, t.phrase_app, t.password_own] {
            assert!(!page.text.contains(phrase), "{}: {phrase}\n{}", language.tag, page.text);
        }
        // Three that sign in to none but the services that they know, and two that ask.
        let said = |text: &str| page.text.matches(text.replace("{provider}", "Tokens Ltd").as_str()).count();
        assert_eq!(said(t.cannot[0]), 3, "{}", page.text);
        assert_eq!(said(t.hint_cannot), 3);
        assert_eq!(said(t.step_sign_in_perhaps), 2);
        assert_eq!((said(t.other_sign_in), said(t.hint_finds)), (1, 0));
    }
}

/// Lists of mail services have few names; what is not among them is entered as any other, by its app password.
#[test]
fn only_services_that_programs_list_are_looked_for_in_their_lists() {
    let site = site("accounts: { ada@fastmail.com: {}, charles@yahoo.com: {} }");
    let listed = "Choose your mail service in the list";
    assert!(settings(&site, "charles@yahoo.com").text.contains(listed));
    let fastmail = settings(&site, "ada@fastmail.com");
    assert!(!fastmail.text.contains(listed) && fastmail.text.contains("Personal (IMAP)"));
    assert!(fastmail.links().iter().any(|l| l.starts_with("/apple/")) && fastmail.text.contains("Sign in to Fastmail"));
}

/// An address of `bücher.example` was shown to its user as one of `xn--bcher-kva.example`.
#[test]
fn people_read_their_domain_and_programs_its_a_labels() {
    let site = site(
        "providers:\n  b: { domains: [bücher.example, '*.wild.example'], imap: imap.bücher.example, smtp: smtp.bücher.example }",
    );
    let home = page(&site.ask(&Question::get("autoconfig.xn--bcher-kva.example", "/", "")));
    for wanted in ["name@bücher.example", "Settings for bücher.example", "imap.xn--bcher-kva.example"] {
        assert!(home.text.contains(wanted), "{wanted}\n{}", home.text);
    }
    assert!(!home.text.contains("@xn--") && !home.text.contains("smtp.bücher"));
    let answer = site.ask(&post("address=ada%40b%C3%BCcher.example", ""));
    let page = page(&answer);
    let text = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(html(&answer).contains("<title>Settings for your mailbox · bücher.example</title>"));
    for wanted in [
        "ada@bücher.example",
        "type ada@xn--bcher-kva.example. That is the same one",
        "User name ada@xn--bcher-kva.example",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    // What programs and forms are handed on is what they can send.
    assert!(page.all("input").any(|i| i.get("value") == Some("ada@xn--bcher-kva.example")));
    assert!(page.links().contains("/apple/ada@xn--bcher-kva.example.mobileconfig"));
    let profile = site.ask(&Question::get("", "/apple/ada@xn--bcher-kva.example.mobileconfig", ""));
    let profile = html(&profile);
    assert!(profile.contains("<string>Mail for ada@bücher.example</string>"), "{profile}");
    let mut lines = profile.lines().skip_while(|l| !l.contains("<key>EmailAddress</key>")).map(str::trim);
    assert_eq!(lines.nth(1), Some("<string>ada@xn--bcher-kva.example</string>"));
    // Below a wildcard anybody may have typed what looks like something else.
    let doubtful = settings(&site, "ada@xn--pple-43d.wild.example");
    assert!(doubtful.text.contains("ada@xn--pple-43d.wild.example"));
    assert!(!doubtful.text.contains('\u{430}') && !doubtful.text.contains("That is the same one"));
}

/// A key that cannot be read: a profile that is to be signed is not handed out, so it is not offered either.
#[test]
fn no_profile_is_offered_where_nothing_signs_it() {
    let signed = engines("serve: { sign: { certificate: missing.pem, key: missing.key } }\n");
    assert!(signed.hosting.sign.is_some() && signed.signer.is_none());
    let page = settings(&signed, "ada@analytical.example");
    assert!(!page.links().iter().any(|l| l.starts_with("/apple/")));
    assert!(!page.elements.iter().any(|e| &*e.name == "figure") && !page.text.contains("Download the profile"));
    assert!(page.text.contains("Add Mail Account"));
    let unsigned = settings(&engines(""), "ada@analytical.example");
    assert!(unsigned.elements.iter().any(|e| &*e.name == "figure") && unsigned.text.contains("Download the profile"));
}

/// For a static export: nobody's address, login or profile, and nothing to be sent.
#[test]
fn the_page_of_anybody() {
    let site = engines("    login: \"{local}\"\n");
    let found = site.domain("analytical.example").expect("the domain");
    for language in LANGUAGES {
        let answer = of_anybody(&site, &found, language.tag).expect("a page");
        let page = page(&answer);
        assert_eq!((answer.status, answer.caching), (200, Caching::Public));
        assert_eq!(clients(&page), ["iphone", "mac", "android", "outlook", "thunderbird", "other"]);
        assert!(!page.text.contains("any-user") && !page.text.contains("@analytical") && page.all("form").count() == 0);
        assert!(page.text.contains(language.texts.user_address) && page.text.contains(language.texts.user_local));
        assert!(page.links().iter().all(|l| l.starts_with('#') || l.starts_with("/?lang=")), "{:?}", page.links());
    }
    assert!(of_anybody(&site, &found, "tlh").is_none());
}

/// The profile's address in the code is the public one, whatever host was asked.
#[test]
fn the_code_is_made_from_the_account_file() {
    let with = engines("serve: { url: 'https://setup.analytical.example' }\n");
    let without = engines("");
    let code = |site: &Site| {
        settings(site, "ada@analytical.example")
            .all("path")
            .filter_map(|p| p.get("d"))
            .map(str::to_owned)
            .max_by_key(String::len)
            .expect("a code")
    };
    assert_ne!(code(&with), code(&without));
    let of = |text: &str| {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).expect("a code");
        code.to_colors().iter().filter(|c| **c == qrcode::Color::Dark).count()
    };
    let dark = |path: &str| {
        path.split('z')
            .filter_map(|run| run.split_once("h-"))
            .map(|(_, n)| n.parse::<usize>().expect("a number"))
            .sum::<usize>()
    };
    assert_eq!(dark(&code(&with)), of("https://setup.analytical.example/apple/ada@analytical.example.mobileconfig"));
    assert_eq!(
        dark(&code(&without)),
        of("https://autoconfig.analytical.example/apple/ada@analytical.example.mobileconfig")
    );
}

#[test]
fn the_readmes_pictures_are_of_these_pages() {
    let made_from =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(pictures::MADE_FROM)).expect("docs/images");
    assert_eq!(made_from, pictures::made_from(), "the pages have changed: run docs/screenshots");
    for (file, ..) in pictures::PICTURES {
        let picture = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images").join(file)).expect(file);
        assert!(picture.starts_with(b"\x89PNG") && picture.len() < 150_000, "{file}: {}", picture.len());
    }
}

/// The settings "are found" and "Evolution, KMail, Geary, Delta Chat find them by themselves", said the page of a domain
/// with POP3 alone, while `check --client` said that half of them reject its document; and so it was for users whose
/// login is another one than most of these programs are told.
#[test]
fn a_page_promises_no_more_than_check_client() {
    const SERVERS: &str = "imap: imap.a.example, smtp: smtp.a.example";
    let provider = |more: &str| format!("providers: {{ a: {{ domains: [a.example], {more} }} }}\n");
    let people = format!("accounts: {{ ada@a.example: {{ {SERVERS} }}, own@a.example: {{ {SERVERS}, login: u7 }} }}");
    const ALL: &str = "Evolution, KMail, Geary, Delta Chat";
    // The servers, who asks, whether K-9 and FairEmail find them, and which others.
    for (text, who, k9, fairemail, others) in [
        (provider(SERVERS), "x", true, true, ALL),
        (provider("pop3: pop.a.example, smtp: smtp.a.example"), "x", false, false, "Evolution, KMail"),
        (provider(&format!("{SERVERS}, pop3: pop.a.example")), "x", true, true, ALL),
        (provider(&format!("{SERVERS}, login: '{{local}}'")), "x", true, true, "Evolution, KMail, Delta Chat"),
        (provider(&format!("{SERVERS}, login: '{{local}}.{{domain}}'")), "x", true, true, "KMail, Delta Chat"),
        (people.clone(), "ada", true, true, ALL),
        (people.clone(), "own", false, true, "Delta Chat"),
    ] {
        let site = site(&text);
        for language in LANGUAGES {
            let (t, query) = (&language.texts, format!("address={who}@a.example"));
            let page = page(&site.ask(&Question { languages: language.tag, ..Question::get(HOST, "/setup", &query) }));
            let what = format!("{text} {who} {}: {}", language.tag, page.text);
            let promise = |text: &str| text.split(['{', '*']).next().unwrap_or_default().trim().to_owned();
            let list = if others == ALL {
                others.to_owned()
            } else {
                format!("{}{others}.", t.other_finds_some.split('{').next().unwrap_or_default())
            };
            assert!(page.text.contains(&list), "{what}");
            assert_eq!(page.text.contains(&promise(t.other_finds)), others == ALL, "{what}");
            assert_eq!(page.text.contains("FairEmail"), fairemail, "{what}");
            let android = page.text.split("K-9 Mail").nth(2).expect("Android's steps");
            let end = |step: &str| step.rsplit(". ").next().unwrap_or_default().to_owned();
            let found = end(t.android_thunderbird_finds[1]);
            assert_eq!(
                android
                    .split("FairEmail")
                    .flat_map(|way| way.split("Gmail"))
                    .next()
                    .unwrap_or_default()
                    .contains(&found),
                k9,
                "{what}"
            );
        }
    }
    // Whose login it is nobody knows on a page that is the same for all.
    let site = site(&people);
    let found = site.domains().next().expect("a domain");
    let page = self::page(&of_anybody(&site, &found, "en").expect("a page"));
    assert!(!page.text.contains("Geary") && page.text.contains("themselves: Delta Chat."), "{}", page.text);
}
