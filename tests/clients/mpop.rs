//! mpop: reads every golden, reads back nasty values, and fetches in the box by unmodified goldens.

use std::collections::BTreeMap;
use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Credential, Mechanism, Os, Protocol, Tls};
use mailwright::target::{Options, local};
use serde_json::json;

use crate::Test;
use crate::cases::{Case, usable};
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::log_lines;
use crate::nasty::{self, BELOW, kept, only_file};
use crate::report::Findings;
use crate::sending::{Step, limited, send, step};
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("mpop_reads_every_golden", &["mpop"], reading),
        Test::new("mpop_reads_back_nasty_values", &["mpop"], nasty_values),
    ]
}

const CLIENTS: &[&str] = &[BOX, "mpop", "msmtp"];

pub const STEPS: &[Step] = &[Step { needs: CLIENTS, ..step("mpop_fetches", "mpop", 5, fetches) }];

/// What `--pretend` shows.
fn shown(home: &Home, name: Option<&str>) -> Result<BTreeMap<String, String>, String> {
    let mut command = home.command("mpop");
    command.arg("-C").arg(home.path().join("config")).arg("--pretend").args(name);
    let said = run(&mut command);
    if !said.ok || !said.err.is_empty() {
        return Err(format!("{}{}", said.out, said.err));
    }
    Ok(said.out.lines().filter_map(|l| l.split_once(" = ")).map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}

fn reading() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let file = case.files("mpop", "config").pop();
        let mut blocks = 0;
        let mut default = None;
        let home = Home::of(case.accounts());
        if let Some(file) = &file {
            cases += 1;
            lab::write_private(&home.path().join("config"), &fs::read(file).expect("golden"));
        }
        for account in case.accounts() {
            let what = format!("{}: {}", case.name, account.name);
            let server = account.incoming().filter(|s| s.protocol == Protocol::Pop3 && usable(&s.credential.value));
            let Some(server) = server else {
                findings.check(case.leaves_out("mpop", account, ""), || format!("{what}: no note"));
                continue;
            };
            blocks += 1;
            let name = if account.name == "default" { account.address.to_string() } else { account.name.clone() };
            let shown = match shown(&home, Some(&name)) {
                Ok(shown) => shown,
                Err(why) => {
                    findings.check(false, || format!("{what}: {why}"));
                    continue;
                }
            };
            if account.default || default.is_none() {
                default = Some((shown["user"].clone(), shown["host"].clone()));
            }
            let mut same = |key: &str, want: String| {
                findings.same(&format!("{what}: {key}"), shown.get(key).map(String::as_str), Some(want.as_str()));
            };
            let on = |yes: bool| if yes { "on" } else { "off" }.to_owned();
            let path = |path: &str| path.replacen("~/", &format!("{}/", home.path().display()), 1);
            same("host", server.host.to_string());
            same("port", server.port.to_string());
            same("tls", on(server.tls.value != Tls::None));
            if server.tls.value != Tls::None {
                same("tls_starttls", on(server.tls.value == Tls::StartTls));
                same("tls_certcheck", "on".into());
            }
            same("user", server.login.for_program(Protocol::Pop3));
            let (secret, auth) = match &server.credential.value {
                Credential::Password(secret) => (
                    secret.shell_line(Os::Linux),
                    match &server.auth {
                        Some(auth) => auth.word(),
                        None if server.tls.value == Tls::None => "user",
                        None => "choose",
                    },
                ),
                Credential::OAuth2(oauth2) => (
                    oauth2.token.as_ref().and_then(|t| t.shell_line(Os::Linux)),
                    oauth2.mechanism.as_ref().map_or(Mechanism::OAuthBearer, |m| m.value).word(),
                ),
                Credential::None => (None, "external"),
            };
            let secret = secret.unwrap_or_else(|| "(not set)".into());
            same("passwordeval", secret);
            findings.same(&format!("{what}: auth"), shown["auth"].to_lowercase(), auth);
            let mut same = |key: &str, want: String| {
                findings.same(&format!("{what}: {key}"), shown.get(key).map(String::as_str), Some(want.as_str()));
            };
            same("delivery", format!("maildir {}", path(&local::inbox(account))));
            same("keep", on(!Options::of(account, "mpop").on("delete")));
            let trust = Options::of(account, "mpop").text("tls_trust_file");
            same("tls_trust_file", trust.map_or("system".into(), |t| path(t.as_str())));
            let step = format!("mpop, step: Create the Maildir {}", local::inbox(account).value);
            findings.check(case.notes.iter().any(|n| n.starts_with(&step)), || format!("{what}: no step"));
        }
        findings.check(file.is_some() == (blocks > 0), || format!("{}: {blocks} accounts, {file:?}", case.name));
        if let (Some(file), Some(default)) = (&file, default) {
            let shown = shown(&home, None)?;
            findings.same(&case.name, (shown["user"].clone(), shown["host"].clone()), default);
            let text = fs::read_to_string(file).expect("golden");
            let written = text.lines().filter(|l| l.starts_with("account ") && !l.starts_with("account default"));
            findings.same(&format!("{}: account blocks", case.name), written.count(), blocks);
        }
    }
    findings.finish("mpop", "mpop --pretend, every golden", cases)
}

