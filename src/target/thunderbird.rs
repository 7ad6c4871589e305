//! Thunderbird: a profile's `user.js`, which it reads at every start and never writes.
//!
//! Only the accounts' own preferences are written, under keys of ours that stay the same when accounts come, go or
//! change places. The accounts are appended to the profile's list (`mail.accountmanager.appendaccounts`), so that those
//! that were added by hand stay, and so does `Local Folders`, which a list of ours would make anew at every start. Every
//! switch is written on and off, since Thunderbird keeps in `prefs.js` what it once read. Passwords are asked for and
//! kept in its own store; OAuth2 works where Thunderbird knows the service. Names and numbers: comm-central,
//! `mailnews/base/src/nsMsgAccountManager.cpp`, `nsMsgIdentity.cpp`, `nsMsgAuthMethod` and `nsMsgSocketType` (idl).

use uuid::Uuid;

use super::{
    About, Access, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Supply, Target, access,
    local, may_hold_secret, stable,
};
use crate::account::{Account, Credential, Identity, Mechanism, Protocol, Said, Server, Signature, Signing, Text, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, mutf7};

/// Thunderbird.
pub struct Thunderbird;

const SENDS_ONLY: NoteKind =
    NoteKind { code: "sends-only", about: "an account without a server to fetch from is left out" };
const RECEIVES_ONLY: NoteKind = NoteKind {
    code: "receives-only",
    about: "Thunderbird sends for an account without a submission server through its default one",
};
const SAME_SERVER: NoteKind =
    NoteKind { code: "same-server", about: "a second account with the same login at the same server is left out" };
const UNKNOWN_OAUTH2: NoteKind = NoteKind {
    code: "unknown-oauth2",
    about: "Thunderbird gets OAuth2 tokens only at services that it knows: the account is left out",
};
const OUTGOING: NoteKind = NoteKind {
    code: "outgoing-servers",
    about: "submission servers that were added by hand are gone at the next start unless `keep_outgoing` names them",
};
const SIGNATURE_COMMAND: NoteKind =
    NoteKind { code: "signature-command", about: "a signature that a command prints is left out" };
const PGP_KEY: NoteKind =
    NoteKind { code: "pgp-key", about: "Thunderbird names an OpenPGP key by its ID: another name is left out" };
const SMIME: NoteKind =
    NoteKind { code: "smime", about: "an S/MIME certificate is chosen in Thunderbird, from its own store" };
const DAV: NoteKind = NoteKind { code: "dav", about: "contacts and calendars are added in Thunderbird itself" };

pub(super) const ABOUT: About = About {
    id: "thunderbird",
    title: "Thunderbird",
    family: Family::Reader,
    homepage: "https://www.thunderbird.net/",
    files: &[".thunderbird/<profile>/user.js", ".thunderbird/profiles.ini"],
    lives: Lives::Home,
    templates: &["thunderbird.userjs"],
    oracle: "Thunderbird itself, headless: its accounts, servers and identities on every golden; a user's own accounts survive three starts; logs in, sends and fetches by goldens",
    versions: "tested with 153 ESR",
    options: &Table {
        what: "the options of thunderbird",
        keys: &[
            key(
                "profile",
                Shape::Text,
                "The profile's folder below `.thunderbird`, as in its `profiles.ini`. Default: `mailwright`, a new one.",
            ),
            key(
                "keep_outgoing",
                Shape::Text,
                "Keys of submission servers that were added by hand, such as `smtp1,smtp2` (`mail.smtpservers` in the config editor).",
            ),
            key("extra", Shape::Lines, "Lines for this account that Thunderbird reads as they are."),
        ],
    },
    notes: &[
        SENDS_ONLY,
        RECEIVES_ONLY,
        SAME_SERVER,
        UNKNOWN_OAUTH2,
        OUTGOING,
        SIGNATURE_COMMAND,
        PGP_KEY,
        SMIME,
        DAV,
        access::WITHHELD,
        access::NO_COMMAND,
        access::MECHANISM,
    ],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: false,
    literals: false,
    tokens: &[],
    own_oauth2: true,
    // What it calls a normal password is PLAIN or LOGIN.
    mechanisms: &[
        Mechanism::Plain,
        Mechanism::Login,
        Mechanism::CramMd5,
        Mechanism::Ntlm,
        Mechanism::Gssapi,
        Mechanism::External,
    ],
};

