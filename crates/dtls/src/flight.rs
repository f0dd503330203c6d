//! What we say in one turn of the handshake, kept until the other side has heard it (RFC 6347,
//! section 4.2.4).

use stonechat_sansio::Frame;

use crate::handshake::{self, FragmentHeader, HandshakeType};
use crate::record::ContentType;
use crate::record::epoch::{Epoch, RecordLayer, WriteFault};

/// Whether silence makes us repeat a flight.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Repetition {
    /// By a timer, and when the peer repeats what we answered.
    Timed,
    /// Only when the peer repeats what we answered.
    OnDemand,
}

/// The message of the peer that a flight answers: its last one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Answered {
    pub(crate) sequence: u16,
    pub(crate) epoch: Epoch,
}

/// One flight: messages, and how far they were written.
#[derive(Debug)]
pub(crate) struct Flight {
    items: Vec<Item>,
    /// The item that is written next, and how much of it was written.
    cursor: (usize, usize),
    next_sequence: u16,
    answered: Option<Answered>,
    repetition: Repetition,
    /// Raised by each `begin`.
    number: u32,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Item {
    Message {
        kind: HandshakeType,
        sequence: u16,
        epoch: Epoch,
        body: Vec<u8>,
    },
    ChangeCipherSpec,
}

/// A fragment that carries less is not begun behind other records; it waits for the next datagram.
const SMALLEST_FRAGMENT: usize = 64;

impl Flight {
    pub(crate) const fn new() -> Self {
        Self {
            items: Vec::new(),
            cursor: (0, 0),
            next_sequence: 0,
            answered: None,
            repetition: Repetition::OnDemand,
            number: 0,
        }
    }

    /// Begins a new flight; the one before was heard.
    pub(crate) fn begin(&mut self, repetition: Repetition, answered: Option<Answered>) {
        self.items.clear();
        self.cursor = (0, 0);
        self.answered = answered;
        self.repetition = repetition;
        self.number = self.number.wrapping_add(1);
    }

    /// Numbers the next message `sequence`.
    pub(crate) const fn number_from(&mut self, sequence: u16) {
        self.next_sequence = sequence;
    }

    /// Adds a message and returns its sequence number.
    pub(crate) fn push(&mut self, kind: HandshakeType, epoch: Epoch, body: Vec<u8>) -> u16 {
        let sequence = self.next_sequence;
        self.next_sequence = sequence.saturating_add(1);
        self.items.push(Item::Message {
            kind,
            sequence,
            epoch,
            body,
        });
        sequence
    }

    pub(crate) fn push_change_cipher_spec(&mut self) {
        self.items.push(Item::ChangeCipherSpec);
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.cursor.0 < self.items.len()
    }

    /// Says everything again.
    pub(crate) const fn rewind(&mut self) {
        self.cursor = (0, 0);
    }

    /// Drops what was not said.
    pub(crate) fn clear(&mut self) {
        self.items.clear();
    }

    pub(crate) const fn answered(&self) -> Option<Answered> {
        self.answered
    }

    pub(crate) const fn repetition(&self) -> Repetition {
        self.repetition
    }

    pub(crate) const fn number(&self) -> u32 {
        self.number
    }

    /// Writes as many records as fit into one datagram.
    ///
    /// # Errors
    ///
    /// [`WriteFault::Unusable`] if no record can be written any more.
    pub(crate) fn fill(
        &mut self,
        records: &mut RecordLayer,
        frame: &mut Frame<'_>,
    ) -> Result<(), WriteFault> {
        while let Some(item) = self.items.get(self.cursor.0) {
            let written = match item {
                Item::ChangeCipherSpec => records
                    .write(Epoch::Plain, ContentType::ChangeCipherSpec, frame, |out| {
                        out.put_slice(&[1])
                    })
                    .map(|()| true),
                Item::Message {
                    kind,
                    sequence,
                    epoch,
                    body,
                } => {
                    let whole = FragmentHeader::whole(*kind, *sequence, body);
                    write_fragment(records, frame, *epoch, whole, body, &mut self.cursor.1)
                }
            };
            match written {
                Ok(true) => self.cursor = (self.cursor.0 + 1, 0),
                Ok(false) | Err(WriteFault::Full) => break,
                Err(WriteFault::Unusable) => return Err(WriteFault::Unusable),
            }
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) const fn items_mut(&mut self) -> &mut Vec<Item> {
        &mut self.items
    }
}

/// Writes the rest of a message, or as much as fits; returns whether that was all.
fn write_fragment(
    records: &mut RecordLayer,
    frame: &mut Frame<'_>,
    epoch: Epoch,
    whole: FragmentHeader,
    body: &[u8],
    offset: &mut usize,
) -> Result<bool, WriteFault> {
    let overhead = records.overhead(epoch).ok_or(WriteFault::Unusable)?.total();
    let rest = body.get(*offset..).unwrap_or_default();
    let room = frame
        .remaining()
        .checked_sub(overhead + handshake::HEADER_LEN)
        .ok_or(WriteFault::Full)?;
    let least = if frame.is_empty() {
        1
    } else {
        SMALLEST_FRAGMENT
    };
    if room < rest.len().min(least) {
        return Err(WriteFault::Full);
    }
    let len = rest.len().min(room);
    let part = rest.get(..len).unwrap_or_default();
    let header = FragmentHeader {
        offset: u32::try_from(*offset).unwrap_or(u32::MAX),
        len: u32::try_from(len).unwrap_or(u32::MAX),
        ..whole
    };
    records.write(epoch, ContentType::Handshake, frame, |out| {
        out.put_slice(&header.encode())?;
        out.put_slice(part)
    })?;
    *offset += len;
    Ok(*offset >= body.len())
}
