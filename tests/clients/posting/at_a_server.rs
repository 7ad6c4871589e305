//! At a server of this machine: what arrives there, and what never does.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::problem::Problem;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::{Sends, limited};
use crate::lab::{self, Home, run};
use crate::mock::Mock;
use crate::report::Findings;
use crate::values;

/// With a registration of its own it asks for a token, by the refresh token in the environment, and logs in with that.
pub fn refreshes(program: &'static Sends) -> Result<(), Failed> {
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
    let bundle = values::render(target, text)?;
    let path = home.path().join(Path::new(&bundle.files[0].path).file_name().expect("a name"));
    fs::write(&path, &bundle.files[0].bytes).expect("write");
    Ok(path)
}

fn post(program: &Sends, home: &Home, file: &Path) -> lab::Said {
    let mut command = limited(&(program.command)(home));
    run(command.args(["--send".as_ref(), file.as_os_str(), "you@b.example".as_ref(), "subject".as_ref()]))
}

/// A server without STARTTLS gets no login from a file that says STARTTLS.
pub fn stripped(program: &'static Sends) -> Result<(), Failed> {
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
pub fn without_a_password(program: &'static Sends) -> Result<(), Failed> {
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
pub fn logins(program: &'static Sends) -> Result<(), Failed> {
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
