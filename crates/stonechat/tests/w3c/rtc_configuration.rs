//! The constructor of `RTCPeerConnection` and its configuration (webrtc-pc, section 4.4.1).

use stonechat::{
    RtcBundlePolicy, RtcConfiguration, RtcErrorName, RtcIceConnectionState, RtcIceGatheringState,
    RtcIceServer, RtcIceTransportPolicy, RtcPeerConnection, RtcPeerConnectionState,
    RtcRtcpMuxPolicy, RtcSignalingState,
};

fn with(server: RtcIceServer) -> RtcConfiguration {
    RtcConfiguration {
        ice_servers: vec![server],
        ..RtcConfiguration::default()
    }
}

fn at(url: &str) -> RtcIceServer {
    RtcIceServer {
        urls: vec![url.to_owned()],
        ..RtcIceServer::default()
    }
}

fn refused(configuration: RtcConfiguration) -> RtcErrorName {
    RtcPeerConnection::new(configuration).unwrap_err().name
}

// api: RTCPeerConnection.constructor, RTCPeerConnection.signalingState
// api: RTCPeerConnection.connectionState, RTCPeerConnection.iceConnectionState
// api: RTCPeerConnection.iceGatheringState, RTCPeerConnection.localDescription
// api: RTCPeerConnection.remoteDescription, RTCPeerConnection.sctp
#[tokio::test]
async fn a_new_peer_connection_has_negotiated_nothing() {
    let pc = RtcPeerConnection::new(RtcConfiguration::default()).unwrap();
    assert_eq!(pc.signaling_state(), RtcSignalingState::Stable);
    assert_eq!(pc.connection_state(), RtcPeerConnectionState::New);
    assert_eq!(pc.ice_connection_state(), RtcIceConnectionState::New);
    assert_eq!(pc.ice_gathering_state(), RtcIceGatheringState::New);
    assert!(pc.local_description().is_none() && pc.remote_description().is_none());
    assert!(pc.sctp().is_none());
}

// api: RTCPeerConnection.constructor, RTCPeerConnection.getConfiguration
// api: RTCConfiguration.iceServers, RTCConfiguration.iceTransportPolicy
// api: RTCConfiguration.bundlePolicy, RTCConfiguration.rtcpMuxPolicy
// api: RTCConfiguration.iceCandidatePoolSize, RTCIceTransportPolicy.all
// api: RTCBundlePolicy.balanced, RTCRtcpMuxPolicy.require
#[tokio::test]
async fn the_defaults_are_those_of_the_dictionary() {
    let pc = RtcPeerConnection::new(RtcConfiguration::default()).unwrap();
    let configuration = pc.get_configuration();
    assert!(configuration.ice_servers.is_empty());
    assert_eq!(
        configuration.ice_transport_policy,
        RtcIceTransportPolicy::All
    );
    assert_eq!(configuration.bundle_policy, RtcBundlePolicy::Balanced);
    assert_eq!(configuration.rtcp_mux_policy, RtcRtcpMuxPolicy::Require);
    assert_eq!(configuration.ice_candidate_pool_size, 0);
}

// api: RTCPeerConnection.constructor, RTCIceServer.urls, RTCIceServer.username
// api: RTCIceServer.credential
#[tokio::test]
async fn the_constructor_refuses_servers_that_cannot_be_used() {
    assert_eq!(
        refused(with(RtcIceServer::default())),
        RtcErrorName::SyntaxError
    );
    assert_eq!(
        refused(with(at("http://example.com"))),
        RtcErrorName::SyntaxError
    );
    let mut relay = at("turn:turn.example.net");
    assert_eq!(
        refused(with(relay.clone())),
        RtcErrorName::InvalidAccessError
    );
    relay.username = Some(String::from("user"));
    assert_eq!(
        refused(with(relay.clone())),
        RtcErrorName::InvalidAccessError
    );
    relay.credential = Some(String::from("secret"));
    let pc = RtcPeerConnection::new(with(relay.clone())).unwrap();
    assert_eq!(pc.get_configuration().ice_servers, [relay]);
}

// api: RTCPeerConnection.setConfiguration, RTCPeerConnection.getConfiguration
// api: RTCConfiguration.iceTransportPolicy, RTCIceTransportPolicy.relay
#[tokio::test]
async fn a_configuration_that_is_set_takes_the_place_of_the_first() {
    let pc = RtcPeerConnection::new(with(at("stun:stun.example.net"))).unwrap();
    let relayed = RtcConfiguration {
        ice_transport_policy: RtcIceTransportPolicy::Relay,
        ..RtcConfiguration::default()
    };
    pc.set_configuration(relayed).unwrap();
    let now = pc.get_configuration();
    assert_eq!(now.ice_transport_policy, RtcIceTransportPolicy::Relay);
    assert!(now.ice_servers.is_empty());
}

// api: RTCPeerConnection.setConfiguration, RTCConfiguration.bundlePolicy
// api: RTCBundlePolicy.max-bundle, RTCPeerConnection.close
#[tokio::test]
async fn what_may_not_change_is_refused_and_so_is_all_after_the_end() {
    let pc = RtcPeerConnection::new(RtcConfiguration::default()).unwrap();
    let bundled = RtcConfiguration {
        bundle_policy: RtcBundlePolicy::MaxBundle,
        ..RtcConfiguration::default()
    };
    let error = pc.set_configuration(bundled).unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
    assert_eq!(
        pc.get_configuration().bundle_policy,
        RtcBundlePolicy::Balanced
    );
    pc.close();
    let error = pc.set_configuration(pc.get_configuration()).unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
}
