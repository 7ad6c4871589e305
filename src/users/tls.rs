//! TLS to a directory: always with a valid certificate, by the system's authorities or by the one that is named.

use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use crate::account::{Said, Text};
use crate::problem::Problem;

/// A client's half of TLS.
///
/// # Errors
/// A file of authorities that cannot be read, or has none.
pub async fn client(ca: Option<&Said<Text>>) -> Result<Arc<ClientConfig>, Box<Problem>> {
    let ca = ca.cloned();
    // Hundreds of files in a system's store, or a disk that hangs: requests must not.
    let roots = match tokio::task::spawn_blocking(move || trusted(ca.as_ref())).await {
        Ok(roots) => roots?,
        Err(_) => return Err(super::unreadable(None, "the server is stopping".to_owned())),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| super::unreadable(None, e.to_string()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// The authorities.
fn trusted(ca: Option<&Said<Text>>) -> Result<RootCertStore, Box<Problem>> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(file) => {
            let problem = |why: String| {
                Box::new(
                    Problem::error("no-authority", file.origin.place(), "`ca` has no certificate of an authority")
                        .because(format!("{}: {why}", file.value))
                        .fix("name a PEM file with the authority's certificate"),
                )
            };
            let read = CertificateDer::pem_file_iter(file.value.as_str()).map_err(|e| problem(e.to_string()))?;
            for certificate in read {
                let certificate = certificate.map_err(|e| problem(e.to_string()))?;
                roots.add(certificate).map_err(|e| problem(e.to_string()))?;
            }
            if roots.is_empty() {
                return Err(problem("no certificate stands in it".to_owned()));
            }
        }
        // One that cannot be read is one that nothing is signed by.
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(roots)
}

/// Whether TLS itself failed, which waiting does not mend.
pub fn is_refusal(error: &std::io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
}
