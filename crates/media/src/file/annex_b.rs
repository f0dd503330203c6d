#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::io::{Read, Write};

use bytes::Bytes;

use super::{FileError, MAX_FRAME_LEN, read_up_to};
use crate::codec::h264::{NalType, START_CODE, begins_picture, find_start_code, nal_units};

/// Reads an H.264 octet stream (Annex B): NAL units, or whole access units.
#[derive(Debug)]
pub struct AnnexBReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// Up to here the buffer was handed out.
    start: usize,
    ended: bool,
    /// A unit that begins the next access unit.
    ahead: Option<Bytes>,
}

impl<R: Read> AnnexBReader<R> {
    /// A reader of `input`; nothing is read yet.
    #[must_use]
    pub const fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            ended: false,
            ahead: None,
        }
    }

    /// The next NAL unit without start code; `None` at the end. What precedes the first start code
    /// is skipped.
    ///
    /// # Errors
    ///
    /// [`FileError::TooLarge`] if a unit is longer than [`MAX_FRAME_LEN`], [`FileError::Io`].
    pub fn next_unit(&mut self) -> Result<Option<Bytes>, FileError> {
        match self.ahead.take() {
            Some(unit) => Ok(Some(unit)),
            None => self.read_unit(),
        }
    }

    /// The next access unit, each NAL unit of it behind a start code; `None` at the end. An access
    /// unit ends before a delimiter, parameter set or SEI that follows a slice, and before a slice
    /// whose `first_mb_in_slice` is 0.
    ///
    /// # Errors
    ///
    /// As [`next_unit`](Self::next_unit), also if the access unit is longer than
    /// [`MAX_FRAME_LEN`].
    pub fn next_access_unit(&mut self) -> Result<Option<Bytes>, FileError> {
        let mut out = Vec::new();
        let mut has_slice = false;
        while let Some(unit) = self.next_unit()? {
            let kind = NalType::of(unit.first().copied().unwrap_or_default());
            if has_slice && (kind.precedes_slices() || begins_picture(&unit)) {
                self.ahead = Some(unit);
                break;
            }
            has_slice |= kind.is_slice();
            if out.len().saturating_add(unit.len()) > MAX_FRAME_LEN {
                return Err(FileError::TooLarge);
            }
            out.extend_from_slice(&START_CODE);
            out.extend_from_slice(&unit);
        }
        Ok((!out.is_empty()).then(|| out.into()))
    }

    fn read_unit(&mut self) -> Result<Option<Bytes>, FileError> {
        let mut searched = self.start;
        let mut begin = None;
        loop {
            match (begin, find_start_code(&self.buffer, searched)) {
                (None, Some(at)) => {
                    begin = Some(at.saturating_add(3));
                    searched = at.saturating_add(3);
                    self.start = at;
                }
                (Some(from), Some(at)) => {
                    self.start = at;
                    if let Some(unit) = self.trimmed(from, at) {
                        return Ok(Some(unit));
                    }
                    begin = Some(at.saturating_add(3));
                    searched = at.saturating_add(3);
                }
                (begin_now, None) if self.ended => {
                    let end = self.buffer.len();
                    self.start = end;
                    return Ok(begin_now.and_then(|from| self.trimmed(from, end)));
                }
                (begin_now, None) => {
                    if begin_now.is_none() {
                        self.start = self.buffer.len().saturating_sub(2).max(self.start);
                    }
                    let removed = self.fill()?;
                    begin = begin_now.map(|from| from.saturating_sub(removed));
                    // A start code may straddle what was there and what came.
                    searched = searched.saturating_sub(removed);
                    let known = self.buffer.len().saturating_sub(CHUNK.saturating_add(2));
                    searched = searched.max(begin.unwrap_or_default().max(known));
                }
            }
        }
    }

    /// Drops what was handed out and reads one chunk more; returns how far everything moved.
    fn fill(&mut self) -> Result<usize, FileError> {
        let removed = self.start;
        self.buffer.drain(..removed);
        self.start = 0;
        let len = self.buffer.len();
        if len > MAX_FRAME_LEN {
            return Err(FileError::TooLarge);
        }
        self.buffer.resize(len.saturating_add(CHUNK), 0);
        let room = self.buffer.get_mut(len..).unwrap_or_default();
        let count = read_up_to(&mut self.input, room)?;
        self.ended = count < CHUNK;
        self.buffer.truncate(len.saturating_add(count));
        Ok(removed)
    }

    fn trimmed(&self, from: usize, to: usize) -> Option<Bytes> {
        let unit = self.buffer.get(from..to)?;
        let zeros = unit.iter().rev().take_while(|&&octet| octet == 0).count();
        let unit = unit.get(..unit.len().saturating_sub(zeros))?;
        (!unit.is_empty()).then(|| Bytes::copy_from_slice(unit))
    }
}

/// Writes an H.264 octet stream (Annex B).
#[derive(Debug)]
pub struct AnnexBWriter<W> {
    output: W,
}

impl<W: Write> AnnexBWriter<W> {
    /// A writer to `output`; nothing is written yet.
    #[must_use]
    pub const fn new(output: W) -> Self {
        Self { output }
    }

    /// Appends one NAL unit behind a start code of four octets.
    ///
    /// # Errors
    ///
    /// [`FileError::Malformed`] if it is empty, [`FileError::Io`].
    pub fn write_unit(&mut self, unit: &[u8]) -> Result<(), FileError> {
        if unit.is_empty() {
            return Err(FileError::Malformed);
        }
        self.output.write_all(&START_CODE)?;
        Ok(self.output.write_all(unit)?)
    }

    /// Appends an access unit that has start codes already, as receivers hand it out.
    ///
    /// # Errors
    ///
    /// [`FileError::Malformed`] if it holds no NAL unit, [`FileError::Io`].
    pub fn write_access_unit(&mut self, access_unit: &[u8]) -> Result<(), FileError> {
        if nal_units(access_unit).next().is_none() {
            return Err(FileError::Malformed);
        }
        for range in nal_units(access_unit) {
            self.write_unit(access_unit.get(range).unwrap_or_default())?;
        }
        Ok(())
    }

    /// Flushes and gives the output back.
    ///
    /// # Errors
    ///
    /// [`FileError::Io`].
    pub fn finish(mut self) -> Result<W, FileError> {
        self.output.flush()?;
        Ok(self.output)
    }
}

const CHUNK: usize = 16 << 10;
