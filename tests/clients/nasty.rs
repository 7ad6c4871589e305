//! Values that break configuration files, written by the library and read back by the real programs: the same value, and
//! not one setting or element more than a harmless value leads to. What a target cannot hold it has to refuse, with a
//! reason.
//!
//! `MAILWRIGHT_REAL_CASES` says how many cases there are for each program: 100 by default. They are the same
//! in every run.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::problem::Problem;
use mailwright::target::Bundle;
use serde_json::{Value, json};

use crate::Test;
use crate::lab::{self, Home, run};
use crate::muttrc::{self, decoded};
use crate::reading::{ask_schema, ask_thunderbird, complaint, text_of};
use crate::report::Findings;
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("msmtp_reads_back_nasty_values", &["msmtp"], msmtp),
        Test::new("mutt_reads_back_nasty_values", &["mutt", lab::PRIVATE], || mutts("mutt")),
        Test::new("neomutt_reads_back_nasty_values", &["neomutt", lab::PRIVATE], || mutts("neomutt")),
        Test::new("thunderbird_reads_back_nasty_values", &["thunderbird"], thunderbird),
        Test::new("libplist_reads_back_nasty_values", &["schema"], libplist),
    ]
}

/// Paths are below a folder, since a relative one means something else to every program.
pub const BELOW: &str = "/nasty/";

/// An account file with these values. JSON is YAML.
fn account_file(fields: &Fields) -> String {
    let get = |name: &str| fields.get(name).cloned().unwrap_or_else(|| "harmless".into());
    // In some fields `{address}` and the like are filled in; a brace itself is doubled.
    let plain = |name: &str| get(name).replace('{', "{{");
    let path = |name: &str| format!("{BELOW}{}", get(name));
    json!({
        "accounts": { "a": {
            "address": "a@b.example",
            "provider": "p",
            "name": get("name"),
            "login": plain("login"),
            "retrieve": if fields.contains_key("maildir") { "pop3" } else { "imap" },
            "password": { "command": ["keep", plain("command")] },
            "signature": get("signature"),
            "maildir": format!("{BELOW}{}", plain("maildir")),
            "targets": {
                "msmtp": { "tls_trust_file": path("ca_file") },
                "mutt": { "ca_file": path("ca_file") },
                "neomutt": { "ca_file": path("ca_file") },
                "mobileconfig": { "organization": get("organization") },
            },
        } },
        "providers": { "p": {
            "name": get("provider"),
            "domains": ["b.example"],
            "imap": "imap.b.example",
            "pop3": "pop.b.example",
            "smtp": "smtp.b.example",
        } },
    })
    .to_string()
}

fn render(target: &str, fields: &Fields) -> Result<Bundle, Vec<Problem>> {
    values::render(target, &account_file(fields))
}

/// The file that harmless values lead to, and then, for each case, its values and its bundle.
fn rendered(target: &'static str, names: &[&'static str], findings: &mut Findings) -> (Bundle, Vec<(Fields, Bundle)>) {
    let tidy = |name: &str, value: String| match name {
        // mutt and neomutt tidy a path; the same path in fewer characters is no finding.
        "maildir" | "ca_file" => format!("/{value}").replace("/.", "-").trim_start_matches('/').to_owned(),
        _ => value,
    };
    values::rendered(target, values::cases(), names, tidy, |fields| render(target, fields), findings)
}

pub fn only_file(bundle: &Bundle) -> &[u8] {
    assert_eq!(bundle.files.len(), 1, "{:?}", bundle.notes);
    &bundle.files[0].bytes
}

/// A home whose password command writes its argument to a file, byte for byte, and prints it.
pub fn keeping() -> Home {
    let home = Home::empty();
    home.program("keep", "printf %s \"$1\" > ~/kept\nprintf %s \"$1\"");
    home
}

pub fn kept(home: &Home) -> String {
    let path = home.path().join("kept");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| format!("nothing: {e}"));
    fs::remove_file(path).ok();
    text
}

