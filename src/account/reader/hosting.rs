//! `serve:`, read and validated.

use std::net::SocketAddr;
use std::path::Path;

use super::Reader;
use crate::account::hosting::{Certificate, Hosting, Pacc};
use crate::account::{Said, Text};
use crate::document::{Document, Node};
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
        let address = node.text()?.parse().ok();
        if address.is_none() {
            self.problems.push(
                Problem::error("no-socket-address", node.place, format!("`{key}` is no address and port"))
                    .because("a name would have to be looked up")
                    .fix("write it as `127.0.0.1:8080` or `[::1]:8080`"),
            );
        }
        address
    }

    fn base_url(&mut self, node: &Node) -> Option<Said<url::Url>> {
        let url = self.url(node, "url")?;
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
            Ok(url) if matches!(url.scheme(), "https" | "mailto" | "tel") => Some(Said::new(url, node.place)),
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
