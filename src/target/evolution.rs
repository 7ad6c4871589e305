//! Evolution: the sources of its data server, `~/.config/evolution/sources/*.source`, one for an account, one for its
//! identity and one for its submission server, linked by their names.
//!
//! The server reads them when it starts and writes them anew as it likes, so they are put there once. Groups and keys are
//! those of evolution-data-server's `e-source-*.c`; what belongs to a Camel backend stands in a group of its own
//! (`Imapx Backend`, `Pop Backend`). A further address, and an account that only sends, is an account that receives
//! nothing (`BackendName=none`). Passwords are in the desktop's keyring, where Evolution puts what it asked for.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::{
    About, Access, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Supply, Target, access,
    local, stable,
};
use crate::account::{Account, Address, Credential, Identity, Mechanism, Protocol, Said, Server, Signature, Tls};
use crate::document::keys::Table;
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// Evolution.
pub struct Evolution;

const RECEIVES_ONLY: NoteKind = NoteKind {
    code: "receives-only",
    about: "an account without a submission server gets an identity that cannot send",
};
const UNKNOWN_OAUTH2: NoteKind = NoteKind {
    code: "unknown-oauth2",
    about: "Evolution gets OAuth2 tokens only at Google, Microsoft and Yahoo: the account is left out",
};
const SIGNATURE: NoteKind =
    NoteKind { code: "signature", about: "a signature of Evolution is its own text: a file or a command is left out" };
const DAV: NoteKind =
    NoteKind { code: "dav", about: "contacts and calendars are found by Evolution itself (Collection Account)" };

pub(super) const ABOUT: About = About {
    id: "evolution",
    title: "Evolution",
    family: Family::Reader,
    homepage: "https://gitlab.gnome.org/GNOME/evolution",
    files: &[".config/evolution/sources/<account>.source", ".config/evolution/signatures/<account>"],
    lives: Lives::Home,
    templates: &["sections.keyfile"],
    oracle: "Evolution's own evolution-source-registry reads every golden and nasty values, asked over D-Bus by libedataserver",
    versions: "3.26 and later; tested with evolution-data-server 3.46",
    options: &Table { what: "the options of evolution", keys: &[] },
    notes: &[RECEIVES_ONLY, UNKNOWN_OAUTH2, SIGNATURE, DAV, access::WITHHELD, access::NO_COMMAND, access::MECHANISM],
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
        Mechanism::ScramSha1,
        Mechanism::ScramSha256,
        Mechanism::Ntlm,
        Mechanism::Gssapi,
    ],
};

/// Version 5 of the DNS namespace and `evolution.mailwright`. It must never change: every account would be added a second
/// time.
const NAMESPACE: Uuid = Uuid::from_u128(0x673f_f97d_8dd5_59c8_99a7_ab91_cd94_ef6d);

/// Hosts, with all below them, and the method by which Evolution gets a token there: `e-oauth2-service-*.c`.
const OAUTH2: &[(&str, &str)] = &[
    ("gmail.com", "Google"),
    ("googlemail.com", "Google"),
    ("office365.com", "Outlook"),
    ("outlook.com", "Outlook"),
    ("hotmail.com", "Outlook"),
    ("yahoo.com", "Yahoo"),
];

/// What may stand in a folder's URI as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

type Groups = Vec<(&'static str, Vec<(&'static str, Said<String>)>)>;

#[derive(askama::Template)]
#[template(path = "sections.keyfile")]
struct Source {
    mark: &'static str,
    id: &'static str,
    groups: Groups,
}

impl Target for Evolution {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut writer = Writer { run, bundle: Bundle::default(), problems: Vec::new() };
        for account in &run.mail.accounts {
            writer.problems.append(&mut Options::of(account, ABOUT.id).problems);
            let uid = stable::key(&NAMESPACE, account, "account");
            if !writer.account(account, &uid) {
                continue;
            }
            for identity in &account.identities {
                let part = stable::identity(&identity.address);
                writer.identity(account, identity, &stable::key(&NAMESPACE, account, &part), &uid);
            }
            if account.default && run.mail.accounts.len() > 1 {
                writer
                    .bundle
                    .step(format!("Make {} the default account in Evolution (Edit, Accounts)", account.name), Do::Tell);
            }
        }
        if writer.problems.is_empty() { Ok(writer.bundle) } else { Err(writer.problems) }
    }
}

struct Writer<'a> {
    run: &'a Run<'a>,
    bundle: Bundle,
    problems: Vec<Problem>,
}

