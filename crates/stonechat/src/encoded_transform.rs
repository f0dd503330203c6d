//! Encoded transforms: what senders and receivers have in common with what their frames go through
//! (webrtc-encoded-transform).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use stonechat_media::{PacketOpener, PacketSealer, ReceiverTransform, SenderTransform};
use stonechat_peerconnection::{Call, Kind, ReceiverId, SenderId};

use crate::error::{RtcError, RtcErrorName};
use crate::rtc_encoded_frame::RtcEncodedFrame;
use crate::rtc_rtp_script_transform::RtcRtpScriptTransform;
use crate::sframe::{RtcRtpSFrameDecryptor, RtcRtpSFrameEncryptor, SFrameType};
use crate::shared::Shared;

/// Frames and calls that wait for the driver; then the oldest goes.
const WAITING: usize = 1_024;

/// `RTCRtpSenderTransform`.
#[derive(Clone, Debug)]
pub enum RtcRtpSenderTransform {
    /// Frames or packets are encrypted.
    SFrame(RtcRtpSFrameEncryptor),
    /// Frames go through the application.
    Script(RtcRtpScriptTransform),
}

/// `RTCRtpReceiverTransform`.
#[derive(Clone, Debug)]
pub enum RtcRtpReceiverTransform {
    /// Frames or packets are decrypted.
    SFrame(RtcRtpSFrameDecryptor),
    /// Frames go through the application.
    Script(RtcRtpScriptTransform),
}

impl RtcRtpSenderTransform {
    pub(crate) fn claim(&self, owner: Owner) -> bool {
        match self {
            Self::SFrame(encryptor) => encryptor.core.claim(owner),
            Self::Script(script) => script.core.claim(owner),
        }
    }

    /// How the media plane leads frames.
    pub(crate) fn way(&self) -> SenderTransform {
        match self {
            Self::SFrame(encryptor) if encryptor.kind() == SFrameType::PerPacket => {
                let core: Arc<dyn PacketSealer> = encryptor.core.clone();
                SenderTransform::Packets(core)
            }
            Self::SFrame(_) | Self::Script(_) => SenderTransform::Frames,
        }
    }
}

impl RtcRtpReceiverTransform {
    pub(crate) fn claim(&self, owner: Owner) -> bool {
        match self {
            Self::SFrame(decryptor) => decryptor.core.claim(owner),
            Self::Script(script) => script.core.claim(owner),
        }
    }

    /// How the media plane leads frames.
    pub(crate) fn way(&self) -> ReceiverTransform {
        match self {
            Self::SFrame(decryptor) => {
                let core: Arc<dyn PacketOpener> = decryptor.core.clone();
                ReceiverTransform::Packets(core)
            }
            Self::Script(_) => ReceiverTransform::Frames,
        }
    }
}

impl From<RtcRtpSFrameEncryptor> for RtcRtpSenderTransform {
    fn from(encryptor: RtcRtpSFrameEncryptor) -> Self {
        Self::SFrame(encryptor)
    }
}

impl From<RtcRtpScriptTransform> for RtcRtpSenderTransform {
    fn from(script: RtcRtpScriptTransform) -> Self {
        Self::Script(script)
    }
}

impl From<RtcRtpSFrameDecryptor> for RtcRtpReceiverTransform {
    fn from(decryptor: RtcRtpSFrameDecryptor) -> Self {
        Self::SFrame(decryptor)
    }
}

impl From<RtcRtpScriptTransform> for RtcRtpReceiverTransform {
    fn from(script: RtcRtpScriptTransform) -> Self {
        Self::Script(script)
    }
}

/// Whose frames go through a transform (`[[owner]]`); it keeps no peer connection alive.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    Sender(Weak<Shared>, SenderId),
    Receiver(Weak<Shared>, ReceiverId, Option<Kind>),
}

impl Owner {
    pub(crate) fn shared(&self) -> Option<Arc<Shared>> {
        match self {
            Self::Sender(shared, _) | Self::Receiver(shared, ..) => shared.upgrade(),
        }
    }
}

/// The transforms of a peer connection.
#[derive(Debug, Default)]
pub(crate) struct Transforms {
    senders: BTreeMap<SenderId, RtcRtpSenderTransform>,
    receivers: BTreeMap<ReceiverId, RtcRtpReceiverTransform>,
}

impl Transforms {
    pub(crate) fn sender(&self, id: SenderId) -> Option<RtcRtpSenderTransform> {
        self.senders.get(&id).cloned()
    }

    pub(crate) fn receiver(&self, id: ReceiverId) -> Option<RtcRtpReceiverTransform> {
        self.receivers.get(&id).cloned()
    }

    /// Returns what was set before.
    pub(crate) fn set_sender(
        &mut self,
        id: SenderId,
        transform: Option<RtcRtpSenderTransform>,
    ) -> Option<RtcRtpSenderTransform> {
        match transform {
            Some(transform) => self.senders.insert(id, transform),
            None => self.senders.remove(&id),
        }
    }

    /// Returns what was set before.
    pub(crate) fn set_receiver(
        &mut self,
        id: ReceiverId,
        transform: Option<RtcRtpReceiverTransform>,
    ) -> Option<RtcRtpReceiverTransform> {
        match transform {
            Some(transform) => self.receivers.insert(id, transform),
            None => self.receivers.remove(&id),
        }
    }

    /// Nothing goes through any more.
    pub(crate) fn end(&mut self) {
        for transform in std::mem::take(&mut self.senders).into_values() {
            if let RtcRtpSenderTransform::Script(script) = transform {
                script.core.end();
            }
        }
        for transform in std::mem::take(&mut self.receivers).into_values() {
            if let RtcRtpReceiverTransform::Script(script) = transform {
                script.core.end();
            }
        }
    }
}

/// What transforms have for the driver. It has a lock of its own: frames and events may be dropped
/// anywhere.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Mutex<(VecDeque<RtcEncodedFrame>, VecDeque<Call>)>,
}

impl Outbox {
    /// A frame that came back.
    pub(crate) fn push_frame(&self, frame: RtcEncodedFrame) {
        let mut queue = self.lock();
        if queue.0.len() >= WAITING {
            queue.0.pop_front();
        }
        queue.0.push_back(frame);
    }

    /// A call that nobody waits for.
    pub(crate) fn push_call(&self, call: Call) {
        let mut queue = self.lock();
        if queue.1.len() < WAITING {
            queue.1.push_back(call);
        }
    }

    pub(crate) fn pop_frame(&self) -> Option<RtcEncodedFrame> {
        self.lock().0.pop_front()
    }

    pub(crate) fn pop_call(&self) -> Option<Call> {
        self.lock().1.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, (VecDeque<RtcEncodedFrame>, VecDeque<Call>)> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn already_used() -> RtcError {
    RtcError::new(
        RtcErrorName::InvalidStateError,
        "the transform was used before: make another one",
    )
}
