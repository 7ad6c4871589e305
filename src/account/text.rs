//! Texts that are safe to hand to a target: [`Text`] is one line without control characters, [`Lines`] several.
//!
//! They are proofs, not formats: nothing is trimmed, folded or quoted here.

use std::fmt;

/// One line of text, proved free of control characters and of what XML 1.0 cannot hold.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(String);

impl Text {
    /// The text, or its first character that no target can hold.
    ///
    /// # Errors
    /// That character: C0 and C1 controls, DEL, U+2028, U+2029, U+FFFE, U+FFFF.
    pub fn new(text: &str) -> Result<Text, char> {
        match text.chars().find(|c| forbidden(*c)) {
            Some(c) => Err(c),
            None => Ok(Text(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For [`super::compact`], which puts back what was proved before.
    pub(super) fn inner(&mut self) -> &mut String {
        &mut self.0
    }
}

fn forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Text of several lines: as [`Text`], but line feeds and tabs may stand in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lines(String);

impl Lines {
    /// The text, or its first character that cannot be held.
    ///
    /// # Errors
    /// That character.
    pub fn new(text: &str) -> Result<Lines, char> {
        match text.chars().find(|c| forbidden(*c) && !matches!(c, '\n' | '\t')) {
            Some(c) => Err(c),
            None => Ok(Lines(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A forbidden character's name, for a message.
pub fn name_of(c: char) -> String {
    let name = match c {
        '\n' => "line feed",
        '\r' => "carriage return",
        '\t' => "tab",
        '\0' => "NUL",
        '\u{1b}' => "escape",
        '\u{2028}' | '\u{2029}' => "line separator",
        _ => "control character",
    };
    format!("U+{:04X}, {name}", c as u32)
}
