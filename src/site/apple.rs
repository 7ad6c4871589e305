//! Apple's profiles, `/apple/ADDRESS.mobileconfig`, signed when there is a key.

use super::{Answer, Asked, Endpoint, Found, Question, Site, route};
use crate::account::{Address, Text};

pub(super) fn read<'s>(_site: &'s Site, _question: &Question<'_>, _rest: &str) -> Asked<'s> {
    route::done(Endpoint::Profile, Answer::not_found())
}

pub(super) fn answer(
    _site: &Site,
    _found: Option<Found<'_>>,
    _address: Option<&Address>,
    _login: Option<&Text>,
) -> Answer {
    Answer::not_found()
}
