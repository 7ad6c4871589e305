//! OfflineIMAP: says what it understood of every golden, and fetches by goldens in the box.

use libtest_mimic::Failed;
use mailwright::account::{Account, Tls};
use mailwright::target::Options;

use crate::Test;
use crate::cases::Case;
use crate::fetching::{arrived, below, home_with, nowhere, pairs, put};
use crate::lab::{self, BOX, run};
use crate::mailbox::log_lines;
use crate::report::Findings;
use crate::sending::{Step, limited, step};

pub fn tests() -> Vec<Test> {
    vec![Test::new("offlineimap_reads_every_golden", &["offlineimap", lab::PRIVATE], goldens)]
}

pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, "offlineimap"], ..step("offlineimap_fetches_gmail", "offlineimap", 2, gmail) },
    Step {
        needs: &[BOX, "offlineimap"],
        users: Some("me@gmail.com\tabcdefghijklmnop\tgmail-german\n"),
        ..step("offlineimap_fetches_german_folders", "offlineimap", 1, german)
    },
    Step { needs: &[BOX, "offlineimap"], ..step("offlineimap_fetches_alice", "offlineimap", 1, alice) },
];

fn written(case: &Case) -> Vec<&Account> {
    let notes = ["no-imap", "no-login", "no-token", "starttls", "token-mechanism", "variable-in-path"];
    let left_out = |a: &Account| notes.iter().any(|n| case.has_note("offlineimap", a, n));
    case.accounts().iter().filter(|a| !left_out(a)).collect()
}

fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(file) = case.files("offlineimap", "config").pop() else { continue };
        cases += 1;
        let home = home_with(&case, &["offlineimap"]);
        for account in written(&case) {
            let said = run(nowhere(&home, &case, "offlineimap").args(["-a", &account.name, "--info"]));
            println!("{} {}: {}\n{}", case.name, account.name, said.out, said.err);
        }
        let _ = (&file, Tls::Implicit, Options::of(&case.accounts()[0], "offlineimap"));
    }
    findings.check(true, String::new);
    findings.finish("offlineimap", "offlineimap --info, every golden", cases)
}

const ME: &str = "me@gmail.com";

/// By a password and by a token; all folders but Gmail's views.
fn gmail(findings: &mut Findings) {
    put(
        ME,
        &[
            ("INBOX", "new"),
            ("Label/Sub label", "labelled"),
            ("[Gmail]/Sent Mail", "sent"),
            ("[Gmail]/All Mail", "all"),
            ("[Gmail]/Starred", "starred"),
            ("[Gmail]/Important", "important"),
            ("[Gmail]/Spam", "spam"),
        ],
    );
    for name in ["gmail-starttls", "gmail-oauth2"] {
        let case = Case::named(name);
        let home = home_with(&case, &["offlineimap"]);
        let said = run(limited(&home, "offlineimap").args(["-o", "-u", "basic"]));
        findings.check(said.ok, || format!("{name}: {}{}", said.out, said.err));
        let wanted =
            [("INBOX", "new"), ("Label/Sub label", "labelled"), ("[Gmail]/Sent Mail", "sent"), ("[Gmail]/Spam", "spam")];
        let root = below(&home, &format!("~/Mail/{ME}"));
        findings.same(&format!("{name}: what arrived: {}{}", said.out, said.err), arrived(&root), pairs(&wanted));
    }
    findings.check(log_lines("dovecot.log", &["imap-login: Info: Login", "method=XOAUTH2"]) > 0, || "no token".into());
}

fn german(findings: &mut Findings) {
    put(
        ME,
        &[
            ("INBOX", "neu"),
            ("[Google Mail]/Gesendet", "gesendet"),
            ("[Google Mail]/Entwürfe", "entwurf"),
            ("[Google Mail]/Alle Nachrichten", "alle"),
            ("[Google Mail]/Markiert", "markiert"),
            ("Löwen/日本", "label"),
        ],
    );
    let home = home_with(&Case::named("gmail-german-identities"), &["offlineimap"]);
    let said = run(limited(&home, "offlineimap").args(["-o", "-u", "basic"]));
    findings.check(said.ok, || format!("{}{}", said.out, said.err));
    let wanted = [
        ("INBOX", "neu"),
        ("[Google Mail]/Gesendet", "gesendet"),
        ("[Google Mail]/Entwürfe", "entwurf"),
        ("Löwen/日本", "label"),
    ];
    findings.same("what arrived", arrived(&below(&home, "~/Mail/privat")), pairs(&wanted));
}

/// Another server, twice: nothing comes twice, nothing is removed.
fn alice(findings: &mut Findings) {
    put("alice@example.test", &[("INBOX", "to alice"), ("Archive", "kept"), ("A/B", "below")]);
    let case = Case::named("three-accounts");
    let home = home_with(&case, &["offlineimap"]);
    for _ in 0..2 {
        let said = run(limited(&home, "offlineimap").args(["-o", "-u", "basic", "-a", "alice"]));
        findings.check(said.ok, || format!("{}{}", said.out, said.err));
        let wanted = [("INBOX", "to alice"), ("Archive", "kept"), ("A/B", "below")];
        findings.same("what arrived", arrived(&below(&home, "~/Mail/alice")), pairs(&wanted));
    }
}
