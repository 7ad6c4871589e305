//! Doing what was planned. What will be written is recorded first, so that a run that is killed leaves no file of which
//! nobody knows; each file is written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::plan::{Change, Plan, Removal, What};
use super::state::{Kept, State, fingerprint};
use super::{Places, block};
use crate::problem::Problem;
use crate::sink::put::{PRIVATE, PUBLIC, back_up, mode_of, put, sweep};
use crate::target::Keeping;

/// What became of a file.
#[derive(Debug)]
pub struct Done {
    /// The word that is printed.
    pub word: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The backup, when there is one.
    pub backup: Option<PathBuf>,
}

/// Holds off every other run that would change the home directory, until it is dropped. To be taken before the state
/// is read.
///
/// # Errors
/// When another run has it, or our folder cannot be made.
pub fn lock(places: &Places) -> Result<fs::File, Box<Problem>> {
    let own = places.own();
    make_folders(&own, &mut Vec::new()).map_err(|e| cannot(places, &own, &e))?;
    let lock = fs::File::create(own.join("lock")).map_err(|e| cannot(places, &own, &e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(_) => Err(Box::new(
            Problem::error("busy", None, "another `mailwright apply` is running").fix("wait until it is done"),
        )),
    }
}

/// Applies a plan in which nothing is in the way; with `prune` the removals, too.
///
/// # Errors
/// The system's, as a problem. Files named before it are written whole.
pub fn apply(
    places: &Places,
    mut state: State,
    sources: &[String],
    plan: &Plan<'_>,
    prune: bool,
) -> Result<Vec<Done>, Box<Problem>> {
    let own = places.own();
    sweep(&own);
    let mut intent = state.clone();
    for change in &plan.changes {
        if !matches!(change.what, What::LeftAlone) {
            remember(&mut intent, sources, change, true);
            remember(&mut state, sources, change, false);
        }
    }
    if !plan.is_done() {
        intent.write(&own).map_err(|e| cannot(places, &own, &e))?;
    }
    let mut done = Vec::with_capacity(plan.changes.len());
    for change in &plan.changes {
        done.push(perform(&own, change, &mut state.folders).map_err(|e| cannot(places, &change.path, &e))?);
    }
    if prune {
        for removal in &plan.removals {
            if let Some(removed) = remove(&own, removal).map_err(|e| cannot(places, &removal.path, &e))? {
                done.push(removed);
            }
            state.files.remove(&(removal.path.clone(), removal.target.clone()));
        }
        // Folders that we made and that are empty now, the deepest first.
        state.folders.sort();
        let mut left = Vec::new();
        for folder in state.folders.drain(..).rev() {
            if fs::remove_dir(&folder).is_err() && folder.is_dir() {
                left.push(folder);
            }
        }
        left.reverse();
        state.folders = left;
    }
    state.write(&own).map_err(|e| cannot(places, &own, &e))?;
    Ok(done)
}

fn cannot(places: &Places, path: &Path, error: &io::Error) -> Box<Problem> {
    Box::new(
        Problem::error("cannot-write", None, format!("{} cannot be written: {error}", places.shown(path)))
            .fix("check the folder's owner, mode and free space, then run the same command again"),
    )
}

/// Enters a file into the state; `also_old` while it may still be the old one.
fn remember(state: &mut State, sources: &[String], change: &Change<'_>, also_old: bool) {
    let key = (change.path.clone(), change.target.to_owned());
    let ours = match &change.file.keeping {
        Keeping::Block { comment } => block::block(&change.file.bytes, comment, change.target),
        _ => change.file.bytes.clone(),
    };
    let before = state.files.get(&key);
    let kept = Kept {
        sources: sources.to_vec(),
        how: change.file.keeping.into(),
        fingerprints: std::iter::once(fingerprint(&ours))
            .chain(before.filter(|_| also_old).into_iter().flat_map(|k| k.fingerprints.iter().copied()))
            .collect(),
        secret: change.file.secret,
        created: before.map_or(change.what == What::Create, |k| k.created),
    };
    state.files.insert(key, kept);
}

fn perform(own: &Path, change: &Change<'_>, made: &mut Vec<PathBuf>) -> io::Result<Done> {
    let path = change.path.clone();
    let mode = match change.mode {
        _ if change.file.secret => PRIVATE,
        Some(mode) => mode,
        None => PUBLIC,
    };
    let (word, backup) = match change.what {
        What::Unchanged => return Ok(Done { word: "unchanged", path, backup: None }),
        What::LeftAlone => return Ok(Done { word: "left alone", path, backup: None }),
        What::Create => ("created", None),
        What::Replace | What::Close if matches!(change.file.keeping, Keeping::Block { .. }) => ("updated", None),
        What::Replace | What::Close => ("replaced", None),
        What::BackUp => ("replaced", Some(back_up(&path)?)),
    };
    if let Some(folder) = path.parent() {
        make_folders(folder, made)?;
    }
    put(own, &path, &change.bytes, mode, true)?;
    Ok(Done { word, path, backup })
}

fn remove(own: &Path, removal: &Removal) -> io::Result<Option<Done>> {
    if removal.forget {
        return Ok(None);
    }
    let path = removal.path.clone();
    let backup = if removal.edited { Some(back_up(&path)?) } else { None };
    match &removal.rest {
        Some(rest) => {
            let mode = mode_of(&fs::symlink_metadata(&path)?);
            put(own, &path, rest, mode, true)?;
        }
        None => fs::remove_file(&path)?,
    }
    Ok(Some(Done { word: "removed", path, backup }))
}

/// Makes a folder and those above it, for their owner only; and says which were made.
fn make_folders(folder: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folders(above, made)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    match builder.create(folder) {
        Ok(()) => {
            made.push(folder.to_owned());
            Ok(())
        }
        Err(_) if folder.is_dir() => Ok(()),
        Err(e) => Err(e),
    }
}
