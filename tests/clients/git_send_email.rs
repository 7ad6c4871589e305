//! git send-email: git reads every golden and reads back nasty values, hands out the passwords, and sends in the box.

use std::collections::BTreeMap;
use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Mechanism, Os, Server, Text, Tls};
use mailwright::target::Options;
use serde_json::json;

use crate::Test;
use crate::cases::{Case, usable};
use crate::lab::{self, BOX, Home, Said, TOKEN};
use crate::mailbox::{drain, header, log_lines};
use crate::nasty::{self, BELOW, kept};
use crate::report::Findings;
use crate::sending::{Step, limited, only, sent_by, step, with_input};
use crate::values::{self, Fields};

/// Everyone a golden's accounts can send as, with the names that the senders' targets give them.
pub struct Sender<'a> {
    pub account: &'a Account,
    pub name: String,
    pub address: String,
    pub full_name: Option<&'a Text>,
    pub server: &'a Server,
    pub main: bool,
}

/// Those senders, for programs that take a token from a command; or, without that, all.
pub fn senders<'a>(case: &'a Case, tokens: bool) -> Vec<Sender<'a>> {
    let mut all = Vec::new();
    for account in case.accounts() {
        let Some(smtp) = &account.smtp else { continue };
        let mut add = |name: String, address: String, full_name, own: Option<&'a Server>, main| {
            let server = own.unwrap_or(smtp);
            if !tokens || usable(&server.credential.value) {
                all.push(Sender { account, name, address, full_name, server, main });
            }
        };
        let full_name = account.full_name.as_ref().map(|n| &n.value);
        add(account.name.clone(), account.address.to_string(), full_name, None, true);
        for (n, identity) in account.identities.iter().enumerate() {
            let name = identity.name.as_ref().map(|n| &n.value).or(full_name);
            let (address, own) = (identity.address.to_string(), identity.smtp.as_ref());
            add(format!("{}-{}", account.name, n + 2), address, name, own, false);
        }
    }
    all
}

pub fn tests() -> Vec<Test> {
    const NEEDS: &[&str] = &["git", "perl"];
    vec![
        Test::new("git_reads_every_golden", NEEDS, reading),
        Test::new("git_reads_back_nasty_values", NEEDS, nasty_values),
    ]
}

pub const STEPS: &[Step] =
    &[Step { needs: &[BOX, "git", "perl", "msmtp"], ..step("git_send_email", "git-send-email", 5, sends) }];

const PATCH: &str = "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: Ada Author <ada@author.example>
Date: Mon, 1 Jan 2024 00:00:00 +0000
Subject: [PATCH] SUBJECT

Why.
---
 a | 1 +

diff --git a/a b/a
--- a/a
+++ b/a
@@ -0,0 +1 @@
+hello
--
2.39.5
";

/// All settings that begin with one of ours, with `section.name.key` as git shows it.
fn settings(home: &Home) -> Result<BTreeMap<String, Vec<String>>, String> {
    let said = lab::run(home.command("git").args(["config", "--null", "--get-regexp", "."]));
    if !said.ok || !said.err.is_empty() {
        return Err(said.err);
    }
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for entry in said.out.split('\0').filter(|e| !e.is_empty()) {
        let (key, value) = entry.split_once('\n').unwrap_or((entry, "(none)"));
        all.entry(key.to_owned()).or_default().push(value.to_owned());
    }
    Ok(all)
}

/// What git finds out about a login.
fn password(home: &Home, server: &Server, login: &str) -> Option<String> {
    let mut command = home.command("git");
    command.args(["credential", "fill"]).env("GIT_TERMINAL_PROMPT", "0");
    let question = format!("protocol=smtp\nhost={}:{}\nusername={login}\n\n", server.host.value, server.port.value);
    let said = with_input(&mut command, &question);
    said.out.lines().find_map(|l| l.strip_prefix("password=")).map(str::to_owned)
}

