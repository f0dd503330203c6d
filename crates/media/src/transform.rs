//! The way of frames through something of the application's: out of the sender or receiver, and
//! back into it (webrtc-encoded-transform, section 3.2).

mod queue;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use stonechat_rtp::Ssrc;

pub use queue::{Pushed, TransformFrame, TransformLimits, TransformQueue, TransformStats};

use crate::{Codec, FrameInfo, MediaFrame, OutgoingFrame, ReceivedPacket};

/// Names a frame on its way through a transform. One that was left out stays left out; an older one
/// is not taken back after a newer one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FrameTicket(pub(crate) u64);

impl FrameTicket {
    /// Its number among the frames of its sender or receiver; it grows in decode order.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Why a frame was not taken back. It is counted and gone.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransformError {
    /// There is no such sender or receiver.
    #[error("there is no such sender or receiver")]
    Unknown,
    /// The frame is not of this sender or receiver, or comes after a newer one.
    #[error("the frame comes after a newer one, or belongs elsewhere")]
    OutOfOrder,
    /// The sender did not take the frame.
    #[error(transparent)]
    Send(#[from] crate::SendError),
}

/// A frame of a sender, before it is put into packets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UntransformedSent {
    /// Names it.
    pub ticket: FrameTicket,
    /// The frame, with its RTP timestamp and payload type.
    pub frame: OutgoingFrame,
    /// Its payload format.
    pub codec: Codec,
    /// The source that it will leave by.
    pub ssrc: Ssrc,
    /// Whether decoding can start at it, and its size, as far as the payload format tells.
    pub info: FrameInfo,
    /// When it was handed in.
    pub at: Instant,
    /// Its time since the start of the stream, if it was given so.
    pub presentation: Option<Duration>,
}

/// A frame of a receiver, before it is handed out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UntransformedReceived {
    /// Names it.
    pub ticket: FrameTicket,
    /// The frame. Where it tells nothing of key frames without being transformed,
    /// [`keyframe`](MediaFrame::keyframe) is false.
    pub frame: MediaFrame,
}

/// What the frames of a sender go through.
#[derive(Clone, Debug, Default)]
pub enum SenderTransform {
    /// Nothing.
    #[default]
    None,
    /// Frames are taken out by `poll_untransformed_sent` and put back by `push_transformed_sent`.
    Frames,
    /// The payload of each packet is sealed.
    Packets(Arc<dyn PacketSealer>),
}

/// What the frames of a receiver go through.
#[derive(Clone, Debug, Default)]
pub enum ReceiverTransform {
    /// Nothing.
    #[default]
    None,
    /// Frames are taken out by `poll_untransformed_received` and put back by
    /// `push_transformed_received`.
    Frames,
    /// The payload of each packet is opened if it is sealed; frames of packets that were not are
    /// taken out as with [`Frames`](Self::Frames).
    Packets(Arc<dyn PacketOpener>),
}

/// Seals the payloads of packets, for [`SenderTransform::Packets`].
pub trait PacketSealer: Debug + Send + Sync {
    /// Octets that a sealed payload is longer, at most.
    fn overhead(&self) -> usize;

    /// The sealed payload; `None` if it cannot be sealed, then its frame is not sent.
    fn seal(&self, payload: &[u8]) -> Option<Bytes>;
}

/// Opens the payloads of packets, for [`ReceiverTransform::Packets`].
pub trait PacketOpener: Debug + Send + Sync {
    /// What the payload of `packet` is.
    fn open(&self, packet: &ReceivedPacket) -> Opened;
}

/// What became of the payload of a packet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Opened {
    /// It was sealed, and this is what it holds.
    Plain(Bytes),
    /// It was not sealed as a packet.
    AsItIs,
    /// It is not authentic: as if it had not come.
    Refused,
}

/// What can be read of an encoded frame of `codec` without decoding it.
#[must_use]
pub fn inspect(codec: Codec, frame: &[u8]) -> FrameInfo {
    match codec {
        Codec::Vp8 => {
            let header = crate::vp8::Vp8FrameHeader::parse(frame).ok();
            let dimensions = header.and_then(|header| header.key_frame);
            FrameInfo {
                keyframe: dimensions.is_some(),
                dimensions,
            }
        }
        Codec::H264(_) => FrameInfo {
            keyframe: crate::h264::nal_units(frame).any(|unit| {
                let header = frame.get(unit).and_then(<[u8]>::first);
                header.is_some_and(|header| header & 0x1f == 5)
            }),
            dimensions: None,
        },
        Codec::Av1 => {
            let facts = crate::av1::TemporalUnitFacts::parse(frame).unwrap_or_default();
            FrameInfo {
                keyframe: facts.keyframe,
                dimensions: facts.dimensions(),
            }
        }
        codec => FrameInfo {
            keyframe: codec.kind() == crate::MediaKind::Audio,
            dimensions: None,
        },
    }
}
