//! What arrived at the lab's servers: Dovecot's Maildirs, read by Python's own mail reader, and the servers' logs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::lab::{run, script};

/// The box's folder.
pub fn lab_dir() -> PathBuf {
    PathBuf::from(std::env::var_os("LAB_DIR").expect("LAB_DIR is set in the box"))
}

/// The mail in a folder of a user (`""`: the inbox) with this subject.
pub fn with_subject(user: &str, folder: &str, subject: &str) -> Vec<Value> {
    let base = lab_dir().join("mail").join(user).join(folder);
    let wanted = [format!("Subject: {subject}\n"), format!("Subject: {subject}\r\n")];
    let mut files = Vec::new();
    for part in ["new", "cur"] {
        for entry in fs::read_dir(base.join(part)).into_iter().flatten() {
            let path = entry.expect("entry").path();
            let text = String::from_utf8_lossy(&fs::read(&path).expect("mail")).into_owned();
            if wanted.iter().any(|w| text.contains(w.as_str())) {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        return Vec::new();
    }
    let said = run(Command::new("python3").arg(script("read-mail.py")).args(files));
    serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {}", said.err))
}

/// All values of a header, joined.
pub fn header(mail: &Value, name: &str) -> String {
    let values = mail["headers"][name].as_array().cloned().unwrap_or_default();
    values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

/// Waits until all mail that Postfix has taken is delivered.
pub fn drain() {
    let said = run(Command::new("bash").arg(script("mailserver.sh")).arg("drain").arg(lab_dir()));
    assert!(said.ok, "{}", said.err);
}

/// The lines of a server's log in which all of these stand.
pub fn log_lines(name: &str, words: &[&str]) -> usize {
    let log = fs::read(lab_dir().join(name)).unwrap_or_default();
    String::from_utf8_lossy(&log).lines().filter(|l| words.iter().all(|w| l.contains(w))).count()
}
