//! Sinks: where bundles go. [`directory`] writes, [`compare`] looks at what is there already.
//!
//! Nothing of the user's is overwritten without a backup, and whatever interrupts a run, every file is the old one or
//! the new one, whole. Sinks know paths and bytes, not mail.

pub mod compare;
pub mod directory;

use std::path::{Component, Path};

use crate::target::Bundle;

/// One file and where it goes below the root.
#[derive(Debug)]
pub struct Output<'a> {
    /// Path below the root, the target's id first.
    pub path: String,
    /// The file.
    pub file: &'a crate::target::File,
}

/// The files of several targets, each below its id.
pub fn outputs<'a>(bundles: &'a [(&'static str, Bundle)]) -> Vec<Output<'a>> {
    bundles
        .iter()
        .flat_map(|(id, bundle)| {
            bundle.files.iter().map(move |file| Output { path: format!("{id}/{}", file.path), file })
        })
        .collect()
}

/// Whether a path stays below its root, whatever is in it.
fn is_below(path: &str) -> bool {
    !path.contains('\0') && Path::new(path).components().all(|c| matches!(c, Component::Normal(_)))
}
