//! The states that an application sees (webrtc-pc), with their W3C words.

crate::w3c_enums! {
    /// `RTCSignalingState`.
    SignalingState {
        /// No exchange is under way.
        #[default]
        Stable = "stable",
        /// Our offer is out.
        HaveLocalOffer = "have-local-offer",
        /// The peer's offer is in.
        HaveRemoteOffer = "have-remote-offer",
        /// The peer's offer is in and our provisional answer out.
        HaveLocalPranswer = "have-local-pranswer",
        /// Our offer is out and the peer's provisional answer in.
        HaveRemotePranswer = "have-remote-pranswer",
        /// The peer connection is closed.
        Closed = "closed",
    }

    /// `RTCIceGatheringState`: of all transports together.
    IceGatheringState {
        /// Not begun.
        #[default]
        New = "new",
        /// Under way.
        Gathering = "gathering",
        /// Done.
        Complete = "complete",
    }

    /// `RTCIceConnectionState`.
    IceConnectionState {
        /// Closed.
        Closed = "closed",
        /// No pair works.
        Failed = "failed",
        /// Nothing came for a while.
        Disconnected = "disconnected",
        /// Not begun.
        #[default]
        New = "new",
        /// Checks are under way.
        Checking = "checking",
        /// A pair works and the search is over.
        Completed = "completed",
        /// A pair works.
        Connected = "connected",
    }

    /// `RTCPeerConnectionState`.
    ConnectionState {
        /// Closed.
        Closed = "closed",
        /// Some transport failed.
        Failed = "failed",
        /// Some transport is disconnected.
        Disconnected = "disconnected",
        /// Not begun.
        #[default]
        New = "new",
        /// Some transport is under way.
        Connecting = "connecting",
        /// All transports are connected.
        Connected = "connected",
    }

    /// `RTCIceTransportState`.
    IceTransportState {
        /// Closed.
        Closed = "closed",
        /// No pair works.
        Failed = "failed",
        /// Nothing came for a while.
        Disconnected = "disconnected",
        /// Not begun.
        #[default]
        New = "new",
        /// Checks are under way.
        Checking = "checking",
        /// A pair works and the search is over.
        Completed = "completed",
        /// A pair works.
        Connected = "connected",
    }

    /// `RTCIceGathererState`: of one transport.
    IceGathererState {
        /// Not begun.
        #[default]
        New = "new",
        /// Under way.
        Gathering = "gathering",
        /// Done; only a restart gathers again.
        Complete = "complete",
    }

    /// `RTCIceRole`.
    IceRole {
        /// Not decided yet.
        #[default]
        Unknown = "unknown",
        /// Nominates the pair to be used.
        Controlling = "controlling",
        /// Follows the peer's nomination.
        Controlled = "controlled",
    }

    /// `RTCIceComponent`.
    IceComponent {
        /// RTP and everything that is multiplexed with it.
        #[default]
        Rtp = "rtp",
        /// RTCP without multiplexing.
        Rtcp = "rtcp",
    }

    /// `RTCDtlsTransportState`.
    DtlsTransportState {
        /// Not begun.
        #[default]
        New = "new",
        /// The handshake runs.
        Connecting = "connecting",
        /// Keys are agreed.
        Connected = "connected",
        /// Ended in order.
        Closed = "closed",
        /// Failed.
        Failed = "failed",
    }

    /// `RTCSctpTransportState`.
    SctpTransportState {
        /// The handshake runs.
        #[default]
        Connecting = "connecting",
        /// Open.
        Connected = "connected",
        /// Closed.
        Closed = "closed",
    }

    /// `RTCDataChannelState`.
    DataChannelState {
        /// Waits for the association or the peer.
        #[default]
        Connecting = "connecting",
        /// Messages go.
        Open = "open",
        /// Closing.
        Closing = "closing",
        /// Closed.
        Closed = "closed",
    }
}

impl From<stonechat_ice::State> for IceTransportState {
    fn from(state: stonechat_ice::State) -> Self {
        use stonechat_ice::State;
        match state {
            State::New => Self::New,
            State::Checking => Self::Checking,
            State::Connected => Self::Connected,
            State::Completed => Self::Completed,
            State::Disconnected => Self::Disconnected,
            State::Failed => Self::Failed,
            State::Closed => Self::Closed,
        }
    }
}

impl From<stonechat_ice::GatheringState> for IceGathererState {
    fn from(state: stonechat_ice::GatheringState) -> Self {
        use stonechat_ice::GatheringState;
        match state {
            GatheringState::New => Self::New,
            GatheringState::Gathering => Self::Gathering,
            GatheringState::Complete => Self::Complete,
        }
    }
}

impl From<stonechat_ice::Role> for IceRole {
    fn from(role: stonechat_ice::Role) -> Self {
        match role {
            stonechat_ice::Role::Controlling => Self::Controlling,
            stonechat_ice::Role::Controlled => Self::Controlled,
        }
    }
}
