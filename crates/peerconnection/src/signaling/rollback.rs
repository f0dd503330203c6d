//! Rollback: back to the last stable state (RFC 8829, section 4.1.10.2).

use super::Section;
use super::remote_tracks::RemoteTracks;
use crate::error::{Error, ErrorName};
use crate::ice_candidate::IceCandidate;
use crate::id::TransportId;
use crate::session::Session;
use crate::session::call::Direction;
use crate::session::step::{Event, Step};
use crate::session::task::Task;
use crate::state::{IceGathererState, SignalingState};
use crate::transceiver::Transceiver;

/// What was in force when an exchange began.
#[derive(Clone, Debug)]
pub(crate) struct Stable {
    sections: Vec<Section>,
    transceivers: Vec<Transceiver>,
    transports: Vec<StableTransport>,
    had_sctp: bool,
}

/// What a transport had gathered before.
#[derive(Clone, Debug)]
struct StableTransport {
    id: TransportId,
    credentials: stonechat_ice::Credentials,
    candidates: Vec<stonechat_ice::Candidate>,
    surfaced: Vec<IceCandidate>,
    remote_candidates: Vec<IceCandidate>,
    gathering_state: IceGathererState,
}

impl Stable {
    pub(super) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Our credentials of a transport.
    pub(super) fn credentials(&self, id: TransportId) -> Option<&stonechat_ice::Credentials> {
        let transport = self
            .transports
            .iter()
            .find(|transport| transport.id == id)?;
        Some(&transport.credentials)
    }

    /// Whether a transport would be used again.
    pub(super) fn names(&self, transport: TransportId) -> bool {
        self.sections
            .iter()
            .any(|section| section.transport == Some(transport))
    }
}

impl Session {
    /// Remembers the state before an exchange, unless one is under way.
    pub(crate) fn remember_stable(&mut self) {
        if self.signaling.stable.is_none() {
            self.signaling.stable = Some(Box::new(Stable {
                sections: self.signaling.sections.clone(),
                transceivers: self.transceivers.clone(),
                transports: self
                    .transports
                    .living()
                    .map(|transport| StableTransport {
                        id: transport.id,
                        credentials: transport.credentials.clone(),
                        candidates: transport.candidates.clone(),
                        surfaced: transport.surfaced.clone(),
                        remote_candidates: transport.remote_candidates.clone(),
                        gathering_state: transport.gathering_state,
                    })
                    .collect(),
                had_sctp: self.channels.sctp.is_some(),
            }));
        }
    }

    /// Goes back to `stable`.
    pub(crate) fn roll_back(&mut self, step: &mut Step) {
        self.signaling.pending_local = None;
        self.signaling.pending_remote = None;
        let Some(stable) = self.signaling.stable.take() else {
            return;
        };
        let was_remote = self.signaling.state() == SignalingState::HaveRemoteOffer;
        let mut tracks = RemoteTracks::default();
        let mut ended = Vec::new();
        self.signaling.sections = stable.sections;
        if !stable.had_sctp {
            self.channels.sctp = None;
        }
        self.transceivers.retain_mut(|transceiver| {
            let before = stable
                .transceivers
                .iter()
                .find(|before| before.id == transceiver.id);
            transceiver.mid = before.and_then(|before| before.mid.clone());
            transceiver.offered_mid = before.and_then(|before| before.offered_mid.clone());
            if let Some(before) = before {
                restore(transceiver, before);
            }
            if was_remote {
                let streams = before.map_or(&[][..], |before| &before.receiver.streams);
                let direction = transceiver.current_direction.unwrap_or(Direction::Inactive);
                transceiver.process_remote_tracks(direction, streams, &mut tracks);
            }
            // Made for a section of the peer that is not there any more.
            let unfounded = before.is_none() && transceiver.by_peer && !transceiver.track_added;
            if unfounded {
                if !transceiver.receiver.ended {
                    ended.push(transceiver.id.receiver());
                }
                transceiver.stop();
            }
            // One that stays for its track waits for a section as those of `addTrack()` do.
            transceiver.by_add_track |= before.is_none() && transceiver.by_peer && !unfounded;
            !unfounded
        });
        for receiver in ended {
            self.queue(Task::Fire(Event::TrackEnded(receiver)));
        }
        self.signaling.last_is_fresh = false;
        if self.signaling.set_state(SignalingState::Stable) {
            step.fire
                .push(Event::SignalingStateChange(SignalingState::Stable));
        }
        tracks.fire(step);
        self.forget_unused_transports();
        for before in stable.transports {
            self.undo_restart(before, step);
        }
        self.apply_plan();
        self.signaling.clear_negotiation_needed();
        self.update_negotiation_needed();
    }
}

impl Session {
    /// The transport has its credentials of before again and goes on as it was.
    fn undo_restart(&mut self, before: StableTransport, step: &mut Step) {
        let Some(transport) = self
            .transports
            .get_mut(before.id)
            .filter(|transport| transport.credentials != before.credentials)
        else {
            return;
        };
        let restarted = transport.gathering_state;
        let told = std::mem::take(&mut transport.remote_candidates);
        transport.restart(before.credentials);
        transport.candidates = before.candidates;
        transport.surfaced = before.surfaced;
        transport.remote_candidates = before.remote_candidates;
        for candidate in told {
            if transport.remote_candidates.len() < self.config.max_waiting_candidates
                && !transport.remote_candidates.contains(&candidate)
            {
                transport.remote_candidates.push(candidate);
            }
        }
        transport.gathering_state = before.gathering_state;
        if before.gathering_state != restarted {
            step.fire.push(Event::IceTransportGatheringStateChange(
                before.id,
                before.gathering_state,
            ));
        }
    }
}

/// Whether there is anything to roll back to in `state`.
pub(crate) fn check_rolls_back(state: SignalingState) -> Result<(), Error> {
    match state {
        SignalingState::HaveLocalOffer | SignalingState::HaveRemoteOffer => Ok(()),
        _ => Err(Error::new(
            ErrorName::InvalidStateError,
            format!("nothing can be rolled back in the state {state}"),
        )),
    }
}

/// Gives the negotiated half of a transceiver back what it was; what the application set since
/// then stays.
fn restore(transceiver: &mut Transceiver, before: &Transceiver) {
    transceiver.current_direction = before.current_direction;
    transceiver.reduced_size = before.reduced_size;
    transceiver.rtcp = before.rtcp;
    let (sender, was) = (&mut transceiver.sender, &before.sender);
    sender.codecs.clone_from(&was.codecs);
    sender.extensions.clone_from(&was.extensions);
    // Encodings that the peer proposed are gone again.
    if was.is_unnamed()
        && sender
            .encodings
            .iter()
            .any(|encoding| encoding.rid.is_some())
    {
        sender.encodings.clone_from(&was.encodings);
        sender.sources.clone_from(&was.sources);
        sender.last_returned = None;
    }
    let (receiver, was) = (&mut transceiver.receiver, &before.receiver);
    receiver.codecs.clone_from(&was.codecs);
    receiver.receive_codecs.clone_from(&was.receive_codecs);
    receiver.extensions.clone_from(&was.extensions);
    receiver.sources.clone_from(&was.sources);
    receiver.rids.clone_from(&was.rids);
}
