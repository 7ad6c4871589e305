//! One domain's files: what clients ask for, asked of the site and written down.
//!
//! No byte is made here. What depends on more than path and host has no file, and a note says what is lost.

use super::{Note, file};
use crate::account::LoginForm;
use crate::site::autodiscover::v2;
use crate::site::page::language::LANGUAGES;
use crate::site::{Answer, Found, PREFIXES, Question, Site, page, route};
use crate::target::File;

/// The local part that Autodiscover is asked about: it names no user, but has to be asked about one.
const ANYBODY: &str = "your-name";
/// What a page is written in where no other language fits.
const ENGLISH: &str = "en";
/// What is answered to another protocol of Autodiscover v2 than ours.
const INVALID_PROTOCOL: &str = "autodiscover/invalid-protocol.json";

/// A domain's files.
#[derive(Debug, Default)]
pub struct Tree {
    /// Each below a folder of the domain's name.
    pub files: Vec<File>,
    /// What has none.
    pub notes: Vec<Note>,
    /// The languages of its page, without the one that is shown where no other fits.
    pub languages: Vec<String>,
    /// What a page is sent with.
    pub page_headers: Vec<(String, String)>,
}

/// What a site's clients ask a domain for, as files.
pub fn tree(site: &Site, found: &Found<'_>) -> Tree {
    let mut tree = Tree::default();
    let domain = &*found.name;
    if domain.starts_with("*.") {
        tree.note(
            "wildcard",
            domain,
            "the names below a wildcard cannot be listed: `mailwright serve` answers for them",
        );
        return tree;
    }
    if domain.split_once('.').is_some_and(|(label, _)| PREFIXES.contains(&label)) {
        tree.note("prefix", domain, "the web servers' configuration takes the first label of this name for a prefix");
    }
    let host = format!("autoconfig.{domain}");
    let ask = |path: &str, query: &str| site.ask(&Question::get(&host, path, query));

    // One document at both paths, so that the folder can be served as it is.
    let document = ask(route::MOZILLA[0], "");
    match document.status {
        200 => {
            for path in route::MOZILLA {
                tree.add(domain, path, &document);
            }
        }
        _ => {
            tree.note("no-autoconfig", domain, "mail programs would not take its autoconfig document, so there is none")
        }
    }
    if !found.service.people.is_empty() {
        tree.note("own-logins", domain, "users whose account names a login of their own are told the others' here");
    }
    tree.autodiscover(site, found);
    let pacc = site.ask(&Question::get(domain, route::PACC, ""));
    if pacc.status == 200 {
        tree.add(domain, route::PACC, &pacc);
    }
    tree.page(site, found);
    tree.add(domain, page::ROBOTS, &ask(page::ROBOTS, ""));
    tree.files.extend(super::servers::of_domain(domain, &tree.page_headers));
    tree
}

impl Tree {
    fn note(&mut self, code: &'static str, domain: &str, text: &str) {
        self.notes.push(Note::new(code, domain, text));
    }

    fn add(&mut self, domain: &str, path: &str, answer: &Answer) {
        self.files.push(file(format!("{domain}{path}"), &answer.body[..]));
    }

    /// One answer for all users is right only where the address is the login, which clients take when none is named.
    fn autodiscover(&mut self, site: &Site, found: &Found<'_>) {
        let domain = &*found.name;
        let host = format!("autodiscover.{domain}");
        let ask = |path: &str, query: &str| site.ask(&Question::get(&host, path, query));
        let by_address = found.service.people.is_empty()
            && !found.looks_up(&site.hosting)
            && found.service.account().servers().all(|s| s.login.form == LoginForm::Address);
        if !by_address {
            self.note(
                "autodiscover",
                domain,
                "Autodiscover names each user's login, which no file can: left to `mailwright serve`",
            );
            return;
        }
        let settings = ask(route::POX, "");
        let is_settings =
            settings.status == 200 && String::from_utf8_lossy(&settings.body).contains("<Action>settings");
        if !is_settings {
            self.note("autodiscover", domain, "Autodiscover has no settings for this domain");
            return;
        }
        self.add(domain, route::POX, &settings);
        let email = format!("Email={ANYBODY}@{domain}");
        let json = ask(route::V2, &format!("{email}&Protocol=AutodiscoverV1"));
        if json.status == 200 {
            self.add(domain, route::V2, &v2::of_a_tree(found));
            let refusal = ask(route::V2, &format!("{email}&Protocol=ActiveSync"));
            self.add(domain, &format!("/{INVALID_PROTOCOL}"), &refusal);
        }
    }

    /// The page for people: that of anybody, since nobody is behind its form; in English where no language fits better.
    fn page(&mut self, site: &Site, found: &Found<'_>) {
        let domain = &*found.name;
        let Some(page) = page::of_anybody(site, found, ENGLISH) else { return };
        self.add(domain, "/index.html", &page);
        let sent = page.headers.iter().filter(|(name, _)| !matches!(*name, "Content-Language" | "Vary"));
        self.page_headers = sent.map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
        for language in LANGUAGES.iter().filter(|l| l.tag != ENGLISH) {
            if let Some(page) = page::of_anybody(site, found, language.tag) {
                self.add(domain, &format!("/index.{}.html", language.tag), &page);
                self.languages.push(language.tag.to_owned());
            }
        }
        for asset in [page::ICON, page::STYLE] {
            self.add(domain, asset, &site.ask(&Question::get(domain, asset, "")));
        }
    }
}
