//! `RTCSctpTransport` (webrtc-pc, section 6.1) over loopback.

use stonechat::{RtcSctpTransportState, SctpEvent};

use super::pair::{pair_with_channel, peer_connection, within};

// api: RTCSctpTransport.onstatechange, RTCSctpTransport.state
// api: RTCSctpTransportState.connected, RTCSctpTransportState.closed
#[tokio::test]
async fn statechange_fires_for_connected_and_then_for_the_end_of_the_peer() {
    let (a, b, _near, _far) = pair_with_channel().await;
    let sctp = a.pc.sctp().unwrap();
    let mut events = sctp.events();
    assert_eq!(sctp.state(), RtcSctpTransportState::Connected);
    let connected = SctpEvent::StateChange(RtcSctpTransportState::Connected);
    assert_eq!(within(events.next()).await, Some(connected));
    b.pc.close();
    let closed = SctpEvent::StateChange(RtcSctpTransportState::Closed);
    assert_eq!(within(events.next()).await, Some(closed));
    assert_eq!(sctp.state(), RtcSctpTransportState::Closed);
}

// api: RTCPeerConnection.sctp, RTCSctpTransport.maxChannels, RTCSctpTransport.maxMessageSize
// api: RTCSctpTransport.transport
#[tokio::test]
async fn the_limits_of_the_association_are_known_once_it_is_connected() {
    assert!(peer_connection().sctp().is_none());
    let (a, b, _near, _far) = pair_with_channel().await;
    let (sctp, theirs) = (a.pc.sctp().unwrap(), b.pc.sctp().unwrap());
    assert!(sctp.max_channels().is_some_and(|channels| channels > 0));
    assert_eq!(sctp.max_channels(), theirs.max_channels());
    assert!(sctp.max_message_size().is_some_and(|size| size >= 65_536));
    assert_ne!(sctp.transport(), theirs.transport());
}
