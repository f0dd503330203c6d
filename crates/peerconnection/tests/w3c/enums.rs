//! The words of the enums of webrtc-pc and webrtc-priority, in the order of their WebIDL.

use stonechat_peerconnection::{
    BinaryType, BundlePolicy, ConnectionState, DataChannelState, Direction, DtlsTransportState,
    ErrorDetailType, IceCandidateType, IceComponent, IceConnectionState, IceGathererState,
    IceGatheringState, IceProtocol, IceRole, IceServerTransportProtocol, IceTcpCandidateType,
    IceTransportPolicy, IceTransportState, Priority, SctpTransportState, SdpType, SignalingState,
};

/// Each word names its value, and no other word does.
macro_rules! words {
    ($name:ident $words:expr) => {{
        let words = $words;
        assert_eq!($name::ALL.map($name::as_str), words);
        for value in $name::ALL {
            assert_eq!(value.to_string(), value.as_str());
            assert_eq!(value.as_str().parse(), Ok(value));
        }
        assert!("".parse::<$name>().is_err());
        assert!(words[0].to_uppercase().parse::<$name>().is_err());
    }};
}

// api: RTCIceTransportPolicy.relay, RTCIceTransportPolicy.all
#[test]
fn the_transport_policies() {
    words!(IceTransportPolicy ["relay", "all"]);
}

// api: RTCBundlePolicy.balanced, RTCBundlePolicy.max-compat, RTCBundlePolicy.max-bundle
#[test]
fn the_bundle_policies() {
    words!(BundlePolicy ["balanced", "max-compat", "max-bundle"]);
}

// api: RTCSignalingState.stable, RTCSignalingState.have-local-offer
// api: RTCSignalingState.have-remote-offer, RTCSignalingState.have-local-pranswer
// api: RTCSignalingState.have-remote-pranswer, RTCSignalingState.closed
#[test]
fn the_signalling_states() {
    words!(SignalingState ["stable", "have-local-offer", "have-remote-offer", "have-local-pranswer", "have-remote-pranswer", "closed"]);
}

// api: RTCIceGatheringState.new, RTCIceGatheringState.gathering
// api: RTCIceGatheringState.complete
#[test]
fn the_gathering_states() {
    words!(IceGatheringState ["new", "gathering", "complete"]);
}

// api: RTCPeerConnectionState.closed, RTCPeerConnectionState.failed
// api: RTCPeerConnectionState.disconnected, RTCPeerConnectionState.new
// api: RTCPeerConnectionState.connecting, RTCPeerConnectionState.connected
#[test]
fn the_connection_states() {
    words!(ConnectionState ["closed", "failed", "disconnected", "new", "connecting", "connected"]);
}

// api: RTCIceConnectionState.closed, RTCIceConnectionState.failed
// api: RTCIceConnectionState.disconnected, RTCIceConnectionState.new
// api: RTCIceConnectionState.checking, RTCIceConnectionState.completed
// api: RTCIceConnectionState.connected
#[test]
fn the_ice_connection_states() {
    words!(IceConnectionState ["closed", "failed", "disconnected", "new", "checking", "completed", "connected"]);
}

// api: RTCSdpType.offer, RTCSdpType.pranswer, RTCSdpType.answer, RTCSdpType.rollback
#[test]
fn the_types_of_descriptions() {
    words!(SdpType ["offer", "pranswer", "answer", "rollback"]);
}

// api: RTCIceProtocol.udp, RTCIceProtocol.tcp
#[test]
fn the_protocols_of_candidates() {
    words!(IceProtocol ["udp", "tcp"]);
}

// api: RTCIceTcpCandidateType.active, RTCIceTcpCandidateType.passive
// api: RTCIceTcpCandidateType.so
#[test]
fn the_types_of_tcp_candidates() {
    words!(IceTcpCandidateType ["active", "passive", "so"]);
}

// api: RTCIceCandidateType.host, RTCIceCandidateType.srflx, RTCIceCandidateType.prflx
// api: RTCIceCandidateType.relay
#[test]
fn the_types_of_candidates() {
    words!(IceCandidateType ["host", "srflx", "prflx", "relay"]);
}

