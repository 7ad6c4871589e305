//! Look-ups over a source that is slow, broken or asked by many at once.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use mailwright::account::{Address, Decoy, Text};
use mailwright::users::asking::Limits;
use mailwright::users::unknown::Unknown;
use mailwright::users::{Answer, Directory, Source, Unavailable};
use tokio::sync::Semaphore;

use super::{address, wait};

/// Longer than any machine is busy: what takes longer hangs.
const LONG: Duration = Duration::from_secs(60);

/// A source that counts, and answers as many as it may; addresses that begin with `broken` fail, `nobody` is nobody's.
/// Nothing depends on how fast a machine is.
#[derive(Debug)]
struct Fake {
    may_answer: Semaphore,
    asked: AtomicUsize,
    finished: AtomicUsize,
}

impl Fake {
    /// One that answers at once.
    fn new() -> Arc<Fake> {
        Fake::answering(Semaphore::MAX_PERMITS)
    }

    /// One that answers so many, and holds the others until it may answer more.
    fn answering(count: usize) -> Arc<Fake> {
        let may_answer = Semaphore::new(count);
        Arc::new(Fake { may_answer, asked: AtomicUsize::new(0), finished: AtomicUsize::new(0) })
    }

    fn may_answer(&self, more: usize) {
        self.may_answer.add_permits(more);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Source for Fake {
    fn ask<'a>(&'a self, address: &'a Address) -> Answer<'a> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.may_answer.acquire().await.expect("never closed").forget();
            self.finished.fetch_add(1, Ordering::SeqCst);
            match address.local() {
                "panics" => panic!("an answer of the wrong form"),
                "long" => Ok(Text::new(&"u".repeat(256)).ok()),
                who if who.starts_with("broken") => Err(format!("no such value: {address}")),
                "nobody" => Ok(None),
                who => Ok(Text::new(&format!("login-of-{who}")).ok()),
            }
        })
    }
}

fn limits(timeout: u64, cache: u64, connections: usize) -> Limits {
    Limits { timeout: Duration::from_millis(timeout), cache: Duration::from_millis(cache), connections }
}

fn decoys() -> Unknown {
    Unknown::new(Decoy::parse("login-of-{letters:4}").expect("pattern"), Some("0123456789abcdef"))
}

#[test]
fn a_thousand_who_ask_for_one_address_share_one_look_up() {
    wait(async {
        let fake = Fake::answering(0);
        // Nothing is remembered: what is shared is the look-up.
        let directory = Directory::over(fake.clone(), decoys(), limits(60_000, 0, 1));
        let mut tasks = Vec::new();
        let started = Arc::new(AtomicUsize::new(0));
        for n in 0..1_000 {
            let (directory, started) = (directory.clone(), Arc::clone(&started));
            let who = address(if n % 2 == 0 { "ada@example.org" } else { "Ada@Example.ORG" });
            tasks.push(tokio::spawn(async move {
                let mut login = std::pin::pin!(directory.login(&who));
                // Polled once, it has asked.
                poll_fn(|context| {
                    assert!(login.as_mut().poll(context).is_pending());
                    Poll::Ready(())
                })
                .await;
                started.fetch_add(1, Ordering::SeqCst);
                login.await
            }));
        }
        while started.load(Ordering::SeqCst) < 1_000 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        fake.may_answer(1);
        for task in tasks {
            let login = task.await.expect("no panic").expect("an answer");
            assert_eq!(login.map(|l| l.to_string()).as_deref(), Some("login-of-ada"));
        }
        assert_eq!(fake.asked(), 1);
    });
}

#[test]
fn known_and_unknown_users_are_remembered_alike() {
    wait(async {
        let fake = Fake::new();
        let directory = Directory::over(fake.clone(), decoys(), limits(60_000, 60_000, 1));
        for who in ["ada@example.org", "nobody@example.org"] {
            let before = fake.asked();
            let first = directory.login(&address(who)).await.expect("an answer").expect("a login").to_string();
            assert!(first.starts_with("login-of-"), "{first}");
            for _ in 0..10 {
                let again = directory.look_up(&address(who)).await;
                assert!(again.remembered, "{who}");
                assert_eq!(again.login.expect("an answer").expect("a login").as_str(), first);
            }
            assert_eq!(fake.asked(), before + 1, "{who}");
        }
        // Another replica, another start: the same.
        let other = Directory::over(Fake::new(), decoys(), limits(60_000, 0, 1));
        let who = address("nobody@example.org");
        assert_eq!(other.login(&who).await.ok(), directory.login(&who).await.ok());
    });
}

