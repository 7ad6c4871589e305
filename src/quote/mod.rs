//! Quoting: one file a grammar, each with a fallible `quote()` and the reader that inverts it in its tests.
//!
//! Templates write `{{ value|muttrc }}`. A filter sees the whole value with its origin and returns it quoted, or notes
//! a [`Refusals`] entry: the reason why this format cannot hold it. The escaper of the template is only a [`Guard`]: it
//! passes inert characters and fails on all others, so a forgotten filter is an error and never an injection.
//! Nothing here decides what is written, only how.

pub mod columns;
pub mod configobj;
pub mod configparser;
pub mod el;
pub mod env;
pub mod escape;
pub mod fetchmailrc;
pub mod gitconfig;
pub mod goini;
pub mod imap;
pub mod ini;
pub mod isyncrc;
pub mod kconfig;
pub mod keyfile;
pub mod lua;
pub mod mailbox;
pub mod mailrc;
pub mod mime;
pub mod mjs;
pub mod msmtprc;
pub mod mutf7;
pub mod muttrc;
pub mod php;
pub mod pinerc;
pub mod py;
pub mod rawjson;
pub mod rawparser;
pub mod rb;
pub mod rcfile;
pub mod regex;
pub mod remotes;
pub mod shell;
pub mod swaksrc;
pub mod toml;
pub mod url;
pub mod userjs;
pub mod xml;
pub mod yaml;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::origin::{Origin, Said};
use crate::problem::{Place, Problem};

/// Why a format cannot hold a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unquotable {
    /// The format.
    pub format: &'static str,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for Unquotable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot hold it: {}", self.format, self.reason)
    }
}

/// The escaper of every grammar that has quoting of its own: passes `[A-Za-z0-9._@/:+=-]`, fails on the rest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guard;

impl askama::filters::Escaper for Guard {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@/:+=-".contains(&b)) {
            dest.write_str(text)
        } else {
            Err(fmt::Error)
        }
    }
}

/// A value that can be quoted: its text, and where to point when it cannot.
pub trait Quotable {
    /// The text.
    fn text(&self) -> &str;
    /// Its origin.
    fn origin(&self) -> Origin;
}

impl<T: AsRef<str>> Quotable for Said<T> {
    fn text(&self) -> &str {
        self.value.as_ref()
    }
    fn origin(&self) -> Origin {
        self.origin
    }
}

impl<T: Quotable + ?Sized> Quotable for &T {
    fn text(&self) -> &str {
        (**self).text()
    }
    fn origin(&self) -> Origin {
        (**self).origin()
    }
}

/// Values that a format could not hold, collected while a template is rendered.
#[derive(Clone, Default)]
pub struct Refusals(Rc<RefCell<Vec<Refusal>>>);

/// A value that could not be quoted, and where it stands.
type Refusal = (Unquotable, Option<Place>);

impl askama::Value for Refusals {
    fn ref_any(&self) -> Option<&dyn std::any::Any> {
        Some(self)
    }
}

impl Refusals {
    const KEY: &'static str = "refusals";

    /// Renders a template; what could not be quoted comes back as problems, all of them.
    ///
    /// # Errors
    /// Those problems. `fallback` is the place of a value that does not stand in the user's file.
    pub fn render(template: &impl askama::Template, fallback: Option<Place>) -> Result<String, Vec<Problem>> {
        let refusals = Refusals::default();
        let rendered = template.render_with_values(&(Refusals::KEY, refusals.clone()));
        let refused = refusals.0.take();
        if !refused.is_empty() {
            return Err(refused
                .into_iter()
                .map(|(why, place)| {
                    Problem::error(
                        "cannot-be-written",
                        place.or(fallback),
                        format!("{} cannot hold this value", why.format),
                    )
                    .because(why.reason)
                    .fix("change the value, or leave this target out")
                })
                .collect());
        }
        rendered.map_err(|e| {
            vec![
                Problem::error("template-bug", fallback, format!("a template let an unquoted value through: {e}"))
                    .fix("this is a bug in Mailwright; nothing was written"),
            ]
        })
    }

