//! Web servers that tests start: nginx, Caddy, Apache; and a client that asks them.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// A web server that ends with its test.
pub struct Server {
    pub name: &'static str,
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM, so that it ends its workers as well.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Server {
    pub fn start(name: &'static str, port: u16, command: &mut Command, log: &Path) -> Server {
        let output = fs::File::create(log).expect("log");
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("log"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let mut server = Server { name, child, port };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.child.try_wait().expect("state").is_some();
            let said = || fs::read_to_string(log).unwrap_or_default();
            assert!(!ended && begin.elapsed() < Duration::from_secs(20), "{name} does not come up:\n{}", said());
            std::thread::sleep(Duration::from_millis(30));
        }
        server
    }

    /// Asks as HTTP/1.0 does, so that bodies are never chunked.
    pub fn ask(&self, method: &str, host: &str, target: &str, more: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("timeout");
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        write!(stream, "{method} {target} HTTP/1.0\r\nHost: {host}\r\n{length}{more}\r\n{body}").expect("asked");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        Reply { status, head, body: bytes.get(end + 4..).unwrap_or_default().to_vec() }
    }
}

/// What a web server answered.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|l| l.split_once(": "));
        lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A port that nobody listens on, below those that the kernel gives to connections, and never the same one twice: between
/// now and the server's start somebody else's connection could have it.
pub fn free_port() -> u16 {
    const PORTS: std::ops::Range<u16> = 12_000..32_000;
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    // Other tests may run beside these, and each starts somewhere else.
    let first = (std::process::id() % u32::from(PORTS.end - PORTS.start)) as u16;
    let next = || PORTS.start + GIVEN.fetch_add(1, Ordering::Relaxed).wrapping_add(first) % (PORTS.end - PORTS.start);
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(next).take(1_000).find(free).expect("a port")
}

/// Writes an exported file with changes to another place; each change must find something.
pub fn edited(tree: &Path, name: &str, changes: &[(&str, String)]) -> String {
    let mut text = fs::read_to_string(tree.join(name)).expect("exported");
    for (from, to) in changes {
        assert!(text.contains(from), "{name} has no `{from}`");
        text = text.replace(from, to);
    }
    text
}

/// A configuration that its program takes without a warning.
pub fn accepted(said: &crate::lab::Said, what: &str) {
    assert!(said.ok && !said.err.contains("warn]"), "{what}: {}{}", said.out, said.err);
}
