//! Comparing: what is in a directory against what would be written. Writes nothing.
//!
//! The difference of a file that holds a secret, that its owner has made private, or in which a password seems to stand,
//! is not shown.

use std::fs;
use std::path::Path;

use super::Output;
use super::difference::{self, Shown};
use super::directory::{Folders, Looked};
use super::put::{is_ours, is_private};

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
    let mut folders = Folders::new(root);
    outputs
        .iter()
        .filter_map(|output| {
            let text = one(root, output, &mut folders)?;
            Some(Difference { path: output.path.clone(), text })
        })
        .collect()
}

fn one(root: &Path, output: &Output<'_>, folders: &mut Folders) -> Option<String> {
    let path = root.join(&output.path);
    let say = |what: &str| Some(format!("{}: {what}\n", output.path));
    match folders.look(path.parent().unwrap_or(root)) {
        Looked::There => {}
        Looked::Missing => return say("is not there"),
        Looked::Link(_) => return say("is behind a symbolic link"),
        Looked::NoFolder(_) => return say("is not there: a file stands where its folder must be"),
    }
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
        return match (output.file.secret, output.file.private) {
            _ if private || cfg!(not(unix)) => None,
            (true, _) => say("holds a secret and others may read it"),
            (_, true) => say("may be read by others, which its program refuses"),
            _ => None,
        };
    }
    if !output.ours && !is_ours(&there, output.file.mark) {
        return say("differs, and was not written by Mailwright");
    }
    let shown = if output.file.secret || (private && !output.file.private) { Shown::Nothing } else { Shown::New };
    Some(difference::text(&output.path, Some(&there), &output.file.bytes, shown))
}
