//! Himalaya: reads IMAP and sends by SMTP, from the command line.
//!
//! Format: `config.sample.toml` of 1.2.0 and of 2.2.1, and what the two programs take (email-lib 0.27,
//! pimalaya-config 0.2). The keys of one are none for the other and are passed over, so that one file serves both.
//! Both expand `$NAME` and `~` in logins; version 1 does in addresses, folder names and signatures, too. A further address is an account of its own.

use std::collections::HashSet;

use super::{
    About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Target, access, clash,
    may_hold_secret,
};
use crate::account::{Account, Credential, Identity, Mechanism, Protocol, Said, Server, Signature, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// Himalaya.
pub struct Himalaya;

const NO_POP3: NoteKind = NoteKind { code: "no-pop3", about: "POP3 is left out: the account sends only" };
const RENAMED: NoteKind = NoteKind {
    code: "name-default",
    about: "`default` has a meaning of its own as a name: the account is called by its address",
};
const REPLY_TO: NoteKind = NoteKind { code: "reply-to", about: "an identity's answer address is left out" };
const SIGNATURE: NoteKind = NoteKind {
    code: "signature",
    about: "a signature by a command, for version 2 one in a file, and for both one that version 1 would expand, is left out",
};
const NO_SIGNING: NoteKind = NoteKind {
    code: "no-signing",
    about: "nothing is signed or encrypted by configuration: OpenPGP and S/MIME are left out",
};
const NO_TOKEN_1: NoteKind =
    NoteKind { code: "token-1", about: "version 1 cannot log in by a token from a command: its settings are left out" };
const NO_LOGIN_1: NoteKind =
    NoteKind { code: "login-1", about: "version 1 always logs in: where nobody does, its settings are left out" };

pub(super) const ABOUT: About = About {
    id: "himalaya",
    title: "Himalaya",
    family: Family::Reader,
    homepage: "https://github.com/pimalaya/himalaya",
    files: &[".config/himalaya/config.toml"],
    lives: Lives::Home,
    templates: &["himalaya.toml"],
    oracle: "himalaya 1 and 2 themselves (`tests/run --full`): they list every golden's accounts, 2 composes from each, and log in; read and send in the box",
    versions: "1.0 and later, and 2; tested with 1.2.0 and 2.2.1",
    options: &Table {
        what: "the options of Himalaya",
        keys: &[
            OS,
            key(
                "version",
                Shape::Word(&["1", "2", "both"]),
                "Write for version `1`, for `2`, or for `both` (default).",
            ),
            key("ca_file", Shape::Text, "A certificate that version 2 trusts besides the system's."),
            key("downloads", Shape::Text, "The folder for attachments."),
            key("extra", Shape::Lines, "Lines for this account that Himalaya reads as they are."),
        ],
    },
    notes: &[
        NO_POP3,
        RENAMED,
        REPLY_TO,
        SIGNATURE,
        NO_SIGNING,
        NO_TOKEN_1,
        NO_LOGIN_1,
        access::NO_PROMPT,
        access::NO_TOKEN,
        access::MECHANISM,
    ],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::OAuthBearer, Mechanism::XOAuth2],
    own_oauth2: false,
    mechanisms: &[Mechanism::Plain, Mechanism::Login, Mechanism::ScramSha256],
};
const PROGRAM_1: Program = Program { mechanisms: &[], ..PROGRAM };

#[derive(askama::Template)]
#[template(path = "himalaya.toml")]
struct Config {
    mark: &'static str,
    accounts: Vec<Entry>,
}

/// A table `[accounts.x]`.
struct Entry {
    name: Said<String>,
    groups: Vec<Group>,
    extra: Option<String>,
    secret: bool,
}

/// The keys for both versions, or for one.
struct Group {
    title: Option<&'static str>,
    keys: Vec<(String, Value)>,
}

enum Value {
    Text(Said<String>),
    Bare(String),
}

impl Group {
    fn text(&mut self, key: impl Into<String>, value: Said<String>) {
        self.keys.push((key.into(), Value::Text(value)));
    }

    fn bare(&mut self, key: impl Into<String>, value: impl ToString) {
        self.keys.push((key.into(), Value::Bare(value.to_string())));
    }

    fn word(&mut self, key: impl Into<String>, word: &str) {
        self.text(key, Said::rule(word.to_owned(), "a word of the format"));
    }
}

/// Which versions are written for.
#[derive(Clone, Copy)]
struct Versions {
    one: bool,
    two: bool,
}

