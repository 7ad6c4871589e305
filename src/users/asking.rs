//! Look-ups: one for all who ask for the same address, in a bounded time, and only so many at once.
//!
//! Look-ups belong to nobody who asks: they go on when a client hangs up, for the others and for the [`Cache`]. An answer
//! for somebody unknown is made in the same way, and at the same moment, as one for somebody who is there. Failures are not
//! remembered here.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::cache::Cache;
use super::unknown::Unknown;
use super::{LONGEST, LookUp, Source, Unavailable};
use crate::account::{Address, Text};

/// The bounds of look-ups.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long an answer is waited for, from the question to the last byte.
    pub timeout: Duration,
    /// How long it is remembered; zero for not at all.
    pub cache: Duration,
    /// Connections kept to the source.
    pub connections: usize,
}

/// Answers that are remembered.
const REMEMBERED: usize = 100_000;

/// Addresses that may be looked up or wait at once, for each connection: more than that a source does not get done within
/// its time-out, and what waits takes memory.
const WAITING: usize = 64;

type Outcome = Result<Option<Text>, Unavailable>;

/// A source with everything that stands before it.
pub struct LookUps {
    source: Arc<dyn Source>,
    unknown: Unknown,
    limits: Limits,
    state: Mutex<State>,
    started: Instant,
    handle: Handle,
}

struct State {
    cache: Cache,
    /// Those on their way.
    flying: HashMap<Address, watch::Receiver<Option<Outcome>>>,
}

impl LookUps {
    /// Look-ups on the runtime that is running.
    pub fn new(source: Arc<dyn Source>, unknown: Unknown, limits: Limits) -> LookUps {
        LookUps {
            source,
            unknown,
            limits,
            state: Mutex::new(State { cache: Cache::new(REMEMBERED), flying: HashMap::new() }),
            started: Instant::now(),
            handle: Handle::current(),
        }
    }

    /// The login of an address, or what is told of one that nobody has.
    ///
    /// # Errors
    /// When there is no answer in time, or too many wait for theirs.
    pub async fn login(self: &Arc<Self>, address: &Address) -> Outcome {
        self.look_up(address).await.login
    }

    /// The same, and whether it is remembered only.
    pub async fn look_up(self: &Arc<Self>, address: &Address) -> LookUp {
        let asked = |login| LookUp { login, remembered: false };
        let address = address.to_lower_case();
        if let Some(found) = self.source.at_once(&address) {
            return asked(Ok(self.told(&address, found)));
        }
        let mut answer = match self.find_or_start(address) {
            Ok(Step::Known(login)) => return LookUp { login: Ok(login), remembered: true },
            Ok(Step::Flying(answer)) => answer,
            Err(refused) => return asked(Err(refused)),
        };
        let outcome = answer.wait_for(Option::is_some).await;
        asked(match outcome.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            _ => Err(Unavailable("the look-up was given up".to_owned())),
        })
    }

    /// The same work for somebody who is there and for somebody who is not.
    fn told(&self, address: &Address, found: Option<Text>) -> Option<Text> {
        let unknown = self.unknown.login(address);
        found.filter(|login| login.as_str().len() <= LONGEST).or(unknown)
    }

    fn find_or_start(self: &Arc<Self>, address: Address) -> Result<Step, Unavailable> {
        let now = self.now();
        let mut state = self.state();
        if let Some(login) = state.cache.get(&address, now) {
            return Ok(Step::Known(login));
        }
        if let Some(answer) = state.flying.get(&address) {
            return Ok(Step::Flying(answer.clone()));
        }
        if state.flying.len() >= WAITING * self.limits.connections {
            return Err(Unavailable("too many look-ups wait already".to_owned()));
        }
        let (sender, receiver) = watch::channel(None);
        state.flying.insert(address.clone(), receiver.clone());
        drop(state);
        self.handle.spawn(Flight { look_ups: Arc::clone(self), address, sender, outcome: None }.run());
        Ok(Step::Flying(receiver))
    }

    fn now(&self) -> u64 {
        millis(self.started.elapsed())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LookUps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookUps").field("source", &self.source).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A look-up on its way. It lands when it is dropped, also by a source that panics, as libraries do over an answer of the
/// wrong form: the address can be asked for again, and whoever waits is told.
struct Flight {
    look_ups: Arc<LookUps>,
    address: Address,
    sender: watch::Sender<Option<Outcome>>,
    outcome: Option<Outcome>,
}

impl Flight {
    async fn run(mut self) {
        let LookUps { source, limits, .. } = &*self.look_ups;
        let outcome = match tokio::time::timeout(limits.timeout, source.ask(&self.address)).await {
            Ok(Ok(found)) => Ok(self.look_ups.told(&self.address, found)),
            Ok(Err(words)) => Err(Unavailable(without(&words, &self.address))),
            Err(_) => Err(Unavailable("no answer in time".to_owned())),
        };
        self.outcome = Some(outcome);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let Flight { look_ups, address, .. } = &*self;
        let outcome = self.outcome.clone().unwrap_or_else(|| Err(Unavailable("the look-up has broken off".to_owned())));
        let mut state = look_ups.state();
        if let (Ok(login), false) = (&outcome, look_ups.limits.cache.is_zero()) {
            let until = look_ups.now().saturating_add(millis(look_ups.limits.cache));
            state.cache.put(address, login.as_ref(), until);
        }
        state.flying.remove(address);
        drop(state);
        self.sender.send_replace(Some(outcome));
    }
}

enum Step {
    Known(Option<Text>),
    Flying(watch::Receiver<Option<Outcome>>),
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A library's words without the address: servers like to repeat what they were asked.
fn without(words: &str, address: &Address) -> String {
    let lower = words.to_ascii_lowercase();
    let parts = [address.as_str(), address.local()];
    if parts.iter().any(|part| part.len() > 2 && lower.contains(part)) {
        "an error".to_owned()
    } else {
        words.to_owned()
    }
}
