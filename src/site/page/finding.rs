//! Which programs find the settings of an account by themselves, and set themselves up with nothing left to correct.
//!
//! What each does with a document is [`crate::clients`]' knowledge, so that a page promises no more than `check --client`
//! does. Here is only which document each of them gets: who asks without an address, or with a made-up one, gets what any
//! user gets.

use crate::account::{Account, Text};
use crate::clients::document::Document;
use crate::clients::{Client, sets_up};
use crate::site::{Found, Site};
use crate::target::autoconfig::{Whose, published};

/// Programs that send the address which was typed. (Evolution asks as a user of its own making.)
const SEND_ADDRESS: &[Client] = &[Client::Thunderbird, Client::FairEmail, Client::DeltaChat];

/// The programs.
#[derive(Debug, Default)]
pub struct Finders(Vec<Client>);

impl Finders {
    /// Those for an account; for anybody's, those that are right whoever it is.
    pub fn of(site: &Site, found: &Found<'_>, account: &Account, anybody: bool) -> Finders {
        let some_differ = !found.service.people.is_empty() || found.looks_up(&site.hosting);
        let (own, differs) = if anybody {
            (None, some_differ)
        } else {
            (published(account, Whose::User), has_another_login(found, account))
        };
        let common = found.anyone().and_then(|anyone| published(&anyone, Whose::Anyone));
        let (own, common) = match (own, common) {
            (None, Some(common)) if anybody => (Some(read(&common)), Some(read(&common))),
            (own, common) => (own.as_deref().map(read), common.as_deref().map(read)),
        };
        let is_right = |client: &&Client| {
            let (document, wrong) = match SEND_ADDRESS.contains(client) {
                true => (&own, false),
                false => (&common, differs || (**client == Client::Evolution && found.service.composed)),
            };
            !wrong && document.as_ref().is_some_and(|document| sets_up(**client, document))
        };
        Finders(Client::ALL.iter().filter(|c| **c != Client::Outlook).filter(is_right).copied().collect())
    }

    /// Whether a program is one.
    pub fn has(&self, client: Client) -> bool {
        self.0.contains(&client)
    }
}

fn read(document: &str) -> Document {
    Document::read(0, document)
}

/// Whether a user logs in otherwise than the domain's form says.
fn has_another_login(found: &Found<'_>, account: &Account) -> bool {
    let address = &account.address.value;
    let usual = found.service.account().into_user(address.clone(), address.as_str(), |_| None).ok();
    let logins = |account: &Account| -> Vec<Text> { account.servers().map(|s| s.login.text.clone()).collect() };
    usual.is_none_or(|usual| logins(&usual) != logins(account))
}
