//! Findings across fields: what can be written and is probably not meant, or what its user should know.
//!
//! Warnings are findings of `check` and are shown by `generate`; notes never change an exit code. It looks at accounts
//! only, offline; what single programs cannot express is said by their targets.

use std::collections::HashSet;

use super::hosting::{Directory, Hosting};
use super::{Account, Credential, Mail, Protocol, Secret, Server, Tls, Way};
use crate::problem::{Place, Problem, Problems};

/// Reports the findings of all accounts.
pub fn advise(mail: &Mail, problems: &mut Problems) {
    let mut helped = HashSet::new();
    for account in &mail.accounts {
        secrets(account, problems);
        servers(account, problems);
        folders(account, problems);
        // Once a provider: a thousand users of one need it said once.
        if account.service.facts.is_some_and(|f| helped.insert(f.id)) {
            help(account, problems);
        }
    }
    hosting(&mail.hosting, problems);
}

fn secrets(account: &Account, problems: &mut Problems) {
    for server in account.servers() {
        let place = server.credential.origin.place().unwrap_or(account.place);
        match &server.credential.value {
            Credential::Password(Secret::Literal(_)) => problems.push(
                Problem::warning("literal-password", place, "a password stands in the account file")
                    .because("whoever reads the file has it; outputs get it only with --i-accept-cleartext-passwords")
                    .fix("write `password: { command: ... }`, `{ keyring: ... }` or `prompt`"),
            ),
            Credential::Password(Secret::Command(command)) => bare_path(&command.shell_line(), place, problems),
            _ => {}
        }
        let takes_passwords = account.service.ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword));
        let is_the_service = !server.host.origin.is_said();
        if let (Credential::Password(_), true, false, true) =
            (&server.credential.value, server.credential.origin.is_said(), takes_passwords, is_the_service)
        {
            let name = account.service.name.as_ref().map_or("the provider", |n| n.as_str());
            let why = account.service.facts.and_then(|f| f.help.password).unwrap_or("it takes OAuth2 only");
            problems.push(
                Problem::warning("password-refused", place, format!("{name} does not take passwords here"))
                    .because(why)
                    .fix("write `oauth2: { token: { command: ... } }` instead"),
            );
        }
    }
}

/// `passwordeval = /path/to/secret.gpg`: a file where a command should stand.
fn bare_path(line: &str, place: Place, problems: &mut Problems) {
    let word = line.trim();
    let data = [".gpg", ".asc", ".txt", ".age", ".pass"].iter().any(|end| word.ends_with(end));
    if !word.contains(char::is_whitespace) && data {
        problems.push(
            Problem::warning("command-is-a-file", place, "this command is the name of a file")
                .because("a command must print the secret")
                .fix("write `gpg -dq FILE`, or `password: { file: FILE }` for a file that holds it in clear"),
        );
    }
}

fn servers(account: &Account, problems: &mut Problems) {
    for server in account.servers() {
        let place = |s: &Server| s.port.origin.place().or(s.host.origin.place()).unwrap_or(account.place);
        let other = match (server.protocol, server.port.value) {
            (Protocol::Imap, 995 | 110) => Some("POP3"),
            (Protocol::Pop3, 993 | 143) => Some("IMAP"),
            (Protocol::Imap | Protocol::Pop3, 465 | 587 | 25) => Some("submission"),
            (Protocol::Smtp, 993 | 143) => Some("IMAP"),
            (Protocol::Smtp, 995 | 110) => Some("POP3"),
            _ => None,
        };
        if let Some(other) = other {
            problems.push(
                Problem::warning(
                    "port-of-another-protocol",
                    place(server),
                    format!(
                        "port {} is {other}'s, and this is the {} server",
                        server.port.value,
                        server.protocol.title()
                    ),
                )
                .fix(format!("the usual port is {}", server.protocol.port(server.tls.value))),
            );
        }
        if server.protocol == Protocol::Smtp
            && server.port.value == 25
            && server.port.origin.is_said()
            && server.tls.value != Tls::None
        {
            problems.push(
                Problem::warning("port-25", place(server), "port 25 is for mail between servers")
                    .because("most networks block it, most providers take no login there")
                    .fix("use 465 or 587"),
            );
        }
        let host = server.host.as_str();
        let first = host.split('.').next().unwrap_or(host);
        let google = ["gmail.com", "googlemail.com"].iter().any(|d| host == *d || host.ends_with(&format!(".{d}")));
        let known = ["imap", "pop", "smtp"].contains(&first);
        if matches!(first, "smpt" | "stmp" | "smtps1" | "impa" | "iamp" | "pop4") || (google && !known) {
            problems.push(
                Problem::warning(
                    "host-typo",
                    server.host.origin.place().unwrap_or(account.place),
                    format!("{host} is probably misspelt"),
                )
                .because(if google {
                    "Gmail's hosts are imap, pop and smtp.gmail.com"
                } else {
                    "compare imap., pop. and smtp."
                })
                .fix("check the host"),
            );
        }
    }
}

fn folders(account: &Account, problems: &mut Problems) {
    if account.save_sent.value
        && account.save_sent.origin.is_said()
        && account.service.facts.is_some_and(|f| f.save_sent == Some(false))
    {
        problems.push(
            Problem::warning("sent-twice", account.save_sent.origin.place(), "every sent message will be there twice")
                .because("this server files what is sent by itself")
                .fix("remove `save_sent`"),
        );
    }
}

fn help(account: &Account, problems: &mut Problems) {
    let Some(facts) = account.service.facts else {
        return;
    };
    let theirs = account.servers().any(|s| !s.host.origin.is_said());
    if !theirs {
        return;
    }
    // Who has a command for the password has one already.
    let by_password = account
        .servers()
        .any(|s| matches!(s.credential.value, Credential::Password(Secret::Prompt | Secret::Literal(_))));
    if by_password && account.service.ways.contains(&Way::AppPassword) && !account.service.ways.contains(&Way::Password)
    {
        let page = facts.help.app_password.map(|p| format!("make one at {p}")).unwrap_or_default();
        problems.push(
            Problem::note("app-password", account.place, format!("{} wants an app password", facts.name))
                .because(facts.help.password.unwrap_or("the account's own password is refused"))
                .fix(page),
        );
    }
    if let Some(enable) = facts.help.enable {
        problems.push(Problem::note("enable-first", account.place, format!("{}: {enable}", facts.name)));
    }
}

/// What a mail host should know.
fn hosting(hosting: &Hosting, problems: &mut Problems) {
    let Some(users) = &hosting.users else { return };
    if users.unknown.is_none() {
        problems.push(
            Problem::warning("tells-who-exists", users.place, "the answers tell which addresses the directory has")
                .because("theirs is another login than the domain's form, which all other addresses get")
                .fix("say in `unknown` what a login looks like: `unknown: \"u{digits:6}\"`, with a `secret`"),
        );
    }
    let password = match &users.directory {
        Directory::Postgres { password, .. } | Directory::Ldap { password, .. } => password.as_ref(),
        _ => None,
    };
    for secret in [password, users.secret.as_ref()].into_iter().flatten() {
        let place = secret.origin.place().unwrap_or(users.place);
        match &secret.value {
            Secret::Literal(_) => problems.push(
                Problem::warning("literal-password", place, "a password stands in the account file")
                    .because("whoever reads the file has it")
                    .fix("write `{ file: PATH }`, `{ env: NAME }` or `{ command: ... }` instead"),
            ),
            Secret::Command(command) => bare_path(&command.shell_line(), place, problems),
            _ => {}
        }
    }
}
