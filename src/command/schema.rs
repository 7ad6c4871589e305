//! `schema`: the JSON Schema of account files. Put its path into `# yaml-language-server: $schema=` for an editor.

use std::io;

use super::{Outcome, print_json};
use crate::document::schema::json_schema;
use crate::target::VOCABULARY;

pub(super) fn run() -> io::Result<Outcome> {
    print_json(&json_schema(VOCABULARY))?;
    Ok(Outcome::Done)
}
