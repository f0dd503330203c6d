//! `RTCIceTransport`, `RTCDtlsTransport` and `RTCSctpTransport` over loopback, and `RTCIceTransport`
//! without a peer connection.

use bytes::Bytes;
use stonechat::{
    BinaryType, DtlsEvent, IceEvent, RtcDataChannelInit, RtcDtlsTransportState, RtcErrorName,
    RtcIceCandidate, RtcIceCandidateInit, RtcIceComponent, RtcIceGatherOptions,
    RtcIceGathererState, RtcIceParameters, RtcIceRole, RtcIceServer, RtcIceTransport,
    RtcIceTransportPolicy, RtcIceTransportState, RtcPeerConnectionState, RtcPriorityType,
    RtcSctpTransportState, SctpEvent, SendDatagramError,
};
use tokio::task::JoinHandle;

use super::media_stream::{exchange, peer_connection, within};
use super::pair::api;

// api: RTCDtlsTransport.iceTransport, RTCSctpTransport.transport, RTCIceTransport.component
// api: RTCIceTransport.role, RTCIceTransport.onstatechange, RTCDtlsTransport.onstatechange
// api: RTCSctpTransport.onstatechange, RTCIceTransport.getLocalParameters
// api: RTCIceTransport.getRemoteParameters, RTCIceTransport.getRemoteCandidates
// api: RTCIceTransport.getLocalCandidates, RTCIceTransport.getSelectedCandidatePair
// api: RTCDtlsTransport.getRemoteCertificates, RTCDtlsTransport.state
#[tokio::test]
async fn transports_tell_their_states_and_are_the_same_objects_each_time() {
    let (a, b) = (peer_connection(), peer_connection());
    a.create_data_channel("x", RtcDataChannelInit::default())
        .unwrap();
    within(exchange(&a, &b)).await;
    within(a.wait_for_connection(RtcPeerConnectionState::Connected))
        .await
        .unwrap();
    let sctp = a.sctp().unwrap();
    let dtls = sctp.transport().unwrap();
    let ice = dtls.ice_transport();
    assert_eq!(sctp, a.sctp().unwrap());
    assert_eq!(dtls, sctp.transport().unwrap());
    assert_eq!(ice, dtls.ice_transport());
    assert_ne!(ice, b.sctp().unwrap().transport().unwrap().ice_transport());
    let mut events = ice.events();
    assert_eq!(
        within(async {
            loop {
                if let IceEvent::StateChange(state) = events.next().await.unwrap() {
                    return state;
                }
            }
        })
        .await,
        RtcIceTransportState::Checking
    );
    let connecting = DtlsEvent::StateChange(RtcDtlsTransportState::Connecting);
    assert_eq!(within(dtls.events().next()).await, Some(connecting));
    let connected = SctpEvent::StateChange(RtcSctpTransportState::Connected);
    assert_eq!(within(sctp.events().next()).await, Some(connected));
    assert_eq!(ice.component(), RtcIceComponent::Rtp);
    assert_eq!(ice.role(), RtcIceRole::Controlling);
    assert_eq!(dtls.state(), RtcDtlsTransportState::Connected);
    assert_eq!(dtls.get_remote_certificates().len(), 1);
    assert!(!ice.get_local_candidates().is_empty());
    assert!(!ice.get_remote_candidates().is_empty());
    let theirs = b.sctp().unwrap().transport().unwrap().ice_transport();
    assert_eq!(ice.get_remote_parameters(), theirs.get_local_parameters());
    assert_eq!(ice.get_local_parameters(), theirs.get_remote_parameters());
}

// api: RTCDataChannel.binaryType, RTCDataChannel.priority
// api: RTCDataChannel.bufferedAmountLowThreshold, RTCDataChannelInit.priority
#[tokio::test]
async fn a_channel_has_its_attributes_before_it_is_open() {
    let pc = peer_connection();
    let init = RtcDataChannelInit {
        priority: RtcPriorityType::Medium,
        ..RtcDataChannelInit::default()
    };
    let channel = pc.create_data_channel("x", init).unwrap();
    assert_eq!(channel.priority(), RtcPriorityType::Medium);
    assert_eq!(channel.binary_type(), BinaryType::Arraybuffer);
    channel.set_binary_type(BinaryType::Blob);
    assert_eq!(channel.binary_type(), BinaryType::Blob);
    assert_eq!(channel.buffered_amount_low_threshold(), 0);
    channel.set_buffered_amount_low_threshold(7);
    assert_eq!(channel.buffered_amount_low_threshold(), 7);
}

