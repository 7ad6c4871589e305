//! Geary and KMail, which are not here: the readers of their formats that their desktops bring, GLib's and KDE's.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Identity, Protocol, Server, Signature, Tls};
use mailwright::target::{Run, find};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, Home, run, script};
use crate::report::Findings;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("glib_reads_every_golden_of_geary", &[lab::KEYFILE], geary),
        Test::new("glib_reads_back_nasty_values_of_geary", &[lab::KEYFILE], geary_nasty),
        Test::new("kde_reads_every_golden_of_kmail", &["kreadconfig5"], kmail),
        Test::new("kde_reads_back_nasty_values_of_kmail", &["kreadconfig5"], kmail_nasty),
    ]
}

fn glib(files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(Command::new("/usr/bin/python3").arg(script("read-keyfile.py")).args(files).stdin(Stdio::null()));
    if said.ok { Ok(serde_json::from_str(&said.out)?) } else { Err(said.err.into()) }
}

/// A name and an address as RFC 5322 writes them.
fn mailbox(name: Option<&str>, address: &str) -> String {
    match name {
        Some(name) => format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\"")),
        None => address.to_owned(),
    }
}

fn path(folder: &str) -> Vec<&str> {
    folder.split(if folder.starts_with("INBOX.") { '.' } else { '/' }).collect()
}

fn geary() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let files = case.files("geary", "geary.ini");
        if files.is_empty() {
            continue;
        }
        cases += 1;
        let mut written = 0;
        let shown = glib(&files)?;
        for account in case.accounts() {
            let what = format!("{}: {}", case.name, account.name);
            let Some(got) = shown.iter().find(|g| g["Account"]["label"][0] == account.name.as_str()) else {
                findings.check(case.leaves_out("geary", account, ""), || format!("{what}: is missing"));
                continue;
            };
            written += 1;
            geary_account(&mut findings, &what, &case, account, got);
        }
        findings.same(&format!("{}: accounts", case.name), written, files.len());
    }
    findings.finish("geary", "GLib's key file reader, every golden", cases)
}

fn geary_account(findings: &mut Findings, what: &str, case: &Case, account: &Account, got: &Value) {
    let imap = account.imap.as_ref().expect("IMAP");
    let smtp = account.smtp.as_ref().expect("submission");
    for (group, server) in [("Incoming", imap), ("Outgoing", smtp)] {
        let got = &got[group];
        findings.same(&format!("{what}: {group}: host"), &got["host"][0], server.host.as_str());
        findings.same(&format!("{what}: {group}: port"), &got["port"][0], server.port.to_string().as_str());
        let tls = match server.tls.value {
            Tls::Implicit => "transport",
            Tls::StartTls => "start-tls",
            Tls::None => "none",
        };
        findings.same(&format!("{what}: {group}: TLS"), &got["transport_security"][0], tls);
        let login = (!matches!(server.credential.value, Credential::None)).then(|| server.login.text.as_str());
        findings.same(&format!("{what}: {group}: login"), got["login"][0].as_str(), login);
    }
    let same_login = smtp.login.text == imap.login.text && smtp.credential.value == imap.credential.value;
    let credentials = match smtp.credential.value {
        Credential::None => "none",
        _ if same_login => "use-incoming",
        _ => "custom",
    };
    findings.same(&format!("{what}: credentials"), &got["Outgoing"]["credentials"][0], credentials);
    findings.same(&format!("{what}: copies"), &got["Account"]["save_sent"][0], account.save_sent.to_string().as_str());
    let full = account.full_name.as_ref().map(|n| n.as_str());
    let mut senders = vec![mailbox(full, account.address.as_str())];
    for identity in account.identities.iter().filter(|i| i.smtp.is_none()) {
        let name = identity.name.as_ref().map(|n| n.as_str()).or(full);
        senders.push(mailbox(name, identity.address.as_str()));
    }
    findings.same(&format!("{what}: senders"), &got["Account"]["sender_mailboxes"][1], &json!(senders));
    let uses = got["Account"]["use_signature"][0] == "true";
    match account.signature.as_ref().map(|s| &s.value) {
        Some(Signature::Text(text)) => {
            findings.same(&format!("{what}: signature"), &got["Account"]["signature"][0], text.as_str());
            findings.same(&format!("{what}: uses it"), uses, true);
        }
        other => {
            let missing = other.is_some() && case.has_note("geary", account, "signature");
            findings.same(&format!("{what}: uses a signature"), uses, other.is_some() && !missing);
        }
    }
    let f = &account.folders;
    for (key, folder) in [
        ("archive_folder", f.archive.as_ref()),
        ("drafts_folder", f.drafts.as_ref()),
        ("junk_folder", f.junk.as_ref()),
        ("sent_folder", f.sent.as_ref().filter(|_| account.save_sent.value)),
        ("trash_folder", f.trash.as_ref()),
    ] {
        let want = folder.map(|folder| json!(path(folder.as_str()))).unwrap_or_default();
        findings.same(&format!("{what}: {key}"), &got["Folders"][key][1], &want);
    }
}

