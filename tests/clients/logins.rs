//! Nasty logins and passwords, as they arrive at a server: an account file with a login and a password command, written
//! out by the library, is used by the real program, and the server ([`Mock`]) gets the same bytes.
//!
//! A further program is a line in [`CASES`] and a function that runs it until it has logged in.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::account::Protocol;
use mailwright::problem::Problem;
use mailwright::target::Bundle;
use serde_json::json;

use crate::Test;
use crate::lab::{self, Home, run};
use crate::mock::Mock;
use crate::report::Findings;
use crate::terminal::Terminal;
use crate::values::{self, Fields};

/// A program that logs in without TLS.
pub struct Case {
    /// Its target.
    pub target: &'static str,
    /// What has to be there.
    pub needs: &'static [&'static str],
    /// What it is to speak.
    pub protocol: Protocol,
    /// Whether logins are accepted: mutt waits for two seconds after each that was not.
    pub accept: bool,
    /// How much longer than an instant it takes: there are so many times fewer cases.
    pub costs: usize,
    /// The longest password that it sends whole, in bytes; no target can know how long one is.
    pub longest: usize,
    /// Runs the program in a home that has its files, until it has logged in or was refused. What it says is shown if no login came.
    pub run: fn(&Home) -> String,
}

/// All of them.
const CASES: &[Case] = &[
    Case {
        target: "msmtp",
        needs: &["msmtp"],
        protocol: Protocol::Smtp,
        accept: false,
        costs: 2,
        longest: 400,
        run: msmtp,
    },
    Case {
        target: "swaks",
        needs: &["swaks"],
        accept: false,
        costs: 5,
        run: |home| {
            let said = crate::swaks::by_the_comment(home, ".swaksrc", "you@b.example --timeout 5");
            said.out + &said.err
        },
        ..SENDS
    },
    Case { target: "mpop", needs: &["mpop"], protocol: Protocol::Pop3, accept: false, run: mpop, ..SENDS },
    Case {
        target: "git-send-email",
        needs: &["git", "perl"],
        accept: false,
        costs: 4,
        run: |home| crate::git_send_email::send(home, "nasty", &["--to=you@b.example"]).err,
        ..SENDS
    },
    Case { target: "mutt", run: |home| send("mutt", home), ..SENDS },
    Case { target: "neomutt", needs: &["neomutt"], run: |home| send("neomutt", home), ..SENDS },
    Case { target: "mutt", run: |home| open("mutt", home), ..OPENS },
    Case { run: mbsync, ..FETCHES },
    Case { target: "offlineimap", needs: &["offlineimap"], costs: 8, run: offlineimap, ..FETCHES },
    Case { target: "getmail", needs: &["getmail"], costs: 5, run: getmail, ..FETCHES },
    Case { target: "imapfilter", needs: &["imapfilter"], run: imapfilter, ..FETCHES },
    Case { target: "getmail", needs: &["getmail"], costs: 5, protocol: Protocol::Pop3, run: getmail, ..FETCHES },
    // 20220429 writes login and password in base64 to a buffer of 256 bytes.
    Case { target: "neomutt", needs: &["neomutt", "script"], longest: 60, run: |home| open("neomutt", home), ..OPENS },
    Case { target: "aerc", needs: &["aerc", "script"], protocol: Protocol::Imap, costs: 8, run: aerc, ..READS },
    Case {
        target: "himalaya",
        needs: &["himalaya-1.2.0"],
        protocol: Protocol::Imap,
        costs: 2,
        run: |home| himalaya("himalaya-1.2.0", home, &["folder", "list"]),
        ..READS
    },
    Case {
        target: "himalaya",
        needs: &["himalaya-1.2.0"],
        protocol: Protocol::Smtp,
        costs: 2,
        run: |home| himalaya("himalaya-1.2.0", home, &["message", "send", MAIL]),
        ..READS
    },
    Case {
        target: "himalaya",
        needs: &["himalaya-2.2.1"],
        protocol: Protocol::Imap,
        costs: 2,
        run: |home| himalaya("himalaya-2.2.1", home, &["mailbox", "list"]),
        ..READS
    },
    Case {
        target: "himalaya",
        needs: &["himalaya-2.2.1"],
        protocol: Protocol::Smtp,
        costs: 2,
        run: |home| himalaya("himalaya-2.2.1", home, &["message", "send", "--", MAIL]),
        ..READS
    },
    Case { target: "s-nail", needs: &["s-nail"], protocol: Protocol::Smtp, run: |home| s_nail(home, SEND), ..READS },
    Case { target: "s-nail", needs: &["s-nail"], protocol: Protocol::Imap, run: |home| s_nail(home, READ), ..READS },
    Case { target: "s-nail", needs: &["s-nail"], protocol: Protocol::Pop3, run: |home| s_nail(home, READ), ..READS },
];

