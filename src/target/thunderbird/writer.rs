//! What is written for an account: its server, its submission servers and its identities.

use super::{DAV, NAMESPACE, PGP_KEY, PROGRAM, RECEIVES_ONLY, SIGNATURE_COMMAND, SMIME, UNKNOWN_OAUTH2};
use crate::account::{Account, Credential, Identity, Mechanism, Protocol, Said, Server, Signature, Signing, Tls};
use crate::quote::mutf7;
use crate::target::{Access, Bundle, Do, Run, Supply, autoconfig, local, stable};

/// The preferences of an account, or of all.
#[derive(Default)]
pub(super) struct Group {
    pub title: String,
    pub prefs: Vec<(String, Value)>,
    pub extra: Option<String>,
}

pub(super) enum Value {
    Text(Said<String>),
    Number(i64),
    On(bool),
}

impl Group {
    pub fn text(&mut self, name: String, value: Said<String>) {
        self.prefs.push((name, Value::Text(value)));
    }
    pub fn ours(&mut self, name: String, value: impl Into<String>) {
        self.text(name, Said::rule(value.into(), "Thunderbird's own"));
    }
    pub fn number(&mut self, name: String, value: impl Into<i64>) {
        self.prefs.push((name, Value::Number(value.into())));
    }
    pub fn on(&mut self, name: String, value: bool) {
        self.prefs.push((name, Value::On(value)));
    }
}

/// Writes accounts, one after the other.
pub(super) struct Writer<'a> {
    pub run: &'a Run<'a>,
    pub bundle: Bundle,
    /// The keys of all submission servers.
    pub outgoing: Vec<String>,
}

