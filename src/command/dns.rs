//! `dns`: the records that the domains need, and with `--check` whether the DNS has them.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufWriter, Write};

use serde_json::{Value, json};

use super::{Outcome, as_json, report, talk};
use crate::account::address::domain_name;
use crate::cli::{Dns, Format};
use crate::dns::check::{self, Checked, End};
use crate::dns::compare::State;
use crate::dns::records::{Records, records};
use crate::dns::zone;
use crate::problem::{Problem, Sources, did_you_mean};
use crate::site::{Found, Site};

pub(super) fn run(args: &Dns) -> io::Result<Outcome> {
    let mut reading = crate::read(&args.input.files);
    let refuse = |problems: &[Problem], sources: &Sources| {
        report(problems, sources, args.format)?;
        Ok(Outcome::WrongInput)
    };
    if reading.failed() {
        return refuse(&reading.problems, &reading.sources);
    }
    let site = match Site::build(&reading.mail, None) {
        Ok(site) => site,
        Err(problems) => return refuse(&problems, &reading.sources),
    };
    let server = match &args.resolver {
        Some(text) => match check::server(text) {
            Some(server) => Some(server),
            None => {
                let problem = Problem::error("no-socket-address", None, "`--resolver` is no address")
                    .because("a name would have to be looked up")
                    .fix("write it as `9.9.9.9`, `127.0.0.1:5300` or `[::1]:5300`");
                return refuse(&[problem], &reading.sources);
            }
        },
        None => None,
    };
    let only = match only(&args.domain, &site) {
        Ok(only) => only,
        Err(problems) => return refuse(&problems, &reading.sources),
    };
    // Those of the files in their order; then what lies below a wildcard, which no file lists.
    let below = || only.iter().filter_map(|name| site.domain(name)).filter(|f| *f.domain.name != *f.name);
    let wanted = || site.domains().filter(|f| only.is_empty() || only.contains(f.name.as_ref())).chain(below());
    if args.check {
        if args.format == Format::Text {
            talk(&reading.problems, &reading.sources)?;
        }
        return asked(args, server, wanted().filter_map(|f| records(&site, &f)));
    }
    let mut notes = Notes::default();
    let stdout = io::stdout();
    let mut out = BufWriter::with_capacity(1 << 16, stdout.lock());
    match args.format {
        Format::Text => {
            talk(&reading.problems, &reading.sources)?;
            writeln!(out, "; Lines for the zones of these domains. Names are absolute; the TTL is the zone's.")?;
            each(&site, wanted(), &mut notes, |records| zone::write(records, &mut out))?;
            out.flush()?;
            notes.print(&mut io::stderr().lock())?;
        }
        Format::Json => {
            write!(out, "{{\n\"records\": [")?;
            let mut first = true;
            each(&site, wanted(), &mut notes, |records| json_lines(records, &mut first, &mut out))?;
            let problems = as_json(&std::mem::take(&mut reading.problems), &reading.sources);
            writeln!(out, "\n],\n\"notes\": {},\n\"problems\": {problems}\n}}", notes.json())?;
            out.flush()?;
        }
    }
    Ok(Outcome::Done)
}

/// The domains of `--domain` as A-labels.
fn only(asked: &[String], site: &Site) -> Result<BTreeSet<String>, Vec<Problem>> {
    let mut only = BTreeSet::new();
    let mut problems = Vec::new();
    for name in asked {
        let labels = name.strip_prefix("*.").map_or_else(
            || domain_name(name.trim_end_matches('.')),
            |parent| domain_name(parent).map(|parent| format!("*.{parent}")),
        );
        match labels {
            Ok(labels) if site.domain(&labels).is_some() => {
                only.insert(labels);
            }
            _ => {
                let names: Vec<String> = site.domains().map(|f| f.name.into_owned()).collect();
                let problem = Problem::error("unknown-domain", None, format!("`{name}` is no domain of these files"));
                problems.push(problem.fix(match did_you_mean(name, names.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "`mailwright dns` without `--domain` prints them all".to_owned(),
                }));
            }
        }
    }
    if problems.is_empty() { Ok(only) } else { Err(problems) }
}

/// Hands the records of each domain on, and keeps what could not be said.
fn each<'s>(
    site: &'s Site,
    domains: impl Iterator<Item = Found<'s>>,
    notes: &mut Notes,
    mut take: impl FnMut(&Records) -> io::Result<()>,
) -> io::Result<()> {
    for found in domains {
        match records(site, &found) {
            Some(records) => {
                take(&records)?;
                for note in &records.notes {
                    notes.add(&records.domain, note);
                }
            }
            None => notes.add(
                &found.name,
                "a wildcard is passed over: each name below it needs records of its own, which `--domain NAME` prints",
            ),
        }
    }
    Ok(())
}

/// A record a line, so that ten thousand domains need no memory.
fn json_lines(records: &Records, first: &mut bool, out: &mut impl Write) -> io::Result<()> {
    for group in &records.groups {
        for record in &group.records {
            let value = json!({
                "domain": records.domain, "name": record.name, "type": zone::kind(&record.data),
                "data": zone::data(&record.data), "why": group.why, "source": group.source,
            });
            write!(out, "{}\n{value}", if std::mem::take(first) { "" } else { "," })?;
        }
    }
    Ok(())
}

