//! What indexes mail: notmuch and mu follow the goldens and their steps, and find a mail in every account's inbox; mu4e says
//! what its contexts set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use mailwright::account::{Account, Protocol, Signature, Text};
use mailwright::target::{Bundle, Do, Options, Run, find};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::emacs::{emacs, emacs_each, lisp};
use crate::lab::{self, Home, run};
use crate::report::Findings;
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("notmuch_reads_every_golden", &["notmuch"], notmuch),
        Test::new("notmuch_reads_back_nasty_values", &["notmuch"], notmuch_nasty),
        Test::new("mu_and_mu4e_read_every_golden", &["mu", "emacs"], mu),
    ]
}

/// A path of a step or an account, in a home.
fn in_home(home: &Home, path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => home.path().join(rest),
        None => PathBuf::from(path),
    }
}

/// What a target renders for a golden.
pub fn bundle(case: &Case, target: &str) -> Bundle {
    find(target)
        .expect("a target")
        .render(&Run::of(&case.reading.mail))
        .unwrap_or_else(|p| panic!("{}: {p:?}", case.name))
}

fn maildir(path: &Path) {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(path.join(part)).expect("folder");
    }
}

/// Does the steps of a bundle, as `apply` would.
pub fn follow(home: &Home, bundle: &Bundle, what: &str, findings: &mut Findings) {
    for step in &bundle.steps {
        match &step.how {
            Do::Maildir(path) => maildir(&in_home(home, path.as_str())),
            Do::Folder(path) => fs::create_dir_all(in_home(home, path.as_str())).expect("folder"),
            Do::Run { argv, done } => {
                let word = |w: &Text| match w.as_str().strip_prefix("~/") {
                    Some(rest) => home.path().join(rest).to_string_lossy().into_owned(),
                    None => w.to_string(),
                };
                let words: Vec<String> = argv.iter().map(word).collect();
                let said = run(home.command(&words[0]).args(&words[1..]));
                findings.check(said.ok, || format!("{what}: {}: {}{}", step.what, said.out, said.err));
                if let Some(path) = done {
                    findings
                        .check(in_home(home, path.as_str()).exists(), || format!("{what}: {}: not done", step.what));
                }
            }
            Do::Tell => {}
        }
    }
}

/// Where new mail of an account lies: `INBOX` of its Maildirs, or with POP3 its Maildir itself.
fn inbox(home: &Home, account: &Account) -> PathBuf {
    let usual = format!("~/Mail/{}", account.name);
    let root = account.maildir.as_ref().map_or(usual, |m| m.to_string());
    let root = in_home(home, root.trim_end_matches('/'));
    if account.retrieve.as_ref().is_some_and(|r| r.value == Protocol::Pop3) { root } else { root.join("INBOX") }
}

/// Puts a mail into every inbox that is indexed; the words by which each is found.
fn deliver<'a>(home: &Home, case: &'a Case, target: &str) -> Vec<(&'a Account, String)> {
    let mut all = Vec::new();
    for (n, account) in case.accounts().iter().enumerate() {
        if ["sends-only", "elsewhere"].iter().any(|note| case.has_note(target, account, note)) {
            continue;
        }
        let inbox = inbox(home, account);
        maildir(&inbox);
        let word = format!("inboxnumber{n}");
        let text = format!(
            "From: x@example.test\nTo: {}\nSubject: {word}\nMessage-ID: <{n}@example.test>\nDate: Mon, 23 Nov 2026 06:00:00 +0000\n\nbody\n",
            account.address.value
        );
        fs::write(inbox.join("new").join(format!("{n}.mail")), text).expect("write");
        all.push((account, word));
    }
    all
}

fn addresses(case: &Case) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for account in case.accounts() {
        for address in std::iter::once(&account.address).chain(account.identities.iter().map(|i| &i.address)) {
            if !all.contains(&address.to_string()) {
                all.push(address.to_string());
            }
        }
    }
    all
}

