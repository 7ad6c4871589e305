//! What each client has to do for an account: only ways that the account's servers allow, in the order that people look.
//!
//! Which menus there are is said by the languages; here is only which of their lists fits. What is known of the clients:
//! a profile cannot sign in with a browser (`target/mobileconfig.rs`); the new Outlook asks Microsoft's servers, not ours;
//! the Android apps but Gmail look the settings up by our autoconfig, and so does Thunderbird. Which mail services a
//! program signs in to is built into it, and no published document adds one: a host of one's own that takes nothing but
//! OAuth2 is out of reach for most of them, and the guide says so instead of asking for a password that there is not.

use super::code::Code;
use super::finding::Finders;
use super::language::Texts;
use super::settings::Login;
use super::words::{Piece, Values};
use crate::account::Account;
use crate::clients::Client as Program;
use crate::target::mobileconfig;

/// A profile to download.
#[derive(Debug)]
pub struct Profile {
    /// The path at this server.
    pub path: String,
    /// The code of its public address, for a page that is read on another device.
    pub code: Option<Code>,
    /// What is in it.
    pub note: &'static str,
}

/// A way to set a client up.
#[derive(Debug)]
pub struct Way {
    /// Which of the client's programs; empty when there is one.
    pub title: &'static str,
    /// The profile that it begins with.
    pub profile: Option<Profile>,
    /// The steps.
    pub steps: Vec<Vec<Piece>>,
}

/// A client.
#[derive(Debug)]
pub struct Client {
    /// The fragment that links to it.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// How easy it is.
    pub hint: &'static str,
    /// Ways to set it up.
    pub ways: Vec<Way>,
    /// What has to be said honestly.
    pub note: Option<&'static str>,
}

/// The providers, by their ids, that the lists of mail services in Apple's programs, Gmail and Outlook have, and that
/// these sign in to. All others of the catalogue are entered there like any mail service, with a password.
const LISTED: &[&str] = &["aol", "gmail", "google-workspace", "microsoft365", "outlook", "yahoo"];

/// What the guide is made from.
pub struct Guide<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// The account.
    pub account: &'a Account,
    /// What is filled in.
    pub values: &'a Values,
    /// Which programs find the settings.
    pub finders: Finders,
    /// Where profiles lie, as a public address without a slash at the end; `None` when nobody's account is shown, and when
    /// there are none.
    pub base: Option<&'a str>,
}

