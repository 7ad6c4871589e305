//! Emacs: what smtpmail, auth-source, nnimap and Gnus make of every golden, of nasty values, and in real use.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Identity, Os, Protocol, Secret, Server, Signature, Signing, Tls};
use mailwright::target::{Run, find};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::{Case, usable};
use crate::crypto;
use crate::lab::{self, BOX, Home, run};
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::{Step, only, sent_by, step};
use crate::values::{self, Fields};

const FILE: &str = ".config/mailwright/emacs.el";

/// Without TLS Emacs asks the user whether to go on, once a server; this is the answer.
const YES: &str = "(require 'nsm) (defalias 'nsm-query (lambda (&rest _) t))";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("emacs_reads_every_golden", &["emacs"], reads),
        Test::new("emacs_logs_in_with_nasty_values", &["emacs"], logins),
        Test::new("emacs_reads_back_nasty_values", &["emacs"], texts),
        Test::new("emacs_sends_long_tokens", &["emacs"], long_tokens),
        Test::new("emacs_never_goes_on_without_tls", &["emacs"], stripped),
    ]
}

pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, "emacs"], ..step("emacs_by_password", "emacs", 1, by_password) },
    Step { needs: &[BOX, "emacs"], ..step("emacs_by_oauth2", "emacs", 1, by_oauth2) },
    Step { needs: &[BOX, "emacs"], ..step("emacs_with_three_accounts", "emacs", 1, three_accounts) },
    crypto::signing("emacs_signs", "emacs", &[BOX, "emacs", "gpg", "gpgsm"], signs),
];

/// Every account and identity writes a mail; GnuPG says who signed it.
fn signs(findings: &mut Findings) {
    let case = Case::named("keys");
    let home = crypto::home_with_keys(&case, findings);
    lab::copy_tree(&case.folder.join("emacs"), home.path());
    let file = home.path().join(FILE);
    let mails = [
        ("alice@example.test", "alice@example.test"),
        ("alice+board@example.test", "encrypted alice+board@example.test"),
        ("alice+orders@example.test", ""),
        ("alice+plain@example.test", "alice@example.test"),
        ("bob@example.test", "bob@example.test"),
        ("me@gmail.com", ""),
    ];
    // In one start, so that what is left over from one would show in the next.
    let send = |(n, (from, _)): (usize, &(&str, &str))| {
        format!("(lab-print (lab-send {} \"alice@example.test\" \"Emacs signs {n}\"))", lisp(from))
    };
    let form: String = mails.iter().enumerate().map(send).collect();
    findings.same("sent", emacs(&home, &[&file], &form), Ok::<_, String>(vec![json!(true); mails.len()]));
    crate::mailbox::drain();
    for (n, (from, signer)) in mails.iter().enumerate() {
        let subject = format!("Emacs signs {n}");
        let mail = only(findings, "alice@example.test", "", &subject);
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], *from);
        findings.same(&format!("{subject} as {from}"), crypto::signer_of(&home, &subject), (*signer).to_owned());
    }
}

