//! The attributes: their numbers, their values, their place on the wire.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::SocketAddr;

use crate::error::Full;
use crate::password_algorithm::PasswordAlgorithm;
use crate::transaction_id::TransactionId;

pub(crate) mod address;
pub(crate) mod error_code;
mod kind;
mod rules;

pub use address::AddressFamily;
pub use error_code::ErrorCode;
pub use kind::AttributeType;
pub(crate) use rules::is_well_formed;

/// Octets of type and length in front of every value.
pub(crate) const ATTRIBUTE_HEADER_LEN: usize = 4;

/// `len` rounded up to the next multiple of four.
#[inline]
pub(crate) const fn padded(len: usize) -> usize {
    len.saturating_add(3) & !3
}

/// An attribute as it lies in a message: its type and the octets of its value, without padding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RawAttribute<'a> {
    /// Its type.
    pub kind: AttributeType,
    /// Its value.
    pub value: &'a [u8],
}

/// An attribute with its meaning, to be written by a [`Builder`](crate::Builder).
///
/// The integrity attributes and FINGERPRINT are not here: they cover what is before them, so the
/// builder adds them at the end, in their order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Attribute<'a> {
    /// MAPPED-ADDRESS (RFC 8489, section 14.1).
    MappedAddress(SocketAddr),
    /// XOR-MAPPED-ADDRESS (RFC 8489, section 14.2).
    XorMappedAddress(SocketAddr),
    /// USERNAME, fewer than 509 octets, prepared by [`opaque_string`](crate::opaque_string)
    /// (RFC 8489, section 14.3).
    Username(&'a str),
    /// USERHASH: SHA-256 of `username:realm` (RFC 8489, section 14.4).
    UserHash(&'a [u8; 32]),
    /// ERROR-CODE: 300 to 699 and a text of fewer than 128 characters (RFC 8489, section 14.8).
    ErrorCode {
        /// The code, from 300 to 699.
        code: u16,
        /// A text for people.
        reason: &'a str,
    },
    /// REALM, fewer than 128 characters (RFC 8489, section 14.9).
    Realm(&'a str),
    /// NONCE, fewer than 128 characters (RFC 8489, section 14.10).
    Nonce(&'a str),
    /// PASSWORD-ALGORITHMS (RFC 8489, section 14.11).
    PasswordAlgorithms(&'a [PasswordAlgorithm]),
    /// PASSWORD-ALGORITHM (RFC 8489, section 14.12).
    PasswordAlgorithm(PasswordAlgorithm),
    /// UNKNOWN-ATTRIBUTES: types that the other side did not know (RFC 8489, section 14.13).
    UnknownAttributes(&'a [u16]),
    /// SOFTWARE, fewer than 128 characters (RFC 8489, section 14.14).
    Software(&'a str),
    /// ALTERNATE-SERVER (RFC 8489, section 14.15).
    AlternateServer(SocketAddr),
    /// ALTERNATE-DOMAIN (RFC 8489, section 14.16).
    AlternateDomain(&'a str),
    /// PRIORITY of a candidate (RFC 8445, section 16.1).
    Priority(u32),
    /// USE-CANDIDATE (RFC 8445, section 16.1).
    UseCandidate,
    /// ICE-CONTROLLED with the tie-breaker (RFC 8445, section 16.1).
    IceControlled(u64),
    /// ICE-CONTROLLING with the tie-breaker (RFC 8445, section 16.1).
    IceControlling(u64),
    /// CHANNEL-NUMBER (RFC 8656, section 18.1).
    ChannelNumber(u16),
    /// LIFETIME in seconds (RFC 8656, section 18.2).
    Lifetime(u32),
    /// XOR-PEER-ADDRESS (RFC 8656, section 18.3).
    XorPeerAddress(SocketAddr),
    /// DATA (RFC 8656, section 18.4).
    Data(&'a [u8]),
    /// XOR-RELAYED-ADDRESS (RFC 8656, section 18.5).
    XorRelayedAddress(SocketAddr),
    /// REQUESTED-ADDRESS-FAMILY (RFC 8656, section 18.6).
    RequestedAddressFamily(AddressFamily),
    /// EVEN-PORT; `true` asks to reserve the next port too (RFC 8656, section 18.7).
    EvenPort(bool),
    /// REQUESTED-TRANSPORT: a protocol number of IP, 17 for UDP (RFC 8656, section 18.8).
    RequestedTransport(u8),
    /// DONT-FRAGMENT (RFC 8656, section 18.9).
    DontFragment,
    /// RESERVATION-TOKEN (RFC 8656, section 18.10).
    ReservationToken([u8; 8]),
    /// ADDITIONAL-ADDRESS-FAMILY (RFC 8656, section 18.11).
    AdditionalAddressFamily(AddressFamily),
    /// ADDRESS-ERROR-CODE (RFC 8656, section 18.12).
    AddressErrorCode {
        /// The family that was not allocated.
        family: AddressFamily,
        /// The code, from 300 to 699.
        code: u16,
        /// A text for people.
        reason: &'a str,
    },
    /// CHANGE-REQUEST (RFC 5780, section 7.2).
    ChangeRequest {
        /// Answer from another address.
        ip: bool,
        /// Answer from another port.
        port: bool,
    },
    /// RESPONSE-ORIGIN (RFC 5780, section 7.3).
    ResponseOrigin(SocketAddr),
    /// OTHER-ADDRESS (RFC 5780, section 7.4).
    OtherAddress(SocketAddr),
    /// Any other, by number and octets.
    Raw {
        /// The type.
        kind: AttributeType,
        /// The value, without padding, at most 65,535 octets.
        value: &'a [u8],
    },
}

impl Attribute<'_> {
    /// Its type.
    #[must_use]
    pub const fn kind(&self) -> AttributeType {
        match self {
            Self::MappedAddress(_) => AttributeType::MAPPED_ADDRESS,
            Self::XorMappedAddress(_) => AttributeType::XOR_MAPPED_ADDRESS,
            Self::Username(_) => AttributeType::USERNAME,
            Self::UserHash(_) => AttributeType::USERHASH,
            Self::ErrorCode { .. } => AttributeType::ERROR_CODE,
            Self::Realm(_) => AttributeType::REALM,
            Self::Nonce(_) => AttributeType::NONCE,
            Self::PasswordAlgorithms(_) => AttributeType::PASSWORD_ALGORITHMS,
            Self::PasswordAlgorithm(_) => AttributeType::PASSWORD_ALGORITHM,
            Self::UnknownAttributes(_) => AttributeType::UNKNOWN_ATTRIBUTES,
            Self::Software(_) => AttributeType::SOFTWARE,
            Self::AlternateServer(_) => AttributeType::ALTERNATE_SERVER,
            Self::AlternateDomain(_) => AttributeType::ALTERNATE_DOMAIN,
            Self::Priority(_) => AttributeType::PRIORITY,
            Self::UseCandidate => AttributeType::USE_CANDIDATE,
            Self::IceControlled(_) => AttributeType::ICE_CONTROLLED,
            Self::IceControlling(_) => AttributeType::ICE_CONTROLLING,
            Self::ChannelNumber(_) => AttributeType::CHANNEL_NUMBER,
            Self::Lifetime(_) => AttributeType::LIFETIME,
            Self::XorPeerAddress(_) => AttributeType::XOR_PEER_ADDRESS,
            Self::Data(_) => AttributeType::DATA,
            Self::XorRelayedAddress(_) => AttributeType::XOR_RELAYED_ADDRESS,
            Self::RequestedAddressFamily(_) => AttributeType::REQUESTED_ADDRESS_FAMILY,
            Self::EvenPort(_) => AttributeType::EVEN_PORT,
            Self::RequestedTransport(_) => AttributeType::REQUESTED_TRANSPORT,
            Self::DontFragment => AttributeType::DONT_FRAGMENT,
            Self::ReservationToken(_) => AttributeType::RESERVATION_TOKEN,
            Self::AdditionalAddressFamily(_) => AttributeType::ADDITIONAL_ADDRESS_FAMILY,
            Self::AddressErrorCode { .. } => AttributeType::ADDRESS_ERROR_CODE,
            Self::ChangeRequest { .. } => AttributeType::CHANGE_REQUEST,
            Self::ResponseOrigin(_) => AttributeType::RESPONSE_ORIGIN,
            Self::OtherAddress(_) => AttributeType::OTHER_ADDRESS,
            Self::Raw { kind, .. } => *kind,
        }
    }

    /// Octets of its value, without padding.
    #[must_use]
    pub fn value_len(&self) -> usize {
        match self {
            Self::MappedAddress(address)
            | Self::XorMappedAddress(address)
            | Self::AlternateServer(address)
            | Self::XorPeerAddress(address)
            | Self::XorRelayedAddress(address)
            | Self::ResponseOrigin(address)
            | Self::OtherAddress(address) => address::encoded_len(*address),
            Self::Username(text)
            | Self::Realm(text)
            | Self::Nonce(text)
            | Self::Software(text)
            | Self::AlternateDomain(text) => text.len(),
            Self::UserHash(hash) => hash.len(),
            Self::ErrorCode { reason, .. } | Self::AddressErrorCode { reason, .. } => {
                reason.len().saturating_add(4)
            }
            Self::PasswordAlgorithms(list) => list.len().saturating_mul(4),
            Self::UnknownAttributes(list) => list.len().saturating_mul(2),
            Self::UseCandidate | Self::DontFragment => 0,
            Self::EvenPort(_) => 1,
            Self::PasswordAlgorithm(_)
            | Self::Priority(_)
            | Self::ChannelNumber(_)
            | Self::Lifetime(_)
            | Self::RequestedAddressFamily(_)
            | Self::RequestedTransport(_)
            | Self::AdditionalAddressFamily(_)
            | Self::ChangeRequest { .. } => 4,
            Self::IceControlled(_) | Self::IceControlling(_) | Self::ReservationToken(_) => 8,
            Self::Data(octets) | Self::Raw { value: octets, .. } => octets.len(),
        }
    }

    /// Octets with type, length and padding.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        padded(self.value_len()).saturating_add(ATTRIBUTE_HEADER_LEN)
    }

    /// Writes type, length, value and padding into the first octets of `out`.
    pub(crate) fn encode(&self, out: &mut [u8], id: &TransactionId) -> Result<usize, Full> {
        let len = self.value_len();
        let (value, total) = open(self.kind(), len, out)?;
        self.encode_value(value, id);
        Ok(total)
    }

    /// Fills `value`, which is exactly as long as [`value_len`](Self::value_len) said.
    fn encode_value(&self, value: &mut [u8], id: &TransactionId) {
        match *self {
            Self::MappedAddress(address)
            | Self::AlternateServer(address)
            | Self::ResponseOrigin(address)
            | Self::OtherAddress(address) => address::encode(address, value),
            Self::XorMappedAddress(address)
            | Self::XorPeerAddress(address)
            | Self::XorRelayedAddress(address) => address::encode_xor(address, id, value),
            Self::Username(text)
            | Self::Realm(text)
            | Self::Nonce(text)
            | Self::Software(text)
            | Self::AlternateDomain(text) => value.copy_from_slice(text.as_bytes()),
            Self::UserHash(hash) => value.copy_from_slice(hash),
            Self::ErrorCode { code, reason } => error_code::encode(0, code, reason, value),
            Self::AddressErrorCode {
                family,
                code,
                reason,
            } => {
                error_code::encode(family.number(), code, reason, value);
            }
            Self::PasswordAlgorithms(list) => {
                for (slot, algorithm) in value.chunks_exact_mut(4).zip(list) {
                    slot.copy_from_slice(&algorithm.encode());
                }
            }
            Self::UnknownAttributes(list) => {
                for (slot, kind) in value.chunks_exact_mut(2).zip(list) {
                    slot.copy_from_slice(&kind.to_be_bytes());
                }
            }
            Self::PasswordAlgorithm(algorithm) => value.copy_from_slice(&algorithm.encode()),
            Self::UseCandidate | Self::DontFragment => {}
            Self::Priority(number) | Self::Lifetime(number) => {
                value.copy_from_slice(&number.to_be_bytes());
            }
            Self::IceControlled(number) | Self::IceControlling(number) => {
                value.copy_from_slice(&number.to_be_bytes());
            }
            Self::ChannelNumber(number) => {
                let [high, low] = number.to_be_bytes();
                value.copy_from_slice(&[high, low, 0, 0]);
            }
            Self::RequestedAddressFamily(family) | Self::AdditionalAddressFamily(family) => {
                value.copy_from_slice(&[family.number(), 0, 0, 0]);
            }
            Self::EvenPort(reserve) => value.copy_from_slice(&[u8::from(reserve) << 7]),
            Self::RequestedTransport(protocol) => value.copy_from_slice(&[protocol, 0, 0, 0]),
            Self::ReservationToken(token) => value.copy_from_slice(&token),
            Self::ChangeRequest { ip, port } => {
                value.copy_from_slice(&[0, 0, 0, u8::from(ip) << 2 | u8::from(port) << 1]);
            }
            Self::Data(octets) | Self::Raw { value: octets, .. } => value.copy_from_slice(octets),
        }
    }
}

/// Writes type and length of an attribute and zeroes its padding; gives the place of its value and
/// the octets of the whole.
pub(crate) fn open(
    kind: AttributeType,
    len: usize,
    out: &mut [u8],
) -> Result<(&mut [u8], usize), Full> {
    let total = padded(len).saturating_add(ATTRIBUTE_HEADER_LEN);
    let length = u16::try_from(len).map_err(|_| Full)?;
    let (header, rest) = out
        .get_mut(..total)
        .and_then(|out| out.split_first_chunk_mut::<ATTRIBUTE_HEADER_LEN>())
        .ok_or(Full)?;
    let [kind_high, kind_low] = kind.number().to_be_bytes();
    let [length_high, length_low] = length.to_be_bytes();
    *header = [kind_high, kind_low, length_high, length_low];
    let (value, padding) = rest.split_at_mut_checked(len).ok_or(Full)?;
    padding.fill(0);
    Ok((value, total))
}
