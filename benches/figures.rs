//! The figures that Mailwright promises, as ratios measured in one run, with peak memory.
//!
//! `cargo bench --bench figures` prints them. Each command is measured as a whole process by the operating system's own
//! accounting (CPU seconds of the reaped child, its peak resident memory), the two sides of a ratio in turn. A ratio above
//! its promise makes the run fail; single times on a shared machine say little and are only printed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use nix::sys::resource::{Usage, UsageWho, getrusage};

const MAILWRIGHT: &str = env!("CARGO_BIN_EXE_mailwright");

/// What the figures of `generate` are about.
const FIVE: &str = "autoconfig,mobileconfig,msmtp,mutt,neomutt";

fn cpu(usage: &Usage) -> f64 {
    let seconds = |t: nix::sys::time::TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// CPU seconds and peak memory in KiB.
#[derive(Clone, Copy)]
struct Cost {
    cpu: f64,
    kib: i64,
}

/// Runs a command in a measuring process of its own, so that peak memory is that of this command alone.
fn measure(command: &[&str]) -> Cost {
    let me = env::current_exe().expect("own path");
    let output = Command::new(me).arg("--measure").args(command).output().expect("measuring process");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut numbers = text.split_whitespace();
    let mut next = || numbers.next().and_then(|n| n.parse::<f64>().ok()).expect("a number");
    Cost { cpu: next(), kib: next() as i64 }
}

/// The measuring process: one child, waited for.
fn measuring(command: &[String]) -> ExitCode {
    let status = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the command starts");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage");
    println!("{} {}", cpu(&usage), usage.max_rss());
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The bare loop: everything is in memory, then folders are made and files written; prints the CPU of that alone.
fn bare(from: &Path, to: &Path) -> ExitCode {
    fn collect(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                collect(root, &path, files);
            } else {
                let bytes = fs::read(&path).expect("file");
                files.push((path.strip_prefix(root).expect("below").to_owned(), bytes));
            }
        }
    }
    let mut files = Vec::new();
    collect(from, from, &mut files);
    let before = cpu(&getrusage(UsageWho::RUSAGE_SELF).expect("getrusage"));
    for (path, bytes) in &files {
        let path = to.join(path);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, bytes).expect("write");
    }
    let after = cpu(&getrusage(UsageWho::RUSAGE_SELF).expect("getrusage"));
    println!("{} 0", after - before);
    ExitCode::SUCCESS
}

fn median(mut costs: Vec<f64>) -> f64 {
    costs.sort_by(f64::total_cmp);
    costs[costs.len() / 2]
}

