//! The fold of one account's servers, logins and credentials over its layers.
//!
//! `port` and `tls` are one value, `host` starts a server anew, a server's own login beats the layer's, `password` and
//! `oauth2` are one value. It decides nothing about folders or names.

use super::auth::{Credential, Mechanism, OAuth2, Proxy, Secret, Way};
use super::layer::{Layer, OAuth2Layer, SecretLayer, ServerLayer};
use super::server::{Host, Login, Protocol, Server, Tls};
use super::template::Template;
use super::text::{Text, name_of};
use super::{Address, Origin, Said};
use crate::problem::{Place, Problem, Problems};

/// All that a fold looks at.
pub(super) struct Fold<'a> {
    pub name: &'a str,
    pub place: Place,
    pub address: &'a Address,
    /// Nearest first.
    pub layers: &'a [&'a Layer],
    /// How many of them are accounts or defaults.
    pub said: usize,
    pub region: Option<&'a Text>,
    pub ways: &'a [Way],
    pub service: &'a str,
    pub login_help: Option<&'a str>,
}

impl Fold<'_> {
    /// The server of a protocol, if any layer names one.
    pub fn server(&self, protocol: Protocol, problems: &mut Problems) -> Option<Server> {
        let mut host = None;
        let mut wanted: Option<Wanted> = None;
        let mut login: Option<Said<Template>> = None;
        let mut auth = None;
        let mut recent = false;
        let mut credential: Option<Said<Credential>> = None;
        let (mut found, mut place) = (false, None);
        for (depth, layer) in self.layers.iter().enumerate() {
            // A nearer host has started the server anew: what is said of it from here on is about another one.
            let picked = if host.is_some() { None } else { pick(protocol, layer.servers(protocol), wanted.as_ref()) };
            if let Some(server) = picked {
                found = true;
                place = place.or(server.place);
                if host.is_none() {
                    host = server.host.clone();
                    recent = server.recent;
                }
                // Of a provider's list the one that was asked for is taken whole; elsewhere a nearer layer that gives
                // port or TLS mode replaces both.
                let listed = depth >= self.said && fits(protocol, server, wanted.as_ref());
                if (wanted.is_none() || listed) && (server.port.is_some() || server.tls.is_some()) {
                    wanted = Some((server.port.clone(), server.tls.clone()));
                }
                auth = auth.or(server.auth.clone());
            }
            login = login.or_else(|| picked.and_then(|s| s.login.clone())).or_else(|| layer.login.clone());
            credential = credential
                .or_else(|| picked.and_then(|s| s.password.as_ref()).and_then(|s| self.password(s, problems)))
                .or_else(|| layer.password.as_ref().and_then(|s| self.password(s, problems)))
                .or_else(|| {
                    let oauth2 = layer.oauth2.as_ref()?;
                    // A provider's endpoints alone say nothing of how this account logs in.
                    (depth < self.said || oauth2.token.is_some()).then(|| {
                        self.oauth2(oauth2.place.map_or(Origin::Rule("the provider's OAuth2"), Origin::File), problems)
                    })
                });
        }
        if !found {
            return None;
        }
        let said_at = place.unwrap_or(self.place);
        let Some(host) = host else {
            problems.push(
                Problem::error("server-without-host", said_at, format!("the {} server has no host", protocol.title()))
                    .because("no layer names one")
                    .fix(format!("add `host:` under `{}`", protocol.key())),
            );
            return None;
        };
        let host = self.region(host, problems)?;
        let (port, tls) = self.endpoint(protocol, &host, wanted, problems)?;
        let login = self.login(login, protocol, recent, problems)?;
        let credential = self.credential(credential, auth.as_ref());
        if let Credential::OAuth2(oauth2) = &credential.value
            && let Some(proxy) = &oauth2.proxy
        {
            return behind(proxy, protocol, &host, login, problems);
        }
        let bearer = |m: Mechanism| matches!(m, Mechanism::XOAuth2 | Mechanism::OAuthBearer);
        if let Some(auth) = &auth
            && bearer(auth.value) != matches!(credential.value, Credential::OAuth2(_))
            && auth.value != Mechanism::None
        {
            problems.push(
                Problem::error(
                    "auth-contradicts-secret",
                    auth.origin.place().unwrap_or(self.place),
                    format!("`auth: {}` does not go with how this account logs in", auth.word()),
                )
                .because(if bearer(auth.value) {
                    "it needs a token, and there is only a password"
                } else {
                    "it needs a password, and there is only a token"
                })
                .fix(if bearer(auth.value) {
                    "write `oauth2: { token: { command: ... } }` instead of `password`"
                } else {
                    "remove `auth`, or write `password` instead of `oauth2`"
                }),
            );
        }
        Some(Server { protocol, host, port, tls, login, credential, auth })
    }

    /// What the provider's list has besides the server that was picked from it. A server that the account names or
    /// changes itself has none.
    pub fn further(&self, picked: &Server, problems: &mut Problems) -> Vec<Server> {
        let named = |l: &&Layer| l.servers(picked.protocol).iter().any(|s| s.host.is_some());
        let Some(depth) = self.layers.iter().position(named) else { return Vec::new() };
        if depth < self.said {
            return Vec::new();
        }
        let mut all = Vec::new();
        for listed in self.layers[depth].servers(picked.protocol) {
            let Some(host) = listed.host.clone().and_then(|h| self.region(h, problems)) else { continue };
            let (port, Some(tls)) = effective(picked.protocol, listed) else { continue };
            let origin = host.origin;
            let login = match &listed.login {
                Some(own) => self.login(Some(own.clone()), picked.protocol, listed.recent, problems),
                None => Some(picked.login.clone()),
            };
            let Some(login) = login else { continue };
            all.push(Server {
                protocol: picked.protocol,
                host,
                port: Said { value: port, origin },
                tls: Said { value: tls, origin },
                login,
                credential: picked.credential.clone(),
                auth: listed.auth.clone(),
            });
        }
        let is_picked = |s: &Server| {
            s.host.value == picked.host.value && s.port.value == picked.port.value && s.tls.value == picked.tls.value
        };
        if !all.iter().any(is_picked) {
            return Vec::new();
        }
        all.retain(|s| !is_picked(s) && s.tls.value != Tls::None);
        all
    }

    fn region(&self, host: Said<super::Host>, problems: &mut Problems) -> Option<Said<super::Host>> {
        if !host.needs_region() {
            return Some(host);
        }
        let Some(region) = self.region else {
            problems.push(
                Problem::error("region-needed", self.place, format!("{} has a server for each region", self.service))
                    .because(format!("its host is {}", host.value))
                    .fix(format!("write `provider: {{ id: {}, region: REGION }}`", self.service)),
            );
            return None;
        };
        match host.in_region(region.as_str()) {
            Ok(value) => Some(host.with(value)),
            Err(why) => {
                problems.push(
                    Problem::error("no-host", self.place, format!("the region `{region}` makes no host name"))
                        .because(why)
                        .fix("write the region as its provider does, like `eu-west-1`"),
                );
                None
            }
        }
    }

    fn endpoint(
        &self,
        protocol: Protocol,
        host: &Said<super::Host>,
        wanted: Option<Wanted>,
        problems: &mut Problems,
    ) -> Option<(Said<u16>, Said<Tls>)> {
        let (port, tls) = match wanted.unwrap_or_default() {
            (Some(port), Some(tls)) => (port, tls),
            (Some(port), None) => match Tls::of_port(port.value) {
                Some(tls) => {
                    let tls = Said::rule(tls, "what the port means");
                    (port, tls)
                }
                None => {
                    problems.push(
                        Problem::error(
                            "port-needs-tls",
                            port.origin.place().unwrap_or(self.place),
                            format!("port {} does not say how it is encrypted", port.value),
                        )
                        .because("only 25, 110, 143, 465, 587, 993 and 995 do")
                        .fix("add `tls: implicit` or `tls: starttls`"),
                    );
                    return None;
                }
            },
            (None, Some(tls)) => (Said::rule(protocol.port(tls.value), "the usual port of this TLS mode"), tls),
            (None, None) => (
                Said::rule(protocol.port(Tls::Implicit), "the port of implicit TLS (RFC 8314)"),
                Said::rule(Tls::Implicit, "implicit TLS is preferred (RFC 8314)"),
            ),
        };
        if tls.value == Tls::None && !host.is_loopback() {
            problems.push(
                Problem::error(
                    "no-tls",
                    tls.origin.place().unwrap_or(self.place),
                    format!("without TLS the password would cross the network to {} in clear", host.value),
                )
                .because("only this machine may be spoken to without TLS")
                .fix(format!(
                    "write `tls: implicit` (port {}) or `tls: starttls` (port {})",
                    protocol.port(Tls::Implicit),
                    protocol.port(Tls::StartTls)
                )),
            );
            return None;
        }
        Some((port, tls))
    }

    fn login(
        &self,
        login: Option<Said<Template>>,
        protocol: Protocol,
        recent: bool,
        problems: &mut Problems,
    ) -> Option<Said<Login>> {
        if let (Some(help), false) = (self.login_help, login.as_ref().is_some_and(|l| l.origin.is_said())) {
            problems.push(
                Problem::error("login-needed", self.place, format!("{} needs a `login`", self.service))
                    .because("the address is not the login here")
                    .fix(format!("add `login: NAME`: {help}")),
            );
            return None;
        }
        let template = login.unwrap_or_else(|| Said::rule(Template::address(), "the address is the usual login"));
        let recent_here = recent && protocol == Protocol::Pop3;
        match Login::of(template.value.clone(), self.address, self.name, recent_here) {
            Ok(login) => Some(template.with(Login { recent, ..login })),
            Err(c) => {
                problems.push(
                    Problem::error("control-character", self.place, "a control character stands in the login")
                        .because(name_of(c)),
                );
                None
            }
        }
    }

    fn credential(&self, said: Option<Said<Credential>>, auth: Option<&Said<Mechanism>>) -> Said<Credential> {
        if let Some(auth) = auth.filter(|a| a.value == Mechanism::None) {
            return auth.with(Credential::None);
        }
        if let Some(said) = said {
            return said;
        }
        let password = self.ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword));
        if !password && self.ways.contains(&Way::OAuth2) {
            let oauth2 = self.fold_oauth2(&mut Problems::new());
            return Said::rule(Credential::OAuth2(Box::new(oauth2)), "the provider takes nothing else");
        }
        if !password && self.ways == [Way::None] {
            return Said::rule(Credential::None, "the provider asks for none");
        }
        Said::rule(Credential::Password(Secret::Prompt), "nothing is said; the mail program asks")
    }

    fn password(&self, said: &Said<SecretLayer>, problems: &mut Problems) -> Option<Said<Credential>> {
        self.secret(said, problems).map(|s| s.with(Credential::Password(s.value.clone())))
    }

    fn secret(&self, said: &Said<SecretLayer>, problems: &mut Problems) -> Option<Said<Secret>> {
        let mut text = |filled: String| match Text::new(&filled) {
            Ok(text) => Some(text),
            Err(c) => {
                problems.push(
                    Problem::error("control-character", said.origin.place(), "a control character stands in a command")
                        .because(name_of(c)),
                );
                None
            }
        };
        let secret = match &said.value {
            SecretLayer::Prompt => Secret::Prompt,
            SecretLayer::Shell(line) => {
                let line = line.fill(self.address, self.name, crate::quote::shell::quote);
                Secret::Command(super::Command::Shell(text(line)?))
            }
            SecretLayer::Argv(words) => {
                let words = words.iter().map(|w| text(w.fill(self.address, self.name, str::to_owned)));
                Secret::Command(super::Command::Argv(words.collect::<Option<Vec<_>>>()?))
            }
            SecretLayer::Preset(preset, values) => {
                let values: Vec<String> =
                    values.iter().map(|v| v.fill(self.address, self.name, str::to_owned)).collect();
                for value in &values {
                    text(value.clone())?;
                }
                if values.iter().any(|v| v.starts_with('-')) {
                    problems.push(
                        Problem::error(
                            "looks-like-an-option",
                            said.origin.place(),
                            format!("what `{}` is asked for begins with a hyphen", preset.name),
                        )
                        .because("the program would take it for an option")
                        .fix("use another name, or write the whole `command`"),
                    );
                    return None;
                }
                Secret::Command(preset.command(&values)?)
            }
            SecretLayer::Keyring { service, user } => Secret::Keyring { service: service.clone(), user: user.clone() },
            SecretLayer::Env(name) => Secret::Env(name.clone()),
            SecretLayer::File(path) => Secret::File(path.clone()),
            SecretLayer::Literal(hidden) => Secret::Literal(hidden.clone()),
        };
        Some(said.with(secret))
    }

    fn oauth2(&self, origin: Origin, problems: &mut Problems) -> Said<Credential> {
        Said { value: Credential::OAuth2(Box::new(self.fold_oauth2(problems))), origin }
    }

    fn fold_oauth2(&self, problems: &mut Problems) -> OAuth2 {
        let layers: Vec<&OAuth2Layer> = self.layers.iter().filter_map(|l| l.oauth2.as_deref()).collect();
        let text = |of: fn(&OAuth2Layer) -> &Option<Said<Text>>| layers.iter().find_map(|l| of(l).clone());
        let mut secret = |of: fn(&OAuth2Layer) -> &Option<Said<SecretLayer>>| {
            layers.iter().find_map(|l| of(l).as_ref()).and_then(|s| self.secret(s, problems))
        };
        OAuth2 {
            token: secret(|l| &l.token),
            client_secret: secret(|l| &l.client_secret),
            client_id: text(|l| &l.client_id),
            auth_url: text(|l| &l.auth_url),
            token_url: text(|l| &l.token_url),
            scopes: layers.iter().find_map(|l| l.scopes.clone()).unwrap_or_default(),
            mechanism: layers.iter().find_map(|l| l.mechanism.clone()),
            // Whoever says nearer where a token comes from needs no proxy.
            proxy: layers.iter().find(|l| l.proxy.is_some() || l.token.is_some()).and_then(|l| l.proxy.as_ref()).map(
                |p| {
                    Box::new(Proxy {
                        place: p.place,
                        imap: p.imap.clone(),
                        pop3: p.pop3.clone(),
                        smtp: p.smtp.clone(),
                        password: p.password.as_ref().and_then(|s| self.secret(s, problems)),
                    })
                },
            ),
        }
    }
}

