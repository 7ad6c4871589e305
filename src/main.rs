//! The program: parse, run, print, exit code; nothing else.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use mailwright::cli::Cli;
use mailwright::command::{self, Outcome};

fn main() -> ExitCode {
    match command::run(Cli::parse()) {
        Ok(outcome) => outcome.into(),
        // `mailwright list providers | head` is no failure.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Outcome::Done.into(),
        Err(e) => {
            eprintln!("error: {e}");
            Outcome::Environment.into()
        }
    }
}
