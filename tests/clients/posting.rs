//! Applications really send: goldens, unmodified, in the box; and at a server that offers no TLS, where none of them may
//! log in unless the account says so.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mailwright::problem::Problem;
use mailwright::target::{Run, find};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::Test;
use crate::applications::{django_command, nodemailer_command, php_command, rails_command};
use crate::cases::Case;
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::{drain, log_lines, with_subject};
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::{Step, only, sent_by, step};
use crate::values;

/// A program that sends by a file.
struct Sends {
    target: &'static str,
    needs: &'static [&'static str],
    /// Where the password is.
    variable: &'static str,
    /// The command, but for the file, the recipient and the subject.
    command: fn(&Home) -> Command,
    /// Whether it insists on STARTTLS: what does not was said to.
    strict: bool,
}

const SENDS: &[Sends] = &[
    Sends {
        target: "django",
        needs: &[BOX, "django"],
        variable: "EMAIL_HOST_PASSWORD",
        command: django_command,
        strict: true,
    },
    Sends {
        target: "rails",
        needs: &[BOX, "action_mailer"],
        variable: "SMTP_PASSWORD",
        command: rails_command,
        strict: true,
    },
    Sends {
        target: "nodemailer",
        needs: &[BOX, "nodemailer"],
        variable: "SMTP_PASSWORD",
        command: |home| nodemailer_command("nodemailer", home),
        strict: true,
    },
    Sends {
        target: "nodemailer",
        needs: &[BOX, "nodemailer"],
        variable: "SMTP_PASSWORD",
        command: |home| nodemailer_command("nodemailer-latest", home),
        strict: true,
    },
    Sends {
        target: "laravel",
        needs: &[BOX, "symfony-mailer"],
        variable: "MAIL_PASSWORD",
        command: |home| php_command("laravel", home),
        // Debian 12 has symfony/mailer 5.4, which cannot.
        strict: false,
    },
    Sends {
        target: "nextcloud",
        needs: &[BOX, "symfony-mailer"],
        variable: "NC_mail_smtppassword",
        command: |home| php_command("nextcloud", home),
        strict: false,
    },
];

/// The steps in the box, one an application.
pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, "django"], ..step("django_sends", "django", 3, |f| sends("django", f)) },
    Step { needs: &[BOX, "action_mailer"], ..step("rails_sends", "rails", 4, |f| sends("rails", f)) },
    Step { needs: &[BOX, "nodemailer"], ..step("nodemailer_sends", "nodemailer", 4, |f| sends("nodemailer", f)) },
    Step { needs: &[BOX, "symfony-mailer"], ..step("laravel_sends", "laravel", 4, |f| sends("laravel", f)) },
    Step { needs: &[BOX, "symfony-mailer"], ..step("nextcloud_sends", "nextcloud", 2, |f| sends("nextcloud", f)) },
    Step {
        needs: &[BOX, "amtool", "prometheus-alertmanager"],
        ..step("alertmanager_sends", "alertmanager", 2, alertmanager)
    },
];

pub fn tests() -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for (n, sends) in SENDS.iter().enumerate() {
        let needs = &sends.needs[1..];
        tests.push(Test::new(format!("{}_logs_in_with_nasty_values_{n}", sends.target), needs, move || logins(sends)));
        tests.push(Test::new(format!("{}_sends_nothing_without_a_login_{n}", sends.target), needs, move || {
            without_a_password(sends)
        }));
        if sends.strict {
            tests.push(Test::new(format!("{}_insists_on_starttls_{n}", sends.target), needs, move || stripped(sends)));
        }
    }
    for (n, sends) in SENDS.iter().enumerate().filter(|(_, s)| s.target == "nodemailer") {
        tests.push(Test::new(format!("nodemailer_gets_a_token_{n}"), &sends.needs[1..], move || refreshes(sends)));
    }
    tests
}