// api: RTCIceServerTransportProtocol.udp, RTCIceServerTransportProtocol.tcp
// api: RTCIceServerTransportProtocol.tls
#[test]
fn the_protocols_to_servers() {
    words!(IceServerTransportProtocol ["udp", "tcp", "tls"]);
}

// api: RTCRtpTransceiverDirection.sendrecv, RTCRtpTransceiverDirection.sendonly
// api: RTCRtpTransceiverDirection.recvonly, RTCRtpTransceiverDirection.inactive
// api: RTCRtpTransceiverDirection.stopped
#[test]
fn the_directions() {
    words!(Direction ["sendrecv", "sendonly", "recvonly", "inactive", "stopped"]);
}

// api: RTCDtlsTransportState.new, RTCDtlsTransportState.connecting
// api: RTCDtlsTransportState.connected, RTCDtlsTransportState.closed
// api: RTCDtlsTransportState.failed
#[test]
fn the_states_of_dtls_transports() {
    words!(DtlsTransportState ["new", "connecting", "connected", "closed", "failed"]);
}

// api: RTCIceGathererState.new, RTCIceGathererState.gathering, RTCIceGathererState.complete
#[test]
fn the_gathering_states_of_transports() {
    words!(IceGathererState ["new", "gathering", "complete"]);
}

// api: RTCIceTransportState.closed, RTCIceTransportState.failed
// api: RTCIceTransportState.disconnected, RTCIceTransportState.new
// api: RTCIceTransportState.checking, RTCIceTransportState.completed
// api: RTCIceTransportState.connected
#[test]
fn the_states_of_ice_transports() {
    words!(IceTransportState ["closed", "failed", "disconnected", "new", "checking", "completed", "connected"]);
}

// api: RTCIceRole.unknown, RTCIceRole.controlling, RTCIceRole.controlled
#[test]
fn the_ice_roles() {
    words!(IceRole ["unknown", "controlling", "controlled"]);
}

// api: RTCIceComponent.rtp, RTCIceComponent.rtcp
#[test]
fn the_ice_components() {
    words!(IceComponent ["rtp", "rtcp"]);
}

// api: RTCSctpTransportState.connecting, RTCSctpTransportState.connected
// api: RTCSctpTransportState.closed
#[test]
fn the_states_of_sctp_transports() {
    words!(SctpTransportState ["connecting", "connected", "closed"]);
}

// api: RTCDataChannelState.connecting, RTCDataChannelState.open
// api: RTCDataChannelState.closing, RTCDataChannelState.closed
#[test]
fn the_states_of_data_channels() {
    words!(DataChannelState ["connecting", "open", "closing", "closed"]);
}

// api: RTCErrorDetailType.data-channel-failure, RTCErrorDetailType.dtls-failure
// api: RTCErrorDetailType.fingerprint-failure, RTCErrorDetailType.sctp-failure
// api: RTCErrorDetailType.sdp-syntax-error
// api: RTCErrorDetailType.hardware-encoder-not-available
// api: RTCErrorDetailType.hardware-encoder-error
#[test]
fn the_details_of_errors() {
    words!(ErrorDetailType ["data-channel-failure", "dtls-failure", "fingerprint-failure", "sctp-failure", "sdp-syntax-error", "hardware-encoder-not-available", "hardware-encoder-error", "idp-bad-script-failure", "idp-execution-failure", "idp-load-failure", "idp-need-login", "idp-timeout", "idp-tls-failure", "idp-token-expired", "idp-token-invalid"]);
}

// api: RTCPriorityType.very-low, RTCPriorityType.low, RTCPriorityType.medium
// api: RTCPriorityType.high
#[test]
fn the_priorities() {
    words!(Priority ["very-low", "low", "medium", "high"]);
}

// api: BinaryType.blob, BinaryType.arraybuffer
#[test]
fn the_binary_types() {
    words!(BinaryType ["blob", "arraybuffer"]);
}
