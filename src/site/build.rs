//! From accounts and providers to a [`Site`]: what is personal is left behind, what is the same for all users is rendered.

use std::collections::HashMap;

use super::{Domain, Found, Service, Site, mozilla, pacc};
use crate::account::{
    Account, Address, Credential, Hosted, LoginForm, Mail, OAuth2, Secret, Server, Template, WebAddress,
};
use crate::problem::Problem;
use crate::provider::by_domain;
use crate::sign::Signer;
use crate::target::autoconfig::has_own_collections;

impl Site {
    /// What a run publishes: the domains of its providers, or, in a file with accounts, those of the accounts.
    ///
    /// # Errors
    /// When there is no domain.
    pub fn build(mail: &Mail, signer: Option<Signer>) -> Result<Site, Vec<Problem>> {
        let mut site = Site {
            services: Vec::new(),
            domains: HashMap::new(),
            order: Vec::new(),
            hosting: mail.hosting.clone(),
            unshared: Vec::new(),
            signer,
        };
        for hosted in &mail.hosted {
            site.add(hosted.account.clone(), &hosted.domains);
        }
        for account in &mail.accounts {
            // Beside a host's own providers, an account at a public service is somebody's own business.
            let domain = account.address.domain();
            let public = by_domain(domain).is_some() && !site.domains.contains_key(domain);
            if mail.hosted.is_empty() || !public {
                site.account(account);
            }
        }
        site.services.shrink_to_fit();
        if site.order.is_empty() {
            return Err(vec![
                Problem::error("no-domains", None, "there is no domain to publish")
                    .because("neither a provider with domains nor an account is in these files")
                    .fix("add `providers:` with `domains:` and servers; examples/mail-host.yaml shows how"),
            ]);
        }
        site.render();
        Ok(site)
    }

    fn add(&mut self, account: Account, domains: &[String]) {
        let account = anybody(account);
        let own_collections = has_own_collections(&account);
        let composed = account.servers().any(|s| s.login.form == LoginForm::Other);
        self.services.push(Service { account, people: HashMap::new(), person: None, composed, own_collections });
        let service = self.services.len() - 1;
        for name in domains {
            let name: Box<str> = name.as_str().into();
            if !self.domains.contains_key(&name) {
                self.order.push(name.clone());
                let domain = Domain { name: name.clone(), service, autoconfig: None, pacc: None };
                self.domains.insert(name, domain);
            }
        }
    }

    /// An account: its domain, and its login where that is not the one that any user of the domain has. The first account
    /// of a domain says what its servers are.
    fn account(&mut self, account: &Account) {
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
                    server.login.value.pattern = Template::address();
                }
            }
            let Ok(address) = Address::parse(&stand_in) else { return };
            let Ok(anyone) = anyone.of_user(address, &name, None) else { return };
            self.add(anyone, std::slice::from_ref(&name));
        }
        let Some(domain) = self.domains.get(name.as_str()) else { return };
        let service = &mut self.services[domain.service];
        let address = &account.address.value;
        let usual = service.account.of_user(address.clone(), address.as_str(), None).ok();
        let login_at = |protocol| {
            let mut servers = usual.iter().flat_map(Account::servers);
            servers.find(|s| s.protocol == protocol).map(|s| &s.login.text)
        };
        if let Some(own) = account.servers().find(|s| login_at(s.protocol).is_some_and(|l| *l != s.login.text)) {
            let login = own.login.text.clone();
            service.person = service.person.or(Some(account.place));
            service.people.insert(address.clone(), login);
        }
    }

    /// Renders once what never changes.
    fn render(&mut self) {
        let Site { services, domains, hosting, .. } = self;
        for domain in domains.values_mut() {
            let found = Found { name: (&*domain.name).into(), domain, service: &services[domain.service] };
            let (autoconfig, pacc) = (mozilla::document(&found), pacc::document(hosting, &found));
            domain.autoconfig = autoconfig;
            domain.pacc = pacc;
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
