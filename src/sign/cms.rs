//! CMS SignedData (RFC 5652) with the content inside, in DER: what Apple's devices read as a signed profile.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, DigestAlgorithmIdentifiers, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo,
    SignerInfos,
};
use x509_cert::Certificate;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::der::asn1::{Null, ObjectIdentifier, OctetString, SetOfVec};
use x509_cert::der::{Any, Encode, Error, ErrorKind, Tag};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::key::Key;

/// RFC 5652 sections 4, 5.1, 11.1 and 11.2.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// RFC 5754 sections 2.2, 3.2 and 3.3.
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// All of a signature that is the same for every content.
pub(super) struct Envelope {
    certificates: CertificateSet,
    signer: SignerIdentifier,
    digest: AlgorithmIdentifierOwned,
    signature: AlgorithmIdentifierOwned,
}

impl Envelope {
    /// For a certificate, those included with it, and its key.
    pub fn new(leaf: &Certificate, included: &[&Certificate], key: &Key) -> Result<Envelope, Error> {
        let choices: Vec<_> = included.iter().map(|c| CertificateChoices::Certificate((*c).clone())).collect();
        let signature = match key {
            // The parameters are NULL for RSA and absent for ECDSA and SHA-256.
            Key::Rsa(_) => AlgorithmIdentifierOwned { oid: RSA, parameters: Some(Any::encode_from(&Null)?) },
            Key::P256(_) | Key::P384(_) => AlgorithmIdentifierOwned { oid: ECDSA_SHA256, parameters: None },
        };
        Ok(Envelope {
            certificates: CertificateSet(SetOfVec::try_from(choices)?),
            signer: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: leaf.tbs_certificate.issuer.clone(),
                serial_number: leaf.tbs_certificate.serial_number.clone(),
            }),
            digest: AlgorithmIdentifierOwned { oid: SHA256, parameters: None },
            signature,
        })
    }

    /// The signed content.
    pub fn sign(&self, key: &Key, content: &[u8]) -> Result<Vec<u8>, Error> {
        let digest = ring::digest::digest(&ring::digest::SHA256, content);
        let attribute = |oid, value: Any| -> Result<Attribute, Error> {
            Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
        };
        let attributes: Attributes = SetOfVec::try_from(vec![
            attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
            attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(digest.as_ref())?)?)?,
        ])?;
        // RFC 5652 section 5.4: signed with the tag of a set, kept with a tag of its own.
        let signature = key.sign(&attributes.to_der()?).ok_or(Error::from(ErrorKind::Failed))?;
        let signed = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: DigestAlgorithmIdentifiers::try_from(vec![self.digest.clone()])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: DATA,
                econtent: Some(Any::new(Tag::OctetString, content)?),
            },
            certificates: Some(self.certificates.clone()),
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![SignerInfo {
                version: CmsVersion::V1,
                sid: self.signer.clone(),
                digest_alg: self.digest.clone(),
                signed_attrs: Some(attributes),
                signature_algorithm: self.signature.clone(),
                signature: OctetString::new(signature)?,
                unsigned_attrs: None,
            }])?),
        };
        ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
    }
}
