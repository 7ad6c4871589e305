//! The strictest readers of other people's, built from `tests/lab/readers/`: every published document of autoconfig, of
//! Autodiscover and of PACC is read by them, and what they understood is held against the account.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Account, LoginForm, Mechanism, Offer, Protocol, Server, Tls};
use mailwright::dns::records::{Data, records};
use mailwright::site::autodiscover::protocol;
use mailwright::site::{Question, Site, route};
use serde_json::Value;
use tempfile::TempDir;

use crate::Test;
use crate::cases::Case;
use crate::lab;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("readers: io-pim-discovery reads every autoconfig golden", &[lab::READERS], || {
            goldens("autoconfig-io-pim")
        }),
        Test::new("readers: the crate autoconfig reads every golden", &[lab::READERS], || goldens("autoconfig-crate")),
        Test::new("readers: email-lib reads every golden", &[lab::READERS], || goldens("autoconfig-email-lib")),
        Test::new("readers: the crate ms-autodiscover reads every golden", &[lab::READERS], autodiscover),
        Test::new("readers: io-pim-discovery believes PACC's document", &[lab::READERS], pacc),
    ]
}

/// What a reader makes of files: for each the JSON, or why it could not be read.
fn read(format: &str, files: &[PathBuf]) -> BTreeMap<PathBuf, Result<Value, String>> {
    let output = Command::new(lab::packages("readers/readers")).arg(format).args(files).output().expect("readers runs");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let mut read = BTreeMap::new();
    for line in said.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let file = PathBuf::from(line["file"].as_str().expect("a file"));
        let outcome = match line["error"].as_str() {
            Some(why) => Err(why.to_owned()),
            None => Ok(line["read"].clone()),
        };
        read.insert(file, outcome);
    }
    assert_eq!(read.len(), files.len(), "{}", String::from_utf8_lossy(&output.stderr));
    read
}

/// Mechanisms for which a reader has no word, though the format has one.
fn unknown(format: &str, mechanism: Mechanism) -> Option<&'static str> {
    match (format, mechanism) {
        // All spell it GSAPI.
        (_, Mechanism::Gssapi) => Some("unknown variant `GSSAPI`"),
        // They spell it None.
        ("autoconfig-crate" | "autoconfig-email-lib", Mechanism::None) => Some("unknown variant `none`"),
        _ => None,
    }
}