/// Names, signatures and folders as Emacs has them.
fn texts() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let render = |fields: &Fields| {
        let text = json!({ "accounts": { "a": {
            "address": "a@b.example",
            "imap": "imap.b.example",
            "smtp": "smtp.b.example",
            "password": "prompt",
            "name": fields["name"],
            "signature": fields["signature"],
            "folders": { "sent": fields["folder"] },
            "pgp": { "key": fields["key"], "sign": true },
        } } });
        let reading = mailwright::read_text("nasty.yaml", &text.to_string());
        if reading.failed() {
            return Err(reading.problems);
        }
        find("emacs").expect("a target").render(&Run::of(&reading.mail))
    };
    let names = ["name", "signature", "folder", "key"];
    // Gnus takes every quote off a name.
    let tidy = |name: &str, value: String| if name == "folder" { value.replace('"', "'") } else { value };
    let (_, all) = values::rendered("emacs", values::cases(), &names, tidy, render, &mut findings);
    let home = Home::empty();
    let mut form = String::new();
    for (n, (_, bundle)) in all.iter().enumerate() {
        let file = home.path().join(format!("{n}.el"));
        lab::write_private(&file, &bundle.files[0].bytes);
        form.push_str(&format!(
            "(setq gnus-secondary-select-methods nil gnus-posting-styles nil) (load {} nil t t) (lab-print (lab-texts))",
            lisp(&file.to_string_lossy())
        ));
    }
    let answers = emacs(&home, &[], &form)?;
    findings.same("answers", answers.len(), all.len());
    for (got, (fields, _)) in answers.iter().zip(&all) {
        findings.same("the name", &got["name"], fields["name"].as_str());
        findings.same("the name in Gnus", &got["style"], fields["name"].as_str());
        findings.same("the signature", &got["signature"], fields["signature"].as_str());
        findings.same("the folder", &got["gcc"], format!("\"nnimap+a:{}\"", fields["folder"]).as_str());
        findings.same("the key", &got["key"], fields["key"].as_str());
        findings.same("people, logins, accounts", &got["counts"], &json!([1, 0, 1]));
    }
    findings.finish("emacs", "Emacs reads texts back, nasty values", all.len())
}

/// A text as Lisp reads it: JSON's strings are Lisp's, but for what stands outside of ASCII and is left as it is here.
pub fn lisp(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Runs a form for each line of what it prints, after some files; the driver comes last.
pub fn emacs(home: &Home, files: &[&Path], form: &str) -> Result<Vec<Value>, String> {
    // Where it remembers whom it met.
    fs::create_dir_all(home.path().join(".emacs.d")).expect("folder");
    let driver = home.path().join("driver.el");
    fs::write(&driver, format!(";; -*- coding: utf-8; lexical-binding: t -*-\n(progn {form})\n")).expect("write");
    let mut command = home.command("timeout");
    command.args(["--kill-after=1", "120", "emacs", "-Q", "--batch"]);
    for file in files {
        command.arg("-l").arg(file);
    }
    let said = run(command.arg("-l").arg(lab::script("emacs-lab.el")).arg("-l").arg(&driver));
    let lines: Result<Vec<Value>, _> = said.out.lines().filter(|l| !l.is_empty()).map(serde_json::from_str).collect();
    let tail = |text: &str| text.chars().take(1500).collect::<String>();
    match lines {
        Ok(lines) if said.ok => Ok(lines),
        other => Err(format!("{other:?}: {}", tail(&said.err))),
    }
}

/// Several files, each in its home and with its form, in one start; `before` comes first.
pub fn emacs_each(before: &str, jobs: &[(Home, PathBuf, String)]) -> Result<Vec<Vec<Value>>, String> {
    let mut form = before.to_owned();
    for (home, file, own) in jobs {
        let command = home.command("emacs");
        let pair = |(name, value): (&std::ffi::OsStr, Option<&std::ffi::OsStr>)| {
            let value = value.map(|v| v.to_string_lossy().into_owned()).unwrap_or_default();
            format!("({} . {})", lisp(&name.to_string_lossy()), lisp(&value))
        };
        let variables: String = command.get_envs().map(pair).collect();
        form.push_str(&format!("(lab-job '({variables}) {} (lambda () {own}))\n", lisp(&file.to_string_lossy())));
    }
    let answers = emacs(&Home::empty(), &[], &form)?;
    let all: Vec<Vec<Value>> = answers.split(|a| *a == "end").map(<[Value]>::to_vec).collect();
    if all.len() == jobs.len() + 1 { Ok(all) } else { Err(format!("{} answers to {} files", all.len(), jobs.len())) }
}

/// The first line that a login's command prints in the lab.
fn secret_of(server: &Server, address: &str) -> String {
    match &server.credential.value {
        Credential::None | Credential::Password(Secret::Prompt | Secret::Literal(_)) => String::new(),
        Credential::Password(secret) => match secret.shell_line(Os::Linux) {
            // The shell's own: there is nothing of the lab in its place.
            Some(line) if line.starts_with("printf ") => {
                let said = run(std::process::Command::new("sh").args(["-c", &line]));
                said.out.lines().next().unwrap_or_default().to_owned()
            }
            _ => lab::password(address).to_owned(),
        },
        Credential::OAuth2(_) => lab::TOKEN.to_owned(),
    }
}

fn stream(server: &Server) -> &'static str {
    match server.tls.value {
        Tls::Implicit => "ssl",
        Tls::StartTls => "starttls",
        Tls::None => "plain",
    }
}

