//! From layers to accounts: the fold.
//!
//! The account's value wins over `defaults`, then the provider's, then the protocol's; a later file over an earlier
//! one. Nothing is filled in before all layers are folded, and every value keeps its origin. The rules are those of
//! the model: `port` and `tls` are one value, `host` starts a server anew, `password` and `oauth2` are one value,
//! lists replace.

use std::collections::HashMap;
use std::rc::Rc;

use super::auth::{Credential, Mechanism, OAuth2, Secret, Way};
use super::layer::{
    FoldersLayer, IdentityLayer, Layer, OAuth2Layer, ProviderLayer, Reader, SecretLayer,
    ServerLayer, from_facts,
};
use super::server::{Login, LoginForm, Protocol, Server, Tls};
use super::template::Template;
use super::text::{Text, name_of};
use super::{Account, Address, Folders, Identity, Mail, Origin, Said, Service};
use crate::document::check::shortened;
use crate::document::{Document, Entry, Node};
use crate::problem::{Place, Problem, Problems, Sources, did_you_mean};
use crate::provider::{self, Facts};

/// Resolves a document. What is wrong goes to `problems`; the accounts returned then are those that could be made.
pub fn resolve(document: &Document, sources: &Sources, problems: &mut Problems) -> Mail {
    let mut resolver = Resolver {
        reader: Reader { sources, problems },
        own: HashMap::new(),
        own_order: Vec::new(),
        own_domains: HashMap::new(),
        providers: HashMap::new(),
        defaults: Vec::new(),
    };
    resolver.read_providers(document);
    resolver.defaults = document
        .top("defaults")
        .map(|node| Rc::new(resolver.reader.layer(node)))
        .collect();
    let accounts = resolver.accounts(document);
    let domains = if accounts.is_empty() && !resolver.reader.problems.any_error() {
        resolver.domains()
    } else {
        Vec::new()
    };
    let generate = document.top("generate").next().map(|node| {
        node.items()
            .iter()
            .filter_map(|i| i.text().map(str::to_owned))
            .collect()
    });
    if accounts.is_empty() && domains.is_empty() && !problems.any_error() {
        let place = document.files.first().map(|f| f.place);
        problems.push(
            Problem::error("no-accounts", place, "there is no account in this file")
                .because("neither accounts nor providers with domains")
                .fix("add `accounts:` and, indented below it, `you@example.org: {}`"),
        );
    }
    let mail = Mail {
        accounts,
        domains,
        generate,
    };
    across_accounts(&mail, problems);
    mail
}

/// An account as the files name it, nearest layer first.
struct Named<'d> {
    entries: Vec<&'d Entry>,
}

/// A provider as an account sees it: layers nearest first.
#[derive(Clone)]
struct Provider {
    id: String,
    layers: Vec<Rc<ProviderLayer>>,
    facts: Option<&'static Facts>,
}

struct Resolver<'a> {
    reader: Reader<'a>,
    /// The files' own providers by id, each with its layers, nearest first.
    own: HashMap<String, (Place, Vec<Rc<ProviderLayer>>)>,
    own_order: Vec<String>,
    own_domains: HashMap<String, String>,
    providers: HashMap<String, Option<Provider>>,
    defaults: Vec<Rc<Layer>>,
}

