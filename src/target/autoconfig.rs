//! Mozilla's autoconfig, `config-v1.1.xml`: what Thunderbird, K-9, Delta Chat, FairEmail, Evolution and KMail look up.
//!
//! With the option `profile: full` there is more in it ([`extras`]), and a note for each program that pays for it. Else it is
//! written in the profile that all of them accept: version 1.1, plain elements only, one server a protocol with IMAP
//! first, the order hostname, port, socketType, authentication, username, and no other placeholder than
//! `%EMAILADDRESS%` and `%EMAILLOCALPART%`. What single clients reject is known from their sources: thunderbird-desktop
//! `readFromXML.sys.mjs`, thunderbird-android `RealAutoconfigParser.kt`, FairEmail `EmailProvider.java`, chatmail/core
//! `auto_mozilla.rs`. One file a domain where the login is a form of the address, else one a user. No secret is ever in it.

mod extras;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{About, Bundle, Family, File, Keeping, Lives, MARK, NoteKind, Options, Run, Target};
use crate::account::{Account, Credential, LoginForm, Protocol, Server, Tls, Way};
use crate::clients::simulate::jxon::Value;
use crate::clients::simulate::thunderbird;
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::Refusals;

/// Mozilla autoconfig.
pub struct Autoconfig;

const ONE_WAY: NoteKind = NoteKind {
    code: "one-way",
    about: "an account that only sends or only receives: Thunderbird refuses such a document, none is written",
};
const OAUTH_HOST: NoteKind = NoteKind {
    code: "oauth2-host",
    about: "a server that takes only OAuth2 and whose host Thunderbird does not know is left out",
};
const NOT_TLS: NoteKind = NoteKind {
    code: "socket-plain",
    about: "a server without TLS: Thunderbird for Android and K-9 refuse the whole document",
};
const PER_USER: NoteKind =
    NoteKind { code: "per-user", about: "the login is no form of the address: the document is for this one user" };
const NUMERIC: NoteKind = NoteKind {
    code: "numeric-login",
    about: "Thunderbird reads a login that looks like a number as one: leading zeros are lost",
};
const LOGINS_DIFFER: NoteKind = NoteKind {
    code: "logins-differ",
    about: "the logins for receiving and sending differ: FairEmail takes the last one for both",
};
const MECHANISM: NoteKind =
    NoteKind { code: "mechanism", about: "the format has no name for a mechanism: the server is left out" };
const SAME_ADDRESS: NoteKind = NoteKind {
    code: "same-address",
    about: "a second account with the same address and other settings: the first one's document is kept",
};
const FULL: NoteKind = NoteKind {
    code: "full-profile",
    about: "the full profile: what a program rejects, skips or misreads that it would not in the plain one",
};
const LOOPBACK: NoteKind =
    NoteKind { code: "loopback", about: "a server on this machine: the document is of use on this machine only" };

pub(super) const ABOUT: About = About {
    id: "autoconfig",
    title: "Mozilla autoconfig (Thunderbird, K-9, Delta Chat, ...)",
    family: Family::Format,
    homepage: "https://wiki.mozilla.org/Thunderbird:Autoconfiguration",
    files: &["<domain>/mail/config-v1.1.xml", "<address>.xml"],
    lives: Lives::Elsewhere,
    templates: &["autoconfig.xml"],
    oracle: "Thunderbird's own parser on every golden, nothing dropped; logs in, sends and fetches with the Gmail ones",
    versions: "config-v1.1; tested with Thunderbird ESR of Debian 12",
    options: &Table {
        what: "the options of autoconfig",
        keys: &[key(
            "profile",
            Shape::Word(&["plain", "full"]),
            "`plain` (default) is what all programs accept. `full` adds all servers that the provider offers, its help pages, calendars and contacts, where known.",
        )],
    },
    notes: &[ONE_WAY, OAUTH_HOST, NOT_TLS, PER_USER, NUMERIC, LOGINS_DIFFER, MECHANISM, SAME_ADDRESS, LOOPBACK, FULL],
};

