//! When the files are read again: at SIGHUP, and when one of them has changed.
//!
//! The new files are checked first. Broken ones leave the old ones serving, and their problems are said once. Where it is
//! the directory of users that keeps them from being served, it is tried again now and then: nothing in a file tells when
//! it is back.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::signal::unix::Signal;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::news::News;
use super::reader::Reader;
use super::state::{Shared, State};
use super::{Places, Talk, domains, limits, notify};

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
    reader: Reader,
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
    let mut retry: Option<Retry> = None;
    loop {
        let asked = tokio::select! {
            _ = hangup.recv() => true,
            _ = ticks.tick() => false,
        };
        shared.look_at_certificates(SystemTime::now());
        let now = look_in_time(&watched).await;
        let changed = now != served && now == before;
        before.clone_from(&now);
        let again = retry.take_if(|retry| asked || changed || retry.at <= Instant::now());
        if !asked && !changed && again.is_none() {
            continue;
        }
        // Of one and the same trouble is told once.
        let (pause, news) = match again {
            Some(Retry { pause, news, .. }) if !asked && !changed => (pause * 2, news),
            _ => (limits::RETRY, Arc::new(News::new(Arc::clone(&talk)))),
        };
        let read_at = SystemTime::now();
        let known = std::mem::take(&mut watched);
        let done = read_again(&reader, &mut moved, &known, &shared, &news).await;
        watched = done.watched;
        if done.is_without_directory {
            let pause = pause.min(limits::LONGEST_RETRY);
            retry = Some(Retry { at: Instant::now() + pause, pause, news });
        }
        // Of a file that was looked at before the reading, that look counts: whatever changed since is read once more.
        let fresh = seen_by(read_at, look_in_time(&watched).await);
        let looked: HashMap<_, _> = known.into_iter().zip(now).collect();
        let seen = |(path, fresh): (&PathBuf, _)| looked.get(path).cloned().unwrap_or(fresh);
        served = watched.iter().zip(fresh).map(seen).collect();
        before.clone_from(&served);
    }
}

/// When files are tried again whose directory of users could not be opened.
struct Retry {
    at: Instant,
    pause: Duration,
    /// What has been said of it.
    news: Arc<News>,
}

/// Looks of files that were read at a moment: what changed since then counts as not seen.
fn seen_by(read_at: SystemTime, looks: Vec<Option<Look>>) -> Vec<Option<Look>> {
    let read_at = read_at.checked_sub(limits::STAMPS).unwrap_or(read_at);
    let since = |look: &Look| look.changed.is_none_or(|changed| changed >= read_at);
    looks.into_iter().map(|look| look.filter(|l| !since(l))).collect()
}

/// A disk may hang; requests must not.
async fn look_in_time(watched: &[PathBuf]) -> Vec<Option<Look>> {
    let paths = watched.to_vec();
    tokio::task::spawn_blocking(move || look(&paths)).await.unwrap_or_default()
}

/// What reading again has come to.
struct Done {
    /// Which files are to be looked at from now on.
    watched: Vec<PathBuf>,
    /// The files are good, and their directory of users cannot be opened.
    is_without_directory: bool,
}

impl Done {
    fn with(watched: Vec<PathBuf>) -> Done {
        Done { watched, is_without_directory: false }
    }
}

/// Reads the files, and serves them when they are good.
async fn read_again(reader: &Reader, moved: &mut Moved, known: &[PathBuf], shared: &Shared, talk: &News) -> Done {
    notify::status("reading the files again");
    let loaded = match reader.read(Some(shared.now())).await {
        Some(Ok(loaded)) => loaded,
        None => {
            shared.metrics.reloaded(false);
            return Done::with(known.to_vec());
        }
        Some(Err(refused)) => {
            talk.problems(&refused.problems, &refused.sources);
            talk.say("the new files are wrong: still serving the old ones");
            shared.metrics.reloaded(false);
            // The old ones are served still; and a file that is missing may come.
            let mut watched = refused.watched;
            watched.extend_from_slice(known);
            watched.sort();
            watched.dedup();
            return Done::with(watched);
        }
    };
    let watched = loaded.watched.clone();
    let count = loaded.site.domains().count();
    let Some(state) = State::open(loaded, talk).await else {
        talk.say("the directory of users cannot be opened: still serving the old files");
        shared.metrics.reloaded(false);
        return Done { watched, is_without_directory: true };
    };
    // An empty list of users is a dump that has failed: like any broken file, it leaves the old one serving.
    let before = shared.now();
    if state.users.as_ref().zip(before.users.as_ref()).is_some_and(|(now, before)| now.has_lost_everybody(before)) {
        talk.say("the directory has no user any more: still serving the old files; a restart takes the new ones");
        shared.metrics.reloaded(false);
        return Done::with(watched);
    }
    if moved.is_news(Places::of(&reader.settings, &state.site.hosting)) {
        talk.say("`listen` or `metrics` has changed: that counts after a restart");
    }
    reader.forget(shared.exchange(state));
    shared.metrics.reloaded(true);
    talk.say(&format!("read again: serving {}", domains(count)));
    notify::status(&format!("serving {}", domains(count)));
    Done::with(watched)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel stamps files by a clock that is some milliseconds behind.
    #[test]
    fn a_file_that_changed_right_after_its_first_reading_is_not_taken_as_seen() {
        let read_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let seen = |changed| {
            let look = Look { modified: None, length: 1, inode: 1, changed: Some(changed) };
            seen_by(read_at, vec![Some(look)])[0].is_some()
        };
        assert!(!seen(read_at + Duration::from_millis(1)));
        assert!(!seen(read_at - Duration::from_millis(4)), "stamped a tick too early");
        assert!(seen(read_at - Duration::from_millis(50)));
    }
}
