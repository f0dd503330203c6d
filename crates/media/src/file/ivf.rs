#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::io::{Read, Seek, SeekFrom, Write};

use bytes::Bytes;

use super::{FileError, MAX_FRAME_LEN, read_up_to};

/// The head of an IVF file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IvfHeader {
    /// The codec, such as `*b"VP80"`.
    pub four_cc: [u8; 4],
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// Ticks of the frame times in a second are `rate / scale`.
    pub rate: u32,
    /// See [`rate`](Self::rate).
    pub scale: u32,
}

impl IvfHeader {
    /// A file of VP8 frames whose times count in 90,000 Hz, as RTP timestamps do.
    #[must_use]
    pub const fn vp8(width: u16, height: u16) -> Self {
        Self {
            four_cc: *b"VP80",
            width,
            height,
            rate: 90_000,
            scale: 1,
        }
    }

    /// The same of AV1 temporal units.
    #[must_use]
    pub const fn av1(width: u16, height: u16) -> Self {
        Self {
            four_cc: *b"AV01",
            ..Self::vp8(width, height)
        }
    }
}

/// One frame of an IVF file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IvfFrame {
    /// When it is shown, in ticks of the file.
    pub timestamp: u64,
    /// The encoded frame.
    pub data: Bytes,
}

/// Reads frames of VP8, VP9 or AV1 from an IVF file.
#[derive(Debug)]
pub struct IvfReader<R> {
    input: R,
    header: IvfHeader,
}

impl<R: Read> IvfReader<R> {
    /// Reads the head of the file.
    ///
    /// # Errors
    ///
    /// [`FileError::Format`] if the file is not IVF version 0, [`FileError::Truncated`] if the
    /// head is cut, [`FileError::Io`].
    pub fn new(mut input: R) -> Result<Self, FileError> {
        let mut head = [0; 32];
        if read_up_to(&mut input, &mut head)? < head.len() {
            return Err(FileError::Truncated);
        }
        let mut fields = Fields(&head);
        let (magic, version, head_len) = (fields.four(), fields.u16(), fields.u16());
        if &magic != b"DKIF" || version != 0 || head_len < 32 {
            return Err(FileError::Format);
        }
        let header = IvfHeader {
            four_cc: fields.four(),
            width: fields.u16(),
            height: fields.u16(),
            rate: u32::from_le_bytes(fields.four()),
            scale: u32::from_le_bytes(fields.four()),
        };
        let mut extra = usize::from(head_len).saturating_sub(32);
        while extra > 0 {
            let mut skipped = [0; 64];
            let room = skipped.get_mut(..extra.min(64)).unwrap_or_default();
            let count = read_up_to(&mut input, room)?;
            if count == 0 {
                return Err(FileError::Truncated);
            }
            extra = extra.saturating_sub(count);
        }
        Ok(Self { input, header })
    }

    /// The head of the file.
    #[must_use]
    pub const fn header(&self) -> &IvfHeader {
        &self.header
    }

    /// The next frame; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// [`FileError::Truncated`] if the file ends within a frame, [`FileError::TooLarge`] if a frame
    /// is longer than [`MAX_FRAME_LEN`], [`FileError::Io`].
    pub fn next_frame(&mut self) -> Result<Option<IvfFrame>, FileError> {
        let mut head = [0; 12];
        match read_up_to(&mut self.input, &mut head)? {
            0 => return Ok(None),
            12 => {}
            _ => return Err(FileError::Truncated),
        }
        let mut fields = Fields(&head);
        let len = usize::try_from(u32::from_le_bytes(fields.four())).unwrap_or(usize::MAX);
        let (low, high) = (
            u32::from_le_bytes(fields.four()),
            u32::from_le_bytes(fields.four()),
        );
        if len > MAX_FRAME_LEN {
            return Err(FileError::TooLarge);
        }
        let mut data = vec![0; len];
        if read_up_to(&mut self.input, &mut data)? < len {
            return Err(FileError::Truncated);
        }
        let timestamp = u64::from(high) << 32 | u64::from(low);
        Ok(Some(IvfFrame {
            timestamp,
            data: data.into(),
        }))
    }
}

/// Writes frames into an IVF file.
#[derive(Debug)]
pub struct IvfWriter<W> {
    output: W,
    frames: u32,
}

impl<W: Write> IvfWriter<W> {
    /// Writes the head of the file, with a frame count of 0.
    ///
    /// # Errors
    ///
    /// [`FileError::Io`].
    pub fn new(mut output: W, header: &IvfHeader) -> Result<Self, FileError> {
        let mut head = Vec::with_capacity(32);
        head.extend_from_slice(b"DKIF\0\0\x20\0");
        head.extend_from_slice(&header.four_cc);
        head.extend_from_slice(&header.width.to_le_bytes());
        head.extend_from_slice(&header.height.to_le_bytes());
        head.extend_from_slice(&header.rate.to_le_bytes());
        head.extend_from_slice(&header.scale.to_le_bytes());
        head.resize(32, 0);
        output.write_all(&head)?;
        Ok(Self { output, frames: 0 })
    }

    /// Appends a frame shown at `timestamp`, in ticks of the file.
    ///
    /// # Errors
    ///
    /// [`FileError::TooLarge`] if its length does not fit into 32 bits, [`FileError::Io`].
    pub fn write_frame(&mut self, timestamp: u64, data: &[u8]) -> Result<(), FileError> {
        let len = u32::try_from(data.len()).map_err(|_| FileError::TooLarge)?;
        let mut head = [0; 12];
        let (size, time) = head.split_at_mut(4);
        size.copy_from_slice(&len.to_le_bytes());
        time.copy_from_slice(&timestamp.to_le_bytes());
        self.output.write_all(&head)?;
        self.output.write_all(data)?;
        self.frames = self.frames.saturating_add(1);
        Ok(())
    }

    /// Flushes and gives the output back; the frame count in the head stays 0, which players take
    /// for unknown.
    ///
    /// # Errors
    ///
    /// [`FileError::Io`].
    pub fn finish(mut self) -> Result<W, FileError> {
        self.output.flush()?;
        Ok(self.output)
    }
}

impl<W: Write + Seek> IvfWriter<W> {
    /// Writes the frame count into the head, flushes and gives the output back.
    ///
    /// # Errors
    ///
    /// [`FileError::Io`].
    pub fn finish_with_count(mut self) -> Result<W, FileError> {
        self.output.seek(SeekFrom::Start(24))?;
        self.output.write_all(&self.frames.to_le_bytes())?;
        self.output.seek(SeekFrom::End(0))?;
        self.finish()
    }
}

/// Little-endian fields, taken from the front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk::<N>() {
            Some((field, rest)) => {
                self.0 = rest;
                *field
            }
            None => [0; N],
        }
    }

    fn four(&mut self) -> [u8; 4] {
        self.take()
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }
}
