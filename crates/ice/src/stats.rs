use std::time::{Duration, Instant};

use stonechat_sansio::Path;

use crate::Candidate;

/// Counters of an agent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stats {
    /// Datagrams that were not taken, by [`DropReason`].
    dropped: [u64; DropReason::COUNT],
    /// Requests sent, retransmissions and consent checks included.
    pub requests_sent: u64,
    /// Requests received with valid integrity.
    pub requests_received: u64,
    /// Responses sent.
    pub responses_sent: u64,
    /// Valid responses received.
    pub responses_received: u64,
    /// Pairs that were not formed or removed because of `Config::max_pairs`.
    pub pairs_over_limit: u64,
    /// Peer-reflexive candidates that gave way to newer ones.
    pub peer_reflexive_evicted: u64,
    /// Role changes.
    pub role_changes: u64,
    /// TCP connections that came in and were closed before they proved anything, because of
    /// [`TcpConfig::max_accepted`](crate::TcpConfig) or because nobody may come from there.
    pub connections_refused: u64,
}

impl Stats {
    /// Datagrams dropped for `reason`.
    #[must_use]
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped.get(reason as usize).copied().unwrap_or(0)
    }

    pub(crate) fn drop_one(&mut self, reason: DropReason) {
        if let Some(count) = self.dropped.get_mut(reason as usize) {
            *count += 1;
        }
        tracing::trace!(?reason, "dropped a datagram");
    }
}

/// Why a datagram was dropped.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DropReason {
    /// From a socket that the agent does not have.
    UnknownSocket,
    /// No STUN message where one should be, or one that does not parse.
    Malformed,
    /// A request or response whose integrity is missing or wrong, or whose username is not ours.
    Unauthenticated,
    /// A response to nothing that is outstanding.
    UnknownTransaction,
    /// A valid response from another address than the request went to.
    WrongAddress,
    /// Application data from a path on which no integrity-checked message was seen.
    UnauthenticatedPath,
    /// An answer that was not polled in time, or was one too many.
    ResponseQueueFull,
    /// A request from an address that may not be contacted.
    ForbiddenAddress,
    /// Another STUN method, or a class that is not handled.
    Unsupported,
}

impl DropReason {
    const COUNT: usize = 9;
}

/// Names a candidate pair of one agent.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PairId(pub(crate) u32);

/// One candidate pair, in the terms of W3C `RTCIceCandidatePairStats`.
#[derive(Clone, Debug)]
pub struct PairStats {
    /// The pair.
    pub id: PairId,
    /// The local candidate; its base until the pair has succeeded.
    pub local: Candidate,
    /// The remote candidate.
    pub remote: Candidate,
    /// The route in paths.
    pub path: Path,
    /// State of the pair.
    pub state: PairState,
    /// Whether it was nominated.
    pub nominated: bool,
    /// The pair priority.
    pub priority: u64,
    /// Requests sent that are not consent checks, without retransmissions.
    pub requests_sent: u64,
    /// Requests received.
    pub requests_received: u64,
    /// Responses sent.
    pub responses_sent: u64,
    /// Valid responses received.
    pub responses_received: u64,
    /// Consent checks sent.
    pub consent_requests_sent: u64,
    /// Application packets sent.
    pub packets_sent: u64,
    /// Application packets received.
    pub packets_received: u64,
    /// Octets of application packets sent, without headers of relays.
    pub bytes_sent: u64,
    /// Octets of application packets received, without headers of relays.
    pub bytes_received: u64,
    /// When the last application packet left.
    pub last_packet_sent: Option<Instant>,
    /// When the last application packet came.
    pub last_packet_received: Option<Instant>,
    /// Packets that a socket did not take because of an error.
    pub packets_discarded_on_send: u64,
    /// Their octets.
    pub bytes_discarded_on_send: u64,
    /// The last round trip.
    pub current_round_trip_time: Option<Duration>,
    /// The sum of all measured round trips.
    pub total_round_trip_time: Duration,
}

/// State of a pair (RFC 8445, section 6.1.2.6).
///
/// ```text
/// Frozen -> Waiting -> In-Progress -> Succeeded
///              ^            |             |
///              |            v             v
///              +--------- Failed <--------+  (consent lost)
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PairState {
    /// Waits for another pair of its foundation.
    Frozen,
    /// Will be checked.
    Waiting,
    /// A check is under way.
    InProgress,
    /// A check gave an answer.
    Succeeded,
    /// No check gave an answer.
    Failed,
}
