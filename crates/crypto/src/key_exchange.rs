use crate::{Random, Secret};

/// Groups for key exchange, by their TLS numbers.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum NamedGroup {
    /// NIST P-256 (23).
    Secp256r1,
    /// NIST P-384 (24).
    Secp384r1,
    /// X25519 (29).
    X25519,
    /// X25519 with ML-KEM-768 (0x11ec).
    X25519MlKem768,
}

impl NamedGroup {
    /// Its number in the TLS registry.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Secp256r1 => 23,
            Self::Secp384r1 => 24,
            Self::X25519 => 29,
            Self::X25519MlKem768 => 0x11ec,
        }
    }

    /// The group of a TLS number.
    #[must_use]
    pub const fn from_code(code: u16) -> Option<Self> {
        match code {
            23 => Some(Self::Secp256r1),
            24 => Some(Self::Secp384r1),
            29 => Some(Self::X25519),
            0x11ec => Some(Self::X25519MlKem768),
            _ => None,
        }
    }
}

/// One kind of key exchange, in the shape of a key encapsulation.
///
/// Public points are uncompressed (RFC 8422, section 5.4.1). Points off the curve, the point at
/// infinity and X25519's all-zero result are refused.
pub trait KeyExchange: Send + Sync {
    /// Which one.
    fn group(&self) -> NamedGroup;

    /// Begins as the side that sends its share first.
    fn start(&self, random: &mut dyn Random) -> Box<dyn ActiveKeyExchange>;

    /// Answers the share of the other side in one step.
    ///
    /// # Errors
    ///
    /// [`InvalidShare`] if `peer_share` is none.
    fn start_and_complete(
        &self,
        random: &mut dyn Random,
        peer_share: &[u8],
    ) -> Result<Completed, InvalidShare> {
        let active = self.start(random);
        let share = active.share().to_vec();
        let secret = active.complete(peer_share)?;
        Ok(Completed { share, secret })
    }
}

/// A key exchange of which our share was made.
pub trait ActiveKeyExchange: Send + Sync {
    /// Which one.
    fn group(&self) -> NamedGroup;

    /// Our share, as it goes on the wire.
    fn share(&self) -> &[u8];

    /// The common secret.
    ///
    /// # Errors
    ///
    /// [`InvalidShare`] if `peer_share` is none.
    fn complete(self: Box<Self>, peer_share: &[u8]) -> Result<Secret, InvalidShare>;
}

/// The answer to a share.
#[derive(Debug)]
pub struct Completed {
    /// Our share, as it goes on the wire.
    pub share: Vec<u8>,
    /// The common secret.
    pub secret: Secret,
}

/// The other side's share is not one of the group, or gives no secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the other side's key share is invalid")]
pub struct InvalidShare;
