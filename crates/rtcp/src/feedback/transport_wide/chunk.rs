#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// What is told about one packet (section 3.1.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Symbol {
    NotReceived,
    /// Arrived; the delta has one octet.
    Small,
    /// Arrived; the delta has two octets.
    Large,
    /// Arrived, without delta.
    WithoutTime,
}

impl Symbol {
    const fn from_bits(bits: u16) -> Self {
        match bits & 3 {
            0 => Self::NotReceived,
            1 => Self::Small,
            2 => Self::Large,
            _ => Self::WithoutTime,
        }
    }

    pub(super) const fn bits(self) -> u16 {
        match self {
            Self::NotReceived => 0,
            Self::Small => 1,
            Self::Large => 2,
            Self::WithoutTime => 3,
        }
    }

    pub(super) const fn delta_len(self) -> u16 {
        match self {
            Self::NotReceived | Self::WithoutTime => 0,
            Self::Small => 1,
            Self::Large => 2,
        }
    }
}

/// The symbols of a packet chunk (sections 3.1.2 to 3.1.4), those given already left out.
#[derive(Clone, Debug)]
pub(super) enum Chunk {
    Run {
        symbol: Symbol,
        left: u16,
    },
    /// The next symbol is in the highest bits.
    Vector {
        bits: u16,
        left: u16,
        width: u16,
    },
}

impl Chunk {
    pub(super) const EMPTY: Self = Self::Run {
        symbol: Symbol::NotReceived,
        left: 0,
    };

    pub(super) const fn from_wire(wire: [u8; 2]) -> Self {
        let word = u16::from_be_bytes(wire);
        match word >> 14 {
            0 | 1 => Self::Run {
                symbol: Symbol::from_bits(word >> 13),
                left: word & 0x1fff,
            },
            2 => Self::Vector {
                bits: word << 2,
                left: 14,
                width: 1,
            },
            _ => Self::Vector {
                bits: word << 2,
                left: 7,
                width: 2,
            },
        }
    }

    /// How many symbols it has.
    pub(super) const fn len(&self) -> u16 {
        match *self {
            Self::Run { left, .. } | Self::Vector { left, .. } => left,
        }
    }

    /// Octets of the deltas of its first `count` symbols.
    pub(super) fn delta_len(&self, count: u16) -> usize {
        match *self {
            Self::Run { symbol, .. } => {
                usize::from(symbol.delta_len()).saturating_mul(usize::from(count))
            }
            Self::Vector { .. } => self
                .clone()
                .take(usize::from(count))
                .map(|symbol| usize::from(symbol.delta_len()))
                .fold(0, usize::saturating_add),
        }
    }
}

impl Iterator for Chunk {
    type Item = Symbol;

    #[inline]
    fn next(&mut self) -> Option<Symbol> {
        match self {
            Self::Run { symbol, left } => {
                *left = left.checked_sub(1)?;
                Some(*symbol)
            }
            Self::Vector { bits, left, width } => {
                *left = left.checked_sub(1)?;
                let symbol = Symbol::from_bits(if *width == 1 {
                    *bits >> 15
                } else {
                    *bits >> 14
                });
                *bits <<= *width;
                Some(symbol)
            }
        }
    }
}
