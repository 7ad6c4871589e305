//! How long certificates are good: what is doubtful when they are read, and a line when the time comes while they are used.
//!
//! Nothing here refuses one, and nothing looks at the clock.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use x509_cert::der::Decode;

use crate::account::{Said, Text};
use crate::problem::Problem;
use crate::sign::Signer;

/// How long before the end it is spoken of: what renews certificates should have done it by then.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// When a certificate begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub begins: SystemTime,
    pub ends: SystemTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Good,
    Soon,
    Over,
}

impl Validity {
    /// That of a certificate.
    pub fn of(der: &[u8]) -> Option<Validity> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let validity = certificate.tbs_certificate.validity;
        Some(Validity { begins: validity.not_before.to_system_time(), ends: validity.not_after.to_system_time() })
    }

    /// That of the whole chain that signs.
    pub fn of_signer(signer: &Signer) -> Validity {
        Validity { begins: signer.begins(), ends: signer.ends() }
    }

    /// Certificates that live for six days are renewed every four: near is a third of a short life.
    fn stage(&self, now: SystemTime) -> Stage {
        let life = self.ends.duration_since(self.begins).unwrap_or_default();
        match self.ends.duration_since(now) {
            Err(_) => Stage::Over,
            Ok(left) if left < SOON.min(life / 3) => Stage::Soon,
            Ok(_) => Stage::Good,
        }
    }

    /// What is doubtful about a certificate that was just read.
    pub fn doubt(&self, said: &Said<Text>, now: SystemTime) -> Option<Problem> {
        let warn = |code, message: &str, why: String, fix: &str| {
            Some(Problem::warning(code, said.origin.place(), message).because(why).fix(fix))
        };
        let day = humantime::format_rfc3339_seconds;
        if now < self.begins {
            let why = format!("it begins on {}; until then clients refuse it", day(self.begins));
            return warn(
                "certificate-not-yet-valid",
                "this certificate is not valid yet",
                why,
                "check this machine's clock",
            );
        }
        match self.stage(now) {
            Stage::Good => None,
            Stage::Soon => warn(
                "certificate-ends-soon",
                "this certificate ends soon",
                format!("it ends on {}", day(self.ends)),
                "see why it has not been renewed",
            ),
            Stage::Over => warn(
                "certificate-expired",
                "this certificate has expired",
                format!("it ended on {}; clients refuse it", day(self.ends)),
                "renew it: a changed file is read again",
            ),
        }
    }
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The server's own.
    Tls,
    /// Profiles.
    Signing,
}

/// A certificate in use.
pub(super) struct Watched {
    pub purpose: Purpose,
    pub validity: Validity,
    /// The stage that has been told.
    told: AtomicU8,
}

impl Watched {
    /// One whose doubts at this time have been told.
    pub fn new(purpose: Purpose, validity: Validity, now: SystemTime) -> Watched {
        Watched { purpose, validity, told: AtomicU8::new(validity.stage(now) as u8) }
    }

    /// The line that is due, each once.
    pub fn news(&self, now: SystemTime) -> Option<String> {
        let stage = self.validity.stage(now);
        if self.told.fetch_max(stage as u8, Relaxed) >= stage as u8 {
            return None;
        }
        let ends = humantime::format_rfc3339_seconds(self.validity.ends);
        let whose = match self.purpose {
            Purpose::Tls => "the certificate of `tls`",
            Purpose::Signing => "the certificate of `sign`",
        };
        match (stage, self.purpose) {
            (Stage::Good, _) => None,
            (Stage::Soon, _) => Some(format!("{whose} ends on {ends}, and has not been renewed")),
            (Stage::Over, Purpose::Tls) => Some(format!("{whose} ended on {ends}: clients refuse it")),
            (Stage::Over, Purpose::Signing) => Some(format!("{whose} ended on {ends}: no profile is handed out")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(days: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(days * 24 * 3600)
    }

    fn lives(days: u64) -> Validity {
        Validity { begins: after(100), ends: after(100 + days) }
    }

    fn code(validity: Validity, day: u64) -> Option<&'static str> {
        validity.doubt(&Said::rule(Text::new("a.pem").expect("text"), "a test"), after(day)).map(|p| p.code)
    }

    #[test]
    fn a_certificate_is_spoken_of_before_it_begins_near_its_end_and_after_it() {
        assert_eq!(code(lives(90), 99), Some("certificate-not-yet-valid"));
        assert_eq!(code(lives(90), 101), None);
        assert_eq!(code(lives(90), 175), None);
        assert_eq!(code(lives(90), 177), Some("certificate-ends-soon"));
        assert_eq!(code(lives(90), 191), Some("certificate-expired"));
        // One of six days is not near its end from its first day on.
        assert_eq!(code(lives(6), 103), None);
        assert_eq!(code(lives(6), 105), Some("certificate-ends-soon"));
    }

    #[test]
    fn a_certificate_that_ends_while_it_is_used_is_told_of_once() {
        let certificate = Watched::new(Purpose::Tls, lives(90), after(101));
        assert_eq!(certificate.news(after(150)), None);
        assert!(certificate.news(after(177)).is_some_and(|line| line.contains("not been renewed")));
        assert_eq!(certificate.news(after(178)), None);
        assert!(certificate.news(after(191)).is_some_and(|line| line.contains("clients refuse it")));
        assert_eq!(certificate.news(after(192)), None);
        // What was told when it was read is not told again.
        assert_eq!(Watched::new(Purpose::Signing, lives(90), after(191)).news(after(192)), None);
    }
}
