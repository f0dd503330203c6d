//! Transceivers: a sender and a receiver that share a media section (webrtc-pc, section 5.4).

use stonechat_media::RtcpParameters;

use crate::id::{Kind, TransceiverId};
use crate::negotiation::codecs::Codec;
use crate::negotiation::extensions::{self, ExtensionLine};
use crate::plan::{CodecPlan, ExtensionPlan};
use crate::rtp_parameters::RtpHeaderExtensionCapability;
pub(crate) use crate::rtp_receiver::Receiver;
pub(crate) use crate::rtp_sender::Sender;
use crate::session::call::Direction;

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
    /// `[[HeaderExtensionsToNegotiate]]`
    pub(crate) extensions_to_negotiate: Vec<RtpHeaderExtensionCapability>,
    /// `[[NegotiatedHeaderExtensions]]`
    pub(crate) negotiated_extensions: Vec<RtpHeaderExtensionCapability>,
    /// Whether RTCP of reduced size was negotiated.
    pub(crate) reduced_size: bool,
    /// What else was negotiated of RTCP.
    pub(crate) rtcp: RtcpParameters,
    pub(crate) sender: Sender,
    pub(crate) receiver: Receiver,
}

impl Transceiver {
    /// Stops it for good; nothing is sent or received any more.
    pub(crate) fn stop(&mut self) {
        self.stopping = true;
        self.stopped = true;
        self.direction = Direction::Inactive;
        self.current_direction = None;
        self.receiver.ended = true;
    }

    /// An exchange decided the direction.
    pub(crate) fn set_current_direction(&mut self, direction: Direction) {
        self.current_direction = Some(direction);
        self.has_sent |= direction.sends();
    }

    /// An answer decided which header extensions are used.
    pub(crate) fn set_extensions(&mut self, lines: &[ExtensionLine]) {
        self.sender.extensions = extensions::plans(lines, Direction::sends);
        self.receiver.extensions = extensions::plans(lines, Direction::receives);
    }

    /// The header extensions that are in force in either direction.
    pub(crate) fn numbered_extensions(&self) -> Vec<ExtensionPlan> {
        let mut plans = self.receiver.extensions.clone();
        for plan in &self.sender.extensions {
            if !plans.contains(plan) {
                plans.push(plan.clone());
            }
        }
        plans
    }

    /// The final answer keeps to what was negotiated in later exchanges (webrtc-extensions,
    /// section 5.2).
    pub(crate) fn keep_extensions(&mut self, lines: &[ExtensionLine]) {
        self.negotiated_extensions = extensions::negotiated(&self.extensions_to_negotiate, lines);
        self.extensions_to_negotiate
            .clone_from(&self.negotiated_extensions);
    }

    /// The codecs that were negotiated, with the payload types of each direction.
    pub(crate) fn set_codecs(&mut self, send: Vec<CodecPlan>, receive: Vec<CodecPlan>) {
        self.sender.codecs = send;
        self.sender.last_returned = None;
        self.receiver.codecs = receive;
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
