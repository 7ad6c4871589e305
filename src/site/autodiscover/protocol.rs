//! The servers of an account as Autodiscover's `Protocol` blocks.
//!
//! Elements and defaults are those of MS-OXDSCLI 2.2.4.1.1.2.6 and of Microsoft's page "Outlook Automatic Account
//! Configuration" (cc511507). TLS is said so that no client that was read takes it for less than it is
//! (stalwartlabs/stalwart#3248 for Outlook, thunderbird-desktop `ExchangeAutoDiscover.sys.mjs`, chatmail/core
//! `auto_outlook.rs`): `SSL` is `on` for STARTTLS, too, since `off` means plaintext to Thunderbird and Delta Chat, and
//! `Encryption` tells Outlook which of the two it is. The format has no word for OAuth2 and for most mechanisms: such a
//! server is left out, never misrepresented.

use crate::account::{Account, Credential, Mechanism, Protocol, Server, Tls, Way};

/// A `Protocol` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// `Type`: `IMAP`, `POP3`, `SMTP`. `POP` is unknown to Thunderbird.
    pub kind: &'static str,
    /// `Server`: a name, or an IP address without brackets.
    pub server: String,
    /// `Port`.
    pub port: u16,
    /// `LoginName`; without one a client takes the address.
    pub login: Option<String>,
    /// `SPA`: log in by NTLM or Kerberos. It is on where it is not said.
    pub spa: bool,
    /// `SSL`.
    pub ssl: bool,
    /// `Encryption`: `SSL` is implicit TLS, `TLS` is STARTTLS.
    pub encryption: &'static str,
    /// `AuthRequired`.
    pub authentication: bool,
    /// For SMTP, `UsePOPAuth`: whether what logs in for receiving logs in here, so that a client asks once.
    pub same_login: Option<bool>,
}

impl Block {
    /// As the format writes it: `yes` and `true` are not understood (virtualmin-gpl#764).
    pub fn switch(&self, on: &bool) -> &'static str {
        if *on { "on" } else { "off" }
    }
}

/// The blocks of an account, IMAP first: the first is the preferred one. Nothing where a client could not both receive and
/// send. `login` is whether the user is known: without an address there is no name to be told.
pub fn blocks(account: &Account, login: bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = account.servers().filter_map(|server| block(server, account, login)).collect();
    let incoming = account.servers().find(|s| s.protocol != Protocol::Smtp && way(s, account).is_some());
    let (Some(incoming), Some(outgoing)) = (incoming, blocks.iter_mut().find(|b| b.same_login.is_some())) else {
        return Vec::new();
    };
    let same = account.smtp.as_ref().is_some_and(|smtp| {
        smtp.login.text == incoming.login.text && smtp.credential.value == incoming.credential.value
    });
    outgoing.same_login = Some(same && outgoing.authentication);
    blocks
}

/// Whether the format has words for the way to log in to a server; else it is left out.
pub fn can_be_said(server: &Server, account: &Account) -> bool {
    way(server, account).is_some()
}

fn block(server: &Server, account: &Account, login: bool) -> Option<Block> {
    let way = way(server, account)?;
    let (ssl, encryption) = match server.tls.value {
        Tls::Implicit => (true, "SSL"),
        Tls::StartTls => (true, "TLS"),
        Tls::None => (false, "None"),
    };
    Some(Block {
        kind: match server.protocol {
            Protocol::Imap => "IMAP",
            Protocol::Pop3 => "POP3",
            Protocol::Smtp => "SMTP",
        },
        server: server.host.to_string(),
        port: server.port.value,
        // Gmail's `recent:` is not for what programs look up.
        login: (login && way != LogsIn::Not).then(|| server.login.text.to_string()),
        spa: way == LogsIn::BySpa,
        ssl,
        encryption,
        authentication: way != LogsIn::Not,
        same_login: (server.protocol == Protocol::Smtp).then_some(false),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LogsIn {
    Not,
    ByPassword,
    BySpa,
}

/// How a client that has only these words logs in; `None` where it cannot.
fn way(server: &Server, account: &Account) -> Option<LogsIn> {
    let ways = &account.service.ways;
    let passwords = ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword));
    let said = server.credential.origin.is_said();
    match &server.credential.value {
        // A client that fetches mail has somebody's name.
        Credential::None if server.protocol == Protocol::Smtp => return Some(LogsIn::Not),
        Credential::None => return None,
        Credential::OAuth2(_) if !passwords => return None,
        Credential::Password(_) if !said && !passwords && ways.contains(&Way::OAuth2) => return None,
        Credential::OAuth2(_) | Credential::Password(_) => {}
    }
    match server.auth.as_ref().map(|a| a.value) {
        None | Some(Mechanism::Plain | Mechanism::Login | Mechanism::None) => Some(LogsIn::ByPassword),
        // They belong to the OAuth2 that was looked at above; passwords are taken as well.
        Some(Mechanism::XOAuth2 | Mechanism::OAuthBearer) => Some(LogsIn::ByPassword),
        Some(Mechanism::Ntlm | Mechanism::Gssapi) => Some(LogsIn::BySpa),
        Some(
            Mechanism::CramMd5
            | Mechanism::DigestMd5
            | Mechanism::ScramSha1
            | Mechanism::ScramSha256
            | Mechanism::External,
        ) => None,
    }
}

/// The TLS mode that Thunderbird makes of a block: it looks at `Encryption` for `None` only, and decides by the port
/// (`readAutoDiscoverXML` in `ExchangeAutoDiscover.sys.mjs`). So STARTTLS on another port than 143, 110, 587 or 25 cannot be
/// said to it, and it will speak implicit TLS there.
pub fn thunderbird_reads(tls: Tls, port: u16) -> Tls {
    match tls {
        Tls::None => Tls::None,
        Tls::Implicit | Tls::StartTls => match Tls::of_port(port) {
            Some(Tls::StartTls) => Tls::StartTls,
            _ => Tls::Implicit,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starttls_elsewhere_is_lost_on_thunderbird() {
        assert_eq!(thunderbird_reads(Tls::StartTls, 143), Tls::StartTls);
        assert_eq!(thunderbird_reads(Tls::StartTls, 2525), Tls::Implicit);
        assert_eq!(thunderbird_reads(Tls::Implicit, 993), Tls::Implicit);
        assert_eq!(thunderbird_reads(Tls::Implicit, 4465), Tls::Implicit);
        assert_eq!(thunderbird_reads(Tls::None, 143), Tls::None);
    }
}
