//! Where things are in a home directory: `HOME`, and the XDG base directories where they are set.
//!
//! Source: XDG Base Directory Specification 0.8 (a relative path in a variable is to be ignored).

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// The base directories.
#[derive(Clone, Debug)]
pub struct Places {
    /// The home directory.
    pub home: PathBuf,
    /// What stands for `~/.config`, and so on: its usual place, where it is here, and whether the environment says so.
    bases: Vec<(&'static str, PathBuf, bool)>,
}

/// The variables and what they stand for.
const BASES: &[(&str, &str)] = &[
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_STATE_HOME", ".local/state"),
    ("XDG_CACHE_HOME", ".cache"),
];

impl Places {
    /// The places that the environment names.
    ///
    /// # Errors
    /// When there is no home directory.
    pub fn of(variable: impl Fn(&str) -> Option<OsString>) -> Result<Places, Box<Problem>> {
        let path = |name: &str| variable(name).map(PathBuf::from).filter(|p| p.is_absolute());
        let home = variable("HOME").filter(|h| !h.is_empty()).and_then(|h| std::path::absolute(h).ok());
        let Some(home) = home.filter(|p| p.is_dir() && is_text(p)) else {
            return Err(Box::new(
                Problem::error("no-home", None, "there is no home directory")
                    .because("HOME is not set, is no folder, or has a name that is no text")
                    .fix("set HOME, or write into a folder with `mailwright generate FILE -o DIR`"),
            ));
        };
        let bases = BASES
            .iter()
            .map(|(name, usual)| match path(name).filter(|p| is_text(p)) {
                Some(path) => (*usual, path, true),
                None => (*usual, home.join(usual), false),
            })
            .collect();
        Ok(Places { home, bases })
    }

    /// The base directory that a variable stands for, by its usual place.
    fn base(&self, usual: &str) -> PathBuf {
        self.bases.iter().find(|(name, ..)| *name == usual).map_or_else(|| self.home.join(usual), |(_, p, _)| p.clone())
    }

    /// Where a path from the home directory lies.
    pub fn locate(&self, path: &str) -> PathBuf {
        for (usual, here, _) in &self.bases {
            if let Some(rest) = path.strip_prefix(usual).and_then(|r| r.strip_prefix('/')) {
                return here.join(rest);
            }
        }
        self.home.join(path)
    }

    /// The folder of configuration files as programs read it, with `~` for the home directory.
    ///
    /// # Errors
    /// When it cannot stand in a file: its name is no text.
    pub fn config(&self) -> Result<String, Box<Problem>> {
        let config = self.base(".config");
        let text = match config.strip_prefix(&self.home) {
            Ok(rest) => rest.to_str().map(|rest| format!("~/{rest}")),
            Err(_) => config.to_str().map(str::to_owned),
        };
        text.filter(|t| crate::account::Text::new(t).is_ok()).ok_or_else(|| {
            Box::new(
                Problem::error(
                    "no-config-folder",
                    None,
                    "the folder of configuration files has a name that is no text",
                )
                .because("files of ours name others by it")
                .fix("set XDG_CONFIG_HOME to another folder"),
            )
        })
    }

    /// Our own folder, for the state and for temporary files.
    pub fn own(&self) -> PathBuf {
        self.base(".local/state").join("mailwright")
    }

    /// Where programs keep their data.
    pub fn data(&self) -> PathBuf {
        self.base(".local/share")
    }

    /// Folders below which files may be written: the home directory, and what the environment names. They need not be
    /// there; links in them are followed, since the user named them.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        let named = self.bases.iter().filter(|(_, _, said)| *said).map(|(_, p, _)| p.as_path());
        std::iter::once(self.home.as_path()).chain(named).map(real).collect()
    }

    /// A path as people read it.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) => format!("~/{}", rest.display()),
            Err(_) => path.display().to_string(),
        }
    }
}

fn is_text(path: &Path) -> bool {
    path.to_str().is_some_and(|p| crate::account::Text::new(p).is_ok())
}

/// One name for a file, however the way to it is written: links and `..` are taken out of the folders that are there.
pub(super) fn real(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut there = path;
    loop {
        if let Ok(real) = std::fs::canonicalize(there) {
            return rest.iter().rev().fold(real, |p, name: &&std::ffi::OsStr| p.join(name));
        }
        match (there.parent(), there.file_name()) {
            (Some(above), Some(name)) => {
                rest.push(name);
                there = above;
            }
            _ => return path.to_owned(),
        }
    }
}

/// The same for a file that may be a link itself: the folder's real name and the file's own.
pub(super) fn key(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => real(folder).join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_count_when_they_are_absolute() {
        let home = std::env::temp_dir();
        let places = Places::of(|name| match name {
            "HOME" => Some(home.clone().into_os_string()),
            "XDG_CONFIG_HOME" => Some("/data/config".into()),
            "XDG_DATA_HOME" => Some("relative".into()),
            _ => None,
        })
        .expect("places");
        assert_eq!(places.locate(".config/msmtp/config"), Path::new("/data/config/msmtp/config"));
        assert_eq!(places.locate(".configured"), home.join(".configured"));
        assert_eq!(places.locate(".local/share/x"), home.join(".local/share/x"));
        assert_eq!(places.shown(&home.join(".mailrc")), "~/.mailrc");
        assert!(Places::of(|_| None).is_err());
    }
}
