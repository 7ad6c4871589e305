//! Whose a file is when it is not ours: links that other tools make, and the files that chezmoi keeps.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Places;

/// What stands where a file is to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing, or a file that can be looked at.
    Free,
    /// The file is a link, or another tool keeps it: the sentence that says so. Force replaces it.
    Owned(String),
    /// The file lies in a folder that another tool has linked: the sentence that says so. Force follows the link.
    Kept(String),
    /// The way leads out of the home directory by a link. Force follows it.
    Outside(String),
    /// No file can be there: the sentence that says why.
    Impossible(String),
}

/// Looks at the way to a file, and at what keeps it.
pub(super) fn standing(places: &Places, path: &Path) -> io::Result<Standing> {
    let roots = places.roots();
    // The deepest folder that is there decides where the others will be made.
    let mut folder = path.parent();
    while let Some(there) = folder {
        match fs::symlink_metadata(there) {
            Ok(_) => {
                let real = match fs::canonicalize(there) {
                    Ok(real) => real,
                    Err(e) => {
                        return Ok(Standing::Impossible(format!("{} leads nowhere: {e}", places.shown(there))));
                    }
                };
                if !real.is_dir() {
                    return Ok(Standing::Impossible(format!("{} is no folder", places.shown(there))));
                }
                // A folder that a variable names need not be there: what is above it is in no root.
                let goal = super::places::key(path);
                if !roots.iter().any(|root| goal.starts_with(root)) {
                    return Ok(Standing::Outside(format!(
                        "{} leads to {}, out of the home directory",
                        places.shown(there),
                        real.display()
                    )));
                }
                break;
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => folder = there.parent(),
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => folder = there.parent(),
            Err(e) => return Err(e),
        }
    }
    if let Some(why) = folded(places, path) {
        return Ok(Standing::Kept(why));
    }
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => {
            let to = fs::read_link(path)?;
            let text = to.display().to_string();
            let tool = if text.contains("/nix/store/") {
                "Nix or Home Manager keeps it"
            } else if text.contains("stow") || text.contains("dotfiles") {
                "stow, or whatever made the link, keeps it"
            } else {
                "whatever made the link keeps it"
            };
            return Ok(Standing::Owned(format!("it is a symbolic link to {text}: {tool}")));
        }
        #[cfg(unix)]
        Ok(meta)
            if meta.is_file()
                && std::os::unix::fs::MetadataExt::nlink(&meta) > 1
                && !crate::sink::put::has_backup(path) =>
        {
            return Ok(Standing::Owned(
                "the file has a second name (a hard link), which would keep the old content".into(),
            ));
        }
        Ok(meta) if !meta.is_file() => return Ok(Standing::Impossible("it is not a file".into())),
        _ => {}
    }
    if let Some(source) = in_chezmoi(places, path) {
        return Ok(Standing::Owned(format!("chezmoi keeps it: {}", places.shown(&source))));
    }
    Ok(Standing::Free)
}

/// A folder on the way that stow has linked, if one is: it links `~/PATH` to `STOW/PACKAGE/PATH`. A link of the user's own,
/// such as one from `~/.config` to `~/dotfiles/config`, has another name at its end and is followed.
fn folded(places: &Places, path: &Path) -> Option<String> {
    let folders = path.ancestors().skip(1).take_while(|f| *f != places.home && f.starts_with(&places.home));
    folders.into_iter().find_map(|folder| {
        let to = fs::read_link(folder).ok()?;
        let tail = folder.strip_prefix(&places.home).ok()?;
        let real = fs::canonicalize(folder).ok()?;
        ends_with(&real, tail).then(|| {
            format!(
                "{} is a symbolic link to {}: stow, or whatever made it, keeps what is in it",
                places.shown(folder),
                to.display()
            )
        })
    })
}

