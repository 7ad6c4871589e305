//! Which SASL mechanisms the two programs take by name.
//!
//! mutt tries whatever it is told. NeoMutt refuses a name that its build does not know and stops reading the file: those
//! here are of Debian 12's build (gsasl, 20220429), the smallest set seen.

use crate::account::{Mechanism, OAuth2};
use crate::quote::muttrc::Dialect;

/// Whether a mechanism may be insisted on; `kind` is `imap`, `pop` or `smtp`.
pub(super) fn knows(dialect: Dialect, kind: &str, mechanism: Mechanism) -> bool {
    use Mechanism as M;
    match (dialect, kind) {
        (Dialect::Mutt, "pop") => mechanism != M::Ntlm,
        (Dialect::Mutt, _) => true,
        (Dialect::NeoMutt, "imap") => {
            matches!(mechanism, M::Gssapi | M::Login | M::Plain | M::OAuthBearer | M::XOAuth2)
        }
        (Dialect::NeoMutt, "smtp") => matches!(mechanism, M::Login | M::Plain | M::OAuthBearer | M::XOAuth2),
        (Dialect::NeoMutt, _) => mechanism == M::OAuthBearer,
    }
}

/// The mechanisms for a token, in order; `None` when the only one that the server takes is unknown.
pub(super) fn for_token(dialect: Dialect, kind: &str, oauth2: &OAuth2) -> Option<String> {
    let wanted = match oauth2.mechanism.as_ref().map(|m| m.value) {
        Some(one) => vec![one],
        None => vec![Mechanism::OAuthBearer, Mechanism::XOAuth2],
    };
    let known: Vec<&str> = wanted.into_iter().filter(|m| knows(dialect, kind, *m)).map(Mechanism::word).collect();
    (!known.is_empty()).then(|| known.join(":"))
}
