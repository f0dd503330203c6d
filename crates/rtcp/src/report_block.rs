#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_rtp::{CompactNtp, Ssrc};

use crate::Record;

/// What a receiver reports about one source (RFC 3550, section 6.4.1).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                             SSRC                              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | fraction lost |       cumulative number of packets lost       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           extended highest sequence number received           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      interarrival jitter                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         last SR (LSR)                         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                   delay since last SR (DLSR)                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct ReportBlock {
    /// The source that it is about.
    pub ssrc: Ssrc,
    /// Packets lost since the last report, in 256ths of those expected.
    pub fraction_lost: u8,
    /// Packets lost since the beginning, −2²³ to 2²³ − 1; duplicates make it negative. Values
    /// beyond are written as the nearest bound.
    pub cumulative_lost: i32,
    /// The low 32 bits of the highest extended sequence number received.
    pub highest_sequence: u32,
    /// Interarrival jitter in ticks of the payload's clock.
    pub jitter: u32,
    /// The middle of the NTP time of the last sender report, 0 if there was none.
    pub last_sender_report: CompactNtp,
    /// The time since that report arrived, 0 if there was none.
    pub delay_since_last: CompactNtp,
}

impl Record for ReportBlock {
    type Wire = [u8; 24];

    fn from_wire(wire: [u8; 24]) -> Self {
        let [
            a,
            b,
            c,
            d,
            fraction_lost,
            l0,
            l1,
            l2,
            h0,
            h1,
            h2,
            h3,
            j0,
            j1,
            j2,
            j3,
            s0,
            s1,
            s2,
            s3,
            d0,
            d1,
            d2,
            d3,
        ] = wire;
        Self {
            ssrc: Ssrc::from_be_bytes([a, b, c, d]),
            fraction_lost,
            // Shifted down from the top, the sign comes along.
            cumulative_lost: i32::from_be_bytes([l0, l1, l2, 0]) >> 8,
            highest_sequence: u32::from_be_bytes([h0, h1, h2, h3]),
            jitter: u32::from_be_bytes([j0, j1, j2, j3]),
            last_sender_report: CompactNtp(u32::from_be_bytes([s0, s1, s2, s3])),
            delay_since_last: CompactNtp(u32::from_be_bytes([d0, d1, d2, d3])),
        }
    }

    fn to_wire(self) -> [u8; 24] {
        let lost = self.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff);
        let words = [
            self.ssrc.to_be_bytes(),
            (u32::from(self.fraction_lost) << 24 | lost.cast_unsigned() & 0x00ff_ffff)
                .to_be_bytes(),
            self.highest_sequence.to_be_bytes(),
            self.jitter.to_be_bytes(),
            self.last_sender_report.0.to_be_bytes(),
            self.delay_since_last.0.to_be_bytes(),
        ];
        let mut wire = [0; 24];
        for (out, word) in wire.as_chunks_mut().0.iter_mut().zip(words) {
            *out = word;
        }
        wire
    }
}
