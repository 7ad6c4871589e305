//! Which path is whose. Paths are compared without case: clients do not agree on it.

use super::question::{self, Method, Question};
use super::{Answer, Asked, Site, What, apple, autodiscover, page};
use crate::account::Address;

/// An endpoint, for the metrics and the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// Mozilla's autoconfig.
    Mozilla,
    /// Autodiscover with XML.
    Pox,
    /// Autodiscover with JSON.
    V2,
    /// Apple's profiles.
    Profile,
    /// PACC.
    Pacc,
    /// The set-up page.
    Page,
    /// Style sheets and the like.
    Asset,
    /// Anything else.
    Other,
}

impl Endpoint {
    /// All of them.
    pub const ALL: &[Endpoint] = &[
        Endpoint::Mozilla,
        Endpoint::Pox,
        Endpoint::V2,
        Endpoint::Profile,
        Endpoint::Pacc,
        Endpoint::Page,
        Endpoint::Asset,
        Endpoint::Other,
    ];

    /// The word of the metrics.
    pub fn word(self) -> &'static str {
        match self {
            Endpoint::Mozilla => "autoconfig",
            Endpoint::Pox => "autodiscover",
            Endpoint::V2 => "autodiscover_v2",
            Endpoint::Profile => "profile",
            Endpoint::Pacc => "pacc",
            Endpoint::Page => "page",
            Endpoint::Asset => "asset",
            Endpoint::Other => "other",
        }
    }

    /// Whether scripts of any web site may read the answers: documents that are the same for whoever asks, and that web
    /// mail in a browser has a use for. Credentials are never sent along with such a question, and would change nothing.
    pub fn is_shared(self) -> bool {
        matches!(self, Endpoint::Mozilla | Endpoint::Pacc)
    }

    /// An answer of this endpoint with what a browser wants to see before a script may read it (CORS, Fetch section 3.2).
    pub fn shared(self, answer: Answer) -> Answer {
        if self.is_shared() { answer.header("Access-Control-Allow-Origin", "*") } else { answer }
    }
}

/// The paths of Mozilla's autoconfig.
pub const MOZILLA: &[&str] = &["/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"];
/// As the public database has it, for those who run their own: `/v1.1/example.org`.
const ISPDB: &str = "/v1.1/";
/// Autodiscover with XML, in any case.
pub const POX: &str = "/autodiscover/autodiscover.xml";
/// Autodiscover with JSON, in any case.
pub const V2: &str = "/autodiscover/autodiscover.json";
/// PACC.
pub const PACC: &str = "/.well-known/user-agent-configuration.json";
/// Caddy's question whether a name is one of ours (`on_demand_tls`, `ask`).
const ASK: &str = "/caddy/ask";
/// Apple's profiles, `/apple/ADDRESS.mobileconfig`.
pub const APPLE: &str = "/apple/";

pub(super) fn read<'s>(site: &'s Site, question: &Question<'_>) -> Asked<'s> {
    let path = question.path;
    let is = |known: &str| path.eq_ignore_ascii_case(known);
    if MOZILLA.iter().any(|p| is(p)) {
        return mozilla(site, question);
    }
    if is(POX) {
        return autodiscover::pox::read(site, question);
    }
    if let Some(rest) = after(path, V2) {
        return autodiscover::v2::read(site, question, rest);
    }
    if let Some(rest) = after(path, APPLE) {
        return only_get(question, Endpoint::Profile).unwrap_or_else(|| apple::read(site, question, rest));
    }
    if is(PACC) {
        return only_get(question, Endpoint::Pacc).unwrap_or_else(|| Asked {
            what: What::Pacc,
            found: site.domain_of_host(question.host),
            address: None,
        });
    }
    if let Some(domain) = after(path, ISPDB) {
        return only_get(question, Endpoint::Mozilla).unwrap_or_else(|| {
            let found = question::host_name(domain).and_then(|name| site.domain(&name));
            Asked { what: What::Mozilla, found, address: None }
        });
    }
    if is(ASK) {
        return may_have_certificate(site, question);
    }
    page::read(site, question)
}

/// Caddy asks before it gets a certificate for a name that somebody wants to see: 200 for names that are served.
fn may_have_certificate<'s>(site: &'s Site, question: &Question<'_>) -> Asked<'s> {
    let known = question.value("domain").is_some_and(|name| site.may_have_certificate(&name));
    let answer = if known { Answer::refusal(200, "yes\n") } else { Answer::not_found() };
    only_get(question, Endpoint::Other).unwrap_or_else(|| done(Endpoint::Other, answer))
}

fn mozilla<'s>(site: &'s Site, question: &Question<'_>) -> Asked<'s> {
    only_get(question, Endpoint::Mozilla).unwrap_or_else(|| {
        let address = question.address();
        let found = of(site, question, address.as_ref());
        Asked { what: What::Mozilla, found, address }
    })
}

/// The domain that is asked about: the address's, and only without one the asked host's.
pub(super) fn of<'s>(site: &'s Site, question: &Question<'_>, address: Option<&Address>) -> Option<super::Found<'s>> {
    match address {
        Some(address) => site.domain(address.domain()),
        None => site.domain_of_host(question.host),
    }
}

/// The refusal of what is neither GET nor HEAD.
pub(super) fn only_get<'s>(question: &Question<'_>, endpoint: Endpoint) -> Option<Asked<'s>> {
    let answer = match question.method {
        Method::Get | Method::Head => return None,
        Method::Options => preflight(endpoint),
        _ => Answer::refusal(405, "method not allowed\n").header("Allow", "GET, HEAD, OPTIONS"),
    };
    Some(done(endpoint, answer))
}

/// What a browser asks before a script's question that is not of the simplest kind.
fn preflight(endpoint: Endpoint) -> Answer {
    let answer = Answer::refusal(204, "").header("Allow", "GET, HEAD, OPTIONS");
    if !endpoint.is_shared() {
        return answer;
    }
    answer
        .header("Access-Control-Allow-Methods", "GET, HEAD")
        .header("Access-Control-Allow-Headers", "*")
        .header("Access-Control-Max-Age", "86400")
}

/// An answer that is known already.
pub(super) fn done<'s>(endpoint: Endpoint, answer: Answer) -> Asked<'s> {
    Asked { what: What::Done(endpoint, answer), found: None, address: None }
}

/// What stands behind a prefix, whatever its case.
fn after<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let head = path.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &path[prefix.len()..])
}