fn reads() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let cases: Vec<Case> = Case::all().into_iter().filter(|c| !c.accounts().is_empty()).collect();
    let mut jobs = Vec::new();
    for case in &cases {
        let home = Home::of(case.accounts());
        home.program("fortune", "echo a saying");
        let moved = home.signatures(case.accounts(), "own\n");
        let file = home.path().join("golden.el");
        let text = fs::read_to_string(case.folder.join("emacs").join(FILE)).expect("golden");
        lab::write_private(&file, moved(&text).as_bytes());
        let mut form = String::new();
        for account in case.accounts() {
            let addresses = std::iter::once(&account.address).chain(account.identities.iter().map(|i| &i.address));
            for address in addresses {
                form.push_str(&format!("(lab-print (lab-sender {}))", lisp(&format!("Somebody <{}>", address.value))));
            }
        }
        form.push_str("(lab-print (mapcar #'lab-mailbox gnus-secondary-select-methods))");
        for account in case.accounts() {
            let group = format!("nnimap+{}:INBOX", account.name);
            form.push_str(&format!("(lab-print (lab-draft {} \"x@example.test\"))", lisp(&group)));
        }
        form.push_str("(lab-print (list user-mail-address user-full-name))");
        jobs.push((home, file, form));
    }
    for (case, answers) in cases.iter().zip(emacs_each("", &jobs)?) {
        let mut answers = answers.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        for account in case.accounts() {
            if case.has_note("emacs", account, "same-address") {
                next();
                continue;
            }
            sender(case, account, None, &next(), &mut findings);
            for identity in &account.identities {
                sender(case, account, Some(identity), &next(), &mut findings);
            }
        }
        let boxes = next();
        let imap = |a: &&Account| {
            a.incoming().is_some_and(|s| s.protocol == Protocol::Imap) && !case.leaves_out("emacs", a, "token")
        };
        let wanted: Vec<&Account> = case.accounts().iter().filter(imap).collect();
        let boxes = boxes.as_array().cloned().unwrap_or_default();
        findings.same(&format!("{}: accounts in Gnus", case.name), boxes.len(), wanted.len());
        for (got, account) in boxes.iter().zip(wanted) {
            let server = account.incoming().expect("IMAP");
            let token = matches!(server.credential.value, Credential::OAuth2(_));
            let none = server.credential.value == Credential::None;
            let secret = secret_of(server, account.address.as_str());
            let login = if none { "" } else { server.login.text.as_str() };
            let auth = match server.auth.as_ref().map(|a| a.word()) {
                _ if token => "xoauth2",
                Some(word @ ("login" | "cram-md5")) => word,
                _ => "",
            };
            let mut same = |key: &str, want: Value| {
                findings.same(&format!("{}: {} in Gnus: {key}", case.name, account.name), &got[key], &want);
            };
            same("host", json!(server.host.to_string()));
            same("port", json!(server.port.value));
            same("stream", json!(if server.tls.value == Tls::None { "network" } else { stream(server) }));
            same("user", json!(login));
            same("auth", json!(auth));
            if !secret.is_empty() {
                same("login", json!(login));
                same("secret", json!(secret));
            }
        }
        for account in case.accounts() {
            let draft = next();
            let what = format!("{}: a mail from {}", case.name, account.name);
            let imap = account.incoming().is_some_and(|s| s.protocol == Protocol::Imap);
            if !imap || case.leaves_out("emacs", account, "token") {
                continue;
            }
            let from = draft["from"].as_str().unwrap_or_default();
            findings.check(from.contains(account.address.as_str()), || format!("{what}: {draft}"));
            let sent = account.folders.sent.as_ref().filter(|_| account.save_sent.value);
            let gcc = sent.map_or(String::new(), |s| format!("\"nnimap+{}:{}\"", account.name, s.as_str()));
            findings.same(&format!("{what}: copy"), &draft["gcc"], gcc.as_str());
            let body = draft["body"].as_str().unwrap_or_default();
            let signature = match account.signature.as_ref().map(|s| &s.value) {
                None => "",
                Some(Signature::Text(text)) => text.as_str().trim_end(),
                Some(Signature::File(_)) => "own",
                Some(Signature::Command(_)) => "a saying",
            };
            findings.check(body.trim_end().ends_with(signature), || format!("{what}: signature: {draft}"));
        }
        let default = case.reading.mail.default_account().expect("an account");
        let me = next();
        findings.same(&format!("{}: the default", case.name), &me[0], default.address.as_str());
        if let Some(name) = &default.full_name {
            findings.same(&format!("{}: the default's name", case.name), &me[1], name.as_str());
        }
    }
    findings.finish("emacs", "Emacs, every golden", cases.len())
}