/// Accounts that use every part of the model, each at a domain and servers of its own.
fn full_accounts(count: usize) -> String {
    let mut text = String::from("defaults:\n  maildir: ~/Mail/{account}\naccounts:\n");
    for n in 0..count {
        let _ = write!(
            text,
            "  user{n}:\n    address: user{n}@domain{n}.example\n    name: User Number {n} \"the\" Ünïque\n    \
             login: \"{{local}}\"\n    password: {{ command: \"pass show mail/{{account}}\" }}\n    \
             imap: imap.domain{n}.example\n    pop3: pop.domain{n}.example\n    \
             smtp: {{ host: smtp.domain{n}.example, port: 587, tls: starttls }}\n    \
             identities: [sales{n}@domain{n}.example, {{ address: info{n}@domain{n}.example, name: Info Desk, signature: {{ file: ~/.sig }} }}]\n    \
             folders: {{ sent: INBOX.Sent, drafts: INBOX.Drafts, trash: INBOX.Trash }}\n    \
             signature: |\n      User Number {n}\n      Analytical Engines\n    \
             carddav: https://dav.domain{n}.example/\n    caldav: https://dav.domain{n}.example/\n"
        );
    }
    text
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--measure", ..] => return measuring(&args[1..]),
        ["--bare", from, to] => return bare(Path::new(from), Path::new(to)),
        _ => {}
    }
    let folder = env::temp_dir().join(format!("mailwright-figures-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("folder");
    let failed = figures(&folder);
    fs::remove_dir_all(&folder).expect("remove");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn figures(folder: &Path) -> usize {
    let mut failed = 0;
    let mut promise = |what: &str, value: f64, most: f64, unit: &str| {
        let kept = value <= most;
        failed += usize::from(!kept);
        println!("  {what}: {value:.2}{unit} (at most {most}{unit}): {}", if kept { "kept" } else { "NOT KEPT" });
    };
    let path = |name: &str| folder.join(name).to_str().expect("UTF-8").to_owned();
    let generate = |file: &str, out: &str| measure(&[MAILWRIGHT, "generate", file, "-t", FIVE, "-o", out]);

    println!("The two-line file to five targets, against `python3 -c pass`:");
    let file = path("two-lines.yaml");
    fs::write(&file, "accounts:\n  ada@gmail.com: {}\n").expect("write");
    // The interpreter itself: what `python3` finds may be a script that looks for one.
    let python3 = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .ok()
        .and_then(|o| String::from_utf8(o.stdout).ok())
        .map(|path| path.trim().to_owned())
        .filter(|path| !path.is_empty());
    let (mut ours, mut python, mut kib) = (Vec::new(), Vec::new(), 0);
    for run in 0..21 {
        let cost = generate(&file, &path(&format!("two-{run}")));
        ours.push(cost.cpu);
        kib = kib.max(cost.kib);
        if let Some(python3) = &python3 {
            python.push(measure(&[python3.as_str(), "-c", "pass"]).cpu);
        }
    }
    println!("  median CPU: {:.4} s", median(ours.clone()));
    if python3.is_some() {
        println!("  median CPU of python3 -c pass: {:.4} s", median(python.clone()));
        promise("ratio", median(ours) / median(python), 1.0, "");
    } else {
        println!("  SKIPPED: there is no python3");
    }
    promise("peak memory", kib as f64 / 1024.0, 16.0, " MiB");

    println!("`diff` of five full accounts over all targets of a home directory, against `python3 -c pass`:");
    let file = path("five.yaml");
    fs::write(&file, full_accounts(5)).expect("write");
    let home = path("home");
    fs::create_dir(&home).expect("folder");
    // The way `diff` takes when all is there: everything is rendered, read and compared.
    let home_is = format!("HOME={home}");
    let apply =
        ["/usr/bin/env", "-u", "XDG_CONFIG_HOME", "-u", "XDG_STATE_HOME", "-u", "XDG_DATA_HOME", &home_is, MAILWRIGHT];
    measure(&[&apply[..], &["apply", &file, "-t", "all"]].concat());
    let counted = Command::new(MAILWRIGHT).args(["list", "targets", "--format", "json"]).output().expect("list").stdout;
    println!("  targets: {}", String::from_utf8_lossy(&counted).matches("\"id\"").count());
    let (mut ours, mut python, mut kib) = (Vec::new(), Vec::new(), 0);
    for _ in 0..21 {
        let cost = measure(&[&apply[..], &["diff", &file, "-t", "all"]].concat());
        ours.push(cost.cpu);
        kib = kib.max(cost.kib);
        if let Some(python3) = &python3 {
            python.push(measure(&["/usr/bin/env", python3.as_str(), "-c", "pass"]).cpu);
        }
    }
    println!("  median CPU: {:.4} s, peak memory {:.1} MiB", median(ours.clone()), kib as f64 / 1024.0);
    if python3.is_some() {
        println!("  median CPU of python3 -c pass: {:.4} s", median(python.clone()));
        promise("ratio", median(ours) / median(python), 3.0, "");
    } else {
        println!("  SKIPPED: there is no python3");
    }

    println!(
        "1,000 full accounts of 1,000 own domains, against a bare loop that writes the same bytes to the same files:"
    );
    let file = path("thousand.yaml");
    fs::write(&file, full_accounts(1000)).expect("write");
    let me = env::current_exe().expect("own path");
    let (mut ratios, mut ours, mut bares, mut kib) = (Vec::new(), Vec::new(), Vec::new(), 0);
    // What an earlier write has left for the file system to do must not fall on the other side.
    let settle = || {
        let _ = Command::new("sync").status();
    };
    for run in 0..7 {
        let out = path(&format!("thousand-{run}"));
        settle();
        let cost = generate(&file, &out);
        settle();
        let output =
            Command::new(&me).args(["--bare", &out, &path(&format!("bare-{run}"))]).output().expect("bare loop");
        let text = String::from_utf8(output.stdout).expect("numbers");
        let bare: f64 = text.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number");
        ratios.push(cost.cpu / bare);
        ours.push(cost.cpu);
        bares.push(bare);
        kib = kib.max(cost.kib);
    }
    let files = Command::new("find").args([&path("thousand-0"), "-type", "f"]).output().expect("find").stdout;
    println!("  files: {}", files.iter().filter(|b| **b == b'\n').count());
    println!(
        "  median CPU: {:.3} s, of the bare loop: {:.3} s, peak memory {:.1} MiB",
        median(ours),
        median(bares),
        kib as f64 / 1024.0
    );
    promise("ratio", median(ratios), 3.0, "");

    println!("Cost by the number of accounts:");
    println!("  accounts  CPU s   us an account  peak MiB");
    let mut per_account = Vec::new();
    for count in [10, 100, 1_000, 10_000] {
        let file = path(&format!("accounts-{count}.yaml"));
        fs::write(&file, full_accounts(count)).expect("write");
        let costs: Vec<Cost> = (0..if count < 10_000 { 5 } else { 3 })
            .map(|run| {
                let out = path(&format!("linear-{count}-{run}"));
                let cost = generate(&file, &out);
                fs::remove_dir_all(out).expect("remove");
                cost
            })
            .collect();
        let cpu = median(costs.iter().map(|c| c.cpu).collect());
        let kib = costs.iter().map(|c| c.kib).max().unwrap_or(0);
        println!("  {count:<8}  {cpu:<6.3}  {:<13.1}  {:.1}", cpu / count as f64 * 1e6, kib as f64 / 1024.0);
        per_account.push(cpu / count as f64);
    }
    // Below 1,000 the start of the process weighs; from there on an account must cost the same.
    promise("an account among 10,000 against one among 1,000", per_account[3] / per_account[2], 1.5, " times");
    failed
}
