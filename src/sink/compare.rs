//! Comparing: what is in a directory against what would be written. Writes nothing.
//!
//! The difference of a file that holds a secret, or that its owner has made private, is not shown.

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
    let mut differences = Vec::new();
    for output in outputs {
        let path = root.join(&output.path);
        let text = match fs::read(&path) {
            Ok(there) if there == output.file.bytes => continue,
            Ok(there) => {
                let private = output.file.secret || fs::metadata(&path).is_ok_and(|m| is_private(&m));
                match (std::str::from_utf8(&there), std::str::from_utf8(&output.file.bytes)) {
                    (Ok(old), Ok(new)) if !private => TextDiff::from_lines(old, new)
                        .unified_diff()
                        .header(&format!("{} (there)", output.path), &format!("{} (new)", output.path))
                        .to_string(),
                    _ => format!("{}: differs; it is private, so the difference is not shown\n", output.path),
                }
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                format!("{}: is not there\n", output.path)
            }
            Err(e) => format!("{}: cannot be read: {e}\n", output.path),
        };
        differences.push(Difference { path: output.path.clone(), text });
    }
    differences
}
