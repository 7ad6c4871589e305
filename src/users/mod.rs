//! Directories of users: which login an address has, where that does not follow from the address.
//!
//! Directories are asked by `serve` only, between [`crate::site::Site::read`] and [`crate::site::Site::answer`]. Whoever asks
//! the server must not learn which users exist: an address that the directory does not have gets an answer of the same form,
//! by the same way, the same one from every replica ([`unknown`]). A person's name is never looked at.
//!
//! [`csv`] reads a file (for `export`, too) and holds it in memory; [`sqlite`], [`postgres`] and [`ldap`] ask. What is asked
//! passes through [`asking`]: one look-up for all who ask for the same address, a time-out, a bound on those that wait, a
//! [`cache`]. Addresses are asked for in lower case, as Postfix and Dovecot do it.
//!
//! Where a directory gives several different logins for one address, it is treated as if it gave none: which of them is
//! meant is a guess, and a wrong one hands somebody's login to somebody else. So it is with logins of more than 255 octets,
//! and with what is no text. Blanks around a login are none of it, in every kind of directory.

pub mod asking;
pub mod cache;
pub mod csv;
mod ldap;
mod only;
mod pool;
mod postgres;
mod secret;
mod sqlite;
mod tls;
pub mod unknown;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::account::hosting::{self, Users};
use crate::account::{Address, Said, Text};
use crate::problem::{Place, Problem};
use tokio::time::error::Elapsed;

use asking::{Limits, LookUps};
use pool::{Failure, Kind, Pool};
use unknown::Unknown;

/// A directory, open. A clone is the same directory.
#[derive(Clone, Debug)]
pub struct Directory {
    look_ups: Arc<LookUps>,
    warning: Option<Arc<Problem>>,
    /// How many users are known to be in it, where that is known.
    users: Option<usize>,
}

/// Why a directory has no answer. Clients are told to come again.
#[derive(Clone, Debug)]
pub struct Unavailable(
    /// For the log: no address and no password is in it.
    pub String,
);

/// What a look-up comes to.
#[derive(Clone, Debug)]
pub struct LookUp {
    /// The login to be told.
    pub login: Result<Option<Text>, Unavailable>,
    /// It was answered earlier, and proves nothing about the directory as it is now.
    pub remembered: bool,
}

/// An answer that is on its way; what went wrong in a few words otherwise.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Option<Text>, String>> + Send + 'a>>;

/// The first connection to a directory's server, on its way: a refusal is an error, silence a warning.
pub type Probe = Pin<Box<dyn Future<Output = Result<Option<Problem>, Box<Problem>>> + Send>>;

/// What can be asked for the login of an address.
pub trait Source: fmt::Debug + Send + Sync + 'static {
    /// The answer of a source that has everything in memory; `None` where it has to be asked.
    fn at_once(&self, _address: &Address) -> Option<Option<Text>> {
        None
    }

    /// The login of an address in lower case. It may be dropped before it is there, and must leave nothing behind then.
    fn ask<'a>(&'a self, address: &'a Address) -> Answer<'a>;
}

/// The shortest that a secret for made-up logins may be: 16 characters of hexadecimal digits are 64 bits.
const SHORTEST: usize = 16;

/// The longest login, in octets; none is longer. RFC 5321 lets an address have 254.
const LONGEST: usize = 255;

/// The least time that the first connection is given: a password manager may have to wake up.
const FIRST: Duration = Duration::from_secs(5);

impl Directory {
    /// Opens a directory. Runs inside of tokio, whose runtime the look-ups stay with.
    ///
    /// A server that cannot be reached now is no error, since it may come back: see [`Directory::warning`].
    ///
    /// # Errors
    /// What is wrong with it: a file that is not there, a query that cannot be prepared, a server that refuses.
    pub async fn open(users: &Users) -> Result<Directory, Box<Problem>> {
        let (directory, probe) = Directory::begin(users).await?;
        match probe {
            Some(probe) => Ok(Directory { warning: probe.await?.map(Arc::new), ..directory }),
            None => Ok(directory),
        }
    }

