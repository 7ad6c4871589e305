//! Runs that are killed, and runs at the same time.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::{Home, MUTTRC, accounts};

#[test]
fn two_runs_at_a_time_do_not_mix() {
    let home = Home::new();
    home.write("mail.yaml", accounts(&["ada", "eve"]));
    let runs: Vec<_> = (0..8)
        .map(|_| {
            let mut command = home.command(&["apply", "mail.yaml"]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("runs")
        })
        .collect();
    let codes: Vec<_> = runs.into_iter().map(|mut r| r.wait().expect("ends").code()).collect();
    assert!(codes.iter().all(|c| matches!(c, Some(0 | 3))) && codes.contains(&Some(0)), "{codes:?}");
    assert!(home.run(&["diff", "mail.yaml"]).status.success());
}

/// Killed hundreds of times, at every stage: each file is the old one or the new one, whole; nothing of the user's is
/// lost; and the next run finds its way.
#[test]
fn a_killed_run_leaves_every_file_whole() {
    let home = Home::new();
    let users = "set editor=vim\n";
    home.write(MUTTRC, users);
    let versions: [(&str, String); 2] =
        ["0", "1"].map(|v| (v, accounts(&["ada", "eve", "joe", "sam"]).replace("mail/", &format!("mail{v}/"))));
    // What each version writes, and how long it takes.
    let mut expected: Vec<Vec<(String, Vec<u8>)>> = Vec::new();
    let mut slowest = Duration::ZERO;
    for (_, text) in &versions {
        home.write("mail.yaml", text);
        let begin = Instant::now();
        home.apply(&[]);
        slowest = slowest.max(begin.elapsed());
        expected.push(home.everything(".config"));
    }
    assert_ne!(expected[0], expected[1]);
    let rounds = 400;
    let (mut killed, mut between) = (0, 0);
    for round in 0..rounds {
        home.write("mail.yaml", &versions[round % 2].1);
        let mut child =
            home.command(&["apply", "mail.yaml"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("runs");
        std::thread::sleep(slowest.mul_f64((round / 2) as f64 / (rounds / 2) as f64));
        let _ = child.kill();
        killed += usize::from(child.wait().expect("ends").code().is_none());
        let there = home.everything(".config");
        let names = |list: &[(String, Vec<u8>)]| list.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
        assert_eq!(names(&there), names(&expected[0]), "round {round}");
        let mut seen = [false; 2];
        for (n, (name, bytes)) in there.iter().enumerate() {
            let which = [0, 1].map(|v| expected[v][n].1 == *bytes);
            assert!(which[0] || which[1], "round {round}: {name} is neither the old one nor the new one");
            if which[0] != which[1] {
                seen[usize::from(which[1])] = true;
            }
        }
        between += usize::from(seen[0] && seen[1]);
        assert!(home.read(MUTTRC).starts_with(users), "round {round}");
    }
    assert!(killed > rounds / 10, "only {killed} runs were killed");
    assert!(between > 0, "no run was killed between two files");
    home.write("mail.yaml", &versions[0].1);
    home.apply(&["--prune"]);
    assert_eq!(home.everything(".config"), expected[0]);
    // What a killed run has left behind is swept away once it is old.
    let own = home.path(".local/state/mailwright");
    for entry in fs::read_dir(&own).expect("folder") {
        let path = entry.expect("entry").path();
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(".mailwright-tmp-")) {
            let old = std::time::SystemTime::now() - Duration::from_secs(7200);
            fs::File::options().write(true).open(&path).and_then(|f| f.set_modified(old)).expect("time");
        }
    }
    home.apply(&[]);
    let left: Vec<_> = home.everything(".local/state/mailwright").into_iter().map(|(n, _)| n).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}
