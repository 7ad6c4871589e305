//! Servers: protocol, host, port, TLS mode.
//!
//! Which port means which TLS mode is RFC 8314 section 3.3 (993, 995, 465: implicit TLS) and RFC 6409, 3501, 1939 (587,
//! 143, 110: STARTTLS). Nothing here connects anywhere.

use std::fmt;
use std::net::IpAddr;

use super::Said;
use super::address::Address;
use super::address::domain_name;
use super::auth::{Credential, Mechanism};
use super::template::Template;
use super::text::Text;

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// Submission: SMTP by a mail program.
    Smtp,
}

impl Protocol {
    /// The key of the account file.
    pub fn key(self) -> &'static str {
        match self {
            Protocol::Imap => "imap",
            Protocol::Pop3 => "pop3",
            Protocol::Smtp => "smtp",
        }
    }

    /// As people write it.
    pub fn title(self) -> &'static str {
        match self {
            Protocol::Imap => "IMAP",
            Protocol::Pop3 => "POP3",
            Protocol::Smtp => "submission",
        }
    }

    /// The usual port of a TLS mode.
    pub fn port(self, tls: Tls) -> u16 {
        match (self, tls) {
            (Protocol::Imap, Tls::Implicit) => 993,
            (Protocol::Imap, _) => 143,
            (Protocol::Pop3, Tls::Implicit) => 995,
            (Protocol::Pop3, _) => 110,
            (Protocol::Smtp, Tls::Implicit) => 465,
            (Protocol::Smtp, _) => 587,
        }
    }
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// By the STARTTLS (or STLS) command, and never without.
    StartTls,
    /// Not at all: on this machine only.
    None,
}

impl Tls {
    /// From the word of the account file.
    pub fn parse(word: &str) -> Option<Tls> {
        match word {
            "implicit" => Some(Tls::Implicit),
            "starttls" => Some(Tls::StartTls),
            "none" => Some(Tls::None),
            _ => None,
        }
    }

    /// The word of the account file.
    pub fn word(self) -> &'static str {
        match self {
            Tls::Implicit => "implicit",
            Tls::StartTls => "starttls",
            Tls::None => "none",
        }
    }

    /// What a port says of itself, if it does.
    pub fn of_port(port: u16) -> Option<Tls> {
        match port {
            993 | 995 | 465 => Some(Tls::Implicit),
            143 | 110 | 587 | 25 => Some(Tls::StartTls),
            _ => None,
        }
    }
}

/// A host: a name as A-labels, or an IP address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Host {
    text: String,
    ip: Option<IpAddr>,
}

impl Host {
    /// Parses a host.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Host, String> {
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(Host { text: ip.to_string(), ip: Some(ip) });
        }
        if text.is_empty() {
            return Err("it is empty".into());
        }
        if text.contains("://") {
            return Err("it is a URL; write the host alone".into());
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        domain_name(name).map(|text| Host { text, ip: None }).map_err(|why| why.replace("its domain", "it"))
    }

    /// The name or address, an IPv6 address without brackets.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it stands in a URL: an IPv6 address in brackets.
    pub fn in_url(&self) -> String {
        match self.ip {
            Some(IpAddr::V6(_)) => format!("[{}]", self.text),
            _ => self.text.clone(),
        }
    }

    /// The address, if the host is none but that.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        match self.ip {
            Some(ip) => ip.is_loopback(),
            None => self.text == "localhost" || self.text.ends_with(".localhost"),
        }
    }
}

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What form a login name has; what is the same for all users of a domain can be published without naming one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginForm {
    /// The address.
    Address,
    /// What stands before the @.
    Local,
    /// Anything else.
    Other,
}

/// A login name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The name, filled in.
    pub text: Text,
    /// Its form.
    pub form: LoginForm,
    /// What it was made from, for another user of the same servers.
    pub pattern: Template,
    /// POP3 at Gmail: a program that fetches writes `recent:` before it, see [`Login::for_program`].
    pub recent: bool,
}

impl Login {
    /// The login that a pattern makes for an address.
    ///
    /// # Errors
    /// The first character that no login can hold.
    pub fn of(pattern: Template, address: &Address, account: &str, recent: bool) -> Result<Login, char> {
        let mut filled = pattern.fill(address, account, str::to_owned);
        if recent && let Some(rest) = filled.strip_prefix("recent:") {
            filled = rest.to_owned();
        }
        let text = Text::new(&filled)?;
        let form = match text.as_str() {
            t if t == address.as_str() => LoginForm::Address,
            t if t == address.local() => LoginForm::Local,
            _ => LoginForm::Other,
        };
        Ok(Login { text, form, pattern, recent })
    }

    /// The login as it stands in the configuration of one mail program, a served profile among them: it is one device's, and
    /// replaces the generated one in place. With `recent:` Gmail hands the mail of the last 30 days to every program
    /// instead of each message to one. Not for what programs look up, where one login is taken for receiving and sending.
    pub fn for_program(&self, protocol: Protocol) -> String {
        match protocol {
            Protocol::Pop3 if self.recent => format!("recent:{}", self.text),
            _ => self.text.to_string(),
        }
    }
}

impl AsRef<str> for Login {
    fn as_ref(&self) -> &str {
        self.text.as_str()
    }
}

/// A server, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its host.
    pub host: Said<Host>,
    /// Its port.
    pub port: Said<u16>,
    /// Its TLS mode.
    pub tls: Said<Tls>,
    /// Who logs in.
    pub login: Said<Login>,
    /// How.
    pub credential: Said<Credential>,
    /// The mechanism to insist on, if one was named.
    pub auth: Option<Said<Mechanism>>,
}

/// A further server that a mail service lists for a protocol, behind the one that accounts use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its host.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// Its TLS mode.
    pub tls: Tls,
}

impl From<&Server> for Offer {
    fn from(server: &Server) -> Offer {
        Offer {
            protocol: server.protocol,
            host: server.host.value.clone(),
            port: server.port.value,
            tls: server.tls.value,
        }
    }
}

impl Server {
    /// `host:port`, an IPv6 address in brackets.
    pub fn endpoint(&self) -> String {
        format!("{}:{}", self.host.in_url(), self.port.value)
    }
}

impl Host {
    /// A host with `{region}` in it, which [`Host::in_region`] fills in before anyone else sees it.
    pub(super) fn with_region(text: &str) -> Host {
        Host { text: text.to_owned(), ip: None }
    }

    /// For [`super::compact`], which puts back what was proved before.
    pub(super) fn inner(&mut self) -> &mut String {
        &mut self.text
    }

    /// Whether a region is still to be filled in.
    pub fn needs_region(&self) -> bool {
        self.text.contains("{region}")
    }

    /// The host of a region.
    ///
    /// # Errors
    /// Why the region makes no host name.
    pub(super) fn in_region(&self, region: &str) -> Result<Host, String> {
        Host::parse(&self.text.replace("{region}", region))
    }
}
