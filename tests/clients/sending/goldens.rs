//! The steps of msmtp, mutt, neomutt and Thunderbird: what their goldens send, and what they fetch.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::programs::{copy_all, fetched, home_of, only, send, sent_by, session, tail};
use super::watch::Watch;
use super::{Step, step};
use crate::cases::Case;
use crate::lab::{self, AWKWARD, BOX, Home, run, script};
use crate::mailbox::{header, log_lines, with_subject};
use crate::report::Findings;

const MUTTS: [&str; 2] = ["mutt", "neomutt"];

pub const STEPS: &[Step] = &[
    step("gmail_by_password", "msmtp, mutt, neomutt", 2, gmail_by_password),
    step("gmail_by_oauth2", "msmtp, mutt, neomutt", 1, gmail_by_oauth2),
    Step {
        users: Some("me@gmail.com\tabcdefghijklmnop\tgmail-german\tme+shop@gmail.com joerg@example.org\n"),
        ..step("identities_and_german_folders", "msmtp, mutt, neomutt", 1, identities)
    },
    step("awkward_values", "msmtp, mutt, neomutt", 1, awkward),
    step("three_accounts_in_mutt", "mutt", 1, |f| three_accounts("mutt", f)),
    step("three_accounts_in_neomutt", "neomutt", 1, |f| three_accounts("neomutt", f)),
    Step { needs: &[BOX, "thunderbird"], ..step("thunderbird_logs_in", "autoconfig", 2, thunderbird) },
];

/// Ports 587 and 993 with one golden, 465 and 995 with the other; one copy of what is sent in Sent.
fn gmail_by_password(findings: &mut Findings) {
    let watch = Watch::start("abcdefghijklmnop");
    let starttls = Case::named("gmail-starttls");
    let pop3 = Case::named("gmail-pop3");
    let me = "me@gmail.com";
    for (case, service) in [(&starttls, "submission"), (&pop3, "submissions")] {
        let home = home_of(case);
        for program in ["msmtp", "mutt", "neomutt"] {
            let subject = format!("{program} by {service}");
            let before = log_lines("postfix.log", &[&format!("postfix/{service}/smtpd"), "sasl_username=me@gmail.com"]);
            let sent = send(program, &home, &[], me, &subject);
            findings.check(sent.is_ok(), || format!("{subject}: {sent:?}"));
            let after = log_lines("postfix.log", &[&format!("postfix/{service}/smtpd"), "sasl_username=me@gmail.com"]);
            findings.same(&format!("{subject}: logins at {service}"), after - before, 1);
            let mail = only(findings, me, "", &subject);
            findings.same(&format!("{subject}: from"), &mail["from"]["address"], me);
            if program != "msmtp" {
                findings.same(&format!("{subject}: name"), &mail["from"]["name"], "Me Example");
            }
            // Gmail files what is sent by itself: a copy of the program's would be the second.
            only(findings, me, ".[Gmail].Sent Mail", &subject);
        }
    }
    let subjects = ["msmtp by submission", "mutt by submissions", "neomutt by submission"];
    for (case, log) in [(&starttls, "imap-login: Info: Login"), (&pop3, "pop3-login: Info: Login")] {
        for program in MUTTS {
            let home = home_of(case);
            let screen = session(program, &home, &[], &format!("{}<exit>", copy_all("fetched")));
            let what = format!("{}: {program} fetches", case.name);
            findings.check(fetched(&home, "fetched", &subjects), || format!("{what}: {}", tail(&screen)));
            findings.check(!screen.contains("Password"), || format!("{what}: it asked for a password"));
        }
        findings
            .check(log_lines("dovecot.log", &[log, "user=<me@gmail.com>"]) >= 2, || format!("{log}: no such logins"));
    }
    // With recent: before the login Gmail hands out the mail of the last 30 days, to every program.
    let recent = log_lines("dovecot.log", &["pop3-login: Info: Login", "sent=<recent"]);
    findings.check(recent >= 2, || "no POP3 login as recent:me@gmail.com".into());
    findings.same("command lines with the password", watch.end(), BTreeSet::new());
}

