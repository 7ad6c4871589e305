//! Pages for people: what is on them follows from the account, nothing that was typed comes back unescaped, and every
//! language says everything. How they look is `tests/clients/pages.rs`' business.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mailwright::site::page::language::{LANGUAGES, Language};
use mailwright::site::page::{POLICY, STYLE, of_anybody};
use mailwright::site::question::{Method, Question};
use mailwright::site::{Answer, Caching, Endpoint, Site};

use crate::asking::site;
use crate::markup::{self, Page};
use crate::pictures;

const HOST: &str = "autoconfig.analytical.example";

fn engines(more: &str) -> Site {
    site(&format!(
        "providers:\n  engines:\n    name: Analytical Engines Ltd\n    domains: [analytical.example]\n    \
         imap: imap.analytical.example\n    smtp: smtp.analytical.example\n{more}"
    ))
}

fn post<'a>(body: &'a str, languages: &'a str) -> Question<'a> {
    Question { method: Method::Post, languages, body: body.as_bytes(), ..Question::get(HOST, "/setup", "") }
}

fn html(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

fn page(answer: &Answer) -> Page {
    markup::read(html(answer)).unwrap_or_else(|why| panic!("{why}\n{}", html(answer)))
}

/// The settings of an address, in English.
fn settings(site: &Site, address: &str) -> Page {
    let query = format!("address={address}");
    let answer = site.ask(&Question::get(HOST, "/setup", &query));
    assert_eq!(answer.status, 200, "{address}");
    page(&answer)
}

fn clients(page: &Page) -> Vec<&str> {
    page.all("details").filter_map(|d| d.get("id")).collect()
}

// Languages.

/// `{...}` in a text; `**` and `[` count as well, since a sentence without them says less.
fn marks(texts: &[&str]) -> BTreeSet<String> {
    let mut marks = BTreeSet::new();
    for text in texts {
        assert_eq!(text.matches("**").count() % 2, 0, "{text}: ** without its end");
        assert_eq!(text.matches('[').count(), text.matches(']').count(), "{text}: [ without its end");
        if text.contains('[') {
            marks.insert("[]".to_owned());
        }
        for part in text.split('{').skip(1) {
            marks.insert(part.split_once('}').expect("a { without its end").0.to_owned());
        }
    }
    marks
}

fn english() -> &'static Language {
    Language::of_tag("en").expect("English")
}

#[test]
fn every_language_says_every_text_and_nothing_else() {
    let measure: BTreeMap<_, _> = english().said.iter().copied().collect();
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        let said: BTreeMap<_, _> = language.said.iter().copied().collect();
        for (key, texts) in &measure {
            match said.get(key) {
                None => wrong.push(format!("{}.yaml: {key} is missing", language.tag)),
                Some(own) if marks(own) != marks(texts) => {
                    wrong.push(format!(
                        "{}.yaml: {key} has {:?}, in English {:?}",
                        language.tag,
                        marks(own),
                        marks(texts)
                    ));
                }
                Some(own) if own.iter().any(|t| t.trim().is_empty() || t.trim() != *t) => {
                    wrong.push(format!("{}.yaml: {key} is empty or has blanks around it", language.tag));
                }
                Some(_) => {}
            }
        }
        wrong.extend(
            said.keys()
                .filter(|k| !measure.contains_key(*k))
                .map(|k| format!("{}.yaml: {k} is not in English", language.tag)),
        );
        let ids = |l: &Language| l.providers.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        if ids(language) != ids(english()) {
            wrong.push(format!(
                "{}.yaml: providers are {:?}, in English {:?}",
                language.tag,
                ids(language),
                ids(english())
            ));
        }
    }
    for (id, _) in english().providers {
        let facts = mailwright::provider::by_id(id);
        if facts.is_none_or(|f| f.help.app_password.is_none()) {
            wrong.push(format!("{id} is no provider with app passwords"));
        }
    }
    assert!(LANGUAGES.len() >= 3);
    assert_eq!(wrong, Vec::<String>::new());
}

