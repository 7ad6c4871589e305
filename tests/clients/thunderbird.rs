//! Thunderbird on its own preferences: which accounts it has by each golden's `user.js`, what it keeps over three starts,
//! what it reads in nasty values, and that it sends and fetches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Identity, Mechanism, Protocol, Server, Signature, Tls};
use mailwright::target::{Run, find};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, BOX, Home, run, script};
use crate::mailbox::{header, with_subject};
use crate::report::Findings;
use crate::sending::{Step, step};

const ID: &str = "thunderbird";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("thunderbird_has_every_goldens_accounts", &["thunderbird"], every_golden),
        Test::new("thunderbird_keeps_what_was_added_by_hand", &["thunderbird"], three_starts),
        Test::new("thunderbird_preferences_read_back_nasty_values", &["thunderbird"], nasty_values),
    ]
}

pub const STEPS: &[Step] = &[
    Step {
        needs: &[BOX, "thunderbird"],
        ..step("thunderbird_by_its_preferences", ID, 1, |f| {
            in_use("dotfile-keeper", &["me@gmail.com", "alice@example.test"], f)
        })
    },
    Step {
        needs: &[BOX, "thunderbird"],
        users: Some("me@gmail.com\tabcdefghijklmnop\tgmail-german\tme+shop@gmail.com joerg@example.org\n"),
        ..step("thunderbird_in_german_folders", ID, 1, |f| in_use("gmail-german-identities", &["me@gmail.com"], f))
    },
];

fn ask(arguments: &[&Path]) -> Result<Value, Failed> {
    let said = run(Command::new("timeout")
        .arg("300")
        .arg("bash")
        .arg(script("check-thunderbird.sh"))
        .args(arguments)
        .stdin(Stdio::null()));
    if !said.ok {
        return Err(format!("Thunderbird: {}{}", said.out, said.err).into());
    }
    Ok(serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.out))?)
}

/// The preferences that name all accounts of a file; goldens that share a start have these in common.
const LISTS: [&str; 2] = ["mail.accountmanager.appendaccounts", "mail.smtpservers"];

/// Whom an account is, to Thunderbird.
fn identity_of(account: &Account) -> Option<(Protocol, String, String)> {
    let server = account.incoming()?;
    Some((server.protocol, server.login.for_program(server.protocol), server.host.to_string()))
}

/// The accounts that are written, for a golden.
fn written(case: &Case) -> Vec<&Account> {
    case.accounts()
        .iter()
        .filter(|a| a.incoming().is_some_and(|s| !case.leaves_out(ID, a, &s.host.to_string())))
        .collect()
}

/// Goldens without an account in common share a start; all of their lines are read as they are, but for the lists.
fn every_golden() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut groups: Vec<(Vec<Case>, BTreeSet<String>)> = Vec::new();
    let mut cases = 0;
    for case in Case::all() {
        if case.files(ID, "user.js").is_empty() {
            continue;
        }
        cases += 1;
        let marks: BTreeSet<String> =
            written(&case).iter().flat_map(|a| [format!("{:?}", identity_of(a)), a.name.clone()]).collect();
        match groups.iter_mut().find(|(_, taken)| taken.is_disjoint(&marks)) {
            Some((group, taken)) => {
                group.push(case);
                taken.extend(marks);
            }
            None => groups.push((vec![case], marks)),
        }
    }
    let home = Home::empty();
    let mut files = Vec::new();
    for (number, (group, _)) in groups.iter().enumerate() {
        let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut text = String::new();
        for case in group {
            let golden = fs::read_to_string(&case.files(ID, "user.js")[0])?;
            for line in golden.lines() {
                let list = LISTS.iter().find_map(|l| {
                    line.strip_prefix(&format!("user_pref(\"{l}\", \"")).map(|rest| (*l, rest.trim_end_matches("\");")))
                });
                match list {
                    Some((list, keys)) => lists.entry(list).or_default().push(keys.to_owned()),
                    None => text.push_str(&format!("{line}\n")),
                }
            }
        }
        for (list, keys) in lists {
            text.push_str(&format!("user_pref(\"{list}\", \"{}\");\n", keys.join(",")));
        }
        let file = home.path().join(format!("{number}.js"));
        fs::write(&file, text)?;
        files.push(file);
    }
    let mut arguments = vec![Path::new("accounts")];
    arguments.extend(files.iter().map(|f| f.as_path()));
    let answers = ask(&arguments)?;
    for ((group, _), answer) in groups.iter().zip(answers.as_array().into_iter().flatten()) {
        let shown = answer["accounts"].as_array().cloned().unwrap_or_default();
        let mut expected = 0;
        let mut paths = BTreeSet::new();
        for case in group {
            for account in written(case) {
                expected += 1;
                let what = format!("{}: {}", case.name, account.name);
                let Some(got) = shown.iter().find(|s| s["name"] == account.name.as_str()) else {
                    findings.check(false, || format!("{what}: Thunderbird has no such account"));
                    continue;
                };
                findings
                    .check(paths.insert(got["path"].to_string()), || format!("{what}: two accounts share a folder"));
                compare(&mut findings, &what, case, account, got, &answer["outgoing"]);
            }
        }
        let ours = shown.iter().filter(|s| s["type"] != "none").count();
        findings.same(&format!("{}: accounts", group[0].name), ours, expected);
        let local = shown.len() - ours;
        findings.same(&format!("{}: Local Folders", group[0].name), local, 1);
    }
    findings.finish(ID, "Thunderbird's accounts, every golden", cases)
}

