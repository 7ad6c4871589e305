//! Alpine: reads IMAP or POP3, sends by SMTP. It has one account in a configuration: `alpine -p FILE`.
//!
//! Format: alpine(1), the comments in a fresh `.pinerc`, and c-client's names of mailboxes
//! (`{host:port/ssl/user="login"}folder`, `imap-4rev1` documentation `naming.txt`), seen in 2.26. Alpine writes its
//! configuration anew while it runs. It runs no command for a password: it asks.

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Target, access, may_hold_secret,
};
use crate::account::{Account, Mechanism, Protocol, Said, Server, Signature, Text, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, Unquotable, filters, mailbox, mutf7, pinerc};

/// Alpine.
pub struct Alpine;

const SENDS_ONLY: NoteKind = NoteKind { code: "sends-only", about: "an account that only sends reads the local inbox" };
const IDENTITY: NoteKind = NoteKind {
    code: "identity",
    about: "a further address is known as one's own; what it has of its own is left out: a role is made for it in Alpine",
};
const BROWSER: NoteKind =
    NoteKind { code: "browser", about: "tokens are got in a browser, with a client id of one's own" };
const NO_SIGNING: NoteKind = NoteKind {
    code: "no-signing",
    about: "OpenPGP is not there, and S/MIME looks for certificates in folders of its own: left out",
};

pub(super) const ABOUT: About = About {
    id: "alpine",
    title: "Alpine",
    family: Family::Reader,
    homepage: "https://alpineapp.email/",
    files: &[".config/alpine/<name>.pinerc"],
    lives: Lives::Home,
    templates: &["alpine.pinerc"],
    oracle: "alpine itself: it writes every golden out again as it has read it, logs in with each login as it is, and sends in the box",
    versions: "2.20 and later; tested with 2.26",
    options: &Table {
        what: "the options of Alpine",
        keys: &[key("extra", Shape::Lines, "Lines for this account that Alpine reads as they are.")],
    },
    notes: &[SENDS_ONLY, IDENTITY, BROWSER, NO_SIGNING, access::WITHHELD, access::NO_COMMAND, access::MECHANISM],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: false,
    literals: false,
    tokens: &[Mechanism::XOAuth2, Mechanism::OAuthBearer],
    own_oauth2: true,
    mechanisms: &[],
};

