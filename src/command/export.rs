//! `export`: the answers of a site as a static tree.
//!
//! Goes over everything twice: first it looks what is in the way and what is wrong with the list of users, then it
//! writes, some hundred files at a time, so that a hundred thousand profiles need no more memory than those.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::{Outcome, as_json, print_json, report, talk};
use crate::cli::{self, Format};
use crate::export::users::{self, User};
use crate::export::{self, Note, domain, record, servers};
use crate::problem::{Problem, Problems, Severity, Sources};
use crate::sign::Signer;
use crate::sink::{Output, compare, directory};
use crate::site::Site;
use crate::site::apple::{self, Refused};
use crate::target::File;

/// Files that are held in memory at once.
const MANY: usize = 256;

pub(super) fn run(args: &cli::Export) -> io::Result<Outcome> {
    let mut reading = crate::read(&args.input.files);
    // Notes are for `check`; here they would hide what was written.
    reading.problems.retain(|p| p.severity != Severity::Note);
    if reading.failed() {
        report(&reading.problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    let mut signer = None;
    if let Some(files) = &reading.mail.hosting.sign {
        match Signer::load(files, args.force, SystemTime::now()) {
            Ok((loaded, warnings)) => {
                signer = Some(loaded);
                reading.problems.extend(warnings);
            }
            Err(problems) => reading.problems.extend(problems),
        }
    }
    let site = match Site::build(&reading.mail, signer) {
        Ok(site) => Some(site),
        Err(problems) => {
            reading.problems.extend(problems);
            None
        }
    };
    let Some(site) = site.filter(|_| !reading.failed()) else {
        report(&reading.problems, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    };

    let mut run = Run::new(args, &site);
    let wrong = run.look();
    if wrong.any_error() {
        let all: Vec<Problem> = reading.problems.into_iter().chain(wrong.into_sorted()).collect();
        report(&all, &reading.sources, args.format)?;
        return Ok(Outcome::WrongInput);
    }
    if let Err(problem) = run.write() {
        report(&[*problem], &reading.sources, args.format)?;
        return Ok(Outcome::Environment);
    }
    run.look_for_old_files();
    run.say(&reading.problems, &reading.sources)?;
    let differs = args.check && !(run.differences.is_empty() && run.old_files.is_empty());
    Ok(if differs { Outcome::Findings } else { Outcome::Done })
}

/// An export under way.
struct Run<'a> {
    args: &'a cli::Export,
    site: &'a Site,
    /// What the last export wrote, and what this one does.
    before: record::Record,
    now: record::Record,
    languages: BTreeSet<String>,
    headers: Vec<(String, String)>,
    notes: Vec<Note>,
    /// Paths of profiles, in lower case.
    profiles: HashSet<String>,
    /// Domains whose accounts no profile can express.
    without_profile: BTreeMap<String, &'static str>,
    actions: Vec<(String, directory::Action)>,
    differences: Vec<compare::Difference>,
    old_files: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(args: &'a cli::Export, site: &'a Site) -> Run<'a> {
        let before = fs::read_to_string(args.output.join(record::NAME)).unwrap_or_default();
        Run {
            args,
            site,
            before: record::Record::parse(&before),
            now: record::Record::default(),
            languages: BTreeSet::new(),
            headers: Vec::new(),
            notes: Vec::new(),
            profiles: HashSet::new(),
            without_profile: BTreeMap::new(),
            actions: Vec::new(),
            differences: Vec::new(),
            old_files: Vec::new(),
        }
    }

    /// Whether a file of ours without a mark stands there, as the last export left it.
    fn is_known(&self, path: &str) -> bool {
        self.before.knows(path)
            && fs::symlink_metadata(self.args.output.join(path)).is_ok_and(|m| m.is_file())
            && fs::read(self.args.output.join(path)).is_ok_and(|bytes| self.before.has(path, &bytes))
    }

    fn outputs<'f>(&self, files: &'f [File]) -> Vec<Output<'f>> {
        files.iter().map(|file| Output { path: file.path.clone(), file, ours: self.is_known(&file.path) }).collect()
    }

    /// The first time over: what is in the way, and what is wrong.
    fn look(&mut self) -> Problems {
        let mut problems = Problems::new();
        let mut look = |run: &Run<'_>, files: &[File]| {
            if !run.args.check {
                let found = directory::look(&run.args.output, &run.outputs(files), run.args.force);
                problems.extend(found.err().unwrap_or_default());
            }
        };
        for found in self.site.domains() {
            let tree = domain::tree(self.site, &found);
            look(self, &tree.files);
            for file in &tree.files {
                self.now.add(&file.path, &file.bytes);
            }
            self.notes.extend(tree.notes);
            self.languages.extend(tree.languages);
            if self.headers.is_empty() {
                self.headers = tree.page_headers;
            }
        }
        let servers = self.servers();
        for file in &servers {
            self.now.add(&file.path, &file.bytes);
        }
        look(self, &servers);
        // What is no longer written stays in the record until somebody removes it, so that it is named every time.
        let is_there = |path: &str| fs::symlink_metadata(self.args.output.join(path)).is_ok_and(|m| m.is_file());
        let old = self.before.paths().filter(|p| !self.now.knows(p) && is_there(p));
        self.old_files = old.map(str::to_owned).collect();
        self.now.keep(&self.before, &self.old_files);
        look(self, &[self.now.file()]);
        self.notes_of_the_whole();
        let mut batch = Vec::new();
        if let Some(path) = &self.args.users {
            let mut users = match users::open(path) {
                Ok(users) => users,
                Err(problem) => {
                    problems.push(*problem);
                    return problems;
                }
            };
            while let Some(row) = users.next() {
                let path = row.and_then(|user| match self.path(&user) {
                    Ok(path) => Ok(path),
                    Err(why) => Err(users.problem(user.line, why)),
                });
                match path {
                    Ok(Some(path)) => batch.push(export::profile(path, Vec::new())),
                    Ok(None) => {}
                    Err(problem) => problems.push(problem),
                }
                if batch.len() >= MANY {
                    problems.extend(self.in_the_way(&batch));
                    batch.clear();
                }
            }
            problems.extend(self.in_the_way(&batch));
        }
        for (domain, why) in &self.without_profile {
            self.notes.push(Note {
                code: "no-profile",
                domain: domain.clone(),
                text: format!("there are no profiles: {why}"),
            });
        }
        problems
    }

    fn in_the_way(&self, files: &[File]) -> Vec<Problem> {
        if self.args.check {
            return Vec::new();
        }
        directory::look(&self.args.output, &self.outputs(files), self.args.force).err().unwrap_or_default()
    }

    /// Where the profile of a user goes; nowhere when the accounts of the domain have none.
    fn path(&mut self, user: &User) -> Result<Option<String>, String> {
        let address = &user.address;
        let Some(found) = self.site.domain(address.domain()) else {
            return Err(format!("no domain of these files is {}", address.domain()));
        };
        if address.local().contains('/') {
            return Err("a slash stands in its address, and no file can be called so".to_owned());
        }
        if self.without_profile.contains_key(&*found.name) {
            return Ok(None);
        }
        let organization = self.site.hosting.organization.as_ref().map(|o| o.value.as_str());
        let account = found
            .account(address, user.login.as_ref())
            .map_err(|_| "a character stands in its address that no login can hold".to_owned())?;
        if let Err(why) = crate::target::mobileconfig::published(&account, organization) {
            self.without_profile.insert(found.name.into_owned(), why);
            return Ok(None);
        }
        let path = format!("{}/apple/{address}.mobileconfig", found.name);
        if self.profiles.insert(path.to_lowercase()) {
            Ok(Some(path))
        } else {
            Err("another line has the same address, or one that differs in upper and lower case only".to_owned())
        }
    }

    fn servers(&self) -> Vec<File> {
        let languages: Vec<String> = self.languages.iter().cloned().collect();
        servers::all(&languages, &self.headers)
    }

    fn notes_of_the_whole(&mut self) {
        let mut note = |code, text: String| self.notes.push(Note { code, domain: String::new(), text });
        if self.site.hosting.users.is_some() {
            note(
                "directory",
                "the logins of `users` are not looked up: a static tree says the same to everybody".to_owned(),
            );
        }
        if self.args.users.is_some() {
            if let Some(signer) = &self.site.signer {
                let end = humantime::format_rfc3339_seconds(signer.ends());
                note("signature-ends", format!("the profiles count as signed until {end}: export again before"));
            }
            note("public", "whoever guesses an address can see whether there is a profile for it".to_owned());
        }
    }

    /// The second time over.
    fn write(&mut self) -> Result<(), Box<Problem>> {
        let site = self.site;
        let mut batch = Vec::new();
        for found in site.domains() {
            batch.extend(domain::tree(site, &found).files);
            if batch.len() >= MANY {
                self.put(&mut batch)?;
            }
        }
        self.put(&mut batch)?;
        if let Some(path) = &self.args.users {
            for row in users::open(path)? {
                // Whatever is wrong has been said, unless the file has changed since.
                let user = row.map_err(Box::new)?;
                let Some(found) = site.domain(user.address.domain()) else { continue };
                if self.without_profile.contains_key(&*found.name) {
                    continue;
                }
                match apple::profile(site, &found, &user.address, user.login.as_ref()) {
                    Ok(bytes) => {
                        batch.push(export::profile(
                            format!("{}/apple/{}.mobileconfig", found.name, user.address),
                            bytes,
                        ));
                    }
                    Err(Refused::Because(_)) => {}
                    Err(Refused::Unsigned) => {
                        return Err(Box::new(
                            Problem::error("cannot-sign", None, "a profile cannot be signed")
                                .because("the key of `sign` refused to")
                                .fix("take another key, or leave `sign` out"),
                        ));
                    }
                }
                if batch.len() >= MANY {
                    self.put(&mut batch)?;
                }
            }
        }
        batch.extend(self.servers());
        self.put(&mut batch)?;
        // Last, so that a run that was interrupted is known by its marks and what was there before.
        batch.push(self.now.file());
        self.put(&mut batch)
    }

    fn put(&mut self, batch: &mut Vec<File>) -> Result<(), Box<Problem>> {
        let outputs = self.outputs(batch);
        if self.args.check {
            self.differences.extend(compare::compare(&self.args.output, &outputs));
            self.actions.extend(outputs.into_iter().map(|o| (o.path, directory::Action::Unchanged)));
            batch.clear();
            return Ok(());
        }
        match directory::write(&self.args.output, &outputs, self.args.force) {
            Ok(actions) => self.actions.extend(outputs.into_iter().map(|o| o.path).zip(actions)),
            Err(directory::Failure::System(problem)) => return Err(Box::new(problem)),
            // It came into the way after it was looked for.
            Err(directory::Failure::InTheWay(problems)) => {
                if let Some(first) = problems.into_iter().next() {
                    return Err(Box::new(first));
                }
            }
        }
        batch.clear();
        Ok(())
    }

    /// What an earlier export wrote and this one does not. It is named, not removed: somebody may still look it up.
    fn look_for_old_files(&mut self) {
        let root = &self.args.output;
        let mut folders: BTreeSet<String> = self.site.domains().map(|f| f.name.into_owned()).collect();
        folders.extend(self.old_files.iter().filter_map(|p| p.split_once('/')).map(|(folder, _)| folder.to_owned()));
        for folder in folders.iter().filter(|f| Path::new(f).components().count() == 1 && !f.starts_with('.')) {
            for entry in fs::read_dir(root.join(folder).join("apple")).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let Some(name) = name.to_str().filter(|n| n.ends_with(".mobileconfig")) else { continue };
                let path = format!("{folder}/apple/{name}");
                if !self.profiles.contains(&path.to_lowercase()) {
                    self.old_files.push(path);
                }
            }
        }
        self.old_files.sort();
    }

    fn say(&self, problems: &[Problem], sources: &Sources) -> io::Result<()> {
        let root = &self.args.output;
        if self.args.format == Format::Json {
            let notes: Vec<Value> =
                self.notes.iter().map(|n| json!({ "domain": n.domain, "code": n.code, "text": n.text })).collect();
            let mut all = json!({ "old": self.old_files, "notes": notes, "problems": as_json(problems, sources) });
            if self.args.check {
                let list = self.differences.iter().map(|d| json!({ "path": d.path, "difference": d.text }));
                all["differences"] = list.collect();
            } else {
                let list = self.actions.iter().map(|(path, action)| {
                    let mut file = json!({ "path": root.join(path).display().to_string(), "action": action.word() });
                    if let directory::Action::BackedUp(backup) = action {
                        file["backup"] = json!(backup.display().to_string());
                    }
                    file
                });
                all["files"] = list.collect();
            }
            return print_json(&all);
        }
        talk(problems, sources)?;
        let mut out = io::BufWriter::new(io::stdout().lock());
        for difference in &self.differences {
            write!(out, "{}", difference.text)?;
        }
        out.flush()?;
        let mut err = io::BufWriter::new(io::stderr().lock());
        if self.args.check {
            match self.differences.len() {
                0 => writeln!(err, "{}: no difference, {} files compared", root.display(), self.actions.len())?,
                n => writeln!(
                    err,
                    "{}: {n} of {} files differ from what would be written",
                    root.display(),
                    self.actions.len()
                )?,
            }
        } else {
            self.summary(&mut err)?;
        }
        few(
            &mut err,
            &self.old_files,
            "old: ",
            "is no longer written: remove it when nobody looks it up any more",
            root,
        )?;
        let mut codes: Vec<&str> = Vec::new();
        for note in &self.notes {
            if !codes.contains(&note.code) {
                codes.push(note.code);
            }
        }
        for code in codes {
            let same: Vec<&Note> = self.notes.iter().filter(|n| n.code == code).collect();
            for note in same.iter().take(FEW) {
                writeln!(err, "note: {note}")?;
            }
            if same.len() > FEW {
                writeln!(err, "note: the same for {} more domains ({code})", same.len() - FEW)?;
            }
        }
        err.flush()
    }

    /// What was done: in a small tree file by file, in a large one in numbers.
    fn summary(&self, err: &mut impl Write) -> io::Result<()> {
        const SMALL: usize = 48;
        let root = &self.args.output;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, action) in &self.actions {
            *counts.entry(action.word()).or_default() += 1;
            let backup = match action {
                directory::Action::BackedUp(backup) => format!(" (old one: {})", backup.display()),
                _ => String::new(),
            };
            if self.actions.len() <= SMALL || !backup.is_empty() {
                writeln!(err, "{:<10} {}{backup}", action.word(), root.join(path).display())?;
            }
        }
        if self.actions.len() > SMALL {
            let counts: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
            writeln!(err, "{}: {} files ({})", root.display(), self.actions.len(), counts.join(", "))?;
        }
        Ok(())
    }
}

/// How many of a kind are named.
const FEW: usize = 5;

fn few(err: &mut impl Write, paths: &[String], begin: &str, end: &str, root: &Path) -> io::Result<()> {
    for path in paths.iter().take(FEW) {
        writeln!(err, "{begin}{} {end}", root.join(path).display())?;
    }
    if paths.len() > FEW {
        writeln!(err, "{begin}{} more files", paths.len() - FEW)?;
    }
    Ok(())
}
