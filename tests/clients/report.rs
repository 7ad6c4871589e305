//! What is compared and what differs; the table at the end, and the README's.
//!
//! After a run of all tests with nothing skipped, every target must have been read in as many goldens as it has, and the
//! README's table must name as many; `UPDATE_GOLDEN=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;
use std::sync::Mutex;
use std::{env, fs};

use libtest_mimic::Failed;
use mailwright::target::TARGETS;

/// (target, oracle) -> cases, values compared, values refused with a reason.
static TABLE: Mutex<BTreeMap<(String, String), [usize; 3]>> = Mutex::new(BTreeMap::new());

/// The findings of one test.
#[derive(Default)]
pub struct Findings {
    wrong: Vec<String>,
    compared: usize,
    refused: usize,
}

impl Findings {
    /// Two values that have to be the same.
    pub fn same<A: Debug + PartialEq<B>, B: Debug>(&mut self, what: &str, got: A, want: B) {
        self.compared += 1;
        if got != want {
            self.wrong.push(format!("{what}:\n    got  {got:?}\n    want {want:?}"));
        }
    }

    /// Something that has to be so.
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.compared += 1;
        if !holds {
            self.wrong.push(what());
        }
    }

    /// A value that was refused, with a reason.
    pub fn refused(&mut self) {
        self.refused += 1;
    }

    /// How many comparisons were made.
    pub fn compared(&self) -> usize {
        self.compared
    }

    /// Comparisons that another process made for this test.
    pub fn compared_elsewhere(&mut self, more: usize) {
        self.compared += more;
    }

    /// Enters the test into the table and says what is wrong.
    pub fn finish(self, target: &str, oracle: &str, cases: usize) -> Result<(), Failed> {
        if let Ok(mut table) = TABLE.lock() {
            let row = table.entry((target.to_owned(), oracle.to_owned())).or_default();
            for (sum, more) in row.iter_mut().zip([cases, self.compared, self.refused]) {
                *sum += more;
            }
        }
        if self.wrong.is_empty() {
            return Ok(());
        }
        let shown: Vec<_> = self.wrong.iter().take(12).cloned().collect();
        Err(format!("{} of {} comparisons differ:\n{}", self.wrong.len(), self.compared, shown.join("\n")).into())
    }
}

/// Prints the table, and writes it to the file that `MAILWRIGHT_TABLE` names, for the end of `tests/run`.
pub fn print() {
    let Ok(table) = TABLE.lock() else { return };
    let mut text = format!("{:<14} {:<60} {:>6} {:>9} {:>8}\n", "target", "oracle", "cases", "compared", "refused");
    for ((target, oracle), [cases, compared, refused]) in table.iter() {
        text.push_str(&format!("{target:<14} {oracle:<60} {cases:>6} {compared:>9} {refused:>8}\n"));
    }
    print!("{text}");
    if let Some(path) = env::var_os("MAILWRIGHT_TABLE") {
        fs::write(path, text).expect("the table's file");
    }
}

/// Golden cases that hold files of a target.
fn goldens(id: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    fs::read_dir(root).expect("goldens").filter(|e| e.as_ref().expect("entry").path().join(id).is_dir()).count()
}

/// What a complete run must have shown; the complaints. `UPDATE_GOLDEN` writes the README's table.
pub fn complete() -> Vec<String> {
    let table = TABLE.lock().expect("no test panics in here");
    let mut wrong = Vec::new();
    let mut rows = String::from("| target | goldens | values compared |\n|---|---|---|\n");
    let mut counts = Vec::new();
    for target in TARGETS {
        let id = target.about().id;
        let mut read = 0;
        let mut compared = 0;
        for ((targets, oracle), [cases, values, _]) in table.iter() {
            // How many nasty values there are is a matter of the run.
            if targets.split(", ").any(|t| t == id) && !oracle.contains("nasty") {
                read = read.max(*cases);
                compared += values;
            }
        }
        let there = goldens(id);
        if read < there {
            wrong.push(format!("{id} has {there} goldens, and {read} of them were read"));
        }
        rows.push_str(&format!("| `{id}` | {there} | {compared} |\n"));
        counts.push(format!("| `{id}` | {there} | "));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let old = fs::read_to_string(&path).expect("README.md");
    let (open, close) = ("<!-- oracles -->\n", "<!-- /oracles -->");
    let Some((start, end)) = old.find(open).map(|s| s + open.len()).and_then(|s| Some((s, s + old[s..].find(close)?)))
    else {
        wrong.push(format!("README.md has no {open}"));
        return wrong;
    };
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, format!("{}{rows}{}", &old[..start], &old[end..])).expect("write");
    } else if counts.iter().any(|c| !old[start..end].contains(c)) || old[start..end].lines().count() != counts.len() + 2
    {
        wrong.push("the README's table of goldens is old: UPDATE_GOLDEN=1 cargo test --test clients".into());
    }
    wrong
}
