#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use core::fmt;

use stonechat_rtp::Ssrc;

use crate::raw::{begin, put};
use crate::{Full, PacketType, ParseError, RawPacket, Write};

/// The kind of an [`SdesItem`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SdesKind(pub u8);

impl SdesKind {
    /// Canonical name (RFC 3550, section 6.5.1).
    pub const CNAME: Self = Self(1);
    /// User name.
    pub const NAME: Self = Self(2);
    /// Electronic mail address.
    pub const EMAIL: Self = Self(3);
    /// Phone number.
    pub const PHONE: Self = Self(4);
    /// Geographic location.
    pub const LOCATION: Self = Self(5);
    /// Application or tool name.
    pub const TOOL: Self = Self(6);
    /// Notice or status.
    pub const NOTE: Self = Self(7);
    /// Private extension.
    pub const PRIVATE: Self = Self(8);
    /// RTP stream identification (RFC 8852).
    pub const RTP_STREAM_ID: Self = Self(12);
    /// Repaired RTP stream identification (RFC 8852).
    pub const REPAIRED_RTP_STREAM_ID: Self = Self(13);
    /// Media identification (RFC 8843).
    pub const MID: Self = Self(15);
}

/// One item of a description. An item of kind 0 ends the list and is not written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SdesItem<'a> {
    /// What it tells.
    pub kind: SdesKind,
    /// Its text in UTF-8, at most 255 octets; more are not written.
    pub value: &'a [u8],
}

impl<'a> SdesItem<'a> {
    /// The canonical name `cname`.
    #[must_use]
    pub const fn cname(cname: &'a str) -> Self {
        Self {
            kind: SdesKind::CNAME,
            value: cname.as_bytes(),
        }
    }

    /// Its text, or `None` if that is no UTF-8.
    #[must_use]
    pub const fn text(&self) -> Option<&'a str> {
        match core::str::from_utf8(self.value) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    fn written(&self) -> &'a [u8] {
        self.value.get(..255).unwrap_or(self.value)
    }
}

/// The description of one source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SdesChunk<'a> {
    /// The source.
    pub ssrc: Ssrc,
    /// What is told of it.
    pub items: SdesItems<'a>,
}

impl SdesChunk<'_> {
    /// Octets with the end mark and padding to 32 bits.
    fn encoded_len(&self) -> usize {
        let items = self
            .items
            .iter()
            .map(|item| item.written().len().saturating_add(2));
        items
            .fold(4_usize, usize::saturating_add)
            .saturating_add(1)
            .next_multiple_of(4)
    }
}

/// Descriptions of sources (RFC 3550, section 6.5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceDescription<'a> {
    /// One for each source, at most 31; more are not written.
    pub chunks: SdesChunks<'a>,
}

impl<'a> SourceDescription<'a> {
    /// Reads the content of `raw`, whatever its type says. The last chunk may lack its end mark.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if a source or item is cut or there are fewer than the count says.
    pub fn parse(raw: &RawPacket<'a>) -> Result<Self, ParseError> {
        let mut rest = raw.body;
        for _ in 0..raw.count {
            take_chunk(&mut rest).ok_or_else(|| raw.malformed())?;
        }
        Ok(Self {
            chunks: SdesChunks(Chunks::Wire {
                count: raw.count,
                octets: raw.body,
            }),
        })
    }

    /// The canonical name of the first source that has one, if it is UTF-8.
    #[must_use]
    pub fn cname(&self, ssrc: Ssrc) -> Option<&'a str> {
        self.chunks
            .iter()
            .filter(|chunk| chunk.ssrc == ssrc)
            .flat_map(|chunk| chunk.items.iter())
            .find(|item| item.kind == SdesKind::CNAME)
            .and_then(|item| item.text())
    }
}

impl Write for SourceDescription<'_> {
    fn encoded_len(&self) -> usize {
        let chunks = self.chunks.iter().take(31).map(|chunk| chunk.encoded_len());
        chunks.fold(4, usize::saturating_add)
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let count = u8::try_from(self.chunks.iter().take(31).count()).unwrap_or(31);
        let mut body = begin(self, out, count, PacketType::SOURCE_DESCRIPTION)?;
        for chunk in self.chunks.iter().take(31) {
            let len = chunk.encoded_len();
            let (mut this, rest) = body.split_at_mut_checked(len).unwrap_or_default();
            put(&mut this, &chunk.ssrc.to_be_bytes());
            for item in chunk.items.iter() {
                let value = item.written();
                put(
                    &mut this,
                    &[item.kind.0, u8::try_from(value.len()).unwrap_or(u8::MAX)],
                );
                put(&mut this, value);
            }
            body = rest;
        }
        Ok(self.encoded_len())
    }
}

/// The chunks of a [`SourceDescription`]: a view of received octets, or the caller's values.
#[derive(Clone, Copy)]
pub struct SdesChunks<'a>(Chunks<'a>);

