use std::time::{Duration, Instant};

use stonechat_sansio::Path;
use stonechat_stun::{Message, TransactionId};

use crate::pair::{Check, Nomination, Purpose, Retransmission};
use crate::{DropReason, PairId, PairState, Role};

use super::Core;

/// Waited for after the last request, in first timeouts (Rm of RFC 8489).
const LAST_WAIT: u32 = 16;
/// Longest wait between two requests.
const MAX_TIMEOUT: Duration = Duration::from_secs(60);

impl Core {
    /// Whether ordinary checks go on: until a pair is selected.
    pub(super) fn checks_ordinary(&self) -> bool {
        self.session.selected.is_none()
    }

    /// Whether a transaction could start if the pace allowed it.
    pub(super) fn has_start(&self) -> bool {
        let checks = self.session.peer.is_some() && !self.session.failed;
        (checks && self.session.list.has_next(self.checks_ordinary())) || self.gatherer.has_start()
    }

    /// Starts at most one transaction per Ta: a triggered check, else one with a server, else an
    /// ordinary check (RFC 8445, sections 6.1.4.2 and 14.2).
    pub(super) fn start_due(&mut self, now: Instant) {
        if now < self.next_start {
            return;
        }
        let checks = self.session.peer.is_some() && !self.session.failed;
        let started = (checks && self.start_check(now, Which::Triggered))
            || self.gatherer.start_next(now)
            || (checks && self.start_check(now, Which::Any));
        if started {
            self.next_start = now + self.config.ta;
        }
    }

    fn start_check(&mut self, now: Instant, which: Which) -> bool {
        let ordinary = which == Which::Any && self.checks_ordinary();
        while let Some(id) = self.session.list.next(ordinary) {
            let timeout = self.retransmission_timeout();
            let role = self.role;
            let check_id = TransactionId::new(&mut self.rng);
            let Some(pair) = self.session.list.get_mut(id) else {
                continue;
            };
            if pair.consent_lost {
                continue;
            }
            if pair.state != PairState::Succeeded {
                pair.state = PairState::InProgress;
            }
            let nominates = role == Role::Controlling && pair.nomination == Nomination::Wanted;
            pair.note_request(Check {
                id: check_id,
                role,
                nominates,
                purpose: Purpose::Connectivity,
                sent: None,
                times_sent: 0,
            });
            //= https://www.rfc-editor.org/rfc/rfc6544#section-7.1
            //# retransmissions of the STUN connectivity check messages are not needed, since TCP
            //# takes care of reliable delivery of the messages.
            let requests = if pair.is_tcp() {
                self.config.max_requests
            } else {
                1
            };
            let wait = if pair.is_tcp() {
                stream_wait(self.config.rto, self.config.max_requests)
            } else if self.config.max_requests == 1 {
                timeout * LAST_WAIT
            } else {
                timeout
            };
            let at = now + wait;
            pair.retransmission = Some(Retransmission {
                id: check_id,
                requests,
                initial: timeout,
                timeout,
                at,
            });
            self.open_connection(id);
            return true;
        }
        false
    }

    //= https://www.rfc-editor.org/rfc/rfc8445#section-14.3
    //# RTO = MAX (500ms, Ta * N * (Num-Waiting + Num-In-Progress))
    fn retransmission_timeout(&self) -> Duration {
        let busy = u32::try_from(self.session.list.busy()).unwrap_or(u32::MAX);
        self.config
            .rto
            .max(self.config.ta.saturating_mul(busy))
            .min(MAX_TIMEOUT)
    }

    /// Sends requests again whose answer is late, and gives up those that had all their turns.
    pub(super) fn retransmit_due(&mut self, now: Instant) {
        let max_requests = self.config.max_requests;
        for pair in self.session.list.iter_mut() {
            let Some(mut due) = pair.retransmission.filter(|due| due.at <= now) else {
                continue;
            };
            if due.requests >= max_requests {
                // Also for a nomination of a pair that had succeeded.
                pair.fail();
                continue;
            }
            due.requests += 1;
            due.timeout = (due.timeout * 2).min(MAX_TIMEOUT);
            let last = due.requests >= max_requests;
            due.at = now
                + if last {
                    due.initial * LAST_WAIT
                } else {
                    due.timeout
                };
            pair.unsent = Some(due.id);
            pair.retransmission = Some(due);
        }
    }

