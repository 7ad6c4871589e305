//! Claws Mail and Sylpheed: what they write back of the settings that they were given, when they end.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Protocol, Server, Tls};
use mailwright::target::{Run, find};
use serde_json::json;

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, BOX, Home, run, script};
use crate::mailbox::log_lines;
use crate::report::Findings;
use crate::sending::{Step, step};

/// Its id and program, its folder, its numbers of IMAP and of an account that only sends.
type Program = (&'static str, &'static str, &'static str, Option<&'static str>);

const CLAWS: Program = ("claws-mail", ".claws-mail", "1", Some("4"));
const SYLPHEED: Program = ("sylpheed", ".sylpheed-2.0", "3", None);

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("claws_mail_writes_back_every_golden", &["claws-mail", "xvfb-run", lab::PRIVATE], || {
            every_golden(CLAWS)
        }),
        Test::new("sylpheed_writes_back_every_golden", &["sylpheed", "xvfb-run", lab::PRIVATE], || {
            every_golden(SYLPHEED)
        }),
        Test::new("claws_mail_writes_back_nasty_values", &["claws-mail", "xvfb-run", lab::PRIVATE], || nasty(CLAWS)),
        Test::new("sylpheed_writes_back_nasty_values", &["sylpheed", "xvfb-run", lab::PRIVATE], || nasty(SYLPHEED)),
    ]
}

pub const STEPS: &[Step] =
    &[Step { needs: &[BOX, "sylpheed", "xvfb-run"], ..step("sylpheed_fetches", "sylpheed", 0, fetches) }];

/// Sylpheed logs in by its own files at implicit TLS and STARTTLS, IMAP and POP3, with a password that it keeps itself.
fn fetches(findings: &mut Findings) {
    let file = json!({ "accounts": {
        "gmail": { "address": "me@gmail.com", "password": lab::password("me@gmail.com") },
        "alice": {
            "address": "alice@example.test", "password": lab::password("alice@example.test"),
            "imap": "imap.example.test:143", "smtp": "smtp.example.test:587",
        },
        "bob": {
            "address": "bob@example.test", "password": lab::password("bob@example.test"),
            "retrieve": "pop3", "pop3": "pop.example.test", "smtp": "smtp.example.test",
        },
    } });
    let reading = mailwright::read_text("a.yaml", &file.to_string());
    let target = find("sylpheed").expect("a target");
    let bundle = target.render(&Run { cleartext: true, ..Run::of(&reading.mail) }).expect("rendered");
    let home = Home::empty();
    for file in &bundle.files {
        findings.same(&file.path, file.secret, file.path.ends_with("accountrc"));
        lab::write_private(&home.path().join(&file.path), &file.bytes);
    }
    if let Err(why) = start("sylpheed", &[home.path().to_owned()]) {
        return findings.check(false, || format!("{:?}", why.message()));
    }
    for (server, address) in
        [("imap-login", "me@gmail.com"), ("imap-login", "alice@example.test"), ("pop3-login", "bob@example.test")]
    {
        let lines = log_lines("dovecot.log", &[&format!("{server}: Info: Login: user=<{address}>"), "TLS"]);
        findings.check(lines > 0, || format!("{address} did not log in"));
    }
}

fn start(program: &str, homes: &[PathBuf]) -> Result<(), Failed> {
    let said = run(Command::new("bash").arg(script("gtk-mail.sh")).arg(program).args(homes).stdin(Stdio::null()));
    if said.ok { Ok(()) } else { Err(format!("{}{}", said.out, said.err).into()) }
}

type Section = BTreeMap<String, String>;

/// The sections of an `accountrc`, in its order.
fn sections(path: &Path) -> Vec<Section> {
    let mut sections = Vec::new();
    for line in fs::read_to_string(path).expect("accountrc").split('\n') {
        if line.starts_with("[Account: ") {
            sections.push(Section::new());
        } else if let (Some(section), Some((key, value))) = (sections.last_mut(), line.split_once('=')) {
            section.insert(key.to_owned(), value.to_owned());
        }
    }
    sections
}

fn every_golden(program: Program) -> Result<(), Failed> {
    let (id, folder, ..) = program;
    let mut findings = Findings::default();
    let root = Home::empty();
    let mut homes = Vec::new();
    let mut cases = Vec::new();
    for case in Case::all() {
        if case.files(id, "accountrc").is_empty() {
            continue;
        }
        let home = root.path().join(&case.name);
        lab::copy_tree(&case.folder.join(id), &home);
        homes.push(home);
        cases.push(case);
    }
    start(id, &homes)?;
    for (case, home) in cases.iter().zip(&homes) {
        let what = &case.name;
        let written = sections(&case.files(id, "accountrc")[0]);
        let back = sections(&home.join(folder).join("accountrc"));
        findings.same(&format!("{what}: accounts"), back.len(), written.len());
        for (ours, theirs) in written.iter().zip(&back) {
            for (key, value) in ours {
                findings.same(&format!("{what}: {}: {key}", ours["account_name"]), theirs.get(key), Some(value));
            }
        }
        let defaults = back.iter().filter(|s| s.get("is_default").is_some_and(|d| d == "1")).count();
        findings.same(&format!("{what}: default accounts"), defaults, 1);
        let list = fs::read_to_string(home.join(folder).join("folderlist.xml"))?;
        for account in case.accounts() {
            let Some(section) = back.iter().find(|s| s["account_name"] == account.name) else {
                let server = account.incoming().or(account.smtp.as_ref()).expect("a server");
                let left_out =
                    case.leaves_out(id, account, &server.host.to_string()) || case.has_note(id, account, "sends-only");
                findings.check(left_out, || format!("{what}: {} is missing", account.name));
                continue;
            };
            compare(&mut findings, program, &format!("{what}: {}", account.name), account, section, &list);
        }
    }
    findings.finish(id, "its own files as it writes them back, every golden", cases.len())
}

