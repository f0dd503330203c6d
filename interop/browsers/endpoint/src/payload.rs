//! What the data cases send: every party makes the same messages from their index alone.

use std::fmt;

use bytes::Bytes;
use stonechat::RtcDataChannelMessage;

/// Octets of one bulk message.
pub(crate) const BULK_MESSAGE: usize = 65_536;

const MULTIPLIER: u32 = 2_654_435_761;

/// Which channel message `index` takes.
pub(crate) fn is_ordered(index: u32) -> bool {
    index.is_multiple_of(2)
}

fn is_text(index: u32) -> bool {
    (index >> 1).is_multiple_of(2)
}

fn seed(index: u32) -> u32 {
    index.wrapping_add(1).wrapping_mul(MULTIPLIER)
}

fn xorshift(mut state: u32) -> u32 {
    state ^= state << 13;
    state ^= state >> 17;
    state ^ state << 5
}

/// Size of message `index` in octets: 0 to 65,536, mostly small.
fn size(index: u32) -> usize {
    if index == 0 {
        return 0;
    }
    if matches!(index % 2500, 1 | 2) {
        return 65_536;
    }
    let number = xorshift(seed(index));
    let size = match (index % 50, index % 10) {
        (0 | 1, _) => number % 65_537,
        (_, 0 | 1) => number % 4_097,
        _ => number % 257,
    };
    size as usize
}

/// Message `index`.
pub(crate) fn message(index: u32) -> RtcDataChannelMessage {
    if is_text(index) {
        RtcDataChannelMessage::Text(text(seed(index), size(index)))
    } else {
        RtcDataChannelMessage::Binary(Bytes::from(pattern(seed(index), size(index))))
    }
}

/// `length` octets of xorshift32 from `state`, four little-endian octets a step.
fn pattern(mut state: u32, length: usize) -> Vec<u8> {
    let mut octets = Vec::with_capacity(length + 3);
    while octets.len() < length {
        state = xorshift(state);
        octets.extend_from_slice(&state.to_le_bytes());
    }
    octets.truncate(length);
    octets
}

/// `length` octets of text.
fn text(mut state: u32, length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        state = xorshift(state);
        let left = length - text.len();
        match state % 16 {
            0 if left >= 4 => text.push('\u{1F600}'),
            1 if left >= 2 => text.push('\u{E9}'),
            _ => text.push(char::from(b'a' + (state % 26) as u8)),
        }
    }
    text
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut entry = 0;
    while entry < 256 {
        let mut value = entry as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                value >> 1 ^ 0xedb8_8320
            } else {
                value >> 1
            };
            bit += 1;
        }
        table[entry] = value;
        entry += 1;
    }
    table
};

/// CRC-32 (the one of zip and PNG) of `octets`, continued from `crc`.
pub(crate) fn crc32(octets: &[u8], crc: u32) -> u32 {
    let step = |crc: u32, octet: &u8| TABLE[usize::from(crc as u8 ^ octet)] ^ crc >> 8;
    !octets.iter().fold(!crc, step)
}

/// What was received on the two channels, as one number each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Digest {
    ordered: u32,
    unordered: u32,
    pub(crate) count: u32,
    octets: u64,
}

impl Digest {
    pub(crate) fn add(&mut self, ordered: bool, message: &RtcDataChannelMessage) {
        let octets = message.as_bytes();
        let kind: &[u8] = match message {
            RtcDataChannelMessage::Text(_) => b"t",
            RtcDataChannelMessage::Binary(_) => b"b",
        };
        let check = crc32(octets, crc32(kind, 0));
        if ordered {
            self.ordered = self.ordered.wrapping_mul(16_777_619) ^ check;
        } else {
            self.unordered = self.unordered.wrapping_add(check);
        }
        self.count += 1;
        self.octets += octets.len() as u64;
    }

    /// Of the first `count` messages.
    pub(crate) fn expected(count: u32) -> Self {
        let mut digest = Self::default();
        for index in 0..count {
            digest.add(is_ordered(index), &message(index));
        }
        digest
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ordered,
            unordered,
            count,
            octets,
        } = self;
        write!(
            f,
            "{count} messages, {octets} octets, ordered {ordered:08x}, unordered {unordered:08x}"
        )
    }
}

/// The messages of a bulk transfer: one block whose first four octets count.
pub(crate) struct Bulk(Vec<u8>);

impl Bulk {
    pub(crate) fn new() -> Self {
        Self(pattern(1, BULK_MESSAGE))
    }

    pub(crate) fn message(&mut self, index: u32) -> &[u8] {
        self.0[..4].copy_from_slice(&index.to_le_bytes());
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same numbers come out of `page/payload.js`.
    #[test]
    fn the_digest_is_that_of_the_other_parties() {
        let digest = Digest::expected(1000);
        assert_eq!(digest.to_string(), EXPECTED);
        assert_eq!(crc32(b"123456789", 0), 0xcbf4_3926);
    }

    const EXPECTED: &str = "1000 messages, 1935252 octets, ordered ddeb50b7, unordered 89ab737d";
}
