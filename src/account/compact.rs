//! Accounts kept small: a mail host has thousands that differ in a few texts, and an [`Account`] has 2 KiB of room for all
//! that one may say.
//!
//! An account is taken apart into its texts, in an order that [`each`] alone knows, and its shape, which is what is left;
//! equal shapes are kept once. Put together again it is the same account, but for the places of its values: unless they
//! are wanted, only where the account itself stands is remembered. So this is for what is published, not for what is still
//! to be checked.

use std::sync::Arc;

use super::auth::Credential;
use super::{Account, Origin, Said, Server};
use crate::document::{Node, Value};
use crate::problem::Place;

/// An account, taken apart.
#[derive(Clone, Debug)]
pub struct Compact {
    /// The account with empty texts.
    shape: Arc<Account>,
    /// What stood there, each with [`END`] behind it.
    texts: Box<str>,
    place: Place,
}

/// No text of an account holds it: [`super::Text`] refuses it, names, hosts and URLs cannot have it.
const END: char = '\0';

/// The place of a value whose place is forgotten.
const NOWHERE: Place = Place { file: 0, start: 0, end: 0 };

impl Compact {
    /// The account, whole.
    pub fn account(&self) -> Account {
        let mut account = (*self.shape).clone();
        let mut texts = self.texts.split_terminator(END);
        each(&mut account, &mut |slot| {
            if let Some(text) = texts.next() {
                slot.fill(text);
            }
        });
        account.place = self.place;
        account
    }

    /// Where the account stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Its provider's id, without putting it together.
    pub fn provider(&self) -> Option<&str> {
        self.shape.service.id.as_ref().and_then(|_| self.texts.split_terminator(END).next())
    }
}

/// The shapes of accounts that were taken apart one after the other.
#[derive(Debug, Default)]
pub struct Shapes {
    known: Vec<Arc<Account>>,
    with_places: bool,
}

/// How many shapes are looked through for an equal one. A host has a handful; one that has thousands is kept all the same,
/// only larger.
const LOOKED_AT: usize = 64;

impl Shapes {
    /// With the places of all values kept: then accounts that stand at different places share nothing.
    pub fn with_places() -> Shapes {
        Shapes { with_places: true, ..Shapes::default() }
    }

    /// Takes an account apart.
    pub fn keep(&mut self, mut account: Account) -> Compact {
        let place = std::mem::replace(&mut account.place, NOWHERE);
        if !self.with_places {
            forget_places(&mut account);
        }
        let mut texts = String::new();
        each(&mut account, &mut |slot| {
            slot.take(&mut texts);
            texts.push(END);
        });
        let known = self.known.iter().rev().take(LOOKED_AT).find(|known| ***known == account);
        let shape = match known {
            Some(known) => Arc::clone(known),
            None => {
                let shape = Arc::new(account);
                self.known.push(Arc::clone(&shape));
                shape
            }
        };
        Compact { shape, texts: texts.into_boxed_str(), place }
    }

