#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::collections::VecDeque;
use std::io::Read;

use bytes::Bytes;

use super::page::{CONTINUED, FIRST, Page, Pages};
use super::{MAX_PACKET_LEN, OggOpusHead};
use crate::codec::opus::OpusToc;
use crate::file::FileError;

/// One Opus packet of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OggOpusPacket {
    /// The encoded packet.
    pub data: Bytes,
    /// Samples at 48,000 Hz of this stream before this packet, pre-skip included.
    pub position: u64,
}

/// Reads Opus packets from an Ogg file: the first Opus stream in it; others are passed over.
///
/// Damaged pages are skipped and counted.
#[derive(Debug)]
pub struct OggOpusReader<R> {
    pages: Pages<R>,
    serial: u32,
    head: OggOpusHead,
    packets: VecDeque<Bytes>,
    partial: Option<Vec<u8>>,
    position: u64,
    next_sequence: Option<u32>,
    lost_pages: u64,
}

impl<R: Read> OggOpusReader<R> {
    /// Reads both headers of the first Opus stream.
    ///
    /// # Errors
    ///
    /// [`FileError::Format`] if there is no Opus stream or its headers are malformed,
    /// [`FileError::Truncated`] if the file ends within them, [`FileError::Io`].
    pub fn new(input: R) -> Result<Self, FileError> {
        let mut pages = Pages::new(input);
        loop {
            let page = pages.next()?.ok_or(FileError::Format)?;
            if page.flags & FIRST == 0 || !page.body.starts_with(b"OpusHead") {
                continue;
            }
            let head = OggOpusHead::parse(&page.body)?;
            let mut this = Self {
                pages,
                serial: page.serial,
                head,
                packets: VecDeque::new(),
                partial: None,
                position: 0,
                next_sequence: Some(page.sequence.wrapping_add(1)),
                lost_pages: 0,
            };
            let tags = this.next_data()?.ok_or(FileError::Truncated)?;
            return if tags.starts_with(b"OpusTags") {
                Ok(this)
            } else {
                Err(FileError::Format)
            };
        }
    }

    /// The identification header.
    #[must_use]
    pub const fn head(&self) -> &OggOpusHead {
        &self.head
    }

    /// Pages that were damaged or are missing.
    #[must_use]
    pub const fn lost_pages(&self) -> u64 {
        self.lost_pages.saturating_add(self.pages.corrupt)
    }

    /// The next packet; `None` at the end. Packets that are not Opus are left out.
    ///
    /// # Errors
    ///
    /// [`FileError::Io`].
    pub fn next_packet(&mut self) -> Result<Option<OggOpusPacket>, FileError> {
        while let Some(data) = self.next_data()? {
            if let Ok(toc) = OpusToc::parse(&data) {
                let position = self.position;
                self.position = position.saturating_add(u64::from(toc.samples()));
                return Ok(Some(OggOpusPacket { data, position }));
            }
        }
        Ok(None)
    }

    fn next_data(&mut self) -> Result<Option<Bytes>, FileError> {
        loop {
            if let Some(packet) = self.packets.pop_front() {
                return Ok(Some(packet));
            }
            match self.pages.next()? {
                Some(page) if page.serial == self.serial => self.take_page(&page),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Cuts a page into packets; one that goes on in the next page is kept aside.
    fn take_page(&mut self, page: &Page) {
        if self
            .next_sequence
            .is_some_and(|expected| expected != page.sequence)
        {
            self.lost_pages = self.lost_pages.saturating_add(1);
            self.partial = None;
        }
        self.next_sequence = Some(page.sequence.wrapping_add(1));
        let continued = page.flags & CONTINUED != 0;
        // Without its beginning, or with a beginning that never ended, a packet is lost.
        let mut skipping = continued && self.partial.is_none();
        if !continued {
            self.partial = None;
        }
        let mut body = page.body.as_slice();
        let mut packet = self.partial.take().unwrap_or_default();
        let mut open = continued && !skipping;
        for &len in &page.lacing {
            let (segment, rest) = body
                .split_at_checked(usize::from(len))
                .unwrap_or((body, &[]));
            body = rest;
            open = true;
            skipping |= packet.len().saturating_add(segment.len()) > MAX_PACKET_LEN;
            if !skipping {
                packet.extend_from_slice(segment);
            }
            if len < 255 {
                let whole = std::mem::take(&mut packet);
                if !skipping {
                    self.packets.push_back(whole.into());
                }
                skipping = false;
                open = false;
            }
        }
        if open && !skipping {
            self.partial = Some(packet);
        }
    }
}