fn render(target: &str, account: &Value) -> Option<Result<Vec<mailwright::target::File>, ()>> {
    let reading = mailwright::read_text("a.yaml", &json!({ "accounts": { "a": account } }).to_string());
    if reading.failed() {
        return None;
    }
    let bundle = find(target).expect("a target").render(&Run::of(&reading.mail));
    Some(bundle.map(|b| b.files).map_err(|_| ()))
}

fn geary_nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let home = Home::empty();
    let mut wanted = Vec::new();
    let mut files = Vec::new();
    for value in crate::values::list() {
        let account = json!({
            "address": "a@b.example", "name": value, "login": value.replace('{', "{{"), "imap": "imap.b.example",
            "smtp": "smtp.b.example", "signature": value, "folders": { "drafts": value },
        });
        match render("geary", &account) {
            None => continue,
            Some(Err(())) => findings.refused(),
            Some(Ok(rendered)) => {
                let file = home.path().join(wanted.len().to_string());
                lab::write_private(&file, &rendered[0].bytes);
                files.push(file);
                wanted.push(value);
            }
        }
    }
    let mut keys = None;
    for (value, got) in wanted.iter().zip(glib(&files)?) {
        findings.same("login", &got["Incoming"]["login"][0], value.as_str());
        findings.same("signature", &got["Account"]["signature"][0], value.as_str());
        findings.same("sender", &got["Account"]["sender_mailboxes"][1], &json!([mailbox(Some(value), "a@b.example")]));
        findings.same("drafts", &got["Folders"]["drafts_folder"][1], &json!(path(value)));
        let count: usize =
            got.as_object().into_iter().flatten().filter_map(|(_, g)| g.as_object()).map(|g| g.len()).sum();
        findings.same("keys", count, *keys.get_or_insert(count));
    }
    findings.finish("geary", "GLib's key file reader, nasty values", wanted.len())
}

/// What KDE's reader reads; without the line feed that it prints at the end.
fn kde(file: &Path, group: &str, key: &str) -> String {
    let said = run(Command::new("kreadconfig5")
        .arg("--file")
        .arg(file)
        .args(["--group", group, "--key", key])
        .env("HOME", "/nonexistent")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null()));
    said.out.strip_suffix('\n').unwrap_or(&said.out).to_owned()
}

fn kmail() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(identities) = case.files("kmail", "emailidentities").pop() else { continue };
        let transports = case.folder.join("kmail/.config/mailtransports");
        cases += 1;
        let mut number = 0;
        for account in case.accounts() {
            let host = account.smtp.as_ref().map(|s| s.host.to_string()).unwrap_or_default();
            if account.smtp.is_some() && case.leaves_out("kmail", account, &host) {
                continue;
            }
            for identity in [None].into_iter().chain(account.identities.iter().map(Some)) {
                let group = format!("Identity #{number}");
                number += 1;
                let what = format!("{}: {}: {group}", case.name, account.name);
                kmail_identity(&mut findings, &what, account, identity, |key| kde(&identities, &group, key));
                let server = identity.and_then(|i| i.smtp.as_ref()).or(account.smtp.as_ref());
                let id = kde(&identities, &group, "Transport");
                findings.same(&format!("{what}: has a server"), !id.is_empty(), server.is_some());
                let Some(server) = server else { continue };
                let place = (1..20).map(|n| format!("Transport {n}")).find(|g| kde(&transports, g, "id") == id);
                let Some(place) = place else {
                    findings.check(false, || format!("{what}: no server {id}"));
                    continue;
                };
                // What it cannot be told to insist on, a note says.
                if !KMAIL_KNOWS.contains(&mechanism(server).as_str()) {
                    let said = case.has_note("kmail", account, "mechanism");
                    findings.check(said, || format!("{what}: nothing is said of {}", mechanism(server)));
                }
                kmail_transport(&mut findings, &what, server, |key| kde(&transports, &place, key));
            }
            if account.default {
                let first = number - 1 - account.identities.len();
                let uoid = kde(&identities, &format!("Identity #{first}"), "uoid");
                findings.same(
                    &format!("{}: default", case.name),
                    kde(&identities, "General", "Default Identity"),
                    uoid,
                );
            }
        }
        findings.same(
            &format!("{}: identities", case.name),
            kde(&identities, &format!("Identity #{number}"), "uoid"),
            "",
        );
    }
    findings.finish("kmail", "kreadconfig5, every golden", cases)
}

