//! The records that a domain needs, and none beside them.

use mailwright::dns::records::{Records, records};
use mailwright::dns::zone;

use super::{OWN, URL, first, lines, of};
use crate::asking::serving;

#[test]
fn a_domain_whole() {
    let site = serving(
        URL,
        "domains: [a.example], imap: imap.a.example, smtp: [smtp.a.example, 'smtp.a.example:587'], caldav: 'https://dav.a.example/cal/', carddav: 'https://dav.a.example:8443/'",
    );
    assert_eq!(
        lines(&first(&site)),
        [
            "autoconfig.a.example. IN CNAME mail.host.example.",
            "autodiscover.a.example. IN CNAME mail.host.example.",
            "_autodiscover._tcp.a.example. IN SRV 0 1 443 mail.host.example.",
            "_imaps._tcp.a.example. IN SRV 0 1 993 imap.a.example.",
            "_imap._tcp.a.example. IN SRV 0 0 0 .",
            "_pop3s._tcp.a.example. IN SRV 0 0 0 .",
            "_pop3._tcp.a.example. IN SRV 0 0 0 .",
            "_submissions._tcp.a.example. IN SRV 0 1 465 smtp.a.example.",
            "_submission._tcp.a.example. IN SRV 10 1 587 smtp.a.example.",
            "_caldavs._tcp.a.example. IN SRV 0 1 443 dav.a.example.",
            "_caldavs._tcp.a.example. IN TXT \"path=/cal/\"",
            "_carddavs._tcp.a.example. IN SRV 0 1 8443 dav.a.example.",
        ]
    );
}

/// elbakerino prints `_submission` with 465, wdes adds `_submission` with 25.
#[test]
fn a_label_has_only_ports_of_its_kind() {
    let site = serving(
        URL,
        "domains: [a.example], imap: i.a.example, pop3: { host: p.a.example, port: 1995, tls: implicit }, smtp: 's.a.example:25'",
    );
    let records = first(&site);
    assert_eq!(of(&records, "_pop3s._tcp"), ["SRV 0 1 1995 p.a.example."]);
    assert_eq!(of(&records, "_submission._tcp"), Vec::<String>::new());
    assert_eq!(records.notes.len(), 1, "{:?}", records.notes);
    assert!(records.notes[0].contains("mail between servers"));
}

#[test]
fn starttls_stands_under_its_own_label_with_no_better_one_above() {
    let site = serving(
        URL,
        "domains: [a.example], imap: 'i.a.example:143', smtp: ['s.a.example:587', { host: s.a.example, port: 2525, tls: starttls }]",
    );
    let records = first(&site);
    assert_eq!(of(&records, "_imaps._tcp"), ["SRV 0 0 0 ."]);
    assert_eq!(of(&records, "_imap._tcp"), ["SRV 0 1 143 i.a.example."]);
    assert_eq!(of(&records, "_submission._tcp"), ["SRV 0 1 587 s.a.example.", "SRV 10 1 2525 s.a.example."]);
}

#[test]
fn what_srv_cannot_name_is_neither_named_nor_denied() {
    let site = serving(
        URL,
        "domains: [a.example], imap: 192.0.2.7, pop3: '[2001:db8::7]:995', smtp: { host: 127.0.0.1, port: 1587, tls: none }, caldav: 'https://192.0.2.7/cal/', carddav: 'http://127.0.0.1:8080/'",
    );
    let records = first(&site);
    for label in ["_imaps", "_pop3s", "_submissions", "_submission", "_caldavs", "_carddavs", "_caldav", "_carddav"] {
        assert_eq!(of(&records, &format!("{label}._tcp")), Vec::<String>::new(), "{label}");
    }
    assert_eq!(of(&records, "_imap._tcp"), ["SRV 0 0 0 ."]);
    assert_eq!(records.notes.len(), 4, "{:?}", records.notes);
}

