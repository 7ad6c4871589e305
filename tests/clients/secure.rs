//! Connections that somebody tampers with. A server that offers no STARTTLS is told no password; programs that would tell
//! it are left out, and that they would is seen here, too. A server whose certificate nobody vouches for is told nothing.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::account::Protocol;
use mailwright::target::{Bundle, Run, find};
use serde_json::{Value, json};

use crate::Test;
use crate::lab::{self, Home, run, script};
use crate::logins::limited;
use crate::mock::Mock;
use crate::report::Findings;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("stripped_starttls_is_no_login_for_mbsync", &["mbsync"], || {
            refuses("isync", "mbsync", &["a"], Protocol::Imap)
        }),
        Test::new("stripped_starttls_is_no_login_for_fetchmail", &["fetchmail"], || {
            refuses("fetchmail", "fetchmail", &["--pidfile", "pid"], Protocol::Imap)?;
            refuses("fetchmail", "fetchmail", &["--pidfile", "pid"], Protocol::Pop3)
        }),
        certificate("isync", "mbsync", &["mbsync", "openssl"], &["a"], Protocol::Imap),
        certificate("offlineimap", "offlineimap", &["offlineimap", "openssl"], &["-o", "-u", "basic"], Protocol::Imap),
        certificate("getmail", "getmail", &["getmail", "openssl"], &["-r", "a"], Protocol::Imap),
        certificate("getmail", "getmail", &["getmail", "openssl"], &["-r", "a"], Protocol::Pop3),
        certificate("fetchmail", "fetchmail", &["fetchmail", "openssl"], &["--pidfile", "pid"], Protocol::Imap),
        certificate("fetchmail", "fetchmail", &["fetchmail", "openssl"], &["--pidfile", "pid"], Protocol::Pop3),
        certificate("imapfilter", "imapfilter", &["imapfilter", "openssl"], &[], Protocol::Imap),
        Test::new("offlineimap_would_log_in_without_starttls", &["offlineimap"], offlineimap),
        Test::new("imapfilter_would_log_in_without_starttls", &["imapfilter"], imapfilter),
    ]
}

/// The files of an account at this port, and its notes.
fn render(target: &str, protocol: Protocol, port: u16, tls: &str) -> Bundle {
    let server = json!({ "host": "127.0.0.1", "port": port, "tls": tls });
    written(target, protocol, server, json!({}))
}

fn written(target: &str, protocol: Protocol, server: Value, options: Value) -> Bundle {
    let mut account = json!({
        "address": "a@b.example",
        "password": "secret",
        "retrieve": protocol.key(),
        "maildir": "~/Mail/a",
        "targets": { target: options },
    });
    account[protocol.key()] = server;
    let reading = mailwright::read_text("a.yaml", &json!({ "accounts": { "a": account } }).to_string());
    assert!(!reading.failed(), "{:?}", reading.problems);
    find(target).expect("a target").render(&Run { cleartext: true, ..Run::of(&reading.mail) }).expect("rendered")
}

fn home_of(bundle: &Bundle) -> Home {
    let home = Home::empty();
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(home.path().join("Mail/a/INBOX").join(part)).expect("folder");
        fs::create_dir_all(home.path().join("Mail/a").join(part)).expect("folder");
    }
    for file in &bundle.files {
        lab::write_private(&home.path().join(&file.path), &file.bytes);
    }
    home
}

fn refuses(target: &str, program: &str, args: &[&str], protocol: Protocol) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::start(protocol).accept();
    for (tls, logs_in) in [("none", true), ("starttls", false)] {
        let home = home_of(&render(target, protocol, mock.port(), tls));
        let said = run(limited(&home, program).args(args));
        let attempts = mock.wait(Duration::from_millis(if logs_in { 1000 } else { 50 }));
        findings.same(&format!("{target}: {tls}: logins: {}{}", said.out, said.err), !attempts.is_empty(), logs_in);
    }
    findings.finish(target, "a server that offers no STARTTLS", 2)
}

