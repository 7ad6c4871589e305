//! `serve:`, read and validated.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::{Reader, no_host};
use crate::account::hosting::{Certificate, Hosting, Pacc};
use crate::account::{Host, Said, Text};
use crate::document::{Document, Node, Value};
use crate::problem::{Place, Problem};

impl Reader<'_> {
    /// What the files say under `serve`; each key from the last file that has it.
    pub fn hosting(&mut self, document: &Document) -> Hosting {
        let mut hosting = Hosting::default();
        // Nearest first.
        for node in document.top("serve") {
            let read = self.one_hosting(node);
            hosting = Hosting {
                place: hosting.place.or(read.place),
                listen: if hosting.listen.is_empty() { read.listen } else { hosting.listen },
                metrics: hosting.metrics.or(read.metrics),
                url: hosting.url.or(read.url),
                tls: hosting.tls.or(read.tls),
                sign: hosting.sign.or(read.sign),
                organization: hosting.organization.or(read.organization),
                contact: hosting.contact.or(read.contact),
                pacc: hosting.pacc.or(read.pacc),
                users: hosting.users.or(read.users),
            };
        }
        hosting
    }

    fn one_hosting(&mut self, node: &Node) -> Hosting {
        let mut hosting = Hosting { place: Some(node.place), ..Hosting::default() };
        for entry in node.entries() {
            let value = &entry.value;
            match entry.key.as_str() {
                "listen" => {
                    if matches!(&value.value, Value::List(items) if items.is_empty()) {
                        self.problems.push(
                            Problem::error("empty-value", value.place, "`listen` is empty")
                                .because("a server that listens nowhere is none")
                                .fix("write `127.0.0.1:8080`, or remove the key: that is the default"),
                        );
                    }
                    hosting.listen.extend(value.items().iter().filter_map(|item| self.socket(item, "listen")));
                }
                "metrics" => hosting.metrics = self.socket(value, "metrics"),
                "url" => hosting.url = self.base_url(value),
                "tls" => hosting.tls = self.certificate(value),
                "sign" => hosting.sign = self.certificate(value),
                "organization" => hosting.organization = self.text(value, "organization"),
                "contact" => hosting.contact = self.contact(value),
                "pacc" => {
                    hosting.pacc = match value.text() {
                        Some("draft-02") => Some(Said::new(Pacc::Draft02, value.place)),
                        Some("draft-03") => Some(Said::new(Pacc::Draft03, value.place)),
                        _ => None,
                    }
                }
                "users" => hosting.users = self.users(value),
                _ => {}
            }
        }
        hosting
    }

    fn socket(&mut self, node: &Node, key: &str) -> Option<SocketAddr> {
        let text = node.text()?;
        let address = text.parse().ok();
        if address.is_none() {
            let (why, fix) = no_socket(text);
            self.problems.push(
                Problem::error("no-socket-address", node.place, format!("`{key}` is no address and port"))
                    .because(why)
                    .fix(fix),
            );
        }
        address
    }

    fn base_url(&mut self, node: &Node) -> Option<Said<url::Url>> {
        let text = self.text(node, "url")?;
        let refuse = |why: &str| {
            Problem::error("no-url", node.place, "`url` is no address that mail programs can be led to")
                .because(why.to_owned())
                .fix("write it as `https://autoconfig.example.org`")
        };
        let url = match url::Url::parse(text.value.as_str()) {
            Ok(url) if url.password().is_some() || !url.username().is_empty() => Err("a login stands in it".to_owned()),
            Ok(url) => match (url.scheme(), url.host_str().map(Host::parse)) {
                ("https" | "http", Some(Err(why))) => Err(no_host(&why)),
                ("https", Some(Ok(_))) => Ok(url),
                ("http", Some(Ok(host))) if host.is_loopback() => Ok(url),
                ("http", Some(Ok(_))) => {
                    Err("what came by http could have been changed on its way: programs distrust it, or never ask"
                        .to_owned())
                }
                _ => Err("it does not begin with https://".to_owned()),
            },
            Err(_) => Err("it does not begin with https:// and a host".to_owned()),
        };
        let url = match url {
            Ok(url) => Said::new(url, node.place),
            Err(why) => {
                self.problems.push(refuse(&why));
                return None;
            }
        };
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            self.problems.push(
                Problem::error("no-url", node.place, "`url` holds more than scheme, host and port")
                    .because("the paths are those that clients ask for")
                    .fix("write it as `https://autoconfig.example.org`"),
            );
            return None;
        }
        Some(url)
    }

    fn contact(&mut self, node: &Node) -> Option<Said<url::Url>> {
        let text = self.text(node, "contact")?;
        match url::Url::parse(text.as_str()) {
            Ok(url) if leads_somewhere(&url) => Some(Said::new(url, node.place)),
            _ => {
                self.problems.push(
                    Problem::error("no-url", node.place, "`contact` is nothing that a browser can open safely")
                        .because("it becomes a link on the set-up pages")
                        .fix("write it as `https://help.example.org/`, `mailto:help@example.org` or `tel:+44...`"),
                );
                None
            }
        }
    }

    /// A file is looked for from where the account file stands.
    pub(super) fn file(&mut self, node: &Node, key: &str) -> Option<Said<Text>> {
        let text = self.text(node, key)?;
        self.beside_the_file(&text.value, text.origin.place()?).map(|path| text.with(path))
    }

    /// A path, from where the account file stands.
    pub(super) fn beside_the_file(&mut self, path: &Text, place: Place) -> Option<Text> {
        let source = self.sources.name(place.file);
        let home = path.as_str().starts_with("~/");
        if home || (source == "-" && Path::new(path.as_str()).is_relative()) {
            let why = if home { "a server has no home" } else { "standard input is in no folder" };
            self.problems.push(
                Problem::error("no-whole-path", place, "this file cannot be found by such a path")
                    .because(why)
                    .fix("write the path from the root: `/etc/mailwright/FILE`"),
            );
            return None;
        }
        let folder = Path::new(source).parent().unwrap_or(Path::new(""));
        // Both halves are UTF-8, and a name with a control character stays what it was.
        folder.join(path.as_str()).to_str().and_then(|whole| Text::new(whole).ok()).or_else(|| Some(path.clone()))
    }

    /// A key that has to be there.
    pub(super) fn needed<T>(
        &mut self,
        node: &Node,
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<T> {
        if let Some(value) = node.get(key) {
            return read(self, value);
        }
        // What is no map at all has been told so.
        if matches!(node.value, Value::Scalar(_) | Value::List(_)) {
            return None;
        }
        self.problems.push(
            Problem::error("missing-key", node.place, format!("`{key}` is missing here"))
                .because("there is no default for it")
                .fix(format!("add `{key}:`")),
        );
        None
    }

    fn certificate(&mut self, node: &Node) -> Option<Certificate> {
        let certificate = self.needed(node, "certificate", |r, n| r.file(n, "certificate"));
        let key = self.needed(node, "key", |r, n| r.file(n, "key"));
        let chain = node.get("chain").and_then(|n| self.file(n, "chain"));
        Some(Certificate { certificate: certificate?, key: key?, chain })
    }
}

