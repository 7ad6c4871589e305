//! Goldens, unmodified, in real use: in a network of its own where the lab's Dovecot and Postfix are imap.gmail.com,
//! smtp.example.test and the like. Each test has a box; this program calls itself in it to do a step.

mod goldens;
mod programs;
mod watch;

use std::fs;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;

pub use self::programs::{home_of, limited, only, send, sent_by, session, tail, with_input};
use crate::Test;
use crate::lab::{BOX, STEP, run, script};
use crate::mailbox::lab_dir;
use crate::report::Findings;

const CLIENTS: &[&str] = &[BOX, "msmtp", "mutt", "neomutt"];

/// A step: its name, what it needs, its function, and the users of its lab if they are not the usual ones.
pub struct Step {
    pub name: &'static str,
    pub needs: &'static [&'static str],
    pub run: fn(&mut Findings),
    pub users: Option<&'static str>,
    /// The DNS of its box, if it has one.
    pub zone: Option<&'static str>,
    /// For the table: who sends and fetches, and how many goldens.
    pub target: &'static str,
    pub goldens: usize,
}

/// A step with the usual users that needs the usual programs.
pub const fn step(name: &'static str, target: &'static str, goldens: usize, run: fn(&mut Findings)) -> Step {
    Step { name, needs: CLIENTS, run, users: None, zone: None, target, goldens }
}

/// All steps, here and in the modules of single programs.
fn steps() -> impl Iterator<Item = &'static Step> {
    let all: &[&'static [Step]] = &[
        goldens::STEPS,
        crate::accountrc::STEPS,
        crate::aerc::STEPS,
        crate::alpine::STEPS,
        crate::crypto::STEPS,
        crate::discovery::STEPS,
        crate::emacs::STEPS,
        crate::fetchmail::STEPS,
        crate::getmail::STEPS,
        crate::git_send_email::STEPS,
        crate::himalaya::STEPS,
        crate::imapfilter::STEPS,
        crate::isync::STEPS,
        crate::mpop::STEPS,
        crate::offlineimap::STEPS,
        crate::posting::STEPS,
        crate::relays::STEPS,
        crate::s_nail::STEPS,
        crate::swaks::STEPS,
        crate::thunderbird::STEPS,
    ];
    all.iter().copied().flatten()
}

pub fn tests() -> Vec<Test> {
    steps().map(|s| Test::new(format!("in_the_box_{}", s.name), s.needs, move || call(s))).collect()
}

/// Opens a box and does a step in it.
fn call(step: &'static Step) -> Result<(), Failed> {
    let dir = tempfile::Builder::new().prefix("mailwright-box-").tempdir()?;
    if let Some(users) = step.users {
        fs::write(dir.path().join("users.tsv"), users)?;
    }
    if let Some(zone) = step.zone {
        fs::write(dir.path().join("zone"), zone)?;
    }
    let said = run(Command::new("bash")
        .arg(script("in-gmailbox.sh"))
        .arg(dir.path())
        .arg("--")
        .arg(std::env::current_exe()?)
        .env(STEP, step.name)
        .stdin(Stdio::null()));
    let mut findings = Findings::default();
    // The step's last line says how much it compared.
    let compared = said.out.lines().last().and_then(|l| l.strip_prefix("compared ")).and_then(|n| n.parse().ok());
    findings.compared_elsewhere(compared.unwrap_or(0));
    findings.check(said.ok, || format!("{}\n{}", said.out, said.err));
    findings.finish(step.target, &format!("{}, in the box", step.name.replace('_', " ")), step.goldens)
}

/// The other side of [`call`].
pub fn in_the_box(name: &str) {
    let step = steps().find(|s| s.name == name).expect("a step of this name");
    let mut findings = Findings::default();
    (step.run)(&mut findings);
    let compared = findings.compared();
    if let Err(why) = findings.finish("", "", 0) {
        println!("{}", why.message().unwrap_or_default());
        for log in ["postfix.log", "dovecot.log"] {
            let text = fs::read_to_string(lab_dir().join(log)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            println!("--- the end of {log}:\n{}", lines[lines.len().saturating_sub(12)..].join("\n"));
        }
        std::process::exit(1);
    }
    println!("compared {compared}");
}
