//! Answers of the DNS held against the records that a domain needs, by what they mean: the order of records, the case of
//! names, the cutting of texts and weights among single records do not count, an alias and address records that lead to
//! the same machine are the same, and a service that is not mentioned is not offered.
//!
//! Pure: [`questions`] says what is to be asked, [`verdicts`] judges what came back.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::records::{Data, LABELS, Record, Records, Srv};
use super::zone;
use crate::account::{Protocol, Tls};

/// What is to be asked for a domain: a name, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, without the final dot.
    pub name: String,
    /// How.
    pub kind: Kind,
}

/// How a name is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    /// `CNAME`, and where it leads.
    Way,
    Srv,
    Txt,
}

/// What the DNS says of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Where a name leads.
    Way(Way),
    /// The services; none when there is no record.
    Srv(Vec<Srv>),
    /// The texts, each in its character strings.
    Txt(Vec<Vec<String>>),
    /// Nobody answered, or with an error.
    Failed(String),
}

/// Where a name leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// What it is an alias of, in the first step.
    pub alias: Option<String>,
    /// Its addresses in the end.
    pub addresses: Vec<IpAddr>,
    /// Why somebody on the way did not answer, if so: missing addresses mean nothing then.
    pub unsure: Option<String>,
}

impl Way {
    /// Of a name that nobody answered for.
    pub fn unsure(why: impl Into<String>) -> Way {
        Way { unsure: Some(why.into()), ..Way::default() }
    }

    fn is_nowhere(&self) -> bool {
        self.addresses.is_empty() && self.unsure.is_none()
    }
}

/// How a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// Not there, which says what should be said: a service is not offered.
    Unsaid,
    /// Not there.
    Missing,
    /// There, and something else.
    Different,
    /// There, and against the rules of DNS or of TLS.
    Forbidden,
    /// As it should be, but the name in it has no address.
    Dangling,
    /// Could not be asked.
    Failed,
}

impl State {
    /// The word that is printed.
    pub fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Unsaid => "unsaid",
            State::Missing => "missing",
            State::Different => "different",
            State::Forbidden => "forbidden",
            State::Dangling => "dangling",
            State::Failed => "failed",
        }
    }

    /// Whether it is something to mend.
    pub fn is_finding(self) -> bool {
        !matches!(self, State::Ok | State::Unsaid)
    }
}

/// What is to be said of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How it is.
    pub state: State,
    /// The name.
    pub name: String,
    /// The lines that should be there.
    pub should: Vec<String>,
    /// The lines that are there, where that matters.
    pub is: Vec<String>,
    /// Why it matters, where the lines do not say it.
    pub because: String,
}

/// The names of a domain, each once.
pub fn questions(records: &Records) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for record in records.all() {
        let question = Question { name: record.name.clone(), kind: kind(&record.data) };
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    questions
}

fn kind(data: &Data) -> Kind {
    match data {
        Data::Cname(_) | Data::Address(_) => Kind::Way,
        Data::Srv(_) => Kind::Srv,
        Data::Txt(_) => Kind::Txt,
    }
}

/// The hosts that have to be known as well, to judge the answers: where aliases should lead, and what services name.
pub fn hosts(records: &Records, answers: &[Answer]) -> Vec<String> {
    let mut hosts: Vec<String> = records
        .all()
        .filter_map(|r| match &r.data {
            Data::Cname(host) => Some(host.clone()),
            _ => None,
        })
        .collect();
    for answer in answers {
        if let Answer::Srv(services) = answer {
            hosts.extend(services.iter().filter(|s| !s.is_denial()).map(|s| s.target.clone()));
        }
    }
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Judges the answers to [`questions`], in their order; `ways` has what is known of [`hosts`].
pub fn verdicts(
    records: &Records,
    questions: &[Question],
    answers: &[Answer],
    ways: &BTreeMap<String, Way>,
) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (question, answer) in questions.iter().zip(answers) {
        let wanted: Vec<&Record> =
            records.all().filter(|r| r.name == question.name && kind(&r.data) == question.kind).collect();
        let (state, is, because) = match answer {
            Answer::Failed(why) => (State::Failed, Vec::new(), why.clone()),
            Answer::Way(way) => leads(&wanted, way, ways, &question.name),
            Answer::Srv(services) => offers(&wanted, services, ways, &question.name),
            Answer::Txt(texts) => says(&wanted, texts, &question.name),
        };
        let should = wanted.iter().map(|r| zone::line(r)).collect();
        verdicts.push(Verdict { state, name: question.name.clone(), should, is, because });
    }
    preference(records, answers, &mut verdicts);
    verdicts
}

