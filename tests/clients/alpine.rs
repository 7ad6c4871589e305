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
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::{drain, with_subject};
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::{Step, limited, only, sent_by, step};
use crate::terminal::Terminal;
use crate::values;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("alpine_reads_every_golden", &["alpine"], reads),
        Test::new("alpine_logs_in_with_nasty_values_imap", &["alpine", "script"], logins),
        Test::new("alpine_submits_with_a_nasty_login", &["alpine", "script"], submits),
    ]
}

pub const STEPS: &[Step] = &[Step { needs: &[BOX, "alpine"], ..step("alpine_sends", "alpine", 2, mails) }];

/// A mail to oneself, written and sent; the passwords are typed.
fn mails(findings: &mut Findings) {
    for (golden, file, user, copy) in [
        ("gmail-starttls", "me@gmail.com", "me@gmail.com", ".[Gmail].Sent Mail"),
        ("awkward", "bob", "bob@example.test", ".Sent"),
    ] {
        let case = Case::named(golden);
        let home = Home::empty();
        fs::create_dir(home.path().join("mail")).expect("folder");
        let path = case.folder.join(format!("alpine/.config/alpine/{file}.pinerc"));
        let mut text = fs::read(path).expect("golden");
        text.extend_from_slice(KNOWN);
        lab::write_private(&home.path().join("a.pinerc"), &text);
        let subject = format!("alpine-{golden}");
        let mut terminal = Terminal::start(&home, &["timeout", "60"], &format!("alpine -p ~/a.pinerc {user}"));
        let ready = terminal.wait(10, |s| s.contains("Message Text"));
        terminal.keys(&format!("\x1b[B\x1b[B\x1b[B{subject}\r"));
        terminal.wait(5, |s| s.contains(&subject));
        terminal.keys("\x18");
        terminal.wait(5, |s| s.contains("Send message"));
        terminal.keys("y");
        // It asks for each server, and whether to keep the password.
        let (mut typed, mut kept) = (0, 0);
        let mut sent = false;
        for _ in 0..100 {
            let shown = terminal.shown();
            if shown.matches("ENTER PASSWORD").count() > typed {
                typed += 1;
                terminal.keys(&format!("{}\r", lab::password(user)));
            } else if shown.matches("Preserve password").count() > kept {
                kept += 1;
                terminal.keys("n");
            }
            sent = !with_subject(user, copy, &subject).is_empty();
            if sent {
                break;
            }
            terminal.wait(1, |s| s.len() > shown.len());
            std::thread::sleep(Duration::from_millis(200));
        }
        drain();
        findings
            .check(ready && sent, || format!("{subject}: {ready} {sent}: {}", crate::sending::tail(&terminal.shown())));
        let mail = only(findings, user, "", &subject);
        sent_by(findings, &mail, user);
        let name = case.accounts()[0].full_name.as_ref().map(|n| n.to_string()).unwrap_or_default();
        findings.same(&format!("{subject}: name"), mail["from"]["name"].as_str(), Some(name.as_str()));
    }
}

/// It greets whom it does not know.
const KNOWN: &[u8] = b"last-time-prune-questioned=2099.1\nlast-version-used=7.00\n";

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
        let login = server.login.for_program(server.protocol).replace('\\', "\\\\").replace('"', "\\\"");
        spec.push_str(&format!("/user=\"{login}\""));
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
        values::render("alpine", &json!({ "accounts": { "a": account } }).to_string())
    };
    // What a login may not be here is said in `quote/pinerc.rs`.
    let tidy = |_: &str, value: String| values::cut(&value.replace('}', ""), 60);
    // It shows its warning of a server without TLS for three seconds.
    let count = values::cases().div_ceil(50);
    let (_, mut all) = values::rendered("alpine", count, &["login"], tidy, render, &mut findings);
    // The login of the golden `desktop`.
    let windows = values::Fields::from([("login", "OFFICE\\zoe;1".to_owned())]);
    let bundle = render(&windows).map_err(|p| format!("{p:?}"))?;
    all.push((windows, bundle));
    for (fields, bundle) in &all {
        let home = Home::empty();
        fs::create_dir(home.path().join("mail")).expect("folder");
        let mut text = bundle.files[0].bytes.clone();
        text.extend_from_slice(KNOWN);
        lab::write_private(&home.path().join("a.pinerc"), &text);
        mock.logins();
        let mut terminal = Terminal::start(&home, &["timeout", "20"], "alpine -i -p ~/a.pinerc");
        terminal.wait(5, |s| s.contains("PASSWORD"));
        terminal.keys("p$w `x` é\r");
        let mut attempts = Vec::new();
        let mut kept = false;
        for _ in 0..50 {
            attempts = mock.wait(Duration::from_millis(100));
            if !attempts.is_empty() {
                break;
            }
            // "Preserve password on DISK for next login?"
            if !kept && terminal.shown().contains("Preserve") {
                kept = true;
                terminal.keys("n");
            }
        }
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

/// The login of a submission server is an element of a list.
fn submits() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::smtp();
    let login = "OFFICE\\zoe;1, \"é\" $HOME";
    let account = json!({
        "address": "a@b.example",
        "login": login,
        "smtp": { "host": "127.0.0.1", "port": mock.port(), "tls": "none" },
    });
    let reading = mailwright::read_text("nasty.yaml", &json!({ "accounts": { "a": account } }).to_string());
    let bundle = find("alpine").expect("a target").render(&Run::of(&reading.mail)).map_err(|p| format!("{p:?}"))?;
    let home = Home::empty();
    fs::create_dir(home.path().join("mail")).expect("folder");
    let mut text = bundle.files[0].bytes.clone();
    text.extend_from_slice(KNOWN);
    lab::write_private(&home.path().join("a.pinerc"), &text);
    let mut terminal = Terminal::start(&home, &["timeout", "30"], "alpine -p ~/a.pinerc x@example.test");
    terminal.wait(10, |s| s.contains("Message Text"));
    terminal.keys("\x18");
    let (mut confirmed, mut typed, mut kept) = (false, false, false);
    let mut attempts = Vec::new();
    for _ in 0..150 {
        let shown = terminal.shown();
        if !confirmed && shown.contains("Send message") {
            confirmed = true;
            terminal.keys("y");
        } else if !typed && shown.contains("PASSWORD") {
            typed = true;
            terminal.keys("p$w `x` é\r");
        } else if !kept && shown.contains("Preserve") {
            kept = true;
            terminal.keys("n");
        }
        attempts = mock.wait(Duration::from_millis(100));
        if !attempts.is_empty() {
            break;
        }
    }
    let shown = crate::sending::tail(&terminal.shown());
    findings.check(!attempts.is_empty(), || format!("no login came: {shown}"));
    for attempt in attempts {
        findings.same("the login", String::from_utf8_lossy(&attempt.user).into_owned(), login);
        findings.same("the password", String::from_utf8_lossy(&attempt.password).into_owned(), "p$w `x` é");
    }
    findings.finish("alpine", "submits with a nasty login", 1)
}