// api: RTCIceTransport.ongatheringstatechange, RTCIceTransport.onselectedcandidatepairchange
// api: RTCIceTransport.onstatechange, RTCIceTransport.state, RTCIceTransport.gatheringState
// api: RTCIceTransport.getSelectedCandidatePair, RTCIceTransport.getLocalCandidates
// api: RTCIceTransport.role, RTCIceRole.controlling, RTCIceRole.controlled
// api: RTCIceTransportState.new, RTCIceGathererState.complete, RTCIceTransportState.closed
// api: RTCIceParameters.usernameFragment, RTCIceParameters.password, RTCIceParameters.iceLite
#[tokio::test]
async fn an_ice_transport_fires_as_it_gathers_checks_and_selects() {
    let (a, b) = (peer_connection(), peer_connection());
    a.create_data_channel("x", RtcDataChannelInit::default())
        .unwrap();
    a.set_local_description(None).await.unwrap();
    let ice = a.sctp().unwrap().transport().unwrap().ice_transport();
    assert_eq!(ice.state(), RtcIceTransportState::New);
    assert_eq!(ice.get_selected_candidate_pair(), None);
    assert_eq!(ice.get_remote_parameters(), None);
    let parameters = ice.get_local_parameters().unwrap();
    assert!(parameters.username_fragment.len() >= 4);
    assert!(parameters.password.len() >= 22);
    assert!(!parameters.ice_lite);
    let offer = a.local_description().unwrap().sdp;
    let ufrag = format!("a=ice-ufrag:{}\r\n", parameters.username_fragment);
    assert!(offer.contains(&ufrag), "{offer}");
    let mut events = ice.events();
    within(exchange(&a, &b)).await;
    let (mut gathering, mut states, mut selected) = (Vec::new(), Vec::new(), 0);
    within(async {
        while selected == 0 || states.len() < 2 {
            match events.next().await.unwrap() {
                IceEvent::GatheringStateChange(state) => gathering.push(state),
                IceEvent::StateChange(state) => states.push(state),
                IceEvent::SelectedCandidatePairChange => selected += 1,
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    let told = [
        RtcIceGathererState::Gathering,
        RtcIceGathererState::Complete,
    ];
    assert_eq!(gathering, told);
    assert_eq!(ice.gathering_state(), RtcIceGathererState::Complete);
    assert_eq!(states[0], RtcIceTransportState::Checking);
    let pair = ice.get_selected_candidate_pair().unwrap();
    let ours = ice.get_local_candidates();
    let is_ours = |candidate: &RtcIceCandidate| candidate.address() == pair.local.address();
    assert!(ours.iter().any(is_ours), "{pair:?}");
    let theirs = b.sctp().unwrap().transport().unwrap().ice_transport();
    assert_eq!(ice.role(), RtcIceRole::Controlling);
    assert_eq!(theirs.role(), RtcIceRole::Controlled);
    a.close();
    assert_eq!(ice.state(), RtcIceTransportState::Closed);
}

fn alone() -> RtcIceTransport {
    api().ice_transport().unwrap()
}

fn remote_parameters() -> RtcIceParameters {
    RtcIceParameters {
        username_fragment: "u".repeat(4),
        password: "p".repeat(22),
        ice_lite: false,
    }
}

fn candidate() -> RtcIceCandidateInit {
    RtcIceCandidateInit {
        candidate: "candidate:1 1 udp 2113929471 203.0.113.100 10100 typ host".to_owned(),
        ..RtcIceCandidateInit::default()
    }
}

/// Carries the candidates of one to the other until it is completed; gives what fired.
fn carry(ours: &RtcIceTransport, theirs: &RtcIceTransport) -> JoinHandle<Vec<IceEvent>> {
    let (mut events, theirs) = (ours.events(), theirs.clone());
    tokio::spawn(async move {
        let mut fired = Vec::new();
        while let Some(event) = events.next().await {
            if let IceEvent::IceCandidate(event) = &event {
                let candidate = event.candidate.as_ref().unwrap();
                theirs.add_remote_candidate(candidate.to_json()).unwrap();
            }
            let is_last = event == IceEvent::StateChange(RtcIceTransportState::Completed);
            fired.push(event);
            if is_last {
                break;
            }
        }
        fired
    })
}

fn start(ours: &RtcIceTransport, theirs: &RtcIceTransport, role: RtcIceRole) {
    ours.start(theirs.get_local_parameters().unwrap(), role)
        .unwrap();
}

// api: RTCIceTransport.constructor, RTCIceTransport.role, RTCIceTransport.state,
// api: RTCIceTransport.gatheringState, RTCIceTransport.getLocalParameters,
// api: RTCIceTransport.getRemoteParameters, RTCIceTransport.getSelectedCandidatePair,
// api: RTCIceTransport.getLocalCandidates, RTCIceTransport.getRemoteCandidates,
// api: RTCIceTransport.component, RTCIceRole.unknown, RTCIceGathererState.new
#[tokio::test]
async fn a_transport_can_be_made_without_a_peer_connection() {
    let (ice, other) = (
        RtcIceTransport::new().unwrap(),
        RtcIceTransport::new().unwrap(),
    );
    assert_eq!(ice, ice.clone());
    assert_ne!(ice, other);
    assert_eq!(ice.role(), RtcIceRole::Unknown);
    assert_eq!(ice.component(), RtcIceComponent::Rtp);
    assert_eq!(ice.state(), RtcIceTransportState::New);
    assert_eq!(ice.gathering_state(), RtcIceGathererState::New);
    assert!(ice.get_local_candidates().is_empty());
    assert!(ice.get_remote_candidates().is_empty());
    assert_eq!(ice.get_selected_candidate_pair(), None);
    assert_eq!(ice.get_remote_parameters(), None);
    assert!(ice.get_local_parameters().is_some());
    assert_ne!(ice.get_local_parameters(), other.get_local_parameters());
    assert_eq!(ice.events().try_next(), None);
}

// api: RTCIceTransport.constructor
#[test]
fn a_transport_needs_a_runtime() {
    let refused = RtcIceTransport::new().unwrap_err();
    assert_eq!(refused.name, RtcErrorName::InvalidStateError);
}

// api: RTCIceTransport.gather, RTCIceTransport.start, RTCIceTransport.addRemoteCandidate,
// api: RTCIceTransport.icecandidate, RTCIceTransport.onicecandidate,
// api: RTCIceTransport.onstatechange, RTCIceTransport.ongatheringstatechange,
// api: RTCIceTransport.onselectedcandidatepairchange, RTCIceTransport.getSelectedCandidatePair,
// api: RTCIceTransport.role, RTCIceRole.controlling, RTCIceRole.controlled
// api: RTCIceGatherOptions
#[tokio::test]
async fn two_transports_connect_over_loopback_and_exchange_datagrams() {
    let (a, b) = (alone(), alone());
    let carried = [carry(&a, &b), carry(&b, &a)];
    for ice in [&a, &b] {
        ice.gather(RtcIceGatherOptions::default()).unwrap();
        assert_eq!(ice.gathering_state(), RtcIceGathererState::Gathering);
    }
    start(&a, &b, RtcIceRole::Controlling);
    start(&b, &a, RtcIceRole::Controlled);
    assert_eq!(a.get_remote_parameters(), b.get_local_parameters());
    assert_eq!(
        [a.role(), b.role()],
        [RtcIceRole::Controlling, RtcIceRole::Controlled]
    );
    for fired in carried {
        let fired = within(fired).await.unwrap();
        let position = |wanted: &dyn Fn(&IceEvent) -> bool| fired.iter().position(wanted).unwrap();
        let gathering = |state| position(&|event| *event == IceEvent::GatheringStateChange(state));
        let told = position(&|event| matches!(event, IceEvent::IceCandidate(_)));
        let end = position(&|event| {
            matches!(event, IceEvent::IceCandidate(event)
                if event.candidate.as_ref().unwrap().candidate().is_empty())
        });
        assert!(gathering(RtcIceGathererState::Gathering) < told && told < end);
        assert!(end < gathering(RtcIceGathererState::Complete));
        let checking = IceEvent::StateChange(RtcIceTransportState::Checking);
        let selected = position(&|event| *event == IceEvent::SelectedCandidatePairChange);
        assert!(position(&|event| *event == checking) < selected);
        assert!(selected < fired.len() - 1);
    }
    for (ours, theirs) in [(&a, &b), (&b, &a)] {
        assert_eq!(ours.state(), RtcIceTransportState::Completed);
        let pair = ours.get_selected_candidate_pair().unwrap();
        assert!(ours.get_local_candidates().contains(&pair.local));
        let told = theirs.get_local_candidates();
        let remote = ours.get_remote_candidates();
        assert_eq!(remote.len(), told.len());
        assert!(
            told.iter()
                .any(|told| told.candidate() == pair.remote.candidate())
        );
        for number in 0x80..0x8a {
            let data = Bytes::from(vec![number; 1200]);
            ours.send_datagram(data.clone()).await.unwrap();
            assert_eq!(within(theirs.recv_datagram()).await, Some(data));
        }
        let stun = ours.send_datagram(Bytes::from_static(&[0, 1])).await;
        assert_eq!(stun, Err(SendDatagramError::Reserved));
    }
}

// api: RTCIceTransport.start, RTCIceTransport.gather, RTCIceTransport.getLocalParameters
#[tokio::test]
async fn a_restart_makes_other_parameters_and_connects_again() {
    let (a, b) = (alone(), alone());
    let mut before = None;
    for _ in 0..3 {
        let carried = [carry(&a, &b), carry(&b, &a)];
        a.gather(RtcIceGatherOptions::default()).unwrap();
        b.gather(RtcIceGatherOptions::default()).unwrap();
        start(&a, &b, RtcIceRole::Controlling);
        start(&b, &a, RtcIceRole::Controlled);
        let parameters = a.get_local_parameters();
        assert_ne!(parameters, before);
        before = parameters;
        for fired in carried {
            within(fired).await.unwrap();
        }
        let hello = Bytes::from_static(b"hello");
        a.send_datagram(hello.clone()).await.unwrap();
        assert_eq!(within(b.recv_datagram()).await, Some(hello));
    }
}

#[tokio::test]
async fn who_sends_more_than_there_is_room_for_waits() {
    let (a, b) = (alone(), alone());
    let carried = [carry(&a, &b), carry(&b, &a)];
    a.gather(RtcIceGatherOptions::default()).unwrap();
    b.gather(RtcIceGatherOptions::default()).unwrap();
    start(&a, &b, RtcIceRole::Controlling);
    start(&b, &a, RtcIceRole::Controlled);
    for fired in carried {
        within(fired).await.unwrap();
    }
    // Several times what may wait.
    let sending = tokio::spawn(async move {
        for number in 0..1000_u32 {
            let mut data = vec![0x80; 1200];
            data[1..5].copy_from_slice(&number.to_be_bytes());
            a.send_datagram(data.into()).await.unwrap();
        }
        // Goes although some of those before may have been lost.
        for _ in 0..100 {
            a.send_datagram(Bytes::from_static(&[0xff])).await.unwrap();
            tokio::task::yield_now().await;
        }
        a
    });
    let mut last = None;
    let mut received = 0;
    loop {
        let data = within(b.recv_datagram()).await.unwrap();
        if data.len() == 1 {
            break;
        }
        let number = u32::from_be_bytes([data[1], data[2], data[3], data[4]]);
        assert!(last < Some(number), "{last:?} before {number}");
        last = Some(number);
        received += 1;
    }
    assert!(received > 0);
    within(sending).await.unwrap().stop().unwrap();
}

// api: RTCIceTransport.start, RTCIceTransport.role, RTCIceTransportState.checking
#[tokio::test]
async fn the_same_role_on_both_sides_is_repaired_between_them() {
    let (a, b) = (alone(), alone());
    let carried = [carry(&a, &b), carry(&b, &a)];
    a.gather(RtcIceGatherOptions::default()).unwrap();
    b.gather(RtcIceGatherOptions::default()).unwrap();
    start(&a, &b, RtcIceRole::Controlled);
    start(&b, &a, RtcIceRole::Controlled);
    for fired in carried {
        let fired = within(fired).await.unwrap();
        assert!(fired.contains(&IceEvent::StateChange(RtcIceTransportState::Checking)));
    }
    assert_ne!(a.role(), b.role());
}

// api: RTCIceTransport.gather, RTCIceTransport.start, RTCIceTransport.addRemoteCandidate
#[tokio::test]
async fn the_methods_refuse_by_the_names_of_the_specification() {
    let ice = alone();
    let gather = |url: &str, username: Option<&str>| {
        let options = RtcIceGatherOptions {
            ice_servers: vec![RtcIceServer {
                urls: vec![url.to_owned()],
                username: username.map(str::to_owned),
                ..RtcIceServer::default()
            }],
            ..RtcIceGatherOptions::default()
        };
        ice.gather(options).unwrap_err().name
    };
    assert_eq!(gather("relative", None), RtcErrorName::SyntaxError);
    assert_eq!(
        gather("http://example.org", None),
        RtcErrorName::NotSupportedError
    );
    assert_eq!(
        gather("turn:example.org", Some("user")),
        RtcErrorName::InvalidAccessError
    );
    let start = |parameters: RtcIceParameters, role| ice.start(parameters, role).unwrap_err().name;
    assert_eq!(
        start(RtcIceParameters::default(), RtcIceRole::Controlled),
        RtcErrorName::TypeError
    );
    assert_eq!(
        start(remote_parameters(), RtcIceRole::Unknown),
        RtcErrorName::TypeError
    );
    let short = RtcIceParameters {
        username_fragment: "abc".to_owned(),
        ..remote_parameters()
    };
    assert_eq!(
        start(short, RtcIceRole::Controlled),
        RtcErrorName::SyntaxError
    );
    ice.start(remote_parameters(), RtcIceRole::Controlled)
        .unwrap();
    assert_eq!(
        start(remote_parameters(), RtcIceRole::Controlling),
        RtcErrorName::InvalidStateError
    );
    let malformed = RtcIceCandidateInit {
        candidate: "invalid".to_owned(),
        ..RtcIceCandidateInit::default()
    };
    let refused = ice.add_remote_candidate(malformed).unwrap_err();
    assert_eq!(refused.name, RtcErrorName::OperationError);
    let unsent = ice.send_datagram(Bytes::from_static(b"hello")).await;
    assert_eq!(unsent, Err(SendDatagramError::NotConnected));
}

// api: RTCIceTransport.stop, RTCIceTransport.onstatechange, RTCIceTransportState.closed
// api: RTCIceTransport.gather, RTCIceTransport.start, RTCIceTransport.addRemoteCandidate
#[tokio::test]
async fn stop_is_the_end_and_nothing_is_allowed_after_it() {
    let (a, b) = (alone(), alone());
    let carried = [carry(&a, &b), carry(&b, &a)];
    a.gather(RtcIceGatherOptions::default()).unwrap();
    b.gather(RtcIceGatherOptions::default()).unwrap();
    start(&a, &b, RtcIceRole::Controlling);
    start(&b, &a, RtcIceRole::Controlled);
    for fired in carried {
        within(fired).await.unwrap();
    }
    assert!(a.get_selected_candidate_pair().is_some());
    let mut events = a.events();
    let waiting = tokio::spawn({
        let a = a.clone();
        async move { a.recv_datagram().await }
    });
    a.stop().unwrap();
    assert_eq!(a.state(), RtcIceTransportState::Closed);
    assert_eq!(a.get_selected_candidate_pair(), None);
    a.stop().unwrap();
    let closed = IceEvent::StateChange(RtcIceTransportState::Closed);
    assert_eq!(within(events.next()).await, Some(closed));
    assert_eq!(within(events.next()).await, None);
    assert_eq!(within(waiting).await.unwrap(), None);
    for refused in [
        a.gather(RtcIceGatherOptions::default()),
        a.start(remote_parameters(), RtcIceRole::Controlling),
        a.add_remote_candidate(candidate()),
    ] {
        assert_eq!(refused.unwrap_err().name, RtcErrorName::InvalidStateError);
    }
    let unsent = a.send_datagram(Bytes::from_static(b"hello")).await;
    assert_eq!(unsent, Err(SendDatagramError::Closed));
}

// api: RTCIceTransport.gather, RTCIceTransport.start, RTCIceTransport.stop
// api: RTCIceTransport.addRemoteCandidate
#[tokio::test]
async fn a_transport_of_a_peer_connection_cannot_be_told_what_to_do() {
    let pc = peer_connection();
    pc.create_data_channel("x", RtcDataChannelInit::default())
        .unwrap();
    pc.set_local_description(None).await.unwrap();
    let ice = pc.sctp().unwrap().transport().unwrap().ice_transport();
    for refused in [
        ice.gather(RtcIceGatherOptions::default()),
        ice.start(remote_parameters(), RtcIceRole::Controlled),
        ice.add_remote_candidate(candidate()),
        ice.stop(),
    ] {
        assert_eq!(refused.unwrap_err().name, RtcErrorName::InvalidStateError);
    }
    assert_eq!(ice.state(), RtcIceTransportState::New);
    let unsent = ice.send_datagram(Bytes::from_static(b"hello")).await;
    assert_eq!(unsent, Err(SendDatagramError::NotConnected));
    assert_eq!(ice.recv_datagram().await, None);
}

// api: RTCIceGatherOptions.gatherPolicy, RTCIceTransportPolicy.relay
// api: RTCIceTransport.gather, RTCIceTransport.getLocalCandidates
#[tokio::test]
async fn a_relay_policy_without_a_server_tells_no_candidate() {
    let ice = alone();
    let mut events = ice.events();
    ice.gather(RtcIceGatherOptions {
        gather_policy: RtcIceTransportPolicy::Relay,
        ..RtcIceGatherOptions::default()
    })
    .unwrap();
    let mut fired = Vec::new();
    let complete = IceEvent::GatheringStateChange(RtcIceGathererState::Complete);
    while fired.last() != Some(&complete) {
        fired.push(within(events.next()).await.unwrap());
    }
    assert_eq!(fired.len(), 3, "{fired:?}");
    let IceEvent::IceCandidate(end) = &fired[1] else {
        panic!("{fired:?}")
    };
    assert_eq!(end.candidate.as_ref().unwrap().candidate(), "");
    assert!(ice.get_local_candidates().is_empty());
}

// api: RTCIceTransport.error, RTCIceTransport.onerror, RTCIceGatherOptions.iceServers
// api: RTCPeerConnectionIceErrorEvent.errorCode, RTCPeerConnectionIceErrorEvent.errorText,
// api: RTCPeerConnectionIceErrorEvent.url, RTCPeerConnectionIceErrorEvent.address
#[tokio::test]
async fn a_server_that_refuses_is_told_with_its_reason() {
    let server = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let url = format!("stun:{}", server.local_addr().unwrap());
    tokio::spawn(async move {
        let mut request = [0; 1500];
        while let Ok((_, from)) = server.recv_from(&mut request).await {
            // A Binding error response: ERROR-CODE 400 and its reason.
            let mut response = vec![0x01, 0x11, 0, 12];
            response.extend_from_slice(&request[4..20]);
            response.extend_from_slice(&[0x00, 0x09, 0, 8, 0, 0, 4, 0]);
            response.extend_from_slice(b"Away");
            let _ = server.send_to(&response, from).await;
        }
    });
    let ice = alone();
    let mut events = ice.events();
    ice.gather(RtcIceGatherOptions {
        ice_servers: vec![RtcIceServer {
            urls: vec![url.clone()],
            ..RtcIceServer::default()
        }],
        ..RtcIceGatherOptions::default()
    })
    .unwrap();
    let error = within(async {
        loop {
            if let IceEvent::Error(error) = events.next().await.unwrap()
                && error.error_code == 400
            {
                return error;
            }
        }
    })
    .await;
    assert_eq!(error.error_text, "Away");
    assert_eq!(error.url, url);
    assert!(error.address.is_some());
}