fn sender(case: &Case, account: &Account, identity: Option<&Identity>, got: &Value, findings: &mut Findings) {
    let address = identity.map_or(&account.address, |i| &i.address);
    let what = format!("{}: mail from {}", case.name, address.value);
    let mut same = |key: &str, want: Value| findings.same(&format!("{what}: {key}"), &got[key], &want);
    let server = identity.and_then(|i| i.smtp.as_ref()).or(account.smtp.as_ref());
    let server = server.filter(|s| usable(&s.credential.value) && !case.has_note("emacs", account, "token-mechanism"));
    match server {
        Some(server) => {
            let none = server.credential.value == Credential::None;
            let login = if none { "" } else { server.login.text.as_str() };
            let auth = match (&server.credential.value, server.auth.as_ref().map(|a| a.word())) {
                (Credential::None, _) => "",
                (Credential::OAuth2(_), _) => "xoauth2",
                (_, Some(word @ ("plain" | "login" | "cram-md5"))) => word,
                _ => "plain login",
            };
            same("host", json!(server.host.to_string()));
            same("port", json!(server.port.value));
            same("stream", json!(stream(server)));
            same("user", json!(login));
            same("auth", json!(auth));
            let secret = secret_of(server, account.address.as_str());
            same("secret", json!(secret));
            same("login", json!(if secret.is_empty() { "" } else { login }));
        }
        None => same("host", Value::Null),
    }
    let reply_to = identity.and_then(|i| i.reply_to.as_ref()).map_or(String::new(), |a| a.to_string());
    same("replyTo", json!(reply_to));
    let on = |s: &&mailwright::account::Said<Signing>| s.sign || s.encrypt;
    let pgp = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref()).filter(on);
    let smime = account.smime.as_ref().filter(on).filter(|_| !case.has_note("emacs", account, "smime-key"));
    let mark = |method: &str, s: &Signing| {
        let mode = match (s.sign, s.encrypt) {
            (true, true) => "signencrypt",
            (true, false) => "sign",
            _ => "encrypt",
        };
        format!("method={method} mode={mode}")
    };
    let (mark, key) = match (pgp, smime) {
        (Some(s), _) => (mark("pgpmime", s), s.key.as_ref()),
        (None, Some(s)) => (mark("smime", s), s.key.as_ref()),
        _ => (String::new(), None),
    };
    same("secure", json!(mark));
    same("key", json!(key.map_or(String::new(), |k| k.to_string())));
}

