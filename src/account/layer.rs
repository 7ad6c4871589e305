//! One layer of what was said: of an account, of the defaults, of a provider (the file's own or a built-in one).
//!
//! All kinds of layer have one type, since a fold needs only to ask "do you say this?". Reading a layer validates
//! every value in it, also those that a nearer layer hides; filling in what nobody said is [`super::resolve`]'s
//! business. What [`crate::document::check`] has refused already is passed over in silence here.

use super::auth::{Hidden, Mechanism, Way};
use super::server::{Host, Protocol, Tls};
use super::template::{SLOTS, Template};
use super::text::{Lines, Text, name_of};
use super::{Address, Origin, Said};
use crate::document::check::shortened;
use crate::document::{Node, Scalar, Value};
use crate::problem::{Place, Problem, Problems, Sources, did_you_mean};
use crate::provider::{Facts, ServerFacts};

/// A server as one layer says it.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct ServerLayer {
    pub place: Option<Place>,
    pub host: Option<Said<Host>>,
    pub port: Option<Said<u16>>,
    pub tls: Option<Said<Tls>>,
    pub login: Option<Said<Template>>,
    pub password: Option<Said<SecretLayer>>,
    pub auth: Option<Said<Mechanism>>,
    /// `recent:` before a POP3 login.
    pub recent: bool,
}

/// A secret's source, placeholders not yet filled in.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum SecretLayer {
    Prompt,
    Shell(Template),
    Argv(Vec<Template>),
    Keyring { service: Text, user: Text },
    Env(Text),
    File(Text),
    Literal(Hidden),
}

/// OAuth2 as one layer says it.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct OAuth2Layer {
    pub place: Option<Place>,
    pub token: Option<Said<SecretLayer>>,
    pub client_id: Option<Said<Text>>,
    pub client_secret: Option<Said<SecretLayer>>,
    pub auth_url: Option<Said<Text>>,
    pub token_url: Option<Said<Text>>,
    pub scopes: Option<Vec<Text>>,
    pub mechanism: Option<Said<Mechanism>>,
}

/// Folders as one layer says them.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct FoldersLayer {
    pub language: Option<Said<Text>>,
    pub root: Option<Said<Text>>,
    pub sent: Option<Said<Text>>,
    pub drafts: Option<Said<Text>>,
    pub trash: Option<Said<Text>>,
    pub junk: Option<Said<Text>>,
    pub archive: Option<Said<Text>>,
    pub all: Option<Said<Text>>,
}

/// A signature's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Its text.
    Text(Lines),
    /// A file.
    File(Text),
    /// A command that prints it.
    Command(super::auth::Command),
}

/// What to sign and encrypt with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Signing {
    pub key: Option<Text>,
    pub sign: bool,
    pub encrypt: bool,
}

/// A further address as one layer says it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct IdentityLayer {
    pub address: Said<Address>,
    pub name: Option<Said<Text>>,
    pub signature: Option<Said<Signature>>,
    pub reply_to: Option<Said<Address>>,
    pub pgp: Option<Said<Signing>>,
    pub smtp: Option<ServerLayer>,
}

/// Which provider an account names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ProviderReference {
    pub id: String,
    pub region: Option<Text>,
}

/// One layer; every key may be unsaid.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Layer {
    pub address: Option<Said<Address>>,
    pub name: Option<Said<Text>>,
    pub default: Option<Said<bool>>,
    pub login: Option<Said<Template>>,
    pub provider: Option<Said<ProviderReference>>,
    pub password: Option<Said<SecretLayer>>,
    pub oauth2: Option<OAuth2Layer>,
    pub retrieve: Option<Said<Protocol>>,
    pub imap: Vec<ServerLayer>,
    pub pop3: Vec<ServerLayer>,
    pub smtp: Vec<ServerLayer>,
    pub identities: Option<Vec<IdentityLayer>>,
    pub folders: FoldersLayer,
    pub save_sent: Option<Said<bool>>,
    pub signature: Option<Said<Signature>>,
    pub pgp: Option<Said<Signing>>,
    pub smime: Option<Said<Signing>>,
    pub maildir: Option<Said<Template>>,
    pub carddav: Option<Said<url::Url>>,
    pub caldav: Option<Said<url::Url>>,
    /// The `targets` map, which only targets read.
    pub targets: Option<Node>,
}