/// Whether Thunderbird gets tokens for a mail server by itself.
pub(super) fn thunderbird_has_oauth2(host: &str) -> bool {
    thunderbird::has_oauth2(host, "imap")
}

#[derive(askama::Template)]
#[template(path = "autoconfig.xml")]
struct Document {
    mark: &'static str,
    id: String,
    domains: Vec<String>,
    name: String,
    short_name: String,
    servers: Vec<Section>,
    extras: extras::Extras,
}

struct Section {
    incoming: bool,
    kind: &'static str,
    host: String,
    port: u16,
    socket: &'static str,
    authentication: Vec<&'static str>,
    username: String,
}

impl Target for Autoconfig {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        // Path -> bytes: accounts of one domain share a file when they agree.
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        // Beside accounts, providers are only where these are.
        let hosted = if run.mail.accounts.is_empty() { run.mail.hosted.as_slice() } else { &[] };
        let anyone = hosted.iter().flat_map(|h| {
            // No file can stand for all names below a wildcard.
            h.domains.iter().filter(|d| !d.starts_with("*.")).filter_map(|d| h.at(d))
        });
        let accounts = run.mail.accounts.iter().map(|a| (Cow::Borrowed(a), false));
        for (account, anyone) in accounts.chain(anyone.map(|a| (Cow::Owned(a), true))) {
            let account = account.as_ref();
            let Some((document, personal)) = document(account, None, &mut bundle, &mut problems) else {
                continue;
            };
            if personal && anyone {
                bundle.note(
                    &PER_USER,
                    account,
                    "the login is no form of the address: this target writes no file for all users; `serve` and `export` publish a document with placeholders",
                );
                continue;
            }
            let bytes = match Refusals::render(&document, Some(account.place)) {
                Ok(text) => text.into_bytes(),
                Err(refused) => {
                    problems.extend(refused);
                    continue;
                }
            };
            if is_full(account) {
                extras::costs(account, &bytes, &mut bundle);
            }
            let shared = format!("{}/mail/config-v1.1.xml", account.address.domain());
            let other = files.get(&shared).is_some_and(|known| *known != bytes);
            let path = if personal || other { file_of(account.address.as_str()) } else { shared };
            match files.get(&path) {
                Some(known) if *known == bytes => continue,
                Some(_) => {
                    bundle.note(
                        &SAME_ADDRESS,
                        account,
                        format!("{} has a document already: left out", account.address.value),
                    );
                    continue;
                }
                None => {}
            }
            if personal {
                bundle.note(
                    &PER_USER,
                    account,
                    format!("the login is no form of the address: {path} is for this user alone"),
                );
            } else if other {
                let domain = account.address.domain();
                bundle.note(
                    &PER_USER,
                    account,
                    format!("another account of {domain} is set up differently: {path} is for this user alone"),
                );
            }
            files.insert(path.clone(), bytes);
            order.push(path);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        for path in order {
            let bytes = files.remove(&path).unwrap_or_default();
            bundle.files.push(File { path, bytes, secret: false, private: false, mark: MARK, keeping: Keeping::Whole });
        }
        Ok(bundle)
    }
}

/// Whose a published document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Any user's: logins are placeholders.
    Anyone,
    /// The account's.
    User,
}

/// The document that a server publishes for the domain of an account: it names no other domain of the provider, since
/// who else is a customer is nobody's business. `None` when there is nothing that a client would take.
pub fn published(account: &Account, whose: Whose) -> Option<String> {
    let mut problems = Vec::new();
    let (document, _) = document(account, Some(whose), &mut Bundle::default(), &mut problems)?;
    if !problems.is_empty() {
        return None;
    }
    Refusals::render(&document, None).ok()
}

