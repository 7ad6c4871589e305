//! Requests that nobody means well with: a corpus, and what proptest makes up. The fuzz targets of `fuzz/` call the same
//! functions. `MAILWRIGHT_CASES` says how many cases each property has: an eighth of it, since each asks dozens of questions.
//!
//! In the corpus a file's name begins with what has to come out: `ok` or an error code for `pox/` (the body of a POST), the
//! status for `query/` (path, query and `Host` by lines), the domain or `none` for `host/`.

use std::fs;
use std::path::Path;

use mailwright::account::Address;
use mailwright::site::Question;
use mailwright::site::autodiscover::request::{self, Malformed, Wants, Who};
use mailwright::site::question::BODY;
use proptest::prelude::*;

use crate::asking::*;
use crate::tried::{self, SITE};

fn cases() -> u32 {
    let cases: u32 = std::env::var("MAILWRIGHT_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256);
    (cases / 8).max(64)
}

/// A folder of the corpus: what has to come out, the file's name, its bytes.
fn corpus(folder: &str) -> Vec<(String, String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosting/corpus").join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the corpus")
        .map(|entry| {
            let path = entry.expect("entry").path();
            let name = path.file_name().expect("name").to_string_lossy().into_owned();
            let expected = name.split('-').next().expect("a word").to_owned();
            (expected, name, fs::read(&path).expect("file"))
        })
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{}", folder.display());
    files
}

/// The refusal of a code, in which nothing can come from a request.
fn refusal(code: &str) -> String {
    let message = match code {
        "500" => "No such mail address here",
        "501" => "No settings for this mail address",
        "600" => "Invalid request",
        "601" => "Nothing here answers by the requested schema",
        other => panic!("no refusal has the code {other}"),
    };
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response>
    <Error Time="00:00:00.0000000" Id="1">
      <ErrorCode>{code}</ErrorCode>
      <Message>{message}</Message>
      <DebugData/>
    </Error>
  </Response>
</Autodiscover>
"#
    )
}

#[test]
fn the_corpus_of_posts_has_the_answers_that_its_names_say() {
    for (expected, name, body) in corpus("pox") {
        tried::pox(&body);
        let answer = post(&SITE, &body);
        let code = error_code(&answer).map_or("ok".to_owned(), |c| c.to_string());
        assert_eq!(code, expected, "{name}");
        if code == "ok" {
            let text = text(&answer);
            assert!(
                text.contains("<LoginName>ada&amp;x+1@example.org<") || text.contains("<LoginName>ada@example.org<"),
                "{name}: {text}"
            );
        } else {
            assert_eq!(text(&answer), refusal(&code), "{name}");
        }
    }
}

#[test]
fn the_corpus_of_queries_has_the_statuses_that_its_names_say() {
    for (expected, name, bytes) in corpus("query") {
        tried::query(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let mut line = || lines.next().unwrap_or_default();
        let (path, query, host) = (line(), line(), line());
        let answer = SITE.ask(&Question::get(host, path, query));
        assert_eq!(answer.status.to_string(), expected, "{name}");
    }
}

#[test]
fn the_corpus_of_hosts_names_the_domains_that_its_names_say() {
    for (expected, name, bytes) in corpus("host") {
        let host = String::from_utf8_lossy(&bytes);
        let host = host.strip_suffix('\n').unwrap_or(&host);
        let found = SITE.domain_of_host(host).map_or("none".to_owned(), |f| f.name.into_owned());
        assert_eq!(found, expected, "{name}");
        tried::query(format!("/\n\n{host}").as_bytes());
    }
}

#[test]
fn account_files_of_the_tests_are_tried_as_the_fuzz_target_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in [
        "examples/mail-host.yaml",
        "tests/golden/mail-host/account.yaml",
        "tests/golden/awkward/account.yaml",
        "tests/golden/losses/account.yaml",
    ] {
        tried::document(&fs::read(root.join(file)).expect("an account file"));
    }
    tried::document(tried::FILE.as_bytes());
    tried::document(b"accounts: { \xff: {} }");
}

/// What a request may weigh: nothing longer is looked at, whatever it is.
#[test]
fn a_long_body_is_refused_at_once() {
    let body = outlook("ada@example.org");
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    assert!(request::read(padded(BODY).as_bytes()).is_ok());
    assert_eq!(request::read(padded(BODY + 1).as_bytes()), Err(Malformed));
    tried::pox(&vec![b'<'; 8 * BODY]);
    tried::pox("<a>".repeat(100_000).as_bytes());
}

fn addresses() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\\.[a-z0-9&'äß]{1,8}){0,2}@(example\\.org|EXAMPLE\\.ORG|a\\.wild\\.example|local\\.example)"
}