type Judged = (State, Vec<String>, String);

fn judged(state: State, is: Vec<String>, because: impl Into<String>) -> Judged {
    (state, is, because.into())
}

fn leads(wanted: &[&Record], way: &Way, ways: &BTreeMap<String, Way>, name: &str) -> Judged {
    let record = |data: Data| zone::line(&Record { name: name.to_owned(), data });
    let is: Vec<String> = match &way.alias {
        Some(alias) => vec![record(Data::Cname(alias.clone()))],
        None => way.addresses.iter().map(|ip| record(Data::Address(Some(*ip)))).collect(),
    };
    // Nothing is there, or nobody says what.
    if is.is_empty() {
        return match &way.unsure {
            Some(why) => judged(State::Failed, is, why),
            None => judged(State::Missing, is, ""),
        };
    }
    match wanted.first().map(|r| &r.data) {
        Some(Data::Cname(host)) => {
            let there = ways.get(host).cloned().unwrap_or_else(|| Way::unsure("it was not asked for"));
            let same = way.alias.as_ref().is_some_and(|alias| alias.eq_ignore_ascii_case(host));
            if there.is_nowhere() && same {
                return judged(State::Dangling, is, format!("{host} has no address"));
            }
            if same || way.addresses.iter().any(|ip| there.addresses.contains(ip)) {
                return judged(State::Ok, is, "");
            }
            if let Some(alias) = &way.alias {
                return judged(State::Different, is, format!("it leads to {alias}, not to {host}"));
            }
            if there.is_nowhere() {
                return judged(State::Dangling, is, format!("{host} has no address that could be compared"));
            }
            // An address that was not told may be one that both have.
            if let Some(why) = &there.unsure {
                return judged(State::Failed, is, format!("{host} cannot be compared: {why}"));
            }
            if let Some(why) = &way.unsure {
                return judged(State::Failed, is, why);
            }
            judged(State::Different, is, format!("it leads to another machine than {host}"))
        }
        _ if way.is_nowhere() => judged(State::Dangling, is, "it leads to no address"),
        Some(Data::Address(Some(ip))) if !way.addresses.contains(ip) => match &way.unsure {
            Some(why) => judged(State::Failed, is, why),
            None => judged(State::Different, is, "it leads to another machine"),
        },
        // Whatever address the server has.
        _ => judged(State::Ok, is, ""),
    }
}

fn offers(wanted: &[&Record], services: &[Srv], ways: &BTreeMap<String, Way>, name: &str) -> Judged {
    let is: Vec<String> =
        services.iter().map(|s| zone::line(&Record { name: name.to_owned(), data: Data::Srv(s.clone()) })).collect();
    let wanted: Vec<&Srv> = wanted
        .iter()
        .filter_map(|r| match &r.data {
            Data::Srv(srv) => Some(srv),
            _ => None,
        })
        .collect();
    let denied = wanted.iter().all(|s| s.is_denial());
    if services.is_empty() {
        return judged(if denied { State::Unsaid } else { State::Missing }, is, "");
    }
    let real = || services.iter().filter(|s| !s.is_denial());
    for service in real() {
        if let Some(because) = mismatch(name, service.port) {
            return judged(State::Forbidden, is, because);
        }
        let target = &service.target;
        if target.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
            return judged(State::Forbidden, is, format!("{target} is no name, and an SRV record takes no address"));
        }
        if let Some(alias) = ways.get(target).and_then(|w| w.alias.as_ref()) {
            return judged(
                State::Forbidden,
                is,
                format!("{target} is an alias of {alias}, and RFC 2782 allows none as the target of SRV"),
            );
        }
    }
    let same = |a: &Srv, b: &Srv| a.port == b.port && a.target.eq_ignore_ascii_case(&b.target);
    let both = wanted.iter().all(|w| services.iter().any(|s| same(w, s)))
        && services.iter().all(|s| wanted.iter().any(|w| same(w, s)));
    if !both {
        let because = if denied { "the files offer no such service" } else { "" };
        return judged(State::Different, is, because);
    }
    // The preferred one must not come last; equal priorities share the work, as their host may like it.
    let priority = |of: &Srv| services.iter().filter(|s| same(of, s)).map(|s| s.priority).min().unwrap_or(0);
    for (number, first) in wanted.iter().enumerate() {
        if wanted[number + 1..].iter().any(|later| priority(first) > priority(later)) {
            return judged(State::Different, is, "the preferred server has the worse priority");
        }
    }
    match real().find(|s| ways.get(&s.target).is_some_and(Way::is_nowhere)) {
        Some(s) => judged(State::Dangling, is, format!("{} has no address", s.target)),
        None => judged(State::Ok, is, ""),
    }
}

