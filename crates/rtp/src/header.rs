use crate::{ExtensionList, Full, HeaderView, PayloadType, SequenceNumber, Ssrc, Timestamp};

/// The owned description of a header, for building packets.
///
/// A sender keeps one per stream and changes it from packet to packet: writing allocates nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Header {
    /// The marker bit, which the payload format gives a meaning.
    pub marker: bool,
    /// The payload type.
    pub payload_type: PayloadType,
    /// The sequence number.
    pub sequence: SequenceNumber,
    /// The timestamp.
    pub timestamp: Timestamp,
    /// The synchronization source.
    pub ssrc: Ssrc,
    /// The contributing sources.
    pub csrcs: CsrcList,
    /// The elements of the header extension; none, and no header extension is written.
    pub extensions: ExtensionList,
    /// Octets of padding that will follow the payload, the count itself included. The caller
    /// writes them by [`padding::write`](crate::padding::write). 0: none.
    pub padding: u8,
}

impl Header {
    /// A header without marker, contributing sources, extension and padding.
    #[must_use]
    pub const fn new(
        payload_type: PayloadType,
        sequence: SequenceNumber,
        timestamp: Timestamp,
        ssrc: Ssrc,
    ) -> Self {
        Self {
            marker: false,
            payload_type,
            sequence,
            timestamp,
            ssrc,
            csrcs: CsrcList::new(),
            extensions: ExtensionList::new(),
            padding: 0,
        }
    }

    /// Octets that [`encode`](Self::encode) writes: 12 to 72 and the header extension.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        12 + 4 * self.csrcs.len() + self.extensions.encoded_len()
    }

    /// Writes the header at the start of `out`; returns its length, where the payload goes.
    ///
    /// # Errors
    ///
    /// [`Full`] if `out` is shorter than [`encoded_len`](Self::encoded_len).
    ///
    /// # Spec
    ///
    /// RFC 3550, section 5.1; RFC 8285, section 4.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let needed = self.encoded_len();
        let (fixed, rest) = out
            .get_mut(..needed)
            .and_then(|out| out.split_first_chunk_mut::<12>())
            .ok_or(Full { needed })?;
        let csrc_count = u8::try_from(self.csrcs.len()).unwrap_or(0);
        let first = 0x80
            | u8::from(self.padding != 0) << 5
            | u8::from(!self.extensions.is_empty()) << 4
            | csrc_count;
        let second = u8::from(self.marker) << 7 | self.payload_type.get();
        let [s, t] = self.sequence.0.to_be_bytes();
        let [a, b, c, d] = self.timestamp.0.to_be_bytes();
        let [w, x, y, z] = self.ssrc.to_be_bytes();
        *fixed = [first, second, s, t, a, b, c, d, w, x, y, z];
        let (csrcs, extension) = rest
            .split_at_mut_checked(4 * self.csrcs.len())
            .ok_or(Full { needed })?;
        for (out, csrc) in csrcs.as_chunks_mut().0.iter_mut().zip(self.csrcs.iter()) {
            *out = csrc.to_be_bytes();
        }
        if !self.extensions.is_empty() {
            self.extensions.write(extension);
        }
        Ok(needed)
    }
}

impl From<&HeaderView<'_>> for Header {
    /// The description of a header that was read. Elements of an unknown header extension, and
    /// all but the last of several elements with one identifier, are left out; so is padding,
    /// whose count is not in the header.
    fn from(view: &HeaderView<'_>) -> Self {
        let mut header = Self::new(
            view.payload_type(),
            view.sequence(),
            view.timestamp(),
            view.ssrc(),
        );
        header.marker = view.marker();
        for csrc in view.csrcs() {
            let _ = header.csrcs.push(csrc);
        }
        for element in view.extensions() {
            let _ = header.extensions.set_raw(element.id, element.value);
        }
        header
    }
}

/// The contributing sources of a packet, at most 15, without allocation.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub struct CsrcList {
    count: u8,
    csrcs: [Ssrc; 15],
}

impl CsrcList {
    /// Without sources.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            count: 0,
            csrcs: [Ssrc(0); 15],
        }
    }

    /// Adds a source; `false` if there are 15 already.
    pub fn push(&mut self, csrc: Ssrc) -> bool {
        let Some(slot) = self.csrcs.get_mut(usize::from(self.count)) else {
            return false;
        };
        *slot = csrc;
        self.count += 1;
        true
    }

    /// Removes all sources.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// The sources in wire order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Ssrc> + '_ {
        self.as_slice().iter().copied()
    }

    /// The sources in wire order.
    #[must_use]
    pub fn as_slice(&self) -> &[Ssrc] {
        self.csrcs.get(..self.len()).unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl core::fmt::Debug for CsrcList {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}
