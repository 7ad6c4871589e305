//! From accounts and providers to a [`Site`]: what is personal is left behind, what is the same for all users is rendered.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{Domain, Service, Site, mozilla, pacc};
use crate::account::compact::Shapes;
use crate::account::{
    Account, Address, Credential, Hosted, LoginForm, Mail, OAuth2, Offer, Origin, Secret, Server, Template, WebAddress,
};
use crate::problem::Problem;
use crate::provider::by_domain;
use crate::sign::Signer;
use crate::target::autoconfig::has_own_collections;

/// A site that is still being built.
#[derive(Debug, Default)]
pub struct Builder {
    site: Site,
    shapes: Shapes,
}

impl Builder {
    /// Publishes the domains of a provider.
    pub fn add(&mut self, hosted: Hosted) {
        self.site.add(hosted.account, &hosted.domains, &mut self.shapes);
    }

    fn all(mut self, mail: &Mail, signer: Option<Signer>) -> Result<Site, Vec<Problem>> {
        mail.hosted.iter().for_each(|hosted| self.add(hosted.clone()));
        self.build(mail, signer, None)
    }

    /// What a run publishes: the domains of the providers that have been added, or, in a file with accounts, those of the
    /// accounts. Documents are shared with the site `before`, where they are the same.
    ///
    /// # Errors
    /// When there is no domain.
    pub fn build(self, mail: &Mail, signer: Option<Signer>, before: Option<&Site>) -> Result<Site, Vec<Problem>> {
        let Builder { mut site, mut shapes } = self;
        site.hosting = mail.hosting.clone();
        site.signer = signer;
        let is_host = !site.services.is_empty();
        for account in &mail.accounts {
            // Beside a host's own providers, an account at a public service is somebody's own business.
            let domain = account.address.domain();
            let public = by_domain(domain).is_some() && !site.domains.contains_key(domain);
            if !is_host || !public {
                site.account(account, &mut shapes);
            }
        }
        site.services.shrink_to_fit();
        site.order.shrink_to_fit();
        if site.order.is_empty() {
            return Err(vec![
                Problem::error("no-domains", None, "there is no domain to publish")
                    .because("neither a provider with domains nor an account is in these files")
                    .fix("add `providers:` with `domains:` and servers; examples/mail-host.yaml shows how"),
            ]);
        }
        site.render(before);
        Ok(site)
    }
}

impl Site {
    /// What a run publishes: the domains of its providers, or, in a file with accounts, those of the accounts.
    ///
    /// # Errors
    /// When there is no domain.
    pub fn build(mail: &Mail, signer: Option<Signer>) -> Result<Site, Vec<Problem>> {
        Builder::default().all(mail, signer)
    }

    /// The same for who asks where each setting stands, which takes more memory.
    ///
    /// # Errors
    /// When there is no domain.
    pub fn with_places(mail: &Mail) -> Result<Site, Vec<Problem>> {
        Builder { shapes: Shapes::with_places(), ..Builder::default() }.all(mail, None)
    }

    fn add(&mut self, account: Account, domains: &[String], shapes: &mut Shapes) {
        let account = anybody(account);
        let own_collections = has_own_collections(&account);
        let composed = account.servers().any(|s| s.login.form == LoginForm::Other);
        let people = HashMap::new();
        let any = shapes.keep(account);
        self.services.push(Service { any, people, person: None, other: None, composed, own_collections });
        let service = self.services.len() - 1;
        for name in domains {
            let name: Arc<str> = name.as_str().into();
            if !self.domains.contains_key(&name) {
                self.order.push(name.clone());
                let domain = Domain { name: name.clone(), service, autoconfig: None, pacc: None };
                self.domains.insert(name, domain);
            }
        }
    }

