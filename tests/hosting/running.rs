//! The real `mailwright serve` as a process of its own, and a client that writes down what it gets, octet by octet.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a test waits for what has to come.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with an account file, and the server that reads it.
pub struct Running {
    folder: TempDir,
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Running {
    /// Serves a file on a free port of 127.0.0.1.
    pub fn start(yaml: &str) -> Running {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("hosting.yaml"), yaml).expect("write");
        Running::start_in(folder, |_| {}, |_| {})
    }

    /// Serves the file of a folder, by a command that is changed before; something is done to the process as soon as it is
    /// there.
    pub fn start_in(folder: TempDir, change: impl FnOnce(&mut Command), then: impl FnOnce(u32)) -> Running {
        let mut command = command(folder.path());
        change(command.args(["--listen", "127.0.0.1:0"]));
        let child = command.spawn().expect("mailwright");
        then(child.id());
        Running::spawned(folder, child)
    }

    /// Serves a file where the file says it.
    pub fn start_where_it_says(yaml: &str) -> Running {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("hosting.yaml"), yaml).expect("write");
        let child = spawn(folder.path(), &[]);
        Running::spawned(folder, child)
    }

    fn spawned(folder: TempDir, child: Child) -> Running {
        let mut running = Running { folder, child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        running.address = running.listens(0);
        running
    }

    /// A request for a path of a host.
    pub fn get(&self, host: &str, target: &str) -> Answer {
        self.ask(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
    }

    /// The account file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("hosting.yaml")
    }

    /// All that it has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).expect("log")
    }

    /// The address that it says it listens on, in what it says after `from` octets of its log.
    fn listens(&mut self, from: usize) -> SocketAddr {
        let end = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            let said = log[from..].lines().find_map(|line| line.split_once(" on ")?.1.parse().ok());
            if let Some(address) = said {
                return address;
            }
            assert!(Instant::now() < end, "it does not listen: {log}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Exchanges the account file in one step.
    pub fn replace(&self, yaml: &str) {
        let new = self.folder.path().join("new");
        fs::write(&new, yaml).expect("write");
        fs::rename(new, self.file()).expect("rename");
    }

    /// Sends a signal, `HUP` or `TERM`.
    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits until it has said something, perhaps long ago.
    pub fn wait_for(&self, words: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.log().contains(words) {
            assert!(Instant::now() < end, "{words} is not in {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The number of a line of its metrics; 0 when there is none.
    pub fn metric(&self, name: &str) -> u64 {
        let answer = self.ask(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let value = answer.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().expect("a number"))
    }

    /// Sends SIGHUP and waits until the files have been read.
    pub fn reload(&self) {
        let before = self.log().len();
        self.signal("HUP");
        let end = Instant::now() + PATIENCE;
        while !["read again: serving", "still serving"].iter().any(|said| self.log()[before..].contains(said)) {
            assert!(Instant::now() < end, "the files are not read again: {}", self.log());
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Kills it without a warning and starts it again at the same address.
    pub fn crash(&mut self) {
        self.child.kill().expect("kill");
        self.child.wait().expect("its end");
        self.child = spawn(self.folder.path(), &["--listen", &self.address.to_string()]);
        let address = self.listens(0);
        assert_eq!(address, self.address);
    }

    /// Its end, when it comes.
    pub fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a process") {
                return status;
            }
            assert!(Instant::now() < end, "it does not stop: {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The most memory that it has ever had, in KiB.
    pub fn peak(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).expect("status");
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).expect("VmHWM");
        line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
    }

    /// A connection to it.
    pub fn connect(&self) -> TcpStream {
        connect(self.address).expect("the server")
    }

    /// What it answers to these octets on a connection of their own, until it closes or says nothing for a moment.
    pub fn ask(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        // It may have closed already: what it said before that counts.
        let _ = stream.write_all(request);
        answer(&mut stream)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&request[..request.len().min(200)])))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process.
pub fn signal(process: u32, name: &str) {
    let done = Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(done.is_ok_and(|s| s.success()), "kill -s {name}");
}

fn command(folder: &Path) -> Command {
    let log = File::create(folder.join("log")).expect("log");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
    command.arg("serve").arg(folder.join("hosting.yaml"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command
}

fn spawn(folder: &Path, more: &[&str]) -> Child {
    command(folder).args(more).spawn().expect("mailwright")
}

/// A connection that gives up after a while.
pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// An answer that arrived completely.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// HTTP's status; 0 when the server closed without an answer.
    pub status: u16,
    /// Status line and headers, without `date`.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}

/// Reads one answer of a GET or POST.
///
/// # Errors
/// When the connection ends within it; one that ends before it is an answer with the status 0.
pub fn answer(stream: &mut impl Read) -> io::Result<Answer> {
    answer_of(stream, false)
}

/// Reads one answer; that of a HEAD has no body.
///
/// # Errors
/// When the connection ends within it.
pub fn answer_of(stream: &mut impl Read, head_only: bool) -> io::Result<Answer> {
    let mut head = Vec::new();
    let mut one = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut one) {
            Ok(0) if head.is_empty() => return Ok(Answer { status: 0, head: String::new(), body: Vec::new() }),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => head.push(one[0]),
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset && head.is_empty() => {
                return Ok(Answer { status: 0, head: String::new(), body: Vec::new() });
            }
            Err(e) => return Err(e),
        }
    }
    let head = String::from_utf8(head).map_err(|_| io::ErrorKind::InvalidData)?;
    let status = head.get(9..12).and_then(|s| s.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let head: String = head.lines().filter(|l| !l.starts_with("date: ")).map(|l| format!("{l}\n")).collect();
    let mut answer = Answer { status, head, body: Vec::new() };
    let length = answer.header("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    if !head_only && status != 204 {
        answer.body = vec![0; length];
        stream.read_exact(&mut answer.body)?;
    }
    Ok(answer)
}
