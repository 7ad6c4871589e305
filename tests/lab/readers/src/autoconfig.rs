//! Three readers of autoconfig:
//!
//! - io-pim-discovery 0.9, with the version of serde-xml-rs that it is written for;
//! - the crate autoconfig 0.4 (Dust-Mail);
//! - email-lib 0.27 (Himalaya 1), with its features `imap` and `smtp`: a copy of the second that has gone its own way; what
//!   it does not know, POP3 for one, is a server of an unknown type. 0.26.4 has the very same model, and the versions before
//!   that have one need packages that were withdrawn.
//!
//! Of the last two only the model is built, as its crate has it: email-lib whole would be 439 packages, and more than three
//! minutes of CPU.

use std::fs;

use io_pim_discovery::autoconfig::config as io_pim;
use serde_json::{Value, json};

// These lints are their own business.
#[allow(dead_code, missing_docs, clippy::all)]
mod dust_mail {
    include!(concat!(env!("OUT_DIR"), "/autoconfig.rs"));
}

#[allow(dead_code, missing_docs, clippy::all)]
mod email_lib {
    include!(concat!(env!("OUT_DIR"), "/email-lib.rs"));
}

pub fn by_io_pim(file: &str) -> Result<Value, String> {
    let text = fs::read_to_string(file).map_err(|e| e.to_string())?;
    let read: io_pim::DiscoveryAutoconfig = serde_xml_rs_8::from_str(&text).map_err(|e| e.to_string())?;
    let provider = &read.email_provider;
    let server = |s: &io_pim::DiscoveryServer| {
        json!({
            "type": word(&s.r#type), "host": s.hostname, "port": s.port, "username": s.username,
            "socket": s.socket_type.as_ref().map(word), "ways": s.authentication.len(),
        })
    };
    Ok(json!({
        "id": provider.id, "domains": provider.domain,
        "incoming": provider.incoming_server.iter().map(server).collect::<Vec<_>>(),
        "outgoing": provider.outgoing_server.iter().map(server).collect::<Vec<_>>(),
    }))
}

/// A reader of the model that two crates share, which differ in the name of the document and in the types of servers.
macro_rules! reader {
    ($name:ident, $model:ident, $document:ident) => {
        pub fn $name(file: &str) -> Result<Value, String> {
            let bytes = fs::read(file).map_err(|e| e.to_string())?;
            let read: $model::$document = serde_xml_rs::from_reader(bytes.as_slice()).map_err(|e| e.to_string())?;
            let provider = read.email_provider();
            let server = |s: &$model::Server| {
                json!({
                    "type": word(s.server_type()), "host": s.hostname(), "port": s.port(), "username": s.username(),
                    "socket": s.security_type().map(word), "ways": s.authentication_type().len(),
                })
            };
            Ok(json!({
                "id": provider.id(), "domains": provider.domain(),
                "incoming": provider.incoming_servers().into_iter().map(server).collect::<Vec<_>>(),
                "outgoing": provider.outgoing_servers().into_iter().map(server).collect::<Vec<_>>(),
            }))
        }
    };
}

reader!(by_crate, dust_mail, Config);
reader!(by_email_lib, email_lib, AutoConfig);

/// The name of a variant, in small letters.
fn word(kind: &impl std::fmt::Debug) -> String {
    format!("{kind:?}").to_lowercase()
}
