//! Directories of users: which login an address has, where that does not follow from the address.
//!
//! Asked by `serve` only, between [`crate::site::Site::read`] and [`crate::site::Site::answer`]. Whoever asks the server must
//! not learn which users exist: an address that the directory does not have gets an answer of the same form, in the same
//! time, the same one from every replica.

use crate::account::hosting::Users;
use crate::account::{Address, Text};
use crate::problem::Problem;

/// A directory, open.
#[derive(Debug)]
pub struct Directory {}

/// Why a directory has no answer. Clients are told to come again.
#[derive(Debug)]
pub struct Unavailable(
    /// For the log: no address and no password is in it.
    pub String,
);

impl Directory {
    /// Opens a directory. Runs inside of tokio.
    ///
    /// # Errors
    /// What is wrong with it: a file that is not there, a query that cannot be prepared, a server that refuses.
    pub async fn open(_users: &Users) -> Result<Directory, Box<Problem>> {
        Ok(Directory {})
    }

    /// What is told about an address: its login, or what is told of users that are not there.
    ///
    /// # Errors
    /// When the directory does not answer in time.
    pub async fn login(&self, _address: &Address) -> Result<Option<Text>, Unavailable> {
        Ok(None)
    }
}
