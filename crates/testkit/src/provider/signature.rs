use std::sync::Arc;

use stonechat_crypto::{
    InvalidSignature, KeyError, Random, Secret, Signature, SignatureScheme, SigningKey, Unsigned,
};

use super::mixer::{expand, mix, scramble};

/// Signatures that anybody could make, but only for one key, message and scheme.
pub(super) struct ToySignature(pub(super) SignatureScheme);

/// What a SubjectPublicKeyInfo of P-256 begins with; the point follows.
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The same of P-384.
const P384_PREFIX: [u8; 23] = [
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
    0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
];

/// What a SubjectPublicKeyInfo of RSA with 2048 bits begins with; the modulus follows.
const RSA_PREFIX: [u8; 33] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01,
    0x00,
];

/// Where its RSAPublicKey begins.
const RSA_KEY_AT: usize = 24;

/// Octets of a modulus and of its signatures.
const RSA_LEN: usize = 256;

/// The exponent, which ends it.
const RSA_EXPONENT: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// What an exported key begins with: a version and an octet string of 10 octets in a sequence.
const EXPORT_PREFIX: [u8; 7] = [0x30, 0x0f, 0x02, 0x01, 0x00, 0x04, 0x0a];

impl Signature for ToySignature {
    fn scheme(&self) -> SignatureScheme {
        self.0
    }

    fn generate(&self, random: &mut dyn Random) -> Arc<dyn SigningKey> {
        let mut secret = [0; 8];
        random.fill(&mut secret);
        Arc::new(ToyKey::new(self.0, secret))
    }

    fn import(&self, pkcs8: &[u8]) -> Result<Arc<dyn SigningKey>, KeyError> {
        let content = pkcs8.strip_prefix(&EXPORT_PREFIX).ok_or(KeyError)?;
        let secret = content
            .strip_prefix(&self.0.code().to_be_bytes())
            .ok_or(KeyError)?;
        let secret = secret.try_into().map_err(|_| KeyError)?;
        Ok(Arc::new(ToyKey::new(self.0, secret)))
    }

    fn verify(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let kind = Kind::of(self.0);
        let (key, name_at) = match kind {
            Kind::Rsa => (public_key.strip_prefix(&RSA_PREFIX), 0),
            Kind::Curve(_) => (
                public_key
                    .strip_prefix(&P256_PREFIX)
                    .or_else(|| public_key.strip_prefix(&P384_PREFIX[..])),
                1,
            ),
        };
        let key = key.ok_or(InvalidSignature)?;
        let kind = match kind {
            Kind::Curve(_) => Kind::Curve(key.len() / 2),
            Kind::Rsa => Kind::Rsa,
        };
        let name = key.get(name_at..name_at + 8).ok_or(InvalidSignature)?;
        let name = u64::from_be_bytes(name.try_into().map_err(|_| InvalidSignature)?);
        let is_right = kind.encode(name) == key && kind.sign(self.0, name, message) == signature;
        if is_right {
            Ok(())
        } else {
            Err(InvalidSignature)
        }
    }
}

#[derive(Debug)]
struct ToyKey {
    scheme: SignatureScheme,
    secret: [u8; 8],
    name: u64,
    public_key: Vec<u8>,
    point_at: usize,
}

impl ToyKey {
    fn new(scheme: SignatureScheme, secret: [u8; 8]) -> Self {
        let name = scramble(u64::from_be_bytes(secret));
        let kind = Kind::of(scheme);
        let (prefix, point_at): (&[u8], usize) = match kind {
            Kind::Curve(32) => (&P256_PREFIX, P256_PREFIX.len()),
            Kind::Curve(_) => (&P384_PREFIX, P384_PREFIX.len()),
            Kind::Rsa => (&RSA_PREFIX, RSA_KEY_AT),
        };
        let public_key = [prefix, &kind.encode(name)].concat();
        Self {
            scheme,
            secret,
            name,
            public_key,
            point_at,
        }
    }
}

impl SigningKey for ToyKey {
    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    fn public_point(&self) -> &[u8] {
        &self.public_key[self.point_at..]
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
        self.sign_by(self.scheme, message)
    }

    fn signs_by(&self, scheme: SignatureScheme) -> bool {
        scheme == self.scheme || scheme.is_rsa() && self.scheme.is_rsa()
    }

    fn sign_by(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
        if !self.signs_by(scheme) {
            return Err(Unsigned);
        }
        Ok(Kind::of(scheme).sign(scheme, self.name, message))
    }

    fn export(&self) -> Option<Secret> {
        let code = self.scheme.code().to_be_bytes();
        Some(Secret::new(
            [&EXPORT_PREFIX[..], &code, &self.secret].concat(),
        ))
    }
}

/// What keys and signatures look like.
#[derive(Clone, Copy)]
enum Kind {
    /// With coordinates of so many octets.
    Curve(usize),
    Rsa,
}

impl Kind {
    fn of(scheme: SignatureScheme) -> Self {
        match scheme {
            SignatureScheme::EcdsaSecp384r1Sha384 => Self::Curve(48),
            scheme if scheme.is_rsa() => Self::Rsa,
            _ => Self::Curve(32),
        }
    }

    /// A public key behind its prefix: the name of the key and what that expands to.
    fn encode(self, name: u64) -> Vec<u8> {
        match self {
            Self::Curve(coordinate_len) => {
                let mut point = vec![4; 1 + 2 * coordinate_len];
                point[1..9].copy_from_slice(&name.to_be_bytes());
                expand(name, &mut point[9..]);
                point
            }
            Self::Rsa => {
                let mut modulus = vec![0; RSA_LEN];
                modulus[..8].copy_from_slice(&name.to_be_bytes());
                expand(name, &mut modulus[8..]);
                [&modulus[..], &RSA_EXPONENT].concat()
            }
        }
    }

    /// Two positive numbers of a coordinate's length in a sequence, or one of the modulus' length.
    fn sign(self, scheme: SignatureScheme, name: u64, message: &[u8]) -> Vec<u8> {
        let word = mix(u64::from(scheme.code()), &[name], message);
        let coordinate_len = match self {
            Self::Curve(coordinate_len) => coordinate_len,
            Self::Rsa => {
                let mut signature = vec![0; RSA_LEN];
                signature[..8].copy_from_slice(&word.to_be_bytes());
                expand(word, &mut signature[8..]);
                return signature;
            }
        };
        let octet = |len: usize| u8::try_from(len).unwrap_or_default();
        let mut signature = vec![0x30, octet(2 * coordinate_len + 4)];
        for word in [word, !word] {
            let start = signature.len() + 2;
            signature.extend([0x02, octet(coordinate_len)]);
            signature.resize(start + coordinate_len, 0);
            expand(word, &mut signature[start..]);
            // Positive, and not to be written shorter; the octets after it still tell words apart.
            signature[start] = 0x40;
            signature[start + 1..start + 9].copy_from_slice(&word.to_be_bytes());
        }
        signature
    }
}