fn nasty() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<",
        ">",
        "&",
        "\"",
        "'",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?x ?>",
        "<!DOCTYPE a [<!ENTITY e \"x\">]>",
        "&e;",
        "&#0;",
        "&#x10FFFF;",
        "&#38;",
        "&amp;",
        "&lt;",
        "</LoginName><Server>evil.example</Server>",
        "</EMailAddress>",
        "<EMailAddress>",
        "</Request>",
        "xmlns:a=\"x\"",
        "\u{feff}",
        "\0",
        "\u{fffe}",
        "\u{202e}",
        "%00",
        "%0d%0aX-Evil:1",
        "%ff",
        "%",
        "+",
        "@",
        "example.org",
        "a@example.org",
        "ä",
        " ",
        "\t",
        "\r\n",
        "..",
        "/",
        "?",
        "#",
        "://",
        "mobilesync",
    ]);
    prop_oneof![
        4 => prop::collection::vec(special.prop_map(str::to_owned), 1..8).prop_map(|v| v.concat()),
        1 => any::<String>(),
        1 => "[ -~]{1,60}",
    ]
}

/// The ways in which clients write the same request.
fn dressed(address: &str, dress: u32) -> Vec<u8> {
    let escaped = address.replace('&', "&amp;");
    let inner = match dress % 5 {
        0 => address.to_owned(),
        1 => escaped,
        2 => format!("\r\n\t {escaped}\u{a0}\u{feff} "),
        3 => format!("<![CDATA[{address}]]>"),
        _ => escaped.replace('@', "&#x40;<!-- at -->"),
    };
    let mut text = outlook(&inner);
    if dress & 8 != 0 {
        text = text.replace("http://", "https://");
    }
    if dress & 16 != 0 {
        text = text.replace("</", "</a:").replace("xmlns=", "xmlns:a=");
        for name in ["Autodiscover ", "Request>", "EMailAddress>", "AcceptableResponseSchema>"] {
            text = text.replace(&format!("<{name}"), &format!("<a:{name}"));
        }
    } else if dress & 32 != 0 {
        text = text
            .replace(" xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\"", "");
    }
    if dress & 64 != 0 {
        text = text.replace('\n', "\r\n") + "\r\n\0\0";
    }
    match dress >> 7 & 3 {
        0 => text.into_bytes(),
        1 => [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat(),
        2 => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        _ => [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_address_is_read_as_it_is_however_a_client_dresses_it(address in addresses(), dress in 0u32..512) {
        let body = dressed(&address, dress);
        let meant = Address::parse(&address).expect("an address");
        let read = request::read(&body).expect("a request");
        prop_assert_eq!(&read.who, &Who::Address(meant.clone()));
        prop_assert_eq!(read.wants, Wants::Mail);
        tried::pox(&body);
        let answer = post(&SITE, &body);
        let login = match meant.domain() {
            "local.example" => format!("{}%x", meant.local()),
            _ => meant.to_string(),
        };
        let logins: Vec<String> =
            tried::elements(text(&answer)).into_iter().filter(|(n, _)| n == "LoginName").map(|(_, v)| v).collect();
        prop_assert!(!logins.is_empty() && logins.iter().all(|l| *l == login), "{:?} {}", logins, login);
    }

    #[test]
    fn a_request_that_is_cut_off_is_none(address in addresses(), dress in 0u32..512, end in 0.0f64..1.0) {
        let body = dressed(&address, dress & !64);
        let cut = &body[..(body.len() as f64 * end) as usize];
        // Blanks behind the document do not belong to it.
        prop_assume!(request::read(cut).is_err() || cut.len() + 4 >= body.len());
        tried::pox(cut);
        prop_assert_eq!(error_code(&post(&SITE, cut)).is_some(), request::read(cut).is_err());
    }

    #[test]
    fn no_body_gets_anything_but_a_sound_answer(before in nasty(), address in nasty(), schema in nasty(), after in nasty()) {
        tried::pox(address.as_bytes());
        tried::pox(outlook(&address).as_bytes());
        tried::pox(format!("{before}{}{after}", request("mobilesync", &address, &schema)).as_bytes());
        tried::pox(outlook("a@example.org").replacen("<Request>", &format!("{before}<Request {after}>"), 1).as_bytes());
    }

    #[test]
    fn no_octets_get_anything_but_a_sound_answer(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..500) {
        tried::pox(&bytes);
        let mut body = dressed("ada@example.org", at as u32);
        let at = at.min(body.len());
        body.splice(at..at, bytes);
        tried::pox(&body);
    }

    #[test]
    fn no_path_query_or_host_gets_anything_but_a_sound_answer(path in nasty(), value in nasty(), host in nasty(), key in "(emailaddress|Email|Protocol|x)") {
        let line = |text: &str| text.replace('\n', " ");
        let encoded = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC).to_string();
        for value in [line(&value), encoded] {
            tried::query(format!("/{}\n{key}={value}&Protocol=AutodiscoverV1\n{}", line(&path), line(&host)).as_bytes());
            tried::query(format!("/autodiscover/autodiscover.json/v1.0/{value}\n{value}\nexample.org").as_bytes());
        }
    }
}
