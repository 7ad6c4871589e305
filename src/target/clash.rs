//! Names that a block of ours and the user's own part of a file both define, where the program takes a name once only or
//! would use either. Nothing here knows a whole grammar: only the lines that begin a section.

/// The first name that both parts define; `name` tells the name that a line begins a section with, if it does.
pub fn twice(ours: &str, theirs: &str, name: impl Fn(&str) -> Option<String>) -> Option<String> {
    let theirs: Vec<String> = theirs.lines().filter_map(&name).collect();
    ours.lines().filter_map(&name).find(|n| theirs.contains(n))
}

/// A section in brackets, as in INI files and TOML; blanks within the brackets do not count.
pub fn section(line: &str) -> Option<String> {
    let line = line.trim();
    let inside = line.strip_prefix('[')?.split(']').next()?;
    Some(format!("[{}]", inside.trim_matches(['[', ' ', '\t'])))
}

/// `KEYWORD NAME`, as in msmtp's and isync's files; `to` ends the name where something may follow it.
pub fn keyword(line: &str, keywords: &[&str], to: char) -> Option<String> {
    let mut words = line.trim().splitn(2, [' ', '\t']);
    let first = words.next()?;
    let found = keywords.iter().find(|k| k.eq_ignore_ascii_case(first))?;
    Some(format!("{found} {}", words.next()?.split(to).next()?.trim().trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let msmtp = |line: &str| keyword(line, &["account"], ':');
        assert_eq!(
            twice("account a\naccount default : a\n", "x\naccount default: b", msmtp).as_deref(),
            Some("account default")
        );
        assert_eq!(twice("account a\n", "# account a\naccounts a\n", msmtp), None);
        let isync = |line: &str| keyword(line, &["Channel"], '\n');
        assert_eq!(twice("Channel \"a b\"", "channel a b", isync).as_deref(), Some("Channel a b"));
        assert_eq!(twice("[accounts.a]\n", "[ accounts.a ] # mine", section).as_deref(), Some("[accounts.a]"));
        assert_eq!(twice("[accounts.a]\n", "[accounts.b]\nx = \"[accounts.a]\"", section), None);
    }
}
