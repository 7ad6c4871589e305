//! Programs that send a whole machine's mail: Postfix, OpenSMTPD, dma and nullmailer. They read their goldens, get nasty
//! logins and passwords to a server, and send in the box, each with its own paths in a system of its own
//! (`tests/lab/in-system.sh`).

mod reading;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::target::Bundle;
use serde_json::json;

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, AWKWARD, BOX, Home, PRIVATE, Said, run, script};
use crate::mailbox::{drain, header, lab_dir, log_lines};
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::{Step, only, sent_by, step};
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("postfix_reads_every_golden", &["postfix", PRIVATE], reading::postfix),
        Test::new("postfix_reads_back_nasty_values", &["postfix"], postfix_nasty),
        Test::new("opensmtpd_reads_every_golden", &["lab/opensmtpd", PRIVATE], reading::opensmtpd),
        Test::new("dma_reads_every_golden", &["lab/dma", PRIVATE], reading::dma),
        Test::new("nullmailer_reads_every_golden", &["lab/nullmailer", PRIVATE], reading::nullmailer),
        Test::new("dma_logs_in_with_nasty_values", &["lab/dma", PRIVATE], || logins(&DMA, 4)),
        Test::new("nullmailer_logs_in_with_nasty_values", &["lab/nullmailer", PRIVATE], || logins(&NULLMAILER, 4)),
        Test::new("opensmtpd_accepts_nasty_values", &["lab/opensmtpd", PRIVATE], opensmtpd_nasty),
    ]
}

const fn relay(name: &'static str, needs: &'static [&'static str], run: fn(&mut Findings)) -> Step {
    Step { needs, ..step(name, name, 1, run) }
}

pub const STEPS: &[Step] = &[
    relay("postfix", &[BOX], |f| sends(&POSTFIX, f)),
    relay("opensmtpd", &[BOX, "lab/opensmtpd"], |f| sends(&OPENSMTPD, f)),
    relay("dma", &[BOX, "lab/dma"], |f| sends(&DMA, f)),
    relay("nullmailer", &[BOX, "lab/nullmailer"], |f| sends(&NULLMAILER, f)),
    Step {
        needs: &[BOX, "lab/opensmtpd", "lab/nullmailer", "lab/dma", "git", "perl"],
        ..step("wrong_certificate", "relays", 5, wrong_certificate)
    },
    Step { needs: &[BOX], ..step("postfix_by_sender", "postfix", 1, |f| by_sender(&POSTFIX, f)) },
    Step {
        needs: &[BOX, "lab/opensmtpd"],
        ..step("opensmtpd_by_sender", "opensmtpd", 1, |f| by_sender(&OPENSMTPD, f))
    },
];

/// How a program is prepared and how it sends the mail in `/mail`, from `$1` if it is not empty.
struct Relay {
    target: &'static str,
    packages: &'static [&'static str],
    script: &'static str,
}

