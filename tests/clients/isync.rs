//! mbsync: parses every golden, and fetches by goldens in the box.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Mechanism, Protocol};
use mailwright::quote::mutf7;
use mailwright::target::{Options, local};

use crate::Test;
use crate::cases::Case;
use crate::fetching::{
    FROM_GMAIL, GMAIL, IN_GMAIL, arrived, below, first_line, home_with, mirrored, nowhere, pairs, put,
};
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::log_lines;
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::{Step, limited, step};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("mbsync_reads_every_golden", &["mbsync", lab::PRIVATE], goldens),
        Test::new("mbsync_logs_in_by_every_golden", &["mbsync"], logins),
    ]
}

pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, "mbsync"], ..step("mbsync_fetches_gmail", "isync", 2, gmail) },
    Step {
        needs: &[BOX, "mbsync"],
        users: Some("me@gmail.com\tabcdefghijklmnop\tgmail-german\n"),
        ..step("mbsync_fetches_german_folders", "isync", 1, german)
    },
    Step { needs: &[BOX, "mbsync"], ..step("mbsync_fetches_other_servers", "isync", 3, others) },
];

/// The accounts that have a channel.
fn channels(case: &Case) -> Vec<&Account> {
    let left_out = |a: &Account| ["no-imap", "no-login", "no-token"].iter().any(|n| case.has_note("isync", a, n));
    case.accounts().iter().filter(|a| !left_out(a)).collect()
}

fn rc(case: &Case) -> Option<std::path::PathBuf> {
    case.files("isync", "rc").pop()
}

/// Every channel in a network of its own without servers: mbsync says where it would go.
fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(file) = rc(&case) else { continue };
        cases += 1;
        let home = home_with(&case, &["isync"]);
        let text = fs::read_to_string(&file).expect("golden");
        // What is written for 1.5 differs by one keyword.
        let new = case.accounts().iter().any(|a| Options::of(a, "isync").is("version", "1.5"));
        findings.check(!new || !text.contains("SSLType") && file.ends_with(".config/isyncrc"), || {
            format!("{}: not for 1.5: {file:?}", case.name)
        });
        let copy = home.path().join("rc");
        lab::write_private(&copy, text.replace("\nTLSType ", "\nSSLType ").as_bytes());
        for account in case.accounts() {
            if let Some(ca) = Options::of(account, "isync").text("ca_file") {
                lab::write_private(&below(&home, ca.as_str()), b"");
            }
        }
        let ask = |channel: &str| run(nowhere(&home, &case, "mbsync").arg("-c").arg(&copy).args(["-l", channel]));
        // A name that is none: the whole file is read, and nothing else is wrong.
        let unknown =
            |name: &str| format!("No channel or group named '{name}' defined.\nNo channel specified. Try 'mbsync -h'");
        findings.same(&format!("{}: complaints", case.name), ask("no-such").err.trim(), unknown("no-such"));
        for account in case.accounts() {
            let what = format!("{}: {}", case.name, account.name);
            let said = ask(&account.name);
            if !channels(&case).iter().any(|a| a.name == account.name) {
                findings.same(&what, said.err.trim(), unknown(&account.name));
                continue;
            }
            let imap = account.imap.as_ref().expect("IMAP");
            let ip = imap.host.as_str().parse::<std::net::IpAddr>().ok().map(|ip| ip.is_ipv6());
            let place = match ip {
                Some(true) => format!("[{}]:{}", imap.host.value, imap.port.value),
                Some(false) => format!("{}:{}", imap.host.value, imap.port.value),
                None => format!("{} (127.0.0.9:{})", imap.host.value, imap.port.value),
            };
            findings.check(said.err.contains(&place), || format!("{what}: {place}: {}{}", said.out, said.err));
        }
    }
    findings.finish("isync", "mbsync, every golden", cases)
}

