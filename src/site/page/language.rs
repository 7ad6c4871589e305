//! The languages of the set-up page: a table that build.rs makes of `languages/*.yaml`, and which one is shown to whom.
//!
//! A language is one file; nothing here knows any by its name but English, which stands in where no other fits.

/// A language.
#[derive(Debug)]
pub struct Language {
    /// Its tag (RFC 5646), in the form of the file's name.
    pub tag: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Its texts; what its file does not say is English.
    pub texts: Texts,
    /// What its file says, by key: for the test that names what is missing.
    pub said: &'static [(&'static str, &'static [&'static str])],
    /// How app passwords are made at single providers, by their ids.
    pub providers: &'static [(&'static str, &'static [&'static str])],
}

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// How many ranges of an `Accept-Language` are looked at: browsers send some five.
const RANGES: usize = 16;

impl Language {
    /// The language of a tag, such as `de` or `de-AT`.
    pub fn of_tag(tag: &str) -> Option<&'static Language> {
        let is = |tag: &str| LANGUAGES.iter().find(|l| l.tag.eq_ignore_ascii_case(tag));
        is(tag).or_else(|| is(tag.split('-').next()?))
    }

    /// The language that an `Accept-Language` header likes best (RFC 9110 section 12.5.4).
    pub fn accepted(header: &str) -> Option<&'static Language> {
        let mut best: Option<(&'static Language, u32)> = None;
        for range in header.split(',').take(RANGES) {
            let mut parts = range.split(';').map(str::trim);
            let Some(language) = parts.next().and_then(Language::of_tag) else { continue };
            let weight = parts.find_map(weight).map_or(1000, thousandths);
            // The first of equals wins; a weight of nothing means "not this one".
            if weight > best.map_or(0, |(_, w)| w) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }

    /// The language to show: the one asked for, else what the browser likes, else English.
    pub fn choose(asked: Option<&str>, header: &str) -> &'static Language {
        asked
            .and_then(Language::of_tag)
            .or_else(|| Language::accepted(header))
            .or_else(|| Language::of_tag("en"))
            .unwrap_or(&LANGUAGES[0])
    }

    /// How app passwords are made at a provider, where that is known more exactly than in general.
    pub fn provider(&self, id: &str) -> Option<&'static [&'static str]> {
        self.providers.iter().find(|(known, _)| *known == id).map(|(_, steps)| *steps)
    }
}

/// What a parameter says when it is the weight, whose name has no case.
fn weight(parameter: &str) -> Option<&str> {
    parameter.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("q")).map(|(_, weight)| weight)
}

/// A weight such as `0.8` or `1`; what is none counts as nothing.
fn thousandths(weight: &str) -> u32 {
    match weight.parse::<f32>() {
        // Of the three digits that RFC 9110 allows, none is lost.
        Ok(w) if (0.0..=1.0).contains(&w) => (w * 1000.0).round() as u32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_what_they_like_best() {
        let of = |header| Language::choose(None, header).tag;
        assert_eq!(of(""), "en");
        assert_eq!(of("de-AT,de;q=0.9,en;q=0.8"), "de");
        assert_eq!(of("fr, ru;q=0.3, de;q=0.7"), "de");
        assert_eq!(of("fr;q=1, *;q=0.1"), "en");
        assert_eq!(of("de;q=0, ru;q=0.001"), "ru");
        assert_eq!(of("ru;Q=0.3, de; Q=0.7"), "de", "names of parameters have no case");
        assert_eq!(of("de;q=nan, ru;q=7, ,;;,"), "en");
        assert_eq!(Language::choose(Some("RU"), "de").tag, "ru");
        assert_eq!(Language::choose(Some("tlh"), "de").tag, "de");
    }
}