const NULLMAILER: Relay = Relay {
    target: "nullmailer",
    packages: &["nullmailer"],
    script: "cd /var/spool/nullmailer; mkdir -p queue tmp failed; mkfifo trigger; echo 0 > /etc/nullmailer/pausetime
        chown -R mail:mail . /etc/nullmailer; chmod 600 /etc/nullmailer/remotes
        as() { setpriv --reuid mail --regid mail --clear-groups \"$@\"; }
        as nullmailer-inject < /mail && as timeout 10 nullmailer-send
        [ -z \"$(ls queue failed | grep -v :)\" ]",
};

const DMA: Relay = Relay {
    target: "dma",
    packages: &["dma"],
    script: "mkdir -p /var/spool/dma; chown root:mail /var/spool/dma /etc/dma/*; chmod 2775 /var/spool/dma; chmod 640 /etc/dma/*
        timeout 10 dma -D -t < /mail && dma -bp | grep -q empty",
};

const OPENSMTPD: Relay = Relay {
    target: "opensmtpd",
    packages: &["opensmtpd"],
    script: "chown root:opensmtpd /etc/smtpd.secrets; chmod 640 /etc/smtpd.secrets; mkdir -p /var/lib/opensmtpd/empty /var/run
        chgrp opensmtpq /usr/sbin/smtpctl; chmod 2555 /usr/sbin/smtpctl; ln -sf /usr/sbin/smtpctl /tmp/sendmail
        timeout 20 smtpd -d -P mda > /smtpd.log 2>&1 &
        for _ in $(seq 100); do [ -S /var/run/smtpd.sock ] && break; sleep 0.05; done
        /tmp/sendmail ${1:+-f \"$1\"} -t < /mail
        for _ in $(seq 100); do grep -qE 'result=\"(Ok|PermFail|TempFail)|Connection closed' /smtpd.log && break; sleep 0.05; done
        cat /smtpd.log; grep -q 'result=\"Ok' /smtpd.log",
};

const POSTFIX: Relay = Relay {
    target: "postfix",
    packages: &[],
    script: "cd /etc/postfix; [ ! -f master.cf ] || mv master.cf ours
        cat /usr/share/postfix/master.cf.dist ours > master.cf 2>/dev/null
        sed -i 's/^smtp *inet.*/#/' master.cf
        printf 'myhostname = host.lab.test\\nmaillog_file = /var/log/mail.log\\ncompatibility_level = 3.6\\nsmtp_host_lookup = native\\n' > first
        cat first main.cf > both; mv both main.cf; touch /etc/aliases; newaliases
        mkdir -p /var/spool/postfix/etc; cp /etc/hosts /etc/nsswitch.conf /etc/services /var/spool/postfix/etc/
        chown root:root sasl_passwd; chmod 600 sasl_passwd; rm -f /var/spool/postfix/pid/*
        postfix check && /usr/lib/postfix/sbin/master -w || { cat /var/log/mail.log; exit 1; }
        sendmail ${1:+-f \"$1\"} -t < /mail
        for _ in $(seq 200); do grep -q 'status=' /var/log/mail.log && break; sleep 0.05; done
        cat /var/log/mail.log; grep -q 'status=sent' /var/log/mail.log && ! grep -E 'warning: (unused|.*overriding|.*duplicate)' /var/log/mail.log",
};

/// Runs a shell script in a system that has these files.
fn in_system(home: &Home, files: &Path, packages: &[&str], arguments: &[&str]) -> Said {
    let mut command = Command::new("timeout");
    command.args(["60", "bash"]).arg(script("in-system.sh")).arg(files);
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
    command.args(packages.iter().map(|p| unpacked.join(p))).args(["--", "bash", "-c"]).args(arguments);
    run(command.current_dir(home.path()).stdin(std::process::Stdio::null()))
}

fn relay_mail(relay: &Relay, bundle: &Bundle, from: &str, mail: &str) -> Said {
    let home = Home::empty();
    let files = home.path().join("files");
    for file in &bundle.files {
        lab::write_private(&files.join(&file.path), &file.bytes);
    }
    relay_files(relay, &home, &files, from, mail)
}

fn relay_files(relay: &Relay, home: &Home, files: &Path, from: &str, mail: &str) -> Said {
    fs::write(files.join("mail"), mail).expect("write");
    in_system(home, files, relay.packages, &[relay.script, "relay", from])
}

/// A golden, unmodified but for the password, which is written where the golden's step says.
fn by_hand(relay: &Relay, findings: &mut Findings) {
    let case = Case::named("gmail-starttls");
    let home = Home::empty();
    let files = home.path().join("files");
    lab::copy_tree(&case.folder.join(relay.target), &files);
    let steps = case.notes.iter().filter_map(|n| n.strip_prefix(&format!("{}, step: ", relay.target)));
    let step = steps.map(|s| s.replace(';', " ")).find(|s| s.contains("password:") || s.contains("PASSWORD"));
    let step = step.unwrap_or_else(|| panic!("{}: no step", relay.target));
    let words: Vec<&str> = step.split_whitespace().collect();
    let path = words.iter().find_map(|w| w.strip_prefix("/etc/")).expect("a file");
    let path = files.join("etc").join(path.trim_end_matches(','));
    let text = fs::read_to_string(&path).expect("golden");
    let text = match step.strip_prefix("Write the line ").and_then(|rest| rest.split_once(" into ")) {
        Some((line, _)) => format!("{text}{}\n", line.replace("PASSWORD", "abcdefghijklmnop")),
        None => format!("{} pass='abcdefghijklmnop'\n", text.trim_end()),
    };
    lab::write_private(&path, text.as_bytes());
    let subject = format!("{} by hand", relay.target);
    let mail = format!("To: me@gmail.com\nSubject: {subject}\n\ntext\n");
    let said = relay_files(relay, &home, &files, "", &mail);
    drain();
    findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
    let mail = only(findings, "me@gmail.com", "", &subject);
    sent_by(findings, &mail, "me@gmail.com");
}

fn account_file(port: u16, fields: &Fields) -> String {
    json!({ "accounts": { "a": {
        "address": "a@b.example",
        "login": fields["login"].replace('{', "{{"),
        "password": fields["password"],
        "smtp": { "host": "127.0.0.1", "port": port, "tls": "none" },
    } } })
    .to_string()
}

/// What no file of columns can hold is refused with a reason; that it is, is the grammar's own test.
fn tidy(name: &str, value: String) -> String {
    let value = value.trim().to_owned();
    if name == "login" { value.replace([':', '|', ' ', '#', '"', '\u{a0}', '\u{feff}'], "_") } else { value }
}

fn postfix_nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let render = |fields: &Fields| values::render_with_secrets("postfix", &account_file(25, fields));
    let (_, all) = values::rendered("postfix", values::cases(), &["login", "password"], tidy, render, &mut findings);
    let home = Home::empty();
    lab::write_private(&home.path().join("postfix/main.cf"), b"compatibility_level = 3.6\n");
    let count = all.len();
    for (fields, bundle) in all {
        let file = bundle.files.iter().find(|f| f.path.ends_with("sasl_passwd")).expect("passwords");
        findings.check(file.secret, || "the passwords are not private".into());
        let path = home.path().join("passwords");
        lab::write_private(&path, &file.bytes);
        // Postfix waits for a second with a file that may still be being written.
        let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        fs::File::options().write(true).open(&path).and_then(|f| f.set_modified(old)).expect("a time");
        let mut command = home.command("postmap");
        let map = format!("texthash:{}", path.display());
        let said = run(command.args(["-c", "postfix", "-q", "[127.0.0.1]:25", &map]));
        findings.same("login and password", said.out, format!("{}:{}\n", fields["login"], fields["password"]));
        findings.same("complaints", said.err, String::new());
    }
    findings.finish("postfix", "postmap -q, nasty values", count)
}

/// Nasty logins and passwords at a server.
fn logins(relay: &'static Relay, costs: usize) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::smtp().accept();
    let tidy = |name: &str, value: String| values::cut(&tidy(name, value), 200).trim().to_owned();
    let render = |fields: &Fields| values::render_with_secrets(relay.target, &account_file(mock.port(), fields));
    let count = values::cases().div_ceil(costs);
    let (_, all) = values::rendered(relay.target, count, &["login", "password"], tidy, render, &mut findings);
    let count = all.len();
    for (fields, bundle) in all {
        mock.logins();
        let mail = "From: <a@b.example>\nTo: you@b.example\nSubject: nasty\n\ntext\n";
        let said = relay_mail(relay, &bundle, "a@b.example", mail);
        let attempts = mock.wait(Duration::from_secs(1));
        findings.check(!attempts.is_empty(), || format!("no login came: {fields:?}: {}{}", said.out, said.err));
        for attempt in attempts {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            findings.same(
                &format!("the login by {}", attempt.mechanism),
                text(&attempt.user),
                fields["login"].as_str(),
            );
            findings.same("the password", text(&attempt.password), fields["password"].as_str());
        }
        let taken = mock.messages();
        findings
            .check(taken.iter().any(|m| m.sender == "a@b.example"), || format!("{taken:?}: {}{}", said.out, said.err));
    }
    findings.finish(relay.target, "logs in at a server, nasty values", count)
}

/// smtpd has no way to show a table, and does not log in without TLS: it has to take the file, and a reader of our own
/// has to read the values.
fn opensmtpd_nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let account = |fields: &Fields| {
        let text = account_file(465, fields).replace("\"none\"", "\"implicit\"");
        values::render_with_secrets("opensmtpd", &text)
    };
    let count = values::cases().div_ceil(4);
    let (_, all) = values::rendered("opensmtpd", count, &["login", "password"], tidy, account, &mut findings);
    let count = all.len();
    for (fields, bundle) in all {
        let home = Home::empty();
        let files = home.path().join("files");
        for file in &bundle.files {
            lab::write_private(&files.join(&file.path), &file.bytes);
        }
        let said = in_system(&home, &files, &["opensmtpd"], &["smtpd -n"]);
        findings.same("smtpd -n", said.err.trim(), "configuration OK");
        let secrets = bundle.files.iter().find(|f| f.path.ends_with("secrets")).expect("passwords");
        findings.check(secrets.secret, || "the passwords are not private".into());
        let text = String::from_utf8_lossy(&secrets.bytes).into_owned();
        let want = format!("{}:{}", fields["login"], fields["password"]);
        findings.same("login and password", lines(&text).get("a"), Some(&want));
        findings.same("lines", text.lines().count(), 2);
    }
    findings.finish("opensmtpd", "smtpd -n and a reader of our own, nasty values", count)
}

/// Keyword and rest of each line that is no comment.
fn lines(text: &str) -> BTreeMap<String, String> {
    let split =
        |l: &str| l.split_once(' ').map_or((l.to_owned(), String::new()), |(k, v)| (k.to_owned(), v.to_owned()));
    text.lines().filter(|l| !l.starts_with('#')).map(split).collect()
}

/// Accounts of the lab, with their passwords in the file.
fn accounts(target: &str, text: &str) -> Bundle {
    values::render_with_secrets(target, text).unwrap_or_else(|p| panic!("{p:?}"))
}

/// Ports 587 and 465, an ordinary password and an awkward one; what no account is the sender of goes out in the
/// default's name.
fn sends(relay: &Relay, findings: &mut Findings) {
    by_hand(relay, findings);
    let me = "me@gmail.com";
    let awkward = serde_json::Value::from(AWKWARD);
    let runs = [
        (
            "submission",
            me,
            format!("accounts: {{ a: {{ address: {me}, smtp: {{ port: 587 }}, password: abcdefghijklmnop }} }}"),
        ),
        ("submissions", me, format!("accounts: {{ a: {{ address: {me}, password: abcdefghijklmnop }} }}")),
        (
            "submissions",
            "bob@example.test",
            format!("accounts: {{ a: {{ address: bob@example.test, smtp: smtp.example.test, password: {awkward} }} }}"),
        ),
    ];
    for (service, from, text) in runs {
        let bundle = accounts(relay.target, &text);
        let subject = format!("{} by {service} for {from}", relay.target);
        let words = [format!("postfix/{service}/smtpd"), format!("sasl_username={from}")];
        let logins = || log_lines("postfix.log", &[&words[0], &words[1]]);
        let before = logins();
        // Postfix takes the sender from the command line alone, and root is the account by `generic`.
        let said = relay_mail(relay, &bundle, "", &format!("To: {me}\nSubject: {subject}\n\ntext\n"));
        drain();
        findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        findings.same(&format!("{subject}: logins"), logins() - before, 1);
        let mail = only(findings, me, "", &subject);
        findings.same(&format!("{subject}: envelope"), header(&mail, "return-path"), format!("<{from}>"));
        sent_by(findings, &mail, from);
    }
}

/// Each sender by its own server and login: port 587 and 465 from one configuration.
fn by_sender(relay: &Relay, findings: &mut Findings) {
    let me = "me@gmail.com";
    let text = json!({ "accounts": {
        "gmail": { "address": me, "password": "abcdefghijklmnop", "default": true },
        "alice": { "address": "alice@example.test", "smtp": "smtp.example.test:587", "password": "correct-horse",
                   "identities": ["alice+lists@example.test"] },
        "bob": { "address": "bob@example.test", "smtp": "smtp.example.test", "password": AWKWARD },
    } });
    let bundle = accounts(relay.target, &text.to_string());
    for (from, service, login) in [
        (me, "submissions", me),
        ("alice@example.test", "submission", "alice@example.test"),
        ("alice+lists@example.test", "submission", "alice@example.test"),
        ("bob@example.test", "submissions", "bob@example.test"),
    ] {
        let subject = format!("{} for {from}", relay.target);
        let words = [format!("postfix/{service}/smtpd"), format!("sasl_username={login}")];
        let logins = || log_lines("postfix.log", &[&words[0], &words[1]]);
        let before = logins();
        let said = relay_mail(relay, &bundle, from, &format!("From: <{from}>\nTo: {me}\nSubject: {subject}\n\ntext\n"));
        drain();
        findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        findings.same(&format!("{subject}: logins"), logins() - before, 1);
        let mail = only(findings, me, "", &subject);
        findings.same(&format!("{subject}: envelope"), header(&mail, "return-path"), format!("<{from}>"));
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], from);
        sent_by(findings, &mail, login);
    }
}

/// A server whose certificate is for another host is told nothing; but for dma, which says so in a note.
fn wrong_certificate(findings: &mut Findings) {
    let hosts = lab_dir().join("hosts");
    let text = fs::read_to_string(&hosts).expect("the box's hosts");
    fs::write(&hosts, format!("{text}127.0.0.2 wrong.example.test\n")).expect("write");
    let login = "sasl_username=me@gmail.com";
    for port in [465, 587] {
        let account = |password: &str| {
            format!(
                "accounts: {{ a: {{ address: me@gmail.com, smtp: wrong.example.test:{port}, password: {password} }} }}"
            )
        };
        for relay in [&POSTFIX, &OPENSMTPD, &NULLMAILER, &DMA] {
            let bundle = accounts(relay.target, &account("abcdefghijklmnop"));
            let subject = format!("{} to the wrong host {port}", relay.target);
            let before = log_lines("postfix.log", &[login]);
            let said = relay_mail(relay, &bundle, "", &format!("To: me@gmail.com\nSubject: {subject}\n\ntext\n"));
            drain();
            let unchecked = bundle.notes.iter().any(|n| n.code == "certificate-unchecked");
            findings.same(&format!("{subject}: sent: {}{}", said.out, said.err), said.ok, unchecked);
            let logins = log_lines("postfix.log", &[login]) - before;
            findings.same(&format!("{subject}: logins"), logins > 0, unchecked);
        }
        let home = Home::empty();
        for file in accounts("git-send-email", &account("{ command: echo abcdefghijklmnop }")).files {
            lab::write_private(&home.path().join(&file.path), &file.bytes);
        }
        let before = log_lines("postfix.log", &[login]);
        let said = crate::git_send_email::send(&home, "wrong host", &["--to=me@gmail.com"]);
        findings.check(!said.ok, || format!("git send-email sends to port {port} of the wrong host: {}", said.out));
        findings.same("logins by git", log_lines("postfix.log", &[login]) - before, 0);
    }
}
