//! The records that domains need, and answers of the DNS held against them. That real servers load them is for
//! `tests/clients/zones.rs`.

use std::collections::BTreeMap;

use mailwright::dns::compare::{self, Answer, State, Way};
use mailwright::dns::records::{Records, Srv, records};
use mailwright::dns::zone;
use mailwright::site::Site;

use crate::asking::serving;

fn first(site: &Site) -> Records {
    let found = site.domains().next().expect("a domain");
    records(site, &found).expect("records")
}

fn lines(records: &Records) -> Vec<String> {
    records.all().map(zone::line).collect()
}

/// The lines with a label, without the domain.
fn of(records: &Records, label: &str) -> Vec<String> {
    let start = format!("{label}.");
    lines(records)
        .iter()
        .filter(|l| l.starts_with(&start))
        .map(|l| l.split_once(" IN ").expect("a line").1.to_owned())
        .collect()
}

const URL: &str = "url: 'https://mail.host.example'";
const OWN: &str = "domains: [a.example], imap: imap.a.example, smtp: smtp.a.example";

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

/// What the DNS says, in the order of the questions; `None` is what should be there.
struct Dns {
    records: Records,
    answers: BTreeMap<String, Answer>,
    ways: BTreeMap<String, Way>,
}

impl Dns {
    fn good() -> Dns {
        let site = serving(
            &format!("{URL}, pacc: draft-03"),
            "domains: [a.example], imap: [imap.a.example, 'imap.a.example:143'], smtp: smtp.a.example, caldav: 'https://dav.a.example/cal/'",
        );
        let records = first(&site);
        let ip = |n: u8| vec![std::net::IpAddr::from([192, 0, 2, n])];
        let way = |n| Way { alias: None, addresses: ip(n), unsure: None };
        let ways = [("mail.host.example", 1), ("imap.a.example", 2), ("smtp.a.example", 3), ("dav.a.example", 4)];
        let ways = ways.into_iter().map(|(name, n)| (name.to_owned(), way(n))).collect();
        Dns { records, answers: BTreeMap::new(), ways }
    }

    /// Another answer for a label.
    fn with(mut self, label: &str, answer: Answer) -> Dns {
        self.answers.insert(format!("{label}.a.example"), answer);
        self
    }

    fn verdicts(&self) -> Vec<compare::Verdict> {
        let questions = compare::questions(&self.records);
        let answers: Vec<Answer> = questions
            .iter()
            .map(|q| {
                let mut srv = Vec::new();
                let mut txt = Vec::new();
                for record in self.records.all().filter(|r| r.name == q.name) {
                    match &record.data {
                        mailwright::dns::records::Data::Srv(s) => srv.push(s.clone()),
                        mailwright::dns::records::Data::Txt(t) => txt.push(vec![t.clone()]),
                        _ => {}
                    }
                }
                let kind = |answer: &Answer| match answer {
                    Answer::Way(_) => compare::Kind::Way,
                    Answer::Srv(_) => compare::Kind::Srv,
                    Answer::Txt(_) => compare::Kind::Txt,
                    Answer::Failed(_) => q.kind,
                };
                match (self.answers.get(&q.name).filter(|a| kind(a) == q.kind), q.kind) {
                    (Some(answer), _) => answer.clone(),
                    (None, compare::Kind::Way) => alias("mail.host.example", 1),
                    (None, compare::Kind::Srv) => Answer::Srv(srv),
                    (None, compare::Kind::Txt) => Answer::Txt(txt),
                }
            })
            .collect();
        compare::verdicts(&self.records, &questions, &answers, &self.ways)
    }

    /// The verdict for a label; all others have to be good.
    fn verdict(&self, label: &str) -> (State, String) {
        let name = format!("{label}.a.example");
        let mut of_it = None;
        for verdict in self.verdicts() {
            if verdict.name == name && (of_it.is_none() || verdict.state != State::Ok) {
                of_it = Some((verdict.state, verdict.because.clone()));
            } else if verdict.name != name {
                assert!(!verdict.state.is_finding(), "{verdict:?}");
            }
        }
        of_it.unwrap_or_else(|| panic!("{name} was not asked for"))
    }
}

fn alias(host: &str, n: u8) -> Answer {
    Answer::Way(Way { alias: Some(host.to_owned()), addresses: vec![[192, 0, 2, n].into()], unsure: None })
}

