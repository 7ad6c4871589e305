//! aerc: opens every golden, in a terminal without any network; reads and sends by some of them in the box.

use std::collections::BTreeMap;
use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Mechanism, Os, Protocol, Server, Signature, Tls};
use mailwright::target::Options;
use percent_encoding::percent_decode_str;

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, BOX, Home, PRIVATE};
use crate::mailbox::{drain, with_subject};
use crate::report::Findings;
use crate::sending::{Step, only, sent_by, step, tail};
use crate::terminal::Terminal;

pub fn tests() -> Vec<Test> {
    vec![Test::new("aerc_reads_every_golden", &["aerc", "script", PRIVATE], reads)]
}

pub const STEPS: &[Step] = &[Step { needs: &[BOX, "aerc"], ..step("aerc_by_password_and_token", "aerc", 3, mails) }];

/// The sections of a file, read apart from the code that wrote it: a value is bare, or between backticks.
fn sections(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            name = section.to_owned();
            assert!(sections.insert(name.clone(), BTreeMap::new()).is_none(), "a section twice");
        } else if let Some((key, value)) = line.split_once(" = ") {
            let value = value.strip_prefix('`').and_then(|v| v.strip_suffix('`')).unwrap_or(value);
            sections.get_mut(&name).expect("a section").insert(key.to_owned(), value.to_owned());
        }
    }
    sections
}

/// What a server's URL has to say: scheme, user, host and port.
fn url_of(server: &Server, old: bool) -> (String, Option<String>, String) {
    let mut scheme = match (server.protocol, server.tls.value) {
        (Protocol::Smtp, Tls::Implicit) => "smtps",
        (Protocol::Smtp, Tls::None) if !old => "smtp+insecure",
        (Protocol::Smtp, _) => "smtp",
        (_, Tls::Implicit) => "imaps",
        (_, Tls::StartTls) => "imap",
        (_, Tls::None) => "imap+insecure",
    }
    .to_owned();
    match &server.credential.value {
        Credential::OAuth2(oauth2) if oauth2.mechanism.as_ref().is_some_and(|m| m.value == Mechanism::XOAuth2) => {
            scheme.push_str("+xoauth2");
        }
        Credential::OAuth2(_) => scheme.push_str("+oauthbearer"),
        // By IMAP it does not log in when the URL has no login.
        Credential::None if server.protocol == Protocol::Smtp => scheme.push_str("+none"),
        Credential::None => {}
        Credential::Password(_) => match server.auth.as_ref().map(|a| a.word()) {
            Some(word @ ("plain" | "login")) if server.protocol == Protocol::Smtp => {
                scheme.push_str(&format!("+{word}"));
            }
            _ => {}
        },
    }
    let user = (!matches!(server.credential.value, Credential::None)).then(|| server.login.text.to_string());
    (scheme, user, server.endpoint())
}

fn parsed(url: &str) -> (String, Option<String>, String) {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (user, endpoint) = match rest.rsplit_once('@') {
        Some((user, endpoint)) => (Some(percent_decode_str(user).decode_utf8_lossy().into_owned()), endpoint),
        None => (None, rest),
    };
    (scheme.to_owned(), user, endpoint.to_owned())
}

/// What aerc's log says that a mailbox is, with nothing quoted.
fn plain(mailbox: &str) -> (String, String) {
    let Some((name, address)) = mailbox.strip_suffix('>').and_then(|m| m.rsplit_once('<')) else {
        return (String::new(), mailbox.to_owned());
    };
    let name = name.trim_end();
    let name = match name.strip_prefix('"').and_then(|n| n.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    };
    (name, address.to_owned())
}

fn wanted(account: &Account) -> bool {
    match account.incoming() {
        None => false,
        Some(_) if Options::of(account, "aerc").is("mail", "maildir") => true,
        Some(server) => server.protocol == Protocol::Imap && crate::cases::usable(&server.credential.value),
    }
}

