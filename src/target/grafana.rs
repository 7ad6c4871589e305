//! Grafana: the section `[smtp]` of `grafana.ini` (or `custom.ini`).
//!
//! Settings: Grafana's documentation, "Configure Grafana", `[smtp]` and "Variable expansion". Implicit TLS is what it does
//! at port 465 and nowhere else.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, Options, Run, Target, access, may_hold_secret};
use crate::account::{Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{self, filters};

/// Grafana.
pub struct Grafana;

pub(super) const ABOUT: About = About {
    id: "grafana",
    title: "Grafana",
    family: Family::Application,
    homepage: "https://grafana.com/",
    files: &["grafana.ini"],
    lives: Lives::Elsewhere,
    templates: &["grafana.ini"],
    oracle: "none here (Grafana): gopkg.in/ini.v1, the reader that Grafana uses, reads every golden",
    versions: "7.1 and later (`$__env{}`); the file itself was only read by ini.v1",
    options: &Table {
        what: "the options of Grafana",
        keys: &[key("extra", Shape::Lines, "Lines that Grafana reads as they are.")],
    },
    notes: &[
        application::RECEIVES_ONLY,
        application::ONE_ACCOUNT,
        access::NO_OAUTH2,
        application::VARIABLE,
        access::MECHANISM,
        application::IDENTITIES,
        application::TLS_BY_PORT,
        application::NAME,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: ABOUT.title,
    variable: "GF_SMTP_PASSWORD",
    any_variable: true,
    place: "where Grafana runs",
    merge: "Put the section [smtp] into grafana.ini (or custom.ini), in place of the one that is there",
    mechanisms: &[],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "grafana.ini")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    tls: bool,
    host: Said<String>,
    extra: Option<String>,
}

impl Target for Grafana {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(mut sender) =
            APP.sender(run, &mut bundle, |account, server, bundle| APP.tls_by_port(account, server, bundle))
        else {
            return Ok(bundle);
        };
        let mut options = Options::of(sender.account, ABOUT.id);
        let extra = options.verbatim("extra");
        let secret = extra.as_deref().is_some_and(may_hold_secret);
        sender.name = application::held_name(&APP, &sender, &mut bundle, quote::ini::grafana);
        let host = sender.server.host.with(sender.server.endpoint());
        let config = Config { mark: MARK, tls: sender.tls() != Tls::None, host, sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret).block("#"))
    }
}
