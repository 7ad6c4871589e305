//! Mail providers as facts: servers, login form, folders, help, each with source and date.
//!
//! The catalogue is one YAML file a provider in `catalogue/`, made into a static table by `build.rs`; a file's own
//! `providers:` have the same shape and are read as layers ([`crate::account::layer`]). Only facts live here: what
//! is not sourced is left out, and no code knows a provider by its name.

/// A server of a provider.
#[derive(Debug)]
pub struct ServerFacts {
    /// Host; may hold `{region}`.
    pub host: &'static str,
    /// Port.
    pub port: u16,
    /// `implicit`, `starttls` or `none`.
    pub tls: &'static str,
    /// Login form at this server, when it differs from the provider's.
    pub login: Option<&'static str>,
    /// The only mechanism that works.
    pub auth: Option<&'static str>,
    /// Why port and TLS mode contradict the convention, where they do.
    pub reason: Option<&'static str>,
    /// POP3: `recent:` before the login hands the last 30 days to every program.
    pub recent: bool,
}

/// OAuth2 endpoints of a provider.
#[derive(Debug)]
pub struct OAuth2Facts {
    /// Authorisation endpoint.
    pub auth_url: &'static str,
    /// Token endpoint.
    pub token_url: &'static str,
    /// Scopes for IMAP, POP3 and SMTP.
    pub scopes: &'static [&'static str],
    /// The mechanism, where only one works.
    pub mechanism: Option<&'static str>,
}

/// Folder names, without their root.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct FolderNames {
    pub sent: Option<&'static str>,
    pub drafts: Option<&'static str>,
    pub trash: Option<&'static str>,
    pub junk: Option<&'static str>,
    pub archive: Option<&'static str>,
    pub all: Option<&'static str>,
}

/// What a user of the provider must know.
#[derive(Debug)]
pub struct HelpFacts {
    /// The page that makes app passwords.
    pub app_password: Option<&'static str>,
    /// Which password the servers take.
    pub password: Option<&'static str>,
    /// What must be switched on first.
    pub enable: Option<&'static str>,
    /// What `login:` must be, where it is no form of the address.
    pub login: Option<&'static str>,
    /// Traps; for a service without servers, why.
    pub note: Option<&'static str>,
}

/// One provider.
#[derive(Debug)]
pub struct Facts {
    /// The name to write as `provider:`.
    pub id: &'static str,
    /// The name that people know.
    pub name: &'static str,
    /// `mailbox`, `hosting`, `relay`, `bridge` or `none`.
    pub kind: &'static str,
    /// Mail domains, the main one first; `*.` stands for any subdomain.
    pub domains: &'static [&'static str],
    /// Suffixes of the mail exchangers of customers' domains.
    pub mx: &'static [&'static str],
    /// Login form; the address when absent.
    pub login: Option<&'static str>,
    /// IMAP servers, the preferred one first.
    pub imap: &'static [ServerFacts],
    /// POP3 servers.
    pub pop3: &'static [ServerFacts],
    /// Submission servers.
    pub smtp: &'static [ServerFacts],
    /// Ways to log in that work today, the preferred one first.
    pub auth: &'static [&'static str],
    /// OAuth2 endpoints.
    pub oauth2: Option<OAuth2Facts>,
    /// What stands before every folder name.
    pub folder_root: Option<&'static str>,
    /// Folder names.
    pub folders: FolderNames,
    /// Folder names by language tag.
    pub languages: &'static [(&'static str, FolderNames)],
    /// `Some(false)`: the server files what is sent by itself; proven.
    pub save_sent: Option<bool>,
    /// Contacts.
    pub carddav: Option<&'static str>,
    /// Calendars.
    pub caldav: Option<&'static str>,
    /// What users must know.
    pub help: HelpFacts,
    /// Limits by name.
    pub limits: &'static [(&'static str, u64)],
    /// Where the facts come from.
    pub source: &'static str,
    /// When they were checked, YYYY-MM-DD.
    pub date: &'static str,
}

/// The catalogue has one of each id.
impl PartialEq for Facts {
    fn eq(&self, other: &Facts) -> bool {
        self.id == other.id
    }
}

impl Eq for Facts {}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The provider of an id.
pub fn by_id(id: &str) -> Option<&'static Facts> {
    PROVIDERS.binary_search_by(|f| f.id.cmp(id)).ok().map(|i| &PROVIDERS[i])
}

/// The provider that a mail domain (lower-case A-labels) belongs to.
pub fn by_domain(domain: &str) -> Option<&'static Facts> {
    let find = |d: &str| DOMAINS.binary_search_by(|(known, _)| (*known).cmp(d)).ok().map(|i| &PROVIDERS[DOMAINS[i].1]);
    find(domain).or_else(|| domain.split_once('.').and_then(|(_, parent)| find(&format!("*.{parent}"))))
}

/// The languages that any provider translates its folders into, with the number of providers that do.
pub fn folder_names(facts: &'static Facts, language: &str) -> Option<&'static FolderNames> {
    let exact = facts.languages.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
    // `de-AT` is served by `de`.
    let base = language.split(['-', '_']).next().unwrap_or(language);
    exact.or_else(|| facts.languages.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(base))).map(|(_, names)| names)
}
