//! The mistakes of others: each defect that was seen in a server of this kind, and each trick that one fell for, as a test.

use mailwright::account::{Mail, Tls};
use mailwright::site::answer::{JSON, XML};
use mailwright::site::{Answer, Method, Question, Site};
use mailwright::target::{self, Run};

use crate::asking::*;
use crate::readers::{self, Reads, blocks};
use crate::tried::elements;

const STARTTLS: &str = "imap: 'imap.example.org:143', pop3: 'pop.example.org:110', smtp: 'smtp.example.org:587'";

fn told(site: &Site) -> Answer {
    post(site, outlook("ada@example.org").as_bytes())
}

/// automx2 and freifunkMUC say `SSL off` and `Encryption TLS`: two clients then send the password in the clear.
#[test]
fn starttls_is_plaintext_to_nobody() {
    for block in blocks(text(&told(&provider(STARTTLS)))) {
        assert_eq!(readers::thunderbird(&block), Some(Reads::As(Tls::StartTls)), "{block:?}");
        assert_eq!(readers::outlook(&block), Reads::As(Tls::StartTls), "{block:?}");
        assert_ne!(readers::delta_chat(&block), Some(Reads::As(Tls::None)), "{block:?}");
    }
}

/// stalwart and mox say `Encryption TLS` for implicit TLS (stalwartlabs/stalwart#3248): Outlook sends STARTTLS to 993. mox has
/// no `Encryption` for STARTTLS.
#[test]
fn implicit_tls_is_no_starttls_to_outlook() {
    let found = blocks(text(&told(&plain())));
    assert_eq!(found.len(), 3);
    for block in found {
        assert_eq!(readers::outlook(&block), Reads::As(Tls::Implicit), "{block:?}");
        assert_eq!(readers::thunderbird(&block), Some(Reads::As(Tls::Implicit)), "{block:?}");
    }
    for block in blocks(text(&told(&provider(STARTTLS)))) {
        assert!(block.contains_key("Encryption"), "{block:?}");
    }
}