/// git send-email on a patch with this subject.
pub fn send(home: &Home, subject: &str, arguments: &[&str]) -> Said {
    let patch = home.path().join("0001.patch");
    fs::write(&patch, PATCH.replace("SUBJECT", subject)).expect("write");
    let mut command = limited(home, "git");
    command.args(["send-email", "--confirm=never", "--suppress-cc=all"]).args(arguments).arg(&patch);
    // git wants to know who runs it, whoever the sender is.
    command.env("GIT_COMMITTER_NAME", "Runner").env("GIT_COMMITTER_EMAIL", "runner@example.test");
    command.env("GIT_AUTHOR_NAME", "Runner").env("GIT_AUTHOR_EMAIL", "runner@example.test");
    lab::run(command.env("GIT_TERMINAL_PROMPT", "0"))
}

/// From whom a dry run says that it is, by Python's mail reader.
fn from_of(said: &Said) -> (String, String) {
    mailbox_of(said.out.lines().find_map(|l| l.strip_prefix("From: ")).unwrap_or_default())
}

/// The name and the address in a header.
pub fn mailbox_of(line: &str) -> (String, String) {
    let program = "import sys, email.header, email.utils\n\
         name, address = email.utils.parseaddr(sys.stdin.buffer.read().decode())\n\
         print(str(email.header.make_header(email.header.decode_header(name))), address, sep='\\n', end='')";
    let shown = with_input(std::process::Command::new(lab::python()).args(["-c", program]), line);
    let (name, address) = shown.out.split_once('\n').unwrap_or(("", ""));
    (name.to_owned(), address.to_owned())
}

/// What one sender's section should hold, but for the name in `from`.
fn section(sender: &Sender) -> BTreeMap<&'static str, String> {
    let options = || Options::of(sender.account, "git-send-email");
    let server = sender.server;
    if options().is("send", "msmtp") {
        return BTreeMap::from([("sendmailcmd", format!("msmtp -a {}", sender.name))]);
    }
    let mut all = BTreeMap::from([
        ("smtpserver", server.host.to_string()),
        ("smtpserverport", server.port.to_string()),
        (
            "smtpencryption",
            match server.tls.value {
                Tls::Implicit => "ssl",
                Tls::StartTls => "tls",
                Tls::None => "none",
            }
            .to_owned(),
        ),
    ]);
    if let Some(path) = options().text("ssl_cert_path") {
        all.insert("smtpsslcertpath", path.to_string());
    }
    let mechanism = match &server.credential.value {
        Credential::None => Some(Mechanism::None),
        Credential::OAuth2(oauth2) => Some(oauth2.mechanism.as_ref().map_or(Mechanism::OAuthBearer, |only| only.value)),
        // Authen::SASL has no way to insist on a certificate, and SCRAM only in its latest versions.
        Credential::Password(_) => server.auth.as_ref().map(|a| a.value).filter(|a| !unknown(*a)),
    };
    if server.credential.value != Credential::None {
        all.insert("smtpuser", server.login.text.to_string());
    }
    if let Some(mechanism) = mechanism {
        let name = mechanism.word();
        all.insert("smtpauth", if mechanism == Mechanism::None { name.to_owned() } else { name.to_uppercase() });
    }
    all
}

/// Mechanisms that git send-email cannot be told to insist on.
fn unknown(mechanism: Mechanism) -> bool {
    matches!(mechanism, Mechanism::External | Mechanism::ScramSha1 | Mechanism::ScramSha256)
}

