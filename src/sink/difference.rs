//! How a difference is shown: as a unified diff, with every line masked in which a secret may stand.

use similar::TextDiff;

use crate::target::may_hold_secret;

/// What of a difference may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All: both sides are ours, and hold no secret.
    All,
    /// What is to be written holds no secret; of what is there, no line that speaks of one.
    New,
    /// Nothing.
    Nothing,
}

/// The difference between what is there and what would be written, as a unified diff; or a sentence, when a secret may
/// stand in it or it is no text.
pub fn text(path: &str, old: Option<&[u8]>, new: &[u8], shown: Shown) -> String {
    let there = if old.is_some() { "there" } else { "not there" };
    match (std::str::from_utf8(old.unwrap_or_default()), std::str::from_utf8(new)) {
        (Ok(old), Ok(new)) if shown != Shown::Nothing && !has_password_key(old) => {
            let diff = TextDiff::from_lines(old, new)
                .unified_diff()
                .header(&format!("{path} ({there})"), &format!("{path} (new)"))
                .to_string();
            match shown {
                Shown::All => diff,
                _ => diff.split_inclusive('\n').map(masked).collect(),
            }
        }
        _ => format!("{path}: differs; a password may stand in it, so the difference is not shown\n"),
    }
}

/// A line of a difference, without its content when a secret may stand in it: only what goes is not ours.
fn masked(line: &str) -> String {
    if !line.starts_with('-') || line.starts_with("--- ") || !may_hold_secret(line) {
        return line.to_owned();
    }
    "-*** (a line about a password)\n".to_owned()
}

/// The keys of Apple's payloads under which a password stands, on the same line or the next.
fn has_password_key(text: &str) -> bool {
    ["<key>IncomingPassword</key>", "<key>OutgoingPassword</key>", "DAVPassword</key>"].iter().any(|k| text.contains(k))
}
