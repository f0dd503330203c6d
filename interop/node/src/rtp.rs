//! `RTCRtpSender`, `RTCRtpReceiver` and `RTCRtpTransceiver`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stonechat::pulled::{
    Answer, Call, ReceiverId, SenderId, StatsSelector, TransceiverId, TransceiverView,
};
use stonechat::{RtcRtpContributingSource, RtcRtpReceiver, RtcRtpSender};

use crate::arguments::{Arguments, reference};
use crate::bridge::Bridge;
use crate::clock::{ScriptClock, milliseconds};
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key};
use crate::outcome::{Done, Outcome};
use crate::rtp_values::{
    Capabilities, Codec, ExtensionCapability, ReceiveParameters, SendParameters, SetOptions,
};

impl Bridge {
    pub(crate) fn transceiver_attributes(&mut self, peer: Id, id: TransceiverId) -> Option<Value> {
        let view = self.transceiver_view(peer, id);
        let direction = view
            .as_ref()
            .map_or("stopped", |view| view.direction.as_str());
        let current = view.as_ref().map_or(Some("stopped"), |view| {
            view.current_direction.map(|direction| direction.as_str())
        });
        Some(json!({
            "mid": view.as_ref().and_then(|view| view.mid.as_ref()),
            "sender": self.objects.reference(Key::Sender(peer, id.sender())),
            "receiver": self.objects.reference(Key::Receiver(peer, id.receiver())),
            "direction": direction,
            "currentDirection": current,
            "stopped": view.as_ref().is_none_or(|view| view.stopped),
        }))
    }

    pub(crate) fn sender_attributes(&mut self, peer: Id, id: SenderId) -> Option<Value> {
        let view = self.transceiver_view(peer, TransceiverId(id.0));
        let track = view
            .as_ref()
            .and_then(|view| self.tracks.by_name(&view.sender_track.as_ref()?.id));
        let has_dtmf = self.peers.get(&peer)?.pc.session().has_dtmf(id);
        let transport = view.and_then(|view| view.transport);
        Some(json!({
            "track": track.map(|track| self.objects.reference(Key::Track(track))),
            "transport": transport.map(|id| self.objects.reference(Key::Dtls(peer, id))),
            "dtmf": has_dtmf.then(|| self.objects.reference(Key::Dtmf(peer, id))),
        }))
    }

    pub(crate) fn receiver_attributes(&mut self, peer: Id, id: ReceiverId) -> Option<Value> {
        let track = self.receiver_track(peer, id);
        let transport = self
            .transceiver_view(peer, TransceiverId(id.0))
            .and_then(|view| view.transport);
        let target = self.peers.get(&peer)?.pc.session().jitter_buffer_target(id);
        Some(json!({
            "track": track.map(|track| self.objects.reference(Key::Track(track))),
            "transport": transport.map(|id| self.objects.reference(Key::Dtls(peer, id))),
            "jitterBufferTarget": target.map(|target| target.as_secs_f64() * 1e3),
        }))
    }

    /// The object of the track of a receiver.
    pub(crate) fn receiver_track(&mut self, peer: Id, id: ReceiverId) -> Option<Id> {
        let transceiver = self
            .peers
            .get_mut(&peer)?
            .transceiver(TransceiverId(id.0))?;
        let track = transceiver.receiver().track().clone();
        let track = self.tracks.of_receiver(&mut self.objects, peer, id, &track);
        self.play(track);
        Some(track)
    }

    fn transceiver_view(&self, peer: Id, id: TransceiverId) -> Option<TransceiverView> {
        self.peers.get(&peer)?.pc.session().transceiver(id)
    }

    pub(crate) fn transceiver(
        &mut self,
        peer: Id,
        id: TransceiverId,
        name: &str,
        args: &Arguments,
    ) -> Done {
        match name {
            "direction=" => {
                let direction = args.text(0).parse().unwrap_or_default();
                self.called(peer, Call::SetDirection(id, direction))
            }
            "stop" => self.called(peer, Call::StopTransceiver(id)),
            "setCodecPreferences" => {
                let codecs: Vec<Codec> = args.read(0)?;
                let codecs = codecs.into_iter().map(Into::into).collect();
                self.called(peer, Call::SetCodecPreferences(id, codecs))
            }
            "setHeaderExtensionsToNegotiate" => {
                let extensions: Vec<ExtensionCapability> = args.read(0)?;
                let extensions = extensions.into_iter().map(Into::into).collect();
                self.called(peer, Call::SetHeaderExtensionsToNegotiate(id, extensions))
            }
            "getHeaderExtensionsToNegotiate" | "getNegotiatedHeaderExtensions" => {
                let session = self.peer(peer)?.pc.session();
                let extensions = match name {
                    "getNegotiatedHeaderExtensions" => session.negotiated_header_extensions(id),
                    _ => session.header_extensions_to_negotiate(id),
                };
                let extensions = extensions.into_iter().map(ExtensionCapability::from);
                Ok(json!(extensions.collect::<Vec<_>>()).into())
            }
            _ => Err(unknown(name)),
        }
    }

