//! Microsoft's Autodiscover: [`pox`] with XML ("plain old XML", MS-OXDSCLI), [`v2`] with JSON.
//!
//! [`request`] reads what clients post, [`protocol`] says what of an account the format can express. Redirections,
//! ActiveSync, Exchange's own services and eM Client's CalDAV and CardDAV blocks are not written: the first need a second
//! host, the next two a server that no mail host of ours has, and strict readers (crate `ms-autodiscover`) refuse a whole
//! answer for one `Type` that they do not know.

pub mod pox;
pub mod protocol;
pub mod request;
pub mod v2;

pub use protocol::thunderbird_reads;
