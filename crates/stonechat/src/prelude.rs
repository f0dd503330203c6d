//! What most programs use.

pub use crate::{
    ChannelEvent, MediaKind, MediaStreamTrack, PeerConnectionEvent, RtcConfiguration,
    RtcDataChannel, RtcDataChannelEvent, RtcDataChannelInit, RtcDataChannelMessage, RtcError,
    RtcIceCandidateInit, RtcIceServer, RtcPeerConnection, RtcPeerConnectionState,
    RtcRtpTransceiverInit, RtcSdpType, RtcSessionDescription,
};
