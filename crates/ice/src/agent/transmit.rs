use std::time::Instant;

use stonechat_sansio::{Batch, Transmit};
use stonechat_stun::{Attribute, Builder, Class, Method};

use crate::gather::Sending;
use crate::pair::{Pair, Purpose};
use crate::session::Session;
use crate::{PairStats, Role};

use super::Core;
use super::restart::Undoable;

impl Core {
    pub(super) fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        if !out.is_empty() {
            return None;
        }
        self.poll_response(out)
            .or_else(|| self.poll_check(now, out))
            .or_else(|| self.gatherer.poll_transmit(now, out))
    }

    /// After closing: what the TURN servers are told.
    pub(super) fn poll_goodbye(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.gatherer.poll_transmit(now, out)
    }

    fn poll_response(&mut self, out: &mut Batch<'_>) -> Option<Transmit> {
        while let Some(response) = self.responses.pop_front() {
            let session = std::iter::once(&self.session)
                .chain(self.previous.as_ref())
                .chain(self.undoable.as_ref().and_then(Undoable::idle))
                .find(|session| session.number == response.number);
            let Some(key) = session.and_then(|session| session.local_key.as_ref()) else {
                continue;
            };
            let message = response.describe().integrity(key).fingerprint();
            let transmit = match self.gatherer.send(response.path, &message, out) {
                Sending::Sent(transmit) => transmit,
                Sending::Refused => continue,
                Sending::NoRoom => {
                    drop(message);
                    self.responses.push_front(response);
                    return None;
                }
            };
            self.stats.responses_sent += 1;
            if let Some(id) = self.session.list.by_path(&response.path)
                && let Some(pair) = self.session.list.get_mut(id)
            {
                pair.traffic.responses_sent += 1;
            }
            return Some(transmit);
        }
        None
    }

    fn poll_check(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        let tie_breaker = self.tie_breaker;
        let limit = self.config.max_unanswered_octets;
        let sessions = std::iter::once(&mut self.session).chain(self.previous.as_mut());
        for session in sessions {
            let Some(peer) = &session.peer else { continue };
            let Some(key) = &peer.key else { continue };
            let exhausted = session.list.unanswered(limit);
            for pair in session.list.iter_mut() {
                if !pair.carries() {
                    // Its connection is being opened.
                    continue;
                }
                let Some(id) = pair.unsent.take() else {
                    continue;
                };
                if exhausted.contains(&pair.path.remote().ip()) {
                    pair.fail();
                    continue;
                }
                let Some(check) = pair.outstanding.iter_mut().find(|check| check.id == id) else {
                    continue;
                };
                let priority = self.gatherer.check_priority(pair.local);
                //= https://www.rfc-editor.org/rfc/rfc8445#section-7.1.1
                //# The agent MUST include the PRIORITY attribute in the Binding request
                let mut request = Builder::new(Class::Request, Method::BINDING, id)
                    .attribute(Attribute::Username(&peer.username))
                    .attribute(Attribute::Priority(priority))
                    .attribute(match check.role {
                        Role::Controlling => Attribute::IceControlling(tie_breaker),
                        Role::Controlled => Attribute::IceControlled(tie_breaker),
                    });
                if check.nominates {
                    request.push(Attribute::UseCandidate);
                }
                let request = request.integrity(key).fingerprint();
                let transmit = match self.gatherer.send(pair.path, &request, out) {
                    Sending::Sent(transmit) => transmit,
                    Sending::Refused => continue,
                    Sending::NoRoom => {
                        pair.unsent = Some(id);
                        return None;
                    }
                };
                pair.unanswered_octets += transmit.len();
                check.sent = Some(now);
                check.times_sent += 1;
                match check.purpose {
                    Purpose::Connectivity => {
                        pair.traffic.requests_sent += u64::from(check.times_sent == 1);
                    }
                    Purpose::Consent => pair.traffic.consent_requests_sent += 1,
                }
                self.stats.requests_sent += 1;
                return Some(transmit);
            }
        }
        None
    }

    pub(super) fn pair_stats(&self, session: &Session, pair: &Pair) -> Option<PairStats> {
        let local = pair.valid_local.unwrap_or(pair.local);
        let local = self
            .gatherer
            .local(local)
            .or_else(|| self.gatherer.local(pair.local))?;
        let remote = session
            .remotes
            .iter()
            .find(|remote| remote.id == pair.remote)?;
        let traffic = pair.traffic;
        let mut candidate = local.candidate.clone();
        // A generation gathers over the sockets of the one before.
        candidate.ufrag = Some(session.local.ufrag().to_owned());
        Some(PairStats {
            id: pair.id,
            local: candidate,
            remote: remote.candidate.clone(),
            path: pair.path,
            state: pair.state,
            nominated: pair.nomination == crate::pair::Nomination::Nominated,
            priority: pair.priority,
            requests_sent: traffic.requests_sent,
            requests_received: traffic.requests_received,
            responses_sent: traffic.responses_sent,
            responses_received: traffic.responses_received,
            consent_requests_sent: traffic.consent_requests_sent,
            packets_sent: traffic.packets_sent,
            packets_received: traffic.packets_received,
            bytes_sent: traffic.bytes_sent,
            bytes_received: traffic.bytes_received,
            last_packet_sent: traffic.packet_sent_at,
            last_packet_received: traffic.packet_received_at,
            packets_discarded_on_send: traffic.packets_discarded,
            bytes_discarded_on_send: traffic.bytes_discarded,
            current_round_trip_time: traffic.round_trip,
            total_round_trip_time: traffic.total_round_trip,
        })
    }
}