impl Target for Himalaya {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// In TOML a table may stand once only.
    fn clash(&self, ours: &str, theirs: &str) -> Option<String> {
        clash::twice(ours, theirs, clash::section)
            .map(|name| format!("both have `{name}`, and in TOML a table may stand once only"))
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts = Vec::new();
        let mut names: HashSet<String> = run.mail.accounts.iter().map(|a| a.name.clone()).collect();
        for account in &run.mail.accounts {
            let mut name = account.name.clone();
            if name == "default" {
                name = account.address.to_string();
                bundle.note(
                    &RENAMED,
                    account,
                    format!("Himalaya gives the name `default` a meaning of its own: use `himalaya -a {name}`"),
                );
            }
            let senders = std::iter::once(None).chain(account.identities.iter().map(Some));
            for (number, identity) in senders.enumerate() {
                let name = match identity {
                    None => name.clone(),
                    // A name of ours may be another account's own.
                    Some(_) => {
                        let mut own = format!("{name}-{}", number + 1);
                        while !names.insert(own.clone()) {
                            own.push('i');
                        }
                        own
                    }
                };
                accounts.extend(entry(account, identity, name, run, &mut bundle, &mut problems));
            }
        }
        if accounts.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        let secret = accounts.iter().any(|a: &Entry| a.secret);
        match Refusals::render(&Config { mark: MARK, accounts }, None) {
            Ok(text) if problems.is_empty() => {
                bundle.files.push(File::new(ABOUT.files[0], text, secret).block("#"));
                Ok(bundle)
            }
            Ok(_) => Err(problems),
            Err(refused) => {
                problems.extend(refused);
                Err(problems)
            }
        }
    }
}

/// A text that is expanded, so that it comes out as it is.
fn unexpanded(text: &str) -> String {
    let doubled = text.replace('$', "$$");
    match doubled.strip_prefix('~') {
        // The default of a variable that nobody sets.
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("${{MAILWRIGHT_UNSET:-~}}{rest}"),
        _ => doubled,
    }
}

fn entry(
    account: &Account,
    identity: Option<&Identity>,
    name: String,
    run: &Run<'_>,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) -> Option<Entry> {
    let mut options = Options::of(account, ABOUT.id);
    let versions = Versions { one: !options.is("version", "2"), two: !options.is("version", "1") };
    let ca_file = options.text("ca_file").map(|t| t.with(t.value.to_string()));
    let downloads = options.text("downloads").map(|t| t.with(t.value.to_string()));
    let extra = options.verbatim("extra");
    problems.append(&mut options.problems);
    let secret = extra.as_deref().is_some_and(may_hold_secret);

    let imap = account.incoming().filter(|s| s.protocol == Protocol::Imap);
    if account.incoming().is_some_and(|s| s.protocol == Protocol::Pop3) {
        bundle.note(&NO_POP3, account, "Himalaya has no POP3: left out, the account sends only");
    }
    let smtp = identity.and_then(|i| i.smtp.as_ref()).or(account.smtp.as_ref());
    let mut both = Group { title: None, keys: Vec::new() };
    let mut one = Group { title: versions.two.then_some("Version 1."), keys: Vec::new() };
    let mut two = Group { title: versions.one.then_some("Version 2."), keys: Vec::new() };
    let mut writer = Writer { account, run, versions, ca_file, one: &mut one, two: &mut two, secret };
    // Whatever cannot be logged in at is left out with a note of its own.
    let read = imap.map(|server| writer.server(server, bundle));
    let send = smtp.map(|server| writer.server(server, bundle));
    let secret = writer.secret;
    if ![read, send].contains(&Some(true)) {
        return None;
    }

    if identity.is_none() && account.default {
        both.bare("default", true);
    }
    let address = identity.map_or(&account.address, |i| &i.address);
    let plain = unexpanded(address.as_str());
    if versions.one && versions.two && plain != address.as_str() {
        problems.push(
            Problem::error("cannot-be-written", address.origin.place(), "Himalaya 1 would expand this address")
                .because("it replaces `$NAME` and `~`")
                .fix("write `targets: { himalaya: { version: \"2\" } }`"),
        );
    }
    both.text("email", address.with(if versions.two { address.to_string() } else { plain }));
    if let Some(full_name) = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref()) {
        both.text("display-name", full_name.with(full_name.to_string()));
    }
    if let Some(signature) = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()) {
        sign(signature, versions, account, &mut both, bundle);
    }
    if let Some(folder) = downloads {
        both.text("downloads-dir", folder);
    }
    if send == Some(true) {
        both.bare("message.send.save-copy", account.save_sent.value && imap.is_some());
    }
    if read == Some(true) {
        let folders = &account.folders;
        two.word("mailbox.alias.inbox", "INBOX");
        for (alias, folder) in [
            ("sent", &folders.sent),
            ("drafts", &folders.drafts),
            ("trash", &folders.trash),
            ("junk", &folders.junk),
            ("archive", &folders.archive),
        ] {
            if let Some(folder) = folder {
                one.text(format!("folder.aliases.{alias}"), folder.with(unexpanded(folder.as_str())));
                two.text(format!("mailbox.alias.{alias}"), folder.with(folder.to_string()));
            }
        }
    }
    if identity.is_some_and(|i| i.reply_to.is_some()) {
        bundle.note(
            &REPLY_TO,
            account,
            format!("Himalaya has no answer address: that of {} is left out", address.value),
        );
    }
    if account.pgp.is_some() || account.smime.is_some() || identity.is_some_and(|i| i.pgp.is_some()) {
        bundle.note(
            &NO_SIGNING,
            account,
            "Himalaya signs and encrypts nothing by its configuration (`mml` does): left out",
        );
    }
    let mut groups = vec![both];
    groups.extend(
        [(versions.one, one), (versions.two, two)]
            .into_iter()
            .filter(|(on, g)| *on && !g.keys.is_empty())
            .map(|(_, g)| g),
    );
    Some(Entry { name: address.with(name), groups, extra: extra.filter(|_| identity.is_none()), secret })
}

