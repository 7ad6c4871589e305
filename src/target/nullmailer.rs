//! nullmailer: hands all mail of a machine to one server.
//!
//! Format: nullmailer-send(8), nullmailer-queue(8), nullmailer-inject(1). A control file is its first line, so our header
//! stands in the second one. `allmailfrom` makes the account the sender of all mail, as a server demands that knows who
//! logged in; `adminaddr` sends it what is for users of this machine.

use super::senders::{self, senders};
use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Run, Target, access, may_hold_secret,
};
use crate::account::{Mechanism, Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// nullmailer.
pub struct Nullmailer;

const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };

pub(super) const ABOUT: About = About {
    id: "nullmailer",
    title: "nullmailer",
    family: Family::Sender,
    homepage: "https://untroubled.org/nullmailer/",
    files: &["etc/nullmailer/remotes", "etc/nullmailer/allmailfrom", "etc/nullmailer/adminaddr"],
    lives: Lives::System,
    templates: &["nullmailer.remotes"],
    oracle: "nullmailer itself: nullmailer-send tries the server of every golden; with the password it sends in the box",
    versions: "2.0 and later; tested with 2.2",
    options: &Table {
        what: "the options of nullmailer",
        keys: &[
            OS,
            key("ca_file", Shape::Text, "A file of certificate authorities. Default: Debian's."),
            key("extra", Shape::Lines, "Lines of `remotes` for further servers, as they are."),
        ],
    },
    notes: &[NO_SMTP, senders::BY_HAND, senders::ONE_SERVER, access::NO_OAUTH2, access::MECHANISM],
};

#[derive(askama::Template)]
#[template(path = "nullmailer.remotes")]
struct Config {
    mark: &'static str,
    host: String,
    port: u16,
    mode: Option<&'static str>,
    trust: Option<Said<String>>,
    auth_login: bool,
    user: Option<Said<String>>,
    password: Option<Said<String>>,
    extra: Option<String>,
}

impl Target for Nullmailer {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let all = senders(run.mail, |account| {
            bundle.note(&NO_SMTP, account, "this account has no submission server to send by: left out");
        });
        let Some((sender, login)) = senders::only(&all, &ABOUT, &[Mechanism::Login], run, &mut bundle, |_, _| true)
        else {
            return Ok(bundle);
        };
        let mut options = Options::of(sender.account, ABOUT.id);
        let trust = options.text("ca_file").map(|t| t.with(t.value.to_string()));
        let extra = options.verbatim("extra");
        let mut problems = std::mem::take(&mut options.problems);
        let server = sender.server;
        if let (Some(user), true) = (&login.user, login.by_hand()) {
            let what = format!(
                "Add pass=... to the line of {} in /etc/nullmailer/remotes, the password of {} in single quotes{}",
                server.host.value,
                user.value,
                login.from()
            );
            bundle.step(what, Do::Tell);
        }
        bundle.step(
            "Let nobody but nullmailer read the password: chown mail:mail /etc/nullmailer/remotes && chmod 600 /etc/nullmailer/remotes",
            Do::Tell,
        );
        let secret = login.password.is_some() || extra.as_deref().is_some_and(may_hold_secret);
        let config = Config {
            mark: MARK,
            host: server.host.to_string(),
            port: server.port.value,
            mode: match server.tls.value {
                Tls::Implicit => Some("tls"),
                Tls::StartTls => Some("starttls"),
                Tls::None => None,
            },
            trust,
            auth_login: login.mechanism == Some(Mechanism::Login),
            user: login.user,
            password: login.password,
            extra,
        };
        match Refusals::render(&config, None) {
            Ok(text) => bundle.files.push(File::new(ABOUT.files[0], text, secret).private()),
            Err(refused) => problems.extend(refused),
        }
        let address = &sender.address.value;
        for path in &ABOUT.files[1..] {
            bundle.files.push(File::new(*path, format!("{address}\n# {MARK} (nullmailer)\n"), false));
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}
