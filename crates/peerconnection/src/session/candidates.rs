//! `addIceCandidate` (webrtc-pc, section 4.4.1.2): candidates of the peer, also those that come
//! before their transport is there.

use std::collections::VecDeque;

use super::Session;
use super::call::Value;
use super::chain::Begun;
use crate::error::{Error, ErrorName};
use crate::ice_candidate::{IceCandidate, IceCandidateInit, is_prohibited};
use crate::id::TransportId;
use crate::order::Order;
use crate::state::SignalingState;

/// Candidates that wait until our side has a transport for their section.
#[derive(Debug, Default)]
pub(crate) struct RemoteCandidates {
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    section: usize,
    /// The generation, as the remote description has it.
    generation: String,
    /// `None` ends the candidates.
    candidate: Option<Box<stonechat_ice::Candidate>>,
}

/// What is checked before anything is chained.
pub(super) fn check_candidate(candidate: Option<&IceCandidateInit>) -> Result<(), Error> {
    let names_none = |candidate: &IceCandidateInit| {
        !candidate.candidate.is_empty()
            && candidate.sdp_mid.is_none()
            && candidate.sdp_m_line_index.is_none()
    };
    if candidate.is_some_and(names_none) {
        return Err(Error::new(
            ErrorName::TypeError,
            "a candidate needs sdp_mid or sdp_m_line_index",
        ));
    }
    Ok(())
}

