//! Keys that stay what they are: made of an account's short name, never of its place in the file or of a clock, so that
//! an account that is written again is the same one to the program.

use uuid::Uuid;

use crate::account::{Account, Address};

/// The UUID of an account's part in a program's namespace; `part` tells its parts apart.
pub fn uuid(namespace: &Uuid, account: &Account, part: &str) -> Uuid {
    Uuid::new_v5(namespace, format!("{}/{part}", account.name).as_bytes())
}

/// The part of an identity.
pub fn identity(address: &Address) -> String {
    format!("identity/{address}")
}

/// A key of small letters, digits and `_`: readable, and injective by its end.
pub fn key(namespace: &Uuid, account: &Account, part: &str) -> String {
    let readable: String = account.name.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let hash = uuid(namespace, account, part).simple().to_string();
    format!("{}_{}", readable.to_ascii_lowercase(), hash.get(..8).unwrap_or(&hash))
}
