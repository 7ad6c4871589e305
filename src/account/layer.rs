//! One layer of what was said: of an account, of the defaults, of a provider (the file's own or a built-in one).
//!
//! All kinds of layer have one type, since a fold needs only to ask "do you say this?". `super::reader` makes layers
//! from the file, [`from_facts`] from the catalogue; filling in what nobody said is [`super::resolve`]'s business.

use super::auth::{Hidden, Mechanism, Way};
use super::preset::Preset;
use super::server::{Host, Protocol, Tls};
use super::template::Template;
use super::text::{Lines, Text};
use super::{Address, Origin, Said};
use crate::document::Node;
use crate::problem::Place;
use crate::provider::{Facts, ServerFacts};

/// A server as one layer says it.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct ServerLayer {
    pub place: Option<Place>,
    pub host: Option<Said<Host>>,
    pub port: Option<Said<u16>>,
    pub tls: Option<Said<Tls>>,
    pub login: Option<Said<Template>>,
    pub password: Option<Said<SecretLayer>>,
    pub auth: Option<Said<Mechanism>>,
    /// `recent:` before a POP3 login.
    pub recent: bool,
}

/// A secret's source, placeholders not yet filled in.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum SecretLayer {
    Prompt,
    Shell(Template),
    Argv(Vec<Template>),
    Preset(&'static Preset, Vec<Template>),
    Keyring { service: Text, user: Text },
    Env(Text),
    File(Text),
    Literal(Hidden),
}

/// A proxy on this machine that does OAuth2, as one layer says it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ProxyLayer {
    pub place: Place,
    pub imap: Option<Said<u16>>,
    pub pop3: Option<Said<u16>>,
    pub smtp: Option<Said<u16>>,
    pub password: Option<Said<SecretLayer>>,
}

/// OAuth2 as one layer says it.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct OAuth2Layer {
    pub proxy: Option<ProxyLayer>,
    pub place: Option<Place>,
    pub token: Option<Said<SecretLayer>>,
    pub client_id: Option<Said<Text>>,
    pub client_secret: Option<Said<SecretLayer>>,
    pub auth_url: Option<Said<Text>>,
    pub token_url: Option<Said<Text>>,
    pub scopes: Option<Vec<Text>>,
    pub mechanism: Option<Said<Mechanism>>,
}

/// Folders as one layer says them.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct FoldersLayer {
    pub language: Option<Said<Text>>,
    pub root: Option<Said<Text>>,
    pub sent: Option<Said<Text>>,
    pub drafts: Option<Said<Text>>,
    pub trash: Option<Said<Text>>,
    pub junk: Option<Said<Text>>,
    pub archive: Option<Said<Text>>,
    pub all: Option<Said<Text>>,
}

/// A signature's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Its text.
    Text(Lines),
    /// A file.
    File(Text),
    /// A command that prints it.
    Command(super::auth::Command),
}

/// What to sign and encrypt with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Signing {
    pub key: Option<Text>,
    pub sign: bool,
    pub encrypt: bool,
}

/// A further address as one layer says it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct IdentityLayer {
    pub address: Said<Address>,
    pub name: Option<Said<Text>>,
    pub signature: Option<Said<Signature>>,
    pub reply_to: Option<Said<Address>>,
    pub pgp: Option<Said<Signing>>,
    pub smtp: Option<ServerLayer>,
}

/// Which provider an account names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ProviderReference {
    pub id: String,
    pub region: Option<Text>,
}

/// One layer; every key may be unsaid.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Layer {
    pub address: Option<Said<Address>>,
    pub name: Option<Said<Text>>,
    pub default: Option<Said<bool>>,
    pub login: Option<Said<Template>>,
    pub provider: Option<Said<ProviderReference>>,
    pub password: Option<Said<SecretLayer>>,
    pub oauth2: Option<Box<OAuth2Layer>>,
    pub retrieve: Option<Said<Protocol>>,
    pub imap: Vec<ServerLayer>,
    pub pop3: Vec<ServerLayer>,
    pub smtp: Vec<ServerLayer>,
    pub identities: Option<Vec<IdentityLayer>>,
    pub folders: FoldersLayer,
    pub save_sent: Option<Said<bool>>,
    pub signature: Option<Said<Signature>>,
    pub pgp: Option<Said<Signing>>,
    pub smime: Option<Said<Signing>>,
    pub maildir: Option<Said<Template>>,
    pub carddav: Option<Said<Template>>,
    pub caldav: Option<Said<Template>>,
    /// The `targets` map, which only targets read.
    pub targets: Option<Node>,
}

