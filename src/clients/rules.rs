//! The rules, as data: which program looks at what, what it does about a fault, how that is said, what mends it, and in
//! which file of its source that was read, at which date.
//!
//! One file a program. A rule says nothing about when it bites: that is [`super::simulate`]'s business, which walks the
//! document as the program does. What no program's source says has no rule here.

use super::{Client, Effect, Finding};
use crate::problem::Place;

pub mod deltachat;
pub mod every;
pub mod evolution;
pub mod fairemail;
pub mod geary;
pub mod k9;
pub mod kmail;
pub mod outlook;
pub mod thunderbird;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Stable, lower-case, hyphenated; one program has it once.
    pub code: &'static str,
    /// Whose it is; `None` when it is every program's.
    pub client: Option<Client>,
    /// What the program does about it.
    pub effect: Effect,
    /// What is looked at.
    pub at: &'static str,
    /// What happens, in a sentence without its subject; `{}` stands for the value.
    pub says: &'static str,
    /// The way out.
    pub fix: &'static str,
    /// Where it was read.
    pub source: Source,
}

/// Where a rule was read.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The repository or the document.
    pub origin: &'static str,
    /// The file or the section in it.
    pub file: &'static str,
    /// When it was read, YYYY-MM-DD, or the date of the commit.
    pub date: &'static str,
}

impl Rule {
    /// A finding by this rule.
    pub fn finding(&'static self, place: Option<Place>, server: Option<String>, value: &str) -> Finding {
        Finding {
            client: self.client,
            rule: self,
            server,
            place,
            message: self.says.replacen("{}", &short(value), 1),
            also: 0,
        }
    }
}

/// A value of a stranger's as a message may quote it.
fn short(value: &str) -> String {
    const MOST: usize = 60;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    format!("{}...", value.chars().take(MOST - 3).collect::<String>())
}

/// Makes constants of one program's rules, and the list of them.
macro_rules! rules {
    (@source $own:expr) => { $own };
    (@source) => { SOURCE };
    ($client:expr, $source:expr; $($(#[$doc:meta])* $name:ident = $code:literal, $effect:ident, $at:literal, $says:literal, fix $fix:literal $(, $own:expr)?;)*) => {
        use crate::clients::rules::{Rule, Source};
        use crate::clients::{Client, Effect};

        const SOURCE: Source = $source;
        const WHOSE: Option<Client> = $client;

        $(
            $(#[$doc])*
            pub static $name: Rule = Rule {
                code: $code,
                client: WHOSE,
                effect: Effect::$effect,
                at: $at,
                says: $says,
                fix: $fix,
                source: $crate::clients::rules::rules!(@source $($own)?),
            };
        )*

        /// All of them.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}
pub(crate) use rules;

/// Every rule there is.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        every::ALL,
        thunderbird::ALL,
        k9::ALL,
        fairemail::ALL,
        deltachat::ALL,
        kmail::ALL,
        geary::ALL,
        evolution::ALL,
        outlook::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
