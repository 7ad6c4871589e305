//! The providers that accounts may name or be recognised by: the files' own over the catalogue's.
//!
//! A provider is a stack of layers, nearest first, each read once however many accounts it has.

use std::collections::HashMap;
use std::rc::Rc;

use super::Said;
use super::layer::{ProviderLayer, ProviderReference, from_facts};
use super::reader::Reader;
use crate::document::{Document, Entry, Value};
use crate::problem::{Place, Problem, Severity, Sources, did_you_mean};
use crate::provider::{self, Facts};

/// A provider as an account sees it.
#[derive(Clone)]
pub(super) struct Provider {
    pub id: String,
    /// Nearest first.
    pub layers: Vec<Rc<ProviderLayer>>,
    pub facts: Option<&'static Facts>,
}

/// All providers of a run.
#[derive(Default)]
pub(super) struct Providers {
    /// The files' own by id: where the first stands, and its layers, nearest first.
    own: HashMap<String, (Place, Vec<Rc<ProviderLayer>>)>,
    /// Their ids in the order of the files.
    order: Vec<String>,
    domains: HashMap<String, String>,
    known: HashMap<String, Option<Provider>>,
}

/// What the files say of one provider, farthest first.
pub(super) type Entries = Vec<Entry>;

/// Takes the providers out of the files: each with all that is said of it, in the order in which they are first named.
pub(super) fn take(document: &mut Document) -> Vec<Entries> {
    let mut all: Vec<Entries> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for file in &mut document.files {
        let Value::Map(keys) = &mut file.value else { continue };
        let Some(Value::Map(entries)) = keys.iter_mut().find(|e| e.key == "providers").map(|e| &mut e.value.value)
        else {
            continue;
        };
        for entry in std::mem::take(entries) {
            match index.get(&entry.key) {
                Some(known) => all[*known].push(entry),
                None => {
                    index.insert(entry.key.clone(), all.len());
                    all.push(vec![entry]);
                }
            }
        }
    }
    all
}

impl Providers {
    /// Reads one provider and reports what is wrong with it: its id, and where it is first named.
    pub fn read(&mut self, entries: Entries, document: &Document, reader: &mut Reader<'_>) -> Option<(String, Place)> {
        let first = entries.first()?;
        let (id, place) = (first.key.clone(), first.place);
        let mut layers = Vec::with_capacity(entries.len());
        let mut last: Option<Place> = None;
        for entry in entries {
            reader.short_name(&entry.key, entry.place, "a provider");
            if let Some(earlier) =
                last.replace(entry.place).filter(|earlier| document.are_side_by_side(*earlier, entry.place))
            {
                reader.twice_in_a_folder("provider", &entry.key, entry.place, earlier);
            }
            layers.push(Rc::new(reader.provider(&document.whole(entry, reader.sources))));
        }
        layers.reverse();
        for domain in layers.iter().find_map(|l| l.domains.as_ref()).into_iter().flatten() {
            if let Some(other) = self.domains.insert(domain.clone(), id.clone())
                && other != id
            {
                let (sources, first) = (reader.sources, self.own.get(&other).map(|(place, _)| *place));
                reader.problems.push_with(Severity::Error, || {
                    let message = format!("the domain {domain} belongs to two providers, {other} and {id}");
                    let there = first.map(|place| sources.describe(place)).unwrap_or_default();
                    Problem::error("domain-of-two-providers", place, message)
                        .because(format!("{other} lists it as well, at {there}"))
                        .fix("let one provider list it")
                });
            }
        }
        if provider::by_id(&id).is_none() && !layers.iter().any(|l| l.names_server) {
            reader.problems.push(
                Problem::error("provider-without-servers", place, format!("the provider {id} has no server"))
                    .because("one of imap, pop3 and smtp is needed")
                    .fix(format!("add `imap: imap.example.org` and `smtp: smtp.example.org` under {id}")),
            );
        }
        self.own.insert(id.clone(), (place, layers));
        self.order.push(id.clone());
        Some((id, place))
    }

    /// The files' own providers, in order, each with its place.
    pub fn own(&self) -> Vec<(String, Place)> {
        self.order.iter().map(|id| (id.clone(), self.own[id].0)).collect()
    }

    /// The provider of an id.
    pub fn get(&mut self, id: &str) -> Option<Provider> {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        let facts = provider::by_id(id);
        let mut layers = self.own.get(id).map(|(_, l)| l.clone()).unwrap_or_default();
        if let Some(facts) = facts {
            layers.push(Rc::new(from_facts(facts)));
        }
        let provider = (!layers.is_empty()).then(|| Provider { id: id.to_owned(), layers, facts });
        self.known.insert(id.to_owned(), provider.clone());
        provider
    }

    /// Whether there is a provider of this id.
    pub fn is_known(&self, id: &str) -> bool {
        self.own.contains_key(id) || provider::by_id(id).is_some()
    }

    /// Frees what a provider says, which nobody will ask for again; that there is one is still known.
    pub fn forget(&mut self, id: &str) {
        self.known.remove(id);
        if let Some((_, layers)) = self.own.get_mut(id) {
            *layers = Vec::new();
        }
    }

    /// The provider that a domain belongs to: one of the files' own first.
    pub fn of_domain(&mut self, domain: &str) -> Option<Provider> {
        let id = self
            .domains
            .get(domain)
            .or_else(|| domain.split_once('.').and_then(|(_, parent)| self.domains.get(&format!("*.{parent}"))))
            .cloned()
            .or_else(|| provider::by_domain(domain).map(|f| f.id.to_owned()))?;
        self.get(&id)
    }

    /// The problem of an account that names a provider which nobody knows.
    pub fn unknown(&self, reference: &Said<ProviderReference>, sources: &Sources) -> Problem {
        let known = || provider::PROVIDERS.iter().map(|f| f.id).chain(self.order.iter().map(String::as_str));
        let fix = match did_you_mean(&reference.id, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`mailwright list providers` shows them; one of your own goes under `providers:`".to_owned(),
        };
        Problem::error(
            "unknown-provider",
            reference.origin.place(),
            format!(
                "there is no provider `{}`",
                reference.origin.place().map_or(reference.id.clone(), |p| sources.quote(&reference.id, p))
            ),
        )
        .because("unknown provider")
        .fix(fix)
    }
}
