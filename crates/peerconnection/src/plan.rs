//! What the descriptions in force ask of the packets: the whole of it, each time.
//!
//! The session computes a [`Plan`] from the local and remote descriptions; the connection compares
//! it with the one before and does what differs. Applying the same plan twice does nothing, and a
//! roll-back is the plan of before.

use std::time::Duration;

use stonechat_crypto::Fingerprint;

use crate::id::{Kind, ReceiverId, SenderId, TransportId};
use crate::rtp_parameters::Priority;

/// All that the connection shall be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The transports; one that is missing is closed.
    pub transports: Vec<TransportPlan>,
    /// The SCTP association, once a section for data was negotiated.
    pub association: Option<AssociationPlan>,
    /// What is sent; one that is missing says goodbye (RTCP BYE) and ends.
    pub senders: Vec<SenderPlan>,
    /// What is received; one that is missing ends.
    pub receivers: Vec<ReceiverPlan>,
}

/// One transport.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportPlan {
    /// Its name.
    pub id: TransportId,
    /// ICE.
    pub ice: IcePlan,
    /// DTLS, once both sides' roles are known.
    pub dtls: Option<DtlsPlan>,
    /// RTCP of the sections that it carries.
    pub rtcp: stonechat_media::RtcpParameters,
}

/// ICE of one transport (RFC 8445, 8839).
#[derive(Clone, Debug, PartialEq)]
pub struct IcePlan {
    /// Whether we control.
    pub role: stonechat_ice::Role,
    /// Our credentials; new ones restart ICE.
    pub local: stonechat_ice::Credentials,
    /// The peer's credentials, once known.
    pub remote: Option<stonechat_ice::Credentials>,
    /// Whether the peer is a lite agent.
    pub remote_lite: bool,
}

/// DTLS of one transport (RFC 8842).
#[derive(Clone, Debug, PartialEq)]
pub struct DtlsPlan {
    /// Client or server.
    pub role: stonechat_dtls::Role,
    /// Another number is another association, with new keys.
    pub association: u32,
    /// The fingerprints of which the peer's certificate must match one of the strongest hash.
    pub fingerprints: Vec<Fingerprint>,
}

/// The SCTP association (RFC 8841).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AssociationPlan {
    /// The transport that carries it.
    pub transport: TransportId,
    /// Our port.
    pub local_port: u16,
    /// The peer's port.
    pub remote_port: u16,
    /// The largest message that the peer takes, in octets; 0 means any size.
    pub remote_max_message_size: u64,
}

/// A codec with its payload types, as negotiated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CodecPlan {
    /// The payload type in the direction of the plan.
    pub payload_type: u8,
    /// The encoding name, such as `VP8`.
    pub name: String,
    /// The RTP clock in Hz.
    pub clock_rate: u32,
    /// Channels of audio; 1 where it does not apply.
    pub channels: u8,
    /// The format parameters as the line has them, `a=1;b=2`; may be empty.
    pub parameters: String,
    /// The feedback that was negotiated, such as `nack` or `nack pli`.
    pub feedback: Vec<String>,
    /// The payload type of retransmissions (RFC 4588).
    pub rtx: Option<u8>,
}

impl CodecPlan {
    /// Whether it carries media of its own: not comfort noise, tones, redundancy or repair.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        crate::negotiation::codecs::is_primary(&self.name)
    }

    /// Whether `feedback` was negotiated.
    #[must_use]
    pub fn has_feedback(&self, feedback: &str) -> bool {
        self.feedback.iter().any(|have| have == feedback)
    }
}

/// A header extension with its id (RFC 8285).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExtensionPlan {
    /// The id on the wire.
    pub id: u8,
    /// The name.
    pub uri: String,
}

/// One sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SenderPlan {
    /// Its name.
    pub id: SenderId,
    /// The transport that carries it.
    pub transport: TransportId,
    /// Audio or video.
    pub kind: Kind,
    /// The media section's identification.
    pub mid: String,
    /// The encodings: one, or several in simulcast; never empty.
    pub encodings: Vec<EncodingPlan>,
    /// The canonical name (RFC 3550, section 6.5.1).
    pub cname: String,
    /// The codecs, the preferred first; never empty.
    pub codecs: Vec<CodecPlan>,
    /// The header extensions.
    pub extensions: Vec<ExtensionPlan>,
}

/// One encoding of a sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EncodingPlan {
    /// Its name, in simulcast (RFC 8851).
    pub rid: Option<String>,
    /// The source.
    pub ssrc: u32,
    /// The source of retransmissions.
    pub rtx_ssrc: Option<u32>,
    /// Whether it is sent now: by direction, track and parameters.
    pub active: bool,
    /// The payload type of frames that do not name theirs; the first of the codecs if `None`.
    pub payload_type: Option<u8>,
    /// Bits per second at most.
    pub max_bitrate: Option<u32>,
    /// The share of the bandwidth.
    pub priority: Priority,
    /// How packets are marked, if they are.
    pub network_priority: Priority,
}

impl SenderPlan {
    /// The codec of an encoding, unless a frame names another.
    #[must_use]
    pub fn codec_of(&self, rid: Option<&str>) -> Option<&CodecPlan> {
        let wanted = self
            .encodings
            .iter()
            .find(|encoding| encoding.rid.as_deref() == rid)
            .and_then(|encoding| encoding.payload_type);
        let chosen = wanted.and_then(|wanted| {
            self.codecs
                .iter()
                .find(|codec| codec.payload_type == wanted)
        });
        chosen.or_else(|| self.codecs.iter().find(|codec| codec.is_primary()))
    }
}

/// One receiver.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceiverPlan {
    /// Its name.
    pub id: ReceiverId,
    /// The transport that carries it.
    pub transport: TransportId,
    /// Audio or video.
    pub kind: Kind,
    /// The media section's identification.
    pub mid: String,
    /// The codecs with the payload types that we announced; never empty.
    pub codecs: Vec<CodecPlan>,
    /// The header extensions.
    pub extensions: Vec<ExtensionPlan>,
    /// Sources that the peer announced, each with its source of retransmissions.
    pub sources: Vec<(u32, Option<u32>)>,
    /// The encodings of simulcast that the peer sends (RFC 8853); empty without.
    pub rids: Vec<String>,
    /// Whether the direction lets it receive now.
    pub active: bool,
    /// Whether it hands out frames or packets.
    pub delivery: stonechat_media::Delivery,
    /// How long missing packets are waited for at least.
    pub wait: Option<Duration>,
}
