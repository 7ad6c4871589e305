//! getmail: its own code reads every golden, and it fetches by goldens in the box.

use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Mechanism, Protocol, Tls};
use mailwright::target::{Options, local};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::fetching::{arrived, below, first_line, home_with, pairs, put};
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::log_lines;
use crate::report::Findings;
use crate::sending::{Step, step};

pub fn tests() -> Vec<Test> {
    vec![Test::new("getmail_reads_every_golden", &["getmail"], goldens)]
}

pub const STEPS: &[Step] =
    &[Step { needs: &[BOX, "getmail", "setpriv"], ..step("getmail_fetches", "getmail", 4, fetches) }];

/// Where the system's authorities are (Debian).
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

fn ask(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(home.command(lab::python()).arg(lab::script("check-getmail.py")).args(files));
    let read: Vec<Value> = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
    if read.len() == files.len() { Ok(read) } else { Err(said.err.into()) }
}

fn written(case: &Case) -> Vec<&Account> {
    let notes = [
        "sends-only",
        "starttls",
        "ascii-login",
        "variable-in-path",
        "no-login",
        "no-oauth2",
        "no-token",
        "token-mechanism",
    ];
    let left_out = |a: &Account| notes.iter().any(|n| case.has_note("getmail", a, n));
    case.accounts().iter().filter(|a| !left_out(a)).collect()
}

/// A login as it has to stand for IMAP's `LOGIN`, which getmail does not quote.
fn quoted(login: &str) -> String {
    if login.contains([' ', '"', '%']) { format!("{login:?}") } else { login.to_owned() }
}

fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let accounts = written(&case);
        findings.same(&case.name, case.files("getmail", "").len(), accounts.len());
        if accounts.is_empty() {
            continue;
        }
        cases += 1;
        let home = home_with(&case, &["getmail"]);
        for account in accounts {
            let what = format!("{}: {}", case.name, account.name);
            let mut options = Options::of(account, "getmail");
            let ca = options.text("ca_file").map(|t| below(&home, t.as_str()));
            if let Some(ca) = &ca {
                lab::write_private(ca, b"");
            }
            let read = ask(&home, &[home.path().join(".config/getmail").join(&account.name)])?.remove(0);
            if local::inbox(account).value.starts_with('/') {
                // Nothing is made there; getmail looks for it first of all.
                let missing = read["error"].as_str().is_some_and(|e| e.contains(&local::inbox(account).value));
                findings.check(missing, || format!("{what}: {}", read["error"]));
                continue;
            }
            findings.check(read["error"].is_null(), || format!("{what}: {}", read["error"]));
            let server = account.incoming().expect("a server");
            let imap = server.protocol == Protocol::Imap;
            let tls = server.tls.value == Tls::Implicit;
            let mut same = |key: &str, want: Value| findings.same(&format!("{what}: {key}"), &read[key], &want);
            let kind = if imap { "IMAP" } else { "POP3" };
            same("type", format!("Simple{kind}{}Retriever", if tls { "SSL" } else { "" }).into());
            same("server", server.host.as_str().into());
            same("port", server.port.value.into());
            let ca = ca.map_or(SYSTEM.to_owned(), |path| path.to_string_lossy().into_owned());
            same("ca_certs", if tls { ca.into() } else { Value::Null });
            let login = server.login.for_program(server.protocol);
            let auth = server.auth.as_ref().map(|a| a.value);
            same("username", if imap { quoted(&login) } else { login }.into());
            same("password", first_line(&home, server).map_or(Value::Null, Value::from));
            if imap {
                same("mailboxes", json!(["INBOX"]));
                same("use_xoauth2", matches!(server.credential.value, Credential::OAuth2(_)).into());
                same("use_cram_md5", (auth == Some(Mechanism::CramMd5)).into());
                same("use_kerberos", false.into());
            }
            let path = below(&home, &local::inbox(account).value);
            same("path", format!("{}/", path.display()).into());
            same("delete", options.on("delete").into());
            same("read_all", options.on("read_all").into());
        }
    }
    findings.finish("getmail", "getmail's own code, every golden", cases)
}

/// By IMAP, with a token, and by POP3; not as root, which getmail refuses.
fn fetches(findings: &mut Findings) {
    let (me, alice) = ("me@gmail.com", "alice@example.test");
    put(me, &[("INBOX", "first"), ("[Gmail]/Sent Mail", "sent")]);
    put(alice, &[("INBOX", "to alice")]);
    for (name, account, subject, root) in [
        ("gmail-starttls", me, "first", "~/Mail/me@gmail.com/INBOX"),
        ("gmail-oauth2", me, "first", "~/Mail/me@gmail.com/INBOX"),
        ("gmail-pop3", "gmail", "first", "~/Mail/gmail"),
        ("three-accounts", "alice", "to alice", "~/Mail/alice/INBOX"),
    ] {
        let home = home_with(&Case::named(name), &["getmail"]);
        let said = run(std::process::Command::new("chown").args(["-R", "nobody"]).arg(home.path()));
        assert!(said.ok, "{}", said.err);
        for _ in 0..2 {
            let mut command = home.command("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "timeout", "60", "getmail", "-r"]);
            let said = run(command.arg(account));
            findings.check(said.ok, || format!("{name}: {}{}", said.out, said.err));
            findings.same(&format!("{name}: what arrived"), arrived(&below(&home, root)), pairs(&[("", subject)]));
        }
    }
    for words in [["imap-login: Info: Login", "method=XOAUTH2"], ["pop3-login: Info: Login", "sent=<recent"]] {
        findings.check(log_lines("dovecot.log", &words) > 0, || format!("no such login: {words:?}"));
    }
}