fn reading() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let senders = senders(&case, true);
        let written = !case.files("git-send-email", "config").is_empty();
        findings.check(written != senders.is_empty(), || format!("{}: {} senders", case.name, senders.len()));
        if !written {
            continue;
        }
        cases += 1;
        let home = Home::of(case.accounts());
        lab::copy_tree(&case.folder.join("git-send-email"), home.path());
        let mut got = settings(&home)?;
        findings.same(&case.name, got.remove("include.path"), Some(vec!["mailwright".to_owned()]));
        if senders.len() > 1 {
            let default = senders.iter().find(|s| s.account.default && s.main).unwrap_or(&senders[0]);
            findings.same(
                &format!("{}: the default", case.name),
                got.remove("sendemail.identity"),
                Some(vec![default.name.clone()]),
            );
        }
        for (n, sender) in senders.iter().enumerate() {
            let what = format!("{}: {}", case.name, sender.name);
            let prefix =
                if senders.len() > 1 { format!("sendemail.{}.", sender.name) } else { "sendemail.".to_owned() };
            findings.check(got.remove(&format!("{prefix}from")).is_some(), || format!("{what}: no from"));
            for (key, want) in section(sender) {
                findings.same(&format!("{what}: {key}"), got.remove(&format!("{prefix}{key}")), Some(vec![want]));
            }
            if let (Credential::Password(_), Some(auth)) = (&sender.server.credential.value, &sender.server.auth) {
                let noted = case.has_note("git-send-email", sender.account, "mechanism");
                let by_git = !section(sender).contains_key("sendmailcmd");
                findings
                    .check(noted || !by_git || !unknown(auth.value), || format!("{what}: no note on {}", auth.word()));
            }
            if let Some(extra) = Options::of(sender.account, "git-send-email").verbatim("extra").filter(|_| sender.main)
            {
                for (key, value) in extra.lines().filter_map(|l| l.split_once(" = ")) {
                    let key = format!("{prefix}{}", key.trim());
                    findings.same(&what, got.remove(&key), Some(vec![value.to_owned()]));
                }
            }
            // git send-email itself, on what can differ from sender to sender.
            let mut arguments = vec!["--dry-run", "--to=x@example.test"];
            let choice = format!("--identity={}", sender.name);
            if senders.len() > 1 {
                arguments.push(&choice);
            }
            if n < 2 {
                let said = send(&home, "golden", &arguments);
                findings.check(said.ok, || format!("{what}: {}{}", said.out, said.err));
                let name = sender.full_name.map(|n| n.to_string()).unwrap_or_default();
                findings.same(&format!("{what}: From"), from_of(&said), (name, sender.address.clone()));
                let by = if Options::of(sender.account, "git-send-email").is("send", "msmtp") {
                    format!("Sendmail: msmtp -a {} ", sender.name)
                } else {
                    format!("Server: {}\nMAIL FROM:<{}>\n", sender.server.host.value, sender.address)
                };
                findings.check(said.out.contains(&by), || format!("{what}: no {by:?} in {}", said.out));
            }
            // The password, from the command.
            let secret = match &sender.server.credential.value {
                Credential::Password(secret) => secret.shell_line(Os::Linux).map(|_| lab::password(&sender.address)),
                Credential::OAuth2(_) => Some(TOKEN),
                Credential::None => None,
            };
            if section(sender).contains_key("sendmailcmd") || sender.address != sender.account.address.as_str() {
                continue;
            }
            let mut found = password(&home, sender.server, sender.server.login.text.as_str());
            if secret == Some("no such user") {
                // A command that has no password of the lab's to print prints something all the same.
                found = found.map(|_| "no such user".to_owned());
            }
            findings.same(&format!("{what}: the password"), found.as_deref(), secret);
            findings.same(&format!("{what}: another's password"), password(&home, sender.server, "another"), None);
        }
        got.retain(|key, _| !(key.starts_with("credential.smtp://") && key.ends_with(".helper")));
        findings.same(&format!("{}: further settings", case.name), got, BTreeMap::new());
    }
    findings.finish("git-send-email", "git config, credential and send-email, every golden", cases)
}

fn account_file(fields: &Fields) -> String {
    json!({ "accounts": { "a": {
        "address": "a@b.example",
        "name": fields["name"],
        "smtp": "smtp.b.example",
        "login": fields["login"].replace('{', "{{"),
        "password": { "command": ["keep", fields["command"].replace('{', "{{")] },
        "targets": { "git-send-email": { "ssl_cert_path": format!("{BELOW}{}", fields["ca_file"]) } },
    } } })
    .to_string()
}

