//! What a mail host publishes: for each domain the answers that mail programs look up, and the pages for people.
//!
//! Pure: a [`Question`] goes in, an [`Answer`] comes out. [`Site::read`] takes a request apart as far as it needs nobody's
//! login, [`Site::answer`] answers it. Between the two the caller may look the user up ([`crate::users`]); no socket, no
//! clock and no directory is known here, so that `serve`, `export`, `dns` and the tests share one path.
//!
//! One endpoint a file: [`mozilla`], [`autodiscover`], [`apple`], [`pacc`], [`page`]. [`route`] says which path is whose,
//! [`examined`] what programs will make of the answers.
//! What a request says about itself is never believed: links are made from the account file, never from `Host` or
//! `X-Forwarded-*`, and only domains of the file are answered for.

mod advice;
pub mod answer;
pub mod apple;
pub mod autodiscover;
mod build;
pub mod examined;
pub mod mozilla;
pub mod pacc;
pub mod page;
pub mod question;
pub mod route;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

pub use answer::{Answer, Caching};
pub use build::Builder;
pub use question::{Method, Question};
pub use route::Endpoint;

use crate::account::compact::Compact;
use crate::account::{Account, Address, Hosted, Hosting, Protocol, Text};

/// The labels before a domain under which programs look for its settings.
pub const PREFIXES: &[&str] = &["autoconfig", "autodiscover", "ua-auto-config"];

/// Everything published, ready to be asked.
#[derive(Debug, Default)]
pub struct Site {
    /// What any user of each service has.
    services: Vec<Service>,
    /// By A-labels in lower case; `*.example.org` stands for all names one label below it.
    domains: HashMap<Arc<str>, Domain>,
    /// The domains' names in the order of the files.
    order: Vec<Arc<str>>,
    /// What `serve:` says.
    pub hosting: Hosting,
    /// Accounts whose calendars or contacts have their user's name in the address, and are told to nobody.
    unshared: Vec<crate::problem::Place>,
    /// What signs profiles, if anything does.
    pub signer: Option<crate::sign::Signer>,
}

/// The servers that some domains share.
#[derive(Debug)]
pub struct Service {
    /// Any user's account, taken apart.
    any: Compact,
    /// Logins of single users that the account file names, each at the servers of a protocol; by the address in lower case.
    pub people: HashMap<Address, Box<[(Protocol, Text)]>>,
    /// Where the first of them stands.
    pub person: Option<crate::problem::Place>,
    /// Where the first account stands that has other servers than these.
    pub other: Option<crate::problem::Place>,
    /// Whether a login is made from the address in a way that no placeholder of a client can be trusted with.
    pub composed: bool,
    /// Whether the autoconfig document has each user's own calendars or contacts in it, which few clients can fill in.
    pub own_collections: bool,
}

impl Service {
    /// Any user's account, put together: nothing personal is in it, and the local part of its address is a stand-in.
    pub fn account(&self) -> Account {
        self.any.account()
    }

    /// Where the provider stands, or the account that the others have their servers from.
    pub fn place(&self) -> crate::problem::Place {
        self.any.place()
    }
}

/// A domain of the site.
#[derive(Debug)]
pub struct Domain {
    /// Its name as A-labels.
    pub name: Arc<str>,
    /// The number of its service.
    service: usize,
    /// Its autoconfig document for any user; `None` where no client would take one, or for all names below a wildcard.
    autoconfig: Option<Bytes>,
    /// Its PACC document.
    pacc: Option<Bytes>,
}

impl Service {
    /// Whether the account file names a login of this address.
    pub fn names(&self, address: &Address) -> bool {
        // Nearly all services have none, and an address that nobody looks for is not made anew.
        !self.people.is_empty() && self.people.contains_key(&address.to_lower_case())
    }
}

impl Domain {
    /// Its PACC document, if there is one.
    pub fn pacc(&self) -> Option<&Bytes> {
        self.pacc.as_ref()
    }
}

/// A domain that was asked for.
#[derive(Clone, Debug)]
pub struct Found<'s> {
    /// Its name as A-labels.
    pub name: Cow<'s, str>,
    /// The domain, or the wildcard that it is below.
    pub domain: &'s Domain,
    /// Its servers.
    pub service: &'s Service,
}

/// A question, read.
#[derive(Debug)]
pub struct Asked<'s> {
    /// What is asked for.
    pub what: What,
    /// The domain that is asked about; `None` when it is none of ours.
    pub found: Option<Found<'s>>,
    /// The address that is asked about.
    pub address: Option<Address>,
}

/// What is asked for.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum What {
    Mozilla,
    Pox(autodiscover::pox::Asked),
    V2(autodiscover::v2::Asked),
    Profile,
    Pacc,
    Page(page::Asked),
    /// The answer is known already: a refusal, a redirection, a style sheet.
    Done(Endpoint, Answer),
}

impl Asked<'_> {
    /// The endpoint, for the metrics.
    pub fn endpoint(&self) -> Endpoint {
        match &self.what {
            What::Mozilla => Endpoint::Mozilla,
            What::Pox(_) => Endpoint::Pox,
            What::V2(_) => Endpoint::V2,
            What::Profile => Endpoint::Profile,
            What::Pacc => Endpoint::Pacc,
            What::Page(_) => Endpoint::Page,
            What::Done(endpoint, _) => *endpoint,
        }
    }

    /// Whose login has to be known for the answer, when there is a directory of users.
    pub fn user(&self) -> Option<&Address> {
        let named = match &self.what {
            What::Mozilla | What::Profile => true,
            What::Pox(asked) => asked.is_mail(),
            What::Page(asked) => asked.shows_settings(),
            _ => false,
        };
        self.address.as_ref().filter(|_| named && self.found.is_some())
    }
}

