//! The HTTP server: sockets, TLS, limits, reload, metrics. What is answered is [`crate::site`]'s business alone.
//!
//! Plain HTTP on this machine behind a proxy, or TLS with a certificate of one's own. Nothing is kept between requests but
//! counters, so that any number of servers with the same files give the same answers. Addresses, logins and what a client
//! sends as `Authorization` are never logged, and nobody is ever asked to log in.
//!
//! | file | holds |
//! |---|---|
//! | [`state`] | what is served at the moment, and how it is read from the files |
//! | [`reader`] | the thread that reads them |
//! | [`reload`] | when it is read again: SIGHUP, or a file has changed |
//! | [`listener`] | the accept loop, its limits, the graceful stop |
//! | [`connection`] | one request: from hyper to a question, from an answer to hyper |
//! | [`tls`] | certificates |
//! | [`validity`] | how long certificates are good, and what is said of that |
//! | [`metrics`] | counters, `/metrics` |
//! | [`client`] | which mail program a `User-Agent` is |
//! | [`notify`] | systemd is told |
//! | [`news`] | what is tried again and again is told once |
//! | [`complaint`] | what is said of a directory of users that fails |
//! | [`patience`] | clients that do not take their answers, or too slowly |

pub mod client;
mod complaint;
mod connection;
mod listener;
pub mod metrics;
mod news;
mod notify;
mod patience;
mod reader;
mod reload;
pub mod state;
mod tls;
mod validity;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::problem::{Problem, Sources};
use state::{Loaded, Refused, Shared, State};

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account files, or folders of them.
    pub files: Vec<String>,
    /// Where to listen, instead of where the files say.
    pub listen: Vec<SocketAddr>,
    /// Where `/metrics` is, instead of where the files say.
    pub metrics: Option<SocketAddr>,
    /// Sign with certificates that devices will not trust.
    pub force: bool,
    /// What standard input has said, when it has been read, which is possible once.
    pub said: Option<Arc<str>>,
}

/// Limits. They are the same everywhere: what a client does that needs more is no mail program.
pub mod limits {
    use std::time::Duration;

    /// Connections at once; the next ones get 503.
    pub const CONNECTIONS: usize = 8192;
    /// Connections that wait to be accepted; the system may allow fewer (`net.core.somaxconn`).
    pub const WAITING: u32 = 4096;
    /// For a whole request head, and for an idle connection.
    pub const HEAD: Duration = Duration::from_secs(10);
    /// For a whole request body.
    pub const BODY: Duration = Duration::from_secs(10);
    /// For a TLS handshake.
    pub const HANDSHAKE: Duration = Duration::from_secs(10);
    /// For a peer that takes nothing of an answer.
    pub const ANSWER: Duration = Duration::from_secs(30);
    /// For a peer to take a whole answer, once its buffers are full: 60 KB, more than any has, at 500 octets a second, a
    /// fifth of what GPRS does.
    pub const WHOLE_ANSWER: Duration = Duration::from_secs(120);
    /// For a profile to wait until it can be signed.
    pub const SIGNING: Duration = Duration::from_secs(5);
    /// Connections at once to the address of the metrics, which a crowd at the others must not close.
    pub const METRICS: usize = 64;
    /// How often a directory that keeps failing is spoken of.
    pub const COMPLAINT: Duration = Duration::from_secs(60);
    /// For requests under way when the server is told to stop.
    pub const STOP: Duration = Duration::from_secs(10);
    /// Octets of a request head.
    pub const HEAD_OCTETS: usize = 16 * 1024;
    /// After what time a directory of users that kept new files from being served is tried again. It doubles each time.
    pub const RETRY: Duration = Duration::from_secs(2);
    /// The longest of these times.
    pub const LONGEST_RETRY: Duration = Duration::from_secs(60);
    /// How far the clock by which Linux stamps files may be behind: a tick, of which there are 100 a second at the least
    /// (CONFIG_HZ).
    pub const STAMPS: Duration = Duration::from_millis(10);
    /// For the directory of users to answer before the server listens without it: one that is well answers at once, one
    /// that refuses mostly, too.
    pub const DIRECTORY: Duration = Duration::from_secs(1);
    /// How often files are looked at.
    pub const LOOK: Duration = Duration::from_secs(1);
}

/// Where the server listens when neither the file nor the command line says it.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// Where the server listens, and where its metrics are.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Places {
    listen: Vec<SocketAddr>,
    metrics: Option<SocketAddr>,
}

impl Places {
    /// What the command line says holds, else what the files say.
    fn of(settings: &Settings, hosting: &crate::account::Hosting) -> Places {
        let said = [&settings.listen, &hosting.listen].into_iter().find(|said| !said.is_empty());
        let listen = said.map_or_else(|| vec![LISTEN], Clone::clone);
        Places { listen, metrics: settings.metrics.or(hosting.metrics) }
    }
}

