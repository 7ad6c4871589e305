//! Applications that send: each file is read by the program it is for, or by the reader that this program uses, and what
//! was understood is held against the resolved accounts: host, port, TLS, login, password, and who writes.
//!
//! A program reads all files in one process (`tests/lab/app-*`). [`crate::posting`] really sends.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Mechanism, Secret, Server, Tls};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, Home, run, script};
use crate::report::Findings;
use crate::settings::{alertmanager, dotenv, gitea, grafana, spring, vaultwarden};
use crate::values::{self, Fields};

/// An application.
pub struct App {
    /// Its target.
    pub target: &'static str,
    /// What has to be there.
    pub needs: &'static [&'static str],
    /// The variable that the password is in, unless the account names one.
    pub variable: &'static str,
    /// Whether it may name one.
    pub any: bool,
    /// What its files understand to be, one for each file.
    pub read: fn(&Home, &[PathBuf]) -> Result<Vec<Value>, Failed>,
    /// Who judges.
    pub oracle: &'static str,
}

/// All of them.
pub const APPS: &[App] = &[
    App {
        target: "django",
        needs: &["django"],
        variable: "EMAIL_HOST_PASSWORD",
        any: true,
        read: django,
        oracle: "Django",
    },
    App {
        target: "rails",
        needs: &["action_mailer"],
        variable: "SMTP_PASSWORD",
        any: true,
        read: rails,
        oracle: "ActionMailer",
    },
    App {
        target: "nodemailer",
        needs: &["nodemailer"],
        variable: "SMTP_PASSWORD",
        any: true,
        read: |home, files| nodemailer("nodemailer", home, files),
        oracle: "Nodemailer 6",
    },
    App {
        target: "nodemailer",
        needs: &["nodemailer"],
        variable: "SMTP_PASSWORD",
        any: true,
        read: |home, files| nodemailer("nodemailer-latest", home, files),
        oracle: "Nodemailer 10",
    },
    App {
        target: "laravel",
        needs: &["symfony-mailer"],
        variable: "MAIL_PASSWORD",
        any: true,
        read: |home, files| php("laravel", home, files),
        oracle: "Laravel's parts, symfony/mailer",
    },
    App {
        target: "nextcloud",
        needs: &["symfony-mailer"],
        variable: "NC_mail_smtppassword",
        any: false,
        read: |home, files| php("nextcloud", home, files),
        oracle: "PHP, symfony/mailer",
    },
    App {
        target: "spring",
        needs: &["snakeyaml"],
        variable: "SMTP_PASSWORD",
        any: true,
        read: spring,
        oracle: "SnakeYAML",
    },
    App {
        target: "grafana",
        needs: &["ini.v1"],
        variable: "GF_SMTP_PASSWORD",
        any: true,
        read: grafana,
        oracle: "ini.v1",
    },
    App { target: "gitea", needs: &["ini.v1"], variable: "", any: false, read: gitea, oracle: "ini.v1" },
    App {
        target: "alertmanager",
        needs: &["amtool", "snakeyaml"],
        variable: "",
        any: false,
        read: alertmanager,
        oracle: "amtool, SnakeYAML",
    },
    App { target: "dotenv", needs: &["dotenv"], variable: "", any: false, read: dotenv, oracle: "six readers of .env" },
    App {
        target: "vaultwarden",
        needs: &["dotenv"],
        variable: "",
        any: false,
        read: vaultwarden,
        oracle: "six readers of .env",
    },
];

pub fn tests() -> Vec<Test> {
    let name = |app: &App| {
        format!(
            "{}_reads_every_golden_{}",
            app.target,
            app.oracle.to_lowercase().replace([' ', ',', '\'', '/', '.'], "_")
        )
    };
    let reading = APPS.iter().map(|app| Test::new(name(app), app.needs, || reads(app)));
    let nasty = |app: &'static App| {
        Test::new(name(app).replace("reads_every_golden", "reads_back_nasty_values"), app.needs, move || nasty(app))
    };
    reading.chain(APPS.iter().map(nasty)).collect()
}

