//! What the rules of `check --client thunderbird` predict is what the real Thunderbird does: which documents it rejects,
//! which servers it drops, and what it makes of each value. Hundreds of mutated documents in one start.
//!
//! `MAILWRIGHT_DOCUMENTS=FOLDER` adds the documents of a folder, such as a copy of the public database.

use std::fs;
use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::clients::document::Document;
use mailwright::clients::simulate::Hits;
use mailwright::clients::simulate::thunderbird::{Reading, Taken, read};
use serde_json::Value;

use crate::Test;
use crate::lab::Home;
use crate::reading::{ask_thunderbird, text_of};
use crate::report::Findings;

const ADDRESS: &str = "user@example.org";
const NAME: &str = "Lab User";

pub fn tests() -> Vec<Test> {
    vec![Test::new("thunderbird_does_what_check_client_predicts", &["thunderbird"], predictions)]
}

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

/// What stands in an element.
const VALUES: &[(&str, &[&str])] = &[
    (
        "hostname",
        &[
            "",
            "imap.example.org",
            "IMAP.Example.ORG",
            " imap.example.org\n",
            "mail_1.example.org",
            "b\u{fc}cher.example",
            "xn--bcher-kva.example",
            "imap.example.org.",
            "-a.example.org",
            "a..b",
            "192.0.2.1",
            "2001:db8::1",
            "::",
            "[2001:db8::1]",
            "imap.%EMAILDOMAIN%",
            "%EMAILDOMAIN%",
            "%FOO%.example.org",
            "imap.%EMAILDOMAIN",
            "%emaildomain%",
            "a b",
            "12",
            "1.50",
            "true",
            "false",
            "0",
            "https://imap.example.org",
            "imap.example.org:993",
            "imap<!-- c -->.example.org",
            "<![CDATA[imap.example.org]]>",
            "imap&#46;example.org",
            "imap.example.org<b/>",
            "%EMAILADDRESS%",
            "%%",
            "%A%%B%",
            "localhost",
        ],
    ),
    (
        "port",
        &[
            "",
            "993",
            " 993 ",
            "993abc",
            "0",
            "-1",
            "65535",
            "65536",
            "993.9",
            "1e3",
            "0x10",
            "abc",
            "true",
            "99999999999",
            "9 93",
        ],
    ),
    (
        "socketType",
        &[
            "",
            "SSL",
            "STARTTLS",
            "plain",
            " SSL ",
            "ssl",
            "TLS",
            "none",
            "1",
            "<![CDATA[SSL]]>",
            "SSL<!-- -->",
            "S<b/>SL",
        ],
    ),
    (
        "authentication",
        &[
            "",
            "password-cleartext",
            "plain",
            "password-encrypted",
            "secure",
            "GSSAPI",
            "NTLM",
            "none",
            "OAuth2",
            "client-IP-address",
            "smtp-after-pop",
            "TLS-client-cert",
            " password-cleartext ",
            "Password-Cleartext",
            "SCRAM-SHA-256",
        ],
    ),
    (
        "username",
        &[
            "",
            "%EMAILADDRESS%",
            " %EMAILADDRESS% ",
            "%EMAILLOCALPART%",
            "%EMAILLOCALPART%.%EMAILDOMAIN%",
            "%REALNAME%",
            "%EMAILADDRESS",
            "%FOO%",
            "00123",
            "1e3",
            "0x1F",
            "+49123",
            "12345678901234567890",
            "TRUE",
            "false",
            " 12 ",
            "1.50",
            "-0",
            "1e400",
            "1e21",
            "0.0000001",
            ".5",
            "5.",
            "Infinity",
            "NaN",
            "   ",
            "a&amp;b",
            "<![CDATA[a<b]]>",
            "a<!-- c -->b",
            "<!-- c -->",
            "a<b>c</b>d",
            "0b101",
            "0o17",
            "1_000",
            "--1",
            "J\u{f6}rg",
            "123456789.123456789",
        ],
    ),
];

