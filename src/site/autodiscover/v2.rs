//! Autodiscover with JSON.

use crate::site::{Answer, Asked as Read, Endpoint, Found, Question, Site, route};

/// What a request asks for.
#[derive(Debug)]
pub struct Asked {}

pub(in crate::site) fn read<'s>(_site: &'s Site, _question: &Question<'_>, _rest: &str) -> Read<'s> {
    route::done(Endpoint::V2, Answer::not_found())
}

pub(in crate::site) fn answer(_site: &Site, _asked: &Asked, _found: Option<Found<'_>>) -> Answer {
    Answer::not_found()
}
