//! When the files are read again: at SIGHUP, and when one of them has changed.
//!
//! The new files are checked first. Broken ones leave the old ones serving, and their problems are said once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use super::state::{Shared, State, load};
use super::{Settings, Talk, domains, limits, notify};

/// What a file looks like from outside. Kubernetes exchanges links, editors exchange files: the inode tells.
#[derive(Clone, PartialEq, Eq)]
struct Look {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

fn look(paths: &[PathBuf]) -> Vec<Option<Look>> {
    paths
        .iter()
        .map(|path| {
            use std::os::unix::fs::MetadataExt;
            let about = std::fs::metadata(path).ok()?;
            Some(Look { modified: about.modified().ok(), length: about.len(), inode: about.ino() })
        })
        .collect()
}

pub(super) async fn watch(settings: Settings, mut watched: Vec<PathBuf>, shared: Arc<Shared>, talk: Arc<dyn Talk>) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    let mut ticks = interval(limits::LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut served = look_in_time(&watched).await;
    // What the files looked like a moment ago: a file that is still being written is left alone.
    let mut before = served.clone();
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
        served = now;
        if let Some(again) = read_again(&settings, &shared, &talk).await {
            watched = again;
            served = look_in_time(&watched).await;
            before.clone_from(&served);
        }
    }
}

/// A disk may hang; requests must not.
async fn look_in_time(watched: &[PathBuf]) -> Vec<Option<Look>> {
    let paths = watched.to_vec();
    tokio::task::spawn_blocking(move || look(&paths)).await.unwrap_or_default()
}

async fn read_again(settings: &Settings, shared: &Shared, talk: &Arc<dyn Talk>) -> Option<Vec<PathBuf>> {
    let (files, force) = (settings.files.clone(), settings.force);
    notify::status("reading the files again");
    let loaded = tokio::task::spawn_blocking(move || load(&files, force)).await.ok()?;
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(refused) => {
            talk.problems(&refused.problems, &refused.sources);
            talk.say("the new files are wrong: still serving the old ones");
            shared.metrics.reloaded(false);
            return None;
        }
    };
    let watched = loaded.watched.clone();
    let count = loaded.site.domains().count();
    let Some(state) = State::open(loaded, talk.as_ref()).await else {
        talk.say("the directory of users cannot be opened: still serving the old files");
        shared.metrics.reloaded(false);
        return None;
    };
    shared.exchange(state);
    shared.metrics.reloaded(true);
    talk.say(&format!("read again: serving {}", domains(count)));
    notify::status(&format!("serving {}", domains(count)));
    Some(watched)
}