impl Site {
    /// The domains, in the order of the files.
    pub fn domains(&self) -> impl Iterator<Item = Found<'_>> {
        self.order.iter().filter_map(|name| self.domains.get(name)).map(|domain| self.found(&*domain.name, domain))
    }

    fn found<'s>(&'s self, name: impl Into<Cow<'s, str>>, domain: &'s Domain) -> Found<'s> {
        Found { name: name.into(), domain, service: &self.services[domain.service] }
    }

    /// The domain of a name in lower case, or the wildcard that it is below.
    pub fn domain(&self, name: &str) -> Option<Found<'_>> {
        if let Some(domain) = self.domains.get(name) {
            return Some(self.found(&*domain.name, domain));
        }
        let (label, parent) = name.split_once('.')?;
        // Below a wildcard, a name that programs make up is none of a domain, nor is one that no host can have (RFC 1123
        // section 2.1).
        let is_label = (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
        if PREFIXES.contains(&label) || !is_label {
            return None;
        }
        let domain = self.domains.get(format!("*.{parent}").as_str())?;
        Some(self.found(name.to_owned(), domain))
    }

    /// The domain that a `Host` header is about: itself, or what stands behind `autoconfig.` and the like.
    pub fn domain_of_host(&self, host: &str) -> Option<Found<'_>> {
        let host = question::host_name(host)?;
        if let Some(found) = host.split_once('.').filter(|(label, _)| PREFIXES.contains(label)) {
            return self.domain(found.1);
        }
        self.domain(&host)
    }

    /// Whether a certificate for a name may be had: of the domains' names and of the server's own, but none below a
    /// wildcard, whose names anybody can make up.
    pub fn may_have_certificate(&self, name: &str) -> bool {
        let Some(name) = question::host_name(name) else {
            return false;
        };
        let own = self.hosting.url.as_ref().and_then(|url| url.host_str()).is_some_and(|host| host == name);
        own || self.domain_of_host(&name).is_some_and(|found| !found.domain.name.starts_with("*."))
    }

    /// Whose login the directory of users has to be asked for.
    pub fn user<'a>(&self, asked: &'a Asked<'_>) -> Option<&'a Address> {
        let looked_up = asked.found.as_ref().is_some_and(|found| found.looks_up(&self.hosting));
        asked.user().filter(|_| looked_up)
    }

    /// The public address of the server for a domain, without a slash at the end.
    pub fn base(&self, domain: &str) -> String {
        match &self.hosting.url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => Site::own_base(domain),
        }
    }

    /// The same without `serve.url`.
    fn own_base(domain: &str) -> String {
        format!("https://autoconfig.{domain}")
    }

    /// Reads a question: which endpoint, which domain, which address.
    pub fn read(&self, question: &Question<'_>) -> Asked<'_> {
        route::read(self, question)
    }

    /// Answers it. `login` is what the directory of users says, or what is told of users that it does not have.
    pub fn answer(&self, asked: Asked<'_>, login: Option<&Text>) -> Answer {
        self.answer_at(asked, login, None)
    }

    /// The same at a time that the caller tells: a certificate signs no more when it has ended.
    pub fn answer_at(&self, asked: Asked<'_>, login: Option<&Text>, now: Option<SystemTime>) -> Answer {
        let endpoint = asked.endpoint();
        let Asked { what, found, address } = asked;
        let answer = match what {
            What::Done(_, answer) => answer,
            What::Mozilla => mozilla::answer(self, found, address.as_ref(), login),
            What::Pox(asked) => autodiscover::pox::answer(self, &asked, found, address.as_ref(), login),
            What::V2(asked) => autodiscover::v2::answer(self, &asked, found),
            What::Profile => apple::answer(self, found, address.as_ref(), login, now),
            What::Pacc => pacc::answer(found),
            What::Page(asked) => page::answer(self, &asked, found, address.as_ref(), login),
        };
        endpoint.shared(answer)
    }

    /// Both steps, for callers without a directory of users.
    pub fn ask(&self, question: &Question<'_>) -> Answer {
        let asked = self.read(question);
        self.answer(asked, None)
    }
}

impl Found<'_> {
    /// Whether logins of this domain are looked up in the directory of users.
    pub fn looks_up(&self, hosting: &Hosting) -> bool {
        hosting.users.as_ref().is_some_and(|users| {
            let named = |id: &str| users.providers.iter().any(|p| p.as_str() == id);
            users.providers.is_empty() || self.service.any.provider().is_some_and(named)
        })
    }

    /// The account of a user of this domain. `login` is the directory's and holds for all servers; without one, what the
    /// account file says of the address counts, which is compared as directories do: in lower case.
    ///
    /// # Errors
    /// A character that no login can hold.
    pub fn account(&self, address: &Address, login: Option<&Text>) -> Result<Account, char> {
        let people = &self.service.people;
        let own = if people.is_empty() { None } else { people.get(&address.to_lower_case()) };
        self.service.account().into_user(address.clone(), address.as_str(), |protocol| {
            login.or_else(|| own?.iter().find(|(of, _)| *of == protocol).map(|(_, login)| login))
        })
    }

    /// The account of any user; the local part is a stand-in.
    pub fn anyone(&self) -> Option<Account> {
        let address = Address::parse(&format!("{}@{}", Hosted::STAND_IN, self.name)).ok()?;
        self.service.account().into_user(address, &self.name, |_| None).ok()
    }
}
