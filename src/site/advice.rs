//! What a mail host should know before it publishes: nothing of it keeps anything from being served.

use super::{Site, pacc};
use crate::problem::Problem;

impl Site {
    /// What is probably not meant.
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
}
