use std::time::Instant;

use crate::pair::Pair;
use crate::session::Session;
use crate::{Credentials, Event};

use super::Core;

impl Core {
    /// Begins a generation with new credentials (RFC 8445, section 9).
    pub(super) fn restart(&mut self, _now: Instant, credentials: Option<Credentials>) {
        let credentials = credentials
            .unwrap_or_else(|| Credentials::generate(&mut self.rng, &self.config.ufrag_prefix));
        // Candidates may have come before the description that they belong to.
        let pending = std::mem::take(&mut self.session.pending);
        self.renew(credentials);
        self.session.pending = pending;
        self.gatherer.restart();
        self.events.retain(|event| {
            !matches!(
                event,
                Event::LocalCandidate(_) | Event::GatheringState(_) | Event::CandidateError { .. }
            )
        });
    }

    /// Replaces the present generation by one of these local credentials; keeps what carries
    /// data.
    pub(super) fn renew(&mut self, credentials: Credentials) {
        let number = self.session.number.wrapping_add(1);
        let session = Session::new(number, credentials, &self.crypto);
        let mut old = std::mem::replace(&mut self.session, session);
        self.conflicts = 0;
        if let Some(route) = old.route().map(|pair| pair.id) {
            old.list.retain(|pair: &Pair| pair.id == route);
            old.list.clear_triggered();
            for pair in old.list.iter_mut() {
                pair.retransmission = None;
            }
            old.selected = Some(route);
            self.previous = Some(old);
            self.previous_until = None;
        }
        let kept = self.previous.as_ref().map(|previous| previous.number);
        self.authenticated
            .retain(|known| Some(known.number) == kept);
        self.gatherer
            .forget_peer_reflexive(|local| Some(local.number) == kept);
    }
}
