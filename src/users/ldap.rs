//! A directory in LDAP (RFC 4511): a filter with the address in it, below one entry, for one attribute.
//!
//! TLS with a valid certificate, from the start (`ldaps:`) or by STARTTLS; `ldap:` to this machine goes without, unless an
//! authority is named. What is filled into the filter is escaped (RFC 4515 section 3). Referrals are not followed. Entries are
//! read one by one, two at most, whatever the server sends.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, ResultEntry, Scope, SearchOptions, ldap_escape};
use tokio_rustls::rustls::ClientConfig;

use super::only::Found as Login;
use super::pool::{self, Failure};
use super::{FIRST, secret, tls};
use crate::account::{Address, Host, Said, Secret, Template, Text};
use crate::problem::Problem;

/// A server.
pub struct Server {
    url: url::Url,
    /// Whose name and password are said; nobody's without.
    who: Option<(Said<Text>, Said<Secret>)>,
    tls: Arc<ClientConfig>,
    starttls: bool,
    base: Said<Text>,
    filter: Template,
    login: Text,
}

/// A connection, with the server's consent to ask.
pub struct Connection {
    ldap: Ldap,
    /// Whether an answer is on its way that nobody has read to its end.
    asking: bool,
}

/// Entries that are read: with more an address has several people.
const MOST: usize = 2;

/// Result codes of RFC 4511 section 4.1.9.
const SUCCESS: u32 = 0;
const TIME_LIMIT_EXCEEDED: u32 = 3;
const SIZE_LIMIT_EXCEEDED: u32 = 4;
const REFERRAL: u32 = 10;
const NO_SUCH_OBJECT: u32 = 32;
const INVALID_DN_SYNTAX: u32 = 34;
const BUSY: u32 = 51;
const UNAVAILABLE: u32 = 52;
const OTHER: u32 = 80;

impl Server {
    /// A server that is not asked yet.
    ///
    /// # Errors
    /// An authority that cannot be used.
    pub async fn new(
        url: &Said<url::Url>,
        who: Option<(&Said<Text>, &Said<Secret>)>,
        ca: Option<&Said<Text>>,
        base: &Said<Text>,
        filter: &Said<Template>,
        login: &Said<Text>,
    ) -> Result<Server, Box<Problem>> {
        let here = url.host_str().and_then(|h| Host::parse(h).ok()).is_some_and(|h| h.is_loopback());
        Ok(Server {
            url: url.value.clone(),
            who: who.map(|(name, password)| (name.clone(), password.clone())),
            tls: tls::client(ca).await?,
            starttls: url.scheme() == "ldap" && !(here && ca.is_none()),
            base: base.clone(),
            filter: filter.value.clone(),
            login: login.value.clone(),
        })
    }

    async fn bind(&self, ldap: &mut Ldap) -> Result<(), Failure> {
        let Some((name, password)) = &self.who else { return Ok(()) };
        let text = secret::read(&password.value, FIRST).await.map_err(|why| {
            let words = format!("its password cannot be read: {why}");
            Failure::refused(words, "see that the server can read it").at(password.origin.place())
        })?;
        let result = ldap.simple_bind(name.as_str(), &text).await.map_err(|e| failure(&e))?;
        match result.rc {
            SUCCESS => Ok(()),
            BUSY | UNAVAILABLE => Err(Failure::gone(words(result.rc))),
            code => Err(Failure::refused(
                format!("nobody is let in by that name and password: {}", words(code)),
                "compare `bind` and `password` by `ldapwhoami -x -D NAME -W`",
            )
            .at(name.origin.place())),
        }
    }
}

impl pool::Server for Server {
    type Connection = Connection;

    async fn connect(&self) -> Result<Connection, Failure> {
        let settings = LdapConnSettings::new().set_config(Arc::clone(&self.tls)).set_starttls(self.starttls);
        let (connection, mut ldap) =
            LdapConnAsync::from_url_with_settings(settings, &self.url).await.map_err(|e| failure(&e))?;
        // It ends with its last handle, or when the server hangs up; whoever asks next is told so.
        tokio::spawn(async move {
            let _ = connection.drive().await;
        });
        self.bind(&mut ldap).await?;
        let base = search(&mut ldap, self.base.as_str(), Scope::Base, "(objectClass=*)", "1.1").await?;
        let refused = |why: String, fix| Err(Failure::refused(why, fix).at(self.base.origin.place()));
        match base.code {
            None => Err(Failure::gone("the server sends more than it is asked for")),
            Some(SUCCESS | SIZE_LIMIT_EXCEEDED) => Ok(Connection { ldap, asking: false }),
            Some(NO_SUCH_OBJECT) => {
                refused("there is no entry `base`, or it is not shown".to_owned(), "compare `base` by `ldapsearch`")
            }
            Some(code @ INVALID_DN_SYNTAX) => refused(
                format!("`base` is no name of an entry: {}", words(code)),
                "write the whole name: `ou=people,dc=example,dc=org`",
            ),
            Some(code @ REFERRAL) => refused(
                format!("`base` is another server's, and referrals are not followed: {}", words(code)),
                "name that server in `url`",
            ),
            // What passes.
            Some(code @ (TIME_LIMIT_EXCEEDED | BUSY | UNAVAILABLE | OTHER)) => Err(Failure::gone(words(code))),
            // Who may not read `base` finds nobody below it.
            Some(code) => refused(format!("`base` cannot be read: {}", words(code)), "compare `base` by `ldapsearch`"),
        }
    }

