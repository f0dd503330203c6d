//! `RTCIceCandidate` and `RTCIceCandidatePair` (webrtc-pc, sections 4.8.1 and 5.6.3).

pub use stonechat_peerconnection::{
    IceCandidate as RtcIceCandidate, IceCandidateInit as RtcIceCandidateInit,
    IceCandidatePair as RtcIceCandidatePair, IceCandidateType as RtcIceCandidateType,
    IceProtocol as RtcIceProtocol, IceServerTransportProtocol as RtcIceServerTransportProtocol,
    IceTcpCandidateType as RtcIceTcpCandidateType,
    LocalIceCandidateInit as RtcLocalIceCandidateInit,
};