/// What could not be said, each once, with the domains that it is about.
#[derive(Default)]
struct Notes {
    order: Vec<String>,
    domains: HashMap<String, Vec<String>>,
}

impl Notes {
    fn add(&mut self, domain: &str, note: &str) {
        if !self.domains.contains_key(note) {
            self.order.push(note.to_owned());
        }
        self.domains.entry(note.to_owned()).or_default().push(domain.to_owned());
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        for note in &self.order {
            let domains = self.domains.get(note).map_or(&[][..], Vec::as_slice);
            let more = match domains.len() {
                0..=3 => domains.join(", "),
                n => format!("{} and {} more", domains[..2].join(", "), n - 2),
            };
            writeln!(out, "note: {note} ({more})")?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        self.order.iter().map(|note| json!({ "text": note, "domains": self.domains.get(note) })).collect()
    }
}

fn asked(
    args: &Dns,
    server: Option<std::net::SocketAddr>,
    domains: impl Iterator<Item = Records>,
) -> io::Result<Outcome> {
    let stdout = io::stdout();
    let mut out = BufWriter::new(stdout.lock());
    let mut counts: HashMap<&'static str, usize> = HashMap::new();
    let (mut number, mut findings) = (0, false);
    if args.format == Format::Json {
        write!(out, "{{\n\"domains\": [")?;
    }
    let end = check::run(domains, server, |checked| {
        for verdict in &checked.verdicts {
            *counts.entry(verdict.state.word()).or_default() += 1;
            findings |= verdict.state.is_finding();
        }
        match args.format {
            Format::Text => text(&checked, &mut out)?,
            Format::Json => write!(out, "{}\n{}", if number == 0 { "" } else { "," }, as_value(&checked))?,
        }
        number += 1;
        out.flush()
    });
    let nobody = match end {
        Ok(End::Asked) => None,
        Ok(End::Nobody(why)) => Some(why),
        Err(e) if e.kind() == io::ErrorKind::NotConnected => Some(e.to_string()),
        Err(e) => return Err(e),
    };
    if args.format == Format::Json {
        let error = nobody.as_ref().map(|why| format!("no DNS server answers: {why}"));
        writeln!(out, "\n],\n\"counts\": {},\n\"error\": {}\n}}", counted(&counts), json!(error))?;
    }
    out.flush()?;
    drop(out);
    if let Some(why) = nobody {
        if args.format == Format::Text {
            let problem = Problem::error("no-resolver", None, "no DNS server answers any question")
                .because(why)
                .fix("name one that does: `--resolver ADDRESS`");
            talk(&[problem], &Sources::default())?;
        }
        return Ok(Outcome::Environment);
    }
    if args.format == Format::Text {
        let sets: usize = counts.values().sum();
        let unsaid = counts.contains_key(State::Unsaid.word());
        let counts: Vec<String> =
            STATES.iter().filter_map(|s| counts.get(s.word()).map(|n| format!("{n} {}", s.word()))).collect();
        let domains = if number == 1 { "1 domain".to_owned() } else { format!("{number} domains") };
        let mut err = io::stderr().lock();
        writeln!(err, "{domains}, {sets} record sets: {}", counts.join(", "))?;
        if unsaid {
            writeln!(err, "unsaid: a service that is not offered, which no record says; `0 0 0 .` would say it")?;
        }
    }
    Ok(if findings { Outcome::Findings } else { Outcome::Done })
}

const STATES: &[State] =
    &[State::Ok, State::Unsaid, State::Missing, State::Different, State::Forbidden, State::Dangling, State::Failed];

fn counted(counts: &HashMap<&'static str, usize>) -> Value {
    let mut value = serde_json::Map::new();
    for state in STATES {
        value.insert(state.word().to_owned(), json!(counts.get(state.word()).copied().unwrap_or(0)));
    }
    Value::Object(value)
}

fn text(checked: &Checked, out: &mut impl Write) -> io::Result<()> {
    let good = checked.verdicts.iter().filter(|v| !v.state.is_finding()).count();
    writeln!(out, "{}: {good} of {} record sets are as they should be", checked.domain, checked.verdicts.len())?;
    let same = checked.verdicts.windows(2).all(|v| v[0].state == v[1].state && v[0].because == v[1].because);
    if let Some(first) = checked.verdicts.first().filter(|v| same && v.state == State::Failed) {
        return writeln!(out, "  failed: {}", first.because);
    }
    for verdict in checked.verdicts.iter().filter(|v| v.state.is_finding()) {
        let because = if verdict.because.is_empty() { String::new() } else { format!(": {}", verdict.because) };
        writeln!(out, "  {} {}{because}", verdict.state.word(), verdict.name)?;
        for line in &verdict.is {
            writeln!(out, "    is      {line}")?;
        }
        for line in verdict.should.iter().filter(|_| verdict.state != State::Failed && verdict.is != verdict.should) {
            writeln!(out, "    should  {line}")?;
        }
    }
    Ok(())
}

fn as_value(checked: &Checked) -> Value {
    let verdicts: Vec<Value> = checked
        .verdicts
        .iter()
        .map(|v| {
            json!({
                "name": v.name, "state": v.state.word(), "should": v.should, "is": v.is,
                "because": if v.because.is_empty() { Value::Null } else { json!(v.because) },
            })
        })
        .collect();
    json!({ "domain": checked.domain, "names": verdicts })
}