impl Resolver<'_> {
    fn read_providers(&mut self, document: &Document) {
        // Farthest first, so that the order is the files'; the layers are turned round below.
        for map in document.files.iter().filter_map(|f| f.get("providers")) {
            for entry in map.entries() {
                let layer = Rc::new(self.reader.provider(&entry.value));
                self.short_name(&entry.key, entry.place, "provider");
                let known = self.own.entry(entry.key.clone()).or_insert_with(|| {
                    self.own_order.push(entry.key.clone());
                    (entry.place, Vec::new())
                });
                known.1.insert(0, layer);
            }
        }
        for id in &self.own_order {
            let (place, layers) = &self.own[id];
            for domain in layers
                .iter()
                .find_map(|l| l.domains.as_ref())
                .into_iter()
                .flatten()
            {
                if let Some(other) = self.own_domains.insert(domain.clone(), id.clone())
                    && other != *id
                {
                    self.reader.problems.push(
                        Problem::error(
                            "domain-of-two-providers",
                            *place,
                            format!(
                                "the domain {domain} belongs to two providers, {other} and {id}"
                            ),
                        )
                        .fix("let one provider list it"),
                    );
                }
            }
            if provider::by_id(id).is_none() && !layers.iter().any(|l| l.names_server) {
                self.reader.problems.push(
                    Problem::error(
                        "provider-without-servers",
                        *place,
                        format!("the provider {id} has no server"),
                    )
                    .because("one of imap, pop3 and smtp is needed")
                    .fix(format!(
                        "add `imap: imap.example.org` and `smtp: smtp.example.org` under {id}"
                    )),
                );
            }
        }
    }

    fn provider(&mut self, id: &str) -> Option<Provider> {
        if let Some(known) = self.providers.get(id) {
            return known.clone();
        }
        let facts = provider::by_id(id);
        let mut layers = self.own.get(id).map(|(_, l)| l.clone()).unwrap_or_default();
        if let Some(facts) = facts {
            layers.push(Rc::new(from_facts(facts)));
        }
        let provider = (!layers.is_empty()).then(|| Provider {
            id: id.to_owned(),
            layers,
            facts,
        });
        self.providers.insert(id.to_owned(), provider.clone());
        provider
    }

    fn provider_of_domain(&mut self, domain: &str) -> Option<Provider> {
        let id = self
            .own_domains
            .get(domain)
            .or_else(|| {
                domain
                    .split_once('.')
                    .and_then(|(_, parent)| self.own_domains.get(&format!("*.{parent}")))
            })
            .cloned()
            .or_else(|| provider::by_domain(domain).map(|f| f.id.to_owned()))?;
        self.provider(&id)
    }

    fn short_name(&mut self, name: &str, place: Place, what: &str) -> bool {
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
        self.reader.problems.push(
            Problem::error(
                "bad-name",
                place,
                format!("`{}` is no name for an {what}", shortened(name))
                    .replace("an provider", "a provider"),
            )
            .because(reason)
            .fix(fix),
        );
        false
    }

    fn accounts(&mut self, document: &Document) -> Vec<Account> {
        let mut order: Vec<Named<'_>> = Vec::new();
        let mut index: HashMap<&str, usize> = HashMap::new();
        for map in document.files.iter().filter_map(|f| f.get("accounts")) {
            for entry in map.entries() {
                match index.get(entry.key.as_str()) {
                    Some(i) => {
                        // The same key twice in one file has been refused; in a later file it is a nearer layer.
                        if order[*i].entries[0].place.file != entry.place.file {
                            order[*i].entries.insert(0, entry);
                        }
                    }
                    None => {
                        index.insert(&entry.key, order.len());
                        order.push(Named {
                            entries: vec![entry],
                        });
                    }
                }
            }
        }
        let mut accounts: Vec<Account> = order
            .iter()
            .filter_map(|named| self.account(named))
            .collect();
        self.choose_default(&order, &mut accounts);
        accounts
    }

    fn choose_default(&mut self, order: &[Named<'_>], accounts: &mut [Account]) {
        let mut chosen: Option<(&str, Place)> = None;
        for named in order {
            let said = named.entries.iter().find_map(|e| e.value.entry("default"));
            let Some(entry) = said.filter(|e| e.value.boolean() == Some(true)) else {
                continue;
            };
            let name = named.entries[0].key.as_str();
            match chosen {
                None => chosen = Some((name, entry.place)),
                Some((first, place)) => {
                    let at = self.reader.sources.describe(place);
                    self.reader.problems.push(
                        Problem::error(
                            "two-defaults",
                            entry.place,
                            format!("{name} is a second default account"),
                        )
                        .because(format!("{first} is the default already, at {at}"))
                        .fix("keep `default: true` at one account"),
                    );
                }
            }
        }
        let name = chosen
            .map(|(name, _)| name.to_owned())
            .or_else(|| accounts.first().map(|a| a.name.clone()));
        for account in accounts {
            account.default = Some(&account.name) == name.as_ref();
        }
    }

    fn account(&mut self, named: &Named<'_>) -> Option<Account> {
        let key = *named.entries.last()?;
        let name = key.key.as_str();
        let layers: Vec<Rc<Layer>> = named
            .entries
            .iter()
            .map(|e| Rc::new(self.reader.layer(&e.value)))
            .collect();
        let good_name = self.short_name(name, key.place, "account");
        let said = layers.iter().find_map(|l| l.address.clone());
        let address = if name.contains('@') {
            match Address::parse(name) {
                Ok(address) => {
                    if let Some(said) = said.filter(|s| s.value != address) {
                        self.reader.problems.push(
                            Problem::error(
                                "two-addresses",
                                said.origin.place(),
                                format!(
                                    "this account is {address} by its key and {} here",
                                    said.value
                                ),
                            )
                            .because("a key with an @ is the address")
                            .fix("remove `address`, or give the account a short name"),
                        );
                    }
                    Some(Said::new(address, key.place))
                }
                Err(why) => {
                    if good_name {
                        self.reader.problems.push(
                            Problem::error(
                                "no-address",
                                key.place,
                                format!("`{}` is no mail address", shortened(name)),
                            )
                            .because(why)
                            .fix("write it as `you@example.org`, or use a short name without @"),
                        );
                    }
                    None
                }
            }
        } else {
            if said.is_none()
                && !named
                    .entries
                    .iter()
                    .any(|e| e.value.entry("address").is_some())
            {
                self.reader.problems.push(
                    Problem::error(
                        "account-without-address",
                        key.place,
                        format!("the account {} has no address", shortened(name)),
                    )
                    .because("a key without @ is a short name")
                    .fix("add `address: you@example.org` under it"),
                );
            }
            said
        };
        let address = address?;
        if !good_name {
            return None;
        }
        self.fold(name, key.place, address, layers)
    }

    /// For a file without accounts: any user of each domain of its own providers.
    fn domains(&mut self) -> Vec<Account> {
        let mut accounts = Vec::new();
        for id in self.own_order.clone() {
            let Some(provider) = self.provider(&id) else {
                continue;
            };
            let place = self.own[&id].0;
            let domains = provider
                .layers
                .iter()
                .find_map(|l| l.domains.clone())
                .unwrap_or_default();
            for domain in domains.iter().filter(|d| !d.starts_with("*.")) {
                let Ok(address) = Address::parse(&format!("user@{domain}")) else {
                    continue;
                };
                let layer = Layer {
                    provider: Some(Said::new(
                        super::layer::ProviderReference {
                            id: id.clone(),
                            region: None,
                        },
                        place,
                    )),
                    ..Layer::default()
                };
                accounts.extend(self.fold(
                    domain,
                    place,
                    Said::new(address, place),
                    vec![Rc::new(layer)],
                ));
            }
        }
        accounts
    }

    fn fold(
        &mut self,
        name: &str,
        place: Place,
        address: Said<Address>,
        layers: Vec<Rc<Layer>>,
    ) -> Option<Account> {
        let mut all: Vec<Rc<Layer>> = layers;
        all.extend(self.defaults.iter().cloned());
        let said = all.len();

        let reference = all.iter().find_map(|l| l.provider.clone());
        let provider = match &reference {
            Some(reference) => {
                let provider = self.provider(&reference.id);
                if provider.is_none() {
                    self.unknown_provider(reference);
                    return None;
                }
                provider
            }
            None => self.provider_of_domain(address.domain()),
        };
        let provider_layers = provider
            .as_ref()
            .map(|p| p.layers.clone())
            .unwrap_or_default();
        // The provider's layers as plain layers, behind what accounts and defaults say.
        let views: Vec<&Layer> = all
            .iter()
            .map(|l| &**l)
            .chain(provider_layers.iter().map(|p| &p.layer))
            .collect();

        let region = reference.as_ref().and_then(|r| r.region.clone());
        let ways = provider_layers
            .iter()
            .find_map(|p| p.ways.clone())
            .unwrap_or_else(|| {
                let oauth2 = provider_layers.iter().any(|p| p.layer.oauth2.is_some());
                if oauth2 {
                    vec![Way::OAuth2, Way::Password]
                } else {
                    vec![Way::Password]
                }
            });
        let login_help = provider_layers.iter().find_map(|p| p.login_help.clone());
        let fold = Fold {
            name,
            place,
            address: &address,
            layers: &views,
            said,
            region: region.as_ref(),
            ways: &ways,
            service: provider.as_ref().map_or("the provider", |p| p.id.as_str()),
            login_help: login_help.as_deref(),
        };
        let errors_before = self.reader.problems.iter().count();
        let imap = fold.server(Protocol::Imap, self.reader.problems);
        let pop3 = fold.server(Protocol::Pop3, self.reader.problems);
        let smtp = fold.server(Protocol::Smtp, self.reader.problems);
        let clean = self.reader.problems.iter().count() == errors_before;

        let title = provider_layers.iter().find_map(|p| p.name.clone());
        let shown = title.as_ref().map_or_else(
            || {
                provider
                    .as_ref()
                    .map_or(address.domain().to_owned(), |p| p.id.clone())
            },
            |t| t.as_str().to_owned(),
        );
        let retrieve = views.iter().find_map(|l| l.retrieve.clone());
        let offered = |p: Protocol| {
            if p == Protocol::Imap {
                imap.is_some()
            } else {
                pop3.is_some()
            }
        };
        let retrieve = match retrieve {
            Some(said) if offered(said.value) || !clean => Some(said),
            Some(said) => {
                let other = if said.value == Protocol::Imap {
                    Protocol::Pop3
                } else {
                    Protocol::Imap
                };
                let fix = if offered(other) {
                    format!("write `retrieve: {}`", other.key())
                } else {
                    format!(
                        "add `{}: HOST`, or remove `retrieve` for an account that only sends",
                        said.value.key()
                    )
                };
                self.reader.problems.push(
                    Problem::error(
                        "protocol-not-offered",
                        said.origin.place().unwrap_or(place),
                        format!("{shown} offers no {}", said.value.title()),
                    )
                    .because("asked for here")
                    .fix(fix),
                );
                None
            }
            None if imap.is_some() => Some(Said::rule(Protocol::Imap, "IMAP is the default")),
            None if pop3.is_some() => Some(Said::rule(Protocol::Pop3, "there is no IMAP server")),
            None => None,
        };
        if imap.is_none() && pop3.is_none() && smtp.is_none() && clean {
            self.without_server(
                place,
                &address,
                provider.as_ref(),
                &provider_layers,
                &reference,
            );
        }

        let fallback =
            |f: fn(&Layer) -> Option<Said<super::Signing>>| views.iter().find_map(|l| f(l));
        let full_name = views.iter().find_map(|l| l.name.clone());
        let maildir = views.iter().find_map(|l| l.maildir.clone()).and_then(|t| {
            let text = t.fill(&address, name, str::to_owned);
            Text::new(&text).ok().map(|v| t.with(v))
        });
        let folders = self.folders(&views, said, provider.as_ref(), &retrieve);
        let identities = views
            .iter()
            .find_map(|l| l.identities.clone())
            .unwrap_or_default()
            .into_iter()
            .map(|i| self.identity(i, &fold))
            .collect();
        let options = views.iter().filter_map(|l| l.targets.clone()).collect();
        Some(Account {
            name: name.to_owned(),
            place,
            full_name,
            default: false,
            service: Service {
                id: provider.as_ref().map(|p| p.id.clone()),
                name: title,
                domains: provider_layers
                    .iter()
                    .find_map(|p| p.domains.clone())
                    .unwrap_or_default(),
                ways: ways.clone(),
                facts: provider.as_ref().and_then(|p| p.facts),
            },
            retrieve,
            imap,
            pop3,
            smtp,
            identities,
            folders,
            save_sent: views
                .iter()
                .find_map(|l| l.save_sent.clone())
                .unwrap_or(Said::rule(true, "no proof that the server does it")),
            signature: views.iter().find_map(|l| l.signature.clone()),
            pgp: fallback(|l| l.pgp.clone()),
            smime: fallback(|l| l.smime.clone()),
            maildir,
            carddav: views.iter().find_map(|l| l.carddav.clone()),
            caldav: views.iter().find_map(|l| l.caldav.clone()),
            options,
            address: address.clone(),
        })
    }

    fn unknown_provider(&mut self, reference: &Said<super::layer::ProviderReference>) {
        let known = || {
            provider::PROVIDERS
                .iter()
                .map(|f| f.id)
                .chain(self.own_order.iter().map(String::as_str))
        };
        let fix = match did_you_mean(&reference.id, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                "`mailwright list providers` shows them; one of your own goes under `providers:`"
                    .to_owned()
            }
        };
        let problem = Problem::error(
            "unknown-provider",
            reference.origin.place(),
            format!("there is no provider `{}`", shortened(&reference.id)),
        )
        .because("unknown provider")
        .fix(fix);
        self.reader.problems.push(problem);
    }

    fn without_server(
        &mut self,
        place: Place,
        address: &Address,
        provider: Option<&Provider>,
        layers: &[Rc<ProviderLayer>],
        reference: &Option<Said<super::layer::ProviderReference>>,
    ) {
        let problem = match provider {
            None => Problem::error(
                "unknown-domain",
                place,
                format!("no provider is known for the domain {}", address.domain()),
            )
            .because("neither a provider nor a server is said")
            .fix(
                "write `provider: google-workspace` or `provider: microsoft365` if one of them hosts the domain, \
                 another name of `mailwright list providers`, or the servers: `imap: HOST` and `smtp: HOST`",
            ),
            Some(p) => {
                let why = layers.iter().find_map(|l| l.note.clone()).unwrap_or_default();
                let at = reference.as_ref().and_then(|r| r.origin.place()).unwrap_or(place);
                Problem::error("provider-without-servers", at, format!("no mail program can use {}", p.id))
                    .because(if why.is_empty() { "it has no IMAP, POP3 or SMTP server".to_owned() } else { why })
                    .fix("remove the account, or write the servers of a gateway of your own: `imap: HOST`, `smtp: HOST`")
            }
        };
        self.reader.problems.push(problem);
    }

    fn identity(&mut self, layer: IdentityLayer, fold: &Fold<'_>) -> Identity {
        let smtp = layer.smtp.as_ref().and_then(|own| {
            // The identity's server stands before the account's layers, and its login is the identity's address.
            let nearest = Layer {
                smtp: vec![own.clone()],
                ..Layer::default()
            };
            let mut layers: Vec<&Layer> = vec![&nearest];
            layers.extend(fold.layers);
            let fold = Fold {
                layers: &layers,
                said: fold.said + 1,
                ..*fold
            };
            fold.server(Protocol::Smtp, self.reader.problems)
        });
        Identity {
            address: layer.address,
            name: layer.name,
            signature: layer.signature,
            reply_to: layer.reply_to,
            pgp: layer.pgp,
            smtp,
        }
    }

    fn folders(
        &mut self,
        views: &[&Layer],
        said: usize,
        provider: Option<&Provider>,
        retrieve: &Option<Said<Protocol>>,
    ) -> Folders {
        let root = views.iter().find_map(|l| l.folders.root.clone());
        let rooted = |name: &Said<Text>| match &root {
            Some(root) => {
                let join = if root.as_str().ends_with(['/', '.']) {
                    ""
                } else {
                    "/"
                };
                Text::new(&format!("{}{join}{}", root.value, name.value))
                    .ok()
                    .map(|v| name.with(v))
            }
            None => Some(name.clone()),
        };
        let language = views.iter().find_map(|l| l.folders.language.clone());
        let names = language
            .as_ref()
            .and_then(|language| self.translated(language, provider));
        let origin = language.as_ref().map_or(Origin::Rule(""), |l| l.origin);
        let slot = |of: fn(&FoldersLayer) -> &Option<Said<Text>>,
                    translated: Option<&'static str>,
                    usual: Option<&str>| {
            if let Some(own) = views[..said].iter().find_map(|l| of(&l.folders).clone()) {
                return Some(own);
            }
            if let Some(name) = translated.and_then(|n| Text::new(n).ok()) {
                return rooted(&Said {
                    value: name,
                    origin,
                });
            }
            if let Some(theirs) = views[said..].iter().find_map(|l| of(&l.folders).clone()) {
                return rooted(&theirs);
            }
            let imap = retrieve.as_ref().is_some_and(|r| r.value == Protocol::Imap);
            usual
                .filter(|_| imap)
                .and_then(|n| Text::new(n).ok())
                .map(|v| {
                    Said::rule(
                        v,
                        "the usual name; set `folders` when the server has another",
                    )
                })
        };
        Folders {
            sent: slot(|f| &f.sent, names.and_then(|n| n.sent), Some("Sent")),
            drafts: slot(|f| &f.drafts, names.and_then(|n| n.drafts), Some("Drafts")),
            trash: slot(|f| &f.trash, names.and_then(|n| n.trash), Some("Trash")),
            junk: slot(|f| &f.junk, names.and_then(|n| n.junk), Some("Junk")),
            archive: slot(|f| &f.archive, names.and_then(|n| n.archive), None),
            all: slot(|f| &f.all, names.and_then(|n| n.all), None),
        }
    }

    fn translated(
        &mut self,
        language: &Said<Text>,
        provider: Option<&Provider>,
    ) -> Option<&'static provider::FolderNames> {
        let facts = provider.and_then(|p| p.facts);
        let known: Vec<&str> = facts
            .map(|f| f.languages.iter().map(|(tag, _)| *tag).collect())
            .unwrap_or_default();
        if let Some(names) = facts.and_then(|f| provider::folder_names(f, language.as_str())) {
            return Some(names);
        }
        let problem = Problem::error(
            "unknown-language",
            language.origin.place(),
            format!(
                "no folder names are known for the language `{}`",
                shortened(language.as_str())
            ),
        );
        let problem = if known.is_empty() {
            problem
                .because("this provider is not known to translate its folders")
                .fix("remove `language` and write the names: `folders: { sent: ..., drafts: ..., trash: ... }`")
        } else {
            problem
                .because(format!("known: {}", known.join(", ")))
                .fix("write the names instead, as the server shows them")
        };
        self.reader.problems.push(problem);
        None
    }
}

