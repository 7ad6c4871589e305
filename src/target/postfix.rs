//! Postfix: hands a machine's mail to the servers of its senders.
//!
//! Format: postconf(5), master(5), texthash in DATABASE_README, SASL_README ("Configuring sender-dependent SASL
//! authentication"), TLS_README. The tables are `texthash:`, which every system's Postfix reads without `postmap`.
//! `secure` is the level that checks a certificate and its host. Implicit TLS is a switch of the whole client, so
//! servers with another TLS mode than the default account's get a client of their own in master.cf.

use super::senders::{self, Login, Sender, senders};
use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Run, Target, access, may_hold_secret,
};
use crate::account::{Mechanism, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// Postfix.
pub struct Postfix;

const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };

pub(super) const ABOUT: About = About {
    id: "postfix",
    title: "Postfix",
    family: Family::Sender,
    homepage: "https://www.postfix.org/",
    files: &[
        "etc/postfix/main.cf",
        "etc/postfix/master.cf",
        "etc/postfix/sasl_passwd",
        "etc/postfix/generic",
        "etc/postfix/sender_relay",
        "etc/postfix/sender_transport",
    ],
    lives: Lives::System,
    templates: &[
        "postfix-main.columns",
        "postfix-master.columns",
        "postfix-table.columns",
        "postfix-passwords.columns",
    ],
    oracle: "Postfix itself: postconf, postfix check and postmap -q on every golden; with passwords it sends in the box",
    versions: "3.0 and later; tested with 3.7.11",
    options: &Table {
        what: "the options of Postfix",
        keys: &[
            OS,
            key("ca_file", Shape::Text, "A file of certificate authorities. Default: Debian's."),
            key("extra", Shape::Lines, "Lines of `main.cf`, as they are."),
        ],
    },
    notes: &[NO_SMTP, senders::BY_HAND, access::NO_OAUTH2, access::MECHANISM],
};

/// What Postfix with Cyrus SASL can be told to use alone.
const MECHANISMS: &[Mechanism] = &[
    Mechanism::Plain,
    Mechanism::Login,
    Mechanism::CramMd5,
    Mechanism::DigestMd5,
    Mechanism::ScramSha1,
    Mechanism::ScramSha256,
    Mechanism::Gssapi,
    Mechanism::External,
];

/// Any mechanism but those for tokens: where a plug-in for them is installed Cyrus SASL tries them with a password.
const PASSWORDS: &str = "!xoauth2, !oauthbearer, static:rest";

/// Where Debian has its authorities.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// How a client of Postfix's encrypts.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mode(Tls);

impl Mode {
    fn level(self) -> &'static str {
        if self.0 == Tls::None { "none" } else { "secure" }
    }

    fn wrapped(self) -> &'static str {
        if self.0 == Tls::Implicit { "yes" } else { "no" }
    }

    fn service(self) -> &'static str {
        match self.0 {
            Tls::Implicit => "relay-implicit",
            Tls::StartTls => "relay-starttls",
            Tls::None => "relay-plain",
        }
    }
}

#[derive(askama::Template)]
#[template(path = "postfix-main.columns")]
struct Main {
    mark: &'static str,
    relayhost: String,
    auth: bool,
    mechanism: Said<String>,
    mode: Mode,
    trust: Said<String>,
    by_sender: bool,
    by_transport: bool,
    extra: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "postfix-master.columns")]
struct Master {
    mark: &'static str,
    modes: Vec<Mode>,
}

#[derive(askama::Template)]
#[template(path = "postfix-table.columns")]
struct Rows {
    mark: &'static str,
    what: &'static str,
    rows: Vec<Row>,
}

struct Row {
    key: Said<String>,
    value: Said<String>,
}

#[derive(askama::Template)]
#[template(path = "postfix-passwords.columns")]
struct Passwords {
    mark: &'static str,
    rows: Vec<Entry>,
}

struct Entry {
    key: Said<String>,
    login: Said<String>,
    password: Said<String>,
}

