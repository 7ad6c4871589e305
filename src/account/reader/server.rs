//! Servers as a layer says them: `host`, `host:port` or a map; port and TLS mode of one layer against each other.

use super::Reader;
use super::secret::mechanism;
use crate::account::Said;
use crate::account::layer::ServerLayer;
use crate::account::server::{Host, Protocol, Tls};
use crate::document::{Node, Value};
use crate::problem::{Place, Problem};

impl Reader<'_> {
    pub(super) fn servers(&mut self, node: &Node, protocol: Protocol, key: Place) -> Vec<ServerLayer> {
        node.items().iter().filter_map(|item| self.server(item, protocol, key)).collect()
    }

    pub(super) fn server(&mut self, node: &Node, protocol: Protocol, key: Place) -> Option<ServerLayer> {
        let mut layer = ServerLayer { place: Some(key), ..ServerLayer::default() };
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
                        "tls" => layer.tls = value.text().and_then(Tls::parse).map(|t| Said::new(t, value.place)),
                        "login" => layer.login = self.template(value, "login"),
                        "password" => layer.password = self.secret(value, "password"),
                        "auth" => layer.auth = mechanism(value),
                        _ => {}
                    }
                }
                if let Some(port) = node.get("port")
                    && let Some(number) = port.text().and_then(|t| t.parse().ok()).filter(|p| *p > 0u16)
                {
                    if let Some(in_host) = &layer.port {
                        self.problems.push(
                            Problem::error("port-twice", port.place, "the port stands in `host` and in `port`")
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
                        Problem::error("impossible-port", node.place, "what stands behind the colon is no port")
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
            Ok(_) if probe != host && !self.in_provider => {
                self.problems.push(
                    Problem::error(
                        "no-host",
                        node.place,
                        format!("`{}` is no host", self.sources.quote(host, node.place)),
                    )
                    .because("only a provider's host may hold `{region}`")
                    .fix("write the host out"),
                );
                None
            }
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
                        format!("`{}` is no host", self.sources.quote(host, node.place)),
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
            && tls.value != Tls::None
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
}

/// A TLS mode in a sentence.
fn tls_words(tls: Tls) -> &'static str {
    match tls {
        Tls::Implicit => "implicit TLS",
        Tls::StartTls => "STARTTLS",
        Tls::None => "no TLS",
    }
}
