//! One entry of a report: its type, and its members by the names of webrtc-stats.

use std::time::{Duration, SystemTime};

/// One entry of a [`Report`](super::Report).
#[derive(Clone, Debug)]
pub struct Stat {
    /// Identifies the object; the same in each report.
    pub id: String,
    /// What it is about.
    pub kind: StatType,
    /// When the counters were read.
    pub timestamp: SystemTime,
    /// The members, by their names in webrtc-stats.
    pub members: Vec<(&'static str, Value)>,
}

impl Stat {
    pub(super) fn new(id: String, kind: StatType, timestamp: SystemTime) -> Self {
        Self {
            id,
            kind,
            timestamp,
            members: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.push((name, value.into()));
        self
    }

    pub(super) fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members
            .iter()
            .find(|(member, _)| *member == name)
            .map(|(_, value)| value)
    }

    /// The member of this name as a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            #[expect(
                clippy::cast_precision_loss,
                reason = "statistics are doubles in the W3C API"
            )]
            Value::Unsigned(number) => Some(*number as f64),
            #[expect(
                clippy::cast_precision_loss,
                reason = "statistics are doubles in the W3C API"
            )]
            Value::Signed(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            Value::Text(_) | Value::Flag(_) => None,
        }
    }

    /// The member of this name as a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The value of a member.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A counter.
    Unsigned(u64),
    /// A counter that may fall below zero.
    Signed(i64),
    /// A measure; times are in seconds.
    Number(f64),
    /// A text or the word of an enum.
    Text(String),
    /// A truth.
    Flag(bool),
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Unsigned(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Unsigned(u64::from(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Signed(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<Duration> for Value {
    fn from(value: Duration) -> Self {
        Self::Number(value.as_secs_f64())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// `RTCStatsType`, as far as reports have it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum StatType {
    /// A pair of candidates.
    CandidatePair,
    /// A certificate.
    Certificate,
    /// A codec of a sender or receiver.
    Codec,
    /// A data channel.
    DataChannel,
    /// What is received.
    InboundRtp,
    /// A candidate of ours.
    LocalCandidate,
    /// What is sent.
    OutboundRtp,
    /// The peer connection.
    PeerConnection,
    /// A candidate of the peer.
    RemoteCandidate,
    /// What the peer reports of what we send.
    RemoteInboundRtp,
    /// What the peer reports of what it sends.
    RemoteOutboundRtp,
    /// A transport.
    Transport,
}

impl StatType {
    /// The W3C word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CandidatePair => "candidate-pair",
            Self::Certificate => "certificate",
            Self::Codec => "codec",
            Self::DataChannel => "data-channel",
            Self::InboundRtp => "inbound-rtp",
            Self::LocalCandidate => "local-candidate",
            Self::OutboundRtp => "outbound-rtp",
            Self::PeerConnection => "peer-connection",
            Self::RemoteCandidate => "remote-candidate",
            Self::RemoteInboundRtp => "remote-inbound-rtp",
            Self::RemoteOutboundRtp => "remote-outbound-rtp",
            Self::Transport => "transport",
        }
    }
}
