//! Spring Boot: the settings of a profile `mail` (`spring.profiles.include=mail`), or of a file to import
//! (`spring.config.import`).
//!
//! Settings: Spring Boot's reference, "Common Application Properties", `spring.mail.*`; Jakarta Mail's `com.sun.mail.smtp`
//! package page for `mail.smtp.*`: `starttls.required` insists, and since old versions do not compare the certificate with
//! the server's name unless told so, it is always asked for.

use super::application::{self, App, Sender};
use super::{About, Bundle, Family, File, Lives, MARK, NoteKind, Options, Run, Target, access, may_hold_secret};
use crate::account::{Mechanism, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::filters;

/// Spring Boot.
pub struct Spring;

const FROM: NoteKind = NoteKind {
    code: "from",
    about: "Spring Boot has no setting for the address to write from: only the envelope's sender is written",
};

pub(super) const ABOUT: About = About {
    id: "spring",
    title: "Spring Boot",
    family: Family::Application,
    homepage: "https://spring.io/projects/spring-boot",
    files: &["application-mail.yaml"],
    lives: Lives::Elsewhere,
    templates: &["spring.yaml"],
    oracle: "none here (Spring Boot): SnakeYAML, the reader that Spring Boot uses, reads every golden",
    versions: "Spring Boot 2 and later; the file itself was only read by SnakeYAML 1.33",
    options: &Table {
        what: "the options of Spring Boot",
        keys: &[key("extra", Shape::Lines, "Lines that Spring Boot reads as they are.")],
    },
    notes: &[
        application::RECEIVES_ONLY,
        application::ONE_ACCOUNT,
        access::NO_OAUTH2,
        application::VARIABLE,
        access::MECHANISM,
        application::IDENTITIES,
        FROM,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: ABOUT.title,
    variable: "SMTP_PASSWORD",
    any_variable: true,
    place: "where Spring Boot runs",
    merge: "Put application-mail.yaml beside application.yaml (src/main/resources), and there: spring.config.import: classpath:application-mail.yaml; or run with the profile `mail`",
    mechanisms: &[Mechanism::Plain, Mechanism::Login, Mechanism::DigestMd5, Mechanism::Ntlm],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "spring.yaml")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    method: Option<String>,
    tls: Tls,
    extra: Option<String>,
}

impl Target for Spring {
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
        let text = "Spring Boot has no setting for the address to write from: the application sets it itself";
        bundle.note(&FROM, sender.account, text);
        let method = sender.mechanism.map(|m| m.word().to_uppercase());
        let config = Config { mark: MARK, method, tls: sender.tls(), sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret))
    }
}
