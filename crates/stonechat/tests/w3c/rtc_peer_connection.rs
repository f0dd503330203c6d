//! The events of `RTCPeerConnection` (webrtc-pc, section 4.4) over loopback.

use stonechat::{
    Events, MediaKind, MediaStreamTrack, PeerConnectionEvent, RtcConfiguration, RtcDataChannelInit,
    RtcIceConnectionState, RtcIceGatheringState, RtcIceServer, RtcPeerConnection,
    RtcPeerConnectionState, RtcSignalingState, RtcTrackEvent, RtcTrackEventInit,
};
use tokio::net::UdpSocket;

use super::media_stream::{exchange, next_track};
use super::pair::{api, peer_connection, within};

/// The events up to the one that `last` accepts, with it.
async fn until(
    events: &mut Events<PeerConnectionEvent>,
    last: impl Fn(&PeerConnectionEvent) -> bool,
) -> Vec<PeerConnectionEvent> {
    within(async {
        let mut seen = Vec::new();
        loop {
            seen.push(events.next().await.unwrap());
            if seen.last().is_some_and(&last) {
                return seen;
            }
        }
    })
    .await
}

fn connects(event: &PeerConnectionEvent) -> bool {
    let connected = RtcPeerConnectionState::Connected;
    matches!(event, PeerConnectionEvent::ConnectionStateChange(state) if *state == connected)
}

// api: RTCPeerConnection.constructor, RTCPeerConnection.getConfiguration
#[tokio::test]
async fn a_new_peer_connection_is_new_and_stable_and_has_its_configuration() {
    let configuration = RtcConfiguration {
        ice_candidate_pool_size: 3,
        ..RtcConfiguration::default()
    };
    let pc = RtcPeerConnection::new(configuration).unwrap();
    assert_eq!(pc.get_configuration().ice_candidate_pool_size, 3);
    assert_eq!(pc.signaling_state(), RtcSignalingState::Stable);
    assert_eq!(pc.connection_state(), RtcPeerConnectionState::New);
    assert!(pc.local_description().is_none());
}

// api: RTCPeerConnection.onnegotiationneeded, RTCPeerConnection.createDataChannel
#[tokio::test]
async fn negotiationneeded_fires_once_for_the_first_channel_alone() {
    let pc = peer_connection();
    let mut events = pc.events();
    let init = RtcDataChannelInit::default;
    let _one = pc.create_data_channel("one", init()).unwrap();
    let _two = pc.create_data_channel("two", init()).unwrap();
    let first = within(events.next()).await.unwrap();
    assert!(matches!(first, PeerConnectionEvent::NegotiationNeeded));
    pc.set_local_description(None).await.unwrap();
    let rest = until(&mut events, |event| {
        matches!(event, PeerConnectionEvent::IceCandidate(event) if event.candidate.is_none())
    })
    .await;
    let again =
        |event: &PeerConnectionEvent| matches!(event, PeerConnectionEvent::NegotiationNeeded);
    assert!(!rest.iter().any(again), "{rest:?}");
}

// api: RTCPeerConnection.onsignalingstatechange, RTCPeerConnection.signalingState
// api: RTCSignalingState.have-local-offer, RTCSignalingState.have-remote-offer
// api: RTCSignalingState.stable
#[tokio::test]
async fn signalingstatechange_fires_for_the_offer_and_for_the_answer() {
    let (a, b) = (peer_connection(), peer_connection());
    let (mut of_a, mut of_b) = (a.events(), b.events());
    let _channel = a.create_data_channel("x", Default::default()).unwrap();
    assert_eq!(a.signaling_state(), RtcSignalingState::Stable);
    within(exchange(&a, &b)).await;
    assert_eq!(a.signaling_state(), RtcSignalingState::Stable);
    let states = |events: &[PeerConnectionEvent]| -> Vec<_> {
        let state = |event: &PeerConnectionEvent| match event {
            PeerConnectionEvent::SignalingStateChange(state) => Some(*state),
            _ => None,
        };
        events.iter().filter_map(state).collect()
    };
    let (of_a, of_b) = (
        until(&mut of_a, connects).await,
        until(&mut of_b, connects).await,
    );
    let stable = RtcSignalingState::Stable;
    assert_eq!(states(&of_a), [RtcSignalingState::HaveLocalOffer, stable]);
    assert_eq!(states(&of_b), [RtcSignalingState::HaveRemoteOffer, stable]);
}