fn address(n: u8) -> Answer {
    Answer::Way(Way { alias: None, addresses: vec![[192, 0, 2, n].into()], unsure: None })
}

fn srv(all: &[(u16, u16, u16, &str)]) -> Answer {
    let one = |(priority, weight, port, target): &(u16, u16, u16, &str)| Srv {
        priority: *priority,
        weight: *weight,
        port: *port,
        target: (*target).to_owned(),
    };
    Answer::Srv(all.iter().map(one).collect())
}

fn txt(all: &[&[&str]]) -> Answer {
    Answer::Txt(all.iter().map(|strings| strings.iter().map(|s| (*s).to_owned()).collect()).collect())
}

#[test]
fn what_should_be_there_and_is_makes_no_finding() {
    let verdicts = Dns::good().verdicts();
    assert!(verdicts.iter().all(|v| v.state == State::Ok), "{verdicts:#?}");
    assert_eq!(verdicts.len(), 13);
}

/// modoboa/modoboa#3758 and others: what differs in form alone is no alarm.
#[test]
fn what_means_the_same_is_the_same() {
    for (label, answer) in [
        ("autoconfig", alias("Mail.Host.Example", 1)),
        // Address records, or an alias by another way, that lead to the same machine.
        ("autoconfig", address(1)),
        ("autodiscover", alias("cdn.example", 1)),
        ("_imaps._tcp", srv(&[(5, 0, 993, "IMAP.a.example")])),
        ("_imap._tcp", srv(&[(10, 7, 143, "imap.a.example")])),
        ("_caldavs._tcp", txt(&[&["txtvers=1", "path=/cal/"]])),
        ("_caldavs._tcp", txt(&[&["pa", "th=/cal/"], &["other"]])),
    ] {
        assert_eq!(Dns::good().with(label, answer.clone()).verdict(label).0, State::Ok, "{label} {answer:?}");
    }
    // A service that nobody mentions is not offered.
    assert_eq!(Dns::good().with("_pop3s._tcp", srv(&[])).verdict("_pop3s._tcp").0, State::Unsaid);
}

#[test]
fn a_digest_in_other_words_beside_another_is_the_same() {
    let good = Dns::good();
    let line = of(&good.records, "_ua-auto-config");
    let digest = line[0].split("d=").nth(1).expect("a digest").trim_end_matches('"').to_owned();
    let own = format!(" d = {digest} ;x=1; A=SHA256 ; v=uaac1");
    let (one, two) = own.split_at(20);
    let both = txt(&[&["v=UAAC1; a=sha256; d=b2xk"], &["v=spf1 -all"], &[one, two]]);
    assert_eq!(Dns::good().with("_ua-auto-config", both).verdict("_ua-auto-config").0, State::Ok);
    let old = txt(&[&["v=UAAC1; a=sha256; d=b2xk"]]);
    assert_eq!(Dns::good().with("_ua-auto-config", old).verdict("_ua-auto-config").0, State::Different);
    let none = txt(&[&["v=spf1 -all"]]);
    assert_eq!(Dns::good().with("_ua-auto-config", none).verdict("_ua-auto-config").0, State::Missing);
}

#[test]
fn what_is_missing_differs_or_leads_nowhere() {
    let nowhere = || Answer::Way(Way::default());
    for (label, answer, state, because) in [
        ("autoconfig", nowhere(), State::Missing, ""),
        ("autodiscover", address(9), State::Different, "another machine than mail.host.example"),
        (
            "autodiscover",
            alias("autodiscover.outlook.com", 9),
            State::Different,
            "it leads to autodiscover.outlook.com, not to",
        ),
        ("_autodiscover._tcp", srv(&[(0, 1, 8443, "mail.host.example")]), State::Different, ""),
        ("_imaps._tcp", srv(&[]), State::Missing, ""),
        ("_imaps._tcp", srv(&[(0, 0, 0, "")]), State::Different, ""),
        ("_imaps._tcp", srv(&[(0, 1, 993, "old.a.example")]), State::Different, ""),
        ("_imaps._tcp", srv(&[(0, 1, 993, "imap.a.example"), (5, 1, 993, "old.a.example")]), State::Different, ""),
        ("_imaps._tcp", srv(&[(20, 1, 993, "imap.a.example")]), State::Different, "the worse priority, 20"),
        ("_pop3s._tcp", srv(&[(0, 1, 995, "pop.a.example")]), State::Different, "the files offer no such service"),
        ("_caldavs._tcp", txt(&[&["path=/dav/"]]), State::Different, ""),
        ("_caldavs._tcp", txt(&[]), State::Missing, ""),
        ("_imaps._tcp", Answer::Failed("the server answers Server Failure".into()), State::Failed, "Server Failure"),
    ] {
        let (is, why) = Dns::good().with(label, answer.clone()).verdict(label);
        assert_eq!(is, state, "{label} {answer:?} {why}");
        assert!(why.contains(because), "{label}: {why}");
    }
    let mut dns = Dns::good();
    dns.ways.insert("imap.a.example".into(), Way::default());
    let dangling: Vec<_> = dns.verdicts().into_iter().filter(|v| v.state == State::Dangling).collect();
    assert_eq!(dangling.len(), 2, "{dangling:#?}");
    // Somebody else's server that does not answer us says nothing.
    dns.ways.insert("imap.a.example".into(), unanswered(None, &[]));
    assert!(dns.verdicts().iter().all(|v| v.state == State::Ok));
}

