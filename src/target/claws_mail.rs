//! Claws Mail: `~/.claws-mail/accountrc` and the folder list without which it asks for an account at its first start.
//!
//! The program writes both anew whenever it ends, so they are put there once. Keys and numbers are those of
//! `src/prefs_account.c` and `prefs_account.h` of 4.1; a port counts only with its `set_..` switch. A further address is
//! an account of its own that only sends. What Claws Mail and its ancestor Sylpheed share is written here, too.

use super::{
    About, Access, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Supply, Target, access,
    local,
};
use crate::account::{Account, Credential, Identity, Mechanism, Protocol, Said, Server, Signature, Signing, Tls};
use crate::document::keys::Table;
use crate::problem::Problem;
use crate::quote::{Refusals, filters, shell};

/// Claws Mail.
pub struct ClawsMail;

pub(super) const SENDS_ONLY: NoteKind =
    NoteKind { code: "sends-only", about: "an account without a server to fetch from is left out" };
pub(super) const IDENTITIES: NoteKind =
    NoteKind { code: "identities", about: "further addresses of an account are left out" };
pub(super) const RECEIVES_ONLY: NoteKind = NoteKind {
    code: "receives-only",
    about: "an account without a submission server is written with a server that does not exist",
};
pub(super) const OAUTH2: NoteKind = NoteKind {
    code: "oauth2",
    about: "OAuth2 is begun in the program's own window, by a client of one's own: the account is left out",
};
pub(super) const COPIES: NoteKind = NoteKind {
    code: "copies",
    about: "whether what is sent is kept is one setting for all accounts: copies go to the folder on this machine",
};
pub(super) const KEY: NoteKind =
    NoteKind { code: "key", about: "the key to sign with is chosen in the program's own window" };
pub(super) const ARCHIVE: NoteKind = NoteKind { code: "archive", about: "there is no archive folder in the settings" };
pub(super) const DAV: NoteKind = NoteKind { code: "dav", about: "contacts and calendars are not the program's" };

pub(super) const ABOUT: About = About {
    id: "claws-mail",
    title: "Claws Mail",
    family: Family::Reader,
    homepage: "https://www.claws-mail.org/",
    files: &[".claws-mail/accountrc", ".claws-mail/folderlist.xml"],
    lives: Lives::Home,
    templates: &["accountrc.rcfile", "folderlist.xml"],
    oracle: "Claws Mail itself, under Xvfb: what it writes back when it ends, every golden and nasty values",
    versions: "4.0 and later; tested with 4.1.1",
    options: &Table { what: "the options of claws-mail", keys: &[] },
    notes: &[RECEIVES_ONLY, OAUTH2, COPIES, KEY, ARCHIVE, DAV, access::WITHHELD, access::NO_COMMAND, access::MECHANISM],
};

/// What differs between the two programs.
pub(super) struct Kin {
    pub about: &'static About,
    /// The settings' folder.
    pub folder: &'static str,
    /// `A_IMAP4`.
    pub imap: &'static str,
    /// The password may stand in the settings.
    pub literals: bool,
    /// Left alone it picks XOAUTH2 wherever that is offered, and has no token: a mechanism is always named.
    pub picks_tokens: bool,
    /// `A_NONE`: an account that only sends.
    pub sends_only: Option<&'static str>,
    /// The version of the settings and the folder list, if it has one.
    pub version: &'static str,
    /// What the folder list is recognised by.
    pub mark: &'static str,
}

const KIN: Kin = Kin {
    about: &ABOUT,
    folder: ".claws-mail",
    imap: "1",
    literals: false,
    picks_tokens: false,
    sends_only: Some("4"),
    version: "4",
    mark: "path=\".claws-mail/mailwright\"",
};

