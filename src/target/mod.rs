//! Targets: what a mail program reads, one file a program.
//!
//! A [`Target`] says what it is ([`About`]) and renders accounts to a [`Bundle`]: files and notes, purely: no clock, no
//! randomness, no I/O, so that goldens, the command line, HTTP and the library share one path. Where files go is a
//! sink's business. What a program cannot express is a [`Note`]; what its grammar cannot hold is a problem.
//!
//! A new target is one file here, one template (or a library for its format), one golden folder and one line in
//! [`TARGETS`]; `tests/registry.rs` names what is missing.

pub mod access;
pub mod application;
mod bundle;
mod clash;
mod indexed;
pub mod local;
mod options;
mod senders;
pub mod stable;
mod swaks;

mod aerc;
mod alot;
mod alpine;
pub mod autoconfig;
mod claws_mail;
mod dma;
mod emacs;
mod evolution;
mod fetchmail;
mod geary;
mod getmail;
mod git_send_email;
mod goimapnotify;
mod himalaya;
mod imapfilter;
mod isync;
mod kmail;
mod meli;
pub mod mobileconfig;
mod mpop;
mod msmtp;
mod mu;
mod mutt;
mod neomutt;
mod nullmailer;
mod opensmtpd;
mod postfix;

mod alertmanager;
mod django;
mod dotenv;
mod gitea;
mod grafana;
mod laravel;
mod nextcloud;
mod nodemailer;
mod notmuch;
mod offlineimap;
mod rails;
mod s_nail;
mod spring;
mod sylpheed;
mod thunderbird;
mod vaultwarden;
mod vdirsyncer;

pub use access::{Access, Program, Supply};
pub use bundle::{Bundle, Do, File, Keeping, MARK, Note, NoteKind, Step};
pub use options::{OS, Options, may_hold_secret};

use crate::account::Mail;
use crate::document::keys::{Table, Vocabulary};
use crate::problem::Problem;

/// Makes the list of targets and the vocabulary from one list, so that they cannot differ.
macro_rules! targets {
    ($($module:ident::$name:ident,)*) => {
        /// All targets, in the order of `list`.
        pub static TARGETS: &[&dyn Target] = &[$(&$module::$name),*];

        /// The targets' names and options, for the shape check and the schema.
        pub const VOCABULARY: Vocabulary =
            Vocabulary { targets: &[$(($module::ABOUT.id, $module::ABOUT.options)),*] };
    };
}

targets! {
    // What is published, or read by several programs.
    autoconfig::Autoconfig,
    mobileconfig::Mobileconfig,
    // Senders.
    git_send_email::GitSendEmail,
    msmtp::Msmtp,
    swaks::Swaks,
    postfix::Postfix,
    nullmailer::Nullmailer,
    dma::Dma,
    opensmtpd::OpenSmtpd,
    // Fetchers.
    mpop::Mpop,
    isync::Isync,
    offlineimap::Offlineimap,
    getmail::Getmail,
    fetchmail::Fetchmail,
    imapfilter::Imapfilter,
    goimapnotify::Goimapnotify,
    vdirsyncer::Vdirsyncer,
    // Readers.
    mutt::Mutt,
    neomutt::Neomutt,
    notmuch::Notmuch,
    mu::Mu,
    emacs::Emacs,
    aerc::Aerc,
    himalaya::Himalaya,
    meli::Meli,
    s_nail::SNail,
    alpine::Alpine,
    alot::Alot,
    thunderbird::Thunderbird,
    claws_mail::ClawsMail,
    sylpheed::Sylpheed,
    evolution::Evolution,
    geary::Geary,
    kmail::Kmail,
    // Applications that send.
    dotenv::Dotenv,
    django::Django,
    rails::Rails,
    nodemailer::Nodemailer,
    laravel::Laravel,
    spring::Spring,
    grafana::Grafana,
    gitea::Gitea,
    alertmanager::Alertmanager,
    vaultwarden::Vaultwarden,
    nextcloud::Nextcloud,
}

/// What `generate` writes when neither the file nor the command line names a target.
pub const DEFAULT: &[&str] = &["autoconfig", "mobileconfig", "msmtp", "mutt"];

/// The target of an id.
pub fn find(id: &str) -> Option<&'static dyn Target> {
    TARGETS.iter().copied().find(|t| t.about().id == id)
}

/// A mail program (or a format that several read) whose configuration we write.
pub trait Target: Sync {
    /// What it is.
    fn about(&self) -> &'static About;
    /// Writes the accounts the way the program wants them.
    ///
    /// # Errors
    /// Every value that its grammar cannot hold, and every option that cannot be.
    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>>;

    /// Files in the home directory that the program reads instead of ours when one is there.
    fn instead(&self) -> &'static [&'static str] {
        &[]
    }

    /// Files in the home directory that the program would no longer read once ours is there.
    fn displaces(&self) -> &'static [&'static str] {
        &[]
    }

    /// Files in the home directory that the program reads as well, whose settings count for ours.
    fn beside(&self) -> &'static [&'static str] {
        &[]
    }

    /// Why the user's own settings in a file do not go with a block of ours, such as a name that both define and that the
    /// program takes once only. Only for files kept as [`Keeping::Block`].
    fn clash(&self, _ours: &str, _theirs: &str) -> Option<String> {
        None
    }
}

/// What a rendering sees.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The accounts.
    pub mail: &'a Mail,
    /// Secrets that stand in the account file may be written into outputs.
    pub cleartext: bool,
    /// The folder of configuration files, where one file of ours names another: `~/.config`, or what `XDG_CONFIG_HOME` says.
    pub config: &'a str,
}

impl<'a> Run<'a> {
    /// A rendering without secrets, for the usual places.
    pub fn of(mail: &'a Mail) -> Run<'a> {
        Run { mail, cleartext: false, config: "~/.config" }
    }
}

/// The facts of a target, shown by `list`, the README's table and the manual.
#[derive(Debug)]
pub struct About {
    /// The name to type.
    pub id: &'static str,
    /// The name that people know.
    pub title: &'static str,
    /// What kind of program reads it.
    pub family: Family,
    /// Its home page.
    pub homepage: &'static str,
    /// What is written, with `<...>` for what varies.
    pub files: &'static [&'static str],
    /// Where that lives.
    pub lives: Lives,
    /// The templates it uses, below `templates/`.
    pub templates: &'static [&'static str],
    /// The real program that judges its goldens, and how; or why there is none.
    pub oracle: &'static str,
    /// The versions it was tested with.
    pub versions: &'static str,
    /// Its options under `targets:`.
    pub options: &'static Table,
    /// All that it cannot express.
    pub notes: &'static [NoteKind],
}

/// What kind of program reads a target's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Published, or read by several programs.
    Format,
    /// Sends.
    Sender,
    /// Fetches, synchronises or waits for mail.
    Fetcher,
    /// People read and write mail with it, or search it.
    Reader,
    /// A program for something else, which sends through the account.
    Application,
}

impl Family {
    /// As `list` shows it.
    pub fn word(self) -> &'static str {
        match self {
            Family::Format => "format",
            Family::Sender => "sender",
            Family::Fetcher => "fetcher",
            Family::Reader => "reader",
            Family::Application => "application",
        }
    }
}

/// Where a target's files live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lives {
    /// In the home directory: paths are relative to it, and `diff` and `apply` know the way.
    Home,
    /// In the system's directories, below `/`: whoever administers the machine copies them.
    System,
    /// In the folder of an application, or on a web server: only their owner knows where.
    Elsewhere,
}
