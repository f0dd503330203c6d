//! The common header, its checksum, and the walk over chunks (RFC 9260, section 3).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-------------------------------+-------------------------------+
//! |          source port          |       destination port        |
//! +-------------------------------+-------------------------------+
//! |                       verification tag                        |
//! +---------------------------------------------------------------+
//! |                           checksum                            |
//! +---------------------------------------------------------------+
//! ```
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crc::{CRC_32_ISCSI, Crc, Table};
use stonechat_sansio::{Frame, Full};

/// Octets of the common header.
pub(crate) const HEADER_LEN: usize = 12;

static CRC32C: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

#[inline]
pub(crate) fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    octets
        .get(at..)?
        .first_chunk()
        .map(|octets| u16::from_be_bytes(*octets))
}

#[inline]
pub(crate) fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    octets
        .get(at..)?
        .first_chunk()
        .map(|octets| u32::from_be_bytes(*octets))
}

/// `len` rounded up to a multiple of four.
#[inline]
pub(crate) const fn padded(len: usize) -> usize {
    len.saturating_add(3) & !3
}

/// The common header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) source: u16,
    pub(crate) destination: u16,
    pub(crate) tag: u32,
    /// The checksum in the order of the wire.
    pub(crate) checksum: [u8; 4],
}

impl Header {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        Some(Self {
            source: u16_at(packet, 0)?,
            destination: u16_at(packet, 2)?,
            tag: u32_at(packet, 4)?,
            checksum: *packet.get(8..)?.first_chunk()?,
        })
    }
}

/// The CRC32c of `packet`, its checksum field taken as zero, in the order of the wire.
///
/// The checksum of RFC 9260, appendix A. Packets shorter than a header are taken as they are.
#[must_use]
pub fn checksum(packet: &[u8]) -> [u8; 4] {
    let mut digest = CRC32C.digest();
    match (packet.get(..8), packet.get(HEADER_LEN..)) {
        (Some(head), Some(rest)) => {
            digest.update(head);
            digest.update(&[0; 4]);
            digest.update(rest);
        }
        _ => digest.update(packet),
    }
    digest.finalize().to_le_bytes()
}

/// One chunk, cut out but not understood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawChunk<'a> {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    /// What follows the four octets of the chunk header, without padding.
    pub(crate) value: &'a [u8],
    /// Where `value` begins in the packet.
    pub(crate) at: usize,
}

/// Walks the chunks of a packet; yields `None` once for a chunk that does not fit.
pub(crate) struct Chunks<'a> {
    packet: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    pub(crate) const fn new(packet: &'a [u8]) -> Self {
        Self {
            packet,
            at: HEADER_LEN,
        }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Option<RawChunk<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.packet.len() {
            return None;
        }
        let cut = || {
            let rest = self.packet.get(self.at..)?;
            let [kind, flags, ..] = *rest else {
                return None;
            };
            let len = usize::from(u16_at(rest, 2)?);
            let value = rest.get(4..len)?;
            Some((
                RawChunk {
                    kind,
                    flags,
                    value,
                    at: self.at.checked_add(4)?,
                },
                padded(len),
            ))
        };
        match cut() {
            Some((chunk, len)) => {
                self.at = self.at.saturating_add(len);
                Some(Some(chunk))
            }
            None => {
                self.at = usize::MAX;
                Some(None)
            }
        }
    }
}

/// Writes the common header with an empty checksum.
pub(crate) fn put_header(
    frame: &mut Frame<'_>,
    source: u16,
    destination: u16,
    tag: u32,
) -> Result<(), Full> {
    let mut header = [0; HEADER_LEN];
    let (ports, rest) = header.split_at_mut(4);
    ports.copy_from_slice(&((u32::from(source) << 16) | u32::from(destination)).to_be_bytes());
    if let Some(out) = rest.first_chunk_mut() {
        *out = tag.to_be_bytes();
    }
    frame.put_slice(&header)
}

/// Fills in the checksum of the packet that `frame` holds.
pub(crate) fn put_checksum(frame: &mut Frame<'_>) {
    let sum = checksum(frame.body());
    if let Some(out) = frame.body_mut().get_mut(8..HEADER_LEN) {
        out.copy_from_slice(&sum);
    }
}

/// Writes a chunk of these `parts` with its padding.
pub(crate) fn put_chunk(
    frame: &mut Frame<'_>,
    kind: u8,
    flags: u8,
    parts: &[&[u8]],
) -> Result<(), Full> {
    let value: usize = parts.iter().map(|part| part.len()).sum();
    let len = value.checked_add(4).ok_or(Full)?;
    let [high, low] = u16::try_from(len).map_err(|_| Full)?.to_be_bytes();
    if padded(len) > frame.remaining() {
        return Err(Full);
    }
    frame.put_slice(&[kind, flags, high, low])?;
    for part in parts {
        frame.put_slice(part)?;
    }
    let padding = padded(len).saturating_sub(len);
    frame.put_slice([0; 3].get(..padding).unwrap_or_default())
}
