//! The one login of an answer, whatever kind of directory gives it: how a value is read, and what several rows come to.
//!
//! Blanks around a value are none of it. A column of fixed width (`CHAR(n)`) fills them up, and nobody types them; a login
//! with them would also tell those who exist from those who are made up. What is blank throughout is no value.

use super::LONGEST;
use crate::account::Text;

/// A value without the blanks around it; `None` when nothing is left.
pub(super) fn trimmed(value: &[u8]) -> Option<&[u8]> {
    Some(value.trim_ascii()).filter(|value| !value.is_empty())
}

/// What the rows of an answer come to so far.
#[derive(Debug, Default)]
pub(super) enum Found {
    /// No row has a login.
    #[default]
    None,
    /// All that have one have this.
    One(Text),
    /// Different ones, or one that nobody could type: too long, no text, with a control character.
    Several,
}

impl Found {
    /// Adds the value of a row.
    pub fn add(self, value: &[u8]) -> Found {
        let Some(value) = trimmed(value) else { return self };
        let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= LONGEST);
        match (self, text.and_then(|text| Text::new(text).ok())) {
            (Found::None, Some(login)) => Found::One(login),
            (Found::One(first), Some(login)) if first == login => Found::One(first),
            _ => Found::Several,
        }
    }

    /// The login, if it is one.
    pub fn login(self) -> Option<Text> {
        match self {
            Found::One(login) => Some(login),
            Found::None | Found::Several => None,
        }
    }
}
