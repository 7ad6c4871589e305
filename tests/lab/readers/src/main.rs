//! readers FORMAT FILE...: what strict readers of other people's make of files, a JSON object a line; exit 1 when one of
//! them cannot be read.
//!
//! - `autoconfig-io-pim`: io-pim-discovery 0.9, with the version of serde-xml-rs that it is written for;
//! - `autoconfig-crate`: the crate autoconfig 0.4, whose model email-lib 0.27 (Himalaya) shares;
//! - `pacc`: io-pim-discovery's whole exchange, with FILE as the answer over HTTPS and FILE.txt as the record in the DNS.

use std::process::ExitCode;
use std::{env, fs};

use io_pim_discovery::autoconfig::config as io_pim;
use io_pim_discovery::coroutine::{DiscoveryCoroutine, DiscoveryCoroutineState, DiscoveryYield};
use io_pim_discovery::pacc::discover::DiscoveryPacc;
use serde_json::{Value, json};

// The model as its crate has it, unchanged: these lints are its own business.
#[allow(dead_code, missing_docs)]
mod strict {
    include!(concat!(env!("OUT_DIR"), "/autoconfig.rs"));
}

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let read: fn(&str) -> Result<Value, String> = match args.next().as_deref() {
        Some("autoconfig-io-pim") => by_io_pim,
        Some("autoconfig-crate") => by_crate,
        Some("pacc") => pacc,
        _ => {
            eprintln!("readers autoconfig-io-pim|autoconfig-crate|pacc FILE...");
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

fn by_io_pim(file: &str) -> Result<Value, String> {
    let text = fs::read_to_string(file).map_err(|e| e.to_string())?;
    let read: io_pim::DiscoveryAutoconfig = serde_xml_rs_8::from_str(&text).map_err(|e| e.to_string())?;
    let provider = &read.email_provider;
    let server = |s: &io_pim::DiscoveryServer| {
        json!({
            "type": word(&s.r#type), "host": s.hostname, "port": s.port, "username": s.username,
            "socket": s.socket_type.as_ref().map(|socket| match socket {
                io_pim::DiscoverySecurityType::Plain => "plain",
                io_pim::DiscoverySecurityType::Starttls => "starttls",
                io_pim::DiscoverySecurityType::Tls => "implicit",
            }),
            "ways": s.authentication.len(),
        })
    };
    Ok(json!({
        "id": provider.id, "domains": provider.domain,
        "incoming": provider.incoming_server.iter().map(server).collect::<Vec<_>>(),
        "outgoing": provider.outgoing_server.iter().map(server).collect::<Vec<_>>(),
    }))
}

fn by_crate(file: &str) -> Result<Value, String> {
    let bytes = fs::read(file).map_err(|e| e.to_string())?;
    let read: strict::Config = serde_xml_rs_6::from_reader(bytes.as_slice()).map_err(|e| e.to_string())?;
    let provider = read.email_provider();
    let server = |s: &strict::Server| {
        json!({
            "type": word(s.server_type()), "host": s.hostname(), "port": s.port(), "username": s.username(),
            "socket": s.security_type().map(|socket| match socket {
                strict::SecurityType::Plain => "plain",
                strict::SecurityType::Starttls => "starttls",
                strict::SecurityType::Tls => "implicit",
            }),
            "ways": s.authentication_type().len(),
        })
    };
    Ok(json!({
        "id": provider.id(), "domains": provider.domain(),
        "incoming": provider.incoming_servers().into_iter().map(server).collect::<Vec<_>>(),
        "outgoing": provider.outgoing_servers().into_iter().map(server).collect::<Vec<_>>(),
    }))
}

/// The name of a variant, in small letters.
fn word(kind: &impl std::fmt::Debug) -> String {
    format!("{kind:?}").to_lowercase()
}

fn pacc(file: &str) -> Result<Value, String> {
    let document = fs::read(file).map_err(|e| e.to_string())?;
    let record = fs::read_to_string(format!("{file}.txt")).map_err(|e| e.to_string())?;
    let resolver = url::Url::parse("tcp://127.0.0.1:53").map_err(|e| e.to_string())?;
    let mut exchange = DiscoveryPacc::new("example.org", resolver).map_err(|e| e.to_string())?;
    let mut query = Vec::new();
    let mut answer: Option<Vec<u8>> = None;
    loop {
        match exchange.resume(answer.take().as_deref()) {
            DiscoveryCoroutineState::Complete(Ok(read)) => {
                return serde_json::to_value(&read).map_err(|e| e.to_string());
            }
            DiscoveryCoroutineState::Complete(Err(e)) => {
                let cause = std::error::Error::source(&e).map(|c| format!(": {c}")).unwrap_or_default();
                return Err(format!("{e}{cause}"));
            }
            DiscoveryCoroutineState::Yielded(DiscoveryYield::WantsWrite { url, bytes }) => {
                if url.scheme() == "tcp" {
                    query = bytes.to_vec();
                }
            }
            DiscoveryCoroutineState::Yielded(DiscoveryYield::WantsRead { url }) => {
                answer = Some(match url.scheme() {
                    "tcp" => in_dns(&query, record.trim()),
                    _ => over_http(&document),
                });
            }
        }
    }
}

fn over_http(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// An answer over TCP (RFC 1035 section 4.2.2) to the query: its first question, and one TXT record.
fn in_dns(query: &[u8], text: &str) -> Vec<u8> {
    let message = &query[2..];
    let mut end = 12;
    while message[end] != 0 {
        end += usize::from(message[end]) + 1;
    }
    let question = &message[12..end + 5];
    let mut out = message[..2].to_vec();
    out.extend([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    out.extend(question);
    out.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
    // Cut in two, as it may be.
    let (one, two) = text.as_bytes().split_at(text.len() / 2);
    let length = u16::try_from(text.len() + 2).expect("a short text");
    out.extend(length.to_be_bytes());
    for part in [one, two] {
        out.push(u8::try_from(part.len()).expect("a short text"));
        out.extend(part);
    }
    let length = u16::try_from(out.len()).expect("a short message");
    [&length.to_be_bytes()[..], &out].concat()
}
