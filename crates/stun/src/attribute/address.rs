//! Addresses, plain and combined with the magic cookie (RFC 8489, sections 14.1 and 14.2).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::header::MAGIC_COOKIE;
use crate::transaction_id::TransactionId;

/// IPv4 or IPv6, as addresses and allocations name them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum AddressFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl AddressFamily {
    /// The family of `address`.
    #[inline]
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// 1 for IPv4 and 2 for IPv6.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::V4 => 1,
            Self::V6 => 2,
        }
    }

    /// The family with this number.
    #[inline]
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::V4),
            2 => Some(Self::V6),
            _ => None,
        }
    }
}

#[inline]
pub(crate) const fn encoded_len(address: SocketAddr) -> usize {
    match address {
        SocketAddr::V4(_) => 8,
        SocketAddr::V6(_) => 20,
    }
}

#[inline]
pub(crate) fn is_well_formed(value: &[u8]) -> bool {
    matches!((value.get(1), value.len()), (Some(1), 8) | (Some(2), 20))
}

/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |0 0 0 0 0 0 0 0|    Family     |             Port              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 Address (32 bits or 128 bits)                 |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
pub(crate) fn decode(value: &[u8]) -> Option<SocketAddr> {
    let (&[_, family, high, low], address) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes([high, low]);
    let ip = match AddressFamily::from_number(family)? {
        AddressFamily::V4 => IpAddr::from(<[u8; 4]>::try_from(address).ok()?),
        AddressFamily::V6 => IpAddr::from(<[u8; 16]>::try_from(address).ok()?),
    };
    Some(SocketAddr::new(ip, port))
}

pub(crate) fn decode_xor(value: &[u8], id: &TransactionId) -> Option<SocketAddr> {
    decode(value).map(|address| combine(address, id))
}

pub(crate) fn encode(address: SocketAddr, out: &mut [u8]) {
    let [high, low] = address.port().to_be_bytes();
    let family = AddressFamily::of(address.ip()).number();
    let Some((head, tail)) = out.split_first_chunk_mut::<4>() else {
        return;
    };
    *head = [0, family, high, low];
    match address.ip() {
        IpAddr::V4(ip) => tail.copy_from_slice(&ip.octets()),
        IpAddr::V6(ip) => tail.copy_from_slice(&ip.octets()),
    }
}

pub(crate) fn encode_xor(address: SocketAddr, id: &TransactionId, out: &mut [u8]) {
    encode(combine(address, id), out);
}

/// Combines port and address with cookie and transaction; done twice, it gives the same address.
fn combine(address: SocketAddr, id: &TransactionId) -> SocketAddr {
    let [high, low, ..] = MAGIC_COOKIE.to_be_bytes();
    let port = address.port() ^ u16::from_be_bytes([high, low]);
    let ip = match address.ip() {
        IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() ^ MAGIC_COOKIE)),
        IpAddr::V6(ip) => {
            let mut low = [0; 16];
            if let Some(tail) = low.last_chunk_mut::<12>() {
                *tail = *id.as_bytes();
            }
            let mask = u128::from(MAGIC_COOKIE) << 96 | u128::from_be_bytes(low);
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() ^ mask))
        }
    };
    SocketAddr::new(ip, port)
}
