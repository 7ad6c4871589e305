//! swaks: sends a mail to see what a server says to it.
//!
//! Format: swaks(1), section "Configuration files". It reads one file a run: `~/.swaksrc` is the account to write from, the
//! others are for `--config`. It checks certificates only when told to. Passwords are kept out of what it shows, since
//! that is what people send to each other.

use super::senders::{Sender, senders};
use super::{
    About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Target, access, may_hold_secret,
};
use crate::account::{Credential, Mechanism, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, mime};

/// swaks.
pub struct Swaks;

const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };
const HOST: NoteKind = NoteKind {
    code: "host-unchecked",
    about: "older versions do not check that a certificate is for the host that they talk to",
};

pub(super) const ABOUT: About = About {
    id: "swaks",
    title: "swaks",
    family: Family::Sender,
    homepage: "https://jetmore.org/john/code/swaks/",
    files: &[".swaksrc", ".config/swaks/<name>"],
    lives: Lives::Home,
    templates: &["swaks.swaksrc"],
    oracle: "swaks itself: --dump on every golden; sends in the box by the Gmail goldens through ports 465 and 587",
    versions: "20201014 and later; tested with 20201014",
    options: &Table {
        what: "the options of swaks",
        keys: &[
            OS,
            key("tls_ca_path", Shape::Text, "A file or a folder of certificate authorities. Default: the system's."),
            key("extra", Shape::Lines, "Lines for this account that swaks reads as they are."),
        ],
    },
    notes: &[NO_SMTP, HOST, access::NO_OAUTH2, access::WITHHELD, access::NO_COMMAND, access::MECHANISM],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: false,
    literals: true,
    tokens: &[],
    own_oauth2: false,
    mechanisms: &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5, Mechanism::DigestMd5, Mechanism::Ntlm],
};

#[derive(askama::Template)]
#[template(path = "swaks.swaksrc")]
struct Config {
    mark: &'static str,
    /// For a comment: how to call swaks with the password.
    command: Option<String>,
    config: String,
    server: String,
    port: u16,
    from: Said<String>,
    header: Said<String>,
    tls: bool,
    mode: &'static str,
    trust: Option<Said<String>>,
    user: Option<Said<String>>,
    auth: Option<String>,
    password: Option<Said<String>>,
    extra: Option<String>,
}

impl Target for Swaks {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let all = senders(run.mail, |account| {
            bundle.note(&NO_SMTP, account, "this account has no submission server to send by: left out");
        });
        let mut written: Vec<(&Sender<'_>, Config, bool)> = Vec::new();
        for sender in &all {
            if let Some((config, secret)) = config(sender, run, &mut bundle, &mut problems) {
                written.push((sender, config, secret));
            }
        }
        let default = written.iter().position(|(s, ..)| s.account.default && s.identity.is_none()).unwrap_or(0);
        for (number, (sender, mut config, secret)) in written.into_iter().enumerate() {
            let path = if number == default {
                ".swaksrc".to_owned()
            } else {
                config.config = format!(" --config ~/.config/swaks/{}", sender.name);
                format!(".config/swaks/{}", sender.name)
            };
            match Refusals::render(&config, None) {
                Ok(text) => bundle.files.push(File::new(path, text, secret)),
                Err(refused) => problems.extend(refused),
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

fn config(
    sender: &Sender<'_>,
    run: &Run<'_>,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) -> Option<(Config, bool)> {
    let server = sender.server;
    let mut options = Options::of(sender.account, ABOUT.id);
    let trust = options.text("tls_ca_path").map(|t| t.with(t.value.to_string()));
    if let Some(path) = trust.as_ref().filter(|t| t.value.starts_with('~')) {
        options.problems.push(
            Problem::error("unexpanded-path", path.origin.place(), "swaks does not know `~`")
                .because("it would look for a file of that name")
                .fix("write the whole path"),
        );
    }
    let extra = options.verbatim("extra").filter(|_| sender.identity.is_none());
    if sender.identity.is_none() {
        problems.append(&mut options.problems);
    }
    let access = PROGRAM.access(server, sender.account, run, bundle)?;
    let tls = server.tls.value != Tls::None;
    if tls {
        bundle.note(
            &HOST,
            sender.account,
            "swaks before 20240103 checks the certificate, but not that it is for this host",
        );
    }
    let command = match &server.credential.value {
        Credential::Password(secret) => secret.command(options.os()).map(|c| c.first_line()),
        _ => None,
    };
    let password = access.literal().cloned();
    let secret = password.is_some() || extra.as_deref().is_some_and(may_hold_secret);
    let config = Config {
        mark: MARK,
        command,
        config: String::new(),
        server: server.host.in_url(),
        port: server.port.value,
        from: sender.address.with(sender.address.to_string()),
        header: sender.header(),
        tls,
        mode: if server.tls.value == Tls::StartTls { "tls" } else { "tls-on-connect" },
        trust,
        auth: access.mechanism.as_ref().map(|m| m.word().to_uppercase()),
        password,
        user: access.login,
        extra,
    };
    Some((config, secret))
}

impl Sender<'_> {
    /// Name and address as they stand in a header; encoded words for all but plain words.
    fn header(&self) -> Said<String> {
        match self.full_name.filter(|n| !n.as_str().is_empty()) {
            None => self.address.with(self.address.to_string()),
            Some(name) => {
                let text = name.as_str();
                let plain = text.split(' ').all(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_alphanumeric()));
                let text = if plain { text.to_owned() } else { mime::encoded(text) };
                name.with(format!("{text} <{}>", self.address.value))
            }
        }
    }
}
