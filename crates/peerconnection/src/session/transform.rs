//! Encoded transforms: what frames go through, and key frames that are asked for on their way
//! (webrtc-encoded-transform, sections 3 and 5).

use stonechat_media::{ReceiverTransform, SenderTransform};

use super::Session;
use super::call::{Answer, PromiseId, Value};
use super::step::{Event, Step};
use super::task::Task;
use crate::error::{Error, ErrorName};
use crate::id::{Kind, ReceiverId, SenderId, TransceiverId};
use crate::order::Order;

/// A promise of key frames: kept when each layer has had one.
#[derive(Clone, Debug)]
pub(super) struct PendingKeyFrame {
    sender: SenderId,
    /// The RIDs of the layers; one without a name is the only one.
    layers: Vec<Option<String>>,
    promise: PromiseId,
}

impl Session {
    pub(super) fn set_sender_transform(
        &mut self,
        sender: SenderId,
        transform: SenderTransform,
    ) -> Result<(), Error> {
        self.transceiver_mut(TransceiverId(sender.0))
            .ok_or_else(no_such_object)?;
        self.order(Order::SetSenderTransform { sender, transform });
        Ok(())
    }

    pub(super) fn set_receiver_transform(
        &mut self,
        receiver: ReceiverId,
        transform: ReceiverTransform,
    ) -> Result<(), Error> {
        self.transceiver_mut(TransceiverId(receiver.0))
            .ok_or_else(no_such_object)?;
        self.order(Order::SetReceiverTransform {
            receiver,
            transform,
        });
        Ok(())
    }

    /// The generate key frame algorithm.
    pub(super) fn generate_key_frame(
        &mut self,
        sender: SenderId,
        rid: Option<String>,
    ) -> Result<Answer, Error> {
        let transceiver = self
            .transceiver_mut(TransceiverId(sender.0))
            .ok_or_else(no_such_object)?;
        if transceiver.kind != Kind::Video {
            return Err(no_video());
        }
        if rid.as_deref().is_some_and(|rid| !is_rid(rid)) {
            return Err(Error::new(
                ErrorName::TypeError,
                "a RID has letters, digits, - and _ alone",
            ));
        }
        let promise = self.promise();
        self.queue(Task::GenerateKeyFrame {
            sender,
            rid,
            promise,
        });
        Ok(Answer::Promise(promise))
    }

    /// What the algorithm does in parallel.
    pub(super) fn run_generate_key_frame(
        &mut self,
        sender: SenderId,
        rid: Option<&str>,
        promise: PromiseId,
        step: &mut Step,
    ) {
        let layers = self.layers(sender, rid);
        if layers.is_empty() {
            let error = Error::new(
                ErrorName::NotFoundError,
                "no active encoding has the RID, or none is active",
            );
            step.settle.push((promise, Err(error)));
            return;
        }
        self.pending_key_frames.push(PendingKeyFrame {
            sender,
            layers,
            promise,
        });
        step.fire.push(Event::KeyFrameWanted {
            sender,
            rid: rid.map(str::to_owned),
        });
    }

    /// The active layers of a sender, or the one of this RID.
    fn layers(&self, sender: SenderId, rid: Option<&str>) -> Vec<Option<String>> {
        let id = TransceiverId(sender.0);
        let mut transceivers = self.transceivers.iter();
        let Some(transceiver) = transceivers.find(|other| other.id == id) else {
            return Vec::new();
        };
        let encodings = transceiver.sender.encodings.iter();
        encodings
            .filter(|encoding| transceiver.sends(encoding))
            .map(|encoding| encoding.rid.clone())
            .filter(|name| rid.is_none() || name.as_deref() == rid)
            .collect()
    }

    /// A key frame is about to be handed to a transform.
    pub(super) fn on_key_frame_encoded(
        &mut self,
        sender: SenderId,
        rid: Option<String>,
        timestamp: u32,
        step: &mut Step,
    ) {
        let id = TransceiverId(sender.0);
        let mut transceivers = self.transceivers.iter();
        let transceiver = transceivers.find(|other| other.id == id);
        // A frame that names no encoding is of the first one.
        let first = transceiver.and_then(|transceiver| transceiver.sender.encodings.first());
        let rid = rid.or_else(|| first.and_then(|encoding| encoding.rid.clone()));
        self.pending_key_frames.retain_mut(|pending| {
            if pending.sender == sender {
                pending.layers.retain(|layer| *layer != rid);
            }
            let is_kept = pending.layers.is_empty();
            if is_kept {
                let value = Value::KeyFrame { timestamp };
                step.settle.push((pending.promise, Ok(value)));
            }
            !is_kept
        });
    }

    /// The send request key frame algorithm.
    pub(super) fn send_key_frame_request(&mut self, receiver: ReceiverId) -> Result<Answer, Error> {
        let transceiver = self
            .transceiver_mut(TransceiverId(receiver.0))
            .ok_or_else(no_such_object)?;
        if transceiver.kind != Kind::Video {
            return Err(no_video());
        }
        self.order(Order::RequestKeyFrame { receiver });
        let promise = self.promise();
        self.queue(Task::Settle(promise, Value::Nothing));
        Ok(Answer::Promise(promise))
    }
}

/// RFC 8851, section 10.
fn is_rid(rid: &str) -> bool {
    !rid.is_empty()
        && rid
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
}

fn no_video() -> Error {
    Error::new(
        ErrorName::InvalidStateError,
        "key frames are of video: this is audio",
    )
}

fn no_such_object() -> Error {
    Error::new(
        ErrorName::InvalidAccessError,
        "no such sender or receiver in this peer connection",
    )
}
