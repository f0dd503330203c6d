use bytes::Bytes;
use stonechat_sctp::{Chunks, Reliability};

/// What a channel is to be, or is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parameters {
    /// Its name, at most 65,535 octets.
    pub label: String,
    /// The subprotocol, at most 65,535 octets; often empty.
    pub protocol: String,
    /// Whether messages keep their order.
    pub ordered: bool,
    /// How long a message is tried.
    pub reliability: Reliability,
    /// The weight among channels; 256 is normal (RFC 8831, section 6.4).
    pub priority: u16,
    /// The stream id, if both sides agreed on it elsewhere.
    pub negotiated: Option<u16>,
}

impl Parameters {
    /// A reliable, ordered channel with this name.
    #[must_use]
    pub fn labelled(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            protocol: String::new(),
            ordered: true,
            reliability: Reliability::Reliable,
            priority: 256,
            negotiated: None,
        }
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// UTF-8 text; what the peer sent is not checked.
    Text,
    /// Octets.
    Binary,
}

/// A message to be sent. It may be empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Payload {
    /// UTF-8 text.
    Text(Bytes),
    /// Octets.
    Binary(Bytes),
}

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// Its octets, as slices of the packets that brought them.
    pub data: Chunks,
}
