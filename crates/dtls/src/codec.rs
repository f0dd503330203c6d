//! Reading and writing of the presentation language (RFC 5246, section 4).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// Octets that are not what they should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ParseError;

/// Takes fields from the front of a slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) const fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], ParseError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(ParseError)?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], ParseError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(ParseError)?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, ParseError> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ParseError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u24(&mut self) -> Result<u32, ParseError> {
        let [a, b, c] = self.array()?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    pub(crate) fn u48(&mut self) -> Result<u64, ParseError> {
        let [a, b, c, d, e, f] = self.array()?;
        Ok(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// A vector with a length of one octet.
    pub(crate) fn vec8(&mut self) -> Result<&'a [u8], ParseError> {
        let len = self.u8()?;
        self.take(len.into())
    }

    /// A vector with a length of two octets.
    pub(crate) fn vec16(&mut self) -> Result<&'a [u8], ParseError> {
        let len = self.u16()?;
        self.take(len.into())
    }

    /// A vector with a length of three octets.
    pub(crate) fn vec24(&mut self) -> Result<&'a [u8], ParseError> {
        let len = self.u24()?;
        self.take(usize::try_from(len).map_err(|_| ParseError)?)
    }

    pub(crate) fn finish(self) -> Result<(), ParseError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(ParseError)
        }
    }
}

/// A list of 16-bit numbers as it stands on the wire, without its length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct U16List<'a>(&'a [u8]);

impl<'a> U16List<'a> {
    /// A list of at least one number.
    pub(crate) fn new(octets: &'a [u8]) -> Result<Self, ParseError> {
        if octets.is_empty() || !octets.len().is_multiple_of(2) {
            return Err(ParseError);
        }
        Ok(Self(octets))
    }

    pub(crate) const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.0
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| u16::from_be_bytes(*pair))
    }

    pub(crate) fn contains(&self, number: u16) -> bool {
        self.iter().any(|other| other == number)
    }
}

pub(crate) fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(crate) fn put_u16s(out: &mut Vec<u8>, values: impl IntoIterator<Item = u16>) {
    for value in values {
        put_u16(out, value);
    }
}

/// Writes what `fill` writes behind its length of `N` octets.
///
/// All that is written here is of our own making and far below 2^(8N); a longer vector would get
/// the largest length, which no peer accepts.
pub(crate) fn put_vec<const N: usize>(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; N]);
    let start = out.len();
    fill(out);
    let len = u32::try_from(out.len().saturating_sub(start))
        .unwrap_or(u32::MAX)
        .to_be_bytes();
    let len = len.last_chunk::<N>().copied().unwrap_or([0xff; N]);
    if let Some(place) = out.get_mut(at..start) {
        place.copy_from_slice(&len);
    }
}
