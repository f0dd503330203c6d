//! Frames on their way through transforms: out of the connection to the application or a cipher,
//! and back. Nothing of this runs inside a verb of the connection.

use std::time::Instant;

use bytes::Bytes;
use stonechat_media::sframe::{unwrap_av1, unwrap_h264, wrap_av1, wrap_h264};
use stonechat_media::{Codec, MediaFrame, UntransformedReceived, UntransformedSent};
use stonechat_peerconnection::{ReceiverId, SenderId};

use super::Driver;
use crate::encoded_transform::{RtcRtpReceiverTransform, RtcRtpSenderTransform};
use crate::rtc_encoded_frame::{Back, RtcEncodedFrame};
use crate::sframe::{DecryptorCore, EncryptorCore};

impl Driver {
    /// Takes the frames of a sender to its transform.
    pub(super) fn transform_sent(&mut self, now: Instant, sender: SenderId) {
        while let Some(taken) = self.connection.poll_untransformed_sent(now, sender) {
            if taken.info.keyframe {
                // Whoever waits for a key frame hears of it before it can be read.
                self.exchange_steps(now);
            }
            let transform = self.shared.session().hub.transforms.sender(sender);
            match transform {
                Some(RtcRtpSenderTransform::Script(script)) => {
                    let ticket = taken.ticket;
                    let frame = RtcEncodedFrame::sent(script.core.id, sender, taken);
                    script.core.enqueue(ticket, frame);
                }
                Some(RtcRtpSenderTransform::SFrame(encryptor)) => {
                    self.encrypt(now, sender, taken, &encryptor.core);
                }
                None => self.put_back_sent(now, sender, &taken),
            }
        }
    }

    fn encrypt(
        &mut self,
        now: Instant,
        sender: SenderId,
        mut taken: UntransformedSent,
        core: &EncryptorCore,
    ) {
        let Some(sealed) = core.encrypt(&taken.frame.data) else {
            return;
        };
        taken.frame.data = carried(taken.codec, taken.info.keyframe, sealed);
        self.put_back_sent(now, sender, &taken);
    }

    fn put_back_sent(&mut self, now: Instant, sender: SenderId, taken: &UntransformedSent) {
        let result = self
            .connection
            .push_transformed_sent(now, sender, taken.ticket, &taken.frame);
        if let Err(error) = result {
            tracing::debug!(%error, "transformed frame dropped");
        }
    }

    /// Takes the frames of a receiver to its transform.
    pub(super) fn transform_received(&mut self, now: Instant, receiver: ReceiverId) {
        while let Some(taken) = self.connection.poll_untransformed_received(now, receiver) {
            let transform = self.shared.session().hub.transforms.receiver(receiver);
            match transform {
                Some(RtcRtpReceiverTransform::Script(script)) => {
                    let mut taken = taken;
                    if script.core.kind.is_some() {
                        uncarry(&mut taken.frame);
                    }
                    let ticket = taken.ticket;
                    let frame = RtcEncodedFrame::received(script.core.id, receiver, taken);
                    script.core.enqueue(ticket, frame);
                }
                Some(RtcRtpReceiverTransform::SFrame(decryptor)) => {
                    self.decrypt(now, receiver, taken, &decryptor.core);
                }
                None => self.put_back_received(now, receiver, taken),
            }
        }
    }

    fn decrypt(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
        mut taken: UntransformedReceived,
        core: &DecryptorCore,
    ) {
        uncarry(&mut taken.frame);
        let opened = core.decrypt(&taken.frame.data, || {
            RtcEncodedFrame::of_media(&taken.frame).into()
        });
        if let Some(plain) = opened {
            taken.frame.data = plain;
            self.put_back_received(now, receiver, taken);
        }
    }

    fn put_back_received(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
        taken: UntransformedReceived,
    ) {
        let result =
            self.connection
                .push_transformed_received(now, receiver, taken.ticket, taken.frame);
        if let Err(error) = result {
            tracing::debug!(%error, "transformed frame dropped");
        }
    }

    /// Does what transforms left for the driver; `true` if there was anything.
    pub(super) fn take_outbox(&mut self, now: Instant) -> bool {
        let mut any = false;
        while let Some(call) = self.shared.outbox().pop_call() {
            self.shared.session().call(now, call);
            any = true;
        }
        while let Some(frame) = self.shared.outbox().pop_frame() {
            self.take_back(now, frame);
            any = true;
        }
        any
    }

    /// A frame came back from the application.
    fn take_back(&mut self, now: Instant, frame: RtcEncodedFrame) {
        let (data, keyframe, Some(way)) = frame.into_parts() else {
            return;
        };
        match way.back {
            Back::Sent(sender, mut frame, codec) => {
                let Some(RtcRtpSenderTransform::Script(script)) =
                    self.shared.session().hub.transforms.sender(sender)
                else {
                    return;
                };
                if script.core.id != way.transformer {
                    return;
                }
                frame.data = match script.core.kind {
                    Some(_) => carried(codec, keyframe, data),
                    None => data,
                };
                let result = self
                    .connection
                    .push_transformed_sent(now, sender, way.ticket, &frame);
                if let Err(error) = result {
                    tracing::debug!(%error, "transformed frame dropped");
                }
            }
            Back::Received(receiver, mut frame) => {
                let transform = self.shared.session().hub.transforms.receiver(receiver);
                let Some(RtcRtpReceiverTransform::Script(script)) = transform else {
                    return;
                };
                if script.core.id != way.transformer {
                    return;
                }
                frame.data = data;
                let ticket = way.ticket;
                let frame = *frame;
                self.put_back_received(now, receiver, UntransformedReceived { ticket, frame });
            }
        }
    }
}

/// A ciphertext in a form that the packets of the codec can carry.
fn carried(codec: Codec, keyframe: bool, sealed: Bytes) -> Bytes {
    match codec {
        Codec::H264(_) => wrap_h264(keyframe, &sealed).into(),
        Codec::Av1 => wrap_av1(keyframe, &sealed).into(),
        _ => sealed,
    }
}

/// The ciphertext of a frame.
fn uncarry(frame: &mut MediaFrame) {
    let sealed = match frame.codec {
        Codec::H264(_) => unwrap_h264(&frame.data),
        Codec::Av1 => unwrap_av1(&frame.data),
        _ => None,
    };
    if let Some(sealed) = sealed {
        frame.data = sealed.into();
    }
}
