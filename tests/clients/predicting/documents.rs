//! Documents with one thing changed: a part of a server, of the head, or of the whole.

use super::parts::{ELEMENTS, VALUES};

/// A server with one part replaced; an empty part is left out.
fn server(direction: &str, kind: &str, replaced: &str, by: &str) -> String {
    let part = |name: &str, usual: &str| {
        if name == replaced { by.to_owned() } else { format!("<{name}>{usual}</{name}>") }
    };
    let (host, port) = if direction == "incoming" { ("imap.example.org", "993") } else { ("smtp.example.org", "465") };
    let kind = if replaced == "type" { by.to_owned() } else { format!(" type=\"{kind}\"") };
    format!(
        "<{direction}Server{kind}>{}{}{}{}{}{}</{direction}Server>",
        part("hostname", host),
        part("port", port),
        part("socketType", "SSL"),
        part("authentication", "password-cleartext"),
        part("username", "%EMAILADDRESS%"),
        if replaced == "more" { by } else { "" },
    )
}

fn document(id: &str, head: &str, servers: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<clientConfig version=\"1.1\"><emailProvider{id}>{head}{servers}</emailProvider></clientConfig>\n"
    )
}

const ID: &str = " id=\"example.org\"";

const HEAD: &str = "<domain>example.org</domain><displayName>Example</displayName>";

pub fn mutations() -> Vec<String> {
    let mut all = Vec::new();
    let good = |direction: &str| server(direction, if direction == "incoming" { "imap" } else { "smtp" }, "", "");
    for (direction, kind, other) in [("incoming", "imap", "outgoing"), ("outgoing", "smtp", "incoming")] {
        let mut bad = Vec::new();
        for (name, values) in VALUES {
            bad.extend(values.iter().map(|v| server(direction, kind, name, &format!("<{name}>{v}</{name}>"))));
        }
        for (name, elements) in ELEMENTS {
            bad.extend(elements.iter().map(|e| server(direction, kind, name, e)));
        }
        for server in bad {
            // Alone, then before and after a good one.
            all.push(document(ID, HEAD, &format!("{server}{}", good(other))));
            all.push(document(ID, HEAD, &format!("{server}{}{}", good(direction), good(other))));
            all.push(document(ID, HEAD, &format!("{}{}{server}", good(other), good(direction))));
        }
    }
    let both = format!("{}{}", good("incoming"), good("outgoing"));
    for id in [
        "",
        " id=\"\"",
        " id=\"a_b\"",
        " id=\"0\"",
        " id=\"1\"",
        " id=\"false\"",
        " id=\"true\"",
        " id=\" example.org \"",
        " id=\"%EMAILDOMAIN%\"",
        " id=\"b\u{fc}cher.example\"",
        " id=\"a&#46;b\"",
    ] {
        all.push(document(id, HEAD, &both));
    }
    for head in [
        "",
        "<domain/>",
        "<domain>a_b</domain>",
        "<domain>a_b</domain><domain>example.org</domain>",
        "<domain purpose=\"mx\">example.org</domain>",
        "<domain>*.example.org</domain>",
        "<domain> example.org </domain>",
        "<domain>EXAMPLE.org</domain>",
        "<domain>12</domain>",
        "<domain>%EMAILDOMAIN%</domain>",
        "<domain>example.org</domain>",
        "<domain>example.org</domain><displayName/>",
        "<domain>example.org</domain><displayName lang=\"en\">x</displayName>",
        "<domain>example.org</domain><displayName>007</displayName>",
        "<domain>example.org</domain><displayName>Mail of %EMAILDOMAIN%</displayName>",
    ] {
        all.push(document(ID, head, &both));
    }
    all.extend(hosts_of_oauth2());
    all.extend(whole(&both));
    all
}