// api: RTCPeerConnection.onicegatheringstatechange, RTCPeerConnection.onicecandidate
// api: RTCPeerConnection.iceGatheringState, RTCIceGatheringState.new
// api: RTCIceGatheringState.gathering, RTCIceGatheringState.complete
// api: RTCPeerConnectionIceEvent.candidate, RTCPeerConnectionIceEvent.url
#[tokio::test]
async fn candidates_fire_while_it_gathers_and_none_fires_when_it_is_complete() {
    let pc = peer_connection();
    let mut events = pc.events();
    let _channel = pc.create_data_channel("x", Default::default()).unwrap();
    assert_eq!(pc.ice_gathering_state(), RtcIceGatheringState::New);
    pc.set_local_description(None).await.unwrap();
    let seen = until(&mut events, |event| {
        matches!(event, PeerConnectionEvent::IceCandidate(event) if event.candidate.is_none())
    })
    .await;
    assert_eq!(pc.ice_gathering_state(), RtcIceGatheringState::Complete);
    let place = |state: RtcIceGatheringState| {
        seen.iter().position(|event| {
            matches!(event, PeerConnectionEvent::IceGatheringStateChange(now) if *now == state)
        })
    };
    let gathering = place(RtcIceGatheringState::Gathering).unwrap();
    let complete = place(RtcIceGatheringState::Complete).unwrap();
    assert_eq!(complete, seen.len() - 2, "{seen:?}");
    let mut candidates = 0;
    for (index, event) in seen.iter().enumerate() {
        if let PeerConnectionEvent::IceCandidate(event) = event
            && let Some(candidate) = &event.candidate
        {
            assert!(gathering < index && index < complete, "{seen:?}");
            assert_eq!(candidate.sdp_mid(), Some("0"));
            assert_eq!(event.url, None, "no server gave it");
            candidates += usize::from(!candidate.candidate().is_empty());
        }
    }
    assert!(candidates > 0, "{seen:?}");
}

// api: RTCPeerConnection.oniceconnectionstatechange, RTCPeerConnection.onconnectionstatechange
// api: RTCPeerConnection.iceConnectionState, RTCPeerConnection.connectionState
// api: RTCIceConnectionState.checking, RTCIceConnectionState.connected
// api: RTCIceConnectionState.completed, RTCPeerConnectionState.connecting
// api: RTCPeerConnectionState.connected, RTCIceConnectionState.new, RTCPeerConnectionState.new
#[tokio::test]
async fn the_states_go_over_checking_and_connecting_to_connected() {
    let (a, b) = (peer_connection(), peer_connection());
    let mut events = a.events();
    let _channel = a.create_data_channel("x", Default::default()).unwrap();
    assert_eq!(a.ice_connection_state(), RtcIceConnectionState::New);
    assert_eq!(a.connection_state(), RtcPeerConnectionState::New);
    within(exchange(&a, &b)).await;
    let seen = until(&mut events, connects).await;
    assert_eq!(a.connection_state(), RtcPeerConnectionState::Connected);
    let mut ice = Vec::new();
    let mut whole = Vec::new();
    for event in seen {
        match event {
            PeerConnectionEvent::IceConnectionStateChange(state) => ice.push(state),
            PeerConnectionEvent::ConnectionStateChange(state) => whole.push(state),
            _ => {}
        }
    }
    let states = [
        RtcPeerConnectionState::Connecting,
        RtcPeerConnectionState::Connected,
    ];
    assert_eq!(whole, states);
    assert_eq!(ice.first(), Some(&RtcIceConnectionState::Checking));
    let done = [
        RtcIceConnectionState::Connected,
        RtcIceConnectionState::Completed,
    ];
    assert!(ice.len() > 1, "{ice:?}");
    assert!(ice[1..].iter().all(|state| done.contains(state)), "{ice:?}");
    assert!(done.contains(&a.ice_connection_state()));
}

