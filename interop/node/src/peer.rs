//! What the addon keeps of a peer connection.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stonechat::RtcRtpTransceiver;
use stonechat::RtcSessionDescription;
use stonechat::pulled::{Answer, ChannelId, PromiseId, PulledPeerConnection, TransceiverId, Which};

use crate::bridge::Bridge;
use crate::data_channel::Pending;
use crate::error::unknown;
use crate::objects::{Id, Key, Objects};
use crate::outcome::{Done, Outcome, PromiseNumber};

/// A peer connection.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) pc: PulledPeerConnection,
    pub(crate) promises: BTreeMap<PromiseId, PromiseNumber>,
    pub(crate) sctp_generation: u32,
    has_sctp: bool,
    descriptions: BTreeMap<Slot, Held>,
    transceivers: BTreeMap<TransceiverId, RtcRtpTransceiver>,
    /// Messages that wait for the octets of a Blob.
    pub(crate) pending: BTreeMap<ChannelId, Pending>,
}

/// The slots that hold a description.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Slot {
    CurrentLocal,
    PendingLocal,
    CurrentRemote,
    PendingRemote,
}

/// A description in a slot.
#[derive(Clone, Debug)]
struct Held {
    id: Id,
    description: RtcSessionDescription,
}

impl Peer {
    pub(crate) fn new(pc: PulledPeerConnection) -> Self {
        Self {
            pc,
            promises: BTreeMap::new(),
            sctp_generation: 0,
            has_sctp: false,
            descriptions: BTreeMap::new(),
            transceivers: BTreeMap::new(),
            pending: BTreeMap::new(),
        }
    }

    /// A transceiver, also one that is gone.
    pub(crate) fn transceiver(&mut self, id: TransceiverId) -> Option<&RtcRtpTransceiver> {
        if !self.transceivers.contains_key(&id) {
            let transceiver = self.pc.transceiver(id)?;
            self.transceivers.insert(id, transceiver);
        }
        self.transceivers.get(&id)
    }

    /// Takes note of the descriptions that there are now.
    fn update_descriptions(&mut self, objects: &mut Objects) {
        let now = {
            let session = self.pc.session();
            [
                (Slot::CurrentLocal, Which::CurrentLocal),
                (Slot::PendingLocal, Which::PendingLocal),
                (Slot::CurrentRemote, Which::CurrentRemote),
                (Slot::PendingRemote, Which::PendingRemote),
            ]
            .map(|(slot, which)| (slot, session.description(which)))
        };
        let before = std::mem::take(&mut self.descriptions);
        for (slot, description) in now {
            let Some(description) = description else {
                continue;
            };
            // What was pending becomes current. What candidates were added to is another object, so
            // that who holds the old one has what was said then.
            let same = [Some(slot), slot.pending()]
                .into_iter()
                .flatten()
                .filter_map(|slot| before.get(&slot))
                .find(|held| held.description == description);
            let id = same.map_or_else(|| objects.fresh(), |held| held.id);
            self.descriptions.insert(slot, Held { id, description });
        }
    }
}

impl Slot {
    /// The slot that this one is filled from.
    const fn pending(self) -> Option<Self> {
        match self {
            Self::CurrentLocal => Some(Self::PendingLocal),
            Self::CurrentRemote => Some(Self::PendingRemote),
            Self::PendingLocal | Self::PendingRemote => None,
        }
    }
}

impl Bridge {
    /// What JavaScript gets for an answer of a session whose operation returns a promise.
    pub(crate) fn promised(&mut self, peer: Id, answer: Answer) -> Done {
        match answer {
            Answer::Promise(promise) => {
                let number = self.promise();
                self.peer_mut(peer)?.promises.insert(promise, number);
                Ok(Outcome::Promise(number))
            }
            Answer::Failed(error) => Ok(Outcome::Rejected(error.into())),
            _ => Ok(Outcome::Resolved(Value::Null)),
        }
    }

    /// What JavaScript gets for an answer of a session whose operation returns at once.
    pub(crate) fn answered(&mut self, peer: Id, answer: Answer) -> Done {
        match answer {
            Answer::Done => Ok(Outcome::NOTHING),
            Answer::Channel(id) => Ok(self.objects.reference(Key::Channel(peer, id)).into()),
            Answer::Sender(id) => Ok(self.objects.reference(Key::Sender(peer, id)).into()),
            Answer::Transceiver(id) => {
                Ok(self.objects.reference(Key::Transceiver(peer, id)).into())
            }
            Answer::Failed(error) => Err(error.into()),
            _ => Err(unknown("the answer")),
        }
    }

    pub(crate) fn peer_connection_attributes(&mut self, id: Id) -> Option<Value> {
        let peer = self.peers.get_mut(&id)?;
        peer.update_descriptions(&mut self.objects);
        let (states, can_trickle, has_sctp) = {
            let session = peer.pc.session();
            let states = [
                session.signaling_state().as_str(),
                session.ice_gathering_state().as_str(),
                session.ice_connection_state().as_str(),
                session.connection_state().as_str(),
            ];
            let can_trickle = session.can_trickle_ice_candidates();
            (states, can_trickle, session.sctp().is_some())
        };
        if std::mem::replace(&mut peer.has_sctp, has_sctp) && !has_sctp {
            peer.sctp_generation += 1;
        }
        let generation = peer.sctp_generation;
        let sctp = has_sctp.then(|| self.objects.reference(Key::Sctp(id, generation)));
        let mut of = |slot: Slot| {
            let held = peer.descriptions.get(&slot);
            held.map(|held| self.objects.reference(Key::Description(id, held.id)))
        };
        let current_local = of(Slot::CurrentLocal);
        let pending_local = of(Slot::PendingLocal);
        let current_remote = of(Slot::CurrentRemote);
        let pending_remote = of(Slot::PendingRemote);
        let [signaling, gathering, ice, connection] = states;
        Some(json!({
            "signalingState": signaling,
            "iceGatheringState": gathering,
            "iceConnectionState": ice,
            "connectionState": connection,
            "canTrickleIceCandidates": can_trickle,
            "sctp": sctp,
            "localDescription": pending_local.as_ref().or(current_local.as_ref()),
            "currentLocalDescription": current_local,
            "pendingLocalDescription": pending_local,
            "remoteDescription": pending_remote.as_ref().or(current_remote.as_ref()),
            "currentRemoteDescription": current_remote,
            "pendingRemoteDescription": pending_remote,
        }))
    }

    pub(crate) fn description_attributes(&self, peer: Id, id: Id) -> Option<Value> {
        let mut held = self.peers.get(&peer)?.descriptions.values();
        let held = held.find(|held| held.id == id)?;
        let description = &held.description;
        Some(json!({ "type": description.kind.as_str(), "sdp": description.sdp }))
    }
}