impl Layer {
    /// The servers of a protocol.
    pub fn servers(&self, protocol: Protocol) -> &[ServerLayer] {
        match protocol {
            Protocol::Imap => &self.imap,
            Protocol::Pop3 => &self.pop3,
            Protocol::Smtp => &self.smtp,
        }
    }
}

/// What only a provider says.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct ProviderLayer {
    pub layer: Layer,
    pub name: Option<Text>,
    pub domains: Option<Vec<String>>,
    pub ways: Option<Vec<Way>>,
    pub login_help: Option<String>,
    pub note: Option<String>,
    /// A server is named, whether or not it could be read.
    pub names_server: bool,
}

/// A built-in provider as a layer. The catalogue's own tests prove that its values can be read.
pub fn from_facts(facts: &'static Facts) -> ProviderLayer {
    let origin = Origin::Catalogue(facts);
    let said = |text: &str| Text::new(text).ok().map(|t| Said { value: t, origin });
    let template = |text: &str| Template::parse(text).ok().map(|t| Said { value: t, origin });
    let servers = |list: &'static [ServerFacts]| -> Vec<ServerLayer> {
        list.iter()
            .map(|s| ServerLayer {
                place: None,
                host: if s.host.contains("{region}") {
                    Some(Said { value: Host::with_region(s.host), origin })
                } else {
                    Host::parse(s.host).ok().map(|value| Said { value, origin })
                },
                port: Some(Said { value: s.port, origin }),
                tls: Tls::parse(s.tls).map(|value| Said { value, origin }),
                login: s.login.and_then(template),
                password: None,
                auth: s.auth.and_then(Mechanism::parse).map(|value| Said { value, origin }),
                recent: s.recent,
            })
            .collect()
    };
    let folders = FoldersLayer {
        language: None,
        root: facts.folder_root.and_then(said),
        sent: facts.folders.sent.and_then(said),
        drafts: facts.folders.drafts.and_then(said),
        trash: facts.folders.trash.and_then(said),
        junk: facts.folders.junk.and_then(said),
        archive: facts.folders.archive.and_then(said),
        all: facts.folders.all.and_then(said),
    };
    ProviderLayer {
        layer: Layer {
            login: facts.login.and_then(template),
            oauth2: facts.oauth2.as_ref().map(|o| {
                Box::new(OAuth2Layer {
                    auth_url: said(o.auth_url),
                    token_url: said(o.token_url),
                    scopes: Some(o.scopes.iter().filter_map(|s| Text::new(s).ok()).collect()),
                    mechanism: o.mechanism.and_then(Mechanism::parse).map(|value| Said { value, origin }),
                    ..OAuth2Layer::default()
                })
            }),
            imap: servers(facts.imap),
            pop3: servers(facts.pop3),
            smtp: servers(facts.smtp),
            folders,
            save_sent: facts.save_sent.map(|value| Said { value, origin }),
            carddav: facts.carddav.and_then(template),
            caldav: facts.caldav.and_then(template),
            ..Layer::default()
        },
        name: Text::new(facts.name).ok(),
        domains: Some(facts.domains.iter().map(|d| (*d).to_owned()).collect()),
        ways: Some(facts.auth.iter().filter_map(|w| Way::parse(w)).collect()),
        login_help: facts.help.login.map(str::to_owned),
        note: facts.help.note.map(str::to_owned),
        names_server: !(facts.imap.is_empty() && facts.pop3.is_empty() && facts.smtp.is_empty()),
    }
}
