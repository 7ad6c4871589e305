//! What programs make of how a web server answered: status, type, redirections. The document itself is not looked at.

use url::Url;

use super::fetch::{Fetched, shown};
use super::rules::{deltachat, every, fairemail, geary, k9, thunderbird};
use super::{Client, Finding};

/// The findings about an answer.
pub fn of(fetched: &Fetched, clients: &[Client]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut hit = |rule: &'static super::rules::Rule, value: &str| {
        if rule.client.is_none_or(|c| clients.contains(&c)) {
            findings.push(rule.finding(None, None, value));
        }
    };
    let first = fetched.hops.first().map(shown).unwrap_or_default();
    match fetched.status {
        200..300 => {}
        401 | 407 => hit(&every::UNAUTHORISED, &fetched.status.to_string()),
        status => hit(&every::STATUS, &status.to_string()),
    }
    if is_ok(fetched) {
        let kind = fetched.kind.as_deref().unwrap_or_default();
        // Thunderbird compares the beginning, letter by letter.
        if !["text/xml", "application/xml", "text/rdf"].iter().any(|known| kind.starts_with(known)) {
            hit(&thunderbird::CONTENT_TYPE, kind);
        }
        let page = kind.to_lowercase().contains("html") || starts_as_page(&fetched.body);
        if page {
            hit(&thunderbird::MASKS, "");
        }
    }
    if fetched.hops.first().is_some_and(|u| u.scheme() == "http") {
        for rule in [&deltachat::HTTP, &fairemail::HTTP, &geary::HTTP] {
            hit(rule, &first);
        }
    }
    if let Some(hop) = fetched.hops.iter().find(|u| u.scheme() == "http") {
        hit(&k9::INSECURE, &shown(hop));
    }
    for hops in fetched.hops.windows(2) {
        if site(&hops[0]) != site(&hops[1]) {
            hit(&every::REDIRECT, &format!("from {} to {}", host(&hops[0]), host(&hops[1])));
        }
    }
    findings
}

/// Whether there is a document to look at.
pub fn is_ok(fetched: &Fetched) -> bool {
    (200..300).contains(&fetched.status)
}

fn starts_as_page(body: &str) -> bool {
    let start: String =
        body.trim_start_matches('\u{feff}').trim_start().chars().take(14).collect::<String>().to_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// The domain without the names that the format itself puts before it. No list of public suffixes is here: a redirection
/// inside of a domain goes to it, or below it.
fn site(url: &Url) -> String {
    let name = host(url);
    let name = ["autoconfig.", "www.", "mail."].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name);
    name.to_lowercase()
}
