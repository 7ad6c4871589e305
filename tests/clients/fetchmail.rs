//! fetchmail: dumps what it read of every golden, logs in with nasty values, and fetches by goldens in the box.

use std::path::Path;
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::account::{Account, Mechanism, Protocol, Tls};
use mailwright::problem::Problem;
use mailwright::target::{Bundle, Options, local};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::fetching::{arrived, below, home_with, inside, maildir, pairs, put};
use crate::lab::{self, BOX, Home, run};
use crate::logins::limited;
use crate::mailbox::log_lines;
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::{Step, step};
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    let nasty = |name: &str, protocol| {
        Test::new(format!("fetchmail_logs_in_with_nasty_values_{name}"), &["fetchmail"], move || logins(protocol))
    };
    vec![
        Test::new("fetchmail_reads_every_golden", &["fetchmail"], goldens),
        nasty("imap", Protocol::Imap),
        nasty("pop3", Protocol::Pop3),
    ]
}

pub const STEPS: &[Step] = &[Step { needs: &[BOX, "fetchmail"], ..step("fetchmail_fetches", "fetchmail", 4, fetches) }];

fn ask(home: &Home, file: &Path) -> Result<Value, String> {
    let said = run(home.command(lab::python()).arg(lab::script("check-fetchmail.py")).arg(file));
    if said.ok { serde_json::from_str(&said.out).map_err(|e| e.to_string()) } else { Err(said.err) }
}

fn written(case: &Case) -> Vec<&Account> {
    let left_out =
        |a: &Account| ["sends-only", "no-login", "no-oauth2"].iter().any(|n| case.has_note("fetchmail", a, n));
    case.accounts().iter().filter(|a| !left_out(a)).collect()
}

/// A value as `check-fetchmail.py` shows it: the dump garbles what is outside of ASCII.
fn dumped(value: &str) -> String {
    value.bytes().map(|b| if b.is_ascii() { char::from(b) } else { '?' }).collect()
}

fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let accounts = written(&case);
        findings.same(&case.name, case.files("fetchmail", "rc").is_empty(), accounts.is_empty());
        if accounts.is_empty() {
            continue;
        }
        cases += 1;
        let home = home_with(&case, &["fetchmail"]);
        let file = home.path().join(".fetchmailrc");
        let read = ask(&home, &file)?;
        let servers = read["servers"].as_array().cloned().unwrap_or_default();
        findings.same(&format!("{}: servers", case.name), servers.len(), accounts.len());
        let said = run(home.command("fetchmail").arg("-V"));
        let complaints = said.err.lines().filter(|l| !l.ends_with("Running as root is discouraged.")).count();
        findings.check(said.ok && complaints == 0, || format!("{}: -V: {}", case.name, said.err));
        for (account, got) in accounts.into_iter().zip(&servers) {
            let what = format!("{}: {}", case.name, account.name);
            let server = account.incoming().expect("a server");
            let mut options = Options::of(account, "fetchmail");
            let imap = server.protocol == Protocol::Imap;
            let mut same = |key: &str, want: Value| findings.same(&format!("{what}: {key}"), &got[key], &want);
            same("pollname", dumped(&account.name).into());
            same("via", server.host.as_str().into());
            same("protocol", if imap { "IMAP" } else { "POP3" }.into());
            same("service", server.port.value.to_string().into());
            same("active", 1.into());
            let auth = server.auth.as_ref().filter(|_| !case.has_note("fetchmail", account, "mechanism"));
            // It has no word for EXTERNAL in its dump, and puts the login in for a password where none is asked for.
            let without = auth.is_some_and(|a| [Mechanism::External, Mechanism::Gssapi].contains(&a.value));
            let external = auth.is_some_and(|a| a.value == Mechanism::External);
            same("auth", if external { Value::Null } else { auth.map_or("password", |a| a.word()).into() });
            if !imap {
                same("uidl", 1.into());
            }
            let users = got["users"].as_array().cloned().unwrap_or_default();
            findings.same(&format!("{what}: users"), users.len(), 1);
            let user = &users[0];
            let mut same = |key: &str, want: Value| findings.same(&format!("{what}: {key}"), &user[key], &want);
            same("remote", dumped(&server.login.for_program(server.protocol)).into());
            same("password", if without { user["remote"].clone() } else { Value::Null });
            let tls = server.tls.value != Tls::None;
            same("ssl", u8::from(server.tls.value == Tls::Implicit).into());
            same("sslcertck", u8::from(tls).into());
            same("sslproto", if tls { "TLS1.2+" } else { "" }.into());
            same(
                "sslcertfile",
                options
                    .text("ca_file")
                    .map_or(Value::Null, |t| below(&home, t.as_str()).to_string_lossy().into_owned().into()),
            );
            same("keep", u8::from(!options.on("delete")).into());
            same("mailboxes", if imap { json!(["INBOX"]) } else { json!([]) });
            let mda = user["mda"].as_str().unwrap_or_default();
            match options.text("mda") {
                Some(own) => findings.same(&format!("{what}: mda"), mda, own.as_str()),
                None if options.is("deliver", "smtp") => findings.same(&format!("{what}: mda"), mda, ""),
                // It is run as fetchmail does, after its own putting in of addresses.
                None => {
                    let line = mda.replace("%T", "'to'").replace("%F", "'from'");
                    let path = local::inbox(account).value;
                    let folder = inside(&home, &dumped(&path));
                    if !path.is_ascii() {
                        maildir(&folder);
                    }
                    // A Maildir outside of the home directory stands in it here.
                    let outside = format!("cd {path} &&");
                    let line = match path.starts_with('/') && line.starts_with(&outside) {
                        true => line.replacen(&outside, &format!("cd {} &&", folder.display()), 1),
                        false => line,
                    };
                    let said = run(home.command("sh").args(["-c", &line]));
                    let count = std::fs::read_dir(folder.join("new")).map_or(0, |d| d.count());
                    findings.check(said.ok && count == 1, || format!("{what}: {line}: {}: {count}", said.err));
                }
            }
        }
    }
    findings.finish("fetchmail", "fetchmail --configdump, every golden", cases)
}

