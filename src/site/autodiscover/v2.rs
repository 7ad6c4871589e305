//! Autodiscover with JSON ("v2"): where Autodiscover with XML is.
//!
//! Asked as `/autodiscover/autodiscover.json?Email=A&Protocol=P&RedirectCount=N` and as
//! `/autodiscover/autodiscover.json/v1.0/A?Protocol=P`, by Outlook since 2016. Words and statuses are Exchange's. The
//! address in the answer is made from the account file, and nothing of the request stands in it (mailcow builds it from
//! `Host` and repeats the protocol). Other protocols than `AutodiscoverV1` (ActiveSync, EWS, REST, ...) are Exchange's.

use std::borrow::Cow;

use crate::account::Address;
use crate::site::answer::JSON;
use crate::site::question::{self, Question};
use crate::site::{Answer, Asked as Read, Caching, Endpoint, Found, Site, What, route};

/// The one protocol that there is, as Exchange spells it.
const PROTOCOL: &str = "AutodiscoverV1";

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {}

pub(in crate::site) fn read<'s>(site: &'s Site, question: &Question<'_>, rest: &str) -> Read<'s> {
    let Some(in_path) = address_in_path(rest) else {
        return route::done(Endpoint::V2, Answer::not_found());
    };
    if let Some(refused) = route::only_get(question, Endpoint::V2) {
        return refused;
    }
    let refused = |code, why| route::done(Endpoint::V2, refusal(400, code, why));
    match question.value("Protocol").as_deref().map(str::trim) {
        None | Some("") => return refused("MandatoryParameterMissing", "the parameter Protocol is missing"),
        Some(protocol) if protocol.eq_ignore_ascii_case(PROTOCOL) => {}
        Some(_) => return refused("InvalidProtocol", "the only protocol here is AutodiscoverV1"),
    }
    let email = match in_path {
        "" => ["Email", "EmailAddress", "Address"].iter().find_map(|key| question.value(key)),
        encoded => Some(question::decoded(encoded).unwrap_or_default()),
    };
    let Some(email) = email.filter(|e| !e.trim().is_empty()) else {
        return refused("MandatoryParameterMissing", "the parameter Email is missing");
    };
    let Some(address) = question::address(&email) else {
        return refused("InvalidUserId", "the parameter Email is no mail address");
    };
    let found = site.domain(Address::domain(&address));
    Read { what: What::V2(Asked {}), found, address: Some(address) }
}

pub(in crate::site) fn answer(site: &Site, _asked: &Asked, found: Option<Found<'_>>) -> Answer {
    match found {
        Some(found) => leading_to(&site.base(&found.name)),
        None => refusal(404, "UserNotFound", "no such mail address here"),
    }
}

/// The answer where a folder is chosen by the host alone: what is POSTed at a host that domains share would get that
/// host's settings, or none.
pub fn of_a_tree(found: &Found<'_>) -> Answer {
    leading_to(&Site::own_base(&found.name))
}

fn leading_to(base: &str) -> Answer {
    json(200, [("Protocol", PROTOCOL.into()), ("Url", format!("{base}{}", route::POX).into())])
}

/// The address in what stands behind `autodiscover.json`, still encoded; empty without one, `None` for another path.
fn address_in_path(rest: &str) -> Option<&str> {
    let Some(rest) = rest.strip_prefix('/') else {
        return rest.is_empty().then_some("");
    };
    match rest.split_once('/') {
        None => (rest.is_empty() || rest.eq_ignore_ascii_case("v1.0")).then_some(""),
        Some((version, address)) => {
            let address = address.strip_suffix('/').unwrap_or(address);
            (version.eq_ignore_ascii_case("v1.0") && !address.contains('/')).then_some(address)
        }
    }
}

fn refusal(status: u16, code: &'static str, why: &'static str) -> Answer {
    json(status, [("ErrorCode", code.into()), ("ErrorMessage", why.into())])
}

fn json(status: u16, members: [(&str, Cow<'static, str>); 2]) -> Answer {
    let object: serde_json::Map<String, serde_json::Value> =
        members.into_iter().map(|(key, value)| (key.to_owned(), value.into_owned().into())).collect();
    let text = serde_json::Value::Object(object).to_string();
    // The address stands in what was asked: nobody else has a use for what a cache would keep.
    Answer { status, caching: Caching::No, ..Answer::ok(JSON, text) }
}
