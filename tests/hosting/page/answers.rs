//! What is asked, what is answered.

use mailwright::site::Answer;
use mailwright::site::Caching;
use mailwright::site::Endpoint;
use mailwright::site::page::POLICY;
use mailwright::site::page::STYLE;
use mailwright::site::question::Method;
use mailwright::site::question::Question;

use super::{HOST, engines, html, page, post};
use crate::asking::site;

#[test]
fn statuses_and_headers() {
    let site = engines("");
    let get = |path, query| site.ask(&Question::get(HOST, path, query));
    let header =
        |answer: &Answer, name: &str| answer.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
    for (path, query, status, caching) in [
        ("/", "", 200, Caching::Public),
        ("/", "lang=de", 200, Caching::Public),
        ("/setup", "", 400, Caching::No),
        ("/setup", "address=ada", 400, Caching::No),
        ("/setup", "address=ada@nowhere.example", 404, Caching::No),
        ("/setup", "address=ada@analytical.example", 200, Caching::No),
        ("/Setup/", "emailaddress=ada%40ANALYTICAL.example", 200, Caching::No),
    ] {
        let answer = get(path, query);
        assert_eq!((answer.status, answer.caching), (status, caching), "{path}?{query}");
        assert_eq!(answer.kind, "text/html; charset=utf-8");
        assert_eq!(header(&answer, "Content-Security-Policy").as_deref(), Some(POLICY));
        assert_eq!(header(&answer, "Referrer-Policy").as_deref(), Some("no-referrer"));
        page(&answer);
    }
    for path in ["/favicon.ico", "/setup/x", "/setupx", "/index.html", "/setup//", "//", "", "/apple/x"] {
        let answer = get(path, "");
        assert_eq!((answer.status, answer.kind), (404, "text/plain; charset=utf-8"), "{path}");
    }
    for (path, kind, inside) in [
        ("/robots.txt", "text/plain; charset=utf-8", "Disallow: /"),
        (STYLE, "text/css; charset=utf-8", "color-scheme"),
        ("/setup/icon.svg", "image/svg+xml", "<svg"),
    ] {
        let answer = get(path, "v=1");
        assert_eq!((answer.status, answer.kind, answer.caching), (200, kind, Caching::Public));
        assert!(html(&answer).contains(inside));
        assert_eq!(site.read(&Question::get(HOST, path, "")).endpoint(), Endpoint::Asset);
    }
    for (path, method, allowed) in [
        ("/", Method::Post, "GET, HEAD, OPTIONS"),
        ("/robots.txt", Method::Post, "GET, HEAD, OPTIONS"),
        ("/setup", Method::Other, "GET, HEAD, POST, OPTIONS"),
    ] {
        let answer = site.ask(&Question { method, ..Question::get(HOST, path, "") });
        assert_eq!((answer.status, header(&answer, "Allow").as_deref()), (405, Some(allowed)), "{path}");
    }
    assert_eq!(site.ask(&Question { method: Method::Options, ..Question::get(HOST, "/setup", "") }).status, 204);
}

/// In a form a `+` is a blank, in a link it is the plus of an address.
#[test]
fn an_address_is_read_as_browsers_and_people_write_it() {
    let site = engines("");
    for (question, address) in [
        (post("address=ada%2Bx%40analytical.example", ""), "ada+x@analytical.example"),
        (post("lang=de&address=+ada%40Analytical.Example+&x", ""), "ada@analytical.example"),
        (Question::get(HOST, "/setup", "address=ada+x@analytical.example"), "ada+x@analytical.example"),
    ] {
        let answer = site.ask(&question);
        assert_eq!(answer.status, 200, "{address}");
        assert!(page(&answer).all("input").any(|i| i.get("value") == Some(address)), "{address}");
    }
    // What is sent by POST is not looked for in the query, and the other way round.
    let both = Question { query: "address=ada@analytical.example", ..post("", "") };
    assert_eq!(site.ask(&both).status, 400);
    assert_eq!(site.ask(&Question { body: b"\xff\xfe", ..post("", "") }).status, 400);
}

