//! Apple configuration profiles: Mail on iPhone, iPad, Mac and Vision, with contacts and calendars when given.
//!
//! Keys and types are those of Apple's device-management schema (`com.apple.mail.managed`, `com.apple.carddav.account`,
//! `com.apple.caldav.account`). Passwords are left out, so that the device asks; so is every key that would be empty.
//! Identity is stable: a profile of ours replaces the one before in place, and two mailboxes never share an identifier.
//! The format has no OAuth2 and no difference between implicit TLS and STARTTLS; it is not signed here.

use plist::{Dictionary, Value};
use uuid::Uuid;

use super::{About, Bundle, Family, File, Keeping, Lives, NoteKind, Options, Run, Target};
use crate::account::{Account, Address, Credential, Mechanism, Protocol, Secret, Server, Tls, Way, shown};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;

/// Apple configuration profile.
pub struct Mobileconfig;

const ONE_WAY: NoteKind = NoteKind {
    code: "one-way",
    about: "an account that only sends or only receives is left out: Apple's mail payload wants both",
};
const OAUTH2: NoteKind = NoteKind {
    code: "oauth2",
    about: "Apple's mail payload has no OAuth2: an app password is asked for, or the account is left out",
};
const MECHANISM: NoteKind = NoteKind {
    code: "mechanism",
    about: "a SASL mechanism that Apple's mail payload has no word for: the account is left out",
};
const STARTTLS: NoteKind = NoteKind {
    code: "starttls",
    about: "a profile can say that TLS is used, but not that it begins with STARTTLS: the port decides",
};
const WITHHELD: NoteKind = NoteKind {
    code: "password-withheld",
    about: "a password that stands in the account file is not written; the device asks for it",
};
const DAV_PATH: NoteKind = NoteKind {
    code: "dav-path",
    about: "the path of a CardDAV or CalDAV address is left to `/.well-known`, which devices ask first",
};
const IDENTITIES: NoteKind = NoteKind {
    code: "identities",
    about: "further addresses of an account are not written: Apple documents one address a payload",
};
const SAME_ADDRESS: NoteKind = NoteKind {
    code: "same-address",
    about: "a second account with the same address is left out: the device would not tell them apart",
};

pub(super) const ABOUT: About = About {
    id: "mobileconfig",
    title: "Apple configuration profile (iPhone, iPad, Mac)",
    family: Family::Format,
    homepage: "https://developer.apple.com/documentation/devicemanagement/mail",
    files: &["<name of the default account>.mobileconfig"],
    lives: Lives::Elsewhere,
    templates: &[],
    oracle: "none here (an Apple device); Apple's published schema, libplist and Python's plistlib judge every golden",
    versions: "iOS 4, macOS 10.7, visionOS 1.1 and later; schema of OS 18.1",
    options: &Table {
        what: "the options of mobileconfig",
        keys: &[
            key("split", Shape::Bool, "One profile an account instead of one for all."),
            key("organization", Shape::Text, "The organisation that the device shows."),
            key(
                "principal_url",
                Shape::Bool,
                "Write the path of CardDAV and CalDAV addresses; macOS ignores it, old devices misread it.",
            ),
        ],
    },
    notes: &[ONE_WAY, OAUTH2, MECHANISM, STARTTLS, WITHHELD, DAV_PATH, IDENTITIES, SAME_ADDRESS],
};

/// The namespace of all our UUIDs: version 5 of the DNS namespace and `mobileconfig.mailwright`. It must never change:
/// every installed profile would be added a second time instead of replaced.
const NAMESPACE: Uuid = Uuid::from_u128(0x0518_e8b3_cee2_52a0_9c1f_3d9c_0ba5_8717);

fn uuid(address: &Address, kind: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{address}/{kind}").as_bytes()).to_string().to_uppercase()
}

/// What every identifier of ours ends in, so that a profile of ours is recognised.
const IDENTIFIER_END: &str = ".mailwright";

/// Reverse domain, a readable form of the local part, and a short hash of the address that makes it injective.
fn identifier(address: &Address) -> String {
    let reversed: Vec<&str> = address.domain().rsplit('.').collect();
    let slug: String =
        address.local().chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let hash = Uuid::new_v5(&NAMESPACE, address.as_str().as_bytes()).simple().to_string();
    format!("{}.{}-{}{IDENTIFIER_END}", reversed.join("."), slug.trim_matches('-'), &hash[..12])
}

