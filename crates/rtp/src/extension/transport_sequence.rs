#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{ExtensionValue, write};
use crate::{Full, SequenceNumber};

/// The number of the packet among all packets of the transport, which the receiver's feedback
/// names (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TransportSequence(pub SequenceNumber);

impl ExtensionValue<'_> for TransportSequence {
    const URI: &'static str =
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

    fn parse(value: &[u8]) -> Option<Self> {
        let &[a, b] = value else { return None };
        Some(Self(SequenceNumber(u16::from_be_bytes([a, b]))))
    }

    fn encoded_len(&self) -> usize {
        2
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        write(&self.0.0.to_be_bytes(), out)
    }
}