impl Guide<'_> {
    /// The clients.
    pub fn clients(&self) -> Vec<Client> {
        let both = self.account.incoming().is_some() && self.account.smtp.is_some();
        if !both {
            // A mail program wants to receive and to send; what can do one of them is told the servers.
            return vec![self.other()];
        }
        let mut clients = vec![self.iphone(), self.mac(), self.android(), self.outlook(), self.thunderbird()];
        clients.push(self.other());
        clients
    }

    fn login(&self) -> Login {
        Login::of(self.account)
    }

    /// Whether one signs in with the browser first of all: the provider is a known one, which Thunderbird has built in.
    fn signs_in(&self) -> bool {
        self.login().sign_in && self.account.service.facts.is_some()
    }

    /// The same for programs that show a list of mail services: Apple's, Gmail, Outlook.
    fn signs_in_by_list(&self) -> bool {
        self.signs_in() && self.account.service.facts.is_some_and(|f| LISTED.contains(&f.id))
    }

    /// Whether a program finds what it can use. Thunderbird and FairEmail pass over an OAuth2 that they do not have built in.
    fn finds(&self, program: Program) -> bool {
        self.finders.has(program) && (self.signs_in() || self.login().by_password() || !self.login().sign_in)
    }

    /// A client that nobody can use: it neither signs in here nor has anybody a password for it.
    fn unusable(&self, id: &'static str, title: &'static str) -> Option<Client> {
        let login = self.login();
        let out = login.sign_in && !login.by_password() && !self.signs_in_by_list();
        let t = self.t;
        out.then(|| Client { id, title, hint: t.hint_cannot, ways: vec![self.way("", t.cannot)], note: None })
    }

    fn hint_of(&self, found: bool) -> &'static str {
        if found { self.t.hint_finds } else { self.t.hint_hand }
    }

    fn way(&self, title: &'static str, steps: &[&'static str]) -> Way {
        Way { title, profile: None, steps: self.values.steps(steps) }
    }

    /// The same, with what ends it: the password, or signing in.
    fn way_and_login(&self, title: &'static str, steps: &[&'static str]) -> Way {
        let login = self.login();
        let last = match login {
            _ if self.signs_in() => Some(self.t.step_sign_in),
            _ if login.by_password() => Some(self.t.step_password),
            _ => login.sign_in.then_some(self.t.step_sign_in_perhaps),
        };
        let mut way = self.way(title, steps);
        way.steps.extend(last.map(|last| self.values.sentence(last)));
        way
    }

    fn profile(&self) -> Option<Profile> {
        let base = self.base?;
        if !mobileconfig::sets_up_mail(self.account) {
            return None;
        }
        let path = path_of(self.account.address.as_str());
        let dav = self.account.carddav.is_some() && self.account.caldav.is_some();
        let note = if dav { self.t.profile_dav_note } else { self.t.profile_note };
        Some(Profile { code: Code::of(&format!("{base}{path}")), path, note })
    }

    /// A device of Apple's: signing in for a known provider, the profile, and by hand where neither is.
    fn apple(&self, id: &'static str, title: &'static str, steps: [&[&'static str]; 3]) -> Client {
        if let Some(client) = self.unusable(id, title) {
            return client;
        }
        let [by_profile, by_hand, by_sign_in] = steps;
        let (t, profile) = (self.t, self.profile());
        let ways = match (self.signs_in_by_list(), profile) {
            (true, None) => vec![self.way("", by_sign_in)],
            (true, profile) => {
                vec![self.way(t.hint_sign_in, by_sign_in), Way { profile, ..self.way(t.hint_profile, by_profile) }]
            }
            (false, None) => vec![self.way("", by_hand)],
            (false, profile) => vec![Way { profile, ..self.way("", by_profile) }],
        };
        let hint = match ways[0].profile {
            _ if self.signs_in_by_list() => t.hint_sign_in,
            Some(_) => t.hint_profile,
            None => t.hint_hand,
        };
        Client { id, title, hint, ways, note: None }
    }

    fn iphone(&self) -> Client {
        let t = self.t;
        self.apple("iphone", t.iphone, [t.iphone_profile, t.iphone_hand, t.iphone_sign_in])
    }

    fn mac(&self) -> Client {
        let t = self.t;
        let mut mac = self.apple("mac", t.mac, [t.mac_profile, t.mac_hand, t.mac_sign_in]);
        // The code is for cameras.
        for profile in mac.ways.iter_mut().filter_map(|w| w.profile.as_mut()) {
            profile.code = None;
        }
        mac
    }

    fn android(&self) -> Client {
        let (t, found) = (self.t, self.finds(Program::K9));
        let steps = if found { t.android_thunderbird_finds } else { t.android_thunderbird_hand };
        let mut ways = vec![self.way_and_login(t.android_thunderbird, steps)];
        if self.finds(Program::FairEmail) && self.login().by_password() {
            ways.push(self.way(t.android_fairemail, t.android_fairemail_finds));
        }
        if self.signs_in_by_list() {
            ways.push(self.way(t.android_gmail, t.android_gmail_sign_in));
        } else if self.login().by_password() {
            ways.push(self.way(t.android_gmail, t.android_gmail_hand));
        }
        Client { id: "android", title: t.android, hint: self.hint_of(found), ways, note: None }
    }

    fn outlook(&self) -> Client {
        let t = self.t;
        if let Some(client) = self.unusable("outlook", t.outlook) {
            return client;
        }
        let client = |hint, ways, note| Client { id: "outlook", title: t.outlook, hint, ways, note };
        if self.signs_in_by_list() && !self.login().by_password() {
            return client(t.hint_sign_in, vec![self.way("", t.outlook_sign_in)], None);
        }
        let ways =
            vec![self.way(t.outlook_classic, t.outlook_classic_hand), self.way(t.outlook_new, t.outlook_new_hand)];
        client(t.hint_hand, ways, Some(t.outlook_note))
    }

    fn thunderbird(&self) -> Client {
        let (t, found) = (self.t, self.finds(Program::Thunderbird));
        let steps = if found { t.thunderbird_finds } else { t.thunderbird_hand };
        let ways = vec![self.way_and_login("", steps)];
        Client { id: "thunderbird", title: t.thunderbird, hint: self.hint_of(found), ways, note: None }
    }

    fn other(&self) -> Client {
        const OTHERS: &[Program] = &[Program::Evolution, Program::KMail, Program::Geary, Program::DeltaChat];
        let t = self.t;
        let by_password = self.login().by_password();
        let finding: Vec<&str> = OTHERS.iter().filter(|p| self.finds(**p)).map(|p| p.title()).collect();
        // Which programs sign in with a browser is another matter: none is named there.
        let found = !finding.is_empty() || (!by_password && self.finds(Program::Thunderbird));
        let values = Values { programs: finding.join(", "), ..self.values.clone() };
        let mut steps = Vec::new();
        if found {
            steps.push(match finding.len() {
                _ if !by_password => t.other_finds_sign_in,
                n if n == OTHERS.len() => t.other_finds,
                _ => t.other_finds_some,
            });
        } else if self.login().sign_in && !self.login().by_password() {
            steps.push(t.other_sign_in);
        }
        steps.push(t.other_hand);
        let ways = vec![Way { title: "", profile: None, steps: values.steps(&steps) }];
        Client { id: "other", title: t.other, hint: self.hint_of(found), ways, note: None }
    }
}

/// The path of an address' profile. What is no plain character of a path is encoded, a `+` as well: some decode it.
fn path_of(address: &str) -> String {
    const PATH: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'_').remove(b'-').remove(b'~');
    format!("/apple/{}.mobileconfig", percent_encoding::utf8_percent_encode(address, PATH))
}
