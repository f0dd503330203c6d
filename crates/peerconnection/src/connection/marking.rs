//! Which code point packets carry (webrtc-priority; RFC 8837).

use stonechat_sansio::Dscp;

use crate::id::Kind;
use crate::rtp_parameters::Priority;

/// Whether packets are marked for the routers (RFC 8835, section 4.2).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum PacketMarking {
    /// No: all packets ask for default forwarding. The default, as that of browsers: some networks
    /// drop or delay what is marked.
    #[default]
    Off,
    /// By `networkPriority` of each encoding, else its `priority`, and by the highest priority
    /// that any data channel of the association had (RFC 8837, section 5).
    ByPriority,
}

impl PacketMarking {
    /// The code point of media. Video counts as interactive; of two code points it has the one
    /// with the lower drop precedence, since all packets of an encoding are marked alike.
    //= https://www.rfc-editor.org/rfc/rfc8837#section-5
    //# Currently, all WebRTC video is assumed to be interactive [RFC8835], for which the
    //# interactive video DSCP values in Table 1 SHOULD be used.
    pub(super) const fn of_media(self, kind: Kind, priority: Priority) -> Dscp {
        match (self, priority, kind) {
            (Self::Off, ..) | (_, Priority::Low, _) => Dscp::DF,
            (_, Priority::VeryLow, _) => Dscp::LE,
            (_, Priority::Medium | Priority::High, Kind::Audio) => Dscp::EF,
            (_, Priority::Medium, Kind::Video) => Dscp::AF42,
            (_, Priority::High, Kind::Video) => Dscp::AF41,
        }
    }

    /// The code point of an association whose channels have at most this priority.
    pub(super) const fn of_data(self, priority: Priority) -> Dscp {
        match (self, priority) {
            (Self::Off, _) | (_, Priority::Low) => Dscp::DF,
            (_, Priority::VeryLow) => Dscp::LE,
            (_, Priority::Medium) => Dscp::AF11,
            (_, Priority::High) => Dscp::AF21,
        }
    }
}
