//! Himalaya 1 and 2: both list the accounts of every golden and compose from each; they read and send in the box.
//!
//! Version 1 trusts, for sending, only the authorities that were compiled into it, so that it cannot send in the box.

use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Identity, Protocol, Server, Signature, Tls};
use mailwright::target::Options;
use serde_json::Value;
use toml::Table;

use crate::Test;
use crate::cases::{Case, usable};
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::drain;
use crate::report::Findings;
use crate::sending::{Step, limited, only, sent_by, step, with_input};

const ONE: &str = "himalaya-1.2.0";
const TWO: &str = "himalaya-2.2.1";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("himalaya_1_reads_every_golden", &[ONE], || reads(ONE)),
        Test::new("himalaya_2_reads_every_golden", &[TWO], || reads(TWO)),
        Test::new("himalayas_file_is_toml", &[], values),
    ]
}

pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, ONE, "msmtp"], ..step("himalaya_1_reads", "himalaya", 1, |f| mails(f, ONE)) },
    Step { needs: &[BOX, TWO], ..step("himalaya_2_reads_and_sends", "himalaya", 3, |f| mails(f, TWO)) },
];

/// An account of Himalaya's: the account's own address, or an identity's.
struct Sender<'a> {
    name: String,
    account: &'a Account,
    identity: Option<&'a Identity>,
    imap: Option<&'a Server>,
    smtp: Option<&'a Server>,
}

fn senders(case: &Case) -> Vec<Sender<'_>> {
    let mut senders = Vec::new();
    for account in case.accounts() {
        let name = if account.name == "default" { account.address.to_string() } else { account.name.clone() };
        for (n, identity) in std::iter::once(None).chain(account.identities.iter().map(Some)).enumerate() {
            let can = |s: &&Server| usable(&s.credential.value);
            let imap = account.incoming().filter(|s| s.protocol == Protocol::Imap).filter(can);
            let smtp = identity.and_then(|i| i.smtp.as_ref()).or(account.smtp.as_ref()).filter(can);
            if imap.is_some() || smtp.is_some() {
                let name = if n == 0 { name.clone() } else { format!("{name}-{}", n + 1) };
                senders.push(Sender { name, account, identity, imap, smtp });
            }
        }
    }
    senders
}

impl Sender<'_> {
    /// Whether a version is written for, and can log in at a server.
    fn has(&self, version: &str, server: Option<&Server>) -> bool {
        let options = Options::of(self.account, "himalaya");
        let logs_in = |s: &Server| matches!(s.credential.value, Credential::Password(_));
        match version {
            ONE => !options.is("version", "2") && server.is_some_and(logs_in),
            _ => !options.is("version", "1") && server.is_some(),
        }
    }

    fn from(&self) -> (String, String) {
        let name = self.identity.and_then(|i| i.name.as_ref()).or(self.account.full_name.as_ref());
        let address = self.identity.map_or(&self.account.address, |i| &i.address);
        (name.map(|n| n.to_string()).unwrap_or_default(), address.to_string())
    }

    fn signature(&self) -> Option<&Signature> {
        self.identity.and_then(|i| i.signature.as_ref()).or(self.account.signature.as_ref()).map(|s| &s.value)
    }
}

fn config(case: &Case) -> Option<(Home, std::path::PathBuf)> {
    let file = case.files("himalaya", "config.toml").pop()?;
    let home = Home::of(case.accounts());
    lab::copy_tree(&case.folder.join("himalaya"), home.path());
    Some((home, file))
}

