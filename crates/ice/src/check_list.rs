use std::collections::VecDeque;
use std::net::IpAddr;

use stonechat_sansio::{Path, SocketId};
use stonechat_stun::TransactionId;

use crate::pair::{Connection, LocalId, Pair, RemoteId};
use crate::{PairId, PairState, RequestId};

/// The pairs of one generation, best first, and the triggered-check queue (RFC 8445,
/// section 6.1.2).
#[derive(Debug, Default)]
pub(crate) struct CheckList {
    pairs: Vec<Pair>,
    triggered: VecDeque<PairId>,
    foundations: Vec<String>,
}

/// What became of a new pair.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Inserted {
    /// It is in the list.
    Added,
    /// It is in the list, and another one is no more.
    Evicting,
    /// The list is full of better ones.
    Refused,
}

impl CheckList {
    /// Adds a pair in the state that its foundation allows. At `limit` pairs the worst unchecked
    /// one gives way; if none is worse the new one is not added.
    pub(crate) fn insert(&mut self, mut pair: Pair, limit: usize) -> Inserted {
        let mut inserted = Inserted::Added;
        if self.pairs.len() >= limit {
            //= https://www.rfc-editor.org/rfc/rfc8445#section-6.1.2.5
            //# the agent MUST discard lower-priority candidate pairs
            let worst = self.pairs.iter().rposition(|known| {
                known.priority < pair.priority
                    && matches!(known.state, PairState::Frozen | PairState::Waiting)
                    && !self.triggered.contains(&known.id)
            });
            let Some(worst) = worst else {
                return Inserted::Refused;
            };
            self.pairs.remove(worst);
            inserted = Inserted::Evicting;
        }
        pair.state = self.initial_state(&pair);
        if pair.state == PairState::Waiting {
            // The best pair of a foundation is the one that is checked first.
            for known in self
                .pairs
                .iter_mut()
                .filter(|known| known.foundation == pair.foundation)
            {
                if known.state == PairState::Waiting && known.priority < pair.priority {
                    known.state = PairState::Frozen;
                }
            }
        }
        let at = self
            .pairs
            .partition_point(|known| known.priority >= pair.priority);
        self.pairs.insert(at, pair);
        inserted
    }

    //= https://www.rfc-editor.org/rfc/rfc8838#section-12
    fn initial_state(&self, pair: &Pair) -> PairState {
        let mut state = PairState::Waiting;
        for known in self
            .pairs
            .iter()
            .filter(|known| known.foundation == pair.foundation)
        {
            match known.state {
                PairState::Succeeded => return PairState::Waiting,
                PairState::InProgress => state = PairState::Frozen,
                PairState::Waiting if known.priority >= pair.priority => state = PairState::Frozen,
                PairState::Waiting | PairState::Frozen | PairState::Failed => {}
            }
        }
        state
    }

    /// The number of a foundation.
    pub(crate) fn foundation(&mut self, text: &str) -> usize {
        self.foundations
            .iter()
            .position(|known| known == text)
            .unwrap_or_else(|| {
                self.foundations.push(text.to_owned());
                self.foundations.len() - 1
            })
    }

    pub(crate) fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Pair> {
        self.pairs.iter_mut()
    }