impl Target for Mobileconfig {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let Some(default) = run.mail.default_account() else {
            // A profile is one person's, so none is written for a provider; what those that are served lack is told.
            for hosted in &run.mail.hosted {
                let domain = hosted.domains.iter().find(|d| !d.starts_with("*."));
                if let Some(account) = domain.and_then(|d| hosted.at(d)) {
                    payloads_of(&account, run.cleartext, &mut bundle);
                }
            }
            return Ok(bundle);
        };
        let mut options = Options::of(default, ABOUT.id);
        let split = options.on("split");
        let organization = options.text("organization").map(|o| o.value.to_string());
        problems.append(&mut options.problems);

        let mut payloads: Vec<(&Account, Vec<Value>, bool)> = Vec::new();
        for account in &run.mail.accounts {
            if payloads.iter().any(|(a, ..)| a.address.value == account.address.value) {
                bundle.note(
                    &SAME_ADDRESS,
                    account,
                    format!("{} has an account in this profile already: left out", account.address.value),
                );
                continue;
            }
            let (list, secret) = payloads_of(account, run.cleartext, &mut bundle);
            if !list.is_empty() {
                payloads.push((account, list, secret));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let groups: Vec<(&Account, Vec<Value>, bool)> = if split {
            payloads
        } else if payloads.is_empty() {
            Vec::new()
        } else {
            let secret = payloads.iter().any(|p| p.2);
            vec![(default, payloads.into_iter().flat_map(|p| p.1).collect(), secret)]
        };
        for (account, payloads, secret) in groups {
            bundle.files.push(File {
                path: format!("{}.mobileconfig", account.name),
                bytes: profile(account, payloads, organization.as_deref()),
                secret,
                private: false,
                mark: IDENTIFIER_END,
                keeping: Keeping::Whole,
            });
        }
        Ok(bundle)
    }
}

/// The profile of one account for a site's visitors, with the identifiers of the one that [`Mobileconfig`] writes, so that
/// either updates the other in place, and with its logins, Gmail's `recent:` too. The account has nothing personal in it but its address and login.
///
/// # Errors
/// Why a profile cannot express the account.
pub fn published(account: &Account, organization: Option<&str>) -> Result<Vec<u8>, &'static str> {
    let mut bundle = Bundle::default();
    let (payloads, _) = payloads_of(account, false, &mut bundle);
    // Contacts and calendars alone are not what somebody asks for who sets up mail.
    let refused = [
        (&ONE_WAY, "these accounts only send or only receive, and a profile wants both"),
        (&OAUTH2, "a profile cannot log in by OAuth2, and these accounts take nothing else"),
        (&MECHANISM, "a profile has no word for the way these accounts log in"),
    ];
    if !payloads.iter().any(is_mail) {
        let why = refused.iter().find(|(kind, _)| bundle.notes.iter().any(|n| n.code == kind.code));
        return Err(why.map_or("a profile cannot express these accounts", |(_, why)| why));
    }
    let own = Options::of(account, ABOUT.id).text("organization").map(|o| o.value.to_string());
    Ok(profile(account, payloads, organization.or(own.as_deref())))
}

fn is_mail(payload: &Value) -> bool {
    let kind = payload.as_dictionary().and_then(|d| d.get("PayloadType")).and_then(Value::as_string);
    kind == Some("com.apple.mail.managed")
}

/// What every profile of ours has in it, signed or not.
pub const PROFILE_MARK: &str = IDENTIFIER_END;

fn profile(account: &Account, payloads: Vec<Value>, organization: Option<&str>) -> Vec<u8> {
    let address = &account.address.value;
    // What the device shows is for people; what its programs send stays as A-labels.
    let shown = shown::address(address);
    let mut top = Dictionary::new();
    let mut set = |name: &str, value: Value| top.insert(name.into(), value);
    set("PayloadContent", Value::Array(payloads));
    set("PayloadDescription", format!("Sets up mail for {shown}. You are asked for the passwords.").into());
    set("PayloadDisplayName", format!("Mail for {shown}").into());
    set("PayloadIdentifier", identifier(address).into());
    if let Some(organization) = organization {
        set("PayloadOrganization", organization.into());
    }
    // Accounts belong to a user; on a Mac they could not be installed for the system.
    set("PayloadScope", "User".into());
    set("PayloadType", "Configuration".into());
    set("PayloadUUID", uuid(address, "profile").into());
    set("PayloadVersion", 1.into());
    let mut bytes = Vec::new();
    // Writing to memory cannot fail, and every value is one that plist has.
    if Value::Dictionary(top).to_writer_xml(&mut bytes).is_err() {
        bytes.clear();
    }
    bytes.push(b'\n');
    bytes
}

