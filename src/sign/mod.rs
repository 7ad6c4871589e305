//! Signs configuration profiles: CMS SignedData (RFC 5652), so that an Apple device says who a profile is from.
//!
//! [`key`] reads keys, [`chain`] judges certificates, [`cms`] writes the signature. The same profile and key give the same
//! bytes everywhere, so that N replicas serve one file and an export can be compared: RSA with PKCS #1 v1.5 has no
//! randomness, ECDSA takes its nonce from key and content (RFC 6979, which `ring` cannot). For the same reason there is no
//! signing time; a device wants none and judges the certificate when the profile is installed.
//!
//! A signature that no device trusts looks worse than none, so that a certificate which has expired, is not trusted or is
//! for something else is refused, unless asked for by force. Nothing here looks at the clock: the caller says how late it is.

mod chain;
mod cms;
mod key;

use std::fmt;
use std::fs;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use crate::account::hosting::Certificate;
use crate::account::{Said, Text};
use crate::problem::{Problem, Severity};
use key::Key;

/// A key with its certificate chain.
pub struct Signer {
    key: Key,
    envelope: cms::Envelope,
    begins: SystemTime,
    ends: SystemTime,
    /// Signs whatever the time.
    force: bool,
}

impl fmt::Debug for Signer {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("kind", &self.key.kind()).field("ends", &self.ends).finish_non_exhaustive()
    }
}

/// The certificates that are trusted from the start.
#[derive(Debug)]
pub struct Roots(Vec<CertificateDer<'static>>);

impl Roots {
    /// Those of this system; `SSL_CERT_FILE` and `SSL_CERT_DIR` say where else they are.
    pub fn system() -> Roots {
        Roots(rustls_native_certs::load_native_certs().certs)
    }

    /// These and no others.
    pub fn only(certificates: Vec<CertificateDer<'static>>) -> Roots {
        Roots(certificates)
    }
}

impl Signer {
    /// Reads the files and looks at them as a device would at `now`, with this system's roots. With the signer come
    /// warnings; with `force`, what would keep a device from trusting the signature is one.
    ///
    /// # Errors
    /// Files that cannot be read, a key that is not the certificate's; and, without `force`, whatever keeps a device from
    /// trusting the signature.
    pub fn load(files: &Certificate, force: bool, now: SystemTime) -> Result<(Signer, Vec<Problem>), Vec<Problem>> {
        Signer::trusting(files, &Roots::system(), force, now)
    }

    /// The same with these roots.
    ///
    /// # Errors
    /// As for [`load`](Signer::load).
    pub fn trusting(
        files: &Certificate,
        roots: &Roots,
        force: bool,
        now: SystemTime,
    ) -> Result<(Signer, Vec<Problem>), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut certificates = Vec::new();
        for said in [Some(&files.certificate), files.chain.as_ref()].into_iter().flatten() {
            match read(said, "certificate").and_then(|pem| chain::certificates(said, &pem)) {
                Ok(read) => certificates.extend(read),
                Err(problem) => problems.push(*problem),
            }
        }
        let pem = read(&files.key, "key");
        if !problems.is_empty() {
            problems.extend(pem.err().map(|p| *p));
            return Err(problems);
        }
        let (key, leaf) =
            pem.and_then(|pem| key::find(&files.key, &pem, &certificates)).map_err(|problem| vec![*problem])?;
        let mut problems = chain::faults(&files.certificate, leaf, &certificates, &roots.0, now);
        if force {
            for problem in &mut problems {
                problem.severity = Severity::Warning;
            }
        }
        if problems.iter().any(|p| p.severity == Severity::Error) {
            return Err(problems);
        }
        let included = chain::included(leaf, &certificates);
        let begins = included.iter().map(|c| chain::begin(c)).max().unwrap_or(now);
        let ends = included.iter().map(|c| chain::end(c)).min().unwrap_or(now);
        match cms::Envelope::new(leaf, &included, &key) {
            Ok(envelope) => Ok((Signer { key, envelope, begins, ends, force }, problems)),
            Err(error) => Err(vec![
                Problem::error(
                    "certificate-unusable",
                    place(&files.certificate),
                    "the certificate cannot be put into a signature",
                )
                .because(error.to_string())
                .fix("sign with a certificate of a public authority, such as the server's own"),
            ]),
        }
    }

    /// When the first certificate of the chain ends, and with it the signature.
    pub fn ends(&self) -> SystemTime {
        self.ends
    }

    /// When the last certificate of the chain begins.
    pub fn begins(&self) -> SystemTime {
        self.begins
    }

    /// Whether devices will still take a signature at this time; with `force`, whether they do or not.
    pub fn signs_at(&self, now: SystemTime) -> bool {
        self.force || now <= self.ends
    }

    /// Whether it signs whatever the time.
    pub fn is_forced(&self) -> bool {
        self.force
    }

    /// The signed form of a profile, DER with the profile inside. The same bytes every time. Pure computing, some
    /// milliseconds with RSA of 4096 bits: whoever signs for many at once limits how many.
    ///
    /// # Errors
    /// When the key cannot sign, which no profile brings about.
    pub fn sign(&self, profile: &[u8]) -> Result<Vec<u8>, Failed> {
        self.envelope.sign(&self.key, profile).map_err(|_| Failed)
    }
}

/// Signing did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the profile cannot be signed")
    }
}

impl std::error::Error for Failed {}

fn place(said: &Said<Text>) -> Option<crate::problem::Place> {
    said.origin.place()
}

fn read(said: &Said<Text>, what: &str) -> Result<Vec<u8>, Box<Problem>> {
    fs::read(said.value.as_str()).map_err(|error| {
        Box::new(
            Problem::error("cannot-read", place(said), format!("the {what} {} cannot be read", said.value))
                .because(error.to_string())
                .fix("check the path, and that whoever runs this may read the file"),
        )
    })
}
