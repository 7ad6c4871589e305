//! Django: a module of settings, for `from .mail_settings import *` in the project's own.
//!
//! Settings: Django's documentation, "Settings", `EMAIL_*`; `django/core/mail/backends/smtp.py`. STARTTLS is always
//! insisted on (`smtplib`); the certificate is checked since 4.2. With an empty
//! password Django sends without a login, so the variable has to be there, or the settings are not loaded. A login or a
//! password that is not ASCII makes `smtplib` fail (Python 3.11).

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, Options, Run, Target, access, may_hold_secret};
use crate::account::Tls;
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::filters;

/// Django.
pub struct Django;

pub(super) const ABOUT: About = About {
    id: "django",
    title: "Django",
    family: Family::Application,
    homepage: "https://www.djangoproject.com/",
    files: &["mail_settings.py"],
    lives: Lives::Elsewhere,
    templates: &["django.py"],
    oracle: "Django itself imports every golden and builds its backend; sends in the box",
    versions: "4.2 and later (earlier ones do not check the server's certificate); tested with 4.2 and 5.2",
    options: &Table {
        what: "the options of Django",
        keys: &[key("extra", Shape::Lines, "Lines that Django reads as they are.")],
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
    variable: "EMAIL_HOST_PASSWORD",
    any_variable: true,
    place: "where Django runs, manage.py included",
    merge: "Put mail_settings.py beside settings.py, and at the end of that: from .mail_settings import *",
    mechanisms: &[],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "django.py")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    tls: bool,
    ssl: bool,
    extra: Option<String>,
}

impl Target for Django {
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
        let config = Config {
            mark: MARK,
            tls: sender.tls() == Tls::StartTls,
            ssl: sender.tls() == Tls::Implicit,
            sender,
            extra,
        };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret))
    }
}