#[test]
fn nobody_is_remembered_for_too_long() {
    wait(async {
        let fake = Fake::new();
        let directory = Directory::over(fake.clone(), decoys(), limits(60_000, 1, 1));
        for (number, who) in ["ada@example.org", "nobody@example.org"].iter().enumerate() {
            for round in 1..=2 {
                let look_up = directory.look_up(&address(who)).await;
                assert!(look_up.login.is_ok() && !look_up.remembered, "{who}");
                assert_eq!(fake.asked(), number * 2 + round, "{who}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
}

#[test]
fn without_a_pattern_somebody_unknown_is_any_user_of_the_domain() {
    wait(async {
        let directory = Directory::over(Fake::new(), Unknown::default(), limits(60_000, 0, 1));
        assert_eq!(directory.login(&address("nobody@example.org")).await.expect("an answer"), None);
    });
}

#[test]
fn a_slow_source_is_not_waited_for() {
    wait(async {
        let fake = Fake::answering(0);
        let directory = Directory::over(fake.clone(), decoys(), limits(200, 60_000, 1));
        let started = Instant::now();
        let Unavailable(words) = directory.login(&address("ada@example.org")).await.expect_err("too slow");
        let taken = started.elapsed();
        assert!(taken >= Duration::from_millis(200) && taken < LONG, "{taken:?}");
        assert_eq!(words, "no answer in time");
        // Neither is a failure remembered.
        assert!(directory.login(&address("ada@example.org")).await.is_err());
        assert_eq!((fake.asked(), fake.finished.load(Ordering::SeqCst)), (2, 0));
    });
}

#[test]
fn no_more_look_ups_wait_than_can_be_done() {
    wait(async {
        let fake = Fake::answering(0);
        let directory = Directory::over(fake.clone(), decoys(), limits(60_000, 0, 1));
        let (said, mut told) = tokio::sync::mpsc::unbounded_channel();
        for n in 0..1_000 {
            let (directory, said) = (directory.clone(), said.clone());
            tokio::spawn(async move { said.send(directory.login(&address(&format!("u{n}@example.org"))).await) });
        }
        for n in 0..1_000 {
            let answer = tokio::time::timeout(LONG, told.recv()).await;
            let answer = answer.unwrap_or_else(|_| panic!("nothing is told after {n} answers")).expect("an answer");
            match answer {
                Ok(_) => assert!(n >= 936, "an answer after {n} refusals"),
                Err(Unavailable(words)) => {
                    assert_eq!((n < 936, words.as_str()), (true, "too many look-ups wait already"))
                }
            }
            if n + 1 == 936 {
                fake.may_answer(65);
            }
        }
        // Their places are free again.
        assert!(directory.login(&address("ada@example.org")).await.is_ok());
    });
}

#[test]
fn a_client_that_hangs_up_takes_nobody_with_it() {
    wait(async {
        let fake = Fake::answering(0);
        let directory = Directory::over(fake.clone(), decoys(), limits(60_000, 60_000, 1));
        let who = address("ada@example.org");
        let gone = tokio::time::timeout(Duration::from_millis(20), directory.login(&who)).await;
        assert!(gone.is_err());
        fake.may_answer(1);
        assert!(directory.login(&who).await.is_ok());
        assert_eq!(fake.asked(), 1);
    });
}

#[test]
fn a_source_that_panics_leaves_nobody_waiting_and_no_place_taken() {
    wait(async {
        let fake = Fake::answering(0);
        let directory = Directory::over(fake.clone(), decoys(), limits(60_000, 60_000, 1));
        let who = address("panics@example.org");
        for round in 1..=3 {
            // Asked in this order, so that both wait for one look-up.
            let (one, other, ()) =
                tokio::join!(biased; directory.login(&who), directory.login(&who), async { fake.may_answer(1) });
            for answer in [one, other] {
                assert_eq!(answer.expect_err("a panic").0, "the look-up has broken off");
            }
            assert_eq!(fake.asked(), round, "it is asked again each time");
        }
        fake.may_answer(8);
        for n in 0..8 {
            assert!(directory.login(&address(&format!("u{n}@example.org"))).await.is_ok(), "{n}");
        }
    });
}

#[test]
fn a_login_that_is_too_long_is_told_as_nobodys() {
    wait(async {
        let directory = Directory::over(Fake::new(), decoys(), limits(60_000, 0, 1));
        let told = directory.login(&address("long@example.org")).await.expect("an answer").expect("made up");
        assert_eq!(told.as_str().len(), "login-of-1234".len());
    });
}

#[test]
fn an_error_holds_no_address() {
    wait(async {
        let directory = Directory::over(Fake::new(), decoys(), limits(60_000, 60_000, 1));
        let Unavailable(words) = directory.login(&address("Broken.Ada@example.org")).await.expect_err("broken");
        assert!(!words.to_lowercase().contains("ada"), "{words}");
    });
}
