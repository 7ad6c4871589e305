//! A program at a terminal: what it shows, and keys for it.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::lab::Home;

/// A program that runs at a terminal of its own; gone when this is.
pub struct Terminal {
    child: Child,
    keyboard: Option<ChildStdin>,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Starts a line for `sh`; `unshare` with `--net` as the launcher takes the network away.
    pub fn start(home: &Home, launcher: &[&str], line: &str) -> Terminal {
        let mut words = launcher.iter().chain(&["script"]);
        let mut command = home.command(words.next().expect("a word"));
        command.args(words).args(["-qec", &format!("stty cols 160 rows 50; {line}"), "/dev/null"]);
        let mut child = command
            .env("XDG_RUNTIME_DIR", home.path())
            .env("EDITOR", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("script");
        let shown = Arc::new(Mutex::new(Vec::new()));
        let mut output = child.stdout.take().expect("piped");
        let sink = Arc::clone(&shown);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n) = output.read(&mut bytes) {
                if n == 0 {
                    break;
                }
                sink.lock().expect("no panics in here").extend_from_slice(&bytes[..n]);
            }
        });
        let keyboard = child.stdin.take();
        Terminal { child, keyboard, shown }
    }

    /// All that was shown, control characters among it.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("no panics in here")).into_owned()
    }

    /// Waits, for some seconds at most, until something is so.
    pub fn wait(&mut self, seconds: u64, mut until: impl FnMut(&str) -> bool) -> bool {
        let begin = Instant::now();
        loop {
            if until(&self.shown()) {
                return true;
            }
            if begin.elapsed() > Duration::from_secs(seconds) || !matches!(self.child.try_wait(), Ok(None)) {
                return until(&self.shown());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        if let Some(keyboard) = &mut self.keyboard {
            // Whoever has ended reads nothing any more.
            let _ = keyboard.write_all(keys.as_bytes()).and_then(|()| keyboard.flush());
        }
    }

    /// Types, and waits until the program has ended.
    pub fn end(mut self, keys: &str) -> String {
        self.keys(keys);
        self.wait(5, |_| false);
        self.shown()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The terminal goes with its owner, and with the terminal what runs at it. A launcher would leave both.
        let _ =
            Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}
