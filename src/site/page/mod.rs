//! Pages for people.

use super::{Answer, Asked as Read, Endpoint, Found, Question, Site, route};
use crate::account::{Address, Text};

/// What page is asked for.
#[derive(Debug)]
pub struct Asked {}

impl Asked {
    /// Whether somebody's settings are on it.
    pub fn shows_settings(&self) -> bool {
        false
    }
}

pub(super) fn read<'s>(_site: &'s Site, _question: &Question<'_>) -> Read<'s> {
    route::done(Endpoint::Other, Answer::not_found())
}

pub(super) fn answer(
    _site: &Site,
    _asked: &Asked,
    _found: Option<Found<'_>>,
    _address: Option<&Address>,
    _login: Option<&Text>,
) -> Answer {
    Answer::not_found()
}
