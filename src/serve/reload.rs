//! When the files are read again: at SIGHUP, and when one of them has changed.
//!
//! The new files are checked first. Broken ones leave the old ones serving, and their problems are said once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::signal::unix::Signal;
use tokio::time::{MissedTickBehavior, interval};

use super::state::{Shared, State, load};
use super::{Places, Settings, Talk, domains, limits, notify};

/// What a file looks like from outside. Kubernetes exchanges links, editors exchange files: the inode tells.
#[derive(Clone, PartialEq, Eq)]
struct Look {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
    changed: Option<SystemTime>,
}

/// When a file was last written, exchanged or renamed.
fn changed(about: &std::fs::Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(about.ctime()).ok()?;
    let nanos = u32::try_from(about.ctime_nsec()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(std::time::Duration::new(seconds, nanos))
}

fn look(paths: &[PathBuf]) -> Vec<Option<Look>> {
    paths
        .iter()
        .map(|path| {
            use std::os::unix::fs::MetadataExt;
            let about = std::fs::metadata(path).ok()?;
            Some(Look {
                modified: about.modified().ok(),
                length: about.len(),
                inode: about.ino(),
                changed: changed(&about),
            })
        })
        .collect()
}

/// Whether the files want other places than those that are listened on, which takes a restart: told once a change.
struct Moved {
    listened: Places,
    told: Places,
}

impl Moved {
    fn is_news(&mut self, wanted: Places) -> bool {
        let news = wanted != self.told && wanted != self.listened;
        self.told = wanted;
        news
    }
}

pub(super) async fn watch(
    settings: Settings,
    listened: Places,
    mut hangup: Signal,
    mut watched: Vec<PathBuf>,
    read_at: SystemTime,
    shared: Arc<Shared>,
    talk: Arc<dyn Talk>,
) {
    let mut ticks = interval(limits::LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut served = seen_by(read_at, look_in_time(&watched).await);
    // What the files looked like a moment ago: a file that is still being written is left alone.
    let mut before = served.clone();
    let mut moved = Moved { told: listened.clone(), listened };
    loop {
        let asked = tokio::select! {
            _ = hangup.recv() => true,
            _ = ticks.tick() => false,
        };
        let now = look_in_time(&watched).await;
        let changed = now != served && now == before;
        before.clone_from(&now);
        if !asked && !changed {
            continue;
        }
        let read_at = SystemTime::now();
        let known = std::mem::take(&mut watched);
        watched = read_again(&settings, &mut moved, &known, &shared, &talk).await;
        // Of a file that was looked at before the reading, that look counts: whatever changed since is read once more.
        let fresh = seen_by(read_at, look_in_time(&watched).await);
        let looked = |path: &PathBuf| known.iter().position(|p| p == path).and_then(|i| now.get(i).cloned());
        served = watched.iter().zip(fresh).map(|(path, fresh)| looked(path).unwrap_or(fresh)).collect();
        before.clone_from(&served);
    }
}

/// Looks of files that were read at a moment: what changed since then counts as not seen.
fn seen_by(read_at: SystemTime, looks: Vec<Option<Look>>) -> Vec<Option<Look>> {
    let since = |look: &Look| look.changed.is_none_or(|changed| changed >= read_at);
    looks.into_iter().map(|look| look.filter(|l| !since(l))).collect()
}

/// A disk may hang; requests must not.
async fn look_in_time(watched: &[PathBuf]) -> Vec<Option<Look>> {
    let paths = watched.to_vec();
    tokio::task::spawn_blocking(move || look(&paths)).await.unwrap_or_default()
}

/// Reads the files; which ones are to be looked at from now on.
async fn read_again(
    settings: &Settings,
    moved: &mut Moved,
    known: &[PathBuf],
    shared: &Shared,
    talk: &Arc<dyn Talk>,
) -> Vec<PathBuf> {
    let (files, force) = (settings.files.clone(), settings.force);
    notify::status("reading the files again");
    let loaded = match tokio::task::spawn_blocking(move || load(&files, force, false)).await {
        Ok(Ok(loaded)) => loaded,
        Err(_) => {
            shared.metrics.reloaded(false);
            return known.to_vec();
        }
        Ok(Err(refused)) => {
            talk.problems(&refused.problems, &refused.sources);
            talk.say("the new files are wrong: still serving the old ones");
            shared.metrics.reloaded(false);
            // The old ones are served still; and a file that is missing may come.
            let mut watched = refused.watched;
            watched.extend_from_slice(known);
            watched.sort();
            watched.dedup();
            return watched;
        }
    };
    let watched = loaded.watched.clone();
    let count = loaded.site.domains().count();
    let Some(state) = State::open(loaded, talk.as_ref()).await else {
        talk.say("the directory of users cannot be opened: still serving the old files");
        shared.metrics.reloaded(false);
        return watched;
    };
    // An empty list of users is a dump that has failed: like any broken file, it leaves the old one serving.
    let before = shared.now();
    if state.users.as_ref().zip(before.users.as_ref()).is_some_and(|(now, before)| now.has_lost_everybody(before)) {
        talk.say("the directory has no user any more: still serving the old files; a restart takes the new ones");
        shared.metrics.reloaded(false);
        return watched;
    }
    if moved.is_news(Places::of(settings, &state.site.hosting)) {
        talk.say("`listen` or `metrics` has changed: that counts after a restart");
    }
    shared.exchange(state);
    shared.metrics.reloaded(true);
    talk.say(&format!("read again: serving {}", domains(count)));
    notify::status(&format!("serving {}", domains(count)));
    watched
}
