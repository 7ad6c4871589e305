//! `check --client`: what mail programs make of what is published, or of somebody else's autoconfig document.
//!
//! Exit 1 when a program rejects or skips something or a password could be read by others, 2 when the input cannot be read, 3 when an address cannot be
//! fetched. Misreadings and notes are told, and do not change it.

use std::io::{self, Read, Write};

use serde_json::{Value, json};

use super::{Outcome, print_json, report, talk};
use crate::cli::{Check, Clients, Format};
use crate::clients::document::{Document, looks_like_xml};
use crate::clients::encoding::{Written, decode};
use crate::clients::{Client, Effect, Finding, are_bad, examine, fetch, sort, transport};
use crate::problem::{Problem, Severity, Sources};
use crate::site::examined;

pub(super) fn run(args: &Check) -> io::Result<Outcome> {
    let clients = chosen(&args.client);
    let mut texts = Vec::new();
    for name in &args.input.files {
        if fetch::is_url(name) {
            continue;
        }
        // Of several inputs only account files may come from standard input, which their reader reads itself.
        if name == "-" && args.input.files.len() > 1 {
            texts.push((String::new(), Written::default()));
            continue;
        }
        match text(name) {
            Ok(text) => texts.push(text),
            // The reader of account files says why, in its own words.
            Err(_) if !name.to_lowercase().ends_with(".xml") => texts.push((String::new(), Written::default())),
            Err(why) => {
                let problem = Problem::error("no-document", None, format!("{name} cannot be read")).because(why);
                return wrong(&[problem.fix("check the path")], &Sources::default(), args.format, Outcome::WrongInput);
            }
        }
    }
    let foreign = |name: &String, text: &String| looks_like_xml(name, text);
    let local: Vec<&String> = args.input.files.iter().filter(|f| !fetch::is_url(f)).collect();
    let documents = local.iter().zip(&texts).filter(|(name, (text, _))| foreign(name, text)).count();
    if documents == 0 && local.len() == args.input.files.len() {
        return ours(args, &clients, texts);
    }
    if documents < local.len() {
        let problem = Problem::error("mixed-input", None, "these are documents and account files together")
            .because("several account files are one, each document is its own")
            .fix("check them one after the other");
        return wrong(&[problem], &Sources::default(), args.format, Outcome::WrongInput);
    }
    theirs(args, &clients, texts)
}

/// Each once, in our order.
fn chosen(asked: &[Clients]) -> Vec<Client> {
    let is = |client: &Client| {
        asked.iter().any(|a| match a {
            Clients::Thunderbird => *client == Client::Thunderbird,
            Clients::K9 => *client == Client::K9,
            Clients::Fairemail => *client == Client::FairEmail,
            Clients::Deltachat => *client == Client::DeltaChat,
            Clients::Kmail => *client == Client::KMail,
            Clients::Geary => *client == Client::Geary,
            Clients::Evolution => *client == Client::Evolution,
            Clients::Outlook => *client == Client::Outlook,
            Clients::All => true,
        })
    };
    Client::ALL.iter().copied().filter(is).collect()
}

fn wrong(problems: &[Problem], sources: &Sources, format: Format, outcome: Outcome) -> io::Result<Outcome> {
    report(problems, sources, format)?;
    Ok(outcome)
}

/// Whether a second reading finds nothing: standard input, pipes.
fn is_read_once(name: &str) -> bool {
    let path = std::path::Path::new(name);
    name == "-" || path.exists() && !path.is_file() && !path.is_dir()
}

