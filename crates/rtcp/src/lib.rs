//! RTCP: reports (RFC 3550), feedback (RFC 4585, RFC 5104, REMB, transport-wide, RFC 8888) and the
//! rules of when to send them.
//!
//! A codec, not a session: functions of bytes without clock, queue or socket, `no_std`
//! without `alloc`. [`Compound`] walks a datagram and yields each [`Packet`] as a view; the same types,
//! made of the caller's slices, write by [`Write`]. Nothing is allocated. [`schedule`] holds the
//! interval rules as a small machine that is given the time.
//!
//! ```
//! use stonechat_rtcp::{Compound, CompoundWriter, Packet, Pli, ReceiverReport, ReportBlock};
//! use stonechat_rtp::Ssrc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (us, them) = (Ssrc(1), Ssrc(2));
//! let blocks = [ReportBlock { ssrc: them, highest_sequence: 70_000, ..ReportBlock::default() }];
//! let mut out = [0; 1200];
//! let mut writer = CompoundWriter::new(&mut out);
//! writer.push(&ReceiverReport { ssrc: us, reports: (&blocks).into(), extension: &[] })?;
//! writer.push(&Pli { sender: us, media: them })?;
//! let len = writer.finish();
//!
//! let mut keyframe_wanted = false;
//! for packet in Compound::parse(&out[..len]) {
//!     match packet? {
//!         Packet::ReceiverReport(report) => {
//!             assert_eq!(report.reports.iter().next(), Some(blocks[0]));
//!         }
//!         Packet::Pli(pli) => keyframe_wanted = pli.media == them,
//!         _ => {}
//!     }
//! }
//! assert!(keyframe_wanted);
//! # Ok(())
//! # }
//! ```
//!
//! | item | specification |
//! | --- | --- |
//! | [`SenderReport`], [`ReceiverReport`], [`SourceDescription`], [`Goodbye`], [`Application`] | RFC 3550, section 6 |
//! | [`Compound`], [`CompoundRules`] | RFC 3550, appendix A.2; RFC 5506 |
//! | [`Nack`], [`Pli`], [`Sli`] | RFC 4585, section 6 |
//! | [`Fir`], [`Tmmbr`], [`Tmmbn`] | RFC 5104, section 4 |
//! | [`Remb`] | draft-alvestrand-rmcat-remb |
//! | [`CongestionControl`] | RFC 8888, section 3.1 |
//! | [`TransportWide`], [`TransportWideReport`] | draft-holmer-rmcat-transport-wide-cc-extensions-01 |
//! | [`ExtendedReport`] | RFC 3611, sections 4.4 and 4.5 |
//! | [`schedule`] | RFC 3550, section 6.3; RFC 4585, section 3.5 |

#![no_std]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod application;
mod compound;
mod error;
mod extended;
mod feedback;
mod goodbye;
mod packet;
mod raw;
mod receiver_report;
mod records;
mod report_block;
pub mod schedule;
mod sender_report;
mod source_description;
mod write;

pub use application::Application;
pub use compound::{Compound, CompoundError, CompoundRules};
pub use error::{Full, ParseError};
pub use extended::{DlrrEntry, ExtendedReport, XrBlock, XrBlocks, XrBlocksIter};
pub use feedback::congestion_control::{
    ArrivalOffset, CongestionControl, EcnMark, PacketMetric, StreamReport, StreamReports,
    StreamReportsIter,
};
pub use feedback::fir::{Fir, FirEntry};
pub use feedback::nack::{Nack, NackPair, NackPairs};
pub use feedback::pli::Pli;
pub use feedback::remb::Remb;
pub use feedback::sli::{Sli, SliEntry};
pub use feedback::tmmbr::{BitrateLimit, Tmmbn, Tmmbr};
pub use feedback::transport_wide::{
    ArrivalTime, PacketStatus, PacketStatuses, TransportWide, TransportWideReport,
};
pub use goodbye::Goodbye;
pub use packet::Packet;
pub use raw::{PacketType, RawPacket, is_rtcp};
pub use receiver_report::ReceiverReport;
pub use records::{Record, Records, RecordsIter};
pub use report_block::ReportBlock;
pub use sender_report::{SenderInfo, SenderReport};
pub use source_description::{
    SdesChunk, SdesChunks, SdesChunksIter, SdesItem, SdesItems, SdesItemsIter, SdesKind,
    SourceDescription,
};
pub use write::{CompoundWriter, Write};