type Lines = Vec<(&'static str, Said<String>)>;

#[derive(askama::Template)]
#[template(path = "accountrc.rcfile")]
struct AccountRc {
    mark: &'static str,
    id: &'static str,
    accounts: Vec<Lines>,
}

#[derive(askama::Template)]
#[template(path = "folderlist.xml")]
struct FolderList {
    version: &'static str,
    mailbox: String,
    trees: Vec<Tree>,
}

/// The folders of an IMAP account that have a purpose; the rest is found when they are asked for.
struct Tree {
    id: usize,
    name: String,
    folders: Vec<(&'static str, String, String)>,
}

impl Target for ClawsMail {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        KIN.render(run)
    }
}

impl Kin {
    fn title(&self) -> &'static str {
        self.about.title
    }

    fn program(&self, protocol: Protocol) -> Program {
        Program {
            about: self.about,
            commands: false,
            literals: self.literals,
            tokens: &[],
            own_oauth2: false,
            mechanisms: match protocol {
                Protocol::Smtp => &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5, Mechanism::DigestMd5],
                Protocol::Imap if self.picks_tokens => &[Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5],
                Protocol::Imap | Protocol::Pop3 => &[],
            },
        }
    }

    pub(super) fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut accounts: Vec<Lines> = Vec::new();
        let mut trees = Vec::new();
        let mut default = None;
        for account in &run.mail.accounts {
            problems.append(&mut Options::of(account, self.about.id).problems);
            let Some(lines) = self.account(account, run, &mut bundle) else { continue };
            if default.is_none() || account.default {
                default = Some(accounts.len());
            }
            accounts.push(lines);
            if account.retrieve.as_ref().is_some_and(|r| r.value == Protocol::Imap) {
                trees.push(tree(accounts.len(), account));
            }
            for identity in &account.identities {
                match self.sends_only {
                    Some(protocol) => {
                        if let Some(lines) = self.identity(account, identity, protocol, run, &mut bundle) {
                            accounts.push(lines);
                        }
                    }
                    None => bundle.note(
                        &IDENTITIES,
                        account,
                        format!("{} has one address an account: {} is left out", self.title(), identity.address.value),
                    ),
                }
            }
        }
        if accounts.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        for (number, lines) in accounts.iter_mut().enumerate() {
            lines.insert(0, ("is_default", ours(if default == Some(number) { "1" } else { "0" })));
            if !self.version.is_empty() {
                // Without it the numbers of protocols are taken for those of an older version.
                lines.insert(0, ("config_version", ours(self.version)));
            }
        }
        let secret = accounts.iter().flatten().any(|(key, _)| key.ends_with("password"));
        let mailbox = format!("{}/mailwright", self.folder);
        let rendered = Refusals::render(&AccountRc { mark: MARK, id: self.about.id, accounts }, None)
            .and_then(|rc| Ok((rc, Refusals::render(&FolderList { version: self.version, mailbox, trees }, None)?)));
        match rendered {
            Ok((rc, list)) if problems.is_empty() => {
                bundle.files.push(File::new(format!("{}/accountrc", self.folder), rc, secret).seed());
                bundle
                    .files
                    .push(File::new(format!("{}/folderlist.xml", self.folder), list, false).seed().marked(self.mark));
                bundle.step(
                    format!(
                        "In {}, let every IMAP account look for its folders once (Rebuild folder tree)",
                        self.title()
                    ),
                    Do::Tell,
                );
                Ok(bundle)
            }
            Ok(_) => Err(problems),
            Err(refused) => {
                problems.extend(refused);
                Err(problems)
            }
        }
    }

    fn access(&self, server: &Server, account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Option<Access> {
        if matches!(server.credential.value, Credential::OAuth2(_)) {
            let title = self.title();
            bundle.note(
                &OAUTH2,
                account,
                format!(
                    "OAuth2 is begun in {title}'s own window, if it has it, by a client of one's own; {}: left out",
                    server.host.value
                ),
            );
            return None;
        }
        self.program(server.protocol).access(server, account, run, bundle)
    }

    fn account(&self, account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Option<Lines> {
        let mut lines: Lines = vec![
            ("account_name", ours(&account.name)),
            ("name", name(account.full_name.as_ref())),
            ("address", account.address.with(account.address.to_string())),
        ];
        let incoming = account.incoming();
        match (incoming, self.sends_only) {
            (Some(server), _) => {
                let access = self.access(server, account, run, bundle)?;
                let pop3 = server.protocol == Protocol::Pop3;
                lines.push(("protocol", ours(if pop3 { "0" } else { self.imap })));
                lines.push(("receive_server", server.host.with(server.host.to_string())));
                let login = server.login.with(server.login.for_program(server.protocol));
                if self.picks_tokens && !pop3 {
                    // `IMAPAuthType`.
                    let mechanism = match access.mechanism.as_ref().map(|m| m.value) {
                        Some(Mechanism::Login) => "1",
                        Some(Mechanism::CramMd5) => "2",
                        _ => "4",
                    };
                    lines.push(("imap_auth_method", ours(mechanism)));
                }
                lines.extend(access.literal().map(|password| ("password", password.clone())));
                lines.push(("user_id", access.login.unwrap_or(login)));
                let [tls, set, port] = if pop3 {
                    ["ssl_pop", "set_popport", "pop_port"]
                } else {
                    ["ssl_imap", "set_imapport", "imap_port"]
                };
                lines.extend([(tls, ours(socket(server.tls.value))), (set, ours("1")), (port, number(server))]);
                if pop3 {
                    // By default it would take the mail off the server.
                    lines.push(("remove_mail", ours("0")));
                }
            }
            (None, Some(protocol)) => lines.push(("protocol", ours(protocol))),
            (None, None) => {
                bundle.note(&SENDS_ONLY, account, format!("{} has no account that only sends: left out", self.title()));
                return None;
            }
        }
        match &account.smtp {
            Some(smtp) => match self.access(smtp, account, run, bundle) {
                Some(access) => self.submission(&mut lines, smtp, access),
                None if incoming.is_none() => return None,
                None => lines.push(("smtp_server", ours("none.invalid"))),
            },
            None => {
                bundle.note(
                    &RECEIVES_ONLY,
                    account,
                    format!("{} wants a server to send by: `none.invalid` is none", self.title()),
                );
                lines.push(("smtp_server", ours("none.invalid")));
            }
        }
        self.person(&mut lines, account, None, bundle);
        if !account.save_sent.value && account.smtp.is_some() {
            bundle.note(
                &COPIES,
                account,
                format!("{} keeps copies of what is sent by all accounts or by none: those of this one go to its folder on this machine", self.title()),
            );
        }
        if account.folders.archive.is_some() {
            bundle.note(&ARCHIVE, account, format!("{} has no setting for the archive folder: left out", self.title()));
        }
        if account.carddav.is_some() || account.caldav.is_some() {
            bundle.note(&DAV, account, format!("contacts and calendars are not {}'s: left out", self.title()));
        }
        Some(lines)
    }

    fn identity(
        &self,
        account: &Account,
        identity: &Identity,
        protocol: &'static str,
        run: &Run<'_>,
        bundle: &mut Bundle,
    ) -> Option<Lines> {
        let mut lines: Lines = vec![
            ("account_name", identity.address.with(identity.address.to_string())),
            ("name", name(identity.name.as_ref().or(account.full_name.as_ref()))),
            ("address", identity.address.with(identity.address.to_string())),
            ("protocol", ours(protocol)),
        ];
        let smtp = identity.smtp.as_ref().or(account.smtp.as_ref())?;
        let access = self.access(smtp, account, run, bundle)?;
        self.submission(&mut lines, smtp, access);
        self.person(&mut lines, account, Some(identity), bundle);
        Some(lines)
    }

    fn submission(&self, lines: &mut Lines, smtp: &Server, access: Access) {
        lines.extend([
            ("smtp_server", smtp.host.with(smtp.host.to_string())),
            ("ssl_smtp", ours(socket(smtp.tls.value))),
            ("set_smtpport", ours("1")),
            ("smtp_port", number(smtp)),
        ]);
        if matches!(access.supply, Supply::Nothing) {
            lines.push(("use_smtp_auth", ours("0")));
            return;
        }
        // `SMTPAuthType`.
        let mechanism = match access.mechanism.as_ref().map(|m| m.value) {
            Some(Mechanism::Login) => "1",
            Some(Mechanism::CramMd5) => "2",
            Some(Mechanism::DigestMd5) => "4",
            Some(Mechanism::Plain) => "16",
            _ if self.picks_tokens => "16",
            _ => "0",
        };
        lines.extend([("use_smtp_auth", ours("1")), ("smtp_auth_method", ours(mechanism))]);
        lines.extend(access.literal().map(|password| ("smtp_password", password.clone())));
        lines.extend(access.login.map(|login| ("smtp_user_id", login)));
    }

    /// Signature, reply-to and keys.
    fn person(&self, lines: &mut Lines, account: &Account, identity: Option<&Identity>, bundle: &mut Bundle) {
        if let Some(reply_to) = identity.and_then(|i| i.reply_to.as_ref()) {
            lines.push(("set_autoreplyto", ours("1")));
            lines.push(("auto_replyto", reply_to.with(reply_to.to_string())));
        }
        if let Some(signature) = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()) {
            let (kind, value) = match &signature.value {
                // Both programs begin in the home directory, and neither knows `~`.
                Signature::File(path) => ("0", path.as_str().strip_prefix("~/").unwrap_or(path.as_str()).to_owned()),
                Signature::Text(text) => ("1", shell::print(text.as_str())),
                // Not every version has a shell between.
                Signature::Command(command) => {
                    ("1", command.argv().iter().map(|w| shell::quote(w)).collect::<Vec<_>>().join(" "))
                }
            };
            lines.push(("signature_type", ours(kind)));
            lines.push(("signature_path", signature.with(value)));
        }
        let pgp = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref());
        let smime = account.smime.as_ref().filter(|_| self.sends_only.is_some());
        if let Some((system, signing)) = pgp.map(|p| ("pgpmime", p)).or(smime.map(|s| ("smime", s))) {
            self.signing(lines, account, system, &signing.value, bundle);
        } else if account.smime.is_some() {
            bundle.note(&KEY, account, format!("{} has no S/MIME: left out", self.title()));
        }
    }

    fn signing(&self, lines: &mut Lines, account: &Account, system: &str, signing: &Signing, bundle: &mut Bundle) {
        if self.sends_only.is_some() {
            lines.push(("default_privacy_system", ours(system)));
        }
        let on = |on: bool| ours(if on { "1" } else { "0" });
        lines.extend([("default_sign", on(signing.sign)), ("default_encrypt", on(signing.encrypt))]);
        if let Some(key) = &signing.key {
            if self.sends_only.is_none() {
                // `SIGN_KEY_CUSTOM`.
                lines.extend([("sign_key", ours("2")), ("sign_key_id", ours(key.as_str()))]);
            } else {
                bundle.note(
                    &KEY,
                    account,
                    format!("the key is chosen in {} (account preferences, Plugins): left out", self.title()),
                );
            }
        }
    }
}

fn ours(value: impl Into<String>) -> Said<String> {
    Said::rule(value.into(), "the program's own")
}

fn name(name: Option<&Said<crate::account::Text>>) -> Said<String> {
    name.map_or_else(|| ours(""), |n| n.with(n.to_string()))
}

fn number(server: &Server) -> Said<String> {
    server.port.with(server.port.to_string())
}

/// `SSL_NONE`, `SSL_TUNNEL`, `SSL_STARTTLS`.
fn socket(tls: Tls) -> &'static str {
    match tls {
        Tls::None => "0",
        Tls::Implicit => "1",
        Tls::StartTls => "2",
    }
}

fn tree(id: usize, account: &Account) -> Tree {
    let f = &account.folders;
    let sent = f.sent.as_ref().filter(|_| account.save_sent.value);
    let folders = [("outbox", sent), ("draft", f.drafts.as_ref()), ("trash", f.trash.as_ref())];
    Tree {
        id,
        name: account.name.clone(),
        folders: folders
            .into_iter()
            .filter_map(|(kind, folder)| {
                let parts = local::parts(folder?.as_str());
                Some((kind, (*parts.last()?).to_owned(), parts.join("/")))
            })
            .collect(),
    }
}