#[derive(askama::Template)]
#[template(path = "alpine.pinerc")]
struct Config {
    mark: &'static str,
    keys: Vec<(&'static str, Said<String>)>,
    /// Lists, as they stand in the file.
    lists: Vec<(&'static str, String)>,
    extra: Option<String>,
}

impl Target for Alpine {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            let extra = options.verbatim("extra");
            problems.append(&mut options.problems);
            let secret = extra.as_deref().is_some_and(may_hold_secret);
            let mut config = Config { mark: MARK, keys: Vec::new(), lists: Vec::new(), extra };
            if let Err((why, said)) = fill(&mut config, account, run, &mut bundle) {
                problems.push(
                    Problem::error("cannot-be-written", said, format!("{} cannot hold this value", why.format))
                        .because(why.reason)
                        .fix("change the value, or leave this target out"),
                );
                continue;
            }
            match Refusals::render(&config, None) {
                Ok(text) => {
                    let path = format!(".config/alpine/{}.pinerc", account.name);
                    bundle.step(format!("Start Alpine with this account: alpine -p ~/{path}"), Do::Tell);
                    bundle.files.push(File::new(path, text, secret).seed());
                }
                Err(refused) => problems.extend(refused),
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

/// A value that cannot be held, and where it stands.
type Refused = (Unquotable, Option<crate::problem::Place>);

fn fill(config: &mut Config, account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Result<(), Refused> {
    let address = account.address.as_str();
    let full_name = account.full_name.as_ref().map(|n| n.as_str());
    let from = format!("From: {}", mailbox::quote(full_name, address));
    // In a list a comma within the quotes of a name ends no element.
    let element = |text: &str| text.replace('$', "$$");
    // The system's user name would be the local part otherwise.
    config.lists.push(("customized-hdrs", element(&from)));
    config.keys.push(("user-domain", account.address.with(account.address.domain().to_owned())));
    let mut features = vec!["allow-changing-from"];

    let incoming = match account.incoming() {
        Some(server) => spec(server, account, run, bundle)?.map(|spec| (server, spec)),
        None => {
            bundle.note(&SENDS_ONLY, account, "Alpine reads the local inbox of this account, which only sends");
            None
        }
    };
    let in_folder = |spec: &str, name: &str| format!("{{{spec}}}{}", mutf7::encode(name));
    let said = |server: &Server, text: String| server.login.with(text);
    let mut copy = String::new();
    if let Some((server, spec)) = &incoming {
        config.keys.push(("inbox-path", said(server, in_folder(spec, "INBOX"))));
        if server.protocol == Protocol::Imap {
            config.lists.push(("folder-collections", element_pair(&account.name, spec).replace('$', "$$")));
            let mut folder = |key, folder: &Option<Said<Text>>| {
                if let Some(name) = folder {
                    config.keys.push((key, name.with(in_folder(spec, name.as_str()))));
                }
            };
            folder("postponed-folder", &account.folders.drafts);
            folder("trash-folder", &account.folders.trash);
            if let Some(sent) = account.folders.sent.as_ref().filter(|_| account.save_sent.value) {
                copy = in_folder(spec, sent.as_str());
            }
        } else if account.save_sent.value {
            copy = "sent-mail".into();
        }
    }
    config.keys.push(("default-fcc", account.save_sent.with(copy)));
    if let Some(smtp) = &account.smtp
        && let Some(spec) = spec(smtp, account, run, bundle)?
    {
        // An element of a list: its quotes are the login's.
        config.lists.push(("smtp-server", spec.replace('$', "$$")));
    }
    if let Some(signature) = &account.signature {
        match &signature.value {
            Signature::Text(lines) => {
                // One line, in which a line feed is `\n`.
                let text = lines.as_str().strip_prefix("-- \n").unwrap_or(lines.as_str()).trim_end_matches('\n');
                let text = text.replace('\\', "\\\\").replace('\n', "\\n");
                config.keys.push(("literal-signature", signature.with(text)));
            }
            Signature::File(path) => config.keys.push(("signature-file", signature.with(path.to_string()))),
            Signature::Command(command) => {
                config.keys.push(("signature-file", signature.with(format!("{}|", command.shell_line()))));
            }
        }
        features.push("enable-sigdashes");
    }
    config.lists.push(("feature-list", features.join(",")));
    let others: Vec<String> = account.identities.iter().map(|i| element(i.address.as_str())).collect();
    if !others.is_empty() {
        config.lists.push(("alt-addresses", others.join(",")));
        bundle.note(
            &IDENTITY,
            account,
            "Alpine answers from further addresses by roles, which are made in it (Setup, Rules, Roles): left out",
        );
    }
    if account.pgp.is_some() || account.smime.is_some() {
        bundle.note(&NO_SIGNING, account, "Alpine has no OpenPGP, and S/MIME is set up in it: left out");
    }
    Ok(())
}

/// A collection of folders: its name and where it is.
fn element_pair(name: &str, spec: &str) -> String {
    format!("{name} {{{spec}}}[]")
}

/// A server as it stands in a mailbox's name, without braces; `None` when nobody can log in.
fn spec(server: &Server, account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Result<Option<String>, Refused> {
    let Some(access) = PROGRAM.access(server, account, run, bundle) else { return Ok(None) };
    let mut spec = server.endpoint();
    if server.protocol == Protocol::Pop3 {
        spec.push_str("/pop3");
    }
    spec.push_str(match server.tls.value {
        Tls::Implicit => "/ssl",
        // STARTTLS, or nothing.
        Tls::StartTls => "/tls",
        Tls::None => "/notls",
    });
    if let Some(login) = &access.login {
        let user = pinerc::user(login).map_err(|why| (why, server.login.origin.place()))?;
        spec.push_str(&format!("/user={user}"));
    }
    if access.token {
        let mechanism = access.mechanism.as_ref().map_or("xoauth2", |m| m.word());
        spec.push_str(&format!("/auth={mechanism}"));
        bundle.note(&BROWSER, account, "Alpine gets OAuth2 tokens in a browser: it needs a client id (Setup, Xoauth2)");
    }
    Ok(Some(spec))
}