/// A file as text; what can be read once is handed on.
fn text(name: &str) -> Result<(String, Written), String> {
    /// Far more than any document of its kind has.
    const MOST: u64 = 16 * 1024 * 1024;
    let mut bytes = Vec::new();
    let read = if name == "-" {
        io::stdin().lock().take(MOST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(name).and_then(|file| file.take(MOST).read_to_end(&mut bytes))
    };
    read.map_err(|why| why.to_string())?;
    Ok(decode(bytes, None))
}

/// What we publish for account files.
fn ours(args: &Check, clients: &[Client], texts: Vec<(String, Written)>) -> io::Result<Outcome> {
    let files = &args.input.files;
    let reading = match (files.as_slice(), texts.as_slice()) {
        ([name], [(_, written)]) if is_read_once(name) && *written != Written::default() => {
            let problem = Problem::error("not-utf8", None, format!("{name} is not UTF-8"));
            let problem = problem.fix("save the file as UTF-8");
            return wrong(&[problem], &Sources::default(), args.format, Outcome::WrongInput);
        }
        ([name], [(text, _)]) if is_read_once(name) => crate::read_text(name, text),
        (_, _) if files.iter().any(|name| name != "-" && is_read_once(name)) => {
            let problem = Problem::error("read-once", None, "several account files cannot come through pipes")
                .because("each has been read already, to see whether it is a document")
                .fix("write them to files, or send one through `-`");
            return wrong(&[problem], &Sources::default(), args.format, Outcome::WrongInput);
        }
        _ => crate::read(files),
    };
    if reading.failed() {
        return wrong(&reading.problems, &reading.sources, args.format, Outcome::WrongInput);
    }
    let mut sources = reading.sources;
    let looked = match examined::of(&reading.mail, clients, &mut sources) {
        Ok(looked) => looked,
        Err(problems) => return wrong(&problems, &sources, args.format, Outcome::WrongInput),
    };
    let mut what = match looked.documents {
        1 => "1 document".to_owned(),
        n => format!("{n} documents"),
    };
    if looked.without > 0 {
        what.push_str(&format!(", {} without one", plural(looked.without, "domain")));
    }
    show(args.format, clients, &looked.findings, &sources, &what)
}

/// What somebody else publishes.
fn theirs(args: &Check, clients: &[Client], texts: Vec<(String, Written)>) -> io::Result<Outcome> {
    let mut sources = Sources::default();
    let mut findings = Vec::new();
    let mut texts = texts.into_iter();
    for name in &args.input.files {
        let (shown, (text, written)) = if fetch::is_url(name) {
            let fetched = match fetch::fetch(name) {
                Ok(fetched) => fetched,
                Err(problem) => return wrong(&[problem], &sources, args.format, Outcome::Environment),
            };
            hops(&fetched, args.format)?;
            findings.extend(transport::of(&fetched, clients));
            if !transport::is_ok(&fetched) {
                continue;
            }
            (fetched.hops.last().map(fetch::shown).unwrap_or_default(), (fetched.body, fetched.written))
        } else {
            (name.clone(), texts.next().unwrap_or_default())
        };
        let file = sources.add(shown, text);
        let document = Document::written(file, sources.text(file), written);
        sources.set_secrets(file, passwords(&document));
        findings.extend(examine(&document, clients));
    }
    sort(&mut findings);
    let what = plural(args.input.files.len(), "document");
    show(args.format, clients, &findings, &sources, &what)
}

/// Where a document came from, when it was not where it was asked for.
fn hops(fetched: &fetch::Fetched, format: Format) -> io::Result<()> {
    if format == Format::Text && fetched.hops.len() > 1 {
        let hops: Vec<String> = fetched.hops.iter().map(fetch::shown).collect();
        writeln!(io::stderr(), "redirected: {}", hops.join(" -> "))?;
    }
    Ok(())
}

/// A document may hold a password, which is not shown.
fn passwords(document: &Document) -> Vec<std::ops::Range<usize>> {
    let every = document.root.as_ref().map(|root| root.every()).unwrap_or_default();
    every.iter().filter(|e| e.name.eq_ignore_ascii_case("password")).map(|e| e.tag.end..e.whole.end).collect()
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn show(
    format: Format,
    clients: &[Client],
    findings: &[Finding],
    sources: &Sources,
    what: &str,
) -> io::Result<Outcome> {
    match format {
        Format::Json => print_json(&as_json(clients, findings, sources))?,
        Format::Text => {
            people(clients, findings, sources)?;
            let count = |effect: Effect| findings.iter().filter(|f| f.effect() == effect).count();
            let mut counts = Vec::new();
            for (effect, one) in [
                (Effect::Rejects, "rejection"),
                (Effect::Skips, "skip"),
                (Effect::Exposes, "exposure"),
                (Effect::Misreads, "misreading"),
                (Effect::Notes, "note"),
            ] {
                if count(effect) > 0 {
                    counts.push(plural(count(effect), one));
                }
            }
            let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
            writeln!(io::stderr(), "{what}, {counts}")?;
        }
    }
    Ok(if are_bad(findings) { Outcome::Findings } else { Outcome::Done })
}

/// For people: first what holds for all programs, then each program.
fn people(clients: &[Client], findings: &[Finding], sources: &Sources) -> io::Result<()> {
    let of = |client: Option<Client>| findings.iter().filter(move |f| f.client == client);
    if of(None).next().is_some() {
        writeln!(io::stderr(), "all programs")?;
        talk(&of(None).map(problem).collect::<Vec<_>>(), sources)?;
    }
    let rejected = of(None).any(|f| f.effect() == Effect::Rejects);
    for client in clients {
        let own: Vec<&Finding> = of(Some(*client)).collect();
        let line = match own.iter().map(|f| f.effect()).min() {
            _ if rejected && own.is_empty() => continue,
            None if of(None).any(|f| f.effect() != Effect::Notes) => "reads it with the faults above",
            None => "reads everything as published",
            Some(Effect::Rejects) => "rejects the whole document",
            Some(Effect::Skips) => "skips a part",
            Some(Effect::Exposes) => "lets others read the password",
            Some(Effect::Misreads) => "misreads something",
            Some(Effect::Notes) if own.iter().any(|f| f.rule.code == "not-read") => "does not read this format",
            Some(Effect::Notes) => "reads what it can use as published",
        };
        writeln!(io::stderr(), "{}: {line}", client.name())?;
        let (notes, faults): (Vec<&Finding>, Vec<&Finding>) =
            own.into_iter().partition(|f| f.effect() == Effect::Notes);
        if !faults.is_empty() {
            talk(&faults.into_iter().map(problem).collect::<Vec<_>>(), sources)?;
        }
        for note in notes {
            let place = note.place.map(|p| format!("{}: ", sources.describe(p))).unwrap_or_default();
            writeln!(io::stderr(), "note[{}]: {place}{}", note.rule.code, problem(note).message)?;
        }
    }
    Ok(())
}

fn problem(finding: &Finding) -> Problem {
    let subject = finding.client.map_or("all programs", Client::title);
    let server = finding.server.as_ref().map(|s| format!("{s}: ")).unwrap_or_default();
    let also = match finding.also {
        0 => String::new(),
        n => format!(" (and in {})", plural(n, "further document")),
    };
    let source = finding.rule.source;
    Problem {
        severity: match finding.effect() {
            Effect::Rejects => Severity::Error,
            Effect::Skips | Effect::Exposes | Effect::Misreads => Severity::Warning,
            Effect::Notes => Severity::Note,
        },
        code: finding.rule.code,
        place: finding.place,
        message: format!("{server}{subject} {}{also}", finding.message),
        reason: String::new(),
        help: format!("{}\nread in {}, {}, {}", finding.rule.fix, source.origin, source.file, source.date),
    }
}

fn as_json(clients: &[Client], findings: &[Finding], sources: &Sources) -> Value {
    let findings: Vec<Value> = findings
        .iter()
        .map(|f| {
            let place = f.place.map(|p| {
                let (line, column) = sources.line_column(p);
                json!({ "file": sources.name(p.file), "line": line, "column": column })
            });
            let source = f.rule.source;
            json!({
                "client": f.client.map_or("all", Client::name),
                "code": f.rule.code,
                "effect": f.effect().word(),
                "server": f.server,
                "place": place,
                "message": f.message,
                "fix": f.rule.fix,
                "source": { "origin": source.origin, "file": source.file, "date": source.date },
                "also": f.also,
            })
        })
        .collect();
    let clients: Vec<&str> = clients.iter().map(|c| c.name()).collect();
    json!({ "clients": clients, "findings": findings })
}
