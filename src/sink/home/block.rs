//! A marked block in a file that is the user's, too: two comment lines, and what stands between them is ours.
//!
//! Bytes, not text: a file in any encoding keeps every byte outside the block.

use std::ops::Range;

/// Where our block stands in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nowhere.
    Nowhere,
    /// From the first marker to the end of the second one's line.
    At(Range<usize>),
    /// The markers are not one pair: which is ours cannot be told.
    Damaged,
}

/// The two lines, without line ends.
fn markers(comment: &str, target: &str) -> [String; 2] {
    [format!("{comment} >>> mailwright: {target} >>>"), format!("{comment} <<< mailwright: {target} <<<")]
}

/// Looks for the block of a target.
pub(super) fn find(bytes: &[u8], comment: &str, target: &str) -> Found {
    let [open, close] = markers(comment, target);
    let (mut opened, mut closed) = (Vec::new(), Vec::new());
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let end = at + line.len();
        let bare = line.trim_ascii();
        if bare == open.as_bytes() {
            opened.push(at);
        } else if bare == close.as_bytes() {
            closed.push(end);
        }
        at = end;
    }
    match (opened.as_slice(), closed.as_slice()) {
        ([], []) => Found::Nowhere,
        ([from], [to]) if from < to => Found::At(*from..*to),
        _ => Found::Damaged,
    }
}

/// Our content between its markers.
pub(super) fn block(content: &[u8], comment: &str, target: &str) -> Vec<u8> {
    let [open, close] = markers(comment, target);
    let mut out = open.into_bytes();
    out.push(b'\n');
    out.extend_from_slice(content);
    if !content.ends_with(b"\n") {
        out.push(b'\n');
    }
    out.extend_from_slice(close.as_bytes());
    out.push(b'\n');
    out
}

/// Whether a file has a block of any target.
pub(super) fn any(bytes: &[u8]) -> bool {
    const SIGN: &[u8] = b">>> mailwright: ";
    bytes.windows(SIGN.len()).any(|w| w == SIGN)
}

/// Whether content would look like a marker itself.
pub(super) fn holds_marker(content: &[u8], comment: &str, target: &str) -> bool {
    find(content, comment, target) != Found::Nowhere
}

/// A file with our block at its place, or at the end when it has none. `None` when the markers are damaged.
pub(super) fn with_block(old: &[u8], content: &[u8], comment: &str, target: &str) -> Option<Vec<u8>> {
    let new = block(content, comment, target);
    match find(old, comment, target) {
        Found::Damaged => None,
        Found::At(range) => Some([&old[..range.start], &new, &old[range.end..]].concat()),
        Found::Nowhere => {
            let join: &[u8] = if old.is_empty() || old.ends_with(b"\n") { b"" } else { b"\n" };
            Some([old, join, &new].concat())
        }
    }
}

/// A file without our block. `None` when there is none, or when its markers are damaged.
pub(super) fn without_block(old: &[u8], comment: &str, target: &str) -> Option<Vec<u8>> {
    match find(old, comment, target) {
        Found::At(range) => Some([&old[..range.start], &old[range.end..]].concat()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_block_is_appended_replaced_and_taken_out() {
        let first = with_block(b"mine", b"ours\n", "#", "x").expect("whole");
        assert_eq!(first, b"mine\n# >>> mailwright: x >>>\nours\n# <<< mailwright: x <<<\n");
        let mut edited = first.clone();
        edited.extend_from_slice(b"after\r\n");
        let second = with_block(&edited, b"new\n", "#", "x").expect("whole");
        assert_eq!(second, b"mine\n# >>> mailwright: x >>>\nnew\n# <<< mailwright: x <<<\nafter\r\n");
        assert_eq!(without_block(&second, "#", "x").expect("whole"), b"mine\nafter\r\n");
        assert_eq!(find(&first, "#", "y"), Found::Nowhere);
        for damaged in [
            "# >>> mailwright: x >>>\n",
            "# <<< mailwright: x <<<\n",
            "# <<< mailwright: x <<<\n# >>> mailwright: x >>>\n",
            "# >>> mailwright: x >>>\n# >>> mailwright: x >>>\n# <<< mailwright: x <<<\n",
        ] {
            assert_eq!(with_block(damaged.as_bytes(), b"new\n", "#", "x"), None, "{damaged}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: crate::quote::cases(), failure_persistence: None, ..ProptestConfig::default() })]
        /// Nothing outside the markers is touched, whatever it is; and a second run changes nothing.
        #[test]
        fn the_rest_stays(before: Vec<u8>, after: Vec<u8>, ours in "[a-z\n]{0,20}") {
            let start = with_block(&before, b"old\n", "#", "t").expect("no markers in there");
            let start = [start.as_slice(), &after].concat();
            prop_assume!(!matches!(find(&start, "#", "t"), Found::Damaged));
            let new = with_block(&start, ours.as_bytes(), "#", "t").expect("whole");
            prop_assert!(new.starts_with(&before) && new.ends_with(&after));
            prop_assert_eq!(with_block(&new, ours.as_bytes(), "#", "t").expect("whole"), new.clone());
            let gone = without_block(&new, "#", "t").expect("whole");
            prop_assert!(gone.starts_with(&before) && gone.ends_with(&after));
            prop_assert!(gone.len() <= before.len() + after.len() + 1);
        }
    }
}
