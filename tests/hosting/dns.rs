//! The records that domains need, and answers of the DNS held against them. That real servers load them is for
//! `tests/clients/zones.rs`.

mod answers;
mod records;

use std::collections::BTreeMap;

use mailwright::dns::compare::{self, Answer, State, Way};
use mailwright::dns::records::{Records, records};
use mailwright::dns::zone;
use mailwright::site::Site;

use self::answers::{Dns, address, alias, srv, txt, unanswered};
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
