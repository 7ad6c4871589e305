//! `serve`: reads the files, says what is wrong with them, and serves.

use std::io::{self, Write};
use std::sync::Arc;

use super::{Outcome, talk};
use crate::cli::Serve;
use crate::problem::{Problem, Severity, Sources};
use crate::serve::state::{Refused, load};
use crate::serve::{self, Settings, Talk};

/// Talks on standard error: systemd and containers keep it.
struct Stderr;

impl Talk for Stderr {
    fn say(&self, line: &str) {
        let _ = writeln!(io::stderr(), "mailwright: {line}");
    }

    fn problems(&self, problems: &[Problem], sources: &Sources) {
        let _ = talk(problems, sources);
    }
}

pub(super) fn run(args: &Serve) -> io::Result<Outcome> {
    let settings = Settings {
        files: args.input.files.clone(),
        listen: args.listen.clone(),
        metrics: args.metrics,
        force: args.force,
        said: None,
    };
    if !args.check {
        return match serve::run(settings, Arc::new(Stderr))? {
            Ok(()) => Ok(Outcome::Done),
            Err(refused) => told(&refused),
        };
    }
    let loaded = match load(&settings.files, None, settings.force, true) {
        Ok(loaded) => loaded,
        Err(refused) => return told(&refused),
    };
    let count = loaded.site.domains().count();
    if !serve::check(loaded, &Stderr)? {
        return Ok(Outcome::WrongInput);
    }
    writeln!(io::stderr(), "{} can be served", serve::domains(count))?;
    Ok(Outcome::Done)
}

/// What keeps everything from being served.
fn told(refused: &Refused) -> io::Result<Outcome> {
    talk(&refused.problems, &refused.sources)?;
    let errors = refused.problems.iter().filter(|p| p.severity == Severity::Error).count();
    let errors = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
    writeln!(io::stderr(), "{errors}; nothing is served")?;
    Ok(Outcome::WrongInput)
}
