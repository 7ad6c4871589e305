//! Real clients look their account up at a running `mailwright serve`, and use what they find. In the box there are a DNS
//! server, the lab's Dovecot and Postfix as a mail host, and our server with a certificate that is trusted there; an
//! address of the box speaks TLS and plain HTTP ([`WEB`]), one only plain HTTP ([`PLAIN`]).
//!
//! - [`thunderbird`]: Thunderbird's own search, each of its paths alone.
//! - [`deltachat`]: Delta Chat's core, its three paths, and whether it takes the right TLS mode.
//!
//! Which path answers is a matter of the names alone: each path has a domain of its own, of which only the names that the
//! path needs are in the DNS. All of them are the customers of one mail host and in one file.
//!
//! Not here, because they cannot be run without a display and a person, or at all: K-9 and Thunderbird for Android,
//! FairEmail (Android), Outlook, Apple Mail, eM Client, Evolution's and KMail's assistants (their look-up is a part of the
//! window). What they accept is told from their sources, by `check --client` and by the tests of `tests/hosting/`.

mod deltachat;
mod paths;
mod server;
mod thunderbird;

use crate::lab::BOX;
use crate::sending::{Step, step};

/// TLS and plain HTTP, on the usual ports.
const WEB: &str = "127.0.0.2";
/// Plain HTTP only, port 80.
const PLAIN: &str = "127.0.0.3";
/// The password of all users here. What a client sends with it must not come to light.
const PASSWORD: &str = "corréct-horse battery";

pub const STEPS: &[Step] = &[
    Step {
        needs: &[BOX, "thunderbird"],
        users: Some(paths::USERS),
        zone: Some(paths::ZONE),
        ..step("thunderbird_finds_the_account", "autoconfig", 0, thunderbird::finds)
    },
    Step {
        needs: &[BOX, deltachat::PROGRAM],
        users: Some(deltachat::USERS),
        zone: Some(deltachat::ZONE),
        ..step("deltachat_configures_itself", "autoconfig", 0, deltachat::configures)
    },
];
