//! Evolution: its own data server reads the sources, and is asked what it read.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Identity, Protocol, Server, Signature, Tls};
use mailwright::target::{Run, find};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, Home, run, script};
use crate::report::Findings;

const ID: &str = "evolution";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("evolution_reads_every_golden", &[lab::EVOLUTION], every_golden),
        Test::new("evolution_reads_back_nasty_values", &[lab::EVOLUTION], nasty),
    ]
}

fn ask(homes: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(Command::new("/usr/bin/python3")
        .arg(script("evolution-sources.py"))
        .args(homes)
        .env("LAB_EDS", lab::packages("evolution"))
        .stdin(Stdio::null()));
    if !said.ok {
        return Err(format!("{}{}", said.out, said.err).into());
    }
    Ok(serde_json::from_str(&said.out)?)
}

fn every_golden() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let root = Home::empty();
    let mut homes = Vec::new();
    let mut cases = Vec::new();
    for case in Case::all() {
        if case.files(ID, ".source").is_empty() {
            continue;
        }
        let home = root.path().join(&case.name);
        lab::copy_tree(&case.folder.join(ID), &home);
        homes.push(home);
        cases.push(case);
    }
    for (case, answer) in cases.iter().zip(ask(&homes)?) {
        findings.same(&format!("{}: complaints", case.name), &answer["said"], &json!([]));
        let sources = &answer["sources"];
        let ours = case.files(ID, ".source").len();
        // Those that every user has.
        let all = sources.as_object().map_or(0, serde_json::Map::len);
        findings.same(&format!("{}: sources", case.name), all, ours + 18);
        for account in case.accounts() {
            let server = account.incoming().or(account.smtp.as_ref()).expect("a server");
            if case.leaves_out(ID, account, &server.host.to_string()) {
                continue;
            }
            let uid = compare(&mut findings, case, account, None, sources, None);
            for identity in &account.identities {
                compare(&mut findings, case, account, Some(identity), sources, uid.as_deref());
            }
        }
    }
    findings.finish(ID, "evolution-source-registry, every golden", cases.len())
}

/// The path of a folder's URI, if it is the account's.
fn folder(got: &Value, uid: &str) -> Option<String> {
    let path = got.as_str()?.strip_prefix(&format!("folder://{uid}/"))?;
    Some(percent_decode_str(path).decode_utf8_lossy().into_owned())
}

/// Compares an account or a further address; its name as a source.
fn compare(
    findings: &mut Findings,
    case: &Case,
    account: &Account,
    identity: Option<&Identity>,
    sources: &Value,
    first: Option<&str>,
) -> Option<String> {
    let address = identity.map_or(account.address.as_str(), |i| i.address.as_str());
    let what = format!("{}: {}: {address}", case.name, account.name);
    let name = identity.map_or(account.name.as_str(), |i| i.address.as_str());
    let found = sources.as_object()?.iter().find(|(_, s)| s["name"] == name && !s["Mail Account"].is_null());
    let Some((uid, got)) = found else {
        findings.check(false, || format!("{what}: no such account"));
        return None;
    };
    let incoming = account.incoming().filter(|_| identity.is_none());
    let backend = match incoming.map(|s| s.protocol) {
        Some(Protocol::Imap) => "imapx",
        Some(_) => "pop",
        None => "none",
    };
    findings.same(&format!("{what}: backend"), &got["Mail Account"]["backend_name"], backend);
    findings.same(&format!("{what}: is set up"), &got["Mail Account"]["needs_initial_setup"], false);
    if let Some(server) = incoming {
        connection(findings, &what, got, server);
    }
    let folders = first.unwrap_or(uid);
    let imap = account.incoming().is_some_and(|s| s.protocol == Protocol::Imap);
    let path = |name: &str| if name.starts_with("INBOX.") { name.replace('.', "/") } else { name.to_owned() };
    if let Some(archive) = account.folders.archive.as_ref().filter(|_| imap && identity.is_none()) {
        let got = folder(&got["Mail Account"]["archive_folder"], folders);
        findings.same(&format!("{what}: archive"), got, Some(path(archive.as_str())));
    }
    let person = &sources[got["Mail Account"]["identity_uid"].as_str().unwrap_or_default()];
    findings.same(&format!("{what}: its identity"), &person["parent"], uid.as_str());
    findings.same(&format!("{what}: address"), &person["Mail Identity"]["address"], address);
    let full = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref());
    findings.same(&format!("{what}: name"), person["Mail Identity"]["name"].as_str(), full.map(|n| n.as_str()));
    let reply_to = identity.and_then(|i| i.reply_to.as_ref());
    findings.same(
        &format!("{what}: reply-to"),
        person["Mail Identity"]["reply_to"].as_str(),
        reply_to.map(|r| r.as_str()),
    );
    match identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()).map(|s| &s.value) {
        Some(Signature::Text(text)) => {
            let signature = &sources[person["Mail Identity"]["signature_uid"].as_str().unwrap_or_default()];
            let want = format!("{}\n", text.as_str().trim_end_matches('\n'));
            findings.same(&format!("{what}: signature"), &signature["signature"], want.as_str());
        }
        _ => findings.same(
            &format!("{what}: no signature"),
            person["Mail Identity"]["signature_uid"].as_str(),
            Some("none"),
        ),
    }
    let submission = &person["Mail Submission"];
    findings.same(&format!("{what}: keeps a copy"), &submission["use_sent_folder"], account.save_sent.value);
    if let Some(sent) = account.folders.sent.as_ref().filter(|_| imap && account.save_sent.value) {
        let got = folder(&submission["sent_folder"], folders);
        findings.same(&format!("{what}: sent"), got, Some(path(sent.as_str())));
    }
    if let Some(drafts) = account.folders.drafts.as_ref().filter(|_| imap) {
        let got = folder(&person["Mail Composition"]["drafts_folder"], folders);
        findings.same(&format!("{what}: drafts"), got, Some(path(drafts.as_str())));
    }
    for (group, key, signing) in [
        ("Pretty Good Privacy (OpenPGP)", "key_id", identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref())),
        ("Secure MIME (S/MIME)", "signing_certificate", account.smime.as_ref()),
    ] {
        let got = &person[group];
        findings.same(&format!("{what}: {group}"), got.is_null(), signing.is_none());
        if let Some(signing) = signing {
            findings.same(&format!("{what}: key"), got[key].as_str(), signing.key.as_ref().map(|k| k.as_str()));
            findings.same(&format!("{what}: signs"), &got["sign_by_default"], signing.sign);
            findings.same(&format!("{what}: encrypts"), &got["encrypt_by_default"], signing.encrypt);
        }
    }
    if let Some(smtp) = identity.and_then(|i| i.smtp.as_ref()).or(account.smtp.as_ref()) {
        let transport = &sources[submission["transport_uid"].as_str().unwrap_or_default()];
        findings.same(&format!("{what}: its submission server"), &transport["parent"], uid.as_str());
        findings.same(&format!("{what}: sends by"), &transport["Mail Transport"]["backend_name"], "smtp");
        connection(findings, &format!("{what}: submission"), transport, smtp);
    } else {
        findings.check(case.has_note(ID, account, "receives-only"), || format!("{what}: no note"));
    }
    Some(uid.clone())
}

