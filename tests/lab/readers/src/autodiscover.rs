//! A reader of Autodiscover's answers: the crate ms-autodiscover 0.3. It knows no element, no word and no spelling but
//! Microsoft's, of which it has left out POP3 and `Encryption` `None`.
//!
//! Only its model is built, as the crate has it: around it is the network stack of the crate autoconfig.

use std::fs;

use serde_json::{Map, Value, json};

// These lints are their own business.
#[allow(dead_code, missing_docs, clippy::all)]
mod theirs {
    pub mod pox {
        include!(concat!(env!("OUT_DIR"), "/pox.rs"));
    }
    pub mod response {
        include!(concat!(env!("OUT_DIR"), "/response.rs"));
    }
    pub mod constants {
        include!(concat!(env!("OUT_DIR"), "/constants.rs"));
    }
    pub mod error {
        /// Theirs is also that of the network stack.
        pub type Result<T> = std::result::Result<T, serde_xml_rs::Error>;
    }
}

use theirs::pox::Autodiscover;
use theirs::response::{AutodiscoverResponse, AutodiscoverResult, RedirectType};

/// The blocks of the one account: each an object of its elements.
pub fn read(file: &str) -> Result<Value, String> {
    let bytes = fs::read(file).map_err(|e| e.to_string())?;
    let read = Autodiscover::from_xml(bytes.as_slice()).map_err(|e| e.to_string())?;
    let response = match read.into() {
        AutodiscoverResult::Ok(AutodiscoverResponse::Pox(response)) => response,
        AutodiscoverResult::Redirect(RedirectType::Url(to) | RedirectType::Email(to)) => {
            return Err(format!("to {to}"));
        }
        AutodiscoverResult::Error(error) => return Err(error.message().to_owned()),
    };
    let accounts = response.account();
    let [account] = accounts[..] else { return Err(format!("{} accounts", accounts.len())) };
    if account.account_type().is_none() || account.action_type().is_none() {
        return Err("neither a type nor an action".to_owned());
    }
    // It shows only the first block, and all in what it would write.
    let account = serde_json::to_value(account).map_err(|e| e.to_string())?;
    let blocks = elements(&account).filter(|(name, _)| *name == "Protocol");
    let blocks = blocks.map(|(_, block)| {
        let mut object = Map::new();
        for (name, value) in elements(block) {
            if object.insert(name.to_owned(), value.clone()).is_some() {
                return Err(format!("{name} twice"));
            }
        }
        Ok(Value::Object(object))
    });
    Ok(json!({ "blocks": blocks.collect::<Result<Vec<_>, _>>()? }))
}

/// The elements in an element, in order.
fn elements(of: &Value) -> impl Iterator<Item = (&str, &Value)> {
    of["$value"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten().map(|(n, v)| (n.as_str(), v))
}
