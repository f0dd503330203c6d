//! `RTCIceTransport`, `RTCDtlsTransport` and `RTCSctpTransport` over loopback.

use stonechat::{
    BinaryType, DtlsEvent, IceEvent, RtcDataChannelInit, RtcDtlsTransportState, RtcIceCandidate,
    RtcIceComponent, RtcIceGathererState, RtcIceRole, RtcIceTransportState, RtcPeerConnectionState,
    RtcPriorityType, RtcSctpTransportState, SctpEvent,
};

use super::media_stream::{exchange, peer_connection, within};

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