/// automx2: `<authentication>plain`, which Thunderbird for Android drops; an empty `<identity/>`, at which strict parsers stop;
/// an `id` that is no domain.
#[test]
fn autoconfig_has_words_that_clients_know() {
    let answer = get(&plain(), "autoconfig.example.org", "/mail/config-v1.1.xml", "emailaddress=ada@example.org");
    let text = text(&answer);
    let known = ["OAuth2", "password-cleartext", "password-encrypted", "GSSAPI", "NTLM", "none"];
    let mut ways = 0;
    for (name, value) in elements(text) {
        if name == "authentication" {
            assert!(known.contains(&value.as_str()), "{value}");
            ways += 1;
        }
        let core = [
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
        assert!(core.contains(&name.as_str()), "{name}");
        assert!(!value.is_empty(), "{name} is empty");
    }
    assert_eq!(ways, 3);
    assert!(text.contains("<emailProvider id=\"example.org\">"), "{text}");
}

/// automx2's `DELETE /initdb/` empties its database without asking who is there.
#[test]
fn nothing_that_is_asked_changes_anything() {
    let site = plain();
    let before = told(&site);
    let paths =
        ["/", "/initdb/", "/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml", "/admin", "/reload", "/metrics"];
    for path in paths {
        for method in [Method::Other, Method::Post] {
            let answer = site.ask(&Question { method, ..Question::get("example.org", path, "") });
            let refused = matches!(answer.status, 404 | 405) || error_code(&answer) == Some(600);
            assert!(refused, "{method:?} {path}: {answer:?}");
        }
    }
    assert_eq!(told(&site), before);
}

/// automx2 compares domains as they are written: `a@EXAMPLE.com` has no answer there.
#[test]
fn the_case_of_a_domain_says_nothing() {
    let site = plain();
    let named = blocks(text(&post(&site, outlook("Ada@EXAMPLE.Org").as_bytes())));
    // The local part is the user's own: its case stays.
    assert!(named.iter().all(|b| b["LoginName"] == "Ada@example.org"), "{named:?}");
    for host in ["EXAMPLE.org", "AutoConfig.Example.ORG", "example.org."] {
        assert_eq!(get(&site, host, "/mail/config-v1.1.xml", "").status, 200, "{host}");
    }
    let by_address = get(&site, "elsewhere.example", "/mail/config-v1.1.xml", "emailaddress=a@EXAMPLE.ORG");
    assert_eq!(by_address.status, 200);
    let v2 = get(&site, "", "/autodiscover/autodiscover.json", "Email=a@EXAMPLE.ORG&Protocol=AutodiscoverV1");
    assert_eq!(v2.status, 200);
}

/// freifunkMUC's inner element has the outer one's namespace, and Outlook finds no settings in it.
#[test]
fn each_element_has_its_own_namespace() {
    let answer = told(&plain());
    let text = text(&answer);
    assert!(
        text.contains(
            "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "<Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">"
        ),
        "{text}"
    );
    assert_eq!(text.matches("xmlns").count(), 2, "{text}");
}

/// freifunkMUC and Monogramm: `POP` is unknown to Thunderbird; `SPA on` makes it choose NTLM. The default is `on`, so it has to be
/// said.
#[test]
fn pop3_is_called_so_and_no_password_becomes_ntlm() {
    let found = blocks(text(&told(&plain())));
    assert_eq!(found.iter().map(|b| b["Type"].as_str()).collect::<Vec<_>>(), ["IMAP", "POP3", "SMTP"]);
    assert!(found.iter().all(|b| b["SPA"] == "off" && !readers::thunderbird_is_secure(b)), "{found:?}");
}

/// modoboa and go-autoconfig have a `<TLS>` that no schema knows; Virtualmin `yes` (virtualmin-gpl#764) and an empty `<SSL>`
/// (#1184).
#[test]
fn every_element_is_the_schemas_and_every_switch_is_on_or_off() {
    for service in [STARTTLS, "imap: imap.example.org, smtp: smtp.example.org"] {
        for block in blocks(text(&told(&provider(service)))) {
            for (name, value) in &block {
                match name.as_str() {
                    "DomainRequired" | "SPA" | "SSL" | "AuthRequired" | "UsePOPAuth" | "SMTPLast" => {
                        assert!(["on", "off"].contains(&value.as_str()), "{name}: {value}");
                    }
                    "Encryption" => assert!(["None", "SSL", "TLS", "Auto"].contains(&value.as_str()), "{value}"),
                    "Type" | "Server" | "Port" | "LoginName" => {}
                    other => panic!("{other} is no element of the schema"),
                }
            }
        }
    }
}

/// Most peers have one PayloadUUID for all: the second mailbox of a domain replaces the first on the device. modoboa and
/// automx2 draw one at random: each download is one profile more.
#[test]
fn two_mailboxes_of_a_domain_have_profiles_of_their_own() {
    let site = plain();
    let uuids = |address: &str| {
        let found = site.domain("example.org").expect("ours");
        let address = mailwright::account::Address::parse(address).expect("an address");
        let account = found.account(&address, None).expect("an account");
        let mail = Mail { accounts: vec![account], ..Mail::default() };
        let bundle = target::find("mobileconfig").expect("a target").render(&Run::of(&mail)).expect("a profile");
        let profile = String::from_utf8(bundle.files[0].bytes.clone()).expect("UTF-8");
        let mut own: Vec<String> = Vec::new();
        for key in ["PayloadUUID", "PayloadIdentifier"] {
            let mark = format!("<key>{key}</key>");
            let values = profile.split(&mark).skip(1);
            own.extend(values.filter_map(|rest| Some(rest.split("<string>").nth(1)?.split('<').next()?.to_owned())));
        }
        assert_eq!(own.len(), 4, "{profile}");
        own
    };
    let (ada, bob) = (uuids("ada@example.org"), uuids("bob@example.org"));
    assert!(ada.iter().all(|u| !bob.contains(u)), "{ada:?} {bob:?}");
    assert_eq!(ada, uuids("ada@example.org"), "another download would be a second profile");
}

/// modoboa's Autodiscover read form fields (its PR#4075), so that it never answered a real Outlook.
#[test]
fn what_outlook_posts_is_read() {
    let site = plain();
    assert_eq!(error_code(&told(&site)), None);
    let form = post(&site, b"EMailAddress=ada%40example.org&email=ada@example.org");
    assert_eq!(error_code(&form), Some(600));
}

/// go-autoconfig, smartlyway, Mailu: what stood in the request stood in the answer. Served as `text/xml`, that is a script in a
/// browser.
#[test]
fn markup_in_an_address_is_nobodys_server() {
    let site = plain();
    for address in [
        "a</LoginName><Server>evil.example</Server><LoginName>b@example.org",
        "a&lt;/LoginName&gt;&lt;Server&gt;evil.example&lt;/Server&gt;@example.org",
        "<![CDATA[a</LoginName><Server>evil.example</Server>]]>@example.org",
        "a&#60;x&#62;@example.org",
        "\"<script>evil()</script>\"@example.org",
    ] {
        let answer = post(&site, outlook(address).as_bytes());
        assert_eq!(error_code(&answer), Some(600), "{address}");
        assert!(!text(&answer).contains("evil"), "{}", text(&answer));
    }
    // These are addresses, and are written so that they stay texts.
    for address in ["o'neil&co@example.org", "o'neil&amp;co@example.org", "<![CDATA[o'neil&co]]>@example.org"] {
        let answer = post(&site, outlook(address).as_bytes());
        assert!(text(&answer).contains("<LoginName>o&apos;neil&amp;co@example.org</LoginName>"), "{}", text(&answer));
    }
    for query in [
        "emailaddress=%3C/username%3E%3Chostname%3Eevil@example.org",
        "emailaddress=a@example.org%3Cevil%3E",
        "emailaddress=a@evil%22%3E.example",
    ] {
        for path in ["/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml", "/"] {
            let answer = get(&site, "example.org", path, query);
            assert!(!text(&answer).contains("evil"), "{path}?{query}: {}", text(&answer));
        }
    }
}

/// `AcceptableResponseSchema` comes back as a namespace from go-autoconfig and Mailu.
#[test]
fn the_schema_that_is_asked_for_is_not_repeated() {
    let site = plain();
    for schema in [
        "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a?evil",
        "HTTPS://schemas.microsoft.com/Exchange/Autodiscover/Outlook/ResponseSchema/2006evil",
    ] {
        let answer = post(&site, request("outlook", "ada@example.org", schema).as_bytes());
        assert_eq!(answer, told(&site), "{schema}");
    }
    let other = post(&site, request("outlook", "ada@example.org", "\"/><evil x=\"").as_bytes());
    assert_eq!(error_code(&other), Some(600));
}

/// mailcow makes its addresses of `Host`; wdes believes `X-Forwarded-Host`, which no question here can even hold.
#[test]
fn the_asked_host_is_never_part_of_an_answer() {
    let site = plain();
    let hosts = [
        "evil.example",
        "evil.example:443",
        "example.org.evil.example",
        "example.org@evil.example",
        "evil.example/example.org",
        "autoconfig.evil.example",
        "example.org\r\nX-Evil: 1",
        "example.org evil",
        "[::1]",
        "autoconfig.",
        ".",
        "autoconfig.autoconfig.evil",
    ];
    for host in hosts {
        for path in ["/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.json", "/"]
        {
            for query in ["", "emailaddress=a@example.org&Protocol=AutodiscoverV1"] {
                let answer = get(&site, host, path, query);
                assert!(!text(&answer).to_lowercase().contains("evil"), "{host} {path}?{query}");
                assert!(!format!("{:?}", answer.headers).to_lowercase().contains("evil"), "{host} {path}?{query}");
            }
        }
        assert_eq!(get(&site, host, "/mail/config-v1.1.xml", "").status, 404, "{host}");
        assert_eq!(error_code(&get(&site, host, "/autodiscover/autodiscover.xml", "")), Some(600), "{host}");
        let v2 = get(&site, host, "/autodiscover/autodiscover.json", "email=a@example.org&protocol=autodiscoverv1");
        assert_eq!(
            text(&v2),
            "{\"Protocol\":\"AutodiscoverV1\",\"Url\":\"https://autoconfig.example.org/autodiscover/autodiscover.xml\"}"
        );
    }
}

/// Below a wildcard every name is a domain, and its name stands in its answer: but only as a name that a host can have.
#[test]
fn a_name_below_a_wildcard_is_in_its_answer_as_a_name_and_nothing_else() {
    let site = site("providers: { wild: { domains: ['*.a.example'], imap: i.example, smtp: s.example } }");
    for host in ["autoconfig.anything-i-like.a.example", "Anything-I-Like.A.Example:443", "anything-i-like.a.example."]
    {
        let answer = get(&site, host, "/mail/config-v1.1.xml", "");
        assert_eq!(answer.status, 200, "{host}");
        for element in ["<domain>", "<displayName>"] {
            assert!(text(&answer).contains(&format!("{element}anything-i-like.a.example</")), "{}", text(&answer));
        }
        assert!(text(&answer).contains("<emailProvider id=\"anything-i-like.a.example\">"), "{}", text(&answer));
    }
    for label in [
        "evil<x>",
        "evil&amp;",
        "evil\"x",
        "evil'x",
        "evil x",
        "evil\tx",
        "evil/x",
        "evil%3Cx",
        "evil:x",
        "evil@x",
        "evil.x",
        "evil\0",
        "evil{x}",
        "evil%EMAILDOMAIN%",
        "-evil",
        "evil-",
        "evil--x\u{202e}",
        "evil\r\nX-Evil: 1",
    ] {
        for prefix in ["autoconfig.", ""] {
            let host = format!("{prefix}{label}.a.example");
            for path in ["/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml", "/"] {
                let answer = get(&site, &host, path, "");
                assert!(!text(&answer).to_lowercase().contains("evil"), "{host:?} {path}: {}", text(&answer));
                assert!(!format!("{:?}", answer.headers).to_lowercase().contains("evil"), "{host:?} {path}");
            }
        }
    }
    let long = "x".repeat(64);
    for label in ["", "-", &long] {
        assert_eq!(get(&site, &format!("{label}.a.example"), "/mail/config-v1.1.xml", "").status, 404, "{label}");
    }
    assert_eq!(get(&site, &format!("{}.a.example", &long[1..]), "/mail/config-v1.1.xml", "").status, 200);
}

/// mustang-im/mustang#474: a raw `+` became a blank; murena.io: `%2E` came back undecoded as the login.
#[test]
fn queries_are_decoded_once_and_a_plus_is_a_plus() {
    let site = site(
        "accounts:\n  a: { address: a+b@example.org, login: number-1, imap: i.example.org, smtp: s.example.org }\n",
    );
    for query in
        ["emailaddress=a+b@example.org", "emailaddress=a%2Bb%40example%2Eorg", "EMAILADDRESS=a%2bb@EXAMPLE.org"]
    {
        let answer = get(&site, "autoconfig.example.org", "/mail/config-v1.1.xml", query);
        assert!(text(&answer).contains("<username>number-1</username>"), "{query}: {}", text(&answer));
        let query = query.replace("emailaddress", "email");
        let answer = get(&site, "", "/autodiscover/autodiscover.xml", &query);
        assert!(text(&answer).contains("<LoginName>number-1</LoginName>"), "{query}: {}", text(&answer));
    }
    // Twice encoded is another address, and so nobody's login.
    let twice = get(&site, "autoconfig.example.org", "/mail/config-v1.1.xml", "emailaddress=a%252Bb@example.org");
    assert!(!text(&twice).contains("number-1"), "{}", text(&twice));
}

/// stalwart (its #2440), modoboa-installer#151, mox: one spelling of the path only; mailcow#2300: one of the protocol.
#[test]
fn paths_have_no_case() {
    let site = plain();
    let expected = told(&site);
    for path in [
        "/autodiscover/autodiscover.xml",
        "/Autodiscover/Autodiscover.xml",
        "/AutoDiscover/AutoDiscover.xml",
        "/AUTODISCOVER/AUTODISCOVER.XML",
    ] {
        assert_eq!(post_to(&site, path, outlook("ada@example.org").as_bytes()), expected, "{path}");
        assert_eq!(get(&site, "", path, "email=ada@example.org"), expected, "{path}");
    }
    for path in ["/Mail/Config-v1.1.XML", "/.Well-Known/AutoConfig/mail/config-v1.1.xml"] {
        assert_eq!(get(&site, "example.org", path, "").status, 200, "{path}");
    }
    for protocol in ["AutodiscoverV1", "Autodiscoverv1", "autodiscoverv1", "AUTODISCOVERV1"] {
        let query = format!("Email=a@example.org&Protocol={protocol}");
        assert_eq!(get(&site, "", "/AutoDiscover/AutoDiscover.json", &query).status, 200, "{protocol}");
    }
}

/// automx2 has 400 for it, others 404: Thunderbird for Android, Geary, KMail and Delta Chat send no address
/// (stalwart#1042, #1537, thunderbird-android#8158).
#[test]
fn autoconfig_needs_no_address() {
    let site = plain();
    for path in ["/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"] {
        for host in ["example.org", "autoconfig.example.org", "autodiscover.example.org:443"] {
            let answer = get(&site, host, path, "");
            assert_eq!((answer.status, answer.kind), (200, XML), "{host}{path}");
            assert!(text(&answer).contains("<username>%EMAILADDRESS%</username>"), "{}", text(&answer));
            assert_eq!(answer.body, get(&site, "", path, "emailaddress=ada@example.org").body);
        }
    }
    let ispdb = get(&site, "evil.example", "/v1.1/example.org", "");
    assert_eq!((ispdb.status, ispdb.kind), (200, XML));
}

/// automx2 answers an unknown domain with an empty 204, and broken XML with 500; GET on Autodiscover is 405 or 500 at half of the
/// peers (modoboa-installer#218, #174); mailcow's 401 was a loop (#2653).
#[test]
fn every_refusal_is_one_that_clients_go_on_from() {
    let site = plain();
    let nested = "<a>".repeat(2000);
    for body in ["<", "<Autodiscover>", "<a/>", "&", "<!DOCTYPE x><Autodiscover/>", nested.as_str(), "\0\0\0"] {
        let answer = post(&site, body.as_bytes());
        assert_eq!((answer.status, answer.kind, error_code(&answer)), (200, XML, Some(600)), "{body:.40}");
    }
    assert_eq!(get(&site, "nobodys.example", "/mail/config-v1.1.xml", "").status, 404);
    assert_eq!(get(&site, "example.org", "/mail/config-v1.1.xml", "emailaddress=a@nobodys.example").status, 404);
    let v2 = get(&site, "", "/autodiscover/autodiscover.json", "email=a@nobodys.example&protocol=autodiscoverv1");
    assert_eq!((v2.status, v2.kind), (404, JSON));
}

/// mailcow told names before login (its PR#45), stalwart the owners of aliases (until 0.10.7).
#[test]
fn an_answer_does_not_tell_who_is_there() {
    let site = site(
        "accounts:\n  ada: { address: ada@example.org, name: Ada Lovelace, imap: i.example.org, smtp: s.example.org, identities: [countess@example.org] }\n",
    );
    let of = |name: &str| {
        let answer = post(&site, outlook(&format!("{name}@example.org")).as_bytes());
        text(&answer).replace(&format!("{name}@"), "NAME@")
    };
    for name in ["countess", "nobody", "root", "any-user-of-this-domain"] {
        assert_eq!(of(name), of("ada"), "{name}");
    }
    assert!(!of("ada").contains("Lovelace") && !of("ada").contains("DisplayName"), "{}", of("ada"));
}

/// Mailu refuses ActiveSync's schema with 400 (its #3961), freifunkMUC mixes two answers in one: the new Outlook and phones are told
/// that there is no such provider, and go on.
#[test]
fn activesync_is_told_that_there_is_none() {
    let site = plain();
    let namespace_only = mobile("a@example.org").replace("AcceptableResponseSchema", "Other");
    let https = mobile("a@example.org").replace("http:", "https:");
    for body in [mobile("a@example.org"), namespace_only, https, mobile("a@elsewhere.example")] {
        let answer = post(&site, body.as_bytes());
        assert_eq!((answer.status, answer.kind, error_code(&answer)), (200, XML, Some(601)), "{body}");
    }
    // Asked in the one namespace for the other's answer, as some clients do.
    let mixed = mobile("a@example.org").replace("mobilesync/responseschema/2006", "outlook/responseschema/2006a");
    assert_eq!(error_code(&post(&site, mixed.as_bytes())), None);
}