fn payloads_of(account: &Account, cleartext: bool, bundle: &mut Bundle) -> (Vec<Value>, bool) {
    let mut list = Vec::new();
    let mut secret = false;
    let identifier = identifier(&account.address.value);
    let mut options = Options::of(account, ABOUT.id);
    let principal = options.on("principal_url");
    options.problems.clear();
    if let Some((mail, has_secret)) = mail(account, &identifier, cleartext, bundle) {
        list.push(mail);
        secret = has_secret;
    }
    for (kind, prefix, title, said) in
        [("carddav", "CardDAV", "Contacts", &account.carddav), ("caldav", "CalDAV", "Calendars", &account.caldav)]
    {
        if let Some(address) = said {
            list.push(dav(account, &identifier, kind, prefix, title, address, principal, bundle));
        }
    }
    (list, secret)
}

/// Whether a profile can hold the account's mail, without a password in it.
pub(crate) fn sets_up_mail(account: &Account) -> bool {
    mail(account, "", false, &mut Bundle::default()).is_some()
}

/// The keys that every payload has.
fn common(account: &Account, identifier: &str, kind: &str, payload_type: &str, title: &str) -> Dictionary {
    let address = &account.address.value;
    let shown = shown::address(address);
    let mut payload = Dictionary::new();
    payload.insert("PayloadDescription".into(), format!("{title} for {shown}").into());
    payload.insert("PayloadDisplayName".into(), format!("{title} ({shown})").into());
    payload.insert("PayloadIdentifier".into(), format!("{identifier}.{kind}").into());
    payload.insert("PayloadType".into(), payload_type.into());
    payload.insert("PayloadUUID".into(), uuid(address, kind).into());
    payload.insert("PayloadVersion".into(), 1.into());
    payload
}

fn mail(account: &Account, identifier: &str, cleartext: bool, bundle: &mut Bundle) -> Option<(Value, bool)> {
    let (Some(incoming), Some(outgoing)) = (account.incoming(), account.smtp.as_ref()) else {
        let has = if account.smtp.is_some() { "only sends" } else { "only receives" };
        bundle.note(&ONE_WAY, account, format!("this account {has}, and Apple's mail payload wants both: left out"));
        return None;
    };
    let authentication = |server: &Server, bundle: &mut Bundle| authentication(server, account, bundle);
    let in_auth = authentication(incoming, bundle)?;
    let out_auth = authentication(outgoing, bundle)?;

    let mut payload = Dictionary::new();
    let mut set = |name: &str, value: Value| payload.insert(name.into(), value);
    set("EmailAccountDescription", account.address.to_string().into());
    if let Some(name) = &account.full_name {
        set("EmailAccountName", name.to_string().into());
    }
    let pop = incoming.protocol == Protocol::Pop3;
    set("EmailAccountType", if pop { "EmailTypePOP" } else { "EmailTypeIMAP" }.into());
    if !account.identities.is_empty() {
        bundle.note(
            &IDENTITIES,
            account,
            "further addresses are not written; add them on the device, where it allows it",
        );
    }
    set("EmailAddress", account.address.to_string().into());
    let mut secret = false;
    for (server, prefix, password, auth) in [
        (incoming, "IncomingMailServer", "IncomingPassword", in_auth),
        (outgoing, "OutgoingMailServer", "OutgoingPassword", out_auth),
    ] {
        set(&format!("{prefix}Authentication"), auth.into());
        set(&format!("{prefix}HostName"), server.host.to_string().into());
        set(&format!("{prefix}PortNumber"), i64::from(server.port.value).into());
        set(&format!("{prefix}UseSSL"), (server.tls.value != Tls::None).into());
        if auth != "EmailAuthNone" {
            set(&format!("{prefix}Username"), server.login.for_program(server.protocol).into());
        }
        if let Credential::Password(Secret::Literal(hidden)) = &server.credential.value {
            if cleartext {
                set(password, hidden.reveal().to_owned().into());
                secret = true;
            } else if server.protocol != Protocol::Smtp {
                bundle.note(
                    &WITHHELD,
                    account,
                    "the password stands in the account file and is not copied; the device asks for it",
                );
            }
        }
    }
    let one_password = incoming.credential.value == outgoing.credential.value && !secret && out_auth != "EmailAuthNone";
    if one_password {
        set("OutgoingPasswordSameAsIncomingPassword", true.into());
    }
    if [incoming, outgoing].iter().any(|s| s.tls.value == Tls::StartTls) {
        bundle.note(
            &STARTTLS,
            account,
            "a profile cannot ask for STARTTLS by name: the device uses TLS and finds the way by the port",
        );
    }
    let mut all = common(account, identifier, "mail", "com.apple.mail.managed", "Mail");
    all.extend(payload);
    all.sort_keys();
    Some((Value::Dictionary(all), secret))
}