/// Nasty logins and passwords, as they arrive at a server: all of them in one start.
fn logins() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let smtp = Mock::smtp().accept();
    let imap = Mock::imap().accept();
    let home = Home::empty();
    home.program("print-password", "printf '%s\\n' \"$1\"\necho 'not the password'");
    let account_file = |n: usize, fields: &Fields| {
        let plain = |name: &str| fields[name].replace('{', "{{");
        json!({ "accounts": { format!("a{n}"): {
            "address": "a@b.example",
            "login": plain("login"),
            "password": { "command": ["print-password", plain("argument")] },
            "imap": { "host": "127.0.0.1", "port": imap.port(), "tls": "none" },
            "smtp": { "host": "127.0.0.1", "port": smtp.port(), "tls": "none" },
        } } })
        .to_string()
    };
    let render = |n: usize, fields: &Fields| {
        let reading = mailwright::read_text("nasty.yaml", &account_file(n, fields));
        if reading.failed() {
            return Err(reading.problems);
        }
        find("emacs").expect("a target").render(&Run::of(&reading.mail))
    };
    // Emacs takes a tenth of a second for a mail and a login.
    let count = values::cases() / 2;
    let tidy = |_: &str, value: String| value;
    let (_, all) = values::rendered("emacs", count, &["login", "argument"], tidy, |f| render(0, f), &mut findings);
    let mut form = String::from(YES);
    for (number, (fields, _)) in all.iter().enumerate() {
        let bundle = render(number, fields).expect("accepted before");
        lab::write_private(&home.path().join(format!("{number}.el")), &bundle.files[0].bytes);
        form.push_str(&format!(
            "(setq mailwright-logins nil) (load \"{}/{number}.el\" nil t t) (lab-print (list (lab-send \"a@b.example\" \"you@b.example\" \"x\") (lab-fetch \"a{number}\" \"x\")))",
            home.path().display()
        ));
    }
    let answers = emacs(&home, &[], &form)?;
    findings.same("answers", answers.len(), all.len());
    for (server, name) in [(smtp, "sending"), (imap, "fetching")] {
        let attempts = server.wait(Duration::from_secs(5));
        findings.same(&format!("logins for {name}"), attempts.len(), all.len());
        for (n, (attempt, (fields, _))) in attempts.iter().zip(&all).enumerate() {
            let what =
                format!("{name}, case {n}, {}: {}", attempt.mechanism, answers.get(n).cloned().unwrap_or_default());
            findings.same(&format!("{what}: login"), String::from_utf8_lossy(&attempt.user), fields["login"].as_str());
            let password = String::from_utf8_lossy(&attempt.password);
            findings.same(&format!("{what}: password"), password, fields["argument"].as_str());
        }
    }
    findings.finish("emacs", "smtpmail and nnimap log in at a server, nasty values", all.len())
}

/// A token is longer than the lines that Emacs breaks base64 into.
fn long_tokens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let smtp = Mock::smtp().mechanisms(&["XOAUTH2"]).accept();
    let imap = Mock::imap().mechanisms(&["XOAUTH2"]).accept();
    let home = Home::empty();
    let token = "ya29.".to_owned() + &"t0ken-".repeat(200);
    home.program("print-token", &format!("echo {token}"));
    let text = json!({ "accounts": { "a": {
        "address": "a@b.example",
        "oauth2": { "token": { "command": "print-token" } },
        "imap": { "host": "127.0.0.1", "port": imap.port(), "tls": "none" },
        "smtp": { "host": "127.0.0.1", "port": smtp.port(), "tls": "none" },
    } } });
    let reading = mailwright::read_text("a.yaml", &text.to_string());
    assert!(!reading.failed(), "{:?}", reading.problems);
    let bundle = find("emacs").expect("a target").render(&Run::of(&reading.mail)).expect("rendered");
    let file = home.path().join("file.el");
    lab::write_private(&file, &bundle.files[0].bytes);
    let form =
        format!("{YES} (lab-print (list (lab-send \"a@b.example\" \"you@b.example\" \"x\") (lab-fetch \"a\" \"x\")))");
    let answer = emacs(&home, &[&file], &form)?;
    for server in [smtp, imap] {
        let attempts = server.wait(Duration::from_secs(5));
        let seen: Vec<_> = attempts.iter().map(|a| (a.mechanism.as_str(), &a.user[..], &a.password[..])).collect();
        findings.same(&format!("{answer:?}"), seen, vec![("XOAUTH2", &b"a@b.example"[..], token.as_bytes())]);
    }
    findings.finish("emacs", "a token of 1,205 characters", 1)
}

