//! Thunderbird's paths to an account: a mail host with a customer for each path, the names that lead to it, and what has to be
//! found.

use super::server::certificate;
use super::{PLAIN, WEB};

/// One user a case; Anna's login is another than her address.
pub const USERS: &str = "\
anna@https-name.test\tcorréct-horse battery\tplain
anna@https-wellknown.test\tcorréct-horse battery\tplain
anna@http-name.test\tcorréct-horse battery\tplain
anna@http-wellknown.test\tcorréct-horse battery\tplain
anna@mx.test\tcorréct-horse battery\tplain
anna@mx-deep.test\tcorréct-horse battery\tplain
anna@pox-domain.test\tcorréct-horse battery\tplain
anna@pox-name.test\tcorréct-horse battery\tplain
anna@pox-plain.test\tcorréct-horse battery\tplain
anna@pox-srv.test\tcorréct-horse battery\tplain
anna@pox-hoster.test\tcorréct-horse battery\tplain
anna-4711\tcorréct-horse battery\tplain\tanna@people.test
anna-0815\tcorréct-horse battery\tplain\tanna@people-pox.test
otto@people.test\tcorréct-horse battery\tplain
";

/// Only what a case needs. 127.0.0.2 is [`WEB`] and the mail servers, 127.0.0.3 is [`PLAIN`].
pub const ZONE: &str = "\
imap.hoster.test A 127.0.0.2
pop.hoster.test A 127.0.0.2
smtp.hoster.test A 127.0.0.2
autoconfig.https-name.test A 127.0.0.2
https-wellknown.test A 127.0.0.2
autoconfig.http-name.test A 127.0.0.3
http-wellknown.test A 127.0.0.3
mx.test MX 10 mx.hoster.test
autoconfig.hoster.test A 127.0.0.2
mx-deep.test MX 10 mx1.in.depth.test
autoconfig.in.depth.test A 127.0.0.2
pox-domain.test A 127.0.0.2
autodiscover.pox-name.test A 127.0.0.2
autodiscover.pox-plain.test A 127.0.0.3
_autodiscover._tcp.pox-srv.test SRV 0 1 443 setup.pox-srv.test
setup.pox-srv.test A 127.0.0.2
_autodiscover._tcp.pox-hoster.test SRV 0 1 443 setup.hoster.test
setup.hoster.test A 127.0.0.2
autoconfig.people.test A 127.0.0.5
autodiscover.people-pox.test A 127.0.0.5
autoconfig.elsewhere.test A 127.0.0.2
elsewhere.test A 127.0.0.4
autoconfig.nowhere.test A 127.0.0.2
nowhere.test A 127.0.0.2
autodiscover.nowhere.test A 127.0.0.2
nowhere.test MX 10 mx.hoster.test
";

/// The server of the people with logins of their own.
pub const PEOPLE: &str = "127.0.0.5";
/// Another host's server, for a domain that ours does not have.
pub const OTHER: &str = "127.0.0.4:80";

/// The mail host's file: customers with implicit TLS, customers with STARTTLS.
pub fn hosting() -> String {
    let (certificate, key) = certificate();
    format!(
        "providers:
  implicit:
    name: Hoster
    domains:
      - hoster.test
      - https-name.test
      - http-name.test
      - mx.test
      - pox-domain.test
      - pox-plain.test
      - pox-hoster.test
    imap: imap.hoster.test
    pop3: pop.hoster.test
    smtp: smtp.hoster.test
  upgraded:
    name: Hoster
    domains:
      - https-wellknown.test
      - http-wellknown.test
      - mx-deep.test
      - pox-name.test
      - pox-srv.test
    imap: {{ host: imap.hoster.test, port: 143, tls: starttls }}
    smtp: {{ host: smtp.hoster.test, port: 587, tls: starttls }}
serve:
  listen: ['{WEB}:443', '{PLAIN}:80']
  tls: {{ certificate: {}, key: {} }}
",
        certificate.display(),
        key.display()
    )
}

/// A file with people whose logins follow from nothing. What is published of it is the domains of its accounts.
pub fn people() -> String {
    let (certificate, key) = certificate();
    format!(
        "providers:
  implicit:
    name: Hoster
    domains: [people.test]
    imap: imap.hoster.test
    pop3: pop.hoster.test
    smtp: smtp.hoster.test
  upgraded:
    name: Hoster
    domains: [people-pox.test]
    imap: {{ host: imap.hoster.test, port: 143, tls: starttls }}
    smtp: {{ host: smtp.hoster.test, port: 587, tls: starttls }}
accounts:
  anna@people.test: {{ login: anna-4711 }}
  anna@people-pox.test: {{ login: anna-0815 }}
serve:
  listen: ['{PEOPLE}:443', '{PEOPLE}:8080']
  tls: {{ certificate: {}, key: {} }}
",
        certificate.display(),
        key.display()
    )
}

