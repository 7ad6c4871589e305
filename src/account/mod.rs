//! What is meant: accounts with every value decided, validated, and knowing where it came from.
//!
//! `reader` reads what each [`layer`] says, [`resolve`] folds the layers into [`Account`]s, [`advise`] looks at the
//! result for what is probably not meant. Nothing here knows a mail program, and nothing right of here knows YAML
//! or a provider.

pub mod address;
pub mod advise;
pub mod auth;
pub mod compact;
pub mod decoy;
mod fold;
mod folders;
pub mod hosting;
pub mod layer;
pub mod preset;
mod providers;
mod reader;
pub mod resolve;
pub mod server;
pub mod shown;
pub mod template;
pub mod text;
mod unseen;
pub mod web;

pub use address::Address;
pub use auth::{Command, Credential, Mechanism, OAuth2, Os, Proxy, Secret, Way};
pub use decoy::Decoy;
pub use hosting::Hosting;
pub use layer::{Signature, Signing};
pub use server::{Host, Login, LoginForm, Offer, Protocol, Server, Tls};
pub use template::Template;
pub use text::{Lines, Text};
pub use web::WebAddress;

pub use crate::origin::{Origin, Said};

use crate::document::Node;
use crate::problem::Place;
use crate::provider::Facts;

/// What an account's provider is to a target: names and ways to log in, not who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The provider's id; `None` when the account stands on its own servers.
    pub id: Option<String>,
    /// The name that people know.
    pub name: Option<Text>,
    /// Its domains, the main one first. Shared: each of ten thousand domains has an account with all of them.
    pub domains: std::sync::Arc<[String]>,
    /// Ways to log in, the preferred one first.
    pub ways: Vec<Way>,
    /// The built-in facts, for help texts.
    pub facts: Option<&'static Facts>,
}

/// A further address to write from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The address.
    pub address: Said<Address>,
    /// The name beside it, if it differs from the account's.
    pub name: Option<Said<Text>>,
    /// Its signature, if it differs from the account's.
    pub signature: Option<Said<Signature>>,
    /// Where answers go.
    pub reply_to: Option<Said<Address>>,
    /// OpenPGP.
    pub pgp: Option<Said<Signing>>,
    /// Another submission server.
    pub smtp: Option<Server>,
}

/// The server's folder names, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Folders {
    pub sent: Option<Said<Text>>,
    pub drafts: Option<Said<Text>>,
    pub trash: Option<Said<Text>>,
    pub junk: Option<Said<Text>>,
    pub archive: Option<Said<Text>>,
    pub all: Option<Said<Text>>,
}

/// An account: total, validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The short name.
    pub name: String,
    /// Where the account's key stands.
    pub place: Place,
    /// The address.
    pub address: Said<Address>,
    /// The person's name.
    pub full_name: Option<Said<Text>>,
    /// Whether it is the account to write from.
    pub default: bool,
    /// The mail service.
    pub service: Service,
    /// How mail is fetched; `None` for an account that only sends.
    pub retrieve: Option<Said<Protocol>>,
    /// The IMAP server.
    pub imap: Option<Server>,
    /// The POP3 server.
    pub pop3: Option<Server>,
    /// The submission server.
    pub smtp: Option<Server>,
    /// What the provider offers besides, where the account takes its servers as they are: for what is published.
    pub further: Vec<Server>,
    /// Further addresses.
    pub identities: Vec<Identity>,
    /// Folder names.
    pub folders: Folders,
    /// Whether the mail program files what is sent.
    pub save_sent: Said<bool>,
    /// The signature.
    pub signature: Option<Said<Signature>>,
    /// OpenPGP.
    pub pgp: Option<Said<Signing>>,
    /// S/MIME.
    pub smime: Option<Said<Signing>>,
    /// The local mail directory.
    pub maildir: Option<Said<Text>>,
    /// Contacts.
    pub carddav: Option<Said<WebAddress>>,
    /// Calendars.
    pub caldav: Option<Said<WebAddress>>,
    /// The `targets` maps of its layers, nearest first; [`crate::target::Options`] reads them.
    pub options: Vec<Node>,
}

impl Account {
    /// The server that mail is fetched from.
    pub fn incoming(&self) -> Option<&Server> {
        match self.retrieve.as_ref().map(|r| r.value) {
            Some(Protocol::Imap) => self.imap.as_ref(),
            Some(Protocol::Pop3) => self.pop3.as_ref(),
            _ => None,
        }
    }

