//! Delta Chat's core (`deltachat-rpc-server`, JSON-RPC on its standard streams) configures accounts from address and
//! password alone: by autoconfig at `autoconfig.`, by `/.well-known`, by Autodiscover (which it GETs) at `autodiscover.`;
//! at a mail host with implicit TLS and at one with STARTTLS. What it tries to connect to is in its log.
//!
//! Its Autodiscover at the bare domain cannot be had alone: the same host would answer `/.well-known` first.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Server, certificate, count};
use super::{PASSWORD, WEB};
use crate::lab;
use crate::mailbox::log_lines;
use crate::report::Findings;

/// What the test needs, in [`lab::missing`]'s words.
pub const PROGRAM: &str = "lab/python/deltachat_rpc_server";

pub const USERS: &str = "\
anna@name-implicit.test\tcorréct-horse battery\tplain
anna@name-upgraded.test\tcorréct-horse battery\tplain
anna@wellknown-implicit.test\tcorréct-horse battery\tplain
anna@wellknown-upgraded.test\tcorréct-horse battery\tplain
anna@pox-implicit.test\tcorréct-horse battery\tplain
anna@pox-upgraded.test\tcorréct-horse battery\tplain
anna-4711\tcorréct-horse battery\tplain\tanna@people.test
";

pub const ZONE: &str = "\
imap.hoster.test A 127.0.0.2
smtp.hoster.test A 127.0.0.2
autoconfig.name-implicit.test A 127.0.0.2
autoconfig.name-upgraded.test A 127.0.0.2
wellknown-implicit.test A 127.0.0.2
wellknown-upgraded.test A 127.0.0.2
autodiscover.pox-implicit.test A 127.0.0.2
autodiscover.pox-upgraded.test A 127.0.0.2
autoconfig.people.test A 127.0.0.5
";

/// The server of a person with a login of her own.
const PEOPLE: &str = "127.0.0.5";

/// One account and what has to come out of it.
struct Case {
    email: &'static str,
    /// What it fetches last, and so has it from.
    url: &'static str,
    starttls: bool,
    login: &'static str,
}

const fn case(email: &'static str, url: &'static str, starttls: bool) -> Case {
    Case { email, url, starttls, login: email }
}

const CASES: &[Case] = &[
    case("anna@name-implicit.test", "https://autoconfig.name-implicit.test/mail/config-v1.1.xml?emailaddress=", false),
    case("anna@name-upgraded.test", "https://autoconfig.name-upgraded.test/mail/config-v1.1.xml?emailaddress=", true),
    case(
        "anna@wellknown-implicit.test",
        "https://wellknown-implicit.test/.well-known/autoconfig/mail/config-v1.1.xml\"",
        false,
    ),
    case(
        "anna@wellknown-upgraded.test",
        "https://wellknown-upgraded.test/.well-known/autoconfig/mail/config-v1.1.xml\"",
        true,
    ),
    case("anna@pox-implicit.test", "https://autodiscover.pox-implicit.test/autodiscover/autodiscover.xml\"", false),
    case("anna@pox-upgraded.test", "https://autodiscover.pox-upgraded.test/autodiscover/autodiscover.xml\"", true),
    Case {
        login: "anna-4711",
        ..case("anna@people.test", "https://autoconfig.people.test/mail/config-v1.1.xml?emailaddress=", false)
    },
];

fn hosting() -> String {
    let (certificate, key) = certificate();
    format!(
        "providers:
  implicit:
    domains: [name-implicit.test, wellknown-implicit.test, pox-implicit.test]
    imap: imap.hoster.test
    smtp: smtp.hoster.test
  upgraded:
    domains: [name-upgraded.test, wellknown-upgraded.test, pox-upgraded.test]
    imap: {{ host: imap.hoster.test, port: 143, tls: starttls }}
    smtp: {{ host: smtp.hoster.test, port: 587, tls: starttls }}
serve: {{ listen: ['{WEB}:443', '{WEB}:8080'], tls: {{ certificate: {}, key: {} }} }}
",
        certificate.display(),
        key.display()
    )
}

