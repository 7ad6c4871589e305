//! `export`: reads the files, has the tree written and says what was done.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::{Outcome, as_json, print_json, report, talk};
use crate::cli::{self, Format};
use crate::export::Note;
use crate::export::run::{self, Exported, Order, Refused};
use crate::problem::{Problem, Severity, Sources};
use crate::sign::Signer;
use crate::sink::directory::Action;
use crate::site::Site;

/// How many of a kind are named.
const FEW: usize = 5;
/// A tree of no more files than this is told file by file.
const SMALL: usize = 48;

pub(super) fn run(args: &cli::Export) -> io::Result<Outcome> {
    let mut reading = crate::read(&args.input.files);
    // Notes are for `check`; here they would hide what was written.
    reading.problems.retain(|p| p.severity != Severity::Note);
    if reading.failed() {
        report(&reading.problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let mut signer = None;
    if let Some(files) = &reading.mail.hosting.sign {
        match Signer::load(files, args.force, SystemTime::now()) {
            Ok((loaded, warnings)) => {
                signer = Some(loaded);
                reading.problems.extend(warnings);
            }
            Err(problems) => reading.problems.extend(problems),
        }
    }
    let site = Site::build(&reading.mail, signer).map_err(|problems| reading.problems.extend(problems)).ok();
    let Some(site) = site.filter(|_| !reading.failed()) else {
        report(&reading.problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    };
    reading.problems.extend(site.advice_of_files());
    let order = Order { output: &args.output, users: args.users.as_deref(), check: args.check, force: args.force };
    match run::export(&site, order) {
        Ok(exported) => {
            let said = Said { args, exported: &exported };
            match args.format {
                Format::Json => print_json(&said.as_json(&reading.problems, &reading.sources))?,
                Format::Text => {
                    talk(&reading.problems, &reading.sources)?;
                    said.print()?;
                }
            }
            let differs = args.check && !(exported.differences.is_empty() && exported.old_files.is_empty());
            Ok(if differs { Outcome::Findings } else { Outcome::Done })
        }
        Err(Refused::Wrong(wrong)) => {
            reading.problems.extend(wrong);
            report(&reading.problems, &reading.sources, args.format)?;
            Ok(Outcome::WrongInput)
        }
        Err(Refused::Stopped(problem)) => {
            report(&[*problem], &reading.sources, args.format)?;
            Ok(Outcome::Environment)
        }
    }
}

/// What is told of an export.
struct Said<'a> {
    args: &'a cli::Export,
    exported: &'a Exported,
}

impl Said<'_> {
    fn as_json(&self, problems: &[Problem], sources: &Sources) -> Value {
        let Exported { notes, actions, differences, old_files } = self.exported;
        let notes: Vec<Value> =
            notes.iter().map(|n| json!({ "domain": n.domain, "code": n.code, "text": n.text })).collect();
        let mut all = json!({ "old": old_files, "notes": notes, "problems": as_json(problems, sources) });
        if self.args.check {
            let list = differences.iter().map(|d| json!({ "path": d.path, "difference": d.text }));
            all["differences"] = list.collect();
        } else {
            let list = actions.iter().map(|(path, action)| {
                let path = self.args.output.join(path).display().to_string();
                let mut file = json!({ "path": path, "action": action.word() });
                if let Action::BackedUp(backup) = action {
                    file["backup"] = json!(backup.display().to_string());
                }
                file
            });
            all["files"] = list.collect();
        }
        all
    }

    fn print(&self) -> io::Result<()> {
        let root = &self.args.output;
        let Exported { notes, actions, differences, old_files } = self.exported;
        let mut out = io::BufWriter::new(io::stdout().lock());
        for difference in differences {
            write!(out, "{}", difference.text)?;
        }
        out.flush()?;
        let mut err = io::BufWriter::new(io::stderr().lock());
        if self.args.check {
            let old = match old_files.len() {
                0 => String::new(),
                1 => ", and 1 file is old".to_owned(),
                n => format!(", and {n} files are old"),
            };
            match differences.len() {
                0 if !old.is_empty() => {
                    writeln!(err, "{}: {} files are as they would be written{old}", root.display(), actions.len())?
                }
                0 => writeln!(err, "{}: no difference, {} files compared", root.display(), actions.len())?,
                n => writeln!(
                    err,
                    "{}: {n} of {} files differ from what would be written{old}",
                    root.display(),
                    actions.len()
                )?,
            }
        } else {
            self.summary(&mut err)?;
        }
        for path in old_files.iter().take(FEW) {
            let path = root.join(path);
            writeln!(err, "old: {} is no longer written: remove it when nobody looks it up any more", path.display())?;
        }
        if old_files.len() > FEW {
            writeln!(err, "old: {} more files", old_files.len() - FEW)?;
        }
        let mut codes: Vec<&str> = Vec::new();
        for note in notes {
            if !codes.contains(&note.code) {
                codes.push(note.code);
            }
        }
        for code in codes {
            let same: Vec<&Note> = notes.iter().filter(|n| n.code == code).collect();
            for note in same.iter().take(FEW) {
                writeln!(err, "note: {note}")?;
            }
            if same.len() > FEW {
                writeln!(err, "note: the same for {} more domains ({code})", same.len() - FEW)?;
            }
        }
        err.flush()
    }

    /// What was done: in a small tree file by file, in a large one in numbers.
    fn summary(&self, err: &mut impl Write) -> io::Result<()> {
        let root = &self.args.output;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, action) in &self.exported.actions {
            *counts.entry(action.word()).or_default() += 1;
            let backup = match action {
                Action::BackedUp(backup) => format!(" (old one: {})", backup.display()),
                _ => String::new(),
            };
            if self.exported.actions.len() <= SMALL || !backup.is_empty() {
                writeln!(err, "{:<10} {}{backup}", action.word(), root.join(path).display())?;
            }
        }
        if self.exported.actions.len() > SMALL {
            let counts: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
            writeln!(err, "{}: {} files ({})", root.display(), self.exported.actions.len(), counts.join(", "))?;
        }
        Ok(())
    }
}
