//! Wrapping into Send indications, and what wrapping costs (RFC 8656, section 11).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::SocketAddr;

use stonechat_sansio::Overhead;
use stonechat_stun::{Attribute, AttributeType, Builder, Class, HEADER_LEN, Method, TransactionId};

use crate::channel_data::CHANNEL_HEADER_LEN;

/// Octets of type and length of an attribute.
const ATTRIBUTE_HEADER_LEN: usize = 4;

const INDICATION_HEAD_V4: usize = HEADER_LEN + 2 * ATTRIBUTE_HEADER_LEN + 8;
const INDICATION_HEAD_V6: usize = HEADER_LEN + 2 * ATTRIBUTE_HEADER_LEN + 20;

/// What ChannelData adds. Over UDP there is no padding.
pub(crate) const CHANNEL_OVERHEAD: Overhead = Overhead::new(CHANNEL_HEADER_LEN, 0);

/// What a Send indication adds: header, XOR-PEER-ADDRESS, the header of DATA and its padding.
pub(crate) const fn indication_overhead(peer: SocketAddr) -> Overhead {
    match peer {
        SocketAddr::V4(_) => Overhead::new(INDICATION_HEAD_V4, 3),
        SocketAddr::V6(_) => Overhead::new(INDICATION_HEAD_V6, 3),
    }
}

/// The octets of padding after `len` octets of data.
pub(crate) const fn padding(len: usize) -> usize {
    len.wrapping_neg() & 3
}

/// Writes the head of a Send indication with `len` octets of data for `peer`; `None` if `head` is
/// not as long as [`indication_overhead`] says.
pub(crate) fn write_indication(
    head: &mut [u8],
    peer: SocketAddr,
    id: TransactionId,
    len: usize,
) -> Option<()> {
    let data = u16::try_from(len).ok()?;
    let (message, attribute) =
        head.split_at_mut_checked(head.len().checked_sub(ATTRIBUTE_HEADER_LEN)?)?;
    let written = Builder::new(Class::Indication, Method::SEND, id)
        .attribute(Attribute::XorPeerAddress(peer))
        .encode(message)
        .ok()?;
    if written != message.len() {
        return None;
    }
    let [kind_high, kind_low] = AttributeType::DATA.number().to_be_bytes();
    let [high, low] = data.to_be_bytes();
    attribute.copy_from_slice(&[kind_high, kind_low, high, low]);
    let length = written
        .checked_sub(HEADER_LEN)?
        .checked_add(ATTRIBUTE_HEADER_LEN)?
        .checked_add(len)?
        .checked_add(padding(len))?;
    message
        .get_mut(2..4)?
        .copy_from_slice(&u16::try_from(length).ok()?.to_be_bytes());
    Some(())
}
