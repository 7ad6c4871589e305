//! Nodemailer: an ES module with the options of `nodemailer.createTransport`, and the address to write from as its
//! defaults.
//!
//! Options: nodemailer.com, "SMTP transport"; `lib/smtp-connection/index.js`: `requireTLS` insists on STARTTLS, `ignoreTLS`
//! goes without. With a registration of the user's own it gets OAuth2 tokens by itself (nodemailer.com, "OAuth2"): a
//! refresh token stands in the environment then.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, Options, Run, Target, access, may_hold_secret};
use crate::account::{Mechanism, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::filters;

/// Nodemailer.
pub struct Nodemailer;

pub(super) const ABOUT: About = About {
    id: "nodemailer",
    title: "Nodemailer",
    family: Family::Application,
    homepage: "https://nodemailer.com/",
    files: &["mail-transport.mjs"],
    lives: Lives::Elsewhere,
    templates: &["nodemailer.mjs"],
    oracle: "Nodemailer itself is given every golden; sends in the box",
    versions: "6.0 and later; tested with 6.10 and 10.6",
    options: &Table {
        what: "the options of Nodemailer",
        keys: &[key("extra", Shape::Lines, "Lines that Nodemailer reads as they are.")],
    },
    notes: &[
        application::RECEIVES_ONLY,
        application::ONE_ACCOUNT,
        access::NO_OAUTH2,
        application::VARIABLE,
        access::MECHANISM,
        application::IDENTITIES,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: ABOUT.title,
    variable: "SMTP_PASSWORD",
    any_variable: true,
    place: "where Nodemailer runs",
    merge: "Put mail-transport.mjs beside the module that sends, and there: import { transport, defaults } from \"./mail-transport.mjs\"",
    mechanisms: &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5],
    otherwise: "it takes what the server offers",
    refreshes: true,
};

#[derive(askama::Template)]
#[template(path = "nodemailer.mjs")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    method: Option<&'static str>,
    tls: Tls,
    extra: Option<String>,
}

impl Target for Nodemailer {
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
        let method = sender.mechanism.map(|m| match m {
            Mechanism::Login => "LOGIN",
            Mechanism::CramMd5 => "CRAM-MD5",
            _ => "PLAIN",
        });
        let config = Config { mark: MARK, method, tls: sender.tls(), sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret))
    }
}
