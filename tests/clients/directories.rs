//! Directories of users at real servers: PostgreSQL and OpenLDAP, started for one test on a port of this machine.
//!
//! What is asked: logins, people who are not there, people who try to be a query; a server that is stopped, started again,
//! or silent; one that refuses. No server outlives its test. Here is what both are asked.

mod ldap;
mod postgres;
mod relay;

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use mailwright::account::Address;
use mailwright::problem::Problem;
use mailwright::users::{Directory, Unavailable};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::Test;
use crate::lab::{self, POSTGRESQL};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("directories: PostgreSQL", &[POSTGRESQL], postgres::postgresql),
        Test::new("directories: LDAP", &["slapd"], ldap::ldap),
    ]
}

/// The password of the directory's own user; it must never be seen.
const PASSWORD: &str = "hunter2' OR \"1\"=$1 \\";
const SECRET: &str = "hunter2-0123456789abcdef";

/// What no machine is too busy for, however short the time-out that is tested: a look-up that hangs takes longer.
const BUSY: Duration = Duration::from_secs(30);

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime"))
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// Opens what an account file in that folder says.
fn open(folder: &Path, users: &str) -> Result<Directory, Box<Problem>> {
    let text = format!(
        "providers: {{ host: {{ domains: [example.org], imap: imap.example.org, smtp: smtp.example.org }} }}\n\
         serve:\n  users:\n    unknown: \"u{{digits:4}}\"\n    secret: {{ file: secret }}\n{users}\n"
    );
    fs::write(folder.join("secret"), format!("{SECRET}\n")).expect("write");
    fs::write(folder.join("password"), format!("{PASSWORD}\nnot the password\n")).expect("write");
    let reading = mailwright::read_text(folder.join("host.yaml").to_str().expect("UTF-8"), &text);
    assert!(!reading.failed(), "{users}: {:?}", reading.problems);
    let users = reading.mail.hosting.users.expect("users");
    let directory = wait(async { Directory::open(&users).await });
    assert!(!format!("{users:?}{directory:?}").contains("hunter2"), "a secret shows");
    directory
}

fn asked(directory: &Directory, who: &str) -> Result<String, String> {
    match wait(async { directory.login(&address(who)).await }) {
        Ok(login) => Ok(login.expect("known or made up").to_string()),
        Err(Unavailable(words)) => {
            let (local, _) = who.split_once('@').expect("an address");
            assert!(!words.contains("hunter2") && !words.contains(local), "{words}");
            Err(words)
        }
    }
}

/// A login of the form of all others that is none of them.
fn made_up(login: &str) -> bool {
    login.len() == 5
        && login.starts_with('u')
        && login[1..].bytes().all(|b| b.is_ascii_digit())
        && !(1..=9).any(|n| login == format!("u000{n}"))
}

/// What a directory with these people has to answer: `ada` is `u0001`, `o'neil` is `u0002`, `two` has two logins.
fn people(directory: &Directory) {
    for (who, login) in [("ada", "u0001"), ("Ada", "u0001"), ("ADA", "u0001"), ("o'neil", "u0002"), ("star*", "u0003")]
    {
        assert_eq!(asked(directory, &format!("{who}@Example.ORG")).as_deref(), Ok(login), "{who}");
    }
    let unknown = [
        "nobody",
        "two",
        "*",
        "a*",
        "ada*",
        "%",
        "_da",
        "'or'1'='1",
        "'or'1'='1'--",
        "{local}",
        "$1",
        "|uid=*",
        "&",
        "ada|",
        "ada'||'",
        "u0001",
        "jörg",
    ];
    for who in unknown {
        let login = asked(directory, &format!("{who}@example.org")).unwrap_or_else(|e| panic!("{who}: {e}"));
        assert!(made_up(&login), "{who}: {login}");
    }
    // What has brackets, blanks or a backslash is no address in the first place.
    for text in ["*)(uid=*@example.org", "' OR 1=1@example.org", "\\2a@example.org", "a\0@example.org"] {
        assert!(Address::parse(text).is_err(), "{text}");
    }
    assert!(made_up(&asked(directory, "ada@example.com").expect("an answer")));
}

