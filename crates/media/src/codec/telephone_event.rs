//! Telephone events: the keys of a telephone and others (RFC 4733).

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod receiver;
mod sender;

use super::PayloadError;
pub use receiver::{ReceivedTone, ToneReceiver};
pub use sender::{EventPacket, ToneSender};

/// One report of an event (RFC 4733, section 2.3).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     event     |E|R| volume    |          duration             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TelephoneEvent {
    /// The event: 0 to 15 are the keys `0` to `9`, `*`, `#`, `A` to `D`.
    pub event: u8,
    /// Whether the event has ended.
    pub end: bool,
    /// The power of the tone below 0 dBm0, 0 to 63.
    pub volume: u8,
    /// How long it lasted so far, in ticks of the RTP clock.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Octets of a report.
    pub const LEN: usize = 4;

    /// Reads the report at the start of `payload`; returns what follows it as well.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Empty`] if there is nothing, [`Truncated`](PayloadError::Truncated) if there
    /// are fewer than 4 octets.
    pub fn parse(payload: &[u8]) -> Result<(Self, &[u8]), PayloadError> {
        if payload.is_empty() {
            return Err(PayloadError::Empty);
        }
        let Some((&[event, flags, high, low], rest)) = payload.split_first_chunk() else {
            return Err(PayloadError::Truncated);
        };
        let this = Self {
            event,
            end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: u16::from_be_bytes([high, low]),
        };
        Ok((this, rest))
    }

    /// The octets of the report.
    #[must_use]
    pub const fn encode(&self) -> [u8; Self::LEN] {
        let [high, low] = self.duration.to_be_bytes();
        let end = if self.end { 0x80 } else { 0 };
        [self.event, end | (self.volume & 0x3f), high, low]
    }
}

/// The key of an event; `None` if it is none of a telephone.
#[must_use]
pub fn key_of(event: u8) -> Option<char> {
    KEYS.get(usize::from(event)).map(|key| char::from(*key))
}

/// The event of a key: `0` to `9`, `*`, `#`, `A` to `D`, also in lower case.
#[must_use]
pub fn event_of(key: char) -> Option<u8> {
    let key = u8::try_from(key.to_ascii_uppercase()).ok()?;
    let index = KEYS.iter().position(|other| *other == key)?;
    u8::try_from(index).ok()
}

const KEYS: &[u8; 16] = b"0123456789*#ABCD";
