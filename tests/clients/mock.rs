//! A mail server on this machine that writes down how programs log in: IMAP, POP3 or SMTP, without TLS.
//!
//! It is for values that a real server cannot have as users: whatever login and password come, their bytes are kept. It
//! refuses every login at first, so that a program gives up at once; told to [`accept`](Mock::accept), it has an empty
//! mailbox and takes mail. What it speaks: RFC 3501 (and RFC 7888, 4959, 2971, 2342), RFC 1939 (2449, 5034), RFC 5321
//! (4954), as far as mail programs need it.

mod imap;
mod pop3;
mod sasl;
mod smtp;

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mailwright::account::Protocol;

/// The longest line that is taken.
const LINE: usize = 64 * 1024;
/// The longest mail that is taken.
const MAIL: usize = 16 * 1024 * 1024;
/// How long a program may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// One try to log in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The SASL mechanism; for the protocols' own commands `IMAP LOGIN` or `USER`.
    pub mechanism: String,
    /// The login.
    pub user: Vec<u8>,
    /// The password or the token; for CRAM-MD5 its digest.
    pub password: Vec<u8>,
}

/// A mail that was sent, or put into a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The envelope's sender; empty for IMAP.
    pub sender: String,
    /// The envelope's recipients; for IMAP the folder.
    pub recipients: Vec<String>,
    /// The mail itself.
    pub bytes: Vec<u8>,
}

/// What the server is told and what it was told by programs.
#[derive(Default)]
struct State {
    accept: bool,
    mechanisms: Vec<String>,
    extensions: Vec<String>,
    folders: Vec<String>,
    attempts: Vec<Attempt>,
    commands: Vec<String>,
    messages: Vec<Message>,
    open: HashMap<u64, TcpStream>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    news: Condvar,
    stop: AtomicBool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server, until it is dropped.
pub struct Mock {
    port: u16,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

impl Mock {
    /// An IMAP server with one folder, `INBOX`.
    pub fn imap() -> Mock {
        Mock::start(Protocol::Imap)
    }

    /// A POP3 server.
    pub fn pop3() -> Mock {
        Mock::start(Protocol::Pop3)
    }

    /// A submission server.
    pub fn smtp() -> Mock {
        Mock::start(Protocol::Smtp)
    }

    /// A server for a protocol.
    pub fn start(protocol: Protocol) -> Mock {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of this machine");
        let port = socket.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let listener = thread::spawn(move || listen(&socket, &theirs, protocol));
        let extensions: &[&str] = match protocol {
            Protocol::Imap => &["SASL-IR", "LITERAL+", "ID", "NAMESPACE", "UIDPLUS", "IDLE"],
            Protocol::Pop3 => &["USER", "UIDL", "TOP"],
            Protocol::Smtp => &["8BITMIME", "SMTPUTF8", "SIZE 16777216"],
        };
        Mock { port, shared, listener: Some(listener) }.mechanisms(&["PLAIN", "LOGIN"]).extensions(extensions)
    }

    /// Takes every login from now on.
    pub fn accept(self) -> Mock {
        self.shared.state().accept = true;
        self
    }

    /// Offers these SASL mechanisms instead of PLAIN and LOGIN. It knows XOAUTH2, OAUTHBEARER and CRAM-MD5, too.
    pub fn mechanisms(self, names: &[&str]) -> Mock {
        self.shared.state().mechanisms = names.iter().map(|n| (*n).to_owned()).collect();
        self
    }

    /// Announces these extensions instead of the usual ones: without `SASL-IR` there are no initial responses in IMAP.
    pub fn extensions(self, names: &[&str]) -> Mock {
        self.shared.state().extensions = names.iter().map(|n| (*n).to_owned()).collect();
        self
    }

    /// Has these IMAP folders besides `INBOX`, all empty; `/` stands between the parts of a name.
    pub fn folders(self, names: &[&str]) -> Mock {
        self.shared.state().folders = names.iter().map(|n| (*n).to_owned()).collect();
        self
    }

