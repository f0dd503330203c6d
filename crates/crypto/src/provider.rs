use crate::{
    Aead, AeadAlgorithm, CounterMode, CounterModeAlgorithm, Hash, HashAlgorithm, KeyExchange, Mac,
    MacAlgorithm, NamedGroup, Signature, SignatureScheme,
};

/// A table of static parts; what it lacks, its lookups do not return.
///
/// Order matters where a protocol offers several: the first is preferred.
#[derive(Clone)]
pub struct Provider {
    parts: ProviderBuilder,
}

impl Provider {
    /// Begins a provider without parts.
    #[must_use]
    pub const fn builder(name: &'static str) -> ProviderBuilder {
        ProviderBuilder {
            name,
            deterministic: false,
            hashes: &[],
            macs: &[],
            aeads: &[],
            counter_modes: &[],
            key_exchanges: &[],
            signatures: &[],
        }
    }

    /// Its name, for logs and statistics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.parts.name
    }

    /// Whether the generator that is handed in decides all that is random.
    #[must_use]
    pub const fn is_deterministic(&self) -> bool {
        self.parts.deterministic
    }

    /// The hash function `algorithm`.
    #[must_use]
    pub fn hash(&self, algorithm: HashAlgorithm) -> Option<&'static dyn Hash> {
        self.parts
            .hashes
            .iter()
            .find(|part| part.algorithm() == algorithm)
            .copied()
    }

    /// The message authentication code `algorithm`.
    #[must_use]
    pub fn mac(&self, algorithm: MacAlgorithm) -> Option<&'static dyn Mac> {
        self.parts
            .macs
            .iter()
            .find(|part| part.algorithm() == algorithm)
            .copied()
    }

    /// The authenticated encryption `algorithm`.
    #[must_use]
    pub fn aead(&self, algorithm: AeadAlgorithm) -> Option<&'static dyn Aead> {
        self.parts
            .aeads
            .iter()
            .find(|part| part.algorithm() == algorithm)
            .copied()
    }

    /// The counter mode cipher `algorithm`.
    #[must_use]
    pub fn counter_mode(
        &self,
        algorithm: CounterModeAlgorithm,
    ) -> Option<&'static dyn CounterMode> {
        self.parts
            .counter_modes
            .iter()
            .find(|part| part.algorithm() == algorithm)
            .copied()
    }

    /// The key exchange of `group`.
    #[must_use]
    pub fn key_exchange(&self, group: NamedGroup) -> Option<&'static dyn KeyExchange> {
        self.parts
            .key_exchanges
            .iter()
            .find(|part| part.group() == group)
            .copied()
    }

    /// All key exchanges, the preferred first.
    #[must_use]
    pub const fn key_exchanges(&self) -> &'static [&'static dyn KeyExchange] {
        self.parts.key_exchanges
    }

    /// The signature scheme `scheme`.
    #[must_use]
    pub fn signature(&self, scheme: SignatureScheme) -> Option<&'static dyn Signature> {
        self.parts
            .signatures
            .iter()
            .find(|part| part.scheme() == scheme)
            .copied()
    }

    /// All signature schemes, the preferred first.
    #[must_use]
    pub const fn signatures(&self) -> &'static [&'static dyn Signature] {
        self.parts.signatures
    }
}

impl core::fmt::Debug for Provider {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.parts.name)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Provider`], also in a constant.
#[derive(Clone)]
pub struct ProviderBuilder {
    name: &'static str,
    deterministic: bool,
    hashes: &'static [&'static dyn Hash],
    macs: &'static [&'static dyn Mac],
    aeads: &'static [&'static dyn Aead],
    counter_modes: &'static [&'static dyn CounterMode],
    key_exchanges: &'static [&'static dyn KeyExchange],
    signatures: &'static [&'static dyn Signature],
}

impl ProviderBuilder {
    /// Declares that the generator that is handed in decides all that is random.
    #[must_use]
    pub const fn deterministic(self) -> Self {
        Self {
            deterministic: true,
            ..self
        }
    }

    /// Sets the hash functions.
    #[must_use]
    pub const fn hashes(self, hashes: &'static [&'static dyn Hash]) -> Self {
        Self { hashes, ..self }
    }

    /// Sets the message authentication codes.
    #[must_use]
    pub const fn macs(self, macs: &'static [&'static dyn Mac]) -> Self {
        Self { macs, ..self }
    }

    /// Sets the kinds of authenticated encryption.
    #[must_use]
    pub const fn aeads(self, aeads: &'static [&'static dyn Aead]) -> Self {
        Self { aeads, ..self }
    }

    /// Sets the counter mode ciphers.
    #[must_use]
    pub const fn counter_modes(self, counter_modes: &'static [&'static dyn CounterMode]) -> Self {
        Self {
            counter_modes,
            ..self
        }
    }

    /// Sets the key exchanges, the preferred first.
    #[must_use]
    pub const fn key_exchanges(self, key_exchanges: &'static [&'static dyn KeyExchange]) -> Self {
        Self {
            key_exchanges,
            ..self
        }
    }

    /// Sets the signature schemes, the preferred first.
    #[must_use]
    pub const fn signatures(self, signatures: &'static [&'static dyn Signature]) -> Self {
        Self { signatures, ..self }
    }

    /// The finished table.
    #[must_use]
    pub const fn build(self) -> Provider {
        Provider { parts: self }
    }
}

impl core::fmt::Debug for ProviderBuilder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ProviderBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