/// What mutt and neomutt have in common: a password has room for 255 bytes.
const SENDS: Case = Case {
    target: "",
    needs: &["mutt"],
    protocol: Protocol::Smtp,
    accept: true,
    costs: 2,
    longest: 255,
    run: |_| String::new(),
};

/// The same for IMAP, which takes a terminal.
const OPENS: Case = Case { needs: &["mutt", "script"], protocol: Protocol::Imap, costs: 4, ..SENDS };

/// What programs that fetch have in common.
const FETCHES: Case = Case {
    target: "isync",
    needs: &["mbsync"],
    protocol: Protocol::Imap,
    accept: false,
    costs: 2,
    longest: 60,
    run: |_| String::new(),
};

/// What other readers have in common.
const READS: Case = Case { accept: false, longest: 200, ..SENDS };

pub fn tests() -> Vec<Test> {
    let name = |case: &Case| {
        // The version, where a program is tested in several.
        let program = case.needs.iter().find(|n| lab::is_full(n)).unwrap_or(&case.target).replace(['-', '.'], "_");
        format!("{program}_logs_in_with_nasty_values_{}", case.protocol.title().to_lowercase().replace(' ', "_"))
    };
    CASES.iter().map(|case| Test::new(name(case), case.needs, || logins(case))).collect()
}

/// A program that runs for a limited time.
pub fn limited(home: &Home, program: &str) -> Command {
    let mut command = home.command("timeout");
    command.args(["--kill-after=1", "10", program]);
    command
}

fn mpop(home: &Home) -> String {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(home.path().join("Mail/a").join(part)).expect("folder");
    }
    run(limited(home, "mpop").arg("a")).err
}

fn msmtp(home: &Home) -> String {
    run(limited(home, "msmtp").args(["-a", "a", "you@b.example"])).err
}

fn mbsync(home: &Home) -> String {
    fs::create_dir_all(home.path().join("Mail/a")).expect("folder");
    run(limited(home, "mbsync").arg("a")).err
}

fn offlineimap(home: &Home) -> String {
    let said = run(limited(home, "offlineimap").args(["-o", "-u", "basic"]));
    said.out + &said.err
}

fn imapfilter(home: &Home) -> String {
    crate::imapfilter::config(home, "mail.a:list_all()\n");
    let said = run(&mut limited(home, "imapfilter"));
    said.out + &said.err
}

fn getmail(home: &Home) -> String {
    for part in ["cur", "new", "tmp", "INBOX/cur", "INBOX/new", "INBOX/tmp"] {
        fs::create_dir_all(home.path().join("Mail/a").join(part)).expect("folder");
    }
    let said = run(limited(home, "getmail").args(["-r", "a"]));
    said.out + &said.err
}

/// mutt or neomutt, without a terminal.
fn send(program: &str, home: &Home) -> String {
    // An empty mail is not sent.
    let text = home.path().join("text");
    lab::write_private(&text, b"text\n");
    let input = fs::File::open(&text).expect("a file");
    run(limited(home, program).args(["-s", "subject", "--", "you@b.example"]).stdin(input)).err
}

