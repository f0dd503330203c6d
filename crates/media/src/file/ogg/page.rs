#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::io::Read;

use crate::file::{FileError, read_up_to};

/// One page of an Ogg file (RFC 3533, section 6).
///
/// ```text
/// "OggS" version(1) flags(1) granule(8) serial(4) sequence(4) crc(4) segments(1) lacing(n) body
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Page {
    pub(super) flags: u8,
    pub(super) granule: u64,
    pub(super) serial: u32,
    pub(super) sequence: u32,
    pub(super) lacing: Vec<u8>,
    pub(super) body: Vec<u8>,
}

pub(super) const CONTINUED: u8 = 1;
pub(super) const FIRST: u8 = 2;
pub(super) const LAST: u8 = 4;

impl Page {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = b"OggS\0".to_vec();
        out.push(self.flags);
        out.extend_from_slice(&self.granule.to_le_bytes());
        out.extend_from_slice(&self.serial.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.push(u8::try_from(self.lacing.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(&self.lacing);
        out.extend_from_slice(&self.body);
        let crc = checksum(0, &out);
        if let Some(field) = out.get_mut(22..26) {
            field.copy_from_slice(&crc.to_le_bytes());
        }
        out
    }
}

/// Finds pages in an octet stream, whatever lies between them.
#[derive(Debug)]
pub(super) struct Pages<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    /// Places that looked like a page and had a wrong checksum.
    pub(super) corrupt: u64,
}

impl<R: Read> Pages<R> {
    pub(super) const fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            ended: false,
            corrupt: 0,
        }
    }

    /// The next page with a right checksum; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Page>, FileError> {
        loop {
            if !self.ended && self.rest().len() < MAX_PAGE_LEN {
                self.fill()?;
            }
            let rest = self.rest();
            let Some(at) = rest.windows(4).position(|window| window == b"OggS") else {
                if self.ended {
                    return Ok(None);
                }
                self.start = self.buffer.len().saturating_sub(3).max(self.start);
                continue;
            };
            if at > 0 {
                self.start = self.start.saturating_add(at);
                continue;
            }
            match parse(rest) {
                Some((page, len)) => {
                    self.start = self.start.saturating_add(len);
                    return Ok(Some(page));
                }
                None => {
                    self.corrupt = self.corrupt.saturating_add(1);
                    self.start = self.start.saturating_add(4);
                }
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn fill(&mut self) -> Result<(), FileError> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let len = self.buffer.len();
        let wanted = MAX_PAGE_LEN.saturating_mul(2).saturating_sub(len);
        self.buffer.resize(len.saturating_add(wanted), 0);
        let count = read_up_to(
            &mut self.input,
            self.buffer.get_mut(len..).unwrap_or_default(),
        )?;
        self.ended = count < wanted;
        self.buffer.truncate(len.saturating_add(count));
        Ok(())
    }
}

/// The page at the front of `input` and its length; `None` if it is cut or its checksum is wrong.
fn parse(input: &[u8]) -> Option<(Page, usize)> {
    let (head, rest) = input.split_first_chunk::<27>()?;
    let field = |range: std::ops::Range<usize>| head.get(range).unwrap_or_default();
    let long = |range| {
        field(range)
            .iter()
            .rev()
            .fold(0_u64, |sum, &octet| sum << 8 | u64::from(octet))
    };
    let word = |range| u32::try_from(long(range)).unwrap_or_default();
    if field(4..5) != [0] {
        return None;
    }
    let segments = usize::from(*head.last()?);
    let (lacing, rest) = rest.split_at_checked(segments)?;
    let body_len = lacing
        .iter()
        .fold(0_usize, |sum, &len| sum.saturating_add(usize::from(len)));
    let body = rest.get(..body_len)?;
    let mut crc = checksum(0, field(0..22));
    crc = checksum(crc, &[0; 4]);
    crc = checksum(crc, field(26..27));
    crc = checksum(checksum(crc, lacing), body);
    if crc != word(22..26) {
        return None;
    }
    let page = Page {
        flags: *head.get(5)?,
        granule: long(6..14),
        serial: word(14..18),
        sequence: word(18..22),
        lacing: lacing.to_vec(),
        body: body.to_vec(),
    };
    Some((
        page,
        27_usize.saturating_add(segments).saturating_add(body_len),
    ))
}

/// CRC-32 with the polynomial 0x04c11db7, most significant bit first, from 0, not inverted.
fn checksum(crc: u32, octets: &[u8]) -> u32 {
    octets.iter().fold(crc, |crc, &octet| {
        let index = usize::from((crc >> 24) as u8 ^ octet);
        crc << 8 ^ TABLE.get(index).copied().unwrap_or_default()
    })
}

const TABLE: [u32; 256] = table();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler"
)]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000_0000 != 0 {
                value << 1 ^ 0x04c1_1db7
            } else {
                value << 1
            };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

/// Head, 255 lengths and 255 segments of 255 octets.
const MAX_PAGE_LEN: usize = 27 + 255 + 255 * 255;
