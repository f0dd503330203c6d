use std::sync::Arc;

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::EncodePublicKey as _;
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _};
use sha2::{Digest as _, Sha256, Sha384};

use super::key_exchange::scalar;
use crate::{
    InvalidSignature, KeyError, Random, Secret, Signature, SignatureScheme, SigningKey, Unsigned,
};

pub(super) static P256: EcdsaP256 = EcdsaP256;
pub(super) static P384: EcdsaP384 = EcdsaP384;

/// One scheme and its keys; the two curves differ in nothing but their names.
macro_rules! ecdsa {
    ($scheme:ident, $key:ident, $curve:ident, $variant:ident, $hash:ident) => {
        pub(super) struct $scheme;

        impl Signature for $scheme {
            fn scheme(&self) -> SignatureScheme {
                SignatureScheme::$variant
            }

            fn generate(&self, random: &mut dyn Random) -> Arc<dyn SigningKey> {
                $key::make(&scalar(random))
            }

            fn import(&self, pkcs8: &[u8]) -> Result<Arc<dyn SigningKey>, KeyError> {
                let secret = $curve::SecretKey::from_pkcs8_der(pkcs8).map_err(|_| KeyError)?;
                Ok($key::make(&secret))
            }

            fn verify(
                &self,
                public_key: &[u8],
                message: &[u8],
                signature: &[u8],
            ) -> Result<(), InvalidSignature> {
                verify(public_key, &$hash::digest(message), signature)
            }
        }

        struct $key {
            key: $curve::ecdsa::SigningKey,
            public_key: Vec<u8>,
            point_len: usize,
        }

        impl $key {
            fn make(secret: &$curve::SecretKey) -> Arc<dyn SigningKey> {
                let public = secret.public_key();
                let point = public.to_sec1_point(false);
                let public_key = public
                    .to_public_key_der()
                    .map(p256::pkcs8::Document::into_vec)
                    .unwrap_or_default();
                Arc::new(Self {
                    key: secret.into(),
                    public_key,
                    point_len: point.len(),
                })
            }
        }

        impl SigningKey for $key {
            fn scheme(&self) -> SignatureScheme {
                SignatureScheme::$variant
            }

            fn public_key(&self) -> &[u8] {
                &self.public_key
            }

            fn public_point(&self) -> &[u8] {
                // The point is the last thing in a SubjectPublicKeyInfo.
                let start = self.public_key.len().saturating_sub(self.point_len);
                self.public_key.get(start..).unwrap_or_default()
            }

            fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
                let signature: $curve::ecdsa::Signature =
                    self.key.try_sign(message).map_err(|_| Unsigned)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }

            fn export(&self) -> Option<Secret> {
                let document = $curve::SecretKey::from(self.key.as_nonzero_scalar())
                    .to_pkcs8_der()
                    .ok()?;
                Some(Secret::from(document.as_bytes()))
            }
        }

        impl core::fmt::Debug for $key {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($key)).finish_non_exhaustive()
            }
        }
    };
}

ecdsa!(EcdsaP256, P256Key, p256, EcdsaSecp256r1Sha256, Sha256);
ecdsa!(EcdsaP384, P384Key, p384, EcdsaSecp384r1Sha384, Sha384);

/// Checks a signature of `digest`. The curve is that of the key, the hash that of the scheme:
/// TLS 1.2 mixes them (RFC 8422, section 5.1.3).
fn verify(public_key: &[u8], digest: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
    let verified = if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_der(public_key) {
        p256::ecdsa::Signature::from_der(signature)
            .and_then(|signature| key.verify_prehash(digest, &signature))
    } else {
        let key = p384::ecdsa::VerifyingKey::from_public_key_der(public_key)
            .map_err(|_| InvalidSignature)?;
        p384::ecdsa::Signature::from_der(signature)
            .and_then(|signature| key.verify_prehash(digest, &signature))
    };
    verified.map_err(|_| InvalidSignature)
}
