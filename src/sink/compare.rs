//! Comparing: what is in a directory against what would be written. Writes nothing.
//!
//! The difference of a file that holds a secret, that its owner has made private, or in which a password seems to stand,
//! is not shown.

use std::fs;
use std::path::Path;

use similar::TextDiff;

use super::Output;
use super::directory::is_private;

/// A file that is not as it would be written.
#[derive(Debug)]
pub struct Difference {
    /// Path below the root.
    pub path: String,
    /// What differs, as a unified diff or as a sentence.
    pub text: String,
}

/// The differences, in the order of the outputs.
pub fn compare(root: &Path, outputs: &[Output<'_>]) -> Vec<Difference> {
    outputs
        .iter()
        .filter_map(|output| {
            let text = difference(root, output)?;
            Some(Difference { path: output.path.clone(), text })
        })
        .collect()
}

fn difference(root: &Path, output: &Output<'_>) -> Option<String> {
    let path = root.join(&output.path);
    let say = |what: &str| Some(format!("{}: {what}\n", output.path));
    let meta = match fs::symlink_metadata(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return say("is not there"),
        Err(e) => return say(&format!("cannot be read: {e}")),
        Ok(meta) => meta,
    };
    // A pipe would be waited for, and what is behind a link is somebody else's.
    if !meta.is_file() {
        return say("is not a file");
    }
    let there = match fs::read(&path) {
        Ok(there) => there,
        Err(e) => return say(&format!("cannot be read: {e}")),
    };
    let private = is_private(&meta);
    if there == output.file.bytes {
        return if output.file.secret && !private && cfg!(unix) {
            say("holds a secret and others may read it")
        } else {
            None
        };
    }
    match (std::str::from_utf8(&there), std::str::from_utf8(&output.file.bytes)) {
        (Ok(old), Ok(new)) if !private && !output.file.secret && !may_hold_secret(old) => Some(
            TextDiff::from_lines(old, new)
                .unified_diff()
                .header(&format!("{} (there)", output.path), &format!("{} (new)", output.path))
                .to_string(),
        ),
        _ => say("differs; a password may stand in it, so the difference is not shown"),
    }
}

/// Whether a password seems to stand in a file that is there: in clear, not as the command that prints one.
fn may_hold_secret(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("password ")
            || line
                .split_once("_pass")
                .is_some_and(|(_, rest)| rest.trim_start().starts_with('=') && !rest.contains("\"`"))
            || line.ends_with("Password</key>")
    })
}
