//! Everyone that mail is sent as: accounts with a submission server, and their identities, each with a name of its own.
//!
//! Shared by the programs that only send, so that one can name what another one calls it. Nothing here decides whether a
//! program can log in.

use std::collections::HashSet;

use super::{About, Bundle, NoteKind, Options, Run, access};
use crate::account::{Account, Address, Credential, Identity, Mail, Mechanism, Said, Secret, Server, Text};

/// An account or one of its further addresses.
pub struct Sender<'a> {
    /// The account.
    pub account: &'a Account,
    /// The further address; `None` for the account itself.
    pub identity: Option<&'a Identity>,
    /// Its name: the account's short name, or that with a number.
    pub name: String,
    /// The address mail is from.
    pub address: &'a Said<Address>,
    /// The name beside it.
    pub full_name: Option<&'a Said<Text>>,
    /// The server it is sent by: an identity's own, or the account's.
    pub server: &'a Server,
}

/// The senders of a run, an account before its identities. An account without a submission server is told of and left out.
pub fn senders<'a>(mail: &'a Mail, mut without_server: impl FnMut(&'a Account)) -> Vec<Sender<'a>> {
    let mut names: HashSet<&str> = mail.accounts.iter().map(|a| a.name.as_str()).collect();
    let mut made: HashSet<String> = HashSet::new();
    let mut all = Vec::new();
    for account in &mail.accounts {
        let Some(smtp) = &account.smtp else {
            names.remove(account.name.as_str());
            without_server(account);
            continue;
        };
        all.push(Sender {
            account,
            identity: None,
            name: account.name.clone(),
            address: &account.address,
            full_name: account.full_name.as_ref(),
            server: smtp,
        });
        for (number, identity) in account.identities.iter().enumerate() {
            let mut name = format!("{}-{}", account.name, number + 2);
            // A name that one account got by its identities may be another's own.
            while names.contains(name.as_str()) || !made.insert(name.clone()) {
                name.push('i');
            }
            all.push(Sender {
                account,
                identity: Some(identity),
                name,
                address: &identity.address,
                full_name: identity.name.as_ref().or(account.full_name.as_ref()),
                server: identity.smtp.as_ref().unwrap_or(smtp),
            });
        }
    }
    all
}

impl Sender<'_> {
    /// What msmtp's file calls it: there `default` has a meaning of its own.
    pub fn in_msmtp(&self) -> String {
        match self.name.strip_prefix("default") {
            Some(rest) if self.account.name == "default" => format!("{}{rest}", self.account.address.value),
            _ => self.name.clone(),
        }
    }
}

/// What a program that runs by itself can be told of a password: nothing but the password.
pub const BY_HAND: NoteKind = NoteKind {
    code: "password-by-hand",
    about: "the program reads its password from a file alone: it is to be written there by hand",
};
/// A program with one server for all mail.
pub const ONE_SERVER: NoteKind = NoteKind {
    code: "one-server",
    about: "the program sends all mail by one server, the default account's: others are left out",
};

/// How a program logs in that can neither ask nor run a command.
pub struct Login {
    /// The login; `None` where nobody logs in.
    pub user: Option<Said<String>>,
    /// The password, where it may be written.
    pub password: Option<Said<String>>,
    /// The only mechanism to use.
    pub mechanism: Option<Mechanism>,
    /// A shell line that prints the password, for the step that says what to do by hand.
    pub command: Option<String>,
}

impl Login {
    /// Whether the password is missing.
    pub fn by_hand(&self) -> bool {
        self.user.is_some() && self.password.is_none()
    }

    /// The end of a step: where the password comes from.
    pub fn from(&self) -> String {
        self.command.as_ref().map_or_else(String::new, |line| format!("; this prints the password: {line}"))
    }
}

impl Sender<'_> {
    /// How a program that can neither ask nor run a command logs in at the server; a note and nothing when it cannot.
    pub fn login(&self, about: &About, mechanisms: &[Mechanism], run: &Run<'_>, bundle: &mut Bundle) -> Option<Login> {
        let (server, title) = (self.server, about.title);
        let secret = match &server.credential.value {
            Credential::None => return Some(Login { user: None, password: None, mechanism: None, command: None }),
            Credential::OAuth2(_) => {
                bundle.note(&access::NO_OAUTH2, self.account, format!("{title} has no OAuth2: left out"));
                return None;
            }
            Credential::Password(secret) => secret,
        };
        let mechanism = server.auth.as_ref().map(|a| a.value);
        if let Some(other) = mechanism.filter(|m| !mechanisms.contains(m)) {
            bundle.note(
                &access::MECHANISM,
                self.account,
                format!("{title} cannot insist on {}: it takes what the server offers", other.word()),
            );
        }
        let password = match secret {
            Secret::Literal(hidden) if run.cleartext => Some(server.credential.with(hidden.reveal().to_owned())),
            _ => {
                let flag = match secret {
                    Secret::Literal(_) => ", or use `--i-accept-cleartext-passwords`",
                    _ => "",
                };
                bundle.note(
                    &BY_HAND,
                    self.account,
                    format!(
                        "{title} reads the password from a file alone, and it is not written there: see the step{flag}"
                    ),
                );
                None
            }
        };
        let command = secret.command(Options::of(self.account, about.id).os()).map(|c| c.first_line());
        Some(Login {
            user: Some(server.login.with(server.login.text.to_string())),
            password,
            mechanism: mechanism.filter(|m| mechanisms.contains(m)),
            command,
        })
    }
}

/// The sender of a program with one server for all mail: the default account, or the first that can log in. The others
/// get a note.
pub fn only<'a, 'b>(
    all: &'b [Sender<'a>],
    about: &About,
    mechanisms: &[Mechanism],
    run: &Run<'_>,
    bundle: &mut Bundle,
    fits: impl Fn(&Sender<'a>, &mut Bundle) -> bool,
) -> Option<(&'b Sender<'a>, Login)> {
    let mains = all.iter().filter(|s| s.identity.is_none());
    let (first, rest): (Vec<_>, Vec<_>) = mains.partition(|s| s.account.default);
    let mut chosen: Option<(&Sender<'a>, Login)> = None;
    for sender in first.into_iter().chain(rest) {
        if let Some((by, _)) = &chosen {
            bundle.note(
                &ONE_SERVER,
                sender.account,
                format!("{} sends all mail by one server, that of {}: left out", about.title, by.name),
            );
        } else if fits(sender, bundle) {
            chosen = sender.login(about, mechanisms, run, bundle).map(|login| (sender, login));
        }
    }
    chosen
}
