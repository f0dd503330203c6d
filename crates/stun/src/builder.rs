#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::attribute::{self, ATTRIBUTE_HEADER_LEN, Attribute, AttributeType};
use crate::fingerprint::{self, FINGERPRINT_LEN};
use crate::header::{self, Class, HEADER_LEN, Method};
use crate::{Full, IntegrityKey, TransactionId};

/// A description of a message that is to be sent.
///
/// Attributes keep their order. Integrity and fingerprint come last whatever the order of calls:
/// MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256, FINGERPRINT (RFC 8489, sections 14.5 to 14.7).
///
/// ```
/// use stonechat_stun::{Attribute, Builder, Class, Message, Method, TransactionId};
///
/// let id = TransactionId::from_bytes(*b"0123456789ab");
/// let request = Builder::new(Class::Request, Method::BINDING, id)
///     .attribute(Attribute::Software("example"))
///     .fingerprint();
/// let mut out = [0; 64];
/// let len = request.encode(&mut out)?;
/// assert_eq!(len, request.encoded_len());
///
/// let message = Message::parse(&out[..len]).unwrap();
/// assert_eq!(message.software(), Some("example"));
/// assert!(message.verify_fingerprint());
/// # Ok::<(), stonechat_stun::Full>(())
/// ```
#[derive(Clone, Debug)]
pub struct Builder<'a> {
    class: Class,
    method: Method,
    id: TransactionId,
    attributes: Vec<Attribute<'a>>,
    integrity: Option<&'a IntegrityKey>,
    fingerprint: bool,
}

impl<'a> Builder<'a> {
    /// A message without attributes.
    #[must_use]
    pub const fn new(class: Class, method: Method, id: TransactionId) -> Self {
        Self {
            class,
            method,
            id,
            attributes: Vec::new(),
            integrity: None,
            fingerprint: false,
        }
    }

    /// Adds `attribute`.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute<'a>) -> Self {
        self.push(attribute);
        self
    }

    /// Adds `attribute`, for loops.
    pub fn push(&mut self, attribute: Attribute<'a>) -> &mut Self {
        self.attributes.push(attribute);
        self
    }

    /// Protects the message by `key`, which decides on the attributes.
    #[must_use]
    pub const fn integrity(mut self, key: &'a IntegrityKey) -> Self {
        self.integrity = Some(key);
        self
    }

    /// Adds FINGERPRINT.
    #[must_use]
    pub const fn fingerprint(mut self) -> Self {
        self.fingerprint = true;
        self
    }

    /// The transaction that the message belongs to.
    #[must_use]
    pub const fn transaction_id(&self) -> TransactionId {
        self.id
    }

    /// Octets of the whole message.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let attributes = self.attributes.iter().map(Attribute::encoded_len);
        let integrity = self.integrity.map_or(0, IntegrityKey::encoded_len);
        let fingerprint = if self.fingerprint {
            ATTRIBUTE_HEADER_LEN + FINGERPRINT_LEN
        } else {
            0
        };
        attributes
            .fold(HEADER_LEN, usize::saturating_add)
            .saturating_add(integrity)
            .saturating_add(fingerprint)
    }

    /// Writes the message into the first octets of `out` and returns how many they are.
    ///
    /// # Errors
    ///
    /// [`Full`] if `out` is shorter than [`encoded_len`](Self::encoded_len) or the message is
    /// longer than its length field can say; `out` may have been written to.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let total = self.encoded_len();
        let length = total.checked_sub(HEADER_LEN).ok_or(Full)?;
        let length = u16::try_from(length).map_err(|_| Full)?;
        let out = out.get_mut(..total).ok_or(Full)?;
        let kind = header::encode_type(self.class, self.method);
        *out.first_chunk_mut().ok_or(Full)? = header::encode(kind, length, &self.id);

        let mut at = HEADER_LEN;
        for attribute in &self.attributes {
            let written = attribute.encode(out.get_mut(at..).ok_or(Full)?, &self.id)?;
            at = at.checked_add(written).ok_or(Full)?;
        }
        if let Some(key) = self.integrity {
            at = key.append(out, at)?;
        }
        if self.fingerprint {
            let (message, rest) = out.split_at_mut_checked(at).ok_or(Full)?;
            let (value, written) =
                attribute::open(AttributeType::FINGERPRINT, FINGERPRINT_LEN, rest)?;
            value.copy_from_slice(&fingerprint::of(message).to_be_bytes());
            at = at.checked_add(written).ok_or(Full)?;
        }
        Ok(at)
    }
}
