use std::time::{Duration, Instant};

use stonechat_sansio::Path;
use stonechat_stun::TransactionId;

use crate::{PairId, PairState, RequestId, Role};

/// Most requests of one pair that an answer is waited for.
const MAX_OUTSTANDING: usize = 16;

/// Names a local candidate of one agent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LocalId(pub(crate) u32);

/// Names a remote candidate of one agent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RemoteId(pub(crate) u32);

/// A candidate pair: a base of ours and an address of theirs.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) id: PairId,
    pub(crate) local: LocalId,
    pub(crate) remote: RemoteId,
    /// The route, logical for relays. Of TCP pairs the socket is that of the connection, and the
    /// virtual one of the active candidate while there is none.
    pub(crate) path: Path,
    pub(crate) connection: Connection,
    pub(crate) priority: u64,
    /// Numbers of the foundations of both candidates.
    pub(crate) foundation: (usize, usize),
    pub(crate) state: PairState,
    pub(crate) nomination: Nomination,
    /// The local candidate of the valid pair, once a check has succeeded.
    pub(crate) valid_local: Option<LocalId>,
    /// Requests that an answer is waited for, oldest first.
    pub(crate) outstanding: Vec<Check>,
    pub(crate) retransmission: Option<Retransmission>,
    /// The request that waits to be polled.
    pub(crate) unsent: Option<TransactionId>,
    pub(crate) consent: Option<Consent>,
    /// When the peer last asked for this pair to be used.
    pub(crate) use_candidate_at: Option<Instant>,
    /// Consent was lost: never used again with these credentials.
    pub(crate) consent_lost: bool,
    /// When something of the peer last came over it.
    pub(crate) received_at: Option<Instant>,
    /// Octets of requests since the last answer.
    pub(crate) unanswered_octets: usize,
    pub(crate) traffic: Traffic,
}

/// What carries the packets of a pair.
///
/// ```text
/// Closed -> Opening -> Open      (for a check; back to Closed when it breaks, is not answered or
///    ^         |         |        is not needed any more; pairs over accepted connections begin
///    +---------+---------+        in Open and end with it)
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Connection {
    /// UDP: nothing has to be opened.
    Datagrams,
    /// TCP, to be opened from here.
    Closed,
    /// TCP, asked for.
    Opening(RequestId),
    /// TCP, there.
    Open,
}

/// How far the nomination of a pair has come.
///
/// ```text
/// None -> Wanted -> Nominated      (a USE-CANDIDATE check is due or under way, or, on the
///                                   controlled side, was received before our check succeeded)
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Nomination {
    None,
    Wanted,
    Nominated,
}

/// A request that was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    pub(crate) id: TransactionId,
    pub(crate) role: Role,
    pub(crate) nominates: bool,
    pub(crate) purpose: Purpose,
    /// When it was last sent; `None` while it waits to be polled.
    pub(crate) sent: Option<Instant>,
    pub(crate) times_sent: u32,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// A connectivity check, retransmitted.
    Connectivity,
    /// A consent check, sent once.
    Consent,
}

/// Retransmission of the current connectivity check (RFC 8489, section 6.2.1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retransmission {
    pub(crate) id: TransactionId,
    pub(crate) requests: u32,
    pub(crate) initial: Duration,
    pub(crate) timeout: Duration,
    pub(crate) at: Instant,
}

/// Consent to send on a valid pair (RFC 7675).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Consent {
    /// When sending stops unless there is an answer.
    pub(crate) expires: Instant,
    /// When the next request is due.
    pub(crate) next: Instant,
    /// When the first request since the last answer was due.
    pub(crate) unanswered_since: Option<Instant>,
}

/// Counters of one pair.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) requests_sent: u64,
    pub(crate) requests_received: u64,
    pub(crate) responses_sent: u64,
    pub(crate) responses_received: u64,
    pub(crate) consent_requests_sent: u64,
    pub(crate) packets_sent: u64,
    pub(crate) packets_received: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) bytes_received: u64,
    pub(crate) packet_sent_at: Option<Instant>,
    pub(crate) packet_received_at: Option<Instant>,
    pub(crate) packets_discarded: u64,
    pub(crate) bytes_discarded: u64,
    pub(crate) round_trip: Option<Duration>,
    pub(crate) total_round_trip: Duration,
}

impl Pair {
    pub(crate) fn new(
        id: PairId,
        local: LocalId,
        remote: RemoteId,
        path: Path,
        connection: Connection,
        priority: u64,
        foundation: (usize, usize),
    ) -> Self {
        Self {
            id,
            local,
            remote,
            path,
            connection,
            priority,
            foundation,
            state: PairState::Frozen,
            nomination: Nomination::None,
            valid_local: None,
            outstanding: Vec::new(),
            retransmission: None,
            unsent: None,
            consent: None,
            use_candidate_at: None,
            consent_lost: false,
            received_at: None,
            unanswered_octets: 0,
            traffic: Traffic::default(),
        }
    }

    /// Whether data may go over the pair.
    pub(crate) fn is_valid(&self) -> bool {
        self.state == PairState::Succeeded && self.consent.is_some() && self.carries()
    }

    /// Whether packets can be sent.
    pub(crate) fn carries(&self) -> bool {
        matches!(self.connection, Connection::Datagrams | Connection::Open)
    }

    pub(crate) fn is_tcp(&self) -> bool {
        self.connection != Connection::Datagrams
    }

    /// Whether a check of it is still to come or under way.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.state,
            PairState::Frozen | PairState::Waiting | PairState::InProgress
        )
    }

    /// Notes a new request that waits to be polled. An earlier one that was never polled is
    /// forgotten.
    pub(crate) fn note_request(&mut self, check: Check) {
        if let Some(unsent) = self.unsent.take() {
            self.outstanding
                .retain(|known| known.id != unsent || known.times_sent > 0);
        }
        if self.outstanding.len() >= MAX_OUTSTANDING {
            self.outstanding.remove(0);
        }
        self.unsent = Some(check.id);
        self.outstanding.push(check);
    }

    /// Forgets all checks: nothing is sent or waited for.
    pub(crate) fn stop_checks(&mut self) {
        self.outstanding.clear();
        self.retransmission = None;
        self.unsent = None;
    }

    /// The pair gives no connectivity.
    pub(crate) fn fail(&mut self) {
        self.state = PairState::Failed;
        self.nomination = Nomination::None;
        self.consent = None;
        self.stop_checks();
    }

    /// When the pair wants to be looked at next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let retransmission = self.retransmission.map(|retransmission| retransmission.at);
        let consent = self
            .consent
            .map(|consent| consent.next.min(consent.expires));
        retransmission.into_iter().chain(consent).min()
    }

    pub(crate) fn note_round_trip(&mut self, round_trip: Duration) {
        self.traffic.round_trip = Some(round_trip);
        self.traffic.total_round_trip += round_trip;
    }
}

impl Consent {
    /// Consent as an answer at `now` gives it.
    pub(crate) fn fresh(now: Instant, timeout: Duration, interval: Duration) -> Self {
        Self {
            expires: now + timeout,
            next: now + interval,
            unanswered_since: None,
        }
    }
}