/// With a registration of its own it asks for a token, by the refresh token in the environment, and logs in with that.
fn refreshes(program: &'static Sends) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::smtp().accept().mechanisms(&["XOAUTH2"]);
    let endpoint = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/token", endpoint.local_addr()?);
    let server = std::thread::spawn(move || token_endpoint(&endpoint));
    let text = json!({ "accounts": { "a": {
        "address": "a@b.example", "smtp": { "host": "127.0.0.1", "port": mock.port(), "tls": "none" },
        "oauth2": { "client_id": "a \"client\" & more", "client_secret": { "env": "CLIENT_SECRET" }, "token_url": url },
    } } });
    let mut home = Home::empty();
    home.set("CLIENT_SECRET", "s=&cret");
    home.set("SMTP_REFRESH_TOKEN", "refresh me");
    let file = rendered(program.target, &home, &text.to_string()).map_err(|p| format!("{p:?}"))?;
    let said = post(program, &home, &file);
    findings.check(said.ok, || format!("{}{}", said.out, said.err));
    if !said.ok {
        return findings.finish(program.target, "gets a token", 1);
    }
    let asked = server.join().map_err(|_| "the token endpoint")?;
    let asked: BTreeMap<String, String> = url::form_urlencoded::parse(asked.as_bytes()).into_owned().collect();
    for (key, value) in [
        ("client_id", "a \"client\" & more"),
        ("client_secret", "s=&cret"),
        ("refresh_token", "refresh me"),
        ("grant_type", "refresh_token"),
    ] {
        findings.same(key, asked.get(key).map(String::as_str), Some(value));
    }
    let logins = mock.logins();
    findings.same("logins", logins.len(), 1);
    for login in logins {
        findings.same("mechanism", login.mechanism.to_uppercase(), "XOAUTH2");
        findings.same("login", String::from_utf8_lossy(&login.user), "a@b.example");
        findings.same("token", String::from_utf8_lossy(&login.password), lab::TOKEN);
    }
    findings.same("mails", mock.messages().len(), 1);
    findings.finish(program.target, "gets a token", 1)
}