/// mutt or neomutt at a terminal: it opens the inbox as it starts, and leaves.
fn open(program: &str, home: &Home) -> String {
    let line = format!("{program} -e 'set quit=yes timeout=1 sleep_time=0' -e 'push q'");
    let mut command = limited(home, "script");
    command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("script");
    // An end of the input would reach the program as a key, Ctrl-D.
    let keyboard = child.stdin.take();
    let output = child.wait_with_output().expect("script");
    drop(keyboard);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const MAIL: &str = "From: a@b.example\r\nTo: you@b.example\r\nSubject: s\r\n\r\ntext\r\n";

fn himalaya(version: &str, home: &Home, words: &[&str]) -> String {
    let program = lab::built(version);
    let said = run(limited(home, &program.to_string_lossy()).args(words));
    format!("{}{}", said.out, said.err)
}

const SEND: &[&str] = &["-s", "subject", "you@b.example"];
const READ: &[&str] = &["-R", "-f", "%"];

fn s_nail(home: &Home, words: &[&str]) -> String {
    let text = home.path().join("text");
    lab::write_private(&text, b"x\n");
    let input = fs::File::open(&text).expect("a file");
    run(crate::s_nail::command(home).args(words).stdin(input)).err
}

/// aerc at a terminal, until it was told that the login is wrong.
fn aerc(home: &Home) -> String {
    let log = home.path().join("log");
    let mut terminal = Terminal::start(home, &["timeout", "10"], "aerc > ~/log");
    terminal.wait(5, |_| fs::read_to_string(&log).is_ok_and(|l| l.contains("] unexpected error: ")));
    terminal.end(":quit\r");
    fs::read_to_string(&log).unwrap_or_default().lines().filter(|l| l.starts_with("ERROR")).collect()
}

/// An account file with a server at this port. JSON is YAML.
fn account_file(protocol: Protocol, port: u16, fields: &Fields) -> String {
    let key = match protocol {
        Protocol::Imap => "imap",
        Protocol::Pop3 => "pop3",
        Protocol::Smtp => "smtp",
    };
    // In a login and a command `{address}` and the like are filled in; a brace itself is doubled.
    let plain = |name: &str| fields[name].replace('{', "{{");
    let mut account = json!({
        "address": "a@b.example",
        "login": plain("login"),
        "password": { "command": ["print-password", plain("argument")] },
    });
    account[key] = json!({ "host": "127.0.0.1", "port": port, "tls": "none" });
    json!({ "accounts": { "a": account } }).to_string()
}

fn render(case: &Case, port: u16, fields: &Fields) -> Result<Bundle, Vec<Problem>> {
    values::render(case.target, &account_file(case.protocol, port, fields))
}

/// A password is the first line that the command prints, at least one character and at most what the program has room for.
fn password(value: &str, longest: usize) -> String {
    let line: String = value.chars().filter(|c| !['\n', '\r', '\0'].contains(c)).collect();
    if line.is_empty() { "empty".into() } else { values::cut(&line, longest) }
}

/// Programs that take blanks at the edges of what a command prints away.
const TRIMMING: &[&str] = &["aerc"];

/// Programs that prepare what PLAIN sends as RFC 4616 wants it (SASLprep, RFC 4013), which servers do as well.
const PREPARING: &[&str] = &["himalaya-2.2.1"];

fn logins(case: &Case) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut mock = Mock::start(case.protocol);
    if case.accept {
        mock = mock.accept();
    }
    let count = values::cases().div_ceil(case.costs);
    let tidy = |name: &str, value: String| match (name, case.target) {
        // It drops blanks at the edges, and cannot send anything outside of ASCII by IMAP. Such logins are refused or left
        // out; what is wrong with a password no target can know.
        (_, "getmail") => {
            let ascii = |c: &char| c.is_ascii() || case.protocol != Protocol::Imap;
            let value: String = value.chars().filter(ascii).collect();
            if name == "password" { password(value.trim(), case.longest) } else { value.trim().to_owned() }
        }
        ("password", target) if TRIMMING.contains(&target) => password(value.trim(), case.longest),
        ("password", _) => password(&value, case.longest),
        _ => value,
    };
    let names = ["login", "argument", "password"];
    let (_, all) =
        values::rendered(case.target, count, &names, tidy, |fields| render(case, mock.port(), fields), &mut findings);
    for (fields, bundle) in &all {
        let home = Home::empty();
        home.program("print-password", "printf %s \"$1\" > ~/argument; cat ~/password");
        lab::write_private(&home.path().join("password"), format!("{}\nnot it\n", fields["password"]).as_bytes());
        for file in &bundle.files {
            lab::write_private(&home.path().join(&file.path), &file.bytes);
        }
        mock.logins();
        let said = (case.run)(&home);
        let attempts = mock.wait(Duration::from_secs(1));
        findings.check(!attempts.is_empty(), || format!("no login came: {fields:?}: {said}"));
        let argument = fs::read_to_string(home.path().join("argument")).unwrap_or_else(|e| format!("nothing: {e}"));
        findings.same("the command's argument", argument.as_str(), fields["argument"].as_str());
        // A program may try again by another mechanism.
        let prepares = case.needs.iter().any(|n| PREPARING.contains(n));
        // Of SASLprep only what occurs here.
        let sent = |value: &str| {
            if prepares { value.replace('\u{a0}', " ").replace('\u{feff}', "") } else { value.to_owned() }
        };
        let distinct: BTreeMap<_, _> = attempts.iter().map(|a| ((&a.user, &a.password), &a.mechanism)).collect();
        for ((user, password), mechanism) in distinct {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            findings.same(&format!("the login by {mechanism}"), text(user), sent(&fields["login"]));
            findings.same(&format!("the password by {mechanism}"), text(password), sent(&fields["password"]));
        }
    }
    findings.finish(case.target, &format!("logs in at a server by {}, nasty values", case.protocol.title()), all.len())
}
