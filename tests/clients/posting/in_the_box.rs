//! In the box: goldens, unmodified, send; Alertmanager mails an alert.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{SENDS, limited};
use crate::cases::Case;
use crate::lab::{self, Home, run};
use crate::mailbox::{drain, log_lines, with_subject};
use crate::report::Findings;
use crate::sending::{only, sent_by};

/// Every version of a program sends by the goldens that the lab's users fit, and does not trust just any certificate.
pub fn sends(target: &str, findings: &mut Findings) {
    let authority = std::env::var("LAB_CA").expect("LAB_CA is set in the box");
    let goldens = [
        ("gmail-minimal", "me@gmail.com", "submissions"),
        ("gmail-starttls", "me@gmail.com", "submission"),
        ("dotfile-keeper", "alice@example.test", "submission"),
        ("awkward", "bob@example.test", "submissions"),
    ];
    for (n, program) in SENDS.iter().enumerate().filter(|(_, s)| s.target == target) {
        for (golden, user, service) in goldens {
            let case = Case::named(golden);
            let account = case.accounts().iter().find(|a| a.address.as_str() == user).expect("the user's account");
            let files = case.files(target, "");
            // Python's smtplib has ASCII passwords only.
            if case.leaves_out(target, account, "STARTTLS") || target == "django" && !lab::password(user).is_ascii() {
                continue;
            }
            let file = files.first().expect("a golden");
            let mut home = Home::empty();
            home.set(program.variable, lab::password(user));
            let subject = format!("{target} {n} by {golden}");
            let log = [&format!("postfix/{service}/smtpd") as &str, &format!("sasl_username={user}")];
            let before = log_lines("postfix.log", &log);
            // Without the lab's authority nobody is to be trusted.
            let mut distrusting = limited(&(program.command)(&home));
            distrusting.args(["--send".as_ref(), file.as_os_str(), user.as_ref(), "not trusted".as_ref()]);
            distrusting.env("SSL_CERT_FILE", "/dev/null").env("SSL_CERT_DIR", "/nonexistent");
            let said = run(&mut distrusting);
            findings.check(!said.ok, || format!("{subject}: it trusts any certificate"));
            findings.same(
                &format!("{subject}: logins at a server not trusted"),
                log_lines("postfix.log", &log),
                before,
            );

            let mut command = limited(&(program.command)(&home));
            command.args(["--send".as_ref(), file.as_os_str(), user.as_ref(), subject.as_ref()]);
            let said = run(command.env("NODE_EXTRA_CA_CERTS", &authority));
            findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
            drain();
            findings.same(&format!("{subject}: logins at {service}"), log_lines("postfix.log", &log) - before, 1);
            let mail = only(findings, user, "", &subject);
            sent_by(findings, &mail, user);
            findings.same(&format!("{subject}: from"), &mail["from"]["address"], user);
            let name = account.full_name.as_ref().map_or("", |n| n.as_str());
            let name = if target == "nextcloud" { "" } else { name };
            findings.same(&format!("{subject}: name"), &mail["from"]["name"], name);
        }
    }
}

/// Alertmanager itself mails an alert, at both ports; it waits for half a minute before it does.
pub fn alertmanager(findings: &mut Findings) {
    let mut running = Vec::new();
    for (n, (golden, user)) in
        [("gmail-minimal", "me@gmail.com"), ("dotfile-keeper", "alice@example.test")].into_iter().enumerate()
    {
        let home = Home::empty();
        let case = Case::named(golden);
        let file = case.files("alertmanager", ".yml").into_iter().next().expect("a golden");
        fs::copy(file, home.path().join("alertmanager.yml")).expect("copy");
        lab::write_private(&home.path().join("smtp-password"), lab::password(user).as_bytes());
        let url = format!("http://127.0.0.1:{}", 9093 + n);
        let log = fs::File::create(home.path().join("log")).expect("a log");
        let mut command = home.command("prometheus-alertmanager");
        command.args(["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="]);
        let child =
            command.arg(format!("--web.listen-address={}", &url[7..])).stdout(Stdio::null()).stderr(log).spawn();
        let child = child.expect("Alertmanager");
        let alert = format!("alertname=Lab{n}");
        let end = Instant::now() + Duration::from_secs(20);
        let posted = loop {
            let said = run(home.command("amtool").args(["alert", "add", "--alertmanager.url", &url, &alert]));
            if said.ok || Instant::now() > end {
                break said.ok;
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        findings.check(posted, || format!("{golden}: no alert could be posted"));
        running.push((home, child, golden, user, format!("[FIRING:1]  (Lab{n})"), n));
    }
    let end = Instant::now() + Duration::from_secs(60);
    let arrived = |user: &str, n: usize| {
        let subjects = [
            format!("[FIRING:1]  (Lab{n})"),
            format!("[FIRING:1] Lab{n} "),
            format!("[FIRING:1] Lab{n}"),
            format!("[FIRING:1] (Lab{n})"),
        ];
        subjects.into_iter().find(|s| !with_subject(user, "", s).is_empty())
    };
    while Instant::now() < end && !running.iter().all(|(_, _, _, user, _, n)| arrived(user, *n).is_some()) {
        std::thread::sleep(Duration::from_millis(500));
    }
    drain();
    for (home, mut child, golden, user, _, n) in running {
        child.kill().ok();
        child.wait().ok();
        let log = fs::read_to_string(home.path().join("log")).unwrap_or_default();
        let subject = arrived(user, n);
        findings.check(subject.is_some(), || format!("{golden}: no alert came: {log}"));
        findings.check(!log.contains("level=error") && !log.contains("level=warn"), || format!("{golden}: {log}"));
        let Some(subject) = subject else { continue };
        let mail = only(findings, user, "", &subject);
        sent_by(findings, &mail, user);
        findings.same(&format!("{golden}: from"), &mail["from"]["address"], user);
        let account = Case::named(golden);
        let account = account.accounts().iter().find(|a| a.address.as_str() == user).expect("the account");
        let name = account.full_name.as_ref().map_or("", |n| n.as_str());
        findings.same(&format!("{golden}: name"), &mail["from"]["name"], name);
    }
}
