//! From layers to accounts: the fold.
//!
//! The account's value wins over `defaults`, then the provider's, then the protocol's; a later file over an earlier
//! one. Nothing is filled in before all layers are folded, and every value keeps its origin. The rules are those of
//! the model: `port` and `tls` are one value, `host` starts a server anew, `password` and `oauth2` are one value,
//! lists replace.

use std::collections::HashMap;
use std::rc::Rc;

use super::auth::Way;
use super::fold::Fold;
use super::layer::{IdentityLayer, Layer, ProviderLayer, ProviderReference, from_facts};
use super::reader::Reader;
use super::server::Protocol;
use super::text::Text;
use super::{Account, Address, Identity, Mail, Said, Service};
use crate::document::{Document, Entry, Node};
use crate::problem::{Place, Problem, Problems, Sources, did_you_mean};
use crate::provider::{self, Facts};

/// Resolves a document. What is wrong goes to `problems`; the accounts returned then are those that could be made.
pub fn resolve(document: &Document, sources: &Sources, problems: &mut Problems) -> Mail {
    let mut resolver = Resolver {
        reader: Reader { sources, problems, in_provider: false },
        own: HashMap::new(),
        own_order: Vec::new(),
        own_domains: HashMap::new(),
        providers: HashMap::new(),
        defaults: Vec::new(),
    };
    resolver.read_providers(document);
    resolver.defaults = document.top("defaults").map(|node| Rc::new(resolver.reader.layer(node))).collect();
    let accounts = resolver.accounts(document);
    let domains =
        if accounts.is_empty() && !resolver.reader.problems.any_error() { resolver.domains() } else { Vec::new() };
    let generate = document
        .top("generate")
        .next()
        .map(|node| node.items().iter().filter_map(|i| i.text().map(str::to_owned)).collect());
    if accounts.is_empty() && domains.is_empty() && !problems.any_error() {
        let place = document.files.first().map(|f| f.place);
        problems.push(
            Problem::error("no-accounts", place, "there is no account in this file")
                .because("neither accounts nor providers with domains")
                .fix("add `accounts:` and, indented below it, `you@example.org: {}`"),
        );
    }
    let mail = Mail { accounts, domains, generate };
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
            for domain in layers.iter().find_map(|l| l.domains.as_ref()).into_iter().flatten() {
                if let Some(other) = self.own_domains.insert(domain.clone(), id.clone())
                    && other != *id
                {
                    self.reader.problems.push(
                        Problem::error(
                            "domain-of-two-providers",
                            *place,
                            format!("the domain {domain} belongs to two providers, {other} and {id}"),
                        )
                        .fix("let one provider list it"),
                    );
                }
            }
            if provider::by_id(id).is_none() && !layers.iter().any(|l| l.names_server) {
                self.reader.problems.push(
                    Problem::error("provider-without-servers", *place, format!("the provider {id} has no server"))
                        .because("one of imap, pop3 and smtp is needed")
                        .fix(format!("add `imap: imap.example.org` and `smtp: smtp.example.org` under {id}")),
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
        let provider = (!layers.is_empty()).then(|| Provider { id: id.to_owned(), layers, facts });
        self.providers.insert(id.to_owned(), provider.clone());
        provider
    }

    fn provider_of_domain(&mut self, domain: &str) -> Option<Provider> {
        let id = self
            .own_domains
            .get(domain)
            .or_else(|| domain.split_once('.').and_then(|(_, parent)| self.own_domains.get(&format!("*.{parent}"))))
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
                format!("`{}` is no name for an {what}", self.reader.sources.quote(name, place))
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
                        order.push(Named { entries: vec![entry] });
                    }
                }
            }
        }
        let mut accounts: Vec<Account> = order.iter().filter_map(|named| self.account(named)).collect();
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
                        Problem::error("two-defaults", entry.place, format!("{name} is a second default account"))
                            .because(format!("{first} is the default already, at {at}"))
                            .fix("keep `default: true` at one account"),
                    );
                }
            }
        }
        let name = chosen.map(|(name, _)| name.to_owned()).or_else(|| accounts.first().map(|a| a.name.clone()));
        for account in accounts {
            account.default = Some(&account.name) == name.as_ref();
        }
    }

    fn account(&mut self, named: &Named<'_>) -> Option<Account> {
        let key = *named.entries.last()?;
        let name = key.key.as_str();
        let layers: Vec<Rc<Layer>> = named.entries.iter().map(|e| Rc::new(self.reader.layer(&e.value))).collect();
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
                                format!("this account is {address} by its key and {} here", said.value),
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
                                format!("`{}` is no mail address", self.reader.sources.quote(name, key.place)),
                            )
                            .because(why)
                            .fix("write it as `you@example.org`, or use a short name without @"),
                        );
                    }
                    None
                }
            }
        } else {
            if said.is_none() && !named.entries.iter().any(|e| e.value.entry("address").is_some()) {
                self.reader.problems.push(
                    Problem::error(
                        "account-without-address",
                        key.place,
                        format!("the account {} has no address", self.reader.sources.quote(name, key.place)),
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
            let domains = provider.layers.iter().find_map(|l| l.domains.clone()).unwrap_or_default();
            for domain in domains.iter().filter(|d| !d.starts_with("*.")) {
                let Ok(address) = Address::parse(&format!("user@{domain}")) else {
                    continue;
                };
                let layer = Layer {
                    provider: Some(Said::new(ProviderReference { id: id.clone(), region: None }, place)),
                    ..Layer::default()
                };
                accounts.extend(self.fold(domain, place, Said::new(address, place), vec![Rc::new(layer)]));
            }
        }
        accounts
    }

    fn fold(&mut self, name: &str, place: Place, address: Said<Address>, layers: Vec<Rc<Layer>>) -> Option<Account> {
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
        let provider_layers = provider.as_ref().map(|p| p.layers.clone()).unwrap_or_default();
        // The provider's layers as plain layers, behind what accounts and defaults say.
        let views: Vec<&Layer> = all.iter().map(|l| &**l).chain(provider_layers.iter().map(|p| &p.layer)).collect();

        let region = reference.as_ref().and_then(|r| r.region.clone());
        let ways = provider_layers.iter().find_map(|p| p.ways.clone()).unwrap_or_else(|| {
            let oauth2 = provider_layers.iter().any(|p| p.layer.oauth2.is_some());
            if oauth2 { vec![Way::OAuth2, Way::Password] } else { vec![Way::Password] }
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
            || provider.as_ref().map_or(address.domain().to_owned(), |p| p.id.clone()),
            |t| t.as_str().to_owned(),
        );
        let retrieve = views.iter().find_map(|l| l.retrieve.clone());
        let offered = |p: Protocol| {
            if p == Protocol::Imap { imap.is_some() } else { pop3.is_some() }
        };
        let retrieve = match retrieve {
            Some(said) if offered(said.value) || !clean => Some(said),
            Some(said) => {
                let other = if said.value == Protocol::Imap { Protocol::Pop3 } else { Protocol::Imap };
                let fix = if offered(other) {
                    format!("write `retrieve: {}`", other.key())
                } else {
                    format!("add `{}: HOST`, or remove `retrieve` for an account that only sends", said.value.key())
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
            self.without_server(place, &address, provider.as_ref(), &provider_layers, &reference);
        }

        let fallback = |f: fn(&Layer) -> Option<Said<super::Signing>>| views.iter().find_map(|l| f(l));
        let full_name = views.iter().find_map(|l| l.name.clone());
        let maildir = views.iter().find_map(|l| l.maildir.clone()).and_then(|t| {
            let text = t.fill(&address, name, str::to_owned);
            Text::new(&text).ok().map(|v| t.with(v))
        });
        let folders = super::folders::folders(
            &views,
            said,
            provider.as_ref().and_then(|p| p.facts),
            &retrieve,
            self.reader.sources,
            self.reader.problems,
        );
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
                domains: provider_layers.iter().find_map(|p| p.domains.clone()).unwrap_or_default(),
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

    fn unknown_provider(&mut self, reference: &Said<ProviderReference>) {
        let known = || provider::PROVIDERS.iter().map(|f| f.id).chain(self.own_order.iter().map(String::as_str));
        let fix = match did_you_mean(&reference.id, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`mailwright list providers` shows them; one of your own goes under `providers:`".to_owned(),
        };
        let problem = Problem::error(
            "unknown-provider",
            reference.origin.place(),
            format!(
                "there is no provider `{}`",
                reference.origin.place().map_or(reference.id.clone(), |p| self.reader.sources.quote(&reference.id, p))
            ),
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
        reference: &Option<Said<ProviderReference>>,
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
                    .fix(
                        "remove the account, or write the servers of a gateway of your own: `imap: HOST`, `smtp: HOST`",
                    )
            }
        };
        self.reader.problems.push(problem);
    }

    fn identity(&mut self, layer: IdentityLayer, fold: &Fold<'_>) -> Identity {
        let smtp = layer.smtp.as_ref().and_then(|own| {
            let nearest = Layer { smtp: vec![own.clone()], ..Layer::default() };
            if own.host.is_some() {
                // Another server: neither the account's login nor its password is any of its business.
                let alone = Fold {
                    address: &layer.address,
                    layers: &[&nearest],
                    said: 1,
                    ways: &[Way::Password],
                    login_help: None,
                    ..*fold
                };
                return alone.server(Protocol::Smtp, self.reader.problems);
            }
            let mut layers: Vec<&Layer> = vec![&nearest];
            layers.extend(fold.layers);
            let fold = Fold { layers: &layers, said: fold.said + 1, ..*fold };
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
}

/// What only all accounts together show.
fn across_accounts(mail: &Mail, problems: &mut Problems) {
    let mut maildirs: HashMap<String, &Account> = HashMap::new();
    for account in &mail.accounts {
        let Some(maildir) = &account.maildir else {
            continue;
        };
        let path = plain_path(maildir.as_str());
        match maildirs.get(&path) {
            Some(first) => problems.push(
                Problem::error(
                    "maildir-of-two-accounts",
                    account.place,
                    format!("{} and {} share the mail directory {path}", first.name, account.name),
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

/// A path without what makes no difference: `//`, `/./`, a slash at the end.
fn plain_path(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    format!("{root}{}", parts.join("/"))
}

/// The node of a target's options in each layer; here so that only this room reads trees.
pub fn options<'a>(account: &'a Account, target: &'a str) -> impl Iterator<Item = &'a Node> {
    account.options.iter().filter_map(move |n| n.get(target))
}
