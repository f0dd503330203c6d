#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// Octets of the longest header.
pub const MAX_HEADER_LEN: usize = 17;

/// The octets are no SFrame ciphertext: too short, or a number that is not written in its shortest
/// form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the octets are no SFrame ciphertext")]
pub struct SyntaxError;

/// The header of an SFrame ciphertext (RFC 9605, section 4.3).
///
/// ```text
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+------------+------------+
/// |X|  K  |Y|  C  |   KID...   |   CTR...   |
/// +-+-+-+-+-+-+-+-+------------+------------+
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Header {
    /// Names the key (KID).
    pub key_id: u64,
    /// Makes the nonce (CTR).
    pub counter: u64,
}

impl Header {
    /// Reads the header at the start of `octets`; returns what follows it as well.
    ///
    /// # Errors
    ///
    /// [`SyntaxError`].
    pub fn parse(octets: &[u8]) -> Result<(Self, &[u8]), SyntaxError> {
        let (&config, rest) = octets.split_first().ok_or(SyntaxError)?;
        let (key_id, rest) = number(config >> 4, rest)?;
        let (counter, rest) = number(config & 0x0f, rest)?;
        Ok((Self { key_id, counter }, rest))
    }

    /// Octets of the header, 1 to 17.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        1_usize
            .saturating_add(extra(self.key_id))
            .saturating_add(extra(self.counter))
    }

    /// Appends the header to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(nibble(self.key_id) << 4 | nibble(self.counter));
        for number in [self.key_id, self.counter] {
            let octets = number.to_be_bytes();
            let skipped = octets.len().saturating_sub(extra(number));
            out.extend(octets.iter().skip(skipped));
        }
    }
}

/// Octets behind the config octet for this number.
const fn extra(number: u64) -> usize {
    match number {
        0..=7 => 0,
        _ => 8_usize.saturating_sub((number.leading_zeros() / 8) as usize),
    }
}

/// The flag and the three bits of the config octet for this number.
fn nibble(number: u64) -> u8 {
    match u8::try_from(number) {
        Ok(small) if small < 8 => small,
        _ => 0x08 | u8::try_from(extra(number).saturating_sub(1)).unwrap_or_default(),
    }
}

fn number(nibble: u8, rest: &[u8]) -> Result<(u64, &[u8]), SyntaxError> {
    if nibble & 0x08 == 0 {
        return Ok((u64::from(nibble), rest));
    }
    let len = usize::from(nibble & 0x07).saturating_add(1);
    let (octets, rest) = rest.split_at_checked(len).ok_or(SyntaxError)?;
    let value = octets
        .iter()
        .fold(0_u64, |value, octet| value << 8 | u64::from(*octet));
    if extra(value) != len {
        return Err(SyntaxError);
    }
    Ok((value, rest))
}
