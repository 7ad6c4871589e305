//! Everyone that mail is sent as: accounts with a submission server, and their identities, each with a name of its own.
//!
//! Shared by the programs that only send, so that one can name what another one calls it. Nothing here decides whether a
//! program can log in.

use std::collections::HashSet;

use crate::account::{Account, Address, Identity, Mail, Said, Server, Text};

/// An account or one of its further addresses.
pub struct Sender<'a> {
    /// The account.
    pub account: &'a Account,
    /// The further address; `None` for the account itself.
    pub identity: Option<&'a Identity>,
    /// Its name: the account's short name, or that with a number.
    pub name: String,
    /// The address mail is from.
    pub address: &'a Said<Address>,
    /// The name beside it.
    pub full_name: Option<&'a Said<Text>>,
    /// The server it is sent by: an identity's own, or the account's.
    pub server: &'a Server,
}

/// The senders of a run, an account before its identities. An account without a submission server is told of and left out.
pub fn senders<'a>(mail: &'a Mail, mut without_server: impl FnMut(&'a Account)) -> Vec<Sender<'a>> {
    let mut names: HashSet<&str> = mail.accounts.iter().map(|a| a.name.as_str()).collect();
    let mut made: HashSet<String> = HashSet::new();
    let mut all = Vec::new();
    for account in &mail.accounts {
        let Some(smtp) = &account.smtp else {
            names.remove(account.name.as_str());
            without_server(account);
            continue;
        };
        all.push(Sender {
            account,
            identity: None,
            name: account.name.clone(),
            address: &account.address,
            full_name: account.full_name.as_ref(),
            server: smtp,
        });
        for (number, identity) in account.identities.iter().enumerate() {
            let mut name = format!("{}-{}", account.name, number + 2);
            // A name that one account got by its identities may be another's own.
            while names.contains(name.as_str()) || !made.insert(name.clone()) {
                name.push('i');
            }
            all.push(Sender {
                account,
                identity: Some(identity),
                name,
                address: &identity.address,
                full_name: identity.name.as_ref().or(account.full_name.as_ref()),
                server: identity.smtp.as_ref().unwrap_or(smtp),
            });
        }
    }
    all
}

impl Sender<'_> {
    /// What msmtp's file calls it: there `default` has a meaning of its own.
    pub fn in_msmtp(&self) -> String {
        match self.name.strip_prefix("default") {
            Some(rest) if self.account.name == "default" => format!("{}{rest}", self.account.address.value),
            _ => self.name.clone(),
        }
    }
}
