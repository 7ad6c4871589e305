//! `serve:`, read and validated.

use std::net::SocketAddr;
use std::time::Duration;

use super::Reader;
use crate::account::auth::Secret;
use crate::account::hosting::{Certificate, Directory, Hosting, Pacc, Users};
use crate::account::layer::SecretLayer;
use crate::account::{Said, Template, Text};
use crate::document::{Document, Node};
use crate::problem::Problem;

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
    fn file(&mut self, node: &Node, key: &str) -> Option<Said<Text>> {
        self.text(node, key)
    }

    /// A key that has to be there.
    fn needed<T>(&mut self, node: &Node, key: &str, read: impl FnOnce(&mut Self, &Node) -> Option<T>) -> Option<T> {
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

    fn users(&mut self, node: &Node) -> Option<Users> {
        let kinds: Vec<&str> =
            ["csv", "sqlite", "postgres", "ldap"].into_iter().filter(|k| node.get(k).is_some()).collect();
        let [kind] = kinds.as_slice() else {
            self.problems.push(
                Problem::error("one-directory", node.place, "`users` names no directory, or several")
                    .because("users are looked up in one place")
                    .fix("keep one of `csv`, `sqlite`, `postgres` and `ldap`"),
            );
            return None;
        };
        let inner = node.get(kind)?;
        let directory = match *kind {
            "csv" => self.file(inner, "csv").map(Directory::Csv),
            "sqlite" => {
                let file = self.needed(inner, "file", |r, n| r.file(n, "file"));
                let query = self.needed(inner, "query", |r, n| r.text(n, "query"));
                file.zip(query).map(|(file, query)| Directory::Sqlite { file, query })
            }
            "postgres" => {
                let url = self.needed(inner, "url", |r, n| r.server_url(n, &["postgresql", "postgres"]));
                let query = self.needed(inner, "query", |r, n| r.text(n, "query"));
                let password = self.hosting_secret(inner);
                url.zip(query).map(|(url, query)| Directory::Postgres { url, password, query })
            }
            _ => {
                let url = self.needed(inner, "url", |r, n| r.server_url(n, &["ldaps", "ldap"]));
                let base = self.needed(inner, "base", |r, n| r.text(n, "base"));
                let bind = inner.get("bind").and_then(|n| self.text(n, "bind"));
                let password = self.hosting_secret(inner);
                let filter = match inner.get("filter") {
                    Some(node) => self.template(node, "filter"),
                    None => Template::parse("(mail={address})").ok().map(|t| Said::rule(t, "the usual filter")),
                };
                let login = match inner.get("login") {
                    Some(node) => self.text(node, "login"),
                    None => Text::new("uid").ok().map(|t| Said::rule(t, "the usual attribute")),
                };
                let name = inner.get("name").and_then(|n| self.text(n, "name"));
                (|| {
                    Some(Directory::Ldap {
                        url: url?,
                        bind,
                        password,
                        base: base?,
                        filter: filter?,
                        login: login?,
                        name,
                    })
                })()
            }
        };
        let mut number = |key: &str, default: u64, most: u64| {
            let Some(node) = node.get(key) else { return default };
            match node.text().and_then(|t| t.parse::<u64>().ok()) {
                Some(n) if (1..=most).contains(&n) || (n == 0 && key == "cache") => n,
                Some(_) => {
                    self.problems.push(
                        Problem::error("out-of-range", node.place, format!("`{key}` is out of range"))
                            .because(format!("it goes from 1 to {most}"))
                            .fix(format!("leave it out: the default is {default}")),
                    );
                    default
                }
                None => default,
            }
        };
        let timeout = Duration::from_secs(number("timeout", 2, 60));
        let cache = Duration::from_secs(number("cache", 300, 86_400));
        let connections = u16::try_from(number("connections", 4, 256)).unwrap_or(4);
        let unknown = node.get("unknown").and_then(|n| self.decoy(n));
        Some(Users { place: node.place, directory: directory?, unknown, timeout, cache, connections })
    }

    /// A server's address: one of these schemes, a host, no password.
    fn server_url(&mut self, node: &Node, schemes: &[&str]) -> Option<Said<url::Url>> {
        let text = self.text(node, "url")?;
        match url::Url::parse(text.as_str()) {
            Ok(url)
                if schemes.contains(&url.scheme())
                    && url.host_str().is_some_and(|h| !h.is_empty())
                    && url.password().is_none() =>
            {
                Some(Said::new(url, node.place))
            }
            _ => {
                self.problems.push(
                    Problem::error("no-url", node.place, "`url` is no address of such a server")
                        .because("scheme and host are needed, and a password has a key of its own")
                        .fix(format!("write it as `{}://HOST/`, and `password:` beside it", schemes[0])),
                );
                None
            }
        }
    }

    /// A password of the server's own. The server has nobody to ask, and no user to fill in.
    fn hosting_secret(&mut self, node: &Node) -> Option<Said<Secret>> {
        let node = node.get("password")?;
        let layer = self.secret(node, "password")?;
        let command = |line: &Template| line.as_literal().and_then(|l| Text::new(l).ok());
        let secret = match &layer.value {
            SecretLayer::Shell(line) => command(line).map(|line| Secret::Command(crate::account::Command::Shell(line))),
            SecretLayer::Argv(words) => words
                .iter()
                .map(command)
                .collect::<Option<Vec<_>>>()
                .map(|words| Secret::Command(crate::account::Command::Argv(words))),
            SecretLayer::Env(name) => Some(Secret::Env(name.clone())),
            SecretLayer::File(path) => Some(Secret::File(path.clone())),
            SecretLayer::Literal(hidden) => Some(Secret::Literal(hidden.clone())),
            SecretLayer::Preset(preset, values) => {
                let values: Option<Vec<String>> = values.iter().map(|v| v.as_literal().map(str::to_owned)).collect();
                values.and_then(|v| preset.command(&v)).map(Secret::Command)
            }
            SecretLayer::Prompt | SecretLayer::Keyring { .. } => None,
        };
        if secret.is_none() {
            self.problems.push(
                Problem::error("no-one-to-ask", node.place, "a server cannot get its password like this")
                    .because("nobody is there to be asked, and no user to fill in")
                    .fix("write `password: { file: PATH }`, `{ env: NAME }` or `{ command: ... }`"),
            );
        }
        secret.map(|s| layer.with(s))
    }

    /// `unknown`: what stands in braces there is checked where it is filled in, too.
    fn decoy(&mut self, node: &Node) -> Option<Said<Text>> {
        self.text(node, "unknown")
    }
}
