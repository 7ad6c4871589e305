//! `generate`: from account files to the files of mail programs.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::rendering::{self, Asked, Rendered, notes, notes_json};
use super::{Outcome, as_json, print_json, report, steps, talk};
use crate::cli::{Arrangement, Format, Generate};
use crate::problem::{Problem, Sources};
use crate::sink::layout::{self, Layout};
use crate::sink::{self, compare, directory};
use crate::target::{Bundle, Keeping};

pub(super) fn run(args: &Generate) -> io::Result<Outcome> {
    if args.output.is_none() && !args.stdout && !args.check {
        let files = args.input.files.join(" ");
        let problem = Problem::error("no-destination", None, "it is not said where the files go")
            .fix(format!("mailwright generate {files} -o out"));
        report(&[problem], &Sources::default(), args.format)?;
        return Ok(Outcome::WrongInput);
    }
    if args.stdout && args.format == Format::Json {
        let problem = Problem::error("two-products", None, "`--stdout` and `--format json` both want standard output")
            .fix("keep one of them");
        report(&[problem], &Sources::default(), args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let asked = Asked {
        files: &args.input.files,
        targets: &args.target,
        cleartext: args.cleartext,
        config: "~/.config",
        nothing: false,
        format: args.format,
    };
    let Rendered { reading, bundles, warnings: shown } = match rendering::render(&asked, |_| true)? {
        Ok(rendered) => rendered,
        Err(outcome) => return Ok(outcome),
    };
    let layout = match args.layout {
        None => Layout::Targets,
        Some(Arrangement::Home) => Layout::Home,
        Some(Arrangement::Stow) => Layout::Stow,
        Some(Arrangement::Chezmoi) => Layout::Chezmoi,
    };
    let outputs = layout::outputs(&bundles, layout);
    if outputs.is_empty() {
        let problem = Problem::error("nothing-to-write", None, "none of these targets writes a file there")
            .because("with this layout, only what lives in the home directory is written")
            .fix("leave out `--layout`, or name other targets with -t");
        report(&[problem], &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }

    if args.check {
        return check(args, &reading.sources, &shown, &bundles, &outputs);
    }
    if args.stdout {
        let [only] = outputs.as_slice() else {
            let names: Vec<&str> = outputs.iter().take(6).map(|o| o.path.as_str()).collect();
            let problem = Problem::error(
                "several-files",
                None,
                format!("there are {} files, and standard output takes one", outputs.len()),
            )
            .because(names.join(", "))
            .fix("name one target with -t, or write into a directory with -o");
            report(&[problem], &reading.sources, args.format)?;
            return Ok(Outcome::WrongInput);
        };
        talk(&shown, &reading.sources)?;
        notes(&bundles, &reading.mail)?;
        io::stdout().write_all(&only.file.bytes)?;
        return Ok(Outcome::Done);
    }
    let Some(root) = &args.output else {
        return Ok(Outcome::WrongInput);
    };
    let actions = match directory::write(root, &outputs, args.force) {
        Ok(actions) => actions,
        Err(directory::Failure::InTheWay(problems)) => {
            report(&problems, &reading.sources, args.format)?;
            return Ok(Outcome::WrongInput);
        }
        Err(directory::Failure::System(problem)) => {
            report(&[problem], &reading.sources, args.format)?;
            return Ok(Outcome::Environment);
        }
    };
    let written: Vec<&str> = bundles
        .iter()
        .filter(|(_, b)| b.files.is_empty() || outputs.iter().any(|o| b.files.iter().any(|f| std::ptr::eq(f, o.file))))
        .map(|(id, _)| *id)
        .collect();
    let open = steps::all(&bundles, &written);
    match args.format {
        Format::Json => {
            let files: Vec<Value> = outputs
                .iter()
                .zip(&actions)
                .map(|(o, a)| {
                    let mut file = json!({ "path": root.join(&o.path).display().to_string(), "action": a.word() });
                    if let directory::Action::BackedUp(path) = a {
                        file["backup"] = json!(path.display().to_string());
                    }
                    file
                })
                .collect();
            print_json(
                &json!({ "files": files, "steps": steps::as_json(&open), "notes": notes_json(&bundles), "problems": as_json(&shown, &reading.sources) }),
            )?;
        }
        Format::Text => {
            talk(&shown, &reading.sources)?;
            summary(root, &outputs, &actions)?;
            notes(&bundles, &reading.mail)?;
            let left = seeds_left_out(&bundles, layout);
            if !left.is_empty() {
                writeln!(
                    io::stderr(),
                    "note: {} rewrites its files, which no link survives: `mailwright apply` puts them there",
                    left.join(", ")
                )?;
            }
            steps::show(&open, false)?;
        }
    }
    // The process ends: giving a hundred thousand values back one by one would only take time.
    std::mem::forget((bundles, reading));
    Ok(Outcome::Done)
}

fn check(
    args: &Generate,
    sources: &Sources,
    shown: &[Problem],
    bundles: &[(&'static str, Bundle)],
    outputs: &[sink::Output<'_>],
) -> io::Result<Outcome> {
    let differences = args.output.as_deref().map(|root| compare::compare(root, outputs)).unwrap_or_default();
    match args.format {
        Format::Json => {
            let list: Vec<Value> =
                differences.iter().map(|d| json!({ "path": d.path, "difference": d.text })).collect();
            print_json(
                &json!({ "differences": list, "notes": notes_json(bundles), "problems": as_json(shown, sources) }),
            )?;
        }
        Format::Text => {
            talk(shown, sources)?;
            let mut out = io::stdout().lock();
            for difference in &differences {
                write!(out, "{}", difference.text)?;
            }
            let mut err = io::stderr().lock();
            match &args.output {
                Some(root) if differences.is_empty() => {
                    writeln!(err, "{}: no difference, {} compared", root.display(), files(outputs.len()))?;
                }
                Some(root) => writeln!(
                    err,
                    "{}: {} of {} differ{} from what would be written",
                    root.display(),
                    differences.len(),
                    files(outputs.len()),
                    if differences.len() == 1 { "s" } else { "" },
                )?,
                None => writeln!(err, "{} could be written", files(outputs.len()))?,
            }
        }
    }
    Ok(if differences.is_empty() { Outcome::Done } else { Outcome::Findings })
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// Single files by name, many of a kind by number.
fn summary(root: &Path, outputs: &[sink::Output<'_>], actions: &[directory::Action]) -> io::Result<()> {
    const MANY: usize = 12;
    let mut err = io::BufWriter::new(io::stderr().lock());
    let target_of = |path: &str| path.split('/').next().unwrap_or("").to_owned();
    let mut i = 0;
    while i < outputs.len() {
        let id = target_of(&outputs[i].path);
        let end = i + outputs[i..].iter().take_while(|o| target_of(&o.path) == id).count();
        if end - i > MANY {
            let mut counts: Vec<(&str, usize)> = Vec::new();
            for action in &actions[i..end] {
                match counts.iter_mut().find(|(word, _)| *word == action.word()) {
                    Some((_, n)) => *n += 1,
                    None => counts.push((action.word(), 1)),
                }
            }
            let words: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
            writeln!(err, "{:<10} {}: {} files ({})", "", root.join(&id).display(), end - i, words.join(", "))?;
        } else {
            for (output, action) in outputs[i..end].iter().zip(&actions[i..end]) {
                write!(err, "{:<10} {}", action.word(), root.join(&output.path).display())?;
                if let directory::Action::BackedUp(backup) = action {
                    write!(err, " (old one: {})", backup.display())?;
                }
                writeln!(err)?;
            }
        }
        i = end;
    }
    err.flush()
}

/// Targets of which a layout leaves files out that their programs rewrite.
fn seeds_left_out(bundles: &[(&'static str, Bundle)], layout: Layout) -> Vec<&'static str> {
    let seeded = |b: &Bundle| b.files.iter().any(|f| f.keeping == Keeping::Seed);
    bundles.iter().filter(|(_, b)| layout == Layout::Stow && seeded(b)).map(|(id, _)| *id).collect()
}