/// Whether a browser knows what to do with a link of whom to ask: `mailto:` alone is nobody.
fn leads_somewhere(url: &url::Url) -> bool {
    match url.scheme() {
        "https" => true,
        "mailto" => url.path().split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()),
        "tel" => url.path().bytes().any(|b| b.is_ascii_digit()),
        _ => false,
    }
}

/// Why a text is no address and port, and what was probably meant.
fn no_socket(text: &str) -> (String, String) {
    const PORT: &str = "a port is a number from 1 to 65535";
    const USUAL: &str = "write it as `127.0.0.1:8080` or `[::1]:8080`";
    let said = |why: &str, fix: String| (why.to_owned(), fix);
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse::<u16>() {
            Ok(port) if port > 0 => said(
                "the address is missing before the port",
                format!("write `127.0.0.1:{port}` for this machine alone, `[::]:{port}` for everybody"),
            ),
            _ => said(PORT, USUAL.to_owned()),
        };
    }
    // `2001:db8::1:993` is an address as a whole.
    if let Ok(ip) = text.parse::<Ipv6Addr>() {
        let meant = text.rsplit_once(':').and_then(|(ip, port)| {
            let (ip, port) = (ip.parse::<Ipv6Addr>().ok()?, port.parse::<u16>().ok()?);
            (port > 0).then(|| format!("write `[{ip}]:{port}`, if that is meant"))
        });
        return said(
            "an address of IPv6 stands in brackets before its port",
            meant.unwrap_or_else(|| format!("write `[{ip}]:8080`")),
        );
    }
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return said("the port is missing", format!("write `{}`", SocketAddr::new(ip, 8080)));
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        if text == "localhost" || (text.contains('.') && text.bytes().any(|b| b.is_ascii_alphabetic())) {
            return said("the port is missing, and a name would have to be looked up", USUAL.to_owned());
        }
        return said("it is neither an address nor a port", USUAL.to_owned());
    };
    if !port.parse::<u16>().is_ok_and(|p| p > 0) {
        return said(PORT, USUAL.to_owned());
    }
    let whole = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    match whole.parse::<IpAddr>() {
        Ok(ip) => said(
            "brackets are for addresses of IPv6",
            format!("write `{}`", if ip.is_ipv6() { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }),
        ),
        Err(_) if matches!(host, "" | "*") => said(
            "the address is missing before the port",
            format!("write `[::]:{port}` for everybody, `127.0.0.1:{port}` for this machine alone"),
        ),
        Err(_) if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
            said("an address of IPv4 has four numbers from 0 to 255", USUAL.to_owned())
        }
        Err(_) => said("a name would have to be looked up", USUAL.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{leads_somewhere, no_socket};

    /// Each is told what is wrong with it.
    #[test]
    fn what_is_no_address_and_port() {
        for (text, why, fix) in [
            ("8080", "address is missing", "`127.0.0.1:8080`"),
            ("80800", "from 1 to 65535", "`127.0.0.1:8080`"),
            ("127.0.0.1", "port is missing", "`127.0.0.1:8080`"),
            ("[::1]", "port is missing", "`[::1]:8080`"),
            ("::1", "in brackets", "`[::1]:8080`"),
            ("2001:db8::1:993", "in brackets", "`[2001:db8::1]:993`"),
            ("127.0.0.1:99999", "from 1 to 65535", "`127.0.0.1:8080`"),
            ("[::1]:http", "from 1 to 65535", "`127.0.0.1:8080`"),
            (":8080", "address is missing", "`[::]:8080`"),
            ("*:8080", "address is missing", "`[::]:8080`"),
            ("[127.0.0.1]:80", "brackets", "`127.0.0.1:80`"),
            ("256.0.0.1:80", "four numbers", "`127.0.0.1:8080`"),
            ("localhost", "looked up", "`127.0.0.1:8080`"),
            ("mail.example.org", "port is missing", "`127.0.0.1:8080`"),
            ("true", "neither", "`127.0.0.1:8080`"),
            ("localhost:8080", "looked up", "`127.0.0.1:8080`"),
        ] {
            let (said, way) = no_socket(text);
            assert!(said.contains(why) && way.contains(fix), "{text}: {said}; {way}");
        }
    }

    #[test]
    fn whom_to_ask() {
        let leads = |text: &str| leads_somewhere(&url::Url::parse(text).expect("URL"));
        for text in ["https://help.example.org/", "mailto:help@example.org", "mailto:a@b.example?subject=x", "tel:+44"]
        {
            assert!(leads(text), "{text}");
        }
        for text in ["mailto:", "mailto:help", "mailto:@example.org", "tel:", "javascript:x", "http://a.example/"] {
            assert!(!leads(text), "{text}");
        }
    }
}
