use crate::codec::{ParseError, Reader};

/// What an alert says (RFC 5246, section 7.2), by its number in the TLS registry.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AlertDescription(pub u8);

impl AlertDescription {
    /// The sender will send nothing more.
    pub const CLOSE_NOTIFY: Self = Self(0);
    /// A message that does not belong here.
    pub const UNEXPECTED_MESSAGE: Self = Self(10);
    /// No common parameters.
    pub const HANDSHAKE_FAILURE: Self = Self(40);
    /// The certificate is not the expected one.
    pub const BAD_CERTIFICATE: Self = Self(42);
    /// The certificate is of a kind that is not supported.
    pub const UNSUPPORTED_CERTIFICATE: Self = Self(43);
    /// A field is out of range or does not fit the others.
    pub const ILLEGAL_PARAMETER: Self = Self(47);
    /// A message is malformed.
    pub const DECODE_ERROR: Self = Self(50);
    /// A signature or a Finished message is wrong.
    pub const DECRYPT_ERROR: Self = Self(51);
    /// No common version.
    pub const PROTOCOL_VERSION: Self = Self(70);
    /// Something unrelated to the peer went wrong.
    pub const INTERNAL_ERROR: Self = Self(80);
    /// Renegotiation is refused.
    pub const NO_RENEGOTIATION: Self = Self(100);
    /// An extension that was not asked for.
    pub const UNSUPPORTED_EXTENSION: Self = Self(110);
}

/// How grave an alert is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AlertLevel {
    Warning,
    Fatal,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Alert {
    pub(crate) level: AlertLevel,
    pub(crate) description: AlertDescription,
}

impl Alert {
    pub(crate) const fn fatal(description: AlertDescription) -> Self {
        Self {
            level: AlertLevel::Fatal,
            description,
        }
    }

    pub(crate) const fn warning(description: AlertDescription) -> Self {
        Self {
            level: AlertLevel::Warning,
            description,
        }
    }

    pub(crate) fn parse(octets: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(octets);
        let level = match reader.u8()? {
            1 => AlertLevel::Warning,
            2 => AlertLevel::Fatal,
            _ => return Err(ParseError),
        };
        let description = AlertDescription(reader.u8()?);
        reader.finish()?;
        Ok(Self { level, description })
    }

    pub(crate) const fn encode(self) -> [u8; 2] {
        let level = match self.level {
            AlertLevel::Warning => 1,
            AlertLevel::Fatal => 2,
        };
        [level, self.description.0]
    }
}
