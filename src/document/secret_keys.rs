//! The keys under which a secret may come: `password`, `token`, `client_secret`, and OAuth2 as a whole.

use super::keys::{Key, Shape, TEXTS, Table, key};

static SERVICE_AND_USER: Table = Table {
    what: "a password entry",
    keys: &[
        key("service", Shape::Text, "The entry's service."),
        key("user", Shape::Text, "The entry's user, or account."),
    ],
};

static SOPS: Table = Table {
    what: "a value in a file of sops",
    keys: &[
        key("key", Shape::Text, "The value's path in the file, such as `[\"mail\"][\"work\"]`."),
        key("file", Shape::Text, "The encrypted file."),
    ],
};

/// Password managers and token helpers by one word; `account/preset.rs` knows their commands.
pub const PRESETS: &[Key] = &[
    key("pass", Shape::Text, "An entry of pass, the password store."),
    key("gopass", Shape::Text, "An entry of gopass."),
    key("secret-tool", Shape::Map(&SERVICE_AND_USER), "An entry of the Secret Service, on every system."),
    key("security", Shape::Map(&SERVICE_AND_USER), "An entry of macOS' keychain."),
    key("op", Shape::Text, "A secret reference of 1Password: `op://Vault/Item/password`."),
    key("bw", Shape::Text, "An item of Bitwarden; needs `BW_SESSION`."),
    key("rbw", Shape::Text, "An item of rbw, for Bitwarden."),
    key("python-keyring", Shape::Map(&SERVICE_AND_USER), "An entry of Python's keyring."),
    key("gpg", Shape::Text, "A file that gpg decrypts."),
    key("sops", Shape::Map(&SOPS), "A value in a file that sops decrypts."),
    key("systemd", Shape::Text, "A credential of a systemd service."),
    key("oama", Shape::Text, "The address whose OAuth2 token oama prints."),
    key("pizauth", Shape::Text, "The account whose OAuth2 token pizauth prints."),
    key("mutt_oauth2", Shape::Text, "The token file of mutt_oauth2.py."),
    key("ortie", Shape::Text, "The account whose OAuth2 token ortie prints."),
];

/// Whether a table describes a secret, or a part of one.
pub(super) fn is_of_a_secret(table: &Table) -> bool {
    [&SECRET, &KEYRING, &SERVICE_AND_USER, &SOPS, &PROXY].iter().any(|t| std::ptr::eq(*t, table))
}

pub(super) const COMMAND: Shape = Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)]);

static KEYRING: Table = Table {
    what: "a keyring entry",
    keys: &[
        key("service", Shape::Text, "The entry's `service` attribute."),
        key("user", Shape::Text, "The entry's `user` attribute."),
    ],
};

/// The forms of a secret: the general ones, then the presets.
const SECRET_KEYS: [Key; 4 + PRESETS.len()] = {
    let general = [
        key(
            "command",
            COMMAND,
            "A command that prints the secret; its first line counts. A text is a shell line, a list is an argument vector.",
        ),
        key("keyring", Shape::Map(&KEYRING), "An entry of the desktop's keyring (Secret Service)."),
        key("env", Shape::Text, "The name of an environment variable that holds the secret."),
        key("file", Shape::Text, "A file whose first line is the secret."),
    ];
    let mut all = [general[0]; 4 + PRESETS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < general.len() { general[at] } else { PRESETS[at - general.len()] };
        at += 1;
    }
    all
};

static SECRET: Table = Table { what: "a secret", keys: &SECRET_KEYS };

pub(super) const SECRET_SHAPE: Shape = Shape::Either(&[Shape::Text, Shape::Map(&SECRET)]);

static PROXY: Table = Table {
    what: "a proxy for OAuth2",
    keys: &[
        key(
            "imap",
            Shape::Port,
            "Its IMAP port on this machine. Default: email-oauth2-proxy's 2993 for Google, else 1993.",
        ),
        key("pop3", Shape::Port, "Its POP3 port. Default: 2995 for Google, else 1995."),
        key("smtp", Shape::Port, "Its submission port. Default: 2465 for Google, else 1587."),
        key("password", SECRET_SHAPE, "The password that the proxy takes; any will do at the first time."),
    ],
};

static OAUTH2: Table = Table {
    what: "OAuth2 settings",
    keys: &[
        key(
            "token",
            SECRET_SHAPE,
            "Where the access token comes from, usually a command such as `oama access ADDRESS`.",
        ),
        key("client_id", Shape::Text, "The client id of your own registration."),
        key("client_secret", SECRET_SHAPE, "The client secret of your own registration."),
        key("auth_url", Shape::Text, "The authorisation endpoint."),
        key("token_url", Shape::Text, "The token endpoint."),
        key("scopes", TEXTS, "The scopes to ask for."),
        key(
            "mechanism",
            Shape::Word(&["xoauth2", "oauthbearer"]),
            "The SASL mechanism, where the server takes only one.",
        ),
        key(
            "proxy",
            Shape::Map(&PROXY),
            "A proxy on this machine does OAuth2, such as email-oauth2-proxy or DavMail; `{}` for its usual ports.",
        ),
    ],
};

pub(super) const OAUTH2_SHAPE: Shape = Shape::Map(&OAUTH2);
