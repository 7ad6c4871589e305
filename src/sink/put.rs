//! One file: mode before content, temporary file and rename, so that whatever interrupts it, the old file or the new one
//! is there, whole. Whether it may be written at all is decided elsewhere.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How a temporary file of ours begins.
const TEMPORARY: &str = ".mailwright-tmp-";

/// How many letters and digits follow.
const TEMPORARY_END: usize = 8;

/// Removes temporary files that a killed run has left behind; younger ones may be another run's.
pub(super) fn sweep(root: &Path) {
    const OLD: Duration = Duration::from_secs(3600);
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        // Nobody else's file has such a name; and nothing but a file is removed.
        let ours = entry
            .file_name()
            .to_str()
            .and_then(|name| name.strip_prefix(TEMPORARY))
            .is_some_and(|end| end.len() == TEMPORARY_END && end.bytes().all(|b| b.is_ascii_alphanumeric()))
            && entry.file_type().is_ok_and(|t| t.is_file());
        let old = || entry.metadata().and_then(|m| m.modified()).is_ok_and(|t| t.elapsed().is_ok_and(|age| age > OLD));
        if ours && old() {
            // Whoever cannot remove it has lost nothing.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The mode of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// 0600: it holds a secret.
    Private,
    /// 0644, as far as the umask allows.
    Usual,
    /// What its user has chosen, and its group, whatever the umask is.
    Kept { mode: u32, group: u32 },
}

/// Writes a file. The temporary one is made in `temporary`, where a run that was killed leaves it to be found, and beside
/// the file where that is another file system. `durable` waits until the bytes are on the disk, so that not even a power
/// failure leaves an empty file under the new name; for a hundred thousand files that would take too long.
///
/// # Errors
/// The system's; the old file is then untouched.
pub(super) fn put(temporary: &Path, path: &Path, bytes: &[u8], mode: Mode, durable: bool) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).rand_bytes(TEMPORARY_END);
    // From the first byte on; without this a temporary file has mode 0600.
    #[cfg(unix)]
    if mode == Mode::Usual {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    let mut places = vec![temporary];
    if folder != temporary {
        places.push(folder);
    }
    let last = places.len() - 1;
    for (number, place) in places.into_iter().enumerate() {
        let mut file = match builder.tempfile_in(place) {
            Ok(file) => file,
            // Only the folder of the file may be ours to write to.
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied && number < last => continue,
            Err(e) => return Err(e),
        };
        #[cfg(unix)]
        if let Mode::Kept { mode, group } = mode {
            use std::os::unix::fs::PermissionsExt;
            // A group that one is no member of cannot be given; then the file is as any new one.
            let _ = std::os::unix::fs::fchown(file.as_file(), None, Some(group));
            file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
        }
        file.as_file_mut().write_all(bytes)?;
        if durable {
            file.as_file().sync_all()?;
        }
        match file.persist(path) {
            Err(e) if e.error.kind() == io::ErrorKind::CrossesDevices && number < last => {}
            Err(e) => return Err(e.error),
            Ok(_) => break,
        }
    }
    Ok(())
}

/// Whether a file has the mark of ours: in its first lines where it is a header, anywhere where it is an identifier.
pub(super) fn is_ours(bytes: &[u8], mark: &str) -> bool {
    let mark = mark.as_bytes();
    let head = if mark == crate::target::MARK.as_bytes() { &bytes[..bytes.len().min(200)] } else { bytes };
    head.windows(mark.len()).any(|w| w == mark)
}

#[cfg(unix)]
pub(super) fn is_private(meta: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o077 == 0
}

#[cfg(not(unix))]
pub(super) fn is_private(_: &Metadata) -> bool {
    false
}

/// Keeps the old file under a dated name of its own: a hard link, so that the name never goes missing in between.
pub(super) fn back_up(path: &Path) -> io::Result<PathBuf> {
    let date: String = humantime::format_rfc3339_seconds(SystemTime::now())
        .to_string()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    for number in 1..1000 {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".bak-{date}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        let backup = path.with_file_name(name);
        match fs::hard_link(path, &backup) {
            Ok(()) => return Ok(backup),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            // A file system without hard links: an ordinary copy, which keeps the mode.
            Err(_) if !backup.exists() => return fs::copy(path, &backup).map(|_| backup),
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::other("there are too many backups"))
}

/// The mode of a file that is there.
#[cfg(unix)]
pub(super) fn mode_of(meta: &Metadata) -> Mode {
    use std::os::unix::fs::MetadataExt;
    Mode::Kept { mode: meta.mode() & 0o777, group: meta.gid() }
}

#[cfg(not(unix))]
pub(super) fn mode_of(_: &Metadata) -> Mode {
    Mode::Usual
}

/// Whether a backup is another name of the file itself: a run was killed between making it and replacing the file.
#[cfg(unix)]
pub(super) fn has_backup(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Some(folder), Some(name), Ok(file)) = (path.parent(), path.file_name(), fs::symlink_metadata(path)) else {
        return false;
    };
    let begin = format!("{}.bak-", name.to_string_lossy());
    fs::read_dir(folder).into_iter().flatten().flatten().any(|e| {
        e.file_name().to_string_lossy().starts_with(&begin)
            && e.metadata().is_ok_and(|m| m.ino() == file.ino() && m.dev() == file.dev())
    })
}