    /// How many shapes are kept.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing has been taken apart.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// Where a text of an account is.
enum Slot<'a> {
    Text(&'a mut String),
    Url(&'a mut url::Url),
}

impl Slot<'_> {
    fn take(self, into: &mut String) {
        match self {
            Slot::Text(text) => into.push_str(&std::mem::take(text)),
            Slot::Url(url) => {
                into.push_str(url.as_str());
                // Any URL will do, as long as it is always the same.
                if let Ok(none) = url::Url::parse("https://localhost/") {
                    *url = none;
                }
            }
        }
    }

    fn fill(self, with: &str) {
        match self {
            Slot::Text(text) => with.clone_into(text),
            Slot::Url(url) => {
                if let Ok(known) = url::Url::parse(with) {
                    *url = known;
                }
            }
        }
    }
}

/// Every text that is another one with each host, always in the same order, the provider's id first.
fn each(account: &mut Account, f: &mut dyn FnMut(Slot<'_>)) {
    let Account { name, address, service, imap, pop3, smtp, further, carddav, caldav, .. } = account;
    if let Some(id) = &mut service.id {
        f(Slot::Text(id));
    }
    if let Some(title) = &mut service.name {
        f(Slot::Text(title.inner()));
    }
    f(Slot::Text(name));
    f(Slot::Text(address.value.inner()));
    for server in [imap, pop3, smtp].into_iter().flatten().chain(further) {
        // An IP address is part of the shape: it is kept a second time, parsed.
        if server.host.ip().is_none() {
            f(Slot::Text(server.host.value.inner()));
        }
        let login = &mut server.login.value;
        f(Slot::Text(login.text.inner()));
        login.pattern.texts().for_each(|text| f(Slot::Text(text)));
    }
    for service in [carddav, caldav].into_iter().flatten() {
        let (pattern, url) = service.value.parts();
        f(Slot::Url(url));
        pattern.texts().for_each(|text| f(Slot::Text(text)));
    }
}

fn forget<T>(said: &mut Said<T>) {
    if let Origin::File(place) = &mut said.origin {
        *place = NOWHERE;
    }
}

fn forget_all<'a, T: 'a>(said: impl IntoIterator<Item = &'a mut Option<Said<T>>>) {
    said.into_iter().flatten().for_each(forget);
}

/// What differs between two accounts only because they stand at different places.
fn forget_places(account: &mut Account) {
    let Account { address, retrieve, imap, pop3, smtp, further, folders, save_sent, carddav, caldav, options, .. } =
        account;
    forget(address);
    forget_all([retrieve]);
    [imap, pop3, smtp].into_iter().flatten().chain(further).for_each(server);
    let super::Folders { sent, drafts, trash, junk, archive, all } = folders;
    forget_all([sent, drafts, trash, junk, archive, all]);
    forget(save_sent);
    forget_all([carddav, caldav]);
    options.iter_mut().for_each(node);
}

fn server(server: &mut Server) {
    let Server { protocol: _, host, port, tls, login, credential, auth } = server;
    forget(host);
    forget(port);
    forget(tls);
    forget(login);
    forget(credential);
    forget_all([auth]);
    if let Credential::OAuth2(oauth2) = &mut credential.value {
        forget_all([&mut oauth2.auth_url, &mut oauth2.token_url]);
        forget_all([&mut oauth2.mechanism]);
    }
}

fn node(this: &mut Node) {
    this.place = NOWHERE;
    match &mut this.value {
        Value::Null | Value::Scalar(_) => {}
        Value::List(items) => items.iter_mut().for_each(node),
        Value::Map(entries) => {
            for entry in entries {
                entry.place = NOWHERE;
                node(&mut entry.value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(text: &str) -> Vec<Account> {
        let reading = crate::read_text("a.yaml", text);
        assert!(!reading.failed(), "{:?}", reading.problems);
        let hosted = reading.mail.hosted.into_iter().map(|h| h.account);
        hosted.chain(reading.mail.accounts).collect()
    }

    fn provider(n: usize) -> String {
        format!(
            "  p{n}:\n    name: Host {n}\n    domains: [d{n}.example.net]\n    login: 'u-{n}-{{local}}'\n    \
             imap: [imap.d{n}.example.net, {{ host: old.d{n}.example.net, port: 143 }}]\n    pop3: 192.0.2.1\n    \
             smtp: {{ host: smtp.d{n}.example.net, port: 587 }}\n    folders: {{ sent: Gesendet }}\n    \
             carddav: https://dav.d{n}.example.net/c\n    caldav: https://dav.d{n}.example.net/{{local}}/\n    \
             save_sent: false\n"
        )
    }

    /// Each field of an account that a provider may say, and every host in it another one: nothing is lost, and of a
    /// hundred of them one shape is kept. A field that [`each`] or [`forget_places`] does not know makes it a hundred.
    #[test]
    fn a_hundred_hosts_have_one_shape() {
        let text: String = (0..100).map(provider).collect();
        let mut shapes = Shapes::default();
        let defaults = "defaults: { targets: { mobileconfig: { split: true } } }\n";
        for mut account in accounts(&format!("{defaults}providers:\n{text}")) {
            // Each domain is published by itself.
            account.service.domains = [].into();
            let kept = shapes.keep(account.clone());
            assert_eq!(kept.provider(), account.service.id.as_deref());
            let mut same = account.clone();
            forget_places(&mut same);
            assert_eq!(kept.account(), same);
        }
        assert_eq!(shapes.len(), 1);
    }

    #[test]
    fn what_differs_in_more_than_texts_stays_apart() {
        let text = "accounts:\n  ada@gmail.com: {}\n  ada@gmx.net: {}\n  ada@web.de: { retrieve: pop3 }\n  \
                    bob@web.de: {}\n";
        let mut shapes = Shapes::default();
        for account in accounts(text) {
            let mut same = account.clone();
            forget_places(&mut same);
            assert_eq!(shapes.keep(account).account(), same);
        }
        assert!(shapes.len() >= 3, "{}", shapes.len());
    }
}
