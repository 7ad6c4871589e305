//! S-nail: shows the settings of every golden's accounts; sends, and reads by IMAP and POP3, in the box.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Identity, Mechanism, Protocol, Server, Signature, Tls};
use mailwright::target::Options;

use crate::Test;
use crate::cases::{Case, usable};
use crate::lab::{self, BOX, Home, PRIVATE, password, run};
use crate::mailbox::{drain, header};
use crate::report::Findings;
use crate::sending::{Step, limited, only, sent_by, step, with_input};

pub fn tests() -> Vec<Test> {
    vec![Test::new("s_nail_reads_every_golden", &["s-nail", PRIVATE], reads)]
}

pub const STEPS: &[Step] = &[Step { needs: &[BOX, "s-nail"], ..step("s_nail_reads_and_sends", "s-nail", 5, mails) }];

/// S-nail in a home. Root's is where the system says, whatever HOME is: it is told its file, and its shell the home.
pub fn command(home: &Home) -> Command {
    home.program("shell", &format!("HOME='{}' exec /bin/sh \"$@\"", home.path().display()));
    let mut command = limited(home, "s-nail");
    command.env("MAILRC", home.path().join(".mailrc")).env("SHELL", home.path().join("bin/shell")).arg("-:u");
    command
}

fn home_of(case: &Case) -> Home {
    let home = Home::of(case.accounts());
    home.program("fortune", "echo 'a fortune'");
    lab::copy_tree(&case.folder.join("s-nail"), home.path());
    let file = home.path().join(".mailrc");
    let moved = home.signatures(case.accounts(), "from a file\n");
    let text = fs::read_to_string(&file).expect("golden");
    lab::write_private(&file, moved(&text).as_bytes());
    home
}

/// What it prints of a setting is an argument of its own, which bash reads in the same way.
fn plain(argument: &str) -> String {
    run(Command::new("bash").args(["-c", &format!("printf %s {argument}")])).out
}

/// A server's URL as it has to be, with nothing percent-encoded.
fn url(server: &Server) -> String {
    let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
    let user = match server.credential.value {
        Credential::None => String::new(),
        _ => format!("{}@", server.login.for_program(server.protocol)),
    };
    format!("{}{s}://{user}{}", server.protocol.key(), server.endpoint())
}

fn decoded(url: &str) -> String {
    percent_encoding::percent_decode_str(url).decode_utf8_lossy().into_owned()
}

const SHOWN: &[&str] = &[
    "from",
    "reply-to",
    "mta",
    "folder",
    "inbox",
    "record",
    "tls-verify",
    "tls-ca-file",
    "smtp-use-starttls",
    "imap-use-starttls",
    "pop3-use-starttls",
    "smtp-auth",
    "imap-auth",
    "pop3-auth",
    "message-inject-tail",
    "smime-sign",
    "smime-sign-cert",
];

fn reads() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        if case.files("s-nail", ".mailrc").is_empty() {
            continue;
        }
        cases += 1;
        let home = home_of(&case);
        for account in case.accounts() {
            let servers = [account.incoming(), account.smtp.as_ref()];
            if servers.iter().flatten().any(|s| !writes(s)) || servers.iter().flatten().count() == 0 {
                continue;
            }
            let name = if account.name == "null" { account.address.to_string() } else { account.name.clone() };
            if ["ipv6", "no-login"].iter().any(|n| case.has_note("s-nail", account, n)) {
                let said = with_input(&mut offline(&home), &format!("account {name}\nx\n"));
                let unknown = said.err.contains(&format!("account does not exist: {name}"));
                findings.check(unknown, || format!("{}: {name} is not left out: {}", case.name, said.err));
                continue;
            }
            for (n, identity) in std::iter::once(None).chain(account.identities.iter().map(Some)).enumerate() {
                let name = if n == 0 { name.clone() } else { format!("{name}-{}", n + 1) };
                shows(&mut findings, &case, &home, account, identity, &name);
            }
        }
    }
    findings.finish("s-nail", "s-nail shows its settings, every golden", cases)
}

/// S-nail in a home and without a network.
fn offline(home: &Home) -> Command {
    let mut offline = home.command("unshare");
    offline.args(["--net", "timeout", "60", "s-nail", "-:u", "-#"]);
    for (name, value) in command(home).get_envs() {
        offline.env(name, value.unwrap_or_default());
    }
    offline
}

/// Whether it can log in there: by a token only as XOAUTH2 has it.
fn writes(server: &Server) -> bool {
    usable(&server.credential.value)
        && match &server.credential.value {
            Credential::OAuth2(oauth2) => oauth2.mechanism.as_ref().is_none_or(|m| m.value == Mechanism::XOAuth2),
            _ => true,
        }
}

