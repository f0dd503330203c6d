//! Transceivers: a sender and a receiver that share a media section (webrtc-pc, section 5.4).

use crate::id::{Kind, TransceiverId};
use crate::negotiation::codecs::Codec;
use crate::plan::{CodecPlan, ExtensionPlan};
use crate::session::call::{Direction, TrackInfo};

/// One transceiver.
#[derive(Clone, Debug)]
pub(crate) struct Transceiver {
    pub(crate) id: TransceiverId,
    pub(crate) kind: Kind,
    /// The media section, once a description with it was set.
    pub(crate) mid: Option<String>,
    /// The identification that an offer which was made but not set gives it.
    pub(crate) offered_mid: Option<String>,
    pub(crate) direction: Direction,
    pub(crate) current_direction: Option<Direction>,
    /// The direction of which the application was told by `track`.
    pub(crate) fired_direction: Option<Direction>,
    pub(crate) stopping: bool,
    pub(crate) stopped: bool,
    /// Whether `add_track` made it, so that a section of the peer may take it.
    pub(crate) by_add_track: bool,
    /// Whether a section of the peer made it.
    pub(crate) by_peer: bool,
    /// Whether its direction was ever negotiated to send.
    pub(crate) has_sent: bool,
    /// Whether `add_track` ever used it.
    pub(crate) track_added: bool,
    pub(crate) preferences: Vec<Codec>,
    pub(crate) sender: Sender,
    pub(crate) receiver: Receiver,
}

/// `RTCRtpSender`.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) track: Option<TrackInfo>,
    pub(crate) streams: Vec<String>,
    pub(crate) ssrc: u32,
    pub(crate) rtx_ssrc: u32,
    /// What may be sent, with the payload types of the peer's description.
    pub(crate) codecs: Vec<CodecPlan>,
    pub(crate) extensions: Vec<ExtensionPlan>,
}

/// `RTCRtpReceiver`.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    pub(crate) track_id: String,
    pub(crate) muted: bool,
    pub(crate) ended: bool,
    /// The ids of the streams that the remote description puts its track into.
    pub(crate) streams: Vec<String>,
    /// What may be received, with the payload types of our description.
    pub(crate) codecs: Vec<CodecPlan>,
    pub(crate) extensions: Vec<ExtensionPlan>,
    /// Sources that the peer announced, each with its source of retransmissions.
    pub(crate) sources: Vec<(u32, Option<u32>)>,
    pub(crate) delivery: stonechat_media::Delivery,
}

impl Transceiver {
    /// Stops it for good; nothing is sent or received any more.
    pub(crate) fn stop(&mut self) {
        self.stopping = true;
        self.stopped = true;
        self.direction = Direction::Stopped;
        self.current_direction = Some(Direction::Stopped);
        self.receiver.ended = true;
    }

    /// An exchange decided the direction.
    pub(crate) fn set_current_direction(&mut self, direction: Direction) {
        self.current_direction = Some(direction);
        self.has_sent |= direction.sends();
    }

    /// Whether it is associated with a media section.
    pub(crate) fn is_associated(&self) -> bool {
        self.mid.is_some()
    }
}

impl Direction {
    /// Whether something is sent.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether something is received.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The direction that sends and receives so.
    #[must_use]
    pub const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The same as the peer sees it.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            other => other,
        }
    }

    /// What both allow.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self::of(
            self.sends() && other.sends(),
            self.receives() && other.receives(),
        )
    }

    pub(crate) const fn to_sdp(self) -> stonechat_sdp::Direction {
        stonechat_sdp::Direction::new(self.sends(), self.receives())
    }

    pub(crate) const fn from_sdp(direction: stonechat_sdp::Direction) -> Self {
        Self::of(direction.sends(), direction.receives())
    }
}
