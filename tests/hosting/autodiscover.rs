//! Autodiscover: every form of request, every form of server, the error codes, v2, and golden answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use mailwright::account::Tls;
use mailwright::site::answer::{JSON, XML};
use mailwright::site::autodiscover::thunderbird_reads;
use mailwright::site::{Caching, Endpoint, Method, Question};
use serde_json::{Value, json};

use crate::asking::*;
use crate::readers::{self, Block, Reads, blocks};

fn of<'a>(blocks: &'a [Block], element: &str) -> Vec<&'a str> {
    blocks.iter().map(|b| b.get(element).map_or("-", |v| v.as_str())).collect()
}

#[test]
fn the_answer_is_what_the_table_of_safe_words_says() {
    let site = provider("imap: imap.example.org, pop3: 'pop.example.org:110', smtp: 'smtp.example.org:587'");
    let answer = post(&site, outlook("ada@example.org").as_bytes());
    assert_eq!((answer.status, answer.kind, answer.caching), (200, XML, Caching::No));
    let found = blocks(text(&answer));
    assert_eq!(of(&found, "Type"), ["IMAP", "POP3", "SMTP"]);
    assert_eq!(of(&found, "Server"), ["imap.example.org", "pop.example.org", "smtp.example.org"]);
    assert_eq!(of(&found, "Port"), ["993", "110", "587"]);
    assert_eq!(of(&found, "LoginName"), ["ada@example.org"; 3]);
    assert_eq!(of(&found, "DomainRequired"), ["off"; 3]);
    assert_eq!(of(&found, "SPA"), ["off"; 3]);
    assert_eq!(of(&found, "SSL"), ["on"; 3]);
    assert_eq!(of(&found, "Encryption"), ["SSL", "TLS", "TLS"]);
    assert_eq!(of(&found, "AuthRequired"), ["on"; 3]);
    assert_eq!(of(&found, "UsePOPAuth"), ["-", "-", "on"]);
    assert_eq!(of(&found, "SMTPLast"), ["-", "-", "off"]);
}

/// Every TLS mode at every port that a file may have: no client takes it for less than it is.
#[test]
fn every_client_reads_the_tls_that_is_meant() {
    let modes = [("implicit", Tls::Implicit, [993, 4993]), ("starttls", Tls::StartTls, [143, 2143])];
    for (word, tls, ports) in modes {
        for port in ports {
            let site = provider(&format!(
                "imap: {{ host: imap.example.org, port: {port}, tls: {word} }}, smtp: {{ host: smtp.example.org, port: 2525, tls: {word} }}"
            ));
            for block in blocks(text(&post(&site, outlook("a@example.org").as_bytes()))) {
                assert_eq!(readers::outlook(&block), Reads::As(tls), "{block:?}");
                assert_eq!(readers::delta_chat(&block), Some(Reads::AnyTls), "{block:?}");
                let port: u16 = block["Port"].parse().expect("a port");
                assert_eq!(readers::thunderbird(&block), Some(Reads::As(thunderbird_reads(tls, port))), "{block:?}");
                assert_ne!(readers::thunderbird(&block), Some(Reads::As(Tls::None)), "{block:?}");
            }
        }
    }
    let here =
        provider("imap: { host: 127.0.0.1, port: 1143, tls: none }, smtp: { host: '::1', port: 1025, tls: none }");
    let found = blocks(text(&post(&here, outlook("a@example.org").as_bytes())));
    assert_eq!(of(&found, "SSL"), ["off"; 2]);
    assert_eq!(of(&found, "Encryption"), ["None"; 2]);
    assert_eq!(of(&found, "Server"), ["127.0.0.1", "::1"]);
}

