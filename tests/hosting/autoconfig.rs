//! Mozilla's autoconfig, as it is answered: which domain, which login, which refusals.

use mailwright::account::{Address, Hosted, Text};
use mailwright::site::{Answer, Caching, Method, Question, Site};

use crate::asking::site;

const PATHS: [&str; 2] = ["/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"];

fn hosts() -> Site {
    site(
        &std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/mail-host.yaml")).expect("the example"),
    )
}

fn body(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).expect("UTF-8")
}

fn usernames(answer: &Answer) -> Vec<String> {
    body(answer)
        .split("<username>")
        .skip(1)
        .map(|rest| rest.split("</username>").next().expect("an end").to_owned())
        .collect()
}

/// stalwart#1042, #1537, modoboa#3805, thunderbird-android#8158: no address is no mistake.
#[test]
fn both_paths_answer_with_and_without_an_address() {
    let site = hosts();
    for path in PATHS {
        let by_host = site.ask(&Question::get("autoconfig.engines.example", path, ""));
        assert_eq!((by_host.status, by_host.kind), (200, "text/xml; charset=utf-8"));
        assert_eq!(by_host.caching, Caching::Public);
        assert!(body(&by_host).contains("<emailProvider id=\"engines.example\">"));
        for (host, query) in [
            ("engines.example", ""),
            ("ENGINES.example:443", ""),
            ("autoconfig.engines.example.", "emailaddress="),
            ("autoconfig.engines.example", "emailaddress=%25EMAILADDRESS%25"),
            ("autoconfig.engines.example", "emailaddress=ada%40engines.example"),
            ("autoconfig.engines.example", "emailaddress=ada@ENGINES.EXAMPLE"),
            // Of a customer's domain, by the mail exchanger's name (Thunderbird, K-9).
            ("autoconfig.society.example", "emailaddress=ada@engines.example"),
            ("127.0.0.1:8080", "emailaddress=ada@engines.example"),
            // Evolution.
            ("autoconfig.engines.example", "emailaddress=EVOLUTIONUSER%40engines.example&emailmd5=00"),
        ] {
            assert_eq!(site.ask(&Question::get(host, path, query)), by_host, "{host} {query}");
        }
    }
}

/// A 200 with a page would keep Thunderbird from looking elsewhere, a 401 would make it ask for a password.
#[test]
fn what_is_unknown_is_404_in_plain_text() {
    let site = hosts();
    for (host, query) in [
        ("autoconfig.nowhere.example", ""),
        ("", ""),
        ("[::1]:8080", ""),
        ("autoconfig.engines.example", "emailaddress=ada@nowhere.example"),
        ("autoconfig.engines.example.evil.example", ""),
        ("sub.engines.example", "emailaddress=ada@sub.engines.example"),
    ] {
        for path in PATHS {
            let answer = site.ask(&Question::get(host, path, query));
            assert_eq!((answer.status, answer.kind), (404, "text/plain; charset=utf-8"), "{host} {query}");
            assert_eq!(answer.caching, Caching::No);
        }
    }
}

#[test]
fn only_get_head_and_options_are_taken() {
    let site = hosts();
    let ask = |method| site.ask(&Question { method, ..Question::get("autoconfig.engines.example", PATHS[0], "") });
    assert_eq!(ask(Method::Head).status, 200);
    assert_eq!(ask(Method::Options).status, 204);
    assert_eq!(ask(Method::Post).status, 405);
    assert_eq!(ask(Method::Other).status, 405);
}

/// Whose mail else is hosted here is nobody's business.
#[test]
fn a_document_names_no_other_domain() {
    let site = hosts();
    for found in site.domains() {
        let answer = site.ask(&Question::get(&found.name, PATHS[1], ""));
        for other in site.domains().filter(|o| o.name != found.name) {
            assert!(!body(&answer).contains(&format!("<domain>{}<", other.name)), "{} in {}", other.name, found.name);
        }
        assert!(!body(&answer).contains(Hosted::STAND_IN));
    }
}

#[test]
fn a_login_that_a_directory_gives_is_for_that_user_alone() {
    let site = hosts();
    let question = Question::get("", PATHS[0], "emailaddress=ada@engines.example");
    let asked = site.read(&question);
    assert_eq!(asked.user().map(Address::as_str), Some("ada@engines.example"));
    let login = Text::new("<u42>&\"").expect("text");
    let answer = site.answer(asked, Some(&login));
    assert_eq!(usernames(&answer), ["&lt;u42&gt;&amp;&quot;"; 3].map(str::to_owned));
    assert_eq!(answer.caching, Caching::No);
    // The address itself is what all are told.
    let same = Text::new("ada@engines.example").expect("text");
    let answer = site.answer(site.read(&question), Some(&same));
    assert_eq!(usernames(&answer), ["%EMAILADDRESS%"; 3].map(str::to_owned));
}