// api: RTCPeerConnection.ontrack, RTCTrackEvent.receiver, RTCTrackEvent.transceiver
// api: RTCTrackEvent.track, RTCTrackEvent.streams, RTCTrackEvent.constructor
// api: RTCTrackEventInit.receiver, RTCTrackEventInit.track, RTCTrackEventInit.streams
// api: RTCTrackEventInit.transceiver
#[tokio::test]
async fn track_has_the_receiver_the_transceiver_and_the_streams_of_its_track() {
    let (a, b) = (peer_connection(), peer_connection());
    let mut events = b.events();
    a.add_track(&MediaStreamTrack::new(MediaKind::Audio), &["s"])
        .unwrap();
    within(exchange(&a, &b)).await;
    let event = next_track(&mut events).await;
    assert_eq!(event.transceiver.mid().as_deref(), Some("0"));
    assert_eq!(event.transceiver.receiver().track(), &event.track);
    assert_eq!(event.receiver.track(), &event.track);
    assert_eq!(b.get_receivers()[0].track(), &event.track);
    assert_eq!(event.streams.len(), 1);
    assert_eq!(event.streams[0].id(), "s");
    assert!(event.streams[0].get_tracks().contains(&event.track));
    let made = RtcTrackEvent::new(RtcTrackEventInit {
        receiver: event.receiver.clone(),
        track: event.track.clone(),
        streams: Vec::new(),
        transceiver: event.transceiver.clone(),
    });
    assert_eq!(made.receiver.track(), &event.track);
    assert_eq!(made.track, event.track);
    assert_eq!(made.transceiver.mid(), event.transceiver.mid());
    assert!(made.streams.is_empty());
}

// api: RTCPeerConnection.onicecandidateerror, RTCPeerConnectionIceErrorEvent.url
// api: RTCPeerConnectionIceErrorEvent.errorCode, RTCPeerConnectionIceErrorEvent.errorText
#[tokio::test]
async fn icecandidateerror_tells_what_a_server_answered() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let url = format!("stun:{}", server.local_addr().unwrap());
    let configuration = RtcConfiguration {
        ice_servers: vec![RtcIceServer {
            urls: vec![url.clone()],
            ..RtcIceServer::default()
        }],
        ..RtcConfiguration::default()
    };
    let pc = api().peer_connection(configuration).unwrap();
    let mut events = pc.events();
    let _channel = pc.create_data_channel("x", Default::default()).unwrap();
    pc.set_local_description(None).await.unwrap();
    let refusing = tokio::spawn(async move {
        let mut request = [0; 1_500];
        loop {
            let (octets, from) = server.recv_from(&mut request).await.unwrap();
            assert!(octets >= 20);
            // A binding error with the transaction of the request, and ERROR-CODE 400.
            let mut answer = vec![0x01, 0x11, 0, 12];
            answer.extend_from_slice(&request[4..20]);
            answer.extend_from_slice(&[0, 9, 0, 8, 0, 0, 4, 0]);
            answer.extend_from_slice(b"Nope");
            server.send_to(&answer, from).await.unwrap();
        }
    });
    let refused = |event: &PeerConnectionEvent| matches!(event, PeerConnectionEvent::IceCandidateError(error) if error.error_code == 400);
    let seen = until(&mut events, refused).await;
    refusing.abort();
    match seen.last() {
        Some(PeerConnectionEvent::IceCandidateError(error)) => {
            assert_eq!(error.url, url);
            assert_eq!(error.error_text, "Nope");
        }
        other => panic!("{other:?}"),
    }
}
