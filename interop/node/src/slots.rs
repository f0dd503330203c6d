//! The attributes of objects: what JavaScript is told when it first hears of one, and what changed
//! since.

use serde_json::{Map, Value, json};

use crate::bridge::Bridge;
use crate::objects::{Id, Key};
use crate::step::Effects;

impl Bridge {
    /// Adds the attributes of the objects in `value` that JavaScript does not know yet.
    pub(crate) fn describe(&mut self, value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.describe(value)),
            Value::Object(members) => {
                let untold = members
                    .get("$")
                    .and_then(Value::as_u64)
                    .and_then(|id| Some((id, self.objects.is_untold(id)?)));
                if let Some((id, key)) = untold {
                    let attributes = self.attributes(key);
                    self.objects.tell(id, attributes.clone());
                    members.insert("s".into(), Value::Object(attributes));
                }
                members.values_mut().for_each(|value| self.describe(value));
            }
            _ => {}
        }
    }

    fn attributes(&mut self, key: Key) -> Map<String, Value> {
        let attributes = match key {
            Key::Peer(peer) => self.peer_connection_attributes(peer),
            Key::Channel(peer, id) => self.channel_attributes(peer, id),
            Key::Transceiver(peer, id) => self.transceiver_attributes(peer, id),
            Key::Sender(peer, id) => self.sender_attributes(peer, id),
            Key::Receiver(peer, id) => self.receiver_attributes(peer, id),
            Key::Dtmf(peer, id) => self.dtmf_attributes(peer, id),
            Key::Dtls(peer, id) => self.dtls_attributes(peer, id),
            Key::Ice(peer, id) => self.ice_attributes(peer, id),
            Key::Sctp(peer, _) => self.sctp_attributes(peer),
            Key::Description(peer, id) => self.description_attributes(peer, id),
            Key::Certificate(id) => self.certificate_attributes(id),
            Key::Track(id) => self.tracks.attributes(id),
            Key::Stream(id) => self.streams.attributes(id),
            Key::Transform(_) => Some(json!({})),
        };
        match attributes {
            Some(Value::Object(attributes)) => attributes,
            _ => Map::new(),
        }
    }

    /// Tells what an operation changed.
    pub(crate) fn refresh_after(&mut self, op: &str, this: Option<Id>, effects: &mut Effects) {
        let Some(key) = this.and_then(|id| self.objects.key(id)) else {
            return;
        };
        match key {
            // Nothing else changes with a message.
            Key::Channel(..) if op == "RTCDataChannel.send" => self.refresh(key, effects),
            _ => match key.peer() {
                Some(peer) => self.refresh_peer(peer, effects),
                None => self.refresh_media(effects),
            },
        }
    }

    /// Tells what changed of one object.
    pub(crate) fn refresh(&mut self, key: Key, effects: &mut Effects) {
        let id = self.objects.id(key);
        if self.objects.is_untold(id).is_some() {
            return;
        }
        let attributes = self.attributes(key);
        for (name, value) in self.objects.changes(id, attributes) {
            effects.set.push(json!([id, name, value]));
        }
    }

    /// Tells what changed of a peer connection, its objects, and tracks and streams.
    pub(crate) fn refresh_peer(&mut self, peer: Id, effects: &mut Effects) {
        for (_, key) in self.objects.told(|key| key.peer() == Some(peer)) {
            self.refresh(key, effects);
        }
        self.refresh_media(effects);
    }

    /// Tells what changed of tracks and streams.
    pub(crate) fn refresh_media(&mut self, effects: &mut Effects) {
        let is_media = |key| matches!(key, Key::Track(_) | Key::Stream(_));
        for (_, key) in self.objects.told(is_media) {
            self.refresh(key, effects);
        }
    }
}
