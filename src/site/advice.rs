//! What a mail host should know before it publishes: nothing of it keeps anything from being served.

use super::autodiscover::protocol;
use super::{Found, Site, pacc};
use crate::problem::Problem;
use crate::target::autoconfig::{Whose, published};

impl Site {
    /// What is probably not meant.
    pub fn advice(&self) -> Vec<Problem> {
        let mut advice = Vec::new();
        for service in self.services.iter().filter(|s| !s.people.is_empty()) {
            advice.push(
                Problem::warning(
                    "tells-who-exists",
                    service.person.unwrap_or(service.account.place),
                    "the answers tell that some of these accounts exist",
                )
                .because("their login is another one than the domain's form, which all other addresses get")
                .fix("serve a file without accounts, and look logins up in a directory: `serve: { users: ... }`"),
            );
        }
        advice.extend(self.unshared());
        advice.extend(self.unanswered());
        for named in self.hosting.users.iter().flat_map(|users| &users.providers) {
            if self.domains().any(|found| found.service.account.service.id.as_deref() == Some(named.as_str())) {
                continue;
            }
            advice.push(
                Problem::warning(
                    "nobody-is-looked-up",
                    named.origin.place(),
                    format!("nobody of {} is looked up in the directory of users", named.value),
                )
                .because("no domain that these files publish is one of its")
                .fix(match self.looked_up().as_slice() {
                    [] => "give the provider `domains`, or leave it out".to_owned(),
                    own => format!(
                        "name the provider of the domains: {}; or leave `providers` out for all",
                        own.join(", ")
                    ),
                }),
            );
        }
        if let Some(said) = &self.hosting.pacc {
            // One of a service's domains speaks for all.
            let mut seen = vec![false; self.services.len()];
            for found in self.domains() {
                if std::mem::replace(&mut seen[found.domain.service], true) {
                    continue;
                }
                if let Some(why) = pacc::obstacle(&self.hosting, &found) {
                    advice.push(
                        Problem::warning(
                            "no-pacc",
                            said.origin.place(),
                            format!("{} gets no PACC document", found.name),
                        )
                        .because(why)
                        .fix("leave `pacc` out, or offer what it can say beside the rest"),
                    );
                }
            }
        }
        advice
    }

    /// Accounts whose calendars or contacts are kept from the others.
    fn unshared(&self) -> impl Iterator<Item = Problem> {
        self.unshared.iter().map(|place| {
            Problem::warning("own-collections", *place, "calendars or contacts of this account are not published")
                .because("its user's name is in their address, and what is published is told to all of the domain")
                .fix("write `{local}` or `{address}` where the name stands, or put the address at a provider, whose is for everybody")
        })
    }

    /// Services whose users are told nothing, one domain speaking for all.
    fn unanswered(&self) -> Vec<Problem> {
        let mut domains: Vec<Vec<Found<'_>>> = vec![Vec::new(); self.services.len()];
        for found in self.domains() {
            domains[found.domain.service].push(found);
        }
        let silent = |found: &Found<'_>| {
            let anyone = pacc::anyone(found)?;
            (found.domain.pacc.is_none() && is_unanswered(&anyone)).then_some(anyone)
        };
        let mut advice = Vec::new();
        for domains in &domains {
            let Some((first, anyone)) = domains.first().and_then(|found| Some((found, silent(found)?))) else {
                continue;
            };
            let name = match domains.len() {
                1 => first.name.to_string(),
                n => format!("{} and {} more", first.name, n - 1),
            };
            let (because, fix) = match (anyone.incoming().is_some(), anyone.smtp.is_some()) {
                (true, true) => (
                    "neither autoconfig nor Autodiscover has words for a way to log in at these servers",
                    "offer passwords for programs inside TLS as well",
                ),
                (true, false) => ("programs set up what can also send, and there is no `smtp`", "add `smtp`"),
                (false, _) => ("programs set up what can also receive, and there is no `imap` or `pop3`", "add `imap`"),
            };
            advice.push(
                Problem::warning(
                    "no-answer",
                    first.service.account.place,
                    format!("mail programs that look up {name} are told nothing"),
                )
                .because(because)
                .fix(format!("{fix}; else people have the set-up page alone")),
            );
        }
        advice
    }

    /// The providers whose users could be looked up, each once.
    fn looked_up(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for id in self.services.iter().filter_map(|s| s.account.service.id.as_ref()).filter(|id| id.len() <= 60) {
            if !seen.contains(id) && seen.len() < 5 {
                seen.push(id.clone());
            }
        }
        seen
    }
}

/// Whether neither autoconfig nor Autodiscover has an answer for an account.
fn is_unanswered(account: &crate::account::Account) -> bool {
    published(account, Whose::Anyone).is_none() && protocol::blocks(account, true).is_empty()
}
