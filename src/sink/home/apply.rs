//! Doing what was planned. What will be written is recorded first, so that a run that is killed leaves no file of which
//! nobody knows; each file is written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::owner::{Standing, standing};
use super::plan::{Change, Plan, Removal, What};
use super::state::{Kept, State, fingerprint};
use super::{Places, block};
use crate::problem::Problem;
use crate::sink::put::{Mode, back_up, mode_of, put, sweep};
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
    if let Ok(Standing::Outside(why)) = standing(places, &own.join("lock")) {
        return Err(Box::new(
            Problem::error("symbolic-link", None, format!("{} lies behind a symbolic link", places.shown(&own)))
                .because(why)
                .fix("set XDG_STATE_HOME to the folder that is meant"),
        ));
    }
    not_another_users(places)?;
    make_folders(&own, &mut Vec::new()).map_err(|e| cannot(places, &own, &e))?;
    let path = own.join("lock");
    if fs::symlink_metadata(&path).is_ok_and(|m| !m.is_file()) {
        return Err(Box::new(
            Problem::error("no-file", None, format!("{} is not a file", places.shown(&path))).fix("remove it"),
        ));
    }
    let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let lock = lock.map_err(|e| cannot(places, &own, &e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(Box::new(
            Problem::error("busy", None, "another `mailwright apply` is running").fix("wait until it is done"),
        )),
        Err(fs::TryLockError::Error(e)) => Err(cannot(places, &path, &e)),
    }
}

/// Root writes into nobody else's home directory: its files could not be read there any more.
#[cfg(unix)]
fn not_another_users(places: &Places) -> Result<(), Box<Problem>> {
    use std::os::unix::fs::MetadataExt;
    // A file without a name tells who we are.
    let me = tempfile::tempfile().and_then(|f| f.metadata()).map(|m| m.uid());
    let owner = fs::metadata(&places.home).map(|m| m.uid());
    match (me, owner) {
        (Ok(me), Ok(owner)) if me != owner => Err(Box::new(
            Problem::error("another-users-home", None, format!("{} belongs to another user", places.home.display()))
                .because("what is written there would belong to you, and its owner could not read it")
                .fix("run this as its owner"),
        )),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn not_another_users(_: &Places) -> Result<(), Box<Problem>> {
    Ok(())
}

/// What became of the files of a run that could not be finished, and why.
pub type Unfinished = (Vec<Done>, Box<Problem>);

/// Applies a plan in which nothing is in the way; with `prune` the removals, too.
///
/// # Errors
/// The system's, as a problem, with what was done before it.
pub fn apply(
    places: &Places,
    before: &State,
    sources: &[String],
    plan: &Plan<'_>,
    prune: bool,
) -> Result<Vec<Done>, Unfinished> {
    let own = places.own();
    let mut done = Vec::with_capacity(plan.changes.len());
    sweep(&own);
    let mut intent = before.clone();
    let mut state = before.clone();
    for change in &plan.changes {
        if change.what != What::LeftAlone {
            remember(&mut intent, sources, change, true);
            remember(&mut state, sources, change, false);
        }
    }
    let attempt = |result: io::Result<()>, path: &Path| result.map_err(|e| cannot(places, path, &e));
    if !plan.is_done()
        && let Err(problem) = attempt(intent.write(&own), &own)
    {
        return Err((done, problem));
    }
    for change in &plan.changes {
        match perform(&own, change, &mut state.folders) {
            Ok(one) => done.push(one),
            Err(e) => return Err((done, cannot(places, &change.path, &e))),
        }
    }
    if prune {
        for removal in &plan.removals {
            match remove(&own, removal) {
                Ok(removed) => done.extend(removed),
                Err(e) => return Err((done, cannot(places, &removal.path, &e))),
            }
            state.files.remove(&(removal.path.clone(), removal.target.clone()));
        }
        remove_empty_folders(places, &mut state.folders);
    }
    if state != *before
        && let Err(problem) = attempt(state.write(&own), &own)
    {
        return Err((done, problem));
    }
    Ok(done)
}

/// Removes folders that we made and that are empty now, the deepest first.
fn remove_empty_folders(places: &Places, folders: &mut Vec<PathBuf>) {
    folders.sort();
    folders.dedup();
    let roots = places.roots();
    folders.reverse();
    folders.retain(|folder| {
        let below = roots.iter().any(|r| folder.starts_with(r) && folder != r);
        // Somebody else may have made a link of it since.
        let real = super::places::real(folder) == *folder;
        !(below && real && fs::remove_dir(folder).is_ok()) && folder.is_dir()
    });
    folders.reverse();
}

fn cannot(places: &Places, path: &Path, error: &io::Error) -> Box<Problem> {
    Box::new(
        Problem::error("cannot-write", None, format!("{} cannot be written: {error}", places.shown(path)))
            .fix("check the folder's owner, mode and free space, then run the same command again"),
    )
}

/// Enters a file into the state; `also_old` while it may still be the old one.
fn remember(state: &mut State, sources: &[String], change: &Change<'_>, also_old: bool) {
    let key = (change.key.clone(), change.target.to_owned());
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
        _ if change.file.is_private() => Mode::Private,
        Some(mode) => mode,
        None => Mode::Usual,
    };
    unchanged_since(&path, change.before.as_deref(), &change.what)?;
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
        // Where this is another file system than ours, a killed run leaves its temporary files here.
        sweep(folder);
    }
    put(own, &path, &change.bytes, mode, true)?;
    Ok(Done { word, path, backup })
}

/// Nobody has written the file since it was looked at.
fn unchanged_since(path: &Path, before: Option<&[u8]>, what: &What) -> io::Result<()> {
    let now = match fs::symlink_metadata(path) {
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
        Err(e) => return Err(e),
        // A link that is to make way.
        Ok(meta) if meta.is_symlink() && before.is_none() && *what == What::BackUp => return Ok(()),
        Ok(_) => Some(fs::read(path)?),
    };
    if now.as_deref() == before {
        return Ok(());
    }
    Err(io::Error::other("somebody has changed it in the meantime"))
}

fn remove(own: &Path, removal: &Removal) -> io::Result<Option<Done>> {
    let path = removal.path.clone();
    if removal.stays {
        return Ok(Some(Done { word: "left alone", path, backup: None }));
    }
    if removal.forget {
        return Ok(None);
    }
    unchanged_since(&path, Some(&removal.before), &What::Replace)?;
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
            made.push(super::places::real(folder));
            Ok(())
        }
        Err(_) if folder.is_dir() => Ok(()),
        Err(e) => Err(e),
    }
}
