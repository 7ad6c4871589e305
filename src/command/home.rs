//! What `diff` and `apply` share: everything rendered that lives in the home directory, and what was written there before.

use std::fs::File;
use std::io::{self, Write};

use super::rendering::{self, Rendered};
use super::{Outcome, report};
use crate::cli::Format;
use crate::problem::{Problem, Sources};
use crate::sink::home::{Alone, Places, Plan, State, apply, plan};
use crate::target::{self, Lives, TARGETS};

/// What is asked for on the command line.
pub(super) struct Asked<'a> {
    pub files: &'a [String],
    pub targets: &'a [String],
    pub cleartext: bool,
    pub force: bool,
    pub prune: bool,
    pub format: Format,
}

/// The home directory and what belongs there.
pub(super) struct Home {
    pub rendered: Rendered,
    pub places: Places,
    pub state: State,
    /// The account files by their whole paths: whoever writes them again replaces what came from them.
    pub sources: Vec<String>,
    /// Held until the run is over.
    _lock: Option<File>,
}

impl Home {
    /// Reads everything. What is wrong has been said when it ends with an [`Outcome`].
    pub fn read(asked: &Asked<'_>, to_write: bool) -> io::Result<Result<Home, Outcome>> {
        let stop = |problem: Problem, outcome| {
            report(&[problem], &Sources::default(), asked.format)?;
            Ok(Err(outcome))
        };
        let places = match Places::of(|name| std::env::var_os(name)) {
            Ok(places) => places,
            Err(problem) => return stop(*problem, Outcome::Environment),
        };
        let config = match places.config() {
            Ok(config) => config,
            Err(problem) => return stop(*problem, Outcome::Environment),
        };
        let rendering = rendering::Asked {
            files: asked.files,
            targets: asked.targets,
            cleartext: asked.cleartext,
            config: &config,
            nothing: asked.prune,
            format: asked.format,
        };
        if asked.prune && asked.files.iter().any(|f| f == "-") {
            let problem = Problem::error("prune-needs-files", None, "`--prune` needs account files that have a name")
                .because("what came over standard input before may have been other accounts")
                .fix("write the accounts into a file");
            return stop(problem, Outcome::WrongInput);
        }
        let elsewhere = elsewhere(asked);
        if !elsewhere.is_empty() && elsewhere.len() == asked.targets.len() {
            let problem = Problem::error("not-at-home", None, "none of these targets lives in the home directory")
                .because(elsewhere.join(", "))
                .fix(format!("mailwright generate {} -t {} -o DIR", asked.files.join(" "), elsewhere.join(",")));
            return stop(problem, Outcome::WrongInput);
        }
        let rendered = match rendering::render(&rendering, |t| t.about().lives == Lives::Home)? {
            Ok(rendered) => rendered,
            Err(outcome) => return Ok(Err(outcome)),
        };
        if asked.format == Format::Text && !elsewhere.is_empty() {
            writeln!(
                io::stderr(),
                "note: {} does not live in the home directory: `mailwright generate {} -t {} -o DIR` writes it",
                elsewhere.join(", "),
                asked.files.join(" "),
                elsewhere.join(",")
            )?;
        }
        let lock = match to_write.then(|| apply::lock(&places)).transpose() {
            Ok(lock) => lock,
            Err(problem) => return stop(*problem, Outcome::Environment),
        };
        let state = match State::read(&places.own()) {
            Ok(state) => state,
            Err(problem) => return stop(*problem, Outcome::Environment),
        };
        let sources = asked
            .files
            .iter()
            .map(|f| match f.as_str() {
                "-" => "standard input".to_owned(),
                // One name for a file, however the way to it is written.
                name => std::fs::canonicalize(name)
                    .or_else(|_| std::path::absolute(name))
                    .map_or_else(|_| name.to_owned(), |p| p.display().to_string()),
            })
            .collect();
        Ok(Ok(Home { rendered, places, state, sources, _lock: lock }))
    }

    /// What would change.
    pub fn plan(&self, asked: &Asked<'_>) -> Plan<'_> {
        // Whoever names targets speaks of them only.
        let scope = (!asked.targets.is_empty()).then_some(asked.targets);
        plan(&self.places, &self.state, &self.sources, &self.rendered.bundles, scope, asked.force)
    }
}

impl Home {
    /// Targets of which nothing was set up, since the user has files of the program already.
    pub fn left_alone(plan: &Plan<'_>) -> Vec<&'static str> {
        let mut alone: Vec<&'static str> =
            plan.changes.iter().filter(|c| c.alone == Some(Alone::Foreign)).map(|c| c.target).collect();
        alone.dedup();
        alone
    }

    /// Says why files are left alone that their programs keep.
    pub fn alone(&self, plan: &Plan<'_>) -> io::Result<()> {
        let mut err = io::stderr().lock();
        for (id, _) in &self.rendered.bundles {
            let Some(title) = target::find(id).map(|t| t.about().title) else { continue };
            let of = |why: Alone| plan.changes.iter().find(|c| c.target == *id && c.alone == Some(why));
            if let Some(change) = of(Alone::Foreign) {
                let theirs = plan.changes.iter().find(|c| c.target == *id && c.path.exists()).unwrap_or(change);
                writeln!(
                    err,
                    "note: {id}: {} is yours and stays as it is, so nothing was set up: add the accounts in {title}, or let \
                     `--force` replace its files and keep backups",
                    self.places.shown(&theirs.path)
                )?;
            } else if let Some(change) = of(Alone::Stale) {
                writeln!(
                    err,
                    "note: {id}: {} is {title}'s own since it was put there: what has changed in the account file is not \
                     in it; change it in {title}, too, or use `--force`",
                    self.places.shown(&change.path)
                )?;
            }
        }
        Ok(())
    }

    /// Says of files that their programs read instead of ours.
    pub fn shadows(&self) -> io::Result<()> {
        let mut err = io::stderr().lock();
        for (id, bundle) in &self.rendered.bundles {
            let Some(target) = target::find(id).filter(|_| !bundle.files.is_empty()) else { continue };
            for path in target.instead().iter().filter(|p| self.places.locate(p).exists()) {
                writeln!(err, "note: {id}: {} reads ~/{path} instead, as long as it is there", target.about().title)?;
            }
        }
        Ok(())
    }
}

/// Targets that were named and that do not live in the home directory.
fn elsewhere(asked: &Asked<'_>) -> Vec<&'static str> {
    TARGETS
        .iter()
        .map(|t| t.about())
        .filter(|a| a.lives != Lives::Home && asked.targets.iter().any(|t| t == a.id))
        .map(|a| a.id)
        .collect()
}

/// A number of files, in words.
pub(super) fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// The same as the subject of a sentence.
pub(super) fn files_are(count: usize) -> String {
    if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") }
}
