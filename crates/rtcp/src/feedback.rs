//! Feedback messages (RFC 4585, section 6.1).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |V=2|P|   FMT   |       PT      |          length               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                  SSRC of packet sender                        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                  SSRC of media source                         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! :            Feedback Control Information (FCI)                 :
//! ```

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub(crate) mod congestion_control;
pub(crate) mod fir;
pub(crate) mod nack;
pub(crate) mod pli;
pub(crate) mod remb;
pub(crate) mod sli;
pub(crate) mod tmmbr;
pub(crate) mod transport_wide;

use stonechat_rtp::Ssrc;

use crate::raw::{begin, put, take_u32};
use crate::{Full, PacketType, RawPacket, Write};

/// Message types of transport layer feedback.
pub(crate) mod transport {
    pub(crate) const NACK: u8 = 1;
    pub(crate) const TMMBR: u8 = 3;
    pub(crate) const TMMBN: u8 = 4;
    pub(crate) const CONGESTION_CONTROL: u8 = 11;
    pub(crate) const TRANSPORT_WIDE: u8 = 15;
}

/// Message types of payload-specific feedback.
pub(crate) mod payload {
    pub(crate) const PLI: u8 = 1;
    pub(crate) const SLI: u8 = 2;
    pub(crate) const FIR: u8 = 4;
    pub(crate) const APPLICATION: u8 = 15;
}

/// Common header and both sources.
pub(crate) const HEAD_LEN: usize = 12;

/// The packet sender, the media source and the control information.
pub(crate) fn split<'a>(raw: &RawPacket<'a>) -> Option<(Ssrc, Ssrc, &'a [u8])> {
    let mut body = raw.body;
    let sender = Ssrc(take_u32(&mut body)?);
    let media = Ssrc(take_u32(&mut body)?);
    Some((sender, media, body))
}

/// Writes the header; returns the place of the control information.
pub(crate) fn begin_feedback<'o, W: Write>(
    packet: &W,
    out: &'o mut [u8],
    (packet_type, message): (PacketType, u8),
    sender: Ssrc,
    media: Ssrc,
) -> Result<&'o mut [u8], Full> {
    let mut body = begin(packet, out, message, packet_type)?;
    put(&mut body, &sender.to_be_bytes());
    put(&mut body, &media.to_be_bytes());
    Ok(body)
}
