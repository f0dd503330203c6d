//! `addRemoteCandidate()` (webrtc-ice): candidates of the peer, also those that come before its
//! parameters.

use std::time::Instant;

use super::IceTransport;
use crate::error::{Error, ErrorName};
use crate::ice_candidate::{IceCandidate, IceCandidateInit, is_prohibited};
use crate::state::IceTransportState;

/// The longest username fragment (RFC 8839, section 5.4).
const MAX_USERNAME_FRAGMENT: usize = 256;

/// What the application gave of the peer.
#[derive(Debug)]
pub(super) struct RemoteCandidates {
    list: Vec<RemoteCandidate>,
    /// The username fragment of the generation whose candidates are all there; `None` in it is
    /// that of the parameters of the time.
    end: Option<Option<String>>,
    limit: usize,
}

#[derive(Debug)]
struct RemoteCandidate {
    shown: IceCandidate,
    /// As the agent has it, with the generation that it belongs to if it names one.
    candidate: stonechat_ice::Candidate,
    /// Whether the agent can check it.
    is_usable: bool,
}

impl RemoteCandidates {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            list: Vec::new(),
            end: None,
            limit,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &IceCandidate> {
        self.list.iter().map(|known| &known.shown)
    }

    /// The object that the application gave for this candidate.
    pub(super) fn shown(&self, candidate: &stonechat_ice::Candidate) -> Option<&IceCandidate> {
        let mut list = self.list.iter();
        list.find(|known| known.candidate == *candidate)
            .map(|known| &known.shown)
    }

    /// Forgets all but those that came early for the generation `ufrag`.
    pub(super) fn flush(&mut self, ufrag: &str) {
        self.list
            .retain(|known| known.candidate.ufrag.as_deref() == Some(ufrag));
        let end = self.end.take();
        self.end = end.filter(|end| end.as_deref() == Some(ufrag));
    }
}

impl IceTransport {
    /// `addRemoteCandidate()`: adds a candidate of the peer, or with an empty `candidate` says that
    /// there are no more of its generation.
    ///
    /// It may come before [`start`](Self::start). A candidate that names the username fragment of
    /// parameters that `start()` was not given yet waits for them. One that is well formed and
    /// cannot be used is no error.
    ///
    /// # Errors
    ///
    /// [`ErrorName::InvalidStateError`] if the transport is stopped, [`ErrorName::OperationError`]
    /// if the candidate is malformed or one too many.
    ///
    /// # Limits
    ///
    /// [`max_remote_candidates`](stonechat_ice::Config::max_remote_candidates).
    pub fn add_remote_candidate(
        &mut self,
        now: Instant,
        init: IceCandidateInit,
    ) -> Result<(), Error> {
        self.check_open()?;
        let refused = |text: &str| Err(Error::new(ErrorName::OperationError, text));
        let candidate = init.parse()?;
        let generation = init.username_fragment.as_deref();
        let generation = generation.filter(|generation| !generation.is_empty());
        if generation.is_some_and(|generation| generation.len() > MAX_USERNAME_FRAGMENT) {
            return refused("the username fragment of the candidate is too long");
        }
        let Some(mut candidate) = candidate else {
            self.remote.end = Some(generation.map(str::to_owned));
            self.update(now, Self::tell_end);
            return Ok(());
        };
        if let Some(generation) = generation {
            candidate.ufrag = Some(generation.to_owned());
        }
        // The second component belongs to RTCP without multiplexing.
        let is_used = candidate.component == 1 && !is_prohibited(&candidate, self.policy);
        let mut known = self.remote.list.iter();
        if !is_used || known.any(|known| known.candidate == candidate) {
            return Ok(());
        }
        if self.remote.list.len() >= self.remote.limit {
            return refused("too many candidates of the peer");
        }
        self.update(now, |this, now| {
            let added = this.agent.add_remote_candidate(now, candidate.clone());
            if added == Err(stonechat_ice::CandidateError::Limit) {
                return refused("too many candidates of the peer");
            }
            this.remote.list.push(RemoteCandidate {
                shown: IceCandidate::create(init.into()),
                candidate,
                is_usable: added.is_ok(),
            });
            let present = this.present_state();
            if present == IceTransportState::Checking && this.state == IceTransportState::New {
                this.set_state(present);
            }
            Ok(())
        })
    }

    /// Gives the agent what came before the parameters that it has now.
    pub(super) fn give_remote_candidates(&mut self, now: Instant) {
        for known in &self.remote.list {
            // What it cannot use it refused before.
            let _ = self
                .agent
                .add_remote_candidate(now, known.candidate.clone());
        }
        self.tell_end(now);
    }

    fn tell_end(&mut self, now: Instant) {
        let Some(started) = &self.started else { return };
        let present = &started.remote.username_fragment;
        let ended = self.remote.end.as_ref();
        if ended.is_some_and(|end| end.as_ref().is_none_or(|end| end == present)) {
            self.agent.end_of_remote_candidates(now);
        }
    }

    /// Whether there is a candidate of the peer to be checked, added or learned from its checks.
    pub(super) fn has_remote_candidates(&self) -> bool {
        let Some(started) = &self.started else {
            return false;
        };
        let present = started.remote.username_fragment.as_str();
        let belongs = |known: &RemoteCandidate| {
            let ufrag = known.candidate.ufrag.as_deref();
            known.is_usable && ufrag.is_none_or(|ufrag| ufrag == present)
        };
        self.remote.list.iter().any(belongs) || self.agent.remote_candidates().next().is_some()
    }
}
