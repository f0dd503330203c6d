use crate::AlertDescription;
use crate::codec::ParseError;

/// What is wrong with what a peer sent in the handshake.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    Malformed,
    UnexpectedMessage,
    NoCommonVersion,
    NoCommonCipherSuite,
    NoCommonGroup,
    NoCommonSignatureScheme,
    NoExtendedMasterSecret,
    IllegalParameter,
    UnsolicitedExtension,
    UnsupportedCertificate,
    NoCertificate,
    /// The signature of the server's key exchange is wrong.
    InvalidKeyExchangeSignature,
    InvalidKeyShare,
    /// None of the fingerprints is that of the certificate.
    CertificateMismatch,
    /// The client does not own its certificate's key.
    InvalidCertificateVerify,
    InvalidFinished,
    InvalidCookie,
    /// Our own key or provider does not do what it should.
    Internal,
}

/// What a fault does to the handshake.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Consequence {
    /// The message is dropped, as if it never came; anybody may have sent it.
    Discard,
    /// All that the flight brought so far is dropped: some of it may be forged.
    Restart,
    /// The handshake has failed.
    Fail,
}

impl Fault {
    pub(crate) const fn alert(self) -> AlertDescription {
        match self {
            Self::Malformed => AlertDescription::DECODE_ERROR,
            Self::UnexpectedMessage => AlertDescription::UNEXPECTED_MESSAGE,
            Self::NoCommonVersion => AlertDescription::PROTOCOL_VERSION,
            Self::NoCommonCipherSuite
            | Self::NoCommonGroup
            | Self::NoCommonSignatureScheme
            | Self::NoExtendedMasterSecret
            | Self::NoCertificate => AlertDescription::HANDSHAKE_FAILURE,
            Self::IllegalParameter | Self::InvalidKeyShare | Self::InvalidCookie => {
                AlertDescription::ILLEGAL_PARAMETER
            }
            Self::UnsolicitedExtension => AlertDescription::UNSUPPORTED_EXTENSION,
            Self::UnsupportedCertificate => AlertDescription::UNSUPPORTED_CERTIFICATE,
            Self::CertificateMismatch => AlertDescription::BAD_CERTIFICATE,
            Self::InvalidKeyExchangeSignature
            | Self::InvalidCertificateVerify
            | Self::InvalidFinished => AlertDescription::DECRYPT_ERROR,
            Self::Internal => AlertDescription::INTERNAL_ERROR,
        }
    }

    pub(crate) const fn consequence(self) -> Consequence {
        match self {
            Self::Malformed
            | Self::UnexpectedMessage
            | Self::NoCommonVersion
            | Self::NoCommonCipherSuite
            | Self::NoCommonGroup
            | Self::NoCommonSignatureScheme
            | Self::NoExtendedMasterSecret
            | Self::IllegalParameter
            | Self::UnsolicitedExtension
            | Self::UnsupportedCertificate
            | Self::InvalidCookie => Consequence::Discard,
            Self::InvalidKeyExchangeSignature => Consequence::Restart,
            Self::NoCertificate
            | Self::InvalidKeyShare
            | Self::CertificateMismatch
            | Self::InvalidCertificateVerify
            | Self::InvalidFinished
            | Self::Internal => Consequence::Fail,
        }
    }
}

impl From<ParseError> for Fault {
    fn from(ParseError: ParseError) -> Self {
        Self::Malformed
    }
}
