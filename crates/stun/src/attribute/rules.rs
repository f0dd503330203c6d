//! What the value of each known attribute has to look like.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{AttributeType, address, error_code};
use crate::password_algorithm;

/// Largest USERNAME: RFC 8489 says fewer than 509 octets, RFC 5389 fewer than 513.
const MAX_USERNAME_LEN: usize = 512;

/// Largest REALM, NONCE, SOFTWARE and reason phrase when decoding: 127 characters, which RFC 8489
/// bounds by 763 octets.
pub(super) const MAX_TEXT_LEN: usize = 763;

/// Largest ALTERNATE-DOMAIN: a domain name of 255 octets.
const MAX_DOMAIN_LEN: usize = 255;

/// Whether `value` can be a value of `kind`; anything can be one of a type that is not known.
pub(crate) fn is_well_formed(kind: AttributeType, value: &[u8]) -> bool {
    let len = value.len();
    match kind {
        AttributeType::MAPPED_ADDRESS
        | AttributeType::XOR_MAPPED_ADDRESS
        | AttributeType::XOR_PEER_ADDRESS
        | AttributeType::XOR_RELAYED_ADDRESS
        | AttributeType::ALTERNATE_SERVER
        | AttributeType::RESPONSE_ORIGIN
        | AttributeType::OTHER_ADDRESS => address::is_well_formed(value),
        AttributeType::ERROR_CODE | AttributeType::ADDRESS_ERROR_CODE => {
            error_code::decode(value).is_some()
        }
        AttributeType::USERNAME => len <= MAX_USERNAME_LEN,
        AttributeType::REALM | AttributeType::NONCE | AttributeType::SOFTWARE => {
            len <= MAX_TEXT_LEN
        }
        AttributeType::ALTERNATE_DOMAIN => len <= MAX_DOMAIN_LEN,
        AttributeType::UNKNOWN_ATTRIBUTES => len.is_multiple_of(2),
        AttributeType::PASSWORD_ALGORITHM => password_algorithm::decode(value).count() == 1,
        AttributeType::PASSWORD_ALGORITHMS => password_algorithm::is_well_formed(value),
        AttributeType::USE_CANDIDATE | AttributeType::DONT_FRAGMENT => len == 0,
        AttributeType::EVEN_PORT => len == 1,
        AttributeType::PRIORITY
        | AttributeType::CHANNEL_NUMBER
        | AttributeType::LIFETIME
        | AttributeType::REQUESTED_ADDRESS_FAMILY
        | AttributeType::REQUESTED_TRANSPORT
        | AttributeType::ADDITIONAL_ADDRESS_FAMILY
        | AttributeType::CHANGE_REQUEST
        | AttributeType::CONNECTION_ID
        | AttributeType::FINGERPRINT => len == 4,
        AttributeType::ICE_CONTROLLED
        | AttributeType::ICE_CONTROLLING
        | AttributeType::RESERVATION_TOKEN
        | AttributeType::ICMP => len == 8,
        AttributeType::MESSAGE_INTEGRITY => len == 20,
        AttributeType::MESSAGE_INTEGRITY_SHA256 => {
            (16..=32).contains(&len) && len.is_multiple_of(4)
        }
        AttributeType::USERHASH => len == 32,
        _ => true,
    }
}