fn gmail_by_oauth2(findings: &mut Findings) {
    let case = Case::named("gmail-oauth2");
    let home = home_of(&case);
    let me = "me@gmail.com";
    for program in ["msmtp", "mutt", "neomutt"] {
        let subject = format!("{program} by OAuth2");
        let sent = send(program, &home, &[], me, &subject);
        findings.check(sent.is_ok(), || format!("{subject}: {sent:?}"));
        let mail = only(findings, me, "", &subject);
        sent_by(findings, &mail, me);
        only(findings, me, ".[Gmail].Sent Mail", &subject);
    }
    findings.same("submission logins without a token", log_lines("postfix.log", &["sasl_method=PLAIN"]), 0);
    for program in MUTTS {
        let home = home_of(&case);
        let screen = session(program, &home, &[], &format!("{}<exit>", copy_all("fetched")));
        findings
            .check(fetched(&home, "fetched", &["msmtp by OAuth2"]), || format!("{program} fetches: {}", tail(&screen)));
    }
    let tokens =
        ["method=OAUTHBEARER", "method=XOAUTH2"].map(|m| log_lines("dovecot.log", &["imap-login: Info: Login", m]));
    findings.check(tokens[0] + tokens[1] >= 2, || "no IMAP login by a token".into());
}

/// Every identity of an account, with its name, its answer address and its signature; folders in German.
fn identities(findings: &mut Findings) {
    let case = Case::named("gmail-german-identities");
    let me = "me@gmail.com";
    let löwe = "Jörg vom Löwen\n";
    let own = "Jörg Müller\n`Zum Löwen`, 50 % $teurer\n";
    for program in MUTTS {
        for (n, (address, name, reply_to, signature)) in [
            (me, "Jörg Müller", "", own),
            ("me+shop@gmail.com", "Jörg Müller", "", own),
            ("joerg@example.org", "Müller, Jörg \"der Löwe\"", me, löwe),
        ]
        .into_iter()
        .enumerate()
        {
            let home = home_of(&case);
            fs::write(home.path().join(".signature-löwe"), löwe).expect("write");
            let subject = format!("{program} identity {n}");
            let from = format!("set from={address}");
            let screen =
                session(program, &home, &[&from], &format!("<mail>{me}<enter>{subject}<enter><send-message><exit>"));
            let mail = only(findings, me, "", &subject);
            let what = format!("{subject}: {}", tail(&screen));
            findings.same(&format!("{what}: address"), &mail["from"]["address"], address);
            findings.same(&format!("{what}: name"), &mail["from"]["name"], name);
            findings.same(&format!("{what}: reply-to"), header(&mail, "reply-to"), reply_to);
            let body = mail["body"].as_str().unwrap_or_default();
            findings.check(body.ends_with(&format!("-- \n{signature}")), || format!("{what}: signature: {body:?}"));
            sent_by(findings, &mail, me);
            only(findings, me, ".[Google Mail].Gesendet", &subject);
        }
        // A draft and a deleted mail go where the German account has them.
        let home = home_of(&case);
        let keys = format!("<mail>{me}<enter>{program} draft<enter><postpone-message><exit>");
        let screen = session(program, &home, &["set postpone=yes"], &keys);
        let drafts = with_subject(me, ".[Google Mail].Entw&APw-rfe", &format!("{program} draft"));
        findings.check(drafts.len() == 1, || format!("{program}: {} drafts: {}", drafts.len(), tail(&screen)));
        let keys = format!("<limit>~s '{program} identity 0'<enter><delete-message><sync-mailbox><exit>");
        let screen = session(program, &home, &["set delete=yes"], &keys);
        let trash = with_subject(me, ".[Google Mail].Papierkorb", &format!("{program} identity 0"));
        findings.check(trash.len() == 1, || format!("{program}: {} in the trash: {}", trash.len(), tail(&screen)));
    }
    let home = home_of(&case);
    for (name, envelope) in [("privat", me), ("privat-2", "me+shop@gmail.com"), ("privat-3", "joerg@example.org")] {
        let subject = format!("msmtp as {name}");
        let sent = send("msmtp", &home, &["-a", name], me, &subject);
        findings.check(sent.is_ok(), || format!("{subject}: {sent:?}"));
        let mail = only(findings, me, "", &subject);
        findings.same(&format!("{subject}: envelope"), header(&mail, "return-path"), format!("<{envelope}>"));
    }
}

