//! readers FORMAT FILE...: what strict readers of other people's make of files, a JSON object a line; exit 1 when one of
//! them cannot be read.
//!
//! - `autoconfig-io-pim`, `autoconfig-crate`, `autoconfig-email-lib`: see [`autoconfig`];
//! - `autodiscover`: see [`autodiscover`];
//! - `pacc`: io-pim-discovery's whole exchange, see [`pacc`].

mod autoconfig;
mod autodiscover;
mod pacc;

use std::env;
use std::process::ExitCode;

use serde_json::{Value, json};

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let read: fn(&str) -> Result<Value, String> = match args.next().as_deref() {
        Some("autoconfig-io-pim") => autoconfig::by_io_pim,
        Some("autoconfig-crate") => autoconfig::by_crate,
        Some("autoconfig-email-lib") => autoconfig::by_email_lib,
        Some("autodiscover") => autodiscover::read,
        Some("pacc") => pacc::read,
        _ => {
            eprintln!("readers autoconfig-io-pim|autoconfig-crate|autoconfig-email-lib|autodiscover|pacc FILE...");
            return ExitCode::from(2);
        }
    };
    let mut failed = false;
    for file in args {
        match read(&file) {
            Ok(value) => println!("{}", json!({ "file": file, "read": value })),
            Err(why) => {
                failed = true;
                println!("{}", json!({ "file": file, "error": why }));
            }
        }
    }
    ExitCode::from(u8::from(failed))
}
