//! Every golden, read by its program: what was understood is what the account means.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, LoginForm, Mechanism, Os, Protocol, Secret, Server, Tls, Way};
use mailwright::target::Options;
use serde_json::{Value, json};

use crate::Test;
use crate::cases::{Case, usable};
use crate::index;
use crate::lab::{self, Home, run};
use crate::muttrc::{self, whole};
use crate::report::Findings;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("msmtp_reads_every_golden", &["msmtp"], msmtp),
        Test::new("mutt_reads_every_golden", &["mutt", lab::PRIVATE], || mutts("mutt")),
        Test::new("neomutt_reads_every_golden", &["neomutt", lab::PRIVATE], || mutts("neomutt")),
        Test::new("thunderbird_reads_every_golden", &["thunderbird"], thunderbird),
        Test::new("apples_schema_and_libplist_accept_every_golden", &["schema"], mobileconfig),
    ]
}

/// Host, port, user and password command as msmtp shows them.
fn msmtp_shows(server: &Server, os: Os) -> Vec<(&'static str, String)> {
    let on = |yes: bool| if yes { "on" } else { "off" }.to_owned();
    let (mechanism, user, secret) = match &server.credential.value {
        Credential::None => ("none", "(not set)".to_owned(), None),
        Credential::OAuth2(oauth2) => {
            let xoauth2 = oauth2.mechanism.as_ref().is_some_and(|m| m.value == Mechanism::XOAuth2);
            let name = if xoauth2 { "xoauth2" } else { "oauthbearer" };
            (name, server.login.text.to_string(), oauth2.token.as_ref().and_then(|t| t.shell_line(os)))
        }
        Credential::Password(secret) => {
            // Without TLS it would choose nothing that these servers have.
            let chosen = if server.tls.value == Tls::None { "plain" } else { "choose" };
            let name = server.auth.as_ref().map_or(chosen, |m| m.word());
            (name, server.login.text.to_string(), secret.shell_line(os))
        }
    };
    let mut shown = vec![
        ("host", server.host.to_string()),
        ("port", server.port.to_string()),
        ("tls", on(server.tls.value != Tls::None)),
        ("auth", mechanism.to_owned()),
        ("user", user),
        ("passwordeval", secret.unwrap_or_else(|| "(not set)".into())),
    ];
    if server.tls.value != Tls::None {
        shown.push(("tls_starttls", on(server.tls.value == Tls::StartTls)));
    }
    shown
}

fn msmtp() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let Some(file) = case.files("msmtp", "config").pop() else { continue };
        cases += 1;
        let home = Home::of(case.accounts());
        let copy = home.path().join("config");
        lab::write_private(&copy, &fs::read(&file).expect("golden"));
        let ask = |name: Option<&str>, what: &str, findings: &mut Findings| {
            let mut command = home.command("msmtp");
            command.arg("-C").arg(&copy).arg("--pretend");
            let said = run(command.args(name.map(|n| format!("--account={n}"))));
            findings.check(said.ok, || format!("{what}: {}", said.err));
            let pairs: BTreeMap<String, String> = said
                .out
                .lines()
                .filter_map(|l| l.split_once(" = "))
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect();
            pairs
        };
        let mut blocks = 0;
        let mut default = None;
        for account in case.accounts() {
            let Some(smtp) = account.smtp.as_ref().filter(|s| usable(&s.credential.value)) else { continue };
            let os = Options::of(account, "msmtp").os();
            let name = if account.name == "default" { account.address.to_string() } else { account.name.clone() };
            let mut senders = vec![(name.clone(), account.address.to_string(), smtp)];
            for (n, identity) in account.identities.iter().enumerate() {
                let server = identity.smtp.as_ref().unwrap_or(smtp);
                senders.push((format!("{name}-{}", n + 2), identity.address.to_string(), server));
            }
            for (name, from, server) in senders {
                blocks += 1;
                let what = format!("{}: {name}", case.name);
                let shown = ask(Some(&name), &what, &mut findings);
                findings.same(&format!("{what}: from"), shown.get("from"), Some(&from));
                for (key, value) in msmtp_shows(server, os) {
                    // msmtp shows mechanisms by their registered names.
                    let got = shown.get(key).map(|v| if key == "auth" { v.to_lowercase() } else { v.clone() });
                    findings.same(&format!("{what}: {key}"), got, Some(value));
                }
                if let Some(trust) = Options::of(account, "msmtp").text("tls_trust_file") {
                    let path = trust.as_str().replacen('~', &home.path().to_string_lossy(), 1);
                    findings.same(&format!("{what}: tls_trust_file"), shown.get("tls_trust_file"), Some(&path));
                }
                if default.is_none() || account.default && from == account.address.as_str() {
                    default = Some(from);
                }
            }
        }
        let shown = ask(None, &format!("{}: no name", case.name), &mut findings);
        findings.same(&format!("{}: the default", case.name), shown.get("from"), default.as_ref());
        let text = fs::read_to_string(&file).expect("golden");
        let written = text.lines().filter(|l| l.starts_with("account ") && !l.starts_with("account default")).count();
        findings.same(&format!("{}: account blocks", case.name), written, blocks);
    }
    findings.finish("msmtp", "msmtp --pretend, every golden", cases)
}

