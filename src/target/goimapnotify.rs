//! goimapnotify: waits for new mail of an inbox and then runs a command, such as mbsync.
//!
//! Format: its README and `config.go` at 2.5.3 (YAML since 2.3.16), and at 2.3.15 for the older JSON form. Only the inbox
//! is watched: without a list it would watch every folder. A command goes through `fmt.Sprintf` when `%s` stands in it
//! (`command.go`), and of a password command all that it prints is taken.

use super::{About, Bundle, Family, File, Lives, MARK, OS, Options, Program, Run, Supply, Target, access};
use crate::account::{Account, Mechanism, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, shell};

/// goimapnotify.
pub struct Goimapnotify;

pub(super) const ABOUT: About = About {
    id: "goimapnotify",
    title: "goimapnotify",
    family: Family::Fetcher,
    homepage: "https://gitlab.com/shackra/goimapnotify",
    files: &[".config/goimapnotify/goimapnotify.yaml", ".config/imapnotify/<name>.conf"],
    lives: Lives::Home,
    templates: &["goimapnotify.yaml"],
    oracle: "none here (it is not in Debian 12); PyYAML and Python's json read every golden, keys as in its source",
    versions: "2.3.16 and later; with the option `format: json` 2.3.10 to 2.3.15; not run",
    options: &Table {
        what: "the options of goimapnotify",
        keys: &[
            OS,
            key(
                "format",
                Shape::Word(&["yaml", "json"]),
                "One `yaml` file (default), or a `json` file an account for versions before 2.3.16. Said by one account, it holds for all.",
            ),
            key(
                "on_new_mail",
                Shape::Text,
                "The command that is run for new mail. Default: `mbsync` and the account's name.",
            ),
            key("on_new_mail_post", Shape::Text, "A command that is run after it."),
        ],
    },
    notes: &[access::NO_IMAP, access::NO_LOGIN, access::NO_TOKEN, access::NO_PROMPT, access::MECHANISM],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    // It takes what the server offers, this one first.
    tokens: &[Mechanism::OAuthBearer, Mechanism::XOAuth2],
    own_oauth2: false,
    // IMAP's own command is all it has.
    mechanisms: &[Mechanism::Login],
};

#[derive(askama::Template)]
#[template(path = "goimapnotify.yaml")]
struct Config {
    mark: &'static str,
    accounts: Vec<Watched>,
}

/// One account.
struct Watched {
    name: Said<String>,
    host: Said<String>,
    port: u16,
    tls: bool,
    starttls: bool,
    user: Said<String>,
    command: Option<Said<String>>,
    password: Option<Said<String>>,
    token: bool,
    run: Said<String>,
    then: Option<Said<String>>,
}

impl Target for Goimapnotify {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts = Vec::new();
        let mut json = false;
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            json |= options.is("format", "json");
            accounts.extend(watched(account, run, &mut options, &mut bundle));
            problems.append(&mut options.problems);
        }
        if json {
            for account in accounts {
                let secret = account.password.is_some();
                let path = format!(".config/imapnotify/{}.conf", account.name.value);
                bundle.files.push(File::new(path, account.json(), secret));
            }
        } else if !accounts.is_empty() {
            let secret = accounts.iter().any(|a| a.password.is_some());
            match Refusals::render(&Config { mark: MARK, accounts }, None) {
                Ok(text) => bundle.files.push(File::new(ABOUT.files[0], text, secret)),
                Err(refused) => problems.extend(refused),
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

fn watched(account: &Account, run: &Run<'_>, options: &mut Options<'_>, bundle: &mut Bundle) -> Option<Watched> {
    let imap = PROGRAM.imap(account, bundle)?;
    let access = PROGRAM.access_unasked(imap, account, run, bundle)?;
    let user = PROGRAM.login(&access, account, bundle)?;
    let sync = || Said::rule(format!("mbsync {}", shell::quote(&account.name)), "isync's name of the account");
    let text = |t: Said<crate::account::Text>| t.with(t.value.to_string());
    Some(Watched {
        name: account.address.with(account.name.clone()),
        // Host and port are joined with a colon.
        host: imap.host.with(imap.host.in_url()),
        port: imap.port.value,
        tls: imap.tls.value != Tls::None,
        starttls: imap.tls.value == Tls::StartTls,
        user,
        command: match &access.supply {
            Supply::Command(command) => Some(command.with(as_it_is(command.value.first_line()))),
            _ => None,
        },
        password: access.literal().cloned(),
        token: access.token,
        run: options.text("on_new_mail").map_or_else(sync, text),
        then: options.text("on_new_mail_post").map(text),
    })
}

/// A command that comes out of `fmt.Sprintf` with an empty word as it is: nothing is done without `%s`; with one every
/// percent sign is doubled, and a comment at the end uses the word up.
fn as_it_is(line: String) -> String {
    if line.contains("%s") { format!("{} # %s", line.replace('%', "%%")) } else { line }
}

impl Watched {
    /// The form of one account in versions that read JSON by Go's own package, which does not mind other keys.
    fn json(&self) -> String {
        let options = |reject: &str| serde_json::json!({ reject: true, "starttls": self.starttls });
        let mut out = serde_json::json!({
            "comment": format!("{MARK} (goimapnotify). Changes made here are lost."),
            "host": self.host.value,
            "port": self.port,
            "tls": self.tls,
            // The name changed from version to version, and what is not read is `false`.
            "tlsOption": options("reject_unauthorized"),
            "tlsOptions": options("rejectUnauthorized"),
            "username": self.user.value,
            "alias": self.name.value,
            "xoauth2": self.token,
            "boxes": ["INBOX"],
            "onNewMail": self.run.value,
        });
        if let Some(line) = &self.command {
            out["passwordCmd"] = line.value.clone().into();
        }
        if let Some(password) = &self.password {
            out["password"] = password.value.clone().into();
        }
        if let Some(then) = &self.then {
            out["onNewMailPost"] = then.value.clone().into();
        }
        format!("{out:#}\n")
    }
}