    fn note(values: &dyn askama::Values, why: Unquotable, origin: Origin) -> askama::Result<()> {
        let refusals: &Refusals = askama::get_value(values, Refusals::KEY)?;
        refusals.0.borrow_mut().push((why, origin.place()));
        Ok(())
    }

    fn or_note(
        quoted: Result<String, Unquotable>,
        value: &impl Quotable,
        values: &dyn askama::Values,
    ) -> askama::Result<askama::filters::Safe<String>> {
        match quoted {
            Ok(text) => Ok(askama::filters::Safe(text)),
            Err(why) => {
                Refusals::note(values, why, value.origin())?;
                Ok(askama::filters::Safe(String::new()))
            }
        }
    }
}

/// The filters that templates use, named as the grammars.
#[allow(missing_docs)] // askama's macro makes items of its own.
pub(crate) mod filters {
    use super::muttrc::{self as muttrc_grammar, Dialect};
    use super::{Quotable, Refusals};

    /// The output of a shell line as a muttrc value: "`...`".
    #[askama::filter_fn]
    pub fn muttrc_output(
        value: impl Quotable,
        values: &dyn askama::Values,
        dialect: &Dialect,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(muttrc_grammar::output_of(value.text(), *dialect), &value, values)
    }

    /// A word of a file of columns, which that character ends.
    #[askama::filter_fn]
    pub fn column(
        value: impl Quotable,
        values: &dyn askama::Values,
        end: char,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(super::columns::word(value.text(), end), &value, values)
    }

    /// A folder's name within a pattern of isync.
    #[askama::filter_fn]
    pub fn isyncrc_pattern(
        value: impl Quotable,
        values: &dyn askama::Values,
        before: &str,
        after: &str,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(super::isyncrc::pattern(before, value.text(), after), &value, values)
    }

    /// A folder in a store of an account, for isync.
    #[askama::filter_fn]
    pub fn isyncrc_folder(
        value: impl Quotable,
        values: &dyn askama::Values,
        account: &str,
        side: &str,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(super::isyncrc::quote(&format!(":{account}-{side}:{}", value.text())), &value, values)
    }

    /// A path in alot's configuration, a Maildir as a URL.
    #[askama::filter_fn]
    pub fn configobj_path(
        value: impl Quotable,
        values: &dyn askama::Values,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(super::configobj::path(value.text()), &value, values)
    }

    /// A shell line whose output S-nail keeps.
    #[askama::filter_fn]
    pub fn mailrc_output(
        value: impl Quotable,
        values: &dyn askama::Values,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(super::mailrc::output_of(value.text()), &value, values)
    }

    /// A part of a TOML key.
    #[askama::filter_fn]
    pub fn toml_key(
        value: impl Quotable,
        values: &dyn askama::Values,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(super::toml::key(value.text()), &value, values)
    }

    /// An item of a list in a key file.
    #[askama::filter_fn]
    pub fn keyfile_item(
        value: impl Quotable,
        values: &dyn askama::Values,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Refusals::or_note(super::keyfile::item(value.text()), &value, values)
    }

    /// A word that is no value of the user's grammar but a name of ours: letters, digits and `._@+-` in any script.
    #[askama::filter_fn]
    pub fn word(value: impl AsRef<str>, _: &dyn askama::Values) -> askama::Result<askama::filters::Safe<String>> {
        let value = value.as_ref();
        if value.chars().all(|c| c.is_alphanumeric() || "._@+-".contains(c)) {
            Ok(askama::filters::Safe(value.to_owned()))
        } else {
            Err(askama::Error::Fmt)
        }
    }

    /// The user's own lines, as they are: the one place where nothing is quoted, by the meaning of `extra`.
    #[askama::filter_fn]
    pub fn verbatim(value: impl AsRef<str>, _: &dyn askama::Values) -> askama::Result<askama::filters::Safe<String>> {
        Ok(askama::filters::Safe(value.as_ref().to_owned()))
    }

