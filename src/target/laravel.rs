//! Laravel: the lines of its `.env` that are about mail.
//!
//! Settings: `config/mail.php` and `Illuminate/Mail/MailManager.php` of Laravel 10 to 13, `EsmtpTransportFactory.php` of
//! symfony/mailer. `MAIL_SCHEME` is read by 11 and later, `MAIL_ENCRYPTION` by the earlier ones; `MAIL_URL`, whose query
//! becomes options of the transport, by all: there alone STARTTLS can be insisted on (`require_tls`, symfony/mailer 7.3),
//! or left out (`auto_tls`). A password in a variable is read
//! by `Env::get`: one that stands in quotes loses them, and `null` or `true` are none.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, NoteKind, Options, Run, Target, access, may_hold_secret};
use crate::account::{Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::filters;

/// Laravel.
pub struct Laravel;

const STARTTLS_VERSION: NoteKind = NoteKind {
    code: "starttls-version",
    about: "symfony/mailer before 7.3 goes on without TLS where a server does not offer STARTTLS",
};

pub(super) const ABOUT: About = About {
    id: "laravel",
    title: "Laravel",
    family: Family::Application,
    homepage: "https://laravel.com/",
    files: &[".env"],
    lives: Lives::Elsewhere,
    templates: &["laravel.env"],
    oracle: "none whole (Laravel): its own packages read every golden (phpdotenv, Env, the URL parser), and symfony/mailer builds the transport; sends in the box",
    versions: "9 and later; STARTTLS needs symfony/mailer 7.3 or later (Laravel 9 to 11 have none, 12 takes 7.2, too); tested with packages of Laravel 10 and 13",
    options: &Table {
        what: "the options of Laravel",
        keys: &[
            key(
                "version",
                Shape::Word(&["9", "10", "11", "12", "13"]),
                "The version of Laravel. Before 12 STARTTLS cannot be insisted on. Default: `12`.",
            ),
            key(
                "optional_starttls",
                Shape::Bool,
                "Write the file although a Laravel before 12 goes on without TLS, password and all, where a server does not offer STARTTLS. Default: `false`.",
            ),
            key("extra", Shape::Lines, "Lines that Laravel reads as they are."),
        ],
    },
    notes: &[
        application::RECEIVES_ONLY,
        application::ONE_ACCOUNT,
        access::NO_OAUTH2,
        application::VARIABLE,
        access::MECHANISM,
        application::IDENTITIES,
        application::OPTIONAL_STARTTLS,
        application::OFFERED_STARTTLS,
        STARTTLS_VERSION,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: ABOUT.title,
    variable: "MAIL_PASSWORD",
    any_variable: true,
    place: "where Laravel runs",
    merge: "Put these lines into the application's .env, in place of those of the same names",
    mechanisms: &[],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "laravel.env")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    scheme: &'static str,
    encryption: &'static str,
    url: Said<String>,
    variable: Option<String>,
    extra: Option<String>,
}

impl Target for Laravel {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(sender) = APP.sender(run, &mut bundle, |account, server, bundle| {
            let options = Options::of(account, ABOUT.id);
            let strict = !["9", "10", "11"].iter().any(|old| options.is("version", old));
            strict || APP.starttls(options.on("optional_starttls"), account, server, bundle)
        }) else {
            return Ok(bundle);
        };
        if sender.tls() == Tls::StartTls {
            let text = format!(
                "only symfony/mailer 7.3 and later insist on STARTTLS at {}: use port 465, or see to that version",
                sender.server.host.value
            );
            bundle.note(&STARTTLS_VERSION, sender.account, text);
        }
        let mut options = Options::of(sender.account, ABOUT.id);
        let extra = options.verbatim("extra");
        let secret = extra.as_deref().is_some_and(may_hold_secret);
        let (scheme, encryption, query) = match sender.tls() {
            Tls::Implicit => ("smtps", "tls", "scheme=smtps"),
            Tls::StartTls => ("smtp", "tls", "scheme=smtp&require_tls=true"),
            Tls::None => ("smtp", "null", "scheme=smtp&auto_tls=false"),
        };
        let url = sender.server.host.with(format!("smtp://{}?{query}", sender.server.endpoint()));
        let variable = (sender.variable != APP.variable).then(|| sender.variable.clone());
        let config = Config { mark: MARK, scheme, encryption, url, variable, sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret).block("#"))
    }
}
