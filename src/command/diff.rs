//! `diff`: what `apply` would change in the home directory.

use std::io::{self, IsTerminal, Write};

use serde_json::{Value, json};

use super::home::{self, Home};
use super::rendering::notes_json;
use super::{Outcome, as_json, print_json, talk};
use crate::cli::{Diff, Format};
use crate::sink::difference::{self, Shown};
use crate::sink::home::{Change, What};
use crate::target::Keeping;

pub(super) fn run(args: &Diff) -> io::Result<Outcome> {
    let asked = home::Asked {
        files: &args.input.files,
        targets: &args.target,
        cleartext: args.cleartext,
        force: false,
        prune: args.prune,
        format: args.format,
    };
    let home = match Home::read(&asked, false)? {
        Ok(home) => home,
        Err(outcome) => return Ok(outcome),
    };
    let plan = home.plan(&asked);
    let removals = plan.removals.iter().filter(|r| !r.forget);
    let clean = plan.is_done() && plan.in_the_way.is_empty() && !(args.prune && removals.clone().next().is_some());
    match args.format {
        Format::Json => {
            let mut list: Vec<Value> = plan
                .changes
                .iter()
                .filter(|c| !matches!(c.what, What::Unchanged | What::LeftAlone))
                .map(|c| {
                    let path = home.places.shown(&c.path);
                    json!({ "target": c.target, "path": path, "action": word(c), "difference": text(c, &path) })
                })
                .collect();
            if args.prune {
                list.extend(
                    removals
                        .map(|r| json!({ "target": r.target, "path": home.places.shown(&r.path), "action": "remove" })),
                );
            }
            let mut problems = home.rendered.warnings.clone();
            problems.extend(plan.in_the_way.iter().cloned());
            print_json(&json!({
                "differences": list, "notes": notes_json(&home.rendered.bundles),
                "problems": as_json(&problems, &home.rendered.reading.sources),
            }))?;
        }
        Format::Text => {
            talk(&home.rendered.warnings, &home.rendered.reading.sources)?;
            let stdout = io::stdout();
            let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            let mut out = io::BufWriter::new(stdout.lock());
            for change in &plan.changes {
                let path = home.places.shown(&change.path);
                match change.what {
                    What::Unchanged | What::LeftAlone => {}
                    What::Close => writeln!(out, "{path}: holds a secret and others may read it")?,
                    _ => painted(&mut out, &text(change, &path), colour)?,
                }
            }
            for removal in removals {
                let path = home.places.shown(&removal.path);
                let how = if removal.edited { ", and keeps a backup: it was edited" } else { "" };
                writeln!(out, "{path}: no longer written; `apply --prune` removes it{how}")?;
            }
            out.flush()?;
            drop(out);
            if !plan.in_the_way.is_empty() {
                talk(&plan.in_the_way, &home.rendered.reading.sources)?;
            }
            home.shadows()?;
            home.alone(&plan)?;
            let differ = plan.changes.iter().filter(|c| !matches!(c.what, What::Unchanged | What::LeftAlone)).count();
            let mut err = io::stderr().lock();
            match (differ, plan.in_the_way.len()) {
                (0, 0) => writeln!(err, "no difference, {} compared", home::files(plan.changes.len()))?,
                (0, n) => writeln!(err, "{} cannot be written", home::files(n))?,
                (_, 0) => writeln!(err, "`mailwright apply` would write {}", home::files(differ))?,
                (_, n) => writeln!(err, "{} cannot be written, and before that nothing is", home::files(n))?,
            }
        }
    }
    if plan.is_unreadable() {
        return Ok(Outcome::Environment);
    }
    Ok(if clean { Outcome::Done } else { Outcome::Findings })
}

fn word(change: &Change<'_>) -> &'static str {
    match change.what {
        What::Create => "create",
        What::Replace | What::Close => "replace",
        What::BackUp => "replace and back up",
        What::Unchanged | What::LeftAlone => "none",
    }
}

fn text(change: &Change<'_>, path: &str) -> String {
    let shown = match () {
        () if change.file.secret || change.was_secret => Shown::Nothing,
        () if change.known => Shown::All,
        () => Shown::New,
    };
    let old = (change.what != What::Create).then_some(change.old.as_slice());
    let block = matches!(change.file.keeping, Keeping::Block { .. }) && old.is_some();
    let label = if block { format!("{path}, our block") } else { path.to_owned() };
    difference::text(&label, old, &change.new, shown)
}

/// A difference in colours: what goes is red, what comes is green.
fn painted(out: &mut impl Write, text: &str, colour: bool) -> io::Result<()> {
    if !colour {
        return out.write_all(text.as_bytes());
    }
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let code = match bare.as_bytes().first() {
            _ if bare.starts_with("--- ") || bare.starts_with("+++ ") => "1",
            Some(b'-') => "31",
            Some(b'+') => "32",
            Some(b'@') => "36",
            _ => "0",
        };
        writeln!(out, "\x1b[{code}m{bare}\x1b[0m")?;
    }
    Ok(())
}