fn render(protocol: Protocol, port: u16, fields: &Fields) -> Result<Bundle, Vec<Problem>> {
    let plain = |name: &str| fields[name].replace('{', "{{");
    let mut account = json!({
        "address": "a@b.example",
        "login": plain("login"),
        "password": fields["password"],
        "retrieve": protocol.key(),
        "maildir": "~/mail",
        "targets": { "fetchmail": { "ca_file": format!("/{}", fields["ca_file"]) } },
    });
    account[protocol.key()] = json!({ "host": "127.0.0.1", "port": port, "tls": "none" });
    values::render_with_secrets("fetchmail", &json!({ "accounts": { "a": account } }).to_string())
}

/// fetchmail runs no command: the password stands in its file.
fn logins(protocol: Protocol) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::start(protocol);
    let names = ["login", "password", "ca_file"];
    let tidy = |name: &str, value: String| if name == "password" { values::cut(&value, 200) } else { value };
    let render = |fields: &Fields| render(protocol, mock.port(), fields);
    let (_, all) = values::rendered("fetchmail", values::cases().div_ceil(3), &names, tidy, render, &mut findings);
    for (fields, bundle) in &all {
        let home = Home::empty();
        let file = home.path().join(".fetchmailrc");
        findings.check(bundle.files[0].secret, || "the file holds a password".into());
        lab::write_private(&file, &bundle.files[0].bytes);
        match ask(&home, &file) {
            // A dump ends where something outside of ASCII begins.
            _ if fields.values().any(|v| !v.is_ascii()) => {}
            Ok(read) => {
                let user = &read["servers"][0]["users"][0];
                findings.same("sslcertfile", &user["sslcertfile"], format!("/{}", dumped(&fields["ca_file"])).as_str());
                findings.same("servers", read["servers"].as_array().map(Vec::len), Some(1));
            }
            Err(why) => findings.check(false, || format!("{fields:?}: {why}")),
        }
        mock.logins();
        let said = run(limited(&home, "fetchmail").args(["--pidfile", "pid"]));
        let attempts = mock.wait(Duration::from_secs(1));
        findings.check(!attempts.is_empty(), || format!("no login came: {fields:?}: {}{}", said.out, said.err));
        for attempt in attempts {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            findings.same(
                &format!("the login by {}", attempt.mechanism),
                text(&attempt.user).as_str(),
                fields["login"].as_str(),
            );
            findings.same("the password", text(&attempt.password).as_str(), fields["password"].as_str());
        }
    }
    findings.finish("fetchmail", &format!("logs in at a server by {}, nasty values", protocol.title()), all.len())
}

/// By IMAP with implicit TLS and STARTTLS, and by POP3; the passwords stand where the step says, in `~/.netrc`.
fn fetches(findings: &mut Findings) {
    let (me, alice) = ("me@gmail.com", "alice@example.test");
    put(me, &[("INBOX", "first"), ("[Gmail]/Sent Mail", "sent")]);
    put(alice, &[("INBOX", "to alice")]);
    for (name, account, login, subject) in [
        ("gmail-starttls", me, me, "first"),
        ("gmail-pop3", "gmail", "recent:me@gmail.com", "first"),
        ("three-accounts", "alice", alice, "to alice"),
        ("self-hosted-starttls", "own", alice, "to alice"),
    ] {
        let case = Case::named(name);
        let home = home_with(&case, &["fetchmail"]);
        let password = lab::password(case.account(account).address.as_str());
        let line = format!("machine {account} login {login} password {password}\n");
        lab::write_private(&home.path().join(".netrc"), line.as_bytes());
        for _ in 0..2 {
            let said = run(limited(&home, "fetchmail").args(["--all", "--pidfile", "pid", account]));
            // 1: there was no new mail.
            findings.check(!said.err.contains("rror"), || format!("{name}: {}{}", said.out, said.err));
            let folder = below(&home, &local::inbox(case.account(account)).value);
            let got: Vec<_> = arrived(&folder).into_iter().collect();
            findings.check(got == pairs(&[("", subject)]).into_iter().collect::<Vec<_>>(), || {
                format!("{name}: {got:?}: {}{}", said.out, said.err)
            });
        }
    }
    let starttls = log_lines("dovecot.log", &["imap-login: Info: Login", "user=<alice@example.test>", "TLS"]);
    findings.check(starttls > 0, || "no login of alice".into());
}
