//! A watch on the command lines of all processes: no password may ever stand in one.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Looks at the command lines of all processes until it is dropped.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<BTreeSet<String>>>,
}

impl Watch {
    pub fn start(secret: &'static str) -> Watch {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut found = BTreeSet::new();
            while !seen.load(Ordering::Relaxed) {
                for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
                    let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                    let line = String::from_utf8_lossy(&line).replace('\0', " ");
                    if line.contains(secret) {
                        found.insert(line);
                    }
                }
                thread::sleep(std::time::Duration::from_millis(1));
            }
            found
        });
        Watch { stop, thread: Some(thread) }
    }

    pub fn end(mut self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().expect("started").join().expect("the watch")
    }
}
