//! A directory: temp file and rename, mode before content, nobody's file lost.
//!
//! A file that has our mark or equals ours is replaced; any other only with `force`, and is kept as a backup beside it.
//! Symbolic links are not followed. All that stands in the way is found before the first byte is written.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::put::{Mode, back_up, is_ours, is_private, put, sweep};
use super::{Output, is_below};
use crate::problem::Problem;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was not there.
    Created,
    /// It was ours and differed.
    Replaced,
    /// It was the same already, and is untouched.
    Unchanged,
    /// It was not ours; the old one is kept under this name.
    BackedUp(PathBuf),
}

impl Action {
    /// The word that is printed.
    pub fn word(&self) -> &'static str {
        match self {
            Action::Created => "created",
            Action::Replaced => "replaced",
            Action::Unchanged => "unchanged",
            Action::BackedUp(_) => "replaced",
        }
    }
}

/// Why nothing, or not all, was written.
#[derive(Debug)]
pub enum Failure {
    /// Something of the user's is in the way; nothing was written.
    InTheWay(Vec<Problem>),
    /// The system said no. Files named before it are written whole.
    System(Problem),
}

/// Whether the files could be written below `root`: for those who write in several goes, and find what is in the way before
/// the first. Nothing is written.
///
/// # Errors
/// What is in the way.
pub fn look(root: &Path, outputs: &[Output<'_>], force: bool) -> Result<(), Vec<Problem>> {
    plans(root, outputs, force).map(|_| ())
}

/// Writes the files below `root`, which is made when it is not there.
///
/// # Errors
/// [`Failure`].
pub fn write(root: &Path, outputs: &[Output<'_>], force: bool) -> Result<Vec<Action>, Failure> {
    let plans = plans(root, outputs, force).map_err(Failure::InTheWay)?;
    sweep(root);
    // Made absolute once, instead of once a file; what cannot be made so is reported when it is written to.
    let temporary = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let mut actions = Vec::with_capacity(outputs.len());
    let mut made = HashSet::new();
    for (output, plan) in outputs.iter().zip(plans) {
        let path = root.join(&output.path);
        let action =
            perform(&temporary, &path, output, plan, &mut made).map_err(|e| Failure::System(system(&path, &e)))?;
        actions.push(action);
    }
    Ok(actions)
}

fn plans(root: &Path, outputs: &[Output<'_>], force: bool) -> Result<Vec<Plan>, Vec<Problem>> {
    let mut in_the_way = Vec::new();
    let mut plans = Vec::with_capacity(outputs.len());
    let mut folders = Folders::new(root);
    let mut seen = HashSet::with_capacity(outputs.len());
    for output in outputs {
        let twice = !seen.insert(output.path.to_lowercase());
        match plan(root, output, force, twice, &mut folders) {
            Ok(plan) => plans.push(plan),
            Err(problem) => in_the_way.push(*problem),
        }
    }
    if in_the_way.is_empty() { Ok(plans) } else { Err(in_the_way) }
}

enum Plan {
    Create,
    Keep,
    Replace { private: bool },
    BackUp { private: bool },
}

fn system(path: &Path, error: &io::Error) -> Problem {
    Problem::error("cannot-write", None, format!("{} cannot be written: {error}", path.display()))
        .fix("check the folder's owner, mode and free space, then run the same command again")
}

fn plan(
    root: &Path,
    output: &Output<'_>,
    force: bool,
    twice: bool,
    folders: &mut Folders,
) -> Result<Plan, Box<Problem>> {
    let refuse = |code, message: String, fix: &str| Err(Box::new(Problem::error(code, None, message).fix(fix)));
    let path = root.join(&output.path);
    if !is_below(&output.path) {
        return refuse(
            "path-leaves-folder",
            format!("{} would leave the folder", output.path),
            "use another short name",
        );
    }
    if twice {
        return refuse(
            "file-twice",
            format!("two accounts would write {}", path.display()),
            "give them short names that differ in more than upper and lower case",
        );
    }
    match folders.look(path.parent().unwrap_or(root)) {
        Looked::There => {}
        // What is in a folder that is not there is not there.
        Looked::Missing => return Ok(Plan::Create),
        Looked::Link(folder) => {
            return refuse(
                "symbolic-link",
                format!("{} is a symbolic link", folder.display()),
                "what lies behind it belongs to something else; write into another folder",
            );
        }
        Looked::NoFolder(folder) => {
            return refuse(
                "no-folder",
                format!("{} is no folder", folder.display()),
                "move it away, or write into another folder",
            );
        }
    }
    let meta = match fs::symlink_metadata(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Plan::Create),
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
            return refuse(
                "no-folder",
                format!("a file stands where the folder of {} must be", path.display()),
                "move it away, or write into another folder",
            );
        }
        Err(e) => return Err(Box::new(system(&path, &e))),
        Ok(meta) => meta,
    };
    if meta.is_symlink() {
        return refuse(
            "symbolic-link",
            format!("{} is a symbolic link", path.display()),
            "remove the link, or write into another folder",
        );
    }
    if !meta.is_file() {
        return refuse(
            "no-file",
            format!("{} is not a file", path.display()),
            "move it away, or write into another folder",
        );
    }
    let private = is_private(&meta);
    let there = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) => return Err(Box::new(system(&path, &e))),
    };
    if there == output.file.bytes {
        // The same bytes with a secret in them must not stay readable by others.
        return Ok(if output.file.is_private() && !private { Plan::Replace { private: true } } else { Plan::Keep });
    }
    if output.ours || is_ours(&there, output.file.mark) {
        return Ok(Plan::Replace { private });
    }
    if force {
        return Ok(Plan::BackUp { private });
    }
    refuse(
        "not-ours",
        format!("{} was not written by Mailwright", path.display()),
        "move it away, or let `--force` keep it as a backup",
    )
}

