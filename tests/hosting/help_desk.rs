//! What whoever runs a mail host is told on the command line about one user, and about all.

use std::fs;
use std::process::{Command, Output};

const HOSTS: &str = "providers:
  engines:
    domains: [engines.example, second.example]
    login: '{local}'
    imap: [imap.engines.example, 'imap.engines.example:143']
    pop3: [pop.engines.example, 'pop.engines.example:110']
    smtp: [smtp.engines.example, 'smtp.engines.example:587']
    caldav: 'https://dav.engines.example/{address}/'
  wild: { domains: ['*.customers.example'], imap: imap.engines.example, smtp: smtp.engines.example }
";

fn run(yaml: &str, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("hosts.yaml"), yaml).expect("write");
    fs::write(folder.path().join("users.csv"), "address,login\n").expect("write");
    Command::new(env!("CARGO_BIN_EXE_mailwright"))
        .current_dir(folder.path())
        .args(args)
        .output()
        .expect("the program runs")
}

fn explained(yaml: &str, who: &str) -> String {
    let output = run(yaml, &["explain", "hosts.yaml", who]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Whether a line has these words, one after the other.
fn has(said: &str, words: &[&str]) -> bool {
    said.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().windows(words.len()).any(|w| w == words))
}

/// \"There is no account\", it said, and offered none.
#[test]
fn a_user_of_a_hosted_domain_is_explained_as_published() {
    let said = explained(HOSTS, "Ada@Engines.example");
    assert!(said.starts_with("ada@engines.example\n"), "{said}");
    for words in [
        ["imap.host", "imap.engines.example", "hosts.yaml:5:12"],
        ["imap", "2.port", "143"],
        ["imap.login", "ada", "hosts.yaml:4:12"],
        ["smtp", "2.host", "smtp.engines.example"],
        ["pop3", "2.tls", "starttls"],
    ] {
        assert!(has(&said, &words), "{words:?}: {said}");
    }
    assert!(said.contains("https://dav.engines.example/ada"), "{said}");
    let below = explained(HOSTS, "ada@any.customers.example");
    assert!(has(&below, &["imap.login", "ada@any.customers.example"]), "{below}");
}

#[test]
fn a_login_that_the_directory_says_is_not_made_up_by_explain() {
    let yaml = format!("{HOSTS}serve: {{ users: {{ csv: users.csv, providers: [engines] }} }}\n");
    let said = explained(&yaml, "ada@engines.example");
    assert!(has(&said, &["imap.login", "from", "the", "directory", "of", "users", "hosts.yaml:10:17"]), "{said}");
    assert!(!has(&said, &["imap.login", "ada"]), "{said}");
    let other = explained(&yaml, "ada@any.customers.example");
    assert!(has(&other, &["imap.login", "ada@any.customers.example"]), "{other}");
}

#[test]
fn nobody_sees_who_stands_in_for_any_user() {
    for format in ["text", "json"] {
        for who in [None, Some("engines.example"), Some("ada@engines.example")] {
            let mut args = vec!["explain", "hosts.yaml", "--format", format];
            args.extend(who);
            let output = run(HOSTS, &args);
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(output.status.code(), Some(0));
            assert!(!said.contains("any-user"), "{said}");
            assert!(who.is_some_and(|w| w.contains('@')) || said.contains("{local}@engines.example"), "{said}");
        }
    }
}

#[test]
fn who_is_asked_for_in_vain_is_told_what_there_is() {
    let said = |who: &str| {
        let output = run(HOSTS, &["explain", "hosts.yaml", who]);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert!(
        said("ada@engine.example").contains("did you mean `ada@engines.example`?"),
        "{}",
        said("ada@engine.example")
    );
    assert!(said("xyz").contains("domains: engines.example, second.example, *.customers.example"), "{}", said("xyz"));
    let many: String = (0..100).map(|n| format!("m{n}.example, ")).collect();
    let output =
        run(&HOSTS.replace("second.example", &format!("{many}second.example")), &["explain", "hosts.yaml", "xyz"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains(", and 95 more"), "{output:?}");
}

/// Five notes each about two domains were \"the same for 5 more accounts\".
#[test]
fn notes_are_not_counted_as_accounts() {
    let yaml = format!("{HOSTS}defaults: {{ targets: {{ autoconfig: {{ profile: full }} }} }}\n");
    let output = run(&yaml, &["generate", "hosts.yaml", "-t", "autoconfig", "-o", "out"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("note: autoconfig: 5 more of this kind, also for 1 more domain (full-profile)"), "{said}");
}

/// One's own login was told to stand where somebody else's does, and nobody's to stand at a person's.
#[test]
fn a_login_is_said_to_stand_where_it_stands() {
    let yaml = "accounts:\n  first@corp.example:\n    login: '{local}'\n    imap: imap.corp.example\n    smtp: smtp.corp.example\n  \
                Ada@corp.example:\n    login: ada-own\n    imap: imap.corp.example\n    smtp: smtp.corp.example\n  \
                lit@fix.example: { login: fixed, imap: imap.fix.example, smtp: smtp.fix.example }\n";
    for (who, words) in [
        ("ada@corp.example", ["imap.login", "ada-own", "hosts.yaml:7:12"]),
        ("Ada@corp.example", ["imap.login", "ada-own", "hosts.yaml:7:12"]),
        ("bob@corp.example", ["imap.login", "bob", "hosts.yaml:3:12"]),
        ("nobody@fix.example", ["imap.login", "nobody@fix.example", "the"]),
    ] {
        let said = explained(yaml, who);
        assert!(has(&said, &words), "{words:?}: {said}");
    }
}
