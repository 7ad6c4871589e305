//! One domain's files: what clients ask for, asked of the site and written down.
//!
//! No byte is made here. What depends on more than path and host has no file, and a note says what is lost.

use std::collections::BTreeMap;

use super::{Note, file};
use crate::account::LoginForm;
use crate::site::{Answer, Found, Question, Site, route};
use crate::target::File;

/// The local part of the user whose settings a static page shows: there is nobody to ask for an address.
const EXAMPLE: &str = "your-name";
/// The path of a user's settings.
const SETUP: &str = "/setup";
/// What is answered to another protocol of Autodiscover v2 than ours.
pub const INVALID_PROTOCOL: &str = "autodiscover/invalid-protocol.json";

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
    if ["autoconfig.", "autodiscover.", "ua-auto-config."].iter().any(|p| domain.starts_with(p)) {
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
    tree.page(site, domain);
    let robots = ask("/robots.txt", "");
    if robots.status == 200 {
        tree.add(domain, "/robots.txt", &robots);
    } else {
        tree.files.push(file(format!("{domain}/robots.txt"), "User-agent: *\nDisallow: /\n"));
    }
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
            && site.hosting.users.is_none()
            && found.service.account.servers().all(|s| s.login.form == LoginForm::Address);
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
        let email = format!("Email={EXAMPLE}@{domain}");
        let json = ask(route::V2, &format!("{email}&Protocol=AutodiscoverV1"));
        if json.status == 200 {
            self.add(domain, route::V2, &json);
            let refusal = ask(route::V2, &format!("{email}&Protocol=ActiveSync"));
            self.add(domain, &format!("/{INVALID_PROTOCOL}"), &refusal);
        }
    }

    /// The page for people: a static one has nobody behind its form, so that it shows what an example's settings are.
    fn page(&mut self, site: &Site, domain: &str) {
        let host = format!("autoconfig.{domain}");
        let ask = |path: &str, query: &str| site.ask(&Question::get(&host, path, query));
        let example = format!("address={EXAMPLE}@{domain}");
        let (path, query) = match ask(SETUP, &example).status {
            200 => (SETUP, example),
            _ => ("/", String::new()),
        };
        let page = ask(path, &query);
        if page.status != 200 {
            return;
        }
        if path == SETUP {
            self.note("page", domain, "the set-up page is that of an example address: a form needs `mailwright serve`");
        }
        self.files.push(file(format!("{domain}/index.html"), &page.body[..]));
        let html = String::from_utf8_lossy(&page.body).into_owned();
        self.page_headers = page.headers.iter().map(|(n, v)| ((*n).to_owned(), v.to_string())).collect();
        self.page_headers.retain(|(name, _)| !matches!(name.as_str(), "Content-Language" | "Vary"));
        // The form's page names all languages; that of the settings need not.
        let mut tags = languages(&html);
        tags.extend(languages(&String::from_utf8_lossy(&ask("/", "").body)));
        tags.sort();
        tags.dedup();
        for tag in tags {
            let query = if query.is_empty() { format!("lang={tag}") } else { format!("{query}&lang={tag}") };
            let translated = ask(path, &query);
            if translated.status == 200 && translated.body != page.body {
                self.files.push(file(format!("{domain}/index.{tag}.html"), &translated.body[..]));
                self.languages.push(tag);
            }
        }
        for path in links(&html) {
            let answer = ask(&path, "");
            if answer.status == 200 && !answer.kind.starts_with("text/html") && is_asset(&path) {
                self.add(domain, &path, &answer);
            }
        }
    }
}

/// The languages that a page links to, as `?lang=de`.
fn languages(html: &str) -> Vec<String> {
    let mut found = BTreeMap::new();
    for rest in html.split("lang=").skip(1) {
        let tag: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        if !tag.is_empty() && tag.len() <= 35 {
            found.insert(tag, ());
        }
    }
    // Those of `<html lang="..">` begin with a quotation mark.
    found.into_keys().collect()
}

/// The paths on the same server that a page needs, without queries.
fn links(html: &str) -> Vec<String> {
    let mut found = BTreeMap::new();
    for attribute in ["href=\"/", "src=\"/"] {
        for rest in html.split(attribute).skip(1) {
            let path: String = rest.chars().take_while(|c| !matches!(c, '"' | '?' | '#')).collect();
            found.insert(format!("/{path}"), ());
        }
    }
    found.into_keys().collect()
}

/// Whether a path is a style sheet's or a picture's, and one that the configuration serves.
fn is_asset(path: &str) -> bool {
    let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b)) && !path.contains("..");
    plain && !path.contains("//") && [".css", ".svg", ".png"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_links_to() {
        let html = r#"<html lang="en"><link href="/setup/style.css?v=1"><a href="?address=a&amp;lang=de">D</a>
            <a href="/setup?lang=pt-BR">P</a><img src="/setup/icon.svg"><a href="//evil.example/x.css">"#;
        assert_eq!(languages(html), ["de", "pt-BR"]);
        let assets: Vec<String> = links(html).into_iter().filter(|l| is_asset(l)).collect();
        assert_eq!(assets, ["/setup/icon.svg", "/setup/style.css"]);
    }
}
