//! What a domain needs in the DNS, each record with its reason.
//!
//! - `autoconfig.` and `autodiscover.` lead to the server of `serve.url`; `_autodiscover._tcp` names it (MS-OXDISCO).
//! - `_imaps._tcp` and its kin: RFC 6186, and RFC 8314 section 5.1 for `_submissions._tcp`. Under `_imap`, `_pop3` and
//!   `_submission` stands STARTTLS only, with the worse priority; what is not offered is said as `0 0 0 .` (RFC 6186
//!   section 3.4).
//! - `_caldavs._tcp` and `_carddavs._tcp` with the path as TXT: RFC 6764. What the files do not name is not denied:
//!   calendars may well be somebody else's.
//! - `ua-auto-config.` and the digest of the very bytes that are served: draft-ietf-mailmaint-pacc.
//!
//! The target of an SRV record is never an IP address (it has none) and never a name that is an alias here (RFC 2782).
//! MX, SPF, DKIM and what else concerns mail between servers is not ours.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::account::{Account, Host, Offer, Protocol, Tls};
use crate::site::autodiscover::protocol;
use crate::site::{Found, Site, mozilla, pacc};

/// The records of a domain.
#[derive(Clone, Debug)]
pub struct Records {
    /// The domain, as A-labels.
    pub domain: String,
    /// What belongs together, in the order in which it is printed.
    pub groups: Vec<Group>,
    /// What could not be said, without the domain's name, so that domains may share it.
    pub notes: Vec<String>,
}

/// Records for one purpose.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they are for, in one line.
    pub why: &'static str,
    /// Where that is written down.
    pub source: &'static str,
    /// The records.
    pub records: Vec<Record>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The owner, without the final dot.
    pub name: String,
    /// Type and data.
    pub data: Data,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// The name stands for another; address records that lead to the same machine are as good.
    Cname(String),
    /// The name of a machine: its address, or `None` when the files do not say it.
    Address(Option<IpAddr>),
    /// A service.
    Srv(Srv),
    /// A text.
    Txt(String),
}

/// The data of an SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// The lower the better.
    pub priority: u16,
    /// Share among those of one priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host, without the final dot; empty for a service that is not offered.
    pub target: String,
}

impl Srv {
    /// `0 0 0 .`: not offered.
    fn denial() -> Srv {
        Srv { priority: 0, weight: 0, port: 0, target: String::new() }
    }

    /// Whether it says that the service is not offered.
    pub fn is_denial(&self) -> bool {
        self.target.is_empty()
    }
}

impl Records {
    /// Every record.
    pub fn all(&self) -> impl Iterator<Item = &Record> {
        self.groups.iter().flat_map(|g| &g.records)
    }
}

/// Where clients find the server that answers them.
enum Endpoint<'s> {
    /// At a host of this name, for all domains.
    Host(&'s str, u16),
    /// At an address without a name.
    Ip(IpAddr, u16),
    /// `autoconfig.` of each domain is a name of the server's own.
    Own,
}

impl<'s> Endpoint<'s> {
    fn of(site: &'s Site, notes: &mut Vec<String>) -> Endpoint<'s> {
        let Some(url) = &site.hosting.url else {
            notes.push(
                "`serve.url` is not set: `autoconfig.` needs an address record for the server, which is not known here; \
                 with `serve: { url: https://HOST }` it becomes an alias"
                    .to_owned(),
            );
            return Endpoint::Own;
        };
        let port = url.port_or_known_default().unwrap_or(443);
        let local = |notes: &mut Vec<String>| {
            notes.push("`serve.url` is this machine: nobody else can be led there, `autoconfig.` needs the server's real address".to_owned());
            Endpoint::Own
        };
        if port != 443 {
            notes.push(format!(
                "`serve.url` has the port {port}: only `_autodiscover._tcp` can say that, all else is asked for at 443"
            ));
        }
        let ip = match url.host() {
            Some(url::Host::Domain(name)) => {
                return match Host::parse(name) {
                    Ok(host) if host.is_loopback() => local(notes),
                    _ => Endpoint::Host(name.trim_end_matches('.'), port),
                };
            }
            Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip),
            None => return Endpoint::Own,
        };
        if ip.is_loopback() || ip.is_unspecified() { local(notes) } else { Endpoint::Ip(ip, port) }
    }

    /// A name of the domain's that leads to the server.
    fn alias(&self, label: &str, domain: &str) -> Record {
        let name = format!("{label}.{domain}");
        let data = match self {
            // The server's own name can be no alias of itself.
            Endpoint::Host(host, _) if *host == name => Data::Address(None),
            Endpoint::Host(host, _) => Data::Cname((*host).to_owned()),
            Endpoint::Ip(ip, _) => Data::Address(Some(*ip)),
            Endpoint::Own if label == "autoconfig" => Data::Address(None),
            Endpoint::Own => Data::Cname(format!("autoconfig.{domain}")),
        };
        Record { name, data }
    }

