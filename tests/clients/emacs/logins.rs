//! Logins that arrive at servers: nasty ones, long tokens, and none without the TLS that was asked for.

use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::target::{Run, find};
use serde_json::json;

use super::emacs;
use crate::lab::{self, Home};
use crate::mock::Mock;
use crate::report::Findings;
use crate::values::{self, Fields};

/// Without TLS Emacs asks the user whether to go on, once a server; this is the answer.
const YES: &str = "(require 'nsm) (defalias 'nsm-query (lambda (&rest _) t))";

/// Nasty logins and passwords, as they arrive at a server: all of them in one start.
pub fn logins() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let smtp = Mock::smtp().accept();
    let imap = Mock::imap().accept();
    let home = Home::empty();
    home.program("print-password", "printf '%s\\n' \"$1\"\necho 'not the password'");
    let account_file = |n: usize, fields: &Fields| {
        let plain = |name: &str| fields[name].replace('{', "{{");
        json!({ "accounts": { format!("a{n}"): {
            "address": "a@b.example",
            "login": plain("login"),
            "password": { "command": ["print-password", plain("argument")] },
            "imap": { "host": "127.0.0.1", "port": imap.port(), "tls": "none" },
            "smtp": { "host": "127.0.0.1", "port": smtp.port(), "tls": "none" },
        } } })
        .to_string()
    };
    let render = |n: usize, fields: &Fields| values::render("emacs", &account_file(n, fields));
    // Emacs takes a tenth of a second for a mail and a login.
    let count = values::cases() / 2;
    let tidy = |_: &str, value: String| value;
    let (_, all) = values::rendered("emacs", count, &["login", "argument"], tidy, |f| render(0, f), &mut findings);
    let mut form = String::from(YES);
    for (number, (fields, _)) in all.iter().enumerate() {
        let bundle = render(number, fields).expect("accepted before");
        lab::write_private(&home.path().join(format!("{number}.el")), &bundle.files[0].bytes);
        form.push_str(&format!(
            "(setq mailwright-logins nil) (load \"{}/{number}.el\" nil t t) (lab-print (list (lab-send \"a@b.example\" \"you@b.example\" \"x\") (lab-fetch \"a{number}\" \"x\")))",
            home.path().display()
        ));
    }
    let answers = emacs(&home, &[], &form)?;
    findings.same("answers", answers.len(), all.len());
    for (server, name) in [(smtp, "sending"), (imap, "fetching")] {
        let attempts = server.wait(Duration::from_secs(5));
        findings.same(&format!("logins for {name}"), attempts.len(), all.len());
        for (n, (attempt, (fields, _))) in attempts.iter().zip(&all).enumerate() {
            let what =
                format!("{name}, case {n}, {}: {}", attempt.mechanism, answers.get(n).cloned().unwrap_or_default());
            findings.same(&format!("{what}: login"), String::from_utf8_lossy(&attempt.user), fields["login"].as_str());
            let password = String::from_utf8_lossy(&attempt.password);
            findings.same(&format!("{what}: password"), password, fields["argument"].as_str());
        }
    }
    findings.finish("emacs", "smtpmail and nnimap log in at a server, nasty values", all.len())
}

/// A token is longer than the lines that Emacs breaks base64 into.
pub fn long_tokens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let smtp = Mock::smtp().mechanisms(&["XOAUTH2"]).accept();
    let imap = Mock::imap().mechanisms(&["XOAUTH2"]).accept();
    let home = Home::empty();
    let token = "ya29.".to_owned() + &"t0ken-".repeat(200);
    home.program("print-token", &format!("echo {token}"));
    let text = json!({ "accounts": { "a": {
        "address": "a@b.example",
        "oauth2": { "token": { "command": "print-token" } },
        "imap": { "host": "127.0.0.1", "port": imap.port(), "tls": "none" },
        "smtp": { "host": "127.0.0.1", "port": smtp.port(), "tls": "none" },
    } } });
    let reading = mailwright::read_text("a.yaml", &text.to_string());
    assert!(!reading.failed(), "{:?}", reading.problems);
    let bundle = find("emacs").expect("a target").render(&Run::of(&reading.mail)).expect("rendered");
    let file = home.path().join("file.el");
    lab::write_private(&file, &bundle.files[0].bytes);
    let form =
        format!("{YES} (lab-print (list (lab-send \"a@b.example\" \"you@b.example\" \"x\") (lab-fetch \"a\" \"x\")))");
    let answer = emacs(&home, &[&file], &form)?;
    for server in [smtp, imap] {
        let attempts = server.wait(Duration::from_secs(5));
        let seen: Vec<_> = attempts.iter().map(|a| (a.mechanism.as_str(), &a.user[..], &a.password[..])).collect();
        findings.same(&format!("{answer:?}"), seen, vec![("XOAUTH2", &b"a@b.example"[..], token.as_bytes())]);
    }
    findings.finish("emacs", "a token of 1,205 characters", 1)
}

/// A server without STARTTLS gets neither login nor mail from an account that wants it.
pub fn stripped() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let smtp = Mock::smtp().accept();
    let imap = Mock::imap().accept();
    let home = Home::empty();
    home.program("print-password", "echo secret");
    let account = |tls: &str| {
        let text = json!({ "accounts": { tls: {
            "address": "a@b.example",
            "password": { "command": "print-password" },
            "imap": { "host": "127.0.0.1", "port": imap.port(), "tls": tls },
            "smtp": { "host": "127.0.0.1", "port": smtp.port(), "tls": tls },
        } } });
        let reading = mailwright::read_text("a.yaml", &text.to_string());
        assert!(!reading.failed(), "{:?}", reading.problems);
        find("emacs").expect("a target").render(&Run::of(&reading.mail)).expect("rendered")
    };
    // Both ways, so that a server that is not reached at all does not pass for a refusal.
    for (tls, logins) in [("starttls", 0), ("none", 1)] {
        let file = home.path().join(format!("{tls}.el"));
        lab::write_private(&file, &account(tls).files[0].bytes);
        let form = format!(
            "{YES} (lab-print (list (lab-send \"a@b.example\" \"you@b.example\" \"x\") (lab-fetch \"{tls}\" \"x\")))"
        );
        let answer = emacs(&home, &[&file], &form)?;
        findings.same(&format!("{tls}: logins to send: {answer:?}"), smtp.logins().len(), logins);
        findings.same(&format!("{tls}: logins to fetch: {answer:?}"), imap.logins().len(), logins);
        findings.same(&format!("{tls}: mails"), smtp.messages().len(), logins);
    }
    findings.finish("emacs", "a server without STARTTLS", 2)
}
