//! An answer: status, type and body, as every transport sends them.

use std::borrow::Cow;

use bytes::Bytes;

/// How long an answer may be kept by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// The same for everybody, for an hour.
    Public,
    /// About one user, or not to be kept: `no-store`.
    No,
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP's status.
    pub status: u16,
    /// `Content-Type`.
    pub kind: &'static str,
    /// The body.
    pub body: Bytes,
    /// Who may keep it.
    pub caching: Caching,
    /// Further headers.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
}

/// Mozilla's autoconfig and Autodiscover: Thunderbird parses nothing else.
pub const XML: &str = "text/xml; charset=utf-8";
/// Autodiscover v2, PACC.
pub const JSON: &str = "application/json";
/// Refusals for programs.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// Pages.
pub const HTML: &str = "text/html; charset=utf-8";

impl Answer {
    /// A good answer.
    pub fn ok(kind: &'static str, body: impl Into<Bytes>) -> Answer {
        Answer { status: 200, kind, body: body.into(), caching: Caching::Public, headers: Vec::new() }
    }

    /// A refusal, in words that repeat nothing of the question.
    pub fn refusal(status: u16, why: &'static str) -> Answer {
        Answer {
            status,
            kind: TEXT,
            body: Bytes::from_static(why.as_bytes()),
            caching: Caching::No,
            headers: Vec::new(),
        }
    }

    /// No such thing here. Never 200 with a page, and never 401: clients would stop looking elsewhere.
    pub fn not_found() -> Answer {
        Answer::refusal(404, "not found\n")
    }

    /// For one user only.
    pub fn personal(self) -> Answer {
        Answer { caching: Caching::No, ..self }
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}
