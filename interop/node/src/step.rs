//! Steps of peer connections, as JavaScript gets them.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use stonechat::RtcErrorDetailType;
use stonechat::pulled::{ChannelId, Event, MessageKind, Step, Value as Settled};

use crate::bridge::Bridge;
use crate::candidate::candidate;
use crate::error::{Failure, rtc_error};
use crate::objects::{Id, Key};
use crate::outcome::PromiseNumber;
use crate::stats::report;

/// What a call or step changes.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// `[object, attribute, value]`
    pub(crate) set: Vec<Value>,
    /// `[object, type, interface, init]`
    pub(crate) fire: Vec<Value>,
    /// `[promise, ok, value]`
    pub(crate) settle: Vec<Value>,
    /// `[transform, frame]`
    pub(crate) frames: Vec<Value>,
    pub(crate) bins: Vec<Bytes>,
    /// Whether the task goes on with another step.
    pub(crate) more: bool,
}

impl Effects {
    pub(crate) fn fire(&mut self, target: Id, kind: &str, interface: &str, init: Value) {
        self.fire.push(json!([target, kind, interface, init]));
    }

    pub(crate) fn settle(&mut self, promise: PromiseNumber, result: Result<Value, Failure>) {
        self.settle.push(match result {
            Ok(value) => json!([promise, true, value]),
            Err(error) => json!([promise, false, error.into_json()]),
        });
    }

    /// A value that stands for a binary.
    pub(crate) fn bin(&mut self, data: Bytes) -> Value {
        self.bins.push(data);
        json!({ "$bin": self.bins.len() - 1 })
    }

    /// The members of a reply or step that say it.
    pub(crate) fn move_into(&mut self, reply: &mut Map<String, Value>) {
        let lists = [
            ("set", std::mem::take(&mut self.set)),
            ("fire", std::mem::take(&mut self.fire)),
            ("settle", std::mem::take(&mut self.settle)),
            ("frames", std::mem::take(&mut self.frames)),
        ];
        for (name, list) in lists {
            if !list.is_empty() {
                reply.insert(name.into(), list.into());
            }
        }
        if self.more {
            reply.insert("more".into(), true.into());
        }
    }
}

impl Bridge {
    /// Runs a step of a peer connection; `false` if there is none.
    pub(crate) fn step(&mut self, peer: Id, effects: &mut Effects) -> bool {
        let Some(step) = self.peers.get(&peer).and_then(|peer| peer.pc.next_step()) else {
            return false;
        };
        effects.more = step.more;
        for channel in &step.drained {
            self.flush(peer, *channel);
        }
        match only_channels(&step) {
            Some(channels) => {
                for channel in channels {
                    self.refresh(Key::Channel(peer, channel), effects);
                }
            }
            None => self.refresh_peer(peer, effects),
        }
        for event in step.fire {
            self.fire(peer, event, effects);
        }
        if let Ok(peer) = self.peer(peer) {
            for (channel, octets) in step.returned {
                peer.pc.return_credit(channel, octets);
            }
        }
        for (promise, result) in step.settle {
            let number = self
                .peers
                .get_mut(&peer)
                .and_then(|peer| peer.promises.remove(&promise));
            if let Some(number) = number {
                let result = result
                    .map(|value| self.settled(value))
                    .map_err(Failure::from);
                effects.settle(number, result);
            }
        }
        true
    }

    fn settled(&self, value: Settled) -> Value {
        match value {
            Settled::Description(description) => {
                json!({ "type": description.kind.as_str(), "sdp": description.sdp })
            }
            Settled::KeyFrame { timestamp } => timestamp.into(),
            Settled::Stats(stats) => report(&stats, self.clock),
            _ => Value::Null,
        }
    }