/// The name of a section: no other one's beginning up to a dot.
fn section(account: &Account, case: &Case) -> String {
    let child = case.accounts().iter().any(|a| account.name.starts_with(&format!("{}.", a.name)));
    match account.name.as_str() {
        "DEFAULT" => "default-account".to_owned(),
        name if child => name.replace('.', "-"),
        name => name.to_owned(),
    }
}

fn reads() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(file) = case.files("aerc", "accounts.conf").pop() else { continue };
        cases += 1;
        let home = Home::of(case.accounts());
        lab::copy_tree(&case.folder.join("aerc"), home.path());
        for path in ["Mail/home/INBOX/cur", "Mail/old letters/cur", "Mail/bob/INBOX/cur"] {
            fs::create_dir_all(home.path().join(path)).expect("folder");
        }
        let accounts: Vec<&Account> = case.accounts().iter().filter(|a| wanted(a)).collect();
        let log = home.path().join("log");
        let mut terminal = Terminal::start(&home, &["unshare", "--net"], "aerc > ~/log");
        let reports = |log: &str, name: &str| log.lines().any(|l| l.contains(&format!("[{name}] unexpected error: ")));
        terminal.wait(10, |_| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            accounts.iter().all(|a| Options::of(a, "aerc").is("mail", "maildir") || reports(&log, &section(a, &case)))
        });
        let screen = terminal.end(":quit\r");
        let log = fs::read_to_string(&log).unwrap_or_default();
        // What aerc understood, by its own words.
        let from: Vec<_> = log
            .lines()
            .filter_map(|l| l.split_once("accounts.conf: [")?.1.split_once("] from = "))
            .map(|(name, from)| (name.to_owned(), plain(from)))
            .collect();
        let mut sorted: Vec<&Account> = accounts.clone();
        sorted.sort_by_key(|a| Some(a.name.as_str()) != case.reading.mail.default_account().map(|d| d.name.as_str()));
        let want: Vec<_> = sorted
            .iter()
            .map(|a| {
                let name = a.full_name.as_ref().map(|n| n.to_string()).unwrap_or_default();
                (section(a, &case), (name, a.address.to_string()))
            })
            .collect();
        findings.same(&format!("{}: accounts, {}", case.name, tail(&screen)), from, want);
        let text = fs::read_to_string(&file).expect("golden");
        let read = sections(&text);
        findings.same(&format!("{}: sections", case.name), read.len(), accounts.len());
        for account in accounts {
            let name = section(account, &case);
            let what = format!("{}: {name}", case.name);
            let Some(keys) = read.get(&name) else { continue };
            let options = Options::of(account, "aerc");
            let error = log.lines().find_map(|l| l.split_once(&format!("[{name}] unexpected error: ")));
            let server = account.incoming().expect("wanted");
            if options.is("mail", "maildir") {
                findings.same(&format!("{what}: errors"), error, None);
                findings.check(keys["source"].starts_with("maildir"), || format!("{what}: {:?}", keys["source"]));
            } else {
                // It has found the host, and the port where no name has to be looked up.
                let host = match server.host.as_str().parse::<std::net::IpAddr>().is_ok() {
                    true => format!("dial tcp {}: ", server.endpoint()),
                    // The system knows this one.
                    false if server.host.as_str() == "localhost" => format!(":{}: connect: ", server.port.value),
                    false => format!("lookup {} ", server.host.value),
                };
                findings.check(error.is_some_and(|e| e.1.contains(&host)), || format!("{what}: {host}: {error:?}"));
                findings.same(&format!("{what}: source"), parsed(&keys["source"]), url_of(server, false));
            }
            if options.is("send", "msmtp") {
                findings.check(keys["outgoing"].starts_with("msmtp "), || format!("{what}: {:?}", keys["outgoing"]));
            } else if let Some(smtp) = &account.smtp {
                let old = options.is("version", "0.14");
                findings.same(&format!("{what}: outgoing"), parsed(&keys["outgoing"]), url_of(smtp, old));
                let starttls = keys.get("smtp-starttls").map(String::as_str);
                findings.same(
                    &format!("{what}: STARTTLS"),
                    starttls,
                    (smtp.tls.value == Tls::StartTls).then_some("yes"),
                );
                if let Credential::Password(secret) = &smtp.credential.value {
                    let line = secret.command(Os::Linux).map(|c| c.first_line());
                    let written = keys.get("outgoing-cred-cmd");
                    findings.check(line.is_none() || line.as_ref() == written, || format!("{what}: {written:?}"));
                }
            }
            let copies =
                account.save_sent.value && (account.folders.sent.is_some() || server.protocol == Protocol::Pop3);
            findings.same(&format!("{what}: copies"), keys.contains_key("copy-to"), copies);
            if server.protocol == Protocol::Imap {
                let drafts = account.folders.drafts.as_ref().map(|d| d.as_str());
                findings.same(&format!("{what}: drafts"), keys.get("postpone").map(String::as_str), drafts);
            }
            let key = account.pgp.as_ref().and_then(|p| p.key.as_ref()).map(|k| k.as_str());
            findings.same(&format!("{what}: key"), keys.get("pgp-key-id").map(String::as_str), key);
            match account.signature.as_ref().map(|s| &s.value) {
                None => findings.check(!text.is_empty() && !keys.contains_key("signature-cmd"), || what.clone()),
                Some(Signature::File(path)) => findings.same(&what, &keys["signature-file"], path.as_str()),
                Some(Signature::Command(line)) => findings.same(&what, &keys["signature-cmd"], &line.shell_line()),
                Some(Signature::Text(lines)) => {
                    let said = lab::run(home.command("sh").args(["-c", &keys["signature-cmd"]]));
                    findings.same(&format!("{what}: signature"), said.out, lines.as_str());
                }
            }
        }
    }
    findings.finish("aerc", "aerc in a terminal, every golden", cases)
}

