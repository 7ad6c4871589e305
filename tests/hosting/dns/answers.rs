//! The DNS as it should be for a domain, with other answers in places.

use std::collections::BTreeMap;

use mailwright::dns::compare::{self, Answer, State, Way};
use mailwright::dns::records::{Records, Srv};

use super::{URL, first};
use crate::asking::serving;

/// What the DNS says, in the order of the questions; `None` is what should be there.
pub struct Dns {
    pub records: Records,
    answers: BTreeMap<String, Answer>,
    pub ways: BTreeMap<String, Way>,
}

impl Dns {
    pub fn good() -> Dns {
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
    pub fn with(mut self, label: &str, answer: Answer) -> Dns {
        self.answers.insert(format!("{label}.a.example"), answer);
        self
    }

    pub fn verdicts(&self) -> Vec<compare::Verdict> {
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
    pub fn verdict(&self, label: &str) -> (State, String) {
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

pub fn alias(host: &str, n: u8) -> Answer {
    Answer::Way(Way { alias: Some(host.to_owned()), addresses: vec![[192, 0, 2, n].into()], unsure: None })
}

pub fn address(n: u8) -> Answer {
    Answer::Way(Way { alias: None, addresses: vec![[192, 0, 2, n].into()], unsure: None })
}

pub fn srv(all: &[(u16, u16, u16, &str)]) -> Answer {
    let one = |(priority, weight, port, target): &(u16, u16, u16, &str)| Srv {
        priority: *priority,
        weight: *weight,
        port: *port,
        target: (*target).to_owned(),
    };
    Answer::Srv(all.iter().map(one).collect())
}

pub fn txt(all: &[&[&str]]) -> Answer {
    Answer::Txt(all.iter().map(|strings| strings.iter().map(|s| (*s).to_owned()).collect()).collect())
}

/// Addresses that nobody could be asked for.
pub fn unanswered(alias: Option<&str>, addresses: &[u8]) -> Way {
    let addresses = addresses.iter().map(|n| std::net::IpAddr::from([192, 0, 2, *n])).collect();
    Way { alias: alias.map(str::to_owned), addresses, unsure: Some("the server answers Server Failure".to_owned()) }
}
