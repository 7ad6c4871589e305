//! Prometheus Alertmanager: a configuration that mails every alert.
//!
//! Settings: Alertmanager's documentation, "Configuration", `<global>` and `<email_config>`. The password is in a file of
//! its own, without a line break at its end (0.25 takes that for a part of the password, 0.33 does not). Implicit TLS is what it does at port 465 and nowhere else. A sender is a template: `{{` is written so that it
//! prints itself.

use super::application::{self, App, Sender};
use super::{About, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Run, Target, access, may_hold_secret};
use crate::account::{Credential, Said, Secret, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::filters;

/// Alertmanager.
pub struct Alertmanager;

const PASSWORD_FILE: NoteKind = NoteKind {
    code: "password-file",
    about: "the password is read from a file of Alertmanager's, not from where the account file says",
};

pub(super) const ABOUT: About = About {
    id: "alertmanager",
    title: "Alertmanager",
    family: Family::Application,
    homepage: "https://prometheus.io/docs/alerting/latest/alertmanager/",
    files: &["alertmanager.yml"],
    lives: Lives::Elsewhere,
    templates: &["alertmanager.yaml"],
    oracle: "amtool check-config on every golden; Alertmanager itself sends in the box",
    versions: "0.25 and later (`smtp_auth_password_file`); tested with 0.25 and 0.33",
    options: &Table {
        what: "the options of Alertmanager",
        keys: &[
            key("to", Shape::Text, "The address that alerts go to. Default: the account's own."),
            key(
                "password_file",
                Shape::Text,
                "The file with the password and nothing else; a relative path is one below the configuration's folder. Default: `smtp-password`.",
            ),
            key("extra", Shape::Lines, "Lines that Alertmanager reads as they are."),
        ],
    },
    notes: &[
        application::RECEIVES_ONLY,
        application::ONE_ACCOUNT,
        access::NO_OAUTH2,
        PASSWORD_FILE,
        access::MECHANISM,
        application::IDENTITIES,
        application::TLS_BY_PORT,
    ],
};

const APP: App = App {
    about: &ABOUT,
    called: ABOUT.title,
    // The password is in a file.
    variable: "",
    any_variable: false,
    place: "where Alertmanager runs",
    merge: "Put the smtp_ lines below `global` of alertmanager.yml and the receiver into its `receivers`, and name that in a route: the file is whole only where there is none yet",
    mechanisms: &[],
    otherwise: "it takes what the server offers",
    refreshes: false,
};

#[derive(askama::Template)]
#[template(path = "alertmanager.yaml")]
struct Config<'a> {
    mark: &'static str,
    sender: Sender<'a>,
    smarthost: Said<String>,
    starttls: bool,
    to: Said<String>,
    password_file: Said<String>,
    extra: Option<String>,
}

impl Target for Alertmanager {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let Some(sender) =
            APP.sender(run, &mut bundle, |account, server, bundle| APP.tls_by_port(account, server, bundle))
        else {
            return Ok(bundle);
        };
        let mut options = Options::of(sender.account, ABOUT.id);
        let extra = options.verbatim("extra");
        let secret = extra.as_deref().is_some_and(may_hold_secret);
        let own = || sender.from.clone();
        let to = options.text("to").map_or_else(own, |t| t.with(t.value.to_string()));
        let password_file = password_file(&sender, &mut options, &mut bundle);
        let smarthost = sender.server.host.with(sender.server.endpoint());
        let starttls = sender.tls() == Tls::StartTls;
        let config = Config { mark: MARK, smarthost, starttls, to, password_file, sender, extra };
        application::finish(bundle, options, &config, |text| File::new(ABOUT.files[0], text, secret))
    }
}

/// The file with the password, and who puts it there. Never the account's own file: Alertmanager 0.25 takes all of one for
/// the password, its last line break included.
fn password_file(sender: &Sender<'_>, options: &mut Options<'_>, bundle: &mut Bundle) -> Said<String> {
    let path = options.text("password_file").map_or_else(
        || Said::rule("smtp-password".to_owned(), "the usual place; set `password_file` for another"),
        |path| path.with(path.value.to_string()),
    );
    let Some(login) = &sender.login else {
        return path;
    };
    if !matches!(&sender.server.credential.value, Credential::Password(Secret::Prompt)) {
        let text = format!(
            "the password is not taken from where the account file says: Alertmanager reads it from {}",
            path.value
        );
        bundle.note(&PASSWORD_FILE, sender.account, text);
    }
    let what = format!(
        "Write the password of {} at {} to {}, without a line break at its end, for Alertmanager alone to read",
        login.value, sender.server.host.value, path.value
    );
    bundle.step(what, Do::Tell);
    path
}
