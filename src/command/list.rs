//! `list`: the targets and the providers, as they are built in.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Outcome, print_json, report, table, unknown_target};
use crate::cli::{Format, List, Listed};
use crate::problem::{Problem, Sources, did_you_mean};
use crate::provider::{PROVIDERS, ServerFacts};
use crate::target::TARGETS;

pub(super) fn run(args: &List) -> io::Result<Outcome> {
    let known: Vec<&str> = match args.what {
        Listed::Targets => TARGETS.iter().map(|t| t.about().id).collect(),
        Listed::Providers => PROVIDERS.iter().map(|p| p.id).collect(),
    };
    if let Some(name) = args.names.iter().find(|n| !known.contains(&n.as_str())) {
        let problem = match args.what {
            Listed::Targets => unknown_target(name),
            Listed::Providers => Problem::error("unknown-provider", None, format!("there is no provider `{name}`"))
                .fix(match did_you_mean(name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "`mailwright list providers` shows them all".to_owned(),
                }),
        };
        report(&[problem], &Sources::default(), args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let wanted = |id: &str| args.names.is_empty() || args.names.iter().any(|n| n == id);
    match (args.what, args.format) {
        (Listed::Targets, Format::Json) => {
            let list: Vec<Value> = TARGETS
                .iter()
                .filter(|t| wanted(t.about().id))
                .map(|t| {
                    let a = t.about();
                    let notes: Vec<Value> =
                        a.notes.iter().map(|n| json!({ "code": n.code, "about": n.about })).collect();
                    let options: Vec<Value> =
                        a.options.keys.iter().map(|k| json!({ "name": k.name, "about": k.doc })).collect();
                    json!({
                        "id": a.id, "title": a.title, "family": a.family.word(), "homepage": a.homepage, "files": a.files,
                        "oracle": a.oracle, "versions": a.versions, "options": options, "notes": notes,
                    })
                })
                .collect();
            print_json(&json!(list))?;
        }
        (Listed::Targets, Format::Text) if args.names.is_empty() => {
            let mut out = io::stdout().lock();
            let mut rows = Vec::new();
            for target in TARGETS {
                let a = target.about();
                let oracle = if a.oracle.starts_with("none") { "not the program itself" } else { "the program itself" };
                rows.push(vec![a.id.into(), a.title.into(), a.family.word().into(), oracle.into()]);
            }
            rows.insert(0, ["id", "writes for", "family", "judged by"].map(str::to_owned).to_vec());
            write!(out, "{}", table(&rows))?;
            writeln!(io::stderr(), "`mailwright list targets NAME` shows files, versions and options of one")?;
        }
        (Listed::Targets, Format::Text) => {
            let mut out = io::stdout().lock();
            for target in TARGETS.iter().filter(|t| wanted(t.about().id)) {
                let a = target.about();
                writeln!(out, "{}  {}", a.id, a.title)?;
                writeln!(out, "    files     {}", a.files.join(", "))?;
                writeln!(out, "    versions  {}", a.versions)?;
                writeln!(out, "    oracle    {}", a.oracle)?;
                for note in a.notes {
                    writeln!(out, "    note      {}", note.about)?;
                }
                for option in a.options.keys {
                    writeln!(out, "    option    {}: {}", option.name, option.doc)?;
                }
            }
        }
        (Listed::Providers, Format::Json) => {
            let servers = |list: &[ServerFacts]| -> Value {
                list.iter().map(|s| json!({ "host": s.host, "port": s.port, "tls": s.tls, "login": s.login })).collect()
            };
            let list: Vec<Value> = PROVIDERS
                .iter()
                .filter(|p| wanted(p.id))
                .map(|p| {
                    json!({
                        "id": p.id, "name": p.name, "kind": p.kind, "domains": p.domains, "login": p.login,
                        "imap": servers(p.imap), "pop3": servers(p.pop3), "smtp": servers(p.smtp), "auth": p.auth,
                        "app_password": p.help.app_password, "source": p.source, "date": p.date,
                    })
                })
                .collect();
            print_json(&json!(list))?;
        }
        (Listed::Providers, Format::Text) => {
            let offers = |name: &'static str, list: &[ServerFacts]| (!list.is_empty()).then_some(name);
            let mut rows =
                vec![["id", "name", "protocols", "login by", "checked", "domains"].map(str::to_owned).to_vec()];
            rows.extend(PROVIDERS.iter().filter(|p| wanted(p.id)).map(|p| {
                let protocols: Vec<&str> = [offers("imap", p.imap), offers("pop3", p.pop3), offers("smtp", p.smtp)]
                    .into_iter()
                    .flatten()
                    .collect();
                let domains = match p.domains {
                    [] => "-".to_owned(),
                    [one] => (*one).to_owned(),
                    [one, two] => format!("{one} {two}"),
                    [one, two, more @ ..] => format!("{one} {two} (and {} more)", more.len()),
                };
                let protocols = if protocols.is_empty() { "none".to_owned() } else { protocols.join(" ") };
                vec![p.id.into(), p.name.into(), protocols, p.auth.join(", "), p.date.into(), domains]
            }));
            write!(io::stdout().lock(), "{}", table(&rows))?;
        }
    }
    Ok(Outcome::Done)
}