    /// A filter of a grammar's name for each grammar whose `quote` needs nothing but the value.
    macro_rules! filters {
        ($($grammar:ident,)*) => { $(
            #[askama::filter_fn]
            pub fn $grammar(value: impl Quotable, values: &dyn askama::Values) -> askama::Result<askama::filters::Safe<String>> {
                Refusals::or_note(super::$grammar::quote(value.text()), &value, values)
            }
        )* };
    }

    filters! {
        columns,
        configobj,
        configparser,
        el,
        env,
        fetchmailrc,
        gitconfig,
        goini,
        ini,
        isyncrc,
        kconfig,
        keyfile,
        lua,
        mailrc,
        mjs,
        msmtprc,
        muttrc,
        php,
        pinerc,
        py,
        rawjson,
        rawparser,
        rb,
        rcfile,
        remotes,
        swaksrc,
        toml,
        userjs,
        yaml,
    }

    /// The same where a program reads more into a value than its grammar does.
    macro_rules! readers {
        ($($grammar:ident::$reader:ident,)*) => { $(
            #[askama::filter_fn]
            pub fn $reader(value: impl Quotable, values: &dyn askama::Values) -> askama::Result<askama::filters::Safe<String>> {
                Refusals::or_note(super::$grammar::$reader(value.text()), &value, values)
            }
        )* };
    }

    readers! {
        py::smtplib,
        env::laravel,
        ini::grafana,
        yaml::spring,
        yaml::alertmanager,
    }
}

/// How many cases a property test runs: `MAILWRIGHT_CASES`, by default 256. `tests/run` sets 10,000.
#[cfg(test)]
pub(crate) fn cases() -> u32 {
    std::env::var("MAILWRIGHT_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256)
}

/// Texts that break configuration files: every special character of every grammar, their neighbours, and words.
#[cfg(test)]
pub(crate) fn nasty() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let special = prop::sample::select(vec![
        "\"", "'", "\\", "`", "$", "#", ";", "%", " ", "\t", "\n", "\r", "\0", "<", ">", "&", "{", "}", "[", "]", "(",
        ")", "=", ":", ",", "!", "|", "~", "*", "?", "^", "$HOME", "$(id)", "${x}", "`id`", "\\n", "\\\"", "]]>",
        "&amp;", "é", "日本", "\u{1}", "\u{feff}", "\u{85}", "\u{2028}", "EOF", "set x=y", "-", "--", "@", "+", ".",
        "/", "\u{fffe}",
    ]);
    prop_oneof![
        4 => prop::collection::vec(prop_oneof![special.prop_map(str::to_owned), "[a-z0-9]{1,4}"], 0..12).prop_map(|v| v.concat()),
        1 => any::<String>(),
        1 => "[ -~]{0,40}",
        1 => (470usize..600).prop_map(|n| "x".repeat(n)),
    ]
}

/// What `printf` prints for a format of ours.
#[cfg(test)]
pub(crate) fn printf(format: &str) -> String {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' => out.extend(chars.next()),
            '\\' => {
                let octal: String = chars.by_ref().take(3).collect();
                out.extend(u32::from_str_radix(&octal, 8).ok().and_then(char::from_u32));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Refusals;

    #[derive(askama::Template)]
    #[template(source = "set x = {{ value }}", ext = "muttrc")]
    struct Forgotten {
        value: &'static str,
    }

    /// A filter that was forgotten is an error, not an injection.
    #[test]
    fn the_guard_stops_an_unquoted_value() {
        assert!(Refusals::render(&Forgotten { value: "plain" }, None).is_ok());
        for value in ["a b", "`id`", "a\"b", "a;b", "$HOME", "a#b", "a\nb", "é"] {
            let problems = Refusals::render(&Forgotten { value }, None).expect_err("refused");
            assert_eq!(problems[0].code, "template-bug", "{value}");
        }
    }
}