fn nasty_values() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let names = ["name", "login", "command", "ca_file"];
    let tidy = |_: &str, value| value;
    let render = |fields: &Fields| values::render_with_secrets("git-send-email", &account_file(fields));
    let (base, all) =
        values::rendered("git-send-email", values::cases().div_ceil(2), &names, tidy, render, &mut findings);
    let home = nasty::keeping();
    let write = |bundle: &mailwright::target::Bundle| {
        for file in &bundle.files {
            lab::write_private(&home.path().join(&file.path), &file.bytes);
        }
    };
    write(&base);
    let harmless = settings(&home)?;
    let reading = mailwright::read_text("a.yaml", "accounts: { a: { address: a@b.example, smtp: smtp.b.example } }");
    let server = reading.mail.accounts[0].smtp.as_ref().expect("smtp");
    let count = all.len();
    for (n, (fields, bundle)) in all.into_iter().enumerate() {
        write(&bundle);
        let got = match settings(&home) {
            Ok(got) => got,
            Err(why) => {
                findings.check(false, || format!("{fields:?}: {why}"));
                continue;
            }
        };
        let one = |key: &str| got.get(key).and_then(|v| v.first()).cloned().unwrap_or_default();
        findings.same("the login", one("sendemail.smtpuser"), fields["login"].as_str());
        let ca_file = format!("{BELOW}{}", fields["ca_file"]);
        findings.same("the authorities", one("sendemail.smtpsslcertpath"), ca_file.as_str());
        findings.same("settings", got.len(), harmless.len());
        // The login is the user of git's question: so its helper, and no other, is found.
        let password = password(&home, server, &fields["login"]);
        findings.same("the password", password.as_deref(), Some(fields["command"].as_str()));
        findings.same("the password command's argument", kept(&home), fields["command"].as_str());
        if n % 10 == 0 {
            let said = send(&home, "nasty", &["--dry-run", "--to=x@example.test"]);
            let name = fields["name"].as_str();
            let (got, address) = from_of(&said);
            findings.same(&format!("the name in {}", said.out), got.as_str(), name);
            findings.same("the address", address.as_str(), "a@b.example");
        }
    }
    findings.finish("git-send-email", "git config and credential, nasty values", count)
}

/// Ports 465 and 587, two logins at one server, identities, an awkward password; by git itself and by msmtp.
fn sends(findings: &mut Findings) {
    let me = "me@gmail.com";
    let runs: &[(&str, &[&str], &str, &str, &str)] = &[
        ("gmail-pop3", &[], "submissions", me, "Me Example"),
        ("gmail-starttls", &[], "submission", me, "Me Example"),
        ("dotfile-keeper", &["--identity=gmail"], "submissions", me, "Me Example"),
        ("dotfile-keeper", &[], "submission", "alice@example.test", "Me Example"),
        ("dotfile-keeper", &["--identity=bob"], "submissions", "bob@example.test", "Me Example"),
        (
            "pop3-awkward",
            &[],
            "submissions",
            "bob@example.test",
            "Bob \"the\" O'Neil \\ #1; $HOME `id` 50% <b>&amp; é日本 |~",
        ),
        ("git-by-msmtp", &["--identity=alice"], "submission", "alice@example.test", "Alice Example"),
    ];
    for (name, arguments, service, from, full_name) in runs {
        let case = Case::named(name);
        let home = Home::of(case.accounts());
        for target in ["git-send-email", "msmtp"] {
            lab::copy_tree(&case.folder.join(target), home.path());
        }
        let subject = format!("{name} {} by {service}", arguments.concat());
        let login = format!("sasl_username={from}");
        let words = [format!("postfix/{service}/smtpd"), login];
        let logins = || log_lines("postfix.log", &[&words[0], &words[1]]);
        let before = logins();
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--to=me@gmail.com"]).collect();
        let said = send(&home, &subject, &arguments);
        drain();
        findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        findings.same(&format!("{subject}: logins"), logins() - before, 1);
        let mail = only(findings, me, "", &format!("[PATCH] {subject}"));
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], *from);
        findings.same(&format!("{subject}: name"), &mail["from"]["name"], *full_name);
        findings.same(&format!("{subject}: envelope"), header(&mail, "return-path"), format!("<{from}>"));
        sent_by(findings, &mail, from);
    }
}
