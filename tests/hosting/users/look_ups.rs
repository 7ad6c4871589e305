//! Look-ups over a source that is slow, broken or asked by many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mailwright::account::{Address, Decoy, Text};
use mailwright::users::asking::Limits;
use mailwright::users::unknown::Unknown;
use mailwright::users::{Answer, Directory, Source, Unavailable};

use super::{address, wait};

/// A source that counts, and is as slow as it is told; addresses that begin with `broken` fail, `nobody` is nobody's.
#[derive(Debug)]
struct Fake {
    slow: Duration,
    asked: AtomicUsize,
    finished: AtomicUsize,
}

impl Fake {
    fn new(slow: u64) -> Arc<Fake> {
        Arc::new(Fake { slow: Duration::from_millis(slow), asked: AtomicUsize::new(0), finished: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Source for Fake {
    fn ask<'a>(&'a self, address: &'a Address) -> Answer<'a> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(self.slow).await;
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
        let fake = Fake::new(50);
        let directory = Directory::over(fake.clone(), decoys(), limits(5_000, 60_000, 1));
        let mut tasks = Vec::new();
        for n in 0..1_000 {
            let directory = directory.clone();
            let who = address(if n % 2 == 0 { "ada@example.org" } else { "Ada@Example.ORG" });
            tasks.push(tokio::spawn(async move { directory.login(&who).await }));
        }
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
        let fake = Fake::new(0);
        let directory = Directory::over(fake.clone(), decoys(), limits(30_000, 1_500, 1));
        for who in ["ada@example.org", "nobody@example.org"] {
            let before = fake.asked();
            let first = directory.login(&address(who)).await.expect("an answer").expect("a login").to_string();
            assert!(first.starts_with("login-of-"), "{first}");
            for _ in 0..10 {
                let again = directory.login(&address(who)).await.expect("an answer").expect("a login");
                assert_eq!(again.as_str(), first);
            }
            assert_eq!(fake.asked(), before + 1, "{who}");
            tokio::time::sleep(Duration::from_millis(1_600)).await;
            assert_eq!(directory.login(&address(who)).await.expect("an answer").expect("a login").as_str(), first);
            assert_eq!(fake.asked(), before + 2, "{who} was remembered for too long");
        }
        // Another replica, another start: the same.
        let other = Directory::over(Fake::new(0), decoys(), limits(1_000, 0, 1));
        let who = address("nobody@example.org");
        assert_eq!(other.login(&who).await.ok(), directory.login(&who).await.ok());
    });
}

#[test]
fn without_a_pattern_somebody_unknown_is_any_user_of_the_domain() {
    wait(async {
        let directory = Directory::over(Fake::new(0), Unknown::default(), limits(1_000, 0, 1));
        assert_eq!(directory.login(&address("nobody@example.org")).await.expect("an answer"), None);
    });
}

#[test]
fn a_slow_source_is_not_waited_for() {
    wait(async {
        let fake = Fake::new(60_000);
        let directory = Directory::over(fake.clone(), decoys(), limits(200, 60_000, 1));
        let started = Instant::now();
        let Unavailable(words) = directory.login(&address("ada@example.org")).await.expect_err("too slow");
        let taken = started.elapsed();
        // The source would take a minute.
        assert!(taken >= Duration::from_millis(200) && taken < Duration::from_secs(30), "{taken:?}");
        assert_eq!(words, "no answer in time");
        // Neither is a failure remembered.
        assert!(directory.login(&address("ada@example.org")).await.is_err());
        assert_eq!((fake.asked(), fake.finished.load(Ordering::SeqCst)), (2, 0));
    });
}

#[test]
fn no_more_look_ups_wait_than_can_be_done() {
    wait(async {
        // All have asked before the first has an answer.
        let fake = Fake::new(1_500);
        let directory = Directory::over(fake.clone(), decoys(), limits(30_000, 0, 1));
        let mut tasks = Vec::new();
        for n in 0..1_000 {
            let directory = directory.clone();
            tasks.push(tokio::spawn(async move { directory.login(&address(&format!("u{n}@example.org"))).await }));
        }
        let (mut answers, mut refusals) = (0, 0);
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(_) => answers += 1,
                Err(Unavailable(words)) => {
                    assert_eq!(words, "too many look-ups wait already");
                    refusals += 1;
                }
            }
        }
        assert_eq!((answers, refusals), (64, 936));
        // Their places are free again.
        assert!(directory.login(&address("ada@example.org")).await.is_ok());
    });
}

#[test]
fn a_client_that_hangs_up_takes_nobody_with_it() {
    wait(async {
        let fake = Fake::new(1_000);
        let directory = Directory::over(fake.clone(), decoys(), limits(30_000, 60_000, 1));
        let who = address("ada@example.org");
        let gone = tokio::time::timeout(Duration::from_millis(20), directory.login(&who)).await;
        assert!(gone.is_err());
        assert!(directory.login(&who).await.is_ok());
        assert_eq!(fake.asked(), 1);
    });
}

#[test]
fn a_source_that_panics_leaves_nobody_waiting_and_no_place_taken() {
    wait(async {
        let fake = Fake::new(20);
        let directory = Directory::over(fake.clone(), decoys(), limits(5_000, 60_000, 1));
        let who = address("panics@example.org");
        for round in 1..=3 {
            let (one, other) = tokio::join!(directory.login(&who), directory.login(&who));
            for answer in [one, other] {
                assert_eq!(answer.expect_err("a panic").0, "the look-up has broken off");
            }
            assert_eq!(fake.asked(), round, "it is asked again each time");
        }
        for n in 0..8 {
            assert!(directory.login(&address(&format!("u{n}@example.org"))).await.is_ok(), "{n}");
        }
    });
}

#[test]
fn a_login_that_is_too_long_is_told_as_nobodys() {
    wait(async {
        let directory = Directory::over(Fake::new(0), decoys(), limits(5_000, 0, 1));
        let told = directory.login(&address("long@example.org")).await.expect("an answer").expect("made up");
        assert_eq!(told.as_str().len(), "login-of-1234".len());
    });
}

#[test]
fn an_error_holds_no_address() {
    wait(async {
        let directory = Directory::over(Fake::new(0), decoys(), limits(1_000, 60_000, 1));
        let Unavailable(words) = directory.login(&address("Broken.Ada@example.org")).await.expect_err("broken");
        assert!(!words.to_lowercase().contains("ada"), "{words}");
    });
}
