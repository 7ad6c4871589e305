//! What Emacs understood of every golden, and of nasty texts.

use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Identity, Os, Protocol, Secret, Server, Signature, Signing, Tls};
use serde_json::{Value, json};

use super::{FILE, emacs, emacs_each, lisp};
use crate::cases::{Case, usable};
use crate::lab::{self, Home, run};
use crate::report::Findings;
use crate::values::{self, Fields};

/// Names, signatures and folders as Emacs has them.
pub fn texts() -> Result<(), Failed> {
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
        values::render("emacs", &text.to_string())
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

pub fn reads() -> Result<(), Failed> {
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
