//! How a server is told who is there: a password from somewhere, or OAuth2.
//!
//! A secret's source is kept, never the secret, but for one written in the file itself; and that one is [`Hidden`].

use std::fmt;

use super::Said;
use super::text::Text;
use crate::problem::Place;

/// A secret that was written into the file. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(Text);

impl Hidden {
    /// Hides a text.
    pub fn new(text: Text) -> Hidden {
        Hidden(text)
    }

    /// The secret. Every call is a place to look at in a review.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A command that prints something; only its first line counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A line for `sh`.
    Shell(Text),
    /// A program and its arguments.
    Argv(Vec<Text>),
}

/// The system whose tools a command calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Os {
    /// Linux, and whatever else has the Secret Service.
    #[default]
    Linux,
    /// macOS.
    MacOs,
}

impl Command {
    /// The command as a program and its arguments; a shell line by way of `sh -c`.
    pub fn argv(&self) -> Vec<String> {
        match self {
            Command::Shell(line) => vec!["sh".into(), "-c".into(), line.to_string()],
            Command::Argv(words) => words.iter().map(Text::to_string).collect(),
        }
    }

    /// A line for `sh` that prints the first line of the command's output only, for programs that would take all of it.
    pub fn first_line(&self) -> String {
        match self {
            // A line of several commands is one in parentheses.
            Command::Shell(line) if line.as_str().contains(['|', ';', '&', '#', '(']) => {
                format!("eval {} | head -n 1", crate::quote::shell::quote(line.as_str()))
            }
            _ => format!("{} | head -n 1", self.shell_line()),
        }
    }

    /// The command as a line for `sh`.
    pub fn shell_line(&self) -> String {
        match self {
            Command::Shell(line) => line.as_str().to_owned(),
            Command::Argv(words) => {
                words.iter().map(|w| crate::quote::shell::quote(w.as_str())).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The mail program asks.
    Prompt,
    /// A command's first line.
    Command(Command),
    /// The desktop's keyring (Secret Service), by these two attributes.
    Keyring {
        /// The attribute `service`.
        service: Text,
        /// The attribute `user`.
        user: Text,
    },
    /// An environment variable.
    Env(Text),
    /// The first line of a file.
    File(Text),
    /// Written in the account file.
    Literal(Hidden),
}

impl Secret {
    /// A command that prints the secret; `None` for one that is asked for or written in the file.
    pub fn command(&self, os: Os) -> Option<Command> {
        let argv = |words: &[&Text], fixed: &[&str]| {
            let mut words = words.iter();
            fixed
                .iter()
                .map(|w| if w.is_empty() { words.next().map(|w| (*w).clone()) } else { Text::new(w).ok() })
                .collect::<Option<Vec<Text>>>()
                .map(Command::Argv)
        };
        match self {
            Secret::Prompt | Secret::Literal(_) => None,
            Secret::Command(command) => Some(command.clone()),
            // An empty word is the next of the values.
            Secret::Keyring { service, user } => match os {
                Os::Linux => argv(&[service, user], &["secret-tool", "lookup", "service", "", "user", ""]),
                Os::MacOs => argv(&[service, user], &["security", "find-generic-password", "-s", "", "-a", "", "-w"]),
            },
            Secret::Env(name) => argv(&[name], &["printenv", ""]),
            Secret::File(path) => {
                Text::new(&format!("head -n 1 {}", crate::quote::shell::path(path.as_str()))).ok().map(Command::Shell)
            }
        }
    }

    /// The command as a line for `sh`.
    pub fn shell_line(&self, os: Os) -> Option<String> {
        self.command(os).map(|c| c.shell_line())
    }

    /// What kind of source it is, for `explain`: never the source itself.
    pub fn kind(&self) -> &'static str {
        match self {
            Secret::Prompt => "asked for",
            Secret::Command(_) => "a command",
            Secret::Keyring { .. } => "the keyring",
            Secret::Env(_) => "an environment variable",
            Secret::File(_) => "a file",
            Secret::Literal(_) => "written in the file",
        }
    }
}

/// OAuth2, as far as a configuration file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth2 {
    /// Where the access token comes from.
    pub token: Option<Said<Secret>>,
    /// The user's own registration.
    pub client_id: Option<Said<Text>>,
    /// Its secret.
    pub client_secret: Option<Said<Secret>>,
    /// The authorisation endpoint.
    pub auth_url: Option<Said<Text>>,
    /// The token endpoint.
    pub token_url: Option<Said<Text>>,
    /// The scopes.
    pub scopes: Vec<Text>,
    /// The mechanism, where only one works.
    pub mechanism: Option<Said<Mechanism>>,
    /// A proxy on this machine does it instead.
    pub proxy: Option<Box<Proxy>>,
}

/// A program on this machine that speaks OAuth2 for mail programs, such as email-oauth2-proxy or DavMail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Where `proxy` stands.
    pub place: Place,
    /// Its IMAP port.
    pub imap: Option<Said<u16>>,
    /// Its POP3 port.
    pub pop3: Option<Said<u16>>,
    /// Its submission port.
    pub smtp: Option<Said<u16>>,
    /// The password that the proxy takes.
    pub password: Option<Said<Secret>>,
}