/// Names and logins full of special characters, each in a file of its own, all read by one process.
fn nasty(app: &'static App) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let render = |fields: &Fields| {
        let text = json!({ "accounts": { "a": {
            "address": "a@b.example", "name": fields["name"], "login": fields["login"].replace('{', "{{"),
            "smtp": "smtp.b.example", "password": "prompt",
        } } });
        values::render(app.target, &text.to_string())
    };
    let count = values::cases();
    let (base, all) = values::rendered(app.target, count, &["name", "login"], |_, v| v, render, &mut findings);
    let home = home();
    let mut files = Vec::new();
    for (n, bundle) in std::iter::once(&base).chain(all.iter().map(|(_, b)| b)).enumerate() {
        let file = &bundle.files[0];
        let path = home.path().join(n.to_string()).join(Path::new(&file.path).file_name().expect("a name"));
        lab::write_private(&path, &file.bytes);
        files.push(path);
    }
    let read = (app.read)(&home, &files)?;
    findings.same("files read", read.len(), files.len());
    for ((fields, bundle), got) in all.iter().zip(&read[1..]) {
        let unnamed = bundle.notes.iter().any(|n| n.code == "name") || app.target == "spring";
        let mut want = read[0].clone();
        want["user"] = json!(fields["login"]);
        // The gem mail drops blanks at the edges of a name.
        let name = if app.target == "rails" { fields["name"].trim_matches(' ') } else { &fields["name"] };
        want["name"] = if unnamed || name.is_empty() { Value::Null } else { json!(name) };
        // Held against the name already.
        let mut got = got.clone();
        for facts in [&mut want, &mut got] {
            facts["header"] = Value::Null;
        }
        findings.same(&format!("{fields:?}"), &got, &want);
    }
    findings.finish(app.target, &format!("{}, nasty values", app.oracle), count)
}

/// Every variable that a golden may name.
const VARIABLES: &[&str] = &[
    "SMTP_PASSWORD",
    "EMAIL_HOST_PASSWORD",
    "MAIL_PASSWORD",
    "GF_SMTP_PASSWORD",
    "NC_mail_smtppassword",
    "SES_PASSWORD",
    "SHOP_PASSWORD",
    "SMTP_REFRESH_TOKEN",
];

/// What a variable holds: nothing that a configuration file has to quote.
pub fn value_of(variable: &str) -> String {
    format!("{variable}: p\"q'r\\s#t $u%v ${{SMTP_PASSWORD}} é")
}

/// The account that an application sends by, found again without the library's help.
pub fn sender<'a>(case: &'a Case, target: &str) -> Option<(&'a Account, &'a Server)> {
    let accounts = case.accounts();
    let first = accounts.iter().position(|a| a.default).unwrap_or(0);
    let order =
        accounts.get(first).into_iter().chain(accounts.iter().enumerate().filter(|(n, _)| *n != first).map(|(_, a)| a));
    order.filter_map(|a| a.smtp.as_ref().map(|s| (a, s))).find(|(account, smtp)| {
        let tls = smtp.tls.value;
        let able = match &smtp.credential.value {
            Credential::OAuth2(by) => target == "nodemailer" && by.client_id.is_some(),
            _ => true,
        };
        able && match target {
            "grafana" | "alertmanager" => (tls == Tls::Implicit) == (smtp.port.value == 465),
            // Left out unless the option says otherwise, which only this golden does.
            "gitea" | "nextcloud" => tls != Tls::StartTls || account.name == "app",
            _ => true,
        }
    })
}

/// What a file has to say.
fn wanted(app: &App, account: &Account, smtp: &Server) -> Value {
    let login = match &smtp.credential.value {
        Credential::None => None,
        _ => Some(smtp.login.text.as_str()),
    };
    let variable = match &smtp.credential.value {
        Credential::Password(Secret::Env(name)) if app.any => name.as_str(),
        _ => app.variable,
    };
    let host = smtp.host.as_str();
    let bracketed = ["laravel", "nextcloud"].contains(&app.target) && host.contains(':');
    let by = match &smtp.credential.value {
        Credential::OAuth2(by) => Some(by),
        _ => None,
    };
    let variable = if by.is_some() { "SMTP_REFRESH_TOKEN" } else { variable };
    let mechanism = smtp.auth.as_ref().map(|a| a.value).filter(|_| login.is_some());
    json!({
        "host": if bracketed { format!("[{host}]") } else { host.to_owned() },
        "port": smtp.port.value,
        "tls": match (app.target, smtp.tls.value) {
            // Nothing says more, and a note says so.
            ("nextcloud", Tls::StartTls | Tls::None) => "optional",
            (_, tls) => tls.word(),
        },
        "user": login,
        "password": login.filter(|_| !variable.is_empty()).map(|_| value_of(variable)),
        "from": account.address.as_str(),
        "name": account.full_name.as_ref().map(|n| n.as_str()).filter(|_| !["nextcloud", "spring"].contains(&app.target)),
        "oauth2": by.map(|by| json!([
            by.client_id.as_ref().map(|t| t.as_str()), "SHOP_CLIENT_SECRET: secret", by.token_url.as_ref().map(|t| t.as_str()),
        ])),
        "mechanism": match (app.target, mechanism) {
            ("rails" | "nodemailer" | "spring", Some(Mechanism::Login)) => Some("LOGIN"),
            ("nodemailer" | "spring", Some(Mechanism::Plain)) => Some("PLAIN"),
            ("spring", Some(Mechanism::DigestMd5)) => Some("DIGEST-MD5"),
            ("spring", Some(Mechanism::Ntlm)) => Some("NTLM"),
            ("vaultwarden", Some(Mechanism::Login)) => Some("Login"),
            ("vaultwarden", Some(Mechanism::Plain)) => Some("Plain"),
            ("rails", Some(Mechanism::CramMd5)) => Some("CRAM_MD5"),
            ("nodemailer", Some(Mechanism::CramMd5)) => Some("CRAM-MD5"),
            ("rails", _) => login.map(|_| "PLAIN"),
            _ => None,
        },
    })
}

