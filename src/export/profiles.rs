//! `--users`: who of a CSV file ([`crate::users::csv`]) gets a profile, and where it goes in the tree.
//!
//! Rows come one by one; a hundred thousand need no more memory than their paths. Names are not used: the tree is public.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::{Note, file};
use crate::problem::Problem;
use crate::site::Site;
use crate::site::apple::{self, Refused};
use crate::target::File;
use crate::target::mobileconfig::{PROFILE_MARK, published};
use crate::users::csv::{self, BadRow, Logins, Row, Rows};

/// The longest name of a file that Linux, macOS and Windows take, in octets.
const NAME_OCTETS: usize = 255;

/// The profiles of a tree.
#[derive(Debug)]
pub struct Profiles<'a> {
    site: &'a Site,
    list: &'a Path,
    /// Their paths, in lower case.
    paths: HashSet<String>,
    /// Domains whose accounts no profile can express, and why.
    without: BTreeMap<String, &'static str>,
}

impl<'a> Profiles<'a> {
    /// None yet.
    pub fn new(site: &'a Site, list: &'a Path) -> Profiles<'a> {
        Profiles { site, list, paths: HashSet::new(), without: BTreeMap::new() }
    }

    /// The rows of the list, to be gone over twice: [placed](Profiles::place) first, then [made](Profiles::make).
    ///
    /// # Errors
    /// A file that cannot be read, or has no column `address`.
    pub fn rows(&self) -> Result<Rows, Box<Problem>> {
        let name = self.list.display();
        let unreadable = |why: String| {
            Box::new(
                Problem::error("cannot-read", None, format!("the list of users {name} cannot be read"))
                    .because(why)
                    .fix("check the path, and that the file is a CSV file"),
            )
        };
        csv::rows(self.list, Logins::Optional).map_err(|e| e.problem(self.list, unreadable))
    }

    /// Where the profile of a user goes, as a file that is empty yet; none where the accounts of the domain have no profile.
    ///
    /// # Errors
    /// A row that is no user, a domain of somebody else's, an address that stands twice or that no file can be called.
    pub fn place(&mut self, row: Result<Row, BadRow>) -> Result<Option<File>, Problem> {
        let row = row.map_err(|bad| self.problem(bad))?;
        let line = row.line;
        let path = self.path(&row).map_err(|why| self.problem(BadRow { line, why, last: false }))?;
        Ok(path.map(|path| profile(path, Vec::new())))
    }

    fn path(&mut self, row: &Row) -> Result<Option<String>, String> {
        let address = &row.address;
        let Some(found) = self.site.domain(address.domain()) else {
            return Err(format!("no domain of these files is {}", address.domain()));
        };
        if address.local().contains('/') {
            return Err("a slash stands in its address, and no file can be called so".to_owned());
        }
        let name = path_of(&found.name, row);
        if name.rsplit('/').next().is_some_and(|name| name.len() > NAME_OCTETS) {
            return Err(format!(
                "its file's name would have more than {NAME_OCTETS} octets, and no file can be called so"
            ));
        }
        if self.without.contains_key(&*found.name) {
            return Ok(None);
        }
        let organization = self.site.hosting.organization.as_ref().map(|o| o.value.as_str());
        let account = found
            .account(address, row.login.as_ref())
            .map_err(|_| "a character stands in its address that no login can hold".to_owned())?;
        if let Err(why) = published(&account, organization) {
            self.without.insert(found.name.into_owned(), why);
            return Ok(None);
        }
        let path = path_of(&found.name, row);
        if self.paths.insert(path.to_lowercase()) {
            Ok(Some(path))
        } else {
            Err("another line has the same address, or one that differs in upper and lower case only".to_owned())
        }
    }

    /// The profile of a user whose row has been [placed](Profiles::place).
    ///
    /// # Errors
    /// A row that has become none since, a key that does not sign.
    pub fn make(&self, row: Result<Row, BadRow>) -> Result<Option<File>, Box<Problem>> {
        let row = row.map_err(|bad| Box::new(self.problem(bad)))?;
        let found = self.site.domain(row.address.domain()).filter(|f| !self.without.contains_key(&*f.name));
        let Some(found) = found else { return Ok(None) };
        match apple::profile(self.site, &found, &row.address, row.login.as_ref(), None) {
            Ok(bytes) => Ok(Some(profile(path_of(&found.name, &row), bytes))),
            Err(Refused::Because(_)) => Ok(None),
            Err(Refused::Unsigned) => Err(Box::new(
                Problem::error("cannot-sign", None, "a profile cannot be signed")
                    .because("the key of `sign` refused to")
                    .fix("take another key, or leave `sign` out"),
            )),
        }
    }

    /// Whether somebody of the list has the profile at this path.
    pub fn has(&self, path: &str) -> bool {
        self.paths.contains(&path.to_lowercase())
    }

    /// Which domains have none.
    pub fn notes(&self) -> impl Iterator<Item = Note> {
        self.without
            .iter()
            .map(|(domain, why)| Note::new("no-profile", domain, format!("there are no profiles: {why}")))
    }

    fn problem(&self, row: BadRow) -> Problem {
        Problem::error("bad-row", None, format!("line {} of {} has no profile", row.line, self.list.display()))
            .because(row.why)
            .fix("correct the line, or take it out")
    }
}

fn path_of(domain: &str, row: &Row) -> String {
    format!("{domain}/apple/{}.mobileconfig", row.address)
}

/// A profile, which has our identifier in it, signed or not.
fn profile(path: String, bytes: Vec<u8>) -> File {
    file(path, bytes).marked(PROFILE_MARK)
}
