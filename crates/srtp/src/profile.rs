use stonechat_crypto::{AeadAlgorithm, CounterModeAlgorithm};

/// A protection profile: cipher, authentication and the lengths of keys and tags.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Profile {
    /// AEAD_AES_128_GCM (RFC 7714).
    AeadAes128Gcm,
    /// AEAD_AES_256_GCM (RFC 7714).
    AeadAes256Gcm,
    /// SRTP_AES128_CM_HMAC_SHA1_80 (RFC 5764, section 4.1.2).
    Aes128CmSha1_80,
    /// SRTP_AES128_CM_HMAC_SHA1_32 (RFC 5764, section 4.1.2); its SRTCP has tags of 80 bits.
    Aes128CmSha1_32,
}

impl Profile {
    /// Its number in the DTLS-SRTP registry (RFC 5764, section 4.1.2; RFC 7714, section 14.2).
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Aes128CmSha1_80 => 0x0001,
            Self::Aes128CmSha1_32 => 0x0002,
            Self::AeadAes128Gcm => 0x0007,
            Self::AeadAes256Gcm => 0x0008,
        }
    }

    /// The profile of a number of the DTLS-SRTP registry.
    #[must_use]
    pub const fn from_code(code: u16) -> Option<Self> {
        match code {
            0x0001 => Some(Self::Aes128CmSha1_80),
            0x0002 => Some(Self::Aes128CmSha1_32),
            0x0007 => Some(Self::AeadAes128Gcm),
            0x0008 => Some(Self::AeadAes256Gcm),
            _ => None,
        }
    }

    /// Octets of a master key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::Aes128CmSha1_80 | Self::Aes128CmSha1_32 => 16,
            Self::AeadAes256Gcm => 32,
        }
    }

    /// Octets of a master salt.
    #[must_use]
    pub const fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
            Self::Aes128CmSha1_80 | Self::Aes128CmSha1_32 => 14,
        }
    }

    /// Octets that protection adds to an RTP packet.
    #[must_use]
    pub const fn rtp_overhead(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
            Self::Aes128CmSha1_80 => 10,
            Self::Aes128CmSha1_32 => 4,
        }
    }

    /// Octets that protection adds to an RTCP packet: the tag and the word with the index.
    #[must_use]
    pub const fn rtcp_overhead(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 20,
            Self::Aes128CmSha1_80 | Self::Aes128CmSha1_32 => 14,
        }
    }

    /// The authenticated encryption, if it has one.
    pub(crate) const fn aead(self) -> Option<AeadAlgorithm> {
        match self {
            Self::AeadAes128Gcm => Some(AeadAlgorithm::Aes128Gcm),
            Self::AeadAes256Gcm => Some(AeadAlgorithm::Aes256Gcm),
            Self::Aes128CmSha1_80 | Self::Aes128CmSha1_32 => None,
        }
    }

    /// The cipher of the key derivation, and of packets if there is no [`aead`](Self::aead).
    pub(crate) const fn counter_mode(self) -> CounterModeAlgorithm {
        match self {
            Self::AeadAes256Gcm => CounterModeAlgorithm::Aes256,
            Self::AeadAes128Gcm | Self::Aes128CmSha1_80 | Self::Aes128CmSha1_32 => {
                CounterModeAlgorithm::Aes128
            }
        }
    }
}
