//! alot: its own code reads every golden, and nasty names.

use std::fs;

use libtest_mimic::Failed;
use mailwright::account::Signature;
use mailwright::target::{Do, Options, Run, find};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, Home, python, run, script};
use crate::report::Findings;
use crate::values;

pub fn tests() -> Vec<Test> {
    vec![Test::new("alot_reads_every_golden", &["alot"], reads), Test::new("alot_reads_nasty_names", &["alot"], names)]
}

/// What alot makes of some files.
fn check(home: &Home, files: &[String]) -> Vec<Value> {
    let said = run(home.command(python()).arg(script("check-alot.py")).args(files));
    assert!(said.ok, "{}", said.err);
    said.out.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

fn reads() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    let target = find("alot").expect("a target");
    for case in Case::all() {
        let Some(file) = case.files("alot", "config").pop() else { continue };
        cases += 1;
        let home = Home::empty();
        let whole = |path: &str| path.replacen('~', &home.path().to_string_lossy(), 1);
        let bundle = target.render(&Run::of(&case.reading.mail)).expect("rendered");
        for step in &bundle.steps {
            if let Do::Maildir(path) = &step.how {
                for part in ["cur", "new", "tmp"] {
                    fs::create_dir_all(format!("{}/{part}", whole(path.as_str()))).expect("folder");
                }
            }
        }
        let said = check(&home, &[file.to_string_lossy().into_owned()]).pop().unwrap_or_default();
        findings.same(&format!("{}: complaints", case.name), &said["wrong"], &json!([]));
        let read = said["accounts"].as_array().cloned().unwrap_or_default();
        let left_out = |a| case.has_note("alot", a, "expanded") || case.has_note("alot", a, "receives-only");
        let accounts: Vec<_> = case.accounts().iter().filter(|a| !left_out(a)).collect();
        findings.same(&format!("{}: accounts", case.name), read.len(), accounts.len());
        for account in accounts {
            let what = format!("{}: {}", case.name, account.name);
            let msmtp = if account.name == "default" { account.address.to_string() } else { account.name.clone() };
            let command = match account.identities.is_empty() {
                true => format!("msmtp -a {msmtp} -t"),
                false => "msmtp --read-envelope-from -t".to_owned(),
            };
            // Two accounts may have one address.
            let Some(got) =
                read.iter().find(|g| g["address"] == account.address.as_str() && g["command"] == command.as_str())
            else {
                findings.check(false, || format!("{what}: not there: {read:?}"));
                continue;
            };
            let name = account.full_name.as_ref().map_or(account.address.to_string(), |n| n.to_string());
            findings.same(&format!("{what}: name"), got["realname"].as_str(), Some(name.as_str()));
            let aliases: Vec<_> = account.identities.iter().map(|i| i.address.to_string()).collect();
            findings.same(&format!("{what}: aliases"), &got["aliases"], &json!(aliases));
            let boxed = case.has_note("alot", account, "box");
            findings.same(&format!("{what}: sent"), got["sent"].is_string(), account.save_sent.value && !boxed);
            findings.check(got["drafts"].is_string(), || format!("{what}: drafts"));
            let signature = match account.signature.as_ref().map(|s| &s.value) {
                Some(Signature::File(path)) => json!(whole(path.as_str())),
                _ => Value::Null,
            };
            findings.same(&format!("{what}: signature"), &got["signature"], &signature);
            let key = account.pgp.as_ref().and_then(|p| p.key.as_ref());
            let key = key.filter(|_| Options::of(account, "alot").on("keys")).map(|k| k.to_string());
            findings.same(&format!("{what}: key"), &got["key"], &json!(key));
        }
    }
    findings.finish("alot", "alot's settings, every golden", cases)
}

fn names() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let render = |fields: &values::Fields| {
        let text = json!({ "accounts": { "a": {
            "address": "a@b.example", "name": fields["name"], "smtp": "smtp.b.example", "save_sent": false,
        } } });
        values::render("alot", &text.to_string())
    };
    let (_, all) = values::rendered("alot", values::cases(), &["name"], |_, v| v, render, &mut findings);
    let home = Home::empty();
    let mut files = Vec::new();
    let mut wanted = Vec::new();
    for (fields, bundle) in &all {
        // What alot would replace is left out, with a note.
        let Some(file) = bundle.files.first() else {
            findings.check(bundle.notes.iter().any(|n| n.code == "expanded"), || format!("{fields:?}"));
            continue;
        };
        let path = home.path().join(format!("{}", files.len()));
        // The drafts' Maildir would have to be there.
        let text = String::from_utf8_lossy(&file.bytes)
            .lines()
            .filter(|l| !l.starts_with("draft_box"))
            .fold(String::new(), |t, l| t + l + "\n");
        lab::write_private(&path, text.as_bytes());
        files.push(path.to_string_lossy().into_owned());
        wanted.push(fields["name"].clone());
    }
    for (said, name) in check(&home, &files).iter().zip(&wanted) {
        findings.same(&format!("{name:?}: complaints"), &said["wrong"], &json!([]));
        findings.same("the name", said["accounts"][0]["realname"].as_str(), Some(name.as_str()));
    }
    findings.finish("alot", "alot's settings, nasty names", all.len())
}
