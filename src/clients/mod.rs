//! What mail programs make of an autoconfig document: what they reject, skip or misread, and why.
//!
//! A [`document::Document`] is read once, tolerantly, with the place of everything in it. For each [`Client`] a small
//! interpreter in [`simulate`] walks it the way that program's own source does, and names the [`rules`] that bite; a rule
//! is data: what it looks at, how bad it is, what to say, what to do, and the source it was read in. [`lints`] are
//! mistakes that hurt in every program, [`transport`] is about how a document was answered by a web server. What we
//! write ourselves is no different to them: targets and [`crate::site`] ask this room, and it knows neither.
//!
//! Nothing here knows how a finding is printed, and only [`fetch`] opens a socket. Rules are never guessed: what was not
//! read in a program's source, its tests or its maker's word is not in the tables.

pub mod document;
pub mod encoding;
pub mod fetch;
mod host;
pub mod lints;
pub mod rules;
pub mod simulate;
pub mod transport;

use crate::problem::Place;
use document::Document;
use rules::Rule;

/// A mail program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Client {
    Thunderbird,
    K9,
    FairEmail,
    DeltaChat,
    KMail,
    Geary,
    Evolution,
    Outlook,
}

impl Client {
    /// All of them, in the order that they are shown in.
    pub const ALL: &[Client] = &[
        Client::Thunderbird,
        Client::K9,
        Client::FairEmail,
        Client::DeltaChat,
        Client::KMail,
        Client::Geary,
        Client::Evolution,
        Client::Outlook,
    ];

    /// The name to type.
    pub fn name(self) -> &'static str {
        match self {
            Client::Thunderbird => "thunderbird",
            Client::K9 => "k9",
            Client::FairEmail => "fairemail",
            Client::DeltaChat => "deltachat",
            Client::KMail => "kmail",
            Client::Geary => "geary",
            Client::Evolution => "evolution",
            Client::Outlook => "outlook",
        }
    }

    /// The name that people know.
    pub fn title(self) -> &'static str {
        match self {
            Client::Thunderbird => "Thunderbird",
            Client::K9 => "K-9 Mail",
            Client::FairEmail => "FairEmail",
            Client::DeltaChat => "Delta Chat",
            Client::KMail => "KMail",
            Client::Geary => "Geary",
            Client::Evolution => "Evolution",
            Client::Outlook => "Outlook",
        }
    }
}

/// What a program does about a fault, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It takes nothing of the document.
    Rejects,
    /// It goes without a server, or without a part of it.
    Skips,
    /// It lets others read a password.
    Exposes,
    /// It takes something else than what is written.
    Misreads,
    /// Good to know; harmless by itself.
    Notes,
}

impl Effect {
    /// The word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Effect::Rejects => "rejects",
            Effect::Skips => "skips",
            Effect::Exposes => "exposes",
            Effect::Misreads => "misreads",
            Effect::Notes => "note",
        }
    }
}

/// One thing that a program does with a document.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Who; `None` when it is the same in every program.
    pub client: Option<Client>,
    /// The rule.
    pub rule: &'static Rule,
    /// The server it is about, as `imap imap.example.org:993`.
    pub server: Option<String>,
    /// Where, in a document that is shown.
    pub place: Option<Place>,
    /// What happens, in one line.
    pub message: String,
    /// How many further documents of the same site share the finding.
    pub also: usize,
}

impl Finding {
    /// How bad it is.
    pub fn effect(&self) -> Effect {
        self.rule.effect
    }
}

/// What some programs make of a document, the worst first for each program; mistakes that hurt everywhere come first.
pub fn examine(document: &Document, clients: &[Client]) -> Vec<Finding> {
    let mut findings = lints::of(document);
    // What is no XML at all, or something else, has been said once, for everybody.
    if document.broken.is_none() && document.written.wrong.is_none() && lints::stranger(document).is_none() {
        for client in clients {
            let encoding = lints::encoding(document, *client);
            let rejected = encoding.as_ref().is_some_and(|finding| finding.effect() == Effect::Rejects);
            findings.extend(encoding);
            // Who cannot read it finds nothing else in it.
            if !rejected {
                findings.extend(simulate::findings(*client, document));
            }
        }
    }
    sort(&mut findings);
    findings
}

/// By program, then by how bad, then by place.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|f| (f.client, f.effect(), f.place.map(|p| (p.file, p.start))));
}

/// Whether a run of `check` has found something: of a good document nothing is rejected, nothing is skipped, and no
/// password of it crosses the network in the clear. What is merely misread costs some users a correction.
pub fn are_bad(findings: &[Finding]) -> bool {
    findings.iter().any(|f| matches!(f.effect(), Effect::Rejects | Effect::Skips | Effect::Exposes))
}

/// Whether a program that has found a document sets itself up by it, with nothing to be corrected by hand. Which of
/// several servers it prefers is a matter of taste.
pub fn sets_up(client: Client, document: &Document) -> bool {
    let harmless = |f: &Finding| f.effect() == Effect::Notes || f.rule.code == rules::fairemail::LAST.code;
    document.broken.is_none() && simulate::findings(client, document).iter().all(harmless)
}
