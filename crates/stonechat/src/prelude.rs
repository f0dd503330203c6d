//! What most programs use.

pub use crate::{
    MediaKind, MediaStreamTrack, RtcConfiguration, RtcDataChannel, RtcDataChannelEvent,
    RtcDataChannelInit, RtcDataChannelMessage, RtcError, RtcIceCandidateInit, RtcIceServer,
    RtcPeerConnection, RtcPeerConnectionEvent, RtcPeerConnectionState, RtcRtpTransceiverInit,
    RtcSdpType, RtcSessionDescription,
};
