use std::time::{Duration, Instant};

use bytes::Bytes;
use stonechat_rtp::extension::AudioLevel;
use stonechat_rtp::{
    ExtendedSequence, Packet, ParseError, PayloadType, Rid, SequenceNumber, Ssrc, Timestamp,
};

use crate::{Codec, ContributingLevels, Vp8Layers};

/// When a frame was taken, on the sender's media clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FrameTime {
    /// Since the start of the source; becomes an RTP timestamp at the codec's clock rate, from a
    /// random start. When it goes back by more than half a second it is of another source: RTP
    /// timestamps go on from the last one by the time that passed.
    Media(Duration),
    /// The RTP timestamp itself.
    Rtp(Timestamp),
}

/// An encoded frame to send.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutgoingFrame {
    /// The frame: an Opus packet, G.711 samples, a VP8 frame, an H.264 access unit in Annex-B form,
    /// an AV1 temporal unit in the low-overhead format.
    pub data: Bytes,
    /// When it was taken.
    pub time: FrameTime,
    /// One of the sender's payload types; the first one if `None`.
    pub payload_type: Option<PayloadType>,
    /// How loud it is, if the header extension was negotiated.
    pub audio_level: Option<AudioLevel>,
    /// The temporal layer of a VP8 frame; AV1 says it in the headers of its units.
    pub layers: Option<Vp8Layers>,
    /// Which encoding it is, in simulcast. For who hands frames to senders by name: each sender of
    /// [`Streams`](crate::Streams) is one encoding and does not look at it.
    pub rid: Option<Rid>,
}

impl OutgoingFrame {
    /// A frame of the sender's first payload type.
    #[must_use]
    pub const fn new(data: Bytes, time: FrameTime) -> Self {
        Self {
            data,
            time,
            payload_type: None,
            audio_level: None,
            layers: None,
            rid: None,
        }
    }

    /// The same as a frame of the encoding `rid`.
    #[must_use]
    pub fn with_rid(mut self, rid: Rid) -> Self {
        self.rid = Some(rid);
        self
    }
}

/// A packet to send as it is, for forwarders.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutgoingPacket {
    /// The payload, with what the payload format puts before the codec's octets.
    pub payload: Bytes,
    /// The payload type.
    pub payload_type: PayloadType,
    /// The marker bit.
    pub marker: bool,
    /// The RTP timestamp.
    pub timestamp: Timestamp,
    /// The sequence number; the next one if `None`. With `Some` gaps stay gaps. A number that was
    /// used for another packet is refused.
    pub sequence: Option<SequenceNumber>,
    /// How loud it is, if the header extension was negotiated.
    pub audio_level: Option<AudioLevel>,
    /// Which encoding it belongs to, as [`OutgoingFrame::rid`].
    pub rid: Option<Rid>,
}

/// An encoded frame that arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaFrame {
    /// The frame in the form that [`OutgoingFrame::data`] describes.
    pub data: Bytes,
    /// The stream that it came by.
    pub ssrc: Ssrc,
    /// What was mixed into it (CSRC), as its first packet says.
    pub contributing_sources: Vec<Ssrc>,
    /// Its RTP timestamp.
    pub timestamp: Timestamp,
    /// Its payload type.
    pub payload_type: PayloadType,
    /// Its payload format.
    pub codec: Codec,
    /// The marker bit of its last packet.
    pub marker: bool,
    /// Whether decoding can start here; always true for audio.
    pub keyframe: bool,
    /// Width and height in pixels, where a key frame tells without decoding.
    pub dimensions: Option<(u16, u16)>,
    /// Whether it follows the frame handed out before it without loss in between. False for the
    /// first frame of a stream unless it is a key frame.
    pub contiguous: bool,
    /// The sequence number of its first packet, with cycles.
    pub first_sequence: ExtendedSequence,
    /// How many packets it took.
    pub packets: u16,
    /// When its first packet arrived.
    pub first_arrival: Instant,
    /// When its last missing packet arrived.
    pub arrival: Instant,
    /// How loud it is, if the sender says so.
    pub audio_level: Option<AudioLevel>,
    /// How loud each of [`contributing_sources`](Self::contributing_sources) is in −dBov, 0
    /// (loudest) to 127 (silence), as far as the mixer says so (RFC 6465).
    pub contributing_levels: ContributingLevels,
    /// Which encoding it is, in simulcast.
    pub rid: Option<Rid>,
}

/// A packet that arrived, retransmission undone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceivedPacket {
    /// The stream it belongs to: that of the original, if it is a retransmission.
    pub ssrc: Ssrc,
    /// The sequence number in that stream, with cycles.
    pub sequence: ExtendedSequence,
    /// The payload type, that of the original.
    pub payload_type: PayloadType,
    /// The marker bit.
    pub marker: bool,
    /// The RTP timestamp.
    pub timestamp: Timestamp,
    /// The payload; empty if the packet was padding alone.
    pub payload: Bytes,
    /// When it arrived.
    pub arrival: Instant,
    /// Whether it came as a retransmission on a stream of its own.
    pub recovered: bool,
    /// How loud it is, if the sender says so.
    pub audio_level: Option<AudioLevel>,
    /// Whether its payload was sealed and opened.
    pub(crate) opened: bool,
    /// How loud each contributing source is in −dBov, 0 (loudest) to 127 (silence), as far as the
    /// mixer says so (RFC 6465).
    pub contributing_levels: ContributingLevels,
    /// Which encoding it belongs to, in simulcast.
    pub rid: Option<Rid>,
    pub(crate) raw: Bytes,
}

impl ReceivedPacket {
    /// The packet as it arrived, for its header extensions.
    ///
    /// # Errors
    ///
    /// Never in practice: it was read once already.
    pub fn packet(&self) -> Result<Packet<'_>, ParseError> {
        Packet::parse(&self.raw)
    }
}
