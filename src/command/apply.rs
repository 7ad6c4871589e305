//! `apply`: the files where their programs look for them, in the home directory.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::home::{self, Home};
use super::rendering::{notes, notes_json};
use super::{Outcome, as_json, print_json, report, steps, talk};
use crate::cli::{Apply, Format};
use crate::sink::home::apply;

pub(super) fn run(args: &Apply) -> io::Result<Outcome> {
    let asked = home::Asked {
        files: &args.input.files,
        targets: &args.target,
        cleartext: args.cleartext,
        force: args.force,
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
        return Ok(Outcome::WrongInput);
    }
    let left: usize = plan.removals.iter().filter(|r| !r.forget).count();
    let done = match apply::apply(&home.places, home.state.clone(), &home.sources, &plan, args.prune) {
        Ok(done) => done,
        Err(problem) => {
            report(&[*problem], sources, args.format)?;
            return Ok(Outcome::Environment);
        }
    };
    let open = steps::open(&home.places, &home.rendered.bundles);
    match args.format {
        Format::Json => {
            let files: Vec<Value> = done
                .iter()
                .map(|d| {
                    let mut file = json!({ "path": d.path.display().to_string(), "action": d.word });
                    if let Some(backup) = &d.backup {
                        file["backup"] = json!(backup.display().to_string());
                    }
                    file
                })
                .collect();
            print_json(&json!({
                "files": files, "steps": steps::as_json(&open), "notes": notes_json(&home.rendered.bundles),
                "problems": as_json(&home.rendered.warnings, sources),
            }))?;
        }
        Format::Text => {
            talk(&home.rendered.warnings, sources)?;
            let mut err = io::BufWriter::new(io::stderr().lock());
            for d in &done {
                write!(err, "{:<10} {}", d.word, home.places.shown(&d.path))?;
                if let Some(backup) = &d.backup {
                    write!(err, " (old one: {})", home.places.shown(backup))?;
                }
                writeln!(err)?;
            }
            if left > 0 && !args.prune {
                writeln!(
                    err,
                    "{} no longer written; `--prune` removes {}",
                    home::files_are(left),
                    if left == 1 { "it" } else { "them" }
                )?;
            }
            err.flush()?;
            drop(err);
            notes(&home.rendered.bundles)?;
            if !args.run_steps {
                steps::show(&open)?;
            }
        }
    }
    if args.run_steps { steps::run(&home.places, &open, args.yes) } else { Ok(Outcome::Done) }
}
