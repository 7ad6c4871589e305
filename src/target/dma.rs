//! dma, the DragonFly Mail Agent: hands all mail of a machine to one server.
//!
//! Format: dma(8). It never checks a certificate against authorities; `FINGERPRINT` pins one, from 0.13 on.

use super::senders::{self, senders};
use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Run, Target, access, may_hold_secret,
};
use crate::account::{Said, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// dma.
pub struct Dma;

const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is left out" };
const UNCHECKED: NoteKind = NoteKind {
    code: "certificate-unchecked",
    about: "the program checks no certificate, unless its fingerprint is given",
};

pub(super) const ABOUT: About = About {
    id: "dma",
    title: "dma (DragonFly Mail Agent)",
    family: Family::Sender,
    homepage: "https://github.com/corecode/dma",
    files: &["etc/dma/dma.conf", "etc/dma/auth.conf"],
    lives: Lives::System,
    templates: &["dma.columns", "dma-auth.columns"],
    oracle: "dma itself: reads every golden, and with the password it sends in the box",
    versions: "0.9 and later, for `fingerprint` 0.13; tested with 0.13",
    options: &Table {
        what: "the options of dma",
        keys: &[
            OS,
            key("fingerprint", Shape::Text, "The SHA-256 fingerprint of the server's certificate, in hexadecimal."),
            key("extra", Shape::Lines, "Lines of `dma.conf`, as they are."),
        ],
    },
    notes: &[NO_SMTP, UNCHECKED, senders::BY_HAND, senders::ONE_SERVER, access::NO_OAUTH2, access::MECHANISM],
};

#[derive(askama::Template)]
#[template(path = "dma.columns")]
struct Config {
    mark: &'static str,
    host: String,
    port: u16,
    from: Said<String>,
    user: Option<Said<String>>,
    tls: bool,
    starttls: bool,
    fingerprint: Option<Said<String>>,
    extra: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "dma-auth.columns")]
struct Auth {
    mark: &'static str,
    user: Said<String>,
    host: Said<String>,
    password: Option<Said<String>>,
}

impl Target for Dma {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let all = senders(run.mail, |account| {
            bundle.note(&NO_SMTP, account, "this account has no submission server to send by: left out");
        });
        let Some((sender, login)) = senders::only(&all, &ABOUT, &[], run, &mut bundle, |_, _| true) else {
            return Ok(bundle);
        };
        let mut options = Options::of(sender.account, ABOUT.id);
        let fingerprint = options.text("fingerprint").map(|t| t.with(t.value.to_string()));
        let extra = options.verbatim("extra");
        let mut problems = std::mem::take(&mut options.problems);
        let server = sender.server;
        let tls = server.tls.value != Tls::None;
        if tls && fingerprint.is_none() {
            bundle.note(
                &UNCHECKED,
                sender.account,
                "dma encrypts, but it does not check whose certificate it is; give the certificate's `fingerprint`",
            );
        }
        let host = server.host.to_string();
        let config = Config {
            mark: MARK,
            host: host.clone(),
            port: server.port.value,
            from: sender.address.with(sender.address.to_string()),
            user: login.user.clone(),
            tls,
            starttls: server.tls.value == Tls::StartTls,
            fingerprint,
            extra,
        };
        let secret = config.extra.as_deref().is_some_and(may_hold_secret);
        match Refusals::render(&config, None) {
            Ok(text) => bundle.files.push(File::new(ABOUT.files[0], text, secret)),
            Err(refused) => problems.extend(refused),
        }
        if let Some(user) = &login.user {
            if login.by_hand() {
                let what =
                    format!("Write the line {}|{host}:PASSWORD into /etc/dma/auth.conf{}", user.value, login.from());
                bundle.step(what, Do::Tell);
            }
            bundle.step(
                "Let nobody but dma read the password: chown root:mail /etc/dma/auth.conf && chmod 640 /etc/dma/auth.conf",
                Do::Tell,
            );
            let secret = login.password.is_some();
            let auth =
                Auth { mark: MARK, user: user.clone(), host: server.host.with(host), password: login.password.clone() };
            match Refusals::render(&auth, None) {
                Ok(text) => bundle.files.push(File::new(ABOUT.files[1], text, secret).private()),
                Err(refused) => problems.extend(refused),
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}