fn socket(tls: Tls) -> u64 {
    match tls {
        Tls::None => 0,
        Tls::StartTls => 2,
        Tls::Implicit => 3,
    }
}

fn method(server: &Server) -> u64 {
    match (&server.credential.value, server.auth.as_ref().map(|a| a.value)) {
        (Credential::None, _) => 1,
        (Credential::OAuth2(_), _) => 10,
        (_, Some(Mechanism::CramMd5)) => 4,
        (_, Some(Mechanism::Gssapi)) => 5,
        (_, Some(Mechanism::Ntlm)) => 6,
        (_, Some(Mechanism::External)) => 7,
        _ => 3,
    }
}

/// What Thunderbird says of a server; where nobody logs in, one to fetch from still has a name of an owner.
fn same_server(findings: &mut Findings, what: &str, got: &Value, server: &Server) {
    findings.same(&format!("{what}: host"), &got["host"], server.host.as_str());
    findings.same(&format!("{what}: port"), &got["port"], u64::from(server.port.value));
    findings.same(&format!("{what}: TLS"), &got["socketType"], socket(server.tls.value));
    findings.same(&format!("{what}: login way"), &got["authMethod"], method(server));
    let login = match server.credential.value {
        Credential::None if server.protocol == Protocol::Smtp => String::new(),
        _ => server.login.for_program(server.protocol),
    };
    findings.same(&format!("{what}: login"), &got["user"], login.as_str());
    if matches!(server.credential.value, Credential::OAuth2(_)) {
        findings.check(got["knownOAuth2"] == true, || format!("{what}: Thunderbird knows no OAuth2 there"));
    }
}

