//! `RTCCertificate` and how one is made (webrtc-pc, section 4.9).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stonechat_crypto::{
    CertificateError, CertificateParams, HashAlgorithm, Provider, Random, SignatureScheme,
};

use crate::error::{Error, ErrorName};

/// The validity of a certificate if nothing else is asked for: 30 days.
const DEFAULT_VALIDITY: Duration = Duration::from_millis(2_592_000_000);

/// The longest validity: 365 days.
const MAX_VALIDITY: Duration = Duration::from_millis(31_536_000_000);

/// The public exponent of keys of RSA.
const PUBLIC_EXPONENT: u64 = 65_537;

/// The modulus of keys of RSA, in bits.
const MODULUS_LENGTH: u32 = 2048;

/// `RTCCertificate`: a certificate, its private key and its fingerprints.
///
/// Cheap to clone. Two are equal if the certificate in DER is the same, which is what
/// `setConfiguration()` compares.
#[derive(Clone, Debug)]
pub struct Certificate {
    inner: stonechat_crypto::Certificate,
    expires: SystemTime,
    fingerprints: Arc<[DtlsFingerprint]>,
}

/// `RTCDtlsFingerprint` (webrtc-pc, section 5.5.2).
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct DtlsFingerprint {
    /// The name of the hash function, such as `sha-256`.
    pub algorithm: String,
    /// The digest in lower-case hexadecimal, octets separated by colons.
    pub value: String,
}

/// The `AlgorithmIdentifier` of `generateCertificate()`: what kind of key to make.
///
/// Made are `ECDSA` on P-256 and P-384, and `RSASSA-PKCS1-v1_5` with 2048 bits, the exponent
/// 65,537 and SHA-256; anything else is refused by `NotSupportedError`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeygenAlgorithm {
    /// `EcKeyGenParams` with the name `ECDSA`.
    Ecdsa {
        /// `namedCurve`, such as `P-256`.
        named_curve: String,
    },
    /// `RsaHashedKeyGenParams` with the name `RSASSA-PKCS1-v1_5`.
    RsassaPkcs1V1_5 {
        /// `modulusLength`, in bits.
        modulus_length: u32,
        /// `publicExponent`.
        public_exponent: u64,
        /// `hash`, such as `SHA-256`.
        hash: String,
    },
    /// An algorithm by its name alone, as a string in place of a dictionary says it.
    Named(String),
}

impl Default for KeygenAlgorithm {
    fn default() -> Self {
        Self::ecdsa_p256()
    }
}

impl KeygenAlgorithm {
    /// `{ name: "ECDSA", namedCurve: "P-256" }`.
    #[must_use]
    pub fn ecdsa_p256() -> Self {
        Self::Ecdsa {
            named_curve: String::from("P-256"),
        }
    }

    /// `{ name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: 65537, hash: "SHA-256" }`.
    #[must_use]
    pub fn rsa_2048() -> Self {
        Self::RsassaPkcs1V1_5 {
            modulus_length: MODULUS_LENGTH,
            public_exponent: PUBLIC_EXPONENT,
            hash: String::from("SHA-256"),
        }
    }

    /// What of cryptography it asks for.
    ///
    /// # Errors
    ///
    /// `NotSupportedError` if no certificate is made with such a key.
    pub fn scheme(&self) -> Result<SignatureScheme, Error> {
        let unsupported = |text: String| Err(Error::new(ErrorName::NotSupportedError, text));
        match self {
            Self::Ecdsa { named_curve } => match named_curve.as_str() {
                "P-256" => Ok(SignatureScheme::EcdsaSecp256r1Sha256),
                "P-384" => Ok(SignatureScheme::EcdsaSecp384r1Sha384),
                _ => unsupported(format!(
                    "no certificate has a key on {named_curve}: use P-256"
                )),
            },
            Self::RsassaPkcs1V1_5 {
                modulus_length,
                public_exponent,
                hash,
            } => {
                let known = *modulus_length == MODULUS_LENGTH
                    && *public_exponent == PUBLIC_EXPONENT
                    && hash.eq_ignore_ascii_case("SHA-256");
                if known {
                    return Ok(SignatureScheme::RsaPkcs1Sha256);
                }
                unsupported(String::from(
                    "a key of RSA has 2048 bits, the exponent 65537 and the hash SHA-256",
                ))
            }
            Self::Named(name) => {
                unsupported(format!("{name} needs parameters, or makes no certificates"))
            }
        }
    }
}

/// `RTCCertificateExpiration`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CertificateExpiration {
    /// `expires`: how long the certificate is valid from now on. 30 days if `None`; more than 365
    /// days count as 365.
    pub expires: Option<Duration>,
}

impl CertificateExpiration {
    /// The validity that it stands for.
    #[must_use]
    pub fn validity(&self) -> Duration {
        self.expires.unwrap_or(DEFAULT_VALIDITY).min(MAX_VALIDITY)
    }
}

