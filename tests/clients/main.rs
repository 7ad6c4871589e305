//! The real programs are the judges: msmtp, mutt, neomutt, Thunderbird and libplist read every golden, and what they
//! understood is held against the resolved accounts, never against the goldens themselves.
//!
//! - [`reading`]: every golden, read by its program, without any network.
//! - [`sending`]: goldens, unmodified, really send and fetch in a network of its own (`tests/lab/in-gmailbox.sh`).
//! - [`discovery`]: real clients look their account up at a running `mailwright serve`.
//! - [`nasty`]: a thousand values full of special characters, read back by the real programs.
//! - [`zones`]: real DNS servers load the records of `dns`, and are asked for them.
//! - [`readers`]: the strictest parsers of other people's read what is published.
//! - [`logins`]: logins and passwords of that kind, as they arrive at a server.
//!
//! A missing program is a skip, said and counted; with `MAILWRIGHT_REQUIRE_LAB=1` (`tests/run`) it is a failure. One that
//! has to be built first is a failure only with `MAILWRIGHT_REQUIRE_FULL=1` (`tests/run --full`).

mod accountrc;
mod aerc;
mod alot;
mod alpine;
mod applications;
mod autodiscover;
mod cases;
mod check_url;
mod crypto;
mod desktops;
mod directories;
mod discovery;
mod emacs;
mod evolution;
mod fetching;
mod fetchmail;
mod getmail;
mod git_send_email;
mod goimapnotify;
mod himalaya;
mod home;
mod imapfilter;
mod index;
mod isync;
mod lab;
mod logins;
mod mailbox;
mod meli;
// What it can do is for the tests of many programs.
#[allow(dead_code)]
mod mock;
mod mpop;
mod muttrc;
mod nasty;
mod offlineimap;
mod packaging;
mod pages;
mod paths;
mod posting;
mod predicting;
mod readers;
mod reading;
mod relays;
mod report;
mod s_nail;
mod scripts;
mod secure;
mod sending;
mod settings;
mod signing;
mod swaks;
mod terminal;
mod thunderbird;
mod values;
mod vdirsyncer;
mod webserver;
mod webservers;
mod zones;

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
    all.extend(home::tests());
    all.extend(sending::tests());
    all.extend(nasty::tests());
    all.extend(applications::tests());
    all.extend(posting::tests());
    all.extend(isync::tests());
    all.extend(offlineimap::tests());
    all.extend(getmail::tests());
    all.extend(fetchmail::tests());
    all.extend(imapfilter::tests());
    all.extend(goimapnotify::tests());
    all.extend(vdirsyncer::tests());
    all.extend(secure::tests());
    all.extend(paths::tests());
    all.extend(crypto::tests());
    all.extend(emacs::tests());
    all.extend(index::tests());
    all.extend(aerc::tests());
    all.extend(himalaya::tests());
    all.extend(s_nail::tests());
    all.extend(alpine::tests());
    all.extend(meli::tests());
    all.extend(alot::tests());
    all.extend(logins::tests());
    all.extend(mpop::tests());
    all.extend(git_send_email::tests());
    all.extend(swaks::tests());
    all.extend(relays::tests());
    all.extend(thunderbird::tests());
    all.extend(autodiscover::tests());
    all.extend(predicting::tests());
    all.extend(check_url::tests());
    all.extend(accountrc::tests());
    all.extend(evolution::tests());
    all.extend(desktops::tests());
    all.extend(zones::tests());
    all.extend(readers::tests());
    all.extend(directories::tests());
    all.extend(signing::tests());
    all.extend(webservers::tests());
    all.extend(packaging::tests());
    all.extend(pages::tests());
    all.extend(scripts::tests());
    all
}

fn main() {
    // The tests that need servers call this program again, inside the box.
    if let Ok(step) = std::env::var(lab::STEP) {
        sending::in_the_box(&step);
        return;
    }
    let arguments = Arguments::from_args();
    let on = |name: &str| std::env::var_os(name).is_some_and(|v| v == "1");
    let (lab, full) = (on("MAILWRIGHT_REQUIRE_LAB"), on("MAILWRIGHT_REQUIRE_FULL"));
    let mut trials = Vec::new();
    let mut skipped = Vec::new();
    for test in all() {
        let required = lab && (full || !test.needs.iter().any(|n| lab::is_full(n)));
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
        let whole = arguments.filter.is_none() && arguments.skip.is_empty() && !conclusion.has_failed();
        if whole && skipped.is_empty() {
            let wrong = report::complete();
            if !wrong.is_empty() {
                eprintln!("{}", wrong.join("\n"));
                std::process::exit(101);
            }
        }
    }
    conclusion.exit();
}
