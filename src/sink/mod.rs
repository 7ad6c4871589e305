//! Sinks: where bundles go. [`directory`] writes below a folder, as a [`layout`] says; [`compare`] looks at what is there
//! already; [`home`] knows the home directory.
//!
//! Nothing of the user's is overwritten without a backup, and whatever interrupts a run, every file is the old one or
//! the new one, whole. Sinks know paths and bytes, not mail.

pub mod compare;
pub mod difference;
pub mod directory;
pub mod home;
pub mod layout;
mod put;

use std::path::{Component, Path};

/// One file and where it goes below the root.
#[derive(Debug)]
pub struct Output<'a> {
    /// Path below the root, the target's id first.
    pub path: String,
    /// The file.
    pub file: &'a crate::target::File,
    /// Whoever writes knows that what is there is ours, although no mark is in it.
    pub ours: bool,
}

/// Whether a path stays below its root, whatever is in it.
fn is_below(path: &str) -> bool {
    !path.contains('\0') && Path::new(path).components().all(|c| matches!(c, Component::Normal(_)))
}
