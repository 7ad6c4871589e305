//! From the tree to layers: every value validated, also those that a nearer layer hides; all problems reported.
//!
//! What [`crate::document::check`] has refused already is passed over in silence. Nothing is folded or filled in here.

mod directory;
mod hosting;
mod secret;
mod server;
mod web;

use super::layer::{FoldersLayer, IdentityLayer, Layer, ProviderLayer, ProviderReference, Signature, Signing};
use super::server::{Host, Protocol};
use super::template::{SLOTS, Template};
use super::text::{Lines, Text, name_of};
use super::{Address, Said, Way};
use crate::document::{Node, Value};
use crate::problem::{Place, Problem, Problems, Severity, Sources, did_you_mean};

/// Reads layers and reports what is wrong in them.
pub struct Reader<'a> {
    /// Texts of the files, to look behind a value.
    pub sources: &'a Sources,
    /// Where problems go.
    pub problems: &'a mut Problems,
    /// A provider is being read, whose hosts may hold `{region}`.
    pub in_provider: bool,
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
                "oauth2" => layer.oauth2 = self.oauth2(value, entry.place).map(Box::new),
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
                "carddav" => layer.carddav = self.web(value, "carddav"),
                "caldav" => layer.caldav = self.web(value, "caldav"),
                "targets" => layer.targets = Some(value.clone()),
                _ => {}
            }
        }
        if let (Some(oauth2), true) = (&layer.oauth2, node.entry("password").is_some()) {
            self.problems.push(
                Problem::error("secret-in-two-forms", oauth2.place, "`password` and `oauth2` stand side by side")
                    .because("one layer can name one way to log in")
                    .fix("keep `oauth2` or `password`; a nearer layer may replace what a farther one says"),
            );
        }
        layer
    }

    /// The layer of a provider in the file.
    pub fn provider(&mut self, node: &Node) -> ProviderLayer {
        self.in_provider = true;
        let mut provider = ProviderLayer { layer: self.layer(node), ..ProviderLayer::default() };
        self.in_provider = false;
        provider.name = provider.layer.name.take().map(|n| n.value);
        provider.names_server = ["imap", "pop3", "smtp"].iter().any(|key| node.get(key).is_some());
        if let Some(domains) = node.get("domains") {
            provider.domains = Some(self.domains(domains));
        }
        if let Some(mx) = node.get("mx") {
            self.domains(mx);
        }
        if let Some(auth) = node.get("auth") {
            provider.ways = Some(auth.items().iter().filter_map(|i| Way::parse(i.text()?)).collect());
        }
        match node.get("help") {
            Some(help) if help.text().is_some() => provider.note = self.text(help, "help").map(|t| t.value.to_string()),
            Some(help) => {
                provider.login_help =
                    help.get("login").and_then(|n| self.text(n, "login")).map(|t| t.value.to_string());
                provider.note = help.get("note").and_then(|n| self.text(n, "note")).map(|t| t.value.to_string());
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

    /// Whether a name can be one: letters, digits and `._@+-`; else the problem is reported. `what` has its article.
    pub fn short_name(&mut self, name: &str, place: Place, what: &str) -> bool {
        let allowed = |c: char| c.is_alphanumeric() || "._@+-".contains(c);
        let reason = if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
            if bad == ' ' {
                "a blank cannot stand in it".to_owned()
            } else {
                format!("`{}` cannot stand in it", bad.escape_debug())
            }
        } else if !name.chars().any(char::is_alphanumeric) || name.starts_with(['.', '-']) {
            "it must begin with a letter or a digit".to_owned()
        } else if name.len() > 200 {
            "it is longer than 200 octets".to_owned()
        } else {
            return true;
        };
        let fix = if name.contains('@') {
            "give the account a short name and write the address under it as `address:`"
        } else {
            "use letters, digits and . _ @ + -"
        };
        self.problems.push(
            Problem::error("bad-name", place, format!("`{}` is no name for {what}", self.sources.quote(name, place)))
                .because(reason)
                .fix(fix),
        );
        false
    }

    /// The same name in two files of a folder: a copy that was left there, or a template filled in twice. Which of them is
    /// meant, nobody would see.
    pub fn twice_in_a_folder(&mut self, what: &str, name: &str, place: Place, earlier: Place) {
        let sources = self.sources;
        self.problems.push_with(Severity::Error, || {
            let name = sources.quote(name, place);
            Problem::error("twice-in-a-folder", place, format!("the {what} {name} stands in two files of a folder"))
                .because(format!("it stands at {} already, and one would hide the other", sources.describe(earlier)))
                .fix(
                    "give one of them another name, or take its file out of the folder; \
                     files that shall be layered over each other are named one by one",
                )
        });
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
                        format!("`{}` is no domain", self.sources.quote(text, item.place)),
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
            '\n' | '\r' => "write it on one line: `|` keeps line breaks, `>-` folds them into blanks",
            _ => "remove it",
        };
        self.problems.push(
            Problem::error("control-character", place, format!("a control character stands in `{key}`"))
                .because(format!("{} cannot stand in any configuration file", name_of(c)))
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
        self.parse_template(text.value.as_str(), node.place, key, SLOTS)
    }

    /// A template in which only these placeholders can be meant.
    fn parse_template(&mut self, text: &str, place: Place, key: &str, slots: &[&str]) -> Option<Said<Template>> {
        match Template::parse(text).and_then(|t| t.only(slots)) {
            Ok(template) => Some(Said::new(template, place)),
            Err(inside) if is_open(text, &inside) => {
                self.problems.push(open_brace(key, place));
                None
            }
            Err(inside) => {
                let secret = crate::document::keys::is_secret(key) || key == "command";
                let what = if secret {
                    "what stands in braces".to_owned()
                } else {
                    format!("`{{{}}}`", self.sources.quote(&inside, place))
                };
                let fix = match did_you_mean(&inside, slots.iter().copied()) {
                    Some(meant) if !secret => format!("did you mean `{{{meant}}}`?"),
                    _ => format!("write `{{{{` for a brace; the placeholders are {}", listed(slots)),
                };
                self.problems.push(
                    Problem::error("unknown-placeholder", place, format!("{what} in `{key}` is no placeholder"))
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
                        format!("`{}` is no mail address", self.sources.quote(text.value.as_str(), node.place)),
                    )
                    .because(why)
                    .fix("write it as `you@example.org`, without name and brackets"),
                );
                None
            }
        }
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
                let region = node.get("region").and_then(|n| self.text(n, "region")).map(|t| t.value);
                Some(Said::new(ProviderReference { id: id.value.to_string(), region }, node.get("id")?.place))
            }
            _ => {
                let id = self.text(node, "provider")?;
                Some(Said::new(ProviderReference { id: id.value.to_string(), region: None }, node.place))
            }
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
                        Problem::error("signature-in-two-forms", second.place, "`signature` comes from two places")
                            .because("a signature has one source")
                            .fix("keep `file` or `command`"),
                    );
                    return None;
                }
                if let Some(file) = node.get("file") {
                    return self.text(file, "file").map(|t| Said::new(Signature::File(t.value), node.place));
                }
                let command = node.get("command")?;
                let command = match &command.value {
                    Value::List(_) => super::auth::Command::Argv(
                        self.texts(command, "command")?.into_iter().map(|t| t.value).collect(),
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
        let key = node.get("key").and_then(|n| self.text(n, "key")).map(|t| t.value);
        let on = |name: &str| node.get(name).and_then(Node::boolean).unwrap_or(false);
        Some(Said::new(Signing { key, sign: on("sign"), encrypt: on("encrypt") }, place))
    }

    fn identities(&mut self, node: &Node) -> Vec<IdentityLayer> {
        let mut identities: Vec<IdentityLayer> = Vec::new();
        for item in node.items() {
            let address = match &item.value {
                Value::Map(_) => match item.get("address") {
                    Some(address) => self.address(address),
                    None => {
                        self.problems.push(
                            Problem::error("identity-without-address", item.place, "an identity has no `address`")
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
                smtp: item.get("smtp").and_then(|n| self.server(n, Protocol::Smtp, item.place)),
                address: match address {
                    Some(address) => address,
                    None => continue,
                },
            };
            if identities.iter().any(|i| i.address.value == identity.address.value) {
                self.problems.push(
                    Problem::error(
                        "identity-twice",
                        identity.address.origin.place(),
                        format!("the identity {} stands here for the second time", identity.address.value),
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

/// Why a URL cannot be taken: the standard of the web (WHATWG URL, forbidden host code points) has hosts that no zone, no
/// certificate and no mail program can hold.
fn no_host(why: &str) -> String {
    format!("what it has for a host is none: {why}")
}

/// `{address}, {local} and {domain}`.
fn listed(slots: &[&str]) -> String {
    let all: Vec<String> = slots.iter().map(|slot| format!("{{{slot}}}")).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => all.concat(),
    }
}

/// Whether what stands behind a brace goes to the end of the text.
fn is_open(text: &str, inside: &str) -> bool {
    !inside.contains('}') && !text.contains(&format!("{{{inside}}}"))
}

fn open_brace(key: &str, place: Place) -> Problem {
    Problem::error("unknown-placeholder", place, format!("a brace in `{key}` is opened and never closed"))
        .because("braces hold a placeholder")
        .fix("write `}` behind the placeholder, or `{{` for a brace")
}
