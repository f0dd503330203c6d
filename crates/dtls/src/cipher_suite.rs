use stonechat_crypto::{AeadAlgorithm, HashAlgorithm, MacAlgorithm, SignatureScheme};

/// A cipher suite of DTLS 1.2.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CipherSuite {
    /// `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256` (RFC 5289), the one that RFC 8827 demands.
    EcdheEcdsaAes128GcmSha256,
    /// `TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256` (RFC 7905).
    EcdheEcdsaChaCha20Poly1305Sha256,
    /// `TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384` (RFC 5289).
    EcdheEcdsaAes256GcmSha384,
    /// `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` (RFC 5289).
    EcdheRsaAes128GcmSha256,
    /// `TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256` (RFC 7905).
    EcdheRsaChaCha20Poly1305Sha256,
}

impl CipherSuite {
    /// All of them, the preferred first.
    pub const ALL: [Self; 5] = [
        Self::EcdheEcdsaAes128GcmSha256,
        Self::EcdheEcdsaChaCha20Poly1305Sha256,
        Self::EcdheEcdsaAes256GcmSha384,
        Self::EcdheRsaAes128GcmSha256,
        Self::EcdheRsaChaCha20Poly1305Sha256,
    ];

    /// Its number in the TLS registry.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::EcdheEcdsaAes128GcmSha256 => 0xc02b,
            Self::EcdheEcdsaAes256GcmSha384 => 0xc02c,
            Self::EcdheEcdsaChaCha20Poly1305Sha256 => 0xcca9,
            Self::EcdheRsaAes128GcmSha256 => 0xc02f,
            Self::EcdheRsaChaCha20Poly1305Sha256 => 0xcca8,
        }
    }

    /// The suite of a number in the TLS registry.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.code() == code)
    }

    /// Its name in the TLS registry, as W3C statistics report it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EcdheEcdsaAes128GcmSha256 => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            Self::EcdheEcdsaAes256GcmSha384 => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            Self::EcdheEcdsaChaCha20Poly1305Sha256 => {
                "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
            }
            Self::EcdheRsaAes128GcmSha256 => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            Self::EcdheRsaChaCha20Poly1305Sha256 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        }
    }

    /// The kind of key that the server's certificate has.
    pub(crate) const fn key_kind(self) -> KeyKind {
        match self {
            Self::EcdheEcdsaAes128GcmSha256
            | Self::EcdheEcdsaChaCha20Poly1305Sha256
            | Self::EcdheEcdsaAes256GcmSha384 => KeyKind::Ecdsa,
            Self::EcdheRsaAes128GcmSha256 | Self::EcdheRsaChaCha20Poly1305Sha256 => KeyKind::Rsa,
        }
    }

    pub(crate) const fn aead(self) -> AeadAlgorithm {
        match self {
            Self::EcdheEcdsaAes128GcmSha256 | Self::EcdheRsaAes128GcmSha256 => {
                AeadAlgorithm::Aes128Gcm
            }
            Self::EcdheEcdsaAes256GcmSha384 => AeadAlgorithm::Aes256Gcm,
            Self::EcdheEcdsaChaCha20Poly1305Sha256 | Self::EcdheRsaChaCha20Poly1305Sha256 => {
                AeadAlgorithm::ChaCha20Poly1305
            }
        }
    }

    /// The hash of the transcript and the pseudorandom function.
    pub(crate) const fn hash(self) -> HashAlgorithm {
        self.mac().hash()
    }

    pub(crate) const fn mac(self) -> MacAlgorithm {
        match self {
            Self::EcdheEcdsaAes128GcmSha256
            | Self::EcdheEcdsaChaCha20Poly1305Sha256
            | Self::EcdheRsaAes128GcmSha256
            | Self::EcdheRsaChaCha20Poly1305Sha256 => MacAlgorithm::HmacSha256,
            Self::EcdheEcdsaAes256GcmSha384 => MacAlgorithm::HmacSha384,
        }
    }

    /// Octets of the nonce that come from the key block.
    pub(crate) const fn fixed_iv_len(self) -> usize {
        match self {
            Self::EcdheEcdsaAes128GcmSha256
            | Self::EcdheEcdsaAes256GcmSha384
            | Self::EcdheRsaAes128GcmSha256 => 4,
            Self::EcdheEcdsaChaCha20Poly1305Sha256 | Self::EcdheRsaChaCha20Poly1305Sha256 => 12,
        }
    }
}

/// Kinds of keys in certificates, as cipher suites and CertificateRequest tell them apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeyKind {
    Ecdsa,
    Rsa,
}

impl KeyKind {
    pub(crate) const fn of(scheme: SignatureScheme) -> Self {
        if scheme.is_rsa() {
            Self::Rsa
        } else {
            Self::Ecdsa
        }
    }

    /// The ClientCertificateType (RFC 5246, section 7.4.4; RFC 8422, section 5.5).
    pub(crate) const fn certificate_type(self) -> u8 {
        match self {
            Self::Rsa => 1,
            Self::Ecdsa => 64,
        }
    }
}
