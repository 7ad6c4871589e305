//! What Thunderbird's account setup makes of autoconfig documents.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, LoginForm, Mechanism, Protocol, Server, Tls, Way};
use mailwright::target::Options;
use serde_json::{Value, json};

use super::text_of;
use crate::cases::Case;
use crate::lab::{self, Home, run};
use crate::report::Findings;

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

pub fn thunderbird() -> Result<(), Failed> {
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