#[test]
fn where_the_server_is() {
    for (serve, autoconfig, autodiscover, service, notes) in [
        // Nothing is known: one address is to be filled in, the rest follows from it.
        ("organization: X", "A ADDRESS", "CNAME autoconfig.a.example.", "SRV 0 1 443 autoconfig.a.example.", 1),
        (URL, "CNAME mail.host.example.", "CNAME mail.host.example.", "SRV 0 1 443 mail.host.example.", 0),
        // The server's own name is no alias of itself.
        (
            "url: 'https://autoconfig.a.example'",
            "A ADDRESS",
            "CNAME autoconfig.a.example.",
            "SRV 0 1 443 autoconfig.a.example.",
            0,
        ),
        (
            "url: 'https://autodiscover.a.example/'",
            "CNAME autodiscover.a.example.",
            "A ADDRESS",
            "SRV 0 1 443 autodiscover.a.example.",
            0,
        ),
        ("url: 'https://192.0.2.7'", "A 192.0.2.7", "A 192.0.2.7", "SRV 0 1 443 autoconfig.a.example.", 0),
        (
            "url: 'https://[2001:db8::7]:8443'",
            "AAAA 2001:db8::7",
            "AAAA 2001:db8::7",
            "SRV 0 1 8443 autoconfig.a.example.",
            1,
        ),
        (
            "url: 'http://127.0.0.1:8080'",
            "A ADDRESS",
            "CNAME autoconfig.a.example.",
            "SRV 0 1 443 autoconfig.a.example.",
            2,
        ),
        (
            "url: 'https://B\u{fc}cher.example'",
            "CNAME xn--bcher-kva.example.",
            "CNAME xn--bcher-kva.example.",
            "SRV 0 1 443 xn--bcher-kva.example.",
            0,
        ),
    ] {
        let records = first(&serving(serve, OWN));
        assert_eq!(of(&records, "autoconfig"), [autoconfig], "{serve}");
        assert_eq!(of(&records, "autodiscover"), [autodiscover], "{serve}");
        assert_eq!(of(&records, "_autodiscover._tcp"), [service], "{serve}");
        assert_eq!(records.notes.len(), notes, "{serve}: {:?}", records.notes);
    }
}

#[test]
fn names_are_a_labels_and_a_wildcard_has_none() {
    let site = serving(
        URL,
        "domains: ['B\u{fc}cher.example', '*.w.example'], imap: 'Imap.M\u{fc}ller.example', smtp: s.example",
    );
    let all: Vec<Option<Records>> = site.domains().map(|found| records(&site, &found)).collect();
    let first = all[0].as_ref().expect("records");
    assert_eq!(first.domain, "xn--bcher-kva.example");
    assert_eq!(of(first, "_imaps._tcp"), ["SRV 0 1 993 imap.xn--mller-kva.example."]);
    assert!(lines(first).iter().all(|l| l.is_ascii()));
    assert!(all[1].is_none());
}

#[test]
fn names_that_would_be_too_long_are_left_out() {
    let domain = format!("{0}.{0}.{0}.{1}.example", "x".repeat(60), "y".repeat(56));
    let site =
        serving(&format!("{URL}, pacc: draft-03"), &format!("domains: [{domain}], imap: i.example, smtp: s.example"));
    let records = first(&site);
    assert!(records.all().all(|r| r.name.len() <= 253));
    assert!(records.notes.iter().any(|n| n.contains("longer than a name may be")), "{:?}", records.notes);
}

#[test]
fn pacc_is_vouched_for_by_the_digest_of_the_bytes_that_are_served() {
    use base64::Engine as _;
    let site = serving(&format!("{URL}, pacc: draft-03"), OWN);
    let question = mailwright::site::Question::get("ua-auto-config.a.example", mailwright::site::route::PACC, "");
    let body = site.ask(&question).body;
    let digest = base64::engine::general_purpose::STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, &body));
    let records = first(&site);
    assert_eq!(of(&records, "_ua-auto-config"), [format!("TXT \"v=UAAC1; a=sha256; d={digest}\"")]);
    assert_eq!(of(&records, "ua-auto-config"), ["CNAME mail.host.example."]);
    // Without a document there is nothing to vouch for, and it is said why.
    let site =
        serving(&format!("{URL}, pacc: draft-03"), "domains: [a.example], imap: i.example, smtp: 's.example:587'");
    let records = first(&site);
    assert_eq!(of(&records, "ua-auto-config"), Vec::<String>::new());
    assert!(records.notes[0].starts_with("PACC is not published: submission is s.example:587"), "{:?}", records.notes);
}

#[test]
fn autodiscover_that_could_only_answer_with_an_error_has_no_records() {
    let label = |records: &Records| lines(records).iter().filter(|l| l.contains("autodiscover")).count();
    let can = first(&serving(URL, OWN));
    assert_eq!((label(&can), can.notes.len()), (2, 0));
    for own in [
        "domains: [a.example], auth: [oauth2], imap: imap.a.example, smtp: smtp.a.example",
        "domains: [a.example], imap: imap.a.example",
        "domains: [a.example], imap: { host: imap.a.example, auth: scram-sha-256 }, smtp: smtp.a.example",
    ] {
        let cannot = first(&serving(URL, own));
        assert_eq!(label(&cannot), 0, "{own}");
        assert!(cannot.notes.iter().any(|n| n.contains("Autodiscover can answer nothing but an error")), "{own}");
        assert!(!of(&cannot, "_imaps._tcp").is_empty());
    }
}

