//! Microsoft's Autodiscover: [`pox`] with XML, [`v2`] with JSON.

pub mod pox;
pub mod v2;
