//! `apply` and the layouts, judged by the programs: what they read from a home directory, or from what stow has linked.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, Home, run};
use crate::muttrc;
use crate::report::Findings;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new(
            "mutt_and_msmtp_read_what_apply_writes_beside_the_users_settings",
            &["mutt", "msmtp", lab::PRIVATE],
            beside,
        ),
        Test::new("stow_links_a_layout_that_msmtp_reads", &["stow", "msmtp"], stow),
    ]
}

/// Our program, in a home directory.
fn mailwright(home: &Home) -> Command {
    // Cargo builds it beside the tests.
    home.command(env!("CARGO_BIN_EXE_mailwright"))
}

fn beside() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let case = Case::named("dotfile-keeper");
    let home = Home::of(case.accounts());
    let file = case.folder.join("account.yaml");
    lab::write_private(&home.path().join(".config/mutt/muttrc"), b"set editor=\"my own editor\"\nset sort=threads\n");
    lab::write_private(
        &home.path().join(".config/msmtp/config"),
        b"account mine\nhost mine.example\nfrom me@mine.example\n",
    );
    for round in 0..2 {
        let said = run(mailwright(&home).args(["apply", "-t", "mutt,msmtp"]).arg(&file));
        findings.check(said.ok, || format!("apply, round {round}: {}", said.err));
        let settings = muttrc::read("mutt", &home, &home.path().join(".config/mutt/muttrc"))?;
        for (name, want) in [("editor", "my own editor"), ("sort", "threads"), ("from", "alice@example.test")] {
            findings.same(name, settings.get(name).map(String::as_str), Some(want));
        }
        for (account, host) in [("mine", "mine.example"), ("gmail", "smtp.gmail.com"), ("alice", "smtp.example.test")] {
            // It finds the file by itself.
            let said = run(home.command("msmtp").args(["--pretend", "-a", account]));
            findings.check(said.ok && said.out.contains(&format!("host = {host}\n")), || {
                format!("msmtp -a {account}: {}{}", said.out, said.err)
            });
        }
    }
    let said = run(mailwright(&home).args(["diff", "-t", "mutt,msmtp"]).arg(&file));
    findings.check(said.ok, || format!("diff: {}{}", said.out, said.err));
    findings.finish("msmtp, mutt", "what apply writes beside the user's settings", 1)
}

fn stow() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let case = Case::named("dotfile-keeper");
    let home = Home::of(case.accounts());
    let file = case.folder.join("account.yaml");
    let said =
        run(mailwright(&home).args(["generate", "--layout", "stow", "-t", "msmtp,mutt", "-o", "dotfiles"]).arg(&file));
    findings.check(said.ok, || said.err.clone());
    let said = run(home.command("stow").args(["-d", "dotfiles", "-t", ".", "msmtp", "mutt"]));
    findings.check(said.ok, || format!("stow: {}{}", said.out, said.err));
    let said = run(home.command("msmtp").args(["--pretend", "-a", "alice"]));
    findings.check(said.out.contains("host = smtp.example.test\n"), || format!("msmtp: {}{}", said.out, said.err));
    // Now stow keeps the files, and says so by its links.
    let linked = |path: &Path| path.ancestors().any(|p| fs::symlink_metadata(p).is_ok_and(|m| m.is_symlink()));
    let config = home.path().join(".config/msmtp/config");
    findings.check(linked(&config), || "stow made no link".into());
    let before = fs::read(&config)?;
    run(mailwright(&home).args(["apply", "-t", "msmtp"]).arg(&file));
    findings.check(linked(&config), || "apply has replaced stow's link".into());
    findings.check(before == fs::read(home.path().join("dotfiles/msmtp/.config/msmtp/config"))?, || {
        "apply has written into stow's package".into()
    });
    findings.finish("msmtp", "what stow links, by generate --layout stow", 1)
}
