//! `init`: a first account file for an address, to standard output. Writes no file and asks nothing.

use std::io::{self, Write};

use super::{Outcome, report};
use crate::account::Address;
use crate::cli::{Format, Init};
use crate::problem::{Problem, Sources};
use crate::provider::{self, Facts};

pub(super) fn run(args: &Init) -> io::Result<Outcome> {
    let address = match Address::parse(&args.address) {
        Ok(address) => address,
        Err(why) => {
            let problem = Problem::error("no-address", None, format!("`{}` is no mail address", args.address))
                .because(why)
                .fix("mailwright init you@example.org");
            report(&[problem], &Sources::default(), Format::Text)?;
            return Ok(Outcome::WrongInput);
        }
    };
    let facts = provider::by_domain(address.domain());
    if let Some(none) = facts.filter(|f| f.imap.is_empty() && f.pop3.is_empty() && f.smtp.is_empty()) {
        let problem =
            Problem::error("provider-without-servers", None, format!("no mail program can use {}", none.name))
                .because(none.help.note.unwrap_or("it has no IMAP, POP3 or SMTP server"));
        report(&[problem], &Sources::default(), Format::Text)?;
        return Ok(Outcome::WrongInput);
    }
    io::stdout().write_all(starter(&address, facts).as_bytes())?;
    Ok(Outcome::Done)
}

/// A key, quoted where the address holds what YAML takes for its own.
fn key(address: &Address) -> (String, bool) {
    let plain = address.as_str().chars().all(|c| c.is_alphanumeric() || "._@+-".contains(c));
    if plain { (address.to_string(), true) } else { ("personal".to_owned(), false) }
}

fn starter(address: &Address, facts: Option<&Facts>) -> String {
    let (key, is_address) = key(address);
    let mut out = String::from(
        "# Mailwright account file. Write the mail programs' files with: mailwright generate THIS_FILE -o out\n",
    );
    if let Some(facts) = facts {
        out.push_str(&format!("# {} is recognised by the domain.", facts.name));
        if let Some(password) = facts.help.password {
            out.push_str(&format!(" Password: {password}"));
        }
        out.push('\n');
        if let Some(page) = facts.help.app_password {
            out.push_str(&format!("# App passwords: {page}\n"));
        }
        if let Some(enable) = facts.help.enable {
            out.push_str(&format!("# First: {enable}\n"));
        }
    }
    out.push_str(&format!("accounts:\n  {key}:\n"));
    if !is_address {
        out.push_str(&format!("    address: {:?}\n", address.as_str()));
    }
    out.push_str("    # name: Your Name\n");
    let ways = facts.map_or(&["password"][..], |f| f.auth);
    if ways.first() == Some(&"oauth2") && !ways.iter().any(|w| w.contains("password")) {
        out.push_str("    # A command that prints the OAuth2 token; oama, pizauth and mutt_oauth2.py have one.\n");
        out.push_str(&format!("    oauth2: {{ token: {{ command: \"oama access {}\" }} }}\n", "{address}"));
    } else {
        out.push_str("    # Where the password comes from; without this line the mail program asks.\n");
        out.push_str("    # password: { command: \"pass show mail/{account}\" }\n");
    }
    match facts {
        Some(facts) if facts.help.login.is_some() => {
            out.push_str(&format!("    # {}\n    login: CHANGE-ME\n", facts.help.login.unwrap_or_default()));
        }
        Some(_) => {}
        None => {
            let domain = address.domain();
            out.push_str(&format!(
                "    # No provider is known for {domain}. If one of these hosts it, write its name and remove the servers:\n\
                 \x20   # provider: google-workspace    # or microsoft365, or another of `mailwright list providers`\n\
                 \x20   imap: imap.{domain}    # port 993, implicit TLS; or host:port\n\
                 \x20   smtp: smtp.{domain}    # port 465, implicit TLS; or smtp.{domain}:587\n"
            ));
        }
    }
    out
}
