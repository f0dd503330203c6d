use crate::{CompoundError, Full};

/// A packet that can be written.
pub trait Write {
    /// Octets that [`encode`](Self::encode) writes: a multiple of 4.
    fn encoded_len(&self) -> usize;

    /// Writes the packet at the start of `out`; returns its length.
    ///
    /// # Errors
    ///
    /// [`Full`] if `out` is shorter than [`encoded_len`](Self::encoded_len), or if the packet is
    /// longer than its length field can say (262,144 octets).
    fn encode(&self, out: &mut [u8]) -> Result<usize, Full>;
}

/// Writes packets one after the other, as a compound packet wants them.
#[derive(Debug)]
pub struct CompoundWriter<'o> {
    out: &'o mut [u8],
    len: usize,
}

impl<'o> CompoundWriter<'o> {
    /// Begins at the start of `out`.
    #[must_use]
    pub const fn new(out: &'o mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// Adds `packet`.
    ///
    /// # Errors
    ///
    /// [`Full`] if it does not fit what is left; the packets before it stay.
    pub fn push<W: Write + ?Sized>(&mut self, packet: &W) -> Result<(), Full> {
        let rest = self.out.get_mut(self.len..).unwrap_or_default();
        self.len += packet.encode(rest)?;
        Ok(())
    }

    /// Octets that are left.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.out.len().saturating_sub(self.len)
    }

    /// Octets written so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Ends; returns the octets written.
    #[must_use]
    pub const fn finish(self) -> usize {
        self.len
    }

    /// Whether what was written so far meets `rules`.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn check(&self, rules: crate::CompoundRules) -> Result<(), CompoundError> {
        rules.check(self.out.get(..self.len).unwrap_or_default())
    }
}
