//! RTP (RFC 3550) packets, header extensions (RFC 8285) and the numbers in them.
//!
//! A codec, not a session: functions of bytes without clock, queue or socket, `no_std` with
//! `alloc`. [`Packet`] is a borrowed view that checks the lengths once and reads fields lazily;
//! [`Header`] is the owned description that writes; [`HeaderMut`] edits a packet in place when it
//! is forwarded. Jitter buffers, statistics and RTCP live in other crates.
//!
//! ```
//! use stonechat_rtp::{
//!     extension::AudioLevel, ExtensionId, Header, Packet, PayloadType, SequenceNumber, Ssrc,
//!     Timestamp,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let level_id = ExtensionId::new(1).ok_or("an id")?;
//! let opus = PayloadType::new(111).ok_or("a payload type")?;
//! let mut header = Header::new(opus, SequenceNumber(65_535), Timestamp(960), Ssrc(0x1234));
//! let mut out = [0; 1200];
//! for payload in [b"first".as_slice(), b"second"] {
//!     header.extensions.set(level_id, &AudioLevel { level: 20, voice: true });
//!     let head = header.encode(&mut out)?;
//!     out[head..head + payload.len()].copy_from_slice(payload);
//!     let packet = Packet::parse(&out[..head + payload.len()])?;
//!     assert_eq!(packet.payload(), payload);
//!     assert_eq!(packet.extensions().value::<AudioLevel>(level_id).map(|it| it.level), Some(20));
//!     header.sequence = header.sequence.next();
//!     header.timestamp = header.timestamp.wrapping_add(960);
//! }
//! assert_eq!(header.sequence, SequenceNumber(1));
//! # Ok(())
//! # }
//! ```
//!
//! | item | specification |
//! | --- | --- |
//! | [`Packet`], [`HeaderView`], [`Header`], [`HeaderMut`] | RFC 3550, section 5.1 |
//! | [`Extensions`], [`ExtensionList`] | RFC 8285, sections 4.2 and 4.3 |
//! | [`SequenceNumber`], [`ExtendedSequence`] | RFC 3550, section 5.1 and appendix A.1 |
//! | [`NtpTime`] | RFC 3550, section 4 |
//! | [`extension::AudioLevel`], [`extension::MixerLevels`] | RFC 6464, RFC 6465 |
//! | [`extension::AbsSendTime`] | `abs-send-time` |
//! | [`extension::TransportSequence`] | draft-holmer-rmcat-transport-wide-cc-extensions-01 |
//! | [`extension::SdesMid`], [`Mid`] | RFC 8843, section 15 |
//! | [`extension::SdesRid`], [`extension::SdesRepairedRid`], [`Rid`] | RFC 8852 |
//! | [`extension::VideoOrientation`] | 3GPP TS 26.114, section 7.4.5 |
//! | [`extension::PlayoutDelay`] | `playout-delay` |
//! | [`extension::DependencyDescriptor`] | RTP Payload Format For AV1, appendix A |
//! | [`rtx`] | RFC 4588 |

#![no_std]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

extern crate alloc;

mod clock_rate;
mod edit;
mod error;
mod extended_sequence;
pub mod extension;
mod extension_list;
mod extensions;
mod header;
mod mid;
mod ntp;
mod packet;
pub mod padding;
mod payload_type;
mod rid;
pub mod rtx;
mod sequence;
mod ssrc;
mod timestamp;

pub use clock_rate::ClockRate;
pub use edit::{EditError, HeaderMut};
pub use error::{Full, ParseError};
pub use extended_sequence::ExtendedSequence;
pub use extension_list::{ExtensionList, InvalidExtension};
pub use extensions::{Extension, ExtensionForm, ExtensionId, Extensions, ExtensionsIter};
pub use header::{CsrcList, Header};
pub use mid::{InvalidMid, Mid};
pub use ntp::{CompactNtp, NtpTime};
pub use packet::{HeaderView, Packet};
pub use payload_type::PayloadType;
pub use rid::{InvalidRid, Rid};
pub use sequence::SequenceNumber;
pub use ssrc::Ssrc;
pub use timestamp::Timestamp;
