//! Connections to a server: so many at most, made when they are needed, used again, made anew when the server is back.
//!
//! A connection is given back only after a whole answer. One that a time-out has cut off in the middle is closed, so that
//! nobody is ever told what another one asked for. After a failure to connect no other attempt is made for a second.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::{Answer, Source};
use crate::account::{Address, Text};
use crate::problem::Place;

/// A kind of server.
pub trait Server: fmt::Debug + Send + Sync + 'static {
    /// A connection, ready to be asked.
    type Connection: Send + 'static;

    /// Makes one.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Failure>> + Send;

    /// Whether it is worth trying: not closed, and not in the middle of an answer.
    fn is_open(&self, connection: &mut Self::Connection) -> bool;

    /// Asks for the login of an address in lower case.
    fn ask(
        &self,
        connection: &mut Self::Connection,
        address: &Address,
    ) -> impl Future<Output = Result<Option<Text>, Failure>> + Send;
}

/// What went wrong.
#[derive(Debug)]
pub struct Failure {
    /// What that means.
    pub kind: Kind,
    /// What to say about it: no password is in it.
    pub words: String,
    /// The key that is to blame, where it is known.
    pub place: Option<Place>,
}

/// What a failure means.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// The server is not there, or has closed the connection.
    Gone,
    /// The server does not want this client, and will not by waiting. With the way out.
    Refused(&'static str),
    /// This question alone has no answer.
    Question,
}

impl Failure {
    /// The server is not there.
    pub fn gone(words: impl Into<String>) -> Failure {
        Failure { kind: Kind::Gone, words: words.into(), place: None }
    }

    /// The server refuses.
    pub fn refused(words: impl Into<String>, fix: &'static str) -> Failure {
        Failure { kind: Kind::Refused(fix), words: words.into(), place: None }
    }

    /// The question is to blame.
    pub fn question(words: impl Into<String>) -> Failure {
        Failure { kind: Kind::Question, words: words.into(), place: None }
    }

    /// Says which key is to blame.
    pub fn at(self, place: Option<Place>) -> Failure {
        Failure { place, ..self }
    }
}

/// A connection that was not used for so long is closed: firewalls forget it, and servers hang up.
const IDLE: Duration = Duration::from_secs(60);

/// How long no attempt to connect follows on one that failed.
const REST: Duration = Duration::from_secs(1);

/// The connections to a server.
pub struct Pool<S: Server> {
    server: S,
    places: Semaphore,
    /// The one used last is used first.
    idle: Mutex<Vec<(Instant, S::Connection)>>,
    resting: Mutex<Option<Resting>>,
}

struct Resting {
    until: Instant,
    words: String,
}

impl<S: Server> Pool<S> {
    /// No connection yet, `most` later.
    pub fn new(server: S, most: usize) -> Pool<S> {
        Pool { server, places: Semaphore::new(most), idle: Mutex::default(), resting: Mutex::default() }
    }

    /// Makes a first connection.
    pub async fn probe(&self) -> Result<(), Failure> {
        let connection = self.connect().await?;
        self.give_back(connection);
        Ok(())
    }

    async fn look_up(&self, address: &Address) -> Result<Option<Text>, Failure> {
        let _place = self.places.acquire().await.map_err(|_| Failure::gone("the server is stopping"))?;
        // A connection that was good a moment ago may have died with its server: then a new one is tried, once.
        if let Some(mut connection) = self.take() {
            match self.server.ask(&mut connection, address).await {
                Err(Failure { kind: Kind::Gone, .. }) => locked(&self.idle).clear(),
                outcome => {
                    self.give_back(connection);
                    return outcome;
                }
            }
        }
        let mut connection = self.connect().await?;
        let outcome = self.server.ask(&mut connection, address).await;
        if !matches!(outcome, Err(Failure { kind: Kind::Gone, .. })) {
            self.give_back(connection);
        }
        outcome
    }

    fn take(&self) -> Option<S::Connection> {
        let mut idle = locked(&self.idle);
        idle.retain(|(since, _)| since.elapsed() < IDLE);
        while let Some((_, mut connection)) = idle.pop() {
            if self.server.is_open(&mut connection) {
                return Some(connection);
            }
        }
        None
    }

    fn give_back(&self, mut connection: S::Connection) {
        if self.server.is_open(&mut connection) {
            locked(&self.idle).push((Instant::now(), connection));
        }
    }

    async fn connect(&self) -> Result<S::Connection, Failure> {
        if let Some(resting) = &*locked(&self.resting)
            && resting.until > Instant::now()
        {
            return Err(Failure::gone(resting.words.clone()));
        }
        // An attempt that is cut off by a time-out is a failed one.
        let mut attempt = Attempt { resting: &self.resting, words: Some("no connection in time".to_owned()) };
        let outcome = self.server.connect().await;
        attempt.words = outcome.as_ref().err().map(|f| f.words.clone());
        outcome
    }
}

struct Attempt<'a> {
    resting: &'a Mutex<Option<Resting>>,
    words: Option<String>,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        *locked(self.resting) = self.words.take().map(|words| Resting { until: Instant::now() + REST, words });
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Server> Source for Pool<S> {
    fn ask<'a>(&'a self, address: &'a Address) -> Answer<'a> {
        Box::pin(async move { self.look_up(address).await.map_err(|f| f.words) })
    }
}

impl<S: Server> fmt::Debug for Pool<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("server", &self.server).finish_non_exhaustive()
    }
}