fn people() -> String {
    let (certificate, key) = certificate();
    format!(
        "providers: {{ hoster: {{ domains: [people.test], imap: imap.hoster.test, smtp: smtp.hoster.test }} }}
accounts: {{ anna@people.test: {{ login: anna-4711 }} }}
serve: {{ listen: ['{PEOPLE}:443', '{PEOPLE}:8080'], tls: {{ certificate: {}, key: {} }} }}
",
        certificate.display(),
        key.display()
    )
}

pub fn configures(findings: &mut Findings) {
    let server = Server::start(&hosting(), "127.0.0.2:8080");
    let _people = Server::start(&people(), "127.0.0.5:8080");
    let mut core = Core::start();
    // All at once: each waits for look-ups that nobody answers.
    let mut calls = Vec::new();
    for case in CASES {
        let account = core.call("add_account", json!([])).expect("an account");
        // It has its own list of authorities and does not know the lab's.
        let login =
            json!({ "addr": case.email, "password": PASSWORD, "certificateChecks": "acceptInvalidCertificates" });
        calls.push((case, account.clone(), core.send("add_or_update_transport", json!([account, login]))));
    }
    for (case, account, call) in &calls {
        let result = core.answer(*call);
        if result.is_ok() {
            // Events come one by one, and so later than the answer.
            core.until_logged(account, &["IMAP", "SMTP"].map(|kind| logged_in(kind, case)));
        }
        let log = core.log(account);
        findings.check(result.is_ok(), || format!("{}: {result:?}\n{}", case.email, log.join("\n")));
        configured(findings, case, &log);
    }
    let written = exchange(&mut core, &calls[0].1, &calls[1].1);
    findings.check(written.is_ok(), || format!("from STARTTLS to implicit TLS: {written:?}"));
    for case in CASES {
        let logins = log_lines("dovecot.log", &["imap-login: Info: Login", &format!("user=<{}>", case.login)]);
        findings.check(logins >= 1, || format!("{}: no login as {}", case.email, case.login));
    }
    let metrics = server.metrics();
    for (endpoint, answers) in [("autoconfig", 4), ("autodiscover", 2)] {
        let name = format!("mailwright_requests_total{{endpoint=\"{endpoint}\",status=\"200\"}}");
        findings.same(&name, count(&metrics, &name), answers);
    }
    let told = format!("{}{metrics}", server.log());
    findings.check(!told.contains("anna") && !told.contains('@'), || format!("an address is told: {told}"));
}

/// Where it had the settings from, and what it connected to with them.
fn configured(findings: &mut Findings, case: &Case, log: &[&str]) {
    let what = case.email;
    let fetched: Vec<_> = log.iter().filter_map(|line| line.split_once("Fetching ")).map(|(_, rest)| rest).collect();
    let last = fetched.last().copied().unwrap_or_default().trim_start_matches('"');
    findings.check(last.starts_with(case.url), || format!("{what}: has it from {last}, not from {}", case.url));
    for (kind, wanted) in [
        ("IMAP", if case.starttls { "imap.hoster.test:143:starttls" } else { "imap.hoster.test:993:tls" }),
        ("SMTP", if case.starttls { "smtp.hoster.test:587:starttls" } else { "smtp.hoster.test:465:tls" }),
    ] {
        let mark = format!("{kind} trying to connect to ");
        let tried: Vec<_> =
            log.iter().filter_map(|l| l.split_once(&mark)).map(|(_, rest)| rest.trim_end_matches('.')).collect();
        // Autoconfig says which TLS it is, and nothing else is tried. Of Autodiscover it takes no more than that there is
        // TLS, and tries both.
        let first = match case.starttls && what.contains("pox") {
            true => wanted.replace(":starttls", ":tls"),
            false => wanted.to_owned(),
        };
        let right = tried.first() == Some(&first.as_str())
            && tried.contains(&wanted)
            && tried.iter().all(|t| [first.as_str(), wanted].contains(t));
        findings.check(right, || format!("{what}: tried {tried:?} instead of {first}, {wanted}"));
        let login = logged_in(kind, case);
        findings.check(log.iter().any(|l| l.contains(&login)), || format!("{what}: no {login}"));
    }
    let plain: Vec<_> = log.iter().filter(|l| l.contains(":plain")).collect();
    findings.check(plain.is_empty(), || format!("{what}: in the clear: {plain:?}"));
}

