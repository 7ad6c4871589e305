//! How mutt logs in at one server: the password or token, where it comes from, and the mechanism.

use super::{MECHANISM, NO_TOKEN, Program, TOKEN_MECHANISM, WITHHELD, sasl};
use crate::account::{Account, Credential, Mechanism, Os, Protocol, Said, Secret, Server};
use crate::problem::Problem;
use crate::quote::muttrc::{self, Dialect};
use crate::target::Bundle;

/// How to log in at one server.
#[derive(Default)]
pub(super) struct Login {
    /// `imap`, `pop` or `smtp`: the prefix of its settings.
    pub kind: &'static str,
    /// A shell line that prints the password.
    pub output: Option<Said<String>>,
    /// The password itself, when that is accepted.
    pub literal: Option<Said<String>>,
    /// The mechanisms to insist on.
    pub authenticators: Option<Said<String>>,
    /// A shell line that prints the token.
    pub token: Option<Said<String>>,
}

/// Whose logins are made, and for which program.
pub(super) struct LogIn<'a> {
    pub account: &'a Account,
    pub program: &'a Program,
    /// A password that stands in the account file may be written.
    pub cleartext: bool,
    /// Some account writes from addresses with settings of their own, or sends from some by a server of its own: then
    /// every other address has to take those back.
    pub resets: (bool, bool),
    /// Whose tools a command calls.
    pub os: Os,
}

/// How many bytes both programs keep of a login (`user[128]` in their account.h); they cut off the rest.
const LONGEST: usize = 127;

/// NeoMutt writes a mailbox's login into its name and encodes `/:&%=` only; then it does not know its own name for a URL
/// (20220429).
const NOT_IN_A_NAME: &[char] = &['"', '#', '<', '>', '?', '\\', '^', '`', '{', '|', '}'];

impl LogIn<'_> {
    /// Why the program cannot send the login of a server.
    pub fn refusal(&self, server: &Server) -> Option<Problem> {
        if server.credential.value == Credential::None {
            return None;
        }
        let name = self.program.about.title;
        let login = server.login.for_program(server.protocol);
        let refuse = |message: String, reason: String| {
            Problem::error("cannot-be-written", server.login.origin.place(), message).because(reason)
        };
        if login.len() > LONGEST {
            return Some(
                refuse(
                    format!("the login is too long for {name}"),
                    format!("{name} cuts it off after {LONGEST} bytes"),
                )
                .fix("leave this target out"),
            );
        }
        let neomutt = self.program.dialect == Dialect::NeoMutt && server.protocol == Protocol::Imap;
        let odd = login.chars().find(|c| neomutt && NOT_IN_A_NAME.contains(c))?;
        Some(
            refuse(
                format!("{name} cannot open a mailbox whose login has the character {odd}"),
                "the login is part of the mailbox's name there".to_owned(),
            )
            .fix("use the target mutt, or read from a Maildir: `mail: maildir`"),
        )
    }

    /// The login at a server; a note and nothing when the program cannot log in there.
    pub fn at(&self, server: &Server, bundle: &mut Bundle) -> Option<Login> {
        let (account, name, dialect) = (self.account, self.program.about.title, self.program.dialect);
        let kind = match server.protocol {
            Protocol::Imap => "imap",
            Protocol::Pop3 => "pop",
            Protocol::Smtp => "smtp",
        };
        let mut login = Login { kind, ..Login::default() };
        let said = &server.credential;
        match &said.value {
            Credential::None | Credential::Password(Secret::Prompt) => {}
            Credential::Password(Secret::Literal(hidden)) if self.cleartext => {
                login.literal = Some(said.with(hidden.reveal().to_owned()));
            }
            Credential::Password(Secret::Literal(_)) => bundle.note(
                &WITHHELD,
                account,
                format!("the password stands in the account file and is not copied; {name} will ask for it, or use `password: {{ command: ... }}`"),
            ),
            Credential::Password(secret) => login.output = secret.shell_line(self.os).map(|line| said.with(line)),
            Credential::OAuth2(oauth2) => {
                let Some(line) = oauth2.token.as_ref().and_then(|t| t.shell_line(self.os)) else {
                    bundle.note(
                        &NO_TOKEN,
                        account,
                        format!("{name} needs a command that prints the OAuth2 token (`oauth2: {{ token: {{ command: ... }} }}`): left out"),
                    );
                    return None;
                };
                let Some(mechanisms) = sasl::for_token(dialect, kind, oauth2) else {
                    bundle.note(
                        &TOKEN_MECHANISM,
                        account,
                        format!("{name} cannot send a token by the mechanism that {} takes: left out", server.host.value),
                    );
                    return None;
                };
                login.token = Some(said.with(line));
                login.authenticators = Some(said.with(mechanisms));
                return Some(login);
            }
        }
        if let Some(auth) = server.auth.as_ref().filter(|a| a.value != Mechanism::None) {
            if sasl::knows(dialect, kind, auth.value) {
                login.authenticators = Some(auth.with(auth.word().to_owned()));
            } else {
                bundle.note(
                    &MECHANISM,
                    account,
                    format!(
                        "{name} cannot insist on {} for {}: it takes what the server offers",
                        auth.word(),
                        server.protocol.title()
                    ),
                );
            }
        }
        Some(login)
    }
}

impl Login {
    /// Nothing is sent by the program itself.
    pub fn nowhere() -> Login {
        Login { kind: "smtp", ..Login::default() }
    }

    /// Whether the password itself is written.
    pub fn is_secret(&self) -> bool {
        self.literal.is_some()
    }

    /// The statements that log in: each sets what another account may have set.
    pub fn statements(&self, dialect: Dialect) -> Vec<String> {
        let kind = self.kind;
        let mut out = Vec::new();
        let quoted = |value: &Said<String>| muttrc::quote(&value.value).unwrap_or_default();
        match (&self.output, &self.literal) {
            (Some(line), _) => {
                out.push(format!("set {kind}_pass={}", muttrc::output_of(&line.value, dialect).unwrap_or_default()))
            }
            (None, Some(text)) => out.push(format!("set {kind}_pass={}", quoted(text))),
            (None, None) => out.push(format!("unset {kind}_pass")),
        }
        match &self.authenticators {
            Some(list) => out.push(format!("set {kind}_authenticators={}", quoted(list))),
            None => out.push(format!("unset {kind}_authenticators")),
        }
        match &self.token {
            Some(line) => out.push(format!("set {kind}_oauth_refresh_command={}", quoted(line))),
            None => out.push(format!("unset {kind}_oauth_refresh_command")),
        }
        out
    }
}
