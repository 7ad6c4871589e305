//! What the log says of a directory of users that fails: once, then now and again, and that it answers again.

use std::time::Instant;

use super::limits;
use crate::users::LookUp;

/// The state of the complaint.
#[derive(Debug, Default)]
pub(super) struct Complaint {
    /// When it was last said; `None` when all is well.
    said: Option<Instant>,
}

impl Complaint {
    /// A look-up came to this: the line that is due, if any is. A directory that fails with every other question fills no
    /// log; a remembered answer says nothing about it.
    pub fn heard(&mut self, look_up: &LookUp, now: Instant) -> Option<String> {
        let is_due = |at: &Instant| now.saturating_duration_since(*at) >= limits::COMPLAINT;
        match (&look_up.login, &self.said) {
            (Err(why), said) if said.as_ref().is_none_or(is_due) => {
                self.said = Some(now);
                Some(format!("the directory of users does not answer: {}", why.0))
            }
            (Ok(_), Some(at)) if !look_up.remembered && is_due(at) => {
                self.said = None;
                Some("the directory of users answers again".to_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::users::Unavailable;

    fn failed() -> LookUp {
        LookUp { login: Err(Unavailable("gone".to_owned())), remembered: false }
    }

    fn answered(remembered: bool) -> LookUp {
        LookUp { login: Ok(None), remembered }
    }

    /// Answers are remembered for longer than complaints are apart.
    #[test]
    fn a_remembered_answer_does_not_say_that_the_directory_answers_again() {
        let mut complaint = Complaint::default();
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(complaint.heard(&failed(), start).as_deref(), Some("the directory of users does not answer: gone"));
        assert_eq!(complaint.heard(&answered(true), after(62)), None);
        assert_eq!(complaint.heard(&answered(true), after(280)), None);
        assert!(complaint.heard(&failed(), after(281)).is_some());
        assert_eq!(complaint.heard(&answered(false), after(282)), None, "one good answer among bad ones");
        let again = complaint.heard(&answered(false), after(345));
        assert_eq!(again.as_deref(), Some("the directory of users answers again"));
        assert_eq!(complaint.heard(&answered(false), after(500)), None);
    }

    #[test]
    fn a_complaint_is_repeated_now_and_again() {
        let mut complaint = Complaint::default();
        let start = Instant::now();
        let said = (0..130).filter(|s| complaint.heard(&failed(), start + Duration::from_secs(*s)).is_some()).count();
        assert_eq!(said, 3);
    }
}