    fn is_open(&self, connection: &mut Connection) -> bool {
        !connection.ldap.is_closed() && !connection.asking
    }

    async fn ask(&self, connection: &mut Connection, address: &Address) -> Result<Option<Text>, Failure> {
        let filter = self.filter.fill(address, address.as_str(), |value| ldap_escape(value).into_owned());
        connection.asking = true;
        let (base, login) = (self.base.as_str(), self.login.as_str());
        let found = search(&mut connection.ldap, base, Scope::Subtree, &filter, login).await?;
        connection.asking = found.code.is_none();
        match found.code {
            Some(SUCCESS | REFERRAL) => {}
            Some(SIZE_LIMIT_EXCEEDED) | None => return Ok(None),
            Some(code @ (BUSY | UNAVAILABLE)) => return Err(Failure::gone(words(code))),
            Some(code) => return Err(Failure::question(words(code))),
        }
        let found = found.entries.into_iter().flat_map(|entry| values(entry, login));
        Ok(found.fold(Login::default(), |login, value| login.add(&value)).login())
    }
}

/// What a search has found.
struct Found {
    /// No more than [`MOST`].
    entries: Vec<ResultEntry>,
    /// How it has ended; `None` when the server sends more entries.
    code: Option<u32>,
}

/// Searches for entries with an attribute.
async fn search(ldap: &mut Ldap, base: &str, scope: Scope, filter: &str, attribute: &str) -> Result<Found, Failure> {
    let limit = i32::try_from(MOST).unwrap_or(i32::MAX);
    ldap.with_search_options(SearchOptions::new().sizelimit(limit));
    let mut stream = ldap.streaming_search(base, scope, filter, [attribute]).await.map_err(|e| failure(&e))?;
    let mut entries = Vec::new();
    while let Some(entry) = stream.next().await.map_err(|e| failure(&e))? {
        if entry.is_ref() || entry.is_intermediate() {
            continue;
        }
        if entries.len() == MOST {
            stream.finish().await;
            return Ok(Found { entries: Vec::new(), code: None });
        }
        entries.push(entry);
    }
    Ok(Found { entries, code: Some(stream.finish().await.rc) })
}

/// The values of an attribute, read without the library's own reader: that one panics on an entry of the wrong form.
fn values(entry: ResultEntry, attribute: &str) -> Vec<Vec<u8>> {
    let read = || -> Option<Vec<Vec<u8>>> {
        let mut parts = entry.0.match_id(4)?.expect_constructed()?.into_iter();
        let attributes = parts.nth(1)?.expect_constructed()?;
        let mut found = Vec::new();
        for one in attributes {
            let mut parts = one.expect_constructed()?.into_iter();
            let name = parts.next()?.expect_primitive()?;
            // `uid;lang-en` is the same attribute with an option, unless that one is asked for.
            let name = name.split(|b| *b == b';' && !attribute.contains(';')).next()?;
            // Asked for by its number, it comes by its name.
            if attribute.starts_with(|c: char| c.is_ascii_digit()) || name.eq_ignore_ascii_case(attribute.as_bytes()) {
                let values = parts.next()?.expect_constructed()?;
                found.extend(values.into_iter().filter_map(|v| v.expect_primitive()));
            }
        }
        Some(found)
    };
    read().unwrap_or_default()
}

/// What an error of the connection means. No words of the server's are in it.
fn failure(error: &LdapError) -> Failure {
    match error {
        LdapError::Io { source } if tls::is_refusal(source) => Failure::refused(
            source.to_string(),
            "the certificate must be for the host in `url`, and signed by an authority of the system or of `ca:`",
        ),
        LdapError::Io { source } => Failure::gone(source.to_string()),
        LdapError::LdapResult { result } if !matches!(result.rc, BUSY | UNAVAILABLE) => {
            Failure::refused(words(result.rc), "see what the server says to `ldapsearch -ZZ`")
        }
        LdapError::LdapResult { result } => Failure::gone(words(result.rc)),
        LdapError::FilterParsing => Failure::question("the filter does not parse"),
        other => Failure::gone(other.source().map_or_else(|| "the server has hung up".to_owned(), ToString::to_string)),
    }
}

/// A result code with its name.
fn words(code: u32) -> String {
    let name = match code {
        1 => "operationsError",
        2 => "protocolError",
        TIME_LIMIT_EXCEEDED => "timeLimitExceeded",
        7 => "authMethodNotSupported",
        8 => "strongerAuthRequired",
        REFERRAL => "referral",
        11 => "adminLimitExceeded",
        13 => "confidentialityRequired",
        NO_SUCH_OBJECT => "noSuchObject",
        INVALID_DN_SYNTAX => "invalidDNSyntax",
        48 => "inappropriateAuthentication",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        BUSY => "busy",
        UNAVAILABLE => "unavailable",
        53 => "unwillingToPerform",
        _ => return format!("the server answers with result code {code}"),
    };
    format!("the server answers with {name} ({code})")
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url.as_str()).field("base", &self.base).finish_non_exhaustive()
    }
}