fn account_file(fields: &Fields) -> String {
    let plain = |name: &str| fields[name].replace('{', "{{");
    json!({ "accounts": { "a": {
        "address": "a@b.example",
        "retrieve": "pop3",
        "pop3": "pop3.b.example",
        "login": plain("login"),
        "password": { "command": ["keep", plain("command")] },
        "maildir": format!("{BELOW}{}", plain("maildir")),
        "targets": { "mpop": { "tls_trust_file": format!("{BELOW}{}", fields["ca_file"]) } },
    } } })
    .to_string()
}

fn nasty_values() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let names = ["login", "command", "maildir", "ca_file"];
    let tidy = |_: &str, value| value;
    let render = |fields: &Fields| values::render_with_secrets("mpop", &account_file(fields));
    let (base, all) = values::rendered("mpop", values::cases(), &names, tidy, render, &mut findings);
    let home = nasty::keeping();
    let file = home.path().join("config");
    lab::write_private(&file, only_file(&base));
    let harmless = shown(&home, Some("a"))?;
    kept(&home);
    let count = all.len();
    for (fields, bundle) in all {
        lab::write_private(&file, only_file(&bundle));
        let shown = match shown(&home, Some("a")) {
            Ok(shown) => shown,
            Err(why) => {
                findings.check(false, || format!("{fields:?}: {why}"));
                continue;
            }
        };
        let shows = |key: &str| shown.get(key).map(String::as_str);
        findings.same("the login", shows("user"), Some(fields["login"].as_str()));
        findings.same("the password command's argument", kept(&home), fields["command"].as_str());
        let ca_file = format!("{BELOW}{}", fields["ca_file"]);
        findings.same("tls_trust_file", shows("tls_trust_file"), Some(ca_file.as_str()));
        // A slash at the end is no part of the directory's name.
        let directory = format!("{BELOW}{}", fields["maildir"]).trim_end_matches('/').to_owned();
        findings.same("the Maildir", shows("delivery"), Some(format!("maildir {directory}").as_str()));
        for (key, value) in &harmless {
            // The name of the UIDL file has the login in it.
            if !["user", "passwordeval", "tls_trust_file", "delivery", "uidls file"].contains(&key.as_str()) {
                findings.same(key, shows(key), Some(value.as_str()));
            }
        }
        findings.same("settings shown", shown.len(), harmless.len());
    }
    findings.finish("mpop", "mpop --pretend, nasty values", count)
}

/// Ports 995 and 110, by passwords and by a token, into the Maildir that the step names; what is fetched stays on the
/// server, and is not fetched twice.
fn fetches(findings: &mut Findings) {
    let me = "me@gmail.com";
    let runs = [
        ("gmail-pop3", "gmail", me, "Mail/gmail", "user=<me@gmail.com>"),
        ("pop3-oauth2", "me@gmail.com", me, "Mail/me@gmail.com", "method=OAUTHBEARER"),
        ("dotfile-keeper", "bob", "bob@example.test", "Mail/bob", "user=<bob@example.test>"),
        ("pop3-starttls", "alice", "alice@example.test", "Mail/alice", "user=<alice@example.test>"),
        ("pop3-awkward", "bob", "bob@example.test", "Mail/\"bob\" #1 \\ $HOME", "user=<bob@example.test>"),
    ];
    for (name, account, address, maildir, login) in runs {
        let case = Case::named(name);
        let home = Home::of(case.accounts());
        for target in ["msmtp", "mpop"] {
            lab::copy_tree(&case.folder.join(target), home.path());
        }
        let subject = format!("for mpop in {name}");
        let sent = send("msmtp", &home, &["-a", account], address, &subject);
        findings.check(sent.is_ok(), || format!("{subject}: {sent:?}"));
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(home.path().join(maildir).join(part)).expect("folder");
        }
        let before = log_lines("dovecot.log", &["pop3-login: Info: Login", login]);
        let mut all = Vec::new();
        for _ in 0..2 {
            let said = run(limited(&home, "mpop").arg(account));
            findings.check(said.ok, || format!("{name}: {}{}", said.out, said.err));
            let new = fs::read_dir(home.path().join(maildir).join("new")).expect("folder");
            let mails = new.map(|e| fs::read_to_string(e.expect("entry").path()).unwrap_or_default());
            all.push(mails.filter(|m| m.contains(&format!("Subject: {subject}"))).count());
        }
        findings.same(&format!("{name}: mails with its subject, after one run and after two"), all, vec![1, 1]);
        let after = log_lines("dovecot.log", &["pop3-login: Info: Login", login]);
        findings.same(&format!("{name}: logins"), after - before, 2);
        let left = crate::mailbox::with_subject(address, "", &subject).len();
        findings.same(&format!("{name}: left on the server"), left, 1);
    }
    let recent = log_lines("dovecot.log", &["pop3-login: Info: Login", "sent=<recent"]);
    findings.same("POP3 logins as recent:me@gmail.com", recent, 4);
}
