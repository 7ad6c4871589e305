//! imapfilter: runs every golden and shows its accounts, and lists folders by goldens in the box.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Tls};

use crate::Test;
use crate::cases::Case;
use crate::fetching::{first_line, home_with, nowhere, put};
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::log_lines;
use crate::report::Findings;
use crate::sending::{Step, limited, step};

pub fn tests() -> Vec<Test> {
    vec![Test::new("imapfilter_runs_every_golden", &["imapfilter", "luac", lab::PRIVATE], goldens)]
}

pub const STEPS: &[Step] =
    &[Step { needs: &[BOX, "imapfilter"], ..step("imapfilter_lists_folders", "imapfilter", 3, folders) }];

const READS: &str = "mail = dofile(os.getenv(\"HOME\") .. \"/.imapfilter/accounts.lua\")\n";

/// The user's own file, with some lines.
pub fn config(home: &Home, lines: &str) {
    lab::write_private(&home.path().join(".imapfilter/config.lua"), format!("{READS}{lines}").as_bytes());
}

fn written(case: &Case) -> Vec<&Account> {
    let notes = ["no-imap", "no-login", "starttls", "no-token", "token-mechanism"];
    let left_out = |a: &Account| notes.iter().any(|n| case.has_note("imapfilter", a, n));
    case.accounts().iter().filter(|a| !left_out(a)).collect()
}

/// What imapfilter's account tables hold, by account and key; values in hexadecimal digits, for they may hold anything.
fn shown(out: &str) -> BTreeMap<(String, String), String> {
    let text = |digits: &str| {
        let octets: Option<Vec<u8>> =
            (0..digits.len()).step_by(2).map(|n| u8::from_str_radix(digits.get(n..n + 2)?, 16).ok()).collect();
        String::from_utf8_lossy(&octets.unwrap_or_default()).into_owned()
    };
    out.lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            (words.next()? == "shown").then_some(())?;
            Some(((text(words.next()?), text(words.next()?)), text(words.next()?)))
        })
        .collect()
}

fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let accounts = written(&case);
        let file = case.folder.join("imapfilter/.imapfilter/accounts.lua");
        findings.same(&case.name, file.is_file(), !accounts.is_empty());
        if accounts.is_empty() {
            continue;
        }
        cases += 1;
        let said = run(Command::new("luac").arg("-p").arg(&file));
        findings.check(said.ok, || format!("{}: {}", case.name, said.err));
        let home = home_with(&case, &["imapfilter"]);
        let names: Vec<String> = accounts.iter().map(|a| format!("{:?}", a.name)).collect();
        config(
            &home,
            &format!(
                "local function hex(s) return (s:gsub('.', function(c) return string.format('%02x', c:byte()) end)) end\n\
                 for _, name in ipairs {{ {} }} do\n\
                 for key, value in pairs(mail[name]._account) do\n\
                 print('shown ' .. hex(name) .. ' ' .. hex(key) .. ' ' .. hex(tostring(value)))\nend\n\
                 end\nprint(pcall(function() return mail.nobody end))\nos.exit(0)\n",
                names.join(", ")
            ),
        );
        let said = run(&mut nowhere(&home, &case, "imapfilter"));
        findings.check(said.ok && said.out.contains("there is no account nobody"), || {
            format!("{}: {}{}", case.name, said.out, said.err)
        });
        let shown = shown(&said.out);
        for account in accounts {
            let what = format!("{}: {}", case.name, account.name);
            let imap = account.imap.as_ref().expect("IMAP");
            let got = |key: &str| shown.get(&(account.name.clone(), key.to_owned())).cloned();
            let mut same = |key: &str, want: Option<String>| findings.same(&format!("{what}: {key}"), got(key), want);
            same("server", Some(imap.host.to_string()));
            same("port", Some(imap.port.value.to_string()));
            same("ssl", (imap.tls.value == Tls::Implicit).then(|| "auto".to_owned()));
            same("username", Some(imap.login.text.to_string()));
            let secret = first_line(&home, imap);
            let token = matches!(imap.credential.value, Credential::OAuth2(_));
            let escaped = secret.as_ref().map(|s| s.replace('\\', "\\\\"));
            same("password", if token { None } else { escaped });
            let sent = |token: String| {
                let text = format!("user={}\u{1}auth=Bearer {token}\u{1}\u{1}", imap.login.text);
                let said = run(home.command("sh").args(["-c", "printf %s \"$1\" | base64 -w0", "sh", &text]));
                said.out
            };
            same("oauth2", secret.filter(|_| token).map(sent));
        }
    }
    findings.finish("imapfilter", "imapfilter's account tables, every golden", cases)
}

/// By a password, by a token, and at another server.
fn folders(findings: &mut Findings) {
    put("me@gmail.com", &[("INBOX", "first"), ("Label", "labelled")]);
    put("alice@example.test", &[("INBOX", "to alice")]);
    for (name, account, folder) in [
        ("gmail-starttls", "me@gmail.com", "Label"),
        ("gmail-oauth2", "me@gmail.com", "Label"),
        ("three-accounts", "alice", "Archive"),
    ] {
        let home = home_with(&Case::named(name), &["imapfilter"]);
        config(
            &home,
            &format!(
                "local a = mail['{account}']\nlocal folders = a:list_all('', '*')\nfor _, f in ipairs(folders) do print('folder ' .. f) end\n\
                 print('messages ' .. a.INBOX:check_status())\n"
            ),
        );
        let said = run(limited(&home, "imapfilter").args(["-t", authorities()]));
        findings.check(said.ok, || format!("{name}: {}{}", said.out, said.err));
        findings.check(said.out.contains(&format!("folder {folder}\n")), || format!("{name}: {}", said.out));
        findings.check(said.out.contains("messages 1"), || format!("{name}: {}", said.out));
    }
    findings.check(log_lines("dovecot.log", &["imap-login: Info: Login", "method=XOAUTH2"]) > 0, || "no token".into());
}

/// The authorities that the box trusts.
fn authorities() -> &'static str {
    let file = "/etc/ssl/certs/ca-certificates.crt";
    assert!(Path::new(file).is_file());
    file
}
