//! The real programs are the judges: msmtp, mutt, neomutt, Thunderbird and libplist read every golden, and what they
//! understood is held against the resolved accounts, never against the goldens themselves.
//!
//! - [`reading`]: every golden, read by its program, without any network.
//! - [`sending`]: goldens, unmodified, really send and fetch in a network of its own (`tests/lab/in-gmailbox.sh`).
//! - [`nasty`]: a thousand values full of special characters, read back by the real programs.
//!
//! A missing program is a skip, said and counted; with `MAILWRIGHT_REQUIRE_LAB=1` (`tests/run`) it is a failure.

mod accountrc;
mod cases;
mod desktops;
mod evolution;
mod lab;
mod mailbox;
mod muttrc;
mod nasty;
mod reading;
mod report;
mod sending;
mod thunderbird;

use libtest_mimic::{Arguments, Failed, Trial};

/// A test with the programs it needs.
struct Test {
    name: String,
    needs: &'static [&'static str],
    run: Box<dyn FnOnce() -> Result<(), Failed> + Send>,
}

impl Test {
    fn new(
        name: impl Into<String>,
        needs: &'static [&'static str],
        run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
    ) -> Test {
        Test { name: name.into(), needs, run: Box::new(run) }
    }
}

/// Every test; a module of a single program adds its own.
fn all() -> Vec<Test> {
    let mut all = Vec::new();
    all.extend(reading::tests());
    all.extend(sending::tests());
    all.extend(nasty::tests());
    all.extend(thunderbird::tests());
    all.extend(accountrc::tests());
    all.extend(evolution::tests());
    all.extend(desktops::tests());
    all
}

fn main() {
    // The tests that need servers call this program again, inside the box.
    if let Ok(step) = std::env::var(lab::STEP) {
        sending::in_the_box(&step);
        return;
    }
    let arguments = Arguments::from_args();
    let required = std::env::var_os("MAILWRIGHT_REQUIRE_LAB").is_some_and(|v| v == "1");
    let mut trials = Vec::new();
    let mut skipped = Vec::new();
    for test in all() {
        match lab::missing(test.needs) {
            None => trials.push(Trial::test(test.name, test.run)),
            Some(why) if required => trials.push(Trial::test(test.name, move || Err(why.into()))),
            Some(why) => {
                skipped.push(format!("SKIP {}: {why}", test.name));
                trials.push(Trial::test(test.name, || Ok(())).with_ignored_flag(true));
            }
        }
    }
    let listing = arguments.list;
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !listing {
        report::print();
        for line in &skipped {
            println!("{line}");
        }
        println!("{} skipped", skipped.len());
    }
    conclusion.exit();
}