/// "You sign in in the browser"; and Russian steps that described buttons which the other languages name.
#[test]
fn no_text_says_a_word_twice_and_steps_name_the_same_buttons() {
    let english: BTreeMap<_, _> = english().said.iter().copied().collect();
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        for (key, texts) in language.said {
            for text in *texts {
                let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
                if words.windows(2).any(|w| w[0] == w[1]) {
                    wrong.push(format!("{}.yaml: {key}: a word twice in {text}", language.tag));
                }
            }
            let buttons = |texts: &[&str]| texts.iter().map(|t| t.matches("**").count() / 2).collect::<Vec<_>>();
            let measure = buttons(english[key]);
            if buttons(texts) != measure {
                wrong.push(format!(
                    "{}.yaml: {key}: {:?} buttons, in English {measure:?}",
                    language.tag,
                    buttons(texts)
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_text_is_used_and_filled_in() {
    let mut code = String::new();
    for folder in ["src/site/page", "templates/page"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("folder").flatten() {
            if entry.path().is_file() {
                code += &fs::read_to_string(entry.path()).expect("text");
            }
        }
    }
    let known = ["address", "ascii", "domain", "password", "provider", "protocol", "[]"];
    for (key, texts) in english().said {
        let used = code
            .match_indices(&format!("t.{key}"))
            .any(|(at, word)| !code[at + word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        assert!(used, "{key} is not used");
        assert!(marks(texts).iter().all(|m| known.contains(&m.as_str())), "{key}: {:?}", marks(texts));
    }
}

#[test]
fn the_language_is_the_one_asked_for_else_the_browsers() {
    let site = engines("");
    let lang = |question: &Question<'_>| {
        let answer = site.ask(question);
        let language = page(&answer).all("html").next().and_then(|e| e.get("lang").map(str::to_owned)).expect("lang");
        assert!(answer.headers.contains(&("Content-Language", language.clone().into())));
        assert!(answer.headers.contains(&("Vary", "Accept-Language".into())));
        language
    };
    let home = |query, languages| Question { languages, ..Question::get(HOST, "/", query) };
    assert_eq!(lang(&home("", "")), "en");
    assert_eq!(lang(&home("", "ru-RU,ru;q=0.9")), "ru");
    assert_eq!(lang(&home("lang=de", "ru")), "de");
    assert_eq!(lang(&home("lang=%22%3E", "ru")), "ru");
    assert_eq!(lang(&post("address=ada%40analytical.example&lang=de", "ru")), "de");
    assert_eq!(lang(&post("address=ada%40analytical.example", "ru")), "ru");
    // Each page leads to all languages, and says which it is.
    for question in [home("", "de"), post("address=a%40analytical.example", "de")] {
        let page = page(&site.ask(&question));
        let offered: Vec<_> =
            page.elements.iter().filter(|e| matches!(&*e.name, "a" | "button") && e.get("lang").is_some()).collect();
        assert_eq!(offered.len(), LANGUAGES.len());
        let current: Vec<_> =
            offered.iter().filter(|e| e.get("aria-current").is_some()).map(|e| e.get("lang")).collect();
        assert_eq!(current, [Some("de")]);
    }
}

// What is asked, what is answered.

#[test]
fn statuses_and_headers() {
    let site = engines("");
    let get = |path, query| site.ask(&Question::get(HOST, path, query));
    let header =
        |answer: &Answer, name: &str| answer.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
    for (path, query, status, caching) in [
        ("/", "", 200, Caching::Public),
        ("/", "lang=de", 200, Caching::Public),
        ("/setup", "", 400, Caching::No),
        ("/setup", "address=ada", 400, Caching::No),
        ("/setup", "address=ada@nowhere.example", 404, Caching::No),
        ("/setup", "address=ada@analytical.example", 200, Caching::No),
        ("/Setup/", "emailaddress=ada%40ANALYTICAL.example", 200, Caching::No),
    ] {
        let answer = get(path, query);
        assert_eq!((answer.status, answer.caching), (status, caching), "{path}?{query}");
        assert_eq!(answer.kind, "text/html; charset=utf-8");
        assert_eq!(header(&answer, "Content-Security-Policy").as_deref(), Some(POLICY));
        assert_eq!(header(&answer, "Referrer-Policy").as_deref(), Some("no-referrer"));
        page(&answer);
    }
    for path in ["/favicon.ico", "/setup/x", "/setupx", "/index.html", "/setup//", "//", "", "/apple/x"] {
        let answer = get(path, "");
        assert_eq!((answer.status, answer.kind), (404, "text/plain; charset=utf-8"), "{path}");
    }
    for (path, kind, inside) in [
        ("/robots.txt", "text/plain; charset=utf-8", "Disallow: /"),
        (STYLE, "text/css; charset=utf-8", "color-scheme"),
        ("/setup/icon.svg", "image/svg+xml", "<svg"),
    ] {
        let answer = get(path, "v=1");
        assert_eq!((answer.status, answer.kind, answer.caching), (200, kind, Caching::Public));
        assert!(html(&answer).contains(inside));
        assert_eq!(site.read(&Question::get(HOST, path, "")).endpoint(), Endpoint::Asset);
    }
    for (path, method, allowed) in [
        ("/", Method::Post, "GET, HEAD, OPTIONS"),
        ("/robots.txt", Method::Post, "GET, HEAD, OPTIONS"),
        ("/setup", Method::Other, "GET, HEAD, POST, OPTIONS"),
    ] {
        let answer = site.ask(&Question { method, ..Question::get(HOST, path, "") });
        assert_eq!((answer.status, header(&answer, "Allow").as_deref()), (405, Some(allowed)), "{path}");
    }
    assert_eq!(site.ask(&Question { method: Method::Options, ..Question::get(HOST, "/setup", "") }).status, 204);
}

/// In a form a `+` is a blank, in a link it is the plus of an address.
#[test]
fn an_address_is_read_as_browsers_and_people_write_it() {
    let site = engines("");
    for (question, address) in [
        (post("address=ada%2Bx%40analytical.example", ""), "ada+x@analytical.example"),
        (post("lang=de&address=+ada%40Analytical.Example+&x", ""), "ada@analytical.example"),
        (Question::get(HOST, "/setup", "address=ada+x@analytical.example"), "ada+x@analytical.example"),
    ] {
        let answer = site.ask(&question);
        assert_eq!(answer.status, 200, "{address}");
        assert!(page(&answer).all("input").any(|i| i.get("value") == Some(address)), "{address}");
    }
    // What is sent by POST is not looked for in the query, and the other way round.
    let both = Question { query: "address=ada@analytical.example", ..post("", "") };
    assert_eq!(site.ask(&both).status, 400);
    assert_eq!(site.ask(&Question { body: b"\xff\xfe", ..post("", "") }).status, 400);
}

#[test]
fn the_form_is_about_the_asked_hosts_domain() {
    let site = site(
        "providers:\n  a: { domains: [one.example, '*.wild.example'], imap: imap.one.example, smtp: smtp.one.example }\n  \
         b: { domains: [two.example], imap: imap.two.example, smtp: smtp.two.example }",
    );
    let about = |host| page(&site.ask(&Question::get(host, "/", ""))).text;
    for host in ["autoconfig.two.example", "mail.two.example:8080", "TWO.example", "www.two.example"] {
        let text = about(host);
        assert!(text.contains("imap.two.example") && !text.contains("one.example"), "{host}");
    }
    assert!(about("autoconfig.sales.wild.example").contains("imap.one.example"));
    // Not to be told from which domain one comes: the form alone, which takes all of them.
    for host in ["localhost", "", "evil.example", "two.example.evil.example", "\"><script>"] {
        let text = about(host);
        assert!(!text.contains("imap.") && !text.contains("evil") && text.contains("example.org"), "{host}");
    }
    for address in ["a@one.example", "a@two.example", "a@x.wild.example"] {
        let question = format!("address={address}");
        assert_eq!(site.ask(&Question::get("evil.example", "/setup", &question)).status, 200, "{address}");
    }
}

/// The first customer's domain stood at the host's own address, and at any other, when there was one service.
#[test]
fn no_customer_is_named_at_a_host_that_is_none_of_theirs() {
    let shared = "providers:\n  a:\n    name: Secret Customer\n    domains: [customer.example, other.example]\n    \
                  imap: imap.customer.example\n    smtp: smtp.customer.example\n";
    for serve in
        ["", "serve: { url: 'https://setup.customer.example' }\n", "serve: { url: 'https://HOST.example:8443/' }\n"]
    {
        let site = site(&format!("{shared}{serve}"));
        let own = site.hosting.url.as_ref().and_then(|u| u.host_str()).unwrap_or("localhost").to_owned();
        for host in
            [own.as_str(), &format!("{own}:8443"), &own.to_uppercase(), "evil.example", "127.0.0.1:8080", "[::1]", ""]
        {
            for (path, query, body) in
                [("/", "", ""), ("/setup", "", "address=x"), ("/setup", "", "address=x%40nowhere.example")]
            {
                let method = if path == "/" { Method::Get } else { Method::Post };
                let answer = site.ask(&Question { method, body: body.as_bytes(), ..Question::get(host, path, query) });
                let text = html(&answer).to_lowercase();
                assert!(page(&answer).all("form").count() == 1, "{host}");
                assert!(!text.contains("customer") && !text.contains("other.example"), "{serve}{host}{path}: {text}");
            }
            // The address that is typed decides.
            let answer = site.ask(&Question { host, ..post("address=ada%40other.example", "") });
            assert!(answer.status == 200 && page(&answer).text.contains("imap.customer.example"), "{host}");
        }
        // Who asks for a customer by name is told of that one.
        let answer = site.ask(&Question::get("autoconfig.other.example", "/", ""));
        assert!(html(&answer).contains("name@other.example") && !html(&answer).contains("@customer.example"));
    }
}

// Nothing comes back unescaped.

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
            let facts = domain.service.account.service.facts;
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

// What is offered follows from the account.

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
