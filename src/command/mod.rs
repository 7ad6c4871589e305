//! The verbs, one file each, and what they share: reading the input, printing, exit codes.
//!
//! Standard output is the product, standard error is talk. No verb knows a target or a provider by name.

mod apply;
mod check;
mod check_client;
mod completions;
mod diff;
mod dns;
mod explain;
mod export;
mod generate;
mod home;
mod init;
mod list;
mod man;
mod rendering;
mod schema;
mod serve;
mod steps;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::account::Mail;
use crate::cli::{Cli, Command, Format};
use crate::problem::{Problem, Severity, Sources, did_you_mean};
use crate::target::{self, TARGETS, Target};

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done; warnings and notes do not change it.
    Done,
    /// Findings of `check`, `--check`, `diff`.
    Findings,
    /// Wrong input; nothing was written.
    WrongInput,
    /// The environment does not allow it.
    Environment,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::Findings => 1,
            Outcome::WrongInput => 2,
            Outcome::Environment => 3,
        })
    }
}

/// Does what the command line says.
///
/// # Errors
/// When standard output or standard error cannot be written.
pub fn run(cli: Cli) -> io::Result<Outcome> {
    match cli.command {
        Command::Generate(args) => generate::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Apply(args) => apply::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Dns(args) => dns::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Init(args) => init::run(&args),
        Command::List(args) => list::run(&args),
        Command::Schema => schema::run(),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// Prints problems for people, on standard error.
fn talk(problems: &[Problem], sources: &Sources) -> io::Result<()> {
    let stderr = io::stderr();
    let colour = stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let mut out = io::BufWriter::new(stderr.lock());
    for problem in problems {
        writeln!(out, "{}\n", sources.draw(problem, colour))?;
    }
    out.flush()
}

/// Problems as data.
fn as_json(problems: &[Problem], sources: &Sources) -> Value {
    problems.iter().map(|p| sources.json(p)).collect()
}

/// Prints problems in the format asked for: as text on standard error, as one JSON object on standard output.
fn report(problems: &[Problem], sources: &Sources, format: Format) -> io::Result<()> {
    match format {
        Format::Text => {
            talk(problems, sources)?;
            let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
            if errors > 1 {
                writeln!(io::stderr(), "{errors} errors; nothing was written")?;
            }
            Ok(())
        }
        Format::Json => print_json(&json!({ "problems": as_json(problems, sources) })),
    }
}

fn print_json(value: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)
}

/// The targets asked for, else those that the file names, else the usual ones.
fn chosen(asked: &[String], mail: &Mail) -> Result<Vec<&'static dyn Target>, Vec<Problem>> {
    let names: Vec<&str> = if !asked.is_empty() {
        asked.iter().map(String::as_str).collect()
    } else if let Some(generate) = &mail.generate {
        generate.iter().map(String::as_str).collect()
    } else if mail.accounts.is_empty() {
        vec!["autoconfig"]
    } else {
        target::DEFAULT.to_vec()
    };
    if names.contains(&"all") {
        return Ok(TARGETS.to_vec());
    }
    let mut chosen: Vec<&'static dyn Target> = Vec::new();
    let mut problems = Vec::new();
    for name in names {
        match target::find(name) {
            Some(target) if chosen.iter().any(|t| t.about().id == target.about().id) => {}
            Some(target) => chosen.push(target),
            // A wrong name in the file has been reported with its place.
            None if asked.is_empty() => {}
            None => {
                problems.push(unknown_target(name));
            }
        }
    }
    if problems.is_empty() { Ok(chosen) } else { Err(problems) }
}

/// What people call a target by another name.
const ALSO: &[(&str, &str)] = &[
    ("mu4e", "mu"),
    ("mbsync", "isync"),
    ("gnus", "emacs"),
    ("forgejo", "gitea"),
    ("k9", "autoconfig"),
    ("k9-mail", "autoconfig"),
    ("fairemail", "autoconfig"),
    ("deltachat", "autoconfig"),
    ("iphone", "mobileconfig"),
    ("ios", "mobileconfig"),
    ("macos", "mobileconfig"),
    ("apple", "mobileconfig"),
    ("git", "git-send-email"),
    ("mailx", "s-nail"),
    ("pine", "alpine"),
    ("claws", "claws-mail"),
    ("smtpd", "opensmtpd"),
];

fn unknown_target(name: &str) -> Problem {
    let lower = name.to_lowercase();
    let titled = TARGETS.iter().map(|t| t.about()).find(|a| a.title.to_lowercase() == lower).map(|a| a.id);
    let meant = ALSO
        .iter()
        .find(|(also, _)| *also == lower)
        .map(|(_, id)| *id)
        .or(titled)
        .or_else(|| did_you_mean(name, TARGETS.iter().map(|t| t.about().id)));
    Problem::error("unknown-target", None, format!("there is no target `{name}`")).fix(match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`mailwright list targets` shows them all".to_owned(),
    })
}

/// Columns of text, each as wide as its widest cell.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|c| rows.iter().filter_map(|r| r.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
