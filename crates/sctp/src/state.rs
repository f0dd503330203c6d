use bytes::Bytes;

/// Where an association stands (RFC 9260, section 4).
///
/// ```text
///             connect            INIT ACK             COOKIE ACK
///   New ---------------> CookieWait ------> CookieEchoed ------> Established
///    |  COOKIE ECHO                                                |   |
///    +--------------------------------------------------------> shutdown | SHUTDOWN
///                                                                  |   |
///   Closed <-- ShutdownSent <-- ShutdownPending <------------------+   |
///      ^                                                               |
///      +------ ShutdownAckSent <-- ShutdownReceived <------------------+
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Not yet begun.
    New,
    /// INIT was sent.
    CookieWait,
    /// COOKIE ECHO was sent.
    CookieEchoed,
    /// Data flows.
    Established,
    /// Shutdown was asked for; data is still outstanding.
    ShutdownPending,
    /// SHUTDOWN was sent.
    ShutdownSent,
    /// SHUTDOWN came; data is still outstanding.
    ShutdownReceived,
    /// SHUTDOWN ACK was sent.
    ShutdownAckSent,
    /// It has ended.
    Closed,
}

/// The state with what each owns.
#[derive(Debug)]
pub(crate) enum Phase {
    New,
    CookieWait {
        /// INIT is to be sent.
        owed: bool,
        tries: u16,
    },
    CookieEchoed {
        /// COOKIE ECHO is to be sent.
        owed: bool,
        tries: u16,
        cookie: Bytes,
    },
    Established,
    ShutdownPending,
    ShutdownSent {
        /// SHUTDOWN is to be sent.
        owed: bool,
    },
    ShutdownReceived,
    ShutdownAckSent {
        /// SHUTDOWN ACK is to be sent.
        owed: bool,
    },
    Closed,
}

impl Phase {
    pub(crate) const fn state(&self) -> State {
        match self {
            Self::New => State::New,
            Self::CookieWait { .. } => State::CookieWait,
            Self::CookieEchoed { .. } => State::CookieEchoed,
            Self::Established => State::Established,
            Self::ShutdownPending => State::ShutdownPending,
            Self::ShutdownSent { .. } => State::ShutdownSent,
            Self::ShutdownReceived => State::ShutdownReceived,
            Self::ShutdownAckSent { .. } => State::ShutdownAckSent,
            Self::Closed => State::Closed,
        }
    }

    /// Whether DATA is taken (RFC 9260, section 6).
    pub(crate) const fn receives_data(&self) -> bool {
        matches!(
            self,
            Self::Established | Self::ShutdownPending | Self::ShutdownSent { .. }
        )
    }

    /// Whether DATA is sent.
    pub(crate) const fn sends_data(&self) -> bool {
        matches!(
            self,
            Self::Established | Self::ShutdownPending | Self::ShutdownReceived
        )
    }

    /// Whether an orderly end was begun.
    pub(crate) const fn is_shutting_down(&self) -> bool {
        matches!(self, Self::ShutdownPending | Self::ShutdownReceived)
    }

    /// Whether there is an association with a peer.
    pub(crate) const fn is_up(&self) -> bool {
        !matches!(
            self,
            Self::New | Self::CookieWait { .. } | Self::CookieEchoed { .. } | Self::Closed
        )
    }
}
