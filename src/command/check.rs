//! `check`: offline findings. Exit 1 when there is a warning, 2 when the input is wrong. What mail programs make of it,
//! `--client`, is [`super::check_client`]'s business.

use std::io::{self, Read as _, Write};

use serde_json::json;

use super::{Outcome, as_json, print_json, report, talk};
use crate::cli::{Check, Format};
use crate::clients::document::looks_like_xml;
use crate::clients::fetch;
use crate::problem::{Problem, Severity};
use crate::site::Site;
use crate::target::{self, Run};

pub(super) fn run(args: &Check) -> io::Result<Outcome> {
    if !args.client.is_empty() {
        return super::check_client::run(args);
    }
    let mut reading = crate::read(&args.input.files);
    if reading.failed() {
        let problems = match args.input.files.iter().find(|f| is_document(f)) {
            Some(document) => vec![meant_for_clients(document)],
            None => std::mem::take(&mut reading.problems),
        };
        report(&problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    // What `serve --check` says of the same file.
    if reading.mail.hosting.place.is_some() {
        match Site::build(&reading.mail, None) {
            Ok(site) => reading.problems.extend(site.advice()),
            Err(problems) => reading.problems.extend(problems),
        }
    }
    let run = Run::of(&reading.mail);
    let mut notes = Vec::new();
    let mut named = match super::chosen(&args.target, &reading.mail) {
        Ok(named) => named,
        Err(problems) => {
            report(&problems, &reading.sources, args.format)?;
            return Ok(Outcome::WrongInput);
        }
    };
    // A host's profiles are served without being generated: what they lack is told.
    if args.target.is_empty() && reading.mail.accounts.is_empty() {
        named.extend(target::find("mobileconfig").filter(|t| named.iter().all(|n| n.about().id != t.about().id)));
    }
    for target in named {
        match target.render(&run) {
            Ok(bundle) => notes.extend(bundle.notes.into_iter().map(|n| (target.about().id, n))),
            Err(problems) => reading.problems.extend(problems),
        }
    }
    if reading.failed() {
        report(&reading.problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let warnings = reading.problems.iter().filter(|p| p.severity == Severity::Warning).count();
    match args.format {
        Format::Json => {
            let notes: Vec<_> = notes
                .iter()
                .map(|(id, n)| json!({ "target": id, "account": n.account, "code": n.code, "text": n.text }))
                .collect();
            print_json(&json!({ "problems": as_json(&reading.problems, &reading.sources), "notes": notes }))?;
        }
        Format::Text => {
            talk(&reading.problems, &reading.sources)?;
            let mut err = io::stderr().lock();
            for (id, note) in &notes {
                writeln!(err, "note: {id}, {}: {}", note.account, note.text)?;
            }
            let accounts = reading.mail.accounts.len();
            let domains = reading.mail.hosted.iter().map(|h| h.domains.len()).sum();
            let accounts = match (accounts, domains) {
                (1, _) => "1 account".to_owned(),
                (0, 1) => "1 domain".to_owned(),
                (0, n) => format!("{n} domains"),
                (n, _) => format!("{n} accounts"),
            };
            let findings = match warnings {
                0 => "no findings".to_owned(),
                1 => "1 warning".to_owned(),
                n => format!("{n} warnings"),
            };
            writeln!(err, "{accounts}, {findings}")?;
        }
    }
    Ok(if warnings > 0 { Outcome::Findings } else { Outcome::Done })
}

/// Whether somebody's autoconfig document was named, or the address of one, as only `--client` takes it.
fn is_document(name: &str) -> bool {
    /// Far more than stands before a document's first tag.
    const HEAD: u64 = 4096;
    if fetch::is_url(name) {
        return true;
    }
    let mut head = Vec::new();
    // Standard input is read up, and what cannot be opened has a reason of its own.
    let opened = if name == "-" { None } else { std::fs::File::open(name).ok() };
    opened.is_some_and(|file| {
        file.take(HEAD).read_to_end(&mut head).is_ok() && looks_like_xml(name, &String::from_utf8_lossy(&head))
    })
}

fn meant_for_clients(name: &str) -> Problem {
    let what = if fetch::is_url(name) { "an address" } else { "XML" };
    Problem::error("no-account-file", None, format!("{name} is {what}, and no account file"))
        .because("account files are YAML; what mail programs make of a document is another question")
        .fix(format!("for an autoconfig document: `mailwright check {name} --client all`"))
}
