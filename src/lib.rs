//! Mailwright: a compiler for mail accounts. One YAML file says who a person is and which mail service they use; from it
//! come the configuration files of mail programs, mail servers and applications that send, and what a mail host publishes for
//! programs that look an address up. This page is the map; each
//! room's own page says what it refuses to do.
//!
//! # The flow
//!
//! Data flows one way. Nothing left of [`account::resolve`] knows a mail program; nothing right of it knows YAML or a
//! provider.
//!
//! ```text
//! text (YAML)                         what was SAID
//!   -> document::read                 a tree with the place of every key and value, budgets enforced
//!   -> document::check                the tree against the key table: all problems of shape
//! provider catalogue (a static table made by build.rs) --\
//!   -> account::{reader, layer}       what each layer says, every value validated
//!   -> account::resolve               what is MEANT: Account, total, each value with its origin
//!   -> account::advise                findings across fields
//!   -> Target::render                 pure: accounts -> Bundle { files, notes, steps }
//!   -> sink                           directory | home directory | standard output | comparison
//! ```
//!
//! For a mail host it goes on from what is meant, with the same pure core whatever the way out:
//!
//! ```text
//! Mail -> Site::build                 domains, each with what any user of it has; nothing personal
//!   -> Site::read                     a Question (an HTTP request, reduced): endpoint, domain, address
//!   -> users::Directory               whose login does not follow from the address (serve only)
//!   -> Site::answer                   pure: an Answer: status, type, bytes
//!   -> serve | export | dns           sockets | a static tree | records
//! ```
//!
//! [`read`](fn@read) is the left half in one call. A whole program is then short:
//!
//! ```
//! let reading = mailwright::read_text("accounts.yaml", "accounts: { ada@gmail.com: {} }");
//! assert!(!reading.failed());
//! let run = mailwright::target::Run::of(&reading.mail);
//! let bundle = mailwright::target::find("msmtp").unwrap().render(&run).unwrap();
//! assert!(String::from_utf8_lossy(&bundle.files[0].bytes).contains("host smtp.gmail.com"));
//! ```
//!
//! # The rooms, and where to add a thing
//!
//! | room | holds | to add |
//! |---|---|---|
//! | [`document`] | the tree, the key table, the JSON Schema | a key: one line in `document/keys.rs`, then `account/layer.rs` and `account/reader/` |
//! | [`provider`] | facts about mail services | a provider: one YAML file in `src/provider/catalogue/` |
//! | [`account`] | the model: layers, fold, advice | a finding: `account/advise.rs` |
//! | [`clients`] | what mail programs make of autoconfig documents: rules as data, a small interpreter a program | a rule: a row in `clients/rules/`, the place where it bites in `clients/simulate/`, a case in `tests/hosting/check_client/documents.rs` |
//! | [`quote`] | one grammar a file, with the reader that inverts it | a grammar: one file, a filter, a line in `askama.toml` |
//! | [`target`] | one program a file; `mutt/`, `emacs/` and `thunderbird/` are folders; `application.rs` and `senders.rs` have what applications and relays share | a target: one file, one template, goldens in `tests/golden/<case>/<target>`, one line in the list and its `mod` line |
//! | [`sink`] | where files go; `home/` knows the home directory: what is ours, blocks, backups | a layout: `sink/layout.rs` |
//! | [`site`] | what a mail host publishes: one endpoint a file, pages and their languages | an endpoint: one file, a line in `site/route.rs`; a language: one file in `site/page/languages/` |
//! | [`users`] | directories of users | a kind of directory: one file, a key in `document/hosting_keys.rs` |
//! | [`serve`] | the HTTP server: sockets, TLS, limits, reload, metrics | |
//! | [`export`] | the same answers as a tree of files, configuration of web servers | a web server: one template |
//! | [`dns`] | records, zone-file lines, the comparison with the real DNS | a record: `dns/records.rs` |
//! | [`sign`] | profiles signed by CMS | |
//! | [`cli`] | the command line: clap types only | an option: one field |
//! | [`command`] | one verb a file | a verb: one file, one variant in `cli.rs` |
//! | [`origin`] | a value and where it came from | |
//! | [`problem`] | what a user can fix, drawn with secrets masked | |
//!
//! `tests/registry.rs` names what is missing when a list, a module, a template, a golden, a table of the README or the
//! schema does not agree with the others.
//!
//! # Laws
//!
//! 1. A target's file is what the real program reads: each names its oracle, or says that it has none.
//! 2. Quoting is fallible and per grammar; no value can add a directive, a line, an element or a command.
//! 3. Loss is data: what a program cannot express is a note.
//! 4. Providers are facts with a source and a date. What is not sourced is left out.
//! 5. Rendering is pure: the same input gives the same bytes, everywhere.
//! 6. Secrets never reach an output, a message, a `Debug` or a command line unasked.
//! 7. Safe to run twice, safe to interrupt.

