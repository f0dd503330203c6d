//! `RTCRtpScriptTransform`: frames go to a worker of the script and come back.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use serde_json::{Map, Value, json};
use stonechat::pulled::{Call, ReceiverId, SenderId, TransceiverId};
use stonechat::{
    Events, RtcEncodedFrame, RtcEncodedFrameMetadata, RtcRtpScriptTransform,
    RtcRtpScriptTransformer, RtcTransformWorker, TransformWorkerEvent, TransformerEvent,
};

use crate::arguments::{Arguments, reference};
use crate::bridge::Bridge;
use crate::clock::milliseconds;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key};
use crate::outcome::{Done, Outcome};
use crate::step::Effects;

/// All transforms of the script.
#[derive(Debug, Default)]
pub(crate) struct Transforms {
    transforms: BTreeMap<Id, Transform>,
    last_token: u64,
}

#[derive(Debug)]
struct Transform {
    transform: RtcRtpScriptTransform,
    transformer: RtcRtpScriptTransformer,
    events: Events<TransformerEvent>,
    owner: Option<Owner>,
    /// Frames that the script has, by token.
    frames: BTreeMap<u64, RtcEncodedFrame>,
}

/// Whose frames go through a transform.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Owner {
    Sender(Id, SenderId),
    Receiver(Id, ReceiverId),
}

impl Bridge {
    pub(crate) fn new_script_transform(&mut self) -> Done {
        let worker = RtcTransformWorker::new();
        let transform = RtcRtpScriptTransform::new(&worker, ());
        let Some(TransformWorkerEvent::RtcTransform(event)) = worker.events().try_next() else {
            return Err(unknown("the transformer"));
        };
        let transformer = event.transformer;
        let id = self.objects.fresh();
        self.read_frames(id, &transformer);
        self.transforms.transforms.insert(
            id,
            Transform {
                transform,
                events: transformer.events(),
                transformer,
                owner: None,
                frames: BTreeMap::new(),
            },
        );
        Ok(self.objects.reference(Key::Transform(id)).into())
    }

    /// Passes the frames of a transform on, each as a task.
    fn read_frames(&self, id: Id, transformer: &RtcRtpScriptTransformer) {
        let mut readable = transformer.readable();
        let queue = self.queue.clone();
        self.runtime.spawn(async move {
            while let Some(frame) = readable.read().await {
                queue.push(move |bridge, effects| bridge.give_frame(id, frame, effects));
            }
        });
    }

    fn give_frame(&mut self, id: Id, mut frame: RtcEncodedFrame, effects: &mut Effects) {
        let clock = self.clock;
        self.transforms.last_token += 1;
        let token = self.transforms.last_token;
        let Some(transform) = self.transforms.transforms.get_mut(&id) else {
            return;
        };
        let data = effects.bin(frame.data().to_vec().into());
        let moment = |at: Instant| {
            let now = (Instant::now(), milliseconds(SystemTime::now()));
            let ago = now.0.saturating_duration_since(at).as_secs_f64() * 1e3;
            clock.convert(now.1 - ago)
        };
        let mut metadata = shared_metadata(&frame.get_metadata(), moment);
        let mut json = json!({ "token": token, "data": data });
        match &mut frame {
            RtcEncodedFrame::Video(frame) => {
                let of = frame.get_metadata();
                let members = [
                    ("frameId", json!(of.frame_id)),
                    ("dependencies", json!(of.dependencies)),
                    ("width", json!(of.width)),
                    ("height", json!(of.height)),
                    ("spatialIndex", json!(of.spatial_index)),
                    ("temporalIndex", json!(of.temporal_index)),
                    ("timestamp", json!(of.timestamp)),
                ];
                metadata.extend(members.map(|(name, value)| (name.to_owned(), value)));
                json["kind"] = "video".into();
                json["type"] = frame.kind().as_str().into();
            }
            RtcEncodedFrame::Audio(frame) => {
                let of = frame.get_metadata();
                metadata.insert("sequenceNumber".into(), json!(of.sequence_number));
                metadata.insert("audioLevel".into(), json!(of.audio_level));
                json["kind"] = "audio".into();
            }
        }
        metadata.retain(|_, value| !value.is_null());
        json["metadata"] = Value::Object(metadata);
        transform.frames.insert(token, frame);
        // Those that the script forgot.
        while transform.frames.len() > HELD {
            transform.frames.pop_first();
        }
        effects.frames.push(json!([id, json]));
    }

