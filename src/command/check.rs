//! `check`: offline findings. Exit 1 when there is a warning, 2 when the input is wrong. What mail programs make of it,
//! `--client`, is [`super::check_client`]'s business.

use std::io::{self, Write};

use serde_json::json;

use super::{Outcome, as_json, print_json, report, talk};
use crate::cli::{Check, Format};
use crate::problem::Severity;
use crate::target::Run;

pub(super) fn run(args: &Check) -> io::Result<Outcome> {
    if !args.client.is_empty() {
        return super::check_client::run(args);
    }
    let mut reading = crate::read(&args.input.files);
    if reading.failed() {
        report(&reading.problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let run = Run::of(&reading.mail);
    let mut notes = Vec::new();
    let named = match super::chosen(&args.target, &reading.mail) {
        Ok(named) => named,
        Err(problems) => {
            report(&problems, &reading.sources, args.format)?;
            return Ok(Outcome::WrongInput);
        }
    };
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
