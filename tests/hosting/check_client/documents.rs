//! Documents: what breaks a rule and what comes near, where findings point to, and what no stranger's document may do.

use std::collections::BTreeSet;

use mailwright::clients::document::Document;
use mailwright::clients::{Client, Effect, are_bad, examine};

use super::{GOOD, found};

const SECOND_IMAP: &str = "</incomingServer>\n<incomingServer type=\"imap\"><hostname>imap2.example.org</hostname><port>993</port><socketType>SSL</socketType><authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></incomingServer>";
const POP3: &str = "<incomingServer type=\"pop3\"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType><authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></incomingServer>\n<incomingServer type=\"imap\">";

/// A rule, what is replaced in [`GOOD`] by what to break it, and by what to come near without breaking it.
pub type Case = (Option<Client>, &'static str, &'static str, &'static str, &'static str);

/// The rules about documents.
pub const CASES: &[Case] = {
    const ALL: Option<Client> = None;
    const TB: Option<Client> = Some(Client::Thunderbird);
    const K9: Option<Client> = Some(Client::K9);
    const FE: Option<Client> = Some(Client::FairEmail);
    const DC: Option<Client> = Some(Client::DeltaChat);
    const KM: Option<Client> = Some(Client::KMail);
    const GE: Option<Client> = Some(Client::Geary);
    const EV: Option<Client> = Some(Client::Evolution);
    const OL: Option<Client> = Some(Client::Outlook);
    const HOST: &str = "<hostname>imap.example.org</hostname>";
    const SMTP_HOST: &str = "<hostname>smtp.example.org</hostname>";
    const PORT: &str = "<port>993</port>";
    const SMTP_PORT: &str = "<port>587</port>";
    const SOCKET: &str = "<socketType>SSL</socketType>";
    const AUTH: &str = "<authentication>password-cleartext</authentication>";
    const USER: &str = "<username>%EMAILADDRESS%</username>";
    const IMAP: &str = "<incomingServer type=\"imap\">";
    const SMTP: &str = "<outgoingServer type=\"smtp\">";
    const DOMAIN: &str = "<domain>example.org</domain>";
    const ID: &str = "id=\"example.org\"";
    const OAUTH2: &str = "<authentication>OAuth2</authentication>";
    const OAUTH2_TOO: &str =
        "<authentication>OAuth2</authentication><authentication>password-cleartext</authentication>";
    const PADDED_USER: &str = "<username> %EMAILADDRESS% </username>";
    const PADDED_HOST: &str = "<hostname> imap.example.org\n</hostname>";
    const PADDED_SOCKET: &str = "<socketType> SSL </socketType>";
    const REFERENCE: &str = "<username>a&amp;b</username>";
    const JMAP: &str = "<incomingServer type=\"jmap\"><url>https://jmap.example.org/</url></incomingServer><incomingServer type=\"imap\">";
    const UPPER: &str = "<incomingServer type=\"IMAP\">";
    const NEW_NAME: &str = "<incomingServer type=\"imap\"><!-- -->";
    &[
        (ALL, "malformed", "</emailProvider>", "", "<!-- -->\n  </emailProvider>"),
        (ALL, "malformed", "<domain>", "<domain>&nbsp;", "<domain>&#65;"),
        (ALL, "byte-order-mark", "<?xml", "\u{feff}<?xml", "<?xml"),
        (
            ALL,
            "doctype",
            "<clientConfig version",
            "<!DOCTYPE clientConfig><clientConfig version",
            "<!-- DOCTYPE --><clientConfig version",
        ),
        (ALL, "placeholder-open", USER, "<username>%EMAILADDRESS</username>", "<username>100%</username>"),
        (
            ALL,
            "placeholder-unknown",
            USER,
            "<username>%EMAIL%</username>",
            "<username>%EMAILLOCALPART%.%EMAILDOMAIN%</username>",
        ),
        (
            ALL,
            "placeholder-unknown",
            HOST,
            "<hostname>%HOST%.example.org</hostname>",
            "<hostname>imap.%EMAILDOMAIN%</hostname>",
        ),
        (ALL, "port-against-socket", SMTP_PORT, "<port>465</port>", "<port>2587</port>"),
        (ALL, "port-against-socket", PORT, "<port>143</port>", "<port>1993</port>"),
        (ALL, "port-against-protocol", PORT, "<port>587</port>", "<port>5870</port>"),
        (ALL, "port-against-protocol", PORT, "<port>995</port>", "<port>993</port>"),
        (ALL, "port-slip", SMTP_PORT, "<port>586</port>", "<port>588888</port>"),
        (ALL, "no-tls", SOCKET, "<socketType>plain</socketType>", SOCKET),
        (
            ALL,
            "password-published",
            HOST,
            "<hostname>imap.example.org</hostname><password>x</password>",
            "<hostname>imap.example.org</hostname><password/>",
        ),
        (
            ALL,
            "authentication-alias",
            AUTH,
            "<authentication>plain</authentication>",
            "<authentication>password-encrypted</authentication>",
        ),
        (ALL, "no-autoconfig", "<clientConfig version=\"1.1\">", "<html>", "<clientConfig version=\"1.2\">"),
        (TB, "no-provider", "clientConfig", "c:clientConfig", "clientConfig"),
        (TB, "no-provider", "emailProvider", "EmailProvider", "emailProvider"),
        (TB, "provider-id", ID, "id=\"example_org\"", "id=\" Example.ORG \""),
        (TB, "no-domain", DOMAIN, "", "<domain>xn--bcher-kva.example</domain>"),
        (
            TB,
            "domain",
            DOMAIN,
            "<domain>example.org</domain><domain>a_b</domain>",
            "<domain>example.org</domain><domain>b.example</domain>",
        ),
        (
            TB,
            "display-name",
            "<displayName>Example</displayName>",
            "<displayName lang=\"en\">Example</displayName>",
            "<displayName>Example &amp; Co</displayName>",
        ),
        (
            TB,
            "second-provider",
            "</emailProvider>",
            "</emailProvider><emailProvider id=\"b.example\"/>",
            "</emailProvider><webMail/>",
        ),
        (
            TB,
            "no-incoming",
            SOCKET,
            "<socketType>TLS</socketType>",
            "<socketType>TLS</socketType><socketType>SSL</socketType>",
        ),
        (TB, "no-outgoing", SMTP, "<outgoingServer type=\"SMTP\">", SMTP),
        (TB, "server-type", IMAP, UPPER, NEW_NAME),
        (TB, "other-type", IMAP, JMAP, POP3),
        (TB, "hostname", HOST, "<hostname>mail_1.example.org</hostname>", PADDED_HOST),
        (TB, "port", PORT, "<port>99999</port>", "<port> 993 </port>"),
        (TB, "port-missing", PORT, "", PORT),
        (TB, "socket-type", SOCKET, PADDED_SOCKET, "<socketType>plain</socketType>"),
        (
            TB,
            "authentication",
            AUTH,
            "<authentication>SCRAM-SHA-256</authentication>",
            "<authentication>secure</authentication>",
        ),
        (TB, "oauth2-host", AUTH, OAUTH2, OAUTH2_TOO),
        (TB, "oauth2-passed-over", AUTH, OAUTH2_TOO, AUTH),
        (TB, "username-missing", USER, "", USER),
        (TB, "username-coerced", USER, "<username>00123</username>", "<username>a00123</username>"),
        (TB, "username-coerced", USER, "<username/>", "<username>TRUEE</username>"),
        (TB, "username-padded", USER, PADDED_USER, "<username>a b</username>"),
        (TB, "further-server", "</incomingServer>", SECOND_IMAP, "</incomingServer><incomingServer type=\"jmap\"/>"),
        (
            TB,
            "global-server",
            HOST,
            "<hostname>imap.example.org</hostname><useGlobalPreferredServer>true</useGlobalPreferredServer>",
            "<hostname>imap.example.org</hostname><useGlobalPreferredServer>false</useGlobalPreferredServer>",
        ),
        (K9, "no-provider", "clientConfig", "c:clientConfig", "clientConfig"),
        (K9, "provider-id", ID, "", "id=\"192.0.2.1\""),
        (K9, "no-domain", DOMAIN, "<domain>a_b</domain>", "<domain>a_b</domain><domain>b.example</domain>"),
        (K9, "element-in-text", PORT, "<port>993<b/></port>", "<port><!-- -->993</port>"),
        (K9, "hostname", HOST, PADDED_HOST, "<hostname>imap.%EMAILDOMAIN%</hostname>"),
        (K9, "hostname", HOST, "", HOST),
        (K9, "port", PORT, "<port> 993</port>", "<port>1993</port>"),
        (K9, "username-missing", USER, "", "<username>me</username>"),
        (K9, "socket-type", SOCKET, "<socketType>plain</socketType>", "<socketType>STARTTLS</socketType>"),
        (
            K9,
            "authentication",
            AUTH,
            "<authentication>plain</authentication>",
            "<authentication>NTLM</authentication><authentication>password-encrypted</authentication>",
        ),
        (K9, "no-incoming", IMAP, "<incomingServer type=\"pop3\">", POP3),
        (K9, "no-outgoing", SMTP, "<outgoingServer type=\"ews\">", SMTP),
        (K9, "server-type", IMAP, "<incomingServer type=\"pop\"/><incomingServer type=\"imap\">", POP3),
        (K9, "other-type", IMAP, POP3, NEW_NAME),
        (K9, "oauth2-host", AUTH, OAUTH2, OAUTH2_TOO),
        (K9, "username-padded", USER, PADDED_USER, "<username>a b</username>"),
        (K9, "further-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (FE, "incomplete", SMTP_HOST, "", SMTP_HOST),
        (FE, "incomplete", IMAP, "<incomingServer type=\"pop3\">", POP3),
        (FE, "port", PORT, "<port> 993 </port>", "<port>1993</port>"),
        (FE, "last-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (
            FE,
            "order",
            "<port>993</port>\n      <socketType>SSL</socketType>",
            "<socketType>STARTTLS</socketType><port>1143</port>",
            "<socketType>SSL</socketType><port>993</port>",
        ),
        (FE, "socket-type", SOCKET, "<socketType>plain</socketType>", "<socketType>STARTTLS</socketType>"),
        (FE, "hostname-padded", HOST, PADDED_HOST, HOST),
        (FE, "hostname-placeholder", HOST, "<hostname>imap.%EMAILDOMAIN%</hostname>", HOST),
        (FE, "username-literal", "%EMAILADDRESS%", "%EMAILLOCALPART%@%EMAILDOMAIN%", "%EMAILLOCALPART%"),
        (FE, "username-differs", USER, "<username>%EMAILLOCALPART%</username>", USER),
        (
            FE,
            "username-differs",
            "</clientConfig>",
            "<webMail><loginPageInfo><username>%EMAILLOCALPART%</username></loginPageInfo></webMail></clientConfig>",
            "<webMail><loginPageInfo><username>%EMAILADDRESS%</username></loginPageInfo></webMail></clientConfig>",
        ),
        (FE, "oauth2-only", AUTH, OAUTH2, OAUTH2_TOO),
        (FE, "other-type", IMAP, POP3, NEW_NAME),
        (DC, "incomplete-server", USER, "", "<USERNAME>me</USERNAME>"),
        (DC, "no-server", SMTP_PORT, "", SMTP_PORT),
        (DC, "port", PORT, "<port>imaps</port>", "<port> 993 </port>"),
        (DC, "socket-type", SOCKET, "<socketType>TLS</socketType>", "<socketType> ssl </socketType>"),
        (DC, "reference", USER, REFERENCE, "<username>ab</username>"),
        (DC, "reference", USER, "<username><![CDATA[ab]]></username>", "<username>ab</username>"),
        (DC, "repeated", PORT, "<port>993</port><port>143</port>", "<port>993</port><port>993</port>"),
        (DC, "oauth2-only", AUTH, OAUTH2, OAUTH2_TOO),
        (DC, "other-type", IMAP, POP3, NEW_NAME),
        (KM, "no-provider", "emailProvider", "EmailProvider", "emailProvider"),
        (KM, "no-server", SMTP_PORT, "", SMTP_PORT),
        (KM, "port-missing", PORT, "", PORT),
        (KM, "port", PORT, "<port>imaps</port>", "<port> 993 </port>"),
        (KM, "server-type", IMAP, UPPER, NEW_NAME),
        (KM, "other-type", IMAP, JMAP, POP3),
        (KM, "socket-type", SOCKET, PADDED_SOCKET, "<socketType>plain</socketType>"),
        (
            KM,
            "authentication",
            AUTH,
            "<authentication>TLS-client-cert</authentication>",
            "<authentication>client-ip-based</authentication>",
        ),
        (KM, "oauth2-smtp", AUTH, OAUTH2_TOO, AUTH),
        (KM, "padded", HOST, PADDED_HOST, HOST),
        (KM, "repeated", PORT, "<port>143</port><port>993</port>", PORT),
        (GE, "first-server", IMAP, POP3, NEW_NAME),
        (GE, "socket-type", SOCKET, "<socketType>ssl</socketType>", "<socketType>STARTTLS</socketType>"),
        (GE, "incomplete-server", HOST, "", HOST),
        (GE, "padded", HOST, PADDED_HOST, HOST),
        (GE, "hostname-placeholder", HOST, "<hostname>imap.%EMAILDOMAIN%</hostname>", HOST),
        (GE, "username-ignored", USER, "<username>%EMAILLOCALPART%</username>", PADDED_USER),
        (GE, "further-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (EV, "server-attributes", IMAP, "<incomingServer type=\"imap\" lang=\"en\">", NEW_NAME),
        (EV, "server-attributes", IMAP, "<incomingServer>", NEW_NAME),
        (EV, "last-server", "</incomingServer>", SECOND_IMAP, "</incomingServer>"),
        (EV, "socket-type", SOCKET, PADDED_SOCKET, "<socketType>plain</socketType>"),
        (EV, "port", PORT, "<port>imaps</port>", "<port> 993 or so</port>"),
        (EV, "hostname-missing", HOST, "", HOST),
        (EV, "padded", HOST, PADDED_HOST, HOST),
        (EV, "cdata", USER, "<username><![CDATA[me]]></username>", REFERENCE),
        (EV, "authentication", AUTH, OAUTH2, OAUTH2_TOO),
        (EV, "no-server", SMTP, "<outgoingServer type=\"ews\">", SMTP),
        (EV, "other-type", IMAP, JMAP, POP3),
        (OL, "not-read", "Example", "Sample", ""),
    ]
};

#[test]
fn a_good_document_is_read_by_all_as_published() {
    assert_eq!(found(GOOD), BTreeSet::from([(Some(Client::Outlook), "not-read")]));
}

#[test]
fn every_rule_bites_where_it_should_and_not_beside() {
    let mut wrong = Vec::new();
    for (client, code, what, bad, near) in CASES {
        assert!(GOOD.contains(what), "{what}");
        // In a name every occurrence, else the first.
        let times = if what.starts_with('<') { 1 } else { usize::MAX };
        let replaced = |by: &str| {
            if times == 1 && *code != "oauth2-smtp" { GOOD.replacen(what, by, 1) } else { GOOD.replace(what, by) }
        };
        if !found(&replaced(bad)).contains(&(*client, *code)) {
            wrong.push(format!("{client:?} {code}: `{bad}` is not found: {:?}", found(&replaced(bad))));
        }
        if near != &"" && found(&replaced(near)).contains(&(*client, *code)) {
            wrong.push(format!("{client:?} {code}: `{near}` is found"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rejections_and_skips_are_bad_misreadings_and_notes_are_not() {
    let bad = |text: &str| are_bad(&examine(&Document::read(0, text), Client::ALL));
    assert!(!bad(GOOD));
    assert!(bad(&GOOD.replace("SSL", "plain")));
    assert!(!bad(&GOOD.replace("%EMAILADDRESS%", "%EMAILLOCALPART%")));
    assert!(bad("<html>"));
}

/// A web page in the document's stead is one finding, well-formed or not.
#[test]
fn what_is_no_autoconfig_document_is_said_once() {
    let pages = [
        "<!DOCTYPE html><html><head><meta charset=utf-8></head><body>Not found<br></body></html>",
        "<html><head/><body>Hello</body></html>",
        "\u{feff} <!doctype HTML><p>x",
        "<Autodiscover><Response/></Autodiscover>",
        "<feed/>",
    ];
    for text in pages {
        assert_eq!(found(text), BTreeSet::from([(None, "no-autoconfig")]), "{text}");
    }
    // What wants to be one is told what is wrong in it.
    for text in [GOOD.replace("clientConfig", "c:clientConfig"), GOOD.replace("clientConfig", "html")] {
        assert!(!found(&text).contains(&(None, "no-autoconfig")) || text.contains("<html"), "{text}");
    }
}

/// The worst comes first, and each finding points at its line.
#[test]
fn findings_have_places() {
    let text = GOOD.replace("<socketType>SSL", "<socketType>plain");
    let document = Document::read(0, &text);
    let findings = examine(&document, &[Client::K9]);
    let k9: Vec<_> = findings.iter().filter(|f| f.client == Some(Client::K9)).collect();
    assert_eq!(k9[0].effect(), Effect::Rejects);
    assert_eq!(k9[0].server.as_deref(), Some("imap imap.example.org:993"));
    let place = k9[0].place.expect("a place");
    assert_eq!(&text[place.start as usize..place.end as usize], "<socketType>plain</socketType>");
}

/// Nothing that a stranger writes makes the reader fall.
#[test]
fn hostile_documents() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><clientConfig>&b;</clientConfig>";
    for text in [
        deep.as_str(),
        bomb,
        "",
        "<",
        "<a",
        "<a b",
        "<a b=",
        "</a>",
        "<a/><b/>",
        "\u{feff}",
        "&#0;",
        "<a>&#xFFFFFFFF;</a>",
        "<a>\u{0}</a>",
        "<clientConfig><emailProvider><incomingServer/></emailProvider></clientConfig>",
        "<?xml?>",
        "<![CDATA[",
        "<!--",
        "<a><!-- -- --></a>",
    ] {
        let document = Document::read(0, text);
        examine(&document, Client::ALL);
    }
    assert!(Document::read(0, &deep).broken.is_some());
    // Cut anywhere, and anything put anywhere.
    for end in GOOD.char_indices().map(|(i, _)| i) {
        let document = Document::read(0, &GOOD[..end]);
        assert!(document.broken.is_some() || end + 2 > GOOD.len(), "{end}");
        examine(&document, Client::ALL);
        for by in ["<", "&", "\"", "]]>", "\u{fffe}", "<x>", "-->"] {
            examine(&Document::read(0, &format!("{}{by}{}", &GOOD[..end], &GOOD[end..])), Client::ALL);
        }
    }
}

/// A document that has every program send the password in the clear was called a misreading, and the exit code was 0.
#[test]
fn what_costs_a_password_is_bad_and_what_is_misread_is_not() {
    let plain = |port: &str, text: &str| {
        text.replace("<port>993</port>", &format!("<port>{port}</port>"))
            .replace("<socketType>SSL", "<socketType>plain")
    };
    let bad = |text: &str, client| are_bad(&examine(&Document::read(0, text), &[client]));
    for client in [Client::Thunderbird, Client::FairEmail, Client::DeltaChat, Client::Evolution] {
        assert!(!bad(GOOD, client) && bad(&plain("143", GOOD), client), "{client:?}");
        assert!(bad(&GOOD.replace("</hostname>", "</hostname><password>x</password>"), client), "{client:?}");
    }
    // Geary and Evolution speak in the clear where they do not know the word.
    let odd = GOOD.replace("<socketType>SSL", "<socketType>ssl");
    assert!(bad(&odd, Client::Geary) && bad(&odd, Client::Evolution) && !bad(&odd, Client::KMail));
    let findings = examine(&Document::read(0, &plain("143", GOOD)), &[Client::Thunderbird]);
    assert_eq!(findings[0].effect().word(), "exposes");
}