    pub(crate) fn script_transformer(&mut self, id: Id, name: &str, args: &mut Arguments) -> Done {
        match name {
            "write" => {
                let token = args.value(0).get("token").and_then(Value::as_u64);
                let data = args.value(0).get("data").and_then(|data| data.get("$bin"));
                let data = data.and_then(Value::as_u64).and_then(|at| args.bin(at));
                let transform = self.transforms.transforms.get_mut(&id);
                let transform = transform.ok_or_else(|| unknown("the transform"))?;
                let frame = token.and_then(|token| transform.frames.remove(&token));
                // One that was written before is dropped, as the specification says.
                if let (Some(mut frame), Some(data)) = (frame, data) {
                    frame.set_data(data);
                    transform.transformer.writable().write(frame);
                }
                Ok(Outcome::NOTHING)
            }
            "generateKeyFrame" => match self.owner(id) {
                Some(Owner::Sender(peer, sender)) => {
                    let rid = args.value(0).as_str().map(str::to_owned);
                    self.promised_call(peer, Call::GenerateKeyFrame { sender, rid })
                }
                _ => Ok(not_owned()),
            },
            "sendKeyFrameRequest" => match self.owner(id) {
                Some(Owner::Receiver(peer, receiver)) => {
                    self.promised_call(peer, Call::SendKeyFrameRequest(receiver))
                }
                _ => Ok(not_owned()),
            },
            _ => Err(unknown(name)),
        }
    }

    fn owner(&self, id: Id) -> Option<Owner> {
        self.transforms.transforms.get(&id)?.owner
    }

    pub(crate) fn set_sender_transform(
        &mut self,
        peer: Id,
        sender: SenderId,
        value: &Value,
    ) -> Done {
        let transform = self.transform_of(value)?;
        let peer_handle = self.peer_mut(peer)?;
        let transceiver = peer_handle.transceiver(TransceiverId(sender.0));
        let transceiver = transceiver.ok_or_else(|| unknown("the sender"))?;
        let set = transform
            .as_ref()
            .map(|(_, transform)| transform.clone().into());
        transceiver.sender().set_transform(set)?;
        self.own(transform.map(|(id, _)| id), Owner::Sender(peer, sender));
        Ok(Outcome::NOTHING)
    }

    pub(crate) fn set_receiver_transform(
        &mut self,
        peer: Id,
        receiver: ReceiverId,
        value: &Value,
    ) -> Done {
        let transform = self.transform_of(value)?;
        let peer_handle = self.peer_mut(peer)?;
        let transceiver = peer_handle.transceiver(TransceiverId(receiver.0));
        let transceiver = transceiver.ok_or_else(|| unknown("the receiver"))?;
        let set = transform
            .as_ref()
            .map(|(_, transform)| transform.clone().into());
        transceiver.receiver().set_transform(set)?;
        self.own(transform.map(|(id, _)| id), Owner::Receiver(peer, receiver));
        Ok(Outcome::NOTHING)
    }

    fn transform_of(&self, value: &Value) -> Result<Option<(Id, RtcRtpScriptTransform)>, Failure> {
        let Some(id) = reference(value) else {
            return Ok(None);
        };
        let transform = self.transforms.transforms.get(&id);
        let transform = transform.ok_or_else(|| Failure::type_error("not a transform"))?;
        Ok(Some((id, transform.transform.clone())))
    }

    /// A transform that another one replaced transforms nothing any more.
    fn own(&mut self, id: Option<Id>, owner: Owner) {
        for transform in self.transforms.transforms.values_mut() {
            if transform.owner == Some(owner) {
                transform.owner = None;
            }
        }
        if let Some(transform) = id.and_then(|id| self.transforms.transforms.get_mut(&id)) {
            transform.owner = Some(owner);
        }
    }

    /// The peer asked a sender for a key frame: its transform hears of it first.
    pub(crate) fn fire_key_frame_requests(
        &mut self,
        peer: Id,
        sender: SenderId,
        effects: &mut Effects,
    ) {
        let owner = Some(Owner::Sender(peer, sender));
        for (id, transform) in &mut self.transforms.transforms {
            if transform.owner != owner {
                continue;
            }
            while let Some(TransformerEvent::KeyFrameRequest(event)) = transform.events.try_next() {
                let init = json!({ "rid": event.rid });
                effects.fire(*id, "keyframerequest", "KeyFrameRequestEvent", init);
            }
        }
    }
}

fn not_owned() -> Outcome {
    Outcome::Rejected(Failure::invalid_state(
        "the transform has no frames that this could be about",
    ))
}

fn shared_metadata(
    of: &RtcEncodedFrameMetadata,
    moment: impl Fn(Instant) -> f64,
) -> Map<String, Value> {
    let offset = of.sender_capture_time_offset;
    [
        ("synchronizationSource", json!(of.synchronization_source)),
        ("payloadType", json!(of.payload_type)),
        ("contributingSources", json!(of.contributing_sources)),
        ("rtpTimestamp", json!(of.rtp_timestamp)),
        ("receiveTime", json!(of.receive_time.map(&moment))),
        ("captureTime", json!(of.capture_time.map(&moment))),
        (
            "senderCaptureTimeOffset",
            json!(offset.map(|offset| offset.as_secs_f64() * 1e3)),
        ),
        ("mimeType", json!(of.mime_type)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}

/// Frames of a transform that wait for the script at the most.
const HELD: usize = 256;
