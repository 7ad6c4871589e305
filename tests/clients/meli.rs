//! meli: tests every golden for what it does not know; the values are read by a TOML reader of another origin.

use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Mechanism, Os, Protocol, Signature, Tls};
use mailwright::target::Options;
use toml::{Table, Value};

use crate::Test;
use crate::cases::{Case, usable};
use crate::lab::{self, Home, run};
use crate::report::Findings;
use crate::sending::limited;

const MELI: &str = "meli-0.9.0";

pub fn tests() -> Vec<Test> {
    vec![Test::new("meli_tests_every_golden", &[MELI], tested), Test::new("melis_file_is_toml", &[], values)]
}

fn written(account: &Account) -> bool {
    account.incoming().is_some_and(|s| s.protocol == Protocol::Imap && usable(&s.credential.value))
}

/// Whether an account is written for 0.8, whose keys 0.9 refuses.
fn old(account: &Account) -> bool {
    Options::of(account, "meli").is("version", "0.8")
}

fn tested() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(file) = case.files("meli", "config.toml").pop() else { continue };
        cases += 1;
        let home = Home::of(case.accounts());
        let text = fs::read_to_string(&file).expect("golden");
        // Tables for 0.8 are taken out, and are not tested here.
        let tables: Vec<&str> = text.split("\n\n").collect();
        let kept: Vec<&str> = tables.iter().copied().filter(|t| !t.contains("server_password_command")).collect();
        let copy = home.path().join("config.toml");
        lab::write_private(&copy, (kept.join("\n\n") + "\n").as_bytes());
        let said = run(limited(&home, &lab::built(MELI).to_string_lossy()).arg("test-config").arg(&copy));
        findings.check(said.ok && said.out.is_empty(), || format!("{}: {}{}", case.name, said.out, said.err));
        let left = case.accounts().iter().filter(|a| written(a) && old(a)).count();
        findings.same(&format!("{}: tables", case.name), kept.len() + left, tables.len());
        // A key that it does not know is seen.
        let wrong = text.replace("server_port", "server_prot");
        lab::write_private(&copy, wrong.as_bytes());
        let said = run(limited(&home, &lab::built(MELI).to_string_lossy()).arg("test-config").arg(&copy));
        findings.check(!said.ok, || format!("{}: a wrong key was taken", case.name));
    }
    findings.finish("meli", "meli test-config, every golden", cases)
}

fn values() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(file) = case.files("meli", "config.toml").pop() else { continue };
        cases += 1;
        let table: Table =
            fs::read_to_string(file).expect("golden").parse().map_err(|e| format!("{}: {e}", case.name))?;
        let accounts = table["accounts"].as_table().expect("a table");
        findings.same(&case.name, accounts.len(), case.accounts().iter().filter(|a| written(a)).count());
        for account in case.accounts().iter().filter(|a| written(a)) {
            compare(&mut findings, &case, account, &accounts[&account.name]);
        }
    }
    findings.finish("meli", "the toml crate, every golden", cases)
}