    /// Its port, at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The logins that were tried since this was asked last.
    pub fn logins(&self) -> Vec<Attempt> {
        std::mem::take(&mut self.shared.state().attempts)
    }

    /// The same, but waits for the first one.
    pub fn wait(&self, most: Duration) -> Vec<Attempt> {
        let end = Instant::now() + most;
        let mut state = self.shared.state();
        while state.attempts.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.shared.news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut state.attempts)
    }

    /// The mail that was taken since this was asked last.
    pub fn messages(&self) -> Vec<Message> {
        std::mem::take(&mut self.shared.state().messages)
    }

    /// The commands since this was asked last: IMAP's without tags and with literals as quoted strings. What is secret is
    /// not in them.
    pub fn commands(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.state().commands)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        for stream in self.shared.state().open.values() {
            stream.shutdown(Shutdown::Both).ok();
        }
        // The listener waits for a connection.
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok();
        if let Some(listener) = self.listener.take() {
            listener.join().ok();
        }
    }
}

fn listen(socket: &TcpListener, shared: &Arc<Shared>, protocol: Protocol) {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    for stream in socket.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(shared);
        let serve = move || {
            // A program that hangs up, or talks nonsense, is served no longer; that is no fault of the server's.
            let Ok(line) = Line::new(&stream, &shared) else { return };
            if let Ok(copy) = stream.try_clone() {
                shared.state().open.insert(number, copy);
            }
            let end = match protocol {
                Protocol::Imap => imap::serve(line),
                Protocol::Pop3 => pop3::serve(line),
                Protocol::Smtp => smtp::serve(line),
            };
            drop(end);
            stream.shutdown(Shutdown::Both).ok();
            shared.state().open.remove(&number);
        };
        thread::Builder::new().spawn(serve).ok();
    }
}

/// A connection, line by line.
struct Line<'a> {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    shared: &'a Shared,
}

impl<'a> Line<'a> {
    fn new(stream: &TcpStream, shared: &'a Shared) -> io::Result<Line<'a>> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Line { reader: BufReader::new(stream.try_clone()?), writer: stream.try_clone()?, shared })
    }

    /// A line without its end.
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.reader).take(LINE as u64).read_until(b'\n', &mut bytes)?;
        if bytes.pop() != Some(b'\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        Ok(bytes)
    }

    /// So many bytes.
    fn read_exact(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.reader).take(count.min(MAIL) as u64).read_to_end(&mut bytes)?;
        if bytes.len() == count { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// A text that a line with a single dot ends (RFC 5321, 4.5.2).
    fn read_mail(&mut self) -> io::Result<Vec<u8>> {
        let mut mail = Vec::new();
        loop {
            let line = self.read()?;
            if line == b"." {
                return Ok(mail);
            }
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            mail.extend_from_slice(b"\r\n");
            if mail.len() > MAIL {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(format!("{text}\r\n").as_bytes())
    }

    /// Writes a login down. The answer is whether it is accepted.
    fn logged_in(&self, attempt: Attempt) -> bool {
        let mut state = self.shared.state();
        state.attempts.push(attempt);
        self.shared.news.notify_all();
        state.accept
    }

    fn command(&self, text: String) {
        self.shared.state().commands.push(text);
    }

    fn message(&self, message: Message) {
        self.shared.state().messages.push(message);
    }

    fn mechanisms(&self) -> Vec<String> {
        self.shared.state().mechanisms.clone()
    }

    fn extensions(&self) -> Vec<String> {
        self.shared.state().extensions.clone()
    }
}

/// The first word in capitals, and what follows the space after it.
fn first_word(line: &[u8]) -> (String, &[u8]) {
    let end = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
    let rest = line.get(end + 1..).unwrap_or_default();
    (String::from_utf8_lossy(&line[..end]).to_uppercase(), rest)
}