/// mailstrom#10: a login that is made of parts of the address.
#[test]
fn a_composed_login_is_filled_in_for_who_asks() {
    let site = site(
        "providers: { p: { domains: [own.example], login: \"{local}.{domain}\", imap: imap.own.example, smtp: smtp.own.example } }",
    );
    let asked = |query| usernames(&site.ask(&Question::get("own.example", PATHS[0], query)));
    assert_eq!(asked(""), ["%EMAILLOCALPART%.%EMAILDOMAIN%"; 2].map(str::to_owned));
    assert_eq!(asked("emailaddress=ada@own.example"), ["ada.own.example"; 2].map(str::to_owned));
}

#[test]
fn a_wildcard_answers_for_all_names_below() {
    let site =
        site("providers: { p: { domains: [\"*.own.example\"], imap: imap.own.example, smtp: smtp.own.example } }");
    for (host, query) in [("autoconfig.a.own.example", ""), ("", "emailaddress=x@a.own.example")] {
        let answer = site.ask(&Question::get(host, PATHS[0], query));
        assert_eq!(answer.status, 200, "{host}");
        assert!(body(&answer).contains("<emailProvider id=\"a.own.example\">"), "{}", body(&answer));
    }
    assert_eq!(site.ask(&Question::get("own.example", PATHS[0], "")).status, 404);
    assert_eq!(site.ask(&Question::get("b.a.own.example", PATHS[0], "")).status, 404);
}

/// A file with accounts publishes their domains, and of the persons nothing but a login where it must.
#[test]
fn accounts_are_published_without_what_is_personal() {
    let site = site(
        "accounts:\n\
         \x20 ada@own.example:\n    name: Ada Lovelace\n    login: u0042\n    password: hunter2\n    signature: Yours\n\
         \x20   imap: imap.own.example\n    smtp: smtp.own.example\n",
    );
    let anyone = site.ask(&Question::get("own.example", PATHS[0], ""));
    assert_eq!(usernames(&anyone), ["%EMAILADDRESS%"; 2].map(str::to_owned));
    let ada = site.ask(&Question::get("own.example", PATHS[0], "emailaddress=ada@own.example"));
    assert_eq!(usernames(&ada), ["u0042"; 2].map(str::to_owned));
    for answer in [anyone, ada] {
        for secret in ["Lovelace", "hunter2", "Yours"] {
            assert!(!body(&answer).contains(secret));
        }
    }
}

#[test]
fn a_name_of_ours_may_have_a_certificate() {
    let site = hosts();
    let ask = |name: &str| site.ask(&Question::get("127.0.0.1", "/caddy/ask", &format!("domain={name}"))).status;
    assert_eq!(ask("autoconfig.engines.example"), 200);
    assert_eq!(ask("autodiscover.engines.example"), 200);
    assert_eq!(ask("autoconfig.evil.example"), 404);
    assert_eq!(ask(""), 404);
}

/// As the public database is asked: `/v1.1/DOMAIN`.
#[test]
fn a_database_of_ones_own() {
    let site = hosts();
    let direct = site.ask(&Question::get("engines.example", PATHS[0], ""));
    assert_eq!(site.ask(&Question::get("isp.example", "/v1.1/engines.example", "")), direct);
    assert_eq!(site.ask(&Question::get("isp.example", "/v1.1/nowhere.example", "")).status, 404);
}

fn asked(site: &Site, address: &str) -> Vec<String> {
    let domain = address.rsplit_once('@').expect("an address").1;
    usernames(&site.ask(&Question::get(domain, PATHS[0], &format!("emailaddress={address}"))))
}

const RELAYED: &str = "accounts:\n  ada@own.example: { imap: imap.own.example, pop3: pop.own.example, \
                       smtp: { host: smtp.own.example, login: relay-ada } }\n";

