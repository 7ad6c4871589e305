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
use super::layer::{IdentityLayer, Layer, ProviderLayer, ProviderReference};
use super::providers::{self, Provider, Providers};
use super::reader::Reader;
use super::server::Protocol;
use super::text::Text;
use super::{Account, Address, Hosted, Identity, Mail, Said, Service, Template, WebAddress};
use crate::document::{Document, Entry, Node};
use crate::problem::{Place, Problem, Problems, Sources};

/// Resolves a document. What is wrong goes to `problems`; the accounts returned then are those that could be made. What any
/// user of a provider has is given to `publish`, one after the other, and is not kept: [`Mail::hosted`] stays empty.
pub fn resolve(
    mut document: Document,
    sources: &Sources,
    problems: &mut Problems,
    publish: &mut dyn FnMut(Hosted),
) -> Mail {
    let place = document.files.first().map(|f| f.place);
    let host = ["serve", "providers"].iter().any(|key| document.top(key).next().is_some());
    let mut resolver = Resolver {
        reader: Reader { sources, problems, in_provider: false },
        providers: Providers::default(),
        defaults: Vec::new(),
    };
    resolver.defaults = document.top("defaults").map(|node| Rc::new(resolver.reader.layer(node))).collect();
    let mut published = 0;
    let mut publish = |hosted| {
        published += 1;
        publish(hosted);
    };
    // Beside accounts, which may use a provider in their own way, what is wrong for any user is no mistake of the file: such
    // a provider is not published.
    let alone = document.top("accounts").all(|node| node.entries().is_empty());
    let mut unheard = Problems::new();
    // Each is read, resolved and forgotten before the next: of ten thousand, all that they say would be tens of MiB.
    for entries in providers::take(&mut document) {
        let read = resolver.providers.read(entries, &document, &mut resolver.reader);
        if let (true, Some((id, place))) = (alone, read) {
            resolver.anyone(&id, place, &mut unheard).into_iter().for_each(&mut publish);
        }
    }
    let accounts = resolver.accounts(&document);
    // What is wrong already would be said of any user once more.
    if !resolver.reader.problems.any_error() {
        if alone {
            resolver.reader.problems.append(unheard);
        } else {
            for (id, place) in resolver.providers.own() {
                resolver.anyone(&id, place, &mut unheard).into_iter().for_each(&mut publish);
            }
        }
    }
    let hosting = resolver.reader.hosting(&document);
    let generate = document
        .top("generate")
        .next()
        .map(|node| node.items().iter().filter_map(|i| i.text().map(str::to_owned)).collect());
    for said in hosting.users.iter().flat_map(|users| &users.providers) {
        if !resolver.providers.is_known(said.as_str()) {
            let reference = said.with(ProviderReference { id: said.to_string(), region: None });
            let problem = resolver.providers.unknown(&reference, sources);
            resolver.reader.problems.push(problem);
        }
    }
    if accounts.is_empty() && published == 0 && !problems.any_error() {
        problems.push(if host {
            Problem::error("no-accounts", place, "there is no domain in this file, and no account")
                .because("a mail host needs providers with domains")
                .fix(
                    "add `providers:` and, indented below it, \
                     `NAME: { domains: [example.org], imap: imap.example.org, smtp: smtp.example.org }`; for people, `accounts:`",
                )
        } else {
            Problem::error("no-accounts", place, "there is no account in this file")
                .because("neither accounts nor providers with domains")
                .fix(
                    "add `accounts:` and, indented below it, `you@example.org: {}`; \
                     a mail host adds `providers:` with `domains:`",
                )
        });
    }
    let mail = Mail { accounts, hosted: Vec::new(), hosting, generate };
    across_accounts(&mail, problems);
    mail
}

/// An account as the files name it, nearest layer first.
struct Named<'d> {
    entries: Vec<&'d Entry>,
}

struct Resolver<'a> {
    reader: Reader<'a>,
    providers: Providers,
    defaults: Vec<Rc<Layer>>,
}

impl Resolver<'_> {
    fn accounts(&mut self, document: &Document) -> Vec<Account> {
        let mut order: Vec<Named<'_>> = Vec::new();
        let mut index: HashMap<&str, usize> = HashMap::new();
        for map in document.files.iter().filter_map(|f| f.get("accounts")) {
            for entry in map.entries() {
                match index.get(entry.key.as_str()) {
                    Some(i) => {
                        // The same key twice in one file has been refused; in a later file it is a nearer layer.
                        let earlier = order[*i].entries[0].place;
                        if document.are_side_by_side(earlier, entry.place) {
                            self.reader.twice_in_a_folder("account", &entry.key, entry.place, earlier);
                        }
                        if earlier.file != entry.place.file {
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
        let good_name = self.reader.short_name(name, key.place, "an account");
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

    /// Any user of one of the files' own providers, which is forgotten then. What is wrong goes to `problems`.
    fn anyone(&mut self, id: &str, place: Place, problems: &mut Problems) -> Option<Hosted> {
        let provider = self.providers.get(id)?;
        let domains = provider.layers.iter().find_map(|l| l.domains.clone()).unwrap_or_default();
        drop(provider);
        // Below a wildcard, any name will do for a stand-in.
        let first = domains.first()?.replace('*', "any");
        let address = Address::parse(&format!("{}@{first}", Hosted::STAND_IN)).ok()?;
        let layer = Layer {
            provider: Some(Said::new(ProviderReference { id: id.to_owned(), region: None }, place)),
            ..Layer::default()
        };
        let mut resolver = Resolver {
            reader: Reader { sources: self.reader.sources, problems, in_provider: false },
            providers: std::mem::take(&mut self.providers),
            defaults: self.defaults.clone(),
        };
        let account = resolver.fold(id, place, Said::new(address, place), vec![Rc::new(layer)]);
        self.providers = resolver.providers;
        self.providers.forget(id);
        Some(Hosted { account: account?, domains })
    }

    fn fold(&mut self, name: &str, place: Place, address: Said<Address>, layers: Vec<Rc<Layer>>) -> Option<Account> {
        let mut all: Vec<Rc<Layer>> = layers;
        all.extend(self.defaults.iter().cloned());
        let said = all.len();

        let reference = all.iter().find_map(|l| l.provider.clone());
        let provider = match &reference {
            Some(reference) => {
                let provider = self.providers.get(&reference.id);
                if provider.is_none() {
                    let problem = self.providers.unknown(reference, self.reader.sources);
                    self.reader.problems.push(problem);
                    return None;
                }
                provider
            }
            None => self.providers.of_domain(address.domain()),
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
        let picked = [&imap, &pop3, &smtp].into_iter().flatten();
        let further = picked.flat_map(|server| fold.further(server, self.reader.problems)).collect();

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
        let web = |of: fn(&Layer) -> Option<&Said<Template>>| {
            let said = views.iter().find_map(|l| of(l))?;
            WebAddress::of(said.value.clone(), &address).map(|own| said.with(own))
        };
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
                domains: provider_layers.iter().find_map(|p| p.domains.clone()).unwrap_or_default().into(),
                ways: ways.clone(),
                facts: provider.as_ref().and_then(|p| p.facts),
            },
            retrieve,
            imap,
            pop3,
            smtp,
            further,
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
            carddav: web(|l| l.carddav.as_ref()),
            caldav: web(|l| l.caldav.as_ref()),
            options,
            address: address.clone(),
        })
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
