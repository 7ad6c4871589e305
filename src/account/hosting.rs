//! What `serve:` says: how a mail host publishes its domains, and where it looks its users up.
//!
//! Validated values only. Files and directories that they name are opened by the server, never here.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::auth::Secret;
use super::decoy::Decoy;
use super::template::Template;
use super::{Said, Text};
use crate::problem::Place;

/// `serve:`, whole.
#[derive(Clone, Debug, Default)]
pub struct Hosting {
    /// Where `serve` stands.
    pub place: Option<Place>,
    /// Where to listen; 127.0.0.1:8080 when empty.
    pub listen: Vec<SocketAddr>,
    /// Where `/metrics` is, apart from everything else; else only who is on this machine gets them.
    pub metrics: Option<SocketAddr>,
    /// Under which address clients reach the server, for links in answers: `https://autoconfig.` and the domain without.
    pub url: Option<Said<url::Url>>,
    /// Certificate and key, when no proxy does TLS.
    pub tls: Option<Certificate>,
    /// What Apple profiles are signed with.
    pub sign: Option<Certificate>,
    /// The mail host's name on set-up pages and in profiles.
    pub organization: Option<Said<Text>>,
    /// Whom to ask for help: a web address, `mailto:` or `tel:`.
    pub contact: Option<Said<url::Url>>,
    /// Which draft of PACC is published, if any.
    pub pacc: Option<Said<Pacc>>,
    /// The directory of users, where logins do not follow from addresses.
    pub users: Option<Users>,
}

/// A certificate, its chain and its key, as PEM files.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate; the rest of the chain may follow in the same file.
    pub certificate: Said<Text>,
    /// The key, PKCS#8, SEC1 or PKCS#1.
    pub key: Said<Text>,
    /// The rest of the chain.
    pub chain: Option<Said<Text>>,
}

/// The draft of PACC (draft-ietf-mailmaint-pacc) whose words are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pacc {
    /// draft-ietf-mailmaint-pacc-02: submission is called `smtp`.
    Draft02,
    /// draft-ietf-mailmaint-pacc-03: submission is called `submit`.
    Draft03,
}

/// Where users are looked up.
#[derive(Clone, Debug)]
pub struct Users {
    /// Where `users` stands.
    pub place: Place,
    /// The providers whose users are looked up; of all when empty.
    pub providers: Vec<Said<Text>>,
    /// The directory.
    pub directory: Directory,
    /// What is told of an address that the directory does not have; by default what any user of the domain has.
    pub unknown: Option<Said<Decoy>>,
    /// What the made-up parts of `unknown` are made with: unknown to outsiders, the same at every replica.
    pub secret: Option<Said<Secret>>,
    /// How long an answer of the directory is waited for.
    pub timeout: Duration,
    /// How long it is remembered.
    pub cache: Duration,
    /// Connections kept to it.
    pub connections: u16,
}

impl Users {
    /// The files on this machine that it is made of: whoever watches the account file watches these, too.
    pub fn files(&self) -> Vec<&Path> {
        fn of(secret: &Option<Said<Secret>>) -> Option<&Text> {
            match &secret.as_ref()?.value {
                Secret::File(path) => Some(path),
                _ => None,
            }
        }
        let files = match &self.directory {
            Directory::Csv(file) => [Some(&file.value), None],
            // A database changes all the time, and a query sees it.
            Directory::Sqlite { .. } => [None, None],
            Directory::Postgres { password, ca, .. } | Directory::Ldap { password, ca, .. } => {
                [of(password), ca.as_ref().map(|c| &c.value)]
            }
        };
        files.into_iter().chain([of(&self.secret)]).flatten().map(|f| Path::new(f.as_str())).collect()
    }
}

/// A directory of users.
#[derive(Clone, Debug)]
pub enum Directory {
    /// A CSV file with the columns `address` and `login`.
    Csv(Said<Text>),
    /// A database in a file.
    Sqlite {
        /// The file.
        file: Said<Text>,
        /// One address goes in, a row with `login` comes out.
        query: Said<Text>,
    },
    /// A PostgreSQL server.
    Postgres {
        /// `postgresql://USER@HOST/DATABASE`, without a password.
        url: Said<url::Url>,
        /// The password.
        password: Option<Said<Secret>>,
        /// The authority behind its certificate as a PEM file; the system's without.
        ca: Option<Said<Text>>,
        /// One address goes in as `$1`, a row with `login` comes out.
        query: Said<Text>,
    },
    /// An LDAP server.
    Ldap {
        /// `ldaps://HOST`, or `ldap://HOST` with STARTTLS.
        url: Said<url::Url>,
        /// Who asks; nobody without.
        bind: Option<Said<Text>>,
        /// The password of who asks.
        password: Option<Said<Secret>>,
        /// The authority behind its certificate as a PEM file; the system's without.
        ca: Option<Said<Text>>,
        /// Below which entry is looked.
        base: Said<Text>,
        /// The filter; `{address}`, `{local}` and `{domain}` are filled in, escaped.
        filter: Said<Template>,
        /// The attribute with the login.
        login: Said<Text>,
    },
}