/// `explain` said the address for IMAP, and the served document `relay-ada`.
#[test]
fn the_login_of_one_server_is_not_told_for_the_others() {
    let site = site(RELAYED);
    assert_eq!(asked(&site, "ada@own.example"), ["%EMAILADDRESS%", "%EMAILADDRESS%", "relay-ada"]);
    assert_eq!(asked(&site, "bob@own.example"), ["%EMAILADDRESS%"; 3]);
    let own = |protocol| {
        let found = site.domain("own.example").expect("the domain");
        let account = found.account(&Address::parse("ada@own.example").expect("address"), None).expect("an account");
        let server = account.servers().find(|s| s.protocol == protocol).expect("a server");
        server.login.text.to_string()
    };
    use mailwright::account::Protocol;
    assert_eq!([own(Protocol::Imap), own(Protocol::Smtp)], ["ada@own.example", "relay-ada"]);
    // The same by all ways: a profile, the page, Autodiscover.
    let profile = body(&site.ask(&Question::get("", "/apple/ada@own.example.mobileconfig", "")));
    assert!(profile.contains("<key>IncomingMailServerUsername</key>\n\t\t\t<string>ada@own.example</string>"), "{profile}");
    assert!(profile.contains("<key>OutgoingMailServerUsername</key>\n\t\t\t<string>relay-ada</string>"), "{profile}");
    let pox = crate::asking::post(&site, crate::asking::outlook("ada@own.example").as_bytes());
    let logins: Vec<String> = body(&pox)
        .split("<LoginName>")
        .skip(1)
        .map(|rest| rest.split("</LoginName>").next().expect("an end").to_owned())
        .collect();
    assert_eq!(logins, ["ada@own.example", "ada@own.example", "relay-ada"]);
    let page = body(&site.ask(&Question::get("own.example", "/setup", "address=ada@own.example")));
    assert_eq!(page.matches("relay-ada").count(), page.matches("relay-ada</").count());
    assert!(page.contains("relay-ada") && page.contains(">ada@own.example<"), "{page}");
}

/// A login of the whole account holds for a server that its account does not have, too.
#[test]
fn who_fetches_by_one_protocol_is_the_same_by_the_other() {
    let site = site(
        "accounts:\n  ada@own.example: { imap: imap.own.example, pop3: pop.own.example, smtp: smtp.own.example }\n  \
         bob@own.example: { imap: imap.own.example, smtp: smtp.own.example, login: u7 }\n  \
         eve@own.example: { smtp: { host: smtp.own.example, login: relay } }\n",
    );
    assert_eq!(asked(&site, "bob@own.example"), ["u7"; 3]);
    // Who only sends has said nothing about fetching.
    assert_eq!(asked(&site, "eve@own.example"), ["%EMAILADDRESS%", "%EMAILADDRESS%", "relay"]);
}

/// `Ada@` was told the address, and `ada@` the login of the account file; directories never did so.
#[test]
fn a_login_of_the_account_file_is_found_in_any_case() {
    for written in ["ada@own.example", "Ada@own.example"] {
        let site = site(&format!(
            "accounts: {{ {written}: {{ login: u123, imap: imap.own.example, smtp: smtp.own.example }} }}"
        ));
        for address in ["ada@own.example", "Ada@own.example", "ADA@OWN.example"] {
            assert_eq!(asked(&site, &address.replace("OWN", "own")), ["u123"; 2], "{written} {address}");
        }
        let profile = body(&site.ask(&Question::get("", "/apple/aDA@own.example.mobileconfig", "")));
        assert!(profile.contains("<string>u123</string>"), "{profile}");
    }
}

/// Bob was told Ada's servers, and nobody told his host.
#[test]
fn a_second_account_with_other_servers_is_warned_about() {
    let warned = |more: &str| {
        let text = format!(
            "accounts:\n  ada@own.example: {{ imap: imap.own.example, smtp: smtp.own.example }}\n{more}"
        );
        let advice = site(&text).advice();
        let lines: Vec<_> = advice
            .iter()
            .filter(|p| p.code == "other-servers")
            .map(|p| text[..p.place.expect("a place").start as usize].matches('\n').count() + 1)
            .collect();
        lines
    };
    assert_eq!(warned("  bob@own.example: { imap: imap.other.example, smtp: smtp.own.example }\n"), [3]);
    assert_eq!(warned("  bob@own.example: { imap: imap.own.example, smtp: 'smtp.own.example:587' }\n"), [3]);
    assert_eq!(warned("  bob@own.example: { pop3: pop.own.example, smtp: smtp.own.example }\n"), [3]);
    assert_eq!(
        warned(
            "  bob@own.example: { smtp: smtp.own.example }\n  eve@own.example: { imap: i.example, smtp: s.example }\n  \
             mal@own.example: { imap: j.example, smtp: s.example }\n  cob@else.example: { imap: i.example, smtp: s.example }\n"
        ),
        [4]
    );
    // Beside a provider of theirs.
    let host = "providers: { p: { domains: [own.example], imap: imap.own.example, smtp: [smtp.own.example, 'smtp.own.example:587'] } }\n";
    let advice = |account: &str| site(&format!("{host}accounts: {{ bob@own.example: {account} }}\n")).advice().len();
    assert_eq!(advice("{}"), 0);
    assert_eq!(advice("{ smtp: { port: 587 } }"), 0);
    assert_eq!(advice("{ imap: imap.other.example }"), 1);
}
