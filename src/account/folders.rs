//! Folder names: what accounts and defaults say, else the provider's in the account's language, below its root.
//!
//! A name that the user writes is the server's whole name; a provider's stands below `root`. For IMAP servers that nobody
//! knows, the usual names are taken, and their origin says so.

use super::layer::{FoldersLayer, Layer};
use super::{Folders, Origin, Protocol, Said, Text};
use crate::problem::{Problem, Problems, Sources};
use crate::provider::{self, Facts};

/// The folders of an account; `said` of the `views` are accounts or defaults.
pub(super) fn folders(
    views: &[&Layer],
    said: usize,
    facts: Option<&'static Facts>,
    retrieve: &Option<Said<Protocol>>,
    sources: &Sources,
    problems: &mut Problems,
) -> Folders {
    let root = views.iter().find_map(|l| l.folders.root.clone());
    let rooted = |name: &Said<Text>| match &root {
        Some(root) => {
            let join = if root.as_str().ends_with(['/', '.']) { "" } else { "/" };
            Text::new(&format!("{}{join}{}", root.value, name.value)).ok().map(|v| name.with(v))
        }
        None => Some(name.clone()),
    };
    let language = views.iter().find_map(|l| l.folders.language.clone());
    let names = language.as_ref().and_then(|language| translated(language, facts, sources, problems));
    let origin = language.as_ref().map_or(Origin::Rule(""), |l| l.origin);
    let slot = |of: fn(&FoldersLayer) -> &Option<Said<Text>>, translated: Option<&'static str>, usual: Option<&str>| {
        if let Some(own) = views[..said].iter().find_map(|l| of(&l.folders).clone()) {
            return Some(own);
        }
        if let Some(name) = translated.and_then(|n| Text::new(n).ok()) {
            return rooted(&Said { value: name, origin });
        }
        if let Some(theirs) = views[said..].iter().find_map(|l| of(&l.folders).clone()) {
            return rooted(&theirs);
        }
        let imap = retrieve.as_ref().is_some_and(|r| r.value == Protocol::Imap);
        usual
            .filter(|_| imap)
            .and_then(|n| Text::new(n).ok())
            .and_then(|v| rooted(&Said::rule(v, "the usual name; set `folders` when the server has another")))
    };
    Folders {
        sent: slot(|f| &f.sent, names.and_then(|n| n.sent), Some("Sent")),
        drafts: slot(|f| &f.drafts, names.and_then(|n| n.drafts), Some("Drafts")),
        trash: slot(|f| &f.trash, names.and_then(|n| n.trash), Some("Trash")),
        junk: slot(|f| &f.junk, names.and_then(|n| n.junk), Some("Junk")),
        archive: slot(|f| &f.archive, names.and_then(|n| n.archive), None),
        all: slot(|f| &f.all, names.and_then(|n| n.all), None),
    }
}

fn translated(
    language: &Said<Text>,
    facts: Option<&'static Facts>,
    sources: &Sources,
    problems: &mut Problems,
) -> Option<&'static provider::FolderNames> {
    let known: Vec<&str> = facts.map(|f| f.languages.iter().map(|(tag, _)| *tag).collect()).unwrap_or_default();
    if let Some(names) = facts.and_then(|f| provider::folder_names(f, language.as_str())) {
        return Some(names);
    }
    let problem = Problem::error(
        "unknown-language",
        language.origin.place(),
        format!(
            "no folder names are known for the language `{}`",
            language.origin.place().map_or(String::new(), |p| sources.quote(language.as_str(), p))
        ),
    );
    let problem = if known.is_empty() {
        problem
            .because("this provider is not known to translate its folders")
            .fix("remove `language` and write the names: `folders: { sent: ..., drafts: ..., trash: ... }`")
    } else {
        problem.because(format!("known: {}", known.join(", "))).fix("write the names instead, as the server shows them")
    };
    problems.push(problem);
    None
}