/// A home in which every variable is set.
pub fn home() -> Home {
    let mut home = Home::empty();
    for name in VARIABLES {
        home.set(name, &value_of(name));
    }
    home.set("SHOP_CLIENT_SECRET", "SHOP_CLIENT_SECRET: secret");
    home
}

/// All files of a target in a folder.
fn reads(app: &'static App) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let (mut files, mut cases) = (Vec::new(), Vec::new());
    for case in Case::all() {
        let found = case.files(app.target, "");
        let sender = sender(&case, app.target);
        findings.same(&format!("{}: files", case.name), found.len(), usize::from(sender.is_some()));
        if let (Some(file), Some(_)) = (found.into_iter().next(), sender) {
            files.push(file);
            cases.push(case);
        }
    }
    let read = (app.read)(&home(), &files)?;
    findings.same("files read", read.len(), files.len());
    for (case, got) in cases.iter().zip(&read) {
        let Some((account, smtp)) = sender(case, app.target) else { continue };
        let mut want = wanted(app, account, smtp);
        if case.has_note(app.target, account, "name") {
            want["name"] = Value::Null;
        }
        if let Some(want) = want.as_object() {
            for (key, value) in want {
                findings.same(&format!("{}: {key}", case.name), &got[key], value);
            }
        }
        let errors = got["errors"].as_array().cloned().unwrap_or_default();
        findings.same(&format!("{}: complaints", case.name), errors, Vec::<Value>::new());
        // Every further account has a note, or is in the one of all that could have sent.
        let start = format!("{}, {} [one-account]: ", app.target, account.name);
        let lists: Vec<&str> = case.notes.iter().filter_map(|l| l.strip_prefix(&start)).collect();
        findings.check(lists.len() < 2, || format!("{}: {lists:?}", case.name));
        let listed = lists.first().and_then(|l| l.split_once("left out: ")).map_or("", |(_, names)| names);
        for other in case.accounts().iter().filter(|a| a.name != account.name) {
            let said = case.leaves_out(app.target, other, "") || listed.split(", ").any(|name| name == other.name);
            findings.check(said, || format!("{}: nothing is said of {}", case.name, other.name));
        }
        let default = case.accounts().iter().find(|a| a.default).or(case.accounts().first()).expect("an account");
        if default.name != account.name {
            let start = format!("{}, {} [one-account]: ", app.target, default.name);
            let end = format!("sends by {} instead of the default account {}", account.name, default.name);
            let said = case.notes.iter().any(|l| l.starts_with(&start) && l.ends_with(&end));
            findings.check(said, || format!("{}: nobody is told that {} does not send", case.name, default.name));
        }
    }
    findings.finish(app.target, app.oracle, cases.len())
}

/// What a program printed, as JSON.
pub fn answer(command: &mut Command) -> Result<Vec<Value>, Failed> {
    let said = run(command);
    match serde_json::from_str(&said.out) {
        Ok(values) if said.ok => Ok(values),
        _ => Err(format!("{command:?}: {}{}", said.out, said.err).into()),
    }
}

/// Python with the packages of PyPI.
pub fn django_command(home: &Home) -> Command {
    let mut command = home.command(lab::python());
    command.env("PYTHONPATH", lab::packages("python")).env("PYTHONDONTWRITEBYTECODE", "1").arg(script("app-django.py"));
    command
}

fn django(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    answer(django_command(home).args(files))
}

/// Ruby with Action Mailer.
pub fn rails_command(home: &Home) -> Command {
    let mut command = home.command("ruby");
    command.arg(script("app-rails.rb"));
    command
}

fn rails(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    answer(rails_command(home).args(files))
}

/// Node.js with a version of Nodemailer.
pub fn nodemailer_command(package: &str, home: &Home) -> Command {
    let mut command = home.command("node");
    command.env("PACKAGE", package).arg(script("app-nodemailer.mjs")).arg(lab::packages("node"));
    command
}

fn nodemailer(package: &str, home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let mut all = answer(nodemailer_command(package, home).args(files))?;
    for facts in &mut all {
        // The address as it stands in the mail's header.
        let header = facts["header"].as_str().unwrap_or_default().to_owned();
        if !header.contains(facts["from"].as_str().unwrap_or("no sender")) {
            facts["errors"] = json!([header]);
        }
    }
    Ok(all)
}

/// PHP, as Laravel or as Nextcloud.
pub fn php_command(kind: &str, home: &Home) -> Command {
    let mut command = home.command("php");
    command.arg(script("app-php.php")).arg(kind);
    command
}

fn php(kind: &str, home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    answer(php_command(kind, home).args(files))
}
