//! Nextcloud: a file in `config/` that is merged with `config.php`.
//!
//! Settings: `config/config.sample.php` of Nextcloud, "Mail Parameters"; it merges every
//! `*.config.php`, and writes all that it merged into `config.php` as soon as a setting is changed. So the password is in
//! none of them: `lib/private/Config.php` takes `NC_` and a setting's name from the environment first, and never writes
//! it. By
//! `lib/private/Mail/Mailer.php` `ssl` is implicit TLS; everything else takes STARTTLS where it is offered and goes on
//! without where it is not. Told to go without TLS, it takes STARTTLS all the same where it is offered.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, Options, Run, Target, access, may_hold_secret};
use crate::account::{Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::filters;

/// Nextcloud.
pub struct Nextcloud;

pub(super) const ABOUT: About = About {
    id: "nextcloud",
    title: "Nextcloud",
    family: Family::Application,
    homepage: "https://nextcloud.com/",
    files: &["config/mail.config.php"],
    lives: Lives::Elsewhere,
    templates: &["nextcloud.php"],
    oracle: "none here (Nextcloud): PHP reads every golden, and symfony/mailer, by which Nextcloud sends, builds the transport; sends in the box",
    versions: "26 and later (symfony/mailer); tested with symfony/mailer 5.4",
    options: &Table {
        what: "the options of Nextcloud",
        keys: &[
            key(
                "optional_starttls",
                Shape::Bool,
                "Write the file although Nextcloud goes on without TLS, password and all, where a server does not offer STARTTLS. Default: `false`.",
            ),
            key("extra", Shape::Lines, "Lines that Nextcloud reads as they are."),
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
        application::NAME,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: ABOUT.title,
    variable: "NC_mail_smtppassword",
    any_variable: false,
    place: "where Nextcloud runs (php-fpm: `env[NC_mail_smtppassword]` in its pool file), for cron.php and occ, too",
    merge: "",
    mechanisms: &[],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "nextcloud.php")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    ssl: bool,
    local: Said<String>,
    domain: Said<String>,
    extra: Option<String>,
}

impl Target for Nextcloud {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(sender) = APP.sender(run, &mut bundle, |account, server, bundle| {
            APP.starttls(Options::of(account, ABOUT.id).on("optional_starttls"), account, server, bundle)
        }) else {
            return Ok(bundle);
        };
        let mut options = Options::of(sender.account, ABOUT.id);
        let extra = options.verbatim("extra");
        let secret = extra.as_deref().is_some_and(may_hold_secret);
        if sender.name.is_some() {
            let text = "Nextcloud writes its own name beside the address: the account's name is left out";
            bundle.note(&application::NAME, sender.account, text);
        }
        let address = &sender.account.address;
        let (local, domain) = (address.with(address.local().to_owned()), address.with(address.domain().to_owned()));
        let config = Config { mark: MARK, ssl: sender.tls() == Tls::Implicit, local, domain, sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret))
    }
}
