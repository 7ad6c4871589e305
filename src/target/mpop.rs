//! mpop: fetches by POP3 into a Maildir; msmtp's sister.
//!
//! Format: mpop(1), section "Usage"; the grammar is msmtp's ([`crate::quote::msmtprc`]). Only keywords that 1.4.2 knows
//! are written, which is the first version that checks certificates against the system's authorities unasked. Mail
//! stays on the server unless the option `delete` is on: mpop's own default is to delete what it has fetched.

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Supply, Target, access, clash,
    local, may_hold_secret,
};
use crate::account::{Account, Mechanism, Protocol, Said, Text, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// mpop.
pub struct Mpop;

const NOT_POP3: NoteKind = NoteKind { code: "not-pop3", about: "an account that does not fetch by POP3 is left out" };
const RENAMED: NoteKind = NoteKind {
    code: "name-default",
    about: "`default` has a meaning of its own as a name: the account is called by its address",
};

pub(super) const ABOUT: About = About {
    id: "mpop",
    title: "mpop",
    family: Family::Fetcher,
    homepage: "https://marlam.de/mpop/",
    files: &[".config/mpop/config"],
    lives: Lives::Home,
    templates: &["mpop.msmtprc"],
    oracle: "mpop itself: --pretend on every golden; fetches by the Gmail golden through port 995",
    versions: "1.4.2 and later; tested with 1.4.18",
    options: &Table {
        what: "the options of mpop",
        keys: &[
            OS,
            key("delete", Shape::Bool, "Delete mail from the server once it is fetched. Default: it stays there."),
            key("tls_trust_file", Shape::Text, "A file of certificate authorities. Default: the system's."),
            key("extra", Shape::Lines, "Lines for this account that mpop reads as they are."),
        ],
    },
    notes: &[NOT_POP3, access::NO_TOKEN, access::WITHHELD, RENAMED],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::OAuthBearer, Mechanism::XOAuth2],
    own_oauth2: false,
    // mpop passes on whatever name it is given.
    mechanisms: Mechanism::ALL,
};

#[derive(askama::Template)]
#[template(path = "mpop.msmtprc")]
struct Config {
    mark: &'static str,
    accounts: Vec<Entry>,
    default: String,
}

/// One `account` block.
struct Entry {
    name: String,
    host: Said<String>,
    port: u16,
    tls: &'static str,
    starttls: &'static str,
    trust: Option<Said<String>>,
    auth: &'static str,
    user: Option<Said<String>>,
    password_eval: Option<Said<String>>,
    password: Option<Said<String>>,
    maildir: Said<String>,
    keep: &'static str,
    extra: Option<String>,
}

impl Target for Mpop {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// mpop stops at a name that is defined twice.
    fn clash(&self, ours: &str, theirs: &str) -> Option<String> {
        let name = |line: &str| clash::keyword(line, &["account"], ':');
        clash::twice(ours, theirs, name).map(|name| format!("both define `{name}`, and mpop stops at that"))
    }

    /// Source: mpop(1), "Configuration files".
    fn instead(&self) -> &'static [&'static str] {
        &[".mpoprc"]
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts: Vec<Entry> = Vec::new();
        let mut default = None;
        let mut secret = false;
        for account in &run.mail.accounts {
            let Some(entry) = entry(account, run, &mut bundle, &mut problems) else { continue };
            secret |= entry.password.is_some() || entry.extra.as_deref().is_some_and(may_hold_secret);
            if account.default {
                default = Some(entry.name.clone());
            }
            if let Ok(path) = Text::new(&entry.maildir.value) {
                bundle.step(format!("Create the Maildir {path}: mpop does not"), Do::Maildir(path));
            }
            accounts.push(entry);
        }
        let Some(default) = default.or_else(|| accounts.first().map(|e| e.name.clone())) else {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        };
        match Refusals::render(&Config { mark: MARK, accounts, default }, None) {
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

fn entry(account: &Account, run: &Run<'_>, bundle: &mut Bundle, problems: &mut Vec<Problem>) -> Option<Entry> {
    let Some(server) = account.incoming().filter(|s| s.protocol == Protocol::Pop3) else {
        bundle.note(
            &NOT_POP3,
            account,
            "mpop fetches by POP3 alone, and this account does not (`retrieve: pop3`): left out",
        );
        return None;
    };
    let mut options = Options::of(account, ABOUT.id);
    let trust = options.text("tls_trust_file").map(|t| t.with(t.value.to_string()));
    let extra = options.verbatim("extra");
    let keep = if options.on("delete") { "off" } else { "on" };
    problems.append(&mut options.problems);
    let access = PROGRAM.access(server, account, run, bundle)?;
    let mut name = account.name.clone();
    if name == "default" {
        name = account.address.to_string();
        bundle.note(
            &RENAMED,
            account,
            format!("mpop gives the name `default` a meaning of its own: use `mpop {name}`"),
        );
    }
    Some(Entry {
        name,
        host: server.host.with(server.host.to_string()),
        port: server.port.value,
        tls: if server.tls.value == Tls::None { "off" } else { "on" },
        starttls: if server.tls.value == Tls::StartTls { "on" } else { "off" },
        trust,
        auth: match (&access.supply, &access.mechanism) {
            // Where nobody logs in, the certificate or the machine says who is there.
            (Supply::Nothing, _) => "external",
            (_, Some(mechanism)) => mechanism.word(),
            // Without TLS `on` only tries what does not show the password, which gateways do not have.
            (_, None) if server.tls.value == Tls::None => "user",
            (_, None) => "on",
        },
        password_eval: access.shell_line(),
        password: access.literal().cloned(),
        user: access.login,
        maildir: local::inbox(account),
        keep,
        extra,
    })
}
