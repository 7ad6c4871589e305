//! `explain`: every setting of the accounts with its origin, and what is published for a user of a hosted domain. Secrets
//! are shown by their kind only.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Outcome, print_json, report, table};
use crate::Reading;
use crate::account::{Account, Address, Credential, Hosted, Origin, Server, Signature, Signing};
use crate::cli::{Explain, Format};
use crate::document::secrets::has_login;
use crate::problem::{Place, Problem, Sources, did_you_mean};
use crate::site::Site;

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
    let user = match &args.account {
        Some(asked) if accounts.is_empty() => published(asked, &reading),
        _ => None,
    };
    let explained: Vec<(&Account, Vec<Line>)> = match &user {
        Some(user) => vec![(&user.account, user.lines())],
        None => accounts.iter().map(|a| (*a, lines(a, false))).collect(),
    };
    if explained.is_empty() {
        report(&[unknown(args.account.as_deref(), &reading, &hosted)], &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    match args.format {
        Format::Json => {
            let list: Vec<Value> = explained
                .iter()
                .map(|(account, lines)| {
                    let settings: Vec<Value> = lines
                        .iter()
                        .map(|l| {
                            json!({ "key": l.key, "value": shown(&l.value), "origin": origin(l.origin, &reading.sources) })
                        })
                        .collect();
                    json!({ "account": account.name, "address": shown(account.address.as_str()), "default": account.default, "settings": settings })
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
                match account.address.as_str() {
                    address if *address == account.name => writeln!(out, "{address}{default}")?,
                    address => writeln!(out, "{} ({}){default}", account.name, shown(address))?,
                }
                let rows: Vec<Vec<String>> = lines
                    .iter()
                    .map(|l| vec![format!("  {}", l.key), shown(&l.value), origin(l.origin, &reading.sources)])
                    .collect();
                write!(out, "{}", table(&rows))?;
            }
        }
    }
    Ok(Outcome::Done)
}

/// A user of a hosted domain, as the domain's settings are published for that user.
struct Published {
    account: Account,
    /// Where the directory of users stands that says the login; nobody is looked up here.
    directory: Option<Place>,
}

impl Published {
    fn lines(&self) -> Vec<Line> {
        let mut lines = lines(&self.account, true);
        if let Some(place) = self.directory {
            for line in lines.iter_mut().filter(|line| line.key.ends_with(".login")) {
                line.value = "from the directory of users".to_owned();
                line.origin = Origin::File(place);
            }
        }
        lines
    }
}

/// The user whose address this is, when its domain is one that the files publish.
fn published(asked: &str, reading: &Reading) -> Option<Published> {
    let address = Address::parse(asked).ok()?.to_lower_case();
    let site = Site::with_places(&reading.mail).ok()?;
    let found = site.domain(address.domain())?;
    let directory = site.hosting.users.as_ref().filter(|_| found.looks_up(&site.hosting)).map(|users| users.place);
    let mut account = found.account(&address, None).ok()?;
    let own = reading.mail.accounts.iter().find(|a| a.address.to_lower_case() == address);
    let Account { imap, pop3, smtp, further, .. } = &mut account;
    for server in [imap, pop3, smtp].into_iter().flatten().chain(further) {
        let said = own.and_then(|a| a.servers().find(|s| s.protocol == server.protocol).or(a.incoming()));
        if let Some(said) = said.filter(|said| said.login.text == server.login.text) {
            server.login.origin = said.login.origin;
        }
    }
    Some(Published { account: Account { default: false, ..account }, directory })
}

/// What there is, when what was asked for is not there. Of ten thousand domains a few are enough.
fn unknown(asked: Option<&str>, reading: &Reading, hosted: &[Account]) -> Problem {
    const FEW: usize = 8;
    let names: Vec<&str> = reading.mail.accounts.iter().chain(hosted).map(|a| a.name.as_str()).collect();
    let domains: Vec<&str> = reading.mail.hosted.iter().flat_map(|h| &h.domains).map(String::as_str).collect();
    let few = |names: &[&str]| {
        let more = if names.len() > FEW { format!(", and {} more", names.len() - FEW) } else { String::new() };
        format!("{}{more}", names.iter().take(FEW).copied().collect::<Vec<_>>().join(", "))
    };
    let asked_domain = asked.and_then(|asked| asked.rsplit_once('@'));
    let meant = asked.and_then(|asked| match asked_domain {
        Some((local, domain)) => {
            // Nobody has an address at `*.example.org`.
            let named = domains.iter().copied().filter(|known| !known.starts_with("*."));
            did_you_mean(asked, names.iter().copied())
                .map(str::to_owned)
                .or_else(|| did_you_mean(domain, named).map(|domain| format!("{local}@{domain}")))
        }
        None => did_you_mean(asked, names.iter().copied()).map(str::to_owned),
    });
    let fix = match (meant, reading.mail.accounts.is_empty()) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, false) => format!("accounts: {}", few(&names)),
        (None, true) => format!("name a user of a domain, as `you@DOMAIN`; domains: {}", few(&domains)),
    };
    let message = match asked {
        Some(asked) => format!("there is no account `{asked}`"),
        None => "there is no account, and no domain but below wildcards".to_owned(),
    };
    Problem::error("unknown-account", None, message).fix(fix)
}

/// A value as it is shown: the user that stands in for any of a domain is nobody.
fn shown(value: &str) -> String {
    value.replace(Hosted::STAND_IN, "{local}")
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

/// What an account has; as it is `published`, with every further server.
fn lines(account: &Account, published: bool) -> Vec<Line> {
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
    let mut of_protocol = HashMap::new();
    let servers: Vec<&Server> = if published { account.all_servers().collect() } else { account.servers().collect() };
    for of in servers {
        let key = of.protocol.key();
        let number = of_protocol.entry(key).and_modify(|n| *n += 1).or_insert(1);
        let key = if *number == 1 { key.to_owned() } else { format!("{key} {number}") };
        server(of, &key, &mut line);
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
            let shown = if is_secret(url.as_str()) { "*** (a query stands in it)".to_owned() } else { url.to_string() };
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

/// Whether an address of the web holds a login or a query. An address of mail in its path is none.
fn is_secret(text: &str) -> bool {
    match url::Url::parse(text) {
        Ok(url) => !url.username().is_empty() || url.password().is_some() || url.query().is_some(),
        Err(_) => has_login(text),
    }
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
