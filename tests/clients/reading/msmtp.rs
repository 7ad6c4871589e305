//! What `msmtp --pretend` shows of every account block.

use std::collections::BTreeMap;
use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Credential, Mechanism, Os, Server, Tls};
use mailwright::target::Options;

use crate::cases::{Case, usable};
use crate::lab::{self, Home, run};
use crate::report::Findings;

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

pub fn msmtp() -> Result<(), Failed> {
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