/// A login, a name, a password, a path and a signature full of special characters.
fn awkward(findings: &mut Findings) {
    let case = Case::named("awkward");
    let bob = "bob@example.test";
    let account = case.account("bob");
    let name = account.full_name.as_ref().expect("a name").to_string();
    let signature = "-- \nhttps://example.test/./x/ `rm -rf` 'a' \"b\" \\n $PATH % é\n";
    let home = home_of(&case);
    let ca = fs::read(std::env::var("LAB_CA").expect("LAB_CA")).expect("the lab's authority");
    lab::write_private(&home.path().join("certs/my \"ca\".pem"), &ca);
    let sent = send("msmtp", &home, &[], bob, "awkward msmtp");
    findings.check(sent.is_ok(), || format!("awkward msmtp: {sent:?}"));
    let mail = only(findings, bob, "", "awkward msmtp");
    sent_by(findings, &mail, bob);
    for program in MUTTS {
        let subject = format!("awkward {program}");
        let sent = send(program, &home, &[], bob, &subject);
        findings.check(sent.is_ok(), || format!("{subject}: {sent:?}"));
        let mail = only(findings, bob, "", &subject);
        sent_by(findings, &mail, bob);
        findings.same(&format!("{subject}: name"), &mail["from"]["name"], name.as_str());

        let subject = format!("signed by {program}");
        let keys = format!("<mail>{bob}<enter>{subject}<enter><send-message>{}<exit>", copy_all("fetched"));
        let screen = session(program, &home, &[], &keys);
        let what = format!("{subject}: {}", tail(&screen));
        let mail = only(findings, bob, "", &subject);
        findings.same(&format!("{what}: name"), &mail["from"]["name"], name.as_str());
        let body = mail["body"].as_str().unwrap_or_default();
        findings.check(body.ends_with(signature), || format!("{what}: signature: {body:?}"));
        findings.check(fetched(&home, "fetched", &["awkward msmtp"]), || format!("{what}: fetches"));
        only(findings, bob, ".Sent", &subject);
        fs::remove_file(home.path().join("fetched")).ok();
    }
    findings.same("the lab's password", lab::password(bob), AWKWARD);
}

