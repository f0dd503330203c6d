//! The Data Channel Establishment Protocol (RFC 8832, section 5).
//!
//! ```text
//! +---------------+---------------+-------------------------------+
//! | message type  | channel type  |           priority            |
//! +---------------+---------------+-------------------------------+
//! |                     reliability parameter                     |
//! +-------------------------------+-------------------------------+
//! |         label length          |        protocol length        |
//! +-------------------------------+-------------------------------+
//! |                    label, then protocol                       |
//! +---------------------------------------------------------------+
//! ```
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::time::Duration;

use stonechat_sctp::Reliability;

const ACK: u8 = 2;
const OPEN: u8 = 3;
const HEADER_LEN: usize = 12;
const UNORDERED: u8 = 0x80;

/// A DCEP message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Dcep {
    /// DATA_CHANNEL_OPEN.
    Open(Open),
    /// DATA_CHANNEL_ACK.
    Ack,
}

/// DATA_CHANNEL_OPEN.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Open {
    /// Its name.
    pub label: String,
    /// The subprotocol.
    pub protocol: String,
    /// Whether messages keep their order.
    pub ordered: bool,
    /// How long a message is tried. Retransmissions above 65,535 count as that many.
    pub reliability: Reliability,
    /// The weight among channels.
    pub priority: u16,
}

/// Why octets are no DCEP message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DcepError {
    /// Shorter or longer than its lengths say.
    #[error("the message is shorter or longer than its lengths say")]
    Length,
    /// Of an unknown message type.
    #[error("the message type is unknown")]
    MessageType,
    /// Of an unknown channel type.
    #[error("the channel type is unknown")]
    ChannelType,
    /// The label or protocol is not UTF-8.
    #[error("the label or protocol is not UTF-8")]
    Text,
}

impl Dcep {
    /// Parses a message.
    ///
    /// # Errors
    ///
    /// [`DcepError`]
    pub fn parse(octets: &[u8]) -> Result<Self, DcepError> {
        match octets.first() {
            Some(&ACK) => Ok(Self::Ack),
            Some(&OPEN) => Open::parse(octets).map(Self::Open),
            Some(_) => Err(DcepError::MessageType),
            None => Err(DcepError::Length),
        }
    }

    /// Its octets. Texts longer than 65,535 octets are cut.
    #[must_use]
    pub fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Ack => vec![ACK],
            Self::Open(open) => open.encoded(),
        }
    }
}

impl Open {
    fn parse(octets: &[u8]) -> Result<Self, DcepError> {
        let header: &[u8; HEADER_LEN] = octets.first_chunk().ok_or(DcepError::Length)?;
        let [_, kind, p1, p2, r1, r2, r3, r4, l1, l2, n1, n2] = *header;
        let label_len = usize::from(u16::from_be_bytes([l1, l2]));
        let protocol_len = usize::from(u16::from_be_bytes([n1, n2]));
        let texts = octets.get(HEADER_LEN..).ok_or(DcepError::Length)?;
        if texts.len() != label_len.saturating_add(protocol_len) {
            return Err(DcepError::Length);
        }
        let parameter = u32::from_be_bytes([r1, r2, r3, r4]);
        let reliability = match kind & !UNORDERED {
            0 => Reliability::Reliable,
            1 => Reliability::MaxRetransmits(u16::try_from(parameter).unwrap_or(u16::MAX)),
            2 => Reliability::MaxLifetime(Duration::from_millis(u64::from(parameter))),
            _ => return Err(DcepError::ChannelType),
        };
        let (label, protocol) = texts.split_at_checked(label_len).ok_or(DcepError::Length)?;
        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).map_err(|_| DcepError::Text);
        Ok(Self {
            label: text(label)?,
            protocol: text(protocol)?,
            ordered: kind & UNORDERED == 0,
            reliability,
            priority: u16::from_be_bytes([p1, p2]),
        })
    }

    fn encoded(&self) -> Vec<u8> {
        let (kind, parameter) = match self.reliability {
            Reliability::Reliable => (0, 0),
            Reliability::MaxRetransmits(count) => (1, u32::from(count)),
            Reliability::MaxLifetime(lifetime) => {
                (2, u32::try_from(lifetime.as_millis()).unwrap_or(u32::MAX))
            }
        };
        let cut = |text: &str| {
            text.as_bytes()
                .get(..65_535)
                .unwrap_or(text.as_bytes())
                .to_vec()
        };
        let (label, protocol) = (cut(&self.label), cut(&self.protocol));
        let len = |octets: &[u8]| {
            u16::try_from(octets.len())
                .unwrap_or(u16::MAX)
                .to_be_bytes()
        };
        let mut out = vec![OPEN, kind | if self.ordered { 0 } else { UNORDERED }];
        out.extend_from_slice(&self.priority.to_be_bytes());
        out.extend_from_slice(&parameter.to_be_bytes());
        out.extend_from_slice(&len(&label));
        out.extend_from_slice(&len(&protocol));
        out.extend_from_slice(&label);
        out.extend_from_slice(&protocol);
        out
    }
}
