//! Autodiscover with XML ("plain old XML").

use crate::account::{Address, Text};
use crate::site::{Answer, Asked as Read, Endpoint, Found, Question, Site, route};

/// What a request asks for.
#[derive(Debug)]
pub struct Asked {}

impl Asked {
    /// Whether it asks for IMAP, POP3 and SMTP.
    pub fn is_mail(&self) -> bool {
        true
    }
}

pub(in crate::site) fn read<'s>(_site: &'s Site, _question: &Question<'_>) -> Read<'s> {
    route::done(Endpoint::Pox, Answer::not_found())
}

pub(in crate::site) fn answer(
    _site: &Site,
    _asked: &Asked,
    _found: Option<Found<'_>>,
    _address: Option<&Address>,
    _login: Option<&Text>,
) -> Answer {
    Answer::not_found()
}
