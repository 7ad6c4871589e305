//! Secret presets: password managers and token helpers that people name by one word, `password: { pass: mail/work }`.
//!
//! Each becomes a [`Command`] as the tool's own manual writes it; nothing else of the program knows a password manager.
//! `keyring`, `env`, `file` and `command` are no presets: they are forms of their own.

use super::auth::Command;
use super::text::Text;
use crate::quote::shell;

/// A tool that prints secrets.
#[derive(Debug)]
pub struct Preset {
    /// Its key.
    pub name: &'static str,
    /// The command: `{}` is a value, `{~}` a value that is a path.
    words: &'static [&'static str],
    /// The keys of its values, when they are several.
    pub values: &'static [&'static str],
}

/// All presets. Sources: the tools' manual pages and `--help` (pass 1.7, gopass 1.15, libsecret's secret-tool, macOS'
/// security(1), op 2, bw, rbw 1.12, Python's keyring, gpg 2, sops 3, systemd-creds(1), oama, pizauth, mutt's
/// contrib/mutt_oauth2.py, ortie).
pub static PRESETS: &[Preset] = &[
    one("pass", &["pass", "show", "{}"]),
    one("gopass", &["gopass", "show", "--password", "{}"]),
    two("secret-tool", &["secret-tool", "lookup", "service", "{}", "user", "{}"], &["service", "user"]),
    two("security", &["security", "find-generic-password", "-s", "{}", "-a", "{}", "-w"], &["service", "user"]),
    one("op", &["op", "read", "{}"]),
    one("bw", &["bw", "get", "password", "{}"]),
    one("rbw", &["rbw", "get", "{}"]),
    two("python-keyring", &["keyring", "get", "{}", "{}"], &["service", "user"]),
    one("gpg", &["gpg", "--quiet", "--batch", "--decrypt", "{~}"]),
    two("sops", &["sops", "--decrypt", "--extract", "{}", "{~}"], &["key", "file"]),
    one("systemd", &["systemd-creds", "cat", "{}"]),
    one("oama", &["oama", "access", "{}"]),
    one("pizauth", &["pizauth", "show", "{}"]),
    one("mutt_oauth2", &["mutt_oauth2.py", "{~}"]),
    one("ortie", &["ortie", "token", "show", "--account", "{}"]),
];

const fn one(name: &'static str, words: &'static [&'static str]) -> Preset {
    Preset { name, words, values: &[] }
}

const fn two(name: &'static str, words: &'static [&'static str], values: &'static [&'static str]) -> Preset {
    Preset { name, words, values }
}

/// The preset of a key.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|p| p.name == name)
}

impl Preset {
    /// The command, with these values in it; `None` when one of them makes no line of text.
    ///
    /// A path below `~` needs a shell, which expands it; anything else is an argument vector.
    pub fn command(&self, values: &[String]) -> Option<Command> {
        let mut rest = values.iter();
        let mut home = false;
        let mut words = Vec::new();
        for word in self.words {
            words.push(match *word {
                "{}" => (rest.next()?.clone(), false),
                "{~}" => {
                    let path = rest.next()?.clone();
                    home |= path.starts_with("~/");
                    (path, true)
                }
                fixed => (fixed.to_owned(), false),
            });
        }
        if home {
            let line: Vec<String> =
                words.iter().map(|(w, path)| if *path { shell::path(w) } else { shell::quote(w) }).collect();
            return Text::new(&line.join(" ")).ok().map(Command::Shell);
        }
        words.iter().map(|(w, _)| Text::new(w).ok()).collect::<Option<Vec<_>>>().map(Command::Argv)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::keys::Shape;
    use crate::document::secret_keys::PRESETS as KEYS;

    #[test]
    fn keys_and_presets_are_one_list() {
        let keys: Vec<_> = KEYS.iter().map(|k| k.name).collect();
        let presets: Vec<_> = PRESETS.iter().map(|p| p.name).collect();
        assert_eq!(keys, presets);
        for (preset, key) in PRESETS.iter().zip(KEYS) {
            let slots = preset.words.iter().filter(|w| w.starts_with('{')).count();
            assert_eq!(slots, preset.values.len().max(1), "{}", preset.name);
            match key.shape {
                Shape::Map(table) => {
                    assert!(table.keys.iter().map(|k| k.name).eq(preset.values.iter().copied()), "{}", preset.name);
                }
                _ => assert!(preset.values.is_empty(), "{}", preset.name),
            }
        }
    }

    #[test]
    fn commands() {
        let line = |name: &str, values: &[&str]| {
            let values: Vec<String> = values.iter().map(|v| (*v).to_owned()).collect();
            find(name).and_then(|p| p.command(&values)).map(|c| c.shell_line())
        };
        assert_eq!(line("pass", &["mail/it's"]).as_deref(), Some("pass show \"mail/it's\""));
        assert_eq!(line("gpg", &["~/my key.gpg"]).as_deref(), Some("gpg --quiet --batch --decrypt ~/'my key.gpg'"));
        assert_eq!(
            line("security", &["mail", "ada"]).as_deref(),
            Some("security find-generic-password -s mail -a ada -w")
        );
        assert_eq!(line("sops", &["[\"a\"]", "/x"]).as_deref(), Some("sops --decrypt --extract '[\"a\"]' /x"));
    }
}
