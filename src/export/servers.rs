//! The configuration of web servers and object stores, so that they answer as the site does: types, methods, cases, 404.
//!
//! None names a domain: folders do, so that a tree of ten thousand is served by the same lines as a tree of one. Names
//! and values in them are our own or A-labels; a header of a page that these grammars could misread is left out.

use askama::Template;
use serde_json::json;

use super::file;
use crate::target::{File, MARK};

/// The files of [`all`].
pub const NAMES: &[&str] = &["nginx.conf", "nginx-locations.conf", "Caddyfile", "apache.conf", "content-types.json"];

macro_rules! server {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            mark: &'static str,
            languages: &'a [String],
            headers: &'a [(String, String)],
        }
    };
}
server!(Nginx, "export/nginx.txt");
server!(Caddy, "export/caddy.txt");
server!(Apache, "export/apache.txt");

#[derive(Template)]
#[template(path = "export/htaccess.txt")]
struct Htaccess<'a> {
    mark: &'static str,
    domain: &'a str,
}

#[derive(Template)]
#[template(path = "export/headers.txt")]
struct Headers<'a> {
    mark: &'static str,
    domain: &'a str,
    headers: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "export/nginx-locations.txt")]
struct Locations {
    mark: &'static str,
}

#[derive(Template)]
#[template(path = "export/redirects.txt")]
struct Redirects {
    mark: &'static str,
}

/// A template that fails would be one whose guard met a character that no language tag and no domain has.
fn text(path: String, template: &impl Template) -> File {
    let mut text = template.render().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    File::new(path, text, false)
}

/// Headers that stand in double quotes without a second reading in any of the grammars.
fn plain(headers: &[(String, String)]) -> Vec<(String, String)> {
    let odd = |text: &str| text.contains(['"', '\\', '$', '{', '}', '%']) || text.chars().any(char::is_control);
    headers.iter().filter(|(_, value)| !odd(value)).cloned().collect()
}

/// The configuration for the whole tree.
pub fn all(languages: &[String], headers: &[(String, String)]) -> Vec<File> {
    let headers = &plain(headers);
    let mark = MARK;
    vec![
        text("nginx.conf".into(), &Nginx { mark, languages, headers }),
        text("nginx-locations.conf".into(), &Locations { mark }),
        text("Caddyfile".into(), &Caddy { mark, languages, headers }),
        text("apache.conf".into(), &Apache { mark, languages, headers }),
        file("content-types.json", types(headers)),
    ]
}

/// For a domain that is a site of its own: on rented web space, or at a host of static sites.
pub(super) fn of_domain(domain: &str, headers: &[(String, String)]) -> Vec<File> {
    let headers = &plain(headers);
    let mark = MARK;
    vec![
        text(format!("{domain}/.htaccess"), &Htaccess { mark, domain }),
        text(format!("{domain}/_headers"), &Headers { mark, domain, headers }),
        text(format!("{domain}/_redirects"), &Redirects { mark }),
    ]
}

/// For object stores: what each kind of file is uploaded with.
fn types(headers: &[(String, String)]) -> Vec<u8> {
    const PUBLIC: &str = "public, max-age=3600";
    let rule = |files: &str, kind: &str, caching: &str| json!({ "files": files, "Content-Type": kind, "Cache-Control": caching });
    let mut page = rule("*/index*.html", "text/html; charset=utf-8", PUBLIC);
    for (name, value) in headers {
        page[name.as_str()] = json!(value);
    }
    let mut document = rule("*/mail/config-v1.1.xml", "text/xml; charset=utf-8", PUBLIC);
    document["Access-Control-Allow-Origin"] = json!("*");
    let mut pacc = rule("*/.well-known/user-agent-configuration.json", "application/json", PUBLIC);
    pacc["Access-Control-Allow-Origin"] = json!("*");
    let mut profile = rule("*/apple/*.mobileconfig", "application/x-apple-aspen-config", "no-store");
    profile["Content-Disposition"] = json!("attachment");
    let rules = json!([
        document,
        rule("*/autodiscover/*.xml", "text/xml; charset=utf-8", "no-store"),
        rule("*/autodiscover/*.json", "application/json", "no-store"),
        pacc,
        profile,
        page,
        rule("*.css", "text/css; charset=utf-8", PUBLIC),
        rule("*.svg", "image/svg+xml", PUBLIC),
        rule("*.png", "image/png", PUBLIC),
        rule("*/robots.txt", "text/plain; charset=utf-8", PUBLIC),
        // It lists all domains, and is for whoever uploads.
        json!({ "files": "SHA256SUMS", "upload": false }),
    ]);
    let mut text = serde_json::to_vec_pretty(&rules).unwrap_or_default();
    text.push(b'\n');
    text
}