fn kmail_identity(
    findings: &mut Findings,
    what: &str,
    account: &Account,
    identity: Option<&Identity>,
    get: impl Fn(&str) -> String,
) {
    let address = identity.map_or(account.address.as_str(), |i| i.address.as_str());
    let name = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref());
    let reply_to = identity.and_then(|i| i.reply_to.as_ref());
    findings.same(&format!("{what}: address"), get("Email Address"), address);
    findings.same(&format!("{what}: name"), get("Name"), name.map_or("", |n| n.as_str()));
    findings.same(&format!("{what}: reply-to"), get("Reply-To Address"), reply_to.map_or("", |r| r.as_str()));
    findings.same(&format!("{what}: copies"), get("Disable Fcc"), (!account.save_sent.value).to_string());
    if let Some(signature) = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()) {
        findings.same(&format!("{what}: has a signature"), get("Signature Enabled"), "true");
        match &signature.value {
            Signature::Text(text) => {
                findings.same(&format!("{what}: signature"), get("Inline Signature"), text.as_str())
            }
            Signature::File(file) => {
                let got = get("Signature File") + &get("Signature Command");
                let end = file.as_str().rsplit('/').next().unwrap_or_default();
                findings.check(got.trim_end_matches('\'').ends_with(end), || format!("{what}: signature {got}"));
            }
            Signature::Command(command) => {
                findings.same(&format!("{what}: signature"), get("Signature Command"), command.shell_line());
            }
        }
    }
    if let Some(pgp) = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref()) {
        let key = pgp.key.as_ref().map_or("", |k| k.as_str().trim_start_matches("0x"));
        findings.same(&format!("{what}: key"), get("PGP Signing Key"), key);
        findings.same(&format!("{what}: signs"), get("Pgp Auto Sign"), pgp.sign.to_string());
        findings.same(&format!("{what}: encrypts"), get("Pgp Auto Encrypt"), pgp.encrypt.to_string());
    }
}

/// KMail's `authtype` (`mailtransport.kcfg`), as far as a password goes with it.
const KMAIL_KNOWS: [&str; 6] = ["LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI"];

/// The mechanism that an account insists on, or KMail's own default.
fn mechanism(server: &Server) -> String {
    let asked = server.auth.as_ref().filter(|_| matches!(server.credential.value, Credential::Password(_)));
    asked.map_or_else(|| "PLAIN".to_owned(), |a| a.word().to_uppercase())
}

fn kmail_transport(findings: &mut Findings, what: &str, server: &Server, get: impl Fn(&str) -> String) {
    assert_eq!(server.protocol, Protocol::Smtp);
    findings.same(&format!("{what}: host"), get("host"), server.host.as_str());
    findings.same(&format!("{what}: port"), get("port"), server.port.to_string());
    let tls = match server.tls.value {
        Tls::Implicit => "SSL",
        Tls::StartTls => "TLS",
        Tls::None => "None",
    };
    findings.same(&format!("{what}: TLS"), get("encryption"), tls);
    let known = Some(mechanism(server)).filter(|m| KMAIL_KNOWS.contains(&m.as_str()));
    let (auth, kind, user) = match server.credential.value {
        Credential::None => ("false", String::new(), ""),
        Credential::OAuth2(_) => ("true", "XOAUTH2".to_owned(), server.login.text.as_str()),
        Credential::Password(_) => ("true", known.unwrap_or_else(|| "PLAIN".to_owned()), server.login.text.as_str()),
    };
    findings.same(&format!("{what}: logs in"), get("auth"), auth);
    findings.same(&format!("{what}: by"), get("authtype"), kind);
    findings.same(&format!("{what}: login"), get("user"), user);
}

fn kmail_nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let home = Home::empty();
    let mut cases = 0;
    for value in crate::values::list() {
        let account = json!({
            "address": "a@b.example", "name": value, "login": value.replace('{', "{{"), "imap": "imap.b.example",
            "smtp": "smtp.b.example", "signature": value,
        });
        let files = match render("kmail", &account) {
            None => continue,
            Some(Err(())) => {
                findings.refused();
                continue;
            }
            Some(Ok(files)) => files,
        };
        cases += 1;
        for file in &files {
            lab::write_private(&home.path().join(&file.path), &file.bytes);
        }
        let identities = home.path().join(".config/emailidentities");
        findings.same("login", kde(&home.path().join(".config/mailtransports"), "Transport 1", "user"), value.as_str());
        findings.same("name", kde(&identities, "Identity #0", "Name"), value.as_str());
        findings.same("signature", kde(&identities, "Identity #0", "Inline Signature"), value.as_str());
    }
    findings.finish("kmail", "kreadconfig5, nasty values", cases)
}
