//! mutt's hooks for identities: names, signatures, answer addresses and servers of single addresses; and the statements
//! that log in, which stand in hooks when there are several accounts.
//!
//! Every command here is configuration within configuration: its values are quoted here, and the whole once more by the
//! template.

use super::sasl;
use super::url::url;
use super::{Hook, IDENTITY_SERVER, Login, Program, msmtp_name, rule, token};
use crate::account::{Account, Credential, Identity, Said, Secret, Server, Signature};
use crate::quote::muttrc::{self, Dialect};
use crate::quote::{regex, shell};
use crate::target::Bundle;

pub(super) fn login_of_identity(cleartext: bool, dialect: Dialect) -> impl FnMut(&Server) -> Login {
    move |server| match &server.credential.value {
        Credential::Password(Secret::Literal(hidden)) if cleartext => Login {
            kind: "smtp",
            literal: Some(server.credential.with(hidden.reveal().to_owned())),
            ..Login::default()
        },
        Credential::Password(secret) => {
            Login { kind: "smtp", output: secret.shell_line().map(|l| server.credential.with(l)), ..Login::default() }
        }
        Credential::OAuth2(oauth2) => Login {
            kind: "smtp",
            token: token(oauth2).map(|l| server.credential.with(l)),
            authenticators: sasl::for_token(dialect, "smtp", oauth2).map(|list| server.credential.with(list)),
            ..Login::default()
        },
        Credential::None => Login { kind: "smtp", ..Login::default() },
    }
}

pub(super) struct Hooks {
    pub send: Vec<Hook>,
    pub send2: Vec<Hook>,
}

impl Hooks {
    /// Identities with a name, a signature, an answer address or a server of their own.
    #[allow(clippy::too_many_arguments)]
    pub fn of(
        &mut self,
        account: &Account,
        smtp: Option<&Server>,
        msmtp: bool,
        outgoing: &Login,
        login: &mut impl FnMut(&Server) -> Login,
        bundle: &mut Bundle,
        program: &Program,
    ) {
        let (name, dialect) = (program.about.title, program.dialect);
        let plain = |i: &Identity| i.name.is_none() && i.signature.is_none() && i.reply_to.is_none();
        if account.identities.iter().any(|i| !plain(i)) {
            let mut reset = vec!["unmy_hdr from reply-to".to_owned()];
            if account.identities.iter().any(|i| i.signature.is_some()) {
                reset.push(set_signature(account.signature.as_ref().map(|s| &s.value)));
            }
            self.send.push(from_hook(account.address.as_str(), reset));
            for identity in &account.identities {
                let full_name = identity.name.as_ref().or(account.full_name.as_ref());
                let from = match full_name {
                    Some(full_name) => format!("From: {} <{}>", phrase(full_name.as_str()), identity.address.value),
                    None => format!("From: {}", identity.address.value),
                };
                let mut set = vec!["unmy_hdr reply-to".to_owned()];
                set.extend(muttrc::header(&from).map(|q| format!("my_hdr {q}")));
                if let Some(to) = &identity.reply_to {
                    set.extend(muttrc::header(&format!("Reply-To: {}", to.value)).map(|q| format!("my_hdr {q}")));
                }
                if account.identities.iter().any(|i| i.signature.is_some()) {
                    set.push(set_signature(
                        identity.signature.as_ref().or(account.signature.as_ref()).map(|s| &s.value),
                    ));
                }
                self.send.push(from_hook(identity.address.as_str(), set));
            }
        }
        if account.identities.iter().any(|i| i.smtp.is_some()) {
            if msmtp {
                bundle.note(
                    &IDENTITY_SERVER,
                    account,
                    format!("{name} sends all identities of this account by `msmtp -a {}`", msmtp_name(account)),
                );
                return;
            }
            let default = smtp.map(|s| (url(s, "smtp"), settings(outgoing, dialect)));
            for (address, server) in std::iter::once((account.address.as_str(), None))
                .chain(account.identities.iter().map(|i| (i.address.as_str(), i.smtp.as_ref())))
            {
                let chosen = match server {
                    Some(own) => Some((url(own, "smtp"), settings(&login(own), dialect))),
                    None => default.clone(),
                };
                if let Some((url, mut set)) = chosen {
                    set.extend(muttrc::quote(&url).map(|q| format!("set smtp_url={q}")));
                    self.send2.push(from_hook(address, set));
                }
            }
        }
    }
}

/// A hook for mail from one address.
fn from_hook(address: &str, commands: Vec<String>) -> Hook {
    let pattern = muttrc::quote(&format!("^{}$", regex::escape(address))).unwrap_or_default();
    Hook { pattern: rule(format!("~f {pattern}")), command: rule(commands.join("; ")) }
}

fn set_signature(of: Option<&Signature>) -> String {
    match of.map(|s| muttrc::quote(&signature(s))) {
        Some(Ok(quoted)) => format!("set signature={quoted}"),
        _ => "unset signature".to_owned(),
    }
}

/// A display name as a quoted string of RFC 5322 section 3.2.4.
fn phrase(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// mutt's `signature`: a path, or a command that ends in `|`.
pub(super) fn signature(of: &Signature) -> String {
    match of {
        // A path that ended in the sign of a command would be run.
        Signature::File(path) if path.as_str().trim_end().ends_with('|') => {
            format!("cat {}|", shell::path(path.as_str()))
        }
        Signature::File(path) => path.as_str().to_owned(),
        Signature::Command(command) => {
            let line = command.shell_line();
            // mutt takes this for a path, too: `//` and `/./` would lose a part.
            if line.contains("//") || line.contains("/.") {
                format!("eval \"$({})\"|", shell::print(&line))
            } else {
                format!("{line}|")
            }
        }
        Signature::Text(text) => format!("{}|", shell::print(text.as_str())),
    }
}

/// The statements that log in: each sets what another account may have set.
pub(super) fn settings(login: &Login, dialect: Dialect) -> Vec<String> {
    let kind = login.kind;
    let mut out = Vec::new();
    let quoted = |value: &Said<String>| muttrc::quote(&value.value).unwrap_or_default();
    match (&login.output, &login.literal) {
        (Some(line), _) => {
            out.push(format!("set {kind}_pass={}", muttrc::output_of(&line.value, dialect).unwrap_or_default()))
        }
        (None, Some(text)) => out.push(format!("set {kind}_pass={}", quoted(text))),
        (None, None) => out.push(format!("unset {kind}_pass")),
    }
    match &login.authenticators {
        Some(list) => out.push(format!("set {kind}_authenticators={}", quoted(list))),
        None => out.push(format!("unset {kind}_authenticators")),
    }
    match &login.token {
        Some(line) => out.push(format!("set {kind}_oauth_refresh_command={}", quoted(line))),
        None => out.push(format!("unset {kind}_oauth_refresh_command")),
    }
    out
}
