//! Emacs: what smtpmail, auth-source, nnimap and Gnus make of every golden, of nasty values, and in real use.

mod logins;
mod reading;
mod sending;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Test;
use crate::crypto;
use crate::lab::{self, BOX, Home, run};
use crate::sending::{Step, step};

const FILE: &str = ".config/mailwright/emacs.el";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("emacs_reads_every_golden", &["emacs"], reading::reads),
        Test::new("emacs_logs_in_with_nasty_values", &["emacs"], logins::logins),
        Test::new("emacs_reads_back_nasty_values", &["emacs"], reading::texts),
        Test::new("emacs_sends_long_tokens", &["emacs"], logins::long_tokens),
        Test::new("emacs_never_goes_on_without_tls", &["emacs"], logins::stripped),
    ]
}

pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, "emacs"], ..step("emacs_by_password", "emacs", 1, sending::by_password) },
    Step { needs: &[BOX, "emacs"], ..step("emacs_by_oauth2", "emacs", 1, sending::by_oauth2) },
    Step { needs: &[BOX, "emacs"], ..step("emacs_with_three_accounts", "emacs", 1, sending::three_accounts) },
    crypto::signing("emacs_signs", "emacs", &[BOX, "emacs", "gpg", "gpgsm"], sending::signs),
];

/// A text as Lisp reads it: JSON's strings are Lisp's, but for what stands outside of ASCII and is left as it is here.
pub fn lisp(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Runs a form for each line of what it prints, after some files; the driver comes last.
pub fn emacs(home: &Home, files: &[&Path], form: &str) -> Result<Vec<Value>, String> {
    // Where it remembers whom it met.
    fs::create_dir_all(home.path().join(".emacs.d")).expect("folder");
    let driver = home.path().join("driver.el");
    fs::write(&driver, format!(";; -*- coding: utf-8; lexical-binding: t -*-\n(progn {form})\n")).expect("write");
    let mut command = home.command("timeout");
    command.args(["--kill-after=1", "120", "emacs", "-Q", "--batch"]);
    for file in files {
        command.arg("-l").arg(file);
    }
    let said = run(command.arg("-l").arg(lab::script("emacs-lab.el")).arg("-l").arg(&driver));
    let lines: Result<Vec<Value>, _> = said.out.lines().filter(|l| !l.is_empty()).map(serde_json::from_str).collect();
    let tail = |text: &str| text.chars().take(1500).collect::<String>();
    match lines {
        Ok(lines) if said.ok => Ok(lines),
        other => Err(format!("{other:?}: {}", tail(&said.err))),
    }
}

/// Several files, each in its home and with its form, in one start; `before` comes first.
pub fn emacs_each(before: &str, jobs: &[(Home, PathBuf, String)]) -> Result<Vec<Vec<Value>>, String> {
    let mut form = before.to_owned();
    for (home, file, own) in jobs {
        let command = home.command("emacs");
        let pair = |(name, value): (&std::ffi::OsStr, Option<&std::ffi::OsStr>)| {
            let value = value.map(|v| v.to_string_lossy().into_owned()).unwrap_or_default();
            format!("({} . {})", lisp(&name.to_string_lossy()), lisp(&value))
        };
        let variables: String = command.get_envs().map(pair).collect();
        form.push_str(&format!("(lab-job '({variables}) {} (lambda () {own}))\n", lisp(&file.to_string_lossy())));
    }
    let answers = emacs(&Home::empty(), &[], &form)?;
    let all: Vec<Vec<Value>> = answers.split(|a| *a == "end").map(<[Value]>::to_vec).collect();
    if all.len() == jobs.len() + 1 { Ok(all) } else { Err(format!("{} answers to {} files", all.len(), jobs.len())) }
}