    pub(crate) fn sender(&mut self, peer: Id, id: SenderId, name: &str, args: &Arguments) -> Done {
        match name {
            "getParameters" => {
                let parameters = match self.peer(peer)?.pc.call(Call::GetParameters(id)) {
                    Answer::Parameters(parameters) => *parameters,
                    // The transceiver is gone.
                    _ => stonechat::RtcRtpSendParameters::default(),
                };
                Ok(json!(SendParameters::from(parameters)).into())
            }
            "setParameters" => {
                let answer = self.set_parameters(peer, id, args);
                self.promised_answer(peer, answer)
            }
            "replaceTrack" => {
                let track = match reference(args.value(0)) {
                    Some(track) => Some(self.tracks.get(track)?.clone()),
                    None => None,
                };
                let answer = self.peer(peer)?.pc.replace_track(id, track.as_ref());
                self.promised(peer, answer)
            }
            "setStreams" => {
                let streams = self.stream_ids(args.rest(0))?;
                self.called(peer, Call::SetStreams(id, streams))
            }
            "getStats" => self.promised_call(peer, Call::GetStats(StatsSelector::Sender(id))),
            "transform=" => self.set_sender_transform(peer, id, args.value(0)),
            "generateKeyFrame" => {
                let rid = args.value(0).get(0).and_then(Value::as_str);
                let rid = rid.map(str::to_owned);
                self.promised_call(peer, Call::GenerateKeyFrame { sender: id, rid })
            }
            _ => Err(unknown(name)),
        }
    }

    fn set_parameters(&self, peer: Id, id: SenderId, args: &Arguments) -> Result<Answer, Failure> {
        let parameters: SendParameters = args.read(0)?;
        let options = match args.value(1) {
            Value::Null => SetOptions::default(),
            _ => args.read(1)?,
        };
        let call = Call::SetParameters(id, Box::new(parameters.into()), options.into());
        Ok(self.peer(peer)?.pc.call(call))
    }

    pub(crate) fn receiver(
        &mut self,
        peer: Id,
        id: ReceiverId,
        name: &str,
        args: &Arguments,
    ) -> Done {
        match name {
            "getParameters" => {
                let parameters = self.peer(peer)?.pc.session().receive_parameters(id);
                Ok(json!(ReceiveParameters::from(parameters)).into())
            }
            "getContributingSources" => {
                let session = self.peer(peer)?.pc.session();
                let sources = session.contributing_sources(Instant::now(), id);
                Ok(self::sources(&sources, self.clock))
            }
            "getSynchronizationSources" => {
                let session = self.peer(peer)?.pc.session();
                let sources = session.synchronization_sources(Instant::now(), id);
                Ok(self::sources(&sources, self.clock))
            }
            "getStats" => self.promised_call(peer, Call::GetStats(StatsSelector::Receiver(id))),
            "transform=" => self.set_receiver_transform(peer, id, args.value(0)),
            "jitterBufferTarget=" => {
                let target = match args.value(0).as_f64() {
                    None => None,
                    Some(ms) => Some(
                        Duration::try_from_secs_f64(ms / 1e3)
                            .map_err(|_| Failure::new("RangeError", "the target is negative"))?,
                    ),
                };
                self.called(peer, Call::SetJitterBufferTarget(id, target))
            }
            _ => Err(unknown(name)),
        }
    }
}

fn sources(sources: &[RtcRtpContributingSource], clock: ScriptClock) -> Outcome {
    let sources = sources.iter().map(|source| {
        let mut json = json!({
            "timestamp": clock.convert(milliseconds(source.timestamp)),
            "source": source.source,
            "rtpTimestamp": source.rtp_timestamp,
        });
        if let Some(level) = source.audio_level {
            json["audioLevel"] = level.into();
        }
        json
    });
    Value::from_iter(sources).into()
}

/// `getCapabilities()` of senders or receivers.
pub(crate) fn capabilities(interface: &str, kind: &str) -> Outcome {
    let capabilities = match interface {
        "RTCRtpSender" => RtcRtpSender::get_capabilities(kind),
        _ => RtcRtpReceiver::get_capabilities(kind),
    };
    json!(capabilities.map(Capabilities::from)).into()
}