/// A mail to oneself, written, sent and found again in the inbox.
fn mail(findings: &mut Findings, case: &Case, user: &str, copy: &str, subject: &str) -> serde_json::Value {
    let home = Home::of(case.accounts());
    lab::copy_tree(&case.folder.join("aerc"), home.path());
    let mut terminal = Terminal::start(&home, &["timeout", "60"], &format!("aerc 'mailto:{user}?subject={subject}'"));
    let ready = terminal.wait(20, |s| s.contains("Send this email?"));
    terminal.keys("y");
    let sent = terminal.wait(20, |_| !with_subject(user, copy, subject).is_empty());
    let screen = terminal.end(":quit\r");
    drain();
    let mut reader = Terminal::start(&home, &["timeout", "60"], "aerc");
    let listed = reader.wait(10, |s| s.contains(subject));
    let list = reader.end(":quit\r");
    let screens = || format!("{}\n{}", tail(&screen), tail(&list));
    findings.check(ready && sent && listed, || format!("{subject}: {ready} {sent} {listed}: {}", screens()));
    only(findings, user, "", subject)
}

fn mails(findings: &mut Findings) {
    let me = "me@gmail.com";
    for (case, subject) in [("gmail-starttls", "aerc-by-starttls"), ("gmail-oauth2", "aerc-by-token")] {
        let case = Case::named(case);
        let copy = ".[Gmail].Sent Mail";
        let mail = mail(findings, &case, me, copy, subject);
        sent_by(findings, &mail, me);
        findings.same(&format!("{subject}: name"), &mail["from"]["name"], "Me Example");
        only(findings, me, copy, subject);
    }
    let bob = "bob@example.test";
    let case = Case::named("awkward");
    let mail = mail(findings, &case, bob, ".Sent", "aerc-awkward");
    sent_by(findings, &mail, bob);
    let name = case.account("bob").full_name.as_ref().expect("a name").to_string();
    // It reads the name whole, and shows it for editing without `\\` and with another quote.
    let edited = name.replace('\\', "").replace('"', "'");
    findings.same("awkward: name", mail["from"]["name"].as_str(), Some(edited.as_str()));
    only(findings, bob, ".Sent", "aerc-awkward");
}
