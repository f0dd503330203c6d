use std::time::{Duration, Instant};

use crate::pair::{Nomination, Pair};
use crate::{CandidateKind, Event, GatheringState, PairId, Role};

use super::Core;

/// How long packets of the generation before are still taken once the new one is selected.
const LINGER: Duration = Duration::from_secs(5);
/// A pair that the peer has not asked for during this time may give way to a worse one. Longer than
/// the burst in which old agents nominate everything they check; short, since the pair may be dead.
const NOMINATION_LAPSES: Duration = Duration::from_millis(500);

impl Core {
    /// The controlling agent's decision (RFC 8445, section 8.1.1): at once if nothing better can
    /// come, else after a wait.
    pub(super) fn consider_nomination(&mut self, now: Instant) {
        let Some((id, at)) = self.nomination_due() else {
            return;
        };
        if at <= now
            && let Some(pair) = self.session.list.get_mut(id)
        {
            pair.nomination = Nomination::Wanted;
            self.session.list.trigger(id);
        }
    }

    /// The pair to be nominated, and when.
    pub(super) fn nomination_due(&self) -> Option<(PairId, Instant)> {
        if self.role != Role::Controlling || self.session.selected.is_some() {
            return None;
        }
        let pairs = self.session.list.pairs();
        if pairs
            .iter()
            .any(|pair| pair.nomination == Nomination::Wanted)
        {
            return None;
        }
        let best = self.session.list.best_valid()?;
        let since = self.session.valid_since?;
        let better = pairs
            .iter()
            .any(|pair| pair.priority > best.priority && pair.is_open());
        let (local, remote) = self.kinds(best)?;
        let direct =
            !best.is_tcp() && local == CandidateKind::Host && remote == CandidateKind::Host;
        let complete = self.session.remote_complete
            && self.session.resolving.is_empty()
            && self.gatherer.state == GatheringState::Complete;
        let wait = if !better && (direct || complete) {
            Duration::ZERO
        } else if best.is_tcp() {
            self.config.tcp.nomination_wait
        } else if local == CandidateKind::Relayed || remote == CandidateKind::Relayed {
            self.config.relay_nomination_wait
        } else {
            self.config.nomination_wait
        };
        Some((best.id, since + wait))
    }

    fn kinds(&self, pair: &Pair) -> Option<(CandidateKind, CandidateKind)> {
        let local = self.gatherer.local(pair.local)?;
        let remote = self
            .session
            .remotes
            .iter()
            .find(|remote| remote.id == pair.remote)?;
        Some((local.kind, remote.candidate.kind))
    }

    /// The controlling peer wants a valid pair to be used.
    ///
    /// RFC 8445 lets it nominate one; some keep nominating what they use. A better pair is always
    /// followed, a worse one if the selected one is not asked for any more.
    pub(super) fn on_use_candidate(&mut self, now: Instant, id: PairId) {
        let Some(pair) = self.session.list.get_mut(id) else {
            return;
        };
        pair.use_candidate_at = Some(now);
        let priority = pair.priority;
        let selected = self.session.selected.filter(|selected| *selected != id);
        let selected = selected.and_then(|selected| self.session.list.get(selected));
        let stays = selected.is_some_and(|selected| {
            selected.is_valid()
                && selected.priority > priority
                && selected
                    .use_candidate_at
                    .is_some_and(|at| now < at + NOMINATION_LAPSES)
        });
        if !stays && self.session.selected != Some(id) {
            self.select(now, id);
        }
    }

    /// Data goes over this pair from now on; the others are set aside.
    pub(super) fn select(&mut self, now: Instant, id: PairId) {
        self.session.selected = Some(id);
        self.session.list.clear_triggered();
        for pair in self.session.list.iter_mut() {
            if pair.id == id {
                pair.nomination = Nomination::Nominated;
                pair.use_candidate_at = Some(now);
                continue;
            }
            //= https://www.rfc-editor.org/rfc/rfc8445#section-8.1.2
            //# the agent MUST remove all Waiting and Frozen candidate pairs in the checklist
            pair.nomination = Nomination::None;
            pair.stop_checks();
            pair.consent = None;
            if pair.state == crate::PairState::InProgress {
                pair.state = crate::PairState::Waiting;
            }
        }
        if self.previous.is_some() {
            self.previous_until = Some(now + LINGER);
        }
    }

    /// Tells which pair data goes over, if that is another one than before: the selected one, or
    /// as long as none is selected the best that works.
    pub(super) fn tell_pair(&mut self) {
        let Some(pair) = self.session.route() else {
            return;
        };
        let id = pair.id;
        if self.session.told_pair == Some(id) {
            return;
        }
        let Some(stats) = self.pair_stats(&self.session, pair) else {
            return;
        };
        let (local, remote) = (Box::new(stats.local), Box::new(stats.remote));
        self.session.told_pair = Some(id);
        self.tell(Event::SelectedPair { local, remote }, |known| {
            matches!(known, Event::SelectedPair { .. })
        });
    }
}
