//! Directories of users that need no server: CSV files, SQLite, and the look-ups over a source that is slow, broken or
//! asked by many at once. Real PostgreSQL and LDAP servers are `tests/clients/directories/`' business.

mod account_file;
mod csv;
mod look_ups;
mod sqlite;

use std::path::Path;
use std::sync::OnceLock;

use mailwright::account::Address;
use mailwright::problem::Problem;
use mailwright::users::Directory;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

fn address(text: &str) -> Address {
    Address::parse(text).expect("address")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs on a runtime as the server has one.
fn wait<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let make = || Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    RUNTIME.get_or_init(make).block_on(future)
}

/// What an account file in a folder says about its users, and what was wrong with that.
fn read(folder: &Path, users: &str) -> mailwright::Reading {
    let text = format!(
        "providers: {{ host: {{ domains: [example.org], imap: imap.example.org, smtp: smtp.example.org }} }}\n\
         serve:\n  users:\n{users}\n"
    );
    mailwright::read_text(folder.join("host.yaml").to_str().expect("UTF-8"), &text)
}

fn open(folder: &Path, users: &str) -> Result<Directory, Box<Problem>> {
    let reading = read(folder, users);
    assert!(!reading.failed(), "{:?}", reading.problems);
    let users = reading.mail.hosting.users.expect("users");
    wait(async { Directory::open(&users).await })
}

fn codes(folder: &Path, users: &str) -> Vec<&'static str> {
    read(folder, users).problems.iter().map(|p| p.code).collect()
}

fn login(directory: &Directory, who: &str) -> Option<String> {
    wait(async { directory.login(&address(who)).await }).expect("an answer").map(|l| l.to_string())
}
