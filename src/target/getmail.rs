//! getmail: fetches new mail of an inbox into a Maildir. One file an account: `getmail -r NAME`.
//!
//! Format: getmail's documentation ("Configuration") and the code of getmail6, whose `RawConfigParser` takes a value as
//! it is and whose lists are Python tuples. It has no STARTTLS, and checks certificates only where it is told the
//! authorities, so they are always written.

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Supply, Target, access, local,
    may_hold_secret,
};
use crate::account::{Account, Credential, Mechanism, Os, Protocol, Said, Server, Text, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, imap, py};

/// getmail.
pub struct Getmail;

const SENDS_ONLY: NoteKind = NoteKind { code: "sends-only", about: "an account that fetches no mail is left out" };
const STARTTLS: NoteKind = NoteKind { code: "starttls", about: "the program has no STARTTLS: the account is left out" };
const ASCII: NoteKind = NoteKind {
    code: "ascii-login",
    about: "a login outside of ASCII, which the program cannot send by IMAP: the account is left out",
};

pub(super) const ABOUT: About = About {
    id: "getmail",
    title: "getmail",
    family: Family::Fetcher,
    homepage: "https://github.com/getmail6/getmail6",
    files: &[".config/getmail/<name>"],
    lives: Lives::Home,
    templates: &["getmail.rawparser"],
    oracle: "getmail's own code reads every golden; fetches by goldens, IMAP and POP3",
    versions: "getmail6; tested with 6.18.11",
    options: &Table {
        what: "the options of getmail",
        keys: &[
            OS,
            key("delete", Shape::Bool, "Mail is removed from the server once it is here. Default: false."),
            key("read_all", Shape::Bool, "All mail is fetched each time, not only what is new. Default: false."),
            key(
                "ca_file",
                Shape::Text,
                "A file of certificate authorities. Default: the system's (Debian's path, or macOS').",
            ),
            key(
                "extra",
                Shape::Lines,
                "Lines for the section `[options]`, and sections of your own, such as `[filter-1]`.",
            ),
        ],
    },
    notes: &[
        SENDS_ONLY,
        STARTTLS,
        ASCII,
        local::VARIABLE,
        access::NO_LOGIN,
        access::NO_OAUTH2,
        access::NO_TOKEN,
        access::TOKEN_MECHANISM,
        access::WITHHELD,
        access::MECHANISM,
    ],
};

const IMAP: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::XOAuth2],
    own_oauth2: false,
    // LOGIN is IMAP's own command, which it sends unless told otherwise.
    mechanisms: &[Mechanism::Login, Mechanism::CramMd5],
};

const POP3: Program = Program { tokens: &[], mechanisms: &[], ..IMAP };

#[derive(askama::Template)]
#[template(path = "getmail.rawparser")]
struct Config {
    mark: &'static str,
    kind: &'static str,
    host: Said<String>,
    port: u16,
    ca_file: Option<Said<String>>,
    user: Said<String>,
    password_command: Option<Said<String>>,
    password: Option<Said<String>>,
    /// What turns on a way to log in.
    switch: Option<&'static str>,
    imap: bool,
    path: Said<String>,
    delete: bool,
    all: bool,
    extra: Option<String>,
}

impl Target for Getmail {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            let config = config(account, run, &mut options, &mut bundle);
            problems.append(&mut options.problems);
            let Some(config) = config else { continue };
            let secret = config.password.is_some() || config.extra.as_deref().is_some_and(may_hold_secret);
            match Refusals::render(&config, Some(account.place)) {
                Ok(text) => bundle.files.push(File::new(format!(".config/getmail/{}", account.name), text, secret)),
                Err(refused) => problems.extend(refused),
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

fn config(account: &Account, run: &Run<'_>, options: &mut Options<'_>, bundle: &mut Bundle) -> Option<Config> {
    let Some(server) = account.incoming() else {
        bundle.note(&SENDS_ONLY, account, "getmail only fetches, and this account has no server for that: left out");
        return None;
    };
    let by_imap = server.protocol == Protocol::Imap;
    let kind = match (by_imap, server.tls.value) {
        (true, Tls::Implicit) => "SimpleIMAPSSLRetriever",
        (true, Tls::None) => "SimpleIMAPRetriever",
        (false, Tls::Implicit) => "SimplePOP3SSLRetriever",
        (false, Tls::None) => "SimplePOP3Retriever",
        (_, Tls::StartTls) => {
            bundle.note(&STARTTLS, account, "getmail has no STARTTLS: left out; use the port for implicit TLS");
            return None;
        }
    };
    if !by_imap && matches!(server.credential.value, Credential::OAuth2(_)) {
        bundle.note(&access::NO_OAUTH2, account, "getmail has no OAuth2 for POP3: left out");
        return None;
    }
    let program = if by_imap { IMAP } else { POP3 };
    let access = program.access(server, account, run, bundle)?;
    let login = program.login(&access, account, bundle)?;
    // IMAP's own command; of the others none has to be quoted.
    let command = by_imap && access.mechanism.as_ref().is_none_or(|m| m.value == Mechanism::Login);
    if command && !login.is_ascii() {
        bundle.note(&ASCII, account, "getmail cannot send a login outside of ASCII by IMAP: left out");
        return None;
    }
    let path = local::inbox(account);
    if local::variable(account, "getmail", bundle) {
        return None;
    }
    let folder = path.value.trim_end_matches('/').to_owned();
    if let Ok(folder) = Text::new(&folder) {
        bundle.step(format!("Create the Maildir {folder}: getmail does not make it"), Do::Maildir(folder));
    }
    let password_command = match &access.supply {
        // It takes all that the command prints.
        Supply::Command(command) => {
            let argv = ["sh".to_owned(), "-c".to_owned(), command.value.first_line()];
            Some(command.with(py::tuple(&argv)))
        }
        _ => None,
    };
    Some(Config {
        mark: MARK,
        kind,
        host: server.host.with(server.host.to_string()),
        port: server.port.value,
        ca_file: authorities(server, options),
        // IMAP's LOGIN is sent without quoting the name, so that is done here.
        user: if command { login.with(imap::quote(&login.value)) } else { login },
        password_command,
        password: access.literal().cloned(),
        switch: match access.mechanism.map(|m| m.value) {
            Some(Mechanism::XOAuth2) => Some("use_xoauth2"),
            Some(Mechanism::CramMd5) => Some("use_cram_md5"),
            _ => None,
        },
        imap: by_imap,
        path: path.with(format!("{folder}/")),
        delete: options.on("delete"),
        all: options.on("read_all"),
        extra: options.verbatim("extra"),
    })
}

/// Without a file of authorities it takes any certificate.
fn authorities(server: &Server, options: &mut Options<'_>) -> Option<Said<String>> {
    if server.tls.value == Tls::None {
        return None;
    }
    let usual = match options.os() {
        Os::Linux => "/etc/ssl/certs/ca-certificates.crt",
        Os::MacOs => "/etc/ssl/cert.pem",
    };
    let said = options.text("ca_file").map(|file| file.with(file.value.to_string()));
    Some(said.unwrap_or_else(|| Said::rule(usual.to_owned(), "where the system has them; set `ca_file` for another")))
}
