//! Goldens in real use: Emacs sends, signs, and finds what it has sent.

use std::path::PathBuf;

use mailwright::account::Protocol;
use serde_json::json;

use super::{FILE, emacs, lisp};
use crate::cases::Case;
use crate::crypto;
use crate::lab::{self, Home};
use crate::report::Findings;
use crate::sending::{only, sent_by};

/// Every account and identity writes a mail; GnuPG says who signed it.
pub fn signs(findings: &mut Findings) {
    let case = Case::named("keys");
    let home = crypto::home_with_keys(&case, findings);
    lab::copy_tree(&case.folder.join("emacs"), home.path());
    let file = home.path().join(FILE);
    let mails = [
        ("alice@example.test", "alice@example.test"),
        ("alice+board@example.test", "encrypted alice+board@example.test"),
        ("alice+orders@example.test", ""),
        ("alice+plain@example.test", "alice@example.test"),
        ("bob@example.test", "bob@example.test"),
        ("me@gmail.com", ""),
    ];
    // In one start, so that what is left over from one would show in the next.
    let send = |(n, (from, _)): (usize, &(&str, &str))| {
        format!("(lab-print (lab-send {} \"alice@example.test\" \"Emacs signs {n}\"))", lisp(from))
    };
    let form: String = mails.iter().enumerate().map(send).collect();
    findings.same("sent", emacs(&home, &[&file], &form), Ok::<_, String>(vec![json!(true); mails.len()]));
    crate::mailbox::drain();
    for (n, (from, signer)) in mails.iter().enumerate() {
        let subject = format!("Emacs signs {n}");
        let mail = only(findings, "alice@example.test", "", &subject);
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], *from);
        findings.same(&format!("{subject} as {from}"), crypto::signer_of(&home, &subject), (*signer).to_owned());
    }
}

fn home_with(case: &Case) -> (Home, PathBuf) {
    let home = Home::of(case.accounts());
    lab::copy_tree(&case.folder.join("emacs"), home.path());
    let file = home.path().join(FILE);
    (home, file)
}

/// Sends a mail by each of some accounts to itself, and finds it by IMAP where that is spoken.
fn to_itself(case: &Case, accounts: &[&str], findings: &mut Findings) {
    let (home, file) = home_with(case);
    let mut form = String::new();
    for name in accounts {
        let address = lisp(case.account(name).address.as_str());
        form.push_str(&format!("(lab-print (lab-send {address} {address} \"Emacs as {name}\"))"));
    }
    let sent = emacs(&home, &[&file], &form);
    findings.same("sent", sent, Ok::<_, String>(vec![json!(true); accounts.len()]));
    crate::mailbox::drain();
    for name in accounts {
        let account = case.account(name);
        let subject = format!("Emacs as {name}");
        let mail = only(findings, account.address.as_str(), "", &subject);
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], account.address.as_str());
        sent_by(findings, &mail, account.smtp.as_ref().expect("smtp").login.text.as_str());
        if account.incoming().is_some_and(|s| s.protocol == Protocol::Imap) {
            let form = format!("(lab-print (lab-fetch {} {}))", lisp(name), lisp(&subject));
            let found = emacs(&home, &[&file], &form);
            findings.same(&format!("{subject}: found by Gnus' nnimap"), found, Ok::<_, String>(vec![json!(true)]));
        }
    }
}

pub fn by_password(findings: &mut Findings) {
    let case = Case::named("gmail-starttls");
    to_itself(&case, &[case.accounts()[0].name.as_str()], findings);
}

pub fn by_oauth2(findings: &mut Findings) {
    let case = Case::named("gmail-oauth2");
    to_itself(&case, &[case.accounts()[0].name.as_str()], findings);
}

pub fn three_accounts(findings: &mut Findings) {
    to_itself(&Case::named("three-accounts"), &["gmail", "alice", "bob"], findings);
}
