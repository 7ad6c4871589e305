//! An export: goes over everything twice. First it looks what is in the way and what is wrong with the list of users, then
//! it writes, some hundred files at a time, so that a hundred thousand profiles need no more memory than those.
//!
//! Removes nothing: what an earlier export wrote and this one does not is named, since somebody may still look it up.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::profiles::Profiles;
use super::record::{self, Record};
use super::{Note, domain, servers};
use crate::account::address::domain_name;
use crate::problem::{Problem, Problems};
use crate::sink::Output;
use crate::sink::compare::{self, Difference};
use crate::sink::directory::{self, Action, Failure};
use crate::site::{Found, Site, route};
use crate::target::File;
use crate::target::mobileconfig::PROFILE_MARK;

/// Files that are held in memory at once.
const MANY: usize = 256;

/// What is exported, and where to.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The folder of the tree, made when it is not there.
    pub output: &'a Path,
    /// The list of users who get a profile.
    pub users: Option<&'a Path>,
    /// Nothing is written, but compared.
    pub check: bool,
    /// Files that are not ours are replaced, with a backup.
    pub force: bool,
}

/// What became of an export.
#[derive(Debug)]
pub struct Exported {
    /// What a static tree cannot do, or should be known about it.
    pub notes: Vec<Note>,
    /// Each path and what was done there; in a comparison each path, as unchanged.
    pub actions: Vec<(String, Action)>,
    /// Where the folder differs from what would be written.
    pub differences: Vec<Difference>,
    /// Paths that an earlier export wrote and this one does not, sorted.
    pub old_files: Vec<String>,
}

/// Why there is no export.
#[derive(Debug)]
pub enum Refused {
    /// Something is wrong with the list of users, or in the way. Nothing was written.
    Wrong(Vec<Problem>),
    /// It stopped on the way: the system said no, or something changed meanwhile.
    Stopped(Box<Problem>),
}

/// Writes the tree, or compares it.
///
/// # Errors
/// [`Refused`].
pub fn export(site: &Site, order: Order<'_>) -> Result<Exported, Refused> {
    let mut run = Run::new(site, order);
    let wrong = run.look();
    if wrong.any_error() {
        return Err(Refused::Wrong(wrong.into_sorted()));
    }
    run.write().map_err(Refused::Stopped)?;
    run.look_for_old_profiles();
    let Run { notes, actions, differences, old_files, .. } = run;
    Ok(Exported { notes, actions, differences, old_files })
}

