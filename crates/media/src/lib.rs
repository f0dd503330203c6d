//! Media over RTP: senders and receivers with their RTCP, payload formats, and media files.
//!
//! [`Streams`] is the machine: all senders and receivers of one transport, as bytes and time. It
//! has no sockets, clocks or threads, and neither encodes nor decodes: it takes encoded frames
//! (or packets) on one end and gives them on the other, repaired where the network lost some.
//! Encryption lies below it, in `stonechat-srtp`.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use bytes::{Bytes, BytesMut};
//! use stonechat_media::*;
//! use stonechat_rtp::PayloadType;
//! # use stonechat_sansio::{Ecn, Env, Frame, Seed};
//! # let provider = std::sync::Arc::new(stonechat_crypto::Provider::builder("none").build());
//! # let now = Instant::now();
//! # let env = |n| Env::new(Seed::from_u64(n), (now, std::time::SystemTime::UNIX_EPOCH), provider.clone());
//!
//! let opus = CodecParameters::new(PayloadType::new(111).unwrap(), Codec::Opus);
//! let mut alice = Streams::new(Config::default(), env(1), now);
//! let mut bob = Streams::new(Config::default(), env(2), now);
//! let sender = alice.add_sender(SenderConfig::new(SenderParameters::new(vec![opus]))).unwrap();
//! let receiver = bob.add_receiver(ReceiverParameters::new(vec![opus])).unwrap();
//!
//! let frame = OutgoingFrame::new(Bytes::from_static(&[0x08, 1, 2]), FrameTime::Media(Duration::ZERO));
//! alice.send_frame(now, sender, &frame).unwrap();
//! let mut packet = Vec::new();
//! let mut out = Frame::new(&mut packet, 1200);
//! while alice.poll_rtp(now, &mut out).is_some() {}
//! out.commit();
//!
//! bob.handle_rtp(now, BytesMut::from(packet.as_slice()), Ecn::NotEct);
//! assert_eq!(bob.recv_frame(now, receiver).unwrap().data, frame.data);
//! ```
//!
//! | part | what | specification |
//! | --- | --- | --- |
//! | [`Streams`] | reports, feedback, goodbye | RFC 3550, 4585, 5104, 5506 |
//! | | retransmission | RFC 4588 |
//! | | routing by MID, RID, source, payload type | RFC 8843 section 9.2, RFC 8852 |
//! | | transport-wide feedback, REMB | draft-holmer-rmcat-transport-wide-cc-extensions-01 |
//! | | feedback of each stream with ECN | RFC 8888, RFC 6679 |
//! | | round trip of receivers | RFC 3611 sections 4.4, 4.5 |
//! | [`Packetizer`], [`Depacketizer`] | Opus, G.711, VP8, H.264, AV1 | RFC 7587, 3551, 7741, 6184, "RTP Payload Format For AV1" |
//! | [`mod@sframe`] | end-to-end encryption of frames and packets | RFC 9605 |
//! | [`telephone_event`] | DTMF and other events | RFC 4733 |
//! | [`mod@file`] | IVF, Ogg Opus, H.264 Annex B | RFC 3533, 7845 |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod codec;
mod config;
mod contributing_levels;
mod depacketize;
mod extension_ids;
pub mod file;
mod frame;
mod frame_facts;
mod frame_rate;
mod limitation;
mod pacer;
mod packetize;
mod parameters;
mod receiver;
mod router;
mod rtcp_parameters;
mod sender;
pub mod sframe;
mod slots;
mod stats;
mod streams;
mod transform;

/// G.711 sample conversion (ITU-T G.711; payload in RFC 3551, section 4.5.14).
pub mod g711 {
    pub use crate::codec::g711::{decode_alaw, decode_mulaw, encode_alaw, encode_mulaw};
}

/// Telephone events (RFC 4733).
pub mod telephone_event {
    pub use crate::codec::telephone_event::{
        EventPacket, ReceivedTone, TelephoneEvent, ToneReceiver, ToneSender, event_of, key_of,
    };
}

/// What can be read of AV1 without decoding.
pub mod av1 {
    pub use crate::codec::av1::{
        Obu, ObuHeader, ObuType, SequenceHeader, TemporalUnitFacts, obus, read_leb128, write_leb128,
    };
}

/// What can be read of H.264 without decoding.
pub mod h264 {
    pub use crate::codec::h264::{NalType, begins_picture, nal_units};
}

/// What can be read of VP8 without decoding.
pub mod vp8 {
    pub use crate::codec::vp8::{PictureId, TemporalLayer, Vp8Descriptor, Vp8FrameHeader};
}

pub use codec::opus::{OpusToc, is_dtx};
pub use codec::{Codec, MediaKind, PacketizationMode, PayloadError};
pub use config::Config;
pub use contributing_levels::ContributingLevels;
pub use depacketize::{Depacketizer, FrameInfo};
pub use extension_ids::ExtensionIds;
pub use frame::{FrameTime, MediaFrame, OutgoingFrame, OutgoingPacket, ReceivedPacket};
pub use frame_rate::FrameRate;
pub use limitation::{Limitation, Limitations};
pub use packetize::{
    Av1Packetizer, H264Packetizer, PacketizeError, Packetizer, Payload, Vp8Layers, Vp8Packetizer,
};
pub use parameters::{
    AfterLoss, CodecParameters, Delivery, ReceiverParameters, SenderConfig, SenderParameters,
};
pub use rtcp_parameters::{CongestionFeedback, RtcpParameters};
pub use sender::{EncoderFacts, SendError};
pub use stats::{Drops, ReceiverStats, SenderStats, StreamsStats};
pub use streams::{
    AddError, Event, PacketOutcome, PacketResult, ReceiverId, SenderId, Streams, UnknownId,
};
pub use transform::{
    FrameTicket, Opened, PacketOpener, PacketSealer, Pushed, ReceiverTransform, SenderTransform,
    TransformError, TransformFrame, TransformLimits, TransformQueue, TransformStats,
    UntransformedReceived, UntransformedSent, inspect,
};
