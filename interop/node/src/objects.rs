//! The objects that JavaScript knows, by number.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stonechat::pulled::{ChannelId, ReceiverId, SenderId, TransceiverId, TransportId};

/// The number of an object; never used twice.
pub(crate) type Id = u64;

/// What an object stands for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Key {
    /// `RTCPeerConnection`, by its own number.
    Peer(Id),
    Channel(Id, ChannelId),
    Transceiver(Id, TransceiverId),
    Sender(Id, SenderId),
    Receiver(Id, ReceiverId),
    Dtmf(Id, SenderId),
    Dtls(Id, TransportId),
    Ice(Id, TransportId),
    /// `RTCSctpTransport`: another one after each section for data that was rejected.
    Sctp(Id, u32),
    /// `RTCSessionDescription`: one that a peer connection has, by a number of its own.
    Description(Id, Id),
    Certificate(Id),
    Track(Id),
    Stream(Id),
    Transform(Id),
}

/// Objects by number and by what they stand for.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    last: Id,
    ids: BTreeMap<Key, Id>,
    known: BTreeMap<Id, Known>,
}

/// An object with a number.
#[derive(Debug)]
struct Known {
    key: Key,
    /// The attributes as JavaScript has them; none before it heard of the object.
    told: Option<Map<String, Value>>,
}

impl Key {
    pub(crate) const fn interface(self) -> &'static str {
        match self {
            Self::Peer(_) => "RTCPeerConnection",
            Self::Channel(..) => "RTCDataChannel",
            Self::Transceiver(..) => "RTCRtpTransceiver",
            Self::Sender(..) => "RTCRtpSender",
            Self::Receiver(..) => "RTCRtpReceiver",
            Self::Dtmf(..) => "RTCDTMFSender",
            Self::Dtls(..) => "RTCDtlsTransport",
            Self::Ice(..) => "RTCIceTransport",
            Self::Sctp(..) => "RTCSctpTransport",
            Self::Description(..) => "RTCSessionDescription",
            Self::Certificate(_) => "RTCCertificate",
            Self::Track(_) => "MediaStreamTrack",
            Self::Stream(_) => "MediaStream",
            Self::Transform(_) => "RTCRtpScriptTransform",
        }
    }

    /// The peer connection that an object belongs to.
    pub(crate) const fn peer(self) -> Option<Id> {
        match self {
            Self::Peer(peer)
            | Self::Channel(peer, _)
            | Self::Transceiver(peer, _)
            | Self::Sender(peer, _)
            | Self::Receiver(peer, _)
            | Self::Dtmf(peer, _)
            | Self::Dtls(peer, _)
            | Self::Ice(peer, _)
            | Self::Sctp(peer, _)
            | Self::Description(peer, _) => Some(peer),
            Self::Certificate(_) | Self::Track(_) | Self::Stream(_) | Self::Transform(_) => None,
        }
    }
}

impl Objects {
    /// A number that nothing has.
    pub(crate) fn fresh(&mut self) -> Id {
        self.last += 1;
        self.last
    }

    /// The number of what `key` stands for.
    pub(crate) fn id(&mut self, key: Key) -> Id {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        // Some have a number already that they are called by.
        let id = match key {
            Key::Peer(id)
            | Key::Description(_, id)
            | Key::Certificate(id)
            | Key::Track(id)
            | Key::Stream(id)
            | Key::Transform(id) => id,
            _ => self.fresh(),
        };
        self.ids.insert(key, id);
        self.known.insert(id, Known { key, told: None });
        id
    }

    pub(crate) fn key(&self, id: Id) -> Option<Key> {
        self.known.get(&id).map(|known| known.key)
    }

    /// `{ $, i }`; what JavaScript does not know yet is described before it leaves.
    pub(crate) fn reference(&mut self, key: Key) -> Value {
        json!({ "$": self.id(key), "i": key.interface() })
    }

    /// Objects that JavaScript knows and that `which` chooses.
    pub(crate) fn told(&self, which: impl Fn(Key) -> bool) -> Vec<(Id, Key)> {
        self.known
            .iter()
            .filter(|(_, known)| known.told.is_some() && which(known.key))
            .map(|(id, known)| (*id, known.key))
            .collect()
    }

    /// Whether an object that JavaScript does not know yet has this number.
    pub(crate) fn is_untold(&self, id: Id) -> Option<Key> {
        let known = self.known.get(&id)?;
        known.told.is_none().then_some(known.key)
    }

    pub(crate) fn tell(&mut self, id: Id, attributes: Map<String, Value>) {
        if let Some(known) = self.known.get_mut(&id) {
            known.told = Some(attributes);
        }
    }

    /// The attributes that are others than JavaScript has.
    pub(crate) fn changes(
        &mut self,
        id: Id,
        attributes: Map<String, Value>,
    ) -> Vec<(String, Value)> {
        let Some(Known {
            told: Some(told), ..
        }) = self.known.get_mut(&id)
        else {
            return Vec::new();
        };
        let changed: Vec<_> = attributes
            .iter()
            .filter(|(name, value)| told.get(*name) != Some(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        *told = attributes;
        changed
    }
}
