use stonechat_crypto::Secret;
use stonechat_media::sframe::KeyError;

use crate::error::{RtcError, RtcErrorName};

/// `CryptoKey`: a secret that both ends have, 1 to 1,024 octets. It is erased when dropped.
#[derive(Clone, Debug)]
pub struct CryptoKey(pub(super) Secret);

impl CryptoKey {
    /// A key of these octets (`importKey` of `raw` key material).
    #[must_use]
    pub fn from_raw(octets: &[u8]) -> Self {
        Self(Secret::from(octets))
    }
}

/// `CryptoKeyID`: names a key, 0 to 2^64 - 1.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CryptoKeyId(pub u64);

impl From<u64> for CryptoKeyId {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

impl TryFrom<i128> for CryptoKeyId {
    type Error = RtcError;

    /// From a number that may be too large: the `bigint` of the W3C API.
    ///
    /// # Errors
    ///
    /// `RangeError` if it is not within 0 and 2^64 - 1.
    fn try_from(id: i128) -> Result<Self, RtcError> {
        u64::try_from(id).map(Self).map_err(|_| {
            RtcError::new(
                RtcErrorName::RangeError,
                "the id of a key is within 0 and 2^64 - 1",
            )
        })
    }
}

/// A key that was not taken.
pub(super) fn refused(error: KeyError) -> RtcError {
    RtcError::new(RtcErrorName::InvalidModificationError, error.to_string())
}
