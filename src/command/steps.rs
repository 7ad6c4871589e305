//! Steps that no file can do: shown after `apply`, and done by `--run-steps` after asking for each.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::{Value, json};

use super::Outcome;
use crate::quote::shell;
use crate::sink::home::Places;
use crate::target::{Bundle, Do, Step};

/// What is left to do, in the order of the targets: what is done already is left out.
pub(super) fn open<'a>(places: &Places, bundles: &'a [(&'static str, Bundle)]) -> Vec<(&'static str, &'a Step)> {
    let mut open: Vec<(&'static str, &Step)> = Vec::new();
    for (id, bundle) in bundles {
        for step in &bundle.steps {
            if !is_done(places, step) && !open.iter().any(|(_, other)| other.how == step.how && step.how != Do::Tell) {
                open.push((id, step));
            }
        }
    }
    open
}

/// A path that may begin with `~/`.
fn locate(places: &Places, path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => places.locate(rest),
        None => places.home.join(path),
    }
}

fn is_done(places: &Places, step: &Step) -> bool {
    match &step.how {
        Do::Maildir(path) => ["cur", "new", "tmp"].iter().all(|f| locate(places, path.as_str()).join(f).is_dir()),
        Do::Folder(path) => locate(places, path.as_str()).is_dir(),
        Do::Run { done: Some(done), .. } => locate(places, done.as_str()).exists(),
        Do::Run { done: None, .. } | Do::Tell => false,
    }
}

/// The command to type for a step, if there is one.
fn command_line(step: &Step) -> Option<String> {
    match &step.how {
        Do::Maildir(path) => {
            let path = path.as_str().trim_end_matches('/');
            let parts = ["cur", "new", "tmp"].map(|f| shell::path(&format!("{path}/{f}")));
            Some(format!("mkdir -p -m 700 {}", parts.join(" ")))
        }
        Do::Folder(path) => Some(format!("mkdir -p -m 700 {}", shell::path(path.as_str()))),
        Do::Run { argv, .. } => Some(argv.iter().map(|w| shell::path(w.as_str())).collect::<Vec<_>>().join(" ")),
        Do::Tell => None,
    }
}

/// The steps as data.
pub(super) fn as_json(steps: &[(&'static str, &Step)]) -> Value {
    steps.iter().map(|(id, step)| json!({ "target": id, "what": step.what, "command": command_line(step) })).collect()
}

/// Every step of some targets, done or not: nobody knows where the files will lie.
pub(super) fn all<'a>(bundles: &'a [(&'static str, Bundle)], of: &[&str]) -> Vec<(&'static str, &'a Step)> {
    let mut all: Vec<(&'static str, &Step)> = Vec::new();
    for (id, bundle) in bundles.iter().filter(|(id, _)| of.contains(id)) {
        for step in &bundle.steps {
            if !all.iter().any(|(_, other)| other.how == step.how && step.how != Do::Tell) {
                all.push((id, step));
            }
        }
    }
    all
}

/// Shows what is left to do; `at_home`, where we could do some of it.
pub(super) fn show(steps: &[(&'static str, &Step)], at_home: bool) -> io::Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let mut err = io::BufWriter::new(io::stderr().lock());
    writeln!(err, "\nLeft to do:")?;
    for (id, step) in steps {
        writeln!(err, "  {id}: {}", step.what)?;
        if let Some(line) = command_line(step) {
            writeln!(err, "      {line}")?;
        }
    }
    if at_home && steps.iter().any(|(_, s)| s.how != Do::Tell) {
        writeln!(err, "`mailwright apply FILE --run-steps` does what has a command, after asking.")?;
    }
    err.flush()
}

/// Does the steps, each after asking unless `yes`.
pub(super) fn run(places: &Places, steps: &[(&'static str, &Step)], yes: bool) -> io::Result<Outcome> {
    let mut outcome = Outcome::Done;
    for (id, step) in steps {
        let mut err = io::stderr().lock();
        let Some(line) = command_line(step) else {
            writeln!(err, "{id}: {}", step.what)?;
            continue;
        };
        writeln!(err, "{id}: {}\n    {line}", step.what)?;
        if !yes && !agreed(&mut err)? {
            writeln!(err, "    skipped")?;
            continue;
        }
        drop(err);
        let result = perform(places, step);
        let mut err = io::stderr().lock();
        match result {
            Ok(()) => writeln!(err, "    done")?,
            Err(why) => {
                writeln!(err, "    failed: {why}")?;
                outcome = Outcome::Environment;
            }
        }
    }
    Ok(outcome)
}

/// Asks; whoever is not there to answer has not agreed.
fn agreed(err: &mut impl Write) -> io::Result<bool> {
    if !io::stdin().is_terminal() {
        writeln!(err, "    nobody is there to ask: `--yes` does not ask")?;
        return Ok(false);
    }
    write!(err, "    Do it? [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn perform(places: &Places, step: &Step) -> Result<(), String> {
    let text = |e: io::Error| e.to_string();
    match &step.how {
        Do::Maildir(path) => {
            let maildir = locate(places, path.as_str());
            ["cur", "new", "tmp"].iter().try_for_each(|f| make_private(&maildir.join(f)).map_err(text))
        }
        Do::Folder(path) => make_private(&locate(places, path.as_str())).map_err(text),
        Do::Run { argv, .. } => {
            let words: Vec<PathBuf> = argv
                .iter()
                .map(|w| if w.as_str().starts_with("~/") { locate(places, w.as_str()) } else { w.as_str().into() })
                .collect();
            let Some((program, arguments)) = words.split_first() else { return Ok(()) };
            let status = Command::new(program)
                .args(arguments)
                .current_dir(&places.home)
                .stdin(Stdio::inherit())
                .status()
                .map_err(|e| format!("{}: {e}{}", program.display(), not_installed(program)))?;
            if status.success() { Ok(()) } else { Err(status.to_string()) }
        }
        Do::Tell => Ok(()),
    }
}

fn not_installed(program: &Path) -> &'static str {
    let found = env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|p| p.join(program).is_file()));
    if found { "" } else { "; is it installed?" }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
