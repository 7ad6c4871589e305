//! What the full profile adds to an autoconfig document: help pages, instructions, calendars and contacts, and what that
//! costs in which program.
//!
//! Only what is known is added: no page, no address and no server is guessed. Spelling is that of
//! draft-ietf-mailmaint-autoconfig-06 (lower-case `addressbook`, `url`, services at the root), and of the format's first
//! version for `documentation` and `enable`, which the draft has dropped and FairEmail shows.

use std::collections::BTreeSet;

use super::{Bundle, FULL, Section, Whose, in_profile};
use crate::account::{Account, Said, Way, WebAddress};
use crate::clients::document::Document;
use crate::clients::{Client, Effect, examine};
use crate::quote::Refusals;

/// The additions.
pub(super) struct Extras {
    /// 1.2 has services at the root.
    pub version: &'static str,
    /// Help pages.
    pub pages: Vec<Page>,
    /// What must be switched on first.
    pub enable: Option<String>,
    /// Calendars and contacts.
    pub services: Vec<Service>,
}

/// A help page.
pub(super) struct Page {
    pub url: String,
    pub text: String,
}

/// A service beside mail.
pub(super) struct Service {
    pub element: &'static str,
    pub kind: &'static str,
    pub url: String,
    /// Whether a password is taken, as HTTP has it.
    pub basic: bool,
    /// The way that readers of version 1.1 know.
    pub fallback: &'static str,
    pub username: String,
}

impl Extras {
    /// Nothing, in version 1.1.
    pub fn none() -> Extras {
        Extras { version: "1.1", pages: Vec::new(), enable: None, services: Vec::new() }
    }
}

/// The additions for an account, in a document of one domain or of `many`.
pub(super) fn of(
    account: &Account,
    published: Option<Whose>,
    personal: bool,
    sections: &[Section],
    many: bool,
) -> Extras {
    let mut extras = Extras { version: "1.2", ..Extras::none() };
    if let Some(facts) = account.service.facts {
        if let Some(url) = facts.help.app_password {
            let text = format!("Make an app password for {}", facts.name);
            extras.pages.push(Page { url: url.to_owned(), text });
        }
        extras.enable = facts.help.enable.map(str::to_owned);
    }
    let passwords = account.service.ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword));
    let username = sections.first().map(|s| s.username.clone()).unwrap_or_default();
    // A document for everybody must not send everybody to one person's calendar.
    let own = personal || published == Some(Whose::User);
    let shared = |url: &&Said<WebAddress>| own || url.is_personal() || !url.as_str().contains(account.address.local());
    // The draft's section "Placeholders" lets clients fill them in here, too, and does not ask for it: whoever is known
    // gets an own document. Where a document is for one domain only, that stands in it.
    let domain = if many { "%EMAILDOMAIN%" } else { account.address.domain() };
    for (element, kind, url) in [("calendar", "caldav", &account.caldav), ("addressbook", "carddav", &account.carddav)]
    {
        if let Some(url) = url.as_ref().filter(shared) {
            extras.services.push(Service {
                element,
                kind,
                url: if own { url.to_string() } else { url.value.with("%EMAILADDRESS%", "%EMAILLOCALPART%", domain) },
                basic: passwords,
                fallback: if passwords { "password-cleartext" } else { "OAuth2" },
                username: username.clone(),
            });
        }
    }
    extras
}

/// Says what the full document costs in which program: what the plain one would not, by the rules of `check --client`.
pub(super) fn costs(account: &Account, full: &[u8], bundle: &mut Bundle) {
    let mut ignored = Vec::new();
    let Some((plain, _)) = in_profile(account, false, None, &mut Bundle::default(), &mut ignored) else { return };
    let Ok(plain) = Refusals::render(&plain, None) else { return };
    let before: BTreeSet<_> = found(&plain).into_iter().map(|(client, code, _)| (client, code)).collect();
    for (client, code, text) in found(&String::from_utf8_lossy(full)) {
        if !before.contains(&(client, code)) {
            bundle.note(&FULL, account, text);
        }
    }
}

/// Who does what, the harmless left out.
fn found(text: &str) -> Vec<(Option<Client>, &'static str, String)> {
    let mut found = Vec::new();
    for finding in examine(&Document::read(0, text), Client::ALL) {
        if finding.effect() == Effect::Notes {
            continue;
        }
        let subject = finding.client.map_or("all programs", Client::title);
        let server = finding.server.map(|s| format!("{s}: ")).unwrap_or_default();
        found.push((finding.client, finding.rule.code, format!("{server}{subject} {}", finding.message)));
    }
    found
}