fn msmtp() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let (base, all) = rendered("msmtp", &["login", "command", "ca_file"], &mut findings);
    let home = keeping();
    let file = home.path().join("config");
    let read = |bundle: &Bundle| {
        lab::write_private(&file, only_file(bundle));
        let said = run(home.command("msmtp").arg("-C").arg(&file).args(["--pretend", "--account=a"]));
        let shown: BTreeMap<String, String> =
            said.out.lines().filter_map(|l| l.split_once(" = ")).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        if said.ok { Ok(shown) } else { Err(said.err) }
    };
    let harmless = read(&base)?;
    kept(&home);
    let count = all.len();
    for (fields, bundle) in all {
        let shown = match read(&bundle) {
            Ok(shown) => shown,
            Err(why) => {
                findings.check(false, || format!("{fields:?}: {why}"));
                continue;
            }
        };
        let shows = |key: &str| shown.get(key).map(String::as_str);
        findings.same("the login", shows("user"), Some(fields["login"].as_str()));
        findings.same("the password command's argument", kept(&home), fields["command"].as_str());
        findings.same(
            "tls_trust_file",
            shows("tls_trust_file"),
            Some(format!("{BELOW}{}", fields["ca_file"]).as_str()),
        );
        for (key, value) in &harmless {
            if !["user", "passwordeval", "tls_trust_file"].contains(&key.as_str()) {
                findings.same(key, shows(key), Some(value.as_str()));
            }
        }
        findings.same("settings shown", shown.len(), harmless.len());
    }
    findings.finish("msmtp", "msmtp --pretend, nasty values", count)
}

fn mutts(program: &'static str) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let names = ["name", "login", "command", "signature", "maildir", "ca_file"];
    let (base, all) = rendered(program, &names, &mut findings);
    let home = keeping();
    let file = home.path().join("rc");
    lab::write_private(&file, b"");
    let defaults = muttrc::read(program, &home, &file)?;
    lab::write_private(&file, only_file(&base));
    let harmless = muttrc::changed(&muttrc::read(program, &home, &file)?, &defaults);
    kept(&home);
    let count = all.len();
    for (fields, bundle) in all {
        lab::write_private(&file, only_file(&bundle));
        let settings = match muttrc::read(program, &home, &file) {
            Ok(settings) => settings,
            Err(why) => {
                findings.check(false, || format!("{fields:?}: {why}"));
                continue;
            }
        };
        let shows = |key: &str| settings.get(key).map(String::as_str);
        let login = &fields["login"];
        findings.same("the name", shows("realname"), Some(fields["name"].as_str()));
        let url = |scheme: &str, host: &str, port: u16| Some(format!("{scheme}://{login}@{host}.b.example:{port}/"));
        findings.same("the login to send", shows("smtp_url").map(decoded), url("smtps", "smtp", 465));
        findings.same("the login to fetch", shows("pop_host").map(decoded), url("pops", "pop", 995));
        findings.same("the password command's argument", kept(&home), fields["command"].as_str());
        findings.same("the password", shows("pop_pass"), Some(fields["command"].as_str()));
        findings.same("the other password", shows("smtp_pass"), Some(fields["command"].as_str()));
        for (field, setting) in [("ca_file", "ssl_ca_certificates_file"), ("maildir", "folder")] {
            findings.same(field, shows(setting).map(tidy), Some(tidy(&format!("{BELOW}{}", fields[field]))));
        }
        // A command that both programs hand to sh.
        let command = shows("signature").and_then(|s| s.strip_suffix('|')).unwrap_or("echo no command");
        findings.same("the signature", run(home.command("sh").args(["-c", command])).out, fields["signature"].as_str());
        findings.same("changed settings", muttrc::changed(&settings, &defaults), harmless.clone());
    }
    findings.finish(program, &format!("{program} -D, nasty values"), count)
}

/// For Thunderbird, which asks JavaScript.
fn looks_like_a_number(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_lowercase();
    let radix = ["0x", "0o", "0b"].iter().any(|prefix| text.starts_with(prefix));
    text.is_empty() || text == "true" || text == "false" || radix || text.parse::<f64>().is_ok()
}

/// The same path with single slashes and none at the end, as mutt shows it.
fn tidy(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).fold(String::new(), |all, part| format!("{all}/{part}"))
}

