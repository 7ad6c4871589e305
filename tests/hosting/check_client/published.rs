//! What is published for account files: what is found beside the documents, and what the full profile adds to them.

use std::collections::BTreeSet;

use mailwright::clients::Client;
use mailwright::site::examined;

use super::found;
use crate::asking::{get, site, text};

/// Account files, and what is found beside their documents.
pub type Accounts = (&'static str, &'static [(Option<Client>, &'static str)]);

pub const ACCOUNTS: &[Accounts] = {
    const TB: Option<Client> = Some(Client::Thunderbird);
    const OL: Option<Client> = Some(Client::Outlook);
    const NEW: (Option<Client>, &str) = (OL, "new-outlook");
    &[
        ("providers: { a: { domains: [a.example], imap: imap.a.example, smtp: smtp.a.example } }", &[NEW]),
        (
            "providers: { a: { domains: [a.example], imap: { host: imap.a.example, port: 1143, tls: starttls }, smtp: smtp.a.example } }",
            &[NEW, (TB, "autodiscover-port")],
        ),
        (
            "providers: { a: { domains: [a.example], login: \"{local}\", imap: imap.a.example, smtp: smtp.a.example } }",
            &[NEW, (Some(Client::DeltaChat), "autodiscover-login"), (Some(Client::Geary), "username-ignored")],
        ),
        (
            "providers: { a: { domains: [a.example], imap: { host: imap.a.example, auth: cram-md5 }, smtp: smtp.a.example } }",
            &[NEW, (OL, "mechanism"), (OL, "no-settings")],
        ),
        (
            "accounts: { a@a.example: { login: u1, imap: imap.a.example, smtp: smtp.a.example } }",
            &[
                NEW,
                (Some(Client::Evolution), "stand-in-user"),
                (Some(Client::Geary), "username-ignored"),
                (Some(Client::K9), "asks-without-address"),
                (Some(Client::DeltaChat), "asks-without-address"),
                (Some(Client::KMail), "asks-without-address"),
                (Some(Client::Geary), "asks-without-address"),
            ],
        ),
        (
            // A login that is told only to who sends an address.
            "serve: { users: { csv: users.csv, unknown: \"u{digits:6}\", secret: { file: /s } } }\nproviders: { a: { domains: [a.example], imap: imap.a.example, smtp: smtp.a.example } }",
            &[
                NEW,
                (Some(Client::Evolution), "stand-in-user"),
                (Some(Client::K9), "asks-without-address"),
                (Some(Client::DeltaChat), "asks-without-address"),
                (Some(Client::KMail), "asks-without-address"),
                (Some(Client::Geary), "asks-without-address"),
            ],
        ),
        (
            "providers: { a: { domains: [a.example], auth: [oauth2], imap: imap.a.example, smtp: smtp.a.example } }",
            &[NEW, (OL, "oauth2-only"), (OL, "no-settings"), (None, "no-way-to-log-in")],
        ),
        ("accounts: { a@a.example: { imap: imap.a.example } }", &[NEW, (OL, "one-way"), (None, "no-document")]),
        (
            "accounts: { a@outlook.com: {} }",
            &[
                NEW,
                (OL, "oauth2-only"),
                (OL, "no-settings"),
                (Some(Client::FairEmail), "oauth2-only"),
                (Some(Client::DeltaChat), "oauth2-only"),
                (Some(Client::KMail), "oauth2-smtp"),
                (Some(Client::Evolution), "authentication"),
            ],
        ),
        (
            "accounts: { a@a.example: { imap: { host: localhost, port: 1143, tls: none }, smtp: { host: localhost, port: 1025, tls: none } } }",
            &[
                NEW,
                (OL, "no-tls"),
                (None, "no-tls"),
                (Some(Client::K9), "socket-type"),
                (Some(Client::FairEmail), "socket-type"),
            ],
        ),
        (
            // A login that looks like a number: Thunderbird's document for this user.
            "accounts: { a@a.example: { login: \"00123\", imap: imap.a.example, smtp: smtp.a.example } }",
            &[
                NEW,
                (TB, "username-coerced"),
                (Some(Client::Evolution), "stand-in-user"),
                (Some(Client::K9), "asks-without-address"),
                (Some(Client::DeltaChat), "asks-without-address"),
                (Some(Client::KMail), "asks-without-address"),
                (Some(Client::Geary), "asks-without-address"),
                (Some(Client::Geary), "username-ignored"),
            ],
        ),
    ]
};

#[test]
fn what_is_published_for_account_files() {
    for (yaml, rules) in ACCOUNTS {
        let reading = mailwright::read_text("a.yaml", yaml);
        assert!(!reading.failed(), "{yaml}: {:?}", reading.problems);
        let mut sources = reading.sources;
        let looked = examined::of(&reading.mail, Client::ALL, &mut sources).expect("a site");
        // Harmless things of the document itself have been tested above.
        let harmless = ["other-type", "further-server", "oauth2-passed-over"];
        let found: BTreeSet<_> = looked
            .findings
            .iter()
            .filter(|f| !harmless.contains(&f.rule.code))
            .map(|f| (f.client, f.rule.code))
            .collect();
        assert_eq!(found, rules.iter().copied().collect(), "{yaml}");
    }
}

#[test]
fn a_fault_of_all_domains_of_a_service_is_said_once() {
    let yaml = "providers: { a: { domains: [a.example, b.example, c.example], login: \"{local}\", imap: imap.a.example, smtp: smtp.a.example } }";
    let reading = mailwright::read_text("a.yaml", yaml);
    let mut sources = reading.sources;
    let looked = examined::of(&reading.mail, &[Client::Geary], &mut sources).expect("a site");
    assert_eq!(looked.documents, 3);
    let said: Vec<_> = looked.findings.iter().map(|f| (f.rule.code, f.also)).collect();
    assert_eq!(said, [("username-ignored", 2), ("username-ignored", 2)]);
}

/// The document of a domain, as `serve` would send it.
fn served(yaml: &str, domain: &str) -> String {
    text(&get(&site(yaml), &format!("autoconfig.{domain}"), "/mail/config-v1.1.xml", "")).to_owned()
}

#[test]
fn the_full_profile_is_published_only_when_it_is_asked_for() {
    let host = |profile: &str| {
        format!(
            "defaults: {{ targets: {{ autoconfig: {{ profile: {profile} }} }} }}\nproviders: {{ a: {{ domains: [a.example], \
             imap: imap.a.example, smtp: [smtp.a.example, \"smtp.a.example:587\"], caldav: https://dav.a.example/ }} }}"
        )
    };
    let plain = served(&host("plain"), "a.example");
    assert!(plain.contains("version=\"1.1\"") && !plain.contains("587") && !plain.contains("calendar"), "{plain}");
    let full = served(&host("full"), "a.example");
    assert!(full.contains("version=\"1.2\"") && full.contains("<port>587</port>"), "{full}");
    assert!(
        full.contains("<calendar type=\"caldav\">") && full.contains("<url>https://dav.a.example/</url>"),
        "{full}"
    );
    // What costs something is told: FairEmail takes the last server.
    assert!(found(&full).contains(&(Some(Client::FairEmail), "last-server")));
    assert!(!found(&plain).contains(&(Some(Client::FairEmail), "last-server")));
}

#[test]
fn nobodys_own_calendar_is_published_for_everybody() {
    let yaml = "accounts: { ada@a.example: { imap: i.a.example, smtp: s.a.example, caldav: 'https://dav.a.example/calendars/ada/', \
                targets: { autoconfig: { profile: full } } } }";
    let full = served(yaml, "a.example");
    assert!(full.contains("version=\"1.2\"") && !full.contains("dav.a.example"), "{full}");
}

/// A server that an account names or changes itself has no others beside it.
#[test]
fn further_servers_are_those_of_the_list_that_was_picked_from() {
    let further = |account: &str| -> Vec<String> {
        let yaml = format!(
            "providers: {{ a: {{ domains: [a.example], imap: i.a.example, smtp: [s.a.example, \"s.a.example:587\", \"t.a.example:587\"] }} }}\n\
             accounts: {{ me@a.example: {account} }}"
        );
        let reading = mailwright::read_text("a.yaml", &yaml);
        assert!(!reading.failed(), "{:?}", reading.problems);
        reading.mail.accounts[0].further.iter().map(|s| s.endpoint()).collect()
    };
    assert_eq!(further("{}"), ["s.a.example:587", "t.a.example:587"]);
    assert_eq!(further("{ smtp: { port: 587 } }"), ["s.a.example:465", "t.a.example:587"]);
    assert_eq!(further("{ smtp: { port: 2587, tls: starttls } }"), Vec::<String>::new());
    assert_eq!(further("{ smtp: own.example }"), Vec::<String>::new());
}

#[test]
fn an_account_file_from_a_pipe_is_read_once_and_looked_at() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    for name in ["-", "/dev/stdin"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailwright"))
            .args(["check", "--client", "all", name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        let yaml = "providers: { x: { domains: [a.example], imap: imap.a.example, smtp: smtp.a.example } }\n";
        child.stdin.take().expect("a pipe").write_all(yaml.as_bytes()).expect("written");
        let output = child.wait_with_output().expect("ends");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(0) && said.contains("document"), "{name}: {said}");
    }
}

/// A pipe among several documents was taken for an empty one, and its document for one that all programs reject.
#[test]
fn several_documents_may_come_through_pipes() {
    let folder = tempfile::tempdir().expect("a folder");
    let yaml = "providers: { x: { domains: [a.example], imap: imap.a.example, smtp: smtp.a.example } }\n";
    let document = served(yaml, "a.example");
    let pipes = ["one.xml", "two.xml", "host.yaml"].map(|name| folder.path().join(name));
    for pipe in &pipes {
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().is_ok_and(|s| s.success()), "mkfifo");
    }
    std::fs::write(folder.path().join("other.yaml"), yaml).expect("written");
    let check = |names: [&str; 2]| {
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_mailwright"))
            .current_dir(folder.path())
            .args(["check", "--client", "thunderbird"])
            .args(names)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("runs");
        for name in names.into_iter().filter(|name| *name != "other.yaml") {
            let text = if name.ends_with("xml") { &*document } else { yaml };
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let output = child.wait_with_output().expect("ends");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), said)
    };
    let (code, said) = check(["one.xml", "two.xml"]);
    assert!(code == Some(0) && said.contains("2 documents"), "{code:?} {said}");
    let (code, said) = check(["host.yaml", "other.yaml"]);
    assert!(code == Some(2) && said.contains("read-once"), "{code:?} {said}");
}