impl Layer {
    /// The servers of a protocol.
    pub fn servers(&self, protocol: Protocol) -> &[ServerLayer] {
        match protocol {
            Protocol::Imap => &self.imap,
            Protocol::Pop3 => &self.pop3,
            Protocol::Smtp => &self.smtp,
        }
    }
}

/// What only a provider says.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct ProviderLayer {
    pub layer: Layer,
    pub name: Option<Text>,
    pub domains: Option<Vec<String>>,
    pub ways: Option<Vec<Way>>,
    pub login_help: Option<String>,
    pub note: Option<String>,
    /// A server is named, whether or not it could be read.
    pub names_server: bool,
}

/// Reads layers and reports what is wrong in them.
pub struct Reader<'a> {
    /// Texts of the files, to look behind a value.
    pub sources: &'a Sources,
    /// Where problems go.
    pub problems: &'a mut Problems,
}

impl Reader<'_> {
    /// The layer of an account or of the defaults.
    pub fn layer(&mut self, node: &Node) -> Layer {
        let mut layer = Layer::default();
        for entry in node.entries() {
            let value = &entry.value;
            match entry.key.as_str() {
                "address" => layer.address = self.address(value),
                "name" => layer.name = self.text(value, "name"),
                "default" => layer.default = value.boolean().map(|b| Said::new(b, value.place)),
                "login" => layer.login = self.template(value, "login"),
                "provider" => layer.provider = self.provider_reference(value),
                "password" => layer.password = self.secret(value, "password"),
                "oauth2" => layer.oauth2 = self.oauth2(value, entry.place),
                "retrieve" => {
                    layer.retrieve = match value.text() {
                        Some("imap") => Some(Said::new(Protocol::Imap, value.place)),
                        Some("pop3") => Some(Said::new(Protocol::Pop3, value.place)),
                        _ => None,
                    }
                }
                "imap" => layer.imap = self.servers(value, Protocol::Imap, entry.place),
                "pop3" => layer.pop3 = self.servers(value, Protocol::Pop3, entry.place),
                "smtp" => layer.smtp = self.servers(value, Protocol::Smtp, entry.place),
                "identities" => layer.identities = Some(self.identities(value)),
                "folders" => layer.folders = self.folders(value),
                "save_sent" => layer.save_sent = value.boolean().map(|b| Said::new(b, value.place)),
                "signature" => layer.signature = self.signature(value),
                "pgp" => layer.pgp = self.signing(value, entry.place),
                "smime" => layer.smime = self.signing(value, entry.place),
                "maildir" => layer.maildir = self.template(value, "maildir"),
                "carddav" => layer.carddav = self.url(value, "carddav"),
                "caldav" => layer.caldav = self.url(value, "caldav"),
                "targets" => layer.targets = Some(value.clone()),
                _ => {}
            }
        }
        if let (Some(oauth2), true) = (&layer.oauth2, node.entry("password").is_some()) {
            self.problems.push(
                Problem::error(
                    "secret-in-two-forms",
                    oauth2.place,
                    "`password` and `oauth2` stand side by side",
                )
                .because("one layer can name one way to log in")
                .fix("keep `oauth2` or `password`; a nearer layer may replace what a farther one says"),
            );
        }
        layer
    }

    /// The layer of a provider in the file.
    pub fn provider(&mut self, node: &Node) -> ProviderLayer {
        let mut provider = ProviderLayer {
            layer: self.layer(node),
            ..ProviderLayer::default()
        };
        provider.name = provider.layer.name.take().map(|n| n.value);
        provider.names_server = ["imap", "pop3", "smtp"]
            .iter()
            .any(|key| node.get(key).is_some());
        if let Some(domains) = node.get("domains") {
            provider.domains = Some(self.domains(domains));
        }
        if let Some(mx) = node.get("mx") {
            self.domains(mx);
        }
        if let Some(auth) = node.get("auth") {
            provider.ways = Some(
                auth.items()
                    .iter()
                    .filter_map(|i| Way::parse(i.text()?))
                    .collect(),
            );
        }
        match node.get("help") {
            Some(help) if help.text().is_some() => {
                provider.note = self.text(help, "help").map(|t| t.value.to_string())
            }
            Some(help) => {
                provider.login_help = help
                    .get("login")
                    .and_then(|n| self.text(n, "login"))
                    .map(|t| t.value.to_string());
                provider.note = help
                    .get("note")
                    .and_then(|n| self.text(n, "note"))
                    .map(|t| t.value.to_string());
            }
            None => {}
        }
        for key in ["source", "date"] {
            if let Some(node) = node.get(key) {
                self.text(node, key);
            }
        }
        provider
    }

    fn domains(&mut self, node: &Node) -> Vec<String> {
        let mut domains = Vec::new();
        for item in node.items() {
            let Some(text) = item.text() else { continue };
            let (star, name) = match text.strip_prefix("*.") {
                Some(name) => ("*.", name),
                None => ("", text),
            };
            match super::address::domain_name(name) {
                Ok(name) => domains.push(format!("{star}{name}")),
                Err(why) => self.problems.push(
                    Problem::error(
                        "no-domain",
                        item.place,
                        format!("`{}` is no domain", shortened(text)),
                    )
                    .because(why)
                    .fix("write it as `example.org`"),
                ),
            }
        }
        domains
    }

    fn control(&mut self, c: char, place: Place, key: &str, lines: bool) {
        let fix = match c {
            '\n' | '\r' if lines => "write line breaks as plain line feeds",
            '\n' | '\r' => {
                "write it on one line: `|` keeps line breaks, `>-` folds them into blanks"
            }
            _ => "remove it",
        };
        self.problems.push(
            Problem::error(
                "control-character",
                place,
                format!("a control character stands in `{key}`"),
            )
            .because(format!(
                "{} cannot stand in any configuration file",
                name_of(c)
            ))
            .fix(fix),
        );
    }

    /// One line of text, not empty.
    pub fn text(&mut self, node: &Node, key: &str) -> Option<Said<Text>> {
        let text = node.text()?;
        if text.is_empty() {
            self.problems.push(
                Problem::error("empty-value", node.place, format!("`{key}` is empty"))
                    .because("a value is missing")
                    .fix("write a value or remove the key"),
            );
            return None;
        }
        match Text::new(text) {
            Ok(text) => Some(Said::new(text, node.place)),
            Err(c) => {
                self.control(c, node.place, key, false);
                None
            }
        }
    }

    fn texts(&mut self, node: &Node, key: &str) -> Option<Vec<Said<Text>>> {
        let items = node.items();
        let texts: Vec<_> = items.iter().filter_map(|i| self.text(i, key)).collect();
        (texts.len() == items.len() && !texts.is_empty()).then_some(texts)
    }

    fn template(&mut self, node: &Node, key: &str) -> Option<Said<Template>> {
        let text = self.text(node, key)?;
        self.parse_template(text.value.as_str(), node.place, key)
    }

    fn parse_template(&mut self, text: &str, place: Place, key: &str) -> Option<Said<Template>> {
        match Template::parse(text) {
            Ok(template) => Some(Said::new(template, place)),
            Err(inside) => {
                let secret = crate::document::keys::is_secret(key) || key == "command";
                let what = if secret {
                    "what stands in braces".to_owned()
                } else {
                    format!("`{{{}}}`", shortened(&inside))
                };
                let fix = match did_you_mean(&inside, SLOTS.iter().copied()) {
                    Some(meant) if !secret => format!("did you mean `{{{meant}}}`?"),
                    _ => "write `{{` for a brace; the placeholders are {address}, {local}, {domain} and {account}".to_owned(),
                };
                self.problems.push(
                    Problem::error(
                        "unknown-placeholder",
                        place,
                        format!("{what} in `{key}` is no placeholder"),
                    )
                    .because("braces hold a placeholder")
                    .fix(fix),
                );
                None
            }
        }
    }

    fn address(&mut self, node: &Node) -> Option<Said<Address>> {
        let text = self.text(node, "address")?;
        match Address::parse(text.value.as_str()) {
            Ok(address) => Some(Said::new(address, node.place)),
            Err(why) => {
                self.problems.push(
                    Problem::error(
                        "no-address",
                        node.place,
                        format!("`{}` is no mail address", shortened(text.value.as_str())),
                    )
                    .because(why)
                    .fix("write it as `you@example.org`, without name and brackets"),
                );
                None
            }
        }
    }

    fn url(&mut self, node: &Node, key: &str) -> Option<Said<url::Url>> {
        let text = self.text(node, key)?;
        let refuse = |why: &str| {
            Problem::error(
                "no-url",
                node.place,
                format!("`{key}` is no address of a web service"),
            )
            .because(why.to_owned())
            .fix("write it as `https://dav.example.org/`")
        };
        let problem = match url::Url::parse(text.value.as_str()) {
            Ok(url) if url.password().is_some() || !url.username().is_empty() => {
                refuse("a login stands in it; logins and passwords have keys of their own")
            }
            Ok(url) => match (url.scheme(), url.host_str()) {
                ("https", Some(_)) => return Some(Said::new(url, node.place)),
                ("http", Some(host)) if Host::parse(host).is_ok_and(|h| h.is_loopback()) => {
                    return Some(Said::new(url, node.place));
                }
                ("http", Some(_)) => {
                    refuse("http sends the password in clear; only this machine may be asked so")
                }
                _ => refuse("it does not begin with https://"),
            },
            Err(_) => refuse("it does not begin with https:// and a host"),
        };
        self.problems.push(problem);
        None
    }

    fn provider_reference(&mut self, node: &Node) -> Option<Said<ProviderReference>> {
        match &node.value {
            Value::Map(_) => {
                let Some(id) = node.get("id") else {
                    self.problems.push(
                        Problem::error("provider-without-id", node.place, "`provider` has no `id`")
                            .fix("write `provider: { id: NAME, region: REGION }`"),
                    );
                    return None;
                };
                let id = self.text(id, "id")?;
                let region = node
                    .get("region")
                    .and_then(|n| self.text(n, "region"))
                    .map(|t| t.value);
                Some(Said::new(
                    ProviderReference {
                        id: id.value.to_string(),
                        region,
                    },
                    node.get("id")?.place,
                ))
            }
            _ => {
                let id = self.text(node, "provider")?;
                Some(Said::new(
                    ProviderReference {
                        id: id.value.to_string(),
                        region: None,
                    },
                    node.place,
                ))
            }
        }
    }

    /// Where a secret comes from.
    pub fn secret(&mut self, node: &Node, key: &str) -> Option<Said<SecretLayer>> {
        let said = |secret| Some(Said::new(secret, node.place));
        match &node.value {
            Value::Scalar(Scalar { text, plain }) => {
                if text.is_empty() {
                    self.empty_secret(node.place, key);
                    return None;
                }
                if text == "prompt" && *plain {
                    return said(SecretLayer::Prompt);
                }
                if *plain && self.cut_by_comment(node.place) {
                    self.problems.push(
                        Problem::error(
                            "secret-cut-by-comment",
                            node.place,
                            format!("`{key}` ends at ` #`"),
                        )
                        .because("YAML takes a blank and # for the beginning of a comment")
                        .fix("put the value in quotes, or the comment on a line of its own"),
                    );
                    return None;
                }
                match Text::new(text) {
                    Ok(text) => said(SecretLayer::Literal(Hidden::new(text))),
                    Err(c) => {
                        self.control(c, node.place, key, false);
                        None
                    }
                }
            }
            Value::Map(entries) => {
                let mut known = entries
                    .iter()
                    .filter(|e| matches!(e.key.as_str(), "command" | "keyring" | "env" | "file"));
                let Some(first) = known.next() else {
                    if entries.is_empty() {
                        self.empty_secret(node.place, key);
                    }
                    return None;
                };
                if let Some(second) = known.find(|e| e.key != first.key) {
                    self.problems.push(
                        Problem::error(
                            "secret-in-two-forms",
                            second.place,
                            format!(
                                "`{key}` comes from two places: `{}` and `{}`",
                                first.key, second.key
                            ),
                        )
                        .because("a secret has one source")
                        .fix("keep one of them"),
                    );
                    return None;
                }
                let value = &first.value;
                match first.key.as_str() {
                    "command" => self.command(value, key).and_then(said),
                    "keyring" => {
                        let mut part = |name: &str| match value.get(name) {
                            Some(n) => self.text(n, name).map(|t| t.value),
                            None => {
                                if matches!(value.value, Value::Map(_)) {
                                    self.problems.push(
                                        Problem::error(
                                            "incomplete-keyring",
                                            first.place,
                                            format!("`keyring` has no `{name}`"),
                                        )
                                        .fix("write `keyring: { service: NAME, user: NAME }`"),
                                    );
                                }
                                None
                            }
                        };
                        let (service, user) = (part("service"), part("user"));
                        said(SecretLayer::Keyring {
                            service: service?,
                            user: user?,
                        })
                    }
                    "env" => {
                        let name = self.text(value, "env")?.value;
                        let fine = name
                            .as_str()
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b == b'_')
                            && !name.as_str().starts_with(|c: char| c.is_ascii_digit());
                        if !fine {
                            self.problems.push(
                                Problem::error(
                                    "no-variable-name",
                                    value.place,
                                    "`env` is no name of a variable",
                                )
                                .because("letters, digits and _ only")
                                .fix("write the name alone, without $"),
                            );
                            return None;
                        }
                        said(SecretLayer::Env(name))
                    }
                    _ => {
                        let path = self.text(value, "file")?.value;
                        said(SecretLayer::File(path))
                    }
                }
            }
            Value::Null => {
                self.empty_secret(node.place, key);
                None
            }
            Value::List(_) => None,
        }
    }

    fn empty_secret(&mut self, place: Place, key: &str) {
        self.problems.push(
            Problem::error("empty-secret", place, format!("`{key}` is empty"))
                .because("an empty secret opens nothing")
                .fix("write `prompt` to be asked, or `{ command: ... }`"),
        );
    }

    fn command(&mut self, node: &Node, key: &str) -> Option<SecretLayer> {
        match &node.value {
            Value::Scalar(_) => {
                let text = node.text()?;
                if text.trim().is_empty() {
                    self.empty_secret(node.place, key);
                    return None;
                }
                let text = self.text(node, "command")?;
                if let Value::Scalar(Scalar { plain: true, .. }) = node.value
                    && self.cut_by_comment(node.place)
                    && unbalanced(text.value.as_str())
                {
                    self.problems.push(
                        Problem::error(
                            "secret-cut-by-comment",
                            node.place,
                            "`command` ends at ` #` within quotes",
                        )
                        .because("YAML takes a blank and # for the beginning of a comment")
                        .fix("put the whole command in quotes"),
                    );
                    return None;
                }
                self.parse_template(text.value.as_str(), node.place, "command")
                    .map(|t| SecretLayer::Shell(t.value))
            }
            Value::List(items) => {
                if items.is_empty() {
                    self.empty_secret(node.place, key);
                    return None;
                }
                let mut words = Vec::new();
                for item in items {
                    // An argument may be empty.
                    let text = item.text()?;
                    match Text::new(text) {
                        Ok(text) => words.push(
                            self.parse_template(text.as_str(), item.place, "command")?
                                .value,
                        ),
                        Err(c) => {
                            self.control(c, item.place, "command", false);
                            return None;
                        }
                    }
                }
                Some(SecretLayer::Argv(words))
            }
            _ => None,
        }
    }

    /// Whether a blank and `#` follow the value on its line.
    fn cut_by_comment(&self, place: Place) -> bool {
        let text = self.sources.text(place.file);
        let rest = text.get(place.end as usize..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let after = line.trim_start();
        after.len() < line.len() && after.starts_with('#')
    }

    fn oauth2(&mut self, node: &Node, place: Place) -> Option<OAuth2Layer> {
        if !matches!(node.value, Value::Map(_)) {
            return None;
        }
        let mut layer = OAuth2Layer {
            place: Some(place),
            ..OAuth2Layer::default()
        };
        for entry in node.entries() {
            let value = &entry.value;
            match entry.key.as_str() {
                "token" => layer.token = self.secret(value, "token"),
                "client_id" => layer.client_id = self.text(value, "client_id"),
                "client_secret" => layer.client_secret = self.secret(value, "client_secret"),
                "auth_url" => layer.auth_url = self.text(value, "auth_url"),
                "token_url" => layer.token_url = self.text(value, "token_url"),
                "scopes" => {
                    layer.scopes = self
                        .texts(value, "scopes")
                        .map(|t| t.into_iter().map(|t| t.value).collect());
                }
                "mechanism" => layer.mechanism = mechanism(value),
                _ => {}
            }
        }
        Some(layer)
    }

    fn servers(&mut self, node: &Node, protocol: Protocol, key: Place) -> Vec<ServerLayer> {
        node.items()
            .iter()
            .filter_map(|item| self.server(item, protocol, key))
            .collect()
    }

    fn server(&mut self, node: &Node, protocol: Protocol, key: Place) -> Option<ServerLayer> {
        let mut layer = ServerLayer {
            place: Some(key),
            ..ServerLayer::default()
        };
        match &node.value {
            Value::Scalar(_) => self.host(node, protocol, &mut layer)?,
            Value::Map(entries) => {
                layer.place = Some(node.place);
                for entry in entries {
                    let value = &entry.value;
                    match entry.key.as_str() {
                        "host" => {
                            self.host(value, protocol, &mut layer);
                        }
                        "tls" => {
                            layer.tls = value
                                .text()
                                .and_then(Tls::parse)
                                .map(|t| Said::new(t, value.place))
                        }
                        "login" => layer.login = self.template(value, "login"),
                        "password" => layer.password = self.secret(value, "password"),
                        "auth" => layer.auth = mechanism(value),
                        _ => {}
                    }
                }
                if let Some(port) = node.get("port")
                    && let Some(number) = port
                        .text()
                        .and_then(|t| t.parse().ok())
                        .filter(|p| *p > 0u16)
                {
                    if let Some(in_host) = &layer.port {
                        self.problems.push(
                            Problem::error(
                                "port-twice",
                                port.place,
                                "the port stands in `host` and in `port`",
                            )
                            .because(format!("`host` says {}", in_host.value))
                            .fix("keep one of them"),
                        );
                    }
                    layer.port = Some(Said::new(number, port.place));
                }
            }
            _ => return None,
        }
        self.check_tls(&layer, protocol);
        Some(layer)
    }

    /// `host`, `host:port`, `[v6]`, `[v6]:port`.
    fn host(&mut self, node: &Node, protocol: Protocol, layer: &mut ServerLayer) -> Option<()> {
        let text = self.text(node, protocol.key())?;
        let whole = text.value.as_str();
        let split = match whole.rsplit_once(':') {
            _ if whole.contains("://") => None,
            Some((host, port)) if host.ends_with(']') || !host.contains(':') => Some((host, port)),
            _ => None,
        };
        let (host, port) = match split {
            Some((host, port)) => (host, Some(port)),
            None => (whole, None),
        };
        if let Some(port) = port {
            match port.parse::<u16>() {
                Ok(number) if number > 0 && port.bytes().all(|b| b.is_ascii_digit()) => {
                    layer.port = Some(Said::new(number, node.place));
                }
                _ => {
                    self.problems.push(
                        Problem::error(
                            "impossible-port",
                            node.place,
                            format!("`{}` is no port", shortened(port)),
                        )
                        .because("a port is a number from 1 to 65535")
                        .fix("write `host:port` or the host alone"),
                    );
                    return None;
                }
            }
        }
        // {region} stands in a provider's hosts and is filled in when an account names its region.
        let probe = host.replace("{region}", "region");
        match Host::parse(&probe) {
            Ok(_) if probe != host => {
                layer.host = Some(Said::new(Host::with_region(host), node.place));
                Some(())
            }
            Ok(host) => {
                layer.host = Some(Said::new(host, node.place));
                Some(())
            }
            Err(why) => {
                self.problems.push(
                    Problem::error(
                        "no-host",
                        node.place,
                        format!("`{}` is no host", shortened(host)),
                    )
                    .because(why)
                    .fix("write it as `imap.example.org` or `imap.example.org:993`"),
                );
                None
            }
        }
    }

    /// Port and TLS mode of one layer against each other.
    fn check_tls(&mut self, layer: &ServerLayer, protocol: Protocol) {
        if let (Some(port), Some(tls)) = (&layer.port, &layer.tls)
            && let Some(of_port) = Tls::of_port(port.value)
            && of_port != tls.value
            && !(tls.value == Tls::None && of_port == Tls::StartTls)
        {
            let place = tls.origin.place().or(port.origin.place());
            let other = protocol.port(tls.value);
            self.problems.push(
                Problem::error(
                    "tls-contradicts-port",
                    place,
                    format!("port {} does not go with `tls: {}`", port.value, tls.value.word()),
                )
                .because(format!("{} means {}", port.value, tls_words(of_port)))
                .fix(format!(
                    "remove `tls`, or write port {other} for {}; a port with another number takes any `tls`",
                    tls_words(tls.value)
                )),
            );
        }
    }

    fn folders(&mut self, node: &Node) -> FoldersLayer {
        let mut layer = FoldersLayer::default();
        for entry in node.entries() {
            let slot = match entry.key.as_str() {
                "language" => &mut layer.language,
                "root" => &mut layer.root,
                "sent" => &mut layer.sent,
                "drafts" => &mut layer.drafts,
                "trash" => &mut layer.trash,
                "junk" => &mut layer.junk,
                "archive" => &mut layer.archive,
                "all" => &mut layer.all,
                _ => continue,
            };
            *slot = self.text(&entry.value, &entry.key);
        }
        layer
    }

    fn signature(&mut self, node: &Node) -> Option<Said<Signature>> {
        match &node.value {
            Value::Scalar(_) => match Lines::new(node.text()?) {
                Ok(lines) => Some(Said::new(Signature::Text(lines), node.place)),
                Err(c) => {
                    self.control(c, node.place, "signature", true);
                    None
                }
            },
            Value::Map(entries) => {
                if let [_, second, ..] = entries.as_slice() {
                    self.problems.push(
                        Problem::error(
                            "signature-in-two-forms",
                            second.place,
                            "`signature` comes from two places",
                        )
                        .because("a signature has one source")
                        .fix("keep `file` or `command`"),
                    );
                    return None;
                }
                if let Some(file) = node.get("file") {
                    return self
                        .text(file, "file")
                        .map(|t| Said::new(Signature::File(t.value), node.place));
                }
                let command = node.get("command")?;
                let command = match &command.value {
                    Value::List(_) => super::auth::Command::Argv(
                        self.texts(command, "command")?
                            .into_iter()
                            .map(|t| t.value)
                            .collect(),
                    ),
                    _ => super::auth::Command::Shell(self.text(command, "command")?.value),
                };
                Some(Said::new(Signature::Command(command), node.place))
            }
            _ => None,
        }
    }

    fn signing(&mut self, node: &Node, place: Place) -> Option<Said<Signing>> {
        if !matches!(node.value, Value::Map(_)) {
            return None;
        }
        let key = node
            .get("key")
            .and_then(|n| self.text(n, "key"))
            .map(|t| t.value);
        let on = |name: &str| node.get(name).and_then(Node::boolean).unwrap_or(false);
        Some(Said::new(
            Signing {
                key,
                sign: on("sign"),
                encrypt: on("encrypt"),
            },
            place,
        ))
    }

    fn identities(&mut self, node: &Node) -> Vec<IdentityLayer> {
        let mut identities: Vec<IdentityLayer> = Vec::new();
        for item in node.items() {
            let address = match &item.value {
                Value::Map(_) => match item.get("address") {
                    Some(address) => self.address(address),
                    None => {
                        self.problems.push(
                            Problem::error(
                                "identity-without-address",
                                item.place,
                                "an identity has no `address`",
                            )
                            .fix("add `address: you@example.org`"),
                        );
                        None
                    }
                },
                _ => self.address(item),
            };
            let reply_to = item.get("reply_to").and_then(|n| self.address(n));
            let identity = IdentityLayer {
                name: item.get("name").and_then(|n| self.text(n, "name")),
                signature: item.get("signature").and_then(|n| self.signature(n)),
                reply_to,
                pgp: item.get("pgp").and_then(|n| self.signing(n, item.place)),
                smtp: item
                    .get("smtp")
                    .and_then(|n| self.server(n, Protocol::Smtp, item.place)),
                address: match address {
                    Some(address) => address,
                    None => continue,
                },
            };
            if identities
                .iter()
                .any(|i| i.address.value == identity.address.value)
            {
                self.problems.push(
                    Problem::error(
                        "identity-twice",
                        identity.address.origin.place(),
                        format!(
                            "the identity {} stands here for the second time",
                            identity.address.value
                        ),
                    )
                    .fix("keep one of the two"),
                );
                continue;
            }
            identities.push(identity);
        }
        identities
    }
}