/// Every channel at a server without TLS, the only thing that is changed: the login, the password and the mechanism
/// arrive, and of the folders that the server has it chooses those of the mirror.
fn logins() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut count = 0;
    for case in Case::all() {
        let Some(file) = rc(&case) else { continue };
        let text = fs::read_to_string(&file).expect("golden");
        let home = home_with(&case, &["isync"]);
        for account in channels(&case) {
            let what = format!("{}: {}", case.name, account.name);
            let imap = account.imap.as_ref().expect("IMAP");
            // Without a command it would ask at a terminal.
            let Some(secret) = first_line(&home, imap) else { continue };
            let mechanism = match (&imap.credential.value, &imap.auth) {
                (Credential::OAuth2(o), _)
                    if o.mechanism.as_ref().is_some_and(|m| m.value == Mechanism::OAuthBearer) =>
                {
                    "OAUTHBEARER"
                }
                (Credential::OAuth2(_), _) => "XOAUTH2",
                (_, Some(auth)) if auth.value == Mechanism::CramMd5 => "CRAM-MD5",
                _ => "PLAIN",
            };
            let dotted = local::dotted(account);
            let asked = folders(account, if dotted { '.' } else { '/' });
            let wire: Vec<String> = asked.iter().map(|n| mutf7::encode(n).replace('.', "/")).collect();
            let wire: Vec<&str> = wire.iter().map(String::as_str).collect();
            let mock = Mock::imap().accept().mechanisms(&[mechanism]).folders(&wire);
            let changed: String = text
                .lines()
                .map(|line| match line.split(' ').next() {
                    Some("Host") => "Host 127.0.0.1\n".to_owned(),
                    Some("Port") => format!("Port {}\n", mock.port()),
                    Some("SSLType" | "TLSType") => "SSLType None\n".to_owned(),
                    Some("CertificateFile") => String::new(),
                    // A mirror outside of the home directory stands in it here.
                    Some("Path" | "Inbox") => {
                        format!("{}\n", line.replacen(" \"/", &format!(" \"{}/", home.path().display()), 1))
                    }
                    _ => format!("{line}\n"),
                })
                .collect();
            let copy = home.path().join("rc");
            lab::write_private(&copy, changed.as_bytes());
            let said = run(crate::logins::limited(&home, "mbsync").arg("-c").arg(&copy).args(["-l", &account.name]));
            // Debian's plug-in of Cyrus SASL has no such mechanism: mbsync says that it is what it wants.
            let wanted = "selected SASL mechanism(s) not available;\n   selected: OAUTHBEARER\n";
            if mechanism == "OAUTHBEARER" && said.err.contains(wanted) {
                findings.check(mock.logins().is_empty(), || format!("{what}: a login"));
                count += 1;
                continue;
            }
            let attempts = mock.wait(Duration::from_secs(1));
            findings
                .check(attempts.len() == 1, || format!("{what}: {} logins: {}{}", attempts.len(), said.out, said.err));
            let Some(attempt) = attempts.first() else { continue };
            count += 1;
            findings.same(&format!("{what}: mechanism"), attempt.mechanism.as_str(), mechanism);
            findings.same(
                &format!("{what}: login"),
                String::from_utf8_lossy(&attempt.user).as_ref(),
                imap.login.text.as_str(),
            );
            if mechanism != "CRAM-MD5" {
                findings.same(
                    &format!("{what}: password"),
                    String::from_utf8_lossy(&attempt.password).as_ref(),
                    secret.as_str(),
                );
            }
            // A channel's name and a colon; a folder; or a folder there and what it is called here.
            let shown: BTreeSet<&str> =
                said.out.lines().filter(|l| !l.ends_with(':')).map(|l| l.split(" <=> ").next().unwrap_or(l)).collect();
            for (there, here) in said.out.lines().filter_map(|l| l.split_once(" <=> ")) {
                findings.same(&format!("{what}: {here}"), mutf7::encode(here), there.to_owned());
                findings.check(!here.is_ascii(), || format!("{what}: {here}"));
            }
            let mut wanted: BTreeSet<String> =
                mirrored(account, asked).iter().map(|n| mutf7::encode(n).replace('.', "/")).collect();
            wanted.insert("INBOX".to_owned());
            findings.same(
                &format!("{what}: folders: {}", said.out),
                shown,
                wanted.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            );
        }
    }
    findings.finish("isync", "mbsync logs in, every golden with a password command", count)
}