    fn fire(&mut self, peer: Id, event: Event, effects: &mut Effects) {
        let plain = |effects: &mut Effects, target: Id, kind: &str| {
            effects.fire(target, kind, "Event", Value::Null);
        };
        match event {
            Event::NegotiationNeeded => plain(effects, peer, "negotiationneeded"),
            Event::SignalingStateChange(_) => plain(effects, peer, "signalingstatechange"),
            Event::IceGatheringStateChange(_) => plain(effects, peer, "icegatheringstatechange"),
            Event::IceConnectionStateChange(_) => plain(effects, peer, "iceconnectionstatechange"),
            Event::ConnectionStateChange(_) => plain(effects, peer, "connectionstatechange"),
            Event::IceCandidate { candidate: of, url } => {
                let of = of.as_ref().map(candidate);
                let init = json!({ "candidate": of, "url": url });
                effects.fire(peer, "icecandidate", "RTCPeerConnectionIceEvent", init);
            }
            Event::IceCandidateError {
                local,
                url,
                code,
                text,
            } => {
                let init = json!({
                    "address": local.map(|local| local.ip().to_string()),
                    "port": local.map(|local| local.port()),
                    "url": url,
                    "errorCode": code,
                    "errorText": text,
                });
                let interface = "RTCPeerConnectionIceErrorEvent";
                effects.fire(peer, "icecandidateerror", interface, init);
            }
            Event::Track {
                transceiver,
                receiver,
                streams,
            } => {
                let streams = self.remote_streams(peer, &streams);
                self.fire_stream_events(&streams, effects);
                let Some(track) = self.receiver_track(peer, receiver) else {
                    return;
                };
                let streams: Vec<_> = streams
                    .into_iter()
                    .map(|stream| self.objects.reference(Key::Stream(stream)))
                    .collect();
                let init = json!({
                    "receiver": self.objects.reference(Key::Receiver(peer, receiver)),
                    "track": self.objects.reference(Key::Track(track)),
                    "streams": streams,
                    "transceiver": self.objects.reference(Key::Transceiver(peer, transceiver)),
                });
                effects.fire(peer, "track", "RTCTrackEvent", init);
            }
            Event::TrackRemoved { receiver, streams } => {
                self.fire_track_events(peer, receiver, effects);
                let streams = self.remote_streams(peer, &streams);
                self.fire_stream_events(&streams, effects);
            }
            Event::TrackUnmuted(receiver)
            | Event::TrackMuted(receiver)
            | Event::TrackEnded(receiver) => self.fire_track_events(peer, receiver, effects),
            Event::ToneChange { sender, tone } => {
                let target = self.objects.id(Key::Dtmf(peer, sender));
                let init = json!({ "tone": tone });
                effects.fire(target, "tonechange", "RTCDTMFToneChangeEvent", init);
            }
            Event::KeyFrameRequested { sender, .. } => {
                self.fire_key_frame_requests(peer, sender, effects);
            }
            Event::DataChannel(channel) => {
                let init =
                    json!({ "channel": self.objects.reference(Key::Channel(peer, channel)) });
                effects.fire(peer, "datachannel", "RTCDataChannelEvent", init);
            }
            Event::ChannelOpen(channel) => plain(effects, self.channel(peer, channel), "open"),
            Event::ChannelMessage {
                channel,
                kind,
                data,
            } => {
                let data = match kind {
                    MessageKind::Text => String::from_utf8_lossy(&data).into(),
                    MessageKind::Binary => effects.bin(data),
                };
                let target = self.channel(peer, channel);
                effects.fire(target, "message", "MessageEvent", json!({ "data": data }));
            }
            Event::ChannelBufferedAmountLow(channel) => {
                plain(effects, self.channel(peer, channel), "bufferedamountlow");
            }
            Event::ChannelClosing(channel) => {
                plain(effects, self.channel(peer, channel), "closing");
            }
            Event::ChannelError(channel, error) => {
                let target = self.channel(peer, channel);
                fire_error(effects, target, &error);
            }
            Event::ChannelClose(channel) => plain(effects, self.channel(peer, channel), "close"),
            Event::IceTransportStateChange(id, _) => {
                plain(effects, self.objects.id(Key::Ice(peer, id)), "statechange");
            }
            Event::IceTransportGatheringStateChange(id, _) => {
                let target = self.objects.id(Key::Ice(peer, id));
                plain(effects, target, "gatheringstatechange");
            }
            Event::SelectedCandidatePairChange(id) => {
                let target = self.objects.id(Key::Ice(peer, id));
                plain(effects, target, "selectedcandidatepairchange");
            }
            Event::DtlsTransportStateChange(id, _) => {
                plain(effects, self.objects.id(Key::Dtls(peer, id)), "statechange");
            }
            Event::DtlsTransportError(id, error) => {
                let target = self.objects.id(Key::Dtls(peer, id));
                fire_error(effects, target, &error);
            }
            Event::SctpTransportStateChange(_) => {
                let key = self.sctp_key(peer);
                plain(effects, self.objects.id(key), "statechange");
            }
            _ => {}
        }
    }

    fn channel(&mut self, peer: Id, channel: ChannelId) -> Id {
        self.objects.id(Key::Channel(peer, channel))
    }
}

fn fire_error(effects: &mut Effects, target: Id, error: &stonechat::RtcError) {
    let mut json = rtc_error(error);
    if error.detail.is_none() {
        json["errorDetail"] = RtcErrorDetailType::DataChannelFailure.as_str().into();
    }
    let init = json!({ "error": { "$err": json } });
    effects.fire(target, "error", "RTCErrorEvent", init);
}

/// The channels of a step with which nothing else changes.
fn only_channels(step: &Step) -> Option<Vec<ChannelId>> {
    if !step.settle.is_empty() || (step.fire.is_empty() && step.drained.is_empty()) {
        return None;
    }
    let of_events = step.fire.iter().map(|event| match event {
        Event::ChannelMessage { channel, .. } | Event::ChannelBufferedAmountLow(channel) => {
            Some(*channel)
        }
        _ => None,
    });
    of_events
        .chain(step.drained.iter().map(|channel| Some(*channel)))
        .collect()
}
