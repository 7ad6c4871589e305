//! Where secrets come from: `password`, `token`, `client_secret`, and OAuth2 as a whole. No message here quotes a value.

use super::{Reader, SLOTS};
use crate::account::auth::Hidden;
use crate::account::layer::{OAuth2Layer, ProxyLayer, SecretLayer};
use crate::account::preset::{self, Preset};
use crate::account::text::Text;
use crate::account::{Mechanism, Said};
use crate::document::{Node, Scalar, Value};
use crate::problem::{Place, Problem};

impl Reader<'_> {
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
                        Problem::error("secret-cut-by-comment", node.place, format!("`{key}` ends at ` #`"))
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
                let mut known = entries.iter().filter(|e| {
                    matches!(e.key.as_str(), "command" | "keyring" | "env" | "file") || preset::find(&e.key).is_some()
                });
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
                            format!("`{key}` comes from two places: `{}` and `{}`", first.key, second.key),
                        )
                        .because("a secret has one source")
                        .fix("keep one of them"),
                    );
                    return None;
                }
                let value = &first.value;
                if let Some(preset) = preset::find(&first.key) {
                    return self.preset(preset, value, first.place).and_then(said);
                }
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
                        said(SecretLayer::Keyring { service: service?, user: user? })
                    }
                    "env" => {
                        let name = self.text(value, "env")?.value;
                        let fine = name.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                            && !name.as_str().starts_with(|c: char| c.is_ascii_digit());
                        if !fine {
                            self.problems.push(
                                Problem::error("no-variable-name", value.place, "`env` is no name of a variable")
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

    /// A preset's values: one text, or a map.
    fn preset(&mut self, preset: &'static Preset, node: &Node, place: Place) -> Option<SecretLayer> {
        if preset.values.is_empty() {
            if node.text().is_none_or(str::is_empty) {
                self.empty_secret(place, preset.name);
                return None;
            }
            let value = self.template(node, preset.name)?.value;
            return Some(SecretLayer::Preset(preset, vec![value]));
        }
        if !matches!(node.value, Value::Map(_)) {
            return None;
        }
        let mut values = Vec::new();
        for name in preset.values {
            match node.get(name) {
                Some(value) => values.extend(self.template(value, name).map(|t| t.value)),
                None => self.problems.push(
                    Problem::error("incomplete-secret", place, format!("`{}` has no `{name}`", preset.name)).fix(
                        format!(
                            "write `{}: {{ {} }}`",
                            preset.name,
                            preset.values.iter().map(|v| format!("{v}: NAME")).collect::<Vec<_>>().join(", ")
                        ),
                    ),
                ),
            }
        }
        (values.len() == preset.values.len()).then_some(SecretLayer::Preset(preset, values))
    }

    fn proxy(&mut self, node: &Node, place: Place) -> Option<ProxyLayer> {
        if !matches!(node.value, Value::Map(_)) {
            return None;
        }
        // The key table has seen to it that a port is one.
        let port = |name: &str| {
            let node = node.get(name)?;
            node.text().and_then(|t| t.parse().ok()).map(|port| Said::new(port, node.place))
        };
        let (imap, pop3, smtp) = (port("imap"), port("pop3"), port("smtp"));
        Some(ProxyLayer {
            place,
            imap,
            pop3,
            smtp,
            password: node.get("password").and_then(|n| self.secret(n, "password")),
        })
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
                        Problem::error("secret-cut-by-comment", node.place, "`command` ends at ` #` within quotes")
                            .because("YAML takes a blank and # for the beginning of a comment")
                            .fix("put the whole command in quotes"),
                    );
                    return None;
                }
                self.parse_template(text.value.as_str(), node.place, "command", SLOTS)
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
                        Ok(text) => words.push(self.parse_template(text.as_str(), item.place, "command", SLOTS)?.value),
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

    pub(super) fn oauth2(&mut self, node: &Node, place: Place) -> Option<OAuth2Layer> {
        if !matches!(node.value, Value::Map(_)) {
            return None;
        }
        let mut layer = OAuth2Layer { place: Some(place), ..OAuth2Layer::default() };
        for entry in node.entries() {
            let value = &entry.value;
            match entry.key.as_str() {
                "token" => layer.token = self.secret(value, "token"),
                "client_id" => layer.client_id = self.text(value, "client_id"),
                "client_secret" => layer.client_secret = self.secret(value, "client_secret"),
                "auth_url" => layer.auth_url = self.text(value, "auth_url"),
                "token_url" => layer.token_url = self.text(value, "token_url"),
                "scopes" => {
                    layer.scopes = self.texts(value, "scopes").map(|t| t.into_iter().map(|t| t.value).collect());
                }
                "mechanism" => layer.mechanism = mechanism(value),
                "proxy" => layer.proxy = self.proxy(value, entry.place),
                _ => {}
            }
        }
        Some(layer)
    }
}

pub(super) fn mechanism(node: &Node) -> Option<Said<Mechanism>> {
    node.text().and_then(Mechanism::parse).map(|m| Said::new(m, node.place))
}

/// An odd number of quotes of one kind: the rest was cut off.
fn unbalanced(command: &str) -> bool {
    shlex::split(command).is_none()
}
