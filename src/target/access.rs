//! How a program logs in at a server: what nearly every target has to decide, decided once.
//!
//! [`Program`] says what a program can do, [`Program::access`] what that means for a server of an account, with a note
//! for everything that the program cannot do. How it is written is the target's business.

use super::{About, Bundle, Do, NoteKind, Options, Run};
use crate::account::{Account, Command, Credential, Mechanism, Os, Said, Secret, Server, Text};
use crate::quote::shell;

/// OAuth2 without a token command.
pub const NO_TOKEN: NoteKind =
    NoteKind { code: "no-token", about: "OAuth2 without a token command: the account is left out" };
/// OAuth2 where the program has none.
pub const NO_OAUTH2: NoteKind =
    NoteKind { code: "no-oauth2", about: "the program has no OAuth2: the account is left out" };
/// A token that the program cannot send the way the server wants it.
pub const TOKEN_MECHANISM: NoteKind = NoteKind {
    code: "token-mechanism",
    about: "the server takes a token by a mechanism that the program does not have: the account is left out",
};
/// A password that stands in the account file.
pub const WITHHELD: NoteKind =
    NoteKind { code: "password-withheld", about: "a password that stands in the account file is not written" };
/// A password command where the program runs none.
pub const NO_COMMAND: NoteKind =
    NoteKind { code: "no-command", about: "the program runs no command for a password: it asks for it" };
/// A SASL mechanism that cannot be insisted on.
pub const MECHANISM: NoteKind =
    NoteKind { code: "mechanism", about: "a SASL mechanism that the program does not know is not insisted on" };

/// A password that nobody supplies, where the program has no way to ask.
pub const NO_PROMPT: NoteKind = NoteKind {
    code: "no-prompt",
    about: "the program never asks for a password: one without a command is looked for in the desktop's keyring",
};

/// What a program can do.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its target.
    pub about: &'static About,
    /// It runs a command for the password.
    pub commands: bool,
    /// A password may stand in its file.
    pub literals: bool,
    /// Mechanisms by which it sends a token, the preferred one first.
    pub tokens: &'static [Mechanism],
    /// It gets tokens by itself, in a browser.
    pub own_oauth2: bool,
    /// Mechanisms that it can be told to insist on.
    pub mechanisms: &'static [Mechanism],
}

/// How to log in.
#[derive(Clone, Debug)]
pub struct Access {
    /// The login as the program writes it; `None` where nobody logs in.
    pub login: Option<Said<String>>,
    /// Where the password or the token comes from.
    pub supply: Supply,
    /// The mechanism: for a token always one, unless the program gets it by itself.
    pub mechanism: Option<Said<Mechanism>>,
    /// It is a token, not a password.
    pub token: bool,
}

/// Where a password or a token comes from.
#[derive(Clone, Debug)]
pub enum Supply {
    /// Nobody logs in.
    Nothing,
    /// The program asks for it, or has it in a store of its own.
    Ask,
    /// The first line that a command prints.
    Command(Said<Command>),
    /// The password itself; the file is a secret then.
    Literal(Said<String>),
}

impl Access {
    /// The command as a line for `sh`.
    pub fn shell_line(&self) -> Option<Said<String>> {
        match &self.supply {
            Supply::Command(command) => Some(command.with(command.value.shell_line())),
            _ => None,
        }
    }

    /// The command as a line for `sh` that prints nothing but the first line, for programs that would take all of it.
    pub fn first_line(&self) -> Option<Said<String>> {
        match &self.supply {
            Supply::Command(command) => Some(command.with(command.value.first_line())),
            _ => None,
        }
    }

    /// The password itself.
    pub fn literal(&self) -> Option<&Said<String>> {
        match &self.supply {
            Supply::Literal(text) => Some(text),
            _ => None,
        }
    }
}