/// Whether a path ends in another; stow's `--dotfiles` writes `dot-x` for `.x`.
fn ends_with(path: &Path, tail: &Path) -> bool {
    let same = |a: &std::ffi::OsStr, b: &std::ffi::OsStr| {
        a == b
            || a.to_str()
                .and_then(|a| a.strip_prefix("dot-"))
                .is_some_and(|a| b.to_str().and_then(|b| b.strip_prefix('.')) == Some(a))
    };
    let mut path = path.iter().rev();
    tail.iter().rev().all(|b| path.next().is_some_and(|a| same(a, b)))
}

/// Where chezmoi's source folder is: `sourceDir` of its configuration, else its usual place.
fn chezmoi(places: &Places) -> PathBuf {
    let said = ["toml", "yaml", "json"].iter().find_map(|kind| {
        let text = read_small(&places.locate(&format!(".config/chezmoi/chezmoi.{kind}")))?;
        text.lines().find_map(|line| {
            let rest = line.trim().trim_start_matches('"').strip_prefix("sourceDir")?;
            let value = rest.trim_start_matches('"').trim().strip_prefix(['=', ':'])?;
            let value = value.trim().trim_end_matches(',').trim_matches(['"', '\''].as_slice());
            Some(match value.strip_prefix("~/") {
                Some(rest) => places.home.join(rest),
                None => PathBuf::from(value),
            })
        })
    });
    said.unwrap_or_else(|| places.data().join("chezmoi"))
}

/// The text of a small file; nothing that is no file is waited for.
fn read_small(path: &Path) -> Option<String> {
    if !fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() < 1 << 20) {
        return None;
    }
    fs::read_to_string(path).ok()
}

/// The file in chezmoi's source folder that makes this one, if there is one.
/// Source: chezmoi's reference manual, "Source state attributes".
fn in_chezmoi(places: &Places, path: &Path) -> Option<PathBuf> {
    let mut folder = chezmoi(places);
    // A file `.chezmoiroot` names the folder below which the source lies.
    if let Some(root) = read_small(&folder.join(".chezmoiroot")) {
        folder.push(root.trim());
    }
    let components = path.strip_prefix(&places.home).ok()?.components();
    for component in components {
        let name = component.as_os_str().to_str()?;
        let entry = fs::read_dir(&folder)
            .ok()?
            .flatten()
            .find(|e| e.file_name().to_str().is_some_and(|source| target_name(source) == name))?;
        folder = entry.path();
    }
    Some(folder)
}

/// The name of the file that a source name stands for.
fn target_name(source: &str) -> String {
    const ATTRIBUTES: &[&str] = &[
        "create_",
        "modify_",
        "remove_",
        "encrypted_",
        "exact_",
        "external_",
        "private_",
        "readonly_",
        "empty_",
        "executable_",
        "symlink_",
    ];
    let mut name = source;
    loop {
        if let Some(rest) = name.strip_prefix("literal_") {
            name = rest;
            return name.strip_suffix(".tmpl").unwrap_or(name).to_owned();
        }
        match ATTRIBUTES.iter().find_map(|a| name.strip_prefix(a)) {
            Some(rest) => name = rest,
            None => break,
        }
    }
    let encrypted = source.contains("encrypted_");
    let name = [".age", ".asc"].iter().filter(|_| encrypted).find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let name = name.strip_suffix(".tmpl").unwrap_or(name);
    match name.strip_prefix("dot_") {
        Some(rest) => format!(".{rest}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_chezmoi() {
        for (source, target) in [
            ("dot_config", ".config"),
            ("private_dot_mailrc.tmpl", ".mailrc"),
            ("encrypted_private_dot_netrc", ".netrc"),
            ("encrypted_private_config.age", "config"),
            ("encrypted_config.tmpl.asc", "config"),
            ("notes.asc", "notes.asc"),
            ("literal_dot_x", "dot_x"),
            ("config", "config"),
            ("exact_private_msmtp", "msmtp"),
        ] {
            assert_eq!(target_name(source), target);
        }
    }
}
