use std::time::Duration;

use stonechat_rtp::{Mid, PayloadType, Rid, Ssrc};
use stonechat_sansio::Dscp;

use crate::{Codec, ExtensionIds};

/// One payload type and what was negotiated for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CodecParameters {
    /// The payload type on the wire.
    pub payload_type: PayloadType,
    /// The payload format.
    pub codec: Codec,
    /// The payload type of its retransmissions (RFC 4588, `apt`).
    pub rtx: Option<PayloadType>,
    /// Whether lost packets may be asked for by generic NACK (RFC 4585, `nack`).
    pub nack: bool,
    /// Whether key frames may be asked for by picture loss indication (RFC 4585, `nack pli`).
    pub pli: bool,
    /// Whether key frames may be asked for by full intra request (RFC 5104, `ccm fir`).
    pub fir: bool,
}

impl CodecParameters {
    /// A payload type without retransmission and feedback.
    #[must_use]
    pub const fn new(payload_type: PayloadType, codec: Codec) -> Self {
        Self {
            payload_type,
            codec,
            rtx: None,
            nack: false,
            pli: false,
            fir: false,
        }
    }

    /// The same with the feedback that video has in browsers: NACK, PLI and FIR, and
    /// retransmissions under `rtx` if given.
    #[must_use]
    pub const fn with_feedback(mut self, rtx: Option<PayloadType>) -> Self {
        self.rtx = rtx;
        self.nack = true;
        self.pli = true;
        self.fir = true;
        self
    }
}

/// What may change of a sender while it lives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SenderParameters {
    /// The payload types, the preferred one first.
    pub codecs: Vec<CodecParameters>,
    /// The media section it belongs to.
    pub mid: Option<Mid>,
    /// The encoding it is, in simulcast.
    pub rid: Option<Rid>,
    /// The header extensions it writes.
    pub extensions: ExtensionIds,
    /// Whether it sends. A paused sender drops what is queued and refuses more.
    pub active: bool,
    /// Bits per second of video at most, without retransmissions; what is more waits in the queue.
    /// `None`: only the pace of the transport counts.
    pub max_bitrate: Option<u64>,
    /// Packets of video that may leave in a row while others wait, at least 1: the share in
    /// relation to the other senders.
    pub weight: u8,
    /// The code point of its packets.
    pub dscp: Dscp,
}

impl SenderParameters {
    /// An active sender of these payload types, without identification or header extensions.
    #[must_use]
    pub const fn new(codecs: Vec<CodecParameters>) -> Self {
        Self {
            codecs,
            mid: None,
            rid: None,
            extensions: ExtensionIds {
                mid: None,
                rid: None,
                repaired_rid: None,
                abs_send_time: None,
                transport_sequence: None,
                audio_level: None,
                mixer_levels: None,
                dependency_descriptor: None,
            },
            active: true,
            max_bitrate: None,
            weight: 1,
            dscp: Dscp::DF,
        }
    }
}

/// A sender to add: one outgoing encoding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SenderConfig {
    /// Its synchronization source; random if `None`.
    pub ssrc: Option<Ssrc>,
    /// That of its retransmissions; random if `None` and a payload type has `rtx`.
    pub rtx_ssrc: Option<Ssrc>,
    /// The rest.
    pub parameters: SenderParameters,
}

impl SenderConfig {
    /// A sender with random sources.
    #[must_use]
    pub const fn new(parameters: SenderParameters) -> Self {
        Self {
            ssrc: None,
            rtx_ssrc: None,
            parameters,
        }
    }
}

/// What a receiver hands out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Delivery {
    /// Encoded frames in decode order, by `recv_frame`.
    #[default]
    Frames,
    /// Packets in order of arrival, retransmissions unwrapped, duplicates removed, by
    /// `recv_packet`: what a forwarder needs.
    Packets,
}

/// What happens to video frames after loss that could not be repaired.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AfterLoss {
    /// Whole frames are handed out, the first with `contiguous` false.
    #[default]
    Deliver,
    /// Frames are dropped up to the next key frame.
    WaitForKeyframe,
}

/// What may change of a receiver while it lives; what comes in is routed by it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceiverParameters {
    /// The payload types that may come.
    pub codecs: Vec<CodecParameters>,
    /// The media section it belongs to.
    pub mid: Option<Mid>,
    /// The encoding it is, in simulcast.
    pub rid: Option<Rid>,
    /// The synchronization source, if it was signalled.
    pub ssrc: Option<Ssrc>,
    /// That of its retransmissions, if it was signalled.
    pub rtx_ssrc: Option<Ssrc>,
    /// What it hands out.
    pub delivery: Delivery,
    /// What happens after loss.
    pub after_loss: AfterLoss,
    /// How long missing packets are waited for, if that is longer than the configuration says.
    pub wait: Option<Duration>,
}

impl ReceiverParameters {
    /// A receiver of frames of these payload types, found by payload type alone.
    #[must_use]
    pub const fn new(codecs: Vec<CodecParameters>) -> Self {
        Self {
            codecs,
            mid: None,
            rid: None,
            ssrc: None,
            rtx_ssrc: None,
            delivery: Delivery::Frames,
            after_loss: AfterLoss::Deliver,
            wait: None,
        }
    }
}

pub(crate) fn find(
    codecs: &[CodecParameters],
    payload_type: PayloadType,
) -> Option<&CodecParameters> {
    codecs
        .iter()
        .find(|codec| codec.payload_type == payload_type)
}

pub(crate) fn find_rtx(codecs: &[CodecParameters], rtx: PayloadType) -> Option<&CodecParameters> {
    codecs.iter().find(|codec| codec.rtx == Some(rtx))
}
