//! git send-email: sends patches.
//!
//! Format: git-config(1), git-send-email(1), gitcredentials(7). What is ours stands in a file of its own, included by two
//! lines in git's own: git adds settings of the user's to a section that is there already, and that should not be ours.
//!
//! With more than one sender every one is a `[sendemail "name"]` that says all, and `sendemail.identity` names the one to
//! use: what an identity does not say it would inherit from `[sendemail]`. A password comes from a credential helper
//! for exactly this login, host and port; the empty `helper` before it keeps the helpers that were set before, such as
//! one that stores passwords on the disk, from being asked and told.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::senders::{Sender, senders};
use super::{
    About, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Supply, Target, access,
    may_hold_secret,
};
use crate::account::{Mechanism, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, mime};

/// git send-email.
pub struct GitSendEmail;

const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };
const TOKEN_MODULE: NoteKind = NoteKind {
    code: "token-module",
    about: "OAuth2 needs a version of Perl's Authen::SASL that many systems do not have yet",
};

pub(super) const ABOUT: About = About {
    id: "git-send-email",
    title: "git send-email",
    family: Family::Sender,
    homepage: "https://git-scm.com/docs/git-send-email",
    files: &[".config/git/config", ".config/git/mailwright"],
    lives: Lives::Home,
    templates: &["git-send-email.gitconfig"],
    oracle: "git itself: git config and git credential on every golden; git send-email sends in the box by the Gmail goldens",
    versions: "2.25 and later, for `send: msmtp` 2.33; tested with 2.39.5",
    options: &Table {
        what: "the options of git send-email",
        keys: &[
            OS,
            key("send", Shape::Word(&["server", "msmtp"]), "Send by the `server` (default), or by `msmtp`."),
            key("ssl_cert_path", Shape::Text, "A file or a folder of certificate authorities. Default: the system's."),
            key("extra", Shape::Lines, "Lines for this account's `[sendemail]` that git reads as they are."),
        ],
    },
    notes: &[NO_SMTP, access::NO_TOKEN, access::WITHHELD, access::MECHANISM, TOKEN_MODULE],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::OAuthBearer, Mechanism::XOAuth2],
    own_oauth2: false,
    // What Authen::SASL has in every version.
    mechanisms: &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5, Mechanism::DigestMd5, Mechanism::Gssapi],
};

/// What stays as it is in the user part of a URL.
const USER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(askama::Template)]
#[template(path = "git-send-email.gitconfig")]
struct Config {
    mark: &'static str,
    default: Option<Said<String>>,
    sections: Vec<Section>,
    helpers: Vec<Helper>,
}

/// A `[sendemail]`.
struct Section {
    alone: bool,
    name: String,
    from: Said<String>,
    sendmail: Option<Said<String>>,
    server: Option<Relay>,
    extra: Option<String>,
}

/// Host, TLS and login.
struct Relay {
    host: String,
    port: u16,
    encryption: &'static str,
    trust: Option<Said<String>>,
    user: Option<Said<String>>,
    auth: Option<String>,
    password: Option<Said<String>>,
}

/// A `[credential]`.
struct Helper {
    url: String,
    command: Said<String>,
}