/// Writes each case's document to a file of its own.
fn write_all(home: &Home, ending: &str, bundles: &[&Bundle]) -> Vec<PathBuf> {
    let path = |n: usize| home.path().join(format!("{n}{ending}"));
    let write = |(n, bundle): (usize, &&Bundle)| {
        fs::write(path(n), only_file(bundle)).expect("write");
        path(n)
    };
    bundles.iter().enumerate().map(write).collect()
}

fn thunderbird() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let (base, all) = rendered("autoconfig", &["provider", "login"], &mut findings);
    let home = Home::empty();
    let bundles: Vec<&Bundle> = std::iter::once(&base).chain(all.iter().map(|(_, b)| b)).collect();
    let list: Vec<_> = write_all(&home, ".xml", &bundles).into_iter().map(|f| (f, "a@b.example".to_owned())).collect();
    let results = ask_thunderbird(&list)?;
    let mut misread = 0;
    for ((fields, bundle), result) in all.iter().zip(&results[1..]) {
        if let Some(complaint) = complaint(result) {
            findings.check(false, || format!("{fields:?}: {complaint}"));
            continue;
        }
        let config = &result["config"];
        findings.same("elements", &result["elements"], &results[0]["elements"]);
        let (name, shown) = (&fields["provider"], text_of(&config["displayName"]));
        // Only shown to people: Thunderbird reads a number as one there, too, and fills in what it takes for a placeholder.
        let coerced = looks_like_a_number(name) || name.contains('%');
        if name.chars().count() <= 60 && !coerced {
            findings.same("the service's name", shown.as_str(), name.as_str());
        } else if !coerced {
            findings.check(!shown.is_empty() && name.starts_with(&shown), || {
                format!("{shown:?} is not the beginning of {name:?}")
            });
        }
        if bundle.notes.iter().any(|n| n.code == "numeric-login") {
            // The note says that Thunderbird may misread this one.
            misread += 1;
            continue;
        }
        for server in ["incoming", "outgoing"] {
            findings.same(&format!("the {server} login"), &config[server]["username"], fields["login"].as_str());
        }
    }
    findings.check(misread * 10 < all.len().max(10), || format!("{misread} logins are said to look like numbers"));
    findings.finish("autoconfig", "Thunderbird's parser, nasty values", all.len())
}

fn libplist() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let (base, all) = rendered("mobileconfig", &["name", "login", "organization"], &mut findings);
    let home = Home::empty();
    let bundles: Vec<&Bundle> = std::iter::once(&base).chain(all.iter().map(|(_, b)| b)).collect();
    let files = write_all(&home, ".mobileconfig", &bundles);
    let judged = ask_schema(&files)?;
    let keys = |profile: &Value| {
        let of = |v: &Value| v.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        (of(profile), of(&profile["PayloadContent"][0]), profile["PayloadContent"].as_array().map(Vec::len))
    };
    let harmless = keys(&judged[0]["profile"]);
    for ((fields, _), judged) in all.iter().zip(&judged[1..]) {
        findings.check(judged["faults"].as_array().is_some_and(Vec::is_empty), || {
            format!("{fields:?}: {}", judged["faults"])
        });
        let profile = &judged["profile"];
        let mail = &profile["PayloadContent"][0];
        findings.same("the name", &mail["EmailAccountName"], fields["name"].as_str());
        findings.same("the login to fetch", &mail["IncomingMailServerUsername"], fields["login"].as_str());
        findings.same("the login to send", &mail["OutgoingMailServerUsername"], fields["login"].as_str());
        findings.same("the organisation", &profile["PayloadOrganization"], fields["organization"].as_str());
        findings.same("keys", keys(profile), harmless.clone());
    }
    // A third reader, for whether the XML is well-formed at all.
    if lab::missing(&["xmllint"]).is_none() {
        let said = run(Command::new("xmllint").args(["--noout", "--nonet"]).args(&files));
        findings.check(said.ok, || said.err.chars().take(600).collect());
    }
    findings.finish("mobileconfig", "Apple's schema, plistlib and libplist, nasty values", all.len())
}
