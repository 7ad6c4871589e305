//! Served Apple profiles: who gets one, what is in it, and how it is named.

use mailwright::site::{Caching, Question};
use mailwright::target::Run;

use crate::asking::site;

const HOST: &str = "serve: { organization: \"Engines & <Co>\" }
providers:
  engines:
    domains: [analytical.example, bücher.example, \"*.wild.example\"]
    imap: imap.analytical.example
    smtp: smtp.analytical.example
  society:
    domains: [society.example]
    login: \"{local}\"
    imap: mail.society.example
    smtp: mail.society.example
  deaf:
    domains: [deaf.example]
    smtp: smtp.deaf.example
  tokens:
    domains: [tokens.example]
    imap: imap.tokens.example
    smtp: smtp.tokens.example
    auth: [oauth2]
    oauth2: { auth_url: \"https://login.tokens.example/a\", token_url: \"https://login.tokens.example/t\", scopes: [mail] }
";

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

#[test]
fn an_address_of_ours_gets_a_profile_with_the_right_type_and_a_name_from_the_domain() {
    let answer = site(HOST).ask(&Question::get(
        "autoconfig.analytical.example",
        "/apple/ada@analytical.example.mobileconfig",
        "",
    ));
    assert_eq!((answer.status, answer.kind), (200, "application/x-apple-aspen-config"));
    assert_eq!(answer.caching, Caching::No);
    let named = answer.headers.iter().find(|(name, _)| *name == "Content-Disposition").map(|(_, v)| v.to_string());
    assert_eq!(named.as_deref(), Some("attachment; filename=\"analytical.example.mobileconfig\""));
    let body = text(&answer.body);
    for part in [
        "<string>ada@analytical.example</string>",
        "<string>imap.analytical.example</string>",
        "<integer>993</integer>",
    ] {
        assert!(body.contains(part), "{part} is not in {body}");
    }
    assert!(body.contains("<string>Engines &amp; &lt;Co&gt;</string>"), "{body}");
    for absent in ["EmailAccountName", "Password</key>\n\t\t\t<string>", "any-user-of-this-domain"] {
        assert!(!body.contains(absent), "{absent} is in {body}");
    }
}

#[test]
fn paths_are_taken_in_any_case_encoded_and_by_a_forms_query() {
    let site = site(HOST);
    let usual = site.ask(&Question::get("", "/apple/a+b@analytical.example.mobileconfig", ""));
    assert_eq!(usual.status, 200);
    for (path, query) in [
        ("/APPLE/a%2bb%40Analytical.Example.MobileConfig", ""),
        ("/apple/mail.mobileconfig", "email=a%2Bb%40analytical.example"),
        ("/Apple/Mail.mobileconfig", "x=1&Email=a+b@analytical.example"),
        ("/apple/mail.mobileconfig", "emailaddress=a%2Bb@ANALYTICAL.example"),
    ] {
        assert_eq!(site.ask(&Question::get("somewhere.else", path, query)), usual, "{path}?{query}");
    }
    let unicode = site.ask(&Question::get("", "/apple/ada@b%C3%BCcher.example.mobileconfig", ""));
    assert_eq!(unicode, site.ask(&Question::get("", "/apple/ada@xn--bcher-kva.example.mobileconfig", "")));
    assert_eq!(unicode.status, 200);
    assert_eq!(site.ask(&Question::get("", "/apple/ada@below.wild.example.mobileconfig", "")).status, 200);
}

#[test]
fn what_has_no_profile_is_not_found_and_says_why_without_repeating_the_question() {
    let site = site(HOST);
    for (path, why) in [
        ("/apple/ada@gmail.com.mobileconfig", "not found"),
        ("/apple/", "no profile has this name"),
        ("/apple/ada@analytical.example", "no profile has this name"),
        ("/apple/.mobileconfig", "no address is named"),
        ("/apple/mail.mobileconfig", "no address is named"),
        ("/apple/%3Cscript%3E@analytical.example.mobileconfig", "no address is named"),
        ("/apple/%ff@analytical.example.mobileconfig", "no profile has this name"),
        ("/apple/a%0d%0ab@analytical.example.mobileconfig", "no address is named"),
        ("/apple/../etc/passwd.mobileconfig", "no address is named"),
        ("/apple/\u{e4}.mobileconfi\u{e4}", "no profile has this name"),
        ("/apple/ada@deaf.example.mobileconfig", "only send or only receive"),
        ("/apple/ada@tokens.example.mobileconfig", "cannot log in by OAuth2"),
    ] {
        let answer = site.ask(&Question::get("autoconfig.analytical.example", path, ""));
        assert_eq!((answer.status, answer.kind), (404, "text/plain; charset=utf-8"), "{path}");
        let body = text(&answer.body);
        assert!(body.contains(why), "{path}: {body}");
        assert!(!body.contains("script") && !body.contains("ada") && !body.contains("passwd"), "{path}: {body}");
    }
    let posted = Question {
        method: mailwright::site::Method::Post,
        ..Question::get("", "/apple/a@analytical.example.mobileconfig", "")
    };
    assert_eq!(site.ask(&posted).status, 405);
}

/// Peers told by their answers which users exist (stalwart until 0.10.7, mailcow PR#45).
#[test]
fn every_local_part_gets_the_same_answer_but_for_itself() {
    let site = site(HOST);
    let of = |user: &str| {
        let answer = site.ask(&Question::get("", &format!("/apple/{user}@society.example.mobileconfig"), ""));
        assert_eq!(answer.status, 200);
        // The identifiers follow from the address.
        let body = text(&answer.body).replace(user, "USER");
        body.lines()
            .filter(|l| {
                !l.contains(".mailwright")
                    && l.len()
                        != "\t<string>00000000-0000-0000-0000-000000000000</string>".len()
                            + usize::from(l.starts_with("\t\t\t")) * 2
            })
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(of("root"), of("nobody-at-all"));
    assert!(of("root").contains("<string>USER</string>"), "the login is the local part");
}

/// Peers' second download was a second account: mailcow's and wildduck's random UUIDs, automx2's random identifiers.
#[test]
fn a_served_profile_updates_the_one_that_was_generated() {
    let account = "accounts: { ada@analytical.example: { name: Ada, imap: imap.analytical.example, smtp: smtp.analytical.example } }";
    let reading = mailwright::read_text("a.yaml", account);
    let bundle =
        mailwright::target::find("mobileconfig").expect("target").render(&Run::of(&reading.mail)).expect("bundle");
    let served = site(HOST).ask(&Question::get("", "/apple/ada@analytical.example.mobileconfig", ""));
    let identity = |bytes: &[u8]| -> Vec<(String, String)> {
        let text = text(bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pairs = lines.windows(2).filter(|w| w[0].contains("PayloadUUID") || w[0].contains("PayloadIdentifier"));
        pairs.map(|w| (w[0].to_owned(), w[1].to_owned())).collect()
    };
    assert_eq!(identity(&served.body), identity(&bundle.files[0].bytes));
    assert_eq!(identity(&served.body).len(), 4);
    // The person's name stays at home.
    assert!(text(&bundle.files[0].bytes).contains("<string>Ada</string>"));
    let own = site(account).ask(&Question::get("", "/apple/ada@analytical.example.mobileconfig", ""));
    assert!(own.status == 200 && !text(&own.body).contains("<string>Ada</string>"));
}

/// The generated profile had `recent:` and so did the served one, against what was written about it. A profile is the
/// configuration of one device and replaces the other in place: it logs in as the other did. What programs look up does
/// without, since they take one login for receiving and sending.
#[test]
fn a_served_profile_of_gmail_by_pop3_logs_in_as_the_generated_one() {
    let account = "accounts: { ada@gmail.com: { retrieve: pop3 } }";
    let reading = mailwright::read_text("a.yaml", account);
    let generated =
        mailwright::target::find("mobileconfig").expect("target").render(&Run::of(&reading.mail)).expect("bundle");
    let site = site(account);
    let served = site.ask(&Question::get("", "/apple/ada@gmail.com.mobileconfig", ""));
    let logins = |bytes: &[u8]| -> Vec<String> {
        let text = text(bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines.windows(2).filter(|w| w[0].ends_with("Username</key>")).map(|w| w[1].to_owned()).collect()
    };
    assert_eq!(logins(&served.body), ["<string>recent:ada@gmail.com</string>", "<string>ada@gmail.com</string>"]);
    assert_eq!(logins(&served.body), logins(&generated.files[0].bytes));
    let pox = crate::asking::post(&site, crate::asking::outlook("ada@gmail.com").as_bytes());
    for answer in [
        site.ask(&Question::get("gmail.com", "/mail/config-v1.1.xml", "")),
        site.ask(&Question::get("gmail.com", "/mail/config-v1.1.xml", "emailaddress=ada@gmail.com")),
        site.ask(&Question::get("gmail.com", "/setup", "address=ada@gmail.com")),
        pox,
    ] {
        let body = text(&answer.body).replace("<wbr />", "");
        assert!(answer.status == 200 && body.contains("pop.gmail.com") && !body.contains("recent:"), "{body}");
    }
}
