//! Vaultwarden: the lines of its `.env` that are about mail.
//!
//! Settings: `.env.template` of Vaultwarden. The password comes from the environment, `SMTP_PASSWORD`, or from a file whose
//! path is in `SMTP_PASSWORD_FILE`.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, Options, Run, Target, access, may_hold_secret};
use crate::account::{Mechanism, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{self, filters};

/// Vaultwarden.
pub struct Vaultwarden;

pub(super) const ABOUT: About = About {
    id: "vaultwarden",
    title: "Vaultwarden",
    family: Family::Application,
    homepage: "https://github.com/dani-garcia/vaultwarden",
    files: &[".env"],
    lives: Lives::Elsewhere,
    templates: &["vaultwarden.env"],
    oracle: "none here (Vaultwarden): dotenvy, the reader that Vaultwarden uses, and five others read every golden alike",
    versions: "1.26 and later (`SMTP_SECURITY`); the file itself was only read by dotenvy 0.15",
    options: &Table {
        what: "the options of Vaultwarden",
        keys: &[key("extra", Shape::Lines, "Lines that Vaultwarden reads as they are.")],
    },
    notes: &[
        application::RECEIVES_ONLY,
        application::ONE_ACCOUNT,
        access::NO_OAUTH2,
        application::VARIABLE,
        access::MECHANISM,
        application::IDENTITIES,
        application::NAME,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: ABOUT.title,
    variable: "SMTP_PASSWORD",
    any_variable: false,
    place: "where Vaultwarden runs",
    merge: "Put these lines into Vaultwarden's .env, in place of those of the same names",
    mechanisms: &[Mechanism::Plain, Mechanism::Login],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "vaultwarden.env")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    name: Option<Said<String>>,
    security: &'static str,
    method: Option<&'static str>,
    extra: Option<String>,
}

impl Target for Vaultwarden {
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
        let security = match sender.tls() {
            Tls::Implicit => "force_tls",
            Tls::StartTls => "starttls",
            Tls::None => "off",
        };
        let method = sender.mechanism.map(|m| if m == Mechanism::Login { "Login" } else { "Plain" });
        let config = Config { mark: MARK, name, security, method, sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret).block("#"))
    }
}
