//! goimapnotify cannot be run here: its files are read by Python's YAML and JSON readers, by the keys of its source, and
//! its password commands are run the way it does.

use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Os, Secret, Tls};
use mailwright::target::Options;
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::fetching::{first_line, home_with};
use crate::lab::{self, Home, run};
use crate::report::Findings;
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("goimapnotifys_files_hold_every_golden", &["schema"], goldens),
        Test::new("goimapnotifys_files_hold_nasty_values", &["schema"], nasty),
    ]
}

fn ask(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, String> {
    let said = run(home.command(lab::python()).arg(lab::script("check-goimapnotify.py")).args(files));
    if said.ok { serde_json::from_str(&said.out).map_err(|e| e.to_string()) } else { Err(said.err) }
}

fn written(case: &Case) -> Vec<&Account> {
    let left_out =
        |a: &Account| ["no-imap", "no-login", "no-token"].iter().any(|n| case.has_note("goimapnotify", a, n));
    case.accounts().iter().filter(|a| !left_out(a)).collect()
}

fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let accounts = written(&case);
        let mut files = case.files("goimapnotify", ".yaml");
        files.extend(case.files("goimapnotify", ".conf"));
        findings.same(&case.name, files.is_empty(), accounts.is_empty());
        if accounts.is_empty() {
            continue;
        }
        cases += 1;
        let home = home_with(&case, &["goimapnotify"]);
        home.program("secret-tool", "echo \"$*\"");
        let read = ask(&home, &files)?;
        findings.same(&format!("{}: accounts", case.name), read.len(), accounts.len());
        for account in accounts {
            let what = format!("{}: {}", case.name, account.name);
            let imap = account.imap.as_ref().expect("IMAP");
            let mut options = Options::of(account, "goimapnotify");
            let got = read.iter().find(|r| r["alias"] == account.name.as_str()).cloned().unwrap_or_default();
            let mut same = |key: &str, want: Value| findings.same(&format!("{what}: {key}"), &got[key], &want);
            same("host", imap.host.in_url().into());
            same("port", imap.port.value.into());
            same("tls", (imap.tls.value != Tls::None).into());
            same("starttls", (imap.tls.value == Tls::StartTls).into());
            same("check", true.into());
            same("user", imap.login.text.to_string().into());
            same("token", matches!(imap.credential.value, Credential::OAuth2(_)).into());
            same("box", "INBOX".into());
            match options.text("on_new_mail") {
                Some(own) => same("run", own.as_str().into()),
                // It is a line for `sh`, which has to find the account's channel in it.
                None => {
                    let words = shlex::split(got["run"].as_str().unwrap_or_default());
                    findings.same(&format!("{what}: run"), words, Some(vec!["mbsync".into(), account.name.clone()]));
                }
            }
            let mut same = |key: &str, want: Value| findings.same(&format!("{what}: {key}"), &got[key], &want);
            same("then", options.text("on_new_mail_post").map_or(Value::Null, |t| t.to_string().into()));
            // Where nothing is said, the keyring is asked.
            let secret = match first_line(&home, imap) {
                Some(line) => line,
                None => {
                    let host = mailwright::account::Text::new(imap.host.as_str()).expect("a host");
                    let keyring = Secret::Keyring { service: host, user: imap.login.text.clone() };
                    let line = keyring.shell_line(Os::Linux).expect("a command");
                    run(home.command("sh").args(["-c", &line])).out.trim_end().to_owned()
                }
            };
            findings.same(&format!("{what}: password"), &got["password"], secret.as_str());
        }
    }
    findings.finish("goimapnotify", "PyYAML and json by its source's keys, every golden", cases)
}

fn nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let names = ["login", "argument", "run"];
    let mut count = 0;
    for format in ["yaml", "json"] {
        let render = |fields: &Fields| {
            let plain = |name: &str| fields[name].replace('{', "{{");
            let account = json!({
                "address": "a@b.example",
                "login": plain("login"),
                "imap": "imap.b.example",
                "password": { "command": ["print-password", plain("argument")] },
                "targets": { "goimapnotify": { "format": format, "on_new_mail": fields["run"] } },
            });
            values::render("goimapnotify", &json!({ "accounts": { "a": account } }).to_string())
        };
        let cases = values::cases().div_ceil(2);
        let (_, all) = values::rendered("goimapnotify", cases, &names, |_, v| v, render, &mut findings);
        let home = Home::empty();
        home.program("print-password", "printf %s \"$1\"");
        let ending = if format == "yaml" { "yaml" } else { "conf" };
        let file = |n: usize| home.path().join(format!("{n}.{ending}"));
        for (n, (_, bundle)) in all.iter().enumerate() {
            lab::write_private(&file(n), &bundle.files[0].bytes);
        }
        let read = ask(&home, &(0..all.len()).map(file).collect::<Vec<_>>())?;
        findings.same("accounts", read.len(), all.len());
        for ((fields, _), read) in all.iter().zip(&read) {
            count += 1;
            findings.same("the login", &read["user"], fields["login"].as_str());
            findings.same("the command", &read["run"], fields["run"].as_str());
            findings.same("the argument", &read["password"], fields["argument"].as_str());
        }
    }
    findings.finish("goimapnotify", "PyYAML and json by its source's keys, nasty values", count)
}