    /// Opens a directory without waiting for a server's first answer, which the [`Probe`] waits for. It may be asked at once.
    ///
    /// # Errors
    /// What is wrong with it, as far as no server has to say it.
    pub async fn begin(users: &Users) -> Result<(Directory, Option<Probe>), Box<Problem>> {
        let unknown = match &users.unknown {
            Some(decoy) => Unknown::new(decoy.value.clone(), key(users).await?.as_deref()),
            None => Unknown::default(),
        };
        let limits = Limits { timeout: users.timeout, cache: users.cache, connections: usize::from(users.connections) };
        let (mut warning, mut probe, mut known) = (None, None, None);
        let source: Arc<dyn Source> = match &users.directory {
            hosting::Directory::Csv(file) => {
                let (path, place) = (file.value.clone(), file.origin.place());
                let read = move || csv::Table::read(std::path::Path::new(path.as_str()));
                let read = tokio::task::spawn_blocking(read).await.map_err(|_| stopped(users))?;
                let (table, doubt) = read.map_err(|p| Box::new(Problem { place, ..*p }))?;
                warning = doubt.map(|p| Problem { place, ..p });
                known = Some(table.len());
                Arc::new(table)
            }
            hosting::Directory::Sqlite { file, query } => {
                Arc::new(sqlite::Database::open(file, query, limits.connections, limits.timeout).await?)
            }
            hosting::Directory::Postgres { url, password, ca, query } => {
                let server = postgres::Server::new(url, password.as_ref(), ca.as_ref(), query, limits.timeout).await?;
                let pool = Arc::new(Pool::new(server, limits.connections));
                probe = Some(first(Arc::clone(&pool), url, limits.timeout));
                pool
            }
            hosting::Directory::Ldap { url, bind, password, ca, base, filter, login } => {
                let who = bind.as_ref().zip(password.as_ref());
                let server = ldap::Server::new(url, who, ca.as_ref(), base, filter, login).await?;
                let pool = Arc::new(Pool::new(server, limits.connections));
                probe = Some(first(Arc::clone(&pool), url, limits.timeout));
                pool
            }
        };
        let directory = Directory::over(source, unknown, limits);
        Ok((Directory { warning: warning.map(Arc::new), users: known, ..directory }, probe))
    }

    /// A directory over any source. Runs inside of tokio.
    pub fn over(source: Arc<dyn Source>, unknown: Unknown, limits: Limits) -> Directory {
        Directory { look_ups: Arc::new(LookUps::new(source, unknown, limits)), warning: None, users: None }
    }

    /// What is told about an address: its login, or what is told of users that are not there.
    ///
    /// # Errors
    /// When the directory does not answer in time.
    pub async fn login(&self, address: &Address) -> Result<Option<Text>, Unavailable> {
        self.look_up(address).await.login
    }

    /// The same, and whether it is remembered only.
    pub async fn look_up(&self, address: &Address) -> LookUp {
        self.look_ups.look_up(address).await
    }

    /// Whether it has no user, where the one before it had some: what writes the file has failed, most probably.
    pub fn has_lost_everybody(&self, before: &Directory) -> bool {
        self.users == Some(0) && before.users.is_some_and(|users| users > 0)
    }

    /// What was doubtful about the directory when it was opened: a server that could not be asked, where that may pass, or
    /// rows of a file that are passed over.
    pub fn warning(&self) -> Option<&Problem> {
        self.warning.as_deref()
    }
}

/// The key of made-up logins.
async fn key(users: &Users) -> Result<Option<String>, Box<Problem>> {
    let Some(said) = &users.secret else { return Ok(None) };
    let problem = |why: String| {
        Problem::error("no-secret", said.origin.place(), "the `secret` of `users` cannot be used")
            .because(why)
            .fix("`openssl rand -hex 32` makes one")
    };
    match secret::read(&said.value, FIRST).await {
        Ok(text) if text.len() < SHORTEST => {
            Err(Box::new(problem(format!("it has less than {SHORTEST} characters, and can be guessed"))))
        }
        Ok(text) => Ok(Some(text)),
        Err(why) => Err(Box::new(problem(why))),
    }
}

/// Makes the first connection of a pool: a refusal is an error, silence a warning.
fn first<S: pool::Server>(pool: Arc<Pool<S>>, url: &Said<url::Url>, timeout: Duration) -> Probe {
    let place = url.origin.place();
    Box::pin(async move {
        let outcome = tokio::time::timeout(timeout.max(FIRST), pool.probe()).await;
        told(outcome, place)
    })
}

/// What a first connection came to.
fn told(outcome: Result<Result<(), Failure>, Elapsed>, place: Option<Place>) -> Result<Option<Problem>, Box<Problem>> {
    let silent = |why: String| {
        Problem::warning("directory-unreachable", place, "the directory of users cannot be reached")
            .because(why)
            .fix("it is tried again with every question; until then clients are told to come again")
    };
    match outcome {
        Ok(Ok(())) => Ok(None),
        Ok(Err(Failure { kind: Kind::Refused(fix), words, place: at })) => Err(Box::new(
            Problem::error("directory-refuses", at.or(place), "the directory of users refuses").because(words).fix(fix),
        )),
        Ok(Err(Failure { words, .. })) => Ok(Some(silent(words))),
        Err(_) => Ok(Some(silent("no answer in time".to_owned()))),
    }
}

fn stopped(users: &Users) -> Box<Problem> {
    unreadable(users.place, "the server is stopping".to_owned())
}

/// A file or a query that cannot be used.
fn unreadable(place: impl Into<Option<Place>>, why: String) -> Box<Problem> {
    Box::new(
        Problem::error("no-directory", place, "this directory of users cannot be opened")
            .because(why)
            .fix("mend it, or name another one"),
    )
}
