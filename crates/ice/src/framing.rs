//! Packets on a stream: each with its length in front (RFC 4571, as RFC 6544 uses it).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------------------------------------------------------+
//! |             LENGTH            |  packet ...                   |
//! +---------------------------------------------------------------+
//! ```
//!
//! An [`Agent`](crate::Agent) writes the header of what it sends itself, as
//! [`Agent::wrap`](crate::Agent::wrap) does for application data: a run of packets for a connection
//! is octets to be written to it as they are. What is read from a connection goes through a
//! [`Deframer`]; each packet that comes out is one datagram of the connection's path.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use bytes::{Buf, BytesMut};

/// Octets in front of each packet.
pub const HEADER: usize = 2;

/// The header of a packet of `len` octets, in network byte order; `None` above 65,535.
#[inline]
#[must_use]
pub fn header(len: usize) -> Option<[u8; HEADER]> {
    u16::try_from(len).ok().map(u16::to_be_bytes)
}

/// Takes packets out of the octets of one direction of a connection.
///
/// Packets that are longer than a limit are left out, whatever they are cut into; their octets are
/// not kept. Null packets (length 0) are left out as well.
///
/// ```
/// use stonechat_ice::framing::Deframer;
///
/// let mut deframer = Deframer::new(1500);
/// let mut packets = Vec::new();
/// deframer.feed(&[0, 2, 7], |packet| packets.push(packet));
/// assert!(packets.is_empty());
/// deframer.feed(&[8, 0, 1, 9, 0], |packet| packets.push(packet));
/// assert_eq!(packets, [&[7, 8][..], &[9]]);
/// ```
///
/// # Limits
///
/// Between two calls less than a header and one packet of the limit are kept.
#[derive(Clone, Debug)]
pub struct Deframer {
    kept: BytesMut,
    limit: usize,
    /// Octets of a packet over the limit that are still to come.
    left_out: usize,
    oversize: u64,
}

impl Deframer {
    /// A deframer for packets of at most `limit` octets; 65,535 is the most that there can be.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            kept: BytesMut::new(),
            limit,
            left_out: 0,
            oversize: 0,
        }
    }

    /// Takes the next octets of the stream and gives each packet that is complete to `take`, in
    /// order. Packets are slices of one buffer for all that came at a time.
    pub fn feed(&mut self, octets: &[u8], mut take: impl FnMut(BytesMut)) {
        let skipped = self.left_out.min(octets.len());
        self.left_out = self.left_out.saturating_sub(skipped);
        self.kept
            .extend_from_slice(octets.get(skipped..).unwrap_or_default());
        while let Some((header, body)) = self.kept.split_first_chunk::<HEADER>() {
            let len = usize::from(u16::from_be_bytes(*header));
            if len > self.limit {
                self.oversize = self.oversize.saturating_add(1);
                let here = len.min(body.len());
                self.left_out = len.saturating_sub(here);
                self.kept.advance(HEADER.saturating_add(here));
                continue;
            }
            if body.len() < len {
                break;
            }
            self.kept.advance(HEADER);
            let packet = self.kept.split_to(len);
            if !packet.is_empty() {
                take(packet);
            }
        }
        if self.kept.is_empty() {
            // An idle connection pins nothing.
            self.kept = BytesMut::new();
        }
    }

    /// Octets of a packet that is not complete.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Packets that were left out because of the limit.
    #[must_use]
    pub fn oversize(&self) -> u64 {
        self.oversize
    }
}