impl Program {
    /// How the program logs in at a server of an account; a note and nothing when it cannot.
    pub fn access(&self, server: &Server, account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Option<Access> {
        let title = self.about.title;
        let said = &server.credential;
        let login = Some(server.login.with(server.login.for_program(server.protocol)));
        let os = Options::of(account, self.about.id).os();
        let (supply, oauth2) = match &said.value {
            Credential::None => {
                return Some(Access { login: None, supply: Supply::Nothing, mechanism: None, token: false });
            }
            Credential::Password(secret) => (self.password(said.with(secret), account, run, bundle), None),
            Credential::OAuth2(oauth2) if self.own_oauth2 => (Supply::Ask, Some(oauth2)),
            Credential::OAuth2(oauth2) => {
                if self.tokens.is_empty() {
                    bundle.note(&NO_OAUTH2, account, format!("{title} has no OAuth2: left out"));
                    return None;
                }
                let command = oauth2.token.as_ref().and_then(|t| t.value.command(os).map(|c| t.with(c)));
                let Some(command) = command else {
                    bundle.note(
                        &NO_TOKEN,
                        account,
                        format!("{title} needs a command that prints the OAuth2 token (`oauth2: {{ token: {{ command: ... }} }}`): left out"),
                    );
                    return None;
                };
                if !self.commands {
                    bundle.note(&NO_OAUTH2, account, format!("{title} runs no command for an OAuth2 token: left out"));
                    return None;
                }
                (Supply::Command(command), Some(oauth2))
            }
        };
        if let Some(oauth2) = oauth2 {
            let mechanism = match &oauth2.mechanism {
                Some(only) if self.tokens.contains(&only.value) || self.own_oauth2 => Some(only.clone()),
                Some(only) => {
                    bundle.note(
                        &TOKEN_MECHANISM,
                        account,
                        format!(
                            "{title} cannot send a token by {}, which {} takes: left out",
                            only.word(),
                            server.host.value
                        ),
                    );
                    return None;
                }
                None => self.tokens.first().map(|m| said.with(*m)),
            };
            return Some(Access { login, supply, mechanism, token: true });
        }
        let mechanism = server.auth.clone().filter(|a| self.mechanisms.contains(&a.value));
        if let Some(auth) = server.auth.as_ref().filter(|_| mechanism.is_none()) {
            bundle.note(
                &MECHANISM,
                account,
                format!(
                    "{title} cannot insist on {} for {}: it takes what the server offers",
                    auth.word(),
                    server.protocol.title()
                ),
            );
        }
        Some(Access { login, supply, mechanism, token: false })
    }

    /// As [`Program::access`], for a program that never asks: a password that nobody supplies is looked for in the
    /// desktop's keyring, and a step says how it gets there.
    pub fn access_unasked(
        &self,
        server: &Server,
        account: &Account,
        run: &Run<'_>,
        bundle: &mut Bundle,
    ) -> Option<Access> {
        let nobody = |server: &Server| match &server.credential.value {
            Credential::Password(Secret::Prompt) => true,
            Credential::Password(Secret::Literal(_)) => !(run.cleartext && self.literals),
            _ => false,
        };
        if !nobody(server) {
            return self.access(server, account, run, bundle);
        }
        // Both servers of an account take the same password, most of the time.
        let shared = account.incoming().filter(|i| nobody(i) && i.login.value == server.login.value);
        let host = shared.unwrap_or(server).host.to_string();
        let login = server.login.text.clone();
        let (store, service) = match Options::of(account, self.about.id).os() {
            Os::Linux => (
                format!("secret-tool store --label={} service {host} user", shell::quote(&format!("Mail of {login}"))),
                Text::new(&host),
            ),
            Os::MacOs => (format!("security add-generic-password -w -s {host} -a"), Text::new(&host)),
        };
        let store = format!("{store} {}", shell::quote(login.as_str()));
        bundle.note(
            &NO_PROMPT,
            account,
            format!(
                "{} never asks for a password: it looks for it in the desktop's keyring; or use `password: {{ command: ... }}`",
                self.about.title
            ),
        );
        bundle.step(format!("Store the password of {login} in the keyring: {store}"), Do::Tell);
        let keyring = Secret::Keyring { service: service.ok()?, user: login };
        let server = Server { credential: server.credential.with(Credential::Password(keyring)), ..server.clone() };
        self.access(&server, account, run, bundle)
    }

    fn password(&self, secret: Said<&Secret>, account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Supply {
        let title = self.about.title;
        match secret.value {
            Secret::Prompt => Supply::Ask,
            Secret::Literal(hidden) if run.cleartext && self.literals => {
                Supply::Literal(secret.with(hidden.reveal().to_owned()))
            }
            Secret::Literal(_) => {
                let way = if self.commands { ", or use `password: { command: ... }`" } else { "" };
                bundle.note(
                    &WITHHELD,
                    account,
                    format!("the password stands in the account file and is not copied; {title} asks for it{way}"),
                );
                Supply::Ask
            }
            other => match other.command(Options::of(account, self.about.id).os()) {
                Some(command) if self.commands => Supply::Command(secret.with(command)),
                _ => {
                    bundle.note(
                        &NO_COMMAND,
                        account,
                        format!("{title} runs no command for a password: it asks for it"),
                    );
                    Supply::Ask
                }
            },
        }
    }
}
