//! swaks: reads every golden, reads back nasty values, and sends in the box.

use std::collections::BTreeMap;
use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Credential, Mechanism, Tls};
use mailwright::target::Options;
use serde_json::json;

use crate::Test;
use crate::cases::Case;
use crate::git_send_email::senders;
use crate::lab::{self, BOX, Home, Said, run};
use crate::logins::limited;
use crate::mailbox::{drain, log_lines};
use crate::report::Findings;
use crate::sending::{Step, only, sent_by, step};
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("swaks_reads_every_golden", &["swaks"], reading),
        Test::new("swaks_reads_back_nasty_values", &["swaks"], nasty_values),
    ]
}

pub const STEPS: &[Step] = &[Step { needs: &[BOX, "swaks"], ..step("swaks_sends", "swaks", 4, sends) }];

/// What `--dump` shows of a file.
fn dumped(home: &Home, path: &str, login: bool) -> Result<BTreeMap<String, String>, String> {
    let mut command = limited(home, "swaks");
    command.arg("--config").arg(home.path().join(path)).args(["--to", "x@example.test", "--dump"]);
    // A password that is asked for is there. Where nobody logs in that variable alone would make it log in.
    if login {
        command.env("SWAKS_OPT_auth_password", "typed");
    }
    let said = run(&mut command);
    if !said.ok {
        return Err(format!("{}{}", said.out, said.err));
    }
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut data = false;
    for line in said.out.lines() {
        data |= line.starts_with("DATA Info");
        let pair = if data { line.split_once(": ") } else { line.split_once(" = ") };
        if let Some((key, value)) = pair {
            all.insert(key.trim().to_owned(), value.to_owned());
        }
    }
    Ok(all)
}

fn reading() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let usable = |c: &Credential| !matches!(c, Credential::OAuth2(_));
        let senders: Vec<_> =
            senders(&case, false).into_iter().filter(|s| usable(&s.server.credential.value)).collect();
        let files = case.files("swaks", "");
        findings.same(&format!("{}: files", case.name), files.len(), senders.len());
        if senders.is_empty() {
            continue;
        }
        cases += 1;
        let home = Home::empty();
        lab::copy_tree(&case.folder.join("swaks"), home.path());
        let default = senders.iter().position(|s| s.account.default && s.main).unwrap_or(0);
        for (n, sender) in senders.iter().enumerate() {
            let what = format!("{}: {}", case.name, sender.name);
            let path = if n == default { ".swaksrc".to_owned() } else { format!(".config/swaks/{}", sender.name) };
            let shown = match dumped(&home, &path, sender.server.credential.value != Credential::None) {
                Ok(shown) => shown,
                Err(why) => {
                    findings.check(false, || format!("{what}: {why}"));
                    continue;
                }
            };
            let mut same = |key: &str, want: &str| {
                findings.same(&format!("{what}: {key}"), shown.get(key).map(String::as_str), Some(want));
            };
            same("server", sender.server.host.as_str());
            same("port", &sender.server.port.to_string());
            same("from", &sender.address);
            let tls = sender.server.tls.value;
            if tls == Tls::None {
                same("tls", "no");
            } else {
                same(
                    "tls",
                    if tls == Tls::StartTls { "starttls (required)" } else { "starttls on connect (required)" },
                );
                same("verify server cert", "TRUE");
                let path = Options::of(sender.account, "swaks").text("tls_ca_path");
                same("ca path", path.as_ref().map_or("", |p| p.as_str()));
            }
            if sender.server.credential.value == Credential::None {
                same("auth", "no");
            } else {
                same("auth", "required");
                same("username", &format!("'{}'", sender.server.login.text));
                same("password", "'typed'");
                same("hide password", "PROVIDED_BUT_REMOVED");
                let known = |m: &Mechanism| ["plain", "login", "cram-md5", "digest-md5"].contains(&m.word());
                if let Some(only) = sender.server.auth.as_ref().map(|a| a.value).filter(known) {
                    same("allowed types", &only.word().to_uppercase());
                }
            }
            let from = shown.get("From").cloned().unwrap_or_default();
            let name = sender.full_name.map(|n| n.to_string()).unwrap_or_default();
            let read = crate::git_send_email::mailbox_of(&from);
            findings.same(&format!("{what}: From"), read, (name, sender.address.clone()));
        }
    }
    findings.finish("swaks", "swaks --dump, every golden", cases)
}