/// An export under way.
struct Run<'a> {
    order: Order<'a>,
    site: &'a Site,
    /// What the last export wrote, and what this one does.
    before: Record,
    now: Record,
    languages: BTreeSet<String>,
    headers: Vec<(String, String)>,
    profiles: Option<Profiles<'a>>,
    notes: Vec<Note>,
    actions: Vec<(String, Action)>,
    differences: Vec<Difference>,
    old_files: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(site: &'a Site, order: Order<'a>) -> Run<'a> {
        let before = fs::read_to_string(order.output.join(record::NAME)).unwrap_or_default();
        Run {
            order,
            site,
            before: Record::parse(&before),
            now: Record::default(),
            languages: BTreeSet::new(),
            headers: Vec::new(),
            profiles: order.users.map(|list| Profiles::new(site, list)),
            notes: Vec::new(),
            actions: Vec::new(),
            differences: Vec::new(),
            old_files: Vec::new(),
        }
    }

    fn is_there(&self, path: &str) -> bool {
        fs::symlink_metadata(self.order.output.join(path)).is_ok_and(|m| m.is_file())
    }

    /// Whether a file of ours without a mark stands there, as the last export left it.
    fn is_known(&self, path: &str) -> bool {
        self.before.knows(path)
            && self.is_there(path)
            && fs::read(self.order.output.join(path)).is_ok_and(|bytes| self.before.has(path, &bytes))
    }

    fn outputs<'f>(&self, files: &'f [File]) -> Vec<Output<'f>> {
        files.iter().map(|file| Output { path: file.path.clone(), file, ours: self.is_known(&file.path) }).collect()
    }

    /// The first time over: what is in the way, and what is wrong.
    fn look(&mut self) -> Problems {
        let mut problems = Problems::new();
        for found in self.site.domains() {
            let tree = domain::tree(self.site, &found);
            problems.extend(self.in_the_way(&tree.files));
            self.remember(&tree.files);
            self.notes.extend(tree.notes);
            self.languages.extend(tree.languages);
            if self.headers.is_empty() {
                self.headers = tree.page_headers;
            }
        }
        let servers = self.servers();
        self.remember(&servers);
        problems.extend(self.in_the_way(&servers));
        // What is no longer written stays in the record until somebody removes it, so that it is named every time.
        let old = self.before.paths().filter(|p| !self.now.knows(p) && self.is_there(p));
        self.old_files = old.map(str::to_owned).collect();
        self.now.keep(&self.before, &self.old_files);
        problems.extend(self.in_the_way(&[self.now.file()]));
        self.notes_of_the_whole();
        if let Some(mut profiles) = self.profiles.take() {
            self.look_at_users(&mut profiles, &mut problems);
            self.notes.extend(profiles.notes());
            self.profiles = Some(profiles);
        }
        problems
    }

    fn look_at_users(&self, profiles: &mut Profiles<'_>, problems: &mut Problems) {
        let rows = match profiles.rows() {
            Ok(rows) => rows,
            Err(problem) => return problems.push(*problem),
        };
        let mut batch = Vec::new();
        for row in rows {
            match profiles.place(row) {
                Ok(file) => batch.extend(file),
                Err(problem) => problems.push(problem),
            }
            if batch.len() >= MANY {
                problems.extend(self.in_the_way(&batch));
                batch.clear();
            }
        }
        problems.extend(self.in_the_way(&batch));
    }

    fn in_the_way(&self, files: &[File]) -> Vec<Problem> {
        if self.order.check {
            return Vec::new();
        }
        directory::look(self.order.output, &self.outputs(files), self.order.force).err().unwrap_or_default()
    }

    fn remember(&mut self, files: &[File]) {
        for file in files {
            self.now.add(&file.path, &file.bytes);
        }
    }

    fn servers(&self) -> Vec<File> {
        let languages: Vec<String> = self.languages.iter().cloned().collect();
        servers::all(&languages, &self.headers)
    }

    fn notes_of_the_whole(&mut self) {
        let mut note = |code, text: String| self.notes.push(Note::new(code, "", text));
        // Whatever has a page is sent with headers.
        if !self.headers.is_empty() {
            note("page", "the set-up pages are those of anybody: a form needs `mailwright serve`".to_owned());
        }
        if self.now.paths().any(|path| path.ends_with(route::POX)) {
            note(
                "post",
                "a POST to Autodiscover gets the settings of the host's domain, whatever address and whatever kind of answer \
                 it asks for: that takes `mailwright serve`"
                    .to_owned(),
            );
            if let Some(text) = shared_host(self.site) {
                note("url", text);
            }
        }
        if self.site.hosting.users.is_some() {
            note(
                "directory",
                "the logins of `users` are not looked up: a static tree says the same to everybody".to_owned(),
            );
        }
        if self.profiles.is_some() {
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
        if let Some(profiles) = self.profiles.take() {
            for row in profiles.rows()? {
                // Whatever is wrong has been said, unless the file has changed since.
                batch.extend(profiles.make(row)?);
                if batch.len() >= MANY {
                    self.put(&mut batch)?;
                }
            }
            self.profiles = Some(profiles);
        }
        batch.extend(self.servers());
        self.put(&mut batch)?;
        // Last, so that a run that was interrupted is known by its marks and what was there before.
        batch.push(self.now.file());
        self.put(&mut batch)
    }

    fn put(&mut self, batch: &mut Vec<File>) -> Result<(), Box<Problem>> {
        let outputs = self.outputs(batch);
        if self.order.check {
            self.differences.extend(compare::compare(self.order.output, &outputs));
            self.actions.extend(outputs.into_iter().map(|o| (o.path, Action::Unchanged)));
            batch.clear();
            return Ok(());
        }
        match directory::write(self.order.output, &outputs, self.order.force) {
            Ok(actions) => self.actions.extend(outputs.into_iter().map(|o| o.path).zip(actions)),
            Err(Failure::System(problem)) => return Err(Box::new(problem)),
            // It came into the way after it was looked for.
            Err(Failure::InTheWay(problems)) => {
                if let Some(first) = problems.into_iter().next() {
                    return Err(Box::new(first));
                }
            }
        }
        batch.clear();
        Ok(())
    }

    /// Profiles are not in the record: those of an earlier export are known by their place.
    fn look_for_old_profiles(&mut self) {
        let root = self.order.output;
        let mut folders: BTreeSet<String> = self.site.domains().map(|f| f.name.into_owned()).collect();
        folders.extend(self.old_files.iter().filter_map(|p| p.split_once('/')).map(|(folder, _)| folder.to_owned()));
        // Below a wildcard profiles are all that there is, and the record does not know them. It may be gone meanwhile.
        let entries =
            fs::read_dir(root).into_iter().flatten().flatten().filter_map(|e| e.file_name().into_string().ok());
        let below: BTreeSet<String> =
            entries.filter(|name| domain_name(name).is_ok_and(|domain| domain == *name)).collect();
        for folder in folders.union(&below).filter(|f| Path::new(f).components().count() == 1 && !f.starts_with('.')) {
            for entry in fs::read_dir(root.join(folder).join("apple")).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let Some(name) = name.to_str().filter(|n| n.ends_with(".mobileconfig")) else { continue };
                let path = format!("{folder}/apple/{name}");
                let known = folders.contains(folder) || is_profile(&entry.path());
                if known && !self.profiles.as_ref().is_some_and(|profiles| profiles.has(&path)) {
                    self.old_files.push(path);
                }
            }
        }
        self.old_files.sort();
    }
}

/// Whether a profile is one of ours: signed or not, our mark stands in it.
fn is_profile(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.windows(PROFILE_MARK.len()).any(|part| part == PROFILE_MARK.as_bytes()))
}

/// What is not answered at the host of `serve.url`: a folder is chosen by the host, and a POST names nothing else.
fn shared_host(site: &Site) -> Option<String> {
    let host = site.hosting.url.as_ref()?.host_str()?;
    let is_named = |found: &Found<'_>| !found.domain.name.starts_with("*.");
    let Some(here) = site.domain_of_host(host).filter(is_named) else {
        return Some(format!(
            "{host}, the host of `serve.url`, has no folder: no page is there and no POST is answered; leave out the \
             `_autodiscover._tcp` records that `mailwright dns` prints"
        ));
    };
    let strangers = site.domains().filter(is_named).any(|found| !std::ptr::eq(found.service, here.service));
    strangers.then(|| {
        format!(
            "{host}, the host of `serve.url`, answers each POST as {}: leave out the `_autodiscover._tcp` records that \
             `mailwright dns` prints for domains of other providers",
            here.name
        )
    })
}
