//! Domains as people read them: U-labels where they are safe to show, else the A-labels that programs use.
//!
//! It refuses what could pass for another name, since an address on a page may come from a link of anybody's: labels of
//! more than one script, Cyrillic and Greek ones that Latin letters could have written (UTS 39 calls them confusable),
//! scripts that run from right to left (they reorder what stands beside them), and what is not named here. What is shown
//! always leads back to the same A-labels.

use std::borrow::Cow;

use idna::AsciiDenyList;
use idna::uts46::{Hyphens, Uts46};

use super::Address;

/// Scripts that run from left to right. Blocks suffice: IDNA has removed what is no letter, mark or digit.
const SCRIPTS: &[(Script, std::ops::RangeInclusive<char>)] = &[
    (Script::Latin, 'a'..='z'),
    (Script::Latin, '\u{df}'..='\u{24f}'),
    (Script::Latin, '\u{1e00}'..='\u{1eff}'),
    (Script::Greek, '\u{370}'..='\u{3ff}'),
    (Script::Cyrillic, '\u{400}'..='\u{4ff}'),
    (Script::Other(0), '\u{530}'..='\u{58f}'),
    (Script::Other(1), '\u{900}'..='\u{97f}'),
    (Script::Other(2), '\u{e00}'..='\u{e7f}'),
    (Script::Other(3), '\u{10a0}'..='\u{10ff}'),
    (Script::EastAsian, '\u{3005}'..='\u{3007}'),
    (Script::EastAsian, '\u{3040}'..='\u{30ff}'),
    (Script::EastAsian, '\u{3400}'..='\u{4dbf}'),
    (Script::EastAsian, '\u{4e00}'..='\u{9fff}'),
    (Script::EastAsian, '\u{ac00}'..='\u{d7a3}'),
];

/// Latin letters and signs of the blocks above that look like others.
const DOUBTFUL: &str = "÷ıĸŀŉſƃƅƨƽǀǁǂǃ";

/// Cyrillic and Greek letters that look like Latin ones, alone enough for whole words: `сору`.
const LOOKALIKES: &str = "авеһіјкмнорстуухѕԁԛԝӏьгпαβγικνορτυχωϲ";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    EastAsian,
    /// Armenian, Devanagari, Thai, Georgian: with nothing else in a label.
    Other(u8),
}

/// A domain, given as A-labels, as people read it.
pub fn domain(name: &str) -> Cow<'_, str> {
    if !name.contains("xn--") {
        return Cow::Borrowed(name);
    }
    let (shown, good) = Uts46::new().to_user_interface(
        name.as_bytes(),
        AsciiDenyList::URL,
        Hyphens::CheckFirstLast,
        |label, _, bidi| !bidi && is_safe(label),
    );
    let same = |shown: &str| idna::domain_to_ascii_strict(shown).is_ok_and(|ascii| ascii == name);
    if good.is_ok() && same(&shown) { Cow::Owned(shown.into_owned()) } else { Cow::Borrowed(name) }
}

/// An address as people read it. Its local part is what it is.
pub fn address(address: &Address) -> Cow<'_, str> {
    match domain(address.domain()) {
        Cow::Borrowed(_) => Cow::Borrowed(address.as_str()),
        Cow::Owned(domain) => Cow::Owned(format!("{}@{domain}", address.local())),
    }
}

fn is_safe(label: &[char]) -> bool {
    let mut scripts = Vec::new();
    for letter in label.iter().filter(|c| !(c.is_ascii_digit() || **c == '-')) {
        if DOUBTFUL.contains(*letter) {
            return false;
        }
        let Some((script, _)) = SCRIPTS.iter().find(|(_, letters)| letters.contains(letter)) else { return false };
        if !scripts.contains(script) {
            scripts.push(*script);
        }
    }
    match *scripts {
        [Script::Cyrillic | Script::Greek] => !label.iter().all(|c| c.is_ascii() || LOOKALIKES.contains(*c)),
        // Names in Chinese, Japanese and Korean have Latin letters among their own.
        [Script::Latin, Script::EastAsian] | [Script::EastAsian, Script::Latin] => {
            label.iter().all(|c| c.is_ascii() || !('\u{df}'..='\u{1eff}').contains(c))
        }
        [_] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_their_own_script() {
        for name in [
            "bücher.example",
            "почта.example",
            "παράδειγμα.example",
            "日本語abc.example",
            "straße.example",
            "mail.ไทย.example",
        ] {
            let ascii = crate::account::address::domain_name(name).expect(name);
            assert!(ascii.contains("xn--"), "{ascii}");
            assert_eq!(domain(&ascii), name);
        }
        let ada = Address::parse("Ada+x@BÜCHER.example").expect("an address");
        assert_eq!((ada.as_str(), &*address(&ada)), ("Ada+x@xn--bcher-kva.example", "Ada+x@bücher.example"));
    }

    #[test]
    fn what_could_pass_for_another_name_stays_as_it_is() {
        // Two scripts, Cyrillic throughout that reads as Latin, right to left, a symbol, no script of ours.
        for name in [
            "аpple.example",
            "сору.example",
            "аррӏе.example",
            "שלום.example",
            "موقع.example",
            "i❤.example",
            "ꭰꭱ.example",
        ] {
            let Ok(ascii) = crate::account::address::domain_name(name) else { continue };
            assert_eq!(domain(&ascii), ascii, "{name}");
        }
        for name in ["xn--a.example", "xn--bcher-kva-.example", "xn--.example", "plain.example", "*.example"] {
            assert_eq!(domain(name), name);
        }
    }
}