#[derive(Clone, Copy)]
enum Chunks<'a> {
    Wire { count: u8, octets: &'a [u8] },
    Values(&'a [SdesChunk<'a>]),
}

impl<'a> SdesChunks<'a> {
    /// The chunks in order.
    #[must_use]
    pub const fn iter(&self) -> SdesChunksIter<'a> {
        SdesChunksIter(self.0)
    }
}

impl<'a> From<&'a [SdesChunk<'a>]> for SdesChunks<'a> {
    fn from(chunks: &'a [SdesChunk<'a>]) -> Self {
        Self(Chunks::Values(chunks))
    }
}

impl<'a, const N: usize> From<&'a [SdesChunk<'a>; N]> for SdesChunks<'a> {
    fn from(chunks: &'a [SdesChunk<'a>; N]) -> Self {
        Self(Chunks::Values(chunks))
    }
}

impl PartialEq for SdesChunks<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for SdesChunks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The chunks of a [`SourceDescription`] in order.
#[derive(Clone)]
pub struct SdesChunksIter<'a>(Chunks<'a>);

impl<'a> Iterator for SdesChunksIter<'a> {
    type Item = SdesChunk<'a>;

    fn next(&mut self) -> Option<SdesChunk<'a>> {
        match &mut self.0 {
            Chunks::Wire { count, octets } => {
                *count = count.checked_sub(1)?;
                let (ssrc, items) = take_chunk(octets)?;
                Some(SdesChunk {
                    ssrc,
                    items: SdesItems(Items::Wire(items)),
                })
            }
            Chunks::Values(chunks) => {
                let (chunk, rest) = chunks.split_first()?;
                *chunks = rest;
                Some(*chunk)
            }
        }
    }
}

impl fmt::Debug for SdesChunksIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SdesChunksIter").finish_non_exhaustive()
    }
}

/// The items of an [`SdesChunk`]: a view of received octets, or the caller's values.
#[derive(Clone, Copy)]
pub struct SdesItems<'a>(Items<'a>);

#[derive(Clone, Copy)]
enum Items<'a> {
    Wire(&'a [u8]),
    Values(&'a [SdesItem<'a>]),
}

impl<'a> SdesItems<'a> {
    /// The items in order.
    #[must_use]
    pub const fn iter(&self) -> SdesItemsIter<'a> {
        SdesItemsIter(self.0)
    }
}

impl<'a> From<&'a [SdesItem<'a>]> for SdesItems<'a> {
    fn from(items: &'a [SdesItem<'a>]) -> Self {
        Self(Items::Values(items))
    }
}

impl<'a, const N: usize> From<&'a [SdesItem<'a>; N]> for SdesItems<'a> {
    fn from(items: &'a [SdesItem<'a>; N]) -> Self {
        Self(Items::Values(items))
    }
}

impl PartialEq for SdesItems<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for SdesItems<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The items of an [`SdesChunk`] in order.
#[derive(Clone)]
pub struct SdesItemsIter<'a>(Items<'a>);

impl<'a> Iterator for SdesItemsIter<'a> {
    type Item = SdesItem<'a>;

    fn next(&mut self) -> Option<SdesItem<'a>> {
        match &mut self.0 {
            Items::Wire(octets) => take_item(octets),
            Items::Values(items) => loop {
                let (item, rest) = items.split_first()?;
                *items = rest;
                if item.kind.0 != 0 {
                    return Some(*item);
                }
            },
        }
    }
}

impl fmt::Debug for SdesItemsIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SdesItemsIter").finish_non_exhaustive()
    }
}

/// The next item, or `None` at the end mark, the end or a cut item; `octets` then is unchanged.
fn take_item<'a>(octets: &mut &'a [u8]) -> Option<SdesItem<'a>> {
    let (&kind, rest) = octets.split_first()?;
    if kind == 0 {
        return None;
    }
    let (&len, rest) = rest.split_first()?;
    let (value, rest) = rest.split_at_checked(usize::from(len))?;
    *octets = rest;
    Some(SdesItem {
        kind: SdesKind(kind),
        value,
    })
}

/// The next source and its items; moves to the chunk after it.
fn take_chunk<'a>(octets: &mut &'a [u8]) -> Option<(Ssrc, &'a [u8])> {
    let (ssrc, items) = octets.split_first_chunk()?;
    let mut rest = items;
    while take_item(&mut rest).is_some() {}
    let items_len = items.len().checked_sub(rest.len())?;
    let end = if rest.is_empty() {
        items_len
    } else if rest.first() == Some(&0) {
        // The mark, and zeros up to the next 32-bit boundary.
        items_len
            .checked_add(1)?
            .next_multiple_of(4)
            .min(items.len())
    } else {
        return None;
    };
    *octets = items.get(end..)?;
    Some((Ssrc::from_be_bytes(*ssrc), items.get(..items_len)?))
}