    pub(crate) fn get(&self, id: PairId) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: PairId) -> Option<&mut Pair> {
        self.pairs.iter_mut().find(|pair| pair.id == id)
    }

    pub(crate) fn by_path(&self, path: &Path) -> Option<PairId> {
        self.pairs
            .iter()
            .find(|pair| pair.path == *path)
            .map(|pair| pair.id)
    }

    pub(crate) fn by_transaction(&self, id: TransactionId) -> Option<PairId> {
        let waits = |pair: &&Pair| pair.outstanding.iter().any(|check| check.id == id);
        self.pairs.iter().find(waits).map(|pair| pair.id)
    }

    /// The best pair over which data may go.
    pub(crate) fn best_valid(&self) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.is_valid())
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Pair) -> bool) {
        self.pairs.retain(keep);
        let pairs = &self.pairs;
        self.triggered
            .retain(|id| pairs.iter().any(|pair| pair.id == *id));
    }

    /// Leaves only one pair, and gives the others.
    pub(crate) fn take_all_but(&mut self, id: PairId) -> Vec<Pair> {
        self.triggered.clear();
        self.pairs.extract_if(.., |pair| pair.id != id).collect()
    }

    /// Takes back what [`take_all_but`](Self::take_all_but) gave.
    pub(crate) fn put_back(&mut self, pairs: Vec<Pair>) {
        self.pairs.extend(pairs);
        self.sort();
    }

    /// Orders again after priorities changed.
    pub(crate) fn sort(&mut self) {
        self.pairs
            .sort_by_key(|pair| std::cmp::Reverse(pair.priority));
    }

    /// Puts a pair in the triggered-check queue.
    pub(crate) fn trigger(&mut self, id: PairId) {
        if self.triggered.contains(&id) {
            return;
        }
        if let Some(pair) = self.get_mut(id) {
            if pair.state != PairState::Succeeded {
                pair.state = PairState::Waiting;
                pair.retransmission = None;
            }
            self.triggered.push_back(id);
        }
    }

    pub(crate) fn clear_triggered(&mut self) {
        self.triggered.clear();
    }

    pub(crate) fn is_triggered(&self, id: PairId) -> bool {
        self.triggered.contains(&id)
    }

    /// The pair to be checked next: triggered ones first, then, if `ordinary` checks go on, the
    /// best waiting one, then a frozen one whose foundation is idle.
    //= https://www.rfc-editor.org/rfc/rfc8445#section-6.1.4.2
    pub(crate) fn next(&mut self, ordinary: bool) -> Option<PairId> {
        let triggered = self
            .triggered
            .iter()
            .position(|id| self.get(*id).is_none_or(|pair| self.may_connect(pair)));
        if let Some(id) = triggered.and_then(|at| self.triggered.remove(at)) {
            return Some(id);
        }
        if !ordinary {
            return None;
        }
        self.waiting().or_else(|| self.thawable())
    }

    /// Whether [`next`](Self::next) would give a pair.
    pub(crate) fn has_next(&self, ordinary: bool) -> bool {
        let starts = |id: &PairId| self.get(*id).is_none_or(|pair| self.may_connect(pair));
        self.triggered.iter().any(starts)
            || (ordinary && (self.waiting().is_some() || self.thawable().is_some()))
    }

    fn waiting(&self) -> Option<PairId> {
        self.pairs
            .iter()
            .find(|pair| pair.state == PairState::Waiting && self.may_connect(pair))
            .map(|pair| pair.id)
    }

    fn thawable(&self) -> Option<PairId> {
        let busy = |pair: &Pair| matches!(pair.state, PairState::Waiting | PairState::InProgress);
        self.pairs
            .iter()
            .filter(|pair| pair.state == PairState::Frozen && self.may_connect(pair))
            .find(|frozen| {
                !self
                    .pairs
                    .iter()
                    .any(|pair| pair.foundation == frozen.foundation && busy(pair))
            })
            .map(|pair| pair.id)
    }

    /// Whether the pair can be checked without one more connection attempt than an address bears.
    //= https://www.rfc-editor.org/rfc/rfc6544#section-12
    //# an ICE agent SHOULD NOT have more than 5 outstanding TCP connection attempts with the same
    //# peer to the same IP address.
    fn may_connect(&self, pair: &Pair) -> bool {
        if pair.connection != Connection::Closed {
            return true;
        }
        let opening = self.pairs.iter().filter(|other| {
            matches!(other.connection, Connection::Opening(_))
                && other.path.remote().ip() == pair.path.remote().ip()
        });
        opening.count() < MAX_OPENING
    }

    /// The pair of these two candidates.
    pub(crate) fn by_candidates(&self, local: LocalId, remote: RemoteId) -> Option<PairId> {
        self.pairs
            .iter()
            .find(|pair| pair.local == local && pair.remote == remote)
            .map(|pair| pair.id)
    }

    /// The pair whose connection is being opened under this id.
    pub(crate) fn opening(&mut self, id: RequestId) -> Option<&mut Pair> {
        self.iter_mut()
            .find(|pair| pair.connection == Connection::Opening(id))
    }

    /// The pair over this TCP connection.
    pub(crate) fn on_socket(&self, socket: SocketId) -> Option<&Pair> {
        self.pairs
            .iter()
            .find(|pair| pair.connection == Connection::Open && pair.path.socket() == socket)
    }

    /// A check of `foundation` has succeeded: its other pairs may be checked.
    //= https://www.rfc-editor.org/rfc/rfc8445#section-7.2.5.3.3
    //# The agent sets the states for all other Frozen candidate pairs in all checklists with
    //# the same foundation to Waiting.
    pub(crate) fn thaw(&mut self, foundation: (usize, usize)) {
        for pair in self
            .pairs
            .iter_mut()
            .filter(|pair| pair.foundation == foundation)
        {
            if pair.state == PairState::Frozen {
                pair.state = PairState::Waiting;
            }
        }
    }

    /// Addresses that were sent `limit` octets of requests and more without an answer.
    pub(crate) fn unanswered(&self, limit: usize) -> Vec<IpAddr> {
        let total: usize = self.pairs.iter().map(|pair| pair.unanswered_octets).sum();
        if total < limit {
            return Vec::new();
        }
        let octets_to = |ip| {
            let same = self
                .pairs
                .iter()
                .filter(move |pair| pair.path.remote().ip() == ip);
            same.map(|pair| pair.unanswered_octets).sum::<usize>()
        };
        let addresses = self.pairs.iter().map(|pair| pair.path.remote().ip());
        addresses.filter(|ip| octets_to(*ip) >= limit).collect()
    }

    /// Pairs that are waiting or in progress.
    pub(crate) fn busy(&self) -> usize {
        let busy = |pair: &&Pair| matches!(pair.state, PairState::Waiting | PairState::InProgress);
        self.pairs.iter().filter(busy).count()
    }
}

/// Connections to one address that are being opened at a time.
const MAX_OPENING: usize = 5;
