use stonechat_crypto::{AeadAlgorithm, CounterModeAlgorithm, MacAlgorithm};

/// A cipher suite (RFC 9605, section 4.5, and the AES-256 suites with counter mode of the IANA
/// registry). `T` is the length of the tag in bits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CipherSuite {
    /// `AES_128_CTR_HMAC_SHA256_80`.
    Aes128CtrHmacSha256T80,
    /// `AES_128_CTR_HMAC_SHA256_64`.
    Aes128CtrHmacSha256T64,
    /// `AES_128_CTR_HMAC_SHA256_32`.
    Aes128CtrHmacSha256T32,
    /// `AES_128_GCM_SHA256_128`.
    Aes128GcmSha256T128,
    /// `AES_256_GCM_SHA512_128`.
    Aes256GcmSha512T128,
    /// `AES_256_CTR_HMAC_SHA512_80`.
    Aes256CtrHmacSha512T80,
    /// `AES_256_CTR_HMAC_SHA512_64`.
    Aes256CtrHmacSha512T64,
    /// `AES_256_CTR_HMAC_SHA512_32`.
    Aes256CtrHmacSha512T32,
}

/// The cipher of a suite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cipher {
    /// Counter mode with a code behind it (RFC 9605, section 4.5.1).
    CounterMode(CounterModeAlgorithm),
    /// Galois counter mode.
    Gcm(AeadAlgorithm),
}

impl CipherSuite {
    /// All suites, by number.
    pub const ALL: [Self; 8] = [
        Self::Aes128CtrHmacSha256T80,
        Self::Aes128CtrHmacSha256T64,
        Self::Aes128CtrHmacSha256T32,
        Self::Aes128GcmSha256T128,
        Self::Aes256GcmSha512T128,
        Self::Aes256CtrHmacSha512T80,
        Self::Aes256CtrHmacSha512T64,
        Self::Aes256CtrHmacSha512T32,
    ];

    /// The registered number.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::Aes128CtrHmacSha256T80 => 1,
            Self::Aes128CtrHmacSha256T64 => 2,
            Self::Aes128CtrHmacSha256T32 => 3,
            Self::Aes128GcmSha256T128 => 4,
            Self::Aes256GcmSha512T128 => 5,
            Self::Aes256CtrHmacSha512T80 => 6,
            Self::Aes256CtrHmacSha512T64 => 7,
            Self::Aes256CtrHmacSha512T32 => 8,
        }
    }

    /// The suite with this number.
    #[must_use]
    pub fn from_id(id: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.id() == id)
    }

    /// Octets of the authentication tag (`Nt`).
    #[must_use]
    pub const fn tag_len(self) -> usize {
        match self {
            Self::Aes128CtrHmacSha256T80 | Self::Aes256CtrHmacSha512T80 => 10,
            Self::Aes128CtrHmacSha256T64 | Self::Aes256CtrHmacSha512T64 => 8,
            Self::Aes128CtrHmacSha256T32 | Self::Aes256CtrHmacSha512T32 => 4,
            Self::Aes128GcmSha256T128 | Self::Aes256GcmSha512T128 => 16,
        }
    }

    /// Octets of the key of the cipher, with that of the code behind it if there is one (`Nk`).
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self.cipher() {
            Cipher::CounterMode(algorithm) => algorithm.key_len() + self.mac().output_len(),
            Cipher::Gcm(algorithm) => algorithm.key_len(),
        }
    }

    /// The code that keys are derived with, and that counter mode is authenticated with.
    #[must_use]
    pub const fn mac(self) -> MacAlgorithm {
        match self {
            Self::Aes128CtrHmacSha256T80
            | Self::Aes128CtrHmacSha256T64
            | Self::Aes128CtrHmacSha256T32
            | Self::Aes128GcmSha256T128 => MacAlgorithm::HmacSha256,
            Self::Aes256GcmSha512T128
            | Self::Aes256CtrHmacSha512T80
            | Self::Aes256CtrHmacSha512T64
            | Self::Aes256CtrHmacSha512T32 => MacAlgorithm::HmacSha512,
        }
    }

    pub(super) const fn cipher(self) -> Cipher {
        match self {
            Self::Aes128CtrHmacSha256T80
            | Self::Aes128CtrHmacSha256T64
            | Self::Aes128CtrHmacSha256T32 => Cipher::CounterMode(CounterModeAlgorithm::Aes128),
            Self::Aes256CtrHmacSha512T80
            | Self::Aes256CtrHmacSha512T64
            | Self::Aes256CtrHmacSha512T32 => Cipher::CounterMode(CounterModeAlgorithm::Aes256),
            Self::Aes128GcmSha256T128 => Cipher::Gcm(AeadAlgorithm::Aes128Gcm),
            Self::Aes256GcmSha512T128 => Cipher::Gcm(AeadAlgorithm::Aes256Gcm),
        }
    }
}