fn compare(findings: &mut Findings, program: Program, what: &str, account: &Account, got: &Section, list: &str) {
    let (_, _, imap, sends_only) = program;
    let mut same = |key: &str, want: &str| findings.same(&format!("{what}: {key}"), got[key].as_str(), want);
    same("address", account.address.as_str());
    same("name", account.full_name.as_ref().map_or("", |n| n.as_str()));
    let tls = |server: &Server| match server.tls.value {
        Tls::None => "0",
        Tls::Implicit => "1",
        Tls::StartTls => "2",
    };
    match account.incoming() {
        None => same("protocol", sends_only.expect("else it is left out")),
        Some(server) => {
            let pop3 = server.protocol == Protocol::Pop3;
            let word = if pop3 { "pop" } else { "imap" };
            same("protocol", if pop3 { "0" } else { imap });
            same("receive_server", server.host.as_str());
            same("user_id", &server.login.for_program(server.protocol));
            same(&format!("ssl_{word}"), tls(server));
            same(&format!("set_{word}port"), "1");
            same(&format!("{word}_port"), &server.port.to_string());
            if pop3 {
                same("remove_mail", "0");
            }
        }
    }
    match &account.smtp {
        Some(smtp) if got["smtp_server"] != "none.invalid" => {
            same("smtp_server", smtp.host.as_str());
            same("ssl_smtp", tls(smtp));
            same("set_smtpport", "1");
            same("smtp_port", &smtp.port.to_string());
            match smtp.credential.value {
                Credential::None => same("use_smtp_auth", "0"),
                _ => {
                    same("use_smtp_auth", "1");
                    same("smtp_user_id", smtp.login.text.as_str());
                }
            }
        }
        _ => same("smtp_server", "none.invalid"),
    }
    if account.incoming().is_some_and(|s| s.protocol == Protocol::Imap) {
        for (kind, folder) in [
            ("outbox", account.folders.sent.as_ref().filter(|_| account.save_sent.value)),
            ("draft", account.folders.drafts.as_ref()),
            ("trash", account.folders.trash.as_ref()),
        ] {
            let Some(folder) = folder else { continue };
            let folder = folder.as_str();
            let path = if folder.starts_with("INBOX.") { folder.replace('.', "/") } else { folder.to_owned() };
            let path = format!("path=\"{}\"", path.replace('&', "&amp;"));
            let kind_is = format!("type=\"{kind}\"");
            findings.check(list.lines().any(|l| l.contains(&path) && l.contains(&kind_is)), || {
                format!("{what}: {kind} {path} is not in the folder list")
            });
        }
    }
}

/// All values in one start, an account each.
fn nasty(program: Program) -> Result<(), Failed> {
    let (id, folder, ..) = program;
    let mut findings = Findings::default();
    let target = find(id).expect("a target");
    let mut wanted = Vec::new();
    let mut text = String::new();
    for value in crate::values::list() {
        let login = value.replace('{', "{{");
        let account = json!({ "accounts": { "a": {
            "address": "a@b.example", "name": value, "login": login, "imap": "imap.b.example", "smtp": "smtp.b.example",
            "signature": { "file": format!("/{value}") }, "password": value,
        } } });
        let reading = mailwright::read_text("a.yaml", &account.to_string());
        if reading.failed() {
            continue;
        }
        let Ok(bundle) = target.render(&Run { cleartext: true, ..Run::of(&reading.mail) }) else {
            findings.refused();
            continue;
        };
        wanted.push(value);
        let one = String::from_utf8(bundle.files[0].bytes.clone())?;
        text.push_str(&one.replace("[Account: 1]", &format!("[Account: {}]", wanted.len())));
    }
    let home = Home::empty();
    let rc = home.path().join(folder).join("accountrc");
    lab::write_private(&rc, text.as_bytes());
    let list = fs::read_to_string(&Case::named("gmail-minimal").files(id, "folderlist.xml")[0])?;
    // An IMAP account that is not in the folder list is looked for at once.
    let start_of = list.find("    <folder type=\"imap\"").expect("an IMAP account");
    let end = list.find("</folderlist>").expect("its end");
    let trees: String = (1..=wanted.len())
        .map(|n| list[start_of..end].replace("account_id=\"1\"", &format!("account_id=\"{n}\"")))
        .collect();
    lab::write_private(
        &home.path().join(folder).join("folderlist.xml"),
        format!("{}{trees}{}", &list[..start_of], &list[end..]).as_bytes(),
    );
    start(id, &[home.path().to_owned()])?;
    let back = sections(&rc);
    findings.same("accounts", back.len(), wanted.len());
    for (value, section) in wanted.iter().zip(&back) {
        findings.same("keys", section.len(), back[0].len());
        findings.same("name", &section["name"], value);
        findings.same("user_id", &section["user_id"], value);
        findings.same("smtp_user_id", &section["smtp_user_id"], value);
        if id == SYLPHEED.0 {
            findings.same("password", &section["password"], value);
            findings.same("smtp_password", &section["smtp_password"], value);
        }
        findings.same("signature_path", &section["signature_path"], &format!("/{value}"));
    }
    findings.finish(id, "its own files as it writes them back, nasty values", wanted.len())
}