fn reads(version: &str) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    let program = lab::built(version).to_string_lossy().into_owned();
    for case in Case::all() {
        let Some((home, _)) = config(&case) else { continue };
        cases += 1;
        let ask = |words: &[&str]| run(home.command(&program).args(words));
        let list = match version {
            ONE => ask(&["-o", "json", "account", "list"]),
            _ => ask(&["--json", "account", "list"]),
        };
        findings.check(list.ok && list.err.is_empty(), || format!("{}: {}{}", case.name, list.out, list.err));
        let mut json: Value = serde_json::from_str(&list.out).unwrap_or_default();
        if version == TWO {
            json = json["accounts"].take();
        }
        let mut listed: Vec<(String, String, bool)> = json
            .as_array()
            .into_iter()
            .flatten()
            .map(|a| {
                let backends = match &a["backends"] {
                    Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
                    _ => a["backend"].as_str().unwrap_or_default().to_lowercase(),
                };
                let name = a["name"].as_str().unwrap_or_default().to_owned();
                (name, backends, a["default"].as_bool().unwrap_or_default())
            })
            .collect();
        listed.sort();
        let senders = senders(&case);
        let mut want: Vec<_> = senders
            .iter()
            .map(|s| {
                let both = [("imap", s.imap), ("smtp", s.smtp)];
                let backends: Vec<_> = both.into_iter().filter(|(_, b)| s.has(version, *b)).map(|(n, _)| n).collect();
                (s.name.clone(), backends.join(", "), s.account.default && s.identity.is_none())
            })
            .collect();
        want.sort();
        findings.same(&format!("{}: accounts", case.name), listed, want);
        for sender in senders.iter().filter(|s| s.has(version, s.smtp)) {
            composes(&mut findings, version, &case, &home, sender);
        }
    }
    findings.finish("himalaya", &format!("{version}, every golden"), cases)
}

/// What it writes into a new mail: the sender and the signature.
fn composes(findings: &mut Findings, version: &str, case: &Case, home: &Home, sender: &Sender<'_>) {
    let what = format!("{}: {}", case.name, sender.name);
    let program = lab::built(version).to_string_lossy().into_owned();
    fs::write(home.path().join(".signature"), "from a file\n").expect("write");
    let words: &[&str] = match version {
        ONE => &["template", "write", "-a", &sender.name],
        // With the other backend it would look for folders.
        _ => &[
            "message",
            "compose",
            "-b",
            "smtp",
            "-a",
            &sender.name,
            "--to",
            "a@b.example",
            "--subject",
            "s",
            "--body",
            "b",
        ],
    };
    let said = run(home.command(&program).args(words));
    findings.check(said.ok, || format!("{what}: {}{}", said.out, said.err));
    let want = sender.from();
    let body = if version == ONE {
        // A template to be edited: nothing is encoded, and quotes in a name are not escaped.
        let from = said.out.lines().find_map(|l| l.strip_prefix("From: ")).unwrap_or_default();
        let plain = from.replace('"', "");
        let name = want.0.replace('"', "");
        let whole = if name.is_empty() { want.1.clone() } else { format!("{name} <{}>", want.1) };
        findings.same(&format!("{what}: from"), plain.replace("\\\\", "\\").replace("\\", ""), whole.replace('\\', ""));
        said.out.replace("\r\n", "\n")
    } else {
        let mail = home.path().join("mail");
        fs::write(&mail, &said.out).expect("write");
        let read = run(std::process::Command::new("python3").arg(lab::script("read-mail.py")).arg(&mail));
        let json: Value = serde_json::from_str(&read.out).unwrap_or_default();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        findings.same(
            &format!("{what}: from"),
            (text(&json[0]["from"]["name"]), text(&json[0]["from"]["address"])),
            want,
        );
        text(&json[0]["body"]).replace("\r\n", "\n")
    };
    let both = ["1", "2"].iter().all(|v| !Options::of(sender.account, "himalaya").is("version", v));
    let text = match sender.signature() {
        Some(Signature::Text(lines))
            if !(both && (lines.as_str().contains('$') || lines.as_str().starts_with('~'))) =>
        {
            lines.as_str().strip_prefix("-- \n").unwrap_or(lines.as_str()).trim_end().to_owned()
        }
        Some(Signature::File(_)) if version == ONE && !both => "from a file".to_owned(),
        _ => String::new(),
    };
    let got = body.split_once("\n-- \n").map(|(_, s)| s.trim_end().to_owned()).unwrap_or_default();
    findings.same(&format!("{what}: signature"), got, text);
}

