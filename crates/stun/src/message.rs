#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::SocketAddr;
use std::ops::Range;

use crate::attribute::{
    ATTRIBUTE_HEADER_LEN, AddressFamily, AttributeType, ErrorCode, RawAttribute, address,
    error_code, is_well_formed, padded,
};
use crate::header::{self, Class, HEADER_LEN, Method};
use crate::{
    IntegrityError, IntegrityKey, ParseError, PasswordAlgorithm, TransactionId, fingerprint,
    password_algorithm,
};

/// A message that was received, as a view of its octets.
///
/// [`parse`](Self::parse) checks all lengths and the form of every known attribute once; the
/// accessors read lazily and return the first attribute of their type, `None` if there is none.
///
/// What comes after an integrity attribute is not protected by it and does not count: no accessor
/// sees it, whatever it claims to be (RFC 8489, sections 14.5 and 14.6).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |0 0|     STUN Message Type     |         Message Length        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         Magic Cookie                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     Transaction ID (96 bits)                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    octets: &'a [u8],
    id: TransactionId,
    class: Class,
    method: Method,
    /// Where the attributes end that count without further proof.
    end: usize,
    /// Where the attribute MESSAGE-INTEGRITY begins.
    integrity: Option<usize>,
    integrity_sha256: Option<usize>,
    fingerprint: Option<usize>,
}

