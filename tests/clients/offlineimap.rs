//! OfflineIMAP: says what it understood of every golden, and fetches by goldens in the box.

use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Tls};
use mailwright::target::{Options, local};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::fetching::{FROM_GMAIL, GMAIL, IN_GMAIL, arrived, below, first_line, home_with, mirrored, pairs, put};
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::log_lines;
use crate::report::Findings;
use crate::sending::{Step, limited, step};

pub fn tests() -> Vec<Test> {
    vec![Test::new("offlineimap_reads_every_golden", &["offlineimap"], goldens)]
}

pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, "offlineimap"], ..step("offlineimap_fetches_gmail", "offlineimap", 2, gmail) },
    Step {
        needs: &[BOX, "offlineimap"],
        users: Some("me@gmail.com\tabcdefghijklmnop\tgmail-german\n"),
        ..step("offlineimap_fetches_german_folders", "offlineimap", 1, german)
    },
    Step { needs: &[BOX, "offlineimap"], ..step("offlineimap_fetches_alice", "offlineimap", 1, alice) },
];

/// Where the system's authorities are (Debian).
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

fn written(case: &Case) -> Vec<&Account> {
    let notes = ["no-imap", "no-login", "no-token", "starttls", "token-mechanism", "variable-in-path"];
    let left_out = |a: &Account| notes.iter().any(|n| case.has_note("offlineimap", a, n));
    case.accounts().iter().filter(|a| !left_out(a)).collect()
}

/// What OfflineIMAP's own code makes of files.
fn ask(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(home.command(lab::python()).arg(lab::script("check-offlineimap.py")).args(files));
    let read: Vec<Value> = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
    if read.len() == files.len() { Ok(read) } else { Err(said.err.into()) }
}

fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(file) = case.files("offlineimap", "config").pop() else { continue };
        cases += 1;
        let home = home_with(&case, &["offlineimap"]);
        let read = ask(&home, &[file])?.remove(0);
        let complaint = format!("{}: {}", case.name, read["error"]);
        findings.check(read["error"].is_null(), || complaint);
        findings.same(&format!("{}: unknown keys", case.name), &read["unknown"], &json!([]));
        let accounts = written(&case);
        findings.same(&case.name, read["accounts"].as_object().map(|a| a.len()), Some(accounts.len()));
        for account in accounts {
            let what = format!("{}: {}", case.name, account.name);
            let imap = account.imap.as_ref().expect("IMAP");
            let got = &read["accounts"][&account.name];
            let mut options = Options::of(account, "offlineimap");
            let mut same = |key: &str, want: Value| findings.same(&format!("{what}: {key}"), &got[key], &want);
            let tls = imap.tls.value == Tls::Implicit;
            same("host", imap.host.as_str().into());
            same("port", imap.port.value.into());
            same("ssl", tls.into());
            same("starttls", false.into());
            let ca = options.text("ca_file").map_or(SYSTEM.to_owned(), |t| t.to_string());
            same("ca", if tls { ca.into() } else { Value::Null });
            same("user", imap.login.text.to_string().into());
            let secret = first_line(&home, imap).map_or(Value::Null, Value::from);
            let token = matches!(imap.credential.value, Credential::OAuth2(_));
            same(if token { "token" } else { "password" }, secret);
            same(if token { "password" } else { "token" }, Value::Null);
            if token {
                same("mechanisms", json!(["XOAUTH2"]));
            } else if let Some(auth) =
                imap.auth.as_ref().filter(|_| !case.has_note("offlineimap", account, "mechanism"))
            {
                same("mechanisms", json!([auth.word().to_uppercase()]));
            }
            same("create", options.on("create_remote").into());
            same("expunge", options.on("expunge").into());
            same("root", below(&home, &local::root(account).value).to_string_lossy().into_owned().into());
            same("utf8", true.into());
            let all: Vec<String> = serde_json::from_value(read["asked"].clone())?;
            same("folders", mirrored(account, all).into());
        }
    }
    findings.finish("offlineimap", "OfflineIMAP's own code, every golden", cases)
}

/// By a password and by a token; all folders but Gmail's views.
fn gmail(findings: &mut Findings) {
    put(GMAIL, &IN_GMAIL);
    for name in ["gmail-starttls", "gmail-oauth2"] {
        let case = Case::named(name);
        let home = home_with(&case, &["offlineimap"]);
        let said = run(limited(&home, "offlineimap").args(["-o", "-u", "basic"]));
        findings.check(said.ok, || format!("{name}: {}{}", said.out, said.err));
        let root = below(&home, &format!("~/Mail/{GMAIL}"));
        findings.same(&format!("{name}: what arrived: {}{}", said.out, said.err), arrived(&root), pairs(&FROM_GMAIL));
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
            ("Löwen/日本", "label"),
        ],
    );
    let home = home_with(&Case::named("gmail-german-identities"), &["offlineimap"]);
    let said = run(limited(&home, "offlineimap").args(["-o", "-u", "basic"]));
    findings.check(said.ok, || format!("{}{}", said.out, said.err));
    let wanted = [
        ("INBOX", "neu"),
        ("[Google Mail]/Gesendet", "gesendet"),
        ("[Google Mail]/Entwürfe", "entwurf"),
        ("Löwen/日本", "label"),
    ];
    findings.same("what arrived", arrived(&below(&home, "~/Mail/privat")), pairs(&wanted));
}

/// Another server, twice: nothing comes twice, nothing is removed.
fn alice(findings: &mut Findings) {
    put("alice@example.test", &[("INBOX", "to alice"), ("Archive", "kept"), ("A/B", "below")]);
    let case = Case::named("three-accounts");
    let home = home_with(&case, &["offlineimap"]);
    for _ in 0..2 {
        let said = run(limited(&home, "offlineimap").args(["-o", "-u", "basic", "-a", "alice"]));
        findings.check(said.ok, || format!("{}{}", said.out, said.err));
        let wanted = [("INBOX", "to alice"), ("Archive", "kept"), ("A/B", "below")];
        findings.same("what arrived", arrived(&below(&home, "~/Mail/alice")), pairs(&wanted));
    }
}
