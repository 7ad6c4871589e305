//! mutt's hooks for identities: names, signatures, answer addresses and servers of single addresses.
//!
//! Every command here is configuration within configuration: its values are quoted here, and the whole once more by the
//! template.

use super::keys::Keys;
use super::login::{LogIn, Login};
use super::url::url;
use super::{Hook, IDENTITY_SERVER, msmtp_name, rule};
use crate::account::{Identity, Server, Signature};
use crate::quote::{muttrc, regex, shell};
use crate::target::{Bundle, Options};

/// The hooks of one account's identities.
#[derive(Default)]
pub(super) struct Hooks {
    pub send: Vec<Hook>,
    pub send2: Vec<Hook>,
    /// A password stands in one of them.
    pub secret: bool,
}

impl Hooks {
    /// Identities with a name, a signature, an answer address or a server of their own.
    pub fn of(
        &mut self,
        log_in: &LogIn<'_>,
        smtp: Option<&Server>,
        msmtp: bool,
        outgoing: &Login,
        options: &Options<'_>,
        bundle: &mut Bundle,
    ) {
        let LogIn { account, program, .. } = log_in;
        let (name, dialect) = (program.about.title, program.dialect);
        if account.identities.iter().any(|i| !plain(i)) || log_in.resets.0 {
            let mut reset = vec!["unmy_hdr from reply-to".to_owned()];
            if account.identities.iter().any(|i| i.signature.is_some()) || log_in.resets.0 {
                reset.push(set_signature(account.signature.as_ref().map(|s| &s.value)));
            }
            reset.extend(Keys::statements(account, None, options));
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
                set.extend(Keys::statements(account, Some(identity), options));
                self.send.push(from_hook(identity.address.as_str(), set));
            }
        }
        if msmtp && account.identities.iter().all(|i| i.smtp.is_none()) {
            return;
        }
        if account.identities.iter().any(|i| i.smtp.is_some()) || log_in.resets.1 {
            if msmtp {
                bundle.note(
                    &IDENTITY_SERVER,
                    account,
                    format!("{name} sends all identities of this account by `msmtp -a {}`", msmtp_name(account)),
                );
                return;
            }
            let default = smtp.map(|s| (url(s, "smtp"), outgoing.statements(dialect)));
            for (address, server) in std::iter::once((account.address.as_str(), None))
                .chain(account.identities.iter().map(|i| (i.address.as_str(), i.smtp.as_ref())))
            {
                let chosen = match server {
                    Some(own) => log_in.at(own, bundle).map(|login| {
                        self.secret |= login.is_secret();
                        (url(own, "smtp"), login.statements(dialect))
                    }),
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

/// Whether an address has nothing of its own.
pub(super) fn plain(i: &Identity) -> bool {
    i.name.is_none() && i.signature.is_none() && i.reply_to.is_none() && i.pgp.is_none()
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
            let plain = line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/') || line.starts_with("~/");
            if !plain || line.contains("//") || line.contains("/.") {
                format!("eval \"$({})\"|", shell::print(&line))
            } else {
                format!("{line}|")
            }
        }
        Signature::Text(text) => format!("{}|", shell::print(text.as_str())),
    }
}
