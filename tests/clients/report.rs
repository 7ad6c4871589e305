//! What is compared and what differs; and the table at the end.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Mutex;

use libtest_mimic::Failed;

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

/// Prints the table.
pub fn print() {
    let Ok(table) = TABLE.lock() else { return };
    println!("{:<13} {:<58} {:>6} {:>9} {:>8}", "target", "oracle", "cases", "compared", "refused");
    for ((target, oracle), [cases, compared, refused]) in table.iter() {
        println!("{target:<13} {oracle:<58} {cases:>6} {compared:>9} {refused:>8}");
    }
}