    /// The same account as another user of its servers has it. `login` is what the user is known by at the servers of a
    /// protocol; without one the login is made from the address, as the files say.
    ///
    /// # Errors
    /// A character that no login can hold.
    pub fn of_user<'l>(
        &self,
        address: Address,
        name: &str,
        login: impl Fn(Protocol) -> Option<&'l Text>,
    ) -> Result<Account, char> {
        self.clone().into_user(address, name, login)
    }

    /// As [`Account::of_user`], of an account that nobody else needs.
    ///
    /// # Errors
    /// A character that no login can hold.
    pub fn into_user<'l>(
        mut self,
        address: Address,
        name: &str,
        login: impl Fn(Protocol) -> Option<&'l Text>,
    ) -> Result<Account, char> {
        let Account { imap, pop3, smtp, further, .. } = &mut self;
        for server in [imap, pop3, smtp].into_iter().flatten().chain(further) {
            let known = &server.login.value;
            let pattern = match login(server.protocol) {
                Some(login) => Template::literal(login.as_str()),
                None => known.pattern.clone(),
            };
            let login = Login::of(pattern, &address, name, known.recent && server.protocol == Protocol::Pop3)?;
            server.login.value = Login { recent: known.recent, ..login };
        }
        for service in [&mut self.carddav, &mut self.caldav] {
            *service = service.take().and_then(|said| said.of_user(&address).map(|own| said.with(own)));
        }
        self.name = name.to_owned();
        self.address = self.address.with(address);
        Ok(self)
    }

    /// Every server with what the provider offers besides, each after the one of its protocol that the account has.
    pub fn all_servers(&self) -> impl Iterator<Item = &Server> {
        self.servers().flat_map(|s| std::iter::once(s).chain(self.further.iter().filter(|f| f.protocol == s.protocol)))
    }

    /// Every server of the account, IMAP first.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        [&self.imap, &self.pop3, &self.smtp].into_iter().flatten()
    }

    /// Every way in which a protocol is offered, the account's own first.
    pub fn offers(&self, protocol: Protocol) -> impl Iterator<Item = Offer> {
        let own = self.servers().find(|s| s.protocol == protocol).map(Offer::from);
        own.into_iter().chain(self.further.iter().filter(move |s| s.protocol == protocol).map(Offer::from))
    }
}

/// What any user of a provider has.
#[derive(Clone, Debug)]
pub struct Hosted {
    /// A user's account. The local part of the address is a stand-in that nobody may see; [`Account::of_user`] makes a
    /// real one.
    pub account: Account,
    /// The mail domains, as A-labels; `*.` stands for any subdomain.
    pub domains: Vec<String>,
}

impl Hosted {
    /// The local part of any user: none that a fixed `login:` might be.
    pub const STAND_IN: &str = "any-user-of-this-domain";

    /// What any user of one of the domains has: the account with that domain, and its name the domain.
    pub fn at(&self, domain: &str) -> Option<Account> {
        let address = Address::parse(&format!("{}@{domain}", self.account.address.local())).ok()?;
        self.account.of_user(address, domain, |_| None).ok()
    }
}

/// A run's accounts and what else the files say.
#[derive(Debug, Default)]
pub struct Mail {
    /// The accounts, in file order.
    pub accounts: Vec<Account>,
    /// What any user of the files' own providers would have. With accounts in the files only a mail host's verbs look at
    /// them; without, targets write them, too.
    pub hosted: Vec<Hosted>,
    /// How it is published: `serve:`.
    pub hosting: Hosting,
    /// The targets that the file names.
    pub generate: Option<Vec<String>>,
}

impl Mail {
    /// What any user of each hosted domain has, each account by its domain's name, as targets write it: nothing beside
    /// accounts, whose own domains count then.
    pub fn of_domains(&self) -> Vec<Account> {
        if !self.accounts.is_empty() {
            return Vec::new();
        }
        let named = |h: &Hosted| h.domains.iter().filter(|d| !d.starts_with("*.")).filter_map(|d| h.at(d)).collect();
        self.hosted.iter().flat_map(|h| -> Vec<Account> { named(h) }).collect()
    }

    /// The account to write from.
    pub fn default_account(&self) -> Option<&Account> {
        self.accounts.iter().find(|a| a.default).or(self.accounts.first())
    }
}
