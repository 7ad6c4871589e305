//! What the templates of `templates/page/` are filled with.

use askama::Template;

use super::finding::Finders;
use super::guide::{Client, Guide};
use super::language::{LANGUAGES, Language, Texts};
use super::settings::{self, Login, Table, Whose};
use super::words::{Piece, Values};
use super::{STYLE, version};
use crate::account::{Account, shown};
use crate::site::{Found, Site};

/// What all pages have.
#[derive(Debug)]
pub struct Frame {
    language: &'static Language,
    t: &'static Texts,
    organization: String,
    contact: Option<Contact>,
    style: String,
}

/// Whom to ask for help.
#[derive(Debug)]
struct Contact {
    url: String,
    text: String,
}

/// What was wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// It is no address.
    NoAddress,
    /// Its domain is none of ours.
    UnknownDomain,
}

impl Frame {
    /// The frame for a site, or for one of its domains.
    pub fn of(site: &Site, language: &'static Language, found: Option<&Found<'_>>) -> Frame {
        let organization = match (&site.hosting.organization, found) {
            (Some(name), _) => name.to_string(),
            (None, Some(found)) => service_name(&found.service.account(), &found.name),
            (None, None) => String::new(),
        };
        let contact = site.hosting.contact.as_ref().map(|url| {
            let url = url.as_str();
            let text = url.split_once(':').map_or(url, |(_, rest)| rest).trim_matches('/');
            let text = text.split('?').next().unwrap_or(text);
            // What cannot be shown stays encoded.
            let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
            let shown = decoded.ok().filter(|t| crate::account::Text::new(t).is_ok()).unwrap_or(text.into());
            Contact { url: url.to_owned(), text: shown.into_owned() }
        });
        let style = format!("{STYLE}?v={:08x}", version());
        Frame { language, t: &language.texts, organization, contact, style }
    }

    fn languages(&self) -> &'static [Language] {
        LANGUAGES
    }

    fn is_current(&self, language: &Language) -> bool {
        language.tag == self.language.tag
    }
}

fn service_name(account: &Account, domain: &str) -> String {
    account.service.name.as_ref().map_or_else(|| shown::domain(domain).into_owned(), ToString::to_string)
}

/// The form, and what is the same for all users of a domain.
#[derive(Template)]
#[template(path = "page/home.html")]
struct Home {
    frame: Frame,
    title: &'static str,
    mistake: Option<&'static str>,
    hint: String,
    general: Option<String>,
    tables: Vec<Table>,
    dav: Option<Table>,
    pop3_note: bool,
}

/// The settings of one address.
#[derive(Template)]
#[template(path = "page/settings.html")]
struct Settings {
    frame: Frame,
    title: &'static str,
    /// `None`: of anybody.
    who: Option<Who>,
    lead: Vec<Piece>,
    app_password: Option<AppPassword>,
    provider_notes: Option<(String, Vec<&'static str>)>,
    clients: Vec<Client>,
    tables: Vec<Table>,
    dav: Option<Table>,
    pop3_note: bool,
}

/// Whose settings they are.
struct Who {
    /// The address, as forms and programs send it.
    address: String,
    /// As its user reads it.
    shown: String,
    /// What a program is told that does not take the one that is shown.
    note: Option<Vec<Piece>>,
}

/// How an app password is made.
struct AppPassword {
    title: &'static str,
    lead: String,
    steps: Vec<Vec<Piece>>,
    page: Option<&'static str>,
}

/// Renders the form. `None` when a template fails, which is a bug.
pub fn home(frame: Frame, site: &Site, found: Option<&Found<'_>>, mistake: Option<Mistake>) -> Option<String> {
    let t = frame.t;
    let domain = found.map_or("example.org".into(), |f| shown::domain(&f.name));
    let values = Values { domain: domain.to_string(), address: format!("name@{domain}"), ..Values::default() };
    let whose = Whose::Anyone { directory: site.hosting.users.is_some() };
    // After a mistake the settings would only stand in the way.
    let anyone = found.filter(|_| mistake.is_none()).and_then(Found::anyone);
    let (title, mistake) = match mistake {
        None => (t.title, None),
        Some(Mistake::NoAddress) => (t.no_address_title, Some(t.no_address)),
        Some(Mistake::UnknownDomain) => (t.unknown_title, Some(t.unknown)),
    };
    let page = Home {
        title,
        mistake,
        hint: values.plain(t.address_hint),
        general: anyone.as_ref().map(|_| values.plain(t.general)),
        tables: anyone.as_ref().map(|a| settings::tables(t, a, whose)).unwrap_or_default(),
        dav: anyone.as_ref().and_then(|a| settings::dav(t, a, whose)),
        pop3_note: anyone.as_ref().is_some_and(|a| a.imap.is_some() && a.pop3.is_some()),
        frame,
    };
    page.render().ok()
}

/// Renders the settings of an account, or those of anybody, whose address and login are described.
pub fn settings(frame: Frame, site: &Site, found: &Found<'_>, account: &Account, anybody: bool) -> Option<String> {
    let (t, language) = (frame.t, frame.language);
    let login = Login::of(account);
    let provider = service_name(account, &found.name);
    let values = Values {
        address: if anybody { t.user_address.to_owned() } else { shown::address(&account.address).into_owned() },
        ascii: account.address.to_string(),
        anybody,
        domain: shown::domain(&found.name).into_owned(),
        password: if login.only_app_password() { t.phrase_app } else { t.phrase_own },
        provider: provider.clone(),
        protocol: account.incoming().map_or("", |s| s.protocol.title()),
        programs: String::new(),
    };
    let base = site.base(&found.name);
    let whose = if anybody { Whose::Anyone { directory: site.hosting.users.is_some() } } else { Whose::User };
    let guide = Guide {
        t,
        account,
        values: &values,
        finders: Finders::of(site, found, account, anybody),
        // Where profiles are to be signed and nothing signs them, none is offered.
        base: Some(base.as_str()).filter(|_| !anybody && (site.signer.is_some() || site.hosting.sign.is_none())),
    };
    let facts = account.service.facts;
    let app_password = login.only_app_password().then(|| AppPassword {
        title: if login.sign_in { t.app_title_or } else { t.app_title },
        lead: values.plain(if login.sign_in { t.app_lead_or } else { t.app_lead }),
        steps: values.steps(facts.and_then(|f| language.provider(f.id)).unwrap_or(t.app_steps)),
        page: facts.and_then(|f| f.help.app_password),
    });
    // The catalogue's sentences are English; where a language says it itself they are not needed.
    let notes: Vec<&'static str> = match facts {
        Some(f) if language.provider(f.id).is_none() => {
            [f.help.password, f.help.enable].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    };
    let lead = match (login.by_password(), login.sign_in) {
        (true, false) => t.setup_lead,
        (true, true) => t.setup_lead_either,
        (false, true) => t.setup_lead_sign_in,
        (false, false) => t.setup_lead_none,
    };
    let page = Settings {
        title: if anybody { t.title } else { t.setup_title },
        who: (!anybody).then(|| Who {
            address: values.ascii.clone(),
            shown: values.address.clone(),
            note: (values.address != values.ascii).then(|| values.sentence(t.address_note)),
        }),
        lead: values.sentence(lead),
        app_password,
        provider_notes: (!notes.is_empty()).then(|| (values.plain(t.provider_note), notes)),
        clients: guide.clients(),
        tables: settings::tables(t, account, whose),
        dav: settings::dav(t, account, whose),
        pop3_note: account.imap.is_some() && account.pop3.is_some(),
        frame,
    };
    page.render().ok()
}