    /// A response (RFC 8445, section 7.2.5).
    pub(super) fn on_response(&mut self, now: Instant, path: Path, message: &Message<'_>) {
        let transaction = message.transaction_id();
        let current = self.session.list.by_transaction(transaction);
        let earlier = || self.previous.as_ref()?.list.by_transaction(transaction);
        let (id, session) = match current {
            Some(id) => (id, &mut self.session),
            None => match (earlier(), &mut self.previous) {
                (Some(id), Some(previous)) => (id, previous),
                _ => return self.stats.drop_one(DropReason::UnknownTransaction),
            },
        };
        let key = session.peer.as_ref().and_then(|peer| peer.key.as_ref());
        if key.is_none_or(|key| message.verify_integrity(key).is_err()) {
            return self.stats.drop_one(DropReason::Unauthenticated);
        }
        let number = session.number;
        let Some(pair) = session.list.get_mut(id) else {
            return;
        };
        let Some(at) = pair
            .outstanding
            .iter()
            .position(|check| check.id == transaction)
        else {
            return;
        };
        let success = message.class() == stonechat_stun::Class::Success;
        let mapped = message
            .xor_mapped_address()
            .map(crate::candidate::canonical);
        if (success && mapped.is_none()) || message.unknown_required().next().is_some() {
            return self.stats.drop_one(DropReason::Malformed);
        }
        if pair.path.socket() != path.socket() || pair.path.remote() != path.remote() {
            //= https://www.rfc-editor.org/rfc/rfc8445#section-7.2.5.2.1
            //# the agent MUST set the candidate pair state to Failed.
            if pair.state != PairState::Succeeded {
                pair.fail();
            }
            return self.stats.drop_one(DropReason::WrongAddress);
        }
        let check = pair.outstanding.remove(at);
        if pair.unsent == Some(transaction) {
            pair.unsent = None;
        }
        if pair.retransmission.is_some_and(|due| due.id == transaction) {
            pair.retransmission = None;
        }
        pair.traffic.responses_received += 1;
        pair.unanswered_octets = 0;
        pair.received_at = Some(now);
        self.stats.responses_received += 1;
        // Only a request sent once tells which one was answered.
        if let Some(sent) = check.sent.filter(|_| check.times_sent == 1) {
            pair.note_round_trip(now.saturating_duration_since(sent));
        }
        if let Some(mapped) = mapped.filter(|_| success) {
            let path = pair.path;
            self.authenticate(path, number);
            self.on_success(now, number, id, check, mapped);
        } else if number == self.session.number {
            let code = message.error_code().map(|error| error.code);
            self.on_error(now, id, check, code);
        }
    }

    fn on_success(
        &mut self,
        now: Instant,
        number: u32,
        id: PairId,
        check: Check,
        mapped: std::net::SocketAddr,
    ) {
        let consent = self.fresh_consent(now);
        if number != self.session.number {
            let previous = self.previous.as_mut();
            let pair = previous.and_then(|previous| previous.list.get_mut(id));
            if let Some(pair) = pair.filter(|pair| pair.consent.is_some()) {
                pair.consent = Some(consent);
            }
            return;
        }
        let Some(pair) = self.session.list.get_mut(id) else {
            return;
        };
        if pair.consent_lost {
            return;
        }
        if check.purpose == Purpose::Consent {
            if pair.consent.is_some() {
                pair.consent = Some(consent);
            }
            return;
        }
        pair.state = PairState::Succeeded;
        pair.consent = Some(consent);
        if pair.retransmission.is_some() && pair.nomination != Nomination::Wanted {
            pair.retransmission = None;
            pair.unsent = None;
        }
        let (foundation, wanted) = (pair.foundation, pair.nomination == Nomination::Wanted);
        let base = pair.local;
        self.session.list.thaw(foundation);
        self.session.valid_since.get_or_insert(now);
        let valid = self.local_for_mapped(base, mapped);
        if let Some(pair) = self.session.list.get_mut(id) {
            pair.valid_local = Some(valid.unwrap_or(base));
        }
        match self.role {
            Role::Controlling if check.nominates && self.session.selected.is_none() => {
                self.select(now, id);
            }
            //= https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.5
            Role::Controlled if wanted => self.on_use_candidate(now, id),
            Role::Controlling | Role::Controlled => {
                // Aside of the selected pair nothing is kept alive.
                let selected = self.session.selected;
                if selected.is_some()
                    && selected != Some(id)
                    && let Some(pair) = self.session.list.get_mut(id)
                {
                    pair.consent = None;
                }
            }
        }
    }

    fn on_error(&mut self, now: Instant, id: PairId, check: Check, code: Option<u16>) {
        if code == Some(487) {
            return self.on_role_conflict(now, id, check.role);
        }
        if check.purpose == Purpose::Connectivity
            && let Some(pair) = self.session.list.get_mut(id)
        {
            pair.fail();
        }
    }
}

/// How long a check over TCP may take, with the connection that is opened for it: as long as one
/// over UDP with all its retransmissions.
fn stream_wait(rto: Duration, max_requests: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(max_requests.saturating_sub(1));
    rto.saturating_mul(doubled.saturating_sub(1).saturating_add(LAST_WAIT))
        .min(10 * MAX_TIMEOUT)
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Which {
    Triggered,
    Any,
}
