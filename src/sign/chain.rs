//! Certificates, judged as a device will judge them: their time, their purpose, and whether they lead to a root.
//!
//! Apple's devices take the signature of a TLS server's, a mail (S/MIME) or a code signing certificate. Revocation is
//! not looked at: that would ask the network.

use std::time::{Duration, SystemTime};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

use super::place;
use crate::account::{Said, Text};
use crate::problem::Problem;

/// The certificates of a PEM file.
pub(super) fn certificates(said: &Said<Text>, pem: &[u8]) -> Result<Vec<Certificate>, Box<Problem>> {
    let refuse = |why: String| {
        Err(Box::new(
            Problem::error("no-certificate", place(said), format!("there is no certificate in {}", said.value))
                .because(why)
                .fix("name a PEM file with the certificate and its chain; certbot calls it fullchain.pem"),
        ))
    };
    let mut found = Vec::new();
    for item in CertificateDer::pem_slice_iter(pem) {
        let der = match item {
            Ok(der) => der,
            Err(error) => return refuse(error.to_string()),
        };
        match Certificate::from_der(&der) {
            Ok(certificate) => found.push(certificate),
            Err(error) => return refuse(error.to_string()),
        }
    }
    if found.is_empty() {
        return refuse("a PEM file with a line `-----BEGIN CERTIFICATE-----` is wanted".into());
    }
    Ok(found)
}

/// The certificate and what leads from it to a root, without the root: what a device needs, and no more.
pub(super) fn included<'c>(leaf: &'c Certificate, all: &'c [Certificate]) -> Vec<&'c Certificate> {
    let mut chain = vec![leaf];
    while let Some(last) = chain.last() {
        let issuer = &last.tbs_certificate.issuer;
        let above = all.iter().find(|c| {
            c.tbs_certificate.subject == *issuer && c.tbs_certificate.issuer != *issuer && !chain.contains(c)
        });
        match above {
            Some(above) if !is_its_own(last) => chain.push(above),
            _ => break,
        }
    }
    chain
}

fn is_its_own(certificate: &Certificate) -> bool {
    certificate.tbs_certificate.subject == certificate.tbs_certificate.issuer
}

/// When a certificate begins.
pub(super) fn begin(certificate: &Certificate) -> SystemTime {
    certificate.tbs_certificate.validity.not_before.to_system_time()
}

/// When a certificate ends.
pub(super) fn end(certificate: &Certificate) -> SystemTime {
    certificate.tbs_certificate.validity.not_after.to_system_time()
}

