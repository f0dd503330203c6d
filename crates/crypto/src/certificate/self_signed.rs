use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{DistinguishedName, DnType, SerialNumber};
use time::OffsetDateTime;

use crate::{
    Certificate, CertificateError, CertificateParams, Provider, Random, SignatureScheme, SigningKey,
};

/// How long a certificate is valid before it was made.
const BEFORE: Duration = Duration::from_secs(24 * 3600);

/// Octets of a serial number: the most that are allowed are 20 (RFC 5280, section 4.1.2.2).
const SERIAL_LEN: usize = 16;

impl Certificate {
    /// Makes a key and a certificate that the key itself signed.
    ///
    /// The key and the serial number come from `random`, the dates from `now`, cut to seconds: with
    /// a deterministic provider the same input gives the same certificate.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Unsupported`] if `provider` lacks the scheme,
    /// [`CertificateError::InvalidParams`] if the name is not 1 to 64 characters long or the
    /// validity ends after the year 9999, [`CertificateError::Unsigned`] if the key did not sign.
    pub fn self_signed(
        provider: &Provider,
        random: &mut dyn Random,
        now: SystemTime,
        params: CertificateParams,
    ) -> Result<Self, CertificateError> {
        if !(1..=64).contains(&params.common_name.chars().count()) {
            return Err(CertificateError::InvalidParams);
        }
        let signature = provider
            .signature(params.scheme)
            .ok_or(CertificateError::Unsupported)?;
        let not_before = now
            .checked_sub(BEFORE)
            .ok_or(CertificateError::InvalidParams)?;
        let not_after = now
            .checked_add(params.validity)
            .ok_or(CertificateError::InvalidParams)?;
        let (not_before, not_after) = (date(not_before)?, date(not_after)?);

        let key = signature.generate(random);
        let mut serial = [0; SERIAL_LEN];
        random.fill(&mut serial);
        // Positive, and as long in any case.
        serial[0] = serial[0] & 0x7f | 0x40;

        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, params.common_name);
        let mut content = rcgen::CertificateParams::default();
        content.distinguished_name = name;
        content.serial_number = Some(SerialNumber::from_slice(&serial));
        content.not_before = not_before;
        content.not_after = not_after;

        let signer = Signer {
            algorithm: algorithm(params.scheme),
            scheme: if params.scheme.is_rsa() {
                SignatureScheme::RsaPkcs1Sha256
            } else {
                params.scheme
            },
            key: &key,
        };
        let certificate = content
            .self_signed(&signer)
            .map_err(|_| CertificateError::Unsigned)?;
        let expires = SystemTime::UNIX_EPOCH
            + Duration::from_secs(u64::try_from(not_after.unix_timestamp()).unwrap_or_default());
        Ok(Self::from_parts(certificate.der().to_vec(), key, expires))
    }
}

/// A point in time as a certificate has it: in whole seconds, from 1970 to 9999.
fn date(at: SystemTime) -> Result<OffsetDateTime, CertificateError> {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_err(|_| CertificateError::InvalidParams)?;
    i64::try_from(since.as_secs())
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .filter(|date| date.year() <= 9999)
        .ok_or(CertificateError::InvalidParams)
}

fn algorithm(scheme: SignatureScheme) -> &'static rcgen::SignatureAlgorithm {
    match scheme {
        SignatureScheme::EcdsaSecp256r1Sha256 => &rcgen::PKCS_ECDSA_P256_SHA256,
        SignatureScheme::EcdsaSecp384r1Sha384 => &rcgen::PKCS_ECDSA_P384_SHA384,
        SignatureScheme::RsaPkcs1Sha256 | SignatureScheme::RsaPssRsaeSha256 => {
            &rcgen::PKCS_RSA_SHA256
        }
    }
}

/// Our key as rcgen wants it.
struct Signer<'a> {
    algorithm: &'static rcgen::SignatureAlgorithm,
    /// What `algorithm` is in TLS.
    scheme: SignatureScheme,
    key: &'a Arc<dyn SigningKey>,
}

impl rcgen::PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.key.public_point()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.algorithm
    }
}

impl rcgen::SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.key
            .sign_by(self.scheme, message)
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}
