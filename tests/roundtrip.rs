//! Whole files with nasty values, read back by readers that the product does not use.
//!
//! A value either comes back as it was given, or was refused with a reason; and no value adds an element or a directive.
//! The same through the real programs is `tests/clients`' business, the single grammars' is in `src/quote/`.

use mailwright::problem::Severity;
use mailwright::target::{self, Bundle, Run};
use proptest::prelude::*;
use quick_xml::events::Event;

fn cases() -> u32 {
    std::env::var("MAILWRIGHT_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256)
}

fn nasty() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "\"",
        "'",
        "\\",
        "`",
        "$",
        "#",
        ";",
        "%",
        " ",
        "<",
        ">",
        "&",
        "{{",
        "[",
        "]",
        "(",
        ")",
        "=",
        ":",
        ",",
        "!",
        "|",
        "~",
        "*",
        "?",
        "^",
        "$(id)",
        "]]>",
        "&amp;",
        "<!--",
        "-->",
        "%EMAILADDRESS%",
        "é",
        "日本",
        "\u{301}",
        "\t",
        "\n",
        "\u{0}",
        "\u{85}",
        "\u{feff}",
        "\u{fffe}",
        "\u{10ffff}",
        "a",
        "1",
        "true",
        "-",
        "@",
        ".",
        "/",
    ]);
    prop_oneof![
        4 => prop::collection::vec(special.prop_map(str::to_owned), 1..10).prop_map(|v| v.concat()),
        1 => any::<String>().prop_map(|s| s.replace('{', "{{")),
        1 => "[ -z]{1,40}",
    ]
}

/// Renders one account; `Err` with the reasons when the value was refused.
fn render(id: &str, name: &str, login: &str, organization: &str) -> Result<Bundle, Vec<String>> {
    let json = |s: &str| serde_json::to_string(s).expect("JSON");
    let text = format!(
        "accounts:\n  a:\n    address: a@x.example\n    name: {}\n    login: {}\n    imap: i.example\n    smtp: s.example\n    \
         identities: [{{ address: b@x.example, name: {} }}]\n    signature: {}\n    \
         targets: {{ mobileconfig: {{ organization: {} }} }}\n",
        json(name),
        json(login),
        json(name),
        json(name),
        json(organization),
    );
    let reading = mailwright::read_text("a.yaml", &text);
    let refused: Vec<String> = reading
        .problems
        .iter()
        .filter(|p| p.severity == Severity::Error)
        .map(|p| {
            assert!(!p.message.is_empty(), "{p:?}");
            assert!(!p.reason.is_empty() || !p.help.is_empty(), "{p:?}");
            p.code.to_owned()
        })
        .collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let run = Run::of(&reading.mail);
    target::find(id).expect("target").render(&run).map_err(|p| p.into_iter().map(|p| p.reason).collect())
}

/// The texts of an XML document by element, and how many elements there are.
fn read_xml(bytes: &[u8]) -> (Vec<(String, String)>, usize) {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut found, mut open, mut elements) = (Vec::new(), Vec::<(String, String)>::new(), 0);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(e) => {
                elements += 1;
                open.push((e.name().as_ref().to_owned(), String::new()));
            }
            Event::Empty(_) => elements += 1,
            Event::Text(t) => {
                if let Some((_, text)) = open.last_mut() {
                    text.push_str(&t.xml10_content());
                }
            }
            Event::GeneralRef(r) => {
                let name = r.xml10_content().into_owned();
                let text = match name.as_str() {
                    "amp" => "&".to_owned(),
                    "lt" => "<".to_owned(),
                    "gt" => ">".to_owned(),
                    "quot" => "\"".to_owned(),
                    "apos" => "'".to_owned(),
                    _ => r.resolve_char_ref().expect("a number").map(String::from).expect("a character"),
                };
                if let Some((_, own)) = open.last_mut() {
                    own.push_str(&text);
                }
            }
            Event::CData(_) => panic!("no CDATA is written"),
            Event::End(_) => found.extend(open.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    (found, elements)
}

/// The values of a property list by key, from the order of its elements.
fn plist_values(bytes: &[u8]) -> Vec<(String, String)> {
    let (texts, _) = read_xml(bytes);
    texts
        .windows(2)
        .filter(|w| w[0].0 == "key" && w[1].0 == "string")
        .map(|w| (w[0].1.clone(), w[1].1.clone()))
        .collect()
}

fn of<'a>(values: &'a [(String, String)], key: &str) -> Vec<&'a str> {
    values.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn autoconfig_says_the_login_and_nothing_else(login in nasty()) {
        let plain = render("autoconfig", "n", "plain-login", "o").expect("harmless");
        let (_, usual) = read_xml(&plain.files[0].bytes);
        if let Ok(bundle) = render("autoconfig", "n", &login, "o") {
            let (texts, elements) = read_xml(&bundle.files[0].bytes);
            prop_assert_eq!(elements, usual);
            let meant = login.replace("{{", "{");
            let shown = match meant.as_str() {
                "a@x.example" => "%EMAILADDRESS%".to_owned(),
                "a" => "%EMAILLOCALPART%".to_owned(),
                other => other.to_owned(),
            };
            for name in of(&texts, "username") {
                prop_assert_eq!(name, shown.as_str());
            }
        }
    }

    #[test]
    fn mobileconfig_says_name_login_and_organisation(name in nasty(), login in nasty(), organization in nasty()) {
        if let Ok(bundle) = render("mobileconfig", &name, &login, &organization) {
            let values = plist_values(&bundle.files[0].bytes);
            prop_assert_eq!(of(&values, "EmailAccountName"), [name.as_str()]);
            prop_assert_eq!(of(&values, "PayloadOrganization"), [organization.as_str()]);
            let meant = login.replace("{{", "{");
            prop_assert_eq!(of(&values, "IncomingMailServerUsername"), [meant.as_str()]);
            prop_assert_eq!(of(&values, "OutgoingMailServerUsername"), [meant.as_str()]);
            prop_assert_eq!(of(&values, "PayloadType"), ["com.apple.mail.managed", "Configuration"]);
        }
    }

    /// One line more or less would be a directive more or less.
    #[test]
    fn line_formats_keep_their_lines(name in nasty(), login in nasty()) {
        for id in ["msmtp", "mutt", "neomutt"] {
            let usual = render(id, "n", "plain-login", "o").expect("harmless");
            if let Ok(bundle) = render(id, &name, &login, "o") {
                for (file, plain) in bundle.files.iter().zip(&usual.files) {
                    let first_words = |bytes: &[u8]| -> Vec<String> {
                        String::from_utf8_lossy(bytes)
                            .split('\n')
                            .map(|l| l.split(' ').take(2).filter(|w| !w.contains('"')).collect::<Vec<_>>().join(" "))
                            .map(|l| l.split_once("user ").map_or(l.clone(), |_| "user".into()))
                            .collect()
                    };
                    let words = first_words(&file.bytes);
                    if id != "msmtp" {
                        prop_assert_eq!(words, first_words(&plain.bytes));
                    } else {
                        prop_assert_eq!(words.len(), first_words(&plain.bytes).len());
                    }
                }
            }
        }
    }
}