/// Folders that a server may have: the account's own, what lies beside them, and others.
fn folders(account: &Account, delimiter: char) -> Vec<String> {
    let f = &account.folders;
    let mut names: Vec<String> = [&f.sent, &f.drafts, &f.trash, &f.junk, &f.archive, &f.all]
        .into_iter()
        .flatten()
        .map(|n| n.to_string())
        .collect();
    if let Some((parent, _)) = f.all.as_ref().and_then(|a| a.as_str().rsplit_once('/')) {
        names.extend(["Starred", "Important", "Chats"].map(|n| format!("{parent}/{n}")));
    }
    names.extend(["Work".to_owned(), format!("Work{delimiter}Sub"), "Löwe".to_owned()]);
    names.sort();
    names.dedup();
    names
}

/// Runs `mbsync -a` and says whether it was content.
fn sync(home: &Home, findings: &mut Findings, what: &str) {
    let said = run(limited(home, "mbsync").arg("-a"));
    findings.check(said.ok && said.err.is_empty(), || format!("{what}: {}{}", said.out, said.err));
}

/// By a password and by a token; all folders but Gmail's views.
fn gmail(findings: &mut Findings) {
    put(GMAIL, &IN_GMAIL);
    for (name, account) in [("gmail-starttls", GMAIL), ("gmail-oauth2", GMAIL)] {
        let case = Case::named(name);
        let home = home_with(&case, &["isync"]);
        let said = run(limited(&home, "mbsync").arg(account));
        findings.check(said.ok, || format!("{name}: {}{}", said.out, said.err));
        let root = below(&home, &format!("~/Mail/{account}"));
        findings.same(&format!("{name}: what arrived"), arrived(&root), pairs(&FROM_GMAIL));
    }
    findings.check(log_lines("dovecot.log", &["imap-login: Info: Login", "method=XOAUTH2"]) > 0, || "no token".into());
}

fn german(findings: &mut Findings) {
    put(
        GMAIL,
        &[
            ("INBOX", "neu"),
            ("[Google Mail]/Gesendet", "gesendet"),
            ("[Google Mail]/Entwürfe", "entwurf"),
            ("[Google Mail]/Alle Nachrichten", "alle"),
            ("[Google Mail]/Markiert", "markiert"),
        ],
    );
    let home = home_with(&Case::named("gmail-german-identities"), &["isync"]);
    sync(&home, findings, "German folders");
    let wanted = [("INBOX", "neu"), ("[Google Mail]/Gesendet", "gesendet"), ("[Google Mail]/Entwürfe", "entwurf")];
    findings.same("what arrived", arrived(&below(&home, "~/Mail/privat")), pairs(&wanted));
}

/// STARTTLS, an awkward password, folders below the inbox; twice.
fn others(findings: &mut Findings) {
    let bob = "bob@example.test";
    put(bob, &[("INBOX", "to bob"), ("INBOX.Sent", "sent"), ("INBOX.Work.Sub", "work")]);
    put("alice@example.test", &[("INBOX", "to alice"), ("Archive", "kept")]);
    put(GMAIL, &[("INBOX", "to me")]);
    for name in ["awkward", "three-accounts", "self-hosted-starttls"] {
        let case = Case::named(name);
        let home = home_with(&case, &["isync"]);
        for _ in 0..2 {
            for account in channels(&case).iter().filter(|a| a.address.as_str() != "ada@club.example") {
                let said = run(limited(&home, "mbsync").arg(&account.name));
                findings.check(said.ok, || format!("{name}: {}: {}{}", account.name, said.out, said.err));
                let wanted = match account.address.as_str() {
                    "bob@example.test" => {
                        pairs(&[("INBOX", "to bob"), ("INBOX.Sent", "sent"), ("INBOX.Work.Sub", "work")])
                    }
                    "alice@example.test" => pairs(&[("INBOX", "to alice"), ("Archive", "kept")]),
                    _ => pairs(&[("INBOX", "to me")]),
                };
                let root = below(&home, &format!("~/Mail/{}", account.name));
                findings.same(&format!("{name}: {}", account.name), arrived(&root), wanted);
            }
        }
    }
    let imap = Protocol::Imap.key();
    let plain = log_lines("dovecot.log", &[&format!("{imap}-login: Info: Login"), "user=<bob@example.test>"]);
    findings.check(plain > 0, || "bob did not log in".into());
}
