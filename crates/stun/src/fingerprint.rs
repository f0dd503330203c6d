//! FINGERPRINT (RFC 8489, section 14.7).

use crc::{CRC_32_ISO_HDLC, Crc, Table};

/// Octets of the attribute's value.
pub(crate) const FINGERPRINT_LEN: usize = 4;

const CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

/// Tells the checksum from that of other protocols.
const MASK: u32 = 0x5354_554E;

/// The value that covers `octets`: the message up to the attribute, with the final length in its
/// header.
pub(crate) fn of(octets: &[u8]) -> u32 {
    CRC.checksum(octets) ^ MASK
}