/// What keeps a device from trusting the signature.
pub(super) fn faults(
    said: &Said<Text>,
    leaf: &Certificate,
    all: &[Certificate],
    roots: &[CertificateDer<'static>],
    now: SystemTime,
) -> Vec<Problem> {
    let chain = included(leaf, all);
    let mut faults = Vec::new();
    let mut add = |code, message: String, why: String, fix: &str| {
        faults.push(Problem::error(code, place(said), message).because(why).fix(fix));
    };
    // Each is looked at at a time when it is good, so that time hides no other fault.
    let mut at = now;
    for certificate in &chain {
        let (begins, ends) = (begin(certificate), end(certificate));
        let name = &certificate.tbs_certificate.subject;
        if now > ends {
            add(
                "certificate-expired",
                format!("the certificate of {name} has expired"),
                format!(
                    "it ended on {}; devices show what it signs as not signed",
                    humantime::format_rfc3339_seconds(ends)
                ),
                "renew it; `--force` signs all the same",
            );
            at = at.min(ends);
        } else if now < begins {
            add(
                "certificate-not-yet-valid",
                format!("the certificate of {name} is not valid yet"),
                format!("it begins on {}", humantime::format_rfc3339_seconds(begins)),
                "check this machine's clock; `--force` signs all the same",
            );
            at = at.max(begins);
        }
    }
    let usage = leaf.tbs_certificate.get::<KeyUsage>().ok().flatten().map(|(_, usage)| usage.0);
    if usage.is_some_and(|u| !u.contains(KeyUsages::DigitalSignature) && !u.contains(KeyUsages::NonRepudiation)) {
        add(
            "certificate-purpose",
            format!("the certificate of {} is not for signatures", leaf.tbs_certificate.subject),
            "its key usage (RFC 5280, section 4.2.1.3) leaves them out".into(),
            "sign with a TLS server's, an S/MIME or a code signing certificate",
        );
    }
    let Some(error) = verify(leaf, &chain, roots, at) else {
        return faults;
    };
    let last = chain.last().copied().unwrap_or(leaf);
    let issuer = &last.tbs_certificate.issuer;
    let name = &leaf.tbs_certificate.subject;
    const FORCE: &str = "`--force` signs all the same, for devices that know another root";
    match error {
        _ if roots.is_empty() => add(
            "no-roots",
            "this system has no trusted roots to hold the certificate against".into(),
            "its store of certificates is missing or empty".into(),
            "install the package ca-certificates, or name a file in SSL_CERT_FILE",
        ),
        Error::UnknownIssuer | Error::CaUsedAsEndEntity if is_its_own(leaf) => add(
            "certificate-self-signed",
            format!("the certificate of {name} has signed itself"),
            "a device says `Not Verified`, which looks worse than no signature".into(),
            "sign with a certificate of a public authority, such as the server's own, or leave `sign` out",
        ),
        Error::UnknownIssuer if all.iter().any(|c| is_its_own(c) && c.tbs_certificate.subject == *issuer) => add(
            "chain-untrusted",
            format!("the certificate of {name} leads to a root that is not trusted here: {issuer}"),
            "a device says `Not Verified`, which looks worse than no signature".into(),
            FORCE,
        ),
        Error::UnknownIssuer => add(
            "chain-incomplete",
            format!("the chain of {name} ends before a trusted root"),
            format!("neither the files nor this system have the certificate of {issuer}"),
            "add the authority's intermediate certificates to the file, or name them as `chain`; `--force` signs all the same",
        ),
        Error::RequiredEkuNotFoundContext(_) => add(
            "certificate-purpose",
            format!("the certificate of {name} is for something else"),
            "its extended key usage names neither TLS servers nor mail nor code".into(),
            "sign with a TLS server's, an S/MIME or a code signing certificate",
        ),
        Error::UnsupportedCertVersion => add(
            "certificate-version",
            format!("the certificate of {name}, or one of its chain, is of an old version of X.509"),
            "devices and browsers take version 3 alone".into(),
            "sign with a certificate of a public authority, such as the server's own",
        ),
        other => add(
            "chain-untrusted",
            format!("the certificate of {name} is not trusted here"),
            format!("it does not pass the checks of X.509: {other}"),
            FORCE,
        ),
    }
    faults
}

/// Holds a chain against the roots at a time.
fn verify(
    leaf: &Certificate,
    chain: &[&Certificate],
    roots: &[CertificateDer<'static>],
    at: SystemTime,
) -> Option<Error> {
    let der = |c: &Certificate| c.to_der().map(CertificateDer::from);
    let anchors: Vec<_> = roots.iter().filter_map(|r| webpki::anchor_from_trusted_cert(r).ok()).collect();
    let Ok(leaf) = der(leaf) else { return Some(Error::BadDer) };
    let intermediates: Vec<_> = chain.iter().skip(1).filter_map(|c| der(c).ok()).collect();
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let certificate = match EndEntityCert::try_from(&leaf) {
        Ok(certificate) => certificate,
        Err(error) => return Some(error),
    };
    certificate
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &intermediates,
            UnixTime::since_unix_epoch(since),
            Purpose,
            None,
            None,
        )
        .err()
}

/// What a certificate may be for.
struct Purpose;

impl ExtendedKeyUsageValidator for Purpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        /// RFC 5280 section 4.2.1.12: TLS servers, code, mail, any.
        const FINE: &[&[usize]] = &[
            &[1, 3, 6, 1, 5, 5, 7, 3, 1],
            &[1, 3, 6, 1, 5, 5, 7, 3, 3],
            &[1, 3, 6, 1, 5, 5, 7, 3, 4],
            &[2, 5, 29, 37, 0],
        ];
        let mut present = Vec::new();
        for purpose in purposes {
            let oid = purpose?.to_decoded_oid();
            if FINE.contains(&oid.as_slice()) {
                return Ok(());
            }
            present.push(oid);
        }
        // A certificate without the extension may be used for anything.
        if present.is_empty() {
            return Ok(());
        }
        Err(Error::RequiredEkuNotFoundContext(webpki::RequiredEkuNotFoundContext {
            required: webpki::KeyUsage::server_auth(),
            present,
        }))
    }
}
