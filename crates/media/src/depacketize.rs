//! Packet payloads into encoded frames.

mod av1;
mod g711;
mod h264;
mod opus;
mod vp8;

use crate::{Codec, PayloadError};

/// What the payloads of a frame said about it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FrameInfo {
    /// Whether decoding can start at this frame.
    pub keyframe: bool,
    /// Width and height in pixels, where a key frame tells without decoding.
    pub dimensions: Option<(u16, u16)>,
}

/// Puts the payloads of packets together to encoded frames, for any [`Codec`].
///
/// A pure function of the payloads of one frame: which packets those are is the business of the
/// receiver.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Depacketizer {
    codec: Codec,
    sealed: bool,
}

impl Depacketizer {
    /// A depacketizer for `codec`.
    #[must_use]
    pub const fn new(codec: Codec) -> Self {
        Self {
            codec,
            sealed: false,
        }
    }

    /// The same for frames that may be encrypted: what is read of a frame without decoding is read
    /// if it is there, and no error if not.
    #[must_use]
    pub const fn sealed(mut self) -> Self {
        self.sealed = true;
        self
    }

    pub(crate) const fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Whether `payload` looks like the first packet of a frame. Needed only after loss, to find
    /// where frames begin again.
    #[must_use]
    pub fn starts_frame(&self, payload: &[u8]) -> bool {
        match self.codec {
            Codec::Vp8 => vp8::starts_frame(payload),
            Codec::H264(_) => h264::starts_frame(payload),
            Codec::Av1 => av1::starts_frame(payload),
            Codec::Opus
            | Codec::Pcmu
            | Codec::Pcma
            | Codec::TelephoneEvent { .. }
            | Codec::Other { .. } => true,
        }
    }

    /// Appends the frame made of `payloads`, in order, to `out`.
    ///
    /// What is appended is never longer than the payloads, but for a start code of 4 octets per
    /// unit of H.264, a length of at most 5 octets per unit of AV1 and the temporal delimiter
    /// before them, and never longer than `max_len`.
    ///
    /// # Errors
    ///
    /// A [`PayloadError`] if any payload is malformed or the payloads do not form a whole frame;
    /// `out` is as it was.
    #[expect(
        single_use_lifetimes,
        reason = "an argument's lifetime in `impl` needs a name"
    )]
    pub fn assemble<'a>(
        &self,
        payloads: impl Iterator<Item = &'a [u8]>,
        max_len: usize,
        out: &mut Vec<u8>,
    ) -> Result<FrameInfo, PayloadError> {
        let start = out.len();
        let mut sink = Sink {
            out,
            start,
            max_len,
        };
        let result = match self.codec {
            Codec::Vp8 => vp8::assemble(payloads, self.sealed, &mut sink),
            Codec::H264(mode) => h264::assemble(payloads, mode, &mut sink),
            Codec::Av1 => av1::assemble(payloads, self.sealed, &mut sink),
            Codec::Opus => opus::assemble(payloads, &mut sink),
            Codec::Pcmu | Codec::Pcma | Codec::TelephoneEvent { .. } | Codec::Other { .. } => {
                g711::assemble(payloads, &mut sink)
            }
        };
        if result.is_err() {
            out.truncate(start);
        }
        result
    }

    /// Whether each packet is a frame by itself and its payload the frame as it is: no copy is
    /// needed.
    #[must_use]
    pub const fn is_transparent(&self) -> bool {
        matches!(
            self.codec,
            Codec::Opus
                | Codec::Pcmu
                | Codec::Pcma
                | Codec::TelephoneEvent { .. }
                | Codec::Other { .. }
        )
    }
}

/// Where a frame grows, up to its limit.
struct Sink<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    max_len: usize,
}

impl Sink<'_> {
    fn put(&mut self, octets: &[u8]) -> Result<(), PayloadError> {
        let len = self.out.len().saturating_sub(self.start);
        if octets.len() > self.max_len.saturating_sub(len) {
            return Err(PayloadError::TooLarge);
        }
        self.out.extend_from_slice(octets);
        Ok(())
    }

    fn frame(&self) -> &[u8] {
        self.out.get(self.start..).unwrap_or_default()
    }

    /// Puts octets in the place of `len` others from octet `at` of the frame on.
    fn replace(&mut self, at: usize, len: usize, octets: &[u8]) -> Result<(), PayloadError> {
        let from = self.start.saturating_add(at).min(self.out.len());
        let to = from.saturating_add(len).min(self.out.len());
        self.out.drain(from..to);
        self.put(octets)?;
        if let Some(tail) = self.out.get_mut(from..) {
            tail.rotate_right(octets.len());
        }
        Ok(())
    }

    /// Sets bits of octet `at` of the frame.
    fn set_bits(&mut self, at: usize, bits: u8) {
        if let Some(octet) = self.out.get_mut(self.start.saturating_add(at)) {
            *octet |= bits;
        }
    }

    /// Takes back what lies from octet `len` of the frame on.
    fn shorten(&mut self, len: usize) {
        self.out.truncate(self.start.saturating_add(len));
    }
}