/// All that a fold looks at.
struct Fold<'a> {
    name: &'a str,
    place: Place,
    address: &'a Address,
    /// Nearest first.
    layers: &'a [&'a Layer],
    /// How many of them are accounts or defaults.
    said: usize,
    region: Option<&'a Text>,
    ways: &'a [Way],
    service: &'a str,
    login_help: Option<&'a str>,
}

impl Fold<'_> {
    fn server(&self, protocol: Protocol, problems: &mut Problems) -> Option<Server> {
        let mut host = None;
        let mut wanted: Option<Wanted> = None;
        let mut login: Option<Said<Template>> = None;
        let mut auth = None;
        let mut recent = false;
        let mut credential: Option<Said<Credential>> = None;
        let (mut found, mut place) = (false, None);
        for (depth, layer) in self.layers.iter().enumerate() {
            // A nearer host has started the server anew: what is said of it from here on is about another one.
            let picked = if host.is_some() {
                None
            } else {
                pick(layer.servers(protocol), wanted.as_ref())
            };
            if let Some(server) = picked {
                found = true;
                place = place.or(server.place);
                if host.is_none() {
                    host = server.host.clone();
                    recent = server.recent;
                }
                let agrees = fits(server, wanted.as_ref());
                if (wanted.is_none() || agrees) && (server.port.is_some() || server.tls.is_some()) {
                    wanted = Some((server.port.clone(), server.tls.clone()));
                }
                auth = auth.or(server.auth.clone());
            }
            login = login
                .or_else(|| picked.and_then(|s| s.login.clone()))
                .or_else(|| layer.login.clone());
            credential = credential
                .or_else(|| {
                    picked
                        .and_then(|s| s.password.as_ref())
                        .and_then(|s| self.password(s, problems))
                })
                .or_else(|| {
                    layer
                        .password
                        .as_ref()
                        .and_then(|s| self.password(s, problems))
                })
                .or_else(|| {
                    let oauth2 = layer.oauth2.as_ref()?;
                    // A provider's endpoints alone say nothing of how this account logs in.
                    (depth < self.said || oauth2.token.is_some()).then(|| {
                        self.oauth2(
                            oauth2
                                .place
                                .map_or(Origin::Rule("the provider's OAuth2"), Origin::File),
                            problems,
                        )
                    })
                });
        }
        if !found {
            return None;
        }
        let said_at = place.unwrap_or(self.place);
        let Some(host) = host else {
            problems.push(
                Problem::error(
                    "server-without-host",
                    said_at,
                    format!("the {} server has no host", protocol.title()),
                )
                .because("no layer names one")
                .fix(format!("add `host:` under `{}`", protocol.key())),
            );
            return None;
        };
        let host = self.region(host, problems)?;
        let (port, tls) = self.endpoint(protocol, &host, wanted, problems)?;
        let login = self.login(login, protocol, recent, problems)?;
        let credential = self.credential(credential, auth.as_ref());
        let bearer = |m: Mechanism| matches!(m, Mechanism::XOAuth2 | Mechanism::OAuthBearer);
        if let Some(auth) = &auth
            && bearer(auth.value) != matches!(credential.value, Credential::OAuth2(_))
            && auth.value != Mechanism::None
        {
            problems.push(
                Problem::error(
                    "auth-contradicts-secret",
                    auth.origin.place().unwrap_or(self.place),
                    format!(
                        "`auth: {}` does not go with how this account logs in",
                        auth.word()
                    ),
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
        Some(Server {
            protocol,
            host,
            port,
            tls,
            login,
            credential,
            auth,
        })
    }

    fn region(
        &self,
        host: Said<super::Host>,
        problems: &mut Problems,
    ) -> Option<Said<super::Host>> {
        if !host.needs_region() {
            return Some(host);
        }
        let Some(region) = self.region else {
            problems.push(
                Problem::error(
                    "region-needed",
                    self.place,
                    format!("{} has a server for each region", self.service),
                )
                .because(format!("its host is {}", host.value))
                .fix(format!(
                    "write `provider: {{ id: {}, region: REGION }}`",
                    self.service
                )),
            );
            return None;
        };
        match host.in_region(region.as_str()) {
            Ok(value) => Some(host.with(value)),
            Err(why) => {
                problems.push(
                    Problem::error(
                        "no-host",
                        self.place,
                        format!("the region `{region}` makes no host name"),
                    )
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
            (None, Some(tls)) => (
                Said::rule(protocol.port(tls.value), "the usual port of this TLS mode"),
                tls,
            ),
            (None, None) => (
                Said::rule(
                    protocol.port(Tls::Implicit),
                    "the port of implicit TLS (RFC 8314)",
                ),
                Said::rule(Tls::Implicit, "implicit TLS is preferred (RFC 8314)"),
            ),
        };
        if tls.value == Tls::None && !host.is_loopback() {
            problems.push(
                Problem::error(
                    "no-tls",
                    tls.origin.place().unwrap_or(self.place),
                    format!(
                        "without TLS the password would cross the network to {} in clear",
                        host.value
                    ),
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
        if let (Some(help), false) = (
            self.login_help,
            login.as_ref().is_some_and(|l| l.origin.is_said()),
        ) {
            problems.push(
                Problem::error(
                    "login-needed",
                    self.place,
                    format!("{} needs a `login`", self.service),
                )
                .because("the address is not the login here")
                .fix(format!("add `login: NAME`: {help}")),
            );
            return None;
        }
        let Some(template) = login else {
            let text = Text::new(self.address.as_str()).ok()?;
            return Some(Said::rule(
                Login {
                    text,
                    form: LoginForm::Address,
                    recent,
                },
                "the address is the usual login",
            ));
        };
        let mut filled = template.fill(self.address, self.name, str::to_owned);
        if recent
            && protocol == Protocol::Pop3
            && let Some(rest) = filled.strip_prefix("recent:")
        {
            filled = rest.to_owned();
        }
        let form = if filled == self.address.as_str() {
            LoginForm::Address
        } else if filled == self.address.local() {
            LoginForm::Local
        } else {
            LoginForm::Other
        };
        match Text::new(&filled) {
            Ok(text) => Some(template.with(Login { text, form, recent })),
            Err(c) => {
                problems.push(
                    Problem::error(
                        "control-character",
                        self.place,
                        "a control character stands in the login",
                    )
                    .because(name_of(c)),
                );
                None
            }
        }
    }

    fn credential(
        &self,
        said: Option<Said<Credential>>,
        auth: Option<&Said<Mechanism>>,
    ) -> Said<Credential> {
        if let Some(auth) = auth.filter(|a| a.value == Mechanism::None) {
            return auth.with(Credential::None);
        }
        if let Some(said) = said {
            return said;
        }
        let password = self
            .ways
            .iter()
            .any(|w| matches!(w, Way::Password | Way::AppPassword));
        if !password && self.ways.contains(&Way::OAuth2) {
            let oauth2 = self.fold_oauth2(&mut Problems::new());
            return Said::rule(
                Credential::OAuth2(Box::new(oauth2)),
                "the provider takes nothing else",
            );
        }
        if !password && self.ways == [Way::None] {
            return Said::rule(Credential::None, "the provider asks for none");
        }
        Said::rule(
            Credential::Password(Secret::Prompt),
            "nothing is said; the mail program asks",
        )
    }

    fn password(
        &self,
        said: &Said<SecretLayer>,
        problems: &mut Problems,
    ) -> Option<Said<Credential>> {
        self.secret(said, problems)
            .map(|s| s.with(Credential::Password(s.value.clone())))
    }

    fn secret(&self, said: &Said<SecretLayer>, problems: &mut Problems) -> Option<Said<Secret>> {
        let mut text = |filled: String| match Text::new(&filled) {
            Ok(text) => Some(text),
            Err(c) => {
                problems.push(
                    Problem::error(
                        "control-character",
                        said.origin.place(),
                        "a control character stands in a command",
                    )
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
                let words = words
                    .iter()
                    .map(|w| text(w.fill(self.address, self.name, str::to_owned)));
                Secret::Command(super::Command::Argv(words.collect::<Option<Vec<_>>>()?))
            }
            SecretLayer::Keyring { service, user } => Secret::Keyring {
                service: service.clone(),
                user: user.clone(),
            },
            SecretLayer::Env(name) => Secret::Env(name.clone()),
            SecretLayer::File(path) => Secret::File(path.clone()),
            SecretLayer::Literal(hidden) => Secret::Literal(hidden.clone()),
        };
        Some(said.with(secret))
    }

    fn oauth2(&self, origin: Origin, problems: &mut Problems) -> Said<Credential> {
        Said {
            value: Credential::OAuth2(Box::new(self.fold_oauth2(problems))),
            origin,
        }
    }

    fn fold_oauth2(&self, problems: &mut Problems) -> OAuth2 {
        let layers: Vec<&OAuth2Layer> = self
            .layers
            .iter()
            .filter_map(|l| l.oauth2.as_ref())
            .collect();
        let text =
            |of: fn(&OAuth2Layer) -> &Option<Said<Text>>| layers.iter().find_map(|l| of(l).clone());
        let mut secret = |of: fn(&OAuth2Layer) -> &Option<Said<SecretLayer>>| {
            layers
                .iter()
                .find_map(|l| of(l).as_ref())
                .and_then(|s| self.secret(s, problems))
        };
        OAuth2 {
            token: secret(|l| &l.token),
            client_secret: secret(|l| &l.client_secret),
            client_id: text(|l| &l.client_id),
            auth_url: text(|l| &l.auth_url),
            token_url: text(|l| &l.token_url),
            scopes: layers
                .iter()
                .find_map(|l| l.scopes.clone())
                .unwrap_or_default(),
            mechanism: layers.iter().find_map(|l| l.mechanism.clone()),
        }
    }
}

type Wanted = (Option<Said<u16>>, Option<Said<Tls>>);

fn fits(server: &ServerLayer, wanted: Option<&Wanted>) -> bool {
    let Some((port, tls)) = wanted else {
        return true;
    };
    port.as_ref()
        .is_none_or(|p| server.port.as_ref().is_some_and(|q| q.value == p.value))
        && tls
            .as_ref()
            .is_none_or(|t| server.tls.as_ref().is_some_and(|u| u.value == t.value))
}

/// Of several servers the first, or the one that a nearer `port` or `tls` asks for.
fn pick<'l>(servers: &'l [ServerLayer], wanted: Option<&Wanted>) -> Option<&'l ServerLayer> {
    servers.iter().find(|s| fits(s, wanted)).or(servers.first())
}

/// What only all accounts together show.
fn across_accounts(mail: &Mail, problems: &mut Problems) {
    let mut maildirs: HashMap<&str, &Account> = HashMap::new();
    for account in &mail.accounts {
        let Some(maildir) = &account.maildir else {
            continue;
        };
        let path = maildir.as_str().trim_end_matches('/');
        match maildirs.get(path) {
            Some(first) => problems.push(
                Problem::error(
                    "maildir-of-two-accounts",
                    account.place,
                    format!(
                        "{} and {} share the mail directory {path}",
                        first.name, account.name
                    ),
                )
                .because("mail of two accounts would be mixed, and deleted mail come back")
                .fix("write `{account}` into `maildir`, as in `~/Mail/{account}`"),
            ),
            None => {
                maildirs.insert(path, account);
            }
        }
    }
}

/// The node of a target's options in each layer; here so that only this room reads trees.
pub fn options<'a>(account: &'a Account, target: &'a str) -> impl Iterator<Item = &'a Node> {
    account.options.iter().filter_map(move |n| n.get(target))
}
