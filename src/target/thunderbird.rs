//! Thunderbird: a profile's `user.js`, which it reads at every start and never writes.
//!
//! Only the accounts' own preferences are written, under keys of ours that stay the same when accounts come, go or
//! change places. The accounts are appended to the profile's list (`mail.accountmanager.appendaccounts`), so that those
//! that were added by hand stay, and so does `Local Folders`, which a list of ours would make anew at every start. What
//! the account file does not say is not written, so that it can be set in Thunderbird; and what it says no longer stays in
//! `prefs.js` until it is changed there. Passwords are asked for and
//! kept in its own store; OAuth2 works where Thunderbird knows the service. Names and numbers: comm-central,
//! `mailnews/base/src/nsMsgAccountManager.cpp`, `nsMsgIdentity.cpp`, `nsMsgAuthMethod` and `nsMsgSocketType` (idl).

use uuid::Uuid;

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, Options, Program, Run, Target, access, may_hold_secret,
    stable,
};
use crate::account::{Mechanism, Protocol, Said, Text};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters};
use writer::{Group, Value, Writer};

mod writer;

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
const IPV6: NoteKind = NoteKind {
    code: "ipv6",
    about: "Thunderbird fetches from no server that is named by an IPv6 address: the account is left out",
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
        IPV6,
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

/// The folder of a new profile.
const PROFILE: &str = "mailwright";

#[derive(askama::Template)]
#[template(path = "thunderbird.userjs")]
struct UserJs {
    mark: &'static str,
    groups: Vec<Group>,
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
                writer.bundle.note(&SENDS_ONLY, account, "Thunderbird has no account that only sends: left out");
                continue;
            };
            // It makes `<key>.invalid` of it, with brackets and without; for submission it is a good name.
            if incoming.host.as_str().contains(':') {
                let text =
                    format!("Thunderbird takes no IPv6 address to fetch from, as {} is: left out", incoming.host.value);
                writer.bundle.note(&IPV6, account, text);
                continue;
            }
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
            ("keep_outgoing", &kept, &|v: &str| v.chars().all(|c| c.is_ascii_alphanumeric() || "_-, ".contains(c))),
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
