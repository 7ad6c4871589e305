//! Nasty paths and folder names, as programs that fetch use them: the Maildir is where the account says, the folder is
//! chosen by its name, and nothing else happens.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::account::Protocol;
use mailwright::problem::Problem;
use mailwright::quote::mutf7;
use mailwright::target::{Bundle, Do};
use serde_json::{Value, json};

use crate::Test;
use crate::fetching::below;
use crate::lab::{self, Home, run, script};
use crate::logins::limited;
use crate::mock::Mock;
use crate::report::Findings;
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("mbsync_makes_nasty_folders", &["mbsync"], mbsync),
        Test::new("offlineimap_reads_back_nasty_paths", &["offlineimap"], offlineimap),
        Test::new("getmail_reads_back_nasty_paths", &["getmail"], getmail),
        Test::new("fetchmail_delivers_to_nasty_paths", &["fetchmail"], fetchmail),
    ]
}

/// One name of a folder: what a slash or a dot makes of it is another matter. What is refused for a reason is no finding:
/// blanks at a path's end in a file that drops them, and in patterns of isync what stands for other characters.
fn tidy(target: &str, name: &str, value: String) -> String {
    let pattern = target == "isync" && name == "sent" && mutf7::differs(&value);
    let odd = |c: char| "/.".contains(c) || pattern && "*%!".contains(c);
    let one: String = value.chars().map(|c| if odd(c) { '-' } else { c }).collect();
    let one = values::cut(&one, 120);
    if target == "offlineimap" && name == "maildir" { one.trim_end().to_owned() } else { one }
}

fn render(target: &str, port: u16, all: &str, fields: &Fields) -> Result<Bundle, Vec<Problem>> {
    let account = json!({
        "address": "a@b.example",
        "imap": { "host": "127.0.0.1", "port": port, "tls": "none" },
        "password": { "command": "echo secret" },
        "maildir": format!("~/Mail/{}", fields["maildir"].replace('{', "{{")),
        "folders": { "sent": format!("{all}{}", fields["sent"]), "all": format!("{all}All") },
    });
    values::render(target, &json!({ "accounts": { "a": account } }).to_string())
}

/// The cases, each with a home that has the files and in which the steps are done.
fn homes(
    target: &'static str,
    count: usize,
    port: u16,
    all: &str,
    findings: &mut Findings,
) -> Vec<(Fields, Bundle, Home)> {
    let names = ["maildir", "sent"];
    let (_, cases) = values::rendered(
        target,
        count,
        &names,
        |name, value| tidy(target, name, value),
        |f| render(target, port, all, f),
        findings,
    );
    let mut made = Vec::new();
    for (fields, bundle) in cases {
        let home = Home::empty();
        for file in &bundle.files {
            lab::write_private(&home.path().join(&file.path), &file.bytes);
        }
        for step in &bundle.steps {
            let parts: &[&str] = match step.how {
                Do::Maildir(_) => &["cur", "new", "tmp"],
                _ => &[""],
            };
            if let Do::Maildir(path) | Do::Folder(path) = &step.how {
                for part in parts {
                    fs::create_dir_all(below(&home, path.as_str()).join(part)).expect("folder");
                }
            }
        }
        made.push((fields, bundle, home));
    }
    made
}

/// What lies directly in a folder.
fn names(folder: PathBuf) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|e| e.expect("entry").file_name().to_string_lossy().into_owned()).collect()
}

fn mbsync() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let cases = homes("isync", values::cases().div_ceil(4), 1, "", &mut findings);
    let count = cases.len();
    for (fields, bundle, home) in cases {
        let sent = &fields["sent"];
        let mock = Mock::imap().accept().folders(&[mutf7::encode(sent).as_str(), "All", "Work"]);
        let text = String::from_utf8(bundle.files[0].bytes.clone())?;
        let text = text.replace("\nPort 1\n", &format!("\nPort {}\n", mock.port()));
        lab::write_private(&home.path().join(&bundle.files[0].path), text.as_bytes());
        let said = run(limited(&home, "mbsync").arg("-a"));
        findings.check(said.ok, || format!("{fields:?}: {}{}", said.out, said.err));
        let root = home.path().join("Mail").join(&fields["maildir"]);
        let wanted: BTreeSet<String> = ["INBOX", "Work", sent.as_str()].map(str::to_owned).into();
        findings.same(&format!("{fields:?}"), names(root), wanted);
        let one: BTreeSet<String> = [fields["maildir"].clone()].into();
        findings.same(&format!("{fields:?}: beside it"), names(home.path().join("Mail")), one);
    }
    findings.finish("isync", "mbsync makes Maildirs, nasty names", count)
}

