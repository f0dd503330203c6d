use std::time::Instant;

use crate::pair::{Nomination, Pair};
use crate::session::Session;
use crate::{Credentials, Event, GatheringState, PairId, State};

use super::Core;

/// What a restart replaced, until the peer answers it.
#[derive(Debug)]
pub(super) struct Undoable {
    gathering: GatheringState,
    replaced: Replaced,
}

#[derive(Debug)]
pub(super) enum Replaced {
    /// It goes on to carry data as `Core::previous`, and lacks this.
    InUse {
        selected: Option<PairId>,
        others: Vec<Pair>,
    },
    /// It had no route.
    Idle(Box<Session>),
}

impl Core {
    /// Begins a generation with new credentials (RFC 8445, section 9).
    pub(super) fn restart(&mut self, _now: Instant, credentials: Option<Credentials>) {
        let credentials = credentials
            .unwrap_or_else(|| Credentials::generate(&mut self.rng, &self.config.ufrag_prefix));
        // Candidates may have come before the description that they belong to.
        let pending = std::mem::take(&mut self.session.pending);
        let was_answered = self.session.peer.is_some();
        let gathering = self.gatherer.state;
        let replaced = self.renew(credentials);
        // Of several restarts that nobody answered all are undone.
        if was_answered {
            self.undoable = Some(Undoable {
                gathering,
                replaced,
            });
        }
        self.session.pending = pending;
        self.gatherer.restart();
        self.forget_gathering_events();
    }

    /// Goes back to the generation of these local credentials, if restarts replaced it that the
    /// peer did not answer: to its pairs, its peer and its candidates.
    pub(super) fn undo_restart(&mut self, now: Instant, credentials: &Credentials) -> Undone {
        let Some(undoable) = self.undoable.take_if(|undoable| {
            undoable.replaced.local(self.previous.as_ref()) == Some(credentials)
        }) else {
            return Undone::No;
        };
        let session = match undoable.replaced {
            Replaced::Idle(session) => *session,
            Replaced::InUse { selected, others } => {
                let Some(session) = self.previous.take() else {
                    return Undone::No;
                };
                self.previous_until = None;
                session.whole(selected, others)
            }
        };
        let abandoned = std::mem::replace(&mut self.session, session);
        self.conflicts = 0;
        self.responses
            .retain(|response| response.number != abandoned.number);
        let session = &self.session;
        self.authenticated.retain_mut(|known| {
            if known.number != abandoned.number {
                return true;
            }
            // Checks of the restart came over it as well, as those of before did.
            known.number = session.number;
            session.list.by_path(&known.path).is_some()
        });
        self.forget_gathering_events();
        let ufrag = self.session.local.ufrag().to_owned();
        let number = self.session.number;
        self.gatherer
            .undo_restart(now, abandoned.number, number, &ufrag, undoable.gathering);
        if undoable.gathering == GatheringState::Gathering {
            self.gather(now);
        }
        self.resume(now, abandoned);
        Undone::Yes
    }

    /// Lets the checks of a generation that comes back go on, with what arrived for it meanwhile.
    fn resume(&mut self, now: Instant, abandoned: Session) {
        self.reprioritize();
        self.revive_connections();
        let wanted: Vec<_> = self
            .session
            .list
            .pairs()
            .iter()
            .filter(|pair| pair.nomination == Nomination::Wanted && pair.retransmission.is_none())
            .map(|pair| pair.id)
            .collect();
        for id in wanted {
            self.session.list.trigger(id);
        }
        // Nothing of the peer's belonged to a generation that it did not answer.
        self.session.remote_complete |= abandoned.remote_complete;
        for candidate in abandoned.pending {
            // What was refused was counted when it came first.
            let _ = self.add_remote_candidate(now, &candidate);
        }
        self.take_early_checks(now);
    }

    fn forget_gathering_events(&mut self) {
        self.events.retain(|event| {
            !matches!(
                event,
                Event::LocalCandidate(_) | Event::GatheringState(_) | Event::CandidateError { .. }
            )
        });
    }

    /// Replaces the present generation by one of these local credentials; keeps what carries
    /// data.
    pub(super) fn renew(&mut self, credentials: Credentials) -> Replaced {
        self.last_number = self.last_number.wrapping_add(1);
        let mut session = Session::new(self.last_number, credentials, &self.crypto);
        session.began_lost = matches!(self.state, State::Disconnected | State::Failed)
            || self.session.began_lost && self.state == State::Checking;
        let mut old = std::mem::replace(&mut self.session, session);
        self.conflicts = 0;
        let replaced = match old.route().map(|pair| pair.id) {
            Some(route) => {
                let selected = old.selected.replace(route);
                let others = old.list.take_all_but(route);
                for pair in old.list.iter_mut() {
                    pair.retransmission = None;
                }
                self.previous = Some(old);
                self.previous_until = None;
                Replaced::InUse { selected, others }
            }
            None => Replaced::Idle(Box::new(old)),
        };
        let kept = self.previous.as_ref().map(|previous| previous.number);
        self.authenticated
            .retain(|known| Some(known.number) == kept);
        self.gatherer
            .forget_peer_reflexive(|local| Some(local.number) == kept);
        replaced
    }

    /// The generation before lost its route. A restart that is undone comes back to it all the
    /// same.
    pub(super) fn on_previous_lost(&mut self, previous: Session) {
        if let Some(Undoable { replaced, .. }) = &mut self.undoable
            && let Replaced::InUse { selected, others } = replaced
        {
            let whole = previous.whole(*selected, std::mem::take(others));
            *replaced = Replaced::Idle(Box::new(whole));
        }
    }

    /// Takes pairs out of the generation that a restart replaced.
    pub(super) fn retain_replaced(&mut self, keep: impl Fn(&Pair) -> bool) {
        match self
            .undoable
            .as_mut()
            .map(|undoable| &mut undoable.replaced)
        {
            Some(Replaced::InUse { others, .. }) => others.retain(keep),
            Some(Replaced::Idle(session)) => session.list.retain(keep),
            None => {}
        }
    }
}

/// Whether a restart was undone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Undone {
    /// The generation before it is the present one again.
    Yes,
    /// There is none of these credentials, or the peer has answered.
    No,
}

impl Undoable {
    /// The generation, if it carries no data meanwhile.
    pub(super) fn idle(&self) -> Option<&Session> {
        match &self.replaced {
            Replaced::Idle(session) => Some(session),
            Replaced::InUse { .. } => None,
        }
    }

    /// The same to be changed.
    pub(super) fn idle_mut(&mut self) -> Option<&mut Session> {
        match &mut self.replaced {
            Replaced::Idle(session) => Some(session),
            Replaced::InUse { .. } => None,
        }
    }
}

impl Replaced {
    fn local<'a>(&'a self, previous: Option<&'a Session>) -> Option<&'a Credentials> {
        match self {
            Self::InUse { .. } => previous.map(|previous| &previous.local),
            Self::Idle(session) => Some(&session.local),
        }
    }
}

impl Session {
    /// With what was taken out while it was the generation before.
    fn whole(mut self, selected: Option<PairId>, others: Vec<Pair>) -> Self {
        let used = selected.and_then(|id| self.list.get(id));
        self.failed |= used.is_some_and(|pair| pair.consent_lost);
        self.list.put_back(others);
        self.selected = selected.filter(|id| self.list.get(*id).is_some());
        self
    }
}