/// Elements written in full.
const ELEMENTS: &[(&str, &[&str])] = &[
    (
        "hostname",
        &[
            "",
            "<hostname/>",
            "<hostname lang=\"en\">imap.example.org</hostname>",
            "<hostname>a_b</hostname><hostname>imap.example.org</hostname>",
            "<x:hostname xmlns:x=\"urn:x\">imap.example.org</x:hostname>",
            "<Hostname>imap.example.org</Hostname>",
        ],
    ),
    ("port", &["", "<port/>", "<port>0</port><port>993</port>", "<port>143</port><port>993</port>"]),
    (
        "socketType",
        &[
            "",
            "<socketType/>",
            "<socketType>TLS</socketType><socketType>STARTTLS</socketType>",
            "<socketType>plain</socketType><socketType>SSL</socketType>",
        ],
    ),
    (
        "authentication",
        &[
            "",
            "<authentication/>",
            "<authentication>OAuth2</authentication><authentication>password-cleartext</authentication>",
            "<authentication>SCRAM</authentication><authentication>GSSAPI</authentication>",
            "<authentication system=\"sasl\">PLAIN</authentication>",
            "<authentication system=\"http\">Basic</authentication><authentication>password-cleartext</authentication>",
        ],
    ),
    (
        "username",
        &["", "<username/>", "<username lang=\"en\">x</username>", "<username>a</username><username>b</username>"],
    ),
    (
        "type",
        &[
            "",
            " type=\"pop3\"",
            " type=\"IMAP\"",
            " type=\"smtp\"",
            " type=\"jmap\"",
            " type=\"nntp\"",
            " type=\"exchange\"",
            " type=\"graph\"",
            " type=\" imap\"",
            " type=\"imap\" lang=\"en\"",
            " Type=\"imap\"",
            " type=\"activeSync\"",
        ],
    ),
    (
        "more",
        &[
            "<password>secret</password>",
            "<useGlobalPreferredServer>true</useGlobalPreferredServer>",
            "<unknown>x</unknown>",
            "<pop3><leaveMessagesOnServer>maybe</leaveMessagesOnServer></pop3>",
            "text",
            "<url>https://owa.example.org/x</url>",
            "<url>ftp://owa.example.org/x</url>",
        ],
    ),
];

fn mutations() -> Vec<String> {
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

fn predictions() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let home = Home::empty();
    let mut documents: Vec<(PathBuf, String)> = Vec::new();
    for (number, text) in mutations().into_iter().enumerate() {
        let path = home.path().join(format!("{number:04}.xml"));
        fs::write(&path, &text)?;
        documents.push((path, text));
    }
    if let Some(folder) = std::env::var_os("MAILWRIGHT_DOCUMENTS") {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let text = fs::read_to_string(&path)?;
            documents.push((path, text));
        }
    }
    let list: Vec<(PathBuf, String)> = documents.iter().map(|(path, _)| (path.clone(), ADDRESS.to_owned())).collect();
    let (mut rejected, mut taken) = (0, 0);
    for (result, (path, text)) in ask_thunderbird(&list)?.iter().zip(&documents) {
        let document = Document::read(0, text);
        let predicted = if document.broken.is_some() { None } else { read(&document, &mut Hits::new(&document)) };
        let body = text.split_once("<clientConfig").map_or(text.as_str(), |(_, body)| body);
        let what = format!("{}: {body}", path.file_name().unwrap_or_default().to_string_lossy());
        match (&predicted, result["ok"] == true) {
            (None, false) => rejected += 1,
            (None, true) => findings.check(false, || format!("{what}: taken, but a rejection was predicted")),
            (Some(_), false) => {
                findings.check(false, || format!("{what}: rejected, but not predicted: {}", result["error"]))
            }
            (Some(reading), true) => {
                taken += 1;
                compare(reading, &result["config"], &what, &mut findings);
            }
        }
    }
    findings.check(rejected > 50 && taken > 200, || format!("{rejected} rejected, {taken} taken: too few of one kind"));
    findings.finish("autoconfig", "Thunderbird against the rules of check --client", documents.len())
}

fn compare(reading: &Reading, config: &Value, what: &str, findings: &mut Findings) {
    let fill = |text: &str| Taken::filled(text, ADDRESS, NAME);
    findings.same(&format!("{what}: domains"), &config["domains"], &Value::from(reading.domains.clone()));
    findings.same(&format!("{what}: name"), text_of(&config["displayName"]), fill(&reading.name));
    for (direction, wanted) in [("incoming", &reading.incoming), ("outgoing", &reading.outgoing)] {
        let mut shown = vec![config[direction].clone()];
        shown.extend(config[format!("{direction}Alternatives")].as_array().cloned().unwrap_or_default());
        findings.same(&format!("{what}: {direction} servers"), shown.len(), wanted.len());
        for (n, (got, server)) in shown.iter().zip(wanted).enumerate() {
            let what = format!("{what}: {direction} {n}");
            // Placeholders of further outgoing servers stay as they are.
            let fill = |text: &str| if direction == "outgoing" && n > 0 { text.to_owned() } else { fill(text) };
            findings.same(&format!("{what}: type"), &got["type"], server.kind.as_str());
            findings.same(&format!("{what}: host"), text_of(&got["hostname"]), fill(&server.host));
            findings.same(&format!("{what}: port"), &got["port"], &server.port.map_or(Value::Null, Value::from));
            findings.same(&format!("{what}: socket"), &got["socketTypeName"], server.socket);
            findings.same(&format!("{what}: auth"), &got["authName"], server.auth);
            let username = server.username.as_deref().map_or(Value::Null, |u| fill(u).into());
            findings.same(&format!("{what}: username"), &got["username"], &username);
        }
    }
}
