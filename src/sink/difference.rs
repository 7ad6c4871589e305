//! How a difference is shown: as a unified diff, with every line masked in which a secret may stand.

use std::collections::HashSet;

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
            if shown == Shown::All { diff } else { masked(&diff, new) }
        }
        _ => format!("{path}: differs; a password may stand in it, so the difference is not shown\n"),
    }
}

/// A difference in which only such lines of what is there are shown as we could have written: their first words stand in
/// what is to be written, too, and no secret seems to stand in them.
fn masked(diff: &str, new: &str) -> String {
    let ours: HashSet<&str> = new.lines().map(first_words).collect();
    let mut out = String::new();
    let mut continued = false;
    for (number, line) in diff.split_inclusive('\n').enumerate() {
        // The first two lines are the header.
        let Some(old) = line.strip_prefix('-').filter(|_| number >= 2) else {
            out.push_str(line);
            continue;
        };
        let old = old.trim_end_matches(['\n', '\r']);
        let fine = old.trim().is_empty() || (!continued && !may_hold_secret(old) && ours.contains(first_words(old)));
        out.push_str(if fine { line } else { "-*** (a line that may hold a secret)\n" });
        continued = old.ends_with('\\');
    }
    out
}

/// What a line begins with, up to its value: `set folder`, `host`, `<hostname`, `# Written`.
fn first_words(line: &str) -> &str {
    let line = line.trim_start();
    let end = line.find(['=', ':', '>', '"']).unwrap_or(line.len());
    let mut words = line[..end].match_indices(char::is_whitespace);
    // A keyword such as `set` is followed by the name; elsewhere the second word is the value.
    let two = ["set ", "unset ", "#", "(setq ", "account "].iter().any(|k| line.starts_with(k));
    let end = words.nth(usize::from(two)).map_or(end, |(at, _)| at);
    line[..end].trim_end()
}

/// The keys of Apple's payloads under which a password stands, on the same line or the next.
fn has_password_key(text: &str) -> bool {
    ["<key>IncomingPassword</key>", "<key>OutgoingPassword</key>", "DAVPassword</key>"].iter().any(|k| text.contains(k))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found in a review: each of these was shown.
    #[test]
    fn no_line_of_the_users_shows_a_secret() {
        let new =
            "# Written by Mailwright\nset folder = \"imaps://a@x/\"\nset imap_pass = \"`pass a`\"\nhost a\nport 465\n";
        for secret in [
            "-- password hunter",
            "set imap_pass=\\\nhunter",
            "set folder=imaps://ada:hun/hunter@imap.x.org/",
            "set folder=imaps://ada:hun'hunter@imap.x.org/",
            "set my_p=hunter",
            "# Kennwort hunter",
            "hunter",
            "host hunter \\\nhunter",
        ] {
            let old = format!("{new}{secret}\n");
            let shown = text("x", Some(old.as_bytes()), new.as_bytes(), Shown::New);
            let secret = !secret.starts_with("host") && shown.contains("hunter");
            assert!(!secret && shown.matches("hunter").count() < 2, "{shown}");
        }
        let shown = text("x", Some(b"host a\nport 587\n"), b"host a\nport 465\n", Shown::New);
        assert!(shown.contains("-port 587\n+port 465\n"), "{shown}");
    }
}
