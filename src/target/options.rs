//! The options of a target under `targets:`, the account's own over the defaults'.

use crate::account::{Account, Os, Said, Text, resolve};
use crate::document::Node;
use crate::document::keys::{Key, Shape, key};
use crate::problem::{Place, Problem};

/// The option of every target that writes commands.
pub const OS: Key = key(
    "os",
    Shape::Word(&["linux", "macos"]),
    "The system that the files are for: a `keyring` is asked by `secret-tool`, or by `security` on `macos`. Default: `linux`.",
);

/// The options of a target, for one account: the account's own over the defaults'.
pub struct Options<'a> {
    layers: Vec<&'a Node>,
    /// What is wrong in them.
    pub problems: Vec<Problem>,
}

impl<'a> Options<'a> {
    /// Those of an account.
    pub fn of(account: &'a Account, target: &'a str) -> Options<'a> {
        Options { layers: resolve::options(account, target).collect(), problems: Vec::new() }
    }

    fn get(&self, key: &str) -> Option<&'a Node> {
        self.layers.iter().find_map(|l| l.get(key))
    }

    /// A switch; off when unsaid.
    pub fn on(&self, key: &str) -> bool {
        self.get(key).and_then(Node::boolean).unwrap_or(false)
    }

    /// Whether a word is said.
    pub fn is(&self, key: &str, word: &str) -> bool {
        self.get(key).and_then(Node::text) == Some(word)
    }

    /// The system that the files are for.
    pub fn os(&self) -> Os {
        if self.is("os", "macos") { Os::MacOs } else { Os::Linux }
    }

    /// The place of an option.
    pub fn place(&self, key: &str) -> Option<Place> {
        self.get(key).map(|n| n.place)
    }

    /// One line of text.
    pub fn text(&mut self, key: &str) -> Option<Said<Text>> {
        let node = self.get(key)?;
        match Text::new(node.text()?) {
            Ok(text) if !text.as_str().is_empty() => Some(Said::new(text, node.place)),
            _ => {
                self.problems.push(
                    Problem::error(
                        "control-character",
                        node.place,
                        format!("`{key}` is empty or holds a control character"),
                    )
                    .fix("write one line of text"),
                );
                None
            }
        }
    }

    /// Lines that are copied into the file as they are: the user's own configuration. [`may_hold_secret`] tells whether
    /// the file must be private for them.
    pub fn verbatim(&mut self, key: &str) -> Option<String> {
        let node = self.get(key)?;
        let text = node.text()?;
        match crate::account::Lines::new(text) {
            Ok(lines) => Some(lines.as_str().trim_end_matches('\n').to_owned()),
            Err(_) => {
                self.problems.push(
                    Problem::error("control-character", node.place, format!("a control character stands in `{key}`"))
                        .fix("remove it"),
                );
                None
            }
        }
    }
}

/// Whether a password may stand in lines that are not ours. Generous: a file is private once too often at worst.
pub fn may_hold_secret(lines: &str) -> bool {
    let lines = lines.to_lowercase();
    ["pass", "secret", "token", "pw"].iter().any(|word| lines.contains(word))
        // A password in a URL may hold any character but a line break.
        || lines.lines().flat_map(|line| line.split("://").skip(1)).any(|rest| {
            rest.rfind('@').is_some_and(|at| rest[..at].contains(':'))
        })
}