fn compare(findings: &mut Findings, what: &str, case: &Case, account: &Account, got: &Value, outgoing: &Value) {
    let incoming = account.incoming().expect("written");
    findings.same(&format!("{what}: type"), &got["type"], incoming.protocol.key());
    same_server(findings, what, got, incoming);
    let uri = got["uri"].as_str().unwrap_or_default();
    if incoming.protocol == Protocol::Imap {
        if let Some(trash) = &account.folders.trash {
            findings.same(&format!("{what}: trash"), &got["trash"], path(trash.as_str()).as_str());
        }
    } else {
        findings.same(&format!("{what}: stays on the server"), &got["leave"], true);
    }
    let smtp = account.smtp.as_ref().filter(|s| !case.leaves_out(ID, account, &s.host.to_string()));
    let mut senders: Vec<(Option<&Identity>, Option<&Server>)> = vec![(None, smtp)];
    for identity in &account.identities {
        match &identity.smtp {
            Some(own) if case.leaves_out(ID, account, &own.host.to_string()) => {}
            own => senders.push((Some(identity), own.as_ref().or(smtp))),
        }
    }
    let identities = got["identities"].as_array().cloned().unwrap_or_default();
    findings.same(&format!("{what}: identities"), identities.len(), senders.len());
    for ((identity, server), got) in senders.into_iter().zip(&identities) {
        let address = identity.map_or(&account.address, |i| &i.address);
        let what = format!("{what}: {}", address.value);
        findings.same(&format!("{what}: address"), &got["address"], address.as_str());
        let name = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref());
        findings.same(&format!("{what}: name"), &got["name"], name.map_or("", |n| n.as_str()));
        let reply_to = identity.and_then(|i| i.reply_to.as_ref());
        findings.same(&format!("{what}: reply-to"), &got["replyTo"], reply_to.map_or("", |r| r.as_str()));
        let sender = outgoing.as_array().and_then(|all| all.iter().find(|o| o["key"] == got["outgoing"]));
        findings.same(&format!("{what}: has a submission server"), sender.is_some(), server.is_some());
        if let (Some(sender), Some(server)) = (sender, server) {
            same_server(findings, &format!("{what}: submission"), sender, server);
        }
        findings.same(&format!("{what}: keeps a copy"), &got["fcc"], account.save_sent.value);
        if incoming.protocol == Protocol::Imap {
            let f = &account.folders;
            let sent = f.sent.as_ref().filter(|_| account.save_sent.value);
            for (key, folder) in [("sent", sent), ("drafts", f.drafts.as_ref()), ("archive", f.archive.as_ref())] {
                if let Some(folder) = folder {
                    let want = format!("{uri}/{}", mailwright::quote::mutf7::encode(&path(folder.as_str())));
                    findings.same(&format!("{what}: {key}"), &got[key], want.as_str());
                }
            }
        }
        match identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()).map(|s| &s.value) {
            Some(Signature::Text(lines)) => {
                findings.same(&format!("{what}: signature"), &got["signature"], lines.as_str());
                findings.same(&format!("{what}: signature is text"), &got["signatureIsHtml"], false);
            }
            Some(Signature::File(file)) => {
                let got = got["signatureFile"].as_str().unwrap_or_default();
                match file.as_str().strip_prefix("~/") {
                    // The home is a throw-away one.
                    Some(below) => findings.check(got.starts_with('/') && got.ends_with(&format!("/{below}")), || {
                        format!("{what}: signature file {got}")
                    }),
                    None => findings.same(&format!("{what}: signature file"), got, file.as_str()),
                }
            }
            _ => findings.same(&format!("{what}: no signature"), &got["signature"], ""),
        }
        let pgp = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref());
        if let Some(pgp) = pgp.filter(|_| !case.has_note(ID, account, "pgp-key")) {
            let key = pgp.key.as_ref().expect("a key").as_str().trim_start_matches("0x");
            findings.same(&format!("{what}: OpenPGP key"), &got["pgpKey"], key);
            findings.same(&format!("{what}: signs"), &got["sign"], pgp.sign);
            findings.same(&format!("{what}: encrypts"), &got["encrypt"], if pgp.encrypt { 2 } else { 0 });
            findings.same(&format!("{what}: by OpenPGP"), &got["technology"], 2);
        }
    }
}

/// A folder's way as Thunderbird has it: with `/` between its parts.
fn path(folder: &str) -> String {
    if folder.starts_with("INBOX.") { folder.replace('.', "/") } else { folder.to_owned() }
}