impl Writer<'_> {
    fn source(&mut self, uid: &str, groups: Groups) {
        // The data server takes blanks off the ends of nearly every text (`e_util_strdup_strip`).
        let stripped = |v: &Said<String>| v.starts_with([' ', '\t']) || v.ends_with([' ', '\t']);
        for (_, value) in groups.iter().flat_map(|(_, entries)| entries).filter(|(_, v)| stripped(v)) {
            self.problems.push(
                Problem::error("cannot-be-written", value.origin.place(), "Evolution cannot hold this value")
                    .because("it takes blanks off the ends of a text")
                    .fix("change the value, or leave this target out"),
            );
        }
        match Refusals::render(&Source { mark: MARK, id: ABOUT.id, groups }, None) {
            Ok(text) => {
                let path = format!(".config/evolution/sources/{uid}.source");
                self.bundle.files.push(File::new(path, text, false).seed());
            }
            Err(mut problems) => self.problems.append(&mut problems),
        }
    }

    /// How to log in, and the name of the method.
    fn access(&mut self, server: &Server, account: &Account) -> Option<(Access, Said<String>)> {
        let host = server.host.as_str();
        let mut method = None;
        if matches!(server.credential.value, Credential::OAuth2(_)) {
            let known = |name: &str| host.strip_suffix(name).is_some_and(|r| r.is_empty() || r.ends_with('.'));
            method = OAUTH2.iter().find(|(name, _)| known(name)).map(|(_, method)| *method);
            if method.is_none() {
                self.bundle.note(
                    &UNKNOWN_OAUTH2,
                    account,
                    format!("Evolution gets OAuth2 tokens at Google, Microsoft and Yahoo, and {host} is none of them: left out"),
                );
                return None;
            }
        }
        let access = PROGRAM.access(server, account, self.run, &mut self.bundle)?;
        let method = match (method, &access.supply, &access.mechanism) {
            (Some(method), ..) => method.to_owned(),
            (None, Supply::Nothing, _) => "none".to_owned(),
            (None, _, Some(mechanism)) => mechanism.word().to_uppercase(),
            // USER and PASS, which every server has.
            (None, _, None) if server.protocol == Protocol::Pop3 => "none".to_owned(),
            (None, _, None) => "PLAIN".to_owned(),
        };
        let method = ours(method);
        Some((access, method))
    }

    /// Whether it was written.
    fn account(&mut self, account: &Account, uid: &str) -> bool {
        let mut groups: Groups = Vec::new();
        let mut mail = vec![("IdentityUid", ours(format!("{uid}-identity"))), ("NeedsInitialSetup", ours("false"))];
        match account.incoming() {
            None => mail.insert(0, ("BackendName", ours("none"))),
            Some(server) => {
                let Some((access, method)) = self.access(server, account) else { return false };
                let imap = server.protocol == Protocol::Imap;
                mail.insert(0, ("BackendName", ours(if imap { "imapx" } else { "pop" })));
                groups.extend(connection(server, access, method));
                if imap {
                    if let Some(archive) = &account.folders.archive {
                        mail.push(("ArchiveFolder", archive.with(folder(uid, archive.as_str()))));
                    }
                    let mut backend = Vec::new();
                    for (path, switch, name) in [
                        ("RealTrashPath", "UseRealTrashPath", &account.folders.trash),
                        ("RealJunkPath", "UseRealJunkPath", &account.folders.junk),
                    ] {
                        if let Some(name) = name {
                            backend.push((path, name.with(local::parts(name.as_str()).join("/"))));
                            backend.push((switch, ours("true")));
                        }
                    }
                    groups.push(("Imapx Backend", backend));
                } else {
                    // By default it would take the mail off the server.
                    groups.push(("Pop Backend", vec![("KeepOnServer", ours("true"))]));
                }
            }
        }
        let smtp = match &account.smtp {
            Some(smtp) => match self.access(smtp, account) {
                Some((access, method)) => Some((smtp, access, method)),
                None if account.incoming().is_none() => return false,
                None => None,
            },
            None => None,
        };
        groups.insert(0, ("Mail Account", mail));
        groups.insert(0, ("Data Source", data(&account.name, "")));
        self.source(uid, groups);
        if smtp.is_none() {
            self.bundle.note(&RECEIVES_ONLY, account, "the account has no submission server: it cannot send");
        }
        self.person(account, None, uid, uid, smtp);
        if account.carddav.is_some() || account.caldav.is_some() {
            self.bundle.note(
                &DAV,
                account,
                "contacts and calendars are added in Evolution (New, Collection Account): left out",
            );
        }
        true
    }

    /// A further address: an account that receives nothing, whose copies go to the folders of the first.
    fn identity(&mut self, account: &Account, identity: &Identity, uid: &str, parent: &str) {
        let Some(smtp) = identity.smtp.as_ref().or(account.smtp.as_ref()) else { return };
        let Some((access, method)) = self.access(smtp, account) else { return };
        let mail = vec![
            ("BackendName", ours("none")),
            ("IdentityUid", ours(format!("{uid}-identity"))),
            ("NeedsInitialSetup", ours("false")),
        ];
        self.source(uid, vec![("Data Source", data(identity.address.as_str(), "")), ("Mail Account", mail)]);
        self.person(account, Some(identity), uid, parent, Some((smtp, access, method)));
    }

    /// The identity and the submission server of the account `uid`; folders are those of `folders`.
    fn person(
        &mut self,
        account: &Account,
        identity: Option<&Identity>,
        uid: &str,
        folders: &str,
        smtp: Option<(&Server, Access, Said<String>)>,
    ) {
        let address: &Said<Address> = identity.map_or(&account.address, |i| &i.address);
        let mut person = vec![("Address", address.with(address.to_string()))];
        if let Some(name) = identity.and_then(|i| i.name.as_ref()).or(account.full_name.as_ref()) {
            person.push(("Name", name.with(name.to_string())));
        }
        if let Some(reply_to) = identity.and_then(|i| i.reply_to.as_ref()) {
            person.push(("ReplyTo", reply_to.with(reply_to.to_string())));
        }
        let signature = identity.and_then(|i| i.signature.as_ref()).or(account.signature.as_ref());
        if let Some(signature) = signature.and_then(|s| self.signature(account, s, uid, address.as_str())) {
            person.push(("SignatureUid", ours(signature)));
        }
        let mut submission = Vec::new();
        let mut composition = Vec::new();
        let imap = account.incoming().is_some_and(|s| s.protocol == Protocol::Imap);
        let f = &account.folders;
        if let Some(sent) = f.sent.as_ref().filter(|_| imap && account.save_sent.value) {
            submission.push(("SentFolder", sent.with(folder(folders, sent.as_str()))));
        }
        submission.push(("UseSentFolder", ours(if account.save_sent.value { "true" } else { "false" })));
        if smtp.is_some() {
            submission.push(("TransportUid", ours(format!("{uid}-transport"))));
        }
        if let Some(drafts) = f.drafts.as_ref().filter(|_| imap) {
            composition.push(("DraftsFolder", drafts.with(folder(folders, drafts.as_str()))));
        }
        let mut groups = vec![
            ("Data Source", data(address.as_str(), uid)),
            ("Mail Identity", person),
            ("Mail Submission", submission),
            ("Mail Composition", composition),
        ];
        let pgp = identity.and_then(|i| i.pgp.as_ref()).or(account.pgp.as_ref());
        for (group, key, signing) in [
            ("Pretty Good Privacy (OpenPGP)", "KeyId", pgp),
            ("Secure MIME (S/MIME)", "SigningCertificate", account.smime.as_ref()),
        ] {
            if let Some(signing) = signing {
                let on = |on: bool| ours(if on { "true" } else { "false" });
                let mut entries = vec![("SignByDefault", on(signing.sign)), ("EncryptByDefault", on(signing.encrypt))];
                if let Some(name) = &signing.key {
                    entries.push((key, signing.with(name.to_string())));
                }
                groups.push((group, entries));
            }
        }
        self.source(&format!("{uid}-identity"), groups);
        if let Some((smtp, access, method)) = smtp {
            let mut groups = vec![
                ("Data Source", data(address.as_str(), uid)),
                ("Mail Transport", vec![("BackendName", ours("smtp"))]),
            ];
            groups.extend(connection(smtp, access, method));
            self.source(&format!("{uid}-transport"), groups);
        }
    }

    fn signature(
        &mut self,
        account: &Account,
        signature: &Said<Signature>,
        uid: &str,
        address: &str,
    ) -> Option<String> {
        let Signature::Text(text) = &signature.value else {
            self.bundle.note(
                &SIGNATURE,
                account,
                "a signature of Evolution is its own text, no file and no command of yours: left out",
            );
            return None;
        };
        let uid = format!("{uid}-signature");
        self.source(
            &uid,
            vec![("Data Source", data(address, "")), ("Mail Signature", vec![("MimeType", ours("text/plain"))])],
        );
        // The text is all that stands there: it is known by its name.
        let text = format!("{}\n", text.as_str().trim_end_matches('\n'));
        self.bundle.files.push(File::new(format!(".config/evolution/signatures/{uid}"), text, false).seed().marked(""));
        Some(uid)
    }
}

fn ours(value: impl Into<String>) -> Said<String> {
    Said::rule(value.into(), "Evolution's own")
}

fn data(name: &str, parent: &str) -> Vec<(&'static str, Said<String>)> {
    vec![("DisplayName", ours(name)), ("Enabled", ours("true")), ("Parent", ours(parent))]
}

fn connection(server: &Server, access: Access, method: Said<String>) -> Groups {
    let mut entries = vec![
        ("Host", server.host.with(server.host.to_string())),
        ("Port", server.port.with(server.port.to_string())),
        ("Method", method),
        ("ProxyUid", ours("system-proxy")),
        ("RememberPassword", ours("true")),
    ];
    if let Some(login) = access.login {
        entries.push(("User", login));
    }
    let security = match server.tls.value {
        Tls::Implicit => "ssl-on-alternate-port",
        Tls::StartTls => "starttls-on-standard-port",
        Tls::None => "none",
    };
    vec![("Authentication", entries), ("Security", vec![("Method", ours(security))])]
}

/// A folder of an account.
fn folder(uid: &str, name: &str) -> String {
    format!("folder://{uid}/{}", utf8_percent_encode(&local::parts(name).join("/"), PATH))
}
