//! What the files of applications say that no program here runs: Spring Boot, Grafana, Gitea, Vaultwarden; and of
//! Alertmanager and `.env` files. Each is read by the reader that the program uses; what it reads is put into the words that
//! [`crate::applications`] compares.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::applications::{answer, value_of};
use crate::lab::{self, Home, run, script};

fn yaml(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let path = format!("{}:/usr/share/java/snakeyaml.jar", lab::packages("").display());
    answer(home.command("java").args(["-Xshare:auto", "-cp", &path, "ReadYaml"]).args(files))
}

/// Takes the keys that are expected out of a map; what is left is unknown.
struct Keys<'a>(BTreeMap<&'a str, &'a Value>);

impl<'a> Keys<'a> {
    fn of(value: &'a Value) -> Keys<'a> {
        Keys(value.as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), v)).collect())
    }

    fn take(&mut self, key: &str) -> Value {
        self.0.remove(key).cloned().unwrap_or_default()
    }

    fn text(&mut self, key: &str) -> String {
        self.take(key).as_str().unwrap_or_default().to_owned()
    }

    /// What is left, and that these have this value.
    fn errors(mut self, fixed: &[(&str, Value)]) -> Value {
        let mut errors: Vec<String> = Vec::new();
        for (key, value) in fixed {
            let got = self.take(key);
            if got != *value {
                errors.push(format!("{key}: {got}"));
            }
        }
        errors.extend(self.0.keys().map(|k| format!("unknown: {k}")));
        json!(errors)
    }
}

pub fn spring(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let facts = |read: &Value| {
        let mut keys = Keys::of(read);
        let name = |key: &str| format!("spring.mail.{key}");
        let property = |key: &str| format!("spring.mail.properties[mail.smtp.{key}]");
        let password = keys.take(&name("password"));
        let on: Vec<bool> = ["ssl.enable", "starttls.enable", "starttls.required"]
            .iter()
            .map(|key| keys.take(&property(key)) == true)
            .collect();
        let user = keys.take(&name("username"));
        json!({
            "host": keys.take(&name("host")), "port": keys.take(&name("port")),
            "tls": match on[..] { [true, false, false] => "implicit", [false, true, true] => "starttls", [false, false, false] => "none", _ => "?" },
            "password": password.as_str().and_then(|p| p.strip_prefix("${")?.strip_suffix('}')).map(value_of),
            "from": keys.take(&property("from")), "name": null, "mechanism": keys.take(&property("auth.mechanisms")),
            "errors": keys.errors(&[
                (&property("auth"), json!(user.is_string())), (&property("ssl.checkserveridentity"), json!(true)),
                (&name("protocol"), json!("smtp")), (&name("default-encoding"), json!("UTF-8")),
            ]),
            "user": user,
        })
    };
    Ok(yaml(home, files)?.iter().map(facts).collect())
}

fn ini(kind: &str, home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let read = lab::packages("read-ini");
    answer(home.command(&read.to_string_lossy()).arg(kind).args(files))
}

fn split(endpoint: &str) -> (String, u16) {
    let (host, port) = endpoint.rsplit_once(':').unwrap_or((endpoint, "0"));
    (host.trim_matches(['[', ']']).to_owned(), port.parse().unwrap_or(0))
}

pub fn grafana(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let facts = |read: &Value| {
        let mut keys = Keys::of(&read["smtp"]);
        let (host, port) = split(&keys.text("host"));
        let policy = keys.text("startTLS_policy");
        keys.take("ehlo_identity");
        json!({
            "host": host, "port": port,
            "tls": match (port, policy.as_str()) { (465, "MandatoryStartTLS") => "implicit", (_, "MandatoryStartTLS") => "starttls", (_, "NoStartTLS") => "none", _ => "?" },
            "user": keys.take("user"), "from": keys.take("from_address"), "name": keys.take("from_name"), "mechanism": null,
            "password": keys.text("password").strip_prefix("$__env{").and_then(|p| p.strip_suffix('}')).map(value_of),
            "errors": keys.errors(&[("enabled", json!("true")), ("skip_verify", json!("false"))]),
        })
    };
    Ok(ini("grafana", home, files)?.iter().map(facts).collect())
}

/// `"Name" <address>`, the way RFC 5322 reads it.
fn mailbox(text: &str) -> (Option<String>, String) {
    let Some((name, address)) = text.strip_prefix('"').and_then(|t| t.rsplit_once("\" <")) else {
        return (None, text.to_owned());
    };
    let mut out = String::new();
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    (Some(out), address.trim_end_matches('>').to_owned())
}

pub fn gitea(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let facts = |read: &Value| {
        let mut keys = Keys::of(&read["mailer"]);
        let (name, from) = mailbox(&keys.text("FROM"));
        keys.take("SUBJECT_PREFIX");
        json!({
            "host": keys.take("SMTP_ADDR"), "port": keys.text("SMTP_PORT").parse::<u16>().ok(),
            "tls": match keys.text("PROTOCOL").as_str() { "smtps" => "implicit", "smtp+starttls" => "starttls", "smtp" => "none", _ => "?" },
            "user": keys.take("USER"), "password": null, "from": from, "name": name, "mechanism": null,
            "errors": keys.errors(&[("ENABLED", json!("true")), ("FORCE_TRUST_SERVER_CERT", json!("false"))]),
        })
    };
    Ok(ini("gitea", home, files)?.iter().map(facts).collect())
}