/// Why a port cannot stand under a label.
fn mismatch(name: &str, port: u16) -> Option<String> {
    let label = name.split('.').next()?;
    for (protocol, implicit, starttls) in LABELS {
        let means = match label {
            l if l == *implicit => Tls::Implicit,
            l if l == *starttls => Tls::StartTls,
            _ => continue,
        };
        let whose = [Protocol::Imap, Protocol::Pop3, Protocol::Smtp]
            .into_iter()
            .find(|p| [Tls::Implicit, Tls::StartTls].iter().any(|tls| p.port(*tls) == port));
        if let Some(other) = whose.filter(|p| p != protocol) {
            return Some(format!("port {port} is for {}, and {label} is {}", other.title(), protocol.title()));
        }
        if port == 25 {
            return Some(format!("port 25 is for mail between servers, and {label} is for mail programs"));
        }
        return match (means, Tls::of_port(port)) {
            (Tls::StartTls, Some(Tls::Implicit)) => {
                Some(format!("port {port} has TLS from the first byte, and {label} promises STARTTLS"))
            }
            (Tls::Implicit, Some(Tls::StartTls)) => {
                Some(format!("port {port} begins in clear, and {label} promises TLS from the first byte"))
            }
            _ => None,
        };
    }
    None
}

fn says(wanted: &[&Record], texts: &[Vec<String>], name: &str) -> Judged {
    let is: Vec<String> = texts
        .iter()
        .map(|strings| zone::line(&Record { name: name.to_owned(), data: Data::Txt(strings.concat()) }))
        .collect();
    let Some(Data::Txt(wanted)) = wanted.first().map(|r| &r.data) else {
        return judged(State::Ok, is, "");
    };
    if tags(wanted).is_some() {
        // Others may stand beside ours while documents are exchanged.
        let published: Vec<_> = texts.iter().filter_map(|strings| tags(&strings.concat())).collect();
        return match published.iter().any(|t| Some(t) == tags(wanted).as_ref()) {
            true => judged(State::Ok, is, ""),
            false if published.is_empty() => judged(State::Missing, is, ""),
            false => judged(State::Different, is, "clients refuse a document whose digest is another"),
        };
    }
    // RFC 6763 section 6.1: each character string is a pair of its own.
    let same = |strings: &Vec<String>| strings.contains(wanted) || strings.concat() == *wanted;
    let key = wanted.split_once('=').map_or("", |(key, _)| key);
    let has_key = |s: &String| s.split_once('=').is_some_and(|(k, _)| k.eq_ignore_ascii_case(key));
    if texts.iter().any(same) {
        judged(State::Ok, is, "")
    } else if texts.iter().flatten().any(has_key) {
        judged(State::Different, is, "")
    } else {
        judged(State::Missing, is, "")
    }
}

/// Algorithm and digest of a PACC record.
fn tags(text: &str) -> Option<(String, String)> {
    let tag =
        |key: &str| text.split(';').filter_map(|t| t.split_once('=')).find(|(k, _)| k.trim().eq_ignore_ascii_case(key));
    let version = tag("v")?.1.trim();
    if !version.eq_ignore_ascii_case("UAAC1") {
        return None;
    }
    Some((tag("a")?.1.trim().to_ascii_lowercase(), tag("d")?.1.trim().to_owned()))
}

/// Where both modes are offered, TLS from the first byte must not be the worse one (RFC 8314 section 5.1).
fn preference(records: &Records, answers: &[Answer], verdicts: &mut [Verdict]) {
    for (_, implicit, starttls) in LABELS {
        let at = |label: &str| {
            let name = format!("{label}._tcp.{}", records.domain);
            verdicts.iter().position(|v| v.name == name && v.state == State::Ok)
        };
        let (Some(first), Some(second)) = (at(implicit), at(starttls)) else { continue };
        let priority = |number: usize| match &answers[number] {
            Answer::Srv(services) => services.iter().filter(|s| !s.is_denial()).map(|s| s.priority).min(),
            _ => None,
        };
        if let (Some(a), Some(b)) = (priority(first), priority(second))
            && a > b
        {
            let verdict = &mut verdicts[first];
            verdict.state = State::Different;
            verdict.because = format!("TLS from the first byte has the worse priority, {a}, and STARTTLS {b}");
        }
    }
}