/// The file of one user: what could be a path in an address is percent-encoded.
fn file_of(address: &str) -> String {
    const NAME: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'@')
        .remove(b'.')
        .remove(b'_')
        .remove(b'+')
        .remove(b'=')
        .remove(b'-');
    format!("{}.xml", percent_encoding::utf8_percent_encode(address, NAME))
}

/// Whether the document has an address in it that is another one for every user, beside logins.
pub fn has_own_collections(account: &Account) -> bool {
    is_full(account) && [&account.caldav, &account.carddav].into_iter().flatten().any(|url| url.is_personal())
}

/// Whether the account wants the full profile.
fn is_full(account: &Account) -> bool {
    Options::of(account, ABOUT.id).is("profile", "full")
}

/// The document of an account, and whether it is for this user alone.
fn document(
    account: &Account,
    published: Option<Whose>,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) -> Option<(Document, bool)> {
    in_profile(account, is_full(account), published, bundle, problems)
}

fn in_profile(
    account: &Account,
    full: bool,
    published: Option<Whose>,
    bundle: &mut Bundle,
    problems: &mut Vec<Problem>,
) -> Option<(Document, bool)> {
    // What an account says of how it logs in holds for the person; else the provider's own order is published.
    let mut sections = Vec::new();
    let mut personal = false;
    let plain = account.servers().take_while(|_| !full);
    for server in plain.chain(account.all_servers().take_while(|_| full)) {
        let Some(authentication) = authentication(server, account, bundle) else {
            continue;
        };
        let username = match server.login.form {
            LoginForm::Address => "%EMAILADDRESS%".to_owned(),
            LoginForm::Local => "%EMAILLOCALPART%".to_owned(),
            LoginForm::Other if published == Some(Whose::Anyone) => {
                server.login.pattern.with("%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%")
            }
            LoginForm::Other => {
                personal = true;
                let login = server.login.text.as_str();
                if ["%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%", "%REALNAME%"]
                    .iter()
                    .any(|p| login.contains(p))
                {
                    problems.push(
                        Problem::error(
                            "cannot-be-written",
                            server.login.origin.place().unwrap_or(account.place),
                            "autoconfig cannot hold this login",
                        )
                        .because("what stands between percent signs would be replaced")
                        .fix("write `{address}` or `{local}` if that is meant, or leave this target out"),
                    );
                }
                if looks_numeric(server.login.text.as_str()) {
                    bundle.note(
                        &NUMERIC,
                        account,
                        format!("Thunderbird takes the login at {} for a number and may change it", server.host.value),
                    );
                }
                server.login.text.to_string()
            }
        };
        if server.tls.value == Tls::None {
            bundle.note(
                &NOT_TLS,
                account,
                format!(
                    "{} is spoken to without TLS: Thunderbird for Android and K-9 refuse the whole document",
                    server.host.value
                ),
            );
        }
        if server.host.is_loopback() {
            bundle.note(
                &LOOPBACK,
                account,
                format!("{} is this machine: the document is of no use elsewhere", server.endpoint()),
            );
        }
        sections.push(Section {
            incoming: server.protocol != Protocol::Smtp,
            kind: server.protocol.key(),
            host: server.host.to_string(),
            port: server.port.value,
            socket: match server.tls.value {
                Tls::Implicit => "SSL",
                Tls::StartTls => "STARTTLS",
                Tls::None => "plain",
            },
            authentication,
            username,
        });
    }
    let both = sections.iter().any(|s| s.incoming) && sections.iter().any(|s| !s.incoming);
    if !both {
        let missing = if sections.iter().any(|s| s.incoming) { "sends" } else { "receives" };
        bundle.note(
            &ONE_WAY,
            account,
            format!("Thunderbird refuses a document without a server that {missing}: none is written"),
        );
        return None;
    }
    if sections.windows(2).any(|w| w[0].username != w[1].username) {
        bundle.note(
            &LOGINS_DIFFER,
            account,
            "the logins for receiving and sending differ: FairEmail takes the last one for both and must be corrected by hand",
        );
    }

    let domain = account.address.domain();
    // What is published is one domain's, however many its host has.
    let listed = if published.is_some() { &[][..] } else { &account.service.domains };
    let mut domains: Vec<String> = listed.iter().filter(|d| !d.starts_with("*.")).cloned().collect();
    if !domains.iter().any(|d| d == domain) {
        // An own domain at a hosting provider: the provider's other domains are none of its business.
        domains = vec![domain.to_owned()];
    }
    let id = domains.first().cloned().unwrap_or_else(|| domain.to_owned());
    let hosted = published.is_none() && domains.len() == 1 && account.service.domains.first().is_some_and(|d| *d != id);
    let title = account.service.name.as_ref().filter(|_| !hosted).map_or(id.as_str(), |n| n.as_str());
    let extras = if full {
        extras::of(account, published, personal, &sections, domains.len() > 1)
    } else {
        extras::Extras::none()
    };
    let (name, short_name) = (cut(title, 60), cut(title, 20));
    Some((Document { mark: MARK, name, short_name, id, domains, servers: sections, extras }, personal))
}

