//! `RTCSctpTransport` (webrtc-pc, section 6.1).

use std::time::Duration;

use stonechat_peerconnection::{
    Call, Config, Configuration, Event, SctpTransportState, TransportId,
};

use crate::app::{App, negotiate, pair};
use crate::setup::{A, B, Duo};

fn configured(change: impl FnOnce(&mut [Config; 2])) -> Duo {
    let mut configs = [Config::default(), Config::default()];
    change(&mut configs);
    Duo::configured(1, configs, Default::default())
}

// api: RTCPeerConnection.sctp
#[test]
fn without_data_there_is_no_sctp_transport() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    assert!(a.session().sctp().is_none());
    let app = App::new("c");
    assert!(app.session().sctp().is_none());
}

// api: RTCPeerConnection.sctp, RTCSctpTransport.state, RTCSctpTransportState.connecting
// api: RTCSctpTransport.transport, RTCSctpTransport.maxChannels
#[test]
fn a_negotiated_sctp_transport_is_connecting() {
    let (mut a, mut b) = pair();
    a.channel("");
    negotiate(&mut a, &mut b);
    let sctp = a.session().sctp().unwrap();
    assert_eq!(sctp.state, SctpTransportState::Connecting);
    assert_eq!(sctp.transport, Some(TransportId(0)));
    assert_eq!(sctp.max_channels, None);
    let fired = a.count(|event| matches!(event, Event::SctpTransportStateChange(_)));
    assert_eq!(fired, 0, "it was made in that state");
}

// api: RTCSctpTransport.onstatechange, RTCSctpTransportState.connected
// api: RTCSctpTransport.maxChannels
#[test]
fn connected_comes_with_the_number_of_channels() {
    let mut duo = configured(|configs| {
        configs[A].connection.channels.sctp.inbound_streams = 300;
        configs[B].connection.channels.sctp.inbound_streams = 200;
    });
    duo.connect_with_channel();
    let changes: Vec<_> = duo.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::SctpTransportStateChange(state) => Some(*state),
            _ => None,
        })
        .collect();
    assert_eq!(changes, [SctpTransportState::Connected]);
    for side in [A, B] {
        assert_eq!(duo.session(side).sctp().unwrap().max_channels, Some(200));
    }
}

// api: RTCSctpTransport.maxMessageSize
#[test]
fn the_largest_message_is_the_smaller_of_what_both_can() {
    let cases = [
        (1000, 262_144, 1000),
        (300_000, 262_144, 262_144),
        (0, 262_144, 262_144),
        (1000, 0, 1000),
        (0, 0, u64::MAX),
    ];
    for (theirs, ours, expected) in cases {
        let mut duo = configured(|configs| {
            configs[B].session.max_message_size = theirs;
            configs[A].session.max_send_size = ours;
        });
        duo.create_channel(A, "");
        duo.negotiate(A);
        let sctp = duo.session(A).sctp().unwrap();
        assert_eq!(sctp.max_message_size, expected, "{theirs} and {ours}");
    }
}

// api: RTCSctpTransport.maxMessageSize
#[test]
fn a_peer_that_says_nothing_takes_65536_octets() {
    let (mut a, mut b) = pair();
    a.channel("");
    let offer = a.offer();
    a.set_local(&offer);
    b.set_remote(&offer);
    let mut answer = b.answer();
    answer.sdp = crate::app::without(&answer.sdp, "a=max-message-size:");
    a.set_remote(&answer);
    assert_eq!(a.session().sctp().unwrap().max_message_size, 65_536);
}

// api: RTCSctpTransportState.closed, RTCSctpTransport.onstatechange
#[test]
fn the_end_of_the_peer_closes_the_transport() {
    let mut duo = Duo::with(2, [Configuration::default(), Configuration::default()]);
    duo.connect_with_channel();
    duo.clear_events();
    duo.does(A, Call::Close);
    duo.run_for(Duration::from_secs(1));
    let closed = SctpTransportState::Closed;
    assert_eq!(duo.session(B).sctp().unwrap().state, closed);
    let fired = duo.count(
        B,
        |event| matches!(event, Event::SctpTransportStateChange(state) if *state == closed),
    );
    assert_eq!(fired, 1);
}

// api: RTCPeerConnection.close, RTCSctpTransportState.closed
#[test]
fn close_closes_it_at_once() {
    let mut duo = Duo::new(3);
    duo.connect_with_channel();
    duo.clear_events();
    duo.does(A, Call::Close);
    let state = duo.session(A).sctp().map(|sctp| sctp.state);
    assert_eq!(state, Some(SctpTransportState::Closed));
    duo.flush();
    assert!(duo.events[A].is_empty());
}
