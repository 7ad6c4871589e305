//! Autodiscover with XML ("plain old XML"), by POST and GET.
//!
//! Every answer is HTTP 200 with `text/xml`, refusals in the format's own `Error` form (MS-OXDSCLI 2.2.4.1.1.1): clients go
//! on to their next way then. Never 401, at which Thunderbird calls the password wrong and others ask in a loop. A user that
//! nobody knows has the answer of one that somebody knows. Delta Chat only ever sends GET, and without an address; it reads
//! no `LoginName` and tries the address and its local part, so none is made up for it.

use super::protocol::{self, Block};
use super::request::{self, Wants, Who};
use crate::account::{Address, Text};
use crate::site::answer::XML;
use crate::site::{Answer, Asked as Read, Endpoint, Found, Method, Question, Site, What, route};

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    wants: Wants,
}

impl Asked {
    /// Whether it asks for IMAP, POP3 and SMTP.
    pub fn is_mail(&self) -> bool {
        self.wants == Wants::Mail
    }
}

/// The error codes of MS-OXDSCLI 2.2.4.1.1.1.1 that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// The address's domain is none of ours.
    UnknownAddress,
    /// It is ours, but the format cannot say what its servers are.
    NoSettings,
    /// No request.
    InvalidRequest,
    /// A schema that is not answered. MS-ASCMD 2.2.3.64 has the same code and form for ActiveSync's clients, which learn by it
    /// that there is no ActiveSync and offer IMAP; its schema 6.4 puts this error, unlike those of 2.2.3.177, outside of
    /// the `mobilesync` namespace.
    NoProvider,
}

impl Refusal {
    fn code(self) -> (u16, &'static str) {
        match self {
            Refusal::UnknownAddress => (500, "No such mail address here"),
            Refusal::NoSettings => (501, "No settings for this mail address"),
            Refusal::InvalidRequest => (600, "Invalid request"),
            Refusal::NoProvider => (601, "Nothing here answers by the requested schema"),
        }
    }
}

#[derive(askama::Template)]
#[template(path = "autodiscover.xml")]
struct Settings {
    blocks: Vec<Block>,
}

#[derive(askama::Template)]
#[template(path = "autodiscover-error.xml")]
struct Error {
    code: u16,
    message: &'static str,
}

pub(in crate::site) fn read<'s>(site: &'s Site, question: &Question<'_>) -> Read<'s> {
    let (address, wants) = match question.method {
        Method::Get | Method::Head => (question.address(), Wants::Mail),
        Method::Post => match request::read(question.body) {
            Ok(request::Request { who: Who::Address(address), wants }) => (Some(address), wants),
            Ok(request::Request { who: Who::LegacyDn, wants: Wants::Mail }) => return refused(Refusal::UnknownAddress),
            Ok(request::Request { who: Who::LegacyDn, .. }) => return refused(Refusal::NoProvider),
            Err(request::Malformed) => return refused(Refusal::InvalidRequest),
        },
        Method::Options => return allowed(204, ""),
        Method::Other => return allowed(405, "method not allowed\n"),
    };
    let found = route::of(site, question, address.as_ref());
    Read { what: What::Pox(Asked { wants }), found, address }
}

pub(in crate::site) fn answer(
    _site: &Site,
    asked: &Asked,
    found: Option<Found<'_>>,
    address: Option<&Address>,
    login: Option<&Text>,
) -> Answer {
    if !asked.is_mail() {
        return refusal(Refusal::NoProvider);
    }
    let account = match (found, address) {
        (Some(found), Some(address)) => match found.account(address, login) {
            Ok(account) => account,
            Err(_) => return refusal(Refusal::InvalidRequest),
        },
        (Some(found), None) => match found.anyone() {
            Some(account) => account,
            None => return refusal(Refusal::NoSettings),
        },
        (None, Some(_)) => return refusal(Refusal::UnknownAddress),
        (None, None) => return refusal(Refusal::InvalidRequest),
    };
    let blocks = protocol::blocks(&account, address.is_some());
    if blocks.is_empty() {
        return refusal(Refusal::NoSettings);
    }
    // The escaper fails on nothing that an account can hold.
    match askama::Template::render(&Settings { blocks }) {
        Ok(document) => Answer::ok(XML, document).personal(),
        Err(_) => refusal(Refusal::NoSettings),
    }
}

fn refused<'s>(why: Refusal) -> Read<'s> {
    route::done(Endpoint::Pox, refusal(why))
}

fn refusal(why: Refusal) -> Answer {
    let (code, message) = why.code();
    let document = askama::Template::render(&Error { code, message }).unwrap_or_default();
    Answer::ok(XML, document).personal()
}

fn allowed<'s>(status: u16, why: &'static str) -> Read<'s> {
    route::done(Endpoint::Pox, Answer::refusal(status, why).header("Allow", "GET, HEAD, POST, OPTIONS"))
}