fn mutts(program: &'static str) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    let written = |case: &Case, a: &Account| {
        !["no-token", "mixed-tls", "token-mechanism"].iter().any(|n| case.has_note(program, a, n))
    };
    for case in Case::all() {
        if case.files(program, "rc").is_empty() {
            let none = !case.accounts().iter().any(|a| written(&case, a));
            findings.check(none || case.refused(program), || format!("{}: neither files nor a refusal", case.name));
            continue;
        }
        cases += 1;
        let home = Home::of(case.accounts());
        lab::copy_tree(&case.folder.join(program), home.path());
        // neomutt wants the mailboxes that it reads of to be there.
        index::follow(&home, &index::bundle(&case, program), &case.name, &mut findings);
        let folder = home.path().join(".config").join(program);
        let written: Vec<_> = case.accounts().iter().filter(|a| written(&case, a)).collect();
        let several = case.accounts().len() > 1;
        let main = folder.join(format!("{program}rc"));
        let default = written.iter().find(|a| a.default).or(written.first());
        let mut files: Vec<(PathBuf, &Account)> = default.map(|a| (main, *a)).into_iter().collect();
        if several {
            files.extend(written.iter().map(|a| (folder.join(format!("account-{}.muttrc", a.name)), *a)));
        }
        findings.same(&format!("{}: files", case.name), case.files(program, "rc").len(), files.len());
        for (file, account) in files {
            let what = format!("{}: {}", case.name, file.file_name().expect("name").to_string_lossy());
            match muttrc::read(program, &home, &file) {
                Ok(settings) => mutt_account(program, account, &settings, several, &what, &mut findings),
                Err(why) => findings.check(false, || why),
            }
        }
    }
    findings.finish(program, &format!("{program} -D, every golden"), cases)
}

/// What the first line of a secret's command is in the lab.
fn first_line(server: &Server) -> (String, String) {
    match &server.credential.value {
        Credential::Password(Secret::Prompt | Secret::Literal(_)) | Credential::None => (String::new(), String::new()),
        Credential::Password(_) => (lab::password(server.login.text.as_str()).to_owned(), String::new()),
        Credential::OAuth2(oauth2) => {
            (String::new(), oauth2.token.as_ref().and_then(|t| t.shell_line(Os::Linux)).unwrap_or_default())
        }
    }
}

