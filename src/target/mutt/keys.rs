//! What mutt signs and encrypts with: OpenPGP and S/MIME, by GPGME unless the option `crypto` says otherwise.
//!
//! Which of the two a message is signed by, and whether, are switches for the whole program, so every place that sets one
//! sets them all. `pgp_default_key` and `smime_default_key` are both the key that signs and the one that one's own copy
//! is encrypted to; `*_sign_as` would override them (muttrc(5), mutt 1.11 and NeoMutt 2018 and later).

use super::{KEY_UNKNOWN, SIGNED_TWICE};
use crate::account::{Account, Identity, Said, Signing, Text};
use crate::quote::muttrc::{self, Dialect};
use crate::target::{Bundle, Options};

/// The settings of an address.
pub(super) struct Keys {
    /// The line that says whether GPGME is used, for it is read once, when the program starts.
    pub backend: Option<&'static str>,
    /// What another place may have set is unset.
    pub reset: bool,
    pub pgp: Option<Said<String>>,
    pub smime: Option<Said<String>>,
    pub sign: bool,
    pub encrypt: bool,
    /// S/MIME instead of OpenPGP.
    pub by_smime: bool,
}

/// Whether an account or one of its addresses says anything about keys.
pub(super) fn said(account: &Account) -> bool {
    account.pgp.is_some() || account.smime.is_some() || identities(account)
}

fn identities(account: &Account) -> bool {
    account.identities.iter().any(|i| i.pgp.is_some())
}

impl Keys {
    /// Those of an account.
    pub fn of(account: &Account, several: bool, dialect: Dialect, options: &Options<'_>) -> Keys {
        let commands = options.is("crypto", "commands");
        Keys {
            // NeoMutt uses GPGME unless told otherwise, and stops at a setting that its build does not have.
            backend: match (dialect, commands) {
                (Dialect::Mutt, false) => Some("set crypt_use_gpgme = yes"),
                (Dialect::Mutt, true) => Some("set crypt_use_gpgme = no"),
                (Dialect::NeoMutt, false) => None,
                (Dialect::NeoMutt, true) => Some("ifdef crypt_use_gpgme 'set crypt_use_gpgme = no'"),
            },
            reset: several || identities(account),
            ..Keys::chosen(account, account.pgp.as_ref(), commands)
        }
    }

    /// Says what of an account's keys cannot be used.
    pub fn notes(account: &Account, name: &str, options: &Options<'_>, bundle: &mut Bundle) {
        let on = |s: &Said<Signing>| s.sign || s.encrypt;
        let (pgp, smime) = (account.pgp.as_ref(), account.smime.as_ref());
        let key = smime.and_then(|s| s.key.as_ref()).filter(|k| of_smime_keys(k));
        if let Some(key) = key.filter(|_| !options.is("crypto", "commands")) {
            let way = "name the certificate, or use the option `crypto: commands`";
            bundle.note(&KEY_UNKNOWN, account, format!("{} ({way}): left out", unknown(key)));
            return;
        }
        if pgp.is_some_and(on) && smime.is_some_and(on) {
            bundle.note(
                &SIGNED_TWICE,
                account,
                format!("{name} signs and encrypts a message by OpenPGP or by S/MIME: it does so by OpenPGP, and by S/MIME when it is told to for a message"),
            );
        }
    }

    fn chosen(account: &Account, pgp: Option<&Said<Signing>>, commands: bool) -> Keys {
        let smime = account.smime.as_ref().filter(|s| commands || !s.key.as_ref().is_some_and(of_smime_keys));
        let on = |s: Option<&Said<Signing>>| s.is_some_and(|s| s.sign || s.encrypt);
        let by_smime = !on(pgp) && on(smime);
        let by = if by_smime { smime } else { pgp };
        let key = |s: Option<&Said<Signing>>| s.and_then(|s| s.key.as_ref().map(|k| s.with(k.to_string())));
        Keys {
            backend: None,
            reset: true,
            pgp: key(pgp),
            smime: key(smime),
            sign: by.is_some_and(|s| s.sign),
            encrypt: by.is_some_and(|s| s.encrypt),
            by_smime,
        }
    }

    /// The statements of a hook for an address: the identity's, or the account's own.
    pub fn statements(account: &Account, identity: Option<&Identity>, options: &Options<'_>) -> Vec<String> {
        if !identities(account) {
            return Vec::new();
        }
        let pgp = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref());
        let keys = Keys::chosen(account, pgp, options.is("crypto", "commands"));
        let switch = |name: &str, on: bool| format!("set {name}={}", if on { "yes" } else { "no" });
        let mut out = vec!["unset pgp_sign_as".to_owned()];
        match keys.pgp {
            Some(key) => out.extend(muttrc::quote(&key).map(|q| format!("set pgp_default_key={q}"))),
            None => out.push("unset pgp_default_key".to_owned()),
        }
        out.push(switch("crypt_autosign", keys.sign));
        out.push(switch("crypt_autoencrypt", keys.encrypt));
        out.push(switch("smime_is_default", keys.by_smime));
        out
    }
}

/// Why such a key is of no use.
pub(in crate::target) fn unknown(key: &Text) -> String {
    format!("`{key}` is a key of mutt's program smime_keys, which GnuPG does not know")
}

/// Whether a name is one that mutt's program `smime_keys` gives: the hash of a certificate and a number.
pub(in crate::target) fn of_smime_keys(key: &Text) -> bool {
    key.as_str().split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|b| b.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}