fn compare(findings: &mut Findings, case: &Case, account: &Account, table: &Value) {
    let what = format!("{}: {}", case.name, account.name);
    let at = |path: &str| path.split('.').try_fold(table, |value, key| value.get(key));
    let text = |path: &str| at(path).and_then(Value::as_str).map(str::to_owned);
    let on = |path: &str| at(path).and_then(Value::as_bool);
    let port = |path: &str| at(path).and_then(Value::as_integer);
    let imap = account.incoming().expect("written");
    findings.same(&format!("{what}: host"), text("server_hostname"), Some(imap.host.to_string()));
    findings.same(&format!("{what}: port"), port("server_port"), Some(i64::from(imap.port.value)));
    findings.same(&format!("{what}: TLS"), on("use_tls"), Some(imap.tls.value != Tls::None));
    findings.same(&format!("{what}: STARTTLS"), on("use_starttls"), Some(imap.tls.value == Tls::StartTls));
    // It does not start without a login, and sends none to a server that greets it as known.
    let login = if imap.credential.value == Credential::None { String::new() } else { imap.login.text.to_string() };
    findings.same(&format!("{what}: login"), text("server_username"), Some(login));
    let token = matches!(imap.credential.value, Credential::OAuth2(_));
    findings.same(&format!("{what}: token"), on("use_oauth2").unwrap_or(false), token);
    let command = if old(account) { "server_password_command" } else { "server_password.command" };
    if let Credential::Password(secret) = &imap.credential.value
        && let Some(line) = secret.command(Os::Linux)
    {
        findings.same(&format!("{what}: password"), text(command), Some(line.first_line()));
    }
    findings.same(&format!("{what}: address"), text("identity"), Some(account.address.to_string()));
    let name = account.full_name.as_ref().map(|n| n.to_string());
    findings.same(&format!("{what}: name"), text("display_name"), name);
    findings.same(&format!("{what}: copies"), on("composing.store_sent_mail"), Some(account.save_sent.value));
    for (folder, usage) in
        [(&account.folders.sent, "Sent"), (&account.folders.drafts, "Drafts"), (&account.folders.trash, "Trash")]
    {
        if let Some(folder) = folder {
            let got = table.get("mailboxes").and_then(|m| m.get(folder.as_str())).and_then(|m| m.get("usage"));
            findings.same(&format!("{what}: {usage}"), got.and_then(Value::as_str), Some(usage));
        }
    }
    let xoauth2 = |m: &Mechanism| *m == Mechanism::XOAuth2;
    let smtp = account.smtp.as_ref().filter(|s| match &s.credential.value {
        Credential::OAuth2(o) => usable(&s.credential.value) && o.mechanism.as_ref().is_none_or(|m| xoauth2(&m.value)),
        _ => true,
    });
    match smtp {
        _ if Options::of(account, "meli").is("send", "msmtp") => {
            findings.check(text("send_mail").is_some_and(|l| l.starts_with("msmtp ")), || what.clone());
        }
        None => findings.same(&what, text("send_mail"), Some("false".to_owned())),
        Some(smtp) => {
            findings.same(&format!("{what}: host"), text("send_mail.hostname"), Some(smtp.host.to_string()));
            findings.same(&format!("{what}: port"), port("send_mail.port"), Some(i64::from(smtp.port.value)));
            let security = match smtp.tls.value {
                Tls::Implicit => "tls",
                Tls::StartTls => "starttls",
                Tls::None => "none",
            };
            findings.same(&format!("{what}: TLS"), text("send_mail.security.type").as_deref(), Some(security));
            let auth = match smtp.credential.value {
                Credential::None => "none",
                Credential::OAuth2(_) => "xoauth2",
                Credential::Password(_) => "auto",
            };
            findings.same(&format!("{what}: way"), text("send_mail.auth.type").as_deref(), Some(auth));
            if auth == "auto" {
                let login = text("send_mail.auth.username");
                findings.same(&format!("{what}: login"), login, Some(smtp.login.text.to_string()));
            }
            if let (Credential::OAuth2(_), Some(line)) = (&smtp.credential.value, text("send_mail.auth.token.command"))
            {
                // What XOAUTH2 sends, of the lab's token.
                let home = Home::of(case.accounts());
                let said = run(home.command("sh").args(["-c", &format!("{line} | base64 -d")]));
                let want = format!("user={}\u{1}auth=Bearer {}\u{1}\u{1}", smtp.login.text, lab::TOKEN);
                findings.same(&format!("{what}: token"), said.out, want);
            }
        }
    }
    let signature = account.signature.as_ref().filter(|s| !old(account) || matches!(s.value, Signature::File(_)));
    findings.same(&format!("{what}: signature"), on("composing.use_signature").unwrap_or(false), signature.is_some());
    if let Some(Signature::Text(lines)) = signature.map(|s| &s.value) {
        let line = text("composing.signature_file.command").unwrap_or_default();
        let said = run(Home::empty().command("sh").args(["-c", &line]));
        findings.same(&what, said.out, lines.as_str().strip_prefix("-- \n").unwrap_or(lines.as_str()).to_owned());
    }
    let key = account.pgp.as_ref().and_then(|p| p.key.as_ref()).map(|k| k.to_string());
    findings.same(&format!("{what}: key"), text("pgp.sign_key"), key);
}
