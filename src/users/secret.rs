//! The secrets of a directory, read from where the account file says they are, each time that one is needed: a password
//! that is changed works with the next connection.
//!
//! No message here holds a secret, or anything that a command has printed; what it prints as an error goes nowhere, since
//! the server's journal would keep it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::account::Secret;

/// The longest first line that is read.
const LONGEST: u64 = 64 * 1024;

/// Reads a secret: the first line, without its line feed.
///
/// # Errors
/// Why there is none, in a few words.
pub async fn read(secret: &Secret, timeout: Duration) -> Result<String, String> {
    let text = match secret {
        Secret::Literal(hidden) => hidden.reveal().to_owned(),
        Secret::Env(name) => std::env::var(name.as_str()).map_err(|_| format!("the variable {name} is not set"))?,
        Secret::File(path) => {
            let name = path.as_str().to_owned();
            let read = move || {
                let file = std::fs::File::open(&name).map_err(|e| format!("{name}: {e}"))?;
                first_line(file).map_err(|e| format!("{name}: {e}"))
            };
            tokio::task::spawn_blocking(read).await.map_err(|_| STOPPING.to_owned())??
        }
        Secret::Command(command) => {
            let argv = command.argv();
            tokio::task::spawn_blocking(move || run(&argv, timeout)).await.map_err(|_| STOPPING.to_owned())??
        }
        Secret::Prompt | Secret::Keyring { .. } => return Err("nobody is there to be asked".to_owned()),
    };
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(text) }
}

const STOPPING: &str = "the server is stopping";

fn first_line(input: impl Read) -> std::io::Result<String> {
    let mut line = String::new();
    BufReader::new(input.take(LONGEST)).read_line(&mut line)?;
    line.truncate(line.trim_end_matches(['\n', '\r']).len());
    Ok(line)
}

/// Runs a command for its first line; it is ended when it takes too long.
fn run(argv: &[String], timeout: Duration) -> Result<String, String> {
    let (program, arguments) = argv.split_first().ok_or("the command is empty")?;
    let deadline = Instant::now() + timeout;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("the command does not run: {e}"))?;
    let (sender, line) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        // What it has started may keep its output open: nobody waits for the end of this thread.
        std::thread::spawn(move || sender.send(first_line(output)));
    }
    let line = line.recv_timeout(timeout);
    // The output is closed behind the first line; a command that goes on printing ends by that.
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => break None,
        }
    };
    let Some(status) = status else {
        // Both fail only for a child that has ended meanwhile.
        let _ = child.kill();
        let _ = child.wait();
        return Err("the command does not end".to_owned());
    };
    match line {
        Ok(Ok(line)) if status.success() || (is_closed_pipe(status) && !line.is_empty()) => Ok(line),
        Ok(Err(error)) => Err(format!("the command's output cannot be read: {error}")),
        _ => Err(format!("the command fails: {status}")),
    }
}

/// SIGPIPE, as it is or as a shell reports it: a program that printed more than its first line.
fn is_closed_pipe(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(13) {
        return true;
    }
    status.code() == Some(128 + 13)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Command as Line, Text};

    fn said(line: &str, timeout: u64) -> Result<String, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        let secret = Secret::Command(Line::Shell(Text::new(line).expect("text")));
        runtime.block_on(read(&secret, Duration::from_millis(timeout)))
    }

    #[test]
    fn the_first_line_of_a_command() {
        assert_eq!(said("echo hunter2; echo not the password", 5_000), Ok("hunter2".into()));
        // As with `yes | head`: a program that is stopped by a closed pipe has said its first line.
        assert_eq!(said("yes hunter2", 5_000), Ok("hunter2".into()));
        for line in ["echo hunter2; exit 3", "echo hunter2 >&2; exit 1", "true", "no-such-program-hunter2"] {
            let error = said(line, 5_000).expect_err(line);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_a_command_prints_as_an_error_stays_out_of_the_journal() {
        assert_eq!(said("test /dev/stderr -ef /dev/null && echo nowhere", 5_000), Ok("nowhere".into()));
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let started = Instant::now();
        assert_eq!(said("sleep 20", 200), Err("the command does not end".into()));
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}
