//! Alpine: writes every golden out again as it has read it, and logs in with nasty logins and typed passwords.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::account::{Credential, Protocol, Server, Tls};
use mailwright::target::{Run, find};
use serde_json::json;

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, Home, run};
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::limited;
use crate::terminal::Terminal;
use crate::values;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("alpine_reads_every_golden", &["alpine"], reads),
        Test::new("alpine_logs_in_with_nasty_values_imap", &["alpine", "script"], logins),
    ]
}

/// Settings of a file, lists on one line. Continued lines begin with a blank.
fn settings(text: &str) -> BTreeMap<String, String> {
    let mut settings: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if line.starts_with([' ', '\t']) {
            settings.entry(last.clone()).or_default().push_str(line.trim());
        } else if let Some((name, value)) = line.split_once('=') {
            last = name.to_owned();
            settings.insert(last.clone(), value.to_owned());
        }
    }
    settings.retain(|_, v| !v.is_empty());
    settings
}

/// A server as it stands in a mailbox's name.
fn spec(server: &Server) -> String {
    let mut spec = server.endpoint();
    if server.protocol == Protocol::Pop3 {
        spec.push_str("/pop3");
    }
    spec.push_str(match server.tls.value {
        Tls::Implicit => "/ssl",
        Tls::StartTls => "/tls",
        Tls::None => "/notls",
    });
    if !matches!(server.credential.value, Credential::None) {
        spec.push_str(&format!("/user=\"{}\"", server.login.for_program(server.protocol)));
    }
    spec
}

fn reads() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let files = case.files("alpine", ".pinerc");
        cases += usize::from(!files.is_empty());
        let home = Home::empty();
        for account in case.accounts() {
            let ending = format!("/{}.pinerc", account.name);
            let Some(file) = files.iter().find(|f| f.to_string_lossy().ends_with(&ending)) else {
                findings.check(false, || format!("{}: no file of {}", case.name, account.name));
                continue;
            };
            let what = format!("{}: {}", case.name, account.name);
            let text = fs::read_to_string(file).expect("golden");
            let copy = home.path().join("in");
            lab::write_private(&copy, text.as_bytes());
            let out = home.path().join("out");
            let _ = fs::remove_file(&out);
            let said = run(limited(&home, "alpine").arg("-p").arg(&copy).arg("-pinerc").arg(&out));
            findings.check(out.exists(), || format!("{what}: {}{}", said.out, said.err));
            let read = settings(&fs::read_to_string(&out).unwrap_or_default());
            for (name, value) in settings(&text) {
                findings.same(&format!("{what}: {name}"), read.get(&name).cloned(), Some(value));
            }
            let value = |name: &str| read.get(name).cloned().unwrap_or_default();
            let token = |s: &Server| matches!(s.credential.value, Credential::OAuth2(_));
            if let Some(server) = account.incoming() {
                let start = format!("{{{}", spec(server));
                let got = value("inbox-path");
                findings.check(got.starts_with(&start) && got.ends_with("}INBOX"), || format!("{what}: {got}"));
                findings.same(&what, got.contains("/auth="), token(server));
                if server.protocol == Protocol::Imap {
                    let copies = account.save_sent.value && account.folders.sent.is_some();
                    findings.same(&what, value("default-fcc").starts_with(&start), copies);
                    let drafts = account.folders.drafts.is_some();
                    findings.same(&what, value("postponed-folder").starts_with(&start), drafts);
                }
            }
            if let Some(smtp) = &account.smtp {
                let got = value("smtp-server");
                findings.check(got.starts_with(&spec(smtp)), || format!("{what}: {got}"));
            }
            let from = value("customized-hdrs").replace("$$", "$").replace("\\\"", "\"");
            findings.check(from.contains(account.address.as_str()), || format!("{what}: {from}"));
        }
    }
    findings.finish("alpine", "alpine -pinerc, every golden", cases)
}

/// The password is typed; the login is in the file.
fn logins() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::imap();
    let render = |fields: &values::Fields| {
        let account = json!({
            "address": "a@b.example",
            "login": fields["login"].replace('{', "{{"),
            "imap": { "host": "127.0.0.1", "port": mock.port(), "tls": "none" },
        });
        let reading = mailwright::read_text("nasty.yaml", &json!({ "accounts": { "a": account } }).to_string());
        if reading.failed() {
            return Err(reading.problems);
        }
        find("alpine").expect("a target").render(&Run { mail: &reading.mail, cleartext: false })
    };
    // What a login may not be here is said in `quote/pinerc.rs`.
    let tidy = |_: &str, value: String| values::cut(&value.replace('}', ""), 60);
    let count = values::cases().div_ceil(8);
    let (_, all) = values::rendered(count, &["login"], tidy, render, &mut findings);
    for (fields, bundle) in &all {
        let home = Home::empty();
        fs::create_dir(home.path().join("mail")).expect("folder");
        let mut text = bundle.files[0].bytes.clone();
        // It greets whom it does not know.
        text.extend_from_slice(
            b"last-time-prune-questioned=2099.1\nlast-version-used=7.00\nfeature-list=disable-password-file-saving\n",
        );
        lab::write_private(&home.path().join("a.pinerc"), &text);
        mock.logins();
        let mut terminal = Terminal::start(&home, &["timeout", "20"], "alpine -i -p ~/a.pinerc");
        terminal.wait(5, |s| s.contains("PASSWORD"));
        terminal.keys("p$w `x` é\r");
        // "Preserve password on DISK for next login?"
        terminal.wait(2, |s| s.contains("Preserve"));
        terminal.keys("n");
        let attempts = mock.wait(Duration::from_secs(3));
        let shown = crate::sending::tail(&terminal.shown());
        findings.check(!attempts.is_empty(), || format!("no login came: {fields:?}: {shown}"));
        for attempt in attempts {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            findings.same("the login", text(&attempt.user), fields["login"].clone());
            findings.same("the password", text(&attempt.password), "p$w `x` é".to_owned());
        }
    }
    findings.finish("alpine", "logs in at a server by IMAP, nasty values", all.len())
}
