use core::time::Duration;

use crate::Record;

/// What congestion control feedback tells about one packet (RFC 8888, section 3.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum PacketMetric {
    /// It did not arrive, or not yet.
    #[default]
    NotReceived,
    /// It arrived.
    Received {
        /// With which mark.
        ecn: EcnMark,
        /// How long before the report.
        offset: ArrivalOffset,
    },
}

impl Record for PacketMetric {
    type Wire = [u8; 2];

    fn from_wire(wire: [u8; 2]) -> Self {
        let bits = u16::from_be_bytes(wire);
        if bits & RECEIVED == 0 {
            return Self::NotReceived;
        }
        Self::Received {
            ecn: EcnMark::from_bits(bits >> 13),
            offset: ArrivalOffset(bits & OFFSET),
        }
    }

    fn to_wire(self) -> [u8; 2] {
        let bits = match self {
            Self::NotReceived => 0,
            Self::Received { ecn, offset } => {
                RECEIVED | ecn.bits() << 13 | offset.0.min(ArrivalOffset::UNAVAILABLE.0)
            }
        };
        bits.to_be_bytes()
    }
}

const RECEIVED: u16 = 0x8000;
const OFFSET: u16 = 0x1fff;

/// The mark that a packet arrived with (RFC 3168, section 5).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum EcnMark {
    /// None: 00.
    #[default]
    NotEct,
    /// ECT(1): 01.
    Ect1,
    /// ECT(0): 10.
    Ect0,
    /// Congestion was experienced: 11.
    Ce,
}

impl EcnMark {
    const fn from_bits(bits: u16) -> Self {
        match bits & 3 {
            0 => Self::NotEct,
            1 => Self::Ect1,
            2 => Self::Ect0,
            _ => Self::Ce,
        }
    }

    const fn bits(self) -> u16 {
        match self {
            Self::NotEct => 0,
            Self::Ect1 => 1,
            Self::Ect0 => 2,
            Self::Ce => 3,
        }
    }
}

/// How long before a report a packet arrived, in units of 1/1024 s, 13 bits: 0 to 8,189, or one of
/// the two that say otherwise.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ArrivalOffset(pub u16);

impl ArrivalOffset {
    /// Longer ago than 8,189 units.
    pub const OVER_RANGE: Self = Self(0x1ffe);
    /// Not known, or it arrived after the moment of the report.
    pub const UNAVAILABLE: Self = Self(0x1fff);

    /// The span `before` a report, rounded down.
    #[must_use]
    pub fn new(before: Duration) -> Self {
        let units = before.as_nanos().saturating_mul(1_024) / 1_000_000_000;
        u16::try_from(units)
            .ok()
            .map(Self)
            .filter(|offset| offset.0 < Self::OVER_RANGE.0)
            .unwrap_or(Self::OVER_RANGE)
    }

    /// The span, unless it is out of range or not known.
    #[must_use]
    pub const fn to_duration(self) -> Option<Duration> {
        if self.0 >= Self::OVER_RANGE.0 {
            return None;
        }
        Some(Duration::from_nanos(
            (self.0 as u64).saturating_mul(1_000_000_000) / 1_024,
        ))
    }
}
