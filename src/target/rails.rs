//! Ruby on Rails: an initializer that sets Action Mailer up when it is loaded, and not before, so that the password is
//! only needed where mail is sent: without it, Net::SMTP refuses to begin. Which delivery method is used stays with the environment: tests keep theirs.
//!
//! Settings: the Rails guide "Action Mailer Basics", section "Action Mailer Configuration"; `lib/mail/network/
//! delivery_methods/smtp.rb` of the gem mail: `enable_starttls` insists, `enable_starttls_auto` does not.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, Options, Run, Target, access, may_hold_secret};
use crate::account::{Mechanism, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::filters;

/// Rails.
pub struct Rails;

pub(super) const ABOUT: About = About {
    id: "rails",
    title: "Rails",
    family: Family::Application,
    homepage: "https://rubyonrails.org/",
    files: &["config/initializers/mail.rb"],
    lives: Lives::Elsewhere,
    templates: &["rails.rb"],
    oracle: "ActionMailer itself loads every golden; sends in the box",
    versions: "Rails 6.1 and later with the gem mail 2.7 and later (2.7 takes STARTTLS where it is offered, even when told to go without TLS); tested with 6.1 (mail 2.7.1), and with mail 2.9.1",
    options: &Table {
        what: "the options of Rails",
        keys: &[key("extra", Shape::Lines, "Lines that Rails reads as they are.")],
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
    place: "where Rails runs",
    merge: "",
    mechanisms: &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5],
    otherwise: "it uses PLAIN",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "rails.rb")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    method: &'static str,
    tls: bool,
    starttls: bool,
    extra: Option<String>,
}

impl Target for Rails {
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
        // Nothing said is PLAIN, whatever the server offers: LOGIN is the other one that servers have.
        let method = match sender.mechanism {
            Some(Mechanism::Login) => "login",
            Some(Mechanism::CramMd5) => "cram_md5",
            _ => "plain",
        };
        let config = Config {
            mark: MARK,
            method,
            tls: sender.tls() == Tls::Implicit,
            starttls: sender.tls() == Tls::StartTls,
            sender,
            extra,
        };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret))
    }
}
