//! Sylpheed: `~/.sylpheed-2.0/accountrc` and the folder list, in the words of its descendant Claws Mail.
//!
//! Keys and numbers are those of `libsylph/prefs_account.c` and `prefs_account.h` of 3.8. It has neither accounts that
//! only send, nor OAuth2, nor S/MIME, and it keeps its passwords in this very file, as they are.

use super::claws_mail::{ARCHIVE, COPIES, DAV, IDENTITIES, KEY, Kin, OAUTH2, RECEIVES_ONLY, SENDS_ONLY};
use super::{About, Bundle, Family, Lives, Run, Target, access};
use crate::document::keys::Table;
use crate::problem::Problem;

/// Sylpheed.
pub struct Sylpheed;

pub(super) const ABOUT: About = About {
    id: "sylpheed",
    title: "Sylpheed",
    family: Family::Reader,
    homepage: "https://sylpheed.sraoss.jp/en/",
    files: &[".sylpheed-2.0/accountrc", ".sylpheed-2.0/folderlist.xml"],
    lives: Lives::Home,
    templates: &["accountrc.rcfile", "folderlist.xml"],
    oracle: "Sylpheed itself, under Xvfb: what it writes back when it ends, every golden and nasty values; fetches in the box",
    versions: "2.0 and later; tested with 3.8",
    options: &Table { what: "the options of sylpheed", keys: &[] },
    notes: &[
        SENDS_ONLY,
        IDENTITIES,
        RECEIVES_ONLY,
        OAUTH2,
        COPIES,
        KEY,
        ARCHIVE,
        DAV,
        access::WITHHELD,
        access::NO_COMMAND,
        access::MECHANISM,
    ],
};

const KIN: Kin = Kin {
    about: &ABOUT,
    folder: ".sylpheed-2.0",
    imap: "3",
    literals: true,
    picks_tokens: true,
    sends_only: None,
    version: "",
    mark: "path=\".sylpheed-2.0/mailwright\"",
};

impl Target for Sylpheed {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        KIN.render(run)
    }
}