/// OAuth2 alone, by host and type.
fn hosts_of_oauth2() -> Vec<String> {
    let mut all = Vec::new();
    let hosts = [
        "imap.gmail.com",
        "gmail.com",
        "x.googlemail.com",
        "notgmail.com",
        "outlook.office365.com",
        "smtp-mail.outlook.com",
        "imap.mail.ru",
        "pop.mail.ru",
        "imap.yandex.com",
        "imap.yandex.ru",
        "imap.mail.yahoo.com",
        "imap.mail.att.net",
        "imap.aol.com",
        "imap.fastmail.com",
        "mail.fastmail.com",
        "imap.comcast.net",
        "mail.thundermail.com",
        "stage-thundermail.com",
        "imap.example.org",
        "autodiscover.hotmail.com",
    ];
    for host in hosts {
        for kind in ["imap", "pop3", "nntp", "exchange", "ews", "owa"] {
            let one = format!(
                "<incomingServer type=\"{kind}\"><hostname>{host}</hostname><port>993</port><socketType>SSL</socketType><authentication>OAuth2</authentication><username>u</username></incomingServer>"
            );
            all.push(document(ID, HEAD, &format!("{one}{}", server("outgoing", "smtp", "", ""))));
        }
        let one = server("outgoing", "smtp", "authentication", "<authentication>OAuth2</authentication>")
            .replace("smtp.example.org", host);
        all.push(document(ID, HEAD, &format!("{one}{}", server("incoming", "imap", "", ""))));
    }
    for url in [
        "https://outlook.office365.com/ews/exchange.asmx",
        "http://mail.example.org/ews",
        "https://mail.example.org:8443/ews",
        "ews",
        "https://a_b.example.org/",
    ] {
        for kind in ["ews", "owa", "imap"] {
            for way in ["OAuth2", "password-cleartext"] {
                let one = format!(
                    "<incomingServer type=\"{kind}\"><url>{url}</url><authentication>{way}</authentication><username>%EMAILADDRESS%</username></incomingServer>"
                );
                all.push(document(ID, HEAD, &format!("{one}{}", server("outgoing", "smtp", "", ""))));
            }
        }
    }
    all
}

/// What is wrong with a document as a whole.
fn whole(both: &str) -> Vec<String> {
    let good = document(ID, HEAD, both);
    let mut all = vec![good.clone()];
    for (what, by) in [
        ("<clientConfig version=\"1.1\">", "<clientConfig>"),
        ("<clientConfig version=\"1.1\">", "<clientConfig xmlns=\"urn:x\" version=\"9\">"),
        ("<clientConfig version=\"1.1\">", "<!DOCTYPE clientConfig><clientConfig>"),
        ("<clientConfig version=\"1.1\">", "<clientConfig>text"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", ""),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "\n<?xml version=\"1.0\"?>\n"),
        ("</emailProvider>", ""),
        ("</emailProvider>", "</emailprovider>"),
        ("</emailProvider>", "&unknown;</emailProvider>"),
        ("</emailProvider>", "&</emailProvider>"),
        ("</emailProvider>", "<a b=c/></emailProvider>"),
        ("</emailProvider>", "<a b='1' b='2'/></emailProvider>"),
        ("</emailProvider>", "<a b='<'/></emailProvider>"),
        ("</emailProvider>", "<!-- a -- b --></emailProvider>"),
        ("</emailProvider>", "<1/></emailProvider>"),
        (
            "</emailProvider>",
            "</emailProvider><emailProvider id=\"b.example\"><domain>b.example</domain></emailProvider>",
        ),
        ("</clientConfig>", "</clientConfig><more/>"),
        ("</clientConfig>", "</clientConfig>more"),
        ("</clientConfig>", ""),
        ("<domain>", "<domain>\u{e4}"),
    ] {
        assert!(good.contains(what), "{what}");
        all.push(good.replace(what, by));
    }
    all.push(
        good.replace("clientConfig", "x:clientConfig")
            .replace("<x:clientConfig ", "<x:clientConfig xmlns:x=\"urn:x\" "),
    );
    all.push(good.replace("emailProvider", "EmailProvider"));
    all.push("<clientConfig/>".to_owned());
    all.push("<html><body>not found</body></html>".to_owned());
    all.push("not XML at all".to_owned());
    all
}
