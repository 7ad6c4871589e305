//! What a mail host should know before it publishes: nothing of it keeps anything from being served.

use super::{Site, pacc};
use crate::problem::Problem;

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
        advice.extend(self.advice_of_files());
        advice
    }

    /// What is probably not meant, and as true where all users are told the same.
    pub fn advice_of_files(&self) -> Vec<Problem> {
        let mut advice = Vec::new();
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