/// Whom the server talks to: the command line prints, tests collect.
pub trait Talk: Send + Sync {
    /// One line of what happens.
    fn say(&self, line: &str);
    /// What is wrong in the files.
    fn problems(&self, problems: &[Problem], sources: &Sources);
}

/// Reads the files and serves until SIGTERM or SIGINT.
///
/// # Errors
/// When an address cannot be listened on, or the runtime cannot be made; within, when the files cannot be served.
pub fn run(settings: Settings, talk: Arc<dyn Talk>) -> io::Result<Result<(), Box<Refused>>> {
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    // What a library says when it panics may hold what it was asked, so only the place is told.
    std::panic::set_hook(Box::new({
        let talk = Arc::clone(&talk);
        move |panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            talk.say(&format!("a mistake in the program, at {place}; the request is answered with 500"));
        }
    }));
    let done = runtime.block_on(serve(settings, talk));
    // A look-up that hangs in a library must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    done
}

/// Opens all that would be served, and says what is doubtful. Whether it can be served.
///
/// # Errors
/// When the runtime cannot be made.
pub fn check(loaded: Loaded, talk: &dyn Talk) -> io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let good = runtime.block_on(State::open(loaded, talk)).is_some();
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(good)
}

async fn serve(settings: Settings, talk: Arc<dyn Talk>) -> io::Result<Result<(), Box<Refused>>> {
    // Before anything is read: without a handler the signal ends the process.
    let hangup = signal(SignalKind::hangup())?;
    let mut reader = reader::Reader::start(settings)?;
    let read = reader.read(None).await;
    let loaded = match read.ok_or_else(|| io::Error::other("reading the files has failed"))? {
        Ok(loaded) => loaded,
        Err(refused) => return Ok(Err(refused)),
    };
    reader.settings.said = loaded.sources.text_of("-").map(Arc::from);
    let places = Places::of(&reader.settings, &loaded.site.hosting);
    let (watched, read_at) = (loaded.watched.clone(), loaded.read_at);
    let count = loaded.site.domains().count();
    let refused = || io::Error::other("the directory of users cannot be opened");
    let Some((state, first)) = State::begin(loaded, talk.as_ref()).await else {
        return Err(refused());
    };
    let mut first = first.map(|first| tokio::spawn(told(first, Arc::clone(&talk))));
    if let Some(asked) = &mut first
        && let Ok(good) = timeout(limits::DIRECTORY, asked).await
    {
        if !matches!(good, Ok(true)) {
            return Err(refused());
        }
        first = None;
    }
    let shared = Arc::new(Shared::new(state, places.metrics.is_some(), Arc::clone(&talk)));
    shared.opening.store(first.is_some(), Ordering::Relaxed);
    // Whoever reads that it serves may stop it.
    let stopped = stopped()?;
    let mut listeners = Vec::new();
    for address in &places.listen {
        listeners.push((listener::bind(*address)?, listener::Role::Site));
    }
    if let Some(address) = places.metrics {
        listeners.push((listener::bind(address)?, listener::Role::Metrics));
    }
    for (socket, role) in &listeners {
        let address = socket.local_addr()?;
        match role {
            listener::Role::Site => talk.say(&format!("serving {} on {address}", domains(count))),
            listener::Role::Metrics => talk.say(&format!("metrics on {address}")),
        }
    }
    if first.is_some() {
        talk.say("the directory of users has not answered yet; whoever needs it is told to come again");
    }
    let watch = reload::watch(reader, places, hangup, watched, read_at, Arc::clone(&shared), Arc::clone(&talk));
    let (stop, refusal) = oneshot::channel();
    tokio::spawn({
        let shared = Arc::clone(&shared);
        async move {
            // Files that have changed meanwhile wait: what was begun with is open or refused first.
            if let Some(asked) = first {
                if !matches!(asked.await, Ok(true)) {
                    let _ = stop.send(());
                    return;
                }
                shared.opening.store(false, Ordering::Relaxed);
            }
            notify::ready();
            watch.await;
        }
    });
    let mut is_refused = false;
    let ended = async {
        tokio::select! {
            () = stopped => {}
            Ok(()) = refusal => is_refused = true,
        }
    };
    listener::serve(listeners, shared, ended).await;
    if is_refused {
        return Err(refused());
    }
    talk.say("stopped");
    Ok(Ok(()))
}

async fn told(first: state::First, talk: Arc<dyn Talk>) -> bool {
    first.told(talk.as_ref()).await
}

/// `1 domain`, `10000 domains`.
pub fn domains(count: usize) -> String {
    if count == 1 { "1 domain".to_owned() } else { format!("{count} domains") }
}

/// When the process is told to stop.
fn stopped() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
