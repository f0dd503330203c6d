use stonechat_crypto::{NamedGroup, Secret};

use crate::{AlertDescription, CipherSuite, SrtpProfile};

/// What a session reports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The handshake is done and the peer is the one of the fingerprints.
    Connected(Box<Connected>),
    /// The session has ended; nothing follows.
    Closed(CloseReason),
}

/// What a finished handshake gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connected {
    /// The version that was negotiated.
    pub version: ProtocolVersion,
    /// The cipher suite that was negotiated.
    pub cipher_suite: CipherSuite,
    /// The group of the key exchange.
    pub group: NamedGroup,
    /// Keys for SRTP, if both sides have a profile in common.
    pub srtp: Option<SrtpKeys>,
    /// The peer's certificate in DER.
    pub remote_certificate: Vec<u8>,
    /// The certificates that the peer sent behind it, in DER and in its order: those that issued
    /// it, one after the other, if the peer keeps to RFC 5246. Nothing of them was verified; the
    /// fingerprint is that of `remote_certificate`.
    pub remote_issuers: Vec<Vec<u8>>,
}

/// Keys for SRTP (RFC 5764, section 4.2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SrtpKeys {
    /// The profile that was negotiated.
    pub profile: SrtpProfile,
    /// For what we send.
    pub local: KeyAndSalt,
    /// For what the peer sends.
    pub remote: KeyAndSalt,
}

/// A master key and its salt.
#[derive(Clone, Debug)]
pub struct KeyAndSalt {
    /// The master key, [`SrtpProfile::key_len`] octets.
    pub key: Secret,
    /// The master salt, [`SrtpProfile::salt_len`] octets.
    pub salt: Secret,
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// DTLS 1.2 (RFC 6347).
    Dtls1_2,
}

impl ProtocolVersion {
    /// Its number on the wire, as W3C statistics report it in hexadecimal.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Dtls1_2 => 0xfefd,
        }
    }
}

/// Why a session has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CloseReason {
    /// [`Session::close`](crate::Session::close) was called.
    Local,
    /// The peer said close_notify.
    Remote,
    /// The peer sent an authenticated fatal alert, or one in plain text and then nothing more.
    PeerAlert(AlertDescription),
    /// The peer's certificate has none of the fingerprints.
    CertificateMismatch,
    /// The peer broke the protocol; this alert was sent.
    Protocol(AlertDescription),
    /// The peer did not answer in time.
    TimedOut,
    /// No record number is left, or too many records failed to open.
    KeysExhausted,
    /// The provider of cryptography failed.
    Internal,
}

/// Where a session is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum State {
    /// Nothing was sent or received.
    New,
    /// The handshake is under way.
    Connecting,
    /// Application data may flow.
    Connected,
    /// One of both sides has closed it.
    Closed,
    /// It has failed.
    Failed,
}

impl CloseReason {
    pub(crate) const fn state(self) -> State {
        match self {
            Self::Local | Self::Remote => State::Closed,
            Self::PeerAlert(_)
            | Self::CertificateMismatch
            | Self::Protocol(_)
            | Self::TimedOut
            | Self::KeysExhausted
            | Self::Internal => State::Failed,
        }
    }
}