impl Session {
    /// The steps of `addIceCandidate` that run when its turn comes, in their order.
    pub(super) fn begin_ice_candidate(
        &self,
        init: Option<&IceCandidateInit>,
    ) -> Result<Begun, Error> {
        let Some(remote) = self.signaling.remote() else {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "set the remote description before its candidates",
            ));
        };
        let Some(init) = init else {
            return Ok(Begun::Task);
        };
        let section = self.section_named(init, &remote.sdp)?;
        if section.is_some_and(|section| self.is_of_stopped(section)) {
            return Ok(Begun::Done(Value::Nothing));
        }
        if let Some(fragment) = init.username_fragment.as_deref() {
            let sections = 0..remote.sdp.media().len();
            let is_present = |index| {
                self.signaling
                    .remote_generations(index)
                    .any(|generation| generation == fragment)
            };
            let known = match section {
                Some(section) => is_present(section),
                None => sections.into_iter().any(is_present),
            };
            if !known {
                return Err(Error::new(
                    ErrorName::OperationError,
                    "no description has this username_fragment for the section",
                ));
            }
        }
        Ok(Begun::Task)
    }

    /// The section that a candidate names, if it names any.
    fn section_named(
        &self,
        init: &IceCandidateInit,
        remote: &stonechat_sdp::Session,
    ) -> Result<Option<usize>, Error> {
        let missing = |what: &str| {
            let text = format!("no section of the remote description has this {what}");
            Err(Error::new(ErrorName::OperationError, text))
        };
        if let Some(mid) = &init.sdp_mid {
            let mut all = 0..remote.media().len();
            return match all.find(|index| self.signaling.mid_of(remote, *index) == Some(mid)) {
                Some(index) => Ok(Some(index)),
                None => missing("sdp_mid"),
            };
        }
        match init.sdp_m_line_index.map(usize::from) {
            Some(index) if index < remote.media().len() => Ok(Some(index)),
            Some(_) => missing("sdp_m_line_index"),
            None => Ok(None),
        }
    }

    fn is_of_stopped(&self, section: usize) -> bool {
        let transceiver = self
            .signaling
            .sections
            .get(section)
            .and_then(crate::signaling::Section::transceiver);
        transceiver.is_some_and(|id| {
            self.transceivers
                .iter()
                .all(|transceiver| transceiver.id != id || transceiver.stopped)
        })
    }

    /// Adds a candidate to the remote descriptions of its generation and to its transport.
    pub(super) fn apply_ice_candidate(
        &mut self,
        init: Option<IceCandidateInit>,
    ) -> Result<(), Error> {
        let init = init.unwrap_or_default();
        let text = init.attribute();
        let sections = self.sections_for(&init)?;
        let Some(candidate) = init.parse()? else {
            for (section, generation) in sections {
                self.signaling
                    .end_of_remote_candidates(section, &generation);
                self.give_candidate(section, generation, None);
            }
            return Ok(());
        };
        let is_used = candidate.component == 1 && !self.is_prohibited(&candidate);
        for (section, generation) in sections {
            self.signaling
                .add_remote_candidate(section, &generation, text);
            // The second component belongs to RTCP without multiplexing.
            if is_used {
                self.give_candidate(section, generation, Some(Box::new(candidate.clone())));
            }
        }
        Ok(())
    }

    /// The sections that a candidate belongs to, each with its generation: one section, or all if
    /// the candidate ends the candidates of all. A section that is rejected or says nothing of a
    /// transport has none.
    fn sections_for(&self, init: &IceCandidateInit) -> Result<Vec<(usize, String)>, Error> {
        let Some(remote) = self.signaling.remote() else {
            return Ok(Vec::new());
        };
        let fragment = init.username_fragment.as_deref();
        let sections = match self.section_named(init, &remote.sdp)? {
            Some(section) => section..section + 1,
            None => 0..remote.sdp.media().len(),
        };
        Ok(sections
            .filter_map(|index| Some((index, self.signaling.generation(index, fragment)?)))
            .collect())
    }

    fn is_prohibited(&self, candidate: &stonechat_ice::Candidate) -> bool {
        is_prohibited(candidate, self.configuration.ice_transport_policy)
    }

    fn give_candidate(
        &mut self,
        section: usize,
        generation: String,
        candidate: Option<Box<stonechat_ice::Candidate>>,
    ) {
        match self.ready_transport(section, &generation) {
            Some(transport) => self.order_candidate(transport, candidate),
            None if self.remote_candidates.waiting.len() < self.config.max_waiting_candidates => {
                self.remote_candidates.waiting.push_back(Waiting {
                    section,
                    generation,
                    candidate,
                });
            }
            None => tracing::debug!("too many candidates wait for a description"),
        }
    }

    fn order_candidate(
        &mut self,
        transport: TransportId,
        candidate: Option<Box<stonechat_ice::Candidate>>,
    ) {
        if let Some(candidate) = &candidate
            && let Some(object) = self.transports.get_mut(transport)
            && object.remote_candidates.len() < self.config.max_waiting_candidates
        {
            // Each further description has it again.
            let candidate = IceCandidate::from_agent(candidate);
            if !object.remote_candidates.contains(&candidate) {
                object.remote_candidates.push(candidate);
            }
        }
        self.order(match candidate {
            Some(candidate) => Order::AddRemoteCandidate {
                transport,
                candidate,
            },
            None => Order::EndOfRemoteCandidates { transport },
        });
    }

    /// The transport of a section, if the connection knows it under these credentials of the peer.
    fn ready_transport(&self, section: usize, generation: &str) -> Option<TransportId> {
        let transport = self.signaling.sections.get(section)?.transport?;
        let remote = self.remote_credentials(transport)?;
        (remote.ufrag() == generation).then_some(transport)
    }

    /// Gives candidates that waited to their transports, and forgets those of generations that no
    /// description has any more, or whose section went to the transport of another.
    pub(crate) fn release_candidates(&mut self) {
        let waiting = std::mem::take(&mut self.remote_candidates.waiting);
        for Waiting {
            section,
            generation,
            candidate,
        } in waiting
        {
            if self
                .signaling
                .generation(section, Some(&generation))
                .is_some()
            {
                self.give_candidate(section, generation, candidate);
            }
        }
        if self.signaling.state() == SignalingState::Stable {
            self.remote_candidates.waiting.clear();
        }
    }

    /// Queues the candidates that came within a remote description.
    pub(crate) fn take_described_candidates(&mut self, sdp: &stonechat_sdp::Session) {
        for (index, section) in sdp.sections().enumerate() {
            let Some(generation) = section.ice_ufrag().map(str::to_owned) else {
                continue;
            };
            for text in section.media().candidates() {
                if let Ok(candidate) = text.parse::<stonechat_ice::Candidate>()
                    && candidate.component == 1
                    && !self.is_prohibited(&candidate)
                {
                    self.give_candidate(index, generation.clone(), Some(Box::new(candidate)));
                }
            }
            if section.end_of_candidates() {
                self.give_candidate(index, generation, None);
            }
        }
        if self.signaling.state() == SignalingState::Stable {
            self.remote_candidates.waiting.clear();
        }
    }
}
