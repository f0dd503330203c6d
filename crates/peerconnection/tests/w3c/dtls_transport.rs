//! `RTCDtlsTransport` (webrtc-pc, section 5.5).

use std::time::Duration;

use stonechat_peerconnection::{Call, ConnectionState, DtlsFact, DtlsTransportState, Event};

use crate::app::pair;
use crate::setup::{A, B, Duo, SIDES};

fn states(duo: &Duo, side: usize) -> Vec<DtlsTransportState> {
    duo.events[side]
        .iter()
        .filter_map(|event| match event {
            Event::DtlsTransportStateChange(_, state) => Some(*state),
            _ => None,
        })
        .collect()
}

// api: RTCDtlsTransport.state, RTCDtlsTransportState.new, RTCDtlsTransport.getRemoteCertificates
#[test]
fn a_transport_without_packets_is_new_and_knows_no_certificate() {
    let (mut a, _) = pair();
    a.audio();
    a.set_implicitly();
    let id = a.session().transports()[0];
    let view = a.session().transport(id).unwrap();
    assert_eq!(view.dtls_state, DtlsTransportState::New);
    assert_eq!(view.connected, None);
}

// api: RTCDtlsTransport.onstatechange, RTCDtlsTransportState.connecting
// api: RTCDtlsTransportState.connected
#[test]
fn the_states_go_over_connecting_to_connected() {
    let mut duo = Duo::new(1);
    duo.connect_with_channel();
    for side in SIDES {
        let expected = [
            DtlsTransportState::Connecting,
            DtlsTransportState::Connected,
        ];
        assert_eq!(states(&duo, side), expected);
    }
}

// api: RTCDtlsTransport.getRemoteCertificates
#[test]
fn a_connected_transport_knows_the_certificate_of_the_peer() {
    let mut duo = Duo::new(2);
    duo.connect_with_channel();
    for side in SIDES {
        let id = duo.session(side).transports()[0];
        let Some(DtlsFact::Connected { certificate, .. }) =
            duo.session(side).transport(id).unwrap().connected
        else {
            panic!("it is connected")
        };
        assert_eq!(certificate, duo.session(1 - side).certificate().der());
    }
}

// api: RTCPeerConnection.connectionState, RTCDtlsTransport.onstatechange
#[test]
fn the_connection_is_connected_in_a_task_behind_that_of_dtls() {
    let mut duo = Duo::new(3);
    duo.connect_with_channel();
    let words: Vec<_> = duo.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::DtlsTransportStateChange(_, DtlsTransportState::Connected) => Some("transport"),
            Event::ConnectionStateChange(ConnectionState::Connected) => Some("connection"),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["transport", "connection"]);
}

// api: RTCDtlsTransportState.closed, RTCPeerConnection.close
#[test]
fn close_closes_it_here_at_once_and_there_by_an_event() {
    let mut duo = Duo::new(4);
    duo.connect_with_channel();
    let ids = SIDES.map(|side| duo.session(side).transports()[0]);
    duo.clear_events();
    duo.does(A, Call::Close);
    let view = duo.session(A).transport(ids[A]).unwrap();
    assert_eq!(view.dtls_state, DtlsTransportState::Closed);
    duo.run_for(Duration::from_secs(1));
    assert_eq!(states(&duo, A), []);
    assert_eq!(states(&duo, B), [DtlsTransportState::Closed]);
}
