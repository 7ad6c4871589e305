//! A `.env` file for programs of one's own: `SMTP_HOST`, `SMTP_PORT`, `SMTP_TLS` (`implicit`, `starttls`, `none`),
//! `SMTP_USERNAME`, `SMTP_FROM`, `SMTP_FROM_NAME`. `SMTP_PASSWORD` is for the environment to hold.
//!
//! There is no standard for the names; these are the usual ones. What the readers of such files do not agree about is
//! refused (`quote/env.rs`), and so `SMTP_URL` has no `${SMTP_PASSWORD}` in it: half of the readers leave that as it is,
//! and the others put the password there unencoded.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, NoteKind, Options, Run, Target, access, may_hold_secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::account::{Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{self, filters};

/// A `.env` file.
pub struct Dotenv;

const URL: NoteKind = NoteKind {
    code: "url-starttls",
    about: "a URL has no word, common to all programs, for STARTTLS that must not be left out: it is not written",
};

pub(super) const ABOUT: About = About {
    id: "dotenv",
    title: "a program with a .env file",
    family: Family::Application,
    homepage: "https://12factor.net/config",
    files: &[".env"],
    lives: Lives::Elsewhere,
    templates: &["dotenv.env"],
    oracle: "sh, Node.js, python-dotenv, Ruby's dotenv, phpdotenv and dotenvy read every golden alike",
    versions: "any reader of .env files that knows quotes; tested with dash, Node.js 20, python-dotenv, dotenv 2.4 (Ruby), phpdotenv 5.4, dotenvy 0.15",
    options: &Table {
        what: "the options of a .env file",
        keys: &[
            key("url", Shape::Bool, "Also write `SMTP_URL`, without a password. Default: `false`."),
            key("extra", Shape::Lines, "Lines of the file, as they are."),
        ],
    },
    notes: &[
        application::RECEIVES_ONLY,
        application::ONE_ACCOUNT,
        access::NO_OAUTH2,
        application::VARIABLE,
        access::MECHANISM,
        application::IDENTITIES,
        application::NAME,
        URL,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: "the program",
    variable: "SMTP_PASSWORD",
    any_variable: false,
    place: "where the program runs",
    merge: "Put these lines into the program's .env, in place of those of the same names",
    mechanisms: &[],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "dotenv.env")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    name: Option<Said<String>>,
    url: Option<Said<String>>,
    tls: &'static str,
    extra: Option<String>,
}

impl Target for Dotenv {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(sender) = APP.sender(run, &mut bundle, |_, _, _| true) else {
            return Ok(bundle);
        };
        let mut options = Options::of(sender.account, ABOUT.id);
        let extra = options.verbatim("extra");
        let secret = extra.as_deref().is_some_and(may_hold_secret);
        let name = application::held_name(&APP, &sender, &mut bundle, quote::env::quote);
        let url = if options.on("url") { url(&sender, &mut bundle) } else { None };
        let config = Config { mark: MARK, name, url, tls: sender.tls().word(), sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret).block("#"))
    }
}

/// `smtps://user@host:465`, the user percent-encoded.
fn url(sender: &Sender<'_>, bundle: &mut Bundle) -> Option<Said<String>> {
    let scheme = match sender.tls() {
        Tls::Implicit => "smtps",
        Tls::None => "smtp",
        Tls::StartTls => {
            let text =
                "SMTP_URL cannot say that STARTTLS must not be skipped, in a word that all programs know: left out";
            bundle.note(&URL, sender.account, text);
            return None;
        }
    };
    let user = match &sender.login {
        Some(login) => format!("{}@", utf8_percent_encode(&login.value, NON_ALPHANUMERIC)),
        None => String::new(),
    };
    Some(sender.server.host.with(format!("{scheme}://{user}{}", sender.server.endpoint())))
}