impl Certificate {
    /// `generateCertificate()`: a new key and a certificate that it signed itself, with a random
    /// name and serial number.
    ///
    /// `now` is where the validity begins to count. A key of RSA takes a good part of a second:
    /// not for a thread that others wait for.
    ///
    /// # Errors
    ///
    /// `NotSupportedError` for a key that is not made, or that the provider lacks,
    /// `OperationError` if the key did not sign.
    pub fn generate(
        provider: &Provider,
        random: &mut dyn Random,
        now: SystemTime,
        algorithm: &KeygenAlgorithm,
        expiration: CertificateExpiration,
    ) -> Result<Self, Error> {
        let scheme = algorithm.scheme()?;
        let mut name = [0; 8];
        random.fill(&mut name);
        let validity = expiration.validity();
        let params = CertificateParams {
            common_name: name.iter().map(|octet| format!("{octet:02x}")).collect(),
            scheme,
            validity,
        };
        let inner = stonechat_crypto::Certificate::self_signed(provider, random, now, params)
            .map_err(|error| match error {
                CertificateError::Unsupported => {
                    Error::new(ErrorName::NotSupportedError, error.to_string())
                }
                _ => Error::new(ErrorName::OperationError, error.to_string()),
            })?;
        let mut certificate = Self::new(provider, inner)?;
        // To the millisecond; what the certificate itself says has whole seconds.
        certificate.expires = now
            .checked_add(validity)
            .unwrap_or_else(|| certificate.inner.expires());
        Ok(certificate)
    }

    /// A certificate that was made elsewhere, with its key.
    ///
    /// # Errors
    ///
    /// `NotSupportedError` if `provider` lacks SHA-256.
    pub fn new(
        provider: &Provider,
        certificate: stonechat_crypto::Certificate,
    ) -> Result<Self, Error> {
        // RFC 8122, section 5.1: the hash of the signature and SHA-256, which mostly are the same.
        let of_signature = match certificate.key().scheme() {
            SignatureScheme::EcdsaSecp384r1Sha384 => HashAlgorithm::Sha384,
            _ => HashAlgorithm::Sha256,
        };
        let mut fingerprints = Vec::new();
        for hash in [HashAlgorithm::Sha256, of_signature] {
            let fingerprint = certificate.fingerprint(provider, hash).ok_or_else(|| {
                Error::new(
                    ErrorName::NotSupportedError,
                    "the crypto provider lacks the hash function of the certificate",
                )
            })?;
            let fingerprint = DtlsFingerprint::of(&fingerprint);
            if !fingerprints.contains(&fingerprint) {
                fingerprints.push(fingerprint);
            }
        }
        Ok(Self {
            expires: certificate.expires(),
            inner: certificate,
            fingerprints: fingerprints.into(),
        })
    }

    /// `expires`: until when it may be used. It is exact to the millisecond while it was not
    /// stored, and to the second after.
    #[must_use]
    pub fn expires(&self) -> SystemTime {
        self.expires
    }

    /// `getFingerprints()`: by SHA-256, and by the hash of the certificate's signature if that is
    /// another.
    #[must_use]
    pub fn get_fingerprints(&self) -> Vec<DtlsFingerprint> {
        self.fingerprints.to_vec()
    }

    /// The certificate, those of its issuers if it has any, and its private key (PKCS #8, not
    /// encrypted) as PEM, to be stored.
    ///
    /// # Errors
    ///
    /// `NotSupportedError` if the key does not leave its provider.
    pub fn to_pem(&self) -> Result<String, Error> {
        let pem = self.inner.to_pem();
        pem.map(|pem| pem.to_string()).ok_or_else(|| {
            Error::new(
                ErrorName::NotSupportedError,
                "the private key does not leave its provider",
            )
        })
    }

    /// Reads what [`to_pem`](Self::to_pem) wrote, or another certificate with its private key
    /// (PKCS #8, not encrypted). The certificates of its issuers may follow it, each after the one
    /// that it issued: peers get the whole chain.
    ///
    /// # Errors
    ///
    /// `DataError` if the text is malformed, the key is not that of the first certificate, or a
    /// certificate is not issued by the next,
    /// `NotSupportedError` for a kind of key that the provider lacks.
    pub fn from_pem(provider: &Provider, text: &str) -> Result<Self, Error> {
        let inner = stonechat_crypto::Certificate::from_pem(provider, text).map_err(|error| {
            let name = match error {
                CertificateError::Unsupported => ErrorName::NotSupportedError,
                _ => ErrorName::DataError,
            };
            Error::new(name, error.to_string())
        })?;
        Self::new(provider, inner)
    }

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        self.inner.der()
    }

    /// The certificate and key as DTLS takes them.
    #[must_use]
    pub fn inner(&self) -> &stonechat_crypto::Certificate {
        &self.inner
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl DtlsFingerprint {
    /// The same fingerprint in the form of the W3C.
    #[must_use]
    pub fn of(fingerprint: &stonechat_crypto::Fingerprint) -> Self {
        let octets = fingerprint.digest().iter();
        let octets: Vec<String> = octets.map(|octet| format!("{octet:02x}")).collect();
        Self {
            algorithm: fingerprint.algorithm_name().to_owned(),
            value: octets.join(":"),
        }
    }
}