/// A program that meets a certificate of an authority that it does not know, then one of an authority that it was told
/// of, and at last one of that authority for another server.
fn certificate(
    target: &'static str,
    program: &'static str,
    needs: &'static [&'static str],
    args: &'static [&'static str],
    protocol: Protocol,
) -> Test {
    let name = format!("{program}_checks_certificates_{}", protocol.key());
    Test::new(name, needs, move || certificates(target, program, args, protocol))
}

fn certificates(target: &str, program: &str, args: &[&str], protocol: Protocol) -> Result<(), Failed> {
    let mut findings = Findings::default();
    for (told, name, talks) in [(false, "localhost", false), (true, "localhost", true), (true, "other.example", false)]
    {
        let folder = tempfile::tempdir()?;
        let made = run(Command::new("bash").arg(script("make-certs.sh")).arg(folder.path()).arg(name));
        findings.check(made.ok, || made.err);
        let authority = folder.path().join("ca.pem").to_string_lossy().into_owned();
        let mut server = Command::new(lab::python())
            .arg(script("tls-server.py"))
            .args([folder.path().join("server.pem"), folder.path().join("server.key")])
            .arg(protocol.key())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = server.stdin.take();
        let mut lines = BufReader::new(server.stdout.take().ok_or("no output")?).lines();
        let port: u16 = lines.next().ok_or("no port")??.parse()?;
        let host = json!({ "host": "localhost", "port": port, "tls": "implicit" });
        // The only one that is told on the command line.
        let option = told && target != "imapfilter";
        let bundle = written(target, protocol, host, if option { json!({ "ca_file": authority }) } else { json!({}) });
        let home = home_of(&bundle);
        let mut command = limited(&home, program);
        if target == "imapfilter" {
            crate::imapfilter::config(&home, "mail.a:list_all()\n");
            command.args(if told { vec!["-t", authority.as_str()] } else { vec![] });
        }
        let said = run(command.args(args));
        drop(input);
        server.wait()?;
        let talked = lines.count() > 0;
        findings.same(&format!("{target}: told {told}, of {name}: {}{}", said.out, said.err), talked, talks);
    }
    findings.finish(target, &format!("a certificate that is not the server's, {}", protocol.title()), 3)
}

fn left_out(target: &str, findings: &mut Findings) {
    let bundle = render(target, Protocol::Imap, 143, "starttls");
    findings.check(bundle.files.is_empty(), || format!("{target} writes STARTTLS"));
    findings.check(bundle.notes.iter().any(|n| n.code == "starttls"), || format!("{target}: {:?}", bundle.notes));
}

fn offlineimap() -> Result<(), Failed> {
    let mut findings = Findings::default();
    left_out("offlineimap", &mut findings);
    let mock = Mock::imap();
    let bundle = render("offlineimap", Protocol::Imap, mock.port(), "none");
    let home = home_of(&bundle);
    let text = String::from_utf8(bundle.files[0].bytes.clone())?.replace("starttls = no", "starttls = yes");
    lab::write_private(&home.path().join(&bundle.files[0].path), text.as_bytes());
    run(limited(&home, "offlineimap").args(["-o", "-u", "basic"]));
    findings.check(!mock.wait(Duration::from_secs(1)).is_empty(), || {
        "it insists on STARTTLS by now: the note is old".into()
    });
    findings.finish("offlineimap", "a server that offers no STARTTLS", 1)
}

fn imapfilter() -> Result<(), Failed> {
    let mut findings = Findings::default();
    left_out("imapfilter", &mut findings);
    let mock = Mock::imap();
    let home = home_of(&render("imapfilter", Protocol::Imap, mock.port(), "none"));
    crate::imapfilter::config(&home, "options.starttls = true\nmail.a:list_all()\n");
    run(&mut limited(&home, "imapfilter"));
    findings.check(!mock.wait(Duration::from_secs(1)).is_empty(), || {
        "it insists on STARTTLS by now: the note is old".into()
    });
    findings.finish("imapfilter", "a server that offers no STARTTLS", 1)
}