/// The values, read by a TOML reader that has no part in the writing.
fn values() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some((_, file)) = config(&case) else { continue };
        cases += 1;
        let text = fs::read_to_string(file).expect("golden");
        let table: Table = text.parse().map_err(|e| format!("{}: {e}", case.name))?;
        for sender in senders(&case) {
            let what = format!("{}: {}", case.name, sender.name);
            let at = |path: &str| {
                let account = &table["accounts"][&sender.name];
                path.split('.').try_fold(account, |value, key| value.get(key))
            };
            let text = |path: &str| at(path).and_then(|v| v.as_str()).map(str::to_owned);
            for (one, two, server) in [("backend", "imap", sender.imap), ("message.send.backend", "smtp", sender.smtp)]
            {
                if let Some(server) = server.filter(|_| sender.has(ONE, server)) {
                    findings.same(&what, text(&format!("{one}.host")), Some(server.host.to_string()));
                    let port = at(&format!("{one}.port")).and_then(|v| v.as_integer());
                    findings.same(&what, port, Some(i64::from(server.port.value)));
                    let encryption = match server.tls.value {
                        Tls::Implicit => "tls",
                        Tls::StartTls => "start-tls",
                        Tls::None => "none",
                    };
                    findings.same(&what, text(&format!("{one}.encryption.type")).as_deref(), Some(encryption));
                } else {
                    findings.same(&what, at(&format!("{one}.host")), None);
                }
                if let Some(server) = server.filter(|_| sender.has(TWO, server)) {
                    let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
                    let url = format!("{two}{s}://{}", server.endpoint());
                    findings.same(&what, text(&format!("{two}.server")), Some(url));
                    let starttls = at(&format!("{two}.starttls")).and_then(|v| v.as_bool()).unwrap_or(false);
                    findings.same(&what, starttls, server.tls.value == Tls::StartTls);
                } else {
                    findings.same(&what, at(two), None);
                }
            }
            let copy = at("message.send.save-copy").and_then(|v| v.as_bool()).unwrap_or(false);
            findings.same(
                &what,
                copy,
                sender.account.save_sent.value && sender.imap.is_some() && sender.smtp.is_some(),
            );
            for (version, key) in [(ONE, "folder.aliases"), (TWO, "mailbox.alias")] {
                let folders = &sender.account.folders;
                for (name, folder) in [("sent", &folders.sent), ("drafts", &folders.drafts), ("trash", &folders.trash)]
                {
                    let written = text(&format!("{key}.{name}"));
                    let on = match version {
                        ONE => !Options::of(sender.account, "himalaya").is("version", "2"),
                        _ => !Options::of(sender.account, "himalaya").is("version", "1"),
                    };
                    let want = folder.as_ref().filter(|_| on && sender.imap.is_some()).map(|f| f.to_string());
                    findings.same(&format!("{what}: {key}.{name}"), written, want);
                }
            }
        }
    }
    findings.finish("himalaya", "the toml crate, every golden", cases)
}

/// A mail to oneself, sent by version 2, is in the list of either.
fn mails(findings: &mut Findings, version: &str) {
    let two = lab::built(TWO);
    for (golden, user, copy) in [
        ("gmail-starttls", "me@gmail.com", ".[Gmail].Sent Mail"),
        ("gmail-oauth2", "me@gmail.com", ".[Gmail].Sent Mail"),
        ("awkward", "bob@example.test", ".Sent"),
    ] {
        if version == ONE && golden != "gmail-starttls" {
            continue;
        }
        let case = Case::named(golden);
        let (home, _) = config(&case).expect("a golden");
        let subject = format!("{version}-{golden}");
        let program = lab::built(version).to_string_lossy().into_owned();
        if version == TWO {
            let words = ["message", "compose", "--to", user, "--subject", &subject, "--body", "text", "--send"];
            let said = run(limited(&home, &two.to_string_lossy()).args(words));
            findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        } else {
            lab::copy_tree(&case.folder.join("msmtp"), home.path());
            let mail = format!("From: {user}\nTo: {user}\nSubject: {subject}\n\ntext\n");
            let said = with_input(limited(&home, "msmtp").arg("-t"), &mail);
            findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        }
        drain();
        let mail = only(findings, user, "", &subject);
        if version == TWO {
            sent_by(findings, &mail, user);
            let name = case.accounts()[0].full_name.as_ref().map(|n| n.to_string()).unwrap_or_default();
            findings.same(&format!("{subject}: name"), mail["from"]["name"].as_str(), Some(name.as_str()));
            only(findings, user, copy, &subject);
        }
        let said = run(limited(&home, &program).args(["envelope", "list"]));
        findings.check(said.ok && said.out.contains(&subject), || format!("{subject}: {}{}", said.out, said.err));
    }
}
