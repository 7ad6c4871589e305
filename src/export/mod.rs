//! The answers of a [`Site`](crate::site::Site) as a static tree, which any web server or object store can serve.
//!
//! [`domain`] asks the site for what each domain's clients look up and writes the answers down, byte for byte;
//! [`profiles`] are those of a list of users; [`servers`] has the configuration that makes nginx, Caddy and Apache answer as
//! the site does; [`record`] remembers what was written, so that what is ours is known again and what is old is named.
//! [`run`] goes over all of them and hands the files to [`crate::sink`]: the rest is pure but for reading the list.
//!
//! The tree is public: nothing personal is in it but the addresses of those who were asked for by name.

pub mod domain;
pub mod profiles;
pub mod record;
pub mod run;
pub mod servers;

use std::fmt;

use crate::target::File;

/// What a static tree cannot do, or should be known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Stable, lower-case, hyphenated.
    pub code: &'static str,
    /// The domain that it is about; empty when it is about all.
    pub domain: String,
    /// The sentence that is shown.
    pub text: String,
}

impl Note {
    fn new(code: &'static str, domain: impl Into<String>, text: impl Into<String>) -> Note {
        Note { code, domain: domain.into(), text: text.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.domain.is_empty() { f.write_str(&self.text) } else { write!(f, "{}: {}", self.domain, self.text) }
    }
}

fn file(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> File {
    File { bytes: bytes.into(), ..File::new(path, String::new(), false) }
}
