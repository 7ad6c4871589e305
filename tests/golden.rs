//! Golden files: every case of `tests/golden/` rendered by every target, byte for byte, under the real file names.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes them anew; the review is the diff. What real programs make of them
//! is `tests/clients.rs`' business.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use mailwright::target::{Run, TARGETS};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<_> = fs::read_dir(root()).expect("tests/golden").map(|e| e.expect("entry").path()).collect();
    cases.sort();
    assert!(cases.len() >= 8, "too few cases");
    cases
}

/// Everything below a folder but the account file.
fn there(folder: &Path, below: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(below).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            there(folder, &path, found);
        } else {
            let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
            if name != "account.yaml" {
                found.insert(name, fs::read(&path).expect("file"));
            }
        }
    }
}

fn rendered(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let text = fs::read_to_string(case.join("account.yaml")).expect("account.yaml");
    let reading = mailwright::read_text("account.yaml", &text);
    assert!(!reading.failed(), "{}: {:?}", case.display(), reading.problems);
    let mut files = BTreeMap::new();
    for target in TARGETS {
        let mut notes = String::new();
        let id = target.about().id;
        let bundle = match target.render(&Run::of(&reading.mail)) {
            Ok(bundle) => bundle,
            // What one program's language cannot hold another's can; the refusal is part of what is written.
            Err(problems) => {
                let lines: Vec<String> =
                    problems.iter().map(|p| format!("refused: {}: {}\n", p.message, p.reason)).collect();
                files.insert(format!("notes/{id}.txt"), lines.concat().into_bytes());
                continue;
            }
        };
        for file in bundle.files {
            assert!(!file.secret, "{}: {}: no golden holds a secret", case.display(), file.path);
            let text = String::from_utf8(file.bytes.clone()).expect("UTF-8");
            assert!(text.contains(file.mark), "{}: {} lacks its mark", case.display(), file.path);
            assert!(
                text.ends_with('\n') && !text.ends_with("\n\n"),
                "{}: {}: one line feed at the end",
                case.display(),
                file.path
            );
            assert!(files.insert(format!("{id}/{}", file.path), file.bytes).is_none(), "a file twice");
        }
        for note in bundle.notes {
            assert!(target.about().notes.iter().any(|n| n.code == note.code), "{id} does not declare {}", note.code);
            notes.push_str(&format!("{} [{}]: {}\n", note.account, note.code, note.text));
        }
        for step in bundle.steps {
            notes.push_str(&format!("step: {} ({:?})\n", step.what, step.how));
        }
        if !notes.is_empty() {
            files.insert(format!("notes/{id}.txt"), notes.into_bytes());
        }
    }
    let mut findings = String::new();
    for problem in &reading.problems {
        findings.push_str(&format!("{} [{}]: {}\n", problem.severity.word(), problem.code, problem.message));
    }
    if !findings.is_empty() {
        files.insert("findings.txt".into(), findings.into_bytes());
    }
    files
}

#[test]
fn every_golden_is_what_is_rendered() {
    let update = env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let new = rendered(&case);
        let mut old = BTreeMap::new();
        there(&case, &case, &mut old);
        if update {
            for name in old.keys().filter(|n| !new.contains_key(*n)) {
                fs::remove_file(case.join(name)).expect("remove");
            }
            for (name, bytes) in &new {
                if old.get(name) != Some(bytes) {
                    let path = case.join(name);
                    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
                    fs::write(path, bytes).expect("write");
                }
            }
            continue;
        }
        for name in new.keys().chain(old.keys()) {
            if new.get(name) != old.get(name) {
                wrong.push(format!("{}/{name}", case.file_name().expect("name").to_string_lossy()));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "these differ; look with UPDATE_GOLDEN=1 and git diff: {wrong:#?}");
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    for case in cases() {
        assert_eq!(rendered(&case), rendered(&case), "{}", case.display());
    }
}

#[test]
fn every_note_of_every_target_is_in_a_golden() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for case in cases() {
        for (name, bytes) in rendered(&case) {
            if let Some(id) = name.strip_prefix("notes/").and_then(|n| n.strip_suffix(".txt")) {
                seen.entry(id.to_owned()).or_default().push_str(&String::from_utf8_lossy(&bytes));
            }
        }
    }
    let mut missing = Vec::new();
    for target in TARGETS {
        for note in target.about().notes {
            let shown = seen.get(target.about().id).is_some_and(|notes| notes.contains(&format!(" [{}]: ", note.code)));
            if !shown {
                missing.push(format!("{}: {}", target.about().id, note.code));
            }
        }
    }
    assert!(missing.is_empty(), "no golden shows these notes: {missing:#?}");
}

/// Found while reading the code again: msmtp's blocks inherit, so an identity's own server was given the account's
/// password command.
#[test]
fn an_identitys_own_server_inherits_nothing_in_msmtp() {
    let reading = mailwright::read_text(
        "a.yaml",
        "accounts: { a: { address: a@gmail.com, password: { command: gmail }, identities: [c@gmail.com, { address: b@club.example, smtp: smtp.club.example }] } }",
    );
    assert!(!reading.failed());
    let msmtp = mailwright::target::find("msmtp").expect("msmtp");
    let bundle = msmtp.render(&Run::of(&reading.mail)).expect("rendered");
    let text = String::from_utf8(bundle.files[0].bytes.clone()).expect("UTF-8");
    assert!(text.contains("account a-2 : a\n"), "{text}");
    let own = text.split("account a-3").nth(1).expect("its block").split("account default").next().expect("block");
    assert!(
        own.starts_with('\n') && own.contains("host smtp.club.example") && own.contains("user b@club.example"),
        "{text}"
    );
    assert!(!own.contains("passwordeval"), "{text}");
}