/// What Alertmanager's template prints for a text of ours, decoded.
fn sender_of(text: &str) -> (Option<String>, String) {
    let text = text.replace("{{\"{{\"}}", "{{");
    match text.strip_prefix("=?").and_then(|_| text.rsplit_once(" <")) {
        Some((words, address)) => (Some(decoded(words)), address.trim_end_matches('>').to_owned()),
        None => mailbox(&text),
    }
}

/// RFC 2047, as far as ours go.
fn decoded(words: &str) -> String {
    let mut bytes = Vec::new();
    for word in words.split(' ') {
        let inner = word.strip_prefix("=?utf-8?q?").and_then(|w| w.strip_suffix("?=")).unwrap_or(word);
        let mut rest = inner.bytes();
        while let Some(b) = rest.next() {
            let hex = |b: Option<u8>| b.and_then(|b| (b as char).to_digit(16)).unwrap_or(0) as u8;
            bytes.push(if b == b'=' { hex(rest.next()) * 16 + hex(rest.next()) } else { b });
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub fn alertmanager(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(home.command("amtool").arg("check-config").args(files));
    if !said.ok {
        return Err(format!("amtool: {}{}", said.out, said.err).into());
    }
    let facts = |read: &Value| {
        let mut keys = Keys::of(read);
        let (host, port) = split(&keys.text("global.smtp_smarthost"));
        let (name, from) = sender_of(&keys.text("global.smtp_from"));
        let user = keys.take("global.smtp_auth_username");
        let file = keys.take("global.smtp_auth_password_file");
        let strict = keys.take("global.smtp_require_tls");
        let to = keys.text("receivers[0].email_configs[0].to").replace("{{\"{{\"}}", "{{");
        let mut errors = keys.errors(&[("route.receiver", json!("mail")), ("receivers[0].name", json!("mail"))]);
        if file.is_string() != user.is_string() || to != from && to != "bob@example.test" {
            errors = json!([format!("{file} {to}")]);
        }
        json!({
            "host": host, "port": port, "tls": if strict == true { "starttls" } else if port == 465 { "implicit" } else { "none" },
            "user": user, "password": null, "from": from, "name": name, "mechanism": null, "errors": errors,
        })
    };
    Ok(yaml(home, files)?.iter().map(facts).collect())
}

/// What every reader of `.env` files makes of some: one that does not agree is an error.
pub fn environment(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let mut all: Vec<(&str, Vec<Value>)> = Vec::new();
    for reader in ["sh", "node", "python", "ruby", "php"] {
        let said =
            run(home.command("bash").arg(script("read-dotenv.sh")).arg(reader).arg(lab::packages("")).args(files));
        let read: Result<Vec<Value>, _> = said.out.lines().map(serde_json::from_str).collect();
        match read {
            Ok(read) if said.ok && read.len() == files.len() => all.push((reader, read)),
            _ => return Err(format!("{reader}: {}{}", said.out, said.err).into()),
        }
    }
    let mut rust = Vec::new();
    for file in files {
        let pairs: Result<BTreeMap<String, String>, _> = dotenvy::from_path_iter(file)?.collect();
        rust.push(json!(pairs?));
    }
    for (reader, read) in &all {
        for ((file, one), other) in files.iter().zip(&rust).zip(read) {
            if one != other {
                return Err(format!("{}: dotenvy reads {one}, {reader} reads {other}", Path::display(file)).into());
            }
        }
    }
    Ok(rust)
}

pub fn dotenv(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let facts = |read: &Value| {
        let mut keys = Keys::of(read);
        keys.take("SMTP_TIMEOUT");
        let (host, port) = (keys.text("SMTP_HOST"), keys.text("SMTP_PORT"));
        let (tls, user) = (keys.text("SMTP_TLS"), keys.take("SMTP_USERNAME"));
        let url = keys.text("SMTP_URL");
        let mut facts = json!({
            "host": host, "port": port.parse::<u16>().ok(), "tls": tls, "user": user, "password": null,
            "from": keys.take("SMTP_FROM"), "name": keys.take("SMTP_FROM_NAME"), "mechanism": null, "errors": keys.errors(&[]),
        });
        if !url.is_empty() {
            let parsed = url::Url::parse(&url);
            let same = parsed.as_ref().is_ok_and(|u| {
                u.scheme() == (if tls == "implicit" { "smtps" } else { "smtp" })
                    && u.host_str() == Some(&host)
                    && u.port().map(|p| p.to_string()) == Some(port.clone())
                    && u.password().is_none()
                    && percent_encoding::percent_decode_str(u.username()).decode_utf8_lossy()
                        == user.as_str().unwrap_or_default()
            });
            if !same {
                facts["errors"] = json!([url]);
            }
        }
        facts
    };
    Ok(environment(home, files)?.iter().map(facts).collect())
}

pub fn vaultwarden(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let facts = |read: &Value| {
        let mut keys = Keys::of(read);
        keys.take("SMTP_TIMEOUT");
        json!({
            "host": keys.take("SMTP_HOST"), "port": keys.text("SMTP_PORT").parse::<u16>().ok(),
            "tls": match keys.text("SMTP_SECURITY").as_str() { "force_tls" => "implicit", "starttls" => "starttls", "off" => "none", _ => "?" },
            "user": keys.take("SMTP_USERNAME"), "password": null, "from": keys.take("SMTP_FROM"), "name": keys.take("SMTP_FROM_NAME"),
            "mechanism": keys.take("SMTP_AUTH_MECHANISM"), "errors": keys.errors(&[]),
        })
    };
    Ok(environment(home, files)?.iter().map(facts).collect())
}