/// The profile is found, nothing doubles, and an account that was added by hand stays.
fn three_starts() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let case = Case::named("dotfile-keeper");
    let home = Home::empty();
    lab::copy_tree(&case.folder.join(ID), home.path());
    let starts = ask(&[Path::new("starts"), home.path(), Path::new("mailwright")])?;
    let names = |n: usize| -> Vec<String> {
        let accounts = starts[n]["accounts"].as_array().cloned().unwrap_or_default();
        accounts.iter().map(|a| a["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    findings.same("the profile", &starts[0]["profile"], "mailwright");
    findings.same("the first start", names(0), vec!["gmail", "alice", "bob", "Local Folders"]);
    findings.same("the second start", &starts[1], &starts[0]);
    findings.same(
        "the third start, after one was added by hand",
        names(2),
        vec!["gmail", "alice", "bob", "Mail for own@hand.test", "Local Folders"],
    );
    let list = case.files(ID, "user.js");
    let text = fs::read_to_string(&list[0])?;
    for (what, shown) in [("defaultaccount", "defaultAccount"), ("defaultserver", "defaultOutgoing")] {
        let got = starts[2][shown].as_str().unwrap_or_default().to_owned();
        findings.check(got.starts_with("alice_") && text.contains(&format!("{what}\", \"{got}\"")), || {
            format!("{what}: {got}")
        });
    }
    findings.finish(ID, "Thunderbird, three starts with one profile", 1)
}

/// Values full of special characters, read by the parser that reads `user.js`: the same, and not a preference more.
fn nasty_values() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let target = find(ID).expect("thunderbird");
    let mut texts = Vec::new();
    let mut wanted = Vec::new();
    for value in crate::values::list() {
        // In a login `{address}` and the like are filled in; a brace itself is doubled.
        let login = value.replace('{', "{{");
        let account = json!({ "accounts": { "a": {
            "address": "a@gmail.com", "name": value, "login": login, "signature": value, "folders": { "drafts": value },
        } } });
        let reading = mailwright::read_text("a.yaml", &account.to_string());
        if reading.failed() {
            continue;
        }
        let Ok(bundle) = target.render(&Run::of(&reading.mail)) else {
            findings.refused();
            continue;
        };
        texts.push(String::from_utf8(bundle.files[0].bytes.clone())?);
        wanted.push(value);
    }
    let home = Home::empty();
    let list = home.path().join("values.json");
    fs::write(&list, json!(texts).to_string())?;
    let answers = ask(&[Path::new("values"), &list])?;
    let mut count = None;
    for (value, answer) in wanted.iter().zip(answers.as_array().into_iter().flatten()) {
        findings.same(&format!("{value:?}: complaints"), &answer["errors"], &json!([]));
        let prefs = answer["prefs"].as_array().cloned().unwrap_or_default();
        let of = |end: &str| {
            prefs
                .iter()
                .find(|p| p[0].as_str().is_some_and(|n| n.ends_with(end)))
                .map(|p| p[1].clone())
                .unwrap_or_default()
        };
        for end in [".fullName", ".userName", ".username", ".htmlSigText"] {
            findings.same(end, of(end), json!(value));
        }
        // A harmless value leads to as many.
        let number = *count.get_or_insert(prefs.len());
        findings.same(&format!("{value:?}: preferences"), prefs.len(), number);
    }
    findings.finish(ID, "Thunderbird's preferences, nasty values", wanted.len())
}

/// Thunderbird sends from every account, files copies and fetches, by a golden as it is.
fn in_use(golden: &str, addresses: &[&str], findings: &mut Findings) {
    let case = Case::named(golden);
    let home = Home::of(case.accounts());
    lab::copy_tree(&case.folder.join(ID), home.path());
    let passwords: BTreeMap<&str, &str> =
        case.accounts().iter().map(|a| (a.address.as_str(), lab::password(a.address.as_str()))).collect();
    let request = home.path().join("use.json");
    lab::write_private(&request, json!({ "passwords": passwords, "subject": "By" }).to_string().as_bytes());
    let answer = match ask(&[Path::new("use"), home.path(), Path::new("mailwright"), &request]) {
        Ok(answer) => answer,
        Err(why) => return findings.check(false, || format!("{:?}", why.message())),
    };
    let done = answer.as_array().cloned().unwrap_or_default();
    findings.check(!done.is_empty(), || format!("{answer}"));
    for one in &done {
        for what in ["fetched", "sentIsThere", "draftsAreThere"] {
            findings.check(one[what] == true, || format!("{what}: {one}"));
        }
    }
    findings.same("sent by every account", done.len(), case.accounts().len());
    for address in addresses {
        let account = case.accounts().iter().find(|a| a.address.as_str() == *address).expect("an account");
        let mail = with_subject(address, "", &format!("By {address}"));
        findings.same(&format!("mail to {address}"), mail.len(), 1);
        if let Some(mail) = mail.first() {
            let from = header(mail, "from");
            findings.check(from.contains(address), || format!("From: {from}"));
        }
        if account.save_sent.value {
            let folder = account.folders.sent.as_ref().expect("sent").to_string();
            findings.same(
                &format!("copies of {address}"),
                with_subject(address, &format!(".{folder}"), &format!("By {address}")).len(),
                1,
            );
        }
    }
}