fn notmuch() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all().into_iter().filter(|c| !c.accounts().is_empty()) {
        cases += 1;
        let home = Home::empty();
        lab::copy_tree(&case.folder.join("notmuch"), home.path());
        // Beside a file of the user's that is older.
        lab::write_private(&home.path().join(".notmuch-config"), b"[user]\nname=older\n");
        let what = &case.name;
        let mails = deliver(&home, &case, "notmuch");
        let bundle = bundle(&case, "notmuch");
        follow(&home, &bundle, what, &mut findings);
        let list = run(home.command("notmuch").args(["config", "list"]));
        findings.check(list.ok && list.err.is_empty(), || format!("{what}: {}", list.err));
        let shown: BTreeMap<&str, &str> = list.out.lines().filter_map(|l| l.split_once('=')).collect();
        let default = case.reading.mail.default_account().expect("an account");
        let mut same = |key: &str, want: &str| {
            findings.same(&format!("{what}: {key}"), shown.get(key).copied(), Some(want));
        };
        same("user.primary_email", default.address.as_str());
        if let Some(name) = &default.full_name {
            same("user.name", name.as_str());
        }
        let others: String =
            addresses(&case).iter().filter(|a| *a != default.address.as_str()).map(|a| format!("{a};")).collect();
        if !others.is_empty() {
            same("user.other_email", &others);
        }
        same("search.exclude_tags", "deleted;spam;");
        same("maildir.synchronize_flags", "true");
        same("new.tags", "unread;inbox;");
        let known = ["user.", "database.", "maildir.", "new.", "search.", "built_with."];
        let foreign: Vec<_> = shown.keys().filter(|k| !known.iter().any(|p| k.starts_with(p))).collect();
        findings.check(foreign.is_empty(), || format!("{what}: {foreign:?}"));
        for (account, word) in mails {
            let found =
                run(home.command("notmuch").args(["search", "--output=files", &format!("subject:{word} tag:inbox")]));
            let file = inbox(&home, account);
            findings.check(found.out.trim().starts_with(&*file.to_string_lossy()), || {
                format!("{what}: {}: {}{}", account.name, found.out, found.err)
            });
        }
        // What notmuch writes itself leaves our header and the rest as they are.
        let path = home.path().join(".config/notmuch/default/config");
        let before = fs::read_to_string(&path).expect("the file");
        run(home.command("notmuch").args(["config", "set", "new.tags", "new"]));
        let after = fs::read_to_string(&path).expect("the file");
        findings.same(
            &format!("{what}: rewritten"),
            squeezed(&after),
            squeezed(&before.replace("unread;inbox;", "new")),
        );
    }
    findings.finish("notmuch", "notmuch, every golden", cases)
}

/// Without empty lines.
fn squeezed(text: &str) -> Vec<String> {
    text.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

fn notmuch_nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let home = Home::empty();
    let render = |fields: &Fields| {
        let text = json!({ "accounts": { "a": {
            "address": "a@b.example",
            "imap": "imap.b.example",
            "name": fields["name"],
            "maildir": format!("/nasty/{}", fields["maildir"].replace('{', "{{")),
        } } });
        values::render("notmuch", &text.to_string())
    };
    let tidy = |name: &str, value: String| {
        if name == "maildir" { value.trim_matches('/').to_owned() + "x" } else { value }
    };
    let (_, all) = values::rendered("notmuch", values::cases(), &["name", "maildir"], tidy, render, &mut findings);
    let file = home.path().join("config");
    for (fields, bundle) in &all {
        lab::write_private(&file, &bundle.files[0].bytes);
        let shown = run(home.command("notmuch").arg("--config").arg(&file).args(["config", "list"])).out;
        let get = |key: &str| shown.lines().find_map(|l| l.strip_prefix(&format!("{key}="))).map(str::to_owned);
        findings.same("the name", get("user.name"), Some(fields["name"].clone()));
        findings.same("the path", get("database.path"), Some(format!("/nasty/{}", fields["maildir"])));
        findings.same("the address", get("user.primary_email"), Some("a@b.example".to_owned()));
        findings.same("keys", shown.lines().filter(|l| l.starts_with("user.")).count(), 2);
    }
    findings.finish("notmuch", "notmuch config list, nasty values", all.len())
}

/// Where Debian puts mu4e.
fn mu4e_folder() -> Option<PathBuf> {
    let mut found = Vec::new();
    for base in ["/usr/share/emacs/site-lisp/elpa-src", "/usr/share/emacs/site-lisp", "/usr/share/emacs/site-lisp/elpa"]
    {
        for entry in fs::read_dir(base).into_iter().flatten().flatten() {
            found.push(entry.path());
        }
    }
    found.into_iter().find(|p| p.join("mu4e.el").is_file())
}