#[test]
fn what_the_format_has_no_word_for_is_left_out() {
    let types = |service: &str| {
        let answer = post(&provider(service), outlook("a@example.org").as_bytes());
        match error_code(&answer) {
            Some(code) => code.to_string(),
            None => of(&blocks(text(&answer)), "Type").join(" "),
        }
    };
    assert_eq!(types("imap: i.example.org, smtp: s.example.org, auth: [oauth2]"), "501");
    assert_eq!(types("imap: i.example.org, smtp: s.example.org, auth: [oauth2, app-password]"), "IMAP SMTP");
    assert_eq!(
        types("imap: { host: i.example.org, auth: scram-sha-256 }, pop3: p.example.org, smtp: s.example.org"),
        "POP3 SMTP"
    );
    assert_eq!(types("imap: { host: i.example.org, auth: external }, smtp: s.example.org"), "501");
    // A client would save half an account.
    assert_eq!(types("smtp: s.example.org"), "501");
    assert_eq!(types("imap: i.example.org"), "501");
}

#[test]
fn kerberos_and_ntlm_are_spa_and_nothing_else_is() {
    let site = provider(
        "imap: { host: i.example.org, auth: ntlm }, pop3: { host: p.example.org, auth: login }, smtp: { host: s.example.org, auth: gssapi }",
    );
    let found = blocks(text(&post(&site, outlook("a@example.org").as_bytes())));
    assert_eq!(of(&found, "SPA"), ["on", "off", "on"]);
    assert_eq!(found.iter().map(readers::thunderbird_is_secure).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn a_server_that_asks_nobody_who_he_is_says_so() {
    let site = site(
        "accounts: { ada@example.org: { imap: { host: localhost, tls: none, port: 143 }, smtp: { host: localhost, port: 25, tls: none, auth: none } } }",
    );
    let found = blocks(text(&post(&site, outlook("ada@example.org").as_bytes())));
    assert_eq!(of(&found, "AuthRequired"), ["on", "off"]);
    assert_eq!(of(&found, "LoginName"), ["ada@example.org", "-"]);
    assert_eq!(of(&found, "UsePOPAuth"), ["-", "off"]);
}

#[test]
fn logins_are_the_users_own() {
    let site = provider("imap: i.example.org, smtp: { host: s.example.org, login: '{address}' }, login: '{local}'");
    let found = blocks(text(&post(&site, outlook("ada+x@EXAMPLE.org").as_bytes())));
    assert_eq!(of(&found, "LoginName"), ["ada+x", "ada+x@example.org"]);
    // Two logins: the client has to ask again.
    assert_eq!(of(&found, "UsePOPAuth"), ["-", "off"]);

    let site = crate::asking::site(
        "accounts:\n  ada: { address: ada@example.org, login: \"<0012&345>\", imap: i.example.org, smtp: s.example.org }\n",
    );
    let named = blocks(text(&post(&site, outlook("ada@example.org").as_bytes())));
    assert_eq!(of(&named, "LoginName"), ["<0012&345>"; 2]);
    // Whom the file does not name has what any user has, and nobody's login.
    let other = post(&site, outlook("bob@example.org").as_bytes());
    assert!(!text(&other).contains("0012"), "{}", text(&other));
    assert_eq!(of(&blocks(text(&other)), "LoginName"), ["bob@example.org"; 2]);

    // The directory's word is the last.
    let body = outlook("ada@example.org");
    let question = Question {
        method: Method::Post,
        body: body.as_bytes(),
        ..Question::get("", "/autodiscover/autodiscover.xml", "")
    };
    let asked = site.read(&question);
    assert_eq!(asked.endpoint(), Endpoint::Pox);
    assert_eq!(asked.user().map(ToString::to_string).as_deref(), Some("ada@example.org"));
    let login = mailwright::account::Text::new("from the directory").expect("text");
    assert_eq!(of(&blocks(text(&site.answer(asked, Some(&login)))), "LoginName"), ["from the directory"; 2]);
}

/// Delta Chat only ever sends GET, and tries the address and its local part where no login is said.
#[test]
fn a_get_without_address_is_answered_by_the_host_and_names_no_login() {
    for service in ["", ", login: '{local}'", ", login: '{local}%{domain}'"] {
        let site = provider(&format!("imap: i.example.org, smtp: s.example.org{service}"));
        for host in
            ["example.org", "autodiscover.example.org", "AutoDiscover.Example.org.:443", "autoconfig.example.org"]
        {
            for query in ["", "email=", "email=%EMAILADDRESS%"] {
                let answer = get(&site, host, "/autodiscover/autodiscover.xml", query);
                let found = blocks(text(&answer));
                assert_eq!(of(&found, "Type"), ["IMAP", "SMTP"], "{host} {query}");
                assert_eq!(of(&found, "LoginName"), ["-"; 2], "{host} {query}");
                assert!(!text(&answer).contains("any-user"), "{}", text(&answer));
            }
        }
    }
}

#[test]
fn a_get_may_name_the_address() {
    let site = plain();
    for query in ["email=a%2Bb%40example.org", "EMailAddress=a+b@EXAMPLE.ORG", "x=1&address=%20a+b@example%2Eorg%20"] {
        let found = blocks(text(&get(&site, "elsewhere.example", "/autodiscover/autodiscover.xml", query)));
        assert_eq!(of(&found, "LoginName"), ["a+b@example.org"; 3], "{query}");
    }
}

#[test]
fn errors_are_in_the_formats_own_form() {
    let site = provider("imap: i.example.org, smtp: s.example.org");
    let foreign = request("outlook", "a@example.org", "http://schemas.microsoft.com/exchange/autodiscover/other/2006");
    let legacy = outlook("x").replace("EMailAddress", "LegacyDN");
    let cases: &[(&[u8], u16)] = &[
        (outlook("a@elsewhere.example").as_bytes(), 500),
        (legacy.as_bytes(), 500),
        (b"", 600),
        (b"EMailAddress=a@example.org", 600),
        (outlook("nobody").as_bytes(), 600),
        (outlook("").as_bytes(), 600),
        (mobile("a@example.org").as_bytes(), 601),
        (foreign.as_bytes(), 601),
    ]
    .map(|(body, code)| (body.to_vec().leak() as &[u8], code));
    for (body, code) in cases {
        let answer = post(&site, body);
        let shown = String::from_utf8_lossy(body);
        assert_eq!((answer.status, answer.kind, answer.caching), (200, XML, Caching::No), "{shown}");
        assert_eq!(error_code(&answer), Some(*code), "{shown}");
        // MS-OXDSCLI 2.2.4.1.1.1: the outer namespace alone, the time as HH:MM:SS.fffffff, an unsigned number.
        let text = text(&answer);
        assert_eq!(text.matches("xmlns=").count(), 1, "{text}");
        assert!(text.contains("autodiscover/responseschema/2006\""), "{text}");
        assert!(text.contains("<Error Time=\"00:00:00.0000000\" Id=\"1\">"), "{text}");
        assert!(text.contains("<DebugData/>"), "{text}");
        assert!(!text.contains("example"), "{text}");
    }
    let unknown = get(&site, "elsewhere.example", "/autodiscover/autodiscover.xml", "");
    assert_eq!((unknown.status, error_code(&unknown)), (200, Some(600)));
    let address = get(&site, "example.org", "/autodiscover/autodiscover.xml", "email=a@elsewhere.example");
    assert_eq!((address.status, error_code(&address)), (200, Some(500)));
}

#[test]
fn other_methods_are_refused_and_never_by_asking_for_a_password() {
    let site = plain();
    for (method, status) in [(Method::Options, 204), (Method::Other, 405)] {
        let answer =
            site.ask(&Question { method, ..Question::get("example.org", "/Autodiscover/Autodiscover.xml", "") });
        assert_eq!(answer.status, status);
        assert!(answer.headers.contains(&("Allow", "GET, HEAD, POST, OPTIONS".into())), "{answer:?}");
    }
    let question =
        Question { method: Method::Head, ..Question::get("example.org", "/Autodiscover/Autodiscover.xml", "") };
    assert_eq!(site.ask(&question), get(&site, "example.org", "/autodiscover/autodiscover.xml", ""));
}

#[test]
fn v2_leads_to_the_xml_by_the_files_own_address() {
    let own = site(
        "{ serve: { url: 'https://setup.example.net' }, providers: { host: { domains: [example.org, '*.wild.example'], imap: i.example.org, smtp: s.example.org } } }",
    );
    let without = plain();
    for (site, base) in [(&own, "https://setup.example.net"), (&without, "https://autoconfig.example.org")] {
        for (path, query) in [
            ("/autodiscover/autodiscover.json", "Email=a%40example.org&Protocol=Autodiscoverv1&RedirectCount=1"),
            ("/Autodiscover/AutoDiscover.JSON", "protocol=AUTODISCOVERV1&EMAIL=A@Example.ORG"),
            ("/autodiscover/autodiscover.json/", "Email=a+b@example.org&Protocol=AutodiscoverV1"),
            ("/autodiscover/autodiscover.json/v1.0/a@example.org", "Protocol=Autodiscoverv1"),
            ("/autodiscover/autodiscover.json/V1.0/a%2Fb%40example%2Eorg", "Protocol=autodiscoverV1&RedirectCount=1"),
        ] {
            let answer = get(site, "evil.example", path, query);
            assert_eq!((answer.status, answer.kind), (200, JSON), "{path}?{query}");
            // Byte for byte: `Protocol` is first, in Exchange's spelling, and nothing of the request is in it.
            let wanted =
                format!("{{\"Protocol\":\"AutodiscoverV1\",\"Url\":\"{base}/autodiscover/autodiscover.xml\"}}");
            assert_eq!(text(&answer), wanted, "{path}?{query}");
        }
    }
    // Below a wildcard, too.
    let below = get(&own, "", "/autodiscover/autodiscover.json", "Email=a@b.wild.example&Protocol=AutodiscoverV1");
    assert_eq!(below.status, 200);
}

#[test]
fn v2_refuses_in_exchanges_words() {
    let site = plain();
    let ask = |path: &str, query: &str| {
        let answer = get(&site, "example.org", &format!("/autodiscover/autodiscover.json{path}"), query);
        assert!(!text(&answer).contains("evil"), "{}", text(&answer));
        assert_eq!(answer.caching, Caching::No);
        let value: Value =
            if answer.kind == JSON { serde_json::from_str(text(&answer)).expect("JSON") } else { json!({}) };
        (answer.status, value["ErrorCode"].as_str().unwrap_or("-").to_owned())
    };
    let is = |status: u16, code: &str| (status, code.to_owned());
    for protocol in ["ActiveSync", "Ews", "REST", "evil\"<", "%ff"] {
        let code = if protocol == "%ff" { "MandatoryParameterMissing" } else { "InvalidProtocol" };
        assert_eq!(ask("", &format!("Email=a@example.org&Protocol={protocol}")), is(400, code), "{protocol}");
        assert_eq!(ask("/v1.0/a@example.org", &format!("Protocol={protocol}")), is(400, code), "{protocol}");
    }
    assert_eq!(ask("", "Email=a@example.org"), is(400, "MandatoryParameterMissing"));
    assert_eq!(ask("", "Email=a@example.org&Protocol="), is(400, "MandatoryParameterMissing"));
    assert_eq!(ask("", "Protocol=AutodiscoverV1"), is(400, "MandatoryParameterMissing"));
    assert_eq!(ask("/v1.0/", "Protocol=AutodiscoverV1"), is(400, "MandatoryParameterMissing"));
    assert_eq!(ask("", "Email=evil&Protocol=AutodiscoverV1"), is(400, "InvalidUserId"));
    assert_eq!(ask("", "Email=a@evil.example&Protocol=AutodiscoverV1"), is(404, "UserNotFound"));
    for path in ["x", "/v2.0/a@example.org", "/v1.0/a@example.org/x", "/v1.0/../../x"] {
        assert_eq!(ask(path, "Protocol=AutodiscoverV1"), is(404, "-"), "{path}");
    }
    let posted =
        site.ask(&Question { method: Method::Post, ..Question::get("", "/autodiscover/autodiscover.json", "") });
    assert_eq!(posted.status, 405);
}

/// The answers for the account files of `tests/golden/` and `examples/` that differ here.
const GOLDENS: &[(&str, &str)] = &[
    ("mail-host", "examples/mail-host.yaml"),
    ("mail-host-names", "tests/golden/mail-host/account.yaml"),
    ("losses", "tests/golden/losses/account.yaml"),
    ("per-user-login", "tests/golden/per-user-login/account.yaml"),
    ("loopback-bridge", "tests/golden/loopback-bridge/account.yaml"),
    ("pop3-starttls", "tests/golden/pop3-starttls/account.yaml"),
    ("self-hosted-starttls", "tests/golden/self-hosted-starttls/account.yaml"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a file's users are told, each answer as it is sent: to a GET without address under the domain's name, to a POST
/// under the address's.
fn rendered(case: &str, file: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let text = fs::read_to_string(file).expect("an account file");
    let reading = mailwright::read_text("account.yaml", &text);
    assert!(!reading.failed(), "{}: {:?}", file.display(), reading.problems);
    let site = mailwright::site::Site::build(&reading.mail, None).expect("domains");
    let mut files = BTreeMap::new();
    let mut put =
        |name: &str, body: &[u8]| files.insert(Path::new(case).join(name).join("autodiscover.xml"), body.to_vec());
    let mut addresses: Vec<String> = reading.mail.accounts.iter().map(|a| a.address.to_string()).collect();
    for found in site.domains() {
        put(&found.name, &get(&site, &found.name, "/autodiscover/autodiscover.xml", "").body);
        if reading.mail.accounts.is_empty() {
            addresses.push(format!("ada.lovelace@{}", found.name));
        }
    }
    for address in addresses {
        put(&address, &post(&site, outlook(&address).as_bytes()).body);
    }
    files
}

fn there(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>, below: &Path) {
    for entry in fs::read_dir(below).into_iter().flatten() {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            there(folder, found, &path);
        } else if path.ends_with("autodiscover.xml") {
            found.insert(path.strip_prefix(folder).expect("below").to_owned(), fs::read(&path).expect("file"));
        }
    }
}

#[test]
fn every_golden_is_what_is_answered() {
    let folder = root().join("tests/hosting/golden");
    let new: BTreeMap<PathBuf, Vec<u8>> =
        GOLDENS.iter().flat_map(|(case, file)| rendered(case, &root().join(file))).collect();
    let mut old = BTreeMap::new();
    there(&folder, &mut old, &folder);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        for name in old.keys().filter(|n| !new.contains_key(*n)) {
            fs::remove_file(folder.join(name)).expect("remove");
        }
        for (name, bytes) in &new {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("folder")).expect("folder");
            fs::write(path, bytes).expect("write");
        }
        return;
    }
    let wrong: Vec<_> = new.keys().chain(old.keys()).filter(|n| new.get(*n) != old.get(*n)).collect();
    assert!(wrong.is_empty(), "these differ; look with UPDATE_GOLDEN=1 and git diff: {wrong:#?}");
}

/// Found in a golden: only a login without placeholders was kept for its user, all others had that of the domain's first account.
#[test]
fn an_accounts_own_form_of_login_is_kept() {
    let site = site(
        "accounts:\n  a: { address: ada@example.org, login: '17', imap: i.example.org, smtp: s.example.org }\n  b: { address: bob@example.org, login: '{local}%{domain}', imap: i.example.org, smtp: s.example.org }\n",
    );
    let found = blocks(text(&post(&site, outlook("bob@example.org").as_bytes())));
    assert_eq!(of(&found, "LoginName"), ["bob%example.org"; 2]);
    let autoconfig = get(&site, "", "/mail/config-v1.1.xml", "emailaddress=bob@example.org");
    assert!(text(&autoconfig).contains("<username>bob%example.org</username>"), "{}", text(&autoconfig));
}