/// A server without STARTTLS gets neither login nor mail from an account that wants it.
fn stripped() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let smtp = Mock::smtp().accept();
    let imap = Mock::imap().accept();
    let home = Home::empty();
    home.program("print-password", "echo secret");
    let account = |tls: &str| {
        let text = json!({ "accounts": { tls: {
            "address": "a@b.example",
            "password": { "command": "print-password" },
            "imap": { "host": "127.0.0.1", "port": imap.port(), "tls": tls },
            "smtp": { "host": "127.0.0.1", "port": smtp.port(), "tls": tls },
        } } });
        let reading = mailwright::read_text("a.yaml", &text.to_string());
        assert!(!reading.failed(), "{:?}", reading.problems);
        find("emacs").expect("a target").render(&Run::of(&reading.mail)).expect("rendered")
    };
    // Both ways, so that a server that is not reached at all does not pass for a refusal.
    for (tls, logins) in [("starttls", 0), ("none", 1)] {
        let file = home.path().join(format!("{tls}.el"));
        lab::write_private(&file, &account(tls).files[0].bytes);
        let form = format!(
            "{YES} (lab-print (list (lab-send \"a@b.example\" \"you@b.example\" \"x\") (lab-fetch \"{tls}\" \"x\")))"
        );
        let answer = emacs(&home, &[&file], &form)?;
        findings.same(&format!("{tls}: logins to send: {answer:?}"), smtp.logins().len(), logins);
        findings.same(&format!("{tls}: logins to fetch: {answer:?}"), imap.logins().len(), logins);
        findings.same(&format!("{tls}: mails"), smtp.messages().len(), logins);
    }
    findings.finish("emacs", "a server without STARTTLS", 2)
}

fn home_with(case: &Case) -> (Home, PathBuf) {
    let home = Home::of(case.accounts());
    lab::copy_tree(&case.folder.join("emacs"), home.path());
    let file = home.path().join(FILE);
    (home, file)
}

/// Sends a mail by each of some accounts to itself, and finds it by IMAP where that is spoken.
fn to_itself(case: &Case, accounts: &[&str], findings: &mut Findings) {
    let (home, file) = home_with(case);
    let mut form = String::new();
    for name in accounts {
        let address = lisp(case.account(name).address.as_str());
        form.push_str(&format!("(lab-print (lab-send {address} {address} \"Emacs as {name}\"))"));
    }
    let sent = emacs(&home, &[&file], &form);
    findings.same("sent", sent, Ok::<_, String>(vec![json!(true); accounts.len()]));
    crate::mailbox::drain();
    for name in accounts {
        let account = case.account(name);
        let subject = format!("Emacs as {name}");
        let mail = only(findings, account.address.as_str(), "", &subject);
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], account.address.as_str());
        sent_by(findings, &mail, account.smtp.as_ref().expect("smtp").login.text.as_str());
        if account.incoming().is_some_and(|s| s.protocol == Protocol::Imap) {
            let form = format!("(lab-print (lab-fetch {} {}))", lisp(name), lisp(&subject));
            let found = emacs(&home, &[&file], &form);
            findings.same(&format!("{subject}: found by Gnus' nnimap"), found, Ok::<_, String>(vec![json!(true)]));
        }
    }
}

fn by_password(findings: &mut Findings) {
    let case = Case::named("gmail-starttls");
    to_itself(&case, &[case.accounts()[0].name.as_str()], findings);
}

fn by_oauth2(findings: &mut Findings) {
    let case = Case::named("gmail-oauth2");
    to_itself(&case, &[case.accounts()[0].name.as_str()], findings);
}

fn three_accounts(findings: &mut Findings) {
    to_itself(&Case::named("three-accounts"), &["gmail", "alice", "bob"], findings);
}
