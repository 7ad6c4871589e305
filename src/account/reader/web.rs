//! Addresses of web services in account files: https with a host, and placeholders only where they can be meant.

use url::Url;

use super::super::web::SLOTS;
use super::{Address, Host, Node, Problem, Reader, Said, Template, no_host};

/// Two users of one domain: what differs between them is each user's own. Nobody's address of a file is one of these.
const USERS: [&str; 2] = ["one.user@domain-of-users.example", "other.user@domain-of-users.example"];

impl Reader<'_> {
    /// The address of a web service.
    pub(super) fn web(&mut self, node: &Node, key: &str) -> Option<Said<Template>> {
        let text = self.text(node, key)?;
        let pattern = self.parse_template(text.value.as_str(), node.place, key, SLOTS)?;
        let refuse = |why: &str, fix: &str| {
            Problem::error("no-url", node.place, format!("`{key}` is no address of a web service"))
                .because(why.to_owned())
                .fix(fix.to_owned())
        };
        let usual = "write it as `https://dav.example.org/`";
        let urls = USERS.map(|user| {
            let user = Address::parse(user).ok()?;
            super::super::WebAddress::of(pattern.value.clone(), &user)
        });
        let problem = match &urls {
            [Some(one), Some(_)] if one.password().is_some() || !one.username().is_empty() => {
                refuse("a login stands in it; logins and passwords have keys of their own", usual)
            }
            [Some(one), Some(other)] if server(one) != server(other) => refuse(
                "the server's name would be another one for every user",
                "write `{address}` and `{local}` behind the host only: `https://dav.example.org/{address}/`",
            ),
            [Some(one), Some(_)] => match (one.scheme(), one.host_str().map(Host::parse)) {
                ("https" | "http", Some(Err(why))) => refuse(&no_host(&why), usual),
                ("https", Some(Ok(_))) => return Some(pattern),
                ("http", Some(Ok(host))) if host.is_loopback() => return Some(pattern),
                ("http", Some(Ok(_))) => {
                    refuse("http sends the password in clear; only this machine may be asked so", usual)
                }
                _ => refuse("it does not begin with https://", usual),
            },
            _ => refuse("it does not begin with https:// and a host", usual),
        };
        self.problems.push(problem);
        None
    }
}

fn server(url: &Url) -> (&str, Option<&str>, Option<u16>) {
    (url.scheme(), url.host_str(), url.port())
}
