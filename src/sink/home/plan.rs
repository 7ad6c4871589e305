//! What would change in the home directory: each file with its old and its new bytes, and what stands in the way.
//!
//! Reads, never writes; `diff` shows it, `apply` does it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Places;
use super::block::{self, Found};
use super::owner::{Standing, standing};
use super::state::{How, Kept, State};
use crate::problem::Problem;
use crate::sink::put::{is_ours, mode_of};
use crate::target::{Bundle, File, Keeping};

/// What happens to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is not there.
    Create,
    /// Ours differs, or our block in it does.
    Replace,
    /// It is not ours, or was edited since: the old one is kept as a backup.
    BackUp,
    /// It is as it would be written.
    Unchanged,
    /// The same bytes, but others may read a secret in it.
    Close,
    /// The program keeps it by itself since it was put there.
    LeftAlone,
}

/// A file and what happens to it.
#[derive(Debug)]
pub struct Change<'a> {
    /// The target's id.
    pub target: &'static str,
    /// What is written.
    pub file: &'a File,
    /// Where it lies.
    pub path: PathBuf,
    /// What happens.
    pub what: What,
    /// What is there: the file or, where a block of it is ours, the block. Empty when nothing is.
    pub old: Vec<u8>,
    /// What is to be there instead, of the same extent.
    pub new: Vec<u8>,
    /// The whole file, as it will be written.
    pub(super) bytes: Vec<u8>,
    /// The mode of the file that is there: what its user has chosen stays.
    pub(super) mode: Option<u32>,
    /// A password may stand in what is there.
    pub was_secret: bool,
    /// What is there is as we left it, without a secret.
    pub known: bool,
}

/// A file that was written before and is no longer.
#[derive(Debug)]
pub struct Removal {
    /// The target's id.
    pub target: String,
    /// Where it lies.
    pub path: PathBuf,
    /// What is left of it: nothing, or the file without our block.
    pub(super) rest: Option<Vec<u8>>,
    /// It was edited since: it is kept as a backup.
    pub edited: bool,
    /// It is gone already, or the program keeps it: only forgotten.
    pub forget: bool,
}

/// All that would change.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    /// The files, in the order of the targets.
    pub changes: Vec<Change<'a>>,
    /// Files that are no longer written.
    pub removals: Vec<Removal>,
    /// What stands in the way: nothing is written while there is one.
    pub in_the_way: Vec<Problem>,
}

impl Plan<'_> {
    /// Whether `apply` would change anything but what `--prune` removes.
    pub fn is_done(&self) -> bool {
        self.changes.iter().all(|c| matches!(c.what, What::Unchanged | What::LeftAlone))
    }
}

/// Plans the files of some targets, all of which live in the home directory. `sources` are the account
/// files; `scope` limits what is no longer written to these targets.
pub fn plan<'a>(
    places: &Places,
    state: &State,
    sources: &[String],
    bundles: &'a [(&'static str, Bundle)],
    scope: Option<&[String]>,
    force: bool,
) -> Plan<'a> {
    let mut planner = Planner { places, state, sources, force, plan: Plan::default(), pending: HashMap::new() };
    let mut written = HashSet::new();
    for (target, bundle) in bundles {
        for file in &bundle.files {
            let path = places.locate(&file.path);
            written.insert((path.clone(), (*target).to_owned()));
            match planner.change(target, file, &path) {
                Ok(change) => planner.plan.changes.push(change),
                Err(problem) => planner.plan.in_the_way.push(*problem),
            }
        }
    }
    let in_scope = |target: &str| scope.is_none_or(|s| s.iter().any(|t| t == target || t == "all"));
    for (key, kept) in &state.files {
        if kept.sources == sources && in_scope(&key.1) && !written.contains(key) {
            match planner.removal(&key.0, &key.1, kept) {
                Ok(removal) => planner.plan.removals.push(removal),
                Err(problem) => planner.plan.in_the_way.push(*problem),
            }
        }
    }
    planner.plan
}

struct Planner<'a, 'p> {
    places: &'p Places,
    state: &'p State,
    sources: &'p [String],
    force: bool,
    plan: Plan<'a>,
    /// What files will hold that this run writes: a second target's block goes into the first one's file.
    pending: HashMap<PathBuf, Vec<u8>>,
}

