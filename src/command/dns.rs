//! `dns`.

use std::io;

use super::Outcome;
use crate::cli::Dns;

pub(super) fn run(_args: &Dns) -> io::Result<Outcome> {
    Ok(Outcome::Environment)
}