fn connection(findings: &mut Findings, what: &str, got: &Value, server: &Server) {
    let entries = &got["Authentication"];
    findings.same(&format!("{what}: host"), &entries["host"], server.host.as_str());
    findings.same(&format!("{what}: port"), &entries["port"], server.port.value);
    let security = match server.tls.value {
        Tls::Implicit => "ssl-on-alternate-port",
        Tls::StartTls => "starttls-on-standard-port",
        Tls::None => "none",
    };
    findings.same(&format!("{what}: TLS"), &got["Security"]["method"], security);
    let login = server.login.for_program(server.protocol);
    let method = entries["method"].as_str().unwrap_or_default();
    match &server.credential.value {
        Credential::None => findings.same(&format!("{what}: nobody logs in"), method, "none"),
        Credential::OAuth2(_) => {
            findings.check(["Google", "Outlook", "Yahoo"].contains(&method), || format!("{what}: {method}"));
            findings.same(&format!("{what}: login"), &entries["user"], login.as_str());
        }
        Credential::Password(_) => {
            findings.same(&format!("{what}: login"), &entries["user"], login.as_str());
            let known = server.auth.as_ref().map(|a| a.word().to_uppercase()).filter(|w| w != "EXTERNAL");
            let usual = if server.protocol == Protocol::Pop3 { "none" } else { "PLAIN" };
            findings.same(&format!("{what}: method"), method, known.as_deref().unwrap_or(usual));
        }
    }
}

/// All values in one start, an account each.
fn nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let target = find(ID).expect("evolution");
    let home = Home::empty();
    let mut wanted = Vec::new();
    let mut files = 0;
    for value in crate::values::list() {
        let login = value.replace('{', "{{");
        let name = format!("a{}", wanted.len());
        let account = json!({ "accounts": { &name: {
            "address": "a@b.example", "name": value, "login": login, "imap": "imap.b.example", "smtp": "smtp.b.example",
            "folders": { "drafts": value }, "pgp": { "key": value },
        } } });
        let reading = mailwright::read_text("a.yaml", &account.to_string());
        if reading.failed() {
            continue;
        }
        let Ok(bundle) = target.render(&Run::of(&reading.mail)) else {
            findings.refused();
            continue;
        };
        for file in &bundle.files {
            lab::write_private(&home.path().join(&file.path), &file.bytes);
            files += 1;
        }
        wanted.push((name, value));
    }
    let answers = ask(&[home.path().to_owned()])?;
    findings.same("complaints", &answers[0]["said"], &json!([]));
    let sources = answers[0]["sources"].as_object().cloned().unwrap_or_default();
    findings.same("sources", sources.len(), files + 18);
    for (name, value) in &wanted {
        let Some(uid) = sources.keys().find(|uid| uid.starts_with(&format!("{name}_"))) else {
            findings.check(false, || format!("{name}: {value:?} is missing"));
            continue;
        };
        let uid = uid.split('-').next().unwrap_or_default();
        findings.same("login", &sources[uid]["Authentication"]["user"], value.as_str());
        let person = &sources[&format!("{uid}-identity")];
        findings.same("name", &person["Mail Identity"]["name"], value.as_str());
        findings.same("key", &person["Pretty Good Privacy (OpenPGP)"]["key_id"], value.as_str());
        let path = if value.starts_with("INBOX.") { value.replace('.', "/") } else { value.clone() };
        findings.same("drafts", folder(&person["Mail Composition"]["drafts_folder"], uid), Some(path));
    }
    findings.finish(ID, "evolution-source-registry, nasty values", wanted.len())
}
