//! io-pim-discovery's whole exchange for PACC, with FILE as the answer over HTTPS and FILE.txt as the record in the DNS.

use std::fs;

use io_pim_discovery::coroutine::{DiscoveryCoroutine, DiscoveryCoroutineState, DiscoveryYield};
use io_pim_discovery::pacc::discover::DiscoveryPacc;
use serde_json::Value;

pub fn read(file: &str) -> Result<Value, String> {
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