/// A server behind a proxy on this machine: it does OAuth2 and TLS, and takes a password of its own. The login stays.
///
/// Ports that nobody says are those of email-oauth2-proxy's sample configuration (`emailproxy.config`): Google's or, for
/// everybody else, Microsoft's.
fn behind(
    proxy: &Proxy,
    protocol: Protocol,
    real: &Host,
    login: Said<Login>,
    problems: &mut Problems,
) -> Option<Server> {
    let google = [".gmail.com", ".googlemail.com"].iter().any(|end| real.as_str().ends_with(end));
    let (said, usual) = match protocol {
        Protocol::Imap => (&proxy.imap, if google { 2993 } else { 1993 }),
        Protocol::Pop3 => (&proxy.pop3, if google { 2995 } else { 1995 }),
        Protocol::Smtp => (&proxy.smtp, if google { 2465 } else { 1587 }),
    };
    let host = match Host::parse("localhost") {
        Ok(host) => Said::new(host, proxy.place),
        Err(why) => {
            problems.push(Problem::error("no-host", proxy.place, "the proxy has no host").because(why));
            return None;
        }
    };
    let credential = match &proxy.password {
        Some(secret) => secret.with(Credential::Password(secret.value.clone())),
        None => Said::new(Credential::Password(Secret::Prompt), proxy.place),
    };
    Some(Server {
        protocol,
        host,
        port: said
            .clone()
            .unwrap_or_else(|| Said::rule(usual, "the port in email-oauth2-proxy's sample configuration")),
        tls: Said::new(Tls::None, proxy.place),
        // The proxy knows its accounts by their logins.
        login: login.with(Login { recent: false, ..login.value.clone() }),
        credential,
        auth: None,
    })
}

type Wanted = (Option<Said<u16>>, Option<Said<Tls>>);

fn fits(protocol: Protocol, server: &ServerLayer, wanted: Option<&Wanted>) -> bool {
    let Some((port, tls)) = wanted else { return true };
    let (own_port, own_tls) = effective(protocol, server);
    port.as_ref().is_none_or(|p| p.value == own_port) && tls.as_ref().is_none_or(|t| Some(t.value) == own_tls)
}

/// What a listed server comes to when nobody else says anything.
fn effective(protocol: Protocol, server: &ServerLayer) -> (u16, Option<Tls>) {
    let tls = server.tls.as_ref().map(|t| t.value);
    match &server.port {
        Some(port) => (port.value, tls.or(Tls::of_port(port.value))),
        None => (protocol.port(tls.unwrap_or(Tls::Implicit)), tls.or(Some(Tls::Implicit))),
    }
}

/// Of several servers the first, or the one that a nearer `port` or `tls` asks for.
fn pick<'l>(protocol: Protocol, servers: &'l [ServerLayer], wanted: Option<&Wanted>) -> Option<&'l ServerLayer> {
    servers.iter().find(|s| fits(protocol, s, wanted)).or(servers.first())
}
