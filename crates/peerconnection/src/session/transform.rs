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

/// A promise of a key frame. Senders have one layer: it is kept when that one has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingKeyFrame {
    sender: SenderId,
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
        if !self.has_layer(sender, rid) {
            let error = Error::new(
                ErrorName::NotFoundError,
                "no active encoding has the RID, or none is active",
            );
            step.settle.push((promise, Err(error)));
            return;
        }
        self.pending_key_frames
            .push(PendingKeyFrame { sender, promise });
        step.fire.push(Event::KeyFrameWanted {
            sender,
            rid: rid.map(str::to_owned),
        });
    }

    /// Whether the sender has an active layer of this RID, or any.
    fn has_layer(&self, sender: SenderId, rid: Option<&str>) -> bool {
        let id = TransceiverId(sender.0);
        self.transceivers
            .iter()
            .find(|other| other.id == id)
            .is_some_and(|transceiver| {
                let mut encodings = transceiver.sender.encodings.iter();
                encodings.any(|encoding| {
                    (rid.is_none() || encoding.rid.as_deref() == rid) && transceiver.sends(encoding)
                })
            })
    }

    /// A key frame is about to be handed to a transform.
    pub(super) fn on_key_frame_encoded(
        &mut self,
        sender: SenderId,
        timestamp: u32,
        step: &mut Step,
    ) {
        let mut kept = Vec::new();
        for pending in std::mem::take(&mut self.pending_key_frames) {
            if pending.sender == sender {
                let value = Value::KeyFrame { timestamp };
                step.settle.push((pending.promise, Ok(value)));
            } else {
                kept.push(pending);
            }
        }
        self.pending_key_frames = kept;
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
