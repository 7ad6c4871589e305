//! The keys of `serve:`, with which a mail host says how it publishes its domains.

use super::keys::{Shape, TEXTS, Table, key};
use super::secret_keys::SECRET_SHAPE;

static CERTIFICATE: Table = Table {
    what: "a certificate",
    keys: &[
        key("certificate", Shape::Text, "The certificate as a PEM file; its chain may follow in the same file."),
        key("key", Shape::Text, "Its key as a PEM file."),
        key("chain", Shape::Text, "The rest of the chain as a PEM file."),
    ],
};

static POSTGRES: Table = Table {
    what: "a PostgreSQL server",
    keys: &[
        key(
            "url",
            Shape::Text,
            "`postgresql://USER@HOST/DATABASE`, by TLS; without it on this machine only, by a socket or `?sslmode=disable`.",
        ),
        key("password", SECRET_SHAPE, "Its password."),
        key("ca", Shape::Text, "The authority behind its certificate as a PEM file. Default: the system's."),
        key(
            "query",
            Shape::Text,
            "One row for the address `$1` (`$2` its local part, `$3` its domain, all in lower case), with the column `login`.",
        ),
    ],
};

static SQLITE: Table = Table {
    what: "an SQLite database",
    keys: &[
        key("file", Shape::Text, "The database."),
        key(
            "query",
            Shape::Text,
            "One row for the address `?1` (`?2` its local part, `?3` its domain, all in lower case), with the column `login`.",
        ),
    ],
};

static LDAP: Table = Table {
    what: "an LDAP server",
    keys: &[
        key(
            "url",
            Shape::Text,
            "`ldaps://HOST`, or `ldap://HOST`, which is asked for STARTTLS unless it is this machine.",
        ),
        key("bind", Shape::Text, "The name of the entry that asks; nobody without."),
        key("password", SECRET_SHAPE, "Its password."),
        key("ca", Shape::Text, "The authority behind its certificate as a PEM file. Default: the system's."),
        key("base", Shape::Text, "Below which entry is looked."),
        key(
            "filter",
            Shape::Text,
            "The filter; `{address}`, `{local}` and `{domain}` are filled in. Default: `(mail={address})`.",
        ),
        key("login", Shape::Text, "The attribute with the login. Default: `uid`."),
    ],
};

static USERS: Table = Table {
    what: "a directory of users",
    keys: &[
        key("csv", Shape::Text, "A CSV file with the columns `address` and `login`; others are passed over."),
        key("sqlite", Shape::Map(&SQLITE), "A database in a file."),
        key("postgres", Shape::Map(&POSTGRES), "A PostgreSQL server."),
        key("ldap", Shape::Map(&LDAP), "An LDAP server."),
        key("providers", TEXTS, "Only the users of these providers of the file are looked up. Default: all."),
        key(
            "unknown",
            Shape::Text,
            "The login that is told for an address which the directory does not have, as `u{digits:6}`; it must look \
             like a real one, else the answer tells who exists. `{digits:N}`, `{letters:N}` and `{hex:N}` are made from \
             the address and `secret`; `{address}`, `{local}` and `{domain}` are filled in.",
        ),
        key(
            "secret",
            SECRET_SHAPE,
            "What those are made with, at least 16 characters and the same for every replica: `openssl rand -hex 32`.",
        ),
        key("timeout", Shape::Number, "How long an answer is waited for, in seconds. Default: 2."),
        key("cache", Shape::Number, "How long it is remembered, in seconds. Default: 300."),
        key("connections", Shape::Number, "Connections kept. Default: 4."),
    ],
};

/// The words of `pacc`.
pub const PACC: &[&str] = &["draft-02", "draft-03"];

/// `serve:`.
pub static HOSTING: Table = Table {
    what: "what is published",
    keys: &[
        key("listen", TEXTS, "Where `serve` listens, as `ADDRESS:PORT`. Default: `127.0.0.1:8080`."),
        key(
            "metrics",
            Shape::Text,
            "Where `/metrics` is served, as `ADDRESS:PORT`. Default: with the rest, on this machine only.",
        ),
        key(
            "url",
            Shape::Text,
            "Under which address clients reach the server. Default: `https://autoconfig.` and the domain.",
        ),
        key("tls", Shape::Map(&CERTIFICATE), "Certificate and key, when no proxy does TLS."),
        key("sign", Shape::Map(&CERTIFICATE), "What Apple profiles are signed with."),
        key("organization", Shape::Text, "The mail host's name on set-up pages and in profiles."),
        key("contact", Shape::Text, "Whom to ask for help: `https:`, `mailto:` or `tel:`."),
        key("pacc", Shape::Word(PACC), "The draft of draft-ietf-mailmaint-pacc that is published. Default: none."),
        key("users", Shape::Map(&USERS), "The directory of users, where logins do not follow from addresses."),
    ],
};