/// `autodiscover` was called dangling for the sake of a host that it does not even name.
#[test]
fn an_alias_of_somebody_elses_host_is_different_wherever_ours_leads() {
    for theirs in [Way::default(), unanswered(None, &[])] {
        let way = Way { alias: Some("autodiscover.outlook.com".into()), ..theirs };
        let mut dns = Dns::good().with("autodiscover", Answer::Way(way));
        dns.ways.insert("mail.host.example".into(), Way::default());
        let verdicts = dns.verdicts();
        let of = |label: &str| verdicts.iter().find(|v| v.name == format!("{label}.a.example")).expect(label);
        assert_eq!(of("autodiscover").state, State::Different);
        assert_eq!(of("autodiscover").because, "it leads to autodiscover.outlook.com, not to mail.host.example");
        // What does name it is dangling still.
        assert_eq!(of("autoconfig").state, State::Dangling);
    }
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

#[test]
fn what_is_against_the_rules() {
    for (label, answer, because) in [
        ("_submission._tcp", srv(&[(0, 1, 465, "smtp.a.example")]), "port 465 has TLS from the first byte"),
        ("_submission._tcp", srv(&[(0, 1, 25, "smtp.a.example")]), "port 25 is for mail between servers"),
        ("_submissions._tcp", srv(&[(0, 1, 587, "smtp.a.example")]), "port 587 begins in clear"),
        // Monogramm/autodiscover-email-settings#18.
        ("_imaps._tcp", srv(&[(0, 1, 995, "imap.a.example")]), "port 995 is for POP3, and _imaps is IMAP"),
        ("_imaps._tcp", srv(&[(0, 1, 993, "192.0.2.1")]), "an SRV record takes no address"),
    ] {
        let (is, why) = Dns::good().with(label, answer.clone()).verdict(label);
        assert_eq!(is, State::Forbidden, "{label} {answer:?} {why}");
        assert!(why.contains(because), "{label}: {why}");
    }
    let mut dns = Dns::good();
    dns.ways.insert(
        "smtp.a.example".into(),
        Way { alias: Some("mail.a.example".into()), addresses: vec![[192, 0, 2, 3].into()], unsure: None },
    );
    let (is, why) = dns.verdict("_submissions._tcp");
    assert_eq!(is, State::Forbidden);
    assert!(why.contains("smtp.a.example is an alias of mail.a.example"), "{why}");
}

/// The great leak of 2021: clients asked `autodiscover.` of a top-level domain.
#[test]
fn no_name_above_the_domain_is_asked_for() {
    let dns = Dns::good();
    for question in compare::questions(&dns.records) {
        assert!(question.name.ends_with(".a.example"), "{question:?}");
    }
    let hosts = compare::hosts(&dns.records, &[srv(&[(0, 0, 0, "")])]);
    assert_eq!(hosts, ["mail.host.example"]);
}

/// Addresses that nobody could be asked for.
fn unanswered(alias: Option<&str>, addresses: &[u8]) -> Way {
    let addresses = addresses.iter().map(|n| std::net::IpAddr::from([192, 0, 2, *n])).collect();
    Way { alias: alias.map(str::to_owned), addresses, unsure: Some("the server answers Server Failure".to_owned()) }
}

/// The verdict for `autoconfig` of a site's first domain.
fn autoconfig(serve: &str, way: &Way) -> (State, String) {
    let records = first(&serving(serve, OWN));
    let questions = compare::questions(&records);
    let answers: Vec<Answer> = questions.iter().map(|_| Answer::Way(way.clone())).collect();
    let verdicts = compare::verdicts(&records, &questions, &answers, &BTreeMap::new());
    let found = verdicts.into_iter().find(|v| v.name == "autoconfig.a.example").expect("a verdict");
    (found.state, found.because)
}

/// A and AAAA of `autoconfig` answered SERVFAIL: it was called ok, with nothing beside it.
#[test]
fn a_name_whose_addresses_nobody_told_is_a_failed_look_up() {
    for serve in ["organization: X", "url: 'https://192.0.2.7'", "url: 'https://[2001:db8::7]'"] {
        let (state, because) = autoconfig(serve, &unanswered(None, &[]));
        assert_eq!(state, State::Failed, "{serve}");
        assert!(because.contains("Server Failure"), "{because}");
        assert_eq!(autoconfig(serve, &Way::default()).0, State::Missing, "{serve}");
    }
    // One family answered, and the other may hold what is looked for.
    assert_eq!(autoconfig("organization: X", &unanswered(None, &[9])).0, State::Ok);
    assert_eq!(autoconfig("url: 'https://192.0.2.7'", &unanswered(None, &[7])).0, State::Ok);
    assert_eq!(autoconfig("url: 'https://192.0.2.7'", &unanswered(None, &[9])).0, State::Failed);
    assert_eq!(autoconfig("url: 'https://192.0.2.7'", &unanswered(Some("cdn.example"), &[])).0, State::Failed);
    let known = Way { addresses: vec![[192, 0, 2, 9].into()], ..Way::default() };
    assert_eq!(autoconfig("url: 'https://192.0.2.7'", &known).0, State::Different);
}

/// "It leads to another machine" was said where no address was known: of a name whose look-up failed, and of a right A
/// record, by a server that does not answer for the zone of `serve.url`.
#[test]
fn another_machine_is_said_only_where_all_addresses_are_known() {
    let failed = Dns::good().with("autoconfig", Answer::Way(unanswered(None, &[])));
    let (state, because) = failed.verdict("autoconfig");
    assert_eq!(state, State::Failed);
    assert!(because.contains("Server Failure"), "{because}");

    let mut elsewhere = Dns::good().with("autoconfig", address(1));
    elsewhere.ways.insert("mail.host.example".into(), unanswered(None, &[]));
    let (state, because) = elsewhere.verdict("autoconfig");
    assert_eq!(state, State::Failed);
    assert!(because.contains("mail.host.example") && because.contains("Server Failure"), "{because}");
    // One of the family that did not answer may be the same.
    elsewhere.ways.insert("mail.host.example".into(), unanswered(None, &[2]));
    assert_eq!(elsewhere.verdict("autoconfig").0, State::Failed);
    let half = Dns::good().with("autoconfig", Answer::Way(unanswered(None, &[9])));
    assert_eq!(half.verdict("autoconfig").0, State::Failed);
    // What is known to be the same is the same.
    elsewhere.ways.insert("mail.host.example".into(), unanswered(None, &[1]));
    assert_eq!(elsewhere.verdict("autoconfig").0, State::Ok);
}

/// `https://mail;h.example` became `CNAME mail;h.example.`, and `https://dav(;x.a.example/` a zone that does not load.
#[test]
fn a_host_in_a_url_is_one_that_a_zone_can_hold() {
    let problems = |serve: &str, own: &str| {
        let text = format!("serve: {{ {serve} }}\nproviders:\n  own: {{ {own} }}\n");
        let reading = mailwright::read_text("site.yaml", &text);
        reading.problems.into_iter().map(|p| format!("{p:?}")).collect::<Vec<_>>()
    };
    for host in ["mail;h.example", "dav(x.a.example", "a$b.example", "a_b.example", "-a.example", "a..example", "1.2.3.x"] {
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
    for fine in ["https://[2001:db8::7]", "https://192.0.2.7", "https://B\u{fc}cher.example", "https://a.example.:8443"] {
        assert_eq!(problems(&format!("url: '{fine}'"), &format!("{OWN}, caldav: '{fine}/'")), [""; 0], "{fine}");
    }
}
