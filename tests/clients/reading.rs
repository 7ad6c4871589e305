//! Every golden, read by its program: what was understood is what the account means.

mod mobileconfig;
mod msmtp;
mod mutts;
mod thunderbird;

use serde_json::Value;

pub use self::mobileconfig::ask_schema;
pub use self::thunderbird::{ask_thunderbird, complaint};
use crate::Test;
use crate::lab;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("msmtp_reads_every_golden", &["msmtp"], msmtp::msmtp),
        Test::new("mutt_reads_every_golden", &["mutt", lab::PRIVATE], || mutts::mutts("mutt")),
        Test::new("neomutt_reads_every_golden", &["neomutt", lab::PRIVATE], || mutts::mutts("neomutt")),
        Test::new("thunderbird_reads_every_golden", &["thunderbird"], thunderbird::thunderbird),
        Test::new("apples_schema_and_libplist_accept_every_golden", &["schema"], mobileconfig::mobileconfig),
    ]
}

/// A value of JSON as text, whether it is a text or has become a number.
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