#[test]
fn the_form_is_about_the_asked_hosts_domain() {
    let site = site(
        "providers:\n  a: { domains: [one.example, '*.wild.example'], imap: imap.one.example, smtp: smtp.one.example }\n  \
         b: { domains: [two.example], imap: imap.two.example, smtp: smtp.two.example }",
    );
    let about = |host| page(&site.ask(&Question::get(host, "/", ""))).text;
    for host in ["autoconfig.two.example", "mail.two.example:8080", "TWO.example", "www.two.example"] {
        let text = about(host);
        assert!(text.contains("imap.two.example") && !text.contains("one.example"), "{host}");
    }
    assert!(about("autoconfig.sales.wild.example").contains("imap.one.example"));
    // Not to be told from which domain one comes: the form alone, which takes all of them.
    for host in ["localhost", "", "evil.example", "two.example.evil.example", "\"><script>"] {
        let text = about(host);
        assert!(!text.contains("imap.") && !text.contains("evil") && text.contains("example.org"), "{host}");
    }
    for address in ["a@one.example", "a@two.example", "a@x.wild.example"] {
        let question = format!("address={address}");
        assert_eq!(site.ask(&Question::get("evil.example", "/setup", &question)).status, 200, "{address}");
    }
}

/// With `*.a.example` beside `a.example`, `www.a.example` invited people to type `name@www.a.example`.
#[test]
fn names_for_people_below_a_wildcard_lead_to_the_domain_above() {
    let about = |domains: &str, host: &str| {
        let site = site(&format!("providers: {{ a: {{ domains: [{domains}], imap: i.a.example, smtp: s.a.example }} }}"));
        page(&site.ask(&Question::get(host, "/", ""))).text
    };
    for first in ["www", "mail", "webmail", "setup", "help"] {
        let text = about("a.example, '*.a.example'", &format!("{first}.a.example"));
        assert!(text.contains("name@a.example"), "{first}: {text}");
    }
    // Any other name, a name that is a domain by itself, and one whose parent is none, are what they are.
    assert!(about("a.example, '*.a.example'", "sales.a.example").contains("name@sales.a.example"));
    assert!(about("a.example, '*.a.example', mail.a.example", "mail.a.example").contains("name@mail.a.example"));
    assert!(about("'*.a.example'", "www.a.example").contains("name@www.a.example"));
    assert!(about("'*.a.example'", "www.b.a.example").contains("name@b.a.example"));
}

/// The first customer's domain stood at the host's own address, and at any other, when there was one service.
#[test]
fn no_customer_is_named_at_a_host_that_is_none_of_theirs() {
    let shared = "providers:\n  a:\n    name: Secret Customer\n    domains: [customer.example, other.example]\n    \
                  imap: imap.customer.example\n    smtp: smtp.customer.example\n";
    for serve in
        ["", "serve: { url: 'https://setup.customer.example' }\n", "serve: { url: 'https://HOST.example:8443/' }\n"]
    {
        let site = site(&format!("{shared}{serve}"));
        let own = site.hosting.url.as_ref().and_then(|u| u.host_str()).unwrap_or("localhost").to_owned();
        for host in
            [own.as_str(), &format!("{own}:8443"), &own.to_uppercase(), "evil.example", "127.0.0.1:8080", "[::1]", ""]
        {
            for (path, query, body) in
                [("/", "", ""), ("/setup", "", "address=x"), ("/setup", "", "address=x%40nowhere.example")]
            {
                let method = if path == "/" { Method::Get } else { Method::Post };
                let answer = site.ask(&Question { method, body: body.as_bytes(), ..Question::get(host, path, query) });
                let text = html(&answer).to_lowercase();
                assert!(page(&answer).all("form").count() == 1, "{host}");
                assert!(!text.contains("customer") && !text.contains("other.example"), "{serve}{host}{path}: {text}");
            }
            // The address that is typed decides.
            let answer = site.ask(&Question { host, ..post("address=ada%40other.example", "") });
            assert!(answer.status == 200 && page(&answer).text.contains("imap.customer.example"), "{host}");
        }
        // Who asks for a customer by name is told of that one.
        let answer = site.ask(&Question::get("autoconfig.other.example", "/", ""));
        assert!(html(&answer).contains("name@other.example") && !html(&answer).contains("@customer.example"));
    }
}
