#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use x509_parser::asn1_rs::{Any, Class, FromDer as _, Oid, Tag};
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
    OID_SIG_ED25519,
};
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::{Certificate, CertificateError};

/// The public key in a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PublicKey<'a> {
    spki: &'a [u8],
    algorithm: PublicKeyAlgorithm,
}

impl<'a> PublicKey<'a> {
    /// The SubjectPublicKeyInfo in DER, as [`Signature::verify`](crate::Signature::verify) takes
    /// it.
    #[must_use]
    pub const fn spki(&self) -> &'a [u8] {
        self.spki
    }

    /// The kind of key.
    #[must_use]
    pub const fn algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }
}

/// Kinds of public keys.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PublicKeyAlgorithm {
    /// A point of P-256, by the name of the curve.
    EcP256,
    /// A point of P-384, by the name of the curve.
    EcP384,
    /// Ed25519.
    Ed25519,
    /// RSA.
    Rsa,
    /// Something else; also a curve given by its parameters, which are not looked at.
    Other,
}

impl Certificate {
    /// Reads the public key of a certificate in DER, and nothing else of it.
    ///
    /// WebRTC trusts a certificate by its fingerprint, so that dates, names, serial numbers,
    /// extensions and the signature do not count; they are stepped over, not parsed.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Malformed`] if there is no key where RFC 5280, section 4.1, has it, or
    /// if octets follow the certificate.
    pub fn public_key_of(der: &[u8]) -> Result<PublicKey<'_>, CertificateError> {
        read(der).ok_or(CertificateError::Malformed)
    }
}

/// Steps to the seventh field of the TBSCertificate:
///
/// ```text
/// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
/// TBSCertificate ::= SEQUENCE { version [0] OPTIONAL, serialNumber, signature, issuer,
///                               validity, subject, subjectPublicKeyInfo, .. }
/// ```
fn read(der: &[u8]) -> Option<PublicKey<'_>> {
    let (certificate, after) = sequence(der)?;
    if !after.is_empty() {
        return None;
    }
    let (mut fields, _) = sequence(certificate)?;
    let (rest, first) = Any::from_der(fields).ok()?;
    if first.class() == Class::ContextSpecific && first.tag() == Tag(0) {
        fields = rest;
    }
    for tag in [
        Tag::Integer,
        Tag::Sequence,
        Tag::Sequence,
        Tag::Sequence,
        Tag::Sequence,
    ] {
        let (rest, field) = Any::from_der(fields).ok()?;
        if field.class() != Class::Universal || field.tag() != tag {
            return None;
        }
        fields = rest;
    }
    let (rest, key) = SubjectPublicKeyInfo::from_der(fields).ok()?;
    let spki = fields.get(..fields.len().checked_sub(rest.len())?)?;
    Some(PublicKey {
        spki,
        algorithm: algorithm(&key.algorithm),
    })
}

/// The content of the sequence that `der` begins with, and what follows it.
fn sequence(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (after, any) = Any::from_der(der).ok()?;
    let is_sequence = any.class() == Class::Universal && any.tag() == Tag::Sequence;
    is_sequence.then_some((any.data, after))
}

fn algorithm(identifier: &AlgorithmIdentifier<'_>) -> PublicKeyAlgorithm {
    let kind = &identifier.algorithm;
    if *kind == OID_PKCS1_RSAENCRYPTION {
        return PublicKeyAlgorithm::Rsa;
    }
    if *kind == OID_SIG_ED25519 {
        return PublicKeyAlgorithm::Ed25519;
    }
    if *kind != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return PublicKeyAlgorithm::Other;
    }
    // The conversion does not look at the tag.
    let name = identifier
        .parameters
        .as_ref()
        .filter(|any| any.class() == Class::Universal && any.tag() == Tag::Oid)
        .and_then(|any| Oid::try_from(any).ok());
    match name {
        Some(curve) if curve == OID_EC_P256 => PublicKeyAlgorithm::EcP256,
        Some(curve) if curve == OID_NIST_EC_P384 => PublicKeyAlgorithm::EcP384,
        _ => PublicKeyAlgorithm::Other,
    }
}