impl Target for GitSendEmail {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// The global configuration, which counts as well.
    fn beside(&self) -> &'static [&'static str] {
        &[".gitconfig"]
    }

    /// What the section `[sendemail]` says counts for every identity that does not say it.
    fn clash(&self, _: &str, theirs: &str) -> Option<String> {
        const COUNTS: &[&str] = &["smtppass", "sendmailcmd", "smtpsslcertpath"];
        let mut inside = false;
        for line in theirs.lines().map(|l| l.trim().to_lowercase()) {
            if line.starts_with('[') {
                inside = line.starts_with("[sendemail]");
            }
            let key = line.rsplit(']').next().unwrap_or("").split(['=', ' ', '\t']).find(|w| !w.is_empty());
            if let Some(key) = key.filter(|k| inside && COUNTS.contains(k)) {
                return Some(format!(
                    "`sendemail.{key}` would count for our senders, too: a password would go to our servers"
                ));
            }
        }
        None
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut sections: Vec<Section> = Vec::new();
        let mut helpers: Vec<Helper> = Vec::new();
        let mut default = None;
        let mut secret = false;
        let all = senders(run.mail, |account| {
            bundle.note(&NO_SMTP, account, "this account has no submission server to send by: left out");
        });
        for sender in &all {
            let mut options = Options::of(sender.account, ABOUT.id);
            let trust = options.text("ssl_cert_path").map(|t| t.with(t.value.to_string()));
            let extra = options.verbatim("extra").filter(|_| sender.identity.is_none());
            if sender.identity.is_none() {
                problems.append(&mut options.problems);
            }
            let msmtp = options.is("send", "msmtp");
            let server = if msmtp { None } else { relay(sender, run, trust, &mut helpers, &mut bundle) };
            if server.is_none() && !msmtp {
                continue;
            }
            secret |= server.as_ref().is_some_and(|s| s.password.is_some());
            secret |= extra.as_deref().is_some_and(may_hold_secret);
            if sender.account.default && sender.identity.is_none() {
                default = Some(sender.name.clone());
            }
            sections.push(Section {
                alone: false,
                name: sender.name.clone(),
                from: from(sender),
                sendmail: msmtp.then(|| sender.address.with(format!("msmtp -a {}", sender.in_msmtp()))),
                server,
                extra,
            });
        }
        let Some(first) = sections.first() else {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        };
        let mut default = Some(Said::rule(default.unwrap_or_else(|| first.name.clone()), "the account to write from"));
        if let [only] = sections.as_mut_slice() {
            only.alone = true;
            default = None;
        }
        match Refusals::render(&Config { mark: MARK, default, sections, helpers }, None) {
            Ok(text) if problems.is_empty() => {
                let include = format!(
                    "# {MARK} (git-send-email): the settings are in the file mailwright beside this one.\n\
                     [include]\n\tpath = mailwright\n"
                );
                bundle.files.push(File::new(ABOUT.files[0], include, false).block("#"));
                let text = format!("{}\n", text.trim_end_matches('\n'));
                bundle.files.push(File::new(ABOUT.files[1], text, secret));
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

fn relay(
    sender: &Sender<'_>,
    run: &Run<'_>,
    trust: Option<Said<String>>,
    helpers: &mut Vec<Helper>,
    bundle: &mut Bundle,
) -> Option<Relay> {
    let server = sender.server;
    let access = PROGRAM.access(server, sender.account, run, bundle)?;
    if access.token {
        bundle.note(
            &TOKEN_MODULE,
            sender.account,
            "git send-email sends a token only where Perl's Authen::SASL is 2.1800 or later",
        );
    }
    if let (Some(login), Supply::Command(command)) = (&access.login, &access.supply) {
        // As git puts it together: an IPv6 address has no brackets there.
        let user = utf8_percent_encode(&login.value, USER);
        let url = format!("smtp://{user}@{}:{}", server.host.value, server.port.value);
        if helpers.iter().all(|h| h.url != url) {
            // Only what is asked for is answered, and only the first line: a further one would be read as git's own.
            let line = command.value.first_line();
            // A command that fails is no empty password.
            let helper = format!(
                "!f() {{ test \"$1\" = get && p=$({line}) && test -n \"$p\" && printf 'password=%s\\n' \"$p\"; }}; f"
            );
            helpers.push(Helper { url, command: command.with(helper) });
        }
    }
    Some(Relay {
        host: server.host.to_string(),
        port: server.port.value,
        encryption: match server.tls.value {
            Tls::Implicit => "ssl",
            Tls::StartTls => "tls",
            Tls::None => "none",
        },
        trust,
        auth: match (&access.supply, &access.mechanism) {
            (Supply::Nothing, _) => Some("none".to_owned()),
            (_, mechanism) => mechanism.as_ref().map(|m| m.word().to_uppercase()),
        },
        password: access.literal().cloned(),
        user: access.login,
    })
}

/// Name and address the way git takes them apart: what it would take for syntax is written as encoded words, which it
/// leaves alone. It quotes and encodes all else by itself.
fn from(sender: &Sender<'_>) -> Said<String> {
    let Some(name) = sender.full_name.filter(|n| !n.as_str().is_empty()) else {
        return sender.address.with(sender.address.to_string());
    };
    let text = name.as_str();
    let plain = text.split(' ').all(|word| !word.is_empty())
        && text.chars().all(|c| c.is_alphanumeric() || " '.,-&/+".contains(c));
    let text = if plain { text.to_owned() } else { mime::encoded(text) };
    name.with(format!("{text} <{}>", sender.address.value))
}