/// One start that goes from account to account.
fn three_accounts(program: &'static str, findings: &mut Findings) {
    let case = Case::named("three-accounts");
    let home = home_of(&case);
    fs::write(home.path().join(".signature"), "Alice's own\n").expect("write");
    let accounts: Vec<_> = case.accounts().iter().collect();
    for account in &accounts {
        // One mail each, so that there is something to read.
        let subject = format!("hello {}", account.name);
        let sent = send("msmtp", &home, &["-a", &account.name], account.address.as_str(), &subject);
        findings.check(sent.is_ok(), || format!("{subject}: {sent:?}"));
        let mail = only(findings, account.address.as_str(), "", &subject);
        sent_by(findings, &mail, account.address.as_str());
    }
    let to = "me@gmail.com";
    let mut keys = String::new();
    let mailboxes = [
        ("alice", ""),
        ("gmail", "imaps://me%40gmail.com@imap.gmail.com:993/INBOX"),
        ("bob", "imap://bob%40example.test@imap.example.test:143/INBOX"),
        // Back again, and the address as people type it.
        ("alice", "imaps://alice@example.test@imap.example.test/INBOX"),
    ];
    for (n, (name, mailbox)) in mailboxes.into_iter().enumerate() {
        if !mailbox.is_empty() {
            keys.push_str(&format!("<change-folder><kill-line>{mailbox}<enter>"));
        }
        keys.push_str(&copy_all(&format!("fetched-{n}")));
        keys.push_str(&format!("<mail>{to}<enter>{n} from {name}<enter><send-message>"));
    }
    keys.push_str("<exit>");
    let screen = session(program, &home, &[], &keys);
    findings.check(!screen.contains("Password for"), || format!("it asked for a password: {}", tail(&screen)));
    for (n, (name, _)) in mailboxes.into_iter().enumerate() {
        let address = case.account(name).address.to_string();
        let what = format!("{program} {n} {name}");
        let text = format!("hello {name}");
        findings
            .check(fetched(&home, &format!("fetched-{n}"), &[&text]), || format!("{what} fetches: {}", tail(&screen)));
        let others = ["alice", "gmail", "bob"].into_iter().filter(|o| *o != name);
        for other in others {
            let text = format!("hello {other}");
            findings.check(!fetched(&home, &format!("fetched-{n}"), &[&text]), || {
                format!("{what}: it is the mailbox of {other}")
            });
        }
        let mail = only(findings, to, "", &format!("{n} from {name}"));
        findings.same(&format!("{what}: from"), &mail["from"]["address"], address.as_str());
        sent_by(findings, &mail, &address);
        let signed = mail["body"].as_str().unwrap_or_default().ends_with("-- \nAlice's own\n");
        findings.same(&format!("{what}: Alice's signature"), signed, name == "alice");
        // Gmail files by itself, in the other accounts the program does.
        let sent = match name {
            "gmail" => ".[Gmail].Sent Mail",
            _ => ".Sent",
        };
        if name != "alice" || case.account(name).folders.sent.is_some() {
            only(findings, &address, sent, &format!("{n} from {name}"));
        }
    }
    let by_token = ["OAUTHBEARER", "XOAUTH2"].map(|m| {
        log_lines(
            "postfix.log",
            &["postfix/submission/smtpd", &format!("sasl_method={m}"), "sasl_username=bob@example.test"],
        )
    });
    findings.check(by_token[0] + by_token[1] >= 2, || "bob did not send by his token through port 587".into());
}

/// Thunderbird logs in, sends and fetches by what it reads in an autoconfig golden.
fn thunderbird(findings: &mut Findings) {
    let golden = Case::named("gmail-starttls").folder.join("autoconfig/gmail.com/mail/config-v1.1.xml");
    let home = Home::empty();
    let password = home.path().join("password");
    lab::write_private(&password, b"abcdefghijklmnop\n");
    // For POP3 the IMAP server has to go: this one is a modified copy.
    let text = fs::read_to_string(&golden).expect("golden");
    let start = text.find("    <incomingServer type=\"imap\">").expect("IMAP");
    let end = start + text[start..].find("</incomingServer>\n").expect("its end") + "</incomingServer>\n".len();
    let pop3 = home.path().join("without-imap.xml");
    fs::write(&pop3, format!("{}{}", &text[..start], &text[end..])).expect("write");
    for (file, url) in
        [(golden.as_path(), "imap://me@gmail.com@imap.gmail.com:993"), (&pop3, "pop3://me@gmail.com@pop.gmail.com:995")]
    {
        let subject = format!("Thunderbird by {}", &url[..4]);
        let said = log_in(file, &password, &subject);
        let answer: Value = serde_json::from_str(&said.out).unwrap_or_default();
        let result = &answer["results"][0];
        findings.check(said.ok && result["ok"] == true, || format!("{subject}: {} {}", result["error"], said.err));
        findings.same(&format!("{subject}: login"), &result["loggedIn"], url);
        findings.same(&format!("{subject}: fetched"), &result["sentAndFetched"], subject.as_str());
        let mail = only(findings, "me@gmail.com", "", &subject);
        sent_by(findings, &mail, "me@gmail.com");
    }
    findings.same(
        "logins at port 587",
        log_lines("postfix.log", &["postfix/submission/smtpd", "sasl_username=me@gmail.com"]),
        2,
    );
}

fn log_in(file: &Path, password: &Path, subject: &str) -> lab::Said {
    run(Command::new("timeout")
        .arg("90")
        .arg("bash")
        .arg(script("check-thunderbird.sh"))
        .args(["login", "me@gmail.com"])
        .arg(file)
        .arg("--password-file")
        .arg(password)
        .args(["--subject", subject, "--strict"])
        .stdin(Stdio::null()))
}
