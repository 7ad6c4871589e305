//! Geary: `~/.config/geary/<account>/geary.ini`, a folder an account.
//!
//! Groups and keys are those of `src/client/accounts/accounts-manager.vala` (`AccountConfigV1`, `ServiceConfigV1`). Geary
//! writes the file anew when its settings change, so it is put there once. It speaks IMAP only, has one signature and one
//! submission server an account, and gets OAuth2 tokens by GNOME Online Accounts alone. The password is asked for and kept
//! in the desktop's keyring.

use uuid::Uuid;

use super::{
    About, Access, Bundle, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Supply, Target, access, local,
    stable,
};
use crate::account::{Account, Address, Credential, Protocol, Said, Server, Signature, Text, Tls};
use crate::document::keys::Table;
use crate::problem::Problem;
use crate::quote::{Refusals, filters};

/// Geary.
pub struct Geary;

const IMAP_ONLY: NoteKind =
    NoteKind { code: "imap-only", about: "an account without IMAP, or without a submission server, is left out" };
const OAUTH2: NoteKind = NoteKind {
    code: "oauth2",
    about: "Geary gets OAuth2 tokens by GNOME Online Accounts, where the account is made: it is left out",
};
const IDENTITY: NoteKind = NoteKind {
    code: "identities",
    about: "a further address has neither a signature, a reply-to nor a submission server of its own",
};
const SIGNATURE: NoteKind = NoteKind {
    code: "signature",
    about: "a signature is a text, or the file `~/.signature`: another file or a command is left out",
};
const KEYS: NoteKind = NoteKind { code: "keys", about: "Geary neither signs nor encrypts" };
const DAV: NoteKind = NoteKind { code: "dav", about: "Geary has neither contacts nor calendars" };

pub(super) const ABOUT: About = About {
    id: "geary",
    title: "Geary",
    family: Family::Reader,
    homepage: "https://wiki.gnome.org/Apps/Geary",
    files: &[".config/geary/<account>/geary.ini"],
    lives: Lives::Home,
    templates: &["geary.keyfile"],
    oracle: "none here: Geary would bring 220 MB along (43 loaded them, by hand); GLib's key file reader, which it uses, reads every golden and nasty values",
    versions: "3.32 and later; keys of 43",
    options: &Table { what: "the options of geary", keys: &[] },
    notes: &[
        IMAP_ONLY,
        OAUTH2,
        IDENTITY,
        SIGNATURE,
        KEYS,
        DAV,
        access::WITHHELD,
        access::NO_COMMAND,
        access::MECHANISM,
    ],
};

const PROGRAM: Program =
    Program { about: &ABOUT, commands: false, literals: false, tokens: &[], own_oauth2: false, mechanisms: &[] };

/// Version 5 of the DNS namespace and `geary.mailwright`. It must never change: every account would be added a second time.
const NAMESPACE: Uuid = Uuid::from_u128(0xf23d_600c_640b_5d96_9680_705a_c289_a4b0);