/// What a refusal must look like.
fn refused(outcome: Result<Directory, Box<Problem>>, why: &str) {
    let problem = outcome.expect_err(why);
    let text = format!("{problem:?}");
    assert!(problem.code == "directory-refuses" && problem.reason.contains(why), "not {why}: {text}");
    assert!(problem.place.is_some() && !problem.help.is_empty() && !text.contains("hunter2"), "{text}");
}

/// A server comes back: until then it is unavailable, at once or in time, and afterwards it answers without being told.
fn comes_back(directory: &Directory, stop: impl FnOnce(), start: impl FnOnce()) {
    stop();
    let before = Instant::now();
    asked(directory, "ada@example.org").expect_err("there is no server");
    assert!(before.elapsed() < BUSY, "{:?}", before.elapsed());
    start();
    let before = Instant::now();
    while asked(directory, "ada@example.org").as_deref() != Ok("u0001") {
        assert!(before.elapsed() < BUSY, "it has not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server hangs: nobody waits longer than the time-out, of however many who ask.
fn hangs(directory: &Directory, stop: impl FnOnce(), go_on: impl FnOnce()) {
    stop();
    let before = Instant::now();
    wait(async {
        let mut tasks = Vec::new();
        for n in 0..200 {
            let directory = directory.clone();
            tasks.push(tokio::spawn(async move { directory.login(&address(&format!("who{n}@example.org"))).await }));
        }
        for task in tasks {
            assert!(task.await.expect("no panic").is_err());
        }
    });
    // One after the other, 200 on four connections would take 50 time-outs of three seconds.
    assert!(before.elapsed() < BUSY, "{:?}", before.elapsed());
    go_on();
    let before = Instant::now();
    while asked(directory, "ada@example.org").as_deref() != Ok("u0001") {
        assert!(before.elapsed() < BUSY, "it has not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks for so many addresses at once that every connection is needed, and gives the most that `count` has seen.
fn crowd(directory: &Directory, count: impl Fn() -> usize) -> usize {
    let tasks: Vec<_> = (0..60)
        .map(|n| {
            let directory = directory.clone();
            runtime().spawn(async move { directory.login(&address(&format!("c{n}@example.org"))).await })
        })
        .collect();
    let mut most = 0;
    while !tasks.iter().all(|t| t.is_finished()) {
        most = most.max(count());
    }
    for task in tasks {
        wait(task).expect("no panic").expect("an answer");
    }
    most
}

/// A server and what it keeps; it ends with its test.
struct Server {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Server {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().expect("a running server").id()
    }

    /// Sends a signal to the server and to the processes it has started.
    fn signal(&self, signal: &str) {
        let pid = self.pid();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for pid in children.split_whitespace().chain([pid.to_string().as_str()]) {
            // A child may have ended meanwhile.
            let _ = Command::new("kill").args([signal, pid]).stderr(Stdio::null()).status();
            let stat = format!("/proc/{pid}/stat");
            let stopped =
                || fs::read_to_string(&stat).is_ok_and(|s| s.rsplit(") ").next().is_some_and(|s| s.starts_with('T')));
            let before = Instant::now();
            while signal == "-STOP" && !stopped() && before.elapsed() < Duration::from_secs(1) {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }

    /// Ends it without a farewell.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("kill");
            child.wait().expect("wait");
        }
    }

    /// Waits until it takes connections.
    fn listens(&mut self, log: &str) {
        let before = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.child.as_mut().is_none_or(|c| c.try_wait().is_ok_and(|s| s.is_some()));
            if ended || before.elapsed() > Duration::from_secs(20) {
                panic!("it does not start: {}", fs::read_to_string(self.file(log)).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A certificate for `localhost`, and the authority that signed it.
    fn certificates(&self) {
        let made = lab::run(Command::new(lab::script("make-certs.sh")).arg(self.file("tls")).arg("localhost"));
        assert!(made.ok, "{}", made.err);
        let other = lab::run(Command::new(lab::script("make-certs.sh")).arg(self.file("other")).arg("localhost"));
        assert!(other.ok, "{}", other.err);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.signal("-CONT");
        }
        self.kill();
    }
}
