//! The server's own certificate, for hosts without a proxy.

use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;

use super::state::TlsConfig;
use super::validity::Validity;
use crate::account::hosting::Certificate;
use crate::problem::Problem;

/// Reads certificate, chain and key. One that has ended is served all the same: clients decide. How long it is good comes
/// with it; `None` where it is of a form that only rustls can read.
pub(super) fn load(files: &Certificate) -> Result<(TlsConfig, Option<Validity>), Box<Problem>> {
    let problem = |said: &crate::account::Said<crate::account::Text>, why: String| {
        Box::new(
            Problem::error("no-certificate", said.origin.place(), "this cannot be used for TLS")
                .because(why)
                .fix("name PEM files that the server may read: a certificate with its chain, and its key"),
        )
    };
    let read = |said: &crate::account::Said<crate::account::Text>| {
        CertificateDer::pem_file_iter(said.as_str())
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|e| problem(said, e.to_string()))
    };
    let mut chain = read(&files.certificate)?;
    if chain.is_empty() {
        return Err(problem(&files.certificate, "no certificate stands in it".to_owned()));
    }
    if let Some(more) = &files.chain {
        chain.extend(read(more)?);
    }
    let key = PrivateKeyDer::from_pem_file(files.key.as_str()).map_err(|e| problem(&files.key, e.to_string()))?;
    // The first is the server's own. An authority's that has ended may lead to a root by another way.
    let validity = chain.first().and_then(|der| Validity::of(der));
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| problem(&files.certificate, e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| problem(&files.key, e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), validity))
}