/// Version 5 of the DNS namespace and `thunderbird.mailwright`. It must never change: every account would be added a
/// second time.
const NAMESPACE: Uuid = Uuid::from_u128(0x3d2d_1094_8199_5bf0_a5fa_4455_c95d_2a70);

/// Hosts, with all below them, whose OAuth2 Thunderbird knows: `OAuth2Providers.sys.mjs` of version 153.
const KNOWN_OAUTH2: &[&str] = &[
    "googlemail.com",
    "gmail.com",
    "imap.mail.ru",
    "smtp.mail.ru",
    "imap.yandex.com",
    "smtp.yandex.com",
    "yahoo.com",
    "att.net",
    "aol.com",
    "office365.com",
    "outlook.com",
    "hotmail.com",
    "imap.fastmail.com",
    "pop.fastmail.com",
    "smtp.fastmail.com",
    "imap.comcast.net",
    "pop.comcast.net",
    "smtp.comcast.net",
    "thundermail.com",
];

/// The folder of a new profile.
const PROFILE: &str = "mailwright";

#[derive(askama::Template)]
#[template(path = "thunderbird.userjs")]
struct UserJs {
    mark: &'static str,
    groups: Vec<Group>,
}

/// The preferences of an account, or of all.
#[derive(Default)]
struct Group {
    title: String,
    prefs: Vec<(String, Value)>,
    extra: Option<String>,
}

enum Value {
    Text(Said<String>),
    Number(i64),
    On(bool),
}

impl Group {
    fn text(&mut self, name: String, value: Said<String>) {
        self.prefs.push((name, Value::Text(value)));
    }
    fn ours(&mut self, name: String, value: impl Into<String>) {
        self.text(name, Said::rule(value.into(), "Thunderbird's own"));
    }
    fn number(&mut self, name: String, value: impl Into<i64>) {
        self.prefs.push((name, Value::Number(value.into())));
    }
    fn on(&mut self, name: String, value: bool) {
        self.prefs.push((name, Value::On(value)));
    }
}

