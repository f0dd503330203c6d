//! `RTCDataChannel`.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};
use stonechat::pulled::{Answer, Call, ChannelId, MessageKind};
use stonechat::{RtcDataChannelState, RtcError, RtcErrorName};

use crate::arguments::Arguments;
use crate::bridge::Bridge;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key};
use crate::outcome::{Done, Outcome};
use crate::step::Effects;

/// Messages of a channel behind a Blob whose octets are not there yet.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    queue: VecDeque<Place>,
    closing: bool,
}

/// A place in the order of messages.
#[derive(Debug)]
enum Place {
    Message(MessageKind, Bytes),
    Blob { ticket: u64, size: u64 },
}

impl Pending {
    fn octets(&self) -> u64 {
        let sizes = self.queue.iter().map(|place| match place {
            Place::Message(_, data) => data.len() as u64,
            Place::Blob { size, .. } => *size,
        });
        sizes.sum()
    }
}

impl Bridge {
    pub(crate) fn channel_attributes(&self, peer: Id, id: ChannelId) -> Option<Value> {
        let peer = self.peers.get(&peer)?;
        let view = peer.pc.session().channel(id);
        let Some(view) = view else {
            return Some(json!({ "readyState": "closed" }));
        };
        let pending = peer.pending.get(&id);
        let state = match pending {
            Some(pending) if pending.closing => RtcDataChannelState::Closing,
            _ => view.state,
        };
        let buffered = view.buffered_amount + pending.map_or(0, Pending::octets);
        Some(json!({
            "label": view.label,
            "ordered": view.init.ordered,
            "maxPacketLifeTime": view.init.max_packet_life_time,
            "maxRetransmits": view.init.max_retransmits,
            "protocol": view.init.protocol,
            "negotiated": view.init.negotiated,
            "id": view.init.id,
            "priority": view.init.priority.as_str(),
            "readyState": state.as_str(),
            "bufferedAmount": buffered,
            "bufferedAmountLowThreshold": view.buffered_amount_low_threshold,
            "binaryType": view.binary_type.as_str(),
        }))
    }

    pub(crate) fn data_channel(
        &mut self,
        peer: Id,
        id: ChannelId,
        name: &str,
        args: &mut Arguments,
        effects: &mut Effects,
    ) -> Done {
        match name {
            "send" => self.send(peer, id, args),
            "fill" => {
                self.fill(peer, id, args)?;
                self.refresh(Key::Channel(peer, id), effects);
                Ok(Outcome::NOTHING)
            }
            "close" => {
                if let Some(pending) = self.peer_mut(peer)?.pending.get_mut(&id) {
                    pending.closing = true;
                    return Ok(Outcome::NOTHING);
                }
                self.peer(peer)?.pc.call(Call::CloseChannel(id));
                Ok(Outcome::NOTHING)
            }
            "bufferedAmountLowThreshold=" => {
                let octets = args.value(0).as_u64().unwrap_or_default();
                // A channel that is forgotten has no use for it.
                let call = Call::SetBufferedAmountLowThreshold(id, octets);
                self.peer(peer)?.pc.call(call);
                Ok(Outcome::NOTHING)
            }
            "binaryType=" => {
                let binary_type = args.text(0).parse().unwrap_or_default();
                self.peer(peer)?
                    .pc
                    .call(Call::SetBinaryType(id, binary_type));
                Ok(Outcome::NOTHING)
            }
            _ => Err(unknown(name)),
        }
    }

    fn send(&mut self, peer: Id, channel: ChannelId, args: &mut Arguments) -> Done {
        let place = match args.value(0) {
            Value::String(text) => {
                Place::Message(MessageKind::Text, Bytes::from(text.clone().into_bytes()))
            }
            blob if blob.get("$blob").is_some() => Place::Blob {
                ticket: blob["ticket"].as_u64().unwrap_or_default(),
                size: blob["$blob"].as_u64().unwrap_or_default(),
            },
            _ => Place::Message(MessageKind::Binary, args.take_bin(0).unwrap_or_default()),
        };
        let waits = self.peer(peer)?.pending.contains_key(&channel);
        match place {
            Place::Message(kind, data) if !waits => {
                let call = Call::Send {
                    channel,
                    kind,
                    data,
                };
                self.called(peer, call)
            }
            place => {
                self.check_pending(peer, channel, &place)?;
                let pending = self.peer_mut(peer)?.pending.entry(channel).or_default();
                pending.queue.push_back(place);
                Ok(Outcome::NOTHING)
            }
        }
    }

    /// What `send()` checks of a message that waits.
    fn check_pending(&self, peer: Id, channel: ChannelId, place: &Place) -> Result<(), Failure> {
        let peer = self.peer(peer)?;
        let (state, limit) = {
            let session = peer.pc.session();
            let limit = session
                .sctp()
                .map_or(u64::MAX, |sctp| sctp.max_message_size);
            (session.channel_state(channel).0, limit)
        };
        let is_closing = peer.pending.get(&channel).is_some_and(|of| of.closing);
        if state != RtcDataChannelState::Open || is_closing {
            return Err(Failure::invalid_state("the channel is not open"));
        }
        let size = match place {
            Place::Message(_, data) => data.len() as u64,
            Place::Blob { size, .. } => *size,
        };
        if size > limit {
            return Err(Failure::type_error(format!(
                "the peer takes messages of at most {limit} octets"
            )));
        }
        Ok(())
    }

    /// The octets of a Blob are there: it goes out, and what waited behind it.
    fn fill(
        &mut self,
        peer_id: Id,
        channel: ChannelId,
        args: &mut Arguments,
    ) -> Result<(), Failure> {
        let ticket = args.value(0).as_u64().unwrap_or_default();
        let data = args.take_bin(1);
        let peer = self.peer_mut(peer_id)?;
        let Some(pending) = peer.pending.get_mut(&channel) else {
            return Ok(());
        };
        let at = pending
            .queue
            .iter()
            .position(|place| matches!(place, Place::Blob { ticket: of, .. } if *of == ticket));
        let Some(at) = at else { return Ok(()) };
        match data {
            Some(data) => {
                if let Some(place) = pending.queue.get_mut(at) {
                    *place = Place::Message(MessageKind::Binary, data);
                }
            }
            None => drop(pending.queue.remove(at)),
        }
        self.flush(peer_id, channel);
        Ok(())
    }

    /// Sends what waited for a Blob, as far as there is room in the buffer.
    pub(crate) fn flush(&mut self, peer: Id, channel: ChannelId) {
        let Some(peer) = self.peers.get_mut(&peer) else {
            return;
        };
        let Some(pending) = peer.pending.get_mut(&channel) else {
            return;
        };
        while let Some(Place::Message(kind, data)) = pending.queue.front() {
            let answer = peer.pc.call(Call::Send {
                channel,
                kind: *kind,
                data: data.clone(),
            });
            let is_full = |error: &RtcError| error.name == RtcErrorName::OperationError;
            if matches!(&answer, Answer::Failed(error) if is_full(error)) {
                return;
            }
            // If the channel is closed by now, nobody gets it.
            pending.queue.pop_front();
        }
        if pending.queue.is_empty() {
            let closing = pending.closing;
            peer.pending.remove(&channel);
            if closing {
                peer.pc.call(Call::CloseChannel(channel));
            }
        }
    }
}
