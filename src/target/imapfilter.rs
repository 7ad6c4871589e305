//! IMAPFilter: the accounts, for filters in Lua that the user writes.
//!
//! Format: imapfilter_config(5) of 2.8. The file is ours alone; the user's `config.lua` reads it and gets a table. With
//! STARTTLS it goes on in clear text when the server offers none, so that is not written. It sends a login between
//! quotes without escaping what is in it, and of a password escapes only the quotes (`account.lua`, seen in 2.8.1).

use super::{About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Program, Run, Supply, Target, access};
use crate::account::{Account, Command, Mechanism, Said, Tls};
use crate::document::keys::Table;
use crate::problem::Problem;
use crate::quote::{Refusals, filters, shell};

/// IMAPFilter.
pub struct Imapfilter;

const STARTTLS: NoteKind = NoteKind {
    code: "starttls",
    about: "with STARTTLS the program goes on without TLS when the server offers none: the account is left out",
};

pub(super) const ABOUT: About = About {
    id: "imapfilter",
    title: "IMAPFilter",
    family: Family::Fetcher,
    homepage: "https://github.com/lefcha/imapfilter",
    files: &[".imapfilter/accounts.lua"],
    lives: Lives::Home,
    templates: &["imapfilter.lua"],
    oracle: "imapfilter itself runs every golden and shows its accounts; logs in and lists folders by goldens",
    versions: "2.8; tested with 2.8.1",
    options: &Table { what: "the options of IMAPFilter", keys: &[OS] },
    notes: &[
        access::NO_IMAP,
        access::NO_LOGIN,
        STARTTLS,
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
    mechanisms: &[Mechanism::Login],
};

#[derive(askama::Template)]
#[template(path = "imapfilter.lua")]
struct Config {
    mark: &'static str,
    accounts: Vec<Entry>,
}

/// One account.
struct Entry {
    name: Said<String>,
    host: Said<String>,
    port: u16,
    tls: bool,
    user: Said<String>,
    command: Option<Said<String>>,
    password: Option<Said<String>>,
    oauth2: Option<Said<String>>,
}

impl Target for Imapfilter {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let accounts: Vec<Entry> = run.mail.accounts.iter().filter_map(|a| entry(a, run, &mut bundle)).collect();
        if accounts.is_empty() {
            return Ok(bundle);
        }
        let secret = accounts.iter().any(|a| a.password.is_some());
        let text = Refusals::render(&Config { mark: MARK, accounts }, None)?;
        bundle.files.push(File::new(ABOUT.files[0], text, secret));
        bundle.step(
            "Let ~/.imapfilter/config.lua begin with: mail = dofile(os.getenv(\"HOME\") .. \"/.imapfilter/accounts.lua\")",
            Do::Tell,
        );
        Ok(bundle)
    }
}

fn entry(account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Option<Entry> {
    let imap = PROGRAM.imap(account, bundle)?;
    if imap.tls.value == Tls::StartTls {
        bundle.note(
            &STARTTLS,
            account,
            "IMAPFilter sends the password in clear text when the server offers no STARTTLS: left out; use the port for implicit TLS",
        );
        return None;
    }
    let access = PROGRAM.access(imap, account, run, bundle)?;
    let login = PROGRAM.login(&access, account, bundle)?;
    let (command, oauth2) = match (&access.supply, access.token) {
        (Supply::Command(command), false) => (Some(command.with(command.value.shell_line())), None),
        (Supply::Command(command), true) => (None, Some(command.with(xoauth2(&command.value, &login.value)))),
        _ => (None, None),
    };
    Some(Entry {
        name: account.address.with(account.name.clone()),
        host: imap.host.with(imap.host.to_string()),
        port: imap.port.value,
        tls: imap.tls.value == Tls::Implicit,
        // Between quotes as it is: what would end them is escaped here.
        user: login.with(login.value.replace('\\', "\\\\").replace('"', "\\\"")),
        command,
        password: access.literal().cloned(),
        oauth2,
    })
}

/// A line that prints what XOAUTH2 sends (<https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>).
fn xoauth2(token: &Command, login: &str) -> String {
    let format = format!("user={}\\001auth=Bearer %s\\001\\001", shell::printf_format(login));
    format!("t=$({}) && printf '{format}' \"$t\" | base64 | tr -d '\\n'", token.first_line())
}
