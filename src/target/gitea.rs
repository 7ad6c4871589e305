//! Gitea: the section `[mailer]` of `app.ini`. Forgejo reads the same.
//!
//! Settings: Gitea's documentation, "Configuration Cheat Sheet", `mailer`. The password comes from the environment
//! of Gitea's container, whose start script writes `GITEA__mailer__PASSWD`, or what is in the file that
//! `GITEA__mailer__PASSWD__FILE` names, into its app.ini. Gitea elsewhere reads neither: there the user writes `PASSWD`. With `smtp+starttls` Gitea takes STARTTLS where it is offered and goes on without where it is
//! not. Told to go without TLS, it takes STARTTLS all the same where it is offered.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, Options, Run, Target, access, may_hold_secret};
use crate::account::Tls;
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{self, filters};

/// Gitea.
pub struct Gitea;

pub(super) const ABOUT: About = About {
    id: "gitea",
    title: "Gitea",
    family: Family::Application,
    homepage: "https://about.gitea.com/",
    files: &["app.ini"],
    lives: Lives::Elsewhere,
    templates: &["gitea.ini"],
    oracle: "none here (Gitea): gopkg.in/ini.v1, the reader that Gitea uses, reads every golden",
    versions: "1.18 and later (`PROTOCOL`, `SMTP_ADDR`); the file itself was only read by ini.v1",
    options: &Table {
        what: "the options of Gitea",
        keys: &[
            key(
                "optional_starttls",
                Shape::Bool,
                "Write the file although Gitea goes on without TLS, password and all, where a server does not offer STARTTLS. Default: `false`.",
            ),
            key("extra", Shape::Lines, "Lines that Gitea reads as they are."),
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
    variable: "GITEA__mailer__PASSWD",
    any_variable: false,
    place: "in Gitea's container, which writes it into its app.ini; Gitea elsewhere does not read it: there write PASSWD = ... into the section [mailer] of app.ini yourself",
    merge: "Put the section [mailer] into app.ini, in place of the one that is there",
    mechanisms: &[],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "gitea.ini")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    protocol: &'static str,
    extra: Option<String>,
}

impl Target for Gitea {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(mut sender) = APP.sender(run, &mut bundle, |account, server, bundle| {
            APP.starttls(Options::of(account, ABOUT.id).on("optional_starttls"), account, server, bundle)
        }) else {
            return Ok(bundle);
        };
        let mut options = Options::of(sender.account, ABOUT.id);
        let extra = options.verbatim("extra");
        let secret = extra.as_deref().is_some_and(may_hold_secret);
        application::held_mailbox(&APP, &mut sender, &mut bundle, quote::ini::quote);
        let protocol = match sender.tls() {
            Tls::Implicit => "smtps",
            Tls::StartTls => "smtp+starttls",
            Tls::None => "smtp",
        };
        let config = Config { mark: MARK, protocol, sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret).block(";"))
    }
}