/// The ways to log in, by the format's names. `None`: the server cannot be written.
fn authentication(server: &Server, account: &Account, bundle: &mut Bundle) -> Option<Vec<&'static str>> {
    use crate::account::Mechanism;
    let said = server.credential.origin.is_said();
    let passwords = account.service.ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword));
    let mut names = Vec::new();
    match &server.credential.value {
        Credential::None if server.protocol == Protocol::Smtp => names.push("none"),
        Credential::None => {
            bundle.note(
                &MECHANISM,
                account,
                format!("the format cannot say that {} needs no login: left out", server.host.value),
            );
            return None;
        }
        Credential::Password(_) if said => names.push("password-cleartext"),
        Credential::OAuth2(_) if said => {
            names.push("OAuth2");
            if passwords {
                names.push("password-cleartext");
            }
        }
        // Nothing is said: the provider's order.
        _ => {
            for way in &account.service.ways {
                let name = match way {
                    Way::OAuth2 => "OAuth2",
                    Way::Password | Way::AppPassword => "password-cleartext",
                    Way::None => continue,
                };
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            if names.is_empty() {
                names.push("password-cleartext");
            }
        }
    }
    if let Some(auth) = &server.auth {
        let name = match auth.value {
            Mechanism::Plain | Mechanism::Login => Some("password-cleartext"),
            Mechanism::CramMd5 | Mechanism::DigestMd5 | Mechanism::ScramSha1 | Mechanism::ScramSha256 => {
                Some("password-encrypted")
            }
            Mechanism::Gssapi => Some("GSSAPI"),
            Mechanism::Ntlm => Some("NTLM"),
            Mechanism::External => {
                bundle.note(
                    &MECHANISM,
                    account,
                    format!(
                        "no client reads the mechanism `external` from this format: {} is left out",
                        server.host.value
                    ),
                );
                return None;
            }
            Mechanism::XOAuth2 | Mechanism::OAuthBearer | Mechanism::None => None,
        };
        if let Some(name) = name {
            names = vec![name];
        }
    }
    let known = thunderbird_has_oauth2(server.host.as_str());
    if names == ["OAuth2"] && !known {
        bundle.note(
            &OAUTH_HOST,
            account,
            format!("{} takes only OAuth2, and Thunderbird has no OAuth2 for this host: left out", server.host.value),
        );
        return None;
    }
    Some(names)
}

/// What Thunderbird makes a number or a boolean of.
fn looks_numeric(text: &str) -> bool {
    matches!(Value::of_text(text), Value::Number(_) | Value::Bool(_))
}

/// The first characters of a text, whole.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most).collect();
    // At a word's end where there is one.
    let end = short.rfind(' ').filter(|i| *i >= most / 2).unwrap_or(short.len());
    short[..end].trim_end_matches([' ', '/', ',', '(', '-']).to_owned()
}
