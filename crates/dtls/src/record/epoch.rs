//! The epochs of a session: the plain one, and the one of the handshake's keys.

use std::collections::VecDeque;

use bytes::BytesMut;
use stonechat_sansio::{Frame, Full, Overhead};

use super::protect::{OpenFault, Protection, SealFault};
use super::replay::ReplayWindow;
use super::{ContentType, HEADER_LEN, MAX_PLAINTEXT, RecordHeader, SEQUENCE_END, VERSION_1_2};

/// The epoch of an outgoing record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Epoch {
    Plain,
    Protected,
}

/// Sequence numbers, keys and replay windows of both directions.
#[derive(Debug, Default)]
pub(crate) struct RecordLayer {
    plain_sequence: u64,
    write: Option<Write>,
    read: Option<Read>,
    deferred: Deferred,
}

#[derive(Debug)]
struct Write {
    sequence: u64,
    protection: Protection,
}

#[derive(Debug)]
struct Read {
    protection: Protection,
    replay: ReplayWindow,
}

/// Why a protected record was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ReadFault {
    NoKeys,
    Replayed,
    Open(OpenFault),
}

/// A record could not be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum WriteFault {
    /// No room; nothing was written.
    Full,
    /// No keys, no sequence numbers left, or a provider that refuses.
    Unusable,
}

impl From<Full> for WriteFault {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}

impl From<SealFault> for WriteFault {
    fn from(SealFault: SealFault) -> Self {
        Self::Unusable
    }
}

impl RecordLayer {
    pub(crate) fn install_write(&mut self, protection: Protection) {
        self.write = Some(Write {
            sequence: 0,
            protection,
        });
    }

    pub(crate) fn install_read(&mut self, protection: Protection) {
        self.read = Some(Read {
            protection,
            replay: ReplayWindow::default(),
        });
    }

    pub(crate) const fn can_read(&self) -> bool {
        self.read.is_some()
    }

    pub(crate) const fn can_write(&self) -> bool {
        self.write.is_some()
    }

    /// Room around the plain text of one more record, if there may be one.
    #[inline]
    pub(crate) fn overhead(&self, epoch: Epoch) -> Option<Overhead> {
        match epoch {
            Epoch::Plain => {
                (self.plain_sequence < SEQUENCE_END).then_some(Overhead::new(HEADER_LEN, 0))
            }
            Epoch::Protected => {
                let write = self.write.as_ref()?;
                (write.sequence < SEQUENCE_END - 1).then(|| write.protection.overhead())
            }
        }
    }

    /// Writes one record whose plain text `fill` writes.
    pub(crate) fn write(
        &mut self,
        epoch: Epoch,
        content_type: ContentType,
        frame: &mut Frame<'_>,
        fill: impl FnOnce(&mut Frame<'_>) -> Result<(), Full>,
    ) -> Result<(), WriteFault> {
        let overhead = self.overhead(epoch).ok_or(WriteFault::Unusable)?;
        let mut record = frame.reserve(overhead).ok_or(WriteFault::Full)?;
        record.narrow(MAX_PLAINTEXT);
        fill(&mut record)?;
        match epoch {
            Epoch::Plain => {
                let length = u16::try_from(record.len()).map_err(|_| WriteFault::Full)?;
                let sequence = self.plain_sequence;
                self.plain_sequence = sequence.saturating_add(1);
                let version = VERSION_1_2;
                let header = RecordHeader {
                    content_type,
                    version,
                    epoch: 0,
                    sequence,
                    length,
                };
                record.seal(0).0.copy_from_slice(&header.encode());
            }
            Epoch::Protected => self.seal(content_type, &mut record)?,
        }
        record.commit();
        Ok(())
    }

    /// Seals a frame that was reserved with the overhead of the protected epoch. The sequence
    /// number is spent even if the provider refuses.
    #[inline]
    pub(crate) fn seal(
        &mut self,
        content_type: ContentType,
        record: &mut Frame<'_>,
    ) -> Result<(), SealFault> {
        let write = self.write.as_mut().ok_or(SealFault)?;
        let sequence = write.sequence;
        if sequence >= SEQUENCE_END - 1 {
            return Err(SealFault);
        }
        write.sequence = sequence.saturating_add(1);
        let parts = record.seal(write.protection.overhead().tail);
        write.protection.seal(content_type, 1, sequence, parts)
    }

    /// Opens a record of the protected epoch.
    pub(crate) fn open(
        &mut self,
        header: RecordHeader,
        record: BytesMut,
    ) -> Result<BytesMut, ReadFault> {
        let read = self.read.as_mut().ok_or(ReadFault::NoKeys)?;
        if !read.replay.admits(header.sequence) {
            return Err(ReadFault::Replayed);
        }
        let plain = read
            .protection
            .open(header, record)
            .map_err(ReadFault::Open)?;
        read.replay.note(header.sequence);
        Ok(plain)
    }

    /// Keeps a record that cannot be opened yet; `false` if there is no room for it.
    pub(crate) fn defer(&mut self, record: &[u8], limit: usize) -> bool {
        self.deferred.push(record, limit)
    }

    /// Takes back all records that were kept.
    pub(crate) fn take_deferred(&mut self) -> VecDeque<BytesMut> {
        core::mem::take(&mut self.deferred.records)
    }

    /// The number of kept records.
    pub(crate) fn deferred_len(&self) -> usize {
        self.deferred.records.len()
    }

    /// Sets the next sequence number of the protected epoch.
    #[cfg(test)]
    pub(crate) fn set_write_sequence(&mut self, sequence: u64) {
        if let Some(write) = &mut self.write {
            write.sequence = sequence;
        }
    }
}

/// Records that came before their keys.
#[derive(Debug, Default)]
struct Deferred {
    records: VecDeque<BytesMut>,
}

impl Deferred {
    /// Records longer than this are not kept: a handshake's first protected ones are short.
    const MAX_LEN: usize = 2_048;

    fn push(&mut self, record: &[u8], limit: usize) -> bool {
        if self.records.len() >= limit || record.len() > Self::MAX_LEN {
            return false;
        }
        // A copy of its exact size: the datagram that it came in may be much larger.
        self.records.push_back(BytesMut::from(record));
        true
    }
}
