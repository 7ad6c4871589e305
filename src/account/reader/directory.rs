//! `serve.users`, read and validated: what can be known of a directory without asking it.

use std::time::Duration;

use super::Reader;
use crate::account::auth::Secret;
use crate::account::hosting::{Directory, Users};
use crate::account::layer::SecretLayer;
use crate::account::{Decoy, Host, Said, Template, Text};
use crate::document::{Node, Value};
use crate::problem::{Problem, did_you_mean};

/// What may stand behind the `?` of a PostgreSQL server's address. A password may not; and what only libpq knows would be
/// refused by the driver.
const PARAMETERS: &[&str] = &["sslmode", "application_name", "target_session_attrs", "options", "channel_binding"];

impl Reader<'_> {
    pub(super) fn users(&mut self, node: &Node) -> Option<Users> {
        let kinds: Vec<&str> =
            ["csv", "sqlite", "postgres", "ldap"].into_iter().filter(|k| node.get(k).is_some()).collect();
        let unknown = node.get("unknown").and_then(|n| self.decoy(n));
        let secret = self.hosting_secret(node, "secret");
        if let (Some(unknown), None) = (&unknown, node.get("secret"))
            && unknown.is_made_up()
        {
            self.problems.push(
                Problem::error(
                    "decoy-without-secret",
                    unknown.origin.place(),
                    "`unknown` is made up without a `secret`",
                )
                .because("who can work it out knows which logins are none")
                .fix("add `secret: { file: PATH }` to `users`; `openssl rand -hex 32` makes one"),
            );
        }
        let timeout = Duration::from_secs(self.limit(node, "timeout", 2, 60));
        let cache = Duration::from_secs(self.limit(node, "cache", 300, 86_400));
        let connections = u16::try_from(self.limit(node, "connections", 4, 256)).unwrap_or(4);
        // What is no map at all has been told so.
        if matches!(node.value, Value::Scalar(_) | Value::List(_)) {
            return None;
        }
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
            "postgres" => self.postgres(inner),
            _ => self.ldap(inner),
        };
        let providers = node.get("providers").and_then(|n| self.texts(n, "providers")).unwrap_or_default();
        Some(Users {
            place: node.place,
            providers,
            directory: directory?,
            unknown,
            secret,
            timeout,
            cache,
            connections,
        })
    }

    fn limit(&mut self, node: &Node, key: &str, default: u64, most: u64) -> u64 {
        let Some(node) = node.get(key) else { return default };
        let least = if key == "cache" { 0 } else { 1 };
        match node.text().and_then(|t| t.parse::<u64>().ok()) {
            Some(n) if (least..=most).contains(&n) => n,
            Some(_) => {
                self.problems.push(
                    Problem::error("out-of-range", node.place, format!("`{key}` is out of range"))
                        .because(format!("it goes from {least} to {most}"))
                        .fix(format!("leave it out: the default is {default}")),
                );
                default
            }
            None => default,
        }
    }

    fn postgres(&mut self, node: &Node) -> Option<Directory> {
        let url = self.needed(node, "url", |r, n| r.server_url(n, &["postgresql", "postgres"]));
        let url = url.filter(|url| self.is_safe(url));
        let query = self.needed(node, "query", |r, n| r.text(n, "query"));
        let password = self.hosting_secret(node, "password");
        let ca = node.get("ca").and_then(|n| self.file(n, "ca"));
        Some(Directory::Postgres { url: url?, password, ca, query: query? })
    }

    /// Whether a PostgreSQL server is asked by TLS, or stands on this machine.
    fn is_safe(&mut self, url: &Said<url::Url>) -> bool {
        let place = url.origin.place();
        let mut plain = false;
        for (key, value) in url.query_pairs() {
            if !PARAMETERS.contains(&&*key) {
                self.problems.push(
                    Problem::error("no-url", place, "`url` has a parameter that is not known here")
                        .because(format!("known are {}", PARAMETERS.join(", ")))
                        .fix("leave it out; a password has a key of its own, and so has `ca`"),
                );
                return false;
            }
            match (&*key, &*value) {
                ("sslmode", "disable") => plain = true,
                ("sslmode", "require" | "verify-full") => {}
                ("sslmode", _) => {
                    self.problems.push(
                        Problem::error("half-hearted-tls", place, "this `sslmode` gives way to whoever is in between")
                            .because("TLS without a verified certificate protects from nobody")
                            .fix("remove `sslmode`: TLS and a valid certificate are the default"),
                    );
                    return false;
                }
                _ => {}
            }
        }
        if plain && !is_here(url) {
            self.problems.push(
                Problem::error("clear-text", place, "`sslmode=disable` sends the password in clear")
                    .because("only this machine may be asked so")
                    .fix("remove `sslmode`; `ca:` names the authority of a certificate that the system does not know"),
            );
        }
        !plain || is_here(url)
    }

    fn ldap(&mut self, node: &Node) -> Option<Directory> {
        let url = self.needed(node, "url", |r, n| r.server_url(n, &["ldaps", "ldap"]));
        let url = url.filter(|url| self.is_bare(url));
        let base = self.needed(node, "base", |r, n| r.text(n, "base")).filter(|base| self.is_entry(base));
        let bind = node.get("bind").and_then(|n| self.text(n, "bind"));
        let password = self.hosting_secret(node, "password");
        let whole = node.get("bind").is_some() == node.get("password").is_some();
        if !whole {
            // A name with an empty password binds as nobody, and succeeds: RFC 4513 section 5.1.2.
            self.problems.push(
                Problem::error("half-a-login", node.place, "`bind` and `password` belong together")
                    .because("one without the other is nobody's login")
                    .fix("write both, or none to ask as nobody"),
            );
        }
        let ca = node.get("ca").and_then(|n| self.file(n, "ca"));
        let filter = match node.get("filter") {
            Some(node) => self.filter(node),
            None => Template::parse("(mail={address})").ok().map(|t| Said::rule(t, "the usual filter")),
        };
        let login = match node.get("login") {
            Some(node) => self.text(node, "login").filter(|login| self.is_attribute(login)),
            None => Text::new("uid").ok().map(|t| Said::rule(t, "the usual attribute")),
        };
        let (url, base, filter, login) = (url?, base?, filter?, login?);
        whole.then_some(Directory::Ldap { url, bind, password, ca, base, filter, login })
    }

    /// Whether an LDAP server's address is that alone. What RFC 4516 lets follow has keys of its own here, and would be
    /// passed over.
    fn is_bare(&mut self, url: &Said<url::Url>) -> bool {
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() {
            self.problems.push(
                Problem::error("no-url", url.origin.place(), "`url` says more than which server it is")
                    .because("who asks, where and for what are keys of their own: `bind`, `base`, `filter` and `login`")
                    .fix(format!("write it as `{}://HOST`", url.scheme())),
            );
            return false;
        }
        true
    }

    /// Whether this may be the name of an entry: each part of one is `type=value` (RFC 4514). Which entries there are, the
    /// server says.
    fn is_entry(&mut self, base: &Said<Text>) -> bool {
        let is = base.as_str().contains('=');
        if !is {
            self.problems.push(
                Problem::error("no-entry", base.origin.place(), "`base` is no name of an entry")
                    .because("its parts are written `type=value` (RFC 4514)")
                    .fix("write the whole name: `ou=people,dc=example,dc=org`"),
            );
        }
        is
    }

    /// Whether an attribute can have this name; a server finds nothing by another one, and says nothing.
    fn is_attribute(&mut self, login: &Said<Text>) -> bool {
        let is = is_attribute(login.as_str());
        if !is {
            self.problems.push(
                Problem::error("no-attribute", login.origin.place(), "`login` is no name of an attribute")
                    .because("one has letters, digits, hyphens and underscores, or is a number like 2.5.4.3 (RFC 4512)")
                    .fix("name one attribute that every person has: `uid`"),
            );
        }
        is
    }

    /// A filter of RFC 4515 that is about the address.
    fn filter(&mut self, node: &Node) -> Option<Said<Template>> {
        let filter = self.template(node, "filter")?;
        let why = if ldap3::parse_filter(filter.value.with("ada@example.org", "ada", "example.org")).is_err() {
            "it does not parse (RFC 4515)"
        } else if !filter.is_personal() {
            "it finds the same for every address"
        } else {
            return Some(filter);
        };
        self.problems.push(
            Problem::error("no-filter", node.place, "`filter` finds nobody by an address")
                .because(why)
                .fix("write it as `(mail={address})`"),
        );
        None
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

    /// A secret of the server's own. The server has nobody to ask, and no user to fill in.
    fn hosting_secret(&mut self, node: &Node, key: &str) -> Option<Said<Secret>> {
        let node = node.get(key)?;
        let layer = self.secret(node, key)?;
        let command = |line: &Template| line.as_literal().and_then(|l| Text::new(l).ok());
        let secret = match &layer.value {
            SecretLayer::Shell(line) => command(line).map(|line| Secret::Command(crate::account::Command::Shell(line))),
            SecretLayer::Argv(words) => words
                .iter()
                .map(command)
                .collect::<Option<Vec<_>>>()
                .map(|words| Secret::Command(crate::account::Command::Argv(words))),
            SecretLayer::Env(name) => Some(Secret::Env(name.clone())),
            SecretLayer::File(path) => {
                return self.beside_the_file(path, node.place).map(|p| layer.with(Secret::File(p)));
            }
            SecretLayer::Literal(hidden) => Some(Secret::Literal(hidden.clone())),
            SecretLayer::Preset(preset, values) => {
                let values: Option<Vec<String>> = values.iter().map(|v| v.as_literal().map(str::to_owned)).collect();
                values.and_then(|v| preset.command(&v)).map(Secret::Command)
            }
            SecretLayer::Prompt | SecretLayer::Keyring { .. } => None,
        };
        if secret.is_none() {
            self.problems.push(
                Problem::error("no-one-to-ask", node.place, format!("a server cannot get its `{key}` like this"))
                    .because("nobody is there to be asked, and no user to fill in")
                    .fix(format!("write `{key}: {{ file: PATH }}`, `{{ env: NAME }}` or `{{ command: ... }}`")),
            );
        }
        secret.map(|s| layer.with(s))
    }

    /// `unknown`.
    fn decoy(&mut self, node: &Node) -> Option<Said<Decoy>> {
        let text = self.text(node, "unknown")?;
        match Decoy::parse(text.value.as_str()) {
            Ok(decoy) if decoy.is_personal() => Some(text.with(decoy)),
            Ok(_) => {
                self.problems.push(
                    Problem::error("same-decoy", node.place, "`unknown` is the same login for every address")
                        .because("who asks twice knows it, and with it who exists")
                        .fix("let a part of it be made up: `u{digits:6}`"),
                );
                None
            }
            Err(inside) if super::is_open(text.value.as_str(), &inside) => {
                self.problems.push(super::open_brace("unknown", node.place));
                None
            }
            Err(inside) => {
                let known = Decoy::words().map(|w| format!("{{{w}}}")).collect::<Vec<_>>().join(", ");
                let word = inside.split(':').next().unwrap_or("");
                let fix = match did_you_mean(word, Decoy::words().map(|w| w.split(':').next().unwrap_or(w))) {
                    Some(meant) if meant != word => format!("did you mean `{meant}`? There are {known}"),
                    _ => format!("there are {known}; the number goes from 1 to 64, and `{{{{` is a brace"),
                };
                let said = self.sources.quote(&inside, node.place);
                self.problems.push(
                    Problem::error(
                        "unknown-placeholder",
                        node.place,
                        format!("`{{{said}}}` in `unknown` is no placeholder"),
                    )
                    .because("braces hold a placeholder")
                    .fix(fix),
                );
                None
            }
        }
    }
}

/// An attribute description, RFC 4512 section 2.5: a name or a number, and perhaps options.
fn is_attribute(text: &str) -> bool {
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let number = |text: &str| {
        let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        digits && (text == "0" || !text.starts_with('0'))
    };
    let mut parts = text.split(';');
    let kind = parts.next().unwrap_or_default();
    let named = word(kind) && kind.starts_with(|c: char| c.is_ascii_alphabetic());
    let numbered = kind.contains('.') && kind.split('.').all(number);
    (named || numbered) && parts.all(word)
}

/// Whether all hosts of a server's address are this machine; a path is a socket on it.
fn is_here(url: &url::Url) -> bool {
    let here = |host: &str| {
        host.starts_with('/')
            || host.to_ascii_lowercase().starts_with("%2f")
            || Host::parse(host).is_ok_and(|h| h.is_loopback())
    };
    url.host_str().is_some_and(|hosts| hosts.split(',').all(here))
}
