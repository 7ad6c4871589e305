//! Pages for people: the form for an address, and the settings of an address with the steps of each client.
//!
//! They work without a script, hold no picture from anywhere, and say nothing about which users exist. An address goes
//! by POST, so that it stands in no log and no history; `GET /setup?address=` is for links that a host sends to its users.
//! What was typed is never shown again unless it is an address of one of our domains, and then escaped.

mod code;
mod finding;
mod guide;
pub mod language;
mod settings;
mod view;
mod words;

use std::borrow::Cow;

use super::answer::{HTML, TEXT};
use super::question::{self, Method};
use super::route::{done, only_get};
use super::{Answer, Asked as Read, Endpoint, Found, Question, Site, What};
use crate::account::{Address, Text};
use language::Language;

/// The form.
pub const HOME: &str = "/";
/// The settings of an address.
pub const SETUP: &str = "/setup";
/// The pages' style.
pub const STYLE: &str = "/setup/style.css";
/// Their icon.
pub const ICON: &str = "/setup/icon.svg";
/// What is told to search engines.
pub const ROBOTS: &str = "/robots.txt";

/// What pages may load: the style and the icon from here, nothing from anywhere else, and no script.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                          frame-ancestors 'none'";

static STYLE_SHEET: &str = include_str!("../../../templates/page/style.css");
static ICON_DRAWING: &str = include_str!("../../../templates/page/icon.svg");

/// What page is asked for.
#[derive(Debug)]
pub struct Asked {
    page: Page,
    language: &'static Language,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Home,
    Settings,
    NoAddress,
    UnknownDomain,
}

impl Asked {
    /// Whether somebody's settings are on it.
    pub fn shows_settings(&self) -> bool {
        self.page == Page::Settings
    }
}

pub(super) fn read<'s>(site: &'s Site, question: &Question<'_>) -> Read<'s> {
    let is = |known: &str| question.path.eq_ignore_ascii_case(known);
    let asset = |kind, body: &'static str| {
        only_get(question, Endpoint::Asset)
            .unwrap_or_else(|| done(Endpoint::Asset, Answer::ok(kind, body.as_bytes().to_vec())))
    };
    if is(HOME) {
        return only_get(question, Endpoint::Page).unwrap_or_else(|| home(site, question));
    }
    if is(SETUP) || question.path.strip_suffix('/').is_some_and(|path| path.eq_ignore_ascii_case(SETUP)) {
        return match question.method {
            Method::Get | Method::Head | Method::Post => setup(site, question),
            Method::Options => done(Endpoint::Page, Answer { status: 204, ..allowed() }),
            Method::Other => done(Endpoint::Page, allowed()),
        };
    }
    if is(STYLE) {
        return asset("text/css; charset=utf-8", STYLE_SHEET);
    }
    if is(ICON) {
        return asset("image/svg+xml", ICON_DRAWING);
    }
    if is(ROBOTS) {
        return asset(TEXT, "User-agent: *\nDisallow: /\n");
    }
    done(Endpoint::Other, Answer::not_found())
}

/// What is said to a method that the settings do not have.
fn allowed() -> Answer {
    Answer::refusal(405, "method not allowed\n").header("Allow", "GET, HEAD, POST, OPTIONS")
}

fn home<'s>(site: &'s Site, question: &Question<'_>) -> Read<'s> {
    let language = Language::choose(question.value("lang").as_deref(), question.languages);
    Read { what: What::Page(Asked { page: Page::Home, language }), found: host(site, question), address: None }
}

/// The domain of the page that a host is asked for: beside the names of programs those that people know.
///
/// None at the site's own address, which is all customers', and none at a host that is not ours: the form alone stands
/// there, and the address that is typed decides. Whose mail is hosted is told to nobody who does not ask for it by name.
fn host<'s>(site: &'s Site, question: &Question<'_>) -> Option<Found<'s>> {
    let name = question::host_name(question.host)?;
    if site.hosting.url.as_ref().is_some_and(|url| url.host_str() == Some(&*name)) {
        return None;
    }
    let is_named = |found: &Found<'_>| !found.domain.name.starts_with("*.");
    let itself = site.domain_of_host(&name);
    if itself.as_ref().is_some_and(is_named) {
        return itself;
    }
    let known =
        name.split_once('.').filter(|(first, _)| matches!(*first, "mail" | "webmail" | "www" | "setup" | "help"));
    let above = known.and_then(|(_, domain)| site.domain(domain));
    // Below a wildcard any name is a domain; nobody's mail is at `www.` of one that has its own.
    match itself {
        None => above,
        below => above.filter(is_named).or(below),
    }
}

