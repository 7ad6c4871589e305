//! Autodiscover's answers, read by Thunderbird's own reader and by libxml2.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Account, Address, Mechanism, Protocol, Server, Tls};
use mailwright::site::autodiscover::{protocol, thunderbird_reads};
use mailwright::site::{Method, Question, Site};
use serde_json::Value;

use crate::Test;
use crate::lab::{Home, run};
use crate::reading::ask_thunderbird;
use crate::report::Findings;

const ID: &str = "autodiscover";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("thunderbird_reads_every_golden_of_autodiscover", &["thunderbird"], thunderbird),
        Test::new("libxml2_reads_whatever_autodiscover_answers", &["xmllint"], xmllint),
    ]
}

fn hosting() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosting")
}

fn site(text: &str) -> Site {
    let reading = mailwright::read_text("account.yaml", text);
    assert!(!reading.failed(), "{:?}", reading.problems);
    Site::build(&reading.mail, None).expect("domains")
}

/// Every golden: its file, whom it is for, and the account that he has; whether he was named.
pub fn goldens() -> Vec<(PathBuf, String, Account, bool)> {
    let folder = hosting().join("golden");
    let mut all = Vec::new();
    for line in fs::read_to_string(folder.join("cases.txt")).expect("cases").lines() {
        let (case, file) = line.split_once(' ').expect("a case and a file");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file.trim());
        let site = site(&fs::read_to_string(file).expect("an account file"));
        for entry in fs::read_dir(folder.join(case)).expect("a case") {
            let file = entry.expect("entry").path().join("autodiscover.xml");
            if !file.is_file() {
                continue;
            }
            let whose = file.parent().and_then(Path::file_name).expect("a name").to_string_lossy().into_owned();
            let named = whose.contains('@');
            let address = if named { whose } else { format!("user@{whose}") };
            let parsed = Address::parse(&address).expect("an address");
            let found = site.domain(parsed.domain()).expect("a domain");
            let account = found.account(&parsed, None).expect("an account");
            all.push((file, address, account, named));
        }
    }
    all
}

fn thunderbird() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let goldens = goldens();
    let list: Vec<(PathBuf, String)> = goldens.iter().map(|(f, a, ..)| (f.clone(), a.clone())).collect();
    for (result, (file, address, account, named)) in ask_thunderbird(&list)?.iter().zip(&goldens) {
        let what = file.strip_prefix(hosting()).unwrap_or(file).display().to_string();
        let blocks = protocol::blocks(account, *named);
        if blocks.is_empty() {
            // It looks elsewhere then.
            findings.same(&format!("{what}: refused"), &result["error"], "no-autodiscover-error");
            continue;
        }
        let config = &result["config"];
        let mut shown = vec![config["incoming"].clone()];
        shown.extend(config["incomingAlternatives"].as_array().cloned().unwrap_or_default());
        shown.push(config["outgoing"].clone());
        let told: Vec<&Server> = account
            .servers()
            .filter(|s| blocks.iter().any(|b| b.kind.eq_ignore_ascii_case(s.protocol.key())))
            .collect();
        findings.check(result["ok"] == true && result["dropped"]["Protocol"] == 0, || format!("{what}: {result}"));
        findings.same(&format!("{what}: complaints"), result["console"].clone(), Value::Array(Vec::new()));
        findings.same(&format!("{what}: servers"), shown.len(), told.len());
        for (got, server) in shown.iter().zip(told) {
            let what = format!("{what}: {}", server.protocol.key());
            findings.same(&format!("{what}: type"), &got["type"], server.protocol.key());
            findings.same(&format!("{what}: host"), &got["hostname"], server.host.as_str());
            findings.same(&format!("{what}: port"), &got["port"], server.port.value);
            let socket = match thunderbird_reads(server.tls.value, server.port.value) {
                Tls::Implicit => "SSL",
                Tls::StartTls => "STARTTLS",
                Tls::None => "plain",
            };
            findings.same(&format!("{what}: socket"), &got["socketTypeName"], socket);
            let secure = matches!(server.auth.as_ref().map(|a| a.value), Some(Mechanism::Ntlm | Mechanism::Gssapi));
            let way = if secure { "secure" } else { "password-cleartext" };
            findings.same(&format!("{what}: way"), &got["authName"], way);
            let login = if *named { server.login.text.as_str() } else { address.as_str() };
            // It makes a number of what looks like one, here as in autoconfig.
            let login = if login.bytes().all(|b| b.is_ascii_digit()) { login.trim_start_matches('0') } else { login };
            let username = match &got["username"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            findings.same(&format!("{what}: login"), username.as_str(), login);
        }
        findings.check(account.servers().any(|s| s.protocol == Protocol::Smtp), || format!("{what}: nothing sends"));
    }
    findings.finish(ID, "Thunderbird's reader, every golden", goldens.len())
}

/// The goldens, and what each request of the corpus is answered with.
fn xmllint() -> Result<(), Failed> {
    let home = Home::empty();
    let mut files: Vec<PathBuf> = goldens().into_iter().map(|(file, ..)| file).collect();
    let cases = files.len();
    let site = site("providers: { host: { domains: [example.org], imap: i.example.org, smtp: s.example.org } }");
    for (n, entry) in fs::read_dir(hosting().join("corpus/pox"))?.enumerate() {
        let body = fs::read(entry?.path())?;
        let question = Question {
            method: Method::Post,
            body: &body,
            ..Question::get("example.org", "/Autodiscover/Autodiscover.xml", "")
        };
        let file = home.path().join(format!("{n}.xml"));
        fs::write(&file, site.ask(&question).body)?;
        files.push(file);
    }
    let mut findings = Findings::default();
    let said = run(Command::new("xmllint").args(["--noout", "--nonet"]).args(&files));
    findings.check(said.ok && files.len() > cases + 50, || said.err.clone());
    findings.compared_elsewhere(files.len());
    findings.finish(ID, "libxml2, goldens and answers to the corpus", cases)
}
