//! `man`: the manual, from the command line's own definition; with `-o` a page for every verb.

use std::io::{self, Write};

use clap::CommandFactory;

use super::{Outcome, report};
use crate::cli::{Cli, Format, Man};
use crate::problem::{Problem, Sources};

pub(super) fn run(args: &Man) -> io::Result<Outcome> {
    let command = Cli::command();
    match &args.output {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            io::stdout().write_all(&page)?;
        }
        Some(folder) => {
            let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
            if let Err(e) = written {
                let problem =
                    Problem::error("cannot-write", None, format!("{} cannot be written: {e}", folder.display()))
                        .fix("check the folder's owner and mode");
                report(&[problem], &Sources::default(), Format::Text)?;
                return Ok(Outcome::Environment);
            }
        }
    }
    Ok(Outcome::Done)
}