fn mechanism(node: &Node) -> Option<Said<Mechanism>> {
    node.text()
        .and_then(Mechanism::parse)
        .map(|m| Said::new(m, node.place))
}

/// A TLS mode in a sentence.
pub(super) fn tls_words(tls: Tls) -> &'static str {
    match tls {
        Tls::Implicit => "implicit TLS",
        Tls::StartTls => "STARTTLS",
        Tls::None => "no TLS",
    }
}

/// An odd number of quotes of one kind: the rest was cut off.
fn unbalanced(command: &str) -> bool {
    shlex::split(command).is_none()
}

/// A built-in provider as a layer. The catalogue's own tests prove that its values can be read.
pub fn from_facts(facts: &'static Facts) -> ProviderLayer {
    let origin = Origin::Catalogue(facts);
    let said = |text: &str| Text::new(text).ok().map(|t| Said { value: t, origin });
    let template = |text: &str| {
        Template::parse(text)
            .ok()
            .map(|t| Said { value: t, origin })
    };
    let servers = |list: &'static [ServerFacts]| -> Vec<ServerLayer> {
        list.iter()
            .map(|s| ServerLayer {
                place: None,
                host: if s.host.contains("{region}") {
                    Some(Said {
                        value: Host::with_region(s.host),
                        origin,
                    })
                } else {
                    Host::parse(s.host).ok().map(|value| Said { value, origin })
                },
                port: Some(Said {
                    value: s.port,
                    origin,
                }),
                tls: Tls::parse(s.tls).map(|value| Said { value, origin }),
                login: s.login.and_then(template),
                password: None,
                auth: s
                    .auth
                    .and_then(Mechanism::parse)
                    .map(|value| Said { value, origin }),
                recent: s.recent,
            })
            .collect()
    };
    let url = |text: &str| {
        url::Url::parse(text)
            .ok()
            .map(|value| Said { value, origin })
    };
    let folders = FoldersLayer {
        language: None,
        root: facts.folder_root.and_then(said),
        sent: facts.folders.sent.and_then(said),
        drafts: facts.folders.drafts.and_then(said),
        trash: facts.folders.trash.and_then(said),
        junk: facts.folders.junk.and_then(said),
        archive: facts.folders.archive.and_then(said),
        all: facts.folders.all.and_then(said),
    };
    ProviderLayer {
        layer: Layer {
            login: facts.login.and_then(template),
            oauth2: facts.oauth2.as_ref().map(|o| OAuth2Layer {
                auth_url: said(o.auth_url),
                token_url: said(o.token_url),
                scopes: Some(o.scopes.iter().filter_map(|s| Text::new(s).ok()).collect()),
                mechanism: o
                    .mechanism
                    .and_then(Mechanism::parse)
                    .map(|value| Said { value, origin }),
                ..OAuth2Layer::default()
            }),
            imap: servers(facts.imap),
            pop3: servers(facts.pop3),
            smtp: servers(facts.smtp),
            folders,
            save_sent: facts.save_sent.map(|value| Said { value, origin }),
            carddav: facts.carddav.and_then(url),
            caldav: facts.caldav.and_then(url),
            ..Layer::default()
        },
        name: Text::new(facts.name).ok(),
        domains: Some(facts.domains.iter().map(|d| (*d).to_owned()).collect()),
        ways: Some(facts.auth.iter().filter_map(|w| Way::parse(w)).collect()),
        login_help: facts.help.login.map(str::to_owned),
        note: facts.help.note.map(str::to_owned),
        names_server: !(facts.imap.is_empty() && facts.pop3.is_empty() && facts.smtp.is_empty()),
    }
}