/// Whose zone the server's own name lies in has to give it an address.
#[test]
fn the_servers_own_name_in_one_of_the_zones_is_remembered() {
    let own = "domains: [a.example, b.a.example, c.example], imap: i.a.example, smtp: s.a.example";
    let remembered = |url: &str| -> Vec<String> {
        let site = serving(&format!("url: 'https://{url}'"), own);
        let all = site.domains().filter_map(|found| records(&site, &found));
        all.filter(|r| r.all().any(|r| r.name == url)).map(|r| r.domain).collect()
    };
    assert_eq!(remembered("setup.a.example"), ["a.example"]);
    assert_eq!(remembered("a.example"), ["a.example"]);
    // In the nearest zone, and once.
    assert_eq!(remembered("x.b.a.example"), ["b.a.example"]);
    assert_eq!(remembered("autoconfig.c.example"), ["c.example"]);
    assert_eq!(remembered("mail.host.example"), Vec::<String>::new());
    let site = serving("url: 'https://setup.a.example'", own);
    let mut text = Vec::new();
    zone::write(&first(&site), &mut text).expect("written");
    let text = String::from_utf8(text).expect("UTF-8");
    assert!(text.contains("\n; setup.a.example. IN A ADDRESS  <- put the address"), "{text}");
    assert_eq!(of(&first(&serving("url: 'https://autoconfig.a.example'", own)), "autoconfig").len(), 1);
}

/// `https://mail;h.example` became `CNAME mail;h.example.`, and `https://dav(;x.a.example/` a zone that does not load.
#[test]
fn a_host_in_a_url_is_one_that_a_zone_can_hold() {
    let problems = |serve: &str, own: &str| {
        let text = format!("serve: {{ {serve} }}\nproviders:\n  own: {{ {own} }}\n");
        let reading = mailwright::read_text("site.yaml", &text);
        reading.problems.into_iter().map(|p| format!("{p:?}")).collect::<Vec<_>>()
    };
    for host in
        ["mail;h.example", "dav(x.a.example", "a$b.example", "a_b.example", "-a.example", "a..example", "1.2.3.x"]
    {
        let host_only = format!("https://{host}");
        let all = problems(&format!("url: '{host_only}'"), OWN);
        let bad = host != "1.2.3.x";
        assert_eq!(all.len(), usize::from(bad), "{host}: {all:?}");
        for key in ["caldav", "carddav"] {
            let all = problems("organization: X", &format!("{OWN}, {key}: '{host_only}/dav/'"));
            assert_eq!(all.len(), usize::from(bad), "{key} {host}: {all:?}");
            for problem in &all {
                assert!(problem.contains("no-url") && problem.contains("host"), "{problem}");
            }
        }
    }
    for fine in ["https://[2001:db8::7]", "https://192.0.2.7", "https://B\u{fc}cher.example", "https://a.example.:8443"]
    {
        assert_eq!(problems(&format!("url: '{fine}'"), &format!("{OWN}, caldav: '{fine}/'")), [""; 0], "{fine}");
    }
}

/// "Thunderbird looks for autoconfig here" was said of domains that only send or only receive, which no program is told
/// anything about; `serve --check` passed them in silence.
#[test]
fn a_domain_that_programs_are_told_nothing_about_has_no_record_for_looking_it_up() {
    for service in
        ["imap: imap.a.example", "smtp: smtp.a.example", "imap: imap.a.example, smtp: smtp.a.example, auth: [oauth2]"]
    {
        for serve in [URL, ""] {
            let site = serving(serve, &format!("domains: [a.example, b.example], {service}"));
            let records = first(&site);
            let all = lines(&records);
            assert!(!all.iter().any(|l| l.contains("autoconfig") || l.contains("autodiscover")), "{service}: {all:?}");
            assert!(all.iter().any(|l| l.contains("_tcp.a.example")), "{service}: {all:?}");
            assert!(records.notes.iter().any(|n| n.contains("no autoconfig document")), "{:?}", records.notes);
            let advice = site.advice();
            let said: Vec<_> = advice.iter().filter(|p| p.code == "no-answer").map(|p| p.message.as_str()).collect();
            assert_eq!(said, ["mail programs that look up a.example and 1 more are told nothing"], "{service}");
        }
    }
    // A wildcard alone is a domain, too; one that is answered for is not warned of.
    let wild = serving(URL, "domains: ['*.a.example'], smtp: smtp.a.example");
    assert!(wild.advice().iter().any(|p| p.code == "no-answer"));
    for fine in [OWN, "domains: ['*.a.example'], imap: imap.a.example, smtp: smtp.a.example"] {
        assert!(serving(URL, fine).advice().is_empty(), "{fine}");
    }
    // The server's own name stays, if it lies there.
    let site = serving("url: 'https://mail.a.example'", "domains: [a.example], smtp: smtp.a.example");
    assert!(first(&site).all().any(|r| r.name == "mail.a.example"));
}
