use std::time::{Duration, Instant};

use stonechat_sansio::Rng;
use stonechat_stun::TransactionId;

use crate::pair::{Check, Consent, Pair, Purpose};
use crate::{Config, PairState, Role};

use super::Core;

impl Core {
    /// Consent checks and their expiry, in both generations (RFC 7675).
    pub(super) fn check_consent(&mut self, now: Instant) {
        let (config, role, rng) = (&self.config, self.role, &mut self.rng);
        let mut lost = false;
        for pair in self.session.list.iter_mut() {
            if tick(pair, now, config, role, rng) == Tick::Lost {
                lost |= self.session.selected == Some(pair.id);
            }
        }
        if lost {
            tracing::debug!("consent lost");
            self.session.failed = true;
        }
        let Some(previous) = &mut self.previous else {
            return;
        };
        for pair in previous.list.iter_mut() {
            // Without consent it is no route any more, which is looked at below.
            tick(pair, now, config, role, rng);
        }
        if previous.route().is_none() || self.previous_until.is_some_and(|until| until <= now) {
            let number = previous.number;
            if let Some(previous) = self.previous.take() {
                self.on_previous_lost(previous);
            }
            self.previous_until = None;
            self.authenticated.retain(|known| known.number != number);
            let number = self.session.number;
            self.gatherer
                .forget_peer_reflexive(|local| local.number == number);
        }
    }

    /// Consent as an answer gives it.
    pub(super) fn fresh_consent(&mut self, now: Instant) -> Consent {
        let interval = consent_interval(&self.config, &mut self.rng);
        Consent::fresh(now, self.config.consent_timeout, interval)
    }

    /// When the pair in use counts as disconnected, if it gets no answer.
    pub(super) fn disconnects_at(&self, pair: &Pair) -> Option<Instant> {
        let unanswered = pair.consent?.unanswered_since?;
        let silent_since = unanswered.max(pair.received_at.unwrap_or(unanswered));
        Some(silent_since + self.config.disconnected_timeout)
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Tick {
    Kept,
    Lost,
}

fn tick(pair: &mut Pair, now: Instant, config: &Config, role: Role, rng: &mut Rng) -> Tick {
    let Some(mut consent) = pair.consent else {
        return Tick::Kept;
    };
    //= https://www.rfc-editor.org/rfc/rfc7675#section-5.1
    //# if a valid STUN binding response has not been received from the remote peer's transport
    //# address in 30 seconds, the endpoint MUST cease transmission on that 5-tuple.
    if consent.expires <= now {
        pair.fail();
        pair.consent_lost = true;
        return Tick::Lost;
    }
    if consent.next <= now && pair.state == PairState::Succeeded {
        consent.next = now + consent_interval(config, rng);
        consent.unanswered_since.get_or_insert(now);
        pair.consent = Some(consent);
        // A nomination that is under way is a check as well.
        if pair.retransmission.is_none() {
            pair.note_request(Check {
                id: TransactionId::new(rng),
                role,
                nominates: false,
                purpose: Purpose::Consent,
                sent: None,
                times_sent: 0,
            });
        }
    }
    Tick::Kept
}

//= https://www.rfc-editor.org/rfc/rfc7675#section-5.1
//# each interval MUST be randomized from between 0.8 and 1.2 times the basic period.
fn consent_interval(config: &Config, rng: &mut Rng) -> Duration {
    config.consent_interval.mul_f64(0.8 + 0.4 * rng.unit())
}