fn goldens(format: &str) -> Result<(), Failed> {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for case in Case::all() {
        let files = case.files("autoconfig", ".xml");
        let hosted = case.reading.mail.of_domains();
        let accounts: Vec<&Account> = case.accounts().iter().chain(&hosted).collect();
        for (file, outcome) in read(format, &files) {
            count += 1;
            let known: Vec<&Account> = accounts.iter().copied().filter(|a| is_of(&file, a)).collect();
            let named = format!("{}: {}", case.name, file.display());
            if known.is_empty() {
                wrong.push(format!("{named}: no account has this file"));
                continue;
            }
            match outcome {
                // Of several accounts of one domain, the document is that of one.
                Ok(value) => {
                    let differences: Vec<String> =
                        known.iter().filter_map(|a| differs(format, &value, a, &case.name)).collect();
                    if differences.len() == known.len() {
                        wrong.push(format!("{named}: {}", differences.join("; ")));
                    }
                }
                Err(why) => {
                    let mechanisms = known.iter().flat_map(|a| a.servers()).filter_map(|s| s.auth.as_ref());
                    let excused = mechanisms.filter_map(|m| unknown(format, m.value)).any(|words| why.contains(words));
                    if !excused {
                        wrong.push(format!("{named}: {why}"));
                    }
                }
            }
        }
    }
    if count < 60 {
        wrong.push(format!("only {count} documents"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn is_of(file: &Path, account: &Account) -> bool {
    let address = account.address.as_str();
    let personal = file.file_stem().is_some_and(|stem| stem.to_string_lossy() == address);
    personal || file.ends_with(Path::new(account.address.domain()).join("mail/config-v1.1.xml"))
}

/// How what was read differs from an account.
fn differs(format: &str, value: &Value, account: &Account, case: &str) -> Option<String> {
    // The full profile has what the provider offers besides, the plain one never.
    let servers: Vec<&Server> =
        if case == "autoconfig-full" { account.all_servers().collect() } else { account.servers().collect() };
    let wanted = |sends: bool| -> Vec<Value> {
        servers.iter().filter(|s| (s.protocol == Protocol::Smtp) == sends).map(|s| server(format, s)).collect()
    };
    let without_ways = |list: &Value| -> Vec<Value> {
        let one = |v: &Value| {
            let mut v = v.clone();
            let ways = v.as_object_mut().and_then(|o| o.remove("ways"));
            assert!(ways.and_then(|w| w.as_u64()).is_some_and(|n| n > 0), "no way to log in: {v}");
            v
        };
        list.as_array().into_iter().flatten().map(one).collect()
    };
    let (got_in, got_out) = (without_ways(&value["incoming"]), without_ways(&value["outgoing"]));
    let (want_in, want_out) = (wanted(false), wanted(true));
    // A server may be left out (with a note that other tests look at), but none is invented, moved or last.
    let kept = |got: &[Value], want: &[Value]| {
        let mut want = want.iter();
        !got.is_empty() && got.iter().all(|g| want.any(|w| w == g))
    };
    (!kept(&got_in, &want_in) || !kept(&got_out, &want_out))
        .then(|| format!("got {got_in:?} {got_out:?}, want {want_in:?} {want_out:?}"))
}

fn server(format: &str, server: &Server) -> Value {
    let kind = match server.protocol {
        // It keeps what it does not know.
        Protocol::Pop3 if format == "autoconfig-email-lib" => "unknown",
        protocol => protocol.key(),
    };
    // A login that is written out is read as it is, whatever characters it has.
    let username = match server.login.form {
        LoginForm::Address => "%EMAILADDRESS%".to_owned(),
        LoginForm::Local => "%EMAILLOCALPART%".to_owned(),
        LoginForm::Other => server.login.text.as_str().to_owned(),
    };
    serde_json::json!({
        "type": kind, "host": server.host.as_str(), "port": server.port.value, "username": username,
        "socket": match server.tls.value { Tls::Implicit => "tls", Tls::StartTls => "starttls", Tls::None => "plain" },
    })
}

/// Every answer that has servers; what is told of them is what the answer is made of, to the last element.
fn autodiscover() -> Result<(), Failed> {
    let folder = TempDir::new().expect("folder");
    let (mut files, mut told) = (Vec::new(), Vec::new());
    for (golden, _, account, named) in crate::autodiscover::goldens() {
        let mut blocks = protocol::blocks(&account, named);
        if blocks.is_empty() {
            // An error, whose elements it looks for under other names than Microsoft's.
            continue;
        }
        // It has no word for POP3, and none for no encryption, which only this machine is told.
        blocks.retain(|b| b.kind != "POP3" && b.encryption != "None");
        let text = fs::read_to_string(&golden).expect("a golden");
        let mut parts = text.split_inclusive("</Protocol>").map(str::to_owned).collect::<Vec<_>>();
        for part in &mut parts {
            if part.contains("<Type>POP3<") || part.contains("<Encryption>None<") {
                part.truncate(part.find("<Protocol>").expect("its begin"));
            }
        }
        let file = folder.path().join(format!("{}.xml", files.len()));
        fs::write(&file, parts.concat()).expect("write");
        files.push(file);
        told.push((golden, blocks));
    }
    if files.len() < 30 {
        return Err(format!("only {} answers", files.len()).into());
    }
    let read = read("autodiscover", &files);
    let mut wrong = Vec::new();
    for (file, (golden, blocks)) in files.iter().zip(&told) {
        let wanted: Vec<Value> = blocks.iter().map(block).collect();
        match &read[file] {
            Ok(value) if value["blocks"] == Value::from(wanted.clone()) => {}
            other => wrong.push(format!("{}: {other:?}, want {wanted:?}", golden.display())),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// A block as its elements.
fn block(block: &protocol::Block) -> Value {
    let switch = |on: bool| block.switch(&on);
    let mut elements = serde_json::json!({
        "Type": block.kind, "Server": block.server, "Port": block.port, "DomainRequired": "off",
        "SPA": switch(block.spa), "SSL": switch(block.ssl), "Encryption": block.encryption,
        "AuthRequired": switch(block.authentication),
    });
    if let Some(login) = &block.login {
        elements["LoginName"] = login.as_str().into();
    }
    if let Some(same) = block.same_login {
        elements["UsePOPAuth"] = switch(same).into();
        elements["SMTPLast"] = "off".into();
    }
    elements
}

/// Every domain of the examples, in both drafts: the document as it is served, and the record as it is printed.
fn pacc() -> Result<(), Failed> {
    let folder = TempDir::new().expect("folder");
    let mut files = Vec::new();
    let mut offers: Vec<Vec<Offer>> = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).expect("examples") {
        let path = entry.expect("entry").path();
        let text = fs::read_to_string(&path).expect("an example");
        for draft in ["draft-02", "draft-03"] {
            let serve = folder.path().join("serve.yaml");
            fs::write(
                &serve,
                format!(
                    "serve: {{ pacc: {draft}, organization: 'A \"name\" \u{416}', url: 'https://mail.example' }}\n"
                ),
            )
            .expect("write");
            let names = [&path, &serve].map(|p| p.to_str().expect("UTF-8").to_owned());
            let reading = mailwright::read(&names);
            assert!(!reading.failed(), "{}: {:?}\n{text}", path.display(), reading.problems);
            let Ok(site) = Site::build(&reading.mail, None) else { continue };
            for found in site.domains() {
                let answer = site.ask(&Question::get(&format!("ua-auto-config.{}", found.name), route::PACC, ""));
                let name = format!("_ua-auto-config.{}", found.name);
                let record = records(&site, &found).and_then(|r| r.all().find(|r| r.name == name).cloned());
                let Some(Data::Txt(record)) = record.map(|r| r.data) else {
                    assert_eq!(answer.status, 404, "{name} is served and not vouched for");
                    continue;
                };
                let file = folder.path().join(format!("{}-{draft}-{}.json", files.len(), found.name));
                fs::write(&file, &answer.body).expect("write");
                fs::write(format!("{}.txt", file.display()), &record).expect("write");
                files.push(file);
                let account = found.anyone().expect("an account");
                offers.push(
                    [Protocol::Imap, Protocol::Pop3, Protocol::Smtp]
                        .iter()
                        .flat_map(|p| account.offers(*p).next())
                        .collect(),
                );
            }
        }
    }
    if files.len() < 6 {
        return Err(format!("only {} documents", files.len()).into());
    }
    let believed = read("pacc", &files);
    for (file, offers) in files.iter().zip(&offers) {
        let value = believed[file].as_ref().map_err(|why| format!("{}: {why}", file.display()))?;
        for offer in offers {
            let key = match offer.protocol {
                // The reader is written for draft -02, and passes over what it does not know.
                Protocol::Smtp if file.to_string_lossy().contains("draft-03") => continue,
                protocol => protocol.key(),
            };
            if value["protocols"][key]["host"] != offer.host.as_str() {
                return Err(format!("{}: {key} is {}", file.display(), value["protocols"]).into());
            }
        }
        if value["info"]["provider"]["name"] != "A \"name\" \u{416}" || value["authentication"]["password"] != true {
            return Err(format!("{}: {value}", file.display()).into());
        }
    }
    // One byte more, and nobody believes it.
    let mut body = fs::read(&files[0]).expect("a document");
    body.push(b' ');
    fs::write(&files[0], body).expect("write");
    match read("pacc", &files[..1])[&files[0]].as_ref() {
        Err(why) if why.contains("matched") => Ok(()),
        other => Err(format!("a document with another digest: {other:?}").into()),
    }
}
