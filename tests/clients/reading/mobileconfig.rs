//! Profiles, judged by Apple's schema and read by plistlib and libplist.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::account::{Credential, Protocol, Tls};
use serde_json::{Value, json};

use super::text_of;
use crate::cases::Case;
use crate::lab::{self, run};
use crate::report::Findings;

/// Profiles through Apple's schema, plistlib and libplist: the profiles, and all faults.
pub fn ask_schema(files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(Command::new(lab::python()).arg(lab::script("check-mobileconfig.py")).args(files));
    let judged: Vec<Value> = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
    if judged.len() != files.len() {
        return Err(said.err.into());
    }
    Ok(judged)
}

pub fn mobileconfig() -> Result<(), Failed> {
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
