//! Programs in use in the box: they send, sit at a terminal, and what they sent is looked up.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cases::Case;
use crate::lab::{self, Home, run};
use crate::mailbox::{drain, header, with_subject};
use crate::report::Findings;

/// A home with the configuration of some targets of a golden.
pub fn home_of(case: &Case) -> Home {
    let home = Home::of(case.accounts());
    // mutt asks at its first start whether to make it, unless `folder` is a server.
    fs::create_dir(home.path().join("Mail")).expect("folder");
    for target in ["msmtp", "mutt", "neomutt"] {
        lab::copy_tree(&case.folder.join(target), home.path());
    }
    home
}

/// A command that is given up after a minute.
pub fn limited(home: &Home, program: &str) -> Command {
    let mut command = home.command("timeout");
    command.arg("60").arg(program);
    command
}

pub fn with_input(command: &mut Command, input: &str) -> lab::Said {
    let file = tempfile::tempfile().and_then(|mut file| {
        use std::io::Seek;
        file.write_all(input.as_bytes())?;
        file.rewind()?;
        Ok(file)
    });
    run(command.stdin(file.expect("a temporary file")))
}

/// Sends without a terminal, as scripts do.
pub fn send(program: &str, home: &Home, options: &[&str], to: &str, subject: &str) -> Result<(), String> {
    let mut command = limited(home, program);
    command.args(options);
    let said = if program == "msmtp" {
        with_input(command.arg("-t"), &format!("To: {to}\nSubject: {subject}\n\nsent by msmtp\n"))
    } else {
        with_input(command.args(["-s", subject, "--", to]), &format!("sent by {program}\n"))
    };
    drain();
    if said.ok { Ok(()) } else { Err(format!("{program} {options:?}: {}{}", said.out, said.err)) }
}

/// A session at a terminal: settings, then keys. The answer is what stood on the screen.
pub fn session(program: &str, home: &Home, settings: &[&str], keys: &str) -> String {
    // Nobody is there to answer a question or to edit a text.
    let quiet = "set confirmcreate=no confirmappend=no wait_key=no quit=yes timeout=1 sleep_time=0 editor=true \
                 abort_nosubject=no abort_unmodified=no recall=no";
    let lines = format!("{quiet}\n{}\npush \"{keys}\"\n", settings.join("\n"));
    lab::write_private(&home.path().join("session"), lines.as_bytes());
    let mut terminal = limited(home, "script");
    terminal.args(["-qec", &format!("{program} -e 'source ~/session'"), "/dev/null"]);
    terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = terminal.spawn().expect("script");
    // An end of the input would reach the program as a key, Ctrl-D.
    let keyboard = child.stdin.take();
    let output = child.wait_with_output().expect("script");
    drop(keyboard);
    drain();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The keys that copy all mail of the open mailbox to a file.
pub fn copy_all(file: &str) -> String {
    format!("<tag-pattern>.<enter><tag-prefix><copy-message><kill-line>~/{file}<enter>")
}

/// Whether all of these subjects stand in a file of a home.
pub fn fetched(home: &Home, file: &str, subjects: &[&str]) -> bool {
    let text = fs::read(home.path().join(file)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    subjects.iter().all(|s| text.contains(&format!("Subject: {s}")))
}

/// The end of what a terminal showed, without its control characters.
pub fn tail(screen: &str) -> String {
    let plain: String = screen.chars().filter(|c| !c.is_control()).collect();
    let skip = plain.chars().count().saturating_sub(600);
    plain.chars().skip(skip).collect()
}

/// The only mail in a folder with this subject.
pub fn only(findings: &mut Findings, user: &str, folder: &str, subject: &str) -> Value {
    let mut mails = with_subject(user, folder, subject);
    findings.same(&format!("mails {subject:?} in {user}/{folder}"), mails.len(), 1);
    mails.pop().unwrap_or_default()
}

/// Who logged in to send it: Postfix writes that into the mail.
pub fn sent_by(findings: &mut Findings, mail: &Value, login: &str) {
    let received = header(mail, "received");
    findings.check(received.contains(&format!("(Authenticated sender: {login})")), || {
        format!("{login} did not send: {received}")
    });
}
