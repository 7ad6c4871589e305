//! `apply`: the files where their programs look for them, in the home directory.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::home::{self, Home};
use super::rendering::{notes, notes_json};
use super::{Outcome, as_json, print_json, report, steps, talk};
use crate::cli::{Apply, Format};
use crate::sink::home::Places;
use crate::sink::home::apply::{self, Done};

pub(super) fn run(args: &Apply) -> io::Result<Outcome> {
    let asked = home::Asked {
        files: &args.input.files,
        targets: &args.target,
        cleartext: args.cleartext,
        force: args.force,
        prune: args.prune,
        format: args.format,
    };
    let home = match Home::read(&asked, true)? {
        Ok(home) => home,
        Err(outcome) => return Ok(outcome),
    };
    let plan = home.plan(&asked);
    let sources = &home.rendered.reading.sources;
    if !plan.in_the_way.is_empty() {
        report(&plan.in_the_way, sources, args.format)?;
        return Ok(if plan.is_unreadable() { Outcome::Environment } else { Outcome::WrongInput });
    }
    let left: usize = plan.removals.iter().filter(|r| !r.forget).count();
    let done = match apply::apply(&home.places, &home.state, &home.sources, &plan, args.prune) {
        Ok(done) => done,
        Err((done, problem)) => {
            match args.format {
                Format::Json => {
                    print_json(&json!({ "files": as_files(&done), "problems": as_json(&[*problem], sources) }))?
                }
                Format::Text => {
                    list(&home.places, &done)?;
                    talk(&[*problem], sources)?;
                }
            }
            return Ok(Outcome::Environment);
        }
    };
    let alone = Home::left_alone(&plan);
    let mut open = steps::open(&home.places, &home.rendered.bundles);
    open.retain(|(id, _)| !alone.contains(id));
    match args.format {
        Format::Json => {
            print_json(&json!({
                "files": as_files(&done), "steps": steps::as_json(&open), "notes": notes_json(&home.rendered.bundles),
                "problems": as_json(&home.rendered.warnings, sources),
            }))?;
        }
        Format::Text => {
            talk(&home.rendered.warnings, sources)?;
            list(&home.places, &done)?;
            let mut err = io::stderr().lock();
            if left > 0 && !args.prune {
                writeln!(
                    err,
                    "{} no longer written; `--prune` removes {}",
                    home::files_are(left),
                    if left == 1 { "it" } else { "them" }
                )?;
            }
            drop(err);
            notes(&home.rendered.bundles, &home.rendered.reading.mail)?;
            home.shadows()?;
            home.alone(&plan)?;
            if !args.run_steps {
                steps::show(&open, true)?;
            }
        }
    }
    if args.run_steps { steps::run(&home.places, &open, args.yes) } else { Ok(Outcome::Done) }
}

/// What was done, as data.
fn as_files(done: &[Done]) -> Value {
    done.iter()
        .map(|d| {
            let mut file = json!({ "path": d.path.display().to_string(), "action": d.word });
            if let Some(backup) = &d.backup {
                file["backup"] = json!(backup.display().to_string());
            }
            file
        })
        .collect()
}

/// What was done, a line a file.
fn list(places: &Places, done: &[Done]) -> io::Result<()> {
    let mut err = io::BufWriter::new(io::stderr().lock());
    for d in done {
        write!(err, "{:<10} {}", d.word, places.shown(&d.path))?;
        if let Some(backup) = &d.backup {
            write!(err, " (old one: {})", places.shown(backup))?;
        }
        writeln!(err)?;
    }
    err.flush()
}