/// Answers one request with a token; what was posted.
fn token_endpoint(listener: &TcpListener) -> String {
    let (stream, _) = listener.accept().expect("a request");
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        let line = line.to_lowercase();
        if let Some(n) = line.strip_prefix("content-length:") {
            length = n.trim().parse().expect("a number");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let answer = json!({ "access_token": lab::TOKEN, "expires_in": 3600, "token_type": "Bearer" }).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", answer.len());
    reader.into_inner().write_all(format!("{head}{answer}").as_bytes()).expect("an answer");
    String::from_utf8_lossy(&body).into_owned()
}

/// A command that sends, given up after a while.
fn limited(command: &Command) -> Command {
    let mut limited = Command::new("timeout");
    limited.args(["--kill-after=1", "30"]).arg(command.get_program()).args(command.get_args()).env_clear();
    limited.envs(command.get_envs().filter_map(|(k, v)| v.map(|v| (k, v)))).stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    limited
}

/// Every version of a program sends by the goldens that the lab's users fit, and does not trust just any certificate.
fn sends(target: &str, findings: &mut Findings) {
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
fn alertmanager(findings: &mut Findings) {
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

/// The file for an account at a server of this machine.
fn written(target: &str, home: &Home, port: u16, tls: &str, login: &str) -> Result<PathBuf, Vec<Problem>> {
    let text = json!({ "accounts": { "a": {
        "address": "a@b.example", "login": login.replace('{', "{{"),
        "smtp": { "host": "127.0.0.1", "port": port, "tls": tls },
        "targets": { "nextcloud": { "optional_starttls": true }, "laravel": { "optional_starttls": true } },
    } } });
    rendered(target, home, &text.to_string())
}

/// The file for an account file.
fn rendered(target: &str, home: &Home, text: &str) -> Result<PathBuf, Vec<Problem>> {
    let reading = mailwright::read_text("nasty.yaml", text);
    if reading.failed() {
        return Err(reading.problems);
    }
    let bundle = find(target).expect("a target").render(&Run::of(&reading.mail))?;
    let path = home.path().join(Path::new(&bundle.files[0].path).file_name().expect("a name"));
    fs::write(&path, &bundle.files[0].bytes).expect("write");
    Ok(path)
}

fn post(program: &Sends, home: &Home, file: &Path) -> lab::Said {
    let mut command = limited(&(program.command)(home));
    run(command.args(["--send".as_ref(), file.as_os_str(), "you@b.example".as_ref(), "subject".as_ref()]))
}

/// A server without STARTTLS gets no login from a file that says STARTTLS.
fn stripped(program: &'static Sends) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::smtp().accept();
    let mut home = Home::empty();
    home.set(program.variable, "secret");
    let Ok(file) = written(program.target, &home, mock.port(), "starttls", "user") else {
        return Err("the file was refused".into());
    };
    let said = post(program, &home, &file);
    findings.check(!said.ok, || format!("it sent without TLS: {}", said.out));
    findings.check(mock.commands().iter().any(|c| c.to_uppercase().starts_with("EHLO")), || {
        format!("it did not come: {}", said.err)
    });
    findings.same("logins without TLS", mock.logins().len(), 0);
    findings.same("mails without TLS", mock.messages().len(), 0);
    findings.finish(program.target, "a server without STARTTLS gets nothing", 1)
}

/// With its variable not set, or empty, no mail goes out without a login; with none set most do not even begin.
fn without_a_password(program: &'static Sends) -> Result<(), Failed> {
    let mut findings = Findings::default();
    for (set, mechanism) in [false, true].into_iter().flat_map(|set| ["PLAIN", "LOGIN"].map(|m| (set, m))) {
        // Set to nothing it is the user's doing, and Django takes that for no login at all.
        if set && program.target == "django" {
            continue;
        }
        let mock = Mock::smtp().accept().mechanisms(&[mechanism]);
        let mut home = Home::empty();
        if set {
            home.set(program.variable, "");
        }
        let Ok(file) = written(program.target, &home, mock.port(), "none", "user") else {
            return Err("the file was refused".into());
        };
        let said = post(program, &home, &file);
        let what = format!("set: {set}, the server has {mechanism}");
        let (mails, logins) = (mock.messages().len(), mock.logins().len());
        findings.check(mails <= logins, || format!("{what}: {mails} mails, {logins} logins: {}{}", said.out, said.err));
        if !set && ["django", "rails", "nodemailer"].contains(&program.target) {
            findings.check(!said.ok && mails == 0, || format!("{what}: {mails} mails: {}{}", said.out, said.err));
        }
    }
    findings.finish(program.target, "no mail without a login", 1)
}

/// Login and password arrive as they are, whatever stands in them; and so does the mail.
fn logins(program: &'static Sends) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut runner = TestRunner::deterministic();
    let nasty = values::nasty().prop_filter("a variable", |v| !v.contains('\0'));
    let count = (values::cases() / 8).max(8);
    for _ in 0..count {
        let login = nasty.new_tree(&mut runner).map_err(|e| e.to_string())?.current();
        let password = nasty.new_tree(&mut runner).map_err(|e| e.to_string())?.current();
        // Some trim what a server says, or what a file has; a password of blanks is none.
        if password.trim().is_empty() || password.contains(|c: char| c.is_control()) {
            continue;
        }
        // What no file can change: Python's smtplib has ASCII passwords only, and Laravel takes quotes off.
        let quoted =
            password.len() > 1 && ['"', '\''].iter().any(|q| password.starts_with(*q) && password.ends_with(*q));
        let word =
            ["true", "false", "null", "empty"].contains(&password.trim_matches(['(', ')']).to_lowercase().as_str());
        let beyond = match program.target {
            "django" => !password.is_ascii(),
            "laravel" => quoted || word,
            _ => false,
        };
        if beyond {
            continue;
        }
        let mock = Mock::smtp().accept();
        let mut home = Home::empty();
        home.set(program.variable, &password);
        let file = match written(program.target, &home, mock.port(), "none", &login) {
            Ok(file) => file,
            Err(problems) => {
                values::refused(program.target, "login", &login, &problems, &mut findings);
                continue;
            }
        };
        let said = post(program, &home, &file);
        let logins = mock.wait(Duration::from_secs(1));
        findings.check(said.ok, || format!("{login:?}: {}{}", said.out, said.err));
        let Some(attempt) = logins.first() else {
            findings.check(false, || format!("{login:?} {password:?}: no login: {}", said.err));
            continue;
        };
        findings.same("the login", String::from_utf8_lossy(&attempt.user), login.as_str());
        findings.same("the password", String::from_utf8_lossy(&attempt.password), password.as_str());
        findings.same("mails", mock.messages().len(), 1);
    }
    findings.finish(program.target, "logs in with nasty values", count)
}
