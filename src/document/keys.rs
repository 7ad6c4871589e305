//! The key table: every key of the account file, what may stand there, and what it means.
//!
//! One table serves the shape check, the JSON Schema, the editors' hover text and the suggestions, so they cannot
//! drift. It says what may be written, never what it means for an account.

use super::hosting_keys::HOSTING;
use super::secret_keys::{COMMAND, OAUTH2_SHAPE, SECRET_SHAPE};

/// What may stand at a place.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One line of text.
    Text,
    /// Text of several lines.
    Lines,
    /// `true` or `false`.
    Bool,
    /// 1 to 65535.
    Port,
    /// A whole number.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list; a single item may stand without brackets.
    List(&'static Shape),
    /// A map with these keys.
    Map(&'static Table),
    /// A map from names that the user chooses.
    Names(&'static Shape),
    /// One of these, told apart by being a text, a list or a map.
    Either(&'static [Shape]),
    /// A list of target names.
    TargetNames,
    /// A map from target names to the options of each.
    TargetOptions,
}

/// The keys of a map.
#[derive(Debug)]
pub struct Table {
    /// What the map is, with its article: `an account`.
    pub what: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// What may stand there.
    pub shape: Shape,
    /// What it means: one sentence for editors and the manual.
    pub doc: &'static str,
}

/// A key of a table. `const` so that targets can declare their options the same way.
pub const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, doc }
}

/// Whether what stands under this key is never shown. Generous on purpose: a misspelt `pasword` is a secret, too.
pub fn is_secret(key: &str) -> bool {
    // Most keys are right, and a distance costs more than all else that is done with a key.
    let length = key.len();
    let near = |known: &str| known.len().abs_diff(length) <= 2;
    let known = ["password", "token", "secret"];
    let key = key.to_lowercase();
    ["pass", "secret", "token", "pwd"].iter().any(|part| key.contains(part))
        || (known.iter().any(|k| near(k))
            && !ACCOUNT.keys.iter().chain(SERVER.keys).chain(FOLDERS.keys).any(|k| k.name == key)
            && known.iter().any(|k| near(k) && strsim::damerau_levenshtein(&key, k) <= 2))
}

pub(super) const TEXTS: Shape = Shape::List(&Shape::Text);
/// SASL mechanisms that a server's `auth` may name.
pub const MECHANISMS: &[&str] = &[
    "plain",
    "login",
    "cram-md5",
    "digest-md5",
    "scram-sha-1",
    "scram-sha-256",
    "ntlm",
    "gssapi",
    "external",
    "xoauth2",
    "oauthbearer",
    "none",
];

/// The words of `tls`.
pub const TLS: &[&str] = &["implicit", "starttls", "none"];

static SERVER: Table = Table {
    what: "a server",
    keys: &[
        key("host", Shape::Text, "The server's name, or `host:port`."),
        key(
            "port",
            Shape::Port,
            "The port. 465, 587, 993, 995, 143, 110 and 25 say their TLS mode; any other needs `tls`.",
        ),
        key(
            "tls",
            Shape::Word(TLS),
            "`implicit` TLS from the first byte, `starttls`, or `none` (on this machine only).",
        ),
        key(
            "login",
            Shape::Text,
            "The login name at this server; `{address}`, `{local}`, `{domain}` and `{account}` are filled in.",
        ),
        key("password", SECRET_SHAPE, "The password at this server."),
        key("auth", Shape::Word(MECHANISMS), "The SASL mechanism to insist on."),
    ],
};

const ONE_SERVER: Shape = Shape::Either(&[Shape::Text, Shape::Map(&SERVER)]);
const SERVERS: Shape = Shape::Either(&[Shape::Text, Shape::Map(&SERVER), Shape::List(&ONE_SERVER)]);

static SIGNATURE: Table = Table {
    what: "a signature",
    keys: &[
        key("file", Shape::Text, "A file with the signature."),
        key("command", COMMAND, "A command that prints the signature."),
    ],
};

const SIGNATURE_SHAPE: Shape = Shape::Either(&[Shape::Lines, Shape::Map(&SIGNATURE)]);

static SIGNING: Table = Table {
    what: "signing and encryption",
    keys: &[
        key("key", Shape::Text, "The key's identifier or fingerprint (PGP), or the certificate's name (S/MIME)."),
        key("sign", Shape::Bool, "Sign by default."),
        key("encrypt", Shape::Bool, "Encrypt by default."),
    ],
};

static PROVIDER_REFERENCE: Table = Table {
    what: "a provider",
    keys: &[
        key("id", Shape::Text, "The provider's name, as `mailwright list providers` shows it."),
        key("region", Shape::Text, "The region, where the provider's servers have one in their names."),
    ],
};

static IDENTITY: Table = Table {
    what: "an identity",
    keys: &[
        key("address", Shape::Text, "The address to write from."),
        key("name", Shape::Text, "The name beside it."),
        key("signature", SIGNATURE_SHAPE, "The signature."),
        key("reply_to", Shape::Text, "Where answers go."),
        key("pgp", Shape::Map(&SIGNING), "OpenPGP for this identity."),
        key("smtp", ONE_SERVER, "Another submission server for this identity."),
    ],
};

static FOLDERS: Table = Table {
    what: "folders",
    keys: &[
        key(
            "language",
            Shape::Text,
            "The language of the account's folder names, as `de` or `en-GB`, where the provider translates them.",
        ),
        key("root", Shape::Text, "What stands before the provider's own folder names: `[Google Mail]`."),
        key("sent", Shape::Text, "Sent mail, by the server's full name for it."),
        key("drafts", Shape::Text, "Unfinished mail."),
        key("trash", Shape::Text, "Deleted mail."),
        key("junk", Shape::Text, "Unwanted mail."),
        key("archive", Shape::Text, "Mail put aside."),
        key("all", Shape::Text, "Where the server shows every message once more; mirrors leave it out."),
    ],
};

static PROVIDER_SHAPES: [Shape; 2] = [Shape::Text, Shape::Map(&PROVIDER_REFERENCE)];
static IDENTITY_SHAPES: [Shape; 2] = [Shape::Text, Shape::Map(&IDENTITY)];
static ONE_IDENTITY: Shape = Shape::Either(&IDENTITY_SHAPES);

const ADDRESS: Key = key("address", Shape::Text, "The mail address. A key with an @ is the address already.");
const DEFAULT: Key = key("default", Shape::Bool, "Whether this is the account to write from; else the first one is.");
const NAME: Key = key("name", Shape::Text, "The person's name, as recipients see it.");
const LOGIN: Key = key(
    "login",
    Shape::Text,
    "The login name, when it is not the address; `{address}`, `{local}`, `{domain}` and `{account}` are filled in.",
);
const PROVIDER_KEY: Key =
    key("provider", Shape::Either(&PROVIDER_SHAPES), "The mail service, when it is not recognised by the address.");
const PASSWORD: Key = key(
    "password",
    SECRET_SHAPE,
    "Where the password comes from: a map, `prompt`, or (not recommended) the password itself.",
);
const OAUTH2_KEY: Key = key("oauth2", OAUTH2_SHAPE, "Log in by OAuth2 instead of a password.");
const RETRIEVE: Key = key("retrieve", Shape::Word(&["imap", "pop3"]), "How mail is fetched. Default: imap.");
const IMAP: Key = key("imap", ONE_SERVER, "The IMAP server.");
const POP3: Key = key("pop3", ONE_SERVER, "The POP3 server.");
const SMTP: Key = key("smtp", ONE_SERVER, "The submission server.");
const IDENTITIES: Key = key("identities", Shape::List(&ONE_IDENTITY), "Further addresses to write from.");
const FOLDERS_KEY: Key = key("folders", Shape::Map(&FOLDERS), "The server's folder names.");
const SAVE_SENT: Key = key(
    "save_sent",
    Shape::Bool,
    "Whether the mail program files a copy of what is sent. Default: true, but false where the server does it.",
);
const SIGNATURE_KEY: Key = key("signature", SIGNATURE_SHAPE, "The signature: its text, a file or a command.");
const PGP: Key = key("pgp", Shape::Map(&SIGNING), "OpenPGP: what to sign and encrypt with.");
const SMIME: Key = key("smime", Shape::Map(&SIGNING), "S/MIME: what to sign and encrypt with.");
const MAILDIR: Key = key("maildir", Shape::Text, "The local mail directory; `{account}` and the others are filled in.");
const CARDDAV: Key = key(
    "carddav",
    Shape::Text,
    "The address of the contacts (CardDAV); `{address}`, `{local}` and `{domain}` are filled in.",
);
const CALDAV: Key = key(
    "caldav",
    Shape::Text,
    "The address of the calendars (CalDAV); `{address}`, `{local}` and `{domain}` are filled in.",
);
const TARGETS: Key = key("targets", Shape::TargetOptions, "Options of single targets.");

/// What an account and the defaults may both say.
const SHARED: [Key; 19] = [
    NAME,
    LOGIN,
    PROVIDER_KEY,
    PASSWORD,
    OAUTH2_KEY,
    RETRIEVE,
    IMAP,
    POP3,
    SMTP,
    IDENTITIES,
    FOLDERS_KEY,
    SAVE_SENT,
    SIGNATURE_KEY,
    PGP,
    SMIME,
    MAILDIR,
    CARDDAV,
    CALDAV,
    TARGETS,
];

const OF_ACCOUNTS: [Key; 21] = {
    let mut keys = [ADDRESS; 21];
    keys[1] = DEFAULT;
    let mut i = 0;
    while i < SHARED.len() {
        keys[i + 2] = SHARED[i];
        i += 1;
    }
    keys
};

static ACCOUNT: Table = Table { what: "an account", keys: &OF_ACCOUNTS };

static DEFAULTS: Table = Table { what: "the defaults", keys: &SHARED };

/// The ways to log in that a provider may list.
pub const WAYS: &[&str] = &["oauth2", "app-password", "password", "none"];

static HELP: Table = Table {
    what: "a provider's help",
    keys: &[
        key("app_password", Shape::Text, "The page that makes app passwords."),
        key("password", Shape::Text, "Which password the servers take."),
        key("enable", Shape::Text, "What the user must switch on first."),
        key("login", Shape::Text, "What `login:` must be; with it every account of the provider must say one."),
        key("note", Shape::Text, "What else to know."),
    ],
};

/// The limits that a provider may state.
pub static LIMITS: Table = Table {
    what: "a provider's limits",
    keys: &[
        key("messages_per_day", Shape::Number, "Messages sent a day."),
        key("recipients_per_day", Shape::Number, "Recipients a day."),
        key("recipients_per_message", Shape::Number, "Recipients of one message."),
        key("message_bytes", Shape::Number, "Size of a message in octets, encoded."),
        key("imap_connections", Shape::Number, "IMAP connections at once."),
        key("imap_download_mb_per_day", Shape::Number, "IMAP download a day in MB."),
        key("imap_upload_mb_per_day", Shape::Number, "IMAP upload a day in MB."),
        key("pop3_download_mb_per_day", Shape::Number, "POP3 download a day in MB."),
        key("smtp_connections", Shape::Number, "Submission connections at once."),
    ],
};

static PROVIDER: Table = Table {
    what: "a provider",
    keys: &[
        key("name", Shape::Text, "The service's name, as people read it."),
        key("domains", TEXTS, "The mail domains by which it is recognised."),
        key("mx", TEXTS, "Suffixes of the mail exchangers of its customers' domains."),
        LOGIN,
        key("imap", SERVERS, "Its IMAP servers, the preferred one first."),
        key("pop3", SERVERS, "Its POP3 servers."),
        key("smtp", SERVERS, "Its submission servers."),
        key("auth", Shape::List(&Shape::Word(WAYS)), "The ways to log in that work today, the preferred one first."),
        key("oauth2", OAUTH2_SHAPE, "Its OAuth2 endpoints and scopes."),
        FOLDERS_KEY,
        SAVE_SENT,
        CARDDAV,
        CALDAV,
        key("help", Shape::Either(&[Shape::Text, Shape::Map(&HELP)]), "What its users must know."),
        key("limits", Shape::Map(&LIMITS), "Its limits."),
        key("source", Shape::Text, "Where these facts come from."),
        key("date", Shape::Text, "When they were checked."),
    ],
};

/// The whole file.
pub static FILE: Table = Table {
    what: "an account file",
    keys: &[
        key(
            "generate",
            Shape::TargetNames,
            "The targets of this file. Default: autoconfig, mobileconfig, msmtp, mutt.",
        ),
        key("defaults", Shape::Map(&DEFAULTS), "A layer under every account of this file."),
        key("accounts", Shape::Names(&Shape::Map(&ACCOUNT)), "The accounts, by address or by short name."),
        key(
            "providers",
            Shape::Names(&Shape::Map(&PROVIDER)),
            "Mail services of your own, or other values for built-in ones.",
        ),
        key("serve", Shape::Map(&HOSTING), "How a mail host publishes its domains: `serve`, `export` and `dns`."),
    ],
};

/// What the key table cannot know by itself: the targets and their options.
#[derive(Clone, Copy)]
pub struct Vocabulary {
    /// Each target's id and options.
    pub targets: &'static [(&'static str, &'static Table)],
}

impl Vocabulary {
    /// The options of a target.
    pub fn options(&self, target: &str) -> Option<&'static Table> {
        self.targets.iter().find(|(id, _)| *id == target).map(|(_, table)| *table)
    }

    /// The targets' ids.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.targets.iter().map(|(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_secrets_are_secrets() {
        for key in ["password", "pasword", "Passwort", "passwd", "token", "tokn", "client_secret", "PASS"] {
            assert!(is_secret(key), "{key}");
        }
        for key in ["name", "address", "login", "host", "folders", "port"] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
