//! Characters that are not seen, in what strangers send and people read: two addresses would look like one, and what
//! stands beside them on a page or in a profile could be turned round.
//!
//! RFC 6532 lets them into a local part; PRECIS (RFC 8264 section 9.13) keeps them out of identifiers, and so do we. The two
//! joiners are letters' business in Persian, Arabic and the scripts of India: they may stand where IDNA has them (RFC 5892
//! appendices A.1 and A.2), which is where they change how the letters beside them are written, and nowhere else.
//!
//! Looks only; what is refused, and in which words, is the caller's.

use idna::AsciiDenyList;
use idna::uts46::{Hyphens, Uts46};

/// `Default_Ignorable_Code_Point` of Unicode's DerivedCoreProperties.txt, bidirectional controls among them, and the
/// annotation characters, which are as invisible. The joiners U+200C and U+200D are looked at by themselves.
const UNSEEN: &[std::ops::RangeInclusive<char>] = &[
    // Soft hyphen, combining grapheme joiner, Arabic letter mark.
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    // Fillers of Hangul, inherent vowels of Khmer, selectors of Mongolian.
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    // Zero width, marks of direction, embeddings, isolates, invisible operators.
    '\u{200b}'..='\u{200b}',
    '\u{200e}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    // Variation selectors, byte order mark, another filler, annotations.
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    // Controls of shorthand and of musical notation, tags and further selectors.
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// The first character of a text that is not seen.
pub(super) fn first(text: &str) -> Option<char> {
    // Nearly every address.
    if text.is_ascii() {
        return None;
    }
    let unseen = text.chars().find(|c| UNSEEN.iter().any(|range| range.contains(c)));
    unseen.or_else(|| {
        // Each word by itself: dots and signs are no part of what letters join.
        text.split(|c: char| c.is_ascii()).filter(|word| !joins(word)).find_map(|word| word.chars().find(is_joiner))
    })
}

fn is_joiner(c: &char) -> bool {
    JOINERS.contains(c)
}

/// Whether the joiners of a word stand where IDNA has them.
fn joins(word: &str) -> bool {
    !word.contains(JOINERS) || Uts46::new().to_unicode(word.as_bytes(), AsciiDenyList::URL, Hyphens::Allow).1.is_ok()
}
