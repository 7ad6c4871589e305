//! OpenSMTPD: hands a machine's mail to the servers of its senders.
//!
//! Format: smtpd.conf(5) since 6.4, table(5). A sender's mail goes by its own account's server; all other mail by the
//! default account's, with that account as its envelope's sender, since a server that knows who logged in takes no other.
//! `tls` makes it check the certificate. Passwords stand in a table apart.

use super::senders::{self, Login, Sender, senders};
use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Run, Target, access, may_hold_secret,
};
use crate::account::{Credential, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// OpenSMTPD.
pub struct OpenSmtpd;

const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };
const PATTERN: NoteKind = NoteKind {
    code: "address-pattern",
    about: "an address with a character that means something else in a pattern: its mail goes by the default server",
};

const NO_TLS: NoteKind =
    NoteKind { code: "login-without-tls", about: "the program does not log in without TLS: the account is left out" };

pub(super) const ABOUT: About = About {
    id: "opensmtpd",
    title: "OpenSMTPD",
    family: Family::Sender,
    homepage: "https://www.opensmtpd.org/",
    files: &["etc/smtpd.conf", "etc/smtpd.secrets"],
    lives: Lives::System,
    templates: &["opensmtpd.columns", "opensmtpd-secrets.columns"],
    oracle: "OpenSMTPD itself: smtpd -n on every golden; with passwords it sends in the box, each sender by its own server",
    versions: "6.4 and later; tested with 6.8",
    options: &Table {
        what: "the options of OpenSMTPD",
        keys: &[OS, key("extra", Shape::Lines, "Lines of `smtpd.conf` before the rules, as they are.")],
    },
    notes: &[NO_SMTP, PATTERN, NO_TLS, senders::BY_HAND, access::NO_OAUTH2, access::MECHANISM],
};

#[derive(askama::Template)]
#[template(path = "opensmtpd.columns")]
struct Config {
    mark: &'static str,
    actions: Vec<Action>,
    senders: Vec<Rule>,
    default: String,
    extra: Option<String>,
}

/// A way to send.
struct Action {
    name: String,
    url: String,
    tls: bool,
    auth: bool,
    from: Option<Said<String>>,
}

/// Whose mail goes by it.
struct Rule {
    address: Said<String>,
    action: String,
}

#[derive(askama::Template)]
#[template(path = "opensmtpd-secrets.columns")]
struct Secrets {
    mark: &'static str,
    secrets: Vec<Secret>,
}

/// A login and its password.
struct Secret {
    label: String,
    user: Said<String>,
    password: Said<String>,
}

impl Target for OpenSmtpd {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let all = senders(run.mail, |account| {
            bundle.note(&NO_SMTP, account, "this account has no submission server to send by: left out");
        });
        let mut config =
            Config { mark: MARK, actions: Vec::new(), senders: Vec::new(), default: String::new(), extra: None };
        let mut secrets = Secrets { mark: MARK, secrets: Vec::new() };
        let mut default: Option<&Sender<'_>> = None;
        // By whose action an account's identities send.
        let mut sent_by: Option<(&str, String)> = None;
        for sender in &all {
            let account = sender.account;
            if sender.identity.is_none() {
                let mut options = Options::of(account, ABOUT.id);
                if let Some(lines) = options.verbatim("extra") {
                    let sofar = config.extra.take().map_or_else(String::new, |lines| lines + "\n");
                    config.extra = Some(sofar + &lines);
                }
                problems.append(&mut options.problems);
            }
            let own = sender.identity.is_none_or(|i| i.smtp.is_some());
            if own {
                // smtpd takes such a line, and says only when mail is sent that it cannot.
                let clear = sender.server.tls.value == Tls::None && sender.server.credential.value != Credential::None;
                if clear {
                    bundle.note(&NO_TLS, account, "OpenSMTPD does not log in without TLS: left out");
                }
                let login = if clear { None } else { sender.login(&ABOUT, &[], run, &mut bundle) };
                if sender.identity.is_none() {
                    sent_by = login.is_some().then(|| (account.name.as_str(), label(sender)));
                }
                let Some(login) = login else { continue };
                config.actions.push(action(sender, &login));
                add(sender, login, &mut secrets, &mut bundle);
                if sender.identity.is_none() && (default.is_none() || account.default) {
                    default = Some(sender);
                }
            } else if sent_by.as_ref().is_none_or(|(name, _)| *name != account.name) {
                continue;
            }
            let name = match &sent_by {
                Some((_, name)) if !own => name.clone(),
                _ => label(sender),
            };
            // A star means anything.
            if sender.address.local().contains('*') {
                let text =
                    format!("{} is a pattern to OpenSMTPD: its mail goes by the default server", **sender.address);
                bundle.note(&PATTERN, account, text);
                continue;
            }
            config.senders.push(Rule { address: sender.address.with(sender.address.to_string()), action: name });
        }
        let Some(default) = default else {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        };
        // What comes from nobody known is sent in the default account's name.
        let known = config.actions.iter().find(|a| a.name == label(default)).map(|a| (a.url.clone(), a.tls, a.auth));
        if let Some((url, tls, auth)) = known {
            let from = Some(default.address.with(default.address.to_string()));
            config.default = "everything_else".to_owned();
            config.actions.push(Action { name: config.default.clone(), url, tls, auth, from });
        }
        bundle.step(
            "Let nobody but OpenSMTPD read the passwords: chown root:opensmtpd /etc/smtpd.secrets && chmod 640 /etc/smtpd.secrets",
            Do::Tell,
        );
        let secret = config.extra.as_deref().is_some_and(may_hold_secret);
        match Refusals::render(&config, None) {
            Ok(text) => bundle.files.push(File::new(ABOUT.files[0], text, secret)),
            Err(refused) => problems.extend(refused),
        }
        match Refusals::render(&secrets, None) {
            Ok(text) => bundle.files.push(File::new(ABOUT.files[1], text, !secrets.secrets.is_empty()).private()),
            Err(refused) => problems.extend(refused),
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

fn action(sender: &Sender<'_>, login: &Login) -> Action {
    let server = sender.server;
    let scheme = match server.tls.value {
        Tls::Implicit => "smtps",
        Tls::StartTls => "smtp+tls",
        Tls::None => "smtp+notls",
    };
    let at = login.user.as_ref().map_or_else(String::new, |_| format!("{}@", label(sender)));
    Action {
        name: label(sender),
        url: format!("{scheme}://{at}{}", server.endpoint()),
        tls: server.tls.value != Tls::None,
        auth: login.user.is_some(),
        from: None,
    }
}

/// A name for a login in a URL and for an action (none of ours, which have a `_` of their own): another one for each sender, whatever characters its name has.
fn label(sender: &Sender<'_>) -> String {
    let written = |c: char| {
        if c.is_ascii_alphanumeric() || "-.".contains(c) { c.to_string() } else { format!("_{:x}_", u32::from(c)) }
    };
    sender.name.chars().map(written).collect()
}

fn add(sender: &Sender<'_>, login: Login, secrets: &mut Secrets, bundle: &mut Bundle) {
    if let (Some(user), true) = (&login.user, login.by_hand()) {
        let what =
            format!("Write the line {} {}:PASSWORD into /etc/smtpd.secrets{}", label(sender), user.value, login.from());
        bundle.step(what, Do::Tell);
    }
    if let (Some(user), Some(password)) = (login.user, login.password) {
        secrets.secrets.push(Secret { label: label(sender), user, password });
    }
}
