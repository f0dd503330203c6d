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
        let (point, coordinate_len) = match public_key.strip_prefix(&P256_PREFIX) {
            Some(point) => (point, 32),
            None => (
                public_key
                    .strip_prefix(&P384_PREFIX)
                    .ok_or(InvalidSignature)?,
                48,
            ),
        };
        let name = point.get(1..9).ok_or(InvalidSignature)?;
        let name = u64::from_be_bytes(name.try_into().map_err(|_| InvalidSignature)?);
        let is_right = encode_point(name, coordinate_len) == point
            && sign(self.0, name, message, coordinate_len) == signature;
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
        let prefix: &[u8] = match coordinate_len(scheme) {
            32 => &P256_PREFIX,
            _ => &P384_PREFIX,
        };
        let public_key = [prefix, &encode_point(name, coordinate_len(scheme))].concat();
        Self {
            scheme,
            secret,
            name,
            public_key,
            point_at: prefix.len(),
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
        Ok(sign(
            self.scheme,
            self.name,
            message,
            coordinate_len(self.scheme),
        ))
    }

    fn export(&self) -> Option<Secret> {
        let code = self.scheme.code().to_be_bytes();
        Some(Secret::new(
            [&EXPORT_PREFIX[..], &code, &self.secret].concat(),
        ))
    }
}

fn coordinate_len(scheme: SignatureScheme) -> usize {
    match scheme {
        SignatureScheme::EcdsaSecp384r1Sha384 => 48,
        _ => 32,
    }
}

/// An uncompressed point: its form, the name of the key, and what that expands to.
fn encode_point(name: u64, coordinate_len: usize) -> Vec<u8> {
    let mut point = vec![4; 1 + 2 * coordinate_len];
    point[1..9].copy_from_slice(&name.to_be_bytes());
    expand(name, &mut point[9..]);
    point
}

/// Two positive numbers of a coordinate's length in a sequence.
fn sign(scheme: SignatureScheme, name: u64, message: &[u8], coordinate_len: usize) -> Vec<u8> {
    let word = mix(u64::from(scheme.code()), &[name], message);
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
