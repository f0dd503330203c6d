use stonechat_sansio::Path;

use crate::{Candidate, Role};

/// What an agent tells its owner.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Gathering went on.
    GatheringState(GatheringState),
    /// A local candidate to be signalled.
    LocalCandidate(Box<Candidate>),
    /// A server gave no candidate (W3C `RTCPeerConnectionIceErrorEvent`).
    CandidateError {
        /// The local address and port; `None` while own addresses are hidden.
        address: Option<std::net::SocketAddr>,
        /// The server.
        url: String,
        /// The STUN error code, or 701 if the server did not answer.
        code: u16,
        /// The reason.
        text: String,
    },
    /// The state changed.
    State(State),
    /// Data goes over this pair: the selected one, or until one is selected the best that works.
    SelectedPair {
        /// The local candidate.
        local: Box<Candidate>,
        /// The remote candidate.
        remote: Box<Candidate>,
    },
    /// A role conflict changed the role.
    RoleChanged(Role),
    /// An integrity-checked message of the current credentials came over this path.
    PathAuthenticated(Path),
}

/// Where an agent stands (W3C `RTCIceTransportState`).
///
/// ```text
/// New -> Checking -> Connected -> Completed
///            |          |  ^         |  ^
///            |          v  |         v  |
///            |       Disconnected <-----+
///            v          |
///          Failed <-----+        any -> Closed
/// ```
/// A restart leads from any state but `Closed` back to `Checking`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum State {
    /// No remote credentials or candidates yet.
    New,
    /// Looking for a pair.
    Checking,
    /// A pair works.
    Connected,
    /// A pair is selected and nothing is left to be checked.
    Completed,
    /// The pair in use does not answer, or none of the candidates that there are works and more may
    /// come.
    Disconnected,
    /// No pair works, or consent was lost. Only a restart helps.
    Failed,
    /// Closed by the owner.
    Closed,
}

/// Where gathering stands (W3C `RTCIceGathererState`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum GatheringState {
    /// Not begun.
    New,
    /// Under way.
    Gathering,
    /// Every candidate of this generation was told.
    Complete,
}
