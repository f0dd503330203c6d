//! Media files: encoded frames in and out of containers, over any [`std::io::Read`] or
//! [`std::io::Write`].
//!
//! Readers take nothing for granted: a malformed file ends in an error or is skipped to the next
//! place that makes sense, and no length in a file decides how much memory is taken beyond the
//! limits written at each reader.

mod annex_b;
mod ivf;
mod ogg;

use std::io;

pub use annex_b::{AnnexBReader, AnnexBWriter};
pub use ivf::{IvfFrame, IvfHeader, IvfReader, IvfWriter};
pub use ogg::{OggOpusHead, OggOpusPacket, OggOpusReader, OggOpusWriter};

/// Why a file could not be read or written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The reader or writer below failed.
    #[error("input or output failed: {0}")]
    Io(io::ErrorKind),
    /// The file is not of this kind.
    #[error("not a file of this kind")]
    Format,
    /// The file ends in the middle of something.
    #[error("the file is cut off")]
    Truncated,
    /// Something is larger than the limit.
    #[error("a part of the file exceeds the limit")]
    TooLarge,
    /// A frame given to a writer is not what the file holds.
    #[error("the frame is not of the form the file asks for")]
    Malformed,
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            kind => Self::Io(kind),
        }
    }
}

/// Reads until `out` is full or the input ends; returns how many octets came.
fn read_up_to(input: &mut impl io::Read, out: &mut [u8]) -> Result<usize, FileError> {
    let mut filled = 0_usize;
    while let Some(room) = out.get_mut(filled..).filter(|room| !room.is_empty()) {
        match input.read(room) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

/// The largest frame that a reader hands out, in octets.
pub const MAX_FRAME_LEN: usize = 4 << 20;
