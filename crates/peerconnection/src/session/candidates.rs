//! `addIceCandidate` (webrtc-pc, section 4.4.1.2): candidates of the peer, also those that come
//! before their transport is there.

use std::collections::VecDeque;

use super::Session;
use super::call::Answer;
use super::chain::Kind;
use super::description::IceCandidateInit;
use crate::error::{Error, ErrorName};
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

impl Session {
    pub(super) fn add_ice_candidate(
        &mut self,
        candidate: Option<IceCandidateInit>,
    ) -> Result<Answer, Error> {
        if let Some(candidate) = &candidate
            && !candidate.candidate.is_empty()
            && candidate.sdp_mid.is_none()
            && candidate.sdp_m_line_index.is_none()
        {
            return Err(Error::new(
                ErrorName::TypeError,
                "a candidate needs sdp_mid or sdp_m_line_index",
            ));
        }
        Ok(self.chain_operation(Kind::AddIceCandidate(candidate)))
    }

    pub(super) fn apply_ice_candidate(
        &mut self,
        init: Option<IceCandidateInit>,
    ) -> Result<(), Error> {
        if self.signaling.remote().is_none() {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "set the remote description before its candidates",
            ));
        }
        let init = init.unwrap_or_default();
        let text = init.candidate.trim();
        let text = text.strip_prefix("a=").unwrap_or(text);
        let text = text.strip_prefix("candidate:").unwrap_or(text);
        let sections = self.sections_for(&init)?;
        if text.is_empty() {
            for (section, generation) in sections {
                self.give_candidate(section, generation, None);
            }
            return Ok(());
        }
        let candidate: stonechat_ice::Candidate = text.parse().map_err(|error| {
            Error::new(
                ErrorName::OperationError,
                format!("the candidate is malformed: {error}"),
            )
        })?;
        // A candidate for the second component belongs to RTCP without multiplexing: not used.
        if candidate.component != 1 {
            return Ok(());
        }
        for (section, generation) in sections {
            self.signaling
                .add_remote_candidate(section, &generation, text);
            self.give_candidate(section, generation, Some(Box::new(candidate.clone())));
        }
        Ok(())
    }

    /// The sections that a candidate belongs to, each with its generation: one section, or all if
    /// the candidate ends the candidates of all.
    fn sections_for(&self, init: &IceCandidateInit) -> Result<Vec<(usize, String)>, Error> {
        let Some(remote) = self.signaling.remote() else {
            return Ok(Vec::new());
        };
        let count = remote.sdp.media().len();
        let section = match (&init.sdp_mid, init.sdp_m_line_index) {
            (Some(mid), _) => {
                let found = remote
                    .sdp
                    .media()
                    .iter()
                    .position(|media| media.mid() == Some(mid.as_str()));
                Some(found.ok_or_else(|| {
                    Error::new(ErrorName::OperationError, "no section has this sdp_mid")
                })?)
            }
            (None, Some(index)) if usize::from(index) < count => Some(usize::from(index)),
            (None, Some(_)) => {
                return Err(Error::new(
                    ErrorName::OperationError,
                    "no section has this sdp_m_line_index",
                ));
            }
            (None, None) => None,
        };
        let generation = |index: usize| {
            self.signaling
                .generation(index, init.username_fragment.as_deref())
        };
        match section {
            Some(index) => match generation(index) {
                Some(generation) => Ok(vec![(index, generation)]),
                // A section that is rejected or says nothing of a transport of its own.
                None if init.username_fragment.is_none() => Ok(Vec::new()),
                None => Err(Error::new(
                    ErrorName::OperationError,
                    "no section has this username_fragment",
                )),
            },
            None => Ok((0..count)
                .filter_map(|index| Some((index, generation(index)?)))
                .collect()),
        }
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