fn mutt_account(
    program: &str,
    account: &Account,
    settings: &muttrc::Settings,
    several: bool,
    what: &str,
    findings: &mut Findings,
) {
    let mut same = |name: &str, want: &str| {
        findings.same(&format!("{what}: {name}"), settings.get(name).map(String::as_str), Some(want));
    };
    let options = Options::of(account, program);
    let maildir = options.is("mail", "maildir");
    let msmtp = options.is("send", "msmtp");
    same("from", account.address.as_str());
    same("use_from", "yes");
    if let Some(name) = &account.full_name {
        same("realname", name.as_str());
    }
    let smtp = account.smtp.as_ref().filter(|_| !msmtp);
    let incoming = account.incoming().filter(|_| !maildir);
    let plain = [incoming, smtp].into_iter().flatten().any(|s| s.tls.value == Tls::None);
    let switch = if plain { "no" } else { "yes" };
    same("ssl_force_tls", switch);
    same("ssl_starttls", switch);
    if let Some(file) = Options::of(account, program).text("ca_file") {
        same("ssl_ca_certificates_file", file.as_str());
    }
    let url = |server: &Server, scheme: &str, login: &str| {
        let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
        let user = if server.credential.value == Credential::None { String::new() } else { format!("{login}@") };
        format!("{scheme}{s}://{user}{}:{}/", server.host.in_url(), server.port.value)
    };
    if let Some(server) = smtp {
        let (password, token) = first_line(server);
        same("smtp_pass", if password.is_empty() { "" } else { lab::password(account.address.as_str()) });
        same("smtp_oauth_refresh_command", &token);
    } else {
        same("smtp_url", "");
    }
    if msmtp {
        same("sendmail", &format!("msmtp -a {}", account.name));
    }
    if let Some(server) = incoming {
        // With several accounts the hook logs in, when the mailbox is opened.
        let kind = if server.protocol == Protocol::Imap { "imap" } else { "pop" };
        let (password, token) = first_line(server);
        let password = if password.is_empty() { "" } else { lab::password(account.address.as_str()) };
        if !several {
            same(&format!("{kind}_pass"), password);
            same(&format!("{kind}_oauth_refresh_command"), &token);
        }
    }
    if !account.save_sent.value {
        same("record", "");
        same("copy", "no");
    }

    // Mailboxes, in whatever form they are shown.
    let mut at = |name: &str, want: String| {
        let got = settings.get(name).map(|v| whole(settings, v));
        findings.same(&format!("{what}: {name}"), got, Some(want));
    };
    if let Some(server) = smtp {
        at("smtp_url", url(server, "smtp", server.login.text.as_str()));
    }
    match incoming {
        Some(server) if server.protocol == Protocol::Imap => {
            let folder = url(server, "imap", server.login.text.as_str());
            at("folder", folder.clone());
            at("spoolfile", format!("{folder}INBOX"));
            let folders = &account.folders;
            for (name, said) in [
                ("record", folders.sent.as_ref().filter(|_| account.save_sent.value)),
                ("postponed", folders.drafts.as_ref()),
                ("trash", folders.trash.as_ref()),
            ] {
                if let Some(mailbox) = said {
                    at(name, format!("{folder}{}", mailbox.as_str()));
                }
            }
        }
        Some(server) => {
            let pop = url(server, "pop", &server.login.for_program(Protocol::Pop3));
            at("pop_host", pop.clone());
            at("spoolfile", pop);
            findings.same(&format!("{what}: pop_delete"), settings.get("pop_delete").map(String::as_str), Some("no"));
        }
        None if maildir => {
            // A mirror has the inbox as a folder of its own; with POP3 it is the Maildir itself.
            let usual = format!("~/Mail/{}", account.name);
            let root = account.maildir.as_ref().map_or(usual, |m| m.to_string());
            let root = root.trim_end_matches('/');
            let pop3 = account.retrieve.as_ref().is_some_and(|r| r.value == Protocol::Pop3);
            at("folder", root.to_owned());
            at("spoolfile", if pop3 { root.to_owned() } else { format!("{root}/INBOX") });
            let sent = if pop3 { Some("Sent") } else { account.folders.sent.as_ref().map(|s| s.as_str()) };
            if let Some(sent) = sent.filter(|_| account.save_sent.value) {
                at("record", format!("{root}/{sent}"));
            }
            let kind = settings.get("mbox_type").map(|t| t.to_lowercase());
            findings.same(&format!("{what}: mbox_type"), kind.as_deref(), Some("maildir"));
        }
        None => {}
    }
}

/// How Thunderbird logs in: the first of our ways that it can.
fn thunderbird_way(account: &Account, server: &Server) -> &'static str {
    // It has OAuth2 for the services that are registered with it.
    let registered = [".gmail.com", ".office365.com", ".outlook.com", ".yahoo.com", ".aol.com"];
    let known = registered.iter().any(|d| server.host.as_str().ends_with(d));
    let first = account.service.ways.iter().find(|w| **w != Way::OAuth2 || known);
    match &server.credential.value {
        Credential::None => "none",
        Credential::OAuth2(_) if known => "OAuth2",
        Credential::Password(_)
            if !server.credential.origin.is_said() && server.auth.is_none() && first == Some(&Way::OAuth2) =>
        {
            "OAuth2"
        }
        _ => match server.auth.as_ref().map(|a| a.value) {
            Some(Mechanism::CramMd5 | Mechanism::DigestMd5 | Mechanism::ScramSha1 | Mechanism::ScramSha256) => {
                "password-encrypted"
            }
            Some(Mechanism::Gssapi) => "GSSAPI",
            Some(Mechanism::Ntlm) => "NTLM",
            _ => "password-cleartext",
        },
    }
}

/// Asks Thunderbird about files, each with an address, in one start.
pub fn ask_thunderbird(list: &[(PathBuf, String)]) -> Result<Vec<Value>, Failed> {
    let home = Home::empty();
    let items: Vec<Value> = list.iter().map(|(file, email)| json!({ "file": file, "email": email })).collect();
    let path = home.path().join("list.json");
    fs::write(&path, Value::from(items).to_string())?;
    let said = run(Command::new("bash")
        .arg(lab::script("check-thunderbird.sh"))
        .args(["parse", "--strict", "--list"])
        .arg(&path));
    let answer: Value = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
    let results = answer["results"].as_array().cloned().unwrap_or_default();
    if results.len() != list.len() {
        return Err(format!("{} answers to {} questions: {}", results.len(), list.len(), said.err).into());
    }
    Ok(results)
}

