//! PACC: `/.well-known/user-agent-configuration.json` (draft-ietf-mailmaint-pacc).

use bytes::Bytes;

use super::{Answer, Found};
use crate::account::Hosting;

pub(super) fn answer(_found: Option<Found<'_>>) -> Answer {
    Answer::not_found()
}

/// The document of a domain, the same bytes every time; `None` when it cannot say what the servers are.
pub fn document(_hosting: &Hosting, _found: &Found<'_>) -> Option<Bytes> {
    None
}
