use std::time::Instant;

use crate::gather::Outcome;
use crate::pair::Pair;
use crate::{Event, GatheringState, Interface, Role, State};

use super::Core;

impl Core {
    /// Does what is due and brings everything that is derived up to date.
    pub(super) fn settle(&mut self, now: Instant) {
        self.retransmit_due(now);
        self.check_consent(now);
        self.gatherer.advance(now);
        self.take_outcomes(now);
        self.tend_streams(now);
        self.consider_nomination(now);
        self.start_due(now);
        self.fail_if_hopeless(now);
        self.update_state(now);
        self.tell_pair();
        self.update_route();
        self.deadline = self.next_deadline(now);
    }

    pub(super) fn gather(&mut self, now: Instant) {
        let (number, ufrag) = (self.session.number, self.session.local.ufrag().to_owned());
        self.gatherer.begin(now, number, &ufrag);
    }

    pub(super) fn on_interfaces(&mut self, now: Instant, interfaces: &[Interface]) {
        self.gatherer.set_interfaces(now, interfaces);
    }

    /// Local candidates go on to be used in a generation of the same local credentials.
    pub(super) fn activate_locals(&mut self, now: Instant) {
        for local in self.gatherer.activate(self.session.number) {
            self.pair_local(now, local);
        }
    }

    fn take_outcomes(&mut self, now: Instant) {
        while let Some(outcome) = self.gatherer.outcomes.pop_front() {
            match outcome {
                Outcome::Base(local) => self.pair_local(now, local),
                Outcome::Told(candidate) => {
                    self.events.push_back(Event::LocalCandidate(candidate));
                }
                Outcome::Refused {
                    address,
                    url,
                    code,
                    text,
                } => {
                    self.events.push_back(Event::CandidateError {
                        address,
                        url,
                        code,
                        text,
                    });
                }
                Outcome::State(state) => {
                    self.events.push_back(Event::GatheringState(state));
                }
                Outcome::Gone(local) => self.forget_base(*local),
            }
        }
    }

    /// Pairs a new base with every remote candidate.
    fn pair_local(&mut self, now: Instant, local: crate::pair::LocalId) {
        let remotes: Vec<_> = self
            .session
            .remotes
            .iter()
            .map(|remote| remote.id)
            .collect();
        for remote in remotes {
            self.add_pair(now, local, remote, None, crate::candidate::can_pair);
        }
    }

    /// A base is no more: neither are its pairs.
    fn forget_base(&mut self, local: crate::gather::Local) {
        let kept = |pair: &Pair| pair.path.socket() != local.socket && pair.local != local.id;
        self.session.list.retain(kept);
        let selected = self.session.selected;
        self.session.selected = selected.filter(|id| self.session.list.get(*id).is_some());
        if let Some(previous) = &mut self.previous {
            previous.list.retain(kept);
        }
        self.retain_replaced(kept);
        self.authenticated
            .retain(|known| known.path.socket() != local.socket);
        let gone = local.candidate;
        self.events.retain(
            |event| !matches!(event, Event::LocalCandidate(candidate) if **candidate == gone),
        );
    }

    //= https://www.rfc-editor.org/rfc/rfc8863#section-4
    //# While the timer is still running, the ICE agent MUST NOT update a checklist state from
    //# Running to Failed
    fn fail_if_hopeless(&mut self, now: Instant) {
        let session = &self.session;
        let patient = session.patience.is_none_or(|until| now < until);
        if session.failed
            || patient
            || session.route().is_some()
            || self.has_open_pair()
            || !session.resolving.is_empty()
            || self.gatherer.state == GatheringState::Gathering
        {
            return;
        }
        self.session.failed = true;
    }

    fn update_state(&mut self, now: Instant) {
        let state = self.present_state(now);
        if state == self.state {
            return;
        }
        tracing::debug!(from = ?self.state, to = ?state, "ice state");
        self.state = state;
        if state == State::Failed {
            // What is set aside stays; nothing is checked any more.
            self.session.list.clear_triggered();
            for pair in self.session.list.iter_mut() {
                pair.stop_checks();
            }
        }
        self.tell(Event::State(state), |known| {
            matches!(known, Event::State(_))
        });
    }

    fn present_state(&self, now: Instant) -> State {
        if self.state == State::Closed {
            return State::Closed;
        }
        if self.session.failed {
            return State::Failed;
        }
        let disconnected = |pair: &Pair| self.disconnects_at(pair).is_some_and(|at| at <= now);
        if let Some(route) = self.session.route() {
            let complete = self.session.selected.is_some()
                && self.session.remote_complete
                && self.gatherer.state == GatheringState::Complete;
            return match (disconnected(route), complete) {
                (true, _) => State::Disconnected,
                (false, true) => State::Completed,
                (false, false) => State::Connected,
            };
        }
        if self.session.peer.is_none() {
            let previous = self.previous.as_ref().and_then(|previous| previous.route());
            return match previous {
                // Whether it was lost before is forgotten.
                _ if self.session.began_lost => State::Checking,
                Some(pair) if disconnected(pair) => State::Disconnected,
                Some(_) if self.state == State::Completed => State::Completed,
                Some(_) => State::Connected,
                None => State::New,
            };
        }
        if self.session.valid_since.is_some() {
            return State::Disconnected;
        }
        if self.has_open_pair() || self.session.began_lost {
            return State::Checking;
        }
        let may_get_more = !self.session.remote_complete
            || !self.session.resolving.is_empty()
            || self.gatherer.state != GatheringState::Complete;
        let is_first = self.previous.is_none() && self.session.remotes.is_empty();
        match (is_first, may_get_more) {
            (true, true) => State::New,
            // All that there is was checked; a candidate that comes may work.
            (false, true) if !self.session.list.pairs().is_empty() => State::Disconnected,
            (_, _) => State::Checking,
        }
    }

    fn update_route(&mut self) {
        let previous = || self.previous.as_ref().and_then(|previous| previous.route());
        self.route = match self.session.failed {
            true => None,
            false => self.session.route().or_else(previous).map(|pair| pair.path),
        };
    }

    fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let session = &self.session;
        let mut deadline = self.gatherer.poll_timeout();
        let mut consider = |at: Option<Instant>| {
            deadline = match (deadline, at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        };
        consider(self.gatherer.streams.deadline());
        if self.has_start() {
            consider(Some(self.next_start));
        }
        if !session.failed {
            for pair in session.list.pairs() {
                consider(pair.deadline());
            }
            if let Some(patience) = session.patience
                && self.state != State::Connected
                && self.state != State::Completed
                && patience > now
            {
                consider(Some(patience));
            }
        }
        if let Some(previous) = &self.previous {
            for pair in previous.list.pairs() {
                consider(pair.deadline());
            }
            consider(self.previous_until);
        }
        let pair = session.route().or_else(|| self.previous.as_ref()?.route());
        // What lies back has had its effect, whatever state it led to.
        let disconnects = pair.and_then(|pair| self.disconnects_at(pair));
        consider(disconnects.filter(|at| *at > now));
        if self.role == Role::Controlling {
            consider(self.nomination_due().map(|(_, at)| at));
        }
        deadline
    }
}
