//! What was written before: a small file that knows each file we keep, so that what is no longer written can be found
//! again, and what the user has changed is kept.
//!
//! `$XDG_STATE_HOME/mailwright/state.json`. It holds no content and no secret. Without it nothing is lost: our files are
//! known by their header.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::problem::Problem;
use crate::sink::put::{Mode, put};
use crate::target::Keeping;

/// A file that we keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The account files that it came from, whole paths.
    pub sources: Vec<String>,
    /// How it is kept; for a block, what begins its comments.
    pub how: How,
    /// Fingerprints of what we wrote: of the file, or of the block. Two while a run is under way: the old one's, too.
    pub fingerprints: Vec<Uuid>,
    /// A password stands in it.
    pub secret: bool,
    /// The file was not there before.
    pub created: bool,
}

impl Kept {
    /// Whether it came from these account files, or from some of them.
    pub(super) fn is_covered_by(&self, sources: &[String]) -> bool {
        self.sources.iter().all(|s| sources.contains(s))
    }

    /// Whether these bytes are as we left them.
    pub(super) fn knows(&self, bytes: &[u8]) -> bool {
        self.fingerprints.contains(&fingerprint(bytes))
    }
}

/// How a file is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum How {
    Whole,
    Block { comment: String },
    Seed,
}

impl From<Keeping> for How {
    fn from(keeping: Keeping) -> How {
        match keeping {
            Keeping::Whole => How::Whole,
            Keeping::Block { comment } => How::Block { comment: comment.to_owned() },
            Keeping::Seed => How::Seed,
        }
    }
}

/// All files that we keep, by path and target (several may have a block in one file), and the folders that we made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The files.
    pub files: BTreeMap<(PathBuf, String), Kept>,
    /// Folders that were not there before.
    pub folders: Vec<PathBuf>,
}

/// A path that leads nowhere else than it says.
fn whole_path(text: &str) -> Option<PathBuf> {
    let path = PathBuf::from(text);
    let plain =
        path.components().all(|c| matches!(c, Component::RootDir | Component::Prefix(_) | Component::Normal(_)));
    (path.is_absolute() && plain).then_some(path)
}

/// A fingerprint of bytes: tells a change from none, keeps nothing of them.
pub(super) fn fingerprint(bytes: &[u8]) -> Uuid {
    const SPACE: Uuid = Uuid::from_u128(0x6d61_696c_7772_6967_6874_7374_6174_6531);
    Uuid::new_v5(&SPACE, bytes)
}

const NAME: &str = "state.json";

impl State {
    /// A file, by its real name.
    pub(super) fn file(&self, key: &Path, target: &str) -> Option<&Kept> {
        self.files.get(&(key.to_owned(), target.to_owned()))
    }

    /// Reads the state below our folder; none is an empty one.
    ///
    /// # Errors
    /// When it cannot be read, or is not ours.
    pub fn read(own: &Path) -> Result<State, Box<Problem>> {
        let path = own.join(NAME);
        let bad = |why: String| {
            Box::new(
                Problem::error("bad-state", None, format!("{} cannot be read", path.display()))
                    .because(why)
                    .fix("move it away: files of ours are known by their header, too; only `--prune` needs it"),
            )
        };
        if fs::metadata(&path).is_ok_and(|m| !m.is_file()) {
            return Err(bad("it is not a file".into()));
        }
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
            Err(e) => return Err(bad(e.to_string())),
        };
        let value: Value = serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?;
        State::from_json(&value).ok_or_else(|| bad("it is not a state of this version".into()))
    }

    fn from_json(value: &Value) -> Option<State> {
        if value["version"] != 1 {
            return None;
        }
        let mut state = State::default();
        for folder in value["folders"].as_array()? {
            state.folders.push(whole_path(folder.as_str()?)?);
        }
        for kept in value["files"].as_array()? {
            let how = match (kept["kept"].as_str()?, kept["comment"].as_str()) {
                ("whole", _) => How::Whole,
                ("block", Some(comment)) => How::Block { comment: comment.to_owned() },
                ("seed", _) => How::Seed,
                _ => return None,
            };
            let key = (whole_path(kept["path"].as_str()?)?, kept["target"].as_str()?.to_owned());
            let prints = kept["fingerprints"].as_array()?.iter().map(|f| f.as_str().and_then(|f| f.parse().ok()));
            let sources = kept["sources"].as_array()?.iter().map(|s| s.as_str().map(str::to_owned));
            let kept = Kept {
                sources: sources.collect::<Option<_>>()?,
                how,
                fingerprints: prints.collect::<Option<_>>()?,
                secret: kept["secret"].as_bool()?,
                created: kept["created"].as_bool()?,
            };
            state.files.insert(key, kept);
        }
        Some(state)
    }

    fn to_json(&self) -> Value {
        let files: Vec<Value> = self
            .files
            .iter()
            // A path that is not UTF-8 could not come from an account file.
            .filter_map(|((path, target), k)| {
                let (how, comment) = match &k.how {
                    How::Whole => ("whole", None),
                    How::Block { comment } => ("block", Some(comment)),
                    How::Seed => ("seed", None),
                };
                let mut kept = json!({
                    "path": path.to_str()?, "target": target, "sources": k.sources, "kept": how, "fingerprints": k.fingerprints.iter().map(Uuid::to_string).collect::<Vec<_>>(),
                    "secret": k.secret, "created": k.created,
                });
                if let Some(comment) = comment {
                    kept["comment"] = json!(comment);
                }
                Some(kept)
            })
            .collect();
        let folders: Vec<&str> = self.folders.iter().filter_map(|f| f.to_str()).collect();
        json!({ "version": 1, "files": files, "folders": folders })
    }

    /// Writes the state below our folder, which is there.
    ///
    /// # Errors
    /// The system's.
    pub fn write(&self, own: &Path) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(&self.to_json())?;
        text.push(b'\n');
        put(own, &own.join(NAME), &text, Mode::Private, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let mut state = State { folders: vec!["/home/ada/.config/msmtp".into()], ..State::default() };
        for (path, how) in [("/a", How::Whole), ("/b", How::Seed), ("/c", How::Block { comment: "#".into() })] {
            let kept = Kept {
                sources: vec!["/home/ada/mail.yaml".into()],
                how,
                fingerprints: vec![fingerprint(b"x"), fingerprint(b"y")],
                secret: false,
                created: true,
            };
            state.files.insert((path.into(), "msmtp".into()), kept);
        }
        assert_eq!(State::from_json(&state.to_json()), Some(state));
        assert_eq!(State::from_json(&json!({ "version": 2 })), None);
    }
}