/// One search and what has to come out of it.
pub struct Case {
    pub email: &'static str,
    /// Where Thunderbird says it has it from.
    pub source: &'static str,
    /// The only URL that may have answered with 200, without its query.
    pub url: &'static str,
    /// Whose login is found.
    pub login: &'static str,
    pub tls: Tls,
    /// Whether autoconfig is switched off, where the same host would answer that, too.
    pub only_autodiscover: bool,
    /// Whom the user was asked about.
    pub redirect: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Tls {
    Implicit,
    StartTls,
}

const fn case(email: &'static str, source: &'static str, url: &'static str, tls: Tls) -> Case {
    Case { email, source, url, login: email, tls, only_autodiscover: false, redirect: None }
}

pub const AUTOCONFIG: &[Case] = &[
    case(
        "anna@https-name.test",
        "xml-from-isp-https",
        "https://autoconfig.https-name.test/mail/config-v1.1.xml",
        Tls::Implicit,
    ),
    case(
        "anna@https-wellknown.test",
        "xml-from-isp-https",
        "https://https-wellknown.test/.well-known/autoconfig/mail/config-v1.1.xml",
        Tls::StartTls,
    ),
    case(
        "anna@http-name.test",
        "xml-from-isp-http",
        "http://autoconfig.http-name.test/mail/config-v1.1.xml",
        Tls::Implicit,
    ),
    case(
        "anna@http-wellknown.test",
        "xml-from-isp-http",
        "http://http-wellknown.test/.well-known/autoconfig/mail/config-v1.1.xml",
        Tls::StartTls,
    ),
    // The mail host's name answers for a customer's domain, which has nothing but an MX record.
    case("anna@mx.test", "xml-from-isp-https", "https://autoconfig.hoster.test/mail/config-v1.1.xml", Tls::Implicit),
    case(
        "anna@mx-deep.test",
        "xml-from-isp-https",
        "https://autoconfig.in.depth.test/mail/config-v1.1.xml",
        Tls::StartTls,
    ),
    Case {
        login: "anna-4711",
        ..case(
            "anna@people.test",
            "xml-from-isp-https",
            "https://autoconfig.people.test/mail/config-v1.1.xml",
            Tls::Implicit,
        )
    },
    case(
        "otto@people.test",
        "xml-from-isp-https",
        "https://autoconfig.people.test/mail/config-v1.1.xml",
        Tls::Implicit,
    ),
];

pub const AUTODISCOVER: &[Case] = &[
    Case {
        only_autodiscover: true,
        ..case(
            "anna@pox-domain.test",
            "exchange-from-url2",
            "https://pox-domain.test/autodiscover/autodiscover.xml",
            Tls::Implicit,
        )
    },
    case(
        "anna@pox-name.test",
        "exchange-from-url1",
        "https://autodiscover.pox-name.test/autodiscover/autodiscover.xml",
        Tls::StartTls,
    ),
    case(
        "anna@pox-plain.test",
        "exchange-from-url3",
        "http://autodiscover.pox-plain.test/autodiscover/autodiscover.xml",
        Tls::Implicit,
    ),
    case(
        "anna@pox-srv.test",
        "exchange-from-srv",
        "https://setup.pox-srv.test/autodiscover/autodiscover.xml",
        Tls::StartTls,
    ),
    // Another domain's host: the user is asked first.
    Case {
        redirect: Some("hoster.test"),
        ..case(
            "anna@pox-hoster.test",
            "exchange-from-srv",
            "https://setup.hoster.test/autodiscover/autodiscover.xml",
            Tls::Implicit,
        )
    },
    Case {
        login: "anna-0815",
        ..case(
            "anna@people-pox.test",
            "exchange-from-url1",
            "https://autodiscover.people-pox.test/autodiscover/autodiscover.xml",
            Tls::StartTls,
        )
    },
];

/// Found at another host's server, although ours is asked first and says 404.
pub const ELSEWHERE: Case = case(
    "anna@elsewhere.test",
    "xml-from-isp-http",
    "http://elsewhere.test/.well-known/autoconfig/mail/config-v1.1.xml",
    Tls::Implicit,
);
/// Found by nobody.
pub const NOWHERE: &str = "anna@nowhere.test";
