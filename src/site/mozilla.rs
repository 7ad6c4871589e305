//! Mozilla's autoconfig.
//!
//! Paths, order of asking and what clients do with the answers: thunderbird-desktop `FetchConfig`, thunderbird-android,
//! chatmail/core `configure.rs`, KDE/kmail-account-wizard. A domain's document is the same for all its users, with
//! placeholders, unless a login does not follow from the address or calendars are each user's own. No address is no mistake: half of the clients send none.

use bytes::Bytes;

use super::answer::XML;
use super::{Answer, Found, Site};
use crate::account::{Address, Text};
use crate::target::autoconfig::{Whose, published};

pub(super) fn answer(site: &Site, found: Option<Found<'_>>, address: Option<&Address>, login: Option<&Text>) -> Answer {
    let Some(found) = found else {
        return Answer::not_found();
    };
    let service = found.service;
    let by_address = service.composed || service.own_collections;
    let own = address.filter(|a| login.is_some() || by_address || service.names(a));
    if let Some(address) = own {
        return match found.account(address, login).ok().and_then(|account| published(&account, Whose::User)) {
            Some(document) => Answer::ok(XML, document).personal(),
            None => Answer::not_found(),
        };
    }
    // A name below a wildcard has no document ready.
    match found.domain.autoconfig.clone().or_else(|| document(&found)) {
        // Where some logins are looked up, those of the others must not be told apart by a header.
        Some(document) if address.is_some() && found.looks_up(&site.hosting) => Answer::ok(XML, document).personal(),
        Some(document) => Answer::ok(XML, document),
        None => Answer::not_found(),
    }
}

/// Whether there is a document for a domain.
pub fn is_published(found: &Found<'_>) -> bool {
    found.domain.autoconfig.is_some() || document(found).is_some()
}

/// The document for any user of a domain; `None` when no client would take one.
pub(super) fn document(found: &Found<'_>) -> Option<Bytes> {
    // Ten thousand of them are kept: without the room that a growing text leaves.
    published(&found.anyone()?, Whose::Anyone).map(|text| Bytes::from(text.into_boxed_str().into_boxed_bytes()))
}