    /// The server's own name where it lies in the domain's zone, and no record has it yet: whose zone it is has to give
    /// it an address.
    fn itself(&self, site: &Site, domain: &str, groups: &[Group]) -> Option<Group> {
        let Endpoint::Host(host, _) = self else { return None };
        let is_ours = |name: &str| site.domain(name).is_some_and(|found| *found.domain.name == *name);
        let mut zone = *host;
        while !is_ours(zone) {
            zone = zone.split_once('.')?.1;
        }
        (zone == domain && !has(groups, host)).then(|| Group {
            why: "The server that answers, by `serve.url`",
            source: "RFC 1035 section 3.4.1",
            records: vec![Record { name: (*host).to_owned(), data: Data::Address(None) }],
        })
    }

    /// The server by a name that has addresses of its own.
    fn host(&self, domain: &str) -> (String, u16) {
        match self {
            Endpoint::Host(host, port) => ((*host).to_owned(), *port),
            Endpoint::Ip(_, port) => (format!("autoconfig.{domain}"), *port),
            Endpoint::Own => (format!("autoconfig.{domain}"), 443),
        }
    }
}

/// The records of a domain of the site; `None` for a wildcard, below which no name is known.
pub fn records(site: &Site, found: &Found<'_>) -> Option<Records> {
    let domain = found.name.as_ref();
    if domain.starts_with("*.") {
        return None;
    }
    let mut notes = Vec::new();
    let endpoint = Endpoint::of(site, &mut notes);
    let (host, port) = endpoint.host(domain);
    let anyone = found.anyone();
    let mut groups = Vec::new();
    if mozilla::is_published(found) {
        groups.push(Group {
            why: "Thunderbird, K-9, Delta Chat, KMail and others look for autoconfig here",
            source: "draft-ietf-mailmaint-autoconfig",
            records: vec![endpoint.alias("autoconfig", domain)],
        });
    } else {
        notes.push(
            "mail programs would take no autoconfig document of these servers, which only send, only receive, or take no \
             password: no record leads there"
                .to_owned(),
        );
    }
    if anyone.as_ref().is_some_and(|account| protocol::blocks(account, true).is_empty()) {
        notes.push(
            "Autodiscover can answer nothing but an error here, since it has no word for these servers: its records are left out"
                .to_owned(),
        );
    } else {
        groups.push(Group {
            why: "Outlook and others look for Autodiscover here",
            source: "MS-OXDISCO",
            records: vec![
                endpoint.alias("autodiscover", domain),
                srv("_autodiscover", domain, Srv { priority: 0, weight: 1, port, target: host }),
            ],
        });
    }
    groups.extend(of_pacc(site, found, &endpoint, &mut notes));
    groups.extend(endpoint.itself(site, domain, &groups));
    // Other records may lead to a name that no program looks up.
    let own = format!("autoconfig.{domain}");
    if !has(&groups, &own) && groups.iter().flat_map(|g| &g.records).any(|r| leads_to(&r.data, &own)) {
        groups.push(Group {
            why: "The server that answers",
            source: "RFC 1035 section 3.4.1",
            records: vec![endpoint.alias("autoconfig", domain)],
        });
    }
    if let Some(account) = anyone {
        groups.extend(services(&account, domain, &mut notes));
        groups.extend(collections(&account, domain, &mut notes));
    }
    for group in &mut groups {
        // RFC 1035 section 2.3.4: 255 octets on the wire, which are 253 in letters.
        group.records.retain(|record| {
            let fits = record.name.len() <= 253;
            if !fits {
                notes.push(format!("{} is longer than a name may be: left out", record.name));
            }
            fits
        });
    }
    groups.retain(|g| !g.records.is_empty());
    Some(Records { domain: domain.to_owned(), groups, notes })
}

fn has(groups: &[Group], name: &str) -> bool {
    groups.iter().flat_map(|g| &g.records).any(|r| r.name == name)
}

fn leads_to(data: &Data, name: &str) -> bool {
    match data {
        Data::Cname(target) => target == name,
        Data::Srv(srv) => srv.target == name,
        Data::Address(_) | Data::Txt(_) => false,
    }
}

fn srv(label: &str, domain: &str, srv: Srv) -> Record {
    Record { name: format!("{label}._tcp.{domain}"), data: Data::Srv(srv) }
}