/// What Thunderbird threw away or complained about, if it did.
pub fn complaint(result: &Value) -> Option<String> {
    let dropped = result["dropped"].as_object().is_none_or(|d| d.values().any(|n| n != 0));
    let silent = result["console"].as_array().is_some_and(Vec::is_empty);
    (result["ok"] != true || dropped || !silent)
        .then(|| format!("{}: {} {} {}", result["file"], result["error"], result["dropped"], result["console"]))
}

fn thunderbird() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut list = Vec::new();
    let mut asked: Vec<(Case, usize)> = Vec::new();
    for case in Case::all() {
        let folder = case.folder.join("autoconfig");
        let mail = &case.reading.mail;
        let mut unjudged: Vec<PathBuf> = case.files("autoconfig", ".xml");
        for (n, account) in mail.accounts.iter().chain(&mail.of_domains()).enumerate() {
            let domain = account.address.domain();
            let anyone = n >= mail.accounts.len();
            let own = folder.join(format!("{}.xml", account.address.value));
            let shared = folder.join(domain).join("mail/config-v1.1.xml");
            let left_out = ["one-way", "same-address"].iter().any(|note| case.has_note("autoconfig", account, note));
            let Some(file) = [own, shared].into_iter().find(|f| f.is_file()).filter(|_| !left_out) else {
                findings.check(left_out, || {
                    format!("{}: {} has no document, and no note says why", case.name, account.name)
                });
                continue;
            };
            unjudged.retain(|f| *f != file);
            let email = if anyone { format!("user@{domain}") } else { account.address.to_string() };
            list.push((file, email));
            asked.push((Case::named(&case.name), n));
        }
        findings.check(unjudged.is_empty(), || format!("nobody's documents: {unjudged:?}"));
    }
    for (result, (case, n)) in ask_thunderbird(&list)?.iter().zip(&asked) {
        let mail = &case.reading.mail;
        let domains = mail.of_domains();
        let account = mail.accounts.iter().chain(&domains).nth(*n).expect("an account");
        let email = result["email"].as_str().unwrap_or_default();
        let what = format!("{}: {email}", case.name);
        if let Some(complaint) = complaint(result) {
            findings.check(false, || format!("{what}: {complaint}"));
            continue;
        }
        let config = &result["config"];
        let all = |direction: &str| {
            let mut servers = vec![config[direction].clone()];
            servers.extend(config[format!("{direction}Alternatives")].as_array().cloned().unwrap_or_default());
            servers
        };
        let full = Options::of(account, "autoconfig").is("profile", "full");
        let servers: Vec<&Server> = if full { account.all_servers().collect() } else { account.servers().collect() };
        let (incoming, outgoing): (Vec<&Server>, Vec<&Server>) = servers
            .into_iter()
            .filter(|s| !case.leaves_out("autoconfig", account, s.host.as_str()))
            .partition(|s| s.protocol != Protocol::Smtp);
        for (direction, wanted) in [("incoming", incoming), ("outgoing", outgoing)] {
            let shown = all(direction);
            findings.same(&format!("{what}: {direction} servers"), shown.len(), wanted.len());
            for (n, (got, server)) in shown.iter().zip(wanted).enumerate() {
                let what = format!("{what}: {}", server.protocol.key());
                let socket = match server.tls.value {
                    Tls::Implicit => "SSL",
                    Tls::StartTls => "STARTTLS",
                    Tls::None => "plain",
                };
                findings.same(&format!("{what}: type"), &got["type"], server.protocol.key());
                findings.same(&format!("{what}: host"), &got["hostname"], server.host.as_str());
                findings.same(&format!("{what}: port"), &got["port"], server.port.value);
                findings.same(&format!("{what}: socket"), &got["socketTypeName"], socket);
                findings.same(&format!("{what}: auth"), &got["authName"], thunderbird_way(account, server));
                let login = match server.login.form {
                    LoginForm::Address => email.to_owned(),
                    LoginForm::Local => email.split('@').next().unwrap_or_default().to_owned(),
                    LoginForm::Other => server.login.text.to_string(),
                };
                // Thunderbird fills nothing in for further outgoing servers, which it never offers.
                let login = if direction == "outgoing" && n > 0 && server.login.form == LoginForm::Address {
                    "%EMAILADDRESS%".to_owned()
                } else {
                    login
                };
                let username = text_of(&got["username"]);
                if case.has_note("autoconfig", account, "numeric-login") {
                    // The note says that Thunderbird misreads it. It has to be true.
                    findings.same(&format!("{what}: misread login"), username.as_str(), login.trim_start_matches('0'));
                    findings.check(username != login, || {
                        format!("{what}: Thunderbird reads {login} well; the note is wrong")
                    });
                } else {
                    findings.same(&format!("{what}: login"), username, login);
                }
            }
        }
    }
    findings.finish("autoconfig", "Thunderbird's parser, every golden", list.len())
}

