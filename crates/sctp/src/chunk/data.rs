//! DATA (RFC 9260, section 3.3.1).
//!
//! ```text
//! +---------------+---------------+-------------------------------+
//! |   type = 0    |  res  |I|U|B|E|            length             |
//! +---------------+---------------+-------------------------------+
//! |                              TSN                              |
//! +-------------------------------+-------------------------------+
//! |       stream identifier       |    stream sequence number     |
//! +-------------------------------+-------------------------------+
//! |                 payload protocol identifier                   |
//! +---------------------------------------------------------------+
//! ```
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_sansio::{Frame, Full};

use crate::packet::{padded, u16_at, u32_at};
use crate::{Ppid, StreamId, Tsn};

/// Octets before the payload.
pub(crate) const HEADER_LEN: usize = 16;

pub(crate) const END: u8 = 1;
pub(crate) const BEGIN: u8 = 2;
pub(crate) const UNORDERED: u8 = 4;
pub(crate) const IMMEDIATE: u8 = 8;

/// The fields before the payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Data {
    pub(crate) flags: u8,
    pub(crate) tsn: Tsn,
    pub(crate) stream: StreamId,
    pub(crate) ssn: u16,
    pub(crate) ppid: Ppid,
}

impl Data {
    #[inline]
    pub(crate) fn parse(flags: u8, value: &[u8]) -> Option<Self> {
        Some(Self {
            flags,
            tsn: Tsn(u32_at(value, 0)?),
            stream: StreamId(u16_at(value, 4)?),
            ssn: u16_at(value, 6)?,
            ppid: Ppid(u32_at(value, 8)?),
        })
    }

    /// Octets of the chunk with `payload` octets and padding.
    #[inline]
    pub(crate) const fn encoded_len(payload: usize) -> usize {
        padded(payload.saturating_add(HEADER_LEN))
    }

    #[inline]
    pub(crate) fn encode(&self, payload: &[u8], frame: &mut Frame<'_>) -> Result<(), Full> {
        let len = payload.len().saturating_add(HEADER_LEN);
        let total = padded(len);
        if total > frame.remaining() {
            return Err(Full);
        }
        let mut header = [0; HEADER_LEN];
        let first = (u32::from(self.flags) << 16) | u32::try_from(len).map_err(|_| Full)?;
        let third = (u32::from(self.stream.0) << 16) | u32::from(self.ssn);
        let words = [first, self.tsn.0, third, self.ppid.0];
        for (out, word) in header.chunks_exact_mut(4).zip(words) {
            out.copy_from_slice(&word.to_be_bytes());
        }
        frame.put_slice(&header)?;
        frame.put_slice(payload)?;
        frame.put_slice([0; 3].get(..total.saturating_sub(len)).unwrap_or_default())
    }
}
