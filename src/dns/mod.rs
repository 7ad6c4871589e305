//! DNS records for what is published: which ones, as text, and whether the real DNS has them.
//!
//! [`records`] says what a domain needs and why (pure: a [`crate::site::Site`] in, records out), [`zone`] writes them as
//! lines of a zone file, [`compare`] holds answers against them (pure), [`check`] is the only one that asks the DNS.
//! Nothing here writes into a zone, and no name above a domain of the files is ever asked for: that is how a client once
//! leaked passwords to whoever owned `autodiscover.` of a top-level domain.

pub mod check;
pub mod compare;
pub mod records;
pub mod zone;