/// A value of JSON as text, whether it is a text or has become a number.
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Profiles through Apple's schema, plistlib and libplist: the profiles, and all faults.
pub fn ask_schema(files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(Command::new(lab::python()).arg(lab::script("check-mobileconfig.py")).args(files));
    let judged: Vec<Value> = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
    if judged.len() != files.len() {
        return Err(said.err.into());
    }
    Ok(judged)
}

fn mobileconfig() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut profiles = 0;
    for case in Case::all() {
        let files = case.files("mobileconfig", ".mobileconfig");
        if files.is_empty() {
            continue;
        }
        let mut payloads: BTreeMap<(String, String), Value> = BTreeMap::new();
        for judged in ask_schema(&files)? {
            profiles += 1;
            findings.check(judged["faults"].as_array().is_some_and(Vec::is_empty), || format!("{judged}"));
            for payload in judged["profile"]["PayloadContent"].as_array().into_iter().flatten() {
                let kind = text_of(&payload["PayloadType"]);
                let of = text_of(&payload["PayloadDescription"]).rsplit(' ').next().unwrap_or_default().to_owned();
                payloads.insert((kind, of), payload.clone());
            }
        }
        for account in case.accounts() {
            let what = format!("{}: {}", case.name, account.name);
            let address = account.address.to_string();
            let left_out =
                ["one-way", "mechanism", "same-address"].iter().any(|n| case.has_note("mobileconfig", account, n))
                    || case.leaves_out("mobileconfig", account, "provider takes nothing else");
            match (payloads.get(&("com.apple.mail.managed".into(), address.clone())), account.incoming(), &account.smtp)
            {
                (Some(payload), Some(incoming), Some(smtp))
                    if !case.has_note("mobileconfig", account, "same-address") =>
                {
                    findings.same(&format!("{what}: address"), &payload["EmailAddress"], address.as_str());
                    let kind = if incoming.protocol == Protocol::Imap { "EmailTypeIMAP" } else { "EmailTypePOP" };
                    findings.same(&format!("{what}: type"), &payload["EmailAccountType"], kind);
                    if let Some(name) = &account.full_name {
                        findings.same(&format!("{what}: name"), &payload["EmailAccountName"], name.as_str());
                    }
                    for (server, prefix) in [(incoming, "IncomingMailServer"), (smtp, "OutgoingMailServer")] {
                        let mut same = |key: &str, want: Value| {
                            findings.same(&format!("{what}: {prefix}{key}"), &payload[format!("{prefix}{key}")], &want);
                        };
                        same("HostName", server.host.to_string().into());
                        same("PortNumber", server.port.value.into());
                        same("UseSSL", (server.tls.value != Tls::None).into());
                        let login = server.login.for_program(server.protocol);
                        let none = server.credential.value == Credential::None;
                        same("Username", if none { Value::Null } else { login.into() });
                    }
                }
                (found, ..) => findings.check(left_out, || format!("{what}: payload {found:?}, and no note says why")),
            }
            for (kind, prefix, url) in [("carddav", "CardDAV", &account.carddav), ("caldav", "CalDAV", &account.caldav)]
            {
                let Some(url) = url else { continue };
                let payload =
                    payloads.get(&(format!("com.apple.{kind}.account"), address.clone())).unwrap_or(&Value::Null);
                findings.same(
                    &format!("{what}: {kind} host"),
                    &payload[format!("{prefix}HostName")],
                    url.host_str().unwrap_or(""),
                );
                let port = url.port_or_known_default();
                findings.same(&format!("{what}: {kind} port"), &payload[format!("{prefix}Port")], &json!(port));
                findings.same(
                    &format!("{what}: {kind} TLS"),
                    &payload[format!("{prefix}UseSSL")],
                    url.scheme() == "https",
                );
            }
        }
    }
    findings.finish("mobileconfig", "Apple's schema, plistlib and libplist, every golden", profiles)
}