fn sign(signature: &Said<Signature>, versions: Versions, account: &Account, both: &mut Group, bundle: &mut Bundle) {
    let text = match &signature.value {
        Signature::Text(lines) => {
            // The delimiter comes by itself. A text that ends in a line feed is no path.
            let text = lines.as_str().strip_prefix("-- \n").unwrap_or(lines.as_str());
            let text = format!("{}\n", text.trim_end_matches('\n'));
            match unexpanded(&text) {
                expanded if expanded == text => Ok(text),
                expanded if !versions.two => Ok(expanded),
                _ if !versions.one => Ok(text),
                _ => Err("version 1 would replace what begins with `$` or `~` in it; `version: \"2\"` keeps it"),
            }
        }
        Signature::File(path) if !versions.two => Ok(path.to_string()),
        Signature::File(_) => Err("version 2 has no file for it; `version: \"1\"` has"),
        Signature::Command(_) => Err("Himalaya runs no command for it"),
    };
    match text {
        Ok(text) => both.text("signature", signature.with(text)),
        Err(why) => bundle.note(&SIGNATURE, account, format!("the signature is left out: {why}")),
    }
}

struct Writer<'a> {
    account: &'a Account,
    run: &'a Run<'a>,
    versions: Versions,
    ca_file: Option<Said<String>>,
    one: &'a mut Group,
    two: &'a mut Group,
    secret: bool,
}

impl Writer<'_> {
    /// A server for both versions; whether it is written for any.
    fn server(&mut self, server: &Server, bundle: &mut Bundle) -> bool {
        let program = if self.versions.two { PROGRAM } else { PROGRAM_1 };
        let Some(access) = program.access_unasked(server, self.account, self.run, bundle) else { return false };
        self.secret |= access.literal().is_some();
        if self.versions.two {
            self.two(server, &access);
        }
        if !self.versions.one {
            return true;
        }
        if access.token {
            bundle.note(
                &NO_TOKEN_1,
                self.account,
                "Himalaya 1 cannot log in by a token from a command: its settings are left out",
            );
            return self.versions.two;
        }
        if matches!(server.credential.value, Credential::None) {
            bundle.note(
                &NO_LOGIN_1,
                self.account,
                format!("Himalaya 1 always logs in: its settings for {} are left out", server.host.value),
            );
            return self.versions.two;
        }
        if let Some(mechanism) = &access.mechanism {
            bundle.note(
                &access::MECHANISM,
                self.account,
                format!(
                    "Himalaya 1 cannot insist on {} for {}: it takes what the server offers",
                    mechanism.word(),
                    server.protocol.title()
                ),
            );
        }
        self.one(server, &access);
        true
    }

    fn one(&mut self, server: &Server, access: &access::Access) {
        let (start, kind) = match server.protocol {
            Protocol::Smtp => ("message.send.backend", "smtp"),
            _ => ("backend", "imap"),
        };
        let group = &mut *self.one;
        group.word(format!("{start}.type"), kind);
        group.text(format!("{start}.host"), server.host.with(server.host.to_string()));
        group.bare(format!("{start}.port"), server.port.value);
        group.word(
            format!("{start}.encryption.type"),
            match server.tls.value {
                Tls::Implicit => "tls",
                Tls::StartTls => "start-tls",
                Tls::None => "none",
            },
        );
        if let Some(login) = &access.login {
            group.text(format!("{start}.login"), login.with(unexpanded(login)));
        }
        group.word(format!("{start}.auth.type"), "password");
        if let Some(line) = access.shell_line() {
            group.text(format!("{start}.auth.cmd"), line);
        }
        if let Some(password) = access.literal() {
            group.text(format!("{start}.auth.raw"), password.clone());
        }
    }

    fn two(&mut self, server: &Server, access: &access::Access) {
        let kind = server.protocol.key();
        let group = &mut *self.two;
        let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
        group.text(format!("{kind}.server"), server.host.with(format!("{kind}{s}://{}", server.endpoint())));
        if server.tls.value == Tls::StartTls {
            group.bare(format!("{kind}.starttls"), true);
        }
        if let Some(file) = self.ca_file.as_ref().filter(|_| server.tls.value != Tls::None) {
            group.text(format!("{kind}.tls.cert"), file.clone());
        }
        let Some(login) = &access.login else { return };
        let mechanism = access.mechanism.as_ref().map_or("plain", |m| m.word());
        let start = format!("{kind}.sasl.{mechanism}");
        let secret = if access.token { "token" } else { "password" };
        group.text(format!("{start}.username"), login.with(unexpanded(login)));
        if let Some(line) = access.shell_line() {
            group.text(format!("{start}.{secret}.command"), line);
        }
        if let Some(password) = access.literal() {
            group.text(format!("{start}.{secret}.raw"), password.clone());
        }
    }
}
