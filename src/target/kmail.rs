//! KMail: how it sends (`~/.config/mailtransports`) and as whom (`~/.config/emailidentities`).
//!
//! Mail is fetched by Akonadi, which has its agents in a store of its own and takes none from a file: that is a step, with
//! all that is to be typed. KMail writes both files anew, so they are put there once. Keys are those of
//! kmailtransport's `mailtransport.kcfg` and of kidentitymanagement's `identity.h`. Passwords are in KWallet.

use uuid::Uuid;

use super::{
    About, Access, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Supply, Target, access,
    stable,
};
use crate::account::{Account, Credential, Identity, Mechanism, Protocol, Said, Server, Signature, Signing, Tls};
use crate::document::keys::Table;
use crate::problem::Problem;
use crate::quote::{Refusals, filters, shell};

/// KMail.
pub struct Kmail;

const RECEIVING: NoteKind = NoteKind {
    code: "receiving",
    about: "Akonadi takes no account to fetch from out of a file: what to type is a step",
};
const NO_SMTP: NoteKind =
    NoteKind { code: "receives-only", about: "an account without a submission server is an identity without one" };
const UNKNOWN_OAUTH2: NoteKind =
    NoteKind { code: "unknown-oauth2", about: "KMail gets OAuth2 tokens at Google only: the account is left out" };
const FOLDERS: NoteKind =
    NoteKind { code: "folders", about: "the folders of an identity are Akonadi's numbers: they are chosen in KMail" };
const DAV: NoteKind = NoteKind { code: "dav", about: "contacts and calendars are Akonadi's" };

pub(super) const ABOUT: About = About {
    id: "kmail",
    title: "KMail",
    family: Family::Reader,
    homepage: "https://kontact.kde.org/components/kmail/",
    files: &[".config/mailtransports", ".config/emailidentities"],
    lives: Lives::Home,
    templates: &["kmail.kconfig"],
    oracle: "none here: KMail would bring 640 MB along; KDE's own kreadconfig5 reads every golden and nasty values",
    versions: "5.0 and later; keys of 5.22",
    options: &Table { what: "the options of kmail", keys: &[] },
    notes: &[RECEIVING, NO_SMTP, UNKNOWN_OAUTH2, FOLDERS, DAV, access::WITHHELD, access::NO_COMMAND, access::MECHANISM],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: false,
    literals: false,
    tokens: &[],
    own_oauth2: true,
    mechanisms: &[
        Mechanism::Plain,
        Mechanism::Login,
        Mechanism::CramMd5,
        Mechanism::DigestMd5,
        Mechanism::Ntlm,
        Mechanism::Gssapi,
    ],
};

/// Version 5 of the DNS namespace and `kmail.mailwright`. It must never change: identities would lose their servers.
const NAMESPACE: Uuid = Uuid::from_u128(0xfa5f_1018_0e36_5777_b9e2_8a87_2f22_5aee);

