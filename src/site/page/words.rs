//! Sentences with something in them: what stands on screens, values, links to the settings of the page.
//!
//! `languages/en.yaml` explains the marks. A sentence becomes [`Piece`]s, and the template escapes each of them; no text
//! of a language and no value is ever markup.

use std::borrow::Cow;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Words(Cow<'static, str>),
    /// What stands on a screen: a menu, a button.
    Screen(String),
    /// A value to be typed.
    Value(String),
    /// A link to the settings on the same page.
    Settings(String),
}

/// What is filled in.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The address, as people read it.
    pub address: String,
    /// The same as programs send it, with A-labels.
    pub ascii: String,
    /// Nobody's account is shown: `address` is words for it.
    pub anybody: bool,
    /// The domain, as people read it.
    pub domain: String,
    /// Which password, in words.
    pub password: &'static str,
    /// The mail service's name.
    pub provider: String,
    /// The protocol that mail is fetched by.
    pub protocol: &'static str,
    /// Names of programs.
    pub programs: String,
}

impl Values {
    fn get(&self, key: &str) -> Option<&str> {
        Some(match key {
            "address" => &self.address,
            "ascii" => &self.ascii,
            "domain" => &self.domain,
            "password" => self.password,
            "provider" => &self.provider,
            "protocol" => self.protocol,
            "programs" => &self.programs,
            _ => return None,
        })
    }

    /// A sentence without any mark but `{...}`, filled in.
    pub fn plain(&self, text: &str) -> String {
        let mut out = String::new();
        self.fill(text, |piece| {
            out.push_str(match &piece {
                Filled::Words(words) => words,
                Filled::Value(_, value) => value,
            });
        });
        out
    }

    /// A sentence, taken apart.
    pub fn sentence(&self, text: &'static str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (index, part) in text.split("**").enumerate() {
            if index % 2 == 1 {
                pieces.push(Piece::Screen(self.plain(part)));
                continue;
            }
            let mut rest = part;
            while let Some((before, after)) = rest.split_once('[') {
                let Some((link, after)) = after.split_once(']') else { break };
                self.words(before, &mut pieces);
                pieces.push(Piece::Settings(self.plain(link)));
                rest = after;
            }
            self.words(rest, &mut pieces);
        }
        pieces
    }

    /// Many of them.
    pub fn steps(&self, texts: &[&'static str]) -> Vec<Vec<Piece>> {
        texts.iter().map(|text| self.sentence(text)).collect()
    }

    fn words(&self, text: &'static str, pieces: &mut Vec<Piece>) {
        self.fill(text, |piece| {
            pieces.push(match piece {
                Filled::Words("") => return,
                Filled::Words(words) => Piece::Words(Cow::Borrowed(words)),
                // Only an address is typed as it stands there.
                Filled::Value("address" | "ascii", value) if !self.anybody => Piece::Value(value.to_owned()),
                Filled::Value(_, value) => Piece::Words(Cow::Owned(value.to_owned())),
            });
        });
    }

    fn fill<'t>(&self, text: &'t str, mut put: impl FnMut(Filled<'t, '_>)) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((key, after)) = after.split_once('}') else { break };
            put(Filled::Words(before));
            if let Some(value) = self.get(key) {
                put(Filled::Value(key, value));
            }
            rest = after;
        }
        put(Filled::Words(rest));
    }
}

enum Filled<'t, 'v> {
    Words(&'t str),
    Value(&'t str, &'v str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let values = Values { address: "a<b>@c.org".into(), password: "a [b] **c** {domain}", ..Values::default() };
        assert_eq!(
            values.sentence("Tap **Next ({protocol})**, type {address} and {password}, see the [settings]."),
            [
                Piece::Words("Tap ".into()),
                Piece::Screen("Next ()".into()),
                Piece::Words(", type ".into()),
                Piece::Value("a<b>@c.org".into()),
                Piece::Words(" and ".into()),
                // What was filled in is not looked at again.
                Piece::Words("a [b] **c** {domain}".into()),
                Piece::Words(", see the ".into()),
                Piece::Settings("settings".into()),
                Piece::Words(".".into()),
            ]
        );
    }
}
