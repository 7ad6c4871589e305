//! The settings of servers in the words of mail programs, to be typed by hand.
//!
//! They say what the account says: nothing is left out, and nothing is recommended here.

use super::language::Texts;
use super::words::Values;
use crate::account::{Account, Credential, LoginForm, Mechanism, Protocol, Server, Tls, Way, WebAddress};

/// A line of a table.
#[derive(Debug)]
pub struct Line {
    /// What it is.
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// Whether the value is to be typed as it stands.
    pub typed: bool,
}

impl Line {
    /// The value in pieces between which a line may be broken: a host's name is longer than a phone is wide.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.value.split_inclusive(['.', '@', '/', '-'])
    }
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its caption.
    pub caption: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// Whose settings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One user's: the logins stand there.
    User,
    /// Any user's: the logins are described; whether they follow from addresses is the question.
    Anyone {
        /// Whether a directory of users says what the logins are.
        directory: bool,
    },
}

/// How one logs in at a server, or at all servers of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// By OAuth2, in the browser.
    pub sign_in: bool,
    /// By the password of the account.
    pub password: bool,
    /// By a password made for one program.
    pub app_password: bool,
}

impl Login {
    /// How a server is logged in at: what the account file says of it, else what the provider offers.
    pub fn at(server: &Server, ways: &[Way]) -> Login {
        let offered = Login {
            sign_in: ways.contains(&Way::OAuth2),
            password: ways.contains(&Way::Password),
            app_password: ways.contains(&Way::AppPassword),
        };
        let said = server.credential.origin.is_said();
        match (&server.credential.value, &server.auth) {
            (Credential::None, _) => Login::default(),
            (_, Some(auth)) if matches!(auth.value, Mechanism::XOAuth2 | Mechanism::OAuthBearer) => {
                Login { sign_in: true, ..Login::default() }
            }
            (Credential::Password(_), _) if said => {
                Login { sign_in: false, password: offered.password || !offered.app_password, ..offered }
            }
            (Credential::OAuth2(_), _) if said => Login { sign_in: true, ..offered },
            (_, Some(_)) => Login { sign_in: false, ..offered },
            _ => offered,
        }
    }

    /// How all servers of an account are logged in at: as the first of them is.
    pub fn of(account: &Account) -> Login {
        account
            .servers()
            .map(|s| Login::at(s, &account.service.ways))
            .find(|l| *l != Login::default())
            .unwrap_or_default()
    }

    /// Whether a program needs a password of any kind.
    pub fn by_password(self) -> bool {
        self.password || self.app_password
    }

    /// Whether a password is taken, but not that of the account.
    pub fn only_app_password(self) -> bool {
        self.app_password && !self.password
    }
}

/// The tables of an account's servers.
pub fn tables(t: &'static Texts, account: &Account, whose: Whose) -> Vec<Table> {
    account
        .servers()
        .map(|server| {
            let values = Values { protocol: server.protocol.title(), ..Values::default() };
            let caption = match server.protocol {
                Protocol::Smtp => t.outgoing.to_owned(),
                _ => values.plain(t.incoming),
            };
            Table { caption, lines: lines(t, account, server, whose) }
        })
        .collect()
}

fn lines(t: &'static Texts, account: &Account, server: &Server, whose: Whose) -> Vec<Line> {
    let typed = |name, value: String| Line { name, value, typed: true };
    let told = |name, value: &str| Line { name, value: value.to_owned(), typed: false };
    let mut lines = vec![
        typed(t.server, server.host.to_string()),
        typed(t.port, server.port.value.to_string()),
        told(
            t.encryption,
            match server.tls.value {
                Tls::Implicit => "SSL/TLS",
                Tls::StartTls => "STARTTLS",
                Tls::None => t.encryption_none,
            },
        ),
    ];
    let login = Login::at(server, &account.service.ways);
    lines.push(told(t.authentication, authentication(t, server, login)));
    if login == Login::default() {
        lines.push(told(t.user, t.user_none));
        return lines;
    }
    lines.push(match whose {
        Whose::User => typed(t.user, server.login.text.to_string()),
        Whose::Anyone { directory } => told(
            t.user,
            match server.login.form {
                _ if directory => t.user_other,
                LoginForm::Address => t.user_address,
                LoginForm::Local => t.user_local,
                LoginForm::Other => t.user_other,
            },
        ),
    });
    if login.by_password() {
        lines.push(told(t.password, if login.only_app_password() { t.password_app } else { t.password_own }));
    }
    lines
}

fn authentication(t: &'static Texts, server: &Server, login: Login) -> &'static str {
    match server.auth.as_ref().map(|a| a.value) {
        _ if login == Login::default() => t.authentication_none,
        None if login.sign_in && login.by_password() => t.authentication_either,
        None if login.sign_in => t.authentication_sign_in,
        None | Some(Mechanism::Plain | Mechanism::Login) => t.authentication_normal,
        Some(Mechanism::CramMd5 | Mechanism::DigestMd5 | Mechanism::ScramSha1 | Mechanism::ScramSha256) => {
            t.authentication_encrypted
        }
        Some(Mechanism::XOAuth2 | Mechanism::OAuthBearer) => t.authentication_sign_in,
        Some(Mechanism::Ntlm) => "NTLM",
        Some(Mechanism::Gssapi) => "Kerberos / GSSAPI",
        Some(Mechanism::External) => "TLS Certificate",
        Some(Mechanism::None) => t.authentication_none,
    }
}

/// The addresses of contacts and calendars. Where each user has an own one, anybody sees the one of a user `name`.
pub fn dav(t: &'static Texts, account: &Account, whose: Whose) -> Option<Table> {
    let line = |name, url: &WebAddress| {
        let domain = account.address.domain();
        let value = match whose {
            Whose::Anyone { .. } if url.is_personal() => url.with(&format!("name@{domain}"), "name", domain),
            _ => url.to_string(),
        };
        Line { name, value, typed: true }
    };
    let lines: Vec<Line> = [(t.carddav, &account.carddav), (t.caldav, &account.caldav)]
        .into_iter()
        .filter_map(|(name, said)| said.as_ref().map(|url| line(name, url)))
        .collect();
    (!lines.is_empty()).then(|| Table { caption: t.dav.to_owned(), lines })
}
