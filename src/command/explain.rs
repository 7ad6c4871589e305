//! `explain`: every setting of the accounts with its origin. Secrets are shown by their kind only.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Outcome, print_json, report, table};
use crate::account::{Account, Credential, Origin, Server, Signature, Signing};
use crate::cli::{Explain, Format};
use crate::document::secrets::has_login;
use crate::problem::{Problem, Sources, did_you_mean};

pub(super) fn run(args: &Explain) -> io::Result<Outcome> {
    let mut files = vec![args.file.clone()];
    files.extend(args.over.iter().cloned());
    let reading = crate::read(&files);
    if reading.failed() {
        report(&reading.problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let hosted = reading.mail.of_domains();
    let accounts: Vec<&Account> = reading
        .mail
        .accounts
        .iter()
        .chain(&hosted)
        .filter(|a| args.account.as_ref().is_none_or(|n| a.name == *n || a.address.as_str() == n))
        .collect();
    if accounts.is_empty() {
        let asked = args.account.as_deref().unwrap_or_default();
        let names = || reading.mail.accounts.iter().map(|a| a.name.as_str());
        let fix = match did_you_mean(asked, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("accounts: {}", names().collect::<Vec<_>>().join(", ")),
        };
        let problem = Problem::error("unknown-account", None, format!("there is no account `{asked}`")).fix(fix);
        report(&[problem], &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let explained: Vec<(&Account, Vec<Line>)> = accounts.iter().map(|a| (*a, lines(a))).collect();
    match args.format {
        Format::Json => {
            let list: Vec<Value> = explained
                .iter()
                .map(|(account, lines)| {
                    let settings: Vec<Value> = lines
                        .iter()
                        .map(|l| {
                            json!({ "key": l.key, "value": l.value, "origin": origin(l.origin, &reading.sources) })
                        })
                        .collect();
                    json!({ "account": account.name, "address": account.address.as_str(), "default": account.default, "settings": settings })
                })
                .collect();
            print_json(&json!(list))?;
        }
        Format::Text => {
            let mut out = io::stdout().lock();
            for (number, (account, lines)) in explained.iter().enumerate() {
                if number > 0 {
                    writeln!(out)?;
                }
                let default = if account.default { ", the default account" } else { "" };
                writeln!(out, "{} ({}){default}", account.name, account.address.value)?;
                let rows: Vec<Vec<String>> = lines
                    .iter()
                    .map(|l| vec![format!("  {}", l.key), l.value.clone(), origin(l.origin, &reading.sources)])
                    .collect();
                write!(out, "{}", table(&rows))?;
            }
        }
    }
    Ok(Outcome::Done)
}

struct Line {
    key: String,
    value: String,
    origin: Origin,
}

fn origin(origin: Origin, sources: &Sources) -> String {
    match origin {
        Origin::File(place) => sources.describe(place),
        Origin::Catalogue(facts) => format!("provider {} ({})", facts.id, facts.date),
        Origin::Rule(why) => why.to_owned(),
    }
}

fn lines(account: &Account) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line = |key: &str, value: String, origin: Origin| lines.push(Line { key: key.to_owned(), value, origin });
    line("address", account.address.to_string(), account.address.origin);
    if let Some(name) = &account.full_name {
        line("name", name.to_string(), name.origin);
    }
    if let Some(id) = &account.service.id {
        let origin = account.service.facts.map_or(Origin::File(account.place), Origin::Catalogue);
        line("provider", id.clone(), origin);
    }
    if let Some(retrieve) = &account.retrieve {
        line("retrieve", retrieve.key().to_owned(), retrieve.origin);
    }
    for of in account.servers() {
        server(of, of.protocol.key(), &mut line);
    }
    let f = &account.folders;
    for (key, folder) in [
        ("sent", &f.sent),
        ("drafts", &f.drafts),
        ("trash", &f.trash),
        ("junk", &f.junk),
        ("archive", &f.archive),
        ("all", &f.all),
    ] {
        if let Some(folder) = folder {
            line(&format!("folders.{key}"), folder.to_string(), folder.origin);
        }
    }
    line("save_sent", account.save_sent.value.to_string(), account.save_sent.origin);
    for (number, identity) in account.identities.iter().enumerate() {
        let key = format!("identity {}", number + 1);
        line(&key, identity.address.to_string(), identity.address.origin);
        if let Some(name) = &identity.name {
            line(&format!("{key}.name"), name.to_string(), name.origin);
        }
        if let Some(to) = &identity.reply_to {
            line(&format!("{key}.reply_to"), to.to_string(), to.origin);
        }
        if let Some(signature) = &identity.signature {
            line(&format!("{key}.signature"), signature_kind(&signature.value), signature.origin);
        }
        if let Some(pgp) = &identity.pgp {
            line(&format!("{key}.pgp"), signing(&pgp.value), pgp.origin);
        }
        if let Some(smtp) = &identity.smtp {
            server(smtp, &format!("{key}.smtp"), &mut line);
        }
    }
    if let Some(signature) = &account.signature {
        line("signature", signature_kind(&signature.value), signature.origin);
    }
    for (key, said) in [("pgp", &account.pgp), ("smime", &account.smime)] {
        if let Some(said) = said {
            line(key, signing(&said.value), said.origin);
        }
    }
    if let Some(maildir) = &account.maildir {
        line("maildir", maildir.to_string(), maildir.origin);
    }
    for (key, url) in [("carddav", &account.carddav), ("caldav", &account.caldav)] {
        if let Some(url) = url {
            let shown = if has_login(url.as_str()) { "*** (a query stands in it)".to_owned() } else { url.to_string() };
            line(key, shown, url.origin);
        }
    }
    // Nearest layer first: a farther one's option of the same name is hidden.
    let mut seen = Vec::new();
    for target in account.options.iter().flat_map(|layer| layer.entries()) {
        for option in target.value.entries() {
            let key = format!("targets.{}.{}", target.key, option.key);
            if !seen.contains(&key) {
                line(
                    &key,
                    shown_option(&option.key, option.value.text().unwrap_or_default()),
                    Origin::File(option.value.place),
                );
                seen.push(key);
            }
        }
    }
    lines
}

fn credential_key(server: &Server) -> &'static str {
    match server.credential.value {
        Credential::OAuth2(_) => "oauth2",
        _ => "password",
    }
}

fn credential(server: &Server) -> String {
    match &server.credential.value {
        Credential::Password(secret) => secret.kind().to_owned(),
        Credential::OAuth2(oauth2) => match &oauth2.token {
            Some(token) => format!("token from {}", token.kind()),
            None => "no token command".to_owned(),
        },
        Credential::None => "none".to_owned(),
    }
}

fn server(server: &Server, key: &str, line: &mut impl FnMut(&str, String, Origin)) {
    line(&format!("{key}.host"), server.host.to_string(), server.host.origin);
    line(&format!("{key}.port"), server.port.value.to_string(), server.port.origin);
    line(&format!("{key}.tls"), server.tls.word().to_owned(), server.tls.origin);
    line(&format!("{key}.login"), server.login.text.to_string(), server.login.origin);
    line(&format!("{key}.{}", credential_key(server)), credential(server), server.credential.origin);
    if let Some(auth) = &server.auth {
        line(&format!("{key}.auth"), auth.word().to_owned(), auth.origin);
    }
}

fn signature_kind(signature: &Signature) -> String {
    match signature {
        Signature::Text(_) => "a text".to_owned(),
        Signature::File(path) => format!("file {path}"),
        Signature::Command(_) => "a command".to_owned(),
    }
}

fn signing(signing: &Signing) -> String {
    let mut words = vec![signing.key.as_ref().map_or("no key".to_owned(), |k| format!("key {k}"))];
    words.extend(signing.sign.then(|| "sign".to_owned()));
    words.extend(signing.encrypt.then(|| "encrypt".to_owned()));
    words.join(", ")
}

/// An option's value; of the user's own lines only how many there are, since they may hold anything.
fn shown_option(key: &str, value: &str) -> String {
    match key {
        "extra" => match value.lines().count() {
            1 => "1 line".to_owned(),
            n => format!("{n} lines"),
        },
        _ => value.to_owned(),
    }
}
