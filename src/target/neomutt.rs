//! neomutt: mutt's fork. The same language and, in every version so far, the same names of all settings that we write
//! (newer ones are synonyms), so it shares mutt's rendering; it differs in its path and in how it reads commands.

use super::mutt::{Program, render};
use super::{About, Bundle, Family, Lives, Run, Target, mutt};
use crate::problem::Problem;
use crate::quote::muttrc::Dialect;

/// neomutt.
pub struct Neomutt;

pub(super) const ABOUT: About = About {
    id: "neomutt",
    title: "NeoMutt",
    family: Family::Reader,
    homepage: "https://neomutt.org/",
    files: &[".config/neomutt/neomuttrc", ".config/neomutt/account-<name>.muttrc"],
    lives: Lives::Home,
    templates: &["mutt.muttrc", "mutt-account.muttrc"],
    oracle: "neomutt itself: -D on every golden; sends and fetches by the Gmail goldens; GnuPG verifies what it signs",
    versions: "2018 and later; tested with 20220429",
    options: mutt::ABOUT.options,
    notes: &[
        mutt::NO_TOKEN,
        mutt::TOKEN_MECHANISM,
        mutt::WITHHELD,
        mutt::MIXED_TLS,
        mutt::MECHANISM,
        mutt::IDENTITY_SERVER,
        mutt::POP3_SENT,
        mutt::KEY_UNKNOWN,
        mutt::SIGNED_TWICE,
    ],
};

impl Target for Neomutt {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        render(run, &Program { about: &ABOUT, folder: ".config/neomutt", main: "neomuttrc", dialect: Dialect::NeoMutt })
    }
}
