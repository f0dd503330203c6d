/// Why keys were not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The master key has the wrong length for the profile.
    #[error("the master key has {actual} octets instead of {expected}")]
    KeyLength {
        /// [`Profile::key_len`](crate::Profile::key_len).
        expected: usize,
        /// Octets that were given.
        actual: usize,
    },
    /// The master salt has the wrong length for the profile.
    #[error("the master salt has {actual} octets instead of {expected}")]
    SaltLength {
        /// [`Profile::salt_len`](crate::Profile::salt_len).
        expected: usize,
        /// Octets that were given.
        actual: usize,
    },
    /// The provider lacks an algorithm of the profile.
    #[error("the provider lacks an algorithm of the profile")]
    Unsupported,
}

/// Why a packet was not protected. It must not be sent; unless the provider failed, it is
/// unchanged and no index was used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectError {
    /// The packet has no whole header.
    #[error("the packet has no whole header")]
    Malformed,
    /// The place for tag or trailer has not the profile's overhead.
    #[error("the trailer has {actual} octets instead of {expected}")]
    TrailerLength {
        /// [`Profile::rtp_overhead`](crate::Profile::rtp_overhead) or
        /// [`Profile::rtcp_overhead`](crate::Profile::rtcp_overhead).
        expected: usize,
        /// Octets that were given.
        actual: usize,
    },
    /// A packet of this index was protected before.
    #[error("the packet index was used before")]
    IndexUsed,
    /// The index is further back than the window, so it may have been used.
    #[error("the packet index is too far back")]
    IndexTooOld,
    /// The limit of streams is reached.
    #[error("there are too many streams")]
    TooManyStreams,
    /// The lifetime of the keys, or the index space of the stream, is used up: agree on new keys.
    #[error("the keys are used up")]
    KeyExpired,
    /// The provider failed. The index is used up.
    #[error("the provider could not encrypt")]
    Provider,
}

/// Why a packet was dropped. Nothing but a counter changed, and what is in the packet must not be
/// used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UnprotectError {
    /// The packet has no whole header.
    #[error("the packet has no whole header")]
    Malformed,
    /// The packet has no room for tag or trailer.
    #[error("the packet ends before its tag")]
    TooShort,
    /// The packet came before.
    #[error("the packet came before")]
    Replayed,
    /// The packet is further back than the replay window.
    #[error("the packet is too far back")]
    TooOld,
    /// The tag is wrong.
    #[error("the packet is not authentic")]
    Unauthenticated,
    /// The SRTCP packet is not encrypted.
    #[error("the packet is not encrypted")]
    Unencrypted,
    /// The limit of streams is reached.
    #[error("there are too many streams")]
    TooManyStreams,
    /// The lifetime of the keys is used up.
    #[error("the keys are used up")]
    KeyExpired,
}

/// Why a rollover counter was not set.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RolloverError {
    /// The stream is there already, or past it.
    #[error("the stream is at rollover {current} already")]
    Behind {
        /// The rollover counter of the stream.
        current: u32,
    },
    /// The limit of streams is reached.
    #[error("there are too many streams")]
    TooManyStreams,
}