impl Target for Thunderbird {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut writer = Writer { run, bundle: Bundle::default(), outgoing: Vec::new() };
        let mut problems = Vec::new();
        let mut secret = false;
        let mut groups: Vec<Group> = Vec::new();
        let mut accounts: Vec<String> = Vec::new();
        let mut servers: Vec<(Protocol, String, String)> = Vec::new();
        let mut default = None;
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            let extra = options.verbatim("extra");
            problems.append(&mut options.problems);
            let Some(incoming) = account.incoming() else {
                writer.bundle.note(
                    &SENDS_ONLY,
                    account,
                    "Thunderbird has no account that only sends: left out",
                );
                continue;
            };
            let Some(access) = writer.access(incoming, account) else { continue };
            let login = incoming.login.for_program(incoming.protocol);
            let same = (incoming.protocol, login.to_lowercase(), incoming.host.to_string());
            if servers.contains(&same) {
                writer.bundle.note(
                    &SAME_SERVER,
                    account,
                    format!("Thunderbird takes a login at {} once: left out", incoming.host.value),
                );
                continue;
            }
            servers.push(same);
            let mut group = Group { title: account.name.clone(), extra, ..Group::default() };
            let key = stable::key(&NAMESPACE, account, "account");
            writer.account(&mut group, &key, account, incoming, &access);
            secret |= group.extra.as_deref().is_some_and(may_hold_secret);
            if account.default {
                default = Some(key.clone());
            }
            accounts.push(key);
            groups.push(group);
        }
        let Some(first) = run.mail.default_account() else { return Ok(writer.bundle) };
        if accounts.is_empty() {
            return if problems.is_empty() { Ok(writer.bundle) } else { Err(problems) };
        }
        let mut options = Options::of(first, ABOUT.id);
        let profile = options.text("profile");
        let kept = options.text("keep_outgoing");
        problems.append(&mut options.problems);
        for (key, value, good) in [
            ("profile", &profile, &|v: &str| !v.contains(['/', '\\']) && v != "." && v != ".."),
            ("keep_outgoing", &kept, &|v: &str| {
                v.chars().all(|c| c.is_ascii_alphanumeric() || "_-, ".contains(c))
            }),
        ] as [(&str, &Option<Said<Text>>, &dyn Fn(&str) -> bool); 2]
        {
            if let Some(value) = value.as_ref().filter(|v| !good(v.as_str())) {
                problems.push(
                    Problem::error("thunderbird-option", value.origin.place(), format!("`{key}` is none"))
                        .fix("write the name of a folder, or keys such as `smtp1,smtp2`"),
                );
            }
        }

        let mut bundle = std::mem::take(&mut writer.bundle);
        let mut common = Group { title: "accounts".to_owned(), ..Group::default() };
        // Appending is done once a version: the version is set back, and accounts that are there already are left alone.
        common.number("mailnews.append_preconfig_accounts.version".to_owned(), 1);
        common.ours("mail.accountmanager.appendaccounts".to_owned(), accounts.join(","));
        // With one account alone, the profile's own default stays.
        if let Some(default) = default.filter(|_| run.mail.accounts.len() > 1) {
            if writer.outgoing.contains(&default) {
                common.ours("mail.smtp.defaultserver".to_owned(), default.clone());
            }
            common.ours("mail.accountmanager.defaultaccount".to_owned(), default);
        }
        if !writer.outgoing.is_empty() {
            match &kept {
                Some(kept) => writer.outgoing.extend(kept.as_str().split(',').map(|k| k.trim().to_owned())),
                None => bundle.note(
                    &OUTGOING,
                    first,
                    "Thunderbird has one list of submission servers, which this one replaces at every start: name those that were added by hand in `keep_outgoing`",
                ),
            }
            common.ours("mail.smtpservers".to_owned(), writer.outgoing.join(","));
        }
        groups.insert(0, common);
        let text = match Refusals::render(&UserJs { mark: MARK, groups }, None) {
            Ok(text) if problems.is_empty() => text,
            Ok(_) => return Err(problems),
            Err(refused) => {
                problems.extend(refused);
                return Err(problems);
            }
        };
        let folder = profile.as_ref().map_or(PROFILE, |p| p.as_str());
        bundle.files.push(File::new(format!(".thunderbird/{folder}/user.js"), text, secret).block("//"));
        if profile.is_none() {
            bundle.files.push(File::new(".thunderbird/profiles.ini", profiles(), false).seed());
            bundle.step(
                format!("If Thunderbird opens another profile, start it by `thunderbird --profile ~/.thunderbird/{PROFILE}`, or name that one's folder in the option `profile`"),
                Do::Tell,
            );
        }
        Ok(bundle)
    }
}

struct Writer<'a> {
    run: &'a Run<'a>,
    bundle: Bundle,
    /// The keys of all submission servers.
    outgoing: Vec<String>,
}

impl Writer<'_> {
    fn access(&mut self, server: &Server, account: &Account) -> Option<Access> {
        let host = server.host.as_str();
        let known = KNOWN_OAUTH2.iter().any(|k| host.strip_suffix(k).is_some_and(|r| r.is_empty() || r.ends_with('.')));
        if matches!(server.credential.value, Credential::OAuth2(_)) && !known {
            self.bundle.note(
                &UNKNOWN_OAUTH2,
                account,
                format!("Thunderbird gets OAuth2 tokens at services that it knows, and {host} is none of them: left out"),
            );
            return None;
        }
        PROGRAM.access(server, account, self.run, &mut self.bundle)
    }

    fn account(&mut self, group: &mut Group, key: &str, account: &Account, incoming: &Server, access: &Access) {
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
                self.bundle.note(
                    &SIGNATURE_COMMAND,
                    account,
                    "Thunderbird runs no command for a signature: left out",
                );
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

/// A first `profiles.ini`. Thunderbird gives every place that it is installed in a profile of its own and takes no other
/// for it, so that each has to be named, by a hash of its path: those of `/usr/lib`, `/usr/lib64` and `/opt`.
fn profiles() -> String {
    let mut text = format!(
        "# {MARK} (thunderbird), once: from then on the file is Thunderbird's own.\n[General]\nStartWithLastProfile=1\nVersion=2\n\n\
         [Profile0]\nName={PROFILE}\nIsRelative=1\nPath={PROFILE}\nDefault=1\n"
    );
    for install in ["FDC34C9F024745EB", "3DDF446CE6CB1A45", "9238613B8C3D2579"] {
        text.push_str(&format!("\n[Install{install}]\nDefault={PROFILE}\nLocked=1\n"));
    }
    text
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
