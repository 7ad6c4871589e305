//! Pages for people: what is on them follows from the account, nothing that was typed comes back unescaped, and every
//! language says everything. How they look is `tests/clients/pages.rs`' business.

mod answers;
mod escaping;
mod languages;
mod offered;

use mailwright::site::Answer;
use mailwright::site::Site;
use mailwright::site::question::Method;
use mailwright::site::question::Question;

use crate::asking::site;
use crate::markup;
use crate::markup::Page;

const HOST: &str = "autoconfig.analytical.example";

fn engines(more: &str) -> Site {
    site(&format!(
        "providers:\n  engines:\n    name: Analytical Engines Ltd\n    domains: [analytical.example]\n    \
         imap: imap.analytical.example\n    smtp: smtp.analytical.example\n{more}"
    ))
}

fn post<'a>(body: &'a str, languages: &'a str) -> Question<'a> {
    Question { method: Method::Post, languages, body: body.as_bytes(), ..Question::get(HOST, "/setup", "") }
}

fn html(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

fn page(answer: &Answer) -> Page {
    markup::read(html(answer)).unwrap_or_else(|why| panic!("{why}\n{}", html(answer)))
}

/// The settings of an address, in English.
fn settings(site: &Site, address: &str) -> Page {
    let query = format!("address={address}");
    let answer = site.ask(&Question::get(HOST, "/setup", &query));
    assert_eq!(answer.status, 200, "{address}");
    page(&answer)
}

fn clients(page: &Page) -> Vec<&str> {
    page.all("details").filter_map(|d| d.get("id")).collect()
}