fn setup<'s>(site: &'s Site, question: &Question<'_>) -> Read<'s> {
    let field = |name: &str| match question.method {
        Method::Post => std::str::from_utf8(question.body).ok().and_then(|form| of_form(form, name)),
        _ => None,
    };
    let address = match question.method {
        Method::Post => field("address").and_then(|text| question::address(&text)),
        _ => question.address(),
    };
    let tag = field("lang").map(Cow::Owned).or_else(|| question.value("lang"));
    let language = Language::choose(tag.as_deref(), question.languages);
    let settings = address.as_ref().and_then(|a| site.domain(a.domain()));
    let (page, found) = match (&address, settings) {
        (_, Some(found)) => (Page::Settings, Some(found)),
        (Some(_), None) => (Page::UnknownDomain, host(site, question)),
        (None, _) => (Page::NoAddress, host(site, question)),
    };
    let address = address.filter(|_| page == Page::Settings);
    Read { what: What::Page(Asked { page, language }), found, address }
}

/// The value of a field of a form that was sent, where a `+` is a blank and a plus is `%2B`.
fn of_form(form: &str, name: &str) -> Option<String> {
    let form = form.replace('+', " ");
    question::value(&form, name).map(Cow::into_owned)
}

pub(super) fn answer(
    site: &Site,
    asked: &Asked,
    found: Option<Found<'_>>,
    address: Option<&Address>,
    login: Option<&Text>,
) -> Answer {
    let frame = view::Frame::of(site, asked.language, found.as_ref());
    let rendered = match (asked.page, &found, address) {
        (Page::Home, _, _) => view::home(frame, site, found.as_ref(), None),
        (Page::Settings, Some(found), Some(address)) => match found.account(address, login) {
            Ok(account) => view::settings(frame, site, found, &account, false),
            // No program could hold that login: there is nothing to be told.
            Err(_) => return Answer::not_found(),
        },
        (Page::UnknownDomain, ..) => view::home(frame, site, found.as_ref(), Some(view::Mistake::UnknownDomain)),
        _ => view::home(frame, site, found.as_ref(), Some(view::Mistake::NoAddress)),
    };
    let Some(html) = rendered else {
        return Answer::refusal(500, "this page could not be written\n");
    };
    let page = sent(html, asked.language);
    match asked.page {
        Page::Home => page,
        Page::Settings => page.personal(),
        Page::NoAddress => Answer { status: 400, ..page.personal() },
        Page::UnknownDomain => Answer { status: 404, ..page.personal() },
    }
}

/// The page of anybody at a domain, for where nobody is behind a form: settings and steps, no profile and nobody's login.
/// `None` for a language that there is not, and for a domain that is a wildcard.
pub fn of_anybody(site: &Site, found: &Found<'_>, language: &str) -> Option<Answer> {
    let language = Language::of_tag(language)?;
    let account = found.anyone()?;
    let frame = view::Frame::of(site, language, Some(found));
    Some(sent(view::settings(frame, site, found, &account, true)?, language))
}

fn sent(html: String, language: &Language) -> Answer {
    Answer::ok(HTML, html)
        .header("Content-Security-Policy", POLICY)
        .header("Referrer-Policy", "no-referrer")
        .header("Content-Language", language.tag)
        .header("Vary", "Accept-Language")
}

/// Changes when the style does, so that no old one is kept beside a new page.
const fn version() -> u32 {
    // FNV-1a, which is short enough for the compiler to run.
    let bytes = include_bytes!("../../../templates/page/style.css");
    let (mut hash, mut index) = (0x811c_9dc5_u32, 0);
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    hash
}
