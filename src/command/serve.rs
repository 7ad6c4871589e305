//! `serve`: reads the files, says what is wrong with them, and serves.

use std::io::{self, Write};
use std::sync::Arc;

use super::{Outcome, talk};
use crate::cli::Serve;
use crate::problem::{Problem, Severity, Sources};
use crate::serve::state::load;
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
    };
    let loaded = match load(&settings.files, settings.force, args.check) {
        Ok(loaded) => loaded,
        Err(refused) => {
            talk(&refused.problems, &refused.sources)?;
            let errors = refused.problems.iter().filter(|p| p.severity == Severity::Error).count();
            writeln!(
                io::stderr(),
                "{}; nothing is served",
                if errors == 1 { "1 error".into() } else { format!("{errors} errors") }
            )?;
            return Ok(Outcome::WrongInput);
        }
    };
    if args.check {
        let count = loaded.site.domains().count();
        if !serve::check(loaded, &Stderr)? {
            return Ok(Outcome::WrongInput);
        }
        writeln!(io::stderr(), "{} can be served", serve::domains(count))?;
        return Ok(Outcome::Done);
    }
    serve::run(settings, loaded, Arc::new(Stderr))?;
    Ok(Outcome::Done)
}
