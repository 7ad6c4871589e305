//! Apple's profiles, `/apple/ADDRESS.mobileconfig` and `/apple/mail.mobileconfig?email=ADDRESS`; signed when there is a key.
//!
//! Any address of our domains has one, whether the user exists or not, and nothing personal is in it but the address: no
//! name, no password. It has the identifiers of the profile that `generate` writes, so that either replaces the other on
//! a device. Nothing is kept from one request to the next; a signed profile is the same bytes every time.

use std::time::SystemTime;

use bytes::Bytes;

use super::{Answer, Asked, Endpoint, Found, Question, Site, What, question, route};
use crate::account::{Address, Text};
use crate::target::mobileconfig::published;

/// `application/x-apple-aspen-config`, without a charset: devices compare it whole.
pub const PROFILE: &str = "application/x-apple-aspen-config";

/// How a profile's path ends, in any case.
const END: &str = ".mobileconfig";
/// The path whose address stands in the query, as a form sends it.
const FORM: &str = "mail";

pub(super) fn read<'s>(site: &'s Site, asked: &Question<'_>, rest: &str) -> Asked<'s> {
    let nothing = |why| route::done(Endpoint::Profile, Answer::refusal(404, why));
    let Some(path) = question::decoded(rest) else {
        return nothing("no profile has this name\n");
    };
    let stem = path.len().checked_sub(END.len()).and_then(|at| path.split_at_checked(at));
    let Some((stem, _)) = stem.filter(|(_, end)| end.eq_ignore_ascii_case(END)) else {
        return nothing("no profile has this name\n");
    };
    let address = if stem.eq_ignore_ascii_case(FORM) { asked.address() } else { question::address(stem) };
    let Some(address) = address else {
        return nothing("no address is named: ask for /apple/ADDRESS.mobileconfig\n");
    };
    Asked { what: What::Profile, found: site.domain(address.domain()), address: Some(address) }
}

/// Without a time, the certificate has been looked at a moment ago.
pub(super) fn answer(
    site: &Site,
    found: Option<Found<'_>>,
    address: Option<&Address>,
    login: Option<&Text>,
    now: Option<SystemTime>,
) -> Answer {
    let (Some(found), Some(address)) = (found, address) else {
        return Answer::not_found();
    };
    match profile(site, &found, address, login, now) {
        Ok(bytes) => Answer::ok(PROFILE, bytes).personal().header("Content-Disposition", disposition(&found)),
        Err(Refused::Because(why)) => {
            Answer { body: Bytes::from(format!("there is no profile: {why}\n")), ..Answer::not_found() }
        }
        Err(Refused::Unsigned) => Answer::refusal(503, "profiles cannot be signed at the moment\n"),
    }
}

/// `Content-Disposition`. The name is made from the domain, in A-labels: an address could say anything there.
fn disposition(found: &Found<'_>) -> String {
    format!("attachment; filename=\"{}{END}\"", found.name)
}

/// Why an address has no profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A profile cannot express the account.
    Because(&'static str),
    /// There is a key, and it cannot be used, or its certificate has ended, or signing failed. The profile is not handed
    /// out unsigned.
    Unsigned,
}

/// The profile of an address, signed when the site has a key, and only as long as its certificate is good at the time.
///
/// # Errors
/// [`Refused`].
pub fn profile(
    site: &Site,
    found: &Found<'_>,
    address: &Address,
    login: Option<&Text>,
    now: Option<SystemTime>,
) -> Result<Vec<u8>, Refused> {
    let account =
        found.account(address, login).map_err(|_| Refused::Because("the login of this address cannot be written"))?;
    let organization = site.hosting.organization.as_ref().map(|o| o.value.as_str());
    let bytes = published(&account, organization).map_err(Refused::Because)?;
    match &site.signer {
        Some(signer) if now.is_some_and(|now| !signer.signs_at(now)) => Err(Refused::Unsigned),
        Some(signer) => signer.sign(&bytes).map_err(|_| Refused::Unsigned),
        None if site.hosting.sign.is_some() => Err(Refused::Unsigned),
        None => Ok(bytes),
    }
}
