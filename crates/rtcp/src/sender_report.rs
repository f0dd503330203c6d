#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::{NtpTime, Ssrc, Timestamp};

use crate::raw::{begin, put, take_u32};
use crate::{Full, PacketType, ParseError, RawPacket, Records, ReportBlock, Write};

/// What a sender tells of itself in a [`SenderReport`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SenderInfo {
    /// The wall time of the report.
    pub ntp: NtpTime,
    /// The same moment on the stream's clock.
    pub rtp: Timestamp,
    /// Packets sent since the stream began, wrapping.
    pub packets: u32,
    /// Payload octets sent since the stream began, wrapping.
    pub octets: u32,
}

/// A report of a participant that sends (RFC 3550, section 6.4.1).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|    RC   |   PT=SR=200   |             length            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         SSRC of sender                        |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |                   NTP timestamp (2 words)                     |
/// |                         RTP timestamp                         |
/// |                     sender's packet count                     |
/// |                      sender's octet count                     |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |                         report blocks                         |
/// |                  profile-specific extensions                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SenderReport<'a> {
    /// Who reports.
    pub ssrc: Ssrc,
    /// What it sent.
    pub info: SenderInfo,
    /// What it received, at most 31 sources; more are not written.
    pub reports: Records<'a, ReportBlock>,
    /// Profile-specific extensions: a multiple of 4 octets.
    pub extension: &'a [u8],
}

impl<'a> SenderReport<'a> {
    /// Reads the content of `raw`, whatever its type says.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if it is too short.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let read = |mut body: &'a [u8]| {
            let ssrc = Ssrc(take_u32(&mut body)?);
            let ntp = u64::from(take_u32(&mut body)?) << 32 | u64::from(take_u32(&mut body)?);
            let info = SenderInfo {
                ntp: NtpTime(ntp),
                rtp: Timestamp(take_u32(&mut body)?),
                packets: take_u32(&mut body)?,
                octets: take_u32(&mut body)?,
            };
            let (reports, extension) = Records::take(body, usize::from(raw.count))?;
            Some(Self {
                ssrc,
                info,
                reports,
                extension,
            })
        };
        read(raw.body).ok_or_else(|| raw.malformed())
    }
}

impl Write for SenderReport<'_> {
    fn encoded_len(&self) -> usize {
        let blocks = self.reports.encoded_len().min(31 * 24);
        28_usize
            .saturating_add(blocks)
            .saturating_add(self.extension.len().next_multiple_of(4))
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let count = u8::try_from(self.reports.len()).unwrap_or(31).min(31);
        let mut body = begin(self, out, count, PacketType::SENDER_REPORT)?;
        put(&mut body, &self.ssrc.to_be_bytes());
        put(&mut body, &self.info.ntp.0.to_be_bytes());
        put(&mut body, &self.info.rtp.0.to_be_bytes());
        put(&mut body, &self.info.packets.to_be_bytes());
        put(&mut body, &self.info.octets.to_be_bytes());
        self.reports.put_at_most(31, &mut body);
        put(&mut body, self.extension);
        Ok(self.encoded_len())
    }
}