fn mu() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let folder = mu4e_folder().ok_or("mu4e is not installed (tests/lab/install.sh does it)")?;
    let cases: Vec<Case> = Case::all().into_iter().filter(|c| !c.accounts().is_empty()).collect();
    let (mut jobs, mut questions) = (Vec::new(), Vec::new());
    for case in &cases {
        let what = &case.name;
        let home = Home::of(case.accounts());
        home.program("fortune", "echo a saying");
        home.program("date", "echo today");
        let moved = home.signatures(case.accounts(), "own\n");
        let mails = deliver(&home, case, "mu");
        follow(&home, &bundle(case, "mu"), what, &mut findings);
        let info = run(home.command("mu").arg("info"));
        let personal: BTreeSet<String> = info
            .out
            .lines()
            .filter(|l| l.contains("personal-address"))
            .filter_map(|l| l.trim_matches('|').split('|').nth(1).map(|v| v.trim().to_owned()))
            .collect();
        findings.same(&format!("{what}: addresses: {}", info.out), personal, addresses(case).into_iter().collect());
        let mut form = String::from("(lab-print (list mu4e-get-mail-command mu4e-change-filenames-when-moving))");
        let mut wanted = Vec::new();
        for (account, word) in &mails {
            let found = run(home.command("mu").args(["find", "--fields", "l", &format!("subject:{word}")]));
            let file = inbox(&home, account);
            findings.check(found.out.trim().starts_with(&*file.to_string_lossy()), || {
                format!("{what}: {}: {}{}", account.name, found.out, found.err)
            });
            let maildir = run(home.command("mu").args(["find", "--fields", "m", &format!("subject:{word}")]));
            let maildir = maildir.out.trim().to_owned();
            let identities =
                account.identities.iter().map(|i| (i.address.to_string(), i.name.as_ref(), i.signature.as_ref()));
            for (address, name, signature) in
                std::iter::once((account.address.to_string(), None, None)).chain(identities)
            {
                form.push_str(&format!("(lab-print (lab-context {} {}))", lisp(&maildir), lisp(&address)));
                let signature = match signature.or(account.signature.as_ref()).map(|s| &s.value) {
                    None => String::new(),
                    Some(Signature::Text(text)) => text.as_str().to_owned(),
                    Some(Signature::File(_)) => "own\n".to_owned(),
                    Some(Signature::Command(line)) => run(home.command("sh").args(["-c", &line.shell_line()])).out,
                };
                wanted.push((*account, maildir.clone(), address, name, signature));
            }
        }
        let file = home.path().join("golden.el");
        let text = fs::read_to_string(case.folder.join("mu/.config/mailwright/mu4e.el")).expect("golden");
        lab::write_private(&file, moved(&text).as_bytes());
        jobs.push((home, file, form));
        questions.push(wanted);
    }
    // A file that is loaded before mu4e, or where there is none, does no harm.
    let (home, file) = (Home::empty(), jobs[0].1.clone());
    findings.same("without mu4e", emacs(&home, &[&file], "t"), Ok::<_, String>(vec![]));
    let before = format!("(add-to-list 'load-path {}) (require 'mu4e)", lisp(&folder.to_string_lossy()));
    for ((case, answers), wanted) in cases.iter().zip(emacs_each(&before, &jobs)?).zip(questions) {
        let what = &case.name;
        let default = case.reading.mail.default_account().expect("an account");
        let fetch = Options::of(default, "mu").text("fetch").map_or("mbsync -a".to_owned(), |t| t.value.to_string());
        findings.same(&format!("{what}: answers"), answers.len(), wanted.len() + 1);
        findings.same(&format!("{what}: fetching"), answers.first(), Some(&json!([fetch, true])));
        for (got, (account, maildir, address, name, signature)) in answers.iter().skip(1).zip(wanted) {
            let what = format!("{what}: mail to {address} in {maildir}");
            let mut same =
                |key: &str, want: &str| findings.same(&format!("{what}: {key}"), &got[key], &Value::from(want));
            same("address", &address);
            same("name", name.or(account.full_name.as_ref()).map_or("", |n| n.as_str()));
            same("sending", if account.save_sent.value { "sent" } else { "delete" });
            let pop3 = account.retrieve.as_ref().is_some_and(|r| r.value == Protocol::Pop3);
            let root = if pop3 { maildir.as_str() } else { maildir.strip_suffix("/INBOX").unwrap_or("not an inbox") };
            let folders = &account.folders;
            for (key, folder) in [("sent", &folders.sent), ("drafts", &folders.drafts), ("trash", &folders.trash)] {
                if let Some(folder) = folder.as_ref().filter(|_| !pop3) {
                    same(key, &format!("{}/{}", root.trim_end_matches('/'), folder.as_str()));
                }
            }
            if let Some(folder) = folders.archive.as_ref().filter(|_| !pop3) {
                same("refile", &format!("{}/{}", root.trim_end_matches('/'), folder.as_str()));
            }
            same("signature", &signature);
        }
    }
    findings.finish("mu", "mu info, mu find and mu4e's contexts, every golden", cases.len())
}