impl<'a> Message<'a> {
    /// A view of `datagram`, which holds one message and nothing else.
    ///
    /// # Errors
    ///
    /// A [`ParseError`] for everything that is not a well-formed message; it can be dropped without
    /// an answer.
    ///
    /// # Spec
    ///
    /// RFC 8489, sections 5, 6.3 and 14.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, ParseError> {
        if !header::is_stun(datagram) {
            return Err(ParseError::NotStun);
        }
        let (head, _) = datagram
            .split_first_chunk::<HEADER_LEN>()
            .ok_or(ParseError::NotStun)?;
        let &[high, low, _, _, _, _, _, _, ref id @ ..] = head;
        let (class, method) = header::decode_type(u16::from_be_bytes([high, low]));
        let mut message = Self {
            octets: datagram,
            id: TransactionId::from_bytes(*id),
            class,
            method,
            end: datagram.len(),
            integrity: None,
            integrity_sha256: None,
            fingerprint: None,
        };
        message.index()?;
        Ok(message)
    }

    /// Walks over the attributes, checks them and notes where those that protect others are.
    fn index(&mut self) -> Result<(), ParseError> {
        let mut at = HEADER_LEN;
        while at < self.octets.len() {
            let (raw, next) = split(self.octets, at).ok_or(ParseError::CutAttribute)?;
            if self.fingerprint.is_some() {
                return Err(ParseError::AfterFingerprint);
            }
            let protected = self.integrity.is_some() || self.integrity_sha256.is_some();
            let counts = match raw.kind {
                AttributeType::MESSAGE_INTEGRITY => !protected,
                AttributeType::MESSAGE_INTEGRITY_SHA256 => self.integrity_sha256.is_none(),
                AttributeType::FINGERPRINT => true,
                _ => !protected,
            };
            if counts {
                if !is_well_formed(raw.kind, raw.value) {
                    return Err(ParseError::MalformedAttribute(raw.kind));
                }
                match raw.kind {
                    AttributeType::MESSAGE_INTEGRITY => self.integrity = Some(at),
                    AttributeType::MESSAGE_INTEGRITY_SHA256 => self.integrity_sha256 = Some(at),
                    AttributeType::FINGERPRINT => self.fingerprint = Some(at),
                    _ => {}
                }
                let protects = raw.kind == AttributeType::MESSAGE_INTEGRITY
                    || raw.kind == AttributeType::MESSAGE_INTEGRITY_SHA256;
                if protects && !protected {
                    self.end = next;
                }
            }
            at = next;
        }
        Ok(())
    }

    /// What it is within its transaction.
    #[inline]
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// What it is about.
    #[inline]
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The transaction that it belongs to.
    #[inline]
    #[must_use]
    pub fn transaction_id(&self) -> TransactionId {
        self.id
    }

    /// All its octets.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.octets
    }

    /// The attributes that count, in their order: all up to the first integrity attribute, then
    /// MESSAGE-INTEGRITY-SHA256 and FINGERPRINT if they follow.
    pub fn attributes(&self) -> impl Iterator<Item = RawAttribute<'a>> + use<'a> {
        let octets = self.octets;
        let late = |at: Option<usize>, end: usize| at.filter(|at| *at >= end);
        let last = [
            late(self.integrity_sha256, self.end),
            late(self.fingerprint, self.end),
        ];
        self.walk().map(|(raw, _)| raw).chain(
            last.into_iter()
                .flatten()
                .filter_map(move |at| split(octets, at))
                .map(|(raw, _)| raw),
        )
    }

    /// The attributes up to the first that protects them, with the place of their values.
    fn walk(&self) -> impl Iterator<Item = (RawAttribute<'a>, usize)> + use<'a> {
        let octets = self.octets.get(..self.end).unwrap_or_default();
        let mut at = HEADER_LEN;
        core::iter::from_fn(move || {
            let (raw, next) = split(octets, at)?;
            let value_at = at.saturating_add(ATTRIBUTE_HEADER_LEN);
            at = next;
            Some((raw, value_at))
        })
    }

    /// The value of the first attribute `kind` that counts.
    #[must_use]
    pub fn value(&self, kind: AttributeType) -> Option<&'a [u8]> {
        self.attributes()
            .find(|raw| raw.kind == kind)
            .map(|raw| raw.value)
    }

    fn text(&self, kind: AttributeType) -> Option<&'a str> {
        core::str::from_utf8(self.value(kind)?).ok()
    }

    fn number(&self, kind: AttributeType) -> Option<u32> {
        Some(u32::from_be_bytes(self.value(kind)?.try_into().ok()?))
    }

    fn tie_breaker(&self, kind: AttributeType) -> Option<u64> {
        Some(u64::from_be_bytes(self.value(kind)?.try_into().ok()?))
    }

    fn address(&self, kind: AttributeType) -> Option<SocketAddr> {
        address::decode(self.value(kind)?)
    }

    fn xor_address(&self, kind: AttributeType) -> Option<SocketAddr> {
        address::decode_xor(self.value(kind)?, &self.id)
    }

    /// USERNAME, unless it is not UTF-8 (RFC 8489, section 14.3).
    #[must_use]
    pub fn username(&self) -> Option<&'a str> {
        self.text(AttributeType::USERNAME)
    }

    /// USERHASH (RFC 8489, section 14.4).
    #[must_use]
    pub fn user_hash(&self) -> Option<&'a [u8; 32]> {
        self.value(AttributeType::USERHASH)?.try_into().ok()
    }

    /// REALM, unless it is not UTF-8 (RFC 8489, section 14.9).
    #[must_use]
    pub fn realm(&self) -> Option<&'a str> {
        self.text(AttributeType::REALM)
    }

    /// NONCE, unless it is not UTF-8 (RFC 8489, section 14.10).
    #[must_use]
    pub fn nonce(&self) -> Option<&'a str> {
        self.text(AttributeType::NONCE)
    }

    /// SOFTWARE, unless it is not UTF-8 (RFC 8489, section 14.14).
    #[must_use]
    pub fn software(&self) -> Option<&'a str> {
        self.text(AttributeType::SOFTWARE)
    }

    /// ERROR-CODE (RFC 8489, section 14.8).
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode<'a>> {
        error_code::decode(self.value(AttributeType::ERROR_CODE)?)
    }

    /// PASSWORD-ALGORITHMS in the order of the server's preference; empty if there are none
    /// (RFC 8489, section 14.11).
    pub fn password_algorithms(&self) -> impl Iterator<Item = PasswordAlgorithm> + use<'a> {
        let value = self
            .value(AttributeType::PASSWORD_ALGORITHMS)
            .unwrap_or_default();
        password_algorithm::decode(value)
    }

    /// PASSWORD-ALGORITHM (RFC 8489, section 14.12).
    #[must_use]
    pub fn password_algorithm(&self) -> Option<PasswordAlgorithm> {
        password_algorithm::decode(self.value(AttributeType::PASSWORD_ALGORITHM)?).next()
    }

    /// UNKNOWN-ATTRIBUTES: the types that the other side did not know (RFC 8489, section 14.13).
    pub fn unknown_attributes(&self) -> impl Iterator<Item = AttributeType> + use<'a> {
        let value = self
            .value(AttributeType::UNKNOWN_ATTRIBUTES)
            .unwrap_or_default();
        value
            .chunks_exact(2)
            .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
            .map(|pair| AttributeType::new(u16::from_be_bytes(pair)))
    }

    /// XOR-MAPPED-ADDRESS: where a request came from, as the server saw it (RFC 8489, section
    /// 14.2).
    #[must_use]
    pub fn xor_mapped_address(&self) -> Option<SocketAddr> {
        self.xor_address(AttributeType::XOR_MAPPED_ADDRESS)
    }

    /// MAPPED-ADDRESS: the same from an old server (RFC 8489, section 14.1).
    #[must_use]
    pub fn mapped_address(&self) -> Option<SocketAddr> {
        self.address(AttributeType::MAPPED_ADDRESS)
    }

    /// XOR-RELAYED-ADDRESS (RFC 8656, section 18.5).
    #[must_use]
    pub fn xor_relayed_address(&self) -> Option<SocketAddr> {
        self.xor_address(AttributeType::XOR_RELAYED_ADDRESS)
    }

    /// The first XOR-PEER-ADDRESS (RFC 8656, section 18.3).
    #[must_use]
    pub fn xor_peer_address(&self) -> Option<SocketAddr> {
        self.xor_address(AttributeType::XOR_PEER_ADDRESS)
    }

    /// All of XOR-PEER-ADDRESS (RFC 8656, section 10).
    pub fn xor_peer_addresses(&self) -> impl Iterator<Item = SocketAddr> + use<'a> {
        let id = self.id;
        self.attributes()
            .filter(|raw| raw.kind == AttributeType::XOR_PEER_ADDRESS)
            .filter_map(move |raw| address::decode_xor(raw.value, &id))
    }

    /// ALTERNATE-SERVER (RFC 8489, section 14.15).
    #[must_use]
    pub fn alternate_server(&self) -> Option<SocketAddr> {
        self.address(AttributeType::ALTERNATE_SERVER)
    }

    /// ALTERNATE-DOMAIN (RFC 8489, section 14.16).
    #[must_use]
    pub fn alternate_domain(&self) -> Option<&'a str> {
        self.text(AttributeType::ALTERNATE_DOMAIN)
    }

    /// OTHER-ADDRESS (RFC 5780, section 7.4).
    #[must_use]
    pub fn other_address(&self) -> Option<SocketAddr> {
        self.address(AttributeType::OTHER_ADDRESS)
    }

    /// RESPONSE-ORIGIN (RFC 5780, section 7.3).
    #[must_use]
    pub fn response_origin(&self) -> Option<SocketAddr> {
        self.address(AttributeType::RESPONSE_ORIGIN)
    }

    /// PRIORITY (RFC 8445, section 16.1).
    #[must_use]
    pub fn priority(&self) -> Option<u32> {
        self.number(AttributeType::PRIORITY)
    }

    /// Whether USE-CANDIDATE is there (RFC 8445, section 16.1).
    #[must_use]
    pub fn use_candidate(&self) -> bool {
        self.value(AttributeType::USE_CANDIDATE).is_some()
    }

    /// The tie-breaker of ICE-CONTROLLING (RFC 8445, section 16.1).
    #[must_use]
    pub fn ice_controlling(&self) -> Option<u64> {
        self.tie_breaker(AttributeType::ICE_CONTROLLING)
    }

    /// The tie-breaker of ICE-CONTROLLED (RFC 8445, section 16.1).
    #[must_use]
    pub fn ice_controlled(&self) -> Option<u64> {
        self.tie_breaker(AttributeType::ICE_CONTROLLED)
    }

    /// DATA (RFC 8656, section 18.4).
    #[must_use]
    pub fn data(&self) -> Option<&'a [u8]> {
        self.value(AttributeType::DATA)
    }

    /// Where in [`as_bytes`](Self::as_bytes) the value of DATA lies, to take it without a copy.
    #[must_use]
    pub fn data_range(&self) -> Option<Range<usize>> {
        self.walk()
            .find(|(raw, _)| raw.kind == AttributeType::DATA)
            .map(|(raw, at)| at..at.saturating_add(raw.value.len()))
    }

    /// LIFETIME in seconds (RFC 8656, section 18.2).
    #[must_use]
    pub fn lifetime(&self) -> Option<u32> {
        self.number(AttributeType::LIFETIME)
    }

    /// CHANNEL-NUMBER (RFC 8656, section 18.1).
    #[must_use]
    pub fn channel_number(&self) -> Option<u16> {
        let &[high, low, ..] = self.value(AttributeType::CHANNEL_NUMBER)? else {
            return None;
        };
        Some(u16::from_be_bytes([high, low]))
    }

    /// REQUESTED-TRANSPORT: a protocol number of IP (RFC 8656, section 18.8).
    #[must_use]
    pub fn requested_transport(&self) -> Option<u8> {
        self.value(AttributeType::REQUESTED_TRANSPORT)?
            .first()
            .copied()
    }

    /// REQUESTED-ADDRESS-FAMILY, if it is one of the two (RFC 8656, section 18.6).
    #[must_use]
    pub fn requested_address_family(&self) -> Option<AddressFamily> {
        let value = self.value(AttributeType::REQUESTED_ADDRESS_FAMILY)?;
        AddressFamily::from_number(*value.first()?)
    }

    /// EVEN-PORT: whether the next port shall be reserved too (RFC 8656, section 18.7).
    #[must_use]
    pub fn even_port(&self) -> Option<bool> {
        Some(self.value(AttributeType::EVEN_PORT)?.first()? & 0x80 != 0)
    }

    /// RESERVATION-TOKEN (RFC 8656, section 18.10).
    #[must_use]
    pub fn reservation_token(&self) -> Option<[u8; 8]> {
        self.value(AttributeType::RESERVATION_TOKEN)?
            .try_into()
            .ok()
    }

    /// The types that have to be understood and that this crate does not know. A request with any
    /// is answered with 420, after its authentication (RFC 8489, section 6.3.1).
    pub fn unknown_required(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.attributes()
            .filter(|raw| raw.kind.is_required() && !raw.kind.is_known())
            .map(|raw| raw.kind.number())
    }

    /// Whether it carries MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256.
    #[inline]
    #[must_use]
    pub fn has_integrity(&self) -> bool {
        self.integrity.is_some() || self.integrity_sha256.is_some()
    }

    /// Whether it carries MESSAGE-INTEGRITY-SHA256.
    #[inline]
    #[must_use]
    pub fn has_integrity_sha256(&self) -> bool {
        self.integrity_sha256.is_some()
    }

    /// Checks that a holder of `key` made the message and that nobody changed what counts of it.
    ///
    /// The stronger attribute is checked if both are there; a key that demands SHA-256
    /// ([`IntegrityKey`]) does not accept the weaker one alone. Compares in constant time, without
    /// allocation.
    ///
    /// # Errors
    ///
    /// An [`IntegrityError`]; the message proves nothing then.
    ///
    /// # Spec
    ///
    /// RFC 8489, sections 14.5 and 14.6.
    pub fn verify_integrity(&self, key: &IntegrityKey) -> Result<(), IntegrityError> {
        key.verify(self.octets, self.integrity, self.integrity_sha256)
    }

    /// Whether it carries FINGERPRINT.
    #[inline]
    #[must_use]
    pub fn has_fingerprint(&self) -> bool {
        self.fingerprint.is_some()
    }

    /// Whether it carries FINGERPRINT and that is right (RFC 8489, section 14.7).
    #[must_use]
    pub fn verify_fingerprint(&self) -> bool {
        let Some(at) = self.fingerprint else {
            return false;
        };
        let (Some((raw, _)), Some(covered)) = (split(self.octets, at), self.octets.get(..at))
        else {
            return false;
        };
        raw.value == fingerprint::of(covered).to_be_bytes()
    }
}

/// The attribute at `at` and where the next one begins; `None` if it is cut or there is none.
#[inline]
pub(crate) fn split(octets: &[u8], at: usize) -> Option<(RawAttribute<'_>, usize)> {
    let (&[kind_high, kind_low, high, low], rest) = octets
        .get(at..)?
        .split_first_chunk::<ATTRIBUTE_HEADER_LEN>()?;
    let len = usize::from(u16::from_be_bytes([high, low]));
    let value = rest.get(..len)?;
    if padded(len) > rest.len() {
        return None;
    }
    let next = at
        .saturating_add(ATTRIBUTE_HEADER_LEN)
        .saturating_add(padded(len));
    let kind = AttributeType::new(u16::from_be_bytes([kind_high, kind_low]));
    Some((RawAttribute { kind, value }, next))
}