type Entries = Vec<(&'static str, Said<String>)>;

#[derive(askama::Template)]
#[template(path = "kmail.kconfig")]
struct Config {
    mark: &'static str,
    groups: Vec<(String, Entries)>,
}

#[derive(Default)]
struct Writer {
    transports: Vec<(String, Entries)>,
    identities: Vec<(String, Entries)>,
    bundle: Bundle,
}

impl Target for Kmail {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut writer = Writer::default();
        let mut problems = Vec::new();
        let mut default: Option<(String, Option<String>)> = None;
        for account in &run.mail.accounts {
            problems.append(&mut Options::of(account, ABOUT.id).problems);
            let transport = match &account.smtp {
                Some(smtp) => match writer.transport(smtp, account, "account", run) {
                    Some(id) => Some(id),
                    None => continue,
                },
                None => {
                    writer.bundle.note(
                        &NO_SMTP,
                        account,
                        "the account has no submission server: its identity has none",
                    );
                    None
                }
            };
            writer.receiving(account);
            let uoid = writer.identity(account, None, transport.as_deref());
            if account.default || default.is_none() {
                default = Some((uoid, transport.clone()));
            }
            for identity in &account.identities {
                let own = match &identity.smtp {
                    Some(own) => match writer.transport(own, account, &stable::identity(&identity.address), run) {
                        Some(id) => Some(id),
                        None => continue,
                    },
                    None => transport.clone(),
                };
                writer.identity(account, Some(identity), own.as_deref());
            }
            writer.losses(account);
        }
        let Writer { transports, identities, mut bundle } = writer;
        let Some((uoid, transport)) = default else {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        };
        let general = |key, value: Option<String>| value.map(|v| ("General".to_owned(), vec![(key, ours(v))]));
        for (path, first, groups) in [
            (".config/mailtransports", general("default-transport", transport), transports),
            (".config/emailidentities", general("Default Identity", Some(uoid)), identities),
        ] {
            if groups.is_empty() {
                continue;
            }
            match Refusals::render(&Config { mark: MARK, groups: first.into_iter().chain(groups).collect() }, None) {
                Ok(text) => bundle.files.push(File::new(path, text, false).seed()),
                Err(mut refused) => problems.append(&mut refused),
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

/// A number that stays what it is.
fn number(account: &Account, part: &str) -> String {
    // Both kinds are read as signed or unsigned 32 bits; 0 is none.
    let hash = stable::uuid(&NAMESPACE, account, part).as_u128() as u32;
    ((hash & 0x7fff_ffff) | 1).to_string()
}

fn ours(value: impl Into<String>) -> Said<String> {
    Said::rule(value.into(), "KMail's own")
}

fn on(value: bool) -> Said<String> {
    ours(if value { "true" } else { "false" })
}

impl Writer {
    fn access(&mut self, server: &Server, account: &Account, run: &Run<'_>) -> Option<Access> {
        let host = server.host.as_str();
        let google = ["gmail.com", "googlemail.com"].iter().any(|g| host == *g || host.ends_with(&format!(".{g}")));
        if matches!(server.credential.value, Credential::OAuth2(_)) && !google {
            self.bundle.note(
                &UNKNOWN_OAUTH2,
                account,
                format!("KMail gets OAuth2 tokens at Google, and {host} is not there: left out"),
            );
            return None;
        }
        PROGRAM.access(server, account, run, &mut self.bundle)
    }

    /// Writes a submission server; its number.
    fn transport(&mut self, smtp: &Server, account: &Account, part: &str, run: &Run<'_>) -> Option<String> {
        let access = self.access(smtp, account, run)?;
        let id = number(account, part);
        let authentication = match (&access.supply, access.token, &access.mechanism) {
            (Supply::Nothing, ..) => None,
            (_, true, _) => Some("XOAUTH2".to_owned()),
            (_, false, Some(mechanism)) => Some(mechanism.word().to_uppercase()),
            (_, false, None) => Some("PLAIN".to_owned()),
        };
        let mut entries = vec![
            ("id", ours(&id)),
            ("name", ours(&account.name)),
            ("identifier", ours("SMTP")),
            ("host", smtp.host.with(smtp.host.to_string())),
            ("port", smtp.port.with(smtp.port.to_string())),
            (
                "encryption",
                ours(match smtp.tls.value {
                    Tls::Implicit => "SSL",
                    Tls::StartTls => "TLS",
                    Tls::None => "None",
                }),
            ),
            ("auth", on(authentication.is_some())),
        ];
        if let Some(authentication) = authentication {
            entries.push(("authtype", ours(authentication)));
            entries.push(("storepass", on(true)));
            entries.extend(access.login.map(|login| ("user", login)));
        }
        self.transports.push((format!("Transport {}", self.transports.len() + 1), entries));
        Some(id)
    }

    /// Writes an identity; its number.
    fn identity(&mut self, account: &Account, identity: Option<&Identity>, transport: Option<&str>) -> String {
        let address = identity.map_or(&account.address, |i| &i.address);
        let uoid = number(account, &stable::identity(address));
        let mut entries = vec![
            ("uoid", ours(&uoid)),
            ("Identity", identity.map_or_else(|| ours(&account.name), |i| i.address.with(i.address.to_string()))),
            ("Email Address", address.with(address.to_string())),
            ("Disable Fcc", on(!account.save_sent.value)),
        ];
        if let Some(name) = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref()) {
            entries.push(("Name", name.with(name.to_string())));
        }
        if let Some(reply_to) = identity.and_then(|i| i.reply_to.as_ref()) {
            entries.push(("Reply-To Address", reply_to.with(reply_to.to_string())));
        }
        if let Some(transport) = transport {
            entries.push(("Transport", ours(transport)));
        }
        if let Some(signature) = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref()) {
            let (kind, key, value) = match &signature.value {
                Signature::Text(text) => ("inline", "Inline Signature", text.as_str().to_owned()),
                // KMail opens a path as it stands; a command goes through the shell, which knows `~`.
                Signature::File(path) if path.as_str().starts_with("~/") => {
                    ("command", "Signature Command", format!("cat {}", shell::path(path.as_str())))
                }
                Signature::File(path) => ("file", "Signature File", path.to_string()),
                Signature::Command(command) => ("command", "Signature Command", command.shell_line()),
            };
            entries.push(("Signature Enabled", on(true)));
            entries.push(("Signature Type", ours(kind)));
            entries.push((key, signature.with(value)));
        }
        let pgp = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref());
        let smime = account.smime.as_ref();
        for (signing, [sign, encrypt]) in
            [(pgp, ["PGP Signing Key", "PGP Encryption Key"]), (smime, ["SMIME Signing Key", "SMIME Encryption Key"])]
        {
            if let Some((said, key)) = signing.and_then(|s| s.key.as_ref().map(|k| (s, k))) {
                let key = key.as_str().strip_prefix("0x").unwrap_or(key.as_str());
                entries.push((sign, said.with(key.to_owned())));
                entries.push((encrypt, said.with(key.to_owned())));
            }
        }
        if let Some(signing) = pgp.or(smime) {
            let signing: &Signing = &signing.value;
            entries.push(("Pgp Auto Sign", on(signing.sign)));
            entries.push(("Pgp Auto Encrypt", on(signing.encrypt)));
            entries
                .push(("Preferred Crypto Message Format", ours(if pgp.is_some() { "openpgp/mime" } else { "s/mime" })));
        }
        self.identities.push((format!("Identity #{}", self.identities.len()), entries));
        uoid
    }

    /// What is to be typed for fetching.
    fn receiving(&mut self, account: &Account) {
        let Some(server) = account.incoming() else { return };
        let tls = match server.tls.value {
            Tls::Implicit => "SSL/TLS",
            Tls::StartTls => "STARTTLS",
            Tls::None => "no encryption",
        };
        let title = if server.protocol == Protocol::Pop3 { "POP3" } else { "IMAP" };
        let login = server.login.for_program(server.protocol);
        self.bundle.note(
            &RECEIVING,
            account,
            "KMail fetches by Akonadi, which takes no account out of a file: left out",
        );
        self.bundle.step(
            format!(
                "In KMail (Settings, Configure KMail, Accounts, Receiving) add {}: {title}, {}, {tls}, login {login}",
                account.name,
                server.endpoint()
            ),
            Do::Tell,
        );
    }

    fn losses(&mut self, account: &Account) {
        let f = &account.folders;
        let sent = f.sent.as_ref().filter(|_| account.save_sent.value);
        if sent.or(f.drafts.as_ref()).or(f.archive.as_ref()).is_some() {
            self.bundle.note(
                &FOLDERS,
                account,
                "the folders for what is sent and drafted are chosen in KMail (Identities, Advanced), once they are there: left out",
            );
        }
        if account.carddav.is_some() || account.caldav.is_some() {
            self.bundle.note(&DAV, account, "contacts and calendars are added in Kontact: left out");
        }
    }
}