/// PACC: where the document is, and what vouches for it.
fn of_pacc(site: &Site, found: &Found<'_>, endpoint: &Endpoint<'_>, notes: &mut Vec<String>) -> Option<Group> {
    site.hosting.pacc.as_ref()?;
    if let Some(why) = pacc::obstacle(&site.hosting, found) {
        notes.push(format!("PACC is not published: {why}"));
        return None;
    }
    let document = found.domain.pacc()?;
    let digest = BASE64.encode(ring::digest::digest(&ring::digest::SHA256, document));
    let domain = found.name.as_ref();
    Some(Group {
        why: "PACC: the document, and the digest of its bytes, which changes whenever they do",
        source: "draft-ietf-mailmaint-pacc",
        records: vec![
            endpoint.alias("ua-auto-config", domain),
            Record {
                name: format!("_ua-auto-config.{domain}"),
                data: Data::Txt(format!("v=UAAC1; a=sha256; d={digest}")),
            },
        ],
    })
}

/// A protocol's labels: with TLS from the first byte, and with STARTTLS.
pub const LABELS: &[(Protocol, &str, &str)] = &[
    (Protocol::Imap, "_imaps", "_imap"),
    (Protocol::Pop3, "_pop3s", "_pop3"),
    (Protocol::Smtp, "_submissions", "_submission"),
];

fn services(account: &Account, domain: &str, notes: &mut Vec<String>) -> Vec<Group> {
    let mut groups = Vec::new();
    for (protocol, implicit, starttls) in LABELS {
        let all: Vec<Offer> = account.offers(*protocol).collect();
        let named: Vec<&Offer> = all.iter().filter(|offer| can_be_named(offer, notes)).collect();
        let mut records = Vec::new();
        let mut priority = 0;
        for (label, tls) in [(implicit, Tls::Implicit), (starttls, Tls::StartTls)] {
            let before = records.len();
            for offer in named.iter().filter(|o| o.tls == tls) {
                let target = offer.host.as_str().to_owned();
                records.push(srv(label, domain, Srv { priority, weight: 1, port: offer.port, target }));
                priority += 10;
            }
            // What is there but cannot be named is not denied.
            if records.len() == before && !all.iter().any(|o| o.tls == tls || o.tls == Tls::None) {
                records.push(srv(label, domain, Srv::denial()));
            }
        }
        let (why, source) = match protocol {
            Protocol::Imap => ("IMAP servers", "RFC 6186, RFC 8314 section 5.1"),
            Protocol::Pop3 => ("POP3 servers", "RFC 6186, RFC 8314 section 5.1"),
            Protocol::Smtp => ("Servers that mail programs send through", "RFC 6186, RFC 8314 section 5.1"),
        };
        groups.push(Group { why, source, records });
    }
    groups
}

/// Whether an SRV record can name a server; else a note says why not.
fn can_be_named(offer: &Offer, notes: &mut Vec<String>) -> bool {
    let (what, host, port) = (offer.protocol.title(), &offer.host, offer.port);
    if offer.host.is_loopback() || offer.tls == Tls::None {
        notes.push(format!("{what} at {host} is on this machine: no record names it"));
    } else if offer.host.ip().is_some() {
        notes.push(format!("{what} is at the address {host}: an SRV record needs a name (RFC 2782)"));
    } else if offer.protocol == Protocol::Smtp && port == 25 {
        notes.push(format!("{what} at {host} has port 25, which is for mail between servers: no record names it"));
    } else if Tls::of_port(port).is_some_and(|tls| tls != offer.tls) {
        let word = offer.tls.word();
        notes.push(format!(
            "{what} at {host} has port {port} with `tls: {word}`: clients would not believe it, no record names it"
        ));
    } else {
        return true;
    }
    false
}

fn collections(account: &Account, domain: &str, notes: &mut Vec<String>) -> Vec<Group> {
    let mut groups = Vec::new();
    for (url, label, why) in
        [(&account.caldav, "_caldavs", "Calendars by CalDAV"), (&account.carddav, "_carddavs", "Contacts by CardDAV")]
    {
        let Some(url) = url.as_ref().filter(|u| u.scheme() == "https") else { continue };
        let Some(url::Host::Domain(host)) = url.host() else {
            notes.push(format!("{why} has an address without a name: no record names it"));
            continue;
        };
        let port = url.port_or_known_default().unwrap_or(443);
        let target = host.trim_end_matches('.').to_owned();
        let mut records = vec![srv(label, domain, Srv { priority: 0, weight: 1, port, target })];
        // Without one, clients ask `/.well-known/caldav`, which is where `/` leads as well.
        if url.is_personal() {
            notes.push(format!(
                "{why} has an address for each user, and a record is the same for all: {host} has to send \
                 /.well-known/{} on",
                label.trim_matches(['_', 's']),
            ));
        } else if url.path() != "/" {
            let name = format!("{label}._tcp.{domain}");
            records.push(Record { name, data: Data::Txt(format!("path={}", url.path())) });
        }
        groups.push(Group { why, source: "RFC 6764", records });
    }
    groups
}