/// The folders below the root, each looked at once.
pub(super) struct Folders {
    root: PathBuf,
    known: HashMap<PathBuf, Looked>,
}

/// What stands where a folder must be.
#[derive(Clone)]
pub(super) enum Looked {
    There,
    Missing,
    Link(PathBuf),
    NoFolder(PathBuf),
}

impl Folders {
    pub fn new(root: &Path) -> Folders {
        Folders { root: root.to_owned(), known: HashMap::new() }
    }

    pub fn look(&mut self, folder: &Path) -> Looked {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        // The root itself may be a link: the user named it.
        let above = match folder.parent() {
            Some(parent) if folder != self.root && folder.starts_with(&self.root) => self.look(parent),
            _ => Looked::There,
        };
        let looked = match above {
            Looked::There => {
                match if folder == self.root { fs::metadata(folder) } else { fs::symlink_metadata(folder) } {
                    Ok(meta) if meta.is_symlink() => Looked::Link(folder.to_owned()),
                    Ok(meta) if !meta.is_dir() => Looked::NoFolder(folder.to_owned()),
                    Err(e) if e.kind() == io::ErrorKind::NotFound => Looked::Missing,
                    Err(e) if e.kind() == io::ErrorKind::NotADirectory => Looked::NoFolder(folder.to_owned()),
                    // Anything else is said when the file is written.
                    _ => Looked::There,
                }
            }
            other => other,
        };
        self.known.insert(folder.to_owned(), looked.clone());
        looked
    }
}

fn perform(
    temporary: &Path,
    path: &Path,
    output: &Output<'_>,
    plan: Plan,
    made: &mut HashSet<PathBuf>,
) -> io::Result<Action> {
    let (action, private) = match plan {
        Plan::Keep => return Ok(Action::Unchanged),
        Plan::Create => (Action::Created, false),
        Plan::Replace { private } => (Action::Replaced, private),
        Plan::BackUp { private } => (Action::BackedUp(back_up(path)?), private),
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    if !made.contains(folder) {
        fs::create_dir_all(folder)?;
        made.insert(folder.to_owned());
    }
    let mode = if output.file.is_private() || private { Mode::Private } else { Mode::Usual };
    put(temporary, path, &output.file.bytes, mode, false)?;
    Ok(action)
}
