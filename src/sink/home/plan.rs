//! What would change in the home directory: each file with its old and its new bytes, and what stands in the way.
//!
//! Reads, never writes; `diff` shows it, `apply` does it. What nobody knows, and what differs from what we left, is kept
//! as a backup or refused.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Places;
use super::block::{self, Found};
use super::owner::{Standing, standing};
use super::places::key;
use super::state::{How, Kept, State};
use crate::problem::Problem;
use crate::sink::put::{Mode, is_ours, is_private, mode_of};
use crate::target::{self, Bundle, File, Keeping};

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

/// Why a file that its program keeps is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// It is as it was, or would be written the same.
    Settled,
    /// What would be put there today differs from what was put there once.
    Stale,
    /// It, or one beside it, is the user's: half a set of files would be worse than none.
    Foreign,
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
    /// What is there is as we left it, without a secret.
    pub known: bool,
    /// A password may stand in what is there.
    pub was_secret: bool,
    /// Of what is left alone: why.
    pub alone: Option<Alone>,
    /// The same file by its real name.
    pub(super) key: PathBuf,
    /// The whole file that is there, if one is that can be read.
    pub(super) before: Option<Vec<u8>>,
    /// The whole file, as it will be written.
    pub(super) bytes: Vec<u8>,
    /// What its user has chosen stays.
    pub(super) mode: Option<Mode>,
}

/// A file that was written before and is no longer.
#[derive(Debug)]
pub struct Removal {
    /// The target's id.
    pub target: String,
    /// Where it lies.
    pub path: PathBuf,
    /// What is there.
    pub(super) before: Vec<u8>,
    /// What is left of it: nothing, or the file without our block.
    pub(super) rest: Option<Vec<u8>>,
    /// It was edited since: it is kept as a backup.
    pub edited: bool,
    /// It is gone already, or somebody else keeps it: only forgotten.
    pub forget: bool,
    /// It is its program's own by now, and stays.
    pub stays: bool,
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

    /// Whether the way is barred by the system, and not by what somebody wrote.
    pub fn is_unreadable(&self) -> bool {
        self.in_the_way.iter().any(|p| p.code == CANNOT_READ)
    }
}

/// Plans the files of some targets, all of which live in the home directory. `sources` are the account files; `scope`
/// limits what is no longer written to these targets.
pub fn plan<'a>(
    places: &Places,
    state: &State,
    sources: &[String],
    bundles: &'a [(&'static str, Bundle)],
    scope: Option<&[String]>,
    force: bool,
) -> Plan<'a> {
    let mut planner = Planner { places, state, sources, force, pending: HashMap::new(), whole: HashSet::new() };
    let mut plan = Plan::default();
    let mut written = HashSet::new();
    for (target, bundle) in bundles {
        let foreign = planner.foreign_seed(target, bundle);
        for file in &bundle.files {
            let path = places.locate(&file.path);
            written.insert((key(&path), (*target).to_owned()));
            match planner.change(target, file, path, foreign) {
                Ok(change) => plan.changes.push(change),
                Err(problem) => plan.in_the_way.push(*problem),
            }
        }
    }
    let in_scope = |target: &str| scope.is_none_or(|s| s.iter().any(|t| t == target || t == "all"));
    for ((path, target), kept) in &state.files {
        let name = (key(path), target.clone());
        if kept.is_covered_by(sources) && in_scope(target) && !written.contains(&name) {
            match planner.removal(path, target, kept) {
                Ok(removal) => plan.removals.push(removal),
                Err(problem) => plan.in_the_way.push(*problem),
            }
        }
    }
    plan
}

struct Planner<'p> {
    places: &'p Places,
    state: &'p State,
    sources: &'p [String],
    force: bool,
    /// What files will hold that this run writes: a second target's block goes into the first one's file.
    pending: HashMap<PathBuf, Vec<u8>>,
    /// Files that are written whole, in lower case: a disk may not tell `Ada` from `ada`.
    whole: HashSet<String>,
}

type Refused = Box<Problem>;

/// The code of what the system does not let us look at.
const CANNOT_READ: &str = "cannot-read";