impl Target for Postfix {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let all = senders(run.mail, |account| {
            bundle.note(&NO_SMTP, account, "this account has no submission server to send by: left out");
        });
        let used = usable(&all, run, &mut bundle);
        let Some((default, login)) = used.iter().find(|(s, _)| s.account.default).or(used.first()) else {
            return Ok(bundle);
        };
        let mode = Mode(default.server.tls.value);
        let relayhost = next_hop(default);
        let extra = extra(&used, &mut problems);
        let mut options = Options::of(default.account, ABOUT.id);
        let trust = options.text("ca_file").map(|t| t.with(t.value.to_string().replace('$', "$$")));
        problems.append(&mut options.problems);
        let mut modes: Vec<Mode> = Vec::new();
        for (sender, _) in &used {
            let other = Mode(sender.server.tls.value);
            if other != mode && !modes.contains(&other) {
                modes.push(other);
            }
        }
        let otherwise = |(s, l): &&(&Sender<'_>, Login)| next_hop(s) != relayhost || !same_login(l, login);
        let by_sender = used.iter().any(|u| otherwise(&u));
        let mechanism = mechanism(&used, &mut bundle);
        let main = Main {
            mark: MARK,
            relayhost: relayhost.clone(),
            auth: used.iter().any(|(_, l)| l.user.is_some()),
            mechanism,
            mode,
            trust: trust.unwrap_or_else(|| Said::rule(AUTHORITIES.to_owned(), "where Debian has them")),
            by_sender,
            by_transport: !modes.is_empty(),
            extra,
        };
        let mut rows = Vec::new();
        password(default.server.host.with(next_hop(default)), login, &mut rows, &mut bundle);
        for (sender, login) in used.iter().filter(otherwise) {
            password(sender.address.with(sender.address.to_string()), login, &mut rows, &mut bundle);
        }
        let passwords = Passwords { mark: MARK, rows };
        let keyed = |value: &dyn Fn(&Sender<'_>) -> String| {
            let row = |s: &Sender<'_>| Row {
                key: s.address.with(s.address.to_string()),
                value: s.server.host.with(value(s)),
            };
            used.iter().filter(otherwise).map(|(s, _)| row(s)).collect::<Vec<_>>()
        };
        let table = |what, rows| Rows { mark: MARK, what, rows };
        let mut file = |path: &str, text: Result<String, Vec<Problem>>, secret, block: bool| match text {
            Ok(text) => {
                let file = File::new(path, text, secret);
                let file = if path.ends_with("sasl_passwd") { file.private() } else { file };
                bundle.files.push(if block { file.block("#") } else { file });
            }
            Err(refused) => problems.extend(refused),
        };
        let secret = main.extra.as_deref().is_some_and(may_hold_secret);
        file(ABOUT.files[0], Refusals::render(&main, None), secret, true);
        if by_sender {
            let rows = table("sender, server", keyed(&next_hop));
            file(ABOUT.files[4], Refusals::render(&rows, None), false, false);
        }
        if !modes.is_empty() {
            let service = |s: &Sender<'_>| {
                let own = Mode(s.server.tls.value);
                format!("{}:", if own == mode { "smtp" } else { own.service() })
            };
            let rows = table("sender, client in master.cf", keyed(&service));
            file(ABOUT.files[5], Refusals::render(&rows, None), false, false);
            file(ABOUT.files[1], Refusals::render(&Master { mark: MARK, modes }, None), false, true);
        }
        let holds = !passwords.rows.is_empty();
        if main.auth {
            file(ABOUT.files[2], Refusals::render(&passwords, None), holds, false);
        }
        let address = default.address.with(default.address.to_string());
        let root = Row { key: Said::rule("root".to_owned(), "the user who sends"), value: address };
        file(ABOUT.files[3], Refusals::render(&table("user of this machine, address", vec![root]), None), false, false);
        bundle.step(
            "Append main.cf, and master.cf if there is one, to those in /etc/postfix, copy the other files there, and run: postfix check && postfix reload",
            Do::Tell,
        );
        if main.auth {
            bundle.step(
                "Let nobody but root read the passwords: chown root:root /etc/postfix/sasl_passwd && chmod 600 /etc/postfix/sasl_passwd",
                Do::Tell,
            );
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

/// The senders that can log in, an identity with its account's login.
fn usable<'a, 'b>(all: &'b [Sender<'a>], run: &Run<'_>, bundle: &mut Bundle) -> Vec<(&'b Sender<'a>, Login)> {
    // A table has an address once, whatever its case.
    let mut seen = std::collections::HashSet::new();
    all.iter()
        .filter_map(|s| s.login(&ABOUT, MECHANISMS, run, bundle).map(|login| (s, login)))
        .filter(|(s, _)| seen.insert(s.address.as_str().to_lowercase()))
        .collect()
}

/// Everyone's further lines.
fn extra(used: &[(&Sender<'_>, Login)], problems: &mut Vec<Problem>) -> Option<String> {
    let mut all: Vec<String> = Vec::new();
    for (sender, _) in used.iter().filter(|(s, _)| s.identity.is_none()) {
        let mut options = Options::of(sender.account, ABOUT.id);
        all.extend(options.verbatim("extra"));
        problems.append(&mut options.problems);
    }
    (!all.is_empty()).then(|| all.join("\n"))
}

/// The server, as `relayhost` and `sasl_passwd` name it: in brackets, since no mail exchanger is looked up.
fn next_hop(sender: &Sender<'_>) -> String {
    format!("[{}]:{}", sender.server.host.value, sender.server.port.value)
}

fn same_login(one: &Login, other: &Login) -> bool {
    one.user.as_ref().map(|u| &u.value) == other.user.as_ref().map(|u| &u.value)
}

/// The mechanism that all servers take; Postfix has one list for all of them.
fn mechanism(used: &[(&Sender<'_>, Login)], bundle: &mut Bundle) -> Said<String> {
    let first = used.iter().find(|(_, l)| l.user.is_some()).and_then(|(_, l)| l.mechanism);
    if let Some(all) = first.filter(|_| used.iter().all(|(_, l)| l.user.is_none() || l.mechanism == first)) {
        return Said::rule(all.word().to_owned(), "the mechanism to insist on");
    }
    for (sender, login) in used {
        if let Some(mechanism) = login.mechanism {
            bundle.note(
                &access::MECHANISM,
                sender.account,
                format!(
                    "Postfix cannot insist on {} for this server alone: it takes what the server offers",
                    mechanism.word()
                ),
            );
        }
    }
    Said::rule(PASSWORDS.to_owned(), "any mechanism for a password")
}

/// A login: the default account's by its server's name, another one's by sender.
fn password(key: Said<String>, login: &Login, rows: &mut Vec<Entry>, bundle: &mut Bundle) {
    let Some(user) = &login.user else { return };
    match &login.password {
        Some(password) => rows.push(Entry { key, login: user.clone(), password: password.clone() }),
        None => bundle.step(
            format!(
                "Write the line {} {}:PASSWORD into /etc/postfix/sasl_passwd{}",
                key.value,
                user.value,
                login.from()
            ),
            Do::Tell,
        ),
    }
}