    /// An account: its domain, and its login where that is not the one that any user of the domain has. The first account
    /// of a domain says what its servers are.
    fn account(&mut self, account: &Account, shapes: &mut Shapes) {
        let name = account.address.domain().to_owned();
        if !self.domains.contains_key(name.as_str()) {
            let stand_in = format!("{}@{name}", Hosted::STAND_IN);
            let mut anyone = account.clone();
            // A collection of one person's is nothing for the others.
            for url in [&mut anyone.caldav, &mut anyone.carddav] {
                if url.take_if(|url| names_its_user(url, account)).is_some() && !self.unshared.contains(&account.place)
                {
                    self.unshared.push(account.place);
                }
            }
            let Account { imap, pop3, smtp, further, .. } = &mut anyone;
            for server in [imap, pop3, smtp].into_iter().flatten().chain(further) {
                if server.login.pattern.as_literal().is_some() {
                    // Where one person's is said, nothing is said of the others'.
                    server.login.value.pattern = Template::address();
                    server.login.origin = Origin::Rule("the address is the usual login");
                }
            }
            let Ok(address) = Address::parse(&stand_in) else { return };
            let Ok(anyone) = anyone.of_user(address, &name, |_| None) else { return };
            self.add(anyone, std::slice::from_ref(&name), shapes);
        }
        let Some(domain) = self.domains.get(name.as_str()) else { return };
        let service = &mut self.services[domain.service];
        let any = service.account();
        if !account.servers().all(|s| any.offers(s.protocol).any(|offer| offer == Offer::from(s))) {
            service.other = service.other.or(Some(account.place));
        }
        let address = &account.address.value;
        let Ok(usual) = service.account().into_user(address.clone(), address.as_str(), |_| None) else { return };
        // Who fetches by one protocol is the same person by the other; who only sends has said nothing about fetching.
        let own = |protocol| account.servers().find(|s| s.protocol == protocol).or(account.incoming());
        let logins: Vec<_> = usual
            .servers()
            .filter_map(|s| Some((s.protocol, own(s.protocol)?.login.text.clone())).filter(|(_, l)| *l != s.login.text))
            .collect();
        if !logins.is_empty() {
            service.person = service.person.or(Some(account.place));
            service.people.insert(address.to_lower_case(), logins.into());
        }
    }

    /// Renders once what never changes. A document that the site before had as well is the same piece of memory: a reload
    /// of ten thousand files would need all of them twice.
    fn render(&mut self, before: Option<&Site>) {
        let mut rendered = Vec::with_capacity(self.order.len());
        for found in self.domains() {
            let known = before.and_then(|site| site.domains.get(&found.domain.name));
            let keep = |new: Option<Bytes>, known: Option<&Bytes>| match known {
                Some(known) if new.as_ref() == Some(known) => Some(known.clone()),
                _ => new.map(|new| Bytes::copy_from_slice(&new)),
            };
            let autoconfig = keep(mozilla::document(&found), known.and_then(|k| k.autoconfig.as_ref()));
            let pacc = keep(pacc::document(&self.hosting, &found), known.and_then(|k| k.pacc.as_ref()));
            rendered.push((autoconfig, pacc));
        }
        for (name, (autoconfig, pacc)) in self.order.iter().zip(rendered) {
            if let Some(domain) = self.domains.get_mut(name) {
                (domain.autoconfig, domain.pacc) = (autoconfig, pacc);
            }
        }
    }
}

/// Whether an address of a web service has its user's name in it: anywhere as a word, however it is encoded, since it may
/// be told as a folder, as a host or in a query. Of a pattern, every user has an own one.
fn names_its_user(url: &WebAddress, account: &Account) -> bool {
    if url.is_personal() {
        return false;
    }
    // What all addresses of the domain end with is nobody's name.
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_suffix(account.address.domain()).unwrap_or(host);
    let behind = &url[url::Position::BeforePath..];
    let mut text = format!("{host} {behind}").to_lowercase();
    // Some encode what is encoded.
    for _ in 0..3 {
        text = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().to_lowercase();
    }
    let logins = account.servers().map(|s| s.login.text.as_str());
    logins.chain([account.address.local()]).any(|own| has_word(&text, &own.to_lowercase()))
}

/// Whether a word stands in a text, with nothing of a longer one around it.
fn has_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.into_iter().chain(after).any(char::is_alphanumeric)
        })
}

/// The account without what is one person's.
fn anybody(mut account: Account) -> Account {
    let Account { service, full_name, identities, signature, pgp, smime, maildir, imap, pop3, smtp, further, .. } =
        &mut account;
    *full_name = None;
    // Each domain is published by itself.
    service.domains = [].into();
    identities.clear();
    *signature = None;
    *pgp = None;
    *smime = None;
    *maildir = None;
    for server in [imap, pop3, smtp].into_iter().flatten().chain(further) {
        without_secret(server);
    }
    account
}

fn without_secret(server: &mut Server) {
    server.credential.value = match &server.credential.value {
        Credential::Password(_) => Credential::Password(Secret::Prompt),
        Credential::OAuth2(oauth2) => Credential::OAuth2(Box::new(OAuth2 {
            token: None,
            client_id: None,
            client_secret: None,
            proxy: None,
            ..(**oauth2).clone()
        })),
        Credential::None => Credential::None,
    };
}
