//! msmtp: the sendmail that people put under mutt, git and cron.
//!
//! Format: msmtp(1), section "Configuration files"; only keywords that 1.8.16 knows are written, so that every supported
//! distribution's version accepts the file. It sends only: what an account fetches by is none of its business.

use super::clash;
use super::{
    About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Supply, Target, access,
    may_hold_secret,
};
use crate::account::{Account, Mechanism, Said, Server, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// msmtp.
pub struct Msmtp;

const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };
const RENAMED: NoteKind = NoteKind {
    code: "name-default",
    about: "`default` has a meaning of its own as a name: the account is called by its address",
};

pub(super) const ABOUT: About = About {
    id: "msmtp",
    title: "msmtp",
    family: Family::Sender,
    homepage: "https://marlam.de/msmtp/",
    files: &[".config/msmtp/config"],
    lives: Lives::Home,
    templates: &["msmtp.msmtprc"],
    oracle: "msmtp itself: --pretend on every golden; sends by the Gmail goldens through ports 465 and 587",
    versions: "1.8.16 and later; tested with 1.8.23",
    options: &Table {
        what: "the options of msmtp",
        keys: &[
            OS,
            key("tls_trust_file", Shape::Text, "A file of certificate authorities. Default: the system's."),
            key("extra", Shape::Lines, "Lines for this account that msmtp reads as they are."),
        ],
    },
    notes: &[NO_SMTP, access::NO_TOKEN, access::WITHHELD, RENAMED],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::OAuthBearer, Mechanism::XOAuth2],
    own_oauth2: false,
    // msmtp passes on whatever name it is given.
    mechanisms: Mechanism::ALL,
};

#[derive(askama::Template)]
#[template(path = "msmtp.msmtprc")]
struct Config {
    mark: &'static str,
    accounts: Vec<Entry>,
    default: String,
}

/// One `account` block.
struct Entry {
    name: String,
    parent: Option<String>,
    /// Of a further address; its name is ours to choose.
    identity: bool,
    from: Said<String>,
    server: Option<Relay>,
    extra: Option<String>,
}

/// Host, TLS and login of a block.
struct Relay {
    host: Said<String>,
    port: u16,
    tls: &'static str,
    starttls: &'static str,
    auth: &'static str,
    user: Option<Said<String>>,
    password_eval: Option<Said<String>>,
    password: Option<Said<String>>,
    trust: Option<Said<String>>,
}

impl Target for Msmtp {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Source: msmtp(1), "Configuration files".
    fn instead(&self) -> &'static [&'static str] {
        &[".msmtprc"]
    }

    /// msmtp stops at a name that is defined twice.
    fn clash(&self, ours: &str, theirs: &str) -> Option<String> {
        let name = |line: &str| clash::keyword(line, &["account"], ':');
        clash::twice(ours, theirs, name).map(|name| format!("both define `{name}`, and msmtp stops at that"))
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut default = None;
        let mut secret = false;
        for account in &run.mail.accounts {
            let Some(smtp) = &account.smtp else {
                bundle.note(&NO_SMTP, account, "msmtp only sends, and this account has no submission server: left out");
                continue;
            };
            let mut options = Options::of(account, ABOUT.id);
            let trust = options.text("tls_trust_file").map(|t| t.with(t.value.to_string()));
            let extra = options.verbatim("extra");
            problems.append(&mut options.problems);
            let Some(main) = relay(smtp, account, run, trust.clone(), &mut bundle) else {
                continue;
            };
            secret |= main.password.is_some() || extra.as_deref().is_some_and(may_hold_secret);
            let mut name = account.name.clone();
            if name == "default" {
                name = account.address.to_string();
                bundle.note(
                    &RENAMED,
                    account,
                    format!("msmtp gives the name `default` a meaning of its own: use `msmtp -a {name}`"),
                );
            }
            if account.default {
                default = Some(name.clone());
            }
            entries.push(Entry {
                name: name.clone(),
                parent: None,
                identity: false,
                from: account.address.with(account.address.to_string()),
                server: Some(main),
                extra,
            });
            for (number, identity) in account.identities.iter().enumerate() {
                let own = identity.smtp.as_ref();
                let server = match own {
                    Some(own) => match relay(own, account, run, trust.clone(), &mut bundle) {
                        Some(relay) => Some(relay),
                        None => continue,
                    },
                    None => None,
                };
                secret |= server.as_ref().is_some_and(|s| s.password.is_some());
                entries.push(Entry {
                    name: format!("{name}-{}", number + 2),
                    // A block inherits all that it does not say: another server must not be given the account's password.
                    parent: own.is_none().then(|| name.clone()),
                    identity: true,
                    from: identity.address.with(identity.address.to_string()),
                    server,
                    extra: None,
                });
            }
        }
        // A name that one account got by its identities may be another's own.
        unique(&mut entries);
        let Some(default) = default.or_else(|| entries.first().map(|e| e.name.clone())) else {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        };
        let config = Config { mark: MARK, accounts: entries, default };
        match Refusals::render(&config, None) {
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

fn unique(entries: &mut [Entry]) {
    let mut names: std::collections::HashSet<String> =
        entries.iter().filter(|e| !e.identity).map(|e| e.name.clone()).collect();
    for entry in entries.iter_mut().filter(|e| e.identity) {
        while !names.insert(entry.name.clone()) {
            entry.name.push('i');
        }
    }
}

fn relay(
    smtp: &Server,
    account: &Account,
    run: &Run<'_>,
    trust: Option<Said<String>>,
    bundle: &mut Bundle,
) -> Option<Relay> {
    let access = PROGRAM.access(smtp, account, run, bundle)?;
    Some(Relay {
        host: smtp.host.with(smtp.host.to_string()),
        port: smtp.port.value,
        tls: if smtp.tls.value == Tls::None { "off" } else { "on" },
        starttls: if smtp.tls.value == Tls::StartTls { "on" } else { "off" },
        auth: match (&access.supply, &access.mechanism) {
            (Supply::Nothing, _) => "off",
            (_, Some(mechanism)) => mechanism.word(),
            // Without TLS it takes a mechanism that sends the password only when told to, and servers of this machine
            // have no others.
            (_, None) if smtp.tls.value == Tls::None => Mechanism::Plain.word(),
            (_, None) => "on",
        },
        password_eval: access.shell_line(),
        password: access.literal().cloned(),
        user: access.login,
        trust,
    })
}
