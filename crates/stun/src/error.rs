use crate::AttributeType;

/// The buffer is too short, or the message would be longer than 65,535 octets behind its header.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no room for the message")]
pub struct Full;

/// Why octets are no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// First bits, cookie or length do not fit: something else than STUN.
    #[error("not a stun message")]
    NotStun,
    /// An attribute reaches beyond the end of the message.
    #[error("an attribute is cut")]
    CutAttribute,
    /// The value of a known attribute has a length or a content that it cannot have.
    #[error("a malformed value of attribute type {:#06x}", .0.number())]
    MalformedAttribute(AttributeType),
    /// Something comes after FINGERPRINT.
    #[error("an attribute after the fingerprint")]
    AfterFingerprint,
}

/// Why the integrity of a message is not proven.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IntegrityError {
    /// It carries no integrity attribute that the key accepts.
    #[error("no integrity attribute")]
    Missing,
    /// MESSAGE-INTEGRITY-SHA256 is shorter than 32 octets, which no usage of STUN here allows.
    #[error("a truncated integrity attribute")]
    Truncated,
    /// Another key, or octets that were changed.
    #[error("the integrity does not match")]
    Mismatch,
}