fn offlineimap() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let cases = homes("offlineimap", values::cases().div_ceil(4), 1, "All/", &mut findings);
    let count = cases.len();
    for (fields, bundle, home) in cases {
        if bundle.files.is_empty() {
            // Only a variable in a path is left out.
            findings.check(fields["maildir"].contains('$'), || format!("{:?}", bundle.notes));
            continue;
        }
        let sent = format!("All/{}", fields["sent"]);
        let ask = json!([sent, "All", "All/x", "Work", "All/All"]).to_string();
        let mut command = home.command(lab::python());
        command.env("FOLDERS", ask).arg(script("check-offlineimap.py")).arg(home.path().join(&bundle.files[0].path));
        let said = run(&mut command);
        let read: Vec<Value> = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
        let got = &read[0]["accounts"]["a"];
        findings.check(read[0]["error"].is_null(), || format!("{fields:?}: {}", read[0]["error"]));
        let root = home.path().join("Mail").join(&fields["maildir"]);
        findings.same(&format!("{fields:?}: root"), &got["root"], root.to_string_lossy().as_ref());
        let chosen: Vec<&str> = got["folders"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let below: Vec<&str> = chosen.iter().copied().filter(|f| f.starts_with("All") || *f == "Work").collect();
        let wanted = if sent == "All/All" { vec!["Work", "Work"] } else { vec!["Work", sent.as_str(), "Work"] };
        findings.same(&format!("{fields:?}: folders"), below, wanted);
    }
    findings.finish("offlineimap", "OfflineIMAP's own code, nasty names", count)
}

fn getmail() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let cases = homes("getmail", values::cases().div_ceil(4), 1, "", &mut findings);
    let count = cases.len();
    for (fields, bundle, home) in cases {
        if bundle.files.is_empty() {
            findings.check(fields["maildir"].contains('$'), || format!("{:?}", bundle.notes));
            continue;
        }
        let said = run(home
            .command(lab::python())
            .arg(script("check-getmail.py"))
            .arg(home.path().join(&bundle.files[0].path)));
        let read: Vec<Value> = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
        findings.check(read[0]["error"].is_null(), || format!("{fields:?}: {}", read[0]["error"]));
        let path = home.path().join("Mail").join(&fields["maildir"]).join("INBOX/");
        findings.same(&format!("{fields:?}"), &read[0]["path"], path.to_string_lossy().as_ref());
    }
    findings.finish("getmail", "getmail's own code, nasty paths", count)
}

/// The delivery's shell line, as fetchmail dumps it and runs it.
fn fetchmail() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let cases = homes(
        "fetchmail",
        values::cases().div_ceil(4),
        Protocol::Imap.port(mailwright::account::Tls::None),
        "",
        &mut findings,
    );
    let count = cases.len();
    for (fields, bundle, home) in cases {
        let text = String::from_utf8(bundle.files[0].bytes.clone())?;
        let written = text.lines().find_map(|l| l.trim().strip_prefix("mda \"")?.strip_suffix('"')).unwrap_or_default();
        // Its dump garbles what is outside of ASCII: there the two escapes of the grammar are undone by hand.
        let mut line = written.replace("\\042", "\"").replace("\\\\", "\\");
        if text.is_ascii() {
            let said = run(home
                .command(lab::python())
                .arg(script("check-fetchmail.py"))
                .arg(home.path().join(&bundle.files[0].path)));
            let read: Value = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
            line = read["servers"][0]["users"][0]["mda"].as_str().unwrap_or_default().to_owned();
        }
        let line = line.replace("%T", "'to'").replace("%F", "'from'").replace("%s", "'to'");
        let said = run(home.command("sh").args(["-c", &line]));
        let folder = home.path().join("Mail").join(&fields["maildir"]).join("INBOX/new");
        findings.check(said.ok && names(folder).len() == 1, || format!("{fields:?}: {line}: {}", said.err));
    }
    findings.finish("fetchmail", "fetchmail's delivery, nasty paths", count)
}
