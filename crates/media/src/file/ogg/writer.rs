#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::io::Write;

use super::page::{FIRST, LAST, Page};
use super::{MAX_PACKET_LEN, OggOpusHead};
use crate::codec::opus::OpusToc;
use crate::file::FileError;

/// Writes Opus packets into an Ogg file (RFC 7845).
///
/// A page is written when it holds a second of sound or 255 segments, so little is lost if the
/// program ends without [`finish`](Self::finish).
#[derive(Debug)]
pub struct OggOpusWriter<W> {
    output: W,
    page: Page,
    /// Samples of whole packets so far.
    granule: u64,
    samples_in_page: u32,
}

impl<W: Write> OggOpusWriter<W> {
    /// Writes both headers. `serial` names the stream within the file and should be random.
    ///
    /// # Errors
    ///
    /// [`FileError::Io`].
    pub fn new(output: W, head: &OggOpusHead, serial: u32) -> Result<Self, FileError> {
        let page = Page {
            serial,
            ..Page::default()
        };
        let mut this = Self {
            output,
            page,
            granule: 0,
            samples_in_page: 0,
        };
        this.page.flags = FIRST;
        this.append(&head.encode());
        this.flush_page()?;
        let mut tags = b"OpusTags".to_vec();
        tags.extend_from_slice(
            &u32::try_from(VENDOR.len())
                .unwrap_or_default()
                .to_le_bytes(),
        );
        tags.extend_from_slice(VENDOR);
        tags.extend_from_slice(&0_u32.to_le_bytes());
        this.append(&tags);
        this.flush_page()?;
        Ok(this)
    }

    /// Appends one Opus packet.
    ///
    /// # Errors
    ///
    /// [`FileError::Malformed`] if it is not an Opus packet, [`FileError::TooLarge`] above 64 KiB;
    /// nothing was written. [`FileError::Io`].
    pub fn write_packet(&mut self, packet: &[u8]) -> Result<(), FileError> {
        let toc = OpusToc::parse(packet).map_err(|_| FileError::Malformed)?;
        if packet.len() >= MAX_PACKET_LEN.saturating_sub(255) {
            return Err(FileError::TooLarge);
        }
        let segments = (packet.len() / 255).saturating_add(1);
        if self.page.lacing.len().saturating_add(segments) > 255 || self.samples_in_page >= 48_000 {
            self.flush_page()?;
        }
        if segments > 255 {
            return Err(FileError::TooLarge);
        }
        self.append(packet);
        self.samples_in_page = self.samples_in_page.saturating_add(toc.samples());
        self.granule = self.granule.saturating_add(u64::from(toc.samples()));
        self.page.granule = self.granule;
        Ok(())
    }

    /// Writes the last page and gives the output back.
    ///
    /// # Errors
    ///
    /// [`FileError::Io`].
    pub fn finish(mut self) -> Result<W, FileError> {
        self.page.flags |= LAST;
        self.page.granule = self.granule;
        self.flush_page()?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn append(&mut self, packet: &[u8]) {
        let page = &mut self.page;
        page.body.extend_from_slice(packet);
        page.lacing
            .resize(page.lacing.len().saturating_add(packet.len() / 255), 255);
        page.lacing
            .push(u8::try_from(packet.len() % 255).unwrap_or_default());
    }

    fn flush_page(&mut self) -> Result<(), FileError> {
        self.output.write_all(&self.page.encode())?;
        self.page.flags = 0;
        self.page.sequence = self.page.sequence.wrapping_add(1);
        self.page.lacing.clear();
        self.page.body.clear();
        self.samples_in_page = 0;
        Ok(())
    }
}

const VENDOR: &[u8] = b"stonechat";
