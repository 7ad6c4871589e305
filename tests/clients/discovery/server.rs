//! The real `mailwright serve`, in the box.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server; it is stopped at the end.
pub struct Server {
    child: Child,
    folder: TempDir,
    metrics: &'static str,
}

impl Server {
    /// Serves a file. `plain` is one of its addresses, which answers plain HTTP.
    pub fn start(yaml: &str, plain: &'static str) -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("hosting.yaml");
        fs::write(&file, yaml).expect("write");
        let log = File::create(folder.path().join("log")).expect("log");
        let child = Command::new(env!("CARGO_BIN_EXE_mailwright"))
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("log"))
            .stderr(log)
            .spawn()
            .expect("mailwright");
        let server = Server { child, folder, metrics: plain };
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(plain).is_err() {
            assert!(Instant::now() < end, "the server does not listen: {}", server.log());
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// What it said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).expect("log")
    }

    /// What it said since it listens: what stands in the account file is the operator's own business.
    pub fn said_of_requests(&self) -> String {
        let log = self.log();
        let begin = log.rfind("serving ").unwrap_or(0);
        log[begin..].to_owned()
    }

    /// Its `/metrics`.
    pub fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(self.metrics).expect("the server");
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The certificate of the box and its key, for `serve.tls`.
pub fn certificate() -> (PathBuf, PathBuf) {
    let authority = std::env::var("LAB_CA").expect("LAB_CA");
    let folder = Path::new(&authority).parent().expect("a folder");
    (folder.join("server.pem"), folder.join("server.key"))
}

/// The number of a line of `/metrics`; 0 when there is none.
pub fn count(metrics: &str, name: &str) -> u64 {
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.and_then(|v| v.parse().ok()).unwrap_or(0)
}
