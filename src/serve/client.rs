//! Which mail program a `User-Agent` is: for the metrics only, never for an answer.

/// A family of mail programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Client {
    Thunderbird,
    ThunderbirdMobile,
    Outlook,
    Apple,
    DeltaChat,
    FairEmail,
    Evolution,
    KMail,
    Browser,
    Tool,
    Other,
}

/// What stands in the `User-Agent`, in lower case; the first that fits counts.
const SIGNS: &[(&str, Client)] = &[
    ("k-9", Client::ThunderbirdMobile),
    ("thunderbird for android", Client::ThunderbirdMobile),
    // Thunderbird for Android asks with its HTTP library's name.
    ("okhttp", Client::ThunderbirdMobile),
    ("thunderbird", Client::Thunderbird),
    ("outlook", Client::Outlook),
    ("microsoft office", Client::Outlook),
    ("maconfig", Client::Apple),
    ("dataaccessd", Client::Apple),
    ("profile/", Client::Apple),
    ("cfnetwork", Client::Apple),
    ("deltachat", Client::DeltaChat),
    ("fairemail", Client::FairEmail),
    ("evolution", Client::Evolution),
    ("kmail", Client::KMail),
    ("kde", Client::KMail),
    ("curl", Client::Tool),
    ("wget", Client::Tool),
    ("python", Client::Tool),
    ("go-http", Client::Tool),
    ("mozilla/", Client::Browser),
];

impl Client {
    /// All of them, in the order of their numbers.
    pub const ALL: &[Client] = &[
        Client::Thunderbird,
        Client::ThunderbirdMobile,
        Client::Outlook,
        Client::Apple,
        Client::DeltaChat,
        Client::FairEmail,
        Client::Evolution,
        Client::KMail,
        Client::Browser,
        Client::Tool,
        Client::Other,
    ];

    /// The client of a `User-Agent`.
    pub fn of(agent: &[u8]) -> Client {
        // What programs say of themselves stands at the beginning.
        let agent = &agent[..agent.len().min(256)];
        let holds = |sign: &str| agent.windows(sign.len()).any(|part| part.eq_ignore_ascii_case(sign.as_bytes()));
        SIGNS.iter().find(|(sign, _)| holds(sign)).map_or(Client::Other, |(_, client)| *client)
    }

    /// The word of the metrics.
    pub fn word(self) -> &'static str {
        match self {
            Client::Thunderbird => "thunderbird",
            Client::ThunderbirdMobile => "thunderbird_mobile",
            Client::Outlook => "outlook",
            Client::Apple => "apple",
            Client::DeltaChat => "deltachat",
            Client::FairEmail => "fairemail",
            Client::Evolution => "evolution",
            Client::KMail => "kmail",
            Client::Browser => "browser",
            Client::Tool => "tool",
            Client::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents() {
        for (agent, client) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.7.0", Client::Thunderbird),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Client::Browser),
            ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)", Client::Outlook),
            ("okhttp/4.12.0", Client::ThunderbirdMobile),
            ("curl/7.88.1", Client::Tool),
            ("", Client::Other),
        ] {
            assert_eq!(Client::of(agent.as_bytes()), client, "{agent}");
        }
        for (number, client) in Client::ALL.iter().enumerate() {
            assert_eq!(*client as usize, number);
        }
    }
}
