#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::{Packet, PacketType, ParseError, RawPacket};

/// The packets of a datagram, in order.
///
/// A packet whose content is malformed is given as an error and the walk goes on behind it; when
/// the end of a packet cannot be known, the error is the last thing given. Time is linear in the
/// datagram, and nothing is allocated. Rules about the whole are [`CompoundRules`].
#[derive(Clone, Debug)]
pub struct Compound<'a> {
    rest: &'a [u8],
}

impl<'a> Compound<'a> {
    /// Begins the walk over `datagram`, after SRTCP.
    #[inline]
    #[must_use]
    pub const fn parse(datagram: &'a [u8]) -> Self {
        Self { rest: datagram }
    }
}

impl<'a> Iterator for Compound<'a> {
    type Item = Result<Packet<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (packet, rest) = match RawPacket::split(self.rest) {
            Ok(split) => split,
            Err(error) => {
                self.rest = &[];
                return Some(Err(error));
            }
        };
        self.rest = rest;
        Some(RawPacket::read(packet).and_then(|raw| {
            if raw.padding != 0 && !rest.is_empty() {
                return Err(ParseError::PaddingNotLast);
            }
            Packet::from_raw(raw)
        }))
    }
}

impl core::iter::FusedIterator for Compound<'_> {}

/// What a datagram has to be as a whole.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CompoundRules {
    /// A compound packet: a report comes first (RFC 3550, sections 6.1 and A.2).
    Compound,
    /// Any packets, if reduced size was negotiated (RFC 5506).
    ReducedSize,
}

impl CompoundRules {
    /// Checks the headers of all packets of `datagram`.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    ///
    /// # Spec
    ///
    /// RFC 3550, appendix A.2; RFC 5506, section 4.
    pub fn check(self, datagram: &[u8]) -> Result<(), CompoundError> {
        if datagram.is_empty() {
            return Err(CompoundError::Empty);
        }
        let mut rest = datagram;
        let mut first = true;
        while !rest.is_empty() {
            let (packet, tail) = RawPacket::parse(rest)?;
            let is_report = matches!(
                packet.packet_type,
                PacketType::SENDER_REPORT | PacketType::RECEIVER_REPORT
            );
            if first && self == Self::Compound && !is_report {
                return Err(CompoundError::NoReport(packet.packet_type));
            }
            if packet.padding != 0 && !tail.is_empty() {
                return Err(CompoundError::Packet(ParseError::PaddingNotLast));
            }
            first = false;
            rest = tail;
        }
        Ok(())
    }
}

/// Why a datagram breaks [`CompoundRules`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompoundError {
    /// There is no packet.
    #[error("the datagram is empty")]
    Empty,
    /// The first packet is no report.
    #[error("the first packet has type {0} instead of a report's")]
    NoReport(PacketType),
    /// A packet is malformed.
    #[error(transparent)]
    Packet(#[from] ParseError),
}
