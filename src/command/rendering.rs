//! What `generate`, `diff` and `apply` share: account files read, targets chosen, everything rendered, or what is wrong
//! said.

use std::collections::HashSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Outcome, chosen, report};
use crate::Reading;
use crate::account::Mail;
use crate::cli::Format;
use crate::problem::{Problem, Severity};
use crate::target::{Bundle, Note, Run, Target};

/// Everything rendered.
pub(super) struct Rendered {
    /// What the files say.
    pub reading: Reading,
    /// The bundles, each with its target's id.
    pub bundles: Vec<(&'static str, Bundle)>,
    /// The warnings to show.
    pub warnings: Vec<Problem>,
}

/// What is asked for on the command line.
pub(super) struct Asked<'a> {
    pub files: &'a [String],
    pub targets: &'a [String],
    pub cleartext: bool,
    /// The folder of configuration files, as a path that programs read.
    pub config: &'a str,
    /// Nothing to write is no mistake: something may be there to be removed.
    pub nothing: bool,
    pub format: Format,
}

/// Reads, chooses and renders; `wanted` tells which of the chosen targets. What is wrong has been said when it ends with
/// an [`Outcome`].
pub(super) fn render(asked: &Asked<'_>, wanted: impl Fn(&dyn Target) -> bool) -> io::Result<Result<Rendered, Outcome>> {
    let mut reading = crate::read(asked.files);
    let chosen = match chosen(asked.targets, &reading.mail) {
        Ok(chosen) => chosen,
        Err(problems) => {
            reading.problems.extend(problems);
            Vec::new()
        }
    };
    // Notes are for `check`; here they would hide what was written.
    reading.problems.retain(|p| p.severity != Severity::Note);
    if reading.failed() {
        report(&reading.problems, &reading.sources, asked.format)?;
        return Ok(Err(Outcome::WrongInput));
    }
    let run = Run { cleartext: asked.cleartext, config: asked.config, ..Run::of(&reading.mail) };
    let mut bundles: Vec<(&'static str, Bundle)> = Vec::new();
    let mut refused = Vec::new();
    for target in chosen.into_iter().filter(|t| wanted(*t)) {
        match target.render(&run) {
            Ok(bundle) => bundles.push((target.about().id, bundle)),
            Err(problems) => refused.extend(
                problems.into_iter().map(|p| Problem { message: format!("{}: {}", target.about().id, p.message), ..p }),
            ),
        }
    }
    if !refused.is_empty() {
        reading.problems.extend(refused);
        report(&reading.problems, &reading.sources, asked.format)?;
        return Ok(Err(Outcome::WrongInput));
    }
    if bundles.is_empty() && !asked.nothing {
        let problem = Problem::error("not-at-home", None, "none of these targets lives in the home directory")
            .fix("name one with -t, or write into a folder with `mailwright generate FILE -o DIR`");
        report(&[problem], &reading.sources, asked.format)?;
        return Ok(Err(Outcome::WrongInput));
    }
    if !asked.nothing && bundles.iter().all(|(_, b)| b.files.is_empty() && b.steps.is_empty()) {
        let problem = Problem::error("nothing-to-write", None, "no target can express any of these accounts")
            .because(
                bundles.iter().flat_map(|(_, b)| &b.notes).map(|n| n.text.as_str()).next().unwrap_or("").to_owned(),
            )
            .fix("`mailwright check FILE -t TARGET` says why, account by account");
        reading.problems.push(problem);
        report(&reading.problems, &reading.sources, asked.format)?;
        return Ok(Err(Outcome::WrongInput));
    }
    let warnings = reading.problems.iter().filter(|p| p.severity == Severity::Warning).cloned().collect();
    Ok(Ok(Rendered { reading, bundles, warnings }))
}

/// What could not be expressed, on standard error: single notes by their words, many of a kind by number, and those of
/// many targets by the targets' names.
pub(super) fn notes(bundles: &[(&'static str, Bundle)], mail: &Mail) -> io::Result<()> {
    const MANY: usize = 5;
    const MANY_TARGETS: usize = 8;
    // Without accounts, what is written is for any user of each domain.
    let what = if mail.accounts.is_empty() { "domain" } else { "account" };
    let mut err = io::BufWriter::new(io::stderr().lock());
    let with_notes: Vec<String> = bundles
        .iter()
        .filter(|(_, b)| !b.notes.is_empty())
        .map(|(id, b)| format!("{id} ({})", b.notes.len()))
        .collect();
    if with_notes.len() > MANY_TARGETS {
        writeln!(
            err,
            "notes: {}\n`mailwright check FILE -t TARGET` shows what a program cannot express",
            with_notes.join(", ")
        )?;
        return err.flush();
    }
    for (id, bundle) in bundles {
        let mut codes: Vec<&str> = Vec::new();
        for note in &bundle.notes {
            if !codes.contains(&note.code) {
                codes.push(note.code);
            }
        }
        for code in codes {
            let same: Vec<_> = bundle.notes.iter().filter(|n| n.code == code).collect();
            for note in same.iter().take(MANY) {
                writeln!(err, "note: {id}, {}: {}", note.account, note.text)?;
            }
            let (told, more) = same.split_at(same.len().min(MANY));
            if !more.is_empty() {
                writeln!(err, "note: {id}: {} ({code})", further(told, more, what))?;
            }
        }
    }
    err.flush()
}

/// Notes of one kind beyond those that are told. Of one account there may be several, and of one that is told already, too.
fn further(told: &[&Note], more: &[&Note], what: &str) -> String {
    let told: HashSet<&str> = told.iter().map(|n| n.account.as_str()).collect();
    let others: HashSet<&str> = more.iter().map(|n| n.account.as_str()).filter(|a| !told.contains(a)).collect();
    let accounts = match others.len() {
        1 => format!("1 more {what}"),
        n => format!("{n} more {what}s"),
    };
    match (more.len(), others.len()) {
        (notes, accounts_of) if notes == accounts_of => format!("the same for {accounts}"),
        (1, _) => "1 more of this kind".to_owned(),
        (notes, 0) => format!("{notes} more of this kind"),
        (notes, _) => format!("{notes} more of this kind, also for {accounts}"),
    }
}

/// The notes as data.
pub(super) fn notes_json(bundles: &[(&'static str, Bundle)]) -> Value {
    bundles
        .iter()
        .flat_map(|(id, bundle)| {
            bundle
                .notes
                .iter()
                .map(move |n| json!({ "target": id, "account": n.account, "code": n.code, "text": n.text }))
        })
        .collect()
}