pub mod account;
pub mod cli;
pub mod clients;
pub mod command;
pub mod dns;
pub mod document;
pub mod export;
pub mod origin;
pub mod problem;
pub mod provider;
pub mod quote;
pub mod serve;
pub mod sign;
pub mod sink;
pub mod site;
pub mod target;
pub mod users;

use account::{Hosted, Mail};
use document::read::Limits;
use document::{Document, check, read, secrets};
use problem::{Problem, Problems, Severity, Sources};

/// Account files, read and resolved.
#[derive(Debug)]
pub struct Reading {
    /// The files' texts and names, for showing problems.
    pub sources: Sources,
    /// The accounts; to be used only when the reading has not [`failed`](Reading::failed).
    pub mail: Mail,
    /// Errors, warnings and notes, in the order of the files.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// Whether an error keeps everything from being written.
    pub fn failed(&self) -> bool {
        self.problems.iter().any(|p| p.severity == Severity::Error)
    }
}

/// Reads account files as one document, the later layered over the earlier; `-` is standard input, and a folder stands for
/// the account files in it ([`read::files`]).
pub fn read(files: &[String]) -> Reading {
    read_again(files, None)
}

/// Reads them once more. Standard input is said only once: what it `said` then is taken for it.
pub fn read_again(files: &[String], said: Option<&str>) -> Reading {
    let mut hosted = Vec::new();
    let mut reading = read_into(files, said, &mut |one| hosted.push(one));
    reading.mail.hosted = hosted;
    reading
}

/// Reads them without keeping what any user of the files' providers has: each is given away as soon as it is known, so that
/// ten thousand are never there at the same time. What was given away is for nothing when the reading has failed.
pub fn read_into(files: &[String], mut said: Option<&str>, publish: &mut dyn FnMut(Hosted)) -> Reading {
    let limits = Limits::default();
    let mut sources = Sources::default();
    let mut problems = Problems::new();
    let mut document = Document::default();
    let mut numbers = Vec::new();
    'given: for (argument, given) in files.iter().enumerate() {
        let names = match read::files(given) {
            Ok(names) => names,
            Err(problem) => {
                problems.push(*problem);
                continue;
            }
        };
        for name in names {
            let read = read::file(&name, said, &mut sources, limits);
            if name == "-" {
                // A second `-` has nothing more to say.
                said = said.and(Some(""));
            }
            match read {
                Ok(number) => {
                    numbers.push(number);
                    if name != *given {
                        document.folders.insert(number, argument);
                    }
                }
                Err(problem) => {
                    let full = problem.code == "too-many-files";
                    problems.push(*problem);
                    if full {
                        // One clear problem instead of what tens of thousands of files may add to it.
                        numbers.clear();
                        break 'given;
                    }
                }
            }
        }
    }
    compile(document, numbers, sources, problems, limits, publish)
}

/// Reads one account file from memory.
pub fn read_text(name: &str, text: &str) -> Reading {
    let mut sources = Sources::default();
    let number = sources.add(name, text.to_owned());
    let mut hosted = Vec::new();
    let publish = &mut |one| hosted.push(one);
    let mut reading = compile(Document::default(), vec![number], sources, Problems::new(), Limits::default(), publish);
    reading.mail.hosted = hosted;
    reading
}

fn compile(
    mut document: Document,
    files: Vec<u16>,
    mut sources: Sources,
    mut problems: Problems,
    limits: Limits,
    publish: &mut dyn FnMut(Hosted),
) -> Reading {
    let words = secrets::Words::of(target::VOCABULARY);
    for file in files {
        let Some((tree, dropped)) = read::tree(file, &sources, limits, &mut problems) else {
            continue;
        };
        let secrets = secrets::secrets(&tree, &dropped, sources.text(file), &words);
        sources.set_secrets(file, secrets);
        check::shape(&tree, target::VOCABULARY, &sources, &mut problems);
        document.push(tree, sources.text(file).len());
    }
    // A file that could not be read may hold what the others need: nothing more is said about those.
    let unread = problems.iter().any(|p| p.severity == Severity::Error) && document.files.is_empty();
    let mail =
        if unread { Mail::default() } else { account::resolve::resolve(document, &sources, &mut problems, publish) };
    // Advice on what is wrong anyway would only hide the errors.
    if !problems.any_error() {
        account::advise::advise(&mail, &mut problems);
    }
    Reading { sources, mail, problems: problems.into_sorted() }
}