/// How to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// By a password.
    Password(Secret),
    /// By a token.
    OAuth2(Box<OAuth2>),
    /// Not at all: the server knows its clients by their address.
    None,
}

/// A way to log in that a provider offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// OAuth2.
    OAuth2,
    /// A password made for one program.
    AppPassword,
    /// The account's password.
    Password,
    /// None is needed.
    None,
}

impl Way {
    /// From the word of the account file.
    pub fn parse(word: &str) -> Option<Way> {
        match word {
            "oauth2" => Some(Way::OAuth2),
            "app-password" => Some(Way::AppPassword),
            "password" => Some(Way::Password),
            "none" => Some(Way::None),
            _ => None,
        }
    }

    /// The word of the account file.
    pub fn word(self) -> &'static str {
        match self {
            Way::OAuth2 => "oauth2",
            Way::AppPassword => "app-password",
            Way::Password => "password",
            Way::None => "none",
        }
    }
}

/// A SASL mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Mechanism {
    Plain,
    Login,
    CramMd5,
    DigestMd5,
    ScramSha1,
    ScramSha256,
    Ntlm,
    Gssapi,
    External,
    XOAuth2,
    OAuthBearer,
    None,
}

impl Mechanism {
    /// All but `none`.
    pub const ALL: &[Mechanism] = &[
        Mechanism::Plain,
        Mechanism::Login,
        Mechanism::CramMd5,
        Mechanism::DigestMd5,
        Mechanism::ScramSha1,
        Mechanism::ScramSha256,
        Mechanism::Ntlm,
        Mechanism::Gssapi,
        Mechanism::External,
        Mechanism::XOAuth2,
        Mechanism::OAuthBearer,
    ];

    /// From the word of the account file.
    pub fn parse(word: &str) -> Option<Mechanism> {
        Some(match word {
            "plain" => Mechanism::Plain,
            "login" => Mechanism::Login,
            "cram-md5" => Mechanism::CramMd5,
            "digest-md5" => Mechanism::DigestMd5,
            "scram-sha-1" => Mechanism::ScramSha1,
            "scram-sha-256" => Mechanism::ScramSha256,
            "ntlm" => Mechanism::Ntlm,
            "gssapi" => Mechanism::Gssapi,
            "external" => Mechanism::External,
            "xoauth2" => Mechanism::XOAuth2,
            "oauthbearer" => Mechanism::OAuthBearer,
            "none" => Mechanism::None,
            _ => return None,
        })
    }

    /// The registered name in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Mechanism::Plain => "plain",
            Mechanism::Login => "login",
            Mechanism::CramMd5 => "cram-md5",
            Mechanism::DigestMd5 => "digest-md5",
            Mechanism::ScramSha1 => "scram-sha-1",
            Mechanism::ScramSha256 => "scram-sha-256",
            Mechanism::Ntlm => "ntlm",
            Mechanism::Gssapi => "gssapi",
            Mechanism::External => "external",
            Mechanism::XOAuth2 => "xoauth2",
            Mechanism::OAuthBearer => "oauthbearer",
            Mechanism::None => "none",
        }
    }
}
