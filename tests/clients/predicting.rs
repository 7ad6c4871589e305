//! What the rules of `check --client thunderbird` predict is what the real Thunderbird does: which documents it rejects,
//! which servers it drops, and what it makes of each value. Hundreds of mutated documents in one start.
//!
//! `MAILWRIGHT_DOCUMENTS=FOLDER` adds the documents of a folder, such as a copy of the public database.

mod documents;
mod parts;

use std::fs;
use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::clients::document::Document;
use mailwright::clients::simulate::Hits;
use mailwright::clients::simulate::thunderbird::{Reading, Taken, read};
use serde_json::Value;

use crate::Test;
use crate::lab::Home;
use crate::reading::{ask_thunderbird, text_of};
use crate::report::Findings;

const ADDRESS: &str = "user@example.org";

const NAME: &str = "Lab User";

pub fn tests() -> Vec<Test> {
    vec![Test::new("thunderbird_does_what_check_client_predicts", &["thunderbird"], predictions)]
}

fn predictions() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let home = Home::empty();
    let mut documents: Vec<(PathBuf, String)> = Vec::new();
    for (number, text) in documents::mutations().into_iter().enumerate() {
        let path = home.path().join(format!("{number:04}.xml"));
        fs::write(&path, &text)?;
        documents.push((path, text));
    }
    if let Some(folder) = std::env::var_os("MAILWRIGHT_DOCUMENTS") {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let text = fs::read_to_string(&path)?;
            documents.push((path, text));
        }
    }
    let list: Vec<(PathBuf, String)> = documents.iter().map(|(path, _)| (path.clone(), ADDRESS.to_owned())).collect();
    let (mut rejected, mut taken) = (0, 0);
    for (result, (path, text)) in ask_thunderbird(&list)?.iter().zip(&documents) {
        let document = Document::read(0, text);
        let predicted = if document.broken.is_some() { None } else { read(&document, &mut Hits::new(&document)) };
        let body = text.split_once("<clientConfig").map_or(text.as_str(), |(_, body)| body);
        let what = format!("{}: {body}", path.file_name().unwrap_or_default().to_string_lossy());
        match (&predicted, result["ok"] == true) {
            (None, false) => rejected += 1,
            (None, true) => findings.check(false, || format!("{what}: taken, but a rejection was predicted")),
            (Some(_), false) => {
                findings.check(false, || format!("{what}: rejected, but not predicted: {}", result["error"]))
            }
            (Some(reading), true) => {
                taken += 1;
                compare(reading, &result["config"], &what, &mut findings);
            }
        }
    }
    findings.check(rejected > 50 && taken > 200, || format!("{rejected} rejected, {taken} taken: too few of one kind"));
    findings.finish("autoconfig", "Thunderbird against the rules of check --client", documents.len())
}

fn compare(reading: &Reading, config: &Value, what: &str, findings: &mut Findings) {
    let fill = |text: &str| Taken::filled(text, ADDRESS, NAME);
    findings.same(&format!("{what}: domains"), &config["domains"], &Value::from(reading.domains.clone()));
    findings.same(&format!("{what}: name"), text_of(&config["displayName"]), fill(&reading.name));
    for (direction, wanted) in [("incoming", &reading.incoming), ("outgoing", &reading.outgoing)] {
        let mut shown = vec![config[direction].clone()];
        shown.extend(config[format!("{direction}Alternatives")].as_array().cloned().unwrap_or_default());
        findings.same(&format!("{what}: {direction} servers"), shown.len(), wanted.len());
        for (n, (got, server)) in shown.iter().zip(wanted).enumerate() {
            let what = format!("{what}: {direction} {n}");
            // Placeholders of further outgoing servers stay as they are.
            let fill = |text: &str| if direction == "outgoing" && n > 0 { text.to_owned() } else { fill(text) };
            findings.same(&format!("{what}: type"), &got["type"], server.kind.as_str());
            findings.same(&format!("{what}: host"), text_of(&got["hostname"]), fill(&server.host));
            findings.same(&format!("{what}: port"), &got["port"], &server.port.map_or(Value::Null, Value::from));
            findings.same(&format!("{what}: socket"), &got["socketTypeName"], server.socket);
            findings.same(&format!("{what}: auth"), &got["authName"], server.auth);
            let username = server.username.as_deref().map_or(Value::Null, |u| fill(u).into());
            findings.same(&format!("{what}: username"), &got["username"], &username);
        }
    }
}
