//! `list`: the targets and the providers, as they are built in.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Outcome, print_json, table};
use crate::cli::{Format, List, Listed};
use crate::provider::{PROVIDERS, ServerFacts};
use crate::target::TARGETS;

pub(super) fn run(args: &List) -> io::Result<Outcome> {
    match (args.what, args.format) {
        (Listed::Targets, Format::Json) => {
            let list: Vec<Value> = TARGETS
                .iter()
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
        (Listed::Targets, Format::Text) => {
            let mut out = io::stdout().lock();
            for target in TARGETS {
                let a = target.about();
                writeln!(out, "{}  {}", a.id, a.title)?;
                writeln!(out, "    files     {}", a.files.join(", "))?;
                writeln!(out, "    versions  {}", a.versions)?;
                writeln!(out, "    oracle    {}", a.oracle)?;
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
            rows.extend(PROVIDERS.iter().map(|p| {
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