fn shows(
    findings: &mut Findings,
    case: &Case,
    home: &Home,
    account: &Account,
    identity: Option<&Identity>,
    name: &str,
) {
    let what = format!("{}: {name}", case.name);
    let options = Options::of(account, "s-nail");
    let (maildir, msmtp) = (options.is("mail", "maildir"), options.is("send", "msmtp"));
    let incoming = account.incoming().filter(|_| !maildir);
    let smtp = identity.and_then(|i| i.smtp.as_ref()).or(account.smtp.as_ref()).filter(|_| !msmtp);
    let passwords: Vec<(String, &Server)> =
        incoming.into_iter().chain(smtp).map(|s| (format!("password-{}", s.endpoint()), s)).collect();
    let mut names: Vec<&str> = SHOWN.to_vec();
    names.extend(passwords.iter().map(|(n, _)| n.as_str()));
    let said = with_input(&mut offline(home), &format!("account {name}\nvarshow {}\nx\n", names.join(" ")));
    // It opens the mailbox of an account that it enters, and there is no network.
    let offline = |l: &&str| {
        ["Lookup of", "A password is necessary", "Could not connect", "Not a maildir"].iter().any(|w| l.contains(w))
    };
    let complaints: Vec<&str> = said.err.lines().filter(|l| !l.is_empty() && !offline(l)).collect();
    findings.same(&format!("{what}: complaints"), complaints, Vec::<&str>::new());
    let shown: BTreeMap<String, String> = said
        .out
        .lines()
        .filter_map(|l| l.strip_prefix("wysh ").unwrap_or(l).strip_prefix("set "))
        .map(|l| l.split_once('=').map_or((l.to_owned(), String::new()), |(n, v)| (n.to_owned(), plain(v))))
        .collect();
    let mut same = |key: &str, want: Option<String>| {
        findings.same(&format!("{what}: {key}"), shown.get(key).cloned(), want);
    };
    let address = identity.map_or(&account.address, |i| &i.address).to_string();
    let full_name = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref()).map(|n| n.to_string());
    let quoted = full_name.map(|n| {
        let word = n.chars().all(|c| c.is_alphanumeric() || c == ' ');
        if word { n } else { format!("\"{}\"", n.replace('\\', "\\\\").replace('"', "\\\"")) }
    });
    same("from", Some(quoted.map_or(address.clone(), |n| format!("{n} <{address}>"))));
    same("reply-to", identity.and_then(|i| i.reply_to.as_ref()).map(|r| r.to_string()));
    same("tls-verify", Some("strict".into()));
    for protocol in ["smtp", "imap", "pop3"] {
        let starttls =
            incoming.into_iter().chain(smtp).any(|s| s.protocol.key() == protocol && s.tls.value == Tls::StartTls);
        same(&format!("{protocol}-use-starttls"), starttls.then(String::new));
    }
    for (key, server) in &passwords {
        let want = match &server.credential.value {
            Credential::Password(secret) => secret.command(mailwright::account::Os::Linux).map(|_| {
                // A password manager of the lab prints that of the account that was made last.
                shown
                    .get(key)
                    .cloned()
                    .filter(|v| !v.is_empty())
                    .unwrap_or_else(|| password(account.address.as_str()).into())
            }),
            Credential::OAuth2(_) => Some(lab::TOKEN.to_owned()),
            Credential::None => None,
        };
        same(key, want);
    }
    let pop3 = account.incoming().is_some_and(|s| s.protocol == Protocol::Pop3);
    if let Some(server) = incoming {
        findings.same(&what, shown.get(if pop3 { "inbox" } else { "folder" }).map(|u| decoded(u)), Some(url(server)));
    }
    if let Some(server) = smtp {
        findings.same(&what, shown.get("mta").map(|u| decoded(u)), Some(url(server)));
    }
    let record =
        account.folders.sent.as_ref().filter(|_| account.save_sent.value && !pop3 && account.incoming().is_some());
    findings.same(&what, shown.get("record").cloned(), record.map(|r| format!("+{}", r.value)));
    let signature = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref());
    let text = match signature.map(|s| &s.value) {
        None => None,
        Some(Signature::Text(lines)) if lines.as_str().contains("\\n") => None,
        Some(Signature::Text(lines)) => {
            Some(lines.as_str().strip_prefix("-- \n").unwrap_or(lines.as_str()).trim_end().to_owned())
        }
        Some(Signature::File(_)) => Some("from a file".to_owned()),
        Some(Signature::Command(_)) => Some("a fortune".to_owned()),
    };
    let got = shown.get("message-inject-tail").map(|t| t.lines().take(3).collect::<Vec<_>>().join("\n"));
    let want = text.map(|t| format!("\n-- \n{}", t.lines().next().unwrap_or_default()));
    findings.same(&format!("{what}: signature"), got, want);
}

fn mails(findings: &mut Findings) {
    let me = "me@gmail.com";
    for (golden, user, copy) in [
        ("gmail-starttls", me, ".[Gmail].Sent Mail"),
        ("gmail-pop3", me, ".[Gmail].Sent Mail"),
        ("gmail-oauth2", me, ".[Gmail].Sent Mail"),
        ("gmail-german-identities", me, ".[Gmail].Sent Mail"),
        ("awkward", "bob@example.test", ".Sent"),
    ] {
        let case = Case::named(golden);
        let home = home_of(&case);
        // A list shows the beginning of it only.
        let subject = format!("nail-{}", &golden[..golden.len().min(16)]);
        let said = with_input(command(&home).args(["-s", &subject, user]), "text\n");
        findings.check(said.ok && said.err.is_empty(), || format!("{subject}: {}{}", said.out, said.err));
        drain();
        let mail = only(findings, user, "", &subject);
        sent_by(findings, &mail, user);
        let name = case.accounts()[0].full_name.as_ref().map(|n| n.to_string()).unwrap_or_default();
        findings.same(&format!("{subject}: name"), mail["from"]["name"].as_str(), Some(name.as_str()));
        only(findings, user, copy, &subject);
        let said = with_input(command(&home).args(["-R", "-f", "%"]), "from *\nx\n");
        findings.check(said.ok && said.out.contains(&subject), || format!("{subject}: {}{}", said.out, said.err));
        if golden == "gmail-german-identities" {
            let body = mail["body"].as_str().unwrap_or_default();
            findings.check(body.ends_with("-- \nJörg Müller\n`Zum Löwen`, 50 % $teurer\n"), || format!("{body:?}"));
            findings.check(header(&mail, "reply-to").is_empty(), || "an answer address".into());
        }
    }
}