/// Apple's word for how to log in; a note and nothing where it has none.
fn authentication(server: &Server, account: &Account, bundle: &mut Bundle) -> Option<&'static str> {
    match &server.credential.value {
        Credential::None => return Some("EmailAuthNone"),
        Credential::OAuth2(_) => {
            if account.service.ways.iter().any(|w| matches!(w, Way::Password | Way::AppPassword)) {
                if server.protocol != Protocol::Smtp {
                    let page = account.service.facts.and_then(|f| f.help.app_password);
                    let at = page.map(|p| format!(" ({p})")).unwrap_or_default();
                    bundle.note(
                        &OAUTH2,
                        account,
                        format!("a profile cannot log in by OAuth2: the device asks for an app password{at}"),
                    );
                }
                return Some("EmailAuthPassword");
            }
            if server.protocol != Protocol::Smtp {
                bundle.note(
                    &OAUTH2,
                    account,
                    "a profile cannot log in by OAuth2, and this provider takes nothing else: left out; add the account by hand in Settings",
                );
            }
            return None;
        }
        Credential::Password(_) => {}
    }
    Some(match server.auth.as_ref().map(|a| a.value) {
        None | Some(Mechanism::Plain | Mechanism::Login) => "EmailAuthPassword",
        Some(Mechanism::CramMd5) => "EmailAuthCRAMMD5",
        Some(Mechanism::DigestMd5) => "EmailAuthHTTPMD5",
        Some(Mechanism::Ntlm) => "EmailAuthNTLM",
        Some(other) => {
            bundle.note(
                &MECHANISM,
                account,
                format!("Apple's mail payload has no word for the mechanism {}: left out", other.word()),
            );
            return None;
        }
    })
}

#[allow(clippy::too_many_arguments)]
fn dav(
    account: &Account,
    identifier: &str,
    kind: &str,
    prefix: &str,
    title: &str,
    address: &url::Url,
    principal: bool,
    bundle: &mut Bundle,
) -> Value {
    let mut payload = common(account, identifier, kind, &format!("com.apple.{kind}.account"), title);
    let secure = address.scheme() == "https";
    let mut set = |name: &str, value: Value| payload.insert(format!("{prefix}{name}"), value);
    set("AccountDescription", format!("{title} ({})", account.address.value).into());
    set("HostName", address.host_str().unwrap_or_default().into());
    set("Port", i64::from(address.port_or_known_default().unwrap_or(if secure { 443 } else { 80 })).into());
    set("UseSSL", secure.into());
    // Who the account is on the web is who fetches its mail.
    let login = account.incoming().or(account.smtp.as_ref()).map(|s| s.login.text.to_string());
    set("Username", login.unwrap_or_else(|| account.address.to_string()).into());
    if !matches!(address.path(), "" | "/") {
        if principal {
            set("PrincipalURL", address.path().into());
        } else {
            bundle.note(
                &DAV_PATH,
                account,
                format!(
                    "{prefix}: the path {} is not written; {} must lead there from /.well-known/{kind}",
                    address.path(),
                    address.host_str().unwrap_or_default()
                ),
            );
        }
    }
    payload.sort_keys();
    Value::Dictionary(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_what_it_says() {
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"mobileconfig.mailwright"));
    }

    /// Peers give a.b@c.d, b@a.c.d and a@b.c.d one identifier, and their second profile replaces the first.
    #[test]
    fn identifiers_are_injective() {
        let addresses = ["a.b@c.d", "b@a.c.d", "a@b.c.d", "a-b@c.d", "a+b@c.d", "A.b@c.d", "é@c.d", "è@c.d"];
        let mut seen = std::collections::HashSet::new();
        for address in addresses {
            assert!(seen.insert(identifier(&Address::parse(address).expect("address"))), "{address}");
        }
    }
}
