//! `completions`: for a shell, from the command line's own definition.

use std::io::{self, Write};

use clap::CommandFactory;

use super::Outcome;
use crate::cli::{Cli, Completions};

pub(super) fn run(args: &Completions) -> io::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mailwright", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Outcome::Done)
}
