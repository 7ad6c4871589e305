//! `serve`.

use std::io;

use super::Outcome;
use crate::cli::Serve;

pub(super) fn run(_args: &Serve) -> io::Result<Outcome> {
    Ok(Outcome::Environment)
}
