use std::time::{Duration, SystemTime};

use pem_rfc7468::LineEnding;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Certificate, CertificateError, Provider, PublicKeyAlgorithm, Secret, SignatureScheme};

const CERTIFICATE: &str = "CERTIFICATE";
const PRIVATE_KEY: &str = "PRIVATE KEY";

impl Certificate {
    /// The certificate, those that issued it and its private key (PKCS #8) as PEM (RFC 7468), or
    /// `None` if the key does not leave its provider.
    #[must_use]
    pub fn to_pem(&self) -> Option<Zeroizing<String>> {
        let key = self.key().export()?;
        let mut key =
            pem_rfc7468::encode_string(PRIVATE_KEY, LineEnding::LF, key.as_bytes()).ok()?;
        let mut chain = String::new();
        for der in self.chain() {
            chain.push_str(&pem_rfc7468::encode_string(CERTIFICATE, LineEnding::LF, der).ok()?);
        }
        let mut text = Zeroizing::new(String::with_capacity(chain.len() + key.len()));
        text.push_str(&chain);
        text.push_str(&key);
        key.zeroize();
        Some(text)
    }

    /// Reads a certificate, those that issued it, and its private key (PKCS #8, unencrypted) from
    /// PEM (RFC 7468). The first certificate is that of the key, the others follow in the order of
    /// [`with_issuers`](Self::with_issuers); the first key counts. Other blocks and text between
    /// them do not.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Malformed`] if a block is missing or malformed or the two do not belong
    /// together, [`CertificateError::Disordered`] if the certificates are no chain,
    /// [`CertificateError::Unsupported`] if `provider` lacks the scheme of the key.
    pub fn from_pem(provider: &Provider, text: &str) -> Result<Self, CertificateError> {
        let (der, mut rest) = block(text, CERTIFICATE).ok_or(CertificateError::Malformed)?;
        let (key, _) = block(text, PRIVATE_KEY).ok_or(CertificateError::Malformed)?;
        let key = Secret::new(key);
        let public_key = Self::public_key_of(&der)?;
        let scheme = match public_key.algorithm() {
            PublicKeyAlgorithm::EcP256 => SignatureScheme::EcdsaSecp256r1Sha256,
            PublicKeyAlgorithm::EcP384 => SignatureScheme::EcdsaSecp384r1Sha384,
            PublicKeyAlgorithm::Rsa => SignatureScheme::RsaPkcs1Sha256,
            PublicKeyAlgorithm::Ed25519 | PublicKeyAlgorithm::Other => {
                return Err(CertificateError::Unsupported);
            }
        };
        let signature = provider
            .signature(scheme)
            .ok_or(CertificateError::Unsupported)?;
        let key = signature
            .import(key.as_bytes())
            .map_err(|_| CertificateError::Malformed)?;
        if key.public_key() != public_key.spki() {
            return Err(CertificateError::Malformed);
        }
        let expires = not_after(&der).ok_or(CertificateError::Malformed)?;
        let mut issuers = Vec::new();
        while rest.contains("-----BEGIN CERTIFICATE-----") {
            let (issuer, after) = block(rest, CERTIFICATE).ok_or(CertificateError::Malformed)?;
            issuers.push(issuer);
            rest = after;
        }
        Self::from_parts(der, key, expires).with_issuers(issuers)
    }
}

/// The octets of the first block of `label`, and the text behind it.
fn block<'a>(text: &'a str, label: &str) -> Option<(Vec<u8>, &'a str)> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let (_, rest) = text.split_once(&begin)?;
    let (content, after) = rest.split_once(&end)?;
    let pem = Zeroizing::new(format!("{begin}{content}{end}"));
    let (_, octets) = pem_rfc7468::decode_vec(pem.as_bytes()).ok()?;
    Some((octets, after))
}

fn not_after(der: &[u8]) -> Option<SystemTime> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let seconds = u64::try_from(certificate.validity().not_after.timestamp()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
