//! OfflineIMAP: a Maildir for every folder of an IMAP server, both ways.
//!
//! Format: offlineimap.conf of OfflineIMAP 8 (Python's configparser; some settings are Python expressions) and its
//! source. The type is IMAP at Gmail, too: its own type would only repeat host and port. With STARTTLS it goes on in
//! clear text when the server offers none, and never looks at the certificate (`imapserver.py`), so that is not written.

use super::{
    About, Access, Bundle, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Supply, Target, access,
    local, may_hold_secret,
};
use crate::account::{Account, Command, Mechanism, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, imap, py, rawparser};

/// OfflineIMAP.
pub struct Offlineimap;

const STARTTLS: NoteKind = NoteKind {
    code: "starttls",
    about: "with STARTTLS the program goes on without TLS when the server offers none: the account is left out",
};
pub(super) const ABOUT: About = About {
    id: "offlineimap",
    title: "OfflineIMAP",
    family: Family::Fetcher,
    homepage: "https://github.com/OfflineIMAP/offlineimap3",
    files: &[".config/offlineimap/config"],
    lives: Lives::Home,
    templates: &["offlineimap.configparser"],
    oracle: "OfflineIMAP's own code reads every golden and runs its password commands; fetches by goldens, all folders but All Mail",
    versions: "8.0; tested with 8.0.0 (Debian 12)",
    options: &Table {
        what: "the options of OfflineIMAP",
        keys: &[
            OS,
            key("ca_file", Shape::Text, "A file of certificate authorities. Default: the system's."),
            key("create_remote", Shape::Bool, "Folders that were made here are made on the server. Default: false."),
            key(
                "expunge",
                Shape::Bool,
                "What was deleted here is removed from the server for good. Default: false: it is only marked.",
            ),
            key("extra", Shape::Lines, "Lines for this account's section, such as `autorefresh = 5`."),
        ],
    },
    notes: &[
        access::NO_IMAP,
        access::NO_LOGIN,
        STARTTLS,
        local::VARIABLE,
        access::NO_TOKEN,
        access::TOKEN_MECHANISM,
        access::WITHHELD,
        access::MECHANISM,
    ],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::XOAuth2],
    own_oauth2: false,
    mechanisms: &[Mechanism::Gssapi, Mechanism::CramMd5, Mechanism::Plain, Mechanism::Login],
};

#[derive(askama::Template)]
#[template(path = "offlineimap.configparser")]
struct Config<'a> {
    mark: &'static str,
    mirrors: Vec<Mirror<'a>>,
}

/// The sections of an account.
struct Mirror<'a> {
    name: &'a str,
    path: Said<String>,
    sep: char,
    host: Said<String>,
    port: u16,
    tls: bool,
    ca_file: Said<String>,
    user: Option<Said<String>>,
    user_eval: Option<Said<String>>,
    mechanisms: Option<String>,
    password_eval: Option<Said<String>>,
    token_eval: Option<Said<String>>,
    filter: Option<Said<String>>,
    create: &'static str,
    expunge: &'static str,
    extra: Option<String>,
    secret: bool,
}

impl Target for Offlineimap {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Source: offlineimap(1): the XDG file comes first.
    fn displaces(&self) -> &'static [&'static str] {
        &[".offlineimaprc"]
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut mirrors = Vec::new();
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            mirrors.extend(mirror(account, run, &mut options, &mut bundle));
            problems.append(&mut options.problems);
        }
        if mirrors.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        let secret = mirrors.iter().any(|m| m.secret);
        match Refusals::render(&Config { mark: MARK, mirrors }, None) {
            Ok(text) if problems.is_empty() => {
                bundle.files.push(File::new(ABOUT.files[0], text, secret));
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

fn mirror<'a>(
    account: &'a Account,
    run: &Run<'_>,
    options: &mut Options<'_>,
    bundle: &mut Bundle,
) -> Option<Mirror<'a>> {
    let server = PROGRAM.imap(account, bundle)?;
    if server.tls.value == Tls::StartTls {
        bundle.note(
            &STARTTLS,
            account,
            "OfflineIMAP sends the password in clear text when the server offers no STARTTLS: left out; use the port for implicit TLS",
        );
        return None;
    }
    let access = PROGRAM.access(server, account, run, bundle)?;
    let login = PROGRAM.login(&access, account, bundle)?;
    let path = local::root(account);
    if local::variable(account, "OfflineIMAP", bundle) {
        return None;
    }
    let (mut password_eval, mut token_eval) = (None, None);
    match &access.supply {
        Supply::Command(command) if access.token => token_eval = Some(command.with(output(&command.value))),
        Supply::Command(command) => password_eval = Some(command.with(output(&command.value))),
        Supply::Literal(text) => password_eval = Some(text.with(py::literal(&text.value))),
        Supply::Ask | Supply::Nothing => {}
    }
    let bare = !rawparser::trims(&login.value);
    let extra = options.verbatim("extra");
    Some(Mirror {
        name: &account.name,
        path,
        sep: if local::dotted(account) { '.' } else { '/' },
        host: server.host.with(server.host.to_string()),
        port: server.port.value,
        tls: server.tls.value == Tls::Implicit,
        ca_file: options.text("ca_file").map_or_else(
            || Said::rule("OS-DEFAULT".to_owned(), "the system's authorities"),
            |file| file.with(file.value.to_string()),
        ),
        user: bare.then(|| login.clone()),
        user_eval: (!bare).then(|| login.with(py::literal(&login.value))),
        mechanisms: mechanisms(&access, &login.value, account, bundle),
        password_eval,
        token_eval,
        filter: filter(account),
        create: if options.on("create_remote") { "yes" } else { "no" },
        expunge: if options.on("expunge") { "yes" } else { "no" },
        secret: access.literal().is_some() || extra.as_deref().is_some_and(may_hold_secret),
        extra,
    })
}

/// The mechanisms to choose from, if not all that the server offers.
fn mechanisms(access: &Access, login: &str, account: &Account, bundle: &mut Bundle) -> Option<String> {
    let named = access.mechanism.as_ref().map(|m| m.value);
    // IMAP's LOGIN is sent without quoting the name: what is no atom would be read as something else.
    if imap::is_atom(login) || named.is_some_and(|m| m != Mechanism::Login) {
        return named.map(|m| m.word().to_uppercase());
    }
    if named.is_some() {
        bundle.note(
            &access::MECHANISM,
            account,
            "OfflineIMAP cannot send this login by login: it takes another mechanism",
        );
    }
    Some("CRAM-MD5, PLAIN".to_owned())
}

/// The first line of a command's output, as a Python expression that stands on its own.
fn output(command: &Command) -> String {
    let argv = py::list(&command.argv());
    format!("__import__('subprocess').check_output({argv}, encoding='utf-8').partition('\\n')[0]")
}

/// What says which folders are mirrored, if not all are.
fn filter(account: &Account) -> Option<Said<String>> {
    let mirror = local::mirror(account);
    let without = mirror.without?;
    let below = py::literal(&format!("{}/", without.value));
    let not = format!("folder != {} and not folder.startswith({below})", py::literal(without.value));
    let but: Vec<&str> = mirror.but.iter().map(|n| n.as_str()).collect();
    let or = if but.is_empty() { String::new() } else { format!(" or folder in {}", py::list(&but)) };
    Some(without.with(format!("lambda folder: {not}{or}")))
}