fn account_file(fields: &Fields) -> String {
    json!({ "accounts": { "a": {
        "address": "a@b.example",
        "name": fields["name"],
        "smtp": "smtp.b.example",
        "login": fields["login"].replace('{', "{{"),
        "password": fields["password"],
    } } })
    .to_string()
}

/// A password in the file, too, where the user wants it there.
fn nasty_values() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let names = ["name", "login", "password"];
    // swaks has no way to write a value that begins with a hyphen: that such a one is refused is the grammar's own test.
    let tidy = |_: &str, value: String| if value.starts_with('-') { format!("x{value}") } else { value };
    let render = |fields: &Fields| values::render_with_secrets("swaks", &account_file(fields));
    let (_, all) = values::rendered("swaks", values::cases().div_ceil(6), &names, tidy, render, &mut findings);
    let home = Home::empty();
    let count = all.len();
    for (fields, bundle) in all {
        findings.check(bundle.files.iter().all(|f| f.secret), || "a password in a file that is not private".into());
        lab::write_private(&home.path().join("rc"), &bundle.files[0].bytes);
        let mut command = limited(&home, "swaks");
        let said = run(command.args(["--config", "rc", "--to", "x@example.test", "--dump"]));
        let has = |findings: &mut Findings, line: String| {
            let there = said.out.lines().any(|l| l == line);
            findings.check(there, || {
                format!(
                    "no {line:?} for {fields:?} in {}{}",
                    said.out.split("Authentication Info").last().unwrap_or(""),
                    said.err
                )
            });
        };
        has(&mut findings, format!("  username       = '{}'", fields["login"]));
        has(&mut findings, format!("  password       = '{}'", fields["password"].replace('\'', "'\\''")));
        has(&mut findings, "  server          = smtp.b.example".into());
        let from = said.out.lines().find_map(|l| l.strip_prefix("From: ")).unwrap_or_default();
        let read = crate::git_send_email::mailbox_of(from);
        findings.same("From", read, (fields["name"].clone(), "a@b.example".to_owned()));
    }
    findings.finish("swaks", "swaks --dump, nasty values", count)
}

/// Does what the comment in a file says, so that swaks does not ask for the password.
pub fn by_the_comment(home: &Home, path: &str, to: &str) -> Said {
    let text = fs::read_to_string(home.path().join(path)).unwrap_or_default();
    let line = text.lines().find_map(|l| l.strip_prefix("# Without being asked for the password: ")).unwrap_or("false");
    run(limited(home, "sh").args(["-c", &line.replace("--to ...", &format!("--to {to}"))]))
}

fn sends(findings: &mut Findings) {
    let awkward = "Bob \"the\" O'Neil \\ #1; $HOME `id` 50% <b>&amp; é日本 |~";
    let runs = [
        ("gmail-pop3", ".swaksrc", "submissions", "me@gmail.com", "Me Example"),
        ("gmail-starttls", ".swaksrc", "submission", "me@gmail.com", "Me Example"),
        ("dotfile-keeper", ".swaksrc", "submission", "alice@example.test", "Me Example"),
        ("dotfile-keeper", ".config/swaks/bob", "submissions", "bob@example.test", "Me Example"),
        ("pop3-awkward", ".swaksrc", "submissions", "bob@example.test", awkward),
    ];
    for (name, file, service, from, full_name) in runs {
        let case = Case::named(name);
        let home = Home::of(case.accounts());
        lab::copy_tree(&case.folder.join("swaks"), home.path());
        let subject = format!("{name} {} by swaks", file.rsplit('/').next().unwrap_or(file));
        let words = [format!("postfix/{service}/smtpd"), format!("sasl_username={from}")];
        let logins = || log_lines("postfix.log", &[&words[0], &words[1]]);
        let before = logins();
        let said = by_the_comment(&home, file, &format!("me@gmail.com --h-Subject '{subject}'"));
        drain();
        findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        findings.check(!said.out.contains(lab::password(from)), || format!("{subject}: it shows the password"));
        findings.same(&format!("{subject}: logins"), logins() - before, 1);
        let mail = only(findings, "me@gmail.com", "", &subject);
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], from);
        findings.same(&format!("{subject}: name"), &mail["from"]["name"], full_name);
        sent_by(findings, &mail, from);
    }
}