impl Writer<'_> {
    pub fn access(&mut self, server: &Server, account: &Account) -> Option<Access> {
        let host = server.host.as_str();
        let known = autoconfig::thunderbird_has_oauth2(host);
        if matches!(server.credential.value, Credential::OAuth2(_)) && !known {
            self.bundle.note(
                &UNKNOWN_OAUTH2,
                account,
                format!(
                    "Thunderbird gets OAuth2 tokens at services that it knows, and {host} is none of them: left out"
                ),
            );
            return None;
        }
        PROGRAM.access(server, account, self.run, &mut self.bundle)
    }

    pub fn account(&mut self, group: &mut Group, key: &str, account: &Account, incoming: &Server, access: &Access) {
        let server = |name: &str| format!("mail.server.{key}.{name}");
        let imap = incoming.protocol == Protocol::Imap;
        group.ours(format!("mail.account.{key}.server"), key);
        group.ours(server("type"), incoming.protocol.key());
        group.text(server("hostname"), incoming.host.with(incoming.host.to_string()));
        group.number(server("port"), incoming.port.value);
        group.number(server("socketType"), socket(incoming.tls.value));
        group.number(server("authMethod"), method(access));
        let login = incoming.login.with(incoming.login.for_program(incoming.protocol));
        group.text(server("userName"), access.login.clone().unwrap_or_else(|| login.clone()));
        group.ours(server("name"), &account.name);
        group.on(server("login_at_startup"), true);
        if imap {
            // Found again by a profile that is made anew. For POP3 Thunderbird chooses by itself, whatever is written.
            group.ours(server("directory-rel"), format!("[ProfD]ImapMail/{key}"));
            if let Some(trash) = &account.folders.trash {
                group.text(server("trash_folder_name"), trash.with(local::parts(trash.as_str()).join("/")));
            }
        } else {
            // By default it would take the mail off the server.
            group.on(server("leave_on_server"), true);
            group.on(server("download_on_biff"), true);
        }

        let smtp = account.smtp.as_ref().and_then(|s| self.submission(group, key, s, account));
        if smtp.is_none() {
            self.bundle.note(
                &RECEIVES_ONLY,
                account,
                "the account has no submission server that Thunderbird can use: it sends through its default one",
            );
        }
        let uri = server_uri(incoming.protocol, &login, incoming);
        let mut identities = vec![key.to_owned()];
        self.identity(group, key, account, None, smtp.as_deref(), &uri);
        for identity in &account.identities {
            let key = stable::key(&NAMESPACE, account, &stable::identity(&identity.address));
            let own = match &identity.smtp {
                Some(own) => match self.submission(group, &key, own, account) {
                    Some(own) => Some(own),
                    None => continue,
                },
                None => smtp.clone(),
            };
            self.identity(group, &key, account, Some(identity), own.as_deref(), &uri);
            identities.push(key);
        }
        group.ours(format!("mail.account.{key}.identities"), identities.join(","));
        if account.carddav.is_some() || account.caldav.is_some() {
            self.bundle.note(&DAV, account, "contacts and calendars are added in Thunderbird itself: left out");
        }
        if account.smime.is_some() {
            self.bundle.note(
                &SMIME,
                account,
                "the S/MIME certificate is chosen in Thunderbird (End-To-End Encryption), from its own store: left out",
            );
        }
    }

    /// Writes a submission server; its key.
    fn submission(&mut self, group: &mut Group, key: &str, smtp: &Server, account: &Account) -> Option<String> {
        let access = self.access(smtp, account)?;
        let pref = |name: &str| format!("mail.smtpserver.{key}.{name}");
        group.ours(pref("type"), "smtp");
        group.ours(pref("description"), &account.name);
        group.text(pref("hostname"), smtp.host.with(smtp.host.to_string()));
        group.number(pref("port"), smtp.port.value);
        group.number(pref("try_ssl"), socket(smtp.tls.value));
        group.number(pref("authMethod"), method(&access));
        group.text(pref("username"), access.login.unwrap_or_else(|| Said::rule(String::new(), "nobody logs in")));
        self.outgoing.push(key.to_owned());
        Some(key.to_owned())
    }

    fn identity(
        &mut self,
        group: &mut Group,
        key: &str,
        account: &Account,
        identity: Option<&Identity>,
        smtp: Option<&str>,
        uri: &Said<String>,
    ) {
        let pref = |name: &str| format!("mail.identity.{key}.{name}");
        let address = identity.map_or(&account.address, |i| &i.address);
        if let Some(name) = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref()) {
            group.text(pref("fullName"), name.with(name.to_string()));
        }
        group.text(pref("useremail"), address.with(address.to_string()));
        if let Some(reply_to) = identity.and_then(|i| i.reply_to.as_ref()) {
            group.text(pref("reply_to"), reply_to.with(reply_to.to_string()));
        }
        if let Some(smtp) = smtp {
            group.ours(pref("smtpServer"), smtp);
        }
        group.on(pref("fcc"), account.save_sent.value);
        if uri.starts_with("imap:") {
            let folders = &account.folders;
            for (folder, name, picker) in [
                (folders.sent.as_ref().filter(|_| account.save_sent.value), "fcc_folder", "fcc_folder_picker_mode"),
                (folders.drafts.as_ref(), "draft_folder", "drafts_folder_picker_mode"),
                (folders.archive.as_ref(), "archive_folder", "archives_folder_picker_mode"),
            ] {
                if let Some(folder) = folder {
                    let path: Vec<String> = local::parts(folder.as_str()).iter().map(|s| mutf7::encode(s)).collect();
                    group.text(pref(name), folder.with(format!("{}/{}", uri.value, path.join("/"))));
                    // "Other", by name.
                    group.ours(pref(picker), "1");
                }
            }
            if folders.archive.is_some() {
                // One folder, not one a year below it.
                group.number(pref("archive_granularity"), 0);
            }
        }
        if let Some(signature) = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()) {
            self.signature(group, &pref, account, signature);
        }
        if let Some(pgp) = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref()) {
            self.pgp(group, &pref, account, pgp);
        }
    }

    fn signature(
        &mut self,
        group: &mut Group,
        pref: &dyn Fn(&str) -> String,
        account: &Account,
        signature: &Said<Signature>,
    ) {
        match &signature.value {
            Signature::Text(lines) => {
                group.on(pref("attach_signature"), false);
                group.on(pref("htmlSigFormat"), false);
                group.text(pref("htmlSigText"), signature.with(lines.as_str().to_owned()));
            }
            Signature::File(path) => {
                group.on(pref("attach_signature"), true);
                match path.as_str().strip_prefix("~/") {
                    Some(below) => group.text(pref("sig_file-rel"), signature.with(format!("[Home]{below}"))),
                    None => group.text(pref("sig_file"), signature.with(path.to_string())),
                }
            }
            Signature::Command(_) => {
                self.bundle.note(&SIGNATURE_COMMAND, account, "Thunderbird runs no command for a signature: left out");
            }
        }
    }

    fn pgp(&mut self, group: &mut Group, pref: &dyn Fn(&str) -> String, account: &Account, pgp: &Said<Signing>) {
        let id = pgp.key.as_ref().and_then(|k| {
            let hex = k.as_str().strip_prefix("0x").unwrap_or(k.as_str()).to_ascii_uppercase();
            let short = hex.len().checked_sub(16)?;
            hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| hex.get(short..).unwrap_or_default().to_owned())
        });
        let Some(id) = id else {
            self.bundle.note(
                &PGP_KEY,
                account,
                "Thunderbird names an OpenPGP key by its ID of 16 hexadecimal digits: left out",
            );
            return;
        };
        self.bundle.step(
            format!("Import the OpenPGP key 0x{id} in Thunderbird (Account Settings, End-To-End Encryption)"),
            Do::Tell,
        );
        group.text(pref("openpgp_key_id"), pgp.with(id));
        // 2 is OpenPGP, 1 would be S/MIME.
        group.number(pref("e2etechpref"), 2);
        group.on(pref("sign_mail"), pgp.sign);
        // 2 is always, 0 never.
        group.number(pref("encryptionpolicy"), if pgp.encrypt { 2 } else { 0 });
    }
}
/// `nsMsgSocketType`.
fn socket(tls: Tls) -> i64 {
    match tls {
        Tls::None => 0,
        Tls::StartTls => 2,
        Tls::Implicit => 3,
    }
}

/// `nsMsgAuthMethod`.
fn method(access: &Access) -> i64 {
    match (&access.supply, access.mechanism.as_ref().map(|m| m.value)) {
        (Supply::Nothing, _) => 1,
        _ if access.token => 10,
        (_, Some(Mechanism::CramMd5)) => 4,
        (_, Some(Mechanism::Gssapi)) => 5,
        (_, Some(Mechanism::Ntlm)) => 6,
        (_, Some(Mechanism::External)) => 7,
        _ => 3,
    }
}

/// Where a server's folders are, as Thunderbird says it: all but letters, digits and `*-._` of the login is encoded.
fn server_uri(protocol: Protocol, login: &Said<String>, server: &Server) -> Said<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"*-._".contains(&b);
    let user: String =
        login.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    let scheme = if protocol == Protocol::Imap { "imap" } else { "mailbox" };
    login.with(format!("{scheme}://{user}@{}", server.host.value))
}