type Refused = Box<Problem>;

fn cannot_read(shown: &str, error: &io::Error) -> Refused {
    Box::new(
        Problem::error("cannot-read", None, format!("{shown} cannot be read: {error}"))
            .fix("check its owner and mode, then run the same command again"),
    )
}

impl<'a> Planner<'a, '_> {
    fn change(&mut self, target: &'static str, file: &'a File, path: &Path) -> Result<Change<'a>, Refused> {
        let shown = self.places.shown(path);
        let refuse = |code, message: String, fix: &str| Err(Box::new(Problem::error(code, None, message).fix(fix)));
        if !crate::sink::is_below(&file.path) {
            return refuse(
                "path-leaves-folder",
                format!("{shown} would leave the home directory"),
                "use another short name",
            );
        }
        let mut owned = None;
        match standing(self.places, path).map_err(|e| cannot_read(&shown, &e))? {
            Standing::Free => {}
            Standing::Impossible(why) => {
                return Err(Box::new(
                    Problem::error("no-file", None, format!("{shown} cannot be written"))
                        .because(why)
                        .fix("move away what is there"),
                ));
            }
            Standing::Outside(why) if !self.force => {
                return Err(Box::new(
                    Problem::error("symbolic-link", None, format!("{shown} lies behind a symbolic link"))
                        .because(why)
                        .fix("`--force` follows it, or `mailwright generate FILE -o DIR` writes elsewhere"),
                ));
            }
            Standing::Outside(_) => {}
            Standing::Kept(_) if self.force => {}
            Standing::Owned(why) | Standing::Kept(why) if !self.force => {
                return Err(Box::new(
                    Problem::error("kept-by-another", None, format!("another tool keeps {shown}"))
                        .because(why)
                        .fix("`--force` replaces it and keeps a backup; `mailwright generate FILE --layout stow|chezmoi -o DIR` writes what that tool reads"),
                ));
            }
            Standing::Owned(why) | Standing::Kept(why) => owned = Some(why),
        }
        let kept = self.state.files.get(&(path.to_owned(), target.to_owned()));
        if let Some(kept) = kept.filter(|k| k.sources != self.sources && !self.force) {
            return Err(Box::new(
                Problem::error(
                    "kept-for-another-file",
                    None,
                    format!("{shown} was written from {}", kept.sources.join(" and ")),
                )
                .because("this run would replace those accounts by others")
                .fix("name all account files in one run: they are one document; or take it over with `--force`"),
            ));
        }
        let pending = self.pending.get(path).cloned();
        if pending.is_some() && !matches!(file.keeping, Keeping::Block { .. }) {
            return refuse(
                "file-twice",
                format!("two accounts would write {shown}"),
                "give them short names that differ in more than upper and lower case",
            );
        }
        let (there, mode) = match (pending, fs::symlink_metadata(path)) {
            (Some(bytes), _) => (Some(bytes), None),
            (None, Err(e)) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                (None, None)
            }
            (None, Err(e)) => return Err(cannot_read(&shown, &e)),
            // By force the link itself is replaced, whatever lies behind it.
            (None, Ok(meta)) if meta.is_symlink() => (Some(Vec::new()), None),
            (None, Ok(meta)) => (Some(fs::read(path).map_err(|e| cannot_read(&shown, &e))?), Some(mode_of(&meta))),
        };
        let private = mode.is_some_and(|m| m & 0o077 == 0);
        let was_secret = kept.is_none_or(|k| k.secret) && private;
        let change = |what, old: &[u8], new: &[u8], bytes: Vec<u8>| Change {
            target,
            file,
            path: path.to_owned(),
            what,
            old: old.to_vec(),
            new: new.to_vec(),
            bytes,
            mode,
            was_secret,
            known: old.is_empty() || kept.is_some_and(|k| !k.secret && k.knows(old)),
        };
        let ours = &file.bytes;
        let open = file.secret && !private && there.is_some() && cfg!(unix);
        let change = match (&file.keeping, there) {
            (Keeping::Block { comment }, there) => {
                if block::holds_marker(ours, comment, target) {
                    return refuse(
                        "marker-in-content",
                        format!("what is to be written into {shown} holds a marker line of ours"),
                        "remove that line from the option `extra`",
                    );
                }
                let new = block::block(ours, comment, target);
                match there {
                    None => change(What::Create, b"", &new, new.clone()),
                    // Written whole by `generate`, and nothing was added: it becomes a block.
                    Some(old) if old == *ours => change(What::Replace, &old, &new, new.clone()),
                    Some(old) => match block::find(&old, comment, target) {
                        Found::Damaged => {
                            return refuse(
                                "damaged-markers",
                                format!(
                                    "the lines `>>> mailwright: {target} >>>` and `<<< mailwright: {target} <<<` in {shown} are not one pair"
                                ),
                                "remove both lines and what Mailwright wrote between them, then run the same command again",
                            );
                        }
                        Found::Nowhere if owned.is_none() && is_ours(&old, file.mark) && !block::any(&old) => {
                            change(What::BackUp, &old, &new, new.clone())
                        }
                        found => {
                            let mine = match &found {
                                Found::At(range) => &old[range.clone()],
                                _ => b"",
                            };
                            let Some(bytes) = block::with_block(&old, ours, comment, target) else {
                                return refuse(
                                    "damaged-markers",
                                    format!("the markers in {shown} are damaged"),
                                    "remove them",
                                );
                            };
                            let edited = kept.is_some_and(|k| matches!(found, Found::At(_)) && !k.knows(mine));
                            let what = match () {
                                () if owned.is_some() => What::BackUp,
                                () if bytes == old && open => What::Close,
                                () if bytes == old => What::Unchanged,
                                () if edited => What::BackUp,
                                () => What::Replace,
                            };
                            change(what, mine, &new, bytes)
                        }
                    },
                }
            }
            (_, None) => change(What::Create, b"", ours, ours.clone()),
            (Keeping::Seed, Some(old)) => change(What::LeftAlone, &old, &old, old.clone()),
            (Keeping::Whole, Some(old)) => {
                let edited = kept.is_some_and(|k| !k.knows(&old));
                let what = match () {
                    () if owned.is_some() => What::BackUp,
                    () if old == *ours && open => What::Close,
                    () if old == *ours => What::Unchanged,
                    () if is_ours(&old, file.mark) && edited => What::BackUp,
                    () if is_ours(&old, file.mark) || kept.is_some_and(|k| k.knows(&old)) => What::Replace,
                    () if self.force => What::BackUp,
                    () => {
                        return refuse(
                            "not-ours",
                            format!("{shown} was not written by Mailwright"),
                            "move it away, or let `--force` keep it as a backup",
                        );
                    }
                };
                change(what, &old, ours, ours.clone())
            }
        };
        if !matches!(change.what, What::LeftAlone) {
            self.pending.insert(path.to_owned(), change.bytes.clone());
        }
        Ok(change)
    }

    /// A file that was written before. What is not as we left it is never lost.
    fn removal(&self, path: &Path, target: &str, kept: &Kept) -> Result<Removal, Refused> {
        let shown = self.places.shown(path);
        let removal = |rest, edited, forget| {
            Ok(Removal { target: target.to_owned(), path: path.to_owned(), rest, edited, forget })
        };
        match standing(self.places, path).map_err(|e| cannot_read(&shown, &e))? {
            Standing::Free => {}
            // Somebody else has taken it over.
            _ => return removal(None, false, true),
        }
        let there = match fs::read(path) {
            Ok(there) => there,
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return removal(None, false, true);
            }
            Err(e) => return Err(cannot_read(&shown, &e)),
        };
        match &kept.how {
            How::Seed => removal(None, false, true),
            How::Whole => removal(None, !kept.knows(&there), false),
            How::Block { comment } => match block::find(&there, comment, target) {
                Found::At(range) => {
                    let edited = !kept.knows(&there[range]);
                    let rest = block::without_block(&there, comment, target).unwrap_or_default();
                    // A file that we made, and in which nobody wrote anything.
                    let empty = kept.created && rest.iter().all(u8::is_ascii_whitespace);
                    removal((!empty).then_some(rest), edited, false)
                }
                // The user has taken it out, or has to mend it.
                _ => removal(None, false, true),
            },
        }
    }
}