fn cannot_read(shown: &str, error: &io::Error) -> Refused {
    Box::new(
        Problem::error(CANNOT_READ, None, format!("{shown} cannot be read: {error}"))
            .fix("check its owner and mode, then run the same command again"),
    )
}

fn refuse<T>(code: &'static str, message: String, reason: &str, fix: &str) -> Result<T, Refused> {
    let problem = Problem::error(code, None, message).fix(fix);
    Err(Box::new(if reason.is_empty() { problem } else { problem.because(reason.to_owned()) }))
}

/// What happens, the old block, the new block, and the whole file.
type Block = (What, Vec<u8>, Vec<u8>, Vec<u8>);

/// What is at a path.
#[derive(Default)]
struct There {
    bytes: Option<Vec<u8>>,
    mode: Option<Mode>,
    private: bool,
    /// A link stands there, which makes way by force.
    link: bool,
}

impl Planner<'_> {
    /// Whether a file may be written at a path at all; the answer tells whether force lets it.
    fn may_write(&self, path: &Path, shown: &str) -> Result<(), Refused> {
        match standing(self.places, path).map_err(|e| cannot_read(shown, &e))? {
            Standing::Free => Ok(()),
            Standing::Impossible(why) => {
                refuse("no-file", format!("{shown} cannot be written"), &why, "move away what is there")
            }
            _ if self.force => Ok(()),
            Standing::Outside(why) => refuse(
                "symbolic-link",
                format!("{shown} lies behind a symbolic link"),
                &why,
                "`--force` follows it, or `mailwright generate FILE -o DIR` writes elsewhere",
            ),
            Standing::Owned(why) | Standing::Kept(why) => refuse(
                "kept-by-another",
                format!("another tool keeps {shown}"),
                &why,
                "`--force` replaces it and keeps a backup; `mailwright generate FILE --layout stow|chezmoi -o DIR` writes what that tool reads",
            ),
        }
    }

    fn there(&self, path: &Path, key: &Path, shown: &str) -> Result<There, Refused> {
        let meta = match fs::symlink_metadata(path) {
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
            Err(e) => return Err(cannot_read(shown, &e)),
            Ok(meta) => Some(meta),
        };
        let link = meta.as_ref().is_some_and(|m| m.is_symlink());
        let of_file = meta.as_ref().filter(|_| !link);
        let bytes = match self.pending.get(key) {
            Some(bytes) => Some(bytes.clone()),
            // By force the link itself makes way, whatever lies behind it.
            None if link => Some(Vec::new()),
            None => of_file.map(|_| fs::read(path)).transpose().map_err(|e| cannot_read(shown, &e))?,
        };
        Ok(There { bytes, mode: of_file.map(mode_of), private: of_file.is_some_and(is_private), link })
    }

    /// Whether a file that is only put there once is the user's already.
    fn foreign_seed(&self, target: &str, bundle: &Bundle) -> bool {
        bundle.files.iter().filter(|f| f.keeping == Keeping::Seed).any(|file| {
            let path = self.places.locate(&file.path);
            let theirs = fs::symlink_metadata(&path).is_ok() && self.state.file(&key(&path), target).is_none();
            // The same bytes are ours, whoever has put them there.
            theirs && fs::read(&path).map_or(true, |there| there != file.bytes)
        })
    }

    fn change<'a>(
        &mut self,
        target: &'static str,
        file: &'a File,
        path: PathBuf,
        foreign: bool,
    ) -> Result<Change<'a>, Refused> {
        let shown = self.places.shown(&path);
        if !crate::sink::is_below(&file.path) {
            return refuse(
                "path-leaves-folder",
                format!("{shown} would leave the home directory"),
                "",
                "use another short name",
            );
        }
        self.may_write(&path, &shown)?;
        let key = key(&path);
        let kept = self.state.file(&key, target);
        if let Some(kept) = kept.filter(|k| !k.is_covered_by(self.sources) && !self.force) {
            return refuse(
                "kept-for-another-file",
                format!("{shown} was written from {}", kept.sources.join(" and ")),
                "this run would replace those accounts by others",
                "name all account files in one run: they are one document; or take it over with `--force`",
            );
        }
        let block = matches!(file.keeping, Keeping::Block { .. });
        let taken = !block && !self.whole.insert(key.to_string_lossy().to_lowercase());
        if taken || (!block && self.pending.contains_key(&key)) {
            return refuse(
                "file-twice",
                format!("two accounts would write {shown}"),
                "",
                "give them short names that differ in more than upper and lower case",
            );
        }
        let there = self.there(&path, &key, &shown)?;
        let displaced = target::find(target).map(|t| t.displaces()).unwrap_or_default();
        let displaced = displaced.iter().find(|p| self.places.locate(p).exists());
        if let Some(other) = displaced.filter(|_| there.bytes.is_none() && !self.force) {
            return refuse(
                "displaces",
                format!("with {shown} there, ~/{other} would no longer be read"),
                "the program reads one of them only",
                "move its settings, or let `--force` write ours all the same; nothing is done to the other file",
            );
        }
        let (what, old, new, bytes) = match (&file.keeping, &there.bytes) {
            (Keeping::Block { comment }, _) => self.block(target, file, comment, &there, kept, &shown)?,
            (Keeping::Seed, None) if foreign && !self.force => (What::LeftAlone, Vec::new(), Vec::new(), Vec::new()),
            (_, None) => (What::Create, Vec::new(), file.bytes.clone(), file.bytes.clone()),
            (Keeping::Seed, Some(old)) if self.force && *old != file.bytes => {
                (What::BackUp, old.clone(), file.bytes.clone(), file.bytes.clone())
            }
            (Keeping::Seed, Some(old)) => (What::LeftAlone, old.clone(), old.clone(), old.clone()),
            (Keeping::Whole, Some(old)) => {
                let ours = is_ours(old, file.mark) && !file.mark.is_empty();
                let known = kept.is_some_and(|k| k.knows(old));
                let what = match () {
                    () if there.link => What::BackUp,
                    () if *old == file.bytes && file.is_private() && !there.private && cfg!(unix) => What::Close,
                    () if *old == file.bytes => What::Unchanged,
                    () if known => What::Replace,
                    () if ours || self.force => What::BackUp,
                    () => {
                        return refuse(
                            "not-ours",
                            format!("{shown} was not written by Mailwright"),
                            "",
                            "move it away, or let `--force` keep it as a backup",
                        );
                    }
                };
                (what, old.clone(), file.bytes.clone(), file.bytes.clone())
            }
        };
        if what != What::LeftAlone {
            self.pending.insert(key.clone(), bytes.clone());
        }
        let alone = (what == What::LeftAlone).then(|| match kept {
            _ if foreign => Alone::Foreign,
            Some(kept) if !kept.knows(&file.bytes) => Alone::Stale,
            _ => Alone::Settled,
        });
        let known = old.is_empty() || kept.is_some_and(|k| !k.secret && k.knows(&old));
        let was_secret = there.private && !file.private && kept.is_none_or(|k| k.secret);
        Ok(Change {
            target,
            file,
            path,
            what,
            old,
            new,
            known,
            was_secret,
            alone,
            key,
            before: there.bytes.filter(|_| !there.link),
            bytes,
            mode: there.mode,
        })
    }

    /// What happens, the old block, the new block, and the whole file.
    fn block(
        &self,
        target: &'static str,
        file: &File,
        comment: &str,
        there: &There,
        kept: Option<&Kept>,
        shown: &str,
    ) -> Result<Block, Refused> {
        let ours = &file.bytes;
        if block::holds_marker(ours, comment, target) {
            return refuse(
                "marker-in-content",
                format!("what is to be written into {shown} holds a marker line of ours"),
                "",
                "remove that line from the option `extra`",
            );
        }
        let new = block::block(ours, comment, target);
        let nothing = Vec::new();
        let Some(old) = there.bytes.as_ref().or((!self.beside(target).is_empty()).then_some(&nothing)) else {
            return Ok((What::Create, Vec::new(), new.clone(), new));
        };
        let Some(bytes) = block::with_block(old, ours, comment, target) else {
            return refuse(
                "damaged-markers",
                format!(
                    "the lines `>>> mailwright: {target} >>>` and `<<< mailwright: {target} <<<` in {shown} are not one pair"
                ),
                "",
                "remove both lines and what Mailwright wrote between them, then run the same command again",
            );
        };
        let found = block::find(old, comment, target);
        let mine = match &found {
            Found::At(range) => &old[range.clone()],
            _ => b"",
        };
        let theirs = block::without_block(old, comment, target).unwrap_or_else(|| old.clone());
        let whole = found == Found::Nowhere && !there.link && is_ours(old, file.mark) && !block::any(old);
        if whole && (old == ours || kept.is_some_and(|k| k.knows(old))) {
            // Written whole by `generate`, and nothing was added: it becomes a block.
            return Ok((What::Replace, old.clone(), new.clone(), new));
        }
        if whole && !self.force {
            return refuse(
                "ours-and-more",
                format!("{shown} was once written whole, and differs from what would be written now"),
                "lines of your own in it could not be told from ours",
                "move your own lines elsewhere, or let `--force` keep the file as a backup",
            );
        }
        if whole {
            return Ok((What::BackUp, old.clone(), new.clone(), new));
        }
        // What stands in other files counts, too.
        let theirs = self.beside(target).into_iter().fold(theirs, |all, more| [all.as_slice(), b"\n", &more].concat());
        if let Some(why) = clash(target, ours, &theirs) {
            return refuse(
                "clash",
                format!("{shown} has settings of yours that do not go with ours"),
                &why,
                "remove them there, or leave this target out",
            );
        }
        let known = mine.is_empty() || kept.is_some_and(|k| k.knows(mine));
        let what = match () {
            () if there.link => What::BackUp,
            () if there.bytes.is_none() => What::Create,
            () if bytes == *old && file.is_private() && !there.private && cfg!(unix) => What::Close,
            () if bytes == *old => What::Unchanged,
            () if !known => What::BackUp,
            () => What::Replace,
        };
        Ok((what, mine.to_vec(), new, bytes))
    }

    /// Other files that the program reads, those that are there.
    fn beside(&self, target: &str) -> Vec<Vec<u8>> {
        let paths = target::find(target).map(|t| t.beside()).unwrap_or_default();
        paths.iter().filter_map(|p| fs::read(self.places.locate(p)).ok()).collect()
    }

    /// A file that was written before. What is not as we left it is never lost.
    fn removal(&self, path: &Path, target: &str, kept: &Kept) -> Result<Removal, Refused> {
        let shown = self.places.shown(path);
        let removal = |before: Vec<u8>, rest, edited, forget| {
            let stays = kept.how == How::Seed && path.exists();
            Ok(Removal { target: target.to_owned(), path: path.to_owned(), before, rest, edited, forget, stays })
        };
        let key = key(path);
        match standing(self.places, path).map_err(|e| cannot_read(&shown, &e))? {
            Standing::Free => {}
            // Somebody else has taken it over.
            _ => return removal(Vec::new(), None, false, true),
        }
        let there = match self.there(path, &key, &shown)?.bytes {
            Some(there) => there,
            None => return removal(Vec::new(), None, false, true),
        };
        match &kept.how {
            // This run writes it, for another target.
            How::Whole if self.pending.contains_key(&key) => removal(Vec::new(), None, false, true),
            How::Seed => removal(Vec::new(), None, false, true),
            How::Whole => {
                let edited = !kept.knows(&there);
                removal(there, None, edited, false)
            }
            How::Block { comment } => match block::find(&there, comment, target) {
                Found::At(range) => {
                    let edited = !kept.knows(&there[range]);
                    let rest = block::without_block(&there, comment, target).unwrap_or_default();
                    // A file that we made, and in which nobody wrote anything.
                    let empty = kept.created && rest.iter().all(u8::is_ascii_whitespace);
                    removal(there, (!empty).then_some(rest), edited, false)
                }
                // The user has taken it out, or has to mend it.
                _ => removal(Vec::new(), None, false, true),
            },
        }
    }
}

/// What of the user's own settings in a file does not go with a target's.
fn clash(target: &str, ours: &[u8], theirs: &[u8]) -> Option<String> {
    // What is no text is in no language that a target knows.
    let (ours, theirs) = (std::str::from_utf8(ours).ok()?, String::from_utf8_lossy(theirs));
    target::find(target)?.clash(ours, &theirs)
}
