//! What a mail host should know before it publishes: nothing of it keeps anything from being served.

use super::autodiscover::protocol;
use super::{Domain, Found, Site, pacc};
use crate::problem::Problem;
use crate::target::autoconfig::{Whose, published};

impl Site {
    /// What is probably not meant where a server answers.
    pub fn advice(&self) -> Vec<Problem> {
        let mut advice = Vec::new();
        for service in self.services.iter().filter(|s| !s.people.is_empty()) {
            advice.push(
                Problem::warning(
                    "tells-who-exists",
                    service.person.unwrap_or(service.place()),
                    "the answers tell that some of these accounts exist",
                )
                .because("their login is another one than the domain's form, which all other addresses get")
                .fix("serve a file without accounts, and look logins up in a directory: `serve: { users: ... }`"),
            );
        }
        for named in self.hosting.users.iter().flat_map(|users| &users.providers) {
            if self.domains().any(|found| found.service.any.provider() == Some(named.as_str())) {
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
        // A tree says so in notes.
        advice.extend(self.unanswered());
        advice.extend(self.advice_of_files());
        advice
    }

    /// What is probably not meant, and as true where all users are told the same.
    pub fn advice_of_files(&self) -> Vec<Problem> {
        let mut advice: Vec<Problem> = self.unshared().collect();
        for service in &self.services {
            let Some(place) = service.other else { continue };
            advice.push(
                Problem::warning(
                    "other-servers",
                    place,
                    "this account has other servers than those that are published for its domain",
                )
                .because("all addresses of a domain are told the servers of its provider, or else of its first account")
                .fix("give it these servers or a domain of its own; else `generate` sets its programs up as it stands here"),
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
            let Domain { autoconfig: None, pacc: None, .. } = found.domain else { return None };
            pacc::anyone(found).filter(is_unanswered)
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
                    first.service.place(),
                    format!("mail programs that look up {name} are told nothing"),
                )
                .because(because)
                .fix(format!("{fix}; else people have the set-up page alone")),
            );
        }
        advice
    }

    /// The providers whose users could be looked up, each once.
    fn looked_up(&self) -> Vec<&str> {
        let mut seen = Vec::new();
        for id in self.services.iter().filter_map(|s| s.any.provider()).filter(|id| id.len() <= 60) {
            if !seen.contains(&id) && seen.len() < 5 {
                seen.push(id);
            }
        }
        seen
    }
}

/// Whether neither autoconfig nor Autodiscover has an answer for an account.
fn is_unanswered(account: &crate::account::Account) -> bool {
    published(account, Whose::Anyone).is_none() && protocol::blocks(account, true).is_empty()
}