type Entries = Vec<(&'static str, Value)>;

enum Value {
    Text(Said<String>),
    List(Vec<Said<String>>),
}

#[derive(askama::Template)]
#[template(path = "geary.keyfile")]
struct Ini {
    mark: &'static str,
    groups: Vec<(&'static str, Entries)>,
}

impl Target for Geary {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut ordinal = 0;
        for account in &run.mail.accounts {
            problems.append(&mut Options::of(account, ABOUT.id).problems);
            let (Some(imap), Some(smtp)) = (account.incoming().filter(|s| s.protocol == Protocol::Imap), &account.smtp)
            else {
                bundle.note(&IMAP_ONLY, account, "Geary wants IMAP and a submission server: left out");
                continue;
            };
            let Some(incoming) = access(imap, account, run, &mut bundle) else { continue };
            let Some(outgoing) = access(smtp, account, run, &mut bundle) else { continue };
            let groups = vec![
                ("Metadata", vec![("version", ours("1")), ("status", ours("enabled"))]),
                ("Account", settings(account, imap, smtp, ordinal, &mut bundle)),
                ("Folders", folders(account)),
                ("Incoming", service(imap, &incoming, "custom")),
                (
                    "Outgoing",
                    service(
                        smtp,
                        &outgoing,
                        match outgoing.supply {
                            Supply::Nothing => "none",
                            // Asked for once.
                            _ if smtp.login.text == imap.login.text
                                && smtp.credential.value == imap.credential.value =>
                            {
                                "use-incoming"
                            }
                            _ => "custom",
                        },
                    ),
                ),
            ];
            ordinal += 1;
            losses(account, &mut bundle);
            match Refusals::render(&Ini { mark: MARK, groups }, None) {
                Ok(text) => {
                    let folder = stable::key(&NAMESPACE, account, "account");
                    bundle.files.push(File::new(format!(".config/geary/{folder}/geary.ini"), text, false).seed());
                }
                Err(mut refused) => problems.append(&mut refused),
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }
}

fn access(server: &Server, account: &Account, run: &Run<'_>, bundle: &mut Bundle) -> Option<Access> {
    if matches!(server.credential.value, Credential::OAuth2(_)) {
        bundle.note(
            &OAUTH2,
            account,
            "Geary gets OAuth2 tokens by GNOME Online Accounts: make the account in the desktop's settings; left out",
        );
        return None;
    }
    PROGRAM.access(server, account, run, bundle)
}

fn settings(account: &Account, imap: &Server, smtp: &Server, ordinal: usize, bundle: &mut Bundle) -> Entries {
    let is = |server: &Server, host: &str, port: u16| {
        server.host.as_str() == host && server.port.value == port && server.tls.value == Tls::Implicit
    };
    // Under this name the servers are fixed, and so is that Gmail files what is sent.
    let gmail = is(imap, "imap.gmail.com", 993) && is(smtp, "smtp.gmail.com", 465);
    let mut senders = vec![mailbox(account.full_name.as_ref(), &account.address)];
    for identity in &account.identities {
        if identity.smtp.is_some() {
            bundle.note(
                &IDENTITY,
                account,
                format!("Geary has one submission server an account: {} is left out", identity.address.value),
            );
            continue;
        }
        if identity.signature.is_some() || identity.reply_to.is_some() {
            bundle.note(
                &IDENTITY,
                account,
                format!(
                    "{} has neither a signature nor a reply-to of its own in Geary: left out",
                    identity.address.value
                ),
            );
        }
        senders.push(mailbox(identity.name.as_ref().or(account.full_name.as_ref()), &identity.address));
    }
    let mut entries = vec![
        ("label", Value::Text(Said::rule(account.name.clone(), "Geary's own"))),
        ("ordinal", ours(ordinal.to_string())),
        ("service_provider", ours(if gmail { "gmail" } else { "other" })),
        ("save_sent", ours(if account.save_sent.value { "true" } else { "false" })),
        ("sender_mailboxes", Value::List(senders)),
    ];
    match account.signature.as_ref().map(|s| (s, &s.value)) {
        Some((said, Signature::Text(text))) => {
            entries.push(("use_signature", ours("true")));
            entries.push(("signature", Value::Text(said.with(text.as_str().to_owned()))));
        }
        // The file that it reads when it has no text.
        Some((_, Signature::File(path))) if path.as_str() == "~/.signature" => {
            entries.push(("use_signature", ours("true")));
            entries.push(("signature", ours("")));
        }
        Some(_) => {
            bundle.note(&SIGNATURE, account, "Geary's signature is a text or the file `~/.signature`: left out");
            entries.push(("use_signature", ours("false")));
        }
        None => entries.push(("use_signature", ours("false"))),
    }
    entries
}

/// A name and an address as RFC 5322 writes them.
fn mailbox(name: Option<&Said<Text>>, address: &Said<Address>) -> Said<String> {
    match name {
        Some(name) => {
            let quoted = name.as_str().replace('\\', "\\\\").replace('"', "\\\"");
            name.with(format!("\"{quoted}\" <{}>", address.value))
        }
        None => address.with(address.to_string()),
    }
}

fn folders(account: &Account) -> Entries {
    let f = &account.folders;
    let sent = f.sent.as_ref().filter(|_| account.save_sent.value);
    [
        ("archive_folder", f.archive.as_ref()),
        ("drafts_folder", f.drafts.as_ref()),
        ("junk_folder", f.junk.as_ref()),
        ("sent_folder", sent),
        ("trash_folder", f.trash.as_ref()),
    ]
    .into_iter()
    .filter_map(|(key, folder)| {
        let folder = folder?;
        let parts = local::parts(folder.as_str()).into_iter().map(|p| folder.with(p.to_owned())).collect();
        Some((key, Value::List(parts)))
    })
    .collect()
}

fn service(server: &Server, access: &Access, credentials: &str) -> Entries {
    let mut entries = vec![
        ("host", Value::Text(server.host.with(server.host.to_string()))),
        ("port", ours(server.port.to_string())),
        (
            "transport_security",
            ours(match server.tls.value {
                Tls::Implicit => "transport",
                Tls::StartTls => "start-tls",
                Tls::None => "none",
            }),
        ),
        // Geary takes no service without it, the incoming one neither.
        ("credentials", ours(credentials)),
        ("remember_password", ours("true")),
    ];
    if let Some(login) = &access.login {
        entries.push(("login", Value::Text(login.clone())));
    }
    entries
}

fn losses(account: &Account, bundle: &mut Bundle) {
    if account.pgp.is_some() || account.smime.is_some() || account.identities.iter().any(|i| i.pgp.is_some()) {
        bundle.note(&KEYS, account, "Geary neither signs nor encrypts: left out");
    }
    if account.carddav.is_some() || account.caldav.is_some() {
        bundle.note(&DAV, account, "contacts and calendars are not Geary's: left out");
    }
}

fn ours(value: impl Into<String>) -> Value {
    Value::Text(Said::rule(value.into(), "Geary's own"))
}
