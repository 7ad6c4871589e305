//! Keys: PKCS #8 (RFC 5958), SEC 1 (RFC 5915) and PKCS #1 (RFC 8017) in PEM; RSA of 2048 to 4096 bits, P-256 and P-384.
//!
//! The certificate says of which kind the key has to be; a key that is not its own is refused. No key is ever shown.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::pkcs8::DecodePrivateKey;
use ring::rsa;
use ring::signature::RSA_PKCS1_SHA256;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use x509_cert::Certificate;
use x509_cert::der::oid::ObjectIdentifier;

use super::place;
use crate::account::{Said, Text};
use crate::problem::Problem;

/// RFC 8017 appendix C, RFC 5480 section 2.1.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// A private key.
pub(super) enum Key {
    Rsa(Box<rsa::KeyPair>),
    P256(p256::ecdsa::SigningKey),
    P384(Box<p384::ecdsa::SigningKey>),
}

impl Key {
    /// Its kind, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "RSA",
            Key::P256(_) => "P-256",
            Key::P384(_) => "P-384",
        }
    }

    /// The signature over SHA-256 of `message`.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let digest = ring::digest::digest(&ring::digest::SHA256, message);
        match self {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // PKCS #1 v1.5 asks for randomness to blind the computation only; it does not show in the result.
                let random = ring::rand::SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(digest.as_ref()).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
            Key::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(digest.as_ref()).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
        }
    }

    /// What stands in its certificate as the public key.
    fn public(&self) -> Vec<u8> {
        match self {
            Key::Rsa(pair) => pair.public().as_ref().to_vec(),
            Key::P256(key) => key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
            Key::P384(key) => key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
        }
    }

    /// Whether a certificate is about it.
    fn is_of(&self, certificate: &Certificate) -> bool {
        certificate.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes() == self.public()
    }
}

/// The key of a PEM file, and the certificate that is about it: the first one, unless somebody put the chain before it.
pub(super) fn find<'c>(
    said: &Said<Text>,
    pem: &[u8],
    certificates: &'c [Certificate],
) -> Result<(Key, &'c Certificate), Box<Problem>> {
    let refuse = |code, message: String, why: String, fix: &str| {
        Err(Box::new(Problem::error(code, place(said), message).because(why).fix(fix)))
    };
    let locked = String::from_utf8_lossy(pem).contains("ENCRYPTED");
    let Some(der) = PrivateKeyDer::from_pem_slice(pem).ok().filter(|_| !locked) else {
        if locked {
            return refuse(
                "key-encrypted",
                format!("the key {} has a passphrase", said.value),
                "nobody is there to type it".into(),
                "take it off with `openssl pkey -in KEY -out NEW`, and let nobody else read the new file",
            );
        }
        return refuse(
            "no-key",
            format!("there is no private key in {}", said.value),
            "a PEM file with a line `-----BEGIN PRIVATE KEY-----` is wanted".into(),
            "name the file with the key; certbot calls it privkey.pem",
        );
    };
    let mut unusable = None;
    for certificate in certificates {
        match of_kind(&der, certificate) {
            Ok(key) if key.is_of(certificate) => return Ok((key, certificate)),
            Ok(_) => {}
            Err(why) => unusable = unusable.or(Some(why)),
        }
    }
    // A key that is of no certificate's kind, and a certificate of a kind that cannot sign, are told by the first one.
    match certificates.first().map(|c| of_kind(&der, c)) {
        Some(Err(why)) => refuse(
            "key-unusable",
            format!("the key {} cannot sign for this certificate", said.value),
            why,
            "RSA of 2048 to 4096 bits, P-256 and P-384 are signed with",
        ),
        _ => refuse(
            "key-mismatch",
            format!("the key {} is not the certificate's", said.value),
            "their public keys differ".into(),
            "name the two files that were made together",
        ),
    }
}

/// The key, read as the kind that a certificate is about; else why it is none.
fn of_kind(der: &PrivateKeyDer<'_>, certificate: &Certificate) -> Result<Key, String> {
    let algorithm = &certificate.tbs_certificate.subject_public_key_info.algorithm;
    if algorithm.oid == RSA {
        let pair = match der {
            PrivateKeyDer::Pkcs1(key) => rsa::KeyPair::from_der(key.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(key) => rsa::KeyPair::from_pkcs8(key.secret_pkcs8_der()),
            _ => return Err("the certificate is about an RSA key, and this is an elliptic one".into()),
        };
        return pair.map(|p| Key::Rsa(Box::new(p))).map_err(|e| format!("as an RSA key it is refused: {e}"));
    }
    let curve = algorithm.parameters.as_ref().and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
    let other = || "the certificate is about a key of another kind".to_owned();
    if algorithm.oid == EC && curve == Some(P256) {
        let key = match der {
            PrivateKeyDer::Sec1(key) => p256::SecretKey::from_sec1_der(key.secret_sec1_der()).ok(),
            PrivateKeyDer::Pkcs8(key) => p256::SecretKey::from_pkcs8_der(key.secret_pkcs8_der()).ok(),
            _ => None,
        };
        return key.map(|k| Key::P256(k.into())).ok_or_else(other);
    }
    if algorithm.oid == EC && curve == Some(P384) {
        let key = match der {
            PrivateKeyDer::Sec1(key) => p384::SecretKey::from_sec1_der(key.secret_sec1_der()).ok(),
            PrivateKeyDer::Pkcs8(key) => p384::SecretKey::from_pkcs8_der(key.secret_pkcs8_der()).ok(),
            _ => None,
        };
        return key.map(|k| Key::P384(Box::new(k.into()))).ok_or_else(other);
    }
    let name = match algorithm.oid.to_string().as_str() {
        "1.3.101.112" => "Ed25519, which Apple's devices do not verify here".to_owned(),
        "1.2.840.113549.1.1.10" => "RSA for PSS only".to_owned(),
        oid => format!("the algorithm {oid}"),
    };
    Err(format!("the certificate is about {name}"))
}