/// What the log says of a login.
fn logged_in(kind: &str, case: &Case) -> String {
    format!("{kind}-LOGIN as {}", case.login)
}

/// Two accounts exchange keys and a message, through Postfix and Dovecot, with IDLE.
fn exchange(core: &mut Core, to: &Value, from: &Value) -> Result<(), String> {
    let invitation = core.call("get_chat_securejoin_qr_code", json!([to, null]))?;
    let chat = core.call("secure_join", json!([from, invitation]))?;
    core.until(from, |e| e["kind"] == "SecurejoinJoinerProgress" && e["progress"] == 1000)?;
    core.call("misc_send_text_message", json!([from, chat, "Grüße"]))?;
    loop {
        let event = core.until(to, |e| e["kind"] == "IncomingMsg")?;
        let message = core.call("get_message", json!([to, event["msgId"]]))?;
        if message["text"] == "Grüße" {
            return Ok(());
        }
    }
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running core.
struct Core {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<Value>,
    calls: u64,
    /// The call that waits for the next event.
    waiting: u64,
    answers: HashMap<u64, Value>,
    /// With the account that each is about.
    events: Vec<(Value, Value)>,
    /// How many of them have been looked at by [`Core::until`].
    seen: usize,
    _folder: TempDir,
}

impl Core {
    fn start() -> Core {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program: PathBuf = lab::packages("python/deltachat_rpc_server/deltachat-rpc-server");
        let mut child = Command::new(program)
            .env("DC_ACCOUNTS_PATH", folder.path().join("accounts"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("deltachat-rpc-server");
        let (stdin, stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let Ok(value) = serde_json::from_str(&line) else { continue };
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let mut core = Core {
            child,
            stdin,
            lines,
            calls: 0,
            waiting: 0,
            answers: HashMap::new(),
            events: Vec::new(),
            seen: 0,
            _folder: folder,
        };
        core.waiting = core.send("get_next_event", json!([]));
        core
    }

    /// Begins a call.
    fn send(&mut self, method: &str, parameters: Value) -> u64 {
        self.calls += 1;
        let call = json!({ "jsonrpc": "2.0", "id": self.calls, "method": method, "params": parameters });
        writeln!(self.stdin, "{call}").expect("a call");
        self.calls
    }

    /// A call's answer.
    fn answer(&mut self, call: u64) -> Result<Value, String> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = self.answers.remove(&call) {
                return match answer.get("result") {
                    Some(result) => Ok(result.clone()),
                    None => Err(answer["error"].to_string()),
                };
            }
            self.next(end)?;
        }
    }

    fn call(&mut self, method: &str, parameters: Value) -> Result<Value, String> {
        let call = self.send(method, parameters);
        self.answer(call)
    }

    /// Takes the next line: an answer, or an event.
    fn next(&mut self, end: Instant) -> Result<(), String> {
        let line = match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => return Err("it took too long".into()),
            Err(RecvTimeoutError::Disconnected) => return Err("it is gone".into()),
        };
        let id = line["id"].as_u64().unwrap_or(0);
        if id == self.waiting {
            self.events.push((line["result"]["contextId"].clone(), line["result"]["event"].clone()));
            self.waiting = self.send("get_next_event", json!([]));
        } else {
            self.answers.insert(id, line);
        }
        Ok(())
    }

    /// The next event of an account that is looked for.
    fn until(&mut self, account: &Value, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
        let end = Instant::now() + PATIENCE;
        loop {
            while let Some((about, event)) = self.events.get(self.seen) {
                self.seen += 1;
                if about == account && wanted(event) {
                    return Ok(event.clone());
                }
            }
            self.next(end).map_err(|e| format!("{e}:\n{}", self.log(account).join("\n")))?;
        }
    }

    /// Waits until an account's log holds all these texts; who looks at it sees what is missing after all.
    fn until_logged(&mut self, account: &Value, wanted: &[String]) {
        let end = Instant::now() + PATIENCE;
        while !wanted.iter().all(|text| self.log(account).iter().any(|line| line.contains(text))) {
            if self.next(end).is_err() {
                return;
            }
        }
    }

    /// What an account's log says.
    fn log(&self, account: &Value) -> Vec<&str> {
        self.events.iter().filter(|(about, _)| about == account).filter_map(|(_, e)| e["msg"].as_str()).collect()
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
