//! How clients read Autodiscover's answers, restated from their sources, so that what they conclude can be compared with
//! what was meant. Thunderbird: `readAutoDiscoverXML` in `ExchangeAutoDiscover.sys.mjs`; Delta Chat: chatmail/core
//! `auto_outlook.rs`; Outlook: MS-OXDSCLI 2.2.4.1.1.2.6 with its defaults, and stalwartlabs/stalwart#3248.

use std::collections::HashMap;

use mailwright::account::Tls;

/// A `Protocol` block: its elements, each once.
pub type Block = HashMap<String, String>;

/// The blocks of an answer, in order; every element once, none of them empty or with elements in it.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in text.split("<Protocol>").skip(1) {
        let part = part.split("</Protocol>").next().expect("its end");
        let mut block = Block::new();
        for (name, value) in crate::tried::elements(&format!("<b>{part}</b>")) {
            if name != "b" {
                assert!(!value.is_empty(), "{name} is empty: {text}");
                assert!(block.insert(name, value).is_none(), "an element twice: {text}");
            }
        }
        blocks.push(block);
    }
    blocks
}

/// What a client makes of a block's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    As(Tls),
    /// Tries implicit TLS and STARTTLS, never plaintext.
    AnyTls,
}

pub fn outlook(block: &Block) -> Reads {
    // `Encryption` overrides `SSL`, which is on by default.
    Reads::As(match block.get("Encryption").map(String::as_str) {
        Some("SSL") => Tls::Implicit,
        Some("TLS") => Tls::StartTls,
        Some("None") => Tls::None,
        None if block.get("SSL").is_none_or(|s| s == "on") => Tls::Implicit,
        None => Tls::None,
        other => panic!("Encryption {other:?}"),
    })
}

pub fn thunderbird(block: &Block) -> Option<Reads> {
    if !["POP3", "IMAP", "SMTP"].contains(&block["Type"].as_str()) {
        return None;
    }
    let off = block.get("SSL").is_some_and(|s| s.eq_ignore_ascii_case("off"));
    let none = block.get("Encryption").is_some_and(|e| e.eq_ignore_ascii_case("none"));
    Some(Reads::As(match block["Port"].as_str() {
        _ if off || none => Tls::None,
        "143" | "110" | "25" | "587" => Tls::StartTls,
        _ => Tls::Implicit,
    }))
}

/// Whether Thunderbird logs in by NTLM or Kerberos.
pub fn thunderbird_is_secure(block: &Block) -> bool {
    block.get("SPA").is_some_and(|s| s.eq_ignore_ascii_case("on"))
}

pub fn delta_chat(block: &Block) -> Option<Reads> {
    if !["imap", "smtp"].contains(&block["Type"].to_lowercase().as_str()) {
        return None;
    }
    Some(if block.get("SSL").is_some_and(|s| s == "off") { Reads::As(Tls::None) } else { Reads::AnyTls })
}
